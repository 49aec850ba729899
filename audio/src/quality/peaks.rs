//! How high does the waveform rise between samples, and where is it cut off?
//!
//! True peak after ITU-R BS.1770-5, annex 2: four times the rate. Only local maxima of samples that reach half of
//! the largest peak so far are interpolated around: a peak between samples is less than twice as high as
//! its neighbours in any programme that a converter has to play.

/// Taps of the interpolator: 12 samples on either side.
const TAPS: usize = 24;
/// Positions between two samples.
const PHASES: [f64; 3] = [0.25, 0.5, 0.75];
/// From here on a sample stands at full scale: 32,766 of 32,768.
const FULL_SCALE: f32 = 0.999_93;
/// Samples at full scale in a row that are no accident.
const RUN: u64 = 4;

/// The largest value of one channel, positions between samples included.
pub(super) struct TruePeak {
    taps: [[f32; TAPS]; 3],
    /// The last samples of what came before.
    history: Vec<f32>,
    peak: f32,
}

impl Default for TruePeak {
    fn default() -> TruePeak {
        TruePeak {
            taps: PHASES.map(kernel),
            history: vec![0.0; TAPS],
            peak: 0.0,
        }
    }
}

/// A windowed sinc (squared cosine), normalised to unit gain, for a position `phase` after tap 11.
fn kernel(phase: f64) -> [f32; TAPS] {
    let tap = |n: usize| {
        let x = n as f64 - (TAPS / 2 - 1) as f64 - phase;
        let angle = std::f64::consts::PI * x;
        let sinc = if x == 0.0 { 1.0 } else { angle.sin() / angle };
        sinc * (angle / TAPS as f64).cos().powi(2)
    };
    let sum: f64 = (0..TAPS).map(tap).sum();
    std::array::from_fn(|n| (tap(n) / sum) as f32)
}

impl TruePeak {
    /// The next samples, and the largest magnitude among them.
    pub(super) fn add(&mut self, plane: &[f32], loudest: f32) {
        self.peak = self.peak.max(loudest);
        let start = self.history.len() - TAPS;
        self.history.drain(..start);
        let before = self.history.iter().map(|x| x.abs()).fold(0.0, f32::max);
        let floor = self.peak * 0.5;
        if loudest.max(before) >= floor {
            self.history.extend_from_slice(plane);
            self.search(floor);
            let start = self.history.len() - TAPS;
            self.history.drain(..start);
        } else {
            self.history
                .extend_from_slice(&plane[plane.len().saturating_sub(TAPS)..]);
        }
    }

    /// Interpolates on both sides of each local maximum that has all its neighbours.
    fn search(&mut self, floor: f32) {
        let samples = &self.history;
        let mut peak = self.peak;
        for centre in TAPS / 2..samples.len() - TAPS / 2 {
            let here = samples[centre].abs();
            if here < floor || here < samples[centre - 1].abs() || here < samples[centre + 1].abs()
            {
                continue;
            }
            for left in [centre - 1, centre] {
                let Some(window) = samples.get(left + 1 - TAPS / 2..left + 1 + TAPS / 2) else {
                    continue;
                };
                for taps in &self.taps {
                    let value: f32 = window.iter().zip(taps).map(|(x, tap)| x * tap).sum();
                    peak = peak.max(value.abs());
                }
            }
        }
        self.peak = peak;
    }

    /// The peak; the last samples are looked at with silence behind them.
    pub(super) fn finish(mut self) -> f32 {
        self.history.extend_from_slice(&[0.0; TAPS]);
        self.search(self.peak * 0.5);
        self.peak
    }
}

/// Runs of samples at full scale in one channel.
#[derive(Clone, Default)]
pub(super) struct Clipping {
    pub(super) runs: u64,
    pub(super) longest: u64,
    run: u64,
    positive: bool,
}

impl Clipping {
    /// The next samples and the largest magnitude among them.
    pub(super) fn add(&mut self, window: &[f32], peak: f32) {
        if peak < FULL_SCALE {
            self.run = 0;
            return;
        }
        for sample in window {
            let at_scale = sample.abs() >= FULL_SCALE;
            let goes_on = at_scale && (self.run == 0 || self.positive == (*sample > 0.0));
            self.run = if goes_on {
                self.run + 1
            } else {
                u64::from(at_scale)
            };
            self.positive = *sample > 0.0;
            self.runs += u64::from(self.run == RUN);
            if self.run >= RUN {
                self.longest = self.longest.max(self.run);
            }
        }
    }
}
