//! How do more channels become two, or one?
//!
//! ITU-R BS.775-4, annex 4: the centre and the surrounds join left and right 3 dB down, low
//! frequencies stay out. Mono is the mean of left and right, as BS.775's 1/0 row but without its
//! +3 dB, so that a full-scale pair stays in range. Sums may exceed full scale: gain is planned
//! afterwards from the measured peak.

use crate::{AudioError, Layout, Speaker};
use std::f32::consts::FRAC_1_SQRT_2;

/// A matrix of output channels by input channels.
#[derive(Debug, Clone, PartialEq)]
pub struct Downmix {
    rows: Vec<Vec<f32>>,
}

impl Downmix {
    /// To left and right. Mono goes to both at full level; stereo is unchanged.
    ///
    /// # Errors
    /// [`AudioError::NoDownmix`] for a layout with channels of unknown role.
    pub fn to_stereo(layout: &Layout) -> Result<Downmix, AudioError> {
        let mut rows = vec![
            Vec::with_capacity(layout.count()),
            Vec::with_capacity(layout.count()),
        ];
        for speaker in layout.speakers() {
            let (left, right) = match speaker {
                Speaker::Mono => (1.0, 1.0),
                Speaker::Left => (1.0, 0.0),
                Speaker::Right => (0.0, 1.0),
                Speaker::Centre => (FRAC_1_SQRT_2, FRAC_1_SQRT_2),
                Speaker::LowFrequency => (0.0, 0.0),
                Speaker::LeftSurround => (FRAC_1_SQRT_2, 0.0),
                Speaker::RightSurround => (0.0, FRAC_1_SQRT_2),
                // BS.775's 3/1 row: -3 dB, shared by both sides.
                Speaker::RearCentre => (0.5, 0.5),
                Speaker::Other => {
                    return Err(AudioError::NoDownmix {
                        found: layout.to_string(),
                    });
                }
            };
            rows[0].push(left);
            rows[1].push(right);
        }
        Ok(Downmix { rows })
    }

    /// To one channel: the mean of the stereo downmix.
    ///
    /// # Errors
    /// As [`Downmix::to_stereo`].
    pub fn to_mono(layout: &Layout) -> Result<Downmix, AudioError> {
        let stereo = Downmix::to_stereo(layout)?;
        let mean = |(left, right): (&f32, &f32)| 0.5 * (left + right);
        Ok(Downmix {
            rows: vec![
                stereo.rows[0]
                    .iter()
                    .zip(&stereo.rows[1])
                    .map(mean)
                    .collect(),
            ],
        })
    }

    /// The number of output channels.
    pub fn channels(&self) -> usize {
        self.rows.len()
    }

    /// Whether the output is the input.
    pub fn is_identity(&self) -> bool {
        self.rows == [[1.0, 0.0], [0.0, 1.0]] || self.rows == [[1.0]]
    }

    /// Mixes planes of equal length; `input` has the layout's channels.
    pub fn apply<P: AsRef<[f32]>>(&self, input: &[P]) -> Vec<Vec<f32>> {
        let frames = input.first().map_or(0, |plane| plane.as_ref().len());
        let mix = |row: &Vec<f32>| {
            let mut out = vec![0.0f32; frames];
            for (gain, plane) in row.iter().zip(input).filter(|(gain, _)| **gain != 0.0) {
                for (sum, sample) in out.iter_mut().zip(plane.as_ref()) {
                    *sum += gain * sample;
                }
            }
            out
        };
        self.rows.iter().map(mix).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn surround_joins_left_and_right_three_decibels_down_without_low_frequencies() {
        let mix = Downmix::to_stereo(&Layout::surround_5_1()).expect("5.1 has a downmix");
        let unit = |channel: usize| -> Vec<Vec<f32>> {
            (0..6)
                .map(|c| vec![if c == channel { 1.0 } else { 0.0 }])
                .collect()
        };
        let h = FRAC_1_SQRT_2;
        let expected = [
            [1.0, 0.0],
            [0.0, 1.0],
            [h, h],
            [0.0, 0.0],
            [h, 0.0],
            [0.0, h],
        ];
        for (channel, expected) in expected.iter().enumerate() {
            let out = mix.apply(&unit(channel));
            assert_eq!([out[0][0], out[1][0]], *expected, "channel {channel}");
        }
    }

    #[test]
    fn stereo_passes_unchanged_and_its_mono_is_the_mean() {
        let stereo = [vec![0.5f32, -1.0], vec![0.25, 1.0]];
        let same = Downmix::to_stereo(&Layout::stereo()).expect("stereo");
        assert!(same.is_identity());
        assert_eq!(same.apply(&stereo), stereo);
        let mono = Downmix::to_mono(&Layout::stereo()).expect("stereo");
        assert_eq!(mono.apply(&stereo), [[0.375, 0.0]]);
    }

    #[test]
    fn channels_without_a_role_have_no_downmix() {
        let error = Downmix::to_stereo(&Layout::of_count(8)).expect_err("no roles");
        assert!(error.to_string().contains("8 channels"), "{error}");
    }
}
