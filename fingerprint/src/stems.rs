//! Which recordings keep time with each other from beginning to end, though they sound different?
//!
//! The guitar of a song and the band without it, or two mixes that share hardly an instrument: one
//! length, one grid of beats, the same chords. No part of them is alike, so neither items nor peaks
//! find them by themselves. But over all of both, at no offset, four witnesses are each a little
//! better than at other offsets: Chromaprint's bits, the chords ([`crate::covers::chroma`]), the
//! onsets, and the peaks. How much better is counted in standard deviations of the witness over
//! other offsets of the *same two recordings*: so a loop, a common key and a common beat, which are
//! as good a bar later, are worth nothing, and the longer the recordings are, the less chance can do.
//!
//! What is found is for a person to look at, with low severity: it is no duplicate and never merged.
//!
//! Stems that leave a studio together last equally many samples, and hardly two others do: to those a
//! fifth witness speaks, and the four need not say as much.
//!
//! Measured on 278 recordings of Debian's music packages: eight songs given as two stems have sums
//! of 4.1 and 9.9 to 31, and each two last equally many samples. Of 38,503 pairs, cut to the shorter, 20 of
//! different songs and packages are alike enough to be heard: they have at most 6.4, and 6 of them 3 or more.
//! None of all these pairs lasts equally many samples but those of one song.

#[cfg(feature = "job")]
use catalog::progress::Progress;
#[cfg(feature = "job")]
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::align::{errors, overlap};
use crate::covers::chroma::{Chroma, Classes};
#[cfg(feature = "job")]
use crate::glances::Glances;
use crate::peaks::Peak;
use crate::print::{Print, View, items_in};

#[cfg(feature = "job")]
pub mod shown;

/// Settings of the search. See `default.toml`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keeping {
    /// Recordings of the same length that are heard with each, those whose bits differ least; 0
    /// looks for none.
    pub candidates: usize,
    /// Largest share of bits that differ over all of both.
    pub max_bit_error: f64,
    /// Seconds that say something in both, at least.
    pub min_overlap_s: f64,
    /// Standard deviations by which the bits must be better than at other offsets ...
    pub min_bits: f64,
    /// ... and all four witnesses together, ...
    pub min_score: f64,
    /// ... or these of two that last equally many samples.
    pub min_score_exactly: f64,
}

/// How much better two recordings fit at no offset than at others, in standard deviations.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Together {
    /// Bits of the items.
    pub bits: f64,
    /// Chords.
    pub chords: f64,
    /// Onsets.
    pub onsets: f64,
    /// Peaks.
    pub peaks: f64,
    /// Do both last equally many samples?
    pub exactly: bool,
}

impl Together {
    /// All four deviations.
    pub fn score(&self) -> f64 {
        self.bits + self.chords + self.onsets + self.peaks
    }
}

/// Two recordings that keep time.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stems {
    /// The smaller row.
    pub a: usize,
    /// The larger row.
    pub b: usize,
    /// How well.
    pub together: Together,
}

/// Items by which lengths may differ: what rounding costs.
pub const SAME_ITEMS: usize = 1;

impl Keeping {
    /// Hears two recordings; None if their lengths differ, or they do not keep time.
    pub fn judge(&self, a: &Print, b: &Print) -> Option<Together> {
        self.bit_error(a.view(), b.view())?;
        let bits = bits(a.view(), b.view())?;
        let together = (bits >= self.min_bits).then(|| heard(a, b, bits))??;
        let least = match together.exactly {
            true => self.min_score_exactly,
            false => self.min_score,
        };
        (together.score() >= least).then_some(together)
    }

    /// Share of bits that differ over all of both, if it is small enough to be heard.
    fn bit_error(&self, a: View<'_>, b: View<'_>) -> Option<f64> {
        if a.len().abs_diff(b.len()) > SAME_ITEMS {
            return None;
        }
        let found = errors(a, b, 0, overlap(a.len(), b.len(), 0));
        let enough = found.items >= items_in(self.min_overlap_s).max(1);
        (enough && found.rate() <= self.max_bit_error).then(|| found.rate())
    }

    /// All pairs in which a new row takes part (one flag per row), by (a, b).
    #[cfg(feature = "job")]
    pub fn search(&self, prints: &[Print], new: &[bool], progress: &dyn Progress) -> Vec<Stems> {
        if self.candidates == 0 {
            return Vec::new();
        }
        let queries = new.iter().filter(|&&new| new).count();
        progress.begin("stems", queries as u64, "recordings");
        let glances = Glances::new(prints);
        let mut found: Vec<Stems> = (0..prints.len())
            .into_par_iter()
            .filter(|&row| new[row])
            .flat_map_iter(|row| {
                progress.advance(1);
                // Two new ones are heard once, from the smaller.
                let wanted = |other: u32| match new[other as usize] {
                    true => other as usize > row,
                    false => true,
                };
                let view = prints[row].view();
                let equal = glances.in_time(view, SAME_ITEMS, wanted).into_iter();
                let mut near: Vec<(f64, usize)> = equal
                    .filter_map(|other| Some((self.bit_error(view, prints[other].view())?, other)))
                    .collect();
                near.sort_by(|x, y| x.0.total_cmp(&y.0).then(x.1.cmp(&y.1)));
                near.truncate(self.candidates);
                near.into_iter().filter_map(move |(_, other)| {
                    let (a, b) = (row.min(other), row.max(other));
                    let together = self.judge(&prints[a], &prints[b])?;
                    Some(Stems { a, b, together })
                })
            })
            .collect();
        progress.finish();
        found.sort_by_key(|stems| (stems.a, stems.b));
        found
    }
}

/// The first witness.
fn bits(a: View<'_>, b: View<'_>) -> Option<f64> {
    above(ITEMS_ASIDE, |aside| agreeing(a, b, aside))
}

/// All four; None where one has nothing to say.
fn heard(a: &Print, b: &Print, bits: f64) -> Option<Together> {
    let (chords_a, chords_b) = (Chroma::of(a.peaks()), Chroma::of(b.peaks()));
    let (onsets_a, onsets_b) = (onsets(a.peaks()), onsets(b.peaks()));
    // An encoder's delay is less than a frame.
    let best_of_three = |aside: i64| {
        let near = (aside - 1..=aside + 1).filter_map(|at| in_time(&onsets_a, &onsets_b, at));
        near.max_by(f64::total_cmp)
    };
    Some(Together {
        bits,
        chords: above(STEPS_ASIDE, |aside| in_harmony(&chords_a, &chords_b, aside))?,
        onsets: above(FRAMES_ASIDE, best_of_three)?,
        peaks: above(FRAMES_ASIDE, |aside| shared(a.peaks(), b.peaks(), aside))?,
        exactly: a.lasts_as(b),
    })
}

/// Offsets to compare with, on either side: from, to and step. Beyond what a witness blurs and up to
/// some phrases, 2 to 40 s, in items, steps of chroma and frames. No step divides a beat.
type Aside = (i64, i64, usize);
const ITEMS_ASIDE: Aside = (16, 320, 5);
const STEPS_ASIDE: Aside = (4, 72, 1);
const FRAMES_ASIDE: Aside = (87, 1720, 23);

/// Offsets that a deviation needs to be one: a short recording has too few.
const LEAST_ASIDE: usize = 20;

/// Standard deviations by which a witness is better at no offset than at others.
fn above(aside: Aside, witness: impl Fn(i64) -> Option<f64>) -> Option<f64> {
    let (from, to, step) = aside;
    let others = (from..to).step_by(step).flat_map(|at| [at, -at]);
    let others: Vec<f64> = others.filter_map(&witness).collect();
    if others.len() < LEAST_ASIDE {
        return None;
    }
    let mean = others.iter().sum::<f64>() / others.len() as f64;
    let squares = others.iter().map(|value| (value - mean).powi(2));
    let deviation = (squares.sum::<f64>() / others.len() as f64).sqrt();
    (deviation > 0.0).then_some((witness(0)? - mean) / deviation)
}

/// What lies on each other at an offset; None where it is less than half.
fn common<'a, T>(a: &'a [T], b: &'a [T], offset: i64) -> Option<(&'a [T], &'a [T])> {
    let range = overlap(a.len(), b.len(), offset);
    let there = (range.start as i64 + offset) as usize..(range.end as i64 + offset) as usize;
    let enough = !range.is_empty() && 2 * range.len() >= a.len().max(b.len());
    enough.then(|| (&a[range], &b[there]))
}

/// Share of equal bits.
fn agreeing(a: View<'_>, b: View<'_>, offset: i64) -> Option<f64> {
    common(a.items(), b.items(), offset)?;
    let found = errors(a, b, offset, overlap(a.len(), b.len(), offset));
    (found.items > 0).then(|| 1.0 - found.rate())
}

/// Mean cosine of the chords.
fn in_harmony(a: &Chroma, b: &Chroma, offset: i64) -> Option<f64> {
    let (a, b) = common(&a.steps, &b.steps, offset)?;
    let cosine = |(x, y): (&Classes, &Classes)| x.iter().zip(y).map(|(x, y)| x * y).sum::<f32>();
    Some(f64::from(a.iter().zip(b).map(cosine).sum::<f32>()) / a.len() as f64)
}

/// Frames on either side of an onset whose mean is taken off: a second.
const AROUND: usize = 43;

/// Peaks that begin in each frame, above the mean around it: loud and soft parts, which strangers
/// have in common too, do not count.
fn onsets(peaks: &[Peak]) -> Vec<f32> {
    let len = peaks.last().map_or(0, |last| last.frame() as usize + 1);
    let mut counts = vec![0f32; len];
    for peak in peaks {
        // Only in a damaged file are peaks not in order.
        if let Some(count) = counts.get_mut(peak.frame() as usize) {
            *count += 1.0;
        }
    }
    let mut sums = vec![0f64; len + 1];
    for at in 0..len {
        sums[at + 1] = sums[at] + f64::from(counts[at]);
    }
    let around = |at: usize| {
        let (from, to) = (at.saturating_sub(AROUND), (at + AROUND + 1).min(len));
        ((sums[to] - sums[from]) / (to - from) as f64) as f32
    };
    (0..len).map(|at| counts[at] - around(at)).collect()
}

/// Correlation of the onsets.
fn in_time(a: &[f32], b: &[f32], offset: i64) -> Option<f64> {
    let (a, b) = common(a, b, offset)?;
    let (mut both, mut of_a, mut of_b) = (0f32, 0f32, 0f32);
    for (x, y) in a.iter().zip(b) {
        both += x * y;
        of_a += x * x;
        of_b += y * y;
    }
    (of_a > 0.0 && of_b > 0.0).then(|| f64::from(both / (of_a * of_b).sqrt()))
}

/// Frames and pitch units (an eighth of a semitone) by which a peak that both have may be off.
const OFF: (i64, i32) = (1, 3);

/// Share of the first's peaks that the second has too.
fn shared(a: &[Peak], b: &[Peak], offset: i64) -> Option<f64> {
    let last = i64::from(b.last()?.frame());
    let (mut low, mut judged, mut matched) = (0, 0u32, 0u32);
    for peak in a {
        let place = i64::from(peak.frame()) + offset;
        if !(0..=last).contains(&place) {
            continue;
        }
        while low < b.len() && i64::from(b[low].frame()) < place - OFF.0 {
            low += 1;
        }
        let near = b[low..].iter();
        let mut near = near.take_while(|other| i64::from(other.frame()) <= place + OFF.0);
        judged += 1;
        matched += u32::from(near.any(|other| (other.pitch() - peak.pitch()).abs() <= OFF.1));
    }
    (2 * judged as usize >= a.len()).then(|| f64::from(matched) / f64::from(judged.max(1)))
}

#[cfg(all(test, feature = "job"))]
mod tests;
