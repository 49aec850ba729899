//! How do a master's samples become an Ogg Vorbis stream at one quality and one loudness?
//!
//! [`crate::signal`], then aoTuV's libvorbis through vorbis_rs in quality mode. The raw stream goes to a file and is paged into chunks by [`crate::repage`].

use crate::Error;
use crate::signal::{Signal, Window};
use audio::AudioInfo;
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

/// A raw Ogg Vorbis file being written. Belongs to the thread that made it.
pub struct VorbisWriter {
    recipe: Recipe,
    path: PathBuf,
    channels: usize,
    signal: Signal,
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
        let signal = Signal::new(info, recipe.rate, recipe.gain, recipe.window)?;
        let channels = signal.channels();
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
            signal,
            encoder,
            frames: 0,
        })
    }

    /// Adds planes of the master that begin at its frame `first`.
    ///
    /// # Errors
    /// [`Error::Vorbis`] or [`Error::Scratch`] when the encoder or the disk fails.
    pub fn push(&mut self, first: Frames, planes: &[Vec<f32>]) -> Result<(), Error> {
        let ready = self.signal.push(first, planes)?;
        self.encode(&ready)
    }

    /// Flushes the resampler and the encoder.
    ///
    /// # Errors
    /// [`Error::TooShort`] when nothing was encoded; as [`VorbisWriter::push`].
    pub fn finish(mut self) -> Result<Encoded, Error> {
        let rest = self.signal.finish()?;
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
