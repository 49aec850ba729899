//! In which ways is a recording damaged?

use std::path::Path;
use std::process::{Command, Stdio};

use super::songs::{Song, decode};
use super::sound::{Dice, band, compressed, faster, mixed, pink, voices};
use crate::peaks::RATE;

/// One way.
pub(super) struct Way {
    pub(super) name: &'static str,
    /// Recall that is asked for, per cent.
    pub(super) target: f64,
    how: How,
}

enum How {
    /// Samples in, samples out.
    Ours(fn(&[f32], &mut Dice) -> Vec<f32>),
    /// ffmpeg's arguments between input and output, and the file's extension.
    Ffmpeg(&'static [&'static str], &'static str),
}

impl Way {
    /// Without ffmpeg it cannot be made.
    pub(super) fn needs_ffmpeg(&self) -> bool {
        matches!(self.how, How::Ffmpeg(..))
    }
}

const fn ours(name: &'static str, target: f64, how: fn(&[f32], &mut Dice) -> Vec<f32>) -> Way {
    Way {
        name,
        target,
        how: How::Ours(how),
    }
}

const fn ffmpeg(
    name: &'static str,
    target: f64,
    arguments: &'static [&'static str],
    extension: &'static str,
) -> Way {
    Way {
        name,
        target,
        how: How::Ffmpeg(arguments, extension),
    }
}

fn from_second(signal: &[f32], from: f64, to: f64) -> Vec<f32> {
    let at = |seconds: f64| ((seconds * f64::from(RATE)) as usize).min(signal.len());
    signal[at(from)..at(to)].to_vec()
}

/// All ways, with the recall that each must reach.
pub(super) const WAYS: &[Way] = &[
    ours("gain -12 dB", 100.0, |x, _| {
        x.iter().map(|v| v * 0.25).collect()
    }),
    ours("clipped by 12 dB", 100.0, |x, _| {
        x.iter()
            .map(|v| (v * 4.0).clamp(-32_768.0, 32_767.0))
            .collect()
    }),
    ours("trimmed by 2.7 s", 100.0, |x, _| from_second(x, 2.7, 1e6)),
    ours("trimmed to 30 s", 100.0, |x, _| from_second(x, 1.05, 31.05)),
    ffmpeg(
        "mp3 128",
        100.0,
        &["-c:a", "libmp3lame", "-b:a", "128k"],
        "mp3",
    ),
    ffmpeg(
        "mp3 64",
        100.0,
        &["-c:a", "libmp3lame", "-b:a", "64k"],
        "mp3",
    ),
    ffmpeg("aac 96", 100.0, &["-c:a", "aac", "-b:a", "96k"], "m4a"),
    ffmpeg(
        "vorbis 96",
        100.0,
        &["-c:a", "libvorbis", "-b:a", "96k"],
        "ogg",
    ),
    ours("remaster", 99.0, |x, _| {
        let bright: Vec<f32> = band(x, 700.0, 5_000.0);
        let shelved: Vec<f32> = x.iter().zip(&bright).map(|(a, b)| a + 0.8 * b).collect();
        compressed(&shelved, 0.15, 4.0)
    }),
    ours("noise 10 dB", 99.0, |x, dice| {
        mixed(x, &pink(dice, x.len()), 10.0)
    }),
    ours("noise 0 dB", 95.0, |x, dice| {
        mixed(x, &pink(dice, x.len()), 0.0)
    }),
    ours("radio", 95.0, |x, _| {
        compressed(&band(&faster(x, 1.005), 90.0, 4_500.0), 0.05, 8.0)
    }),
    ours("telephone", 95.0, |x, _| {
        let narrow = band(&band(x, 300.0, 3_400.0), 300.0, 3_400.0);
        narrow.iter().map(|v| (v / 256.0).round() * 256.0).collect()
    }),
    ffmpeg("tempo +3 %", 99.0, &["-af", "atempo=1.03"], "wav"),
    ffmpeg("tempo -3 %", 99.0, &["-af", "atempo=0.97"], "wav"),
    ffmpeg("tempo +4 %", 95.0, &["-af", "atempo=1.04"], "wav"),
    ours("varispeed +1 %", 95.0, |x, _| faster(x, 1.01)),
    ours("varispeed +3 %", 95.0, |x, _| faster(x, 1.03)),
    ours("varispeed -3 %", 95.0, |x, _| faster(x, 0.97)),
    ours("varispeed +4 %", 95.0, |x, _| faster(x, 1.04)),
    ours("voice-over 0 dB", 80.0, |x, dice| {
        mixed(x, &voices(dice, x.len(), 1), 0.0)
    }),
    ffmpeg(
        "a semitone higher",
        80.0,
        &["-af", "asetrate=11681,atempo=0.943874,aresample=11025"],
        "wav",
    ),
    ffmpeg(
        "a semitone lower",
        80.0,
        &["-af", "asetrate=10406,atempo=1.059463,aresample=11025"],
        "wav",
    ),
];

/// The song damaged in a way; None if that needs ffmpeg and it fails.
pub(super) fn degraded(song: &Song, way: &Way, seed: u64, scratch: &Path) -> Option<Vec<i16>> {
    match way.how {
        How::Ours(how) => {
            let signal: Vec<f32> = song.samples.iter().map(|&s| f32::from(s)).collect();
            Some(sixteen_bits(&how(&signal, &mut Dice::new(seed))))
        }
        How::Ffmpeg(arguments, extension) => {
            let (from, to) = (
                scratch.join("from.wav"),
                scratch.join("to").with_extension(extension),
            );
            std::fs::write(&from, wav(&song.samples)).ok()?;
            let status = Command::new("ffmpeg")
                .args(["-v", "error", "-nostdin", "-y", "-threads", "1", "-i"])
                .arg(&from)
                .args(arguments)
                .arg(&to)
                .stderr(Stdio::null())
                .status();
            status.is_ok_and(|status| status.success()).then_some(())?;
            decode(&to, 1e6)
        }
    }
}

/// To 16 bits; what is too loud is turned down, as a mixer would.
pub(super) fn sixteen_bits(signal: &[f32]) -> Vec<i16> {
    let loudest = signal.iter().fold(0f32, |most, v| most.max(v.abs()));
    let gain = if loudest > 32_767.0 {
        32_767.0 / loudest
    } else {
        1.0
    };
    signal.iter().map(|v| (v * gain) as i16).collect()
}

/// A mono WAV at [`RATE`].
fn wav(samples: &[i16]) -> Vec<u8> {
    let bytes = 2 * samples.len() as u32;
    let mut out = b"RIFF".to_vec();
    out.extend((36 + bytes).to_le_bytes());
    out.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    out.extend(RATE.to_le_bytes());
    out.extend((2 * RATE).to_le_bytes());
    out.extend(b"\x02\0\x10\0data");
    out.extend(bytes.to_le_bytes());
    out.extend(samples.iter().flat_map(|sample| sample.to_le_bytes()));
    out
}
