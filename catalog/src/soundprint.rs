//! Are two masters one recording, as far as a glance can tell?
//!
//! A soundprint is the course of loudness in 64 equal parts of the file, in steps of half a decibel below
//! the loudest part. It survives another container, sample rate or depth and a change of level; it is no
//! fingerprint: it only answers whether one ISRC stands for one audio.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Equal parts of the file.
pub const PARTS: usize = 64;
/// Decibels per step.
const STEP_DB: f64 = 0.5;
/// Mean distance of two prints, decibels, up to which they are one recording. Dither, resampling and a
/// cut of half a second stay below 1; another mix of one song is above 2.
const SAME_DB: f64 = 1.5;
/// Lengths may differ by this many milliseconds: lead-in and fade differ between masterings.
const SAME_MS: u64 = 2_000;

/// Levels below the loudest part, in half decibels, at most 255.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Soundprint([u8; PARTS]);

impl Soundprint {
    /// From the mean square of many short, equal stretches of the file, in order; `None` when there are
    /// too few of them, or only silence.
    pub fn of(energies: &[f64]) -> Option<Soundprint> {
        if energies.len() < PARTS {
            return None;
        }
        let part = |index: usize| {
            let range = index * energies.len() / PARTS..(index + 1) * energies.len() / PARTS;
            let length = range.len() as f64;
            energies[range].iter().sum::<f64>() / length
        };
        let means: [f64; PARTS] = std::array::from_fn(part);
        let loudest = means.iter().copied().fold(0.0, f64::max);
        (loudest > 0.0).then(|| {
            Soundprint(means.map(|mean| {
                let below = -10.0 * (mean / loudest).max(1e-13).log10() / STEP_DB;
                below.round().clamp(0.0, 255.0) as u8
            }))
        })
    }

    /// Mean distance in decibels; levels more than 60 dB below the loudest count as silence.
    pub fn distance(&self, other: &Soundprint) -> f64 {
        let pairs = self.0.iter().zip(&other.0);
        let steps: u32 = pairs
            .map(|(a, b)| u32::from((*a).min(120).abs_diff((*b).min(120))))
            .sum();
        f64::from(steps) * STEP_DB / PARTS as f64
    }

    /// Whether two masters of these lengths (milliseconds) are one recording.
    pub fn agrees(&self, own_ms: u64, other: &Soundprint, other_ms: u64) -> bool {
        own_ms.abs_diff(other_ms) <= SAME_MS && self.distance(other) <= SAME_DB
    }
}

/// 128 hexadecimal digits.
impl fmt::Display for Soundprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|level| write!(f, "{level:02x}"))
    }
}

impl FromStr for Soundprint {
    type Err = String;

    fn from_str(text: &str) -> Result<Soundprint, String> {
        let wrong = || {
            format!(
                "soundprint: found {} characters, expected {} hexadecimal digits",
                text.len(),
                2 * PARTS
            )
        };
        if text.len() != 2 * PARTS || !text.is_ascii() {
            return Err(wrong());
        }
        let mut levels = [0; PARTS];
        for (index, level) in levels.iter_mut().enumerate() {
            *level =
                u8::from_str_radix(&text[2 * index..2 * index + 2], 16).map_err(|_| wrong())?;
        }
        Ok(Soundprint(levels))
    }
}

impl Serialize for Soundprint {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
impl<'de> Deserialize<'de> for Soundprint {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wave(scale: f64, shape: f64) -> Vec<f64> {
        (0..1000)
            .map(|n| scale * (1.1 + (f64::from(n) * shape).sin()))
            .collect()
    }

    #[test]
    fn level_does_not_matter_and_shape_does() {
        let a = Soundprint::of(&wave(1.0, 0.02)).unwrap();
        let louder = Soundprint::of(&wave(4.0, 0.02)).unwrap();
        let other = Soundprint::of(&wave(1.0, 0.013)).unwrap();
        assert!(a.agrees(60_000, &louder, 61_000));
        assert!(!a.agrees(60_000, &louder, 63_000));
        assert!(!a.agrees(60_000, &other, 60_000), "{}", a.distance(&other));
    }

    #[test]
    fn a_print_survives_its_text_and_silence_has_none() {
        let print = Soundprint::of(&wave(1.0, 0.02)).unwrap();
        assert_eq!(print.to_string().parse::<Soundprint>().unwrap(), print);
        assert!("xy".parse::<Soundprint>().is_err());
        assert_eq!(Soundprint::of(&[0.0; 100]), None);
        assert_eq!(Soundprint::of(&[1.0; 10]), None);
    }
}
