//! Which clips are recognised, and which strangers are taken for somebody?

use std::path::PathBuf;

use catalog::progress::Progress;
use rayon::prelude::*;
use serde::Serialize;

use super::Plan;
use super::degrade::{Damage, sixteen_bits};
use super::peers::{Audfprint, by_items, items};
use super::shared::{SHARED, correlation};
use super::songs::Song;
use super::sound::{Dice, faster, mixed, pink, room};
use super::speech::Talk;
use crate::config::Config;
use crate::identify::Listening;
use crate::index::{Index, build};
use crate::landmarks::Landmarks;
use crate::peaks::{Peak, Picker, RATE};
use crate::print::Print;

/// A row of the table.
#[derive(Clone, Debug, Serialize)]
pub struct Heard {
    /// What was done to the clips.
    pub noise: String,
    /// Their length.
    pub seconds: f64,
    /// Clips of songs of the catalogue, and of others.
    pub clips: [usize; 2],
    /// Clips whose best answer, accepted or not, is right: per cent.
    pub top: f64,
    /// The songs of the others, one for each clip.
    pub missed: Vec<PathBuf>,
    /// Clips whose accepted answer is right: per cent.
    pub right: f64,
    /// Clips whose accepted answer is wrong: per cent.
    pub wrong: f64,
    /// The top-1 share that is asked for, where one is.
    pub target: Option<f64>,
    /// Clips of other songs that were taken for one of the catalogue without holding its sound: per
    /// cent.
    pub strangers: f64,
    /// Clips of other songs that were taken for one whose sound they hold, sample for sample (a
    /// passage that a composer used twice): per cent.
    pub shared: f64,
    /// All of those.
    pub taken_for: Vec<Taken>,
    /// Processor time of a query with its peaks, milliseconds: mean over clips of the catalogue, and
    /// over others, for which everything is tried.
    pub cpu_ms: [f64; 2],
    /// What Chromaprint's items alone answer, sought everywhere.
    pub chromaprint: Answers,
    /// What audfprint answers, where it is installed.
    pub audfprint: Option<Answers>,
}

/// A clip of a stranger that was named.
#[derive(Clone, Debug, Serialize)]
pub struct Taken {
    /// Whose clip.
    pub clip: PathBuf,
    /// What it was taken for.
    pub song: PathBuf,
    /// The highest correlation of its samples, before they were damaged, with those of the song.
    pub correlation: f64,
}

/// What a system answers, per cent of the clips.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Answers {
    /// Clips whose best answer, accepted or not, is right.
    pub top: f64,
    /// Clips whose accepted answer is right.
    pub right: f64,
    /// And wrong.
    pub wrong: f64,
    /// Clips of other songs that were taken for one of the catalogue, whatever they share with it.
    pub strangers: f64,
}

/// What is done to clips, with the top-1 shares asked for at 5, 10 and 15 s.
const DAMAGES: &[(&str, Option<[f64; 3]>, Damage)] = &[
    ("none", None, |x, _, _| x.to_vec()),
    ("pink 0 dB", Some([94.0, 98.0, 99.5]), |x, dice, _| {
        mixed(x, &pink(dice, x.len()), 0.0)
    }),
    ("babble 5 dB", Some([97.0, 99.0, 99.0]), |x, dice, talk| {
        mixed(x, &talk.of(dice, x.len(), 6), 5.0)
    }),
    ("babble 0 dB", Some([82.0, 95.0, 97.0]), |x, dice, talk| {
        mixed(x, &talk.of(dice, x.len(), 6), 0.0)
    }),
    ("room, microphone, pink 10 dB", None, |x, dice, _| {
        let heard = room(dice, x);
        mixed(&heard, &pink(dice, x.len()), 10.0)
    }),
    ("2 % too fast, pink 10 dB", None, |x, dice, _| {
        let fast = faster(x, 1.02);
        mixed(&fast, &pink(dice, fast.len()), 10.0)
    }),
    ("2 % too slow, pink 10 dB", None, |x, dice, _| {
        let slow = faster(x, 0.98);
        mixed(&slow, &pink(dice, slow.len()), 10.0)
    }),
];

/// A clip: the song it is of, its sound before and after the damage.
struct Clip<'a> {
    song: usize,
    clean: &'a [i16],
    damaged: Vec<i16>,
}

impl AsRef<[i16]> for Clip<'_> {
    fn as_ref(&self) -> &[i16] {
        &self.damaged
    }
}

/// What was answered: a song, whether that is accepted, and what it took.
struct Answer {
    row: Option<usize>,
    accepted: bool,
    /// Is it the clip's song?
    right: bool,
    nanos: u64,
}

pub(super) fn clips(
    songs: &[Song],
    strangers: &[&Song],
    prints: &[Print],
    plan: &Plan,
    config: &Config,
    (talk, audfprint): (&Talk, Option<&Audfprint>),
    progress: &dyn Progress,
) -> Vec<Heard> {
    if plan.clips == 0 {
        return Vec::new();
    }
    let rows: Vec<Landmarks<'_>> = prints.iter().map(Landmarks::from).collect();
    let columns = build(&rows, config.identify.sampling);
    let Some(index) = columns.view() else {
        return Vec::new();
    };
    let ear = Ear {
        songs,
        strangers,
        prints,
        index,
        listening: &config.identify,
        audfprint,
    };
    progress.begin("clips", (DAMAGES.len() * 6 * plan.clips) as u64, "clips");
    let ours: Vec<&Song> = songs.iter().collect();
    let mut table = Vec::new();
    for (noise, targets, damage) in DAMAGES {
        for (at, seconds) in [5.0, 10.0, 15.0].into_iter().enumerate() {
            let known = made(&ours, *damage, seconds, plan, talk);
            let others = made(strangers, *damage, seconds, plan, talk);
            progress.advance((known.len() + others.len()) as u64);
            table.push(Heard {
                noise: (*noise).to_owned(),
                seconds,
                target: targets.map(|targets| targets[at]),
                ..ear.heard(&known, &others)
            });
        }
    }
    progress.finish();
    table
}

fn percent(n: usize, of: usize) -> f64 {
    100.0 * n as f64 / of.max(1) as f64
}

impl Answers {
    fn of(known: &[Answer], others: &[Answer]) -> Answers {
        let accepted = |answers: &[Answer], right: bool| {
            let those = answers.iter().filter(|a| a.accepted && a.right == right);
            percent(those.count(), answers.len())
        };
        Answers {
            top: percent(known.iter().filter(|a| a.right).count(), known.len()),
            right: accepted(known, true),
            wrong: accepted(known, false),
            strangers: accepted(others, false),
        }
    }
}

/// The clips of one row of the table.
fn made<'a>(
    songs: &[&'a Song],
    damage: Damage,
    seconds: f64,
    plan: &Plan,
    talk: &Talk,
) -> Vec<Clip<'a>> {
    let clips = if songs.is_empty() { 0 } else { plan.clips };
    let clips = (0..clips).into_par_iter().map(|number| {
        let mut dice = Dice::new(plan.seed.wrapping_mul(1_000_003) + number as u64);
        let song = dice.below(songs.len());
        // A little more than asked, since a faster clip is shorter.
        let len = (1.03 * seconds * f64::from(RATE)) as usize;
        let clean = drawn(&songs[song].samples, len, &mut dice);
        let signal: Vec<f32> = clean.iter().map(|&s| f32::from(s)).collect();
        let mut damaged = sixteen_bits(&damage(&signal, &mut dice, talk));
        damaged.truncate((seconds * f64::from(RATE)) as usize);
        Clip {
            song,
            clean,
            damaged,
        }
    });
    clips.collect()
}

struct Ear<'a> {
    songs: &'a [Song],
    strangers: &'a [&'a Song],
    prints: &'a [Print],
    index: Index<'a>,
    listening: &'a Listening,
    audfprint: Option<&'a Audfprint>,
}

impl Ear<'_> {
    /// A row of the table but for its name, from clips of the catalogue and of strangers.
    fn heard(&self, known: &[Clip<'_>], others: &[Clip<'_>]) -> Heard {
        let (of_known, of_others) = (self.hear(known, true), self.hear(others, false));
        let ours = Answers::of(&of_known, &of_others);
        let missed = known
            .iter()
            .zip(&of_known)
            .filter(|(_, answer)| !answer.right);
        let missed = missed.map(|(clip, _)| self.songs[clip.song].path.clone());
        let cpu_ms = |answers: &[Answer]| {
            let nanos: u64 = answers.iter().map(|answer| answer.nanos).sum();
            nanos as f64 / 1e6 / answers.len().max(1) as f64
        };
        let named = others.par_iter().zip(&of_others);
        let named = named.filter(|(_, answer)| answer.accepted);
        let taken_for: Vec<Taken> = named
            .filter_map(|(clip, answer)| Some(self.taken(clip, answer.row?)))
            .collect();
        let shared = taken_for.iter().filter(|taken| taken.correlation >= SHARED);
        let shared = shared.count();
        let all: Vec<&Clip<'_>> = known.iter().chain(others).collect();
        let peer = |answers: &[Option<(usize, bool)>]| {
            let (of_known, of_others) = answers.split_at(known.len());
            let of_known = self.judged(known, of_known, true);
            Answers::of(&of_known, &self.judged(others, of_others, false))
        };
        let of_items = all
            .par_iter()
            .map(|clip| by_items(&items(&clip.damaged), self.prints));
        let of_items: Vec<_> = of_items.collect();
        let of_audfprint = self.audfprint.and_then(|audfprint| {
            let answers = audfprint.matches(&all)?.into_iter();
            let accepted = answers.map(|answer| Some((answer?, true)));
            Some(accepted.collect::<Vec<_>>())
        });
        Heard {
            noise: String::new(),
            seconds: 0.0,
            clips: [known.len(), others.len()],
            top: ours.top,
            missed: missed.collect(),
            right: ours.right,
            wrong: ours.wrong,
            target: None,
            strangers: percent(taken_for.len() - shared, others.len()),
            shared: percent(shared, others.len()),
            taken_for,
            cpu_ms: [cpu_ms(&of_known), cpu_ms(&of_others)],
            chromaprint: peer(&of_items),
            audfprint: of_audfprint.as_deref().map(peer),
        }
    }

    fn taken(&self, clip: &Clip<'_>, row: usize) -> Taken {
        Taken {
            clip: self.strangers[clip.song].path.clone(),
            song: self.songs[row].path.clone(),
            correlation: correlation(clip.clean, &self.songs[row].samples),
        }
    }

    /// What our index answers. Clips of strangers have no right answer.
    fn hear(&self, clips: &[Clip<'_>], catalogue: bool) -> Vec<Answer> {
        let needed = self.listening.needed(self.index.places());
        // One after the other: two threads of a core share it, and each would seem to take longer.
        let answers = clips.iter().map(|clip| {
            let before = cpu_nanos();
            let best = self.best(&clip.damaged);
            let nanos = cpu_nanos().saturating_sub(before);
            let answer = best.map(|(row, digits)| (row, digits >= needed));
            Answer {
                nanos,
                ..self.judge(clip, answer, catalogue)
            }
        });
        answers.collect()
    }

    fn best(&self, clip: &[i16]) -> Option<(usize, f64)> {
        let peaks_of = |row: usize| self.prints[row].peaks();
        let heard = self.listening.hear(&peaks(clip), &self.index, peaks_of);
        heard.first().map(|found| (found.row, found.digits))
    }

    fn judged(
        &self,
        clips: &[Clip<'_>],
        answers: &[Option<(usize, bool)>],
        catalogue: bool,
    ) -> Vec<Answer> {
        let pairs = clips.iter().zip(answers);
        let judged = pairs.map(|(clip, answer)| self.judge(clip, *answer, catalogue));
        judged.collect()
    }

    fn judge(&self, clip: &Clip<'_>, answer: Option<(usize, bool)>, catalogue: bool) -> Answer {
        let row = answer.map(|(row, _)| row);
        Answer {
            row,
            accepted: answer.is_some_and(|(_, accepted)| accepted),
            right: catalogue && row.is_some_and(|row| self.same(row, clip)),
            nanos: 0,
        }
    }

    /// Is this row the clip's song, or has it the clip's sound too (a loop, another edition)?
    fn same(&self, row: usize, clip: &Clip<'_>) -> bool {
        let sounds = || correlation(clip.clean, &self.songs[row].samples) >= SHARED;
        row == clip.song || sounds() || {
            let peaks_of = |row: usize| self.prints[row].peaks();
            let clean = self
                .listening
                .hear(&peaks(clip.clean), &self.index, peaks_of);
            let best = clean.first().map_or(0.0, |found| found.odds);
            clean
                .iter()
                .any(|found| found.row == row && found.odds >= 0.5 * best)
        }
    }
}

/// A part of a song, so many samples of it, in which there is something to hear: nobody knows a song
/// by its silence.
fn drawn<'a>(song: &'a [i16], len: usize, dice: &mut Dice) -> &'a [i16] {
    let mut from = 0;
    for _ in 0..MOST_DRAWN {
        from = dice.below(song.len().saturating_sub(len));
        if !peaks(&song[from..][..len.min(song.len() - from)]).is_empty() {
            break;
        }
    }
    &song[from..][..len.min(song.len() - from)]
}

/// Parts that are drawn for one clip at most, should the song be silent throughout.
const MOST_DRAWN: usize = 50;

fn peaks(clip: &[i16]) -> Vec<Peak> {
    let mut picker = Picker::of_clip();
    picker.add(clip);
    picker.finish()
}

/// Processor time of this thread, nanoseconds; zero where the system does not say.
fn cpu_nanos() -> u64 {
    std::fs::read_to_string("/proc/thread-self/schedstat")
        .ok()
        .and_then(|text| text.split(' ').next()?.parse().ok())
        .unwrap_or(0)
}
