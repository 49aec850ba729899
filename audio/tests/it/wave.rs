//! WAVE files written byte by byte, and the tools of other people.

use std::f64::consts::TAU;
use std::path::Path;
use std::process::Command;

/// A stereo-or-whatever WAVE of integers of 8, 16, 24 or 32 bits.
pub(crate) fn write_wave(path: &Path, rate: u32, bits: u16, planes: &[Vec<i32>]) {
    let width = u32::from(bits / 8);
    let channels = planes.len() as u32;
    let frames = planes[0].len() as u32;
    let data = frames * channels * width;
    let mut bytes = b"RIFF".to_vec();
    bytes.extend((36 + data).to_le_bytes());
    bytes.extend(b"WAVEfmt \x10\0\0\0\x01\0");
    bytes.extend((channels as u16).to_le_bytes());
    bytes.extend(rate.to_le_bytes());
    bytes.extend((rate * channels * width).to_le_bytes());
    bytes.extend(((channels * width) as u16).to_le_bytes());
    bytes.extend(bits.to_le_bytes());
    bytes.extend(b"data");
    bytes.extend(data.to_le_bytes());
    for n in 0..frames as usize {
        for plane in planes {
            // 8-bit WAVE is unsigned.
            let sample = if bits == 8 { plane[n] + 128 } else { plane[n] };
            bytes.extend(&sample.to_le_bytes()[..width as usize]);
        }
    }
    std::fs::write(path, bytes).expect("the test's folder can be written");
}

/// Noise over the whole range of a depth, both rails included.
pub(crate) fn noise(bits: u16, frames: usize, seed: u32) -> Vec<i32> {
    let mut state = seed | 1;
    let shift = 32 - u32::from(bits);
    (0..frames)
        .map(|n| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            match n {
                0 => i32::MIN >> shift,
                1 => i32::MAX >> shift,
                _ => (state as i32) >> shift,
            }
        })
        .collect()
}

/// A sine of `level` dBFS (peak) with a phase in degrees.
pub(crate) fn sine(rate: u32, hz: f64, level: f64, seconds: f64, phase: f64) -> Vec<f32> {
    let amplitude = 10f64.powf(level / 20.0);
    let frames = (f64::from(rate) * seconds).round() as usize;
    let step = TAU * hz / f64::from(rate);
    let phase = phase.to_radians();
    (0..frames)
        .map(|n| (amplitude * (step * n as f64 + phase).sin()) as f32)
        .collect()
}

/// Whether a program is there; says so loudly when not.
pub(crate) fn have(program: &str) -> bool {
    let found = Command::new(program).arg("-version").output().is_ok();
    if !found {
        eprintln!("SKIPPED: {program} is not installed (apt-get install {program})");
    }
    found
}

/// Runs a program that must succeed.
pub(crate) fn run(program: &str, arguments: &[&str]) -> Vec<u8> {
    let output = Command::new(program)
        .args(arguments)
        .output()
        .expect("the program starts");
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {arguments:?}: {words}");
    output.stdout
}
