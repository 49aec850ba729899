//! Does each fault that is planted in a master bring exactly its own finding?

use crate::flac;
use crate::label::{Label, release};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;

/// Noise in -1..1, another for each seed.
fn noise(seed: u64, count: usize, scale: f32) -> Vec<f32> {
    let mut state = seed * 2 + 1;
    let mut next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((state >> 40) as f32 / (1 << 23) as f32 - 1.0) * scale
    };
    (0..count).map(|_| next()).collect()
}

/// Removes what is above `hz`: a windowed sinc of 400 taps.
fn low_pass(samples: &[f32], hz: f64, rate: f64) -> Vec<f32> {
    let taps = 400;
    let kernel: Vec<f32> = (0..taps)
        .map(|n| {
            let x = f64::from(n) - f64::from(taps) / 2.0 + 0.5;
            let angle = std::f64::consts::TAU * hz / rate * x;
            let window = (std::f64::consts::PI * x / f64::from(taps)).cos().powi(2);
            (2.0 * hz / rate * angle.sin() / angle * window) as f32
        })
        .collect();
    let parts = samples.windows(kernel.len());
    parts
        .map(|part| part.iter().zip(&kernel).map(|(x, k)| x * k).sum())
        .collect()
}

/// A WAV file.
fn wav(planes: &[Vec<f32>], rate: u32, bits: u16) -> Vec<u8> {
    let (channels, width) = (planes.len() as u16, bits / 8);
    let frames = planes.iter().map(Vec::len).min().unwrap();
    let size = (frames * usize::from(channels * width)) as u32;
    let mut file = Vec::with_capacity(size as usize + 44);
    file.extend(b"RIFF");
    file.extend((size + 36).to_le_bytes());
    file.extend(b"WAVEfmt ");
    file.extend(16_u32.to_le_bytes());
    file.extend(1_u16.to_le_bytes());
    file.extend(channels.to_le_bytes());
    file.extend(rate.to_le_bytes());
    file.extend((rate * u32::from(channels * width)).to_le_bytes());
    file.extend((channels * width).to_le_bytes());
    file.extend(bits.to_le_bytes());
    file.extend(b"data");
    file.extend(size.to_le_bytes());
    let scale = f64::from(1_u32 << (bits - 1));
    for frame in 0..frames {
        for plane in planes {
            let value = (f64::from(plane[frame]) * scale)
                .round()
                .clamp(-scale, scale - 1.0) as i32;
            match bits {
                8 => file.push((value + 128) as u8),
                _ => file.extend(&value.to_le_bytes()[..usize::from(width)]),
            }
        }
    }
    file
}

const SECONDS: usize = 15;
const RATE: usize = 44_100;

fn pair() -> Vec<Vec<f32>> {
    vec![noise(1, SECONDS * RATE, 0.3), noise(2, SECONDS * RATE, 0.3)]
}

fn edited(edit: impl Fn(&mut Vec<f32>)) -> Vec<u8> {
    let mut planes = pair();
    planes.iter_mut().for_each(edit);
    wav(&planes, 44_100, 16)
}

fn edited_flac(edit: impl Fn(&mut Vec<u8>)) -> Vec<u8> {
    let mut file = flac::stereo(SECONDS as f64, 3);
    edit(&mut file);
    file
}

/// The same music as floating point, one sample of which is `value`.
fn float_wav(value: f32) -> Vec<u8> {
    let planes = pair();
    // The header of as many integers of 32 bits, but for the format's code.
    let mut file = wav(&planes, 44_100, 32);
    file[20] = 3;
    for (frame, bytes) in file[44..].chunks_exact_mut(8).enumerate() {
        bytes[..4].copy_from_slice(&planes[0][frame].to_le_bytes());
        bytes[4..].copy_from_slice(&planes[1][frame].to_le_bytes());
    }
    file[44 + 8 * 100_000..][..4].copy_from_slice(&value.to_le_bytes());
    file
}

/// Name, bytes, and the one finding it deserves.
pub(crate) fn masters() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let seconds = |from: usize, to: usize| from * RATE..to * RATE;
    let right = |edit: &dyn Fn(&[f32]) -> Vec<f32>| {
        let left = pair().swap_remove(0);
        let right = edit(&left);
        wav(&[left, right], 44_100, 16)
    };
    let quarter = |plane: &mut Vec<f32>| {
        for (n, sample) in plane.iter_mut().enumerate() {
            let phase = n as f32 * std::f32::consts::FRAC_PI_2 + std::f32::consts::FRAC_PI_4;
            *sample = *sample * 0.1 + 1.28 * phase.sin();
        }
    };
    let coarse = |plane: &mut Vec<f32>| {
        plane
            .iter_mut()
            .for_each(|x| *x = (*x * 32_768.0).round() / 32_768.0);
    };
    let mut padded = pair();
    padded.iter_mut().for_each(coarse);
    let filtered = |rate: usize, hz: f64| -> Vec<Vec<f32>> {
        let plane = |seed| low_pass(&noise(seed, 3 * rate, 0.3), hz, rate as f64);
        vec![plane(4), plane(5)]
    };
    let low: Vec<Vec<f32>> = pair()
        .into_iter()
        .map(|p| p[..SECONDS * 32_000].to_vec())
        .collect();
    vec![
        ("good.wav", wav(&pair(), 44_100, 16), ""),
        (
            "truncated.flac",
            edited_flac(|f| f.truncate(f.len() / 2)),
            "audio-truncated",
        ),
        (
            "flipped.flac",
            edited_flac(|f| f[90_000] ^= 4),
            "audio-damaged",
        ),
        ("nan.wav", float_wav(f32::NAN), "audio-samples"),
        ("md5.flac", edited_flac(|f| f[30] ^= 1), "audio-md5"),
        (
            "md5-zero.flac",
            edited_flac(|f| f[26..42].fill(0)),
            "audio-md5-absent",
        ),
        ("rate.wav", wav(&low, 32_000, 16), "audio-rate"),
        ("bits.wav", wav(&pair(), 44_100, 8), "audio-bits"),
        ("mono.wav", wav(&pair()[..1], 44_100, 16), "audio-channels"),
        (
            "clipped.wav",
            edited(|p| p.iter_mut().for_each(|x| *x = (*x * 40.0).clamp(-1.0, 1.0))),
            "audio-clipped",
        ),
        ("true-peak.wav", edited(quarter), "audio-true-peak"),
        (
            "dc.wav",
            edited(|p| p.iter_mut().for_each(|x| *x += 0.1)),
            "audio-dc-offset",
        ),
        (
            "head.wav",
            edited(|p| p[seconds(0, 3)].fill(0.0)),
            "audio-silence-head",
        ),
        (
            "tail.wav",
            edited(|p| p[seconds(4, 15)].fill(0.0)),
            "audio-silence-tail",
        ),
        (
            "gap.wav",
            edited(|p| p[seconds(2, 13)].fill(0.0001)),
            "audio-silence-inside",
        ),
        ("silent.wav", edited(|p| p.fill(0.0)), "audio-silent"),
        ("same.wav", right(&|left| left.to_vec()), "audio-mono"),
        (
            "missing.wav",
            right(&|left| vec![0.0; left.len()]),
            "audio-channel-missing",
        ),
        (
            "inverted.wav",
            right(&|left| left.iter().map(|x| -x).collect()),
            "audio-inverted",
        ),
        ("padded.wav", wav(&padded, 44_100, 24), "audio-padded"),
        (
            "upsampled.wav",
            wav(&filtered(96_000, 21_000.0), 96_000, 24),
            "audio-upsampled",
        ),
        (
            "lossy.wav",
            wav(&filtered(44_100, 16_000.0), 44_100, 24),
            "audio-lossy-origin",
        ),
    ]
}

#[test]
fn each_master_with_one_planted_fault_gets_exactly_that_finding() {
    let masters = masters();
    let label = Label::new();
    let folder = label.drop().join("nightjar/R1");
    fs::create_dir_all(folder.join("resources")).unwrap();
    crate::label::cover(&folder.join("resources/cover.png"), 3000, 3000);
    let mut message = release("R1");
    let template = message["tracks"][0].clone();
    let mut expected = BTreeSet::new();
    let mut tracks = Vec::new();
    for (index, (name, bytes, code)) in masters.iter().enumerate() {
        fs::write(folder.join("resources").join(name), bytes).unwrap();
        let mut track: Value = template.clone();
        track["number"] = json!(index + 1);
        track["isrc"] = json!(format!("QZNJX26{:05}", index + 1));
        track["title"] = json!(format!("Piece No. {}", index + 1));
        track["file"] = json!(format!("resources/{name}"));
        track["duration"] = json!(match *name {
            "upsampled.wav" | "lossy.wav" => "PT3S",
            _ => "PT15S",
        });
        tracks.push(track);
        if !code.is_empty() {
            expected.insert(((*name).to_owned(), (*code).to_owned()));
        }
    }
    // The same good master once more, announced as another length.
    let mut track = tracks[0].clone();
    track["number"] = json!(tracks.len() + 1);
    track["duration"] = json!("PT55S");
    tracks.push(track);
    message["tracks"] = json!(tracks);
    fs::write(folder.join("release.json"), message.to_string()).unwrap();
    let report = label.ingest().unwrap();
    let findings = &report.deliveries[0].findings.0;
    let name = |file: &str| file.rsplit('/').next().unwrap_or_default().to_owned();
    let found: BTreeSet<(String, String)> = findings
        .iter()
        .filter(|finding| finding.code.starts_with("audio-"))
        .map(|finding| (name(&finding.place.file), finding.code.clone()))
        .collect();
    assert_eq!(found, expected);
    let others: Vec<&str> = findings
        .iter()
        .map(|finding| finding.code.as_str())
        .filter(|code| !code.starts_with("audio-"))
        .collect();
    assert_eq!(others, ["duration-wrong", "isrc-doubled"]);
    assert!(masters.len() > 16);
}
