//! Which quantities do we measure, and which of them may be added?
//!
//! A number has a type that knows its unit: `Lufs - Lufs` is a [`GainDb`], and adding two
//! `Lufs` does not compile. Silence has no loudness: write `Option<Lufs>`, never minus infinity.
//! Terms after EBU R 128 (2023), ITU-R BS.1770-5 and EBU Tech 3342.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::num::NonZeroU32;
use std::ops::{Add, Neg, Sub};

/// Defines a decibel-like quantity: transparent in serde, printed with one decimal and its unit.
macro_rules! level {
    ($(#[$doc:meta])* $name:ident, $unit:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub f64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:.*} {}", f.precision().unwrap_or(1), self.0, $unit)
            }
        }
    };
}

level!(
    /// Programme loudness, K-weighted, relative to full scale (BS.1770).
    Lufs,
    "LUFS"
);
level!(
    /// A loudness range (LRA, EBU Tech 3342), in loudness units.
    Lu,
    "LU"
);
level!(
    /// A true peak: the level of the reconstructed waveform, relative to full scale.
    Dbtp,
    "dBTP"
);
level!(
    /// A gain in decibels; positive is louder.
    GainDb,
    "dB"
);

impl GainDb {
    /// No change.
    pub const NONE: GainDb = GainDb(0.0);

    /// The factor by which samples are multiplied: 10^(gain/20).
    pub fn amplitude(self) -> f64 {
        10f64.powf(self.0 / 20.0)
    }

    /// The smaller of two gains.
    #[must_use]
    pub fn min(self, other: GainDb) -> GainDb {
        GainDb(self.0.min(other.0))
    }
}

impl Dbtp {
    /// The level of a sample magnitude, or `None` for digital silence.
    pub fn of_amplitude(amplitude: f64) -> Option<Dbtp> {
        (amplitude > 0.0).then(|| Dbtp(20.0 * amplitude.log10()))
    }
}

impl Sub for Lufs {
    type Output = GainDb;
    fn sub(self, other: Lufs) -> GainDb {
        GainDb(self.0 - other.0)
    }
}
impl Add<GainDb> for Lufs {
    type Output = Lufs;
    fn add(self, gain: GainDb) -> Lufs {
        Lufs(self.0 + gain.0)
    }
}
impl Sub for Dbtp {
    type Output = GainDb;
    fn sub(self, other: Dbtp) -> GainDb {
        GainDb(self.0 - other.0)
    }
}
impl Add<GainDb> for Dbtp {
    type Output = Dbtp;
    fn add(self, gain: GainDb) -> Dbtp {
        Dbtp(self.0 + gain.0)
    }
}
impl Add for GainDb {
    type Output = GainDb;
    fn add(self, other: GainDb) -> GainDb {
        GainDb(self.0 + other.0)
    }
}
impl Neg for GainDb {
    type Output = GainDb;
    fn neg(self) -> GainDb {
        GainDb(-self.0)
    }
}

/// Samples per second and channel, 1 to [`SampleRate::MAX`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct SampleRate(NonZeroU32);

impl SampleRate {
    /// The highest rate that is believed: protects divisions and allocations from headers that lie.
    pub const MAX: u32 = 768_000;

    /// Checks a rate from a header.
    ///
    /// # Errors
    /// [`UnitError::SampleRate`] when it is zero or above [`SampleRate::MAX`].
    pub const fn new(hz: u32) -> Result<SampleRate, UnitError> {
        match NonZeroU32::new(hz) {
            Some(rate) if hz <= Self::MAX => Ok(SampleRate(rate)),
            _ => Err(UnitError::SampleRate(hz)),
        }
    }

    /// The rate in hertz.
    pub const fn hz(self) -> u32 {
        self.0.get()
    }

    /// How many frames a duration has at this rate, rounded down.
    pub fn frames(self, duration: Millis) -> Frames {
        Frames((u128::from(duration.0) * u128::from(self.hz()) / 1000) as u64)
    }
}

impl TryFrom<u32> for SampleRate {
    type Error = UnitError;
    fn try_from(hz: u32) -> Result<SampleRate, UnitError> {
        SampleRate::new(hz)
    }
}
impl From<SampleRate> for u32 {
    fn from(rate: SampleRate) -> u32 {
        rate.hz()
    }
}
impl fmt::Display for SampleRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} Hz", self.hz())
    }
}

/// Samples per channel: a position or a length.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Frames(pub u64);

impl Frames {
    /// How long this many frames last at a rate, rounded to the nearest millisecond.
    pub fn at(self, rate: SampleRate) -> Millis {
        let hz = u128::from(rate.hz());
        Millis(((u128::from(self.0) * 1000 + hz / 2) / hz) as u64)
    }
}
impl Add for Frames {
    type Output = Frames;
    fn add(self, other: Frames) -> Frames {
        Frames(self.0 + other.0)
    }
}
impl Sub for Frames {
    type Output = Frames;
    fn sub(self, other: Frames) -> Frames {
        Frames(self.0 - other.0)
    }
}

/// A duration in milliseconds.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Millis(pub u64);

impl Millis {
    /// The duration in seconds.
    pub fn seconds(self) -> f64 {
        self.0 as f64 / 1000.0
    }
}

/// Minutes and seconds (hours where there are any), as a player shows them: `3:07`, `1:02:45`.
impl fmt::Display for Millis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let total = (self.0 + 500) / 1000;
        let (hours, minutes, seconds) = (total / 3600, total / 60 % 60, total % 60);
        match hours {
            0 => write!(f, "{minutes}:{seconds:02}"),
            _ => write!(f, "{hours}:{minutes:02}:{seconds:02}"),
        }
    }
}

/// A number that no unit of ours can hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnitError {
    /// A sample rate outside 1 to [`SampleRate::MAX`].
    #[error("sample rate: found {0} Hz, expected 1 to {max} Hz", max = SampleRate::MAX)]
    SampleRate(u32),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_difference_of_two_loudnesses_is_a_gain() {
        let gain = Lufs(-14.0) - Lufs(-9.0);
        assert_eq!(gain, GainDb(-5.0));
        assert_eq!(Lufs(-9.0) + gain, Lufs(-14.0));
        assert_eq!(gain.to_string(), "-5.0 dB");
    }

    #[test]
    fn a_gain_of_six_decibels_about_doubles_the_amplitude() {
        assert!((GainDb(6.0206).amplitude() - 2.0).abs() < 1e-4);
        assert_eq!(Dbtp::of_amplitude(0.0), None);
    }

    #[test]
    fn a_sample_rate_of_zero_or_of_four_billion_is_refused() {
        assert_eq!(SampleRate::new(0), Err(UnitError::SampleRate(0)));
        assert!(SampleRate::new(u32::MAX).is_err());
        assert!(serde_json::from_str::<SampleRate>("0").is_err());
    }

    #[test]
    fn frames_and_milliseconds_agree_at_any_rate() {
        let cd = SampleRate::new(44_100).unwrap();
        assert_eq!(Frames(44_100 * 187).at(cd), Millis(187_000));
        assert_eq!(cd.frames(Millis(187_000)), Frames(44_100 * 187));
        assert!(Frames(u64::MAX).at(cd).to_string().contains(':'));
        assert_eq!(Millis(187_400).to_string(), "3:07");
        assert_eq!(Millis(3_765_000).to_string(), "1:02:45");
    }
}
