//! Does each figure say what was put into the samples?

use super::*;
use crate::{Codec, Container, Layout};
use catalog::units::{Frames, SampleRate};

/// White noise in -1..1, the same for the same seed.
fn noise(seed: u32, count: usize) -> Vec<f32> {
    let mut state = u64::from(seed) * 2 + 1;
    let mut next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f32 / (1 << 23) as f32 - 1.0
    };
    (0..count).map(|_| next()).collect()
}

fn quality(rate: u32, planes: Vec<Vec<f32>>, bits: u8) -> Quality {
    let info = AudioInfo {
        container: Container::Wav,
        codec: Codec::Pcm,
        sample_rate: SampleRate::new(rate).unwrap(),
        layout: Layout::stereo(),
        bits: Some(bits),
        frames: None,
        has_md5: false,
        bytes: 0,
    };
    let mut inspector = Inspector::new(&info);
    let scale = f64::from(1_u32 << (bits - 1));
    for start in (0..planes[0].len()).step_by(5_000) {
        let part: Vec<Vec<f32>> = planes
            .iter()
            .map(|plane| plane[start..plane.len().min(start + 5_000)].to_vec())
            .collect();
        let integers = part
            .iter()
            .map(|plane| {
                plane
                    .iter()
                    .map(|x| (f64::from(*x) * scale) as i32)
                    .collect()
            })
            .collect();
        inspector.add(&Block {
            first: Frames(start as u64),
            planes: part,
            integers: Some(integers),
        });
    }
    inspector.finish()
}

fn good() -> Vec<Vec<f32>> {
    let quiet = |seed| noise(seed, 441_000).iter().map(|x| x * 0.4).collect();
    vec![quiet(1), quiet(2)]
}

#[test]
fn noise_that_is_as_it_should_be_has_nothing_to_say() {
    let quality = quality(44_100, good(), 24);
    assert_eq!(
        (
            quality.clipped_runs,
            quality.head_silence_ms,
            quality.silent
        ),
        (0, 0, false)
    );
    assert!(quality.dc_offset < 0.001 && quality.edge.is_none());
    let stereo = quality.stereo.unwrap();
    assert!(stereo.correlation.abs() < 0.02 && stereo.side_db.abs() < 1.0);
    assert!(stereo.balance_db > -0.1);
    assert!(quality.soundprint.is_some());
}

#[test]
fn a_peak_between_samples_is_found_where_no_sample_is() {
    let step = std::f64::consts::FRAC_PI_2;
    // Faded: a sine that is cut off rises higher at its ends.
    let sine: Vec<f32> = (0..44_100)
        .map(|n| {
            let fade = (f64::from(n.min(44_099 - n)) / 400.0).min(1.0);
            (fade * 0.9 * (f64::from(n) * step + step / 2.0).sin()) as f32
        })
        .collect();
    let quality = quality(44_100, vec![sine.clone(), sine], 24);
    let found = quality.true_peak_dbtp.unwrap();
    assert!((found - 20.0 * 0.9_f64.log10()).abs() < 0.1, "{found}");
    assert!(quality.sample_peak < 0.65);
}

#[test]
fn silence_is_told_by_its_place() {
    let mut planes = good();
    for plane in &mut planes {
        plane[..88_200].fill(0.0);
        plane[220_500..286_650].fill(0.0001);
        plane[396_900..].fill(0.0);
    }
    let quality = quality(44_100, planes, 24);
    assert_eq!(
        (quality.head_silence_ms, quality.tail_silence_ms),
        (2_000, 1_000)
    );
    assert_eq!(
        (quality.inner_silence_ms, quality.inner_silence_at_ms),
        (1_500, 5_000)
    );
}

#[test]
fn channels_that_are_equal_inverted_or_missing_are_told_apart() {
    let left = good().swap_remove(0);
    let of = |right: Vec<f32>| {
        quality(44_100, vec![left.clone(), right], 24)
            .stereo
            .unwrap()
    };
    assert!(of(left.clone()).side_db < -60.0);
    assert!(of(left.iter().map(|x| -x).collect()).correlation < -0.999);
    assert!(of(vec![0.0; left.len()]).balance_db < -100.0);
}

#[test]
fn bits_that_are_never_used_are_counted() {
    let coarse = |plane: Vec<f32>| {
        plane
            .iter()
            .map(|x| (x * 32_768.0).round() / 32_768.0)
            .collect()
    };
    let planes: Vec<Vec<f32>> = good().into_iter().map(coarse).collect();
    assert_eq!(quality(44_100, planes, 24).used_bits, Some(16));
    assert_eq!(quality(44_100, good(), 24).used_bits, Some(24));
}

#[test]
fn a_low_pass_leaves_an_edge_at_its_frequency() {
    // A windowed sinc of 512 taps: 60 dB within 300 Hz.
    let (cut, taps) = (16_000.0 / 44_100.0, 512);
    let kernel: Vec<f32> = (0..taps)
        .map(|n| {
            let x = f64::from(n) - f64::from(taps) / 2.0 + 0.5;
            let angle = std::f64::consts::TAU * cut * x;
            let window = (std::f64::consts::PI * x / f64::from(taps)).cos().powi(2);
            (2.0 * cut * angle.sin() / angle * window) as f32
        })
        .collect();
    let filtered = |plane: Vec<f32>| -> Vec<f32> {
        let part = &plane[..132_300];
        part.windows(kernel.len())
            .map(|w| w.iter().zip(&kernel).map(|(x, k)| x * k).sum())
            .collect()
    };
    let planes: Vec<Vec<f32>> = good().into_iter().map(filtered).collect();
    let edge = quality(44_100, planes, 24).edge.unwrap();
    assert!(
        (edge.hz - 16_000.0).abs() < 400.0 && edge.drop_db > 30.0,
        "{edge:?}"
    );
}

#[test]
fn clipped_runs_are_counted_across_windows() {
    let mut planes = good();
    planes[0][440..450].fill(1.0);
    planes[1][1_000..1_003].fill(-1.0);
    let quality = quality(44_100, planes, 16);
    assert_eq!((quality.clipped_runs, quality.longest_run), (1, 10));
}
