//! What does a master promise, and how loud is it, second by second?
//!
//! Measured once per master by decoding it whole, which also proves that it is sound, and kept in
//! the store: a changed ladder measures nothing again.

use crate::Error;
use audio::{AudioInfo, Curve, Measurement};
use catalog::ids::Sha256;
use catalog::rendition::Loudness;
use catalog::store::Store;
use catalog::units::{Frames, SampleRate};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// Steps of the meter's curve (100 ms) per value kept.
const STEPS_PER_SECOND: usize = 10;

/// A measured master.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scan {
    /// Exact length.
    pub frames: Frames,
    /// Its rate.
    pub sample_rate: SampleRate,
    /// Over its whole length.
    pub loudness: Loudness,
    /// Of every whole second, ungated, LUFS rounded to 0.01; `None` for silence.
    pub seconds: Vec<Option<f64>>,
}

/// Decodes and measures a master.
///
/// # Errors
/// [`Error::Audio`] for a file that does not decode to its end, [`Error::MasterMd5`] for one whose
/// samples are not those that its MD5 was made of.
pub fn scan(path: &Path) -> Result<Scan, Error> {
    let (info, summary, measurement) = audio::measure(path)?;
    if summary.md5_ok == Some(false) {
        return Err(Error::MasterMd5 {
            path: path.to_owned(),
        });
    }
    Ok(Scan {
        frames: summary.frames,
        sample_rate: info.sample_rate,
        seconds: by_second(&measurement.curve),
        loudness: rounded(&measurement),
    })
}

/// The measurement of a master from the store, or made and kept there now.
///
/// # Errors
/// As [`scan`]; [`Error::Store`].
pub fn scan_once(store: &Store, master: &Sha256, path: &Path) -> Result<Scan, Error> {
    let key = format!("loudness/{master}.json");
    if let Some(scan) = store.get_json(&key)? {
        return Ok(scan);
    }
    let scan = scan(path)?;
    store.put_json(&key, &scan)?;
    Ok(scan)
}

/// The depth of a bit-exact FLAC of this master: its own; 24 for floating point, for 32 bits (which
/// our decoder does not trust) and for lossy masters.
pub fn flac_bits(info: &AudioInfo) -> u8 {
    info.bits
        .filter(|bits| (4..=24).contains(bits))
        .unwrap_or(24)
}

fn by_second(curve: &Curve) -> Vec<Option<f64>> {
    let whole = curve.energies().len() / STEPS_PER_SECOND;
    (0..whole)
        .map(|second| second * STEPS_PER_SECOND)
        .map(|start| curve.loudness(start..start + STEPS_PER_SECOND))
        .map(|level| level.map(|level| (level.0 * 100.0).round() / 100.0))
        .collect()
}

fn rounded(measurement: &Measurement) -> Loudness {
    crate::verify::rounded(&measurement.loudness)
}
