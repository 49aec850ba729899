//! What does a file sound like, sample by sample, to its very end?
//!
//! Samples are planar f32 in -1..=1, exact for integer sources up to 24 bit; on request the
//! integers themselves come along. Memory is one packet, however long the file is.

use crate::limits::{MAX_BLOCK_FRAMES, MAX_SAMPLE, MAX_SECONDS};
use crate::probe::{AudioInfo, Codec, Opened, open};
use crate::{AudioError, flac_stream, guard};
use catalog::units::Frames;
use std::path::{Path, PathBuf};
use symphonia::core::audio::GenericAudioBufferRef;
use symphonia::core::codecs::audio::AudioDecoder;
use symphonia::core::errors::Error;
use symphonia::core::formats::FormatReader;

/// Some consecutive frames.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// The position of the first frame in the file.
    pub first: Frames,
    /// One vector per channel, all of one length; full scale is 1.
    pub planes: Vec<Vec<f32>>,
    /// The same samples as signed integers of [`AudioInfo::bits`] bits, if
    /// [`Decoder::with_integers`] asked for them (24 bits where the source has no integers).
    pub integers: Option<Vec<Vec<i32>>>,
}

impl Block {
    /// Frames in this block, at least 1 and at most [`MAX_BLOCK_FRAMES`].
    pub fn frames(&self) -> usize {
        self.planes.first().map_or(0, Vec::len)
    }
}

/// What a whole file turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DecodeSummary {
    /// Frames decoded.
    pub frames: Frames,
    /// Whether the samples have the MD5 that the file carries; `None` when it carries none.
    pub md5_ok: Option<bool>,
}

/// A file being decoded.
pub struct Decoder {
    path: PathBuf,
    info: AudioInfo,
    reader: Box<dyn FormatReader>,
    decoder: Box<dyn AudioDecoder>,
    track: u32,
    position: u64,
    integer_shift: Option<u32>,
    /// Bytes of FLAC frames handed out, against what the file has.
    packet_bytes: u64,
    prefix: u64,
    pending: Option<Block>,
    ended: bool,
}

enum Step {
    Samples(Option<Block>),
    Skipped,
    End,
}

impl Decoder {
    /// Opens a file.
    ///
    /// # Errors
    /// As [`crate::probe()`].
    pub fn open(path: impl AsRef<Path>) -> Result<Decoder, AudioError> {
        Decoder::opened(path.as_ref(), true)
    }

    /// Opens a file whose MD5 was verified before: it is not computed again, which saves a third of the
    /// time that decoding FLAC takes, and [`DecodeSummary::md5_ok`] stays `None`. Checksums of single
    /// frames are still checked.
    ///
    /// # Errors
    /// As [`crate::probe()`].
    pub fn open_verified(path: impl AsRef<Path>) -> Result<Decoder, AudioError> {
        Decoder::opened(path.as_ref(), false)
    }

    fn opened(path: &Path, verify: bool) -> Result<Decoder, AudioError> {
        let Opened {
            info,
            reader,
            decoder,
            track,
            prefix,
        } = open(path, verify)?;
        Ok(Decoder {
            path: path.to_owned(),
            info,
            reader,
            decoder,
            track,
            position: 0,
            integer_shift: None,
            packet_bytes: 0,
            prefix,
            pending: None,
            ended: false,
        })
    }

    /// Lets every block carry exact integers too.
    #[must_use]
    pub fn with_integers(mut self) -> Decoder {
        self.integer_shift = Some(32 - u32::from(self.info.bits.unwrap_or(24)));
        self
    }

    /// What the header says.
    pub fn info(&self) -> &AudioInfo {
        &self.info
    }

    /// Bytes of the coded frames handed out so far: for native FLAC, [`flac_stream::audio_start`] plus
    /// this is where the frame after the last block begins.
    pub fn coded_bytes(&self) -> u64 {
        self.packet_bytes
    }

    /// The next frames, or `None` at the end.
    ///
    /// # Errors
    /// [`AudioError::Truncated`], [`AudioError::Damaged`] or [`AudioError::NoSample`] with the frame reached; no
    /// block may be asked for after an error.
    pub fn next_block(&mut self) -> Result<Option<Block>, AudioError> {
        loop {
            if let Some(block) = self.pending.take() {
                return Ok(Some(self.split(block)));
            }
            if self.ended {
                return Ok(None);
            }
            match guard::catch(|| self.step()) {
                Err(panic) => return Err(self.damaged(panic)),
                Ok(Err(error)) => return self.fault(error),
                Ok(Ok(Step::Samples(block))) => {
                    self.check_samples(block.as_ref())?;
                    self.pending = block;
                }
                Ok(Ok(Step::Skipped)) => {}
                Ok(Ok(Step::End)) => {
                    self.ended = true;
                    self.check_length()?;
                }
            }
        }
    }

    /// Decodes what is left and says whether the whole was sound.
    ///
    /// # Errors
    /// As [`Decoder::next_block`]; [`AudioError::Empty`] for a file without a frame.
    pub fn finish(mut self) -> Result<DecodeSummary, AudioError> {
        while self.next_block()?.is_some() {}
        if self.position == 0 {
            return Err(AudioError::Empty {
                path: self.path,
                found: "no audio frames",
            });
        }
        let md5_ok = match guard::catch(|| self.decoder.finalize().verify_ok) {
            Ok(verdict) => verdict.filter(|_| self.info.has_md5),
            Err(panic) => return Err(self.damaged(panic)),
        };
        Ok(DecodeSummary {
            frames: Frames(self.position),
            md5_ok,
        })
    }

    fn step(&mut self) -> Result<Step, Error> {
        let Some(packet) = self.reader.next_packet()? else {
            return Ok(Step::End);
        };
        if packet.track_id != self.track {
            return Ok(Step::Skipped);
        }
        // Symphonia steps over a FLAC frame whose checksum fails; the next one tells by its position.
        if self.info.codec == Codec::Flac && packet.pts.get() > self.position as i64 {
            return Err(Error::DecodeError(
                "frames are missing or fail their checksum",
            ));
        }
        let native = self.info.container == crate::Container::Flac;
        if native && !flac_stream::frame_agrees(&packet.data, &self.info) {
            return Err(Error::DecodeError(
                "rate, channels or depth change in mid-stream",
            ));
        }
        self.packet_bytes += packet.data.len() as u64;
        let buffer = self.decoder.decode(&packet)?;
        if native && packet.data.len() > flac_stream::longest_frame(buffer.frames(), &self.info) {
            return Err(Error::DecodeError(
                "what follows a frame is none of the declared rate, channels and depth",
            ));
        }
        let block = copy(&buffer, self.position, self.integer_shift, &self.info)?;
        Ok(Step::Samples(block.and_then(|block| self.trim_end(block))))
    }

    /// Integers are always samples; floating point and decoders of lossy codecs can give anything.
    fn check_samples(&self, block: Option<&Block>) -> Result<(), AudioError> {
        let sound = |sample: &f32| sample.abs() <= MAX_SAMPLE;
        let Some(block) = block.filter(|_| self.info.bits.is_none()) else {
            return Ok(());
        };
        for (channel, plane) in block.planes.iter().enumerate() {
            // All of a plane first, in vectors; then where.
            if plane.iter().fold(true, |all, sample| all & sound(sample)) {
                continue;
            }
            let place = plane.iter().position(|sample| !sound(sample));
            let place = place.unwrap_or_default();
            return Err(AudioError::NoSample {
                path: self.path.clone(),
                frame: Frames(block.first.0 + place as u64),
                channel: channel + 1,
                found: plane[place],
            });
        }
        Ok(())
    }

    /// The last granule position says where a Vorbis stream ends; its last packet may go on behind it
    /// (Vorbis I specification, appendix A.2).
    fn trim_end(&self, mut block: Block) -> Option<Block> {
        let Some(end) = self
            .info
            .frames
            .filter(|_| self.info.codec == Codec::Vorbis)
        else {
            return Some(block);
        };
        let left = end.0.saturating_sub(block.first.0) as usize;
        let planes = block.planes.iter_mut();
        planes.for_each(|plane| plane.truncate(left));
        let integers = block.integers.iter_mut().flatten();
        integers.for_each(|plane| plane.truncate(left));
        (left > 0).then_some(block)
    }

    /// Takes at most [`MAX_BLOCK_FRAMES`] frames from the block and keeps the rest for later.
    fn split(&mut self, mut block: Block) -> Block {
        if block.frames() > MAX_BLOCK_FRAMES {
            let rest = |planes: &mut Vec<Vec<f32>>| {
                planes
                    .iter_mut()
                    .map(|plane| plane.split_off(MAX_BLOCK_FRAMES))
                    .collect()
            };
            let rest_integers = block.integers.as_mut().map(|planes| {
                planes
                    .iter_mut()
                    .map(|plane| plane.split_off(MAX_BLOCK_FRAMES))
                    .collect()
            });
            self.pending = Some(Block {
                first: Frames(block.first.0 + MAX_BLOCK_FRAMES as u64),
                planes: rest(&mut block.planes),
                integers: rest_integers,
            });
        }
        self.position = block.first.0 + block.frames() as u64;
        block
    }

    fn fault(&mut self, error: Error) -> Result<Option<Block>, AudioError> {
        self.ended = true;
        let end_of_file = matches!(&error, Error::IoError(source)
            if source.kind() == std::io::ErrorKind::UnexpectedEof);
        match error {
            // A bare frame stream may end inside a frame; nothing was declared that is missing.
            _ if end_of_file && !self.info.codec.declares_exactly() => Ok(None),
            _ if end_of_file => Err(self.ends_early()),
            Error::IoError(source) => Err(AudioError::Io {
                path: self.path.clone(),
                source,
            }),
            Error::ResetRequired => Err(AudioError::Unsupported {
                path: self.path.clone(),
                what: "a chain of several streams".into(),
                fix: "deliver one file per track",
            }),
            other => Err(self.damaged(other.to_string())),
        }
    }

    /// The length against the header's, and for FLAC the frames' bytes against the file's.
    fn check_length(&self) -> Result<(), AudioError> {
        let found = Frames(self.position);
        if let Some(expected) = self.info.frames
            && self.info.codec.declares_exactly()
        {
            if found < expected {
                return Err(self.ends_early());
            }
            if found > expected {
                return Err(AudioError::TooLong {
                    path: self.path.clone(),
                    found,
                    expected,
                });
            }
        }
        if self.info.codec == Codec::Flac && self.info.container == crate::Container::Flac {
            let start = flac_stream::audio_start(&self.path, self.prefix).map_err(|source| {
                AudioError::Io {
                    path: self.path.clone(),
                    source,
                }
            })?;
            let expected = self.info.bytes.saturating_sub(start);
            // An ID3v1 tag (128 bytes) behind the last frame is common and harmless.
            let lost = expected.saturating_sub(self.packet_bytes);
            if lost > 128 {
                return Err(self.damaged(format!(
                    "{lost} bytes are no FLAC frames of the declared rate, channels and depth"
                )));
            }
        }
        Ok(())
    }

    /// Truncated, or damaged in its last frame.
    fn ends_early(&self) -> AudioError {
        match self
            .info
            .frames
            .is_some_and(|expected| self.last_frame_is_whole(expected))
        {
            true => self.damaged("the last frame fails its checksum".into()),
            false => self.truncated(),
        }
    }

    /// Whether a native FLAC has about as many bytes behind its last sound frame as the missing
    /// samples would take: then they are there, but damaged.
    fn last_frame_is_whole(&self, expected: Frames) -> bool {
        if self.info.container != crate::Container::Flac || self.position == 0 {
            return false;
        }
        let Ok(start) = flac_stream::audio_start(&self.path, self.prefix) else {
            return false;
        };
        let left = self.info.bytes.saturating_sub(start + self.packet_bytes) as f64;
        let per_frame = self.packet_bytes as f64 / self.position as f64;
        left > 0.9 * per_frame * expected.0.saturating_sub(self.position) as f64
    }

    fn truncated(&self) -> AudioError {
        AudioError::Truncated {
            path: self.path.clone(),
            frame: Frames(self.position),
            expected: self.info.frames,
        }
    }

    fn damaged(&self, reason: String) -> AudioError {
        AudioError::Damaged {
            path: self.path.clone(),
            frame: Frames(self.position),
            expected: self.info.frames,
            reason,
        }
    }
}

/// Copies a decoded packet; an empty one (the first of a Vorbis stream) is `None`.
fn copy(
    buffer: &GenericAudioBufferRef<'_>,
    position: u64,
    integer_shift: Option<u32>,
    info: &AudioInfo,
) -> Result<Option<Block>, Error> {
    if buffer.frames() == 0 {
        return Ok(None);
    }
    if buffer.num_planes() != info.layout.count() || buffer.spec().rate() != info.sample_rate.hz() {
        return Err(Error::Unsupported(
            "a change of rate or channels within the stream",
        ));
    }
    if position / u64::from(info.sample_rate.hz()) > MAX_SECONDS {
        return Err(Error::LimitError("more than 24 hours of audio"));
    }
    let mut planes = Vec::with_capacity(buffer.num_planes());
    buffer.copy_to_vecs_planar::<f32>(&mut planes);
    let integers = integer_shift.map(|shift| {
        let mut integers: Vec<Vec<i32>> = Vec::with_capacity(planes.len());
        buffer.copy_to_vecs_planar::<i32>(&mut integers);
        for sample in integers.iter_mut().flatten() {
            *sample >>= shift;
        }
        integers
    });
    Ok(Some(Block {
        first: Frames(position),
        planes,
        integers,
    }))
}
