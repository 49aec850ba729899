//! Which recording of the catalogue is this clip, if any?
//!
//! The clip's landmarks vote for (recording, offset) through the index, the rarest first; hundreds of
//! those are glanced at ([`crate::outline`]), the best traced ([`crate::trace`]) and judged peak by peak
//! ([`crate::odds`]), as the clip is first and then at other speeds. What is not clear by then is asked
//! once more, with all landmarks. An answer is accepted if the odds against chance exceed a bar that
//! rises with the size of the catalogue: twice the places at which a clip may fit are twice the chances
//! to fit somewhere wrongly. A longer clip gathers odds faster, so its length needs no rule of its own.
//! What fits is no answer if the clip holds the notes of another song beside: two songs may share a stem.

use serde::{Deserialize, Serialize};

use crate::candidates::{Candidate, Gate, agreeing};
use crate::index::Index;
use crate::landmarks::{Bend, Pairs};
use crate::odds::Odds;
use crate::outline::Outline;
use crate::peaks::Peak;
use crate::trace::{AROUND, Line, follow};

/// Settings of identification. See `default.toml`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listening {
    /// One landmark in 2^sampling is indexed and looked up.
    pub sampling: u32,
    /// Which recordings are traced.
    pub votes: Gate,
    /// Bytes of the index that are read at first, for each speed.
    pub first_bytes: u64,
    /// How many places are glanced at ([`crate::outline`]), those with most votes first, …
    pub glanced: usize,
    /// … and how many of those are traced, those that fit best first: at the clip's own speed …
    pub traced: usize,
    /// … and at each other.
    pub traced_at_speeds: usize,
    /// Standard deviations by which a place must fit to be traced.
    pub min_fit: f32,
    /// Speeds at which the clip may play, beside its own: 1.02 is 2 % too fast.
    pub speeds: Vec<f64>,
    /// Decimal digits of odds against chance that a catalogue of a million frames (6.5 hours)
    /// asks for.
    pub min_digits: f64,
    /// More digits for every tenfold catalogue.
    pub digits_per_decade: f64,
    /// Digits by which what fits at another speed must be better than at the clip's own, and than what is
    /// asked for: clips are seldom faster, and there are more of other speeds.
    pub other_speed_digits: f64,
    /// Steady notes that the clip may hold and the recording has not, for each peak that it has
    /// ([`Odds::foreign`]).
    pub max_foreign: f64,
}

/// A recording that was compared with the clip.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Heard {
    /// The row of the index.
    pub row: usize,
    /// Where and how high the clip lies in it.
    pub line: Line,
    /// Share of the clip's peaks that the recording has.
    pub share: f64,
    /// Decimal digits of the odds against chance among recordings of one key: they say which row
    /// comes before which.
    pub odds: f64,
    /// The same among recordings of one key and one beat: they say whether it is an answer. Looked
    /// at only where `odds` are enough, and else equal to them. Zero where the clip is another song that
    /// shares a stem or a loop ([`Odds::foreign`]).
    pub digits: f64,
}

/// A clip at one of the speeds at which it may play.
struct Bent {
    bend: Bend,
    /// Its landmarks with their frames, stretched.
    keys: Vec<(u32, usize)>,
}

impl Bent {
    fn new(pairs: &Pairs<'_>, speed: f64, sampling: u32) -> Bent {
        let bend = Bend::varispeed(speed);
        let mut keys = pairs.landmarks(bend, sampling);
        for (_, frame) in &mut keys {
            *frame = (*frame as f64 * bend.stretch).round() as usize;
        }
        Bent { bend, keys }
    }
}

impl Listening {
    /// The digits that a catalogue of so many frames asks for.
    pub fn needed(&self, frames: u64) -> f64 {
        let decades = (frames.max(1) as f64 / 1e6).log10().max(0.0);
        self.min_digits + self.digits_per_decade * decades
    }

    /// What the clip may be, best first; those with at least [`Listening::needed`] digits are
    /// answers, the others only the nearest. Order is by odds before doubt: a slow song fits itself
    /// a beat aside too, and would lose to a stranger that nobody doubted. `peaks_of` gives a row's peaks.
    pub fn hear<'a>(
        &self,
        clip: &[Peak],
        index: &Index<'_>,
        peaks_of: impl Fn(usize) -> &'a [Peak],
    ) -> Vec<Heard> {
        let needed = self.needed(index.places());
        let mut heard: Vec<Heard> = Vec::new();
        let slowest = self.speeds.iter().copied().fold(1.0, f64::min);
        let pairs = Pairs::new(clip, slowest);
        let outline = Outline::new(clip);
        let bent = |speed| Bent::new(&pairs, speed, index.sampling());
        let own = bent(1.0);
        for (speed, max_bytes) in self.tries() {
            let other = (speed != 1.0).then(|| bent(speed));
            let asked = other.as_ref().unwrap_or(&own);
            let votes = Gate {
                max_bytes,
                ..self.votes.clone()
            };
            let mut answered = 0;
            for found in self.voted(asked, &outline, index, &votes, &peaks_of) {
                if found.shared < answered / FEW {
                    continue;
                }
                let row = found.row as usize;
                let next = self.traced(clip, peaks_of(row), asked.bend, &found, needed);
                if next.digits >= needed {
                    answered = answered.max(found.shared);
                }
                match heard.iter_mut().find(|known| known.row == row) {
                    Some(known) if known.odds < next.odds => *known = next,
                    Some(_) => {}
                    None => heard.push(next),
                }
            }
            if heard.iter().any(|found| found.digits >= needed + SURE) {
                break;
            }
        }
        heard.sort_by(|x, y| y.odds.total_cmp(&x.odds).then(x.row.cmp(&y.row)));
        heard
    }

    /// Speeds and the bytes of the index that are read for each: few first, for most clips need no
    /// more, and all that may be read last, for one in noise.
    fn tries(&self) -> impl Iterator<Item = (f64, u64)> + '_ {
        let first = self.first_bytes.min(self.votes.max_bytes);
        let quick = std::iter::once(&1.0).chain(&self.speeds);
        let quick = quick.map(move |&speed| (speed, first));
        let more = self.votes.max_bytes > first;
        quick.chain(more.then_some((1.0, self.votes.max_bytes)))
    }

    /// The candidates with most votes, and of those the ones that fit the clip best.
    fn voted<'a>(
        &self,
        clip: &Bent,
        outline: &Outline,
        index: &Index<'_>,
        votes: &Gate,
        peaks_of: &impl Fn(usize) -> &'a [Peak],
    ) -> Vec<Candidate> {
        let mut found = agreeing(clip.keys.iter().copied(), index, votes, |_| true);
        found.sort_by_key(|found| (usize::MAX - found.shared, found.row, found.offset));
        found.truncate(self.glanced);
        // The places of a row are glanced at one after the other: its peaks are at hand then.
        found.sort_by_key(|found| (found.row, found.offset));
        let fit = |found: Candidate| {
            let row = peaks_of(found.row as usize);
            (outline.fit(row, found.offset, clip.bend), found)
        };
        let mut fitted: Vec<(f32, Candidate)> = found.into_iter().map(fit).collect();
        fitted.sort_by(|(x, a), (y, b)| y.total_cmp(x).then(b.shared.cmp(&a.shared)));
        fitted.truncate(match clip.bend == Bend::NONE {
            true => self.traced,
            false => self.traced_at_speeds,
        });
        // Who asks about a stranger is told who comes nearest, so one is always traced.
        let nearest = usize::from(clip.bend == Bend::NONE);
        let promising = fitted.partition_point(|(fit, _)| *fit >= self.min_fit);
        fitted.truncate(promising.max(nearest));
        fitted.into_iter().map(|(_, found)| found).collect()
    }

    fn traced(
        &self,
        clip: &[Peak],
        row: &[Peak],
        bend: Bend,
        found: &Candidate,
        needed: f64,
    ) -> Heard {
        let rough = rough(bend, found);
        let row = around(clip, row, &rough);
        let line = follow(clip, row, &rough, DRIFT);
        let of_key = Odds::new(clip, row, line);
        let unlikely = match bend == Bend::NONE {
            true => 0.0,
            false => self.other_speed_digits,
        };
        let (share, odds) = (of_key.share(), of_key.digits() - unlikely);
        let digits = if odds < needed {
            odds
        } else if of_key.foreign() > self.max_foreign {
            0.0
        } else {
            of_key.doubted().digits() - unlikely
        };
        Heard {
            row: found.row as usize,
            line,
            share,
            odds,
            digits,
        }
    }
}

/// Where the votes say that the clip lies.
fn rough(bend: Bend, found: &Candidate) -> Line {
    Line {
        stretch: bend.stretch,
        offset: found.offset as f64,
        units: bend.units(),
    }
}

/// The peaks of a recording that a short clip is compared with there.
fn around<'a>(clip: &[Peak], row: &'a [Peak], line: &Line) -> &'a [Peak] {
    let last = clip.last().map_or(0, |peak| peak.frame());
    let end = line.offset + f64::from(last) * line.stretch;
    let before = |frame: i64| row.partition_point(|peak| i64::from(peak.frame()) < frame);
    let (from, to) = (line.offset as i64, end as i64);
    // Only in a damaged file are peaks not in order: then they are nowhere.
    row.get(before(from.saturating_sub(AROUND))..before(to.saturating_add(AROUND)))
        .unwrap_or_default()
}

/// Once there is an answer, what has this many times fewer votes is not traced.
const FEW: usize = 4;

/// Digits beyond those asked for from which nothing else is tried.
const SURE: f64 = 3.0;

/// Frames by which a vote's offset may be off: half a per cent over 15 s and the window.
const DRIFT: i64 = 8;

#[cfg(test)]
mod tests {
    use super::*;

    const CLIP: [Peak; 2] = [Peak(0), Peak(100 << 11)];

    fn line(offset: f64, stretch: f64) -> Line {
        Line {
            stretch,
            offset,
            units: 0.0,
        }
    }

    #[test]
    fn a_clip_is_compared_with_what_lies_around_it() {
        let row: Vec<Peak> = (0..5000).map(|frame| Peak::new(frame, 7)).collect();
        let near = around(&CLIP, &row, &line(1000.0, 1.0));
        let frames = near.first().zip(near.last());
        let frames = frames.map(|(first, last)| (first.frame(), last.frame()));
        assert_eq!(frames, Some((680, 1419)));
    }

    /// Ten thousand peaks without a pattern.
    #[cfg(feature = "job")]
    fn song(seed: u64) -> Vec<Peak> {
        let mut dice = crate::made_up::dice(seed);
        let mut peaks: Vec<Peak> = (0..10_000)
            .map(|_| Peak::new(dice(6000), dice(1400) as u16))
            .collect();
        peaks.sort_unstable();
        peaks
    }

    #[cfg(feature = "job")]
    #[test]
    fn what_fits_badly_is_not_traced_but_for_the_nearest() {
        use crate::index::build;
        use crate::landmarks::Landmarks;

        let songs: Vec<Vec<Peak>> = (1..=8).map(song).collect();
        let rows: Vec<Landmarks<'_>> = songs.iter().map(|song| Landmarks(song)).collect();
        let columns = build(&rows, 2);
        let index = columns.view().unwrap();
        let heard = |clip: &[Peak], min_fit| {
            let listening = Listening {
                min_fit,
                ..crate::config::Config::built_in().identify
            };
            listening.hear(clip, &index, |row| &songs[row])
        };
        let stranger = &song(99)[..1100];
        assert!(heard(stranger, f32::NEG_INFINITY).len() > 1);
        // One at the first look, one at the last.
        assert!((1..=2).contains(&heard(stranger, f32::INFINITY).len()));
        let own = heard(&songs[4][..1100], f32::INFINITY);
        assert!(own[0].row == 4 && own[0].digits > 30.0, "{own:?}");
    }

    #[test]
    fn damaged_peaks_and_odd_settings_are_no_panic() {
        let damaged: Vec<Peak> = [4000, 10, 3000, 20, 2000, 30, 1000, 40, 900]
            .map(|frame| Peak::new(frame, 7))
            .to_vec();
        for offset in (-6000..6000).step_by(50) {
            for stretch in [1.0, -40.0, f64::NAN, f64::INFINITY] {
                around(&CLIP, &damaged, &line(f64::from(offset), stretch));
            }
        }
    }
}
