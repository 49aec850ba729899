//! What is wrong with this audio, as far as a machine can hear?
//!
//! Figures of a whole file from the same single decode that checks it: clipping, true peak, DC offset, silence,
//! the relation of the channels, the bits that are really used, the edge of the spectrum. Nothing here
//! judges: thresholds belong to whoever asks. Samples are looked at once, in chunks of 10 ms windows; the costly
//! parts (interpolation, runs) only where a window is loud enough to matter, the spectrum only now and then.

mod peaks;
mod spectrum;

pub use spectrum::{Edge, Spectrogram};

use crate::decoder::Block;
use crate::probe::AudioInfo;
use catalog::soundprint::Soundprint;
use peaks::{Clipping, TruePeak};
use serde::{Deserialize, Serialize};
use spectrum::Spectrum;

/// Windows per second: 10 ms.
const WINDOWS_PER_SECOND: u32 = 100;
/// Below this amplitude (-70 dBFS) a window is silent: dither of 16 bits (-90 dBFS) is, a fade's end is not
/// (the threshold of ffmpeg's silencedetect as quality control uses it).
const SILENT: f32 = 3.162_277_7e-4;
/// Columns of the picture of the waveform.
const COLUMNS: usize = 600;

/// The figures of a file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Quality {
    /// Largest sample, full scale is 1.
    pub sample_peak: f32,
    /// Largest value of the waveform between samples, dBTP; `None` for digital silence.
    pub true_peak_dbtp: Option<f64>,
    /// Runs of at least four samples at full scale.
    pub clipped_runs: u64,
    /// The longest of them, samples.
    pub longest_run: u64,
    /// The mean of the worse channel, full scale is 1.
    pub dc_offset: f64,
    /// Silence before the first sound, milliseconds.
    pub head_silence_ms: u64,
    /// Silence after the last sound, milliseconds.
    pub tail_silence_ms: u64,
    /// The longest silence between sounds, milliseconds.
    pub inner_silence_ms: u64,
    /// Where it begins, milliseconds.
    pub inner_silence_at_ms: u64,
    /// Nothing but silence.
    pub silent: bool,
    /// How the two channels relate; `None` unless there are two.
    pub stereo: Option<Stereo>,
    /// Bits that are ever used, of the declared ones; `None` for formats without integers.
    pub used_bits: Option<u8>,
    /// Where the spectrum breaks off; `None` where it fades as it should.
    pub edge: Option<Edge>,
    /// For telling recordings apart; `None` for silence and for less than 0.64 s.
    pub soundprint: Option<Soundprint>,
    /// Peaks of equal parts of the file, 0 to 255 of full scale, at most 600.
    pub waveform: Vec<u8>,
    /// A coarse picture of frequency over time.
    pub spectrogram: Spectrogram,
}

/// How left and right relate.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Stereo {
    /// -1 inverted, 0 unrelated, 1 the same up to level.
    pub correlation: f64,
    /// Energy of the difference against that of the sum, dB; at most -120 when both are the same.
    pub side_db: f64,
    /// Level of the quieter channel against the louder, dB, 0 or below.
    pub balance_db: f64,
}

/// Collects the figures while a file is decoded.
pub struct Inspector {
    bits: Option<u8>,
    window: usize,
    /// Samples not looked at yet, per channel.
    pending: Vec<Vec<f32>>,
    peaks: Vec<TruePeak>,
    clipping: Vec<Clipping>,
    spectrum: Spectrum,
    /// Peak and mean square of each window, all channels together.
    windows: Vec<(f32, f32)>,
    sums: Vec<f64>,
    squares: Vec<f64>,
    product: f64,
    used: i32,
    frames: u64,
}

impl Inspector {
    /// For a file with this header; blocks must carry integers ([`crate::Decoder::with_integers`]).
    pub fn new(info: &AudioInfo) -> Inspector {
        let channels = info.layout.count();
        let rate = info.sample_rate.hz();
        Inspector {
            bits: info.bits,
            window: (rate / WINDOWS_PER_SECOND) as usize,
            pending: vec![Vec::new(); channels],
            peaks: (0..channels).map(|_| TruePeak::default()).collect(),
            clipping: vec![Clipping::default(); channels],
            spectrum: Spectrum::new(rate),
            windows: Vec::new(),
            sums: vec![0.0; channels],
            squares: vec![0.0; channels],
            product: 0.0,
            used: 0,
            frames: 0,
        }
    }

    /// The next block.
    pub fn add(&mut self, block: &Block) {
        self.frames += block.frames() as u64;
        if let Some(integers) = &block.integers {
            for plane in integers {
                self.used = plane.iter().fold(self.used, |used, sample| used | sample);
            }
        }
        for (pending, plane) in self.pending.iter_mut().zip(&block.planes) {
            pending.extend_from_slice(plane);
        }
        let ready = self.pending.first().map_or(0, Vec::len);
        let whole = ready - ready % self.window;
        if whole >= 32 * self.window {
            self.take(whole);
        }
    }

    /// Looks at the first `count` pending frames, in windows; the last window may be short.
    fn take(&mut self, count: usize) {
        let pending = std::mem::take(&mut self.pending);
        let planes: Vec<&[f32]> = pending.iter().map(|plane| &plane[..count]).collect();
        let first = self.windows.len();
        let length = count.div_ceil(self.window);
        self.windows.resize(first + length, (0.0, 0.0));
        for (channel, plane) in planes.iter().enumerate() {
            let mut loudest = 0.0_f32;
            for (index, window) in plane.chunks(self.window).enumerate() {
                let (peak, sum, square) = measure(window);
                self.sums[channel] += f64::from(sum);
                self.squares[channel] += f64::from(square);
                let slot = &mut self.windows[first + index];
                slot.0 = slot.0.max(peak);
                slot.1 += square / (window.len() * planes.len()) as f32;
                self.clipping[channel].add(window, peak);
                loudest = loudest.max(peak);
            }
            self.peaks[channel].add(plane, loudest);
        }
        if let [left, right] = planes[..] {
            let parts = left.chunks(self.window).zip(right.chunks(self.window));
            self.product += parts.map(|(l, r)| f64::from(dot(l, r))).sum::<f64>();
        }
        self.spectrum.add(&planes);
        self.pending = pending;
        self.pending
            .iter_mut()
            .for_each(|plane| drop(plane.drain(..count)));
    }

    /// The figures of the whole.
    pub fn finish(mut self) -> Quality {
        let rest = self.pending.first().map_or(0, Vec::len);
        if rest > 0 {
            self.take(rest);
        }
        let frames = self.frames.max(1) as f64;
        let sample_peak = self
            .windows
            .iter()
            .map(|(peak, _)| *peak)
            .fold(0.0, f32::max);
        let true_peak = self
            .peaks
            .into_iter()
            .map(TruePeak::finish)
            .fold(sample_peak, f32::max);
        let (head, tail, inner, inner_at) = silences(&self.windows);
        let silent = head == self.windows.len();
        let milliseconds = |windows: usize| windows as u64 * 1000 / u64::from(WINDOWS_PER_SECOND);
        let energies: Vec<f64> = self.windows.iter().map(|(_, e)| f64::from(*e)).collect();
        let offset = |sum: &f64| (sum / frames).abs();
        let (edge, spectrogram) = self.spectrum.finish();
        Quality {
            sample_peak,
            true_peak_dbtp: (true_peak > 0.0).then(|| 20.0 * f64::from(true_peak).log10()),
            clipped_runs: self.clipping.iter().map(|one| one.runs).sum(),
            longest_run: self
                .clipping
                .iter()
                .map(|one| one.longest)
                .max()
                .unwrap_or(0),
            dc_offset: self.sums.iter().map(offset).fold(0.0, f64::max),
            head_silence_ms: milliseconds(head),
            tail_silence_ms: if silent { 0 } else { milliseconds(tail) },
            inner_silence_ms: milliseconds(inner),
            inner_silence_at_ms: milliseconds(inner_at),
            silent,
            stereo: stereo(&self.squares, self.product),
            used_bits: self
                .bits
                .map(|bits| bits.saturating_sub(self.used.trailing_zeros().min(32) as u8)),
            edge: edge.filter(|_| !silent),
            soundprint: if silent {
                None
            } else {
                Soundprint::of(&energies)
            },
            waveform: waveform(&self.windows),
            spectrogram,
        }
    }
}

/// Largest magnitude, sum and sum of squares, in eight lanes that the compiler turns into vectors.
fn measure(window: &[f32]) -> (f32, f32, f32) {
    let (mut peaks, mut sums, mut squares) = ([0.0_f32; 8], [0.0_f32; 8], [0.0_f32; 8]);
    let (lanes, rest) = window.as_chunks::<8>();
    for lane in lanes {
        for index in 0..8 {
            let sample = lane[index];
            peaks[index] = if sample.abs() > peaks[index] {
                sample.abs()
            } else {
                peaks[index]
            };
            sums[index] += sample;
            squares[index] += sample * sample;
        }
    }
    for sample in rest {
        peaks[0] = peaks[0].max(sample.abs());
        sums[0] += sample;
        squares[0] += sample * sample;
    }
    let peak = peaks.into_iter().fold(0.0, f32::max);
    (peak, sums.iter().sum(), squares.iter().sum())
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0_f32; 8];
    let ((a_lanes, a_rest), (b_lanes, b_rest)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    for (a, b) in a_lanes.iter().zip(b_lanes) {
        for index in 0..8 {
            sums[index] += a[index] * b[index];
        }
    }
    let rest: f32 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    sums.iter().sum::<f32>() + rest
}

/// Silent windows at the head, at the tail, the longest run between, and where that begins.
fn silences(windows: &[(f32, f32)]) -> (usize, usize, usize, usize) {
    let silent = |window: &(f32, f32)| window.0 < SILENT;
    let head = windows.iter().take_while(|window| silent(window)).count();
    let tail = windows
        .iter()
        .rev()
        .take_while(|window| silent(window))
        .count();
    let (mut longest, mut at, mut run) = (0, 0, 0);
    for (index, window) in windows
        .iter()
        .enumerate()
        .take(windows.len() - tail)
        .skip(head)
    {
        run = if silent(window) { run + 1 } else { 0 };
        if run > longest {
            (longest, at) = (run, index + 1 - run);
        }
    }
    (head, tail, longest, at)
}

fn stereo(squares: &[f64], product: f64) -> Option<Stereo> {
    let &[left, right] = squares else { return None };
    let decibels = |ratio: f64| 10.0 * ratio.max(1e-12).log10();
    let (louder, quieter) = (left.max(right), left.min(right));
    if louder == 0.0 {
        return None;
    }
    let both = (left * right).sqrt();
    let (sum, difference) = (left + right + 2.0 * product, left + right - 2.0 * product);
    Some(Stereo {
        correlation: if both > 0.0 { product / both } else { 0.0 },
        // Rounding of sums over millions of samples leaves about 1e-7 of equal channels.
        side_db: decibels(difference.max(0.0) / sum.max(1e-12 * louder)),
        balance_db: decibels(quieter / louder),
    })
}

fn waveform(windows: &[(f32, f32)]) -> Vec<u8> {
    let columns = windows.len().min(COLUMNS);
    let column = |index: usize| {
        let range = index * windows.len() / columns..(index + 1) * windows.len() / columns;
        let peak = windows[range]
            .iter()
            .map(|(peak, _)| *peak)
            .fold(0.0, f32::max);
        (peak.min(1.0) * 255.0).round() as u8
    };
    (0..columns).map(column).collect()
}

#[cfg(test)]
mod tests;
