//! How do a master's samples become an Ogg Vorbis stream at one quality and one loudness?
//!
//! Downmix to stereo, window (for a preview), gain, rate, aoTuV's libvorbis through vorbis_rs in
//! quality mode. The raw stream goes to a file and is paged into chunks by [`crate::repage`].

use crate::Error;
use audio::{AudioInfo, Downmix, Resampler};
use catalog::units::{Frames, GainDb, SampleRate};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::num::{NonZeroU8, NonZeroU32};
use std::path::{Path, PathBuf};
use vorbis_rs::{VorbisBitrateManagementStrategy, VorbisEncoder, VorbisEncoderBuilder};

/// What one Vorbis stream is made of.
#[derive(Debug, Clone, PartialEq)]
pub struct Recipe {
    /// The profile's name, for errors.
    pub profile: String,
    /// libvorbis's quality, -0.2 to 1.
    pub quality: f64,
    /// Applied to the samples.
    pub gain: GainDb,
    /// The rate that is encoded.
    pub rate: SampleRate,
    /// The part of the master that is encoded; `None` for all.
    pub window: Option<Window>,
    /// The serial number of the Ogg stream.
    pub serial: u32,
}

/// A part of a master with fades, in the master's frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The first frame.
    pub start: u64,
    /// Its length.
    pub frames: u64,
    /// Frames of the fade at its start.
    pub fade_in: u64,
    /// Frames of the fade at its end.
    pub fade_out: u64,
}

impl Window {
    /// The factor for the `n`-th frame of the window: a raised cosine at both ends.
    fn envelope(&self, n: u64) -> f32 {
        let rise = |position: u64, length: u64| match position < length {
            true => {
                let phase = (position as f32 + 0.5) / length as f32;
                0.5 - 0.5 * (std::f32::consts::PI * phase).cos()
            }
            false => 1.0,
        };
        let left = self.frames.saturating_sub(n + 1);
        rise(n, self.fade_in) * rise(left, self.fade_out)
    }
}

/// The rate that a master is encoded at: its own, halved until it fits. Where it can't be halved,
/// the highest rate of the CD family that fits.
pub fn encoded_rate(master: SampleRate, max: SampleRate) -> SampleRate {
    let mut hz = master.hz();
    while hz > max.hz() && hz.is_multiple_of(2) {
        hz /= 2;
    }
    if hz > max.hz() {
        hz = [44_100, 22_050, 11_025]
            .into_iter()
            .find(|hz| *hz <= max.hz())
            .unwrap_or(max.hz());
    }
    SampleRate::new(hz).unwrap_or(max)
}

/// A raw Ogg Vorbis file being written. Belongs to the thread that made it.
pub struct VorbisWriter {
    recipe: Recipe,
    path: PathBuf,
    channels: usize,
    downmix: Downmix,
    resampler: Resampler,
    encoder: VorbisEncoder<BufWriter<File>>,
    frames: u64,
}

impl VorbisWriter {
    /// Begins a raw stream at `path` for masters like `info`.
    ///
    /// # Errors
    /// [`Error::Vorbis`] for parameters that libvorbis refuses, [`Error::Audio`] for channels without
    /// a downmix, [`Error::Scratch`] when the file cannot be made.
    pub fn create(path: &Path, info: &AudioInfo, recipe: Recipe) -> Result<VorbisWriter, Error> {
        let downmix = match info.layout.count() {
            1 => Downmix::to_mono(&info.layout)?,
            _ => Downmix::to_stereo(&info.layout)?,
        };
        let channels = downmix.channels();
        let resampler = Resampler::new(info.sample_rate, recipe.rate, channels)?;
        let file = File::create(path).map_err(|source| Error::Scratch {
            path: path.to_owned(),
            source,
        })?;
        let refuse = |reason: String| fault(&recipe, channels, reason);
        let rate = NonZeroU32::new(recipe.rate.hz()).ok_or_else(|| refuse("rate 0".into()))?;
        let count = NonZeroU8::new(channels as u8).ok_or_else(|| refuse("no channels".into()))?;
        let mut builder = VorbisEncoderBuilder::new_with_serial(
            rate,
            count,
            BufWriter::new(file),
            recipe.serial as i32,
        );
        builder.bitrate_management_strategy(VorbisBitrateManagementStrategy::QualityVbr {
            target_quality: recipe.quality as f32,
        });
        let encoder = builder.build().map_err(|error| refuse(error.to_string()))?;
        let path = path.to_owned();
        Ok(VorbisWriter {
            recipe,
            path,
            channels,
            downmix,
            resampler,
            encoder,
            frames: 0,
        })
    }

    /// Adds planes of the master that begin at its frame `first`.
    ///
    /// # Errors
    /// [`Error::Vorbis`] or [`Error::Scratch`] when the encoder or the disk fails.
    pub fn push(&mut self, first: Frames, planes: &[Vec<f32>]) -> Result<(), Error> {
        let length = planes.first().map_or(0, Vec::len);
        let (mut begin, mut end) = (0, length);
        if let Some(window) = self.recipe.window {
            begin = window.start.saturating_sub(first.0).min(length as u64) as usize;
            end = (window.start + window.frames)
                .saturating_sub(first.0)
                .min(length as u64) as usize;
        }
        if begin >= end {
            return Ok(());
        }
        let part: Vec<&[f32]> = planes.iter().map(|plane| &plane[begin..end]).collect();
        let mut mixed = self.downmix.apply(&part);
        let gain = self.recipe.gain.amplitude() as f32;
        for plane in &mut mixed {
            plane.iter_mut().for_each(|sample| *sample *= gain);
        }
        if let Some(window) = self.recipe.window {
            let offset = first.0 + begin as u64 - window.start;
            for n in 0..end - begin {
                let factor = window.envelope(offset + n as u64);
                mixed.iter_mut().for_each(|plane| plane[n] *= factor);
            }
        }
        let ready = self.resampler.push(&mixed)?;
        self.encode(&ready)
    }

    /// Flushes the resampler and the encoder.
    ///
    /// # Errors
    /// [`Error::TooShort`] when nothing was encoded; as [`VorbisWriter::push`].
    pub fn finish(mut self) -> Result<Encoded, Error> {
        let idle = Resampler::new(self.recipe.rate, self.recipe.rate, self.channels)?;
        let rest = std::mem::replace(&mut self.resampler, idle).finish()?;
        self.encode(&rest)?;
        let VorbisWriter {
            recipe,
            path,
            channels,
            encoder,
            frames,
            ..
        } = self;
        if frames == 0 {
            return Err(Error::TooShort {
                profile: recipe.profile,
                frames: Frames(0),
            });
        }
        let mut out = encoder
            .finish()
            .map_err(|error| fault(&recipe, channels, error.to_string()))?;
        out.flush()
            .map_err(|source| Error::Scratch { path, source })?;
        Ok(Encoded {
            frames: Frames(frames),
            channels: channels as u8,
            rate: recipe.rate,
        })
    }

    fn encode(&mut self, planes: &[Vec<f32>]) -> Result<(), Error> {
        let frames = planes.first().map_or(0, Vec::len);
        // An empty block would end the stream: libvorbis takes zero samples as the end.
        if frames == 0 {
            return Ok(());
        }
        self.frames += frames as u64;
        let encoded = self.encoder.encode_audio_block(planes);
        encoded.map_err(|error| fault(&self.recipe, self.channels, error.to_string()))
    }
}

/// What was encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Encoded {
    /// Exact length.
    pub frames: Frames,
    /// One or two.
    pub channels: u8,
    /// Of the stream.
    pub rate: SampleRate,
}

fn fault(recipe: &Recipe, channels: usize, reason: String) -> Error {
    Error::Vorbis {
        profile: recipe.profile.clone(),
        reason,
        rate: recipe.rate,
        channels,
        quality: recipe.quality as f32,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_master_is_halved_until_it_fits() {
        let check = |master, max, expected| {
            let rate = |hz| SampleRate::new(hz).expect("a rate");
            assert_eq!(
                encoded_rate(rate(master), rate(max)).hz(),
                expected,
                "{master} to {max}"
            );
        };
        check(44_100, 24_000, 22_050);
        check(48_000, 24_000, 24_000);
        check(192_000, 48_000, 48_000);
        check(176_400, 48_000, 44_100);
        check(44_100, 48_000, 44_100);
        check(88_199, 48_000, 44_100);
        check(16_000, 24_000, 16_000);
    }

    #[test]
    fn a_window_rises_from_nothing_and_falls_to_nothing() {
        let window = Window {
            start: 10,
            frames: 100,
            fade_in: 10,
            fade_out: 20,
        };
        assert!(window.envelope(0) < 0.01 && window.envelope(99) < 0.01);
        assert_eq!(window.envelope(50), 1.0);
        assert!(window.envelope(4) < window.envelope(5));
    }
}
