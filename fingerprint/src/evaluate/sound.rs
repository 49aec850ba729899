//! Noise, voices, rooms and filters: everything that damages a sound without another program.

use std::f32::consts::TAU;

use crate::peaks::RATE;

/// A small deterministic generator (xorshift64).
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Dice {
        let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        (0..8).for_each(|_| {
            dice.next();
        });
        dice
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub(super) fn below(&mut self, n: usize) -> usize {
        (self.next() >> 16) as usize % n.max(1)
    }

    fn unit(&mut self) -> f32 {
        (self.next() >> 40) as f32 / (1u64 << 24) as f32
    }

    fn normal(&mut self) -> f32 {
        let radius = (-2.0 * self.unit().max(1e-9).ln()).sqrt();
        radius * (TAU * self.unit()).cos()
    }
}

/// Pink noise (Paul Kellet's filter).
pub(super) fn pink(dice: &mut Dice, len: usize) -> Vec<f32> {
    let (mut a, mut b, mut c) = (0f32, 0f32, 0f32);
    (0..len)
        .map(|_| {
            let white = dice.normal();
            a = 0.997_65 * a + white * 0.099_046;
            b = 0.963 * b + white * 0.296_516_4;
            c = 0.57 * c + white * 1.052_691_3;
            a + b + c + white * 0.184_8
        })
        .collect()
}

/// So many people talking: pulses at gliding pitches through two moving formants, in syllables.
pub(super) fn voices(dice: &mut Dice, len: usize, people: usize) -> Vec<f32> {
    let mut sum = vec![0f32; len];
    for _ in 0..people {
        let base = 90.0 + 130.0 * dice.unit();
        let (mut at, mut phase) = (dice.below(2000), 0f32);
        while at < len {
            let length = (RATE as f32 * (0.09 + 0.2 * dice.unit())) as usize;
            let glide = 0.85 + 0.4 * dice.unit();
            let formants = [300.0 + 500.0 * dice.unit(), 900.0 + 1500.0 * dice.unit()];
            let mut filters = formants.map(|hz| Resonance::new(hz, 12.0));
            for n in 0..length.min(len - at) {
                let along = n as f32 / length as f32;
                phase += base * (1.0 + (glide - 1.0) * along) / RATE as f32;
                let pulse = if phase >= 1.0 { 1.0 } else { 0.0 };
                phase -= phase.floor();
                let breath = pulse + 0.02 * dice.normal();
                let voice: f32 = filters.iter_mut().map(|filter| filter.next(breath)).sum();
                sum[at + n] += voice * (along * (1.0 - along) * 4.0).sqrt();
            }
            at += length + dice.below((0.12 * RATE as f32) as usize);
        }
    }
    sum
}

/// A two-pole resonance.
struct Resonance {
    near: f32,
    far: f32,
    state: [f32; 2],
}

impl Resonance {
    fn new(hz: f32, quality: f32) -> Resonance {
        let radius = (-std::f32::consts::PI * hz / quality / RATE as f32 * 2.0).exp();
        Resonance {
            near: 2.0 * radius * (TAU * hz / RATE as f32).cos(),
            far: -radius * radius,
            state: [0.0; 2],
        }
    }

    fn next(&mut self, input: f32) -> f32 {
        let out = input + self.near * self.state[0] + self.far * self.state[1];
        self.state = [out, self.state[0]];
        out
    }
}

/// What can be heard of a sound: from 20 Hz on. "Enemy Unknown" of Singularity has 98 % of its power below, in
/// an offset that wobbles, "Construction" of Warmux all but 2 % in one that does not.
pub(super) fn audible(signal: &[f32]) -> Vec<f32> {
    let first = signal.first().copied().unwrap_or_default();
    let from_zero: Vec<f32> = signal.iter().map(|sample| sample - first).collect();
    biquad(&from_zero, 20.0, true)
}

/// The mean power of what can be heard.
pub(super) fn power(signal: &[f32]) -> f64 {
    let squares = audible(signal).into_iter().map(|v| f64::from(v).powi(2));
    squares.sum::<f64>() / signal.len().max(1) as f64
}

/// Signal and noise at a ratio in dB over all that can be heard of them, never clipped.
pub(super) fn mixed(signal: &[f32], noise: &[f32], db: f32) -> Vec<f32> {
    let ratio = power(signal).max(1e-9) / power(noise).max(1e-9);
    let gain = (ratio / 10f64.powf(f64::from(db) / 10.0)).sqrt() as f32;
    signal
        .iter()
        .zip(noise)
        .map(|(s, n)| s + gain * n)
        .collect()
}

/// Through a room of half a second and a small microphone: early reflections, a decaying tail,
/// a band from 180 to 4,800 Hz.
pub(super) fn room(dice: &mut Dice, signal: &[f32]) -> Vec<f32> {
    let mut taps: Vec<(usize, f32)> = vec![(0, 1.0)];
    for _ in 0..240 {
        let seconds = 0.004 + 0.4 * dice.unit() * dice.unit();
        let level = 0.35 * dice.normal() * (-seconds / 0.09).exp();
        taps.push(((seconds * RATE as f32) as usize, level));
    }
    let mut out = vec![0f32; signal.len()];
    for (delay, level) in taps {
        for (slot, sample) in out.iter_mut().skip(delay).zip(signal) {
            *slot += level * sample;
        }
    }
    band(&out, 180.0, 4_800.0)
}

/// Second-order Butterworth high pass and low pass (RBJ's cookbook).
pub(super) fn band(signal: &[f32], low: f32, high: f32) -> Vec<f32> {
    let high = high.min(0.45 * RATE as f32);
    let lower = biquad(signal, low, true);
    biquad(&lower, high, false)
}

fn biquad(signal: &[f32], hz: f32, pass_high: bool) -> Vec<f32> {
    let turn = TAU * hz / RATE as f32;
    let (cos, alpha) = (turn.cos(), turn.sin() / std::f32::consts::SQRT_2);
    let a0 = 1.0 + alpha;
    let edge = if pass_high { 1.0 + cos } else { 1.0 - cos };
    let b = [
        edge / 2.0 / a0,
        if pass_high { -edge } else { edge } / a0,
        edge / 2.0 / a0,
    ];
    let a = [-2.0 * cos / a0, (1.0 - alpha) / a0];
    let (mut x, mut y) = ([0f32; 2], [0f32; 2]);
    signal
        .iter()
        .map(|&input| {
            let out = b[0] * input + b[1] * x[0] + b[2] * x[1] - a[0] * y[0] - a[1] * y[1];
            (x, y) = ([input, x[0]], [out, y[0]]);
            out
        })
        .collect()
}

/// Compressed by `ratio` above `threshold` (of the loudest tenth of a second), in 30 ms.
pub(super) fn compressed(signal: &[f32], threshold: f32, ratio: f32) -> Vec<f32> {
    let (mut envelope, speed) = (0f32, 1.0 / (0.03 * RATE as f32));
    let loudest = signal.iter().fold(1f32, |most, v| most.max(v.abs()));
    signal
        .iter()
        .map(|&sample| {
            envelope += speed * (sample.abs() / loudest - envelope);
            let over = (envelope / threshold).max(1.0);
            sample * over.powf(1.0 / ratio - 1.0)
        })
        .collect()
}

/// Played so many times as fast, like a record: windowed-sinc interpolation.
pub(super) fn faster(signal: &[f32], speed: f64) -> Vec<f32> {
    const REACH: i64 = 12;
    let len = (signal.len() as f64 / speed) as usize;
    (0..len)
        .map(|n| {
            let place = n as f64 * speed;
            let whole = place.floor() as i64;
            (whole - REACH + 1..=whole + REACH)
                .filter_map(|at| {
                    let x = (place - at as f64) as f32;
                    let sample = signal.get(usize::try_from(at).ok()?)?;
                    let pi_x = std::f32::consts::PI * x;
                    let sinc = if x.abs() < 1e-4 {
                        1.0
                    } else {
                        pi_x.sin() / pi_x
                    };
                    let window = 0.5 + 0.5 * (pi_x / REACH as f32).cos();
                    Some(sample * sinc * window)
                })
                .sum()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_hears_takes_no_noise() {
        let mut dice = Dice::new(1);
        let (sound, noise) = (pink(&mut dice, 50_000), pink(&mut dice, 50_000));
        let wave = |n: usize| 10.0 * (TAU * 3.0 * n as f32 / RATE as f32).sin();
        let aside = sound.iter().enumerate();
        let aside: Vec<f32> = aside.map(|(n, sample)| sample + 400.0 + wave(n)).collect();
        let added = |signal: &[f32], db: f32| -> Vec<f32> {
            let pairs = mixed(signal, &noise, db).into_iter().zip(signal);
            pairs.map(|(both, signal)| both - signal).collect()
        };
        let decibels = |x: &[f32], y: &[f32]| 10.0 * (power(x) / power(y)).log10();
        assert!((decibels(&sound, &added(&sound, 10.0)) - 10.0).abs() < 0.01);
        assert!(decibels(&added(&aside, 10.0), &added(&sound, 10.0)).abs() < 0.2);
    }
}
