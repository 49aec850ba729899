//! What is the Chromaprint fingerprint of these samples, or of this file?
//!
//! The mathematics is the crate `chromaprint-next` (a port of Chromaprint, MIT; its resampler
//! is a port of FFmpeg's `av_resample` and LGPL-2.1-or-later, so a binary that links it must
//! be distributable under that licence's terms, and its source is public on the registry).
//! Ours is everything before it, done as `fpcalc` does: samples are brought to 16 bits like
//! FFmpeg brings them (floating point is rounded half to even and clipped, integers of more
//! bits lose their lower ones), all channels are averaged, 11,025 Hz.
//!
//! At the same time the samples themselves are hashed: recordings whose decoded samples are
//! equal are identical audio, whatever their containers.

use std::path::Path;

use ::chromaprint::{Algorithm, Fingerprinter};
use xxhash_rust::xxh3::Xxh3;

use crate::error::Error;
use crate::print::MAX_ITEMS;
use crate::stored::{Fingerprint, Source};

/// The algorithm's number in the compressed form; `fpcalc -algorithm` counts from one.
const DEFAULT: Algorithm = Algorithm::Test2;

/// Turns blocks of samples into a [`Fingerprint`].
pub struct Chromaprinter {
    printer: Fingerprinter,
    digest: Xxh3,
    sample_rate: u32,
    channels: u8,
    frames: u64,
    truncate: bool,
    floats: Vec<f32>,
    samples: Vec<i16>,
}

impl Chromaprinter {
    /// For audio of this rate (Hz), number of channels and integer depth (None: floating
    /// point or lossy).
    ///
    /// # Errors
    /// [`Error::Rate`] for 1000 Hz or less, or for no channel.
    pub fn new(sample_rate: u32, channels: u8, bits: Option<u8>) -> Result<Chromaprinter, Error> {
        let mut printer = Fingerprinter::new(DEFAULT);
        printer
            .start(sample_rate, u16::from(channels))
            .map_err(|_| Error::Rate {
                sample_rate,
                channels,
            })?;
        Ok(Chromaprinter {
            printer,
            digest: Xxh3::new(),
            sample_rate,
            channels,
            frames: 0,
            truncate: bits.is_some_and(|bits| bits > 16),
            floats: Vec::new(),
            samples: Vec::new(),
        })
    }

    /// Adds a block: one slice per channel, full scale is 1. Channels beyond the declared
    /// number and samples beyond the shortest channel are ignored.
    pub fn add(&mut self, planes: &[Vec<f32>]) {
        let planes = &planes[..planes.len().min(usize::from(self.channels))];
        let frames = planes.iter().map(Vec::len).min().unwrap_or(0);
        if frames == 0 || planes.len() < usize::from(self.channels) {
            return;
        }
        self.floats.clear();
        self.floats.resize(frames * planes.len(), 0.0);
        for (channel, plane) in planes.iter().enumerate() {
            let slots = self.floats[channel..].iter_mut().step_by(planes.len());
            for (slot, sample) in slots.zip(plane) {
                // Adding zero makes -0 and 0 one value.
                *slot = sample + 0.0;
            }
        }
        self.digest.update(bytemuck::cast_slice(&self.floats));
        self.samples.clear();
        if self.truncate {
            self.samples
                .extend(self.floats.iter().map(|&sample| to_16_bits(sample, true)));
        } else {
            self.samples
                .extend(self.floats.iter().map(|&sample| to_16_bits(sample, false)));
        }
        self.frames += frames as u64;
        // Fails only before `start`.
        let _ = self.printer.feed(&self.samples);
    }

    /// Seconds added so far.
    pub fn seconds(&self) -> f64 {
        self.frames as f64 / f64::from(self.sample_rate)
    }

    /// The fingerprint of all that was added.
    pub fn finish(mut self) -> Fingerprint {
        // Fails only before `start`.
        let _ = self.printer.finish();
        let mut items = self.printer.fingerprint().to_vec();
        items.truncate(MAX_ITEMS);
        Fingerprint {
            items,
            source: Source {
                samples: self.digest.digest128(),
                sample_rate: self.sample_rate,
                channels: self.channels,
                frames: self.frames,
            },
        }
    }
}

#[inline]
fn to_16_bits(sample: f32, truncate: bool) -> i16 {
    // Beyond the range of i16, yet where both ways of rounding below are exact.
    let scaled = (sample * 32768.0).clamp(-40_000.0, 40_000.0);
    let whole = if truncate {
        floor(scaled)
    } else {
        round_half_to_even(scaled)
    };
    // `as` clips to the range, and makes NaN silence.
    whole as i16
}

/// For |x| below 2^22. `f32::round_ties_even` is a call into libm on a plain x86-64: 12 % of
/// all time. Here the addition rounds, as every addition does, to the even neighbour; above
/// 2^23 neighbours are whole numbers.
fn round_half_to_even(x: f32) -> f32 {
    const SHIFT: f32 = 12_582_912.0; // 1.5 · 2^23
    (x + SHIFT) - SHIFT
}

/// For |x| below 2^31, without libm.
fn floor(x: f32) -> f32 {
    let cut = x as i32 as f32;
    if cut > x { cut - 1.0 } else { cut }
}

/// Decodes and fingerprints a file; of at most `limit` seconds if given.
///
/// # Errors
/// [`Error::Audio`] if it does not decode, [`Error::Rate`] if its rate is too low.
pub fn of_file(path: &Path, limit: Option<f64>) -> Result<Fingerprint, Error> {
    let mut decoder = audio::Decoder::open(path)?;
    let info = decoder.info();
    let rate = info.sample_rate.hz();
    let mut printer = Chromaprinter::new(rate, info.channels(), info.bits)?;
    let mut left = limit.map_or(u64::MAX, |seconds| {
        (seconds.max(0.0) * f64::from(rate)) as u64
    });
    while left > 0
        && let Some(mut block) = decoder.next_block()?
    {
        let take = left.min(block.frames() as u64);
        block
            .planes
            .iter_mut()
            .for_each(|plane| plane.truncate(take as usize));
        printer.add(&block.planes);
        left -= take;
    }
    Ok(printer.finish())
}

/// The compressed text form: base64url, as `fpcalc` prints and AcoustID takes it.
pub fn to_text(items: &[u32]) -> String {
    ::chromaprint::encode_fingerprint(items, DEFAULT)
}

/// Reads the compressed text form.
///
/// # Errors
/// [`Error::Text`] if it is not one, or of another algorithm.
pub fn from_text(text: &str) -> Result<Vec<u32>, Error> {
    let text = text.trim();
    let letter = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if let Some(position) = text.chars().position(|c| !letter(c)) {
        return Err(Error::Text {
            found: format!("character {} is no base64url", position + 1),
        });
    }
    match ::chromaprint::decode_fingerprint(text) {
        Ok((items, DEFAULT)) => Ok(items),
        Ok((_, other)) => Err(Error::Text {
            found: format!("made by algorithm {}", other as u8 + 1),
        }),
        Err(error) => Err(Error::Text {
            found: error.to_string(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn samples_become_16_bits_as_ffmpeg_makes_them() {
        assert_eq!(to_16_bits(1.0, false), i16::MAX);
        assert_eq!(to_16_bits(-1.5, false), i16::MIN);
        assert_eq!(to_16_bits(0.5 / 32768.0, false), 0, "half to even");
        assert_eq!(to_16_bits(1.5 / 32768.0, false), 2, "half to even");
        assert_eq!(
            to_16_bits(-0.25 / 32768.0, true),
            -1,
            "24 bits lose their lower eight"
        );
        assert_eq!(to_16_bits(f32::NAN, false), 0);
        assert!(
            (-32768..=32767).all(|n: i32| i32::from(to_16_bits(n as f32 / 32768.0, false)) == n)
        );
    }

    proptest! {
        #[test]
        fn rounding_without_libm_is_that_of_libm(x in -40_000f32..40_000.0) {
            let halves = (x * 2.0).round() / 2.0;
            for x in [x, halves] {
                prop_assert_eq!(round_half_to_even(x), x.round_ties_even());
                prop_assert_eq!(floor(x), x.floor());
            }
        }
    }

    #[test]
    fn blocks_of_any_size_give_one_fingerprint_and_one_digest() {
        let wave: Vec<f32> = (0..66_150)
            .map(|n| ((n * n) as f32 * 1e-5).sin() * 0.5)
            .collect();
        let made = |size: usize| {
            let mut printer = Chromaprinter::new(11_025, 2, None).unwrap();
            for block in wave.chunks(size) {
                printer.add(&[block.to_vec(), block.to_vec()]);
            }
            printer.finish()
        };
        let whole = made(wave.len());
        assert!(whole.items.len() > 20);
        assert_eq!((whole.source.frames, whole.source.channels), (66_150, 2));
        assert_eq!(made(1000), whole);
        assert_eq!(made(37), whole);
    }

    #[test]
    fn a_rate_that_chromaprint_cannot_hear_is_refused() {
        let error = Chromaprinter::new(800, 1, None).err().unwrap();
        assert!(error.to_string().contains("800 Hz"), "{error}");
    }

    #[test]
    fn text_of_another_algorithm_or_alphabet_is_refused() {
        let other = ::chromaprint::encode_fingerprint(&[1, 2, 3], Algorithm::Test4);
        assert!(
            from_text(&other)
                .unwrap_err()
                .to_string()
                .contains("algorithm 4")
        );
        assert!(
            from_text("AQA!")
                .unwrap_err()
                .to_string()
                .contains("character 4")
        );
        assert!(from_text("").is_err());
    }

    proptest! {
        #[test]
        fn the_text_form_reads_back(items in proptest::collection::vec(any::<u32>(), 0..200)) {
            prop_assert_eq!(from_text(&to_text(&items)).unwrap(), items);
        }

        #[test]
        fn hostile_text_never_panics(text in "[A-Za-z0-9_-]{0,80}") {
            let _ = from_text(&text);
        }
    }
}
