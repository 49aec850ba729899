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

/// Scrambled keys below 2^([`KEY_BITS`] − `sampling`), and the frames of their first peaks as
/// they are in the query (not stretched), by ascending frame.
pub fn landmarks(
    peaks: &[Peak],
    bend: Bend,
    sampling: u32,
) -> impl Iterator<Item = (u32, usize)> + '_ {
    let limit = 1u32 << (KEY_BITS - sampling.min(MAX_SAMPLING));
    let times = times(bend.stretch);
    let shift = bend.units().round() as i32;
    peaks.iter().enumerate().flat_map(move |(at, &first)| {
        let from = (first.pitch() + shift).div_euclid(PITCH_STEP);
        peaks[at + 1..]
            .iter()
            .map_while(move |second| {
                let frames = second.frame().wrapping_sub(first.frame()) as usize;
                let time = *times.get(frames)?;
                (time <= ZONE_FRAMES.1).then_some((second, time))
            })
            .filter_map(move |(second, time)| {
                let interval = second.pitch() - first.pitch();
                if time < ZONE_FRAMES.0 || interval.abs() > ZONE_PITCH {
                    return None;
                }
                let scrambled = scramble(key(from, interval, time));
                (scrambled < limit).then_some((scrambled, first.frame() as usize))
            })
    })
}

/// Frames that the latest second peak may lie behind, stretched to a half, and one more.
const LATEST: usize = 2 * ZONE_FRAMES.1 as usize + 2;

/// The time of a second peak in frames once it is bent, by its frames as they are.
fn times(stretch: f64) -> [u32; LATEST] {
    // Settings may say anything; what is beyond an octave is no other speed.
    let stretch = stretch.clamp(0.5, 2.0) as f32;
    std::array::from_fn(|frames| (frames as f32 * stretch).round() as u32)
}

/// 9 bits of pitch, 7 of interval, 6 of time.
fn key(from: i32, interval: i32, time: u32) -> u32 {
    let interval = (interval + ZONE_PITCH + PITCH_STEP / 2).div_euclid(PITCH_STEP) as u32;
    ((from.clamp(0, 511) as u32) << 13) | (interval << 6) | time
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
        landmarks(self.0, Bend::NONE, sampling)
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
            let bent: Vec<_> = landmarks(&peaks, bend, 0).collect();
            prop_assert_eq!(bent, landmarks(&higher, Bend::NONE, 0).collect::<Vec<_>>());
        }

        #[test]
        fn sampling_keeps_the_same_keys_wherever_they_stand(peaks in peaks(), sampling in 0u32..8) {
            let kept: Vec<_> = landmarks(&peaks, Bend::NONE, sampling).collect();
            let all = landmarks(&peaks, Bend::NONE, 0);
            let chosen: Vec<_> = all.filter(|(key, _)| key >> (28 - sampling) == 0).collect();
            prop_assert_eq!(kept, chosen);
        }
    }

    #[test]
    fn peaks_too_far_apart_in_time_or_pitch_make_no_landmark() {
        let at = |frame, pitch| Peak::new(frame, pitch);
        let count = |peaks: &[Peak]| landmarks(peaks, Bend::NONE, 0).count();
        assert_eq!(count(&[at(0, 100), at(10, 200)]), 1);
        assert_eq!(count(&[at(0, 100), at(41, 200)]), 0);
        assert_eq!(count(&[at(0, 100), at(10, 500)]), 0);
        assert_eq!(count(&[at(0, 100), at(1, 200)]), 0);
    }
}
