//! Which pairs of peaks name a moment of a recording?
//!
//! A *landmark* is two peaks that follow each other closely: pitch of the first, interval to the
//! second, time between them. The three numbers make a key; the first peak's frame is its place.
//! Every pair within the zone counts, without a limit on partners per peak: so a pair survives
//! noise if its two peaks do, whatever else the noise brings.
//!
//! A query may be *bent*: pitches shifted and times stretched before keys are made, to find
//! recordings that play it higher, lower, faster or slower. Source of the idea: A. Wang, ISMIR
//! 2003; of logarithmic pitch and bent queries: J. Six and M. Leman, "Panako", ISMIR 2014.

use serde::{Deserialize, Serialize};

use crate::index::{Keyed, MAX_SAMPLING, scramble};
use crate::peaks::{Peak, UNITS_PER_OCTAVE};
use crate::print::{KEY_BITS, Print};

/// Frames between the two peaks, at least and at most.
pub const ZONE_FRAMES: (u32, u32) = (2, 40);

/// Pitch units between them at most: an octave.
pub const ZONE_PITCH: i32 = UNITS_PER_OCTAVE;

/// Pitch units that fall into one step of a key: 25 cents.
const PITCH_STEP: i32 = 6;

/// How a query is bent before it is compared.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bend {
    /// The other recording lasts so many times as long as the query.
    pub stretch: f64,
    /// The other recording is so many semitones higher.
    pub semitones: f64,
}

impl Bend {
    /// As it is.
    pub const NONE: Bend = Bend {
        stretch: 1.0,
        semitones: 0.0,
    };

    /// A record that turns so slowly that it lasts `stretch` times as long sounds lower.
    pub fn varispeed(stretch: f64) -> Bend {
        Bend {
            stretch,
            semitones: -12.0 * stretch.log2(),
        }
    }

    /// The shift in pitch units.
    pub fn units(&self) -> f64 {
        self.semitones * f64::from(UNITS_PER_OCTAVE) / 12.0
    }
}

/// Peaks with the pairs that each begins: made once, and read for every bend.
#[derive(Clone, Debug)]
pub struct Pairs<'a> {
    peaks: &'a [Peak],
    /// Frames from the first to the second in the upper bits, steps of interval in the lower seven.
    seconds: Vec<u16>,
    /// Where each peak's second ones begin, and the end of the last.
    starts: Vec<u32>,
}

/// Bits of a key that tell the steps of the interval, and the frames between the two.
const INTERVAL_BITS: u32 = 7;
const TIME_BITS: u32 = 6;

impl<'a> Pairs<'a> {
    /// Lists the pairs for bends that stretch by `least` or more.
    pub fn new(peaks: &'a [Peak], least: f64) -> Pairs<'a> {
        let latest = (f64::from(ZONE_FRAMES.1) + 0.5) / least.clamp(SMALLEST, 1.0 / SMALLEST);
        let latest = latest as u32;
        let (mut seconds, mut starts, mut count, mut end) = (Vec::new(), vec![0], 0, 0);
        for (at, first) in peaks.iter().enumerate() {
            let frames = |peak: &Peak| peak.frame().wrapping_sub(first.frame());
            end = end.max(at + 1);
            end += peaks[end..]
                .iter()
                .take_while(|peak| frames(peak) <= latest)
                .count();
            let near = &peaks[at + 1..end];
            if seconds.len() < count + near.len() {
                seconds.resize(2 * count + near.len() + 1024, 0);
            }
            for second in near {
                let interval = second.pitch() - first.pitch() + ZONE_PITCH;
                let steps = (interval + PITCH_STEP / 2) as u32 / PITCH_STEP as u32;
                seconds[count] = (frames(second) << INTERVAL_BITS | steps) as u16;
                count += usize::from((0..=2 * ZONE_PITCH).contains(&interval));
            }
            starts.push(count as u32);
        }
        seconds.truncate(count);
        Pairs {
            peaks,
            seconds,
            starts,
        }
    }

    /// Scrambled keys below 2^([`KEY_BITS`] − `sampling`): 9 bits of pitch, 7 of interval, 6 of time. With
    /// the frames of their first peaks as they are in the query (not stretched), by ascending frame.
    pub fn landmarks(&self, bend: Bend, sampling: u32) -> Vec<(u32, usize)> {
        let limit = 1u32 << (KEY_BITS - sampling.min(MAX_SAMPLING));
        let times = times(bend.stretch);
        let shift = bend.units().round() as i32;
        let (mut keys, mut count) = (Vec::new(), 0);
        for (first, range) in self.peaks.iter().zip(self.starts.windows(2)) {
            let from = (first.pitch() + shift).div_euclid(PITCH_STEP);
            let from = (from.clamp(0, 511) as u32) << (INTERVAL_BITS + TIME_BITS);
            let seconds = &self.seconds[range[0] as usize..range[1] as usize];
            if keys.len() < count + seconds.len() {
                keys.resize(2 * count + seconds.len() + 1024, (0, 0));
            }
            // Without a branch, which would be guessed wrongly once in four.
            for second in seconds {
                let time = times[usize::from(second >> INTERVAL_BITS) % LATEST];
                let interval = u32::from(second % (1 << INTERVAL_BITS)) << TIME_BITS;
                let scrambled = scramble(from | interval | u32::from(time));
                keys[count] = (scrambled, first.frame() as usize);
                count += usize::from(scrambled < limit && time != NEVER);
            }
        }
        keys.truncate(count);
        keys
    }
}

/// Smallest stretch. Settings may say anything; what is beyond an octave is no other speed.
const SMALLEST: f64 = 0.5;

/// Frames that a second peak may lie behind, at the smallest stretch.
const LATEST: usize = 2 * (ZONE_FRAMES.1 as usize + 1);

/// The time of a second peak in frames once it is bent, by its frames as they are; [`NEVER`] outside
/// the zone.
fn times(stretch: f64) -> [u8; LATEST] {
    let stretch = stretch.clamp(SMALLEST, 1.0 / SMALLEST) as f32;
    std::array::from_fn(|frames| {
        let time = (frames as f32 * stretch).round() as u32;
        match (ZONE_FRAMES.0..=ZONE_FRAMES.1).contains(&time) {
            true => time as u8,
            false => NEVER,
        }
    })
}

/// No time.
const NEVER: u8 = (1 << TIME_BITS) - 1;

/// The landmarks of peaks in one bend.
pub fn landmarks(peaks: &[Peak], bend: Bend, sampling: u32) -> Vec<(u32, usize)> {
    Pairs::new(peaks, bend.stretch).landmarks(bend, sampling)
}

/// A recording as its landmarks, to be indexed.
#[derive(Clone, Copy, Debug)]
pub struct Landmarks<'a>(pub &'a [Peak]);

impl<'a> From<&'a Print> for Landmarks<'a> {
    fn from(print: &'a Print) -> Landmarks<'a> {
        Landmarks(print.peaks())
    }
}

impl Keyed for Landmarks<'_> {
    fn places(&self) -> u64 {
        self.0.last().map_or(0, |peak| u64::from(peak.frame()) + 1)
    }

    fn keys(&self, sampling: u32) -> impl Iterator<Item = (u32, usize)> {
        landmarks(self.0, Bend::NONE, sampling).into_iter()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::made_up::peaks;

    proptest! {
        #[test]
        fn a_higher_copy_has_the_same_landmarks_once_the_query_is_bent(
            peaks in peaks(), semitones in -3i32..=3
        ) {
            let units = semitones * 24;
            let higher: Vec<Peak> = peaks
                .iter()
                .map(|peak| Peak::new(peak.frame(), (peak.pitch() + units) as u16))
                .collect();
            let bend = Bend { stretch: 1.0, semitones: f64::from(semitones) };
            let bent = landmarks(&peaks, bend, 0);
            prop_assert_eq!(bent, landmarks(&higher, Bend::NONE, 0));
        }

        #[test]
        fn sampling_keeps_the_same_keys_wherever_they_stand(peaks in peaks(), sampling in 0u32..8) {
            let kept = landmarks(&peaks, Bend::NONE, sampling);
            let all = landmarks(&peaks, Bend::NONE, 0).into_iter();
            let chosen: Vec<_> = all.filter(|(key, _)| key >> (28 - sampling) == 0).collect();
            prop_assert_eq!(kept, chosen);
        }
    }

    proptest! {
        #[test]
        fn pairs_listed_for_many_bends_serve_each_of_them(peaks in peaks(), stretch in 0.6f64..1.8) {
            let bend = Bend::varispeed(stretch);
            let bent = Pairs::new(&peaks, 0.5).landmarks(bend, 1);
            prop_assert_eq!(bent, landmarks(&peaks, bend, 1));
        }
    }

    #[test]
    fn peaks_too_far_apart_in_time_or_pitch_make_no_landmark() {
        let at = |frame, pitch| Peak::new(frame, pitch);
        let count = |peaks: &[Peak]| landmarks(peaks, Bend::NONE, 0).len();
        assert_eq!(count(&[at(0, 100), at(10, 200)]), 1);
        assert_eq!(count(&[at(0, 100), at(41, 200)]), 0);
        assert_eq!(count(&[at(0, 100), at(10, 500)]), 0);
        assert_eq!(count(&[at(0, 100), at(1, 200)]), 0);
    }
}
