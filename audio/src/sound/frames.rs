//! What does each moment of a recording sound like?

use realfft::num_complex::Complex32;
use realfft::{RealFftPlanner, RealToComplex};
use std::sync::Arc;

/// Samples of a frame, and from one to the next.
const WINDOW: usize = 4096;
pub(super) const HOP: usize = 1024;

/// Cepstral coefficients, from the first on: the zeroth is loudness.
pub(super) const CEPSTRUM: usize = 20;

/// Mel bands and the range that they span, Hz.
const BANDS: usize = 40;
const LOWEST_HZ: f32 = 30.0;

/// Added to a band's power: 100 dB below a full-scale sine.
const FLOOR: f32 = 1e-10;

/// Octaves of contrast begin here, Hz.
const FIRST_OCTAVE_HZ: f32 = 200.0;
const OCTAVES: usize = 6;

/// Share of an octave's bins that are its peaks, and its valleys (Jiang et al. 2002).
const EXTREME_SHARE: f32 = 0.2;

/// Pitches counted for chroma, Hz.
const PITCHES_HZ: std::ops::Range<f32> = 55.0..4000.0;

/// Share of the power below the roll-off.
const ROLL_OFF: f32 = 0.85;

/// One moment.
pub(super) struct Frame {
    /// dB of full scale.
    pub(super) level: f32,
    pub(super) cepstrum: [f32; CEPSTRUM],
    /// Peaks over valleys by octave, dB.
    pub(super) contrast: [f32; OCTAVES],
    /// Centroid, bandwidth and roll-off (log₂ Hz), flatness (dB), zero crossings (log₂ of Hz).
    pub(super) shape: [f32; 5],
    /// Shares of the pitch classes from A up.
    pub(super) chroma: [f32; 12],
    /// By how much the bands rose since the frame before, mean dB.
    pub(super) onset: f32,
}

/// Takes samples apart.
pub(super) struct Analyser {
    rate: f32,
    fft: Arc<dyn RealToComplex<f32>>,
    window: Vec<f32>,
    /// Per band: its first bin and the weights from there.
    bands: Vec<(usize, Vec<f32>)>,
    /// Per bin, its pitch class.
    classes: Vec<Option<usize>>,
    cosines: Vec<[f32; BANDS]>,
}

impl Analyser {
    pub(super) fn new(rate: u32) -> Analyser {
        let rate = rate as f32;
        let hertz = |bin: usize| bin as f32 * rate / WINDOW as f32;
        let class = |bin: usize| {
            let semitones = (12.0 * (hertz(bin) / 440.0).log2()).round() as i32;
            PITCHES_HZ
                .contains(&hertz(bin))
                .then(|| semitones.rem_euclid(12) as usize)
        };
        let turn = std::f32::consts::TAU / WINDOW as f32;
        let cosine = |c: usize, band: usize| {
            let angle = std::f32::consts::PI * c as f32 * (band as f32 + 0.5) / BANDS as f32;
            angle.cos() * (2.0 / BANDS as f32).sqrt()
        };
        Analyser {
            rate,
            fft: RealFftPlanner::new().plan_fft_forward(WINDOW),
            window: (0..WINDOW)
                .map(|n| 0.5 - 0.5 * (turn * n as f32).cos())
                .collect(),
            bands: bands(rate),
            classes: (0..=WINDOW / 2).map(class).collect(),
            cosines: (1..=CEPSTRUM)
                .map(|c| std::array::from_fn(|band| cosine(c, band)))
                .collect(),
        }
    }

    pub(super) fn frames(&self, samples: &[f32]) -> Vec<Frame> {
        let mut input = self.fft.make_input_vec();
        let mut spectrum = self.fft.make_output_vec();
        let mut scratch = self.fft.make_scratch_vec();
        let mut before: Option<[f32; BANDS]> = None;
        let mut frames = Vec::with_capacity(samples.len() / HOP);
        for samples in samples.windows(WINDOW).step_by(HOP) {
            for ((place, sample), weight) in input.iter_mut().zip(samples).zip(&self.window) {
                *place = sample * weight;
            }
            let done = self
                .fft
                .process_with_scratch(&mut input, &mut spectrum, &mut scratch);
            debug_assert!(done.is_ok());
            // A full-scale sine has power 1: the window halves it, and half goes to negative frequencies.
            let scale = (4.0 / WINDOW as f32).powi(2);
            let power = |bin: &Complex32| bin.norm_sqr() * scale;
            let power: Vec<f32> = spectrum.iter().map(power).collect();
            let bands = self.loud_bands(&power);
            let rises = before.unwrap_or(bands);
            let rises = bands
                .iter()
                .zip(rises)
                .map(|(now, was)| (now - was).max(0.0));
            frames.push(Frame {
                level: decibels(samples.iter().map(|x| x * x).sum::<f32>() / WINDOW as f32),
                cepstrum: std::array::from_fn(|c| {
                    let products = bands.iter().zip(&self.cosines[c]).map(|(x, w)| x * w);
                    products.sum()
                }),
                contrast: self.contrast(&power),
                shape: self.shape(&power, samples),
                chroma: self.chroma(&power),
                onset: rises.sum::<f32>() / BANDS as f32,
            });
            before = Some(bands);
        }
        frames
    }

    fn loud_bands(&self, power: &[f32]) -> [f32; BANDS] {
        std::array::from_fn(|band| {
            let (first, weights) = &self.bands[band];
            let products = weights.iter().zip(&power[*first..]).map(|(w, x)| w * x);
            decibels(products.sum::<f32>())
        })
    }

    fn bin(&self, hertz: f32) -> usize {
        ((hertz * WINDOW as f32 / self.rate).round() as usize).min(WINDOW / 2)
    }

    fn contrast(&self, power: &[f32]) -> [f32; OCTAVES] {
        std::array::from_fn(|octave| {
            let from = FIRST_OCTAVE_HZ * (1 << octave) as f32;
            let (from, to) = (self.bin(from), self.bin(2.0 * from));
            let mut bins = power[from..to.max(from + 1)].to_vec();
            bins.sort_unstable_by(f32::total_cmp);
            let count = ((bins.len() as f32 * EXTREME_SHARE) as usize).max(1);
            let mean = |bins: &[f32]| decibels(bins.iter().sum::<f32>() / bins.len() as f32);
            mean(&bins[bins.len() - count..]) - mean(&bins[..count])
        })
    }

    fn shape(&self, power: &[f32], samples: &[f32]) -> [f32; 5] {
        let width = self.rate / WINDOW as f32;
        let bins = || power.iter().enumerate().skip(1);
        let whole = bins().map(|bin| bin.1).sum::<f32>().max(FLOOR);
        let octave = |hertz: f32| hertz.max(width).log2();
        let centroid = bins()
            .map(|(k, p)| octave(k as f32 * width) * p)
            .sum::<f32>()
            / whole;
        let square = bins().map(|(k, p)| (octave(k as f32 * width) - centroid).powi(2) * p);
        let bandwidth = (square.sum::<f32>() / whole).sqrt();
        let mut sum = 0.0;
        let rolled = bins().find(|(_, p)| {
            sum += **p;
            sum >= ROLL_OFF * whole
        });
        let count = (power.len() - 1) as f32;
        let logs = bins().map(|(_, p)| decibels(*p)).sum::<f32>() / count;
        let crossed = samples.windows(2).filter(|x| (x[0] < 0.0) != (x[1] < 0.0));
        let crossed = crossed.count() as f32 * self.rate / (2.0 * WINDOW as f32);
        [
            centroid,
            bandwidth,
            octave(rolled.map_or(0.0, |(k, _)| k as f32 * width)),
            logs - decibels(whole / count),
            octave(crossed),
        ]
    }

    fn chroma(&self, power: &[f32]) -> [f32; 12] {
        let mut chroma = [0f32; 12];
        for (class, power) in self.classes.iter().zip(power) {
            if let Some(class) = class {
                chroma[*class] += power.sqrt();
            }
        }
        let whole = chroma.iter().sum::<f32>().max(FLOOR);
        chroma.map(|share| share / whole)
    }
}

/// Triangles that are equally wide in mel (O'Shaughnessy 1987: 2595 log₁₀(1 + f / 700)).
fn bands(rate: f32) -> Vec<(usize, Vec<f32>)> {
    let mel = |hertz: f32| 2595.0 * (1.0 + hertz / 700.0).log10();
    let hertz = |mel: f32| 700.0 * (10f32.powf(mel / 2595.0) - 1.0);
    let (low, high) = (mel(LOWEST_HZ), mel(rate / 2.0));
    let edge = |n: usize| hertz(low + (high - low) * n as f32 / (BANDS + 1) as f32);
    let width = rate / WINDOW as f32;
    let band = |band: usize| {
        let (from, top, to) = (edge(band), edge(band + 1), edge(band + 2));
        let first = (from / width).ceil() as usize;
        let last = ((to / width).floor() as usize).min(WINDOW / 2);
        let weight = |bin: usize| {
            let hertz = bin as f32 * width;
            ((hertz - from) / (top - from)).min((to - hertz) / (to - top))
        };
        (
            first,
            (first..=last).map(|bin| weight(bin).max(0.0)).collect(),
        )
    };
    (0..BANDS).map(band).collect()
}

fn decibels(power: f32) -> f32 {
    10.0 * (power + FLOOR).log10()
}
