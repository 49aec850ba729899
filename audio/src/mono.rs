//! What is the whole file as one channel at one rate? (Fingerprints and audio features ask.)

use crate::{AudioError, Decoder, Downmix, Resampler};
use catalog::units::{Frames, SampleRate};
use std::path::Path;

/// Decodes, mixes down and resamples a file, at most `limit` frames of its own rate.
/// Memory grows with the result: 4 bytes per returned sample. An MD5 in the file is not checked.
///
/// # Errors
/// As [`Decoder::next_block`] and [`Downmix::to_mono`].
pub fn decode_mono(
    path: impl AsRef<Path>,
    rate: SampleRate,
    limit: Option<Frames>,
) -> Result<Vec<f32>, AudioError> {
    let mut decoder = Decoder::open_verified(path)?;
    let downmix = Downmix::to_mono(&decoder.info().layout)?;
    let mut resampler = Resampler::new(decoder.info().sample_rate, rate, 1)?;
    let mut left = limit.map_or(u64::MAX, |limit| limit.0);
    let mut mono = Vec::new();
    while left > 0
        && let Some(block) = decoder.next_block()?
    {
        let mut planes = downmix.apply(&block.planes);
        for plane in &mut planes {
            plane.truncate(usize::try_from(left).unwrap_or(usize::MAX));
        }
        left -= planes[0].len() as u64;
        mono.append(&mut resampler.push(&planes)?[0]);
    }
    mono.append(&mut resampler.finish()?[0]);
    Ok(mono)
}
