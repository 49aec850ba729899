//! How fast is the beat, and how clear?
//!
//! Onsets rise and fall with the beat, so their autocorrelation is high at the beat's period and its
//! multiples (Ellis, "Beat tracking by dynamic programming", 2007).

use super::frames::{Frame, HOP};
use super::{RATE, mean_and_spread};

/// Tempi of the tempogram, evenly spaced in octaves between these, beats per minute.
const TEMPI: usize = 16;
const SLOWEST: f32 = 40.0;
const FASTEST: f32 = 240.0;

/// Where tempi are most likely, beats per minute, and the width of that in octaves (Ellis 2007).
const LIKELY: f32 = 120.0;
const LIKELY_WIDTH: f32 = 0.9;

/// Steps per octave at which the tempo is looked for.
const STEPS: usize = 48;

/// Tempogram; tempo (log₂ of beats per minute); how clear the beat and two beats are; mean and spread of the
/// onsets, dB; how many a second.
pub(super) fn rhythm(frames: &[Frame]) -> [f32; TEMPI + 6] {
    let rate = RATE as f32 / HOP as f32;
    let onsets: Vec<f32> = frames.iter().map(|frame| frame.onset).collect();
    let (mean, spread) = mean_and_spread(onsets.iter().copied());
    let period = |tempo: f32| 60.0 * rate / tempo;
    // Twice the slowest beat, and one more to read between.
    let longest = (2.0 * period(SLOWEST)).ceil() as usize + 1;
    let alike = autocorrelation(&onsets, mean, longest);
    let at = |lag: f32| {
        let (whole, part) = (lag.floor() as usize, lag.fract());
        alike[whole] * (1.0 - part) + alike[whole + 1] * part
    };
    let octaves = (FASTEST / SLOWEST).log2();
    let tempo_of =
        |step: usize, steps: usize| SLOWEST * (octaves * step as f32 / (steps - 1) as f32).exp2();
    let steps = (octaves * STEPS as f32) as usize;
    let likely = |tempo: f32| {
        let away = (tempo / LIKELY).log2() / LIKELY_WIDTH;
        at(period(tempo)) * (-0.5 * away * away).exp()
    };
    let tempi = (0..steps).map(|step| tempo_of(step, steps));
    let tempo = tempi.fold(LIKELY, |best, tempo| {
        if likely(tempo) > likely(best) {
            tempo
        } else {
            best
        }
    });
    let tempo = 60.0 * rate / top(&alike, period(tempo).round() as usize);
    let peaks = onsets
        .windows(3)
        .filter(|x| x[1] > x[0] && x[1] >= x[2] && x[1] > mean + spread);
    let peaks = peaks.count() as f32 * rate / onsets.len().max(1) as f32;
    let mut out = [0f32; TEMPI + 6];
    for (step, place) in out.iter_mut().enumerate().take(TEMPI) {
        *place = at(period(tempo_of(step, TEMPI)));
    }
    out[TEMPI..].copy_from_slice(&[
        tempo.log2(),
        at(period(tempo)),
        at((2.0 * period(tempo)).min(longest as f32 - 1.0)),
        mean,
        spread,
        peaks,
    ]);
    out
}

/// Where the parabola through a lag and its neighbours is highest; the lag where that is no top.
fn top(alike: &[f32], lag: usize) -> f32 {
    let [before, at, after] = [alike[lag - 1], alike[lag], alike[lag + 1]];
    let bend = before - 2.0 * at + after;
    let away = if bend < 0.0 {
        0.5 * (before - after) / bend
    } else {
        0.0
    };
    lag as f32 + away.clamp(-0.5, 0.5)
}

/// At lags 0 to `longest`, of the whole; zeros where nothing changes.
fn autocorrelation(onsets: &[f32], mean: f32, longest: usize) -> Vec<f32> {
    let about: Vec<f64> = onsets.iter().map(|x| f64::from(x - mean)).collect();
    let at = |lag: usize| -> f64 {
        let later = about.get(lag..).unwrap_or_default();
        about.iter().zip(later).map(|(a, b)| a * b).sum()
    };
    let whole = at(0);
    let share = |lag| if whole > 1e-9 { at(lag) / whole } else { 0.0 };
    (0..=longest).map(|lag| share(lag) as f32).collect()
}
