//! Where does a recording's spectrum stand out?
//!
//! A *peak* is a spectral maximum that no other maximum within [`REACH_FRAMES`] frames and
//! [`REACH_PITCH`] of pitch exceeds. Encodes, equalisers, a telephone's band, a voice or noise on
//! top leave many peaks where they were; another pitch moves all of them up or down by the same
//! number of pitch units, another speed stretches their times. So one list of peaks serves
//! identification, the duplicates that Chromaprint cannot see, and covers.
//!
//! Units: a frame is 256 samples at 11,025 Hz (23.2 ms), a pitch unit is 1/24 of a semitone above
//! [`LOWEST_HZ`]. Peaks are ordered by frame, then pitch.
//! Source: A. Wang, "An industrial-strength audio search algorithm", ISMIR 2003, for peaks that
//! survive noise; the two-pass suppression, log frequency and interpolation are ours.

#[cfg(feature = "job")]
mod picker;
#[cfg(feature = "job")]
pub use picker::Picker;

/// Hz of the audio that peaks are picked from.
pub const RATE: u32 = 11_025;

/// Samples from one frame to the next.
pub const HOP: usize = 256;

/// Seconds from one frame to the next.
pub const FRAME_SECONDS: f64 = HOP as f64 / RATE as f64;

/// Pitch units of a semitone: 4.2 cents each.
pub const UNITS_PER_SEMITONE: i32 = 24;

/// Pitch units of an octave.
pub const UNITS_PER_OCTAVE: i32 = 12 * UNITS_PER_SEMITONE;

/// The lowest pitch that is looked at, C2: bass lines stand out where voices and hiss cover what lies
/// above. From 200 Hz on, 15 of 200 clips of 10 s under babble as loud as the music were not named, from
/// here 5 (`evaluate --seed 41`).
pub const LOWEST_HZ: f32 = 65.4;

/// The highest: above it `fpcalc`'s resampler, which feeds us, begins to fade.
pub const HIGHEST_HZ: f32 = 4_200.0;

/// Frames on either side that a peak must dominate.
pub const REACH_FRAMES: usize = 5;

/// Pitch units on either side that a peak must dominate: two semitones and a half.
pub const REACH_PITCH: i32 = 5 * UNITS_PER_SEMITONE / 2;

/// The same two in a clip. They are less, so that a clip has more peaks: a recording's peak that noise
/// exceeds nearby is still among them. Measured on 400 songs under as loud babble: 88, 97 and 98 of
/// 100 clips of 5, 10 and 15 s instead of 85, 95 and 96 with four frames (`evaluate --seed 5` and `11`).
pub const CLIP_REACH: (usize, i32) = (3, 2 * UNITS_PER_SEMITONE);

/// Frames that can be told apart: 13.5 hours. Later audio has no peaks, which protects memory
/// from endless streams.
pub const MAX_FRAMES: u32 = 1 << 21;

/// A peak: frame in the upper 21 bits, pitch in the lower 11, so that order is by time.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, bytemuck::Pod, bytemuck::Zeroable,
)]
#[repr(transparent)]
pub struct Peak(pub u32);

impl Peak {
    /// Puts one together; pitches beyond 2047 are taken as that, frames beyond
    /// [`MAX_FRAMES`] as the last.
    pub fn new(frame: u32, pitch: u16) -> Peak {
        Peak(frame.min(MAX_FRAMES - 1) << 11 | u32::from(pitch.min(2047)))
    }

    /// Frames since the beginning.
    #[inline]
    pub fn frame(self) -> u32 {
        self.0 >> 11
    }

    /// Pitch units above [`LOWEST_HZ`].
    #[inline]
    pub fn pitch(self) -> i32 {
        (self.0 & 2047) as i32
    }

    /// Seconds since the beginning.
    pub fn seconds(self) -> f64 {
        f64::from(self.frame()) * FRAME_SECONDS
    }
}
