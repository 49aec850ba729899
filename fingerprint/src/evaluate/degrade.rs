//! In which ways is a recording damaged?

use std::path::Path;
use std::process::{Command, Stdio};

use super::Plan;
use super::songs::{Song, decode};
use super::sound::{Dice, band, compressed, faster, mixed, pink};
use super::speech::Talk;
use crate::peaks::RATE;

/// One way.
pub(super) struct Way {
    pub(super) name: &'static str,
    /// Recall that is asked for, per cent; None where nobody asks.
    pub(super) target: Option<f64>,
    how: How,
}

/// Damages samples.
pub(super) type Damage = fn(&[f32], &mut Dice, &Talk) -> Vec<f32>;

enum How {
    /// At 11,025 Hz, mono.
    Ours(Damage),
    /// ffmpeg's arguments between the original file and the output (44.1 kHz stereo unless they
    /// say other), and the output's extension.
    Ffmpeg(&'static [&'static str], &'static str),
}

impl Way {
    /// Without ffmpeg it cannot be made.
    pub(super) fn needs_ffmpeg(&self) -> bool {
        matches!(self.how, How::Ffmpeg(..))
    }
}

const fn ours(name: &'static str, target: f64, damage: Damage) -> Way {
    Way {
        name,
        target: Some(target),
        how: How::Ours(damage),
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
        target: Some(target),
        how: How::Ffmpeg(arguments, extension),
    }
}

const fn unasked(name: &'static str, damage: Damage) -> Way {
    Way {
        name,
        target: None,
        how: How::Ours(damage),
    }
}

/// All ways, with the recall that each must reach.
#[rustfmt::skip] // a table
pub(super) const WAYS: &[Way] = &[
    ffmpeg("gain -12 dB, 16 kHz", 100.0, &["-af", "volume=-12dB", "-ar", "16000"], "wav"),
    ours("clipped by 12 dB", 100.0, |x, _, _| x.iter().map(|v| (v * 4.0).clamp(-32_768.0, 32_767.0)).collect()),
    ffmpeg("mp3 128", 100.0, &["-c:a", "libmp3lame", "-b:a", "128k"], "mp3"),
    ffmpeg("mp3 64", 100.0, &["-c:a", "libmp3lame", "-b:a", "64k"], "mp3"),
    ffmpeg("aac 96", 100.0, &["-c:a", "aac", "-b:a", "96k"], "m4a"),
    ffmpeg("vorbis 96", 100.0, &["-c:a", "libvorbis", "-b:a", "96k"], "ogg"),
    ffmpeg("opus 48", 100.0, &["-ar", "48000", "-c:a", "libopus", "-b:a", "48k"], "opus"),
    ffmpeg("trimmed by 2.7 s, mp3", 100.0, &["-af", "atrim=start=2.7", "-c:a", "libmp3lame", "-b:a", "128k"], "mp3"),
    ffmpeg("trimmed by 0.3 s, mp3", 100.0, &["-af", "atrim=start=0.3", "-c:a", "libmp3lame", "-b:a", "128k"], "mp3"),
    ours("trimmed to 30 s", 100.0, |x, _, _| {
        let from = 21.05f64.min(x.len() as f64 / f64::from(RATE) - 30.0).max(0.0);
        cut(x, &[(from, from + 30.0)])
    }),
    ours("remaster", 99.0, |x, _, _| {
        let bright = band(x, 700.0, 5_000.0);
        let shelved: Vec<f32> = x.iter().zip(&bright).map(|(a, b)| a + 0.8 * b).collect();
        compressed(&shelved, 0.15, 4.0)
    }),
    ours("noise 10 dB", 99.0, |x, dice, _| mixed(x, &pink(dice, x.len()), 10.0)),
    ours("noise 0 dB", 95.0, |x, dice, _| mixed(x, &pink(dice, x.len()), 0.0)),
    ours("radio", 95.0, |x, _, _| compressed(&band(&faster(x, 1.005), 90.0, 4_500.0), 0.05, 8.0)),
    ours("telephone", 95.0, |x, _, _| {
        let narrow = band(&band(x, 300.0, 3_400.0), 300.0, 3_400.0);
        narrow.iter().map(|v| (v / 256.0).round() * 256.0).collect()
    }),
    ffmpeg("tempo +1 %", 99.0, &["-af", "atempo=1.01"], "wav"),
    ffmpeg("tempo +3 %", 99.0, &["-af", "atempo=1.03"], "wav"),
    ffmpeg("tempo -3 %", 99.0, &["-af", "atempo=0.97"], "wav"),
    ffmpeg("tempo +4 %", 95.0, &["-af", "atempo=1.04"], "wav"),
    ffmpeg("tempo -4 %", 95.0, &["-af", "atempo=0.96"], "wav"),
    ours("varispeed +1 %", 95.0, |x, _, _| faster(x, 1.01)),
    ours("varispeed +3 %", 95.0, |x, _, _| faster(x, 1.03)),
    ours("varispeed -3 %", 95.0, |x, _, _| faster(x, 0.97)),
    ours("varispeed +4 %", 95.0, |x, _, _| faster(x, 1.04)),
    ours("varispeed -4 %", 95.0, |x, _, _| faster(x, 0.96)),
    ffmpeg("25 cents higher", 95.0, &["-af", "aresample=44100,asetrate=44742,atempo=0.985663,aresample=44100"], "wav"),
    ffmpeg("a semitone higher", 80.0, &["-af", "aresample=44100,asetrate=46722,atempo=0.943874,aresample=44100"], "wav"),
    ffmpeg("a semitone lower", 80.0, &["-af", "aresample=44100,asetrate=41625,atempo=1.059463,aresample=44100"], "wav"),
    ours("voice-over 0 dB", 80.0, |x, dice, talk| mixed(x, &talk.of(dice, x.len(), 1), 0.0)),
    ffmpeg("karaoke", 80.0, &["-af", "pan=mono|c0=0.5*c0-0.5*c1"], "wav"),
    unasked("an intro and a verse cut", |x, _, _| cut(x, &[(8.0, 33.0), (47.0, 75.0)])),
    unasked("cut, encoded in turn, noise", |x, dice, _| {
        let edit = cut(x, &[(0.0, 28.0), (41.3, 70.0)]);
        mixed(&edit, &pink(dice, edit.len()), 20.0)
    }),
];

/// Parts of a signal, from and to these seconds, one after the other.
fn cut(signal: &[f32], parts: &[(f64, f64)]) -> Vec<f32> {
    let at = |seconds: f64| ((seconds * f64::from(RATE)) as usize).min(signal.len());
    let parts = parts.iter().map(|&(from, to)| &signal[at(from)..at(to)]);
    parts.collect::<Vec<_>>().concat()
}

/// The song damaged in a way; None if that needs ffmpeg and it fails, or hardly anything is left (no
/// sides in a mono song, the silence after a bell): silence must be nobody's copy.
pub(super) fn degraded(
    song: &Song,
    way: &Way,
    plan: &Plan,
    dice: &mut Dice,
    talk: &Talk,
    scratch: &Path,
) -> Option<Vec<i16>> {
    let copy = match way.how {
        How::Ours(how) => {
            let signal: Vec<f32> = song.samples.iter().map(|&s| f32::from(s)).collect();
            sixteen_bits(&how(&signal, dice, talk))
        }
        How::Ffmpeg(arguments, extension) => {
            let to = scratch.join("to").with_extension(extension);
            let seconds = plan.seconds.to_string();
            let stereo = ["-ar", "44100", "-ac", "2"];
            run_ffmpeg(
                &[&["-t", &seconds], &stereo[..], arguments].concat(),
                &plan.music.join(&song.path),
                &to,
            )?;
            decode(&to, 1e6).or_else(|| {
                let wav = scratch.join("heard.wav");
                run_ffmpeg(&[], &to, &wav)?;
                decode(&wav, 1e6)
            })?
        }
    };
    let silence = LEFT * power(&song.samples);
    let seconds = copy.chunks(RATE as usize);
    let heard = seconds.filter(|second| power(second) > silence).count();
    (heard >= LEAST_SECONDS).then_some(copy)
}

/// A second that holds less than this share of the original's power is silence.
const LEFT: f64 = 1e-4;

/// Seconds of a copy that must be heard.
const LEAST_SECONDS: usize = 5;

fn power(samples: &[i16]) -> f64 {
    samples.iter().map(|&s| f64::from(s).powi(2)).sum::<f64>() / samples.len().max(1) as f64
}

fn run_ffmpeg(arguments: &[&str], from: &Path, to: &Path) -> Option<()> {
    let status = Command::new("ffmpeg")
        .args(["-v", "error", "-nostdin", "-y", "-threads", "1", "-i"])
        .arg(from)
        .arg("-vn")
        .args(arguments)
        .arg(to)
        .stderr(Stdio::null())
        .status();
    status.is_ok_and(|status| status.success()).then_some(())
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
