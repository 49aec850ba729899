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

/// Keys below 2^([`KEY_BITS`] − `sampling`), and the frames of their first peaks as they are in
/// the query (not stretched), by ascending frame.
pub fn triples(
    peaks: &[Peak],
    bend: Bend,
    sampling: u32,
) -> impl Iterator<Item = (u32, usize)> + '_ {
    let limit = 1u32 << (KEY_BITS - sampling.min(MAX_SAMPLING));
    // Settings may say anything; what is beyond an octave is no other speed.
    let stretch = bend.stretch.clamp(0.5, 2.0) as f32;
    let shift = bend.units().round() as i32;
    (0..peaks.len()).flat_map(move |at| {
        let first = peaks[at];
        let from = (first.pitch() + shift).div_euclid(PITCH_STEP) as u64 & 0xff;
        let (followers, count) = followers(&peaks[at..], stretch);
        (0..count).flat_map(move |one| {
            (one + 1..count).filter_map(move |other| {
                let three = from << 32 | followers[one] << 16 | followers[other];
                // Fibonacci hashing: the upper bits depend on all.
                let key = (three.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - KEY_BITS)) as u32;
                (key < limit).then_some((key, first.frame() as usize))
            })
        })
    })
}

/// The peaks after the first that belong to it, as interval and time in steps.
fn followers(peaks: &[Peak], stretch: f32) -> ([u64; MAX_FOLLOWERS], usize) {
    let (mut steps, mut count) = ([0; MAX_FOLLOWERS], 0);
    let first = peaks[0];
    for peak in &peaks[1..] {
        let frames = (peak.frame() - first.frame()) as f32 * stretch;
        let time = frames.round() as i32;
        if time > ZONE_FRAMES.1 || count == MAX_FOLLOWERS {
            break;
        }
        let interval = peak.pitch() - first.pitch();
        if time >= ZONE_FRAMES.0 && interval.abs() <= ZONE_PITCH {
            let interval = (interval + ZONE_PITCH + PITCH_STEP / 2).div_euclid(PITCH_STEP) as u64;
            steps[count] = interval << 6 | (time / TIME_STEP) as u64;
            count += 1;
        }
    }
    (steps, count)
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
        triples(self.0, Bend::NONE, sampling)
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
            let bent: Vec<_> = triples(&peaks, bend, 0).collect();
            prop_assert_eq!(bent, triples(&higher, Bend::NONE, 0).collect::<Vec<_>>());
        }

        #[test]
        fn sampling_keeps_the_same_keys_wherever_they_stand(peaks in peaks(), sampling in 0u32..8) {
            let kept: Vec<_> = triples(&peaks, Bend::NONE, sampling).collect();
            let all = triples(&peaks, Bend::NONE, 0);
            let chosen: Vec<_> = all.filter(|(key, _)| key >> (28 - sampling) == 0).collect();
            prop_assert_eq!(kept, chosen);
        }

        #[test]
        fn keys_fit_their_bits_and_come_in_order_of_frames(peaks in peaks()) {
            let all: Vec<_> = triples(&peaks, Bend::NONE, 0).collect();
            prop_assert!(all.iter().all(|(key, _)| key >> KEY_BITS == 0));
            prop_assert!(all.is_sorted_by_key(|(_, frame)| *frame));
        }
    }

    #[test]
    fn three_peaks_near_each_other_make_one_triple() {
        let at = |frame, pitch| Peak::new(frame, pitch);
        let count = |peaks: &[Peak]| triples(peaks, Bend::NONE, 0).count();
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
