//! Music for tests: seeded songs of chords, bass, melody and noise, and the files they come in.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Hz of everything made here.
pub(crate) const RATE: u32 = 22_050;

/// A small deterministic generator (xorshift32).
pub(crate) struct Dice(u32);

impl Dice {
    pub(crate) fn new(seed: u32) -> Dice {
        Dice(seed.wrapping_mul(0x9e37_79b1) | 1)
    }

    pub(crate) fn next(&mut self) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        self.0
    }

    pub(crate) fn below(&mut self, n: u32) -> u32 {
        self.next() % n
    }

    pub(crate) fn unit(&mut self) -> f32 {
        self.next() as f32 / u32::MAX as f32
    }
}

/// A mono song of `seconds`: key, tempo, progression and melody from the seed.
pub(crate) fn song(seed: u32, seconds: f32) -> Vec<f32> {
    let mut dice = Dice::new(seed);
    for _ in 0..8 {
        dice.next();
    }
    let beat = 0.32 + 0.3 * dice.unit();
    let root = 110.0 * 2f32.powf(dice.below(12) as f32 / 12.0);
    let scale: [f32; 7] = if dice.below(2) == 0 {
        [0., 2., 4., 5., 7., 9., 11.]
    } else {
        [0., 2., 3., 5., 7., 8., 10.]
    };
    let mut out = vec![0f32; (seconds * RATE as f32) as usize];
    let mut start = 0.0;
    while start < seconds {
        let degree = dice.below(7) as usize;
        for third in [0, 2, 4] {
            let step = scale[(degree + third) % 7] + 12.0 * ((degree + third) / 7) as f32;
            note(
                &mut out,
                start,
                2.0 * beat,
                root * 2f32.powf(step / 12.0),
                0.12,
            );
        }
        note(
            &mut out,
            start,
            beat,
            root / 2.0 * 2f32.powf(scale[degree] / 12.0),
            0.2,
        );
        for half in 0..4 {
            let step = scale[dice.below(7) as usize] + 12.0 + 12.0 * dice.below(2) as f32;
            let at = start + 0.5 * beat * half as f32;
            note(
                &mut out,
                at,
                0.5 * beat,
                root * 2f32.powf(step / 12.0),
                0.15,
            );
        }
        start += 2.0 * beat;
    }
    for sample in &mut out {
        *sample += 0.004 * (dice.unit() - 0.5);
    }
    out
}

/// An instrument of a song: chords and moments are the song's; it plays the root or another tone of its
/// own, in octaves of its own.
pub(crate) fn instrument(seed: u32, own: u32, seconds: f32) -> Vec<f32> {
    let (mut song, mut hand) = (Dice::new(seed), Dice::new(own));
    let mut out = vec![0f32; (seconds * RATE as f32) as usize];
    let (mut start, mut root) = (0.0, 0);
    for moment in 0.. {
        if start >= seconds {
            break;
        }
        if moment % 4 == 0 {
            root = [0, 2, 4, 5, 7, 9, 11][song.below(7) as usize];
        }
        if song.below(3) > 0 {
            let tone = [0, [0, 4, 7][own as usize % 3]][hand.below(2) as usize];
            let step = root + tone + 12 * hand.below(3);
            let hz = 110.0 * 2f32.powf(step as f32 / 12.0);
            note(&mut out, start, 0.4, hz, 0.3);
        }
        start += 0.23;
    }
    out
}

fn note(out: &mut [f32], start: f32, length: f32, hz: f32, level: f32) {
    let from = (start * RATE as f32) as usize;
    let to = (((start + length) * RATE as f32) as usize).min(out.len());
    for (n, sample) in out[from.min(to)..to].iter_mut().enumerate() {
        let t = n as f32 / RATE as f32;
        let fade = (-3.0 * t / length).exp() * (t * 200.0).min(1.0);
        let wave: f32 = (1..=4)
            .map(|n| (std::f32::consts::TAU * hz * n as f32 * t).sin() / n as f32)
            .sum();
        *sample += level * fade * wave;
    }
}

/// A steady sine.
pub(crate) fn tone(hz: f32, seconds: f32) -> Vec<f32> {
    let count = (seconds * RATE as f32) as usize;
    (0..count)
        .map(|n| 0.4 * (std::f32::consts::TAU * hz * n as f32 / RATE as f32).sin())
        .collect()
}

/// A chord that never changes, with a slow swell.
pub(crate) fn drone(hz: f32, seconds: f32) -> Vec<f32> {
    let parts = [
        tone(hz, seconds),
        tone(hz * 1.5, seconds),
        tone(hz * 2.0, seconds),
    ];
    (0..parts[0].len())
        .map(|n| {
            let swell = 0.6 + 0.3 * (n as f32 / RATE as f32 * 0.4).sin();
            parts.iter().map(|part| part[n] * 0.5 * swell).sum()
        })
        .collect()
}

/// The same with another gain.
pub(crate) fn louder(samples: &[f32], gain: f32) -> Vec<f32> {
    samples.iter().map(|sample| sample * gain).collect()
}

/// The same so many times as fast, like a record.
pub(crate) fn faster(samples: &[f32], speed: f32) -> Vec<f32> {
    let len = (samples.len() as f32 / speed) as usize;
    (0..len.saturating_sub(1))
        .map(|n| {
            let place = f64::from(speed) * n as f64;
            let (at, between) = (place as usize, place.fract() as f32);
            let next = samples.get(at + 1).copied().unwrap_or(0.0);
            samples[at.min(samples.len() - 1)] * (1.0 - between) + next * between
        })
        .collect()
}

/// A part of it, in seconds.
pub(crate) fn part(samples: &[f32], from: f32, to: f32) -> Vec<f32> {
    let at = |seconds: f32| ((seconds * RATE as f32) as usize).min(samples.len());
    samples[at(from)..at(to)].to_vec()
}

/// Writes 16-bit mono WAV.
pub(crate) fn wav(path: &Path, samples: &[f32], rate: u32) -> PathBuf {
    let data: Vec<u8> = samples
        .iter()
        .flat_map(|s| ((s * 32767.0).round().clamp(-32768.0, 32767.0) as i16).to_le_bytes())
        .collect();
    let mut bytes = Vec::with_capacity(44 + data.len());
    bytes.extend(b"RIFF");
    bytes.extend((36 + data.len() as u32).to_le_bytes());
    bytes.extend(b"WAVEfmt ");
    bytes.extend(16u32.to_le_bytes());
    bytes.extend(1u16.to_le_bytes());
    bytes.extend(1u16.to_le_bytes());
    bytes.extend(rate.to_le_bytes());
    bytes.extend((2 * rate).to_le_bytes());
    bytes.extend(2u16.to_le_bytes());
    bytes.extend(16u16.to_le_bytes());
    bytes.extend(b"data");
    bytes.extend((data.len() as u32).to_le_bytes());
    bytes.extend(data);
    std::fs::write(path, bytes).unwrap();
    path.to_owned()
}

/// Is a program here? If not the test says so and passes.
pub(crate) fn installed(program: &str, package: &str) -> bool {
    let here = Command::new(program)
        .arg("-version")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok();
    if !here {
        eprintln!("SKIPPED: {program} is not installed (Debian: apt install {package})");
    }
    here
}

/// Runs ffmpeg from one file to another with these arguments between.
pub(crate) fn ffmpeg(from: &Path, arguments: &[&str], to: &Path) -> PathBuf {
    let done = Command::new("ffmpeg")
        .args(["-v", "error", "-nostdin", "-y", "-i"])
        .arg(from)
        .args(arguments)
        .arg(to)
        .status()
        .unwrap();
    assert!(done.success(), "ffmpeg {arguments:?} failed");
    to.to_owned()
}
