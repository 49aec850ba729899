//! What does a master promise, how loud is it step by step, and how hard is it to encode?
//!
//! Measured once per master by decoding it whole, which also proves that it is sound, and kept in
//! the store: a changed ladder measures nothing again.

use crate::Error;
use crate::complexity::{Complexity, Excerpts};
use crate::waveform::Waveform;
use audio::{AudioInfo, Curve, Decoder, Meter};
use catalog::ids::Sha256;
use catalog::rendition::{Loudness, Shape};
use catalog::store::Store;
use catalog::units::{Frames, GainDb, SampleRate};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// Raised when a scan says something else than before: older ones are not read again.
const VERSION: u32 = 4;

/// Steps of the meter's curve (100 ms) in a second.
const STEPS_PER_SECOND: usize = 10;

/// Frames at an edge that say how far the waveform moves from one to the next.
const EDGE_FRAMES: usize = 512;

/// A measured master.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scan {
    /// Exact length.
    pub frames: Frames,
    /// Its rate.
    pub sample_rate: SampleRate,
    /// How its samples were coded, where that lost something: "mp3"; `None` for lossless ones.
    pub lossy: Option<String>,
    /// Over its whole length.
    pub loudness: Loudness,
    /// By how much its FLAC is lowered, for a master of floating point that reaches beyond full scale, as no
    /// integer can; else nothing.
    pub fit: GainDb,
    /// Of every whole 100 ms, ungated, in hundredths of LUFS; `i16::MIN` for silence.
    pub steps: Vec<i16>,
    /// The waveform: see [`Shape::peaks`].
    pub peaks: Vec<[i8; 2]>,
    /// Where it begins.
    pub first: Edge,
    /// Where it ends.
    pub last: Edge,
    /// What encoding it takes; `None` for what is too short to say.
    pub complexity: Option<Complexity>,
}

/// The border of a track.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Edge {
    /// The outermost frame, by channel.
    pub sample: Vec<f32>,
    /// How far the waveform moves between neighbouring frames there, on average over all channels.
    pub step: f32,
}

impl Scan {
    /// The course of loudness.
    pub fn curve(&self) -> Curve {
        Curve::of_hundredths(&self.steps)
    }

    /// Loudness of every whole second, ungated; `None` for silence.
    pub fn seconds(&self) -> Vec<Option<f64>> {
        let curve = self.curve();
        (0..curve.energies().len() / STEPS_PER_SECOND)
            .map(|second| second * STEPS_PER_SECOND)
            .map(|start| curve.loudness(start..start + STEPS_PER_SECOND))
            .map(|level| level.map(|level| level.0))
            .collect()
    }

    /// What a picture of it needs.
    pub fn shape(&self) -> Shape {
        shape(self.peaks.clone(), &self.curve())
    }
}

/// Peaks, and a curve in so many values as a picture needs.
pub fn shape(peaks: Vec<[i8; 2]>, curve: &Curve) -> Shape {
    let steps = curve.energies().len();
    let count = steps.min(Shape::LEVELS);
    let level = |n: usize| {
        let part = n * steps / count..(n + 1) * steps / count;
        let level = curve.loudness(part);
        level.map_or(i16::MIN, |level| (level.0 * 100.0).round() as i16)
    };
    Shape {
        peaks,
        loudness: (0..count).map(level).collect(),
    }
}

/// Decodes and measures a master.
///
/// # Errors
/// [`Error::Audio`] for a file that does not decode to its end, [`Error::MasterMd5`] for one whose
/// samples are not those that its MD5 was made of.
pub fn scan(path: &Path) -> Result<Scan, Error> {
    let mut decoder = Decoder::open(path)?;
    let info = decoder.info().clone();
    let mut meter = Meter::new(info.sample_rate, &info.layout)?;
    let mut waveform = Waveform::default();
    let mut excerpts = Excerpts::of(&info);
    let mut edges = Edges::default();
    while let Some(block) = decoder.next_block()? {
        meter.add(&block.planes)?;
        waveform.add(&block.planes);
        edges.add(&block.planes);
        if let Some(excerpts) = &mut excerpts {
            excerpts.add(block.first, &block.planes);
        }
    }
    let summary = decoder.finish()?;
    if summary.md5_ok == Some(false) {
        return Err(Error::MasterMd5 {
            path: path.to_owned(),
        });
    }
    let measurement = meter.finish();
    let loudness = crate::verify::rounded(&measurement.loudness);
    Ok(Scan {
        frames: summary.frames,
        sample_rate: info.sample_rate,
        lossy: (!info.codec.is_lossless()).then(|| info.codec.to_string()),
        loudness,
        fit: fit(&info, &loudness),
        steps: measurement.curve.hundredths(),
        peaks: waveform.finish(),
        first: edge(&edges.first, 0),
        last: edge(&edges.last, usize::MAX),
        complexity: excerpts.map(Excerpts::finish).transpose()?,
    })
}

/// The measurement of a master from the store, if it is there.
///
/// # Errors
/// [`Error::Store`].
pub fn kept(store: &Store, master: &Sha256) -> Result<Option<Scan>, Error> {
    Ok(store.get_json(&key(master))?)
}

/// Measures a master and keeps that in the store.
///
/// # Errors
/// As [`scan`]; [`Error::Store`].
pub fn scan_and_keep(store: &Store, master: &Sha256, path: &Path) -> Result<Scan, Error> {
    let scan = scan(path)?;
    store.put_json(&key(master), &scan)?;
    Ok(scan)
}

fn key(master: &Sha256) -> String {
    format!("scans/{VERSION}/{master}.json")
}

/// The depth of a bit-exact FLAC of this master: its own; 24 for floating point, for 32 bits (which
/// our decoder does not trust) and for lossy masters.
pub fn flac_bits(info: &AudioInfo) -> u8 {
    info.bits
        .filter(|bits| (4..=24).contains(bits))
        .unwrap_or(24)
}

/// What brings the true peak of floating point down to full scale, and a thousandth more, since figures are rounded.
fn fit(info: &AudioInfo, loudness: &Loudness) -> GainDb {
    match loudness.true_peak {
        Some(peak) if info.bits.is_none() && peak.0 > 0.0 => GainDb(-peak.0 - 0.001),
        _ => GainDb::NONE,
    }
}

/// The first and the last frames of a file, by channel.
#[derive(Default)]
struct Edges {
    first: Vec<Vec<f32>>,
    last: Vec<Vec<f32>>,
}

impl Edges {
    fn add(&mut self, planes: &[Vec<f32>]) {
        self.first.resize(planes.len(), Vec::new());
        self.last.resize(planes.len(), Vec::new());
        for ((first, last), plane) in self.first.iter_mut().zip(&mut self.last).zip(planes) {
            let missing = EDGE_FRAMES - first.len();
            first.extend(plane.iter().take(missing));
            last.extend_from_slice(&plane[plane.len().saturating_sub(EDGE_FRAMES)..]);
            last.drain(..last.len().saturating_sub(EDGE_FRAMES));
        }
    }
}

/// `place` is that of the outermost frame.
fn edge(planes: &[Vec<f32>], place: usize) -> Edge {
    let sample = |plane: &Vec<f32>| plane.get(place.min(plane.len().wrapping_sub(1))).copied();
    let steps = planes.iter().flat_map(|plane| plane.windows(2));
    let (sum, count) = steps.fold((0.0f32, 0u32), |(sum, count), two| {
        (sum + (two[1] - two[0]).abs(), count + 1)
    });
    Edge {
        sample: planes.iter().filter_map(sample).collect(),
        step: sum / count.max(1) as f32,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_are_the_outermost_frames_whatever_the_blocks() {
        let ramp: Vec<f32> = (0..2000).map(|n| n as f32 * 0.0001).collect();
        let mut edges = Edges::default();
        for block in ramp.chunks(37) {
            edges.add(&[block.to_vec()]);
        }
        let (first, last) = (edge(&edges.first, 0), edge(&edges.last, usize::MAX));
        assert_eq!((first.sample[0], last.sample[0]), (ramp[0], ramp[1999]));
        assert!((first.step - 0.0001).abs() < 1e-6 && (last.step - 0.0001).abs() < 1e-6);
        assert_eq!(edge(&[], 0), Edge::default());
    }
}
