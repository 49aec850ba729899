//! What is the Chromaprint fingerprint of these samples, or of this file?
//!
//! The mathematics, and the way to 11,025 Hz, is the crate `chromaprint-next` (a port of
//! Chromaprint, MIT; its resampler is a port of FFmpeg's `av_resample` and LGPL-2.1-or-later, so a
//! binary that links it must be distributable under that licence's terms, and its source is public
//! on the registry).
//! Ours is everything before it, done as `fpcalc` does: samples are brought to 16 bits like
//! FFmpeg brings them (floating point is rounded half to even and clipped, integers of more
//! bits lose their lower ones), and all channels are averaged.
//!
//! At the same time the samples themselves are hashed: recordings whose decoded samples are
//! equal are identical audio, whatever their containers.

use std::path::Path;

use ::chromaprint::audio::processor::AudioProcessor;
use ::chromaprint::{Algorithm, Fingerprinter};
use xxhash_rust::xxh3::Xxh3;

use crate::error::Error;
use crate::peaks::{Picker, RATE};
use crate::print::MAX_ITEMS;
use crate::stored::{Fingerprint, Source};

/// The algorithm's number in the compressed form; `fpcalc -algorithm` counts from one.
const DEFAULT: Algorithm = Algorithm::Test2;

/// Turns blocks of samples into a [`Fingerprint`].
pub struct Chromaprinter {
    /// Brings mono to 11,025 Hz, once for both.
    resampler: AudioProcessor,
    printer: Fingerprinter,
    picker: Option<Picker>,
    digest: Xxh3,
    sample_rate: u32,
    channels: u8,
    frames: u64,
    truncate: bool,
    floats: Vec<f32>,
    mono: Vec<i16>,
}

impl Chromaprinter {
    /// For audio of this rate (Hz), number of channels and integer depth (None: floating
    /// point or lossy).
    ///
    /// # Errors
    /// [`Error::Rate`] for 1000 Hz or less, or for no channel.
    pub fn new(sample_rate: u32, channels: u8, bits: Option<u8>) -> Result<Chromaprinter, Error> {
        let refused = |_| Error::Rate {
            sample_rate,
            channels,
        };
        let mut resampler = AudioProcessor::new(RATE);
        resampler
            .reset(sample_rate, u16::from(channels.min(1)))
            .map_err(refused)?;
        let mut printer = Fingerprinter::new(DEFAULT);
        printer.start(RATE, 1).map_err(refused)?;
        Ok(Chromaprinter {
            resampler,
            printer,
            picker: Some(Picker::new()),
            digest: Xxh3::new(),
            sample_rate,
            channels,
            frames: 0,
            truncate: bits.is_some_and(|bits| bits > 16),
            floats: Vec::new(),
            mono: Vec::new(),
        })
    }

    /// The same without peaks: all that Chromaprint itself needs.
    ///
    /// # Errors
    /// As [`Chromaprinter::new`].
    pub fn items_only(
        sample_rate: u32,
        channels: u8,
        bits: Option<u8>,
    ) -> Result<Chromaprinter, Error> {
        let mut printer = Chromaprinter::new(sample_rate, channels, bits)?;
        printer.picker = None;
        Ok(printer)
    }

    /// Adds a block: one slice per channel, full scale is 1. Channels beyond the declared
    /// number and samples beyond the shortest channel are ignored.
    pub fn add(&mut self, planes: &[Vec<f32>]) {
        let planes = &planes[..planes.len().min(usize::from(self.channels))];
        let frames = planes.iter().map(Vec::len).min().unwrap_or(0);
        if frames == 0 || planes.len() < usize::from(self.channels) {
            return;
        }
        interleave(planes, frames, &mut self.floats);
        self.digest.update(bytemuck::cast_slice(&self.floats));
        match self.truncate {
            true => mix(planes, frames, truncated, &mut self.mono),
            false => mix(planes, frames, rounded, &mut self.mono),
        }
        self.frames += frames as u64;
        let (printer, picker) = (&mut self.printer, &mut self.picker);
        self.resampler.consume(&self.mono, |mono| {
            // Fails only before `start`.
            let _ = printer.feed(mono);
            if let Some(picker) = picker {
                picker.add(mono);
            }
        });
    }

    /// Seconds added so far.
    pub fn seconds(&self) -> f64 {
        self.frames as f64 / f64::from(self.sample_rate)
    }

    /// The fingerprint of all that was added.
    pub fn finish(mut self) -> Fingerprint {
        let (printer, picker) = (&mut self.printer, &mut self.picker);
        self.resampler.flush(|mono| {
            // Fails only before `start`.
            let _ = printer.feed(mono);
            if let Some(picker) = picker {
                picker.add(mono);
            }
        });
        // Fails only before `start`.
        let _ = self.printer.finish();
        let mut items = self.printer.fingerprint().to_vec();
        items.truncate(MAX_ITEMS);
        Fingerprint {
            items,
            peaks: self.picker.map_or_else(Vec::new, Picker::finish),
            source: Source {
                samples: self.digest.digest128(),
                sample_rate: self.sample_rate,
                channels: self.channels,
                frames: self.frames,
            },
        }
    }
}

/// The first `frames` of all planes, frame by frame. Adding zero makes -0 and 0 one value.
fn interleave(planes: &[Vec<f32>], frames: usize, out: &mut Vec<f32>) {
    out.resize(frames * planes.len(), 0.0);
    match planes {
        [mono] => out
            .iter_mut()
            .zip(mono)
            .for_each(|(slot, sample)| *slot = sample + 0.0),
        [left, right] => {
            for ((frame, left), right) in out.chunks_exact_mut(2).zip(left).zip(right) {
                frame[0] = left + 0.0;
                frame[1] = right + 0.0;
            }
        }
        _ => {
            for (channel, plane) in planes.iter().enumerate() {
                let slots = out[channel..].iter_mut().step_by(planes.len());
                slots
                    .zip(plane)
                    .for_each(|(slot, sample)| *slot = sample + 0.0);
            }
        }
    }
}

/// The first `frames` of all planes in 16 bits, and of those the mean, rounded towards zero: as Chromaprint
/// mixes, but for two channels in one loop that the compiler makes vectors of.
fn mix(planes: &[Vec<f32>], frames: usize, to_16: impl Fn(f32) -> i16, mono: &mut Vec<i16>) {
    mono.clear();
    let wide = |sample: f32| i32::from(to_16(sample));
    match planes {
        [only] => mono.extend(only[..frames].iter().map(|&sample| to_16(sample))),
        [left, right] => {
            let both = left[..frames].iter().zip(&right[..frames]);
            mono.extend(both.map(|(&left, &right)| ((wide(left) + wide(right)) / 2) as i16));
        }
        _ => mono.extend((0..frames).map(|at| {
            let sum: i32 = planes.iter().map(|plane| wide(plane[at])).sum();
            (sum / planes.len() as i32) as i16
        })),
    }
}

/// 1.5 · 2^23: between 2^23 and 2^24 neighbouring floats are whole numbers, so adding this
/// rounds to the nearest, half to even, and leaves the number in the low bits of the float.
const SHIFT: f32 = 12_582_912.0;

/// To 16 bits, rounded half to even and clipped; NaN is silence. Without `round_ties_even`,
/// which is a call into libm on a plain x86-64 and was an eighth of all time.
#[inline]
fn rounded(sample: f32) -> i16 {
    let clipped = (sample * 32768.0).clamp(-32768.0, 32767.0);
    (clipped + SHIFT).to_bits() as i16
}

/// To 16 bits, rounded down: what is left of an integer sample without its lower bits.
#[inline]
fn truncated(sample: f32) -> i16 {
    let clipped = (sample * 32768.0).clamp(-32768.0, 32767.0);
    let nearest = (clipped + SHIFT) - SHIFT;
    let down = if nearest > clipped {
        nearest - 1.0
    } else {
        nearest
    };
    (down + SHIFT).to_bits() as i16
}

/// Decodes and fingerprints a file; of at most `limit` seconds if given. FLAC's MD5 is not computed
/// again: a master's was when it came in, and damaged frames are refused by their own checksums.
///
/// # Errors
/// [`Error::Audio`] if it does not decode, [`Error::Rate`] if its rate is too low.
pub fn of_file(path: &Path, limit: Option<f64>) -> Result<Fingerprint, Error> {
    picked(path, limit, Picker::new())
}

/// The same of a clip that asks for its recording: with more peaks ([`Picker::of_clip`]).
///
/// # Errors
/// As [`of_file`].
pub fn of_clip(path: &Path, limit: Option<f64>) -> Result<Fingerprint, Error> {
    picked(path, limit, Picker::of_clip())
}

fn picked(path: &Path, limit: Option<f64>, picker: Picker) -> Result<Fingerprint, Error> {
    let mut decoder = audio::Decoder::open_verified(path)?;
    let info = decoder.info();
    let rate = info.sample_rate.hz();
    let mut printer = Chromaprinter::new(rate, info.channels(), info.bits)?;
    printer.picker = Some(picker);
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
        assert_eq!((rounded(1.0), rounded(-1.5)), (i16::MAX, i16::MIN));
        assert_eq!(rounded(0.5 / 32768.0), 0, "half to even");
        assert_eq!(rounded(1.5 / 32768.0), 2, "half to even");
        assert_eq!(
            truncated(-0.25 / 32768.0),
            -1,
            "24 bits lose their lower eight"
        );
        assert_eq!((rounded(f32::NAN), truncated(f32::NAN)), (0, 0));
        assert_eq!(
            (rounded(f32::INFINITY), truncated(f32::NEG_INFINITY)),
            (i16::MAX, i16::MIN)
        );
        for n in i16::MIN..=i16::MAX {
            let sample = f32::from(n) / 32768.0;
            assert_eq!((rounded(sample), truncated(sample)), (n, n));
        }
    }

    proptest! {
        #[test]
        fn rounding_without_libm_is_that_of_libm(x in -40_000f32..40_000.0) {
            let halves = (x * 2.0).round() / 2.0;
            for x in [x, halves] {
                prop_assert_eq!(rounded(x / 32768.0), x.round_ties_even() as i16);
                prop_assert_eq!(truncated(x / 32768.0), x.floor() as i16);
            }
        }
    }

    proptest! {
        #[test]
        fn channels_are_mixed_as_chromaprint_mixes_them(
            frames in (1usize..=6).prop_flat_map(|channels| {
                proptest::collection::vec(proptest::collection::vec(any::<i16>(), channels), 1..50)
            })
        ) {
            let channels = frames[0].len();
            let mut theirs = Vec::new();
            let mut mixer = AudioProcessor::new(RATE);
            mixer.reset(RATE, channels as u16).unwrap();
            mixer.consume(&frames.concat(), |mono| theirs.extend_from_slice(mono));
            mixer.flush(|mono| theirs.extend_from_slice(mono));
            let plane = |at: usize| frames.iter().map(|frame| f32::from(frame[at]) / 32768.0).collect();
            let planes: Vec<Vec<f32>> = (0..channels).map(plane).collect();
            let mut ours = vec![9];
            mix(&planes, frames.len(), rounded, &mut ours);
            prop_assert_eq!(ours, theirs);
        }
    }

    #[test]
    fn blocks_of_any_size_give_one_fingerprint_and_one_digest() {
        let wave: Vec<f32> = (0..66_150u64)
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
    fn planes_are_interleaved_for_any_number_of_channels() {
        for channels in 1..=6 {
            let planes: Vec<Vec<f32>> = (0..channels)
                .map(|c| (0..5).map(|f| (10 * c + f) as f32).collect())
                .collect();
            let mut out = vec![9.0; 3];
            interleave(&planes, 4, &mut out);
            let expected: Vec<f32> = (0..4)
                .flat_map(|f| (0..channels).map(move |c| (10 * c + f) as f32))
                .collect();
            assert_eq!(out, expected);
        }
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
