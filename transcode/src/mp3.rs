//! How does a preview become an MP3, for players that know nothing else?
//!
//! LAME through mp3lame-encoder, at one bitrate, with the LAME tag in its first frame, whose delay and
//! padding make the decoded length exact. Only with the cargo feature `mp3`: LAME is LGPL.

use crate::Error;
use crate::signal::Signal;
use crate::vorbis::Encoded;
use catalog::units::{Frames, SampleRate};
use mp3lame_encoder::{Bitrate, Builder, DualPcm, Encoder, FlushGap, MonoPcm, Quality};
use std::num::NonZeroU32;
use std::path::Path;

/// An MP3 in memory: a preview is a minute at most.
pub struct Mp3Writer {
    profile: String,
    signal: Signal,
    rate: SampleRate,
    encoder: Encoder,
    frames: u64,
    out: Vec<u8>,
}

impl Mp3Writer {
    /// Begins a stream of `kbps`, or the next higher bitrate of MP3.
    ///
    /// # Errors
    /// [`Error::Mp3`] for parameters that LAME refuses.
    pub fn new(profile: &str, signal: Signal, rate: SampleRate, kbps: u32) -> Result<Self, Error> {
        let fault = |reason: String| Error::Mp3 {
            profile: profile.to_owned(),
            reason,
        };
        let mut builder = Builder::new().ok_or_else(|| fault("out of memory".into()))?;
        let set = builder
            .set_num_channels(signal.channels() as u8)
            .and_then(|()| builder.set_sample_rate(rate.hz()))
            // Or LAME takes 32 kHz for 96 kbit/s.
            .and_then(|()| builder.set_output_sample_rate(NonZeroU32::new(rate.hz())))
            .and_then(|()| builder.set_brate(bitrate(kbps)))
            .and_then(|()| builder.set_quality(Quality::Good))
            .and_then(|()| builder.set_to_write_vbr_tag(true));
        set.map_err(|error| fault(error.to_string()))?;
        let encoder = builder.build().map_err(|error| fault(error.to_string()))?;
        Ok(Mp3Writer {
            profile: profile.to_owned(),
            signal,
            rate,
            encoder,
            frames: 0,
            out: Vec::new(),
        })
    }

    /// Adds planes of the master that begin at its frame `first`.
    ///
    /// # Errors
    /// [`Error::Mp3`] when LAME fails.
    pub fn push(&mut self, first: Frames, planes: &[Vec<f32>]) -> Result<(), Error> {
        let ready = self.signal.push(first, planes)?;
        self.encode(&ready)
    }

    /// Flushes LAME and writes the file.
    ///
    /// # Errors
    /// [`Error::Mp3`], [`Error::Scratch`], [`Error::TooShort`].
    pub fn finish(mut self, path: &Path) -> Result<Encoded, Error> {
        let rest = self.signal.finish()?;
        self.encode(&rest)?;
        if self.frames == 0 {
            return Err(Error::TooShort {
                profile: self.profile,
                frames: Frames(0),
            });
        }
        self.out
            .reserve(mp3lame_encoder::max_required_buffer_size(1152 * 4));
        let flushed = self.encoder.flush_to_vec::<FlushGap>(&mut self.out);
        flushed.map_err(|error| self.fault(error.to_string()))?;
        // LAME keeps the first frame free for its tag.
        let mut tag = Vec::with_capacity(self.encoder.lame_tag_size());
        if self.encoder.lame_tag_encode_to_vec(&mut tag).is_some() && self.out.len() >= tag.len() {
            self.out[..tag.len()].copy_from_slice(&tag);
        }
        std::fs::write(path, &self.out).map_err(|source| Error::Scratch {
            path: path.to_owned(),
            source,
        })?;
        Ok(Encoded {
            frames: Frames(self.frames),
            channels: self.signal.channels() as u8,
            rate: self.rate,
        })
    }

    fn encode(&mut self, planes: &[Vec<f32>]) -> Result<(), Error> {
        let frames = planes.first().map_or(0, Vec::len);
        self.frames += frames as u64;
        self.out
            .reserve(mp3lame_encoder::max_required_buffer_size(frames));
        let encoded = match planes {
            [] => return Ok(()),
            [mono] => self.encoder.encode_to_vec(MonoPcm(mono), &mut self.out),
            [left, right, ..] => self
                .encoder
                .encode_to_vec(DualPcm { left, right }, &mut self.out),
        };
        encoded
            .map(drop)
            .map_err(|error| self.fault(error.to_string()))
    }

    fn fault(&self, reason: String) -> Error {
        Error::Mp3 {
            profile: self.profile.clone(),
            reason,
        }
    }
}

fn bitrate(kbps: u32) -> Bitrate {
    match kbps {
        0..=64 => Bitrate::Kbps64,
        65..=96 => Bitrate::Kbps96,
        97..=128 => Bitrate::Kbps128,
        129..=160 => Bitrate::Kbps160,
        161..=192 => Bitrate::Kbps192,
        _ => Bitrate::Kbps320,
    }
}
