//! Which clips are recognised, and which strangers are taken for somebody?

use std::path::PathBuf;

use catalog::progress::Progress;
use rayon::prelude::*;
use serde::Serialize;

use super::Plan;
use super::degrade::{Damage, sixteen_bits};
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
    /// Clips whose accepted answer is right: per cent.
    pub right: f64,
    /// Clips whose accepted answer is wrong: per cent.
    pub wrong: f64,
    /// The top-1 share that is asked for, where one is.
    pub target: Option<f64>,
    /// Clips of other songs that were taken for one of the catalogue: per cent.
    pub strangers: f64,
    /// Those: whose clip, and what it was taken for.
    pub taken_for: Vec<(PathBuf, PathBuf)>,
    /// Processor time of a query with its peaks, milliseconds: mean.
    pub cpu_ms: f64,
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

/// One clip's outcome.
struct Outcome {
    song: PathBuf,
    row: Option<usize>,
    top: bool,
    accepted: Option<bool>,
    nanos: u64,
}

pub(super) fn clips(
    songs: &[Song],
    strangers: &[&Song],
    prints: &[Print],
    plan: &Plan,
    config: &Config,
    talk: &Talk,
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
        prints,
        index,
        listening: &config.identify,
        talk,
    };
    progress.begin("clips", (DAMAGES.len() * 6 * plan.clips) as u64, "clips");
    let ours: Vec<&Song> = songs.iter().collect();
    let mut table = Vec::new();
    for (noise, targets, damage) in DAMAGES {
        for (at, seconds) in [5.0, 10.0, 15.0].into_iter().enumerate() {
            let ours = ear.hear(&ours, Some(()), *damage, seconds, plan, progress);
            let others = ear.hear(strangers, None, *damage, seconds, plan, progress);
            let percent = |n: usize, of: usize| 100.0 * n as f64 / of.max(1) as f64;
            let accepted = |outcomes: &[Outcome], right: bool| {
                outcomes
                    .iter()
                    .filter(|o| o.accepted == Some(right))
                    .count()
            };
            let nanos: u64 = ours.iter().map(|outcome| outcome.nanos).sum();
            table.push(Heard {
                noise: (*noise).to_owned(),
                seconds,
                clips: [ours.len(), others.len()],
                top: percent(ours.iter().filter(|o| o.top).count(), ours.len()),
                right: percent(accepted(&ours, true), ours.len()),
                wrong: percent(accepted(&ours, false), ours.len()),
                target: targets.map(|targets| targets[at]),
                strangers: percent(accepted(&others, false), others.len()),
                taken_for: others
                    .iter()
                    .filter(|o| o.accepted.is_some())
                    .filter_map(|o| Some((o.song.clone(), songs[o.row?].path.clone())))
                    .collect(),
                cpu_ms: nanos as f64 / 1e6 / ours.len().max(1) as f64,
            });
        }
    }
    progress.finish();
    table
}

struct Ear<'a> {
    prints: &'a [Print],
    index: Index<'a>,
    listening: &'a Listening,
    talk: &'a Talk,
}

impl Ear<'_> {
    fn hear(
        &self,
        songs: &[&Song],
        known: Option<()>,
        damage: Damage,
        seconds: f64,
        plan: &Plan,
        progress: &dyn Progress,
    ) -> Vec<Outcome> {
        if songs.is_empty() {
            return Vec::new();
        }
        (0..plan.clips)
            .into_par_iter()
            .map(|number| {
                let mut dice = Dice::new(plan.seed.wrapping_mul(1_000_003) + number as u64);
                let song = dice.below(songs.len());
                // A little more than asked, since a faster clip is shorter.
                let len = (1.03 * seconds * f64::from(RATE)) as usize;
                let clip = drawn(&songs[song].samples, len, &mut dice);
                let signal: Vec<f32> = clip.iter().map(|&s| f32::from(s)).collect();
                let mut damaged = sixteen_bits(&damage(&signal, &mut dice, self.talk));
                damaged.truncate((seconds * f64::from(RATE)) as usize);
                progress.advance(1);
                let same = |row: usize| known.is_some() && self.same(row, song, clip);
                let outcome = self.outcome(&damaged, same);
                Outcome {
                    song: songs[song].path.clone(),
                    ..outcome
                }
            })
            .collect()
    }

    fn outcome(&self, clip: &[i16], same: impl Fn(usize) -> bool) -> Outcome {
        let before = cpu_nanos();
        let peaks = peaks(clip);
        let peaks_of = |row: usize| self.prints[row].peaks();
        let heard = self.listening.hear(&peaks, &self.index, peaks_of);
        let nanos = cpu_nanos().saturating_sub(before);
        let best = heard.first();
        let needed = self.listening.needed(self.index.places());
        let right = best.is_some_and(|found| same(found.row));
        let accepted = best.filter(|found| found.digits >= needed).map(|_| right);
        Outcome {
            song: PathBuf::new(),
            row: best.map(|found| found.row),
            top: right,
            accepted,
            nanos,
        }
    }

    /// Is this row the clip's song, or has it the clip's sound too (a loop, another edition)?
    fn same(&self, row: usize, song: usize, clip: &[i16]) -> bool {
        row == song || {
            let peaks_of = |row: usize| self.prints[row].peaks();
            let clean = self.listening.hear(&peaks(clip), &self.index, peaks_of);
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
