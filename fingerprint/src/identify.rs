//! Which recording of the catalogue is this clip, if any?
//!
//! The clip's landmarks vote for (recording, offset) through the index; the best of those are
//! traced peak by peak ([`crate::trace`]), as it is first and then at other speeds. An answer is
//! accepted if the odds against chance exceed a bar that rises with the size of the catalogue:
//! twice the places at which a clip may fit are twice the chances to fit somewhere wrongly. A
//! longer clip gathers odds faster, so its length needs no rule of its own.

use serde::{Deserialize, Serialize};

use crate::candidates::{Candidate, Gate, agreeing};
use crate::index::Index;
use crate::landmarks::{Bend, landmarks};
use crate::peaks::Peak;
use crate::trace::{Line, trace};

/// Settings of identification. See `default.toml`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listening {
    /// One landmark in 2^sampling is indexed and looked up.
    pub sampling: u32,
    /// Which recordings are traced.
    pub votes: Gate,
    /// How many of them at most, those with most votes first: at the clip's own speed …
    pub traced: usize,
    /// … and at each other.
    pub traced_at_speeds: usize,
    /// Speeds at which the clip may play, beside its own: 1.02 is 2 % too fast.
    pub speeds: Vec<f64>,
    /// Decimal digits of odds against chance that a catalogue of a million frames (6.5 hours)
    /// asks for.
    pub min_digits: f64,
    /// More digits for every tenfold catalogue.
    pub digits_per_decade: f64,
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
    /// at only where `odds` are enough, and else equal to them.
    pub digits: f64,
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
        let own = std::iter::once(&1.0);
        for &speed in own.chain(&self.speeds) {
            let bend = Bend::varispeed(speed);
            let most = match speed == 1.0 {
                true => self.traced,
                false => self.traced_at_speeds,
            };
            let mut answered = 0;
            for found in self.voted(clip, index, bend, most) {
                if found.shared < answered / FEW {
                    break;
                }
                let row = found.row as usize;
                let next = self.traced(clip, peaks_of(row), bend, &found, needed);
                if next.digits >= needed {
                    answered = answered.max(found.shared);
                }
                match heard.iter_mut().find(|known| known.row == row) {
                    Some(known) if known.odds < next.odds => *known = next,
                    Some(_) => {}
                    None => heard.push(next),
                }
            }
            if heard.iter().any(|found| found.odds >= needed) {
                break;
            }
        }
        heard.sort_by(|x, y| y.odds.total_cmp(&x.odds).then(x.row.cmp(&y.row)));
        heard
    }

    /// The candidates with most votes.
    fn voted(&self, clip: &[Peak], index: &Index<'_>, bend: Bend, most: usize) -> Vec<Candidate> {
        let keys = landmarks(clip, bend, index.sampling())
            .map(|(key, frame)| (key, (frame as f64 * bend.stretch).round() as usize));
        let mut found = agreeing(keys, index, &self.votes, |_| true);
        found.sort_by_key(|found| (usize::MAX - found.shared, found.row, found.offset));
        found.truncate(most);
        found
    }

    fn traced(
        &self,
        clip: &[Peak],
        row: &[Peak],
        bend: Bend,
        found: &Candidate,
        needed: f64,
    ) -> Heard {
        let rough = Line {
            stretch: bend.stretch,
            offset: found.offset as f64,
            units: bend.units(),
        };
        let mut traced = trace(clip, row, rough, DRIFT);
        let (line, all) = (traced.line, traced.count(0..traced.segments.len()));
        let odds = traced.digits(all);
        if odds >= needed {
            traced = traced.doubted(clip, row);
        }
        Heard {
            row: found.row as usize,
            line,
            share: all.share(),
            odds,
            digits: traced.digits(all),
        }
    }
}

/// Once there is an answer, what has this many times fewer votes is not traced.
const FEW: usize = 4;

/// Frames by which a vote's offset may be off: half a per cent over 15 s and the window.
const DRIFT: i64 = 8;
