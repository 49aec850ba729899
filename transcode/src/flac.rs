//! How do samples become a FLAC file that gives back every bit?
//!
//! libFLAC through flac-bound, and through a file rather than a stream: only where it can seek back
//! does it write the MD5 and the number of samples into STREAMINFO. Tags and the seek table are set
//! around the finished frames by [`crate::flac_tags`].

use crate::Error;
use catalog::units::{Frames, GainDb, SampleRate};
use flac_bound::{FlacEncoder, FlacEncoderState};
use std::path::{Path, PathBuf};

/// The longest block of the streamable subset up to 48 kHz (RFC 9639, section 7).
const SUBSET_BLOCK: u32 = 4608;

/// A shorter block than this costs more in frame headers than alignment is worth.
const SHORTEST_BLOCK: u32 = 1024;

/// libFLAC's block where nothing better divides the rate.
const DEFAULT_BLOCK: u32 = 4096;

/// A FLAC file being written. Belongs to the thread that made it.
pub struct FlacWriter {
    path: PathBuf,
    rate: SampleRate,
    channels: usize,
    bits: u8,
    frames: u64,
    encoder: FlacEncoder<'static>,
}

impl FlacWriter {
    /// Begins a file, replacing one that is there. `bits` is 4 to 24; `level` is libFLAC's 0 to 8.
    ///
    /// # Errors
    /// [`Error::Flac`] when libFLAC refuses the parameters or cannot open the file.
    pub fn create(
        path: impl AsRef<Path>,
        rate: SampleRate,
        channels: usize,
        bits: u8,
        level: u32,
    ) -> Result<FlacWriter, Error> {
        let path = path.as_ref();
        let refuse = |reason: String| Error::Flac {
            path: path.to_owned(),
            reason,
            rate,
            channels,
            bits,
        };
        if !(4..=24).contains(&bits) || !(1..=8).contains(&channels) || level > 8 {
            return Err(refuse(format!(
                "level {level}: no such FLAC file is written here"
            )));
        }
        // flac-bound panics on a name that is not UTF-8.
        if path.to_str().is_none_or(|name| name.contains('\0')) {
            return Err(refuse("the file's name is not UTF-8".into()));
        }
        let config = FlacEncoder::new().ok_or_else(|| refuse("out of memory".into()))?;
        let encoder = config
            .channels(channels as u32)
            .bits_per_sample(u32::from(bits))
            .sample_rate(rate.hz())
            .compression_level(level)
            .blocksize(block_size(rate))
            .init_file(&path)
            .map_err(|error| refuse(format!("{error:?}")))?;
        Ok(FlacWriter {
            path: path.to_owned(),
            rate,
            channels,
            bits,
            frames: 0,
            encoder,
        })
    }

    /// Adds planes of integers of the declared depth.
    ///
    /// # Errors
    /// [`Error::Flac`] when the planes differ from what was declared or the disk is full.
    pub fn write_integers<P: AsRef<[i32]>>(&mut self, planes: &[P]) -> Result<(), Error> {
        let planes: Vec<&[i32]> = planes.iter().map(AsRef::as_ref).collect();
        let frames = planes.first().map_or(0, |plane| plane.len());
        if planes.len() != self.channels || planes.iter().any(|plane| plane.len() != frames) {
            return Err(self.fault(format!("got {} planes of unlike length", planes.len())));
        }
        if frames == 0 {
            return Ok(());
        }
        self.frames += frames as u64;
        self.encoder
            .process(&planes)
            .map_err(|()| self.fault(state(&self.encoder)))
    }

    /// Adds planes of f32 in -1..=1 after `gain`, rounded to the declared depth and clipped. Exact without gain when
    /// they came from integers of that depth; no dither otherwise (at 24 bit it would stand below any noise).
    ///
    /// # Errors
    /// As [`FlacWriter::write_integers`].
    pub fn write_floats<P>(&mut self, planes: &[P], gain: GainDb) -> Result<(), Error>
    where
        P: AsRef<[f32]>,
    {
        let scale = f64::from(1u32 << (self.bits - 1));
        let factor = scale * gain.amplitude();
        let quantise = |sample: &f32| {
            (f64::from(*sample) * factor)
                .round_ties_even()
                .clamp(-scale, scale - 1.0) as i32
        };
        let integers: Vec<Vec<i32>> = planes
            .iter()
            .map(|plane| plane.as_ref().iter().map(quantise).collect())
            .collect();
        self.write_integers(&integers)
    }

    /// Writes the last block, the MD5 and the number of frames.
    ///
    /// # Errors
    /// [`Error::Flac`] when the disk is full.
    pub fn finish(self) -> Result<Frames, Error> {
        let FlacWriter {
            path,
            rate,
            channels,
            bits,
            frames,
            encoder,
        } = self;
        match encoder.finish() {
            Ok(_) => Ok(Frames(frames)),
            Err(encoder) => Err(Error::Flac {
                path,
                reason: state(&encoder),
                rate,
                channels,
                bits,
            }),
        }
    }

    fn fault(&self, reason: String) -> Error {
        Error::Flac {
            path: self.path.clone(),
            reason,
            rate: self.rate,
            channels: self.channels,
            bits: self.bits,
        }
    }
}

/// Writes whole planes of f32 as one file; see [`FlacWriter`].
///
/// # Errors
/// As [`FlacWriter::create`] and [`FlacWriter::write_floats`].
pub fn write_file<P: AsRef<[f32]>>(
    path: impl AsRef<Path>,
    rate: SampleRate,
    bits: u8,
    planes: &[P],
) -> Result<Frames, Error> {
    let mut writer = FlacWriter::create(path, rate, planes.len(), bits, 5)?;
    let frames = planes.first().map_or(0, |plane| plane.as_ref().len());
    for begin in (0..frames).step_by(1 << 16) {
        let end = frames.min(begin + (1 << 16));
        let part: Vec<&[f32]> = planes
            .iter()
            .map(|plane| &plane.as_ref()[begin..end])
            .collect();
        writer.write_floats(&part, GainDb::NONE)?;
    }
    writer.finish()
}

/// The largest block of the subset that divides one second, so that a frame begins at every whole
/// second, where chunks do: 4410 at 44.1 kHz, 4000 at 48, 96 and 192 kHz.
pub(crate) fn block_size(rate: SampleRate) -> u32 {
    let divides = |block: &u32| rate.hz().is_multiple_of(*block);
    (SHORTEST_BLOCK..=SUBSET_BLOCK)
        .rev()
        .find(divides)
        .unwrap_or(DEFAULT_BLOCK)
}

fn state(encoder: &FlacEncoder<'_>) -> String {
    match encoder.state() {
        FlacEncoderState::IoError => "the file cannot be written".to_owned(),
        other => format!("{other:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_divides_the_second_at_every_usual_rate() {
        let check = |hz, expected| {
            assert_eq!(
                block_size(SampleRate::new(hz).expect("a rate")),
                expected,
                "{hz} Hz"
            );
        };
        check(44_100, 4410);
        check(88_200, 4410);
        check(48_000, 4000);
        check(96_000, 4000);
        check(22_050, 4410);
        check(44_101, DEFAULT_BLOCK);
    }
}
