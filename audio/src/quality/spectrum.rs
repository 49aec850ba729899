//! Where does the spectrum break off, and what does it look like?
//!
//! A lossy encoder and a sample-rate converter leave a cliff: full level below a frequency, nothing above it.
//! Music, microphones and tape fade. The long-term spectrum is the mean over a frame of 4,096 samples about three
//! times a second; its edge is the highest frequency at which the level of the kilohertz below stands at least
//! 25 dB above everything higher than 300 Hz beyond.

use realfft::num_complex::Complex;
use realfft::{RealFftPlanner, RealToComplex};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Samples per frame.
const FRAME: usize = 4096;
/// Bins per band of the long-term spectrum.
const BAND: usize = 10;
/// Frames per second of audio.
const FRAMES_PER_SECOND: u32 = 3;
/// Least drop at an edge, dB.
const DROP_DB: f64 = 25.0;
/// Below this level of a band (dB of full scale) there is no content that could break off.
const CONTENT_DB: f64 = -112.0;
/// Width of what is compared below an edge, Hz, and of the slope that an edge may have.
const BELOW_HZ: f64 = 1_000.0;
const SLOPE_HZ: f64 = 300.0;
/// No edge is looked for below: bass-heavy or spoken material ends there by itself.
const LEAST_HZ: f64 = 8_000.0;
/// Rows of the spectrogram, and its most columns.
const ROWS: usize = 96;
const COLUMNS: usize = 300;

/// A cliff in the spectrum.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Edge {
    /// Where it is, Hz.
    pub hz: f64,
    /// How deep it is, dB.
    pub drop_db: f64,
}

/// Levels over time and frequency.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Spectrogram {
    /// Rows per column, from 0 Hz up to half the sample rate.
    pub rows: usize,
    /// Column after column: 0 is -120 dB of full scale and below, 255 is full scale.
    pub levels: Vec<u8>,
}

pub(super) struct Spectrum {
    rate: u32,
    fft: Arc<dyn RealToComplex<f32>>,
    window: Vec<f32>,
    frame: Vec<f32>,
    bins: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
    power: Vec<f64>,
    count: usize,
    /// Samples until the next frame begins.
    wait: usize,
    columns: Vec<Vec<u8>>,
    /// Every so many frames one column is kept.
    every: usize,
}

impl Spectrum {
    pub(super) fn new(rate: u32) -> Spectrum {
        let fft = RealFftPlanner::new().plan_fft_forward(FRAME);
        let hann = |n: usize| {
            let phase = std::f64::consts::TAU * n as f64 / FRAME as f64;
            (0.5 - 0.5 * phase.cos()) as f32
        };
        Spectrum {
            rate,
            window: (0..FRAME).map(hann).collect(),
            frame: Vec::with_capacity(FRAME),
            bins: fft.make_output_vec(),
            scratch: fft.make_scratch_vec(),
            fft,
            power: vec![0.0; FRAME / 2 + 1],
            count: 0,
            wait: 0,
            columns: Vec::new(),
            every: 1,
        }
    }

    /// The next samples of all channels; frames come from the channels in turn.
    pub(super) fn add(&mut self, planes: &[&[f32]]) {
        let mut at = 0;
        let length = planes.first().map_or(0, |plane| plane.len());
        while at < length {
            if self.wait > 0 {
                let step = self.wait.min(length - at);
                (self.wait, at) = (self.wait - step, at + step);
                continue;
            }
            let plane = planes[self.count % planes.len()];
            let step = (FRAME - self.frame.len()).min(length - at);
            self.frame.extend_from_slice(&plane[at..at + step]);
            at += step;
            if self.frame.len() == FRAME {
                self.transform();
                self.wait = (self.rate / FRAMES_PER_SECOND) as usize;
                self.wait = self.wait.saturating_sub(FRAME);
            }
        }
    }

    fn transform(&mut self) {
        for (sample, weight) in self.frame.iter_mut().zip(&self.window) {
            *sample *= weight;
        }
        let done =
            self.fft
                .process_with_scratch(&mut self.frame, &mut self.bins, &mut self.scratch);
        debug_assert!(done.is_ok());
        self.frame.clear();
        // A full-scale sine reads 0 dB: the window halves it, and half goes to negative frequencies.
        let scale = (4.0 / FRAME as f64).powi(2);
        let power = |bin: &Complex<f32>| f64::from(bin.norm_sqr()) * scale;
        for (sum, bin) in self.power.iter_mut().zip(&self.bins) {
            *sum += power(bin);
        }
        if self.count.is_multiple_of(self.every) {
            let row = |row: usize| {
                let range = row * (FRAME / 2) / ROWS..(row + 1) * (FRAME / 2) / ROWS;
                let most = self.bins[range].iter().map(power).fold(0.0, f64::max);
                ((decibels(most) + 120.0) / 120.0 * 255.0).clamp(0.0, 255.0) as u8
            };
            self.columns.push((0..ROWS).map(row).collect());
            if self.columns.len() > COLUMNS {
                let mut keep = false;
                self.columns.retain(|_| {
                    keep = !keep;
                    keep
                });
                self.every *= 2;
            }
        }
        self.count += 1;
    }

    pub(super) fn finish(self) -> (Option<Edge>, Spectrogram) {
        let count = self.count.max(1) as f64;
        let bands: Vec<f64> = self
            .power
            .chunks_exact(BAND)
            .map(|bins| decibels(bins.iter().sum::<f64>() / BAND as f64 / count))
            .collect();
        let width = f64::from(self.rate) / FRAME as f64 * BAND as f64;
        let spectrogram = Spectrogram {
            rows: ROWS,
            levels: self.columns.concat(),
        };
        // One frame is no long-term spectrum.
        let edge = (self.count >= 3).then(|| edge(&bands, width)).flatten();
        (edge, spectrogram)
    }
}

/// The highest edge of a spectrum in bands of `width` Hz.
fn edge(bands: &[f64], width: f64) -> Option<Edge> {
    let below = (BELOW_HZ / width).ceil() as usize;
    let slope = (SLOPE_HZ / width).ceil() as usize;
    let least = (LEAST_HZ / width) as usize;
    let mut above = f64::NEG_INFINITY;
    let last = bands.len().checked_sub(slope + 1)?;
    for at in (least.max(below)..last).rev() {
        above = above.max(bands[at + slope]);
        let level = bands[at - below..at].iter().sum::<f64>() / below as f64;
        let drop_db = level - above;
        if level > CONTENT_DB && drop_db >= DROP_DB {
            // The slope's foot was found; the edge is where the level leaves that of the kilohertz below.
            let mut whole = bands[at - below..at + slope].iter();
            let top = whole.rposition(|band| *band > level - 6.0).unwrap_or(below);
            return Some(Edge {
                hz: (at - below + top + 1) as f64 * width,
                drop_db,
            });
        }
    }
    None
}

fn decibels(power: f64) -> f64 {
    10.0 * power.max(1e-20).log10()
}
