//! Which recordings may be the same song, played again by somebody?
//!
//! A cover shares neither samples nor tempo nor key, only harmony and tune. From the peaks that are
//! kept of every recording anyway follows its chroma ([`mod@chroma`]): how much of each of the
//! twelve pitch classes sounds, half a second at a time. *Candidates* are the recordings whose
//! chords follow each other alike in one of twelve keys ([`chroma::Profile`]); those are *aligned*
//! in the likeliest keys ([`mod@align`]). What is found is for a person to look at, with low
//! severity: it is never a duplicate and never merged.
//!
//! Cost: a profile is 192 numbers, and a new recording is compared with every profile, some 0.07 µs
//! each; only `candidates` of them are aligned, some milliseconds each.

#[cfg(feature = "job")]
use catalog::progress::Progress;
#[cfg(feature = "job")]
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::print::Print;

pub mod align;
pub mod chroma;
#[cfg(feature = "job")]
pub mod shown;

use chroma::{Chroma, Profile};

/// Settings of the search. See `default.toml`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Covering {
    /// Recordings that are aligned with each, the likeliest first; 0 looks for no covers.
    pub candidates: usize,
    /// Keys in which each of them is aligned, the likeliest of twelve first.
    pub keys: usize,
    /// Score from which a pair is shown to a person.
    pub min_score: f64,
}

/// Two recordings that may be one song.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cover {
    /// The smaller row.
    pub a: usize,
    /// The larger row.
    pub b: usize,
    /// How long they follow each other, beside their lengths: strangers rarely exceed the setting.
    pub score: f64,
    /// Semitones by which `b` is higher, 0 to 11.
    pub semitones: u8,
    /// Seconds of `a` at which the passage begins and ends.
    pub passage_a: [f64; 2],
    /// The same in `b`.
    pub passage_b: [f64; 2],
}

impl Cover {
    /// The same pair from the other side.
    pub fn mirrored(self) -> Cover {
        Cover {
            a: self.b,
            b: self.a,
            semitones: (12 - self.semitones % 12) % 12,
            passage_a: self.passage_b,
            passage_b: self.passage_a,
            ..self
        }
    }
}

/// A recording, ready to be compared.
pub struct Heard {
    chroma: Chroma,
    profile: Profile,
}

impl Heard {
    /// Listens to a print.
    pub fn new(print: &Print) -> Heard {
        let chroma = Chroma::of(print.peaks());
        Heard {
            profile: Profile::of(&chroma),
            chroma,
        }
    }
}

impl Covering {
    /// The most likely rows for a query among those that are wanted, likeliest first, each with
    /// its twelve keys in order of likelihood.
    pub fn candidates(
        &self,
        query: &Heard,
        rows: &[Heard],
        wanted: impl Fn(usize) -> bool,
    ) -> Vec<(usize, [u8; 12])> {
        // The likeliest so far, in order.
        let mut likely: Vec<(f32, usize)> = Vec::with_capacity(self.candidates + 1);
        let better = |x: &(f32, usize), y: &(f32, usize)| y.0.total_cmp(&x.0).then(x.1.cmp(&y.1));
        for (row, other) in rows.iter().enumerate().filter(|(row, _)| wanted(*row)) {
            let alike = query.profile.alike(&other.profile);
            let found = (alike.into_iter().fold(f32::MIN, f32::max), row);
            let full = likely.len() == self.candidates;
            if full
                && likely
                    .last()
                    .is_none_or(|last| better(last, &found).is_le())
            {
                continue;
            }
            let place = likely.partition_point(|known| better(known, &found).is_le());
            likely.insert(place, found);
            likely.truncate(self.candidates);
        }
        likely
            .into_iter()
            .map(|(_, row)| (row, likeliest_keys(query, &rows[row])))
            .collect()
    }

    /// The best alignment of two in the given keys.
    pub fn compare(&self, a: &Heard, b: &Heard, keys: &[u8]) -> Option<Cover> {
        let tried = keys.iter().take(self.keys).filter_map(|&semitones| {
            let found = align::longest(&a.chroma, &b.chroma, semitones)?;
            Some(Cover {
                a: 0,
                b: 0,
                score: found.score,
                semitones,
                passage_a: found.passage_a,
                passage_b: found.passage_b,
            })
        });
        tried.max_by(|x, y| x.score.total_cmp(&y.score))
    }

    /// All pairs to look at in which a new row takes part (one flag per row), by (a, b).
    #[cfg(feature = "job")]
    pub fn search(&self, prints: &[Print], new: &[bool], progress: &dyn Progress) -> Vec<Cover> {
        if self.candidates == 0 || prints.len() < 2 {
            return Vec::new();
        }
        let queries = new.iter().filter(|&&new| new).count();
        progress.begin("covers", queries as u64, "recordings");
        let heard: Vec<Heard> = prints.par_iter().map(Heard::new).collect();
        let mut covers: Vec<Cover> = (0..prints.len())
            .into_par_iter()
            .filter(|&row| new[row])
            .flat_map_iter(|row| {
                progress.advance(1);
                let found = self.candidates(&heard[row], &heard, |other| other != row);
                let heard = &heard;
                found.into_iter().filter_map(move |(other, keys)| {
                    let (a, b) = (row.min(other), row.max(other));
                    // Keys are those of the other above the row.
                    let keys = keys.map(|key| if a == row { key } else { (12 - key) % 12 });
                    let cover = self.compare(&heard[a], &heard[b], &keys)?;
                    (cover.score >= self.min_score).then_some(Cover { a, b, ..cover })
                })
            })
            .collect();
        progress.finish();
        covers.sort_by(|x, y| {
            (x.a, x.b)
                .cmp(&(y.a, y.b))
                .then(y.score.total_cmp(&x.score))
        });
        covers.dedup_by_key(|cover| (cover.a, cover.b));
        covers
    }
}

/// All keys by which the second may be higher, the likeliest first: the one in which the same notes
/// sound most, then those in which chords follow each other alike.
fn likeliest_keys(query: &Heard, other: &Heard) -> [u8; 12] {
    let alike = query.profile.alike(&other.profile);
    let first = query.chroma.transposition(&other.chroma);
    let mut keys: [u8; 12] = std::array::from_fn(|key| key as u8);
    keys.sort_by(|&x, &y| {
        let likelier = alike[usize::from(y)].total_cmp(&alike[usize::from(x)]);
        (x != first).cmp(&(y != first)).then(likelier)
    });
    keys
}

#[cfg(all(test, feature = "job"))]
mod tests;
