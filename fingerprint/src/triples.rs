//! Which threes of peaks name a moment of a recording among millions?
//!
//! A pair of peaks ([`crate::landmarks`]) has some 20 bits, which is enough for a noisy clip in an
//! index that is dense anyway. Duplicates are sought in a thin index over a whole catalogue, where
//! a key of 20 bits stands in thousands of recordings; with a third peak it has 28. Pitch and time
//! are coarser than in pairs, so that a triple survives where its peaks do. A query is bent as
//! with pairs.

use crate::index::{Keyed, MAX_SAMPLING};
use crate::landmarks::Bend;
use crate::peaks::{Peak, UNITS_PER_SEMITONE};
use crate::print::{KEY_BITS, Print};

/// Frames from the first peak to the others, at least and at most: 0.05 to 0.65 s.
pub const ZONE_FRAMES: (i32, i32) = (2, 28);

/// Pitch units between the first and the others at most: ten semitones.
pub const ZONE_PITCH: i32 = 10 * UNITS_PER_SEMITONE;

/// Pitch units of a step of a key: a third of a semitone.
const PITCH_STEP: i32 = 8;

/// Frames of a step of a key.
const TIME_STEP: i32 = 2;

/// Peaks that may follow a first one: three times what dense music has. Bounds the work.
const MAX_FOLLOWERS: usize = 24;

/// Odd factors (of the golden ratio, and xxHash's) whose products are summed: the upper bits
/// depend on all three peaks, and each part of a triple is multiplied once.
const FACTORS: [u32; 3] = [0x9e37_79b1, 0x85eb_ca77, 0xc2b2_ae3d];

/// A recording's peaks with those that may follow each: made once, and read for every bend.
#[derive(Clone, Debug)]
pub struct Followed<'a> {
    peaks: &'a [Peak],
    /// Frames behind the first in the upper bits, steps of interval in the lower eight.
    followers: Vec<u16>,
    /// Where each peak's followers begin, and the end of the last.
    starts: Vec<u32>,
}

impl<'a> Followed<'a> {
    /// Lists the followers for bends that stretch by `least` or more.
    pub fn new(peaks: &'a [Peak], least: f64) -> Followed<'a> {
        let least = least.clamp(SMALLEST, 1.0);
        let latest = ((f64::from(ZONE_FRAMES.1) + 0.5) / least).ceil() as u32;
        let (mut followers, mut starts) = (Vec::new(), vec![0]);
        for (at, first) in peaks.iter().enumerate() {
            let frames = |peak: &Peak| peak.frame().wrapping_sub(first.frame());
            let near = peaks[at + 1..].iter().map_while(|peak| {
                let frames = frames(peak);
                (frames <= latest).then_some((frames, peak.pitch() - first.pitch()))
            });
            followers.extend(
                near.filter(|(_, interval)| interval.abs() <= ZONE_PITCH)
                    .take(4 * MAX_FOLLOWERS)
                    .map(|(frames, interval)| {
                        let interval = interval + ZONE_PITCH + PITCH_STEP / 2;
                        (frames as u16) << 8 | interval.div_euclid(PITCH_STEP) as u16
                    }),
            );
            starts.push(followers.len() as u32);
        }
        Followed {
            peaks,
            followers,
            starts,
        }
    }

    /// Keys below 2^([`KEY_BITS`] − `sampling`), and the frames of their first peaks as they are
    /// in the query (not stretched), by ascending frame.
    pub fn triples(&self, bend: Bend, sampling: u32) -> Vec<(u32, usize)> {
        // A key is one of the sample if its upper bits are zero.
        let upper = !(u32::MAX >> sampling.min(MAX_SAMPLING));
        let times = times(bend.stretch);
        let shift = bend.units().round() as i32;
        let mut keys = Vec::new();
        for (first, range) in self.peaks.iter().zip(self.starts.windows(2)) {
            let from = (first.pitch() + shift).div_euclid(PITCH_STEP) as u32 & 0xff;
            let from = from.wrapping_mul(FACTORS[0]);
            let near = &self.followers[range[0] as usize..range[1] as usize];
            let (steps, count) = bent(near, &times);
            let others = steps.map(|step| step.wrapping_mul(FACTORS[2]));
            for one in 0..count {
                let two = from.wrapping_add(steps[one].wrapping_mul(FACTORS[1]));
                for other in &others[one + 1..count] {
                    let hashed = two.wrapping_add(*other);
                    if hashed & upper == 0 {
                        keys.push((hashed >> (32 - KEY_BITS), first.frame() as usize));
                    }
                }
            }
        }
        keys
    }
}

/// Smallest stretch. Settings may say anything; what is beyond an octave is no other speed.
const SMALLEST: f64 = 0.5;

/// Frames that the latest of followers may lie behind.
const LATEST: usize = 64;

/// The step of time of a follower once it is bent, by its frames as they are: rounding each anew
/// would be a tenth of a search. [`NEVER`] beyond the zone.
fn times(stretch: f64) -> [u8; LATEST] {
    let stretch = stretch.clamp(SMALLEST, 1.0 / SMALLEST) as f32;
    std::array::from_fn(|frames| {
        let time = (frames as f32 * stretch).round() as i32;
        match (ZONE_FRAMES.0..=ZONE_FRAMES.1).contains(&time) {
            true => (time / TIME_STEP) as u8,
            false => NEVER,
        }
    })
}

/// No step of time.
const NEVER: u8 = u8::MAX;

/// The followers that lie in the zone once they are bent, as interval and time in steps.
fn bent(near: &[u16], times: &[u8; LATEST]) -> ([u32; MAX_FOLLOWERS], usize) {
    let (mut steps, mut count) = ([0; MAX_FOLLOWERS], 0);
    for follower in near {
        let time = times[usize::from(follower >> 8) % LATEST];
        if time != NEVER {
            steps[count] = u32::from(follower & 0xff) << 6 | u32::from(time);
            count += 1;
            if count == MAX_FOLLOWERS {
                break;
            }
        }
    }
    (steps, count)
}

/// The triples of peaks in one bend.
pub fn triples(peaks: &[Peak], bend: Bend, sampling: u32) -> Vec<(u32, usize)> {
    Followed::new(peaks, bend.stretch).triples(bend, sampling)
}

/// A recording as its triples, to be indexed.
#[derive(Clone, Copy, Debug)]
pub struct Triples<'a>(pub &'a [Peak]);

impl<'a> From<&'a Print> for Triples<'a> {
    fn from(print: &'a Print) -> Triples<'a> {
        Triples(print.peaks())
    }
}

impl Keyed for Triples<'_> {
    fn places(&self) -> u64 {
        self.0.last().map_or(0, |peak| u64::from(peak.frame()) + 1)
    }

    fn keys(&self, sampling: u32) -> impl Iterator<Item = (u32, usize)> {
        triples(self.0, Bend::NONE, sampling).into_iter()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::made_up::peaks;

    proptest! {
        #[test]
        fn a_higher_copy_has_the_same_triples_once_the_query_is_bent(
            peaks in peaks(), semitones in -3i32..=3
        ) {
            let higher: Vec<Peak> = peaks
                .iter()
                .map(|peak| Peak::new(peak.frame(), (peak.pitch() + semitones * 24) as u16))
                .collect();
            let bend = Bend { stretch: 1.0, semitones: f64::from(semitones) };
            let bent = triples(&peaks, bend, 0);
            prop_assert_eq!(bent, triples(&higher, Bend::NONE, 0));
        }

        #[test]
        fn sampling_keeps_the_same_keys_wherever_they_stand(peaks in peaks(), sampling in 0u32..8) {
            let kept = triples(&peaks, Bend::NONE, sampling);
            let all = triples(&peaks, Bend::NONE, 0);
            let chosen: Vec<_> = all.into_iter().filter(|(key, _)| key >> (28 - sampling) == 0).collect();
            prop_assert_eq!(kept, chosen);
        }

        #[test]
        fn keys_fit_their_bits_and_come_in_order_of_frames(peaks in peaks()) {
            let all = triples(&peaks, Bend::NONE, 0);
            prop_assert!(all.iter().all(|(key, _)| key >> KEY_BITS == 0));
            prop_assert!(all.is_sorted_by_key(|(_, frame)| *frame));
        }
    }

    #[test]
    fn three_peaks_near_each_other_make_one_triple() {
        let at = |frame, pitch| Peak::new(frame, pitch);
        let count = |peaks: &[Peak]| triples(peaks, Bend::NONE, 0).len();
        assert_eq!(count(&[at(0, 500), at(10, 520), at(20, 480)]), 1);
        assert_eq!(count(&[at(0, 500), at(10, 520)]), 0);
        assert_eq!(
            count(&[at(0, 500), at(10, 520), at(60, 480)]),
            0,
            "too late"
        );
        assert_eq!(
            count(&[at(0, 500), at(10, 520), at(20, 900)]),
            0,
            "too high"
        );
    }
}
