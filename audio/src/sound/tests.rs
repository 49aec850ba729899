//! Do the numbers say what can be heard, and nothing of how loud it was mastered?

use super::*;

const SECONDS: usize = 20;

fn noise(seed: u32) -> impl FnMut() -> f32 {
    let mut state = seed.wrapping_mul(747_796_405).wrapping_add(1);
    move || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state as f32 / u32::MAX as f32 - 0.5
    }
}

/// A chord of these frequencies that decays from every beat on, with a click.
fn music(chord: &[f32], beats_per_minute: f32, gain: f32) -> Vec<f32> {
    let mut hiss = noise(7);
    let beat = 60.0 / beats_per_minute;
    (0..SECONDS * RATE as usize)
        .map(|n| {
            let t = n as f32 / RATE as f32;
            let since = t % beat;
            let tones = chord.iter().map(|f| (std::f32::consts::TAU * f * t).sin());
            let tone = tones.sum::<f32>() / chord.len() as f32 * (-since * 4.0).exp();
            let click = if since < 0.01 { hiss() } else { 0.0 };
            gain * (0.4 * tone + 0.3 * click)
        })
        .collect()
}

const C_MAJOR: [f32; 3] = [261.63, 329.63, 392.0];
const D_MAJOR: [f32; 3] = [293.66, 369.99, 440.0];
const C_MINOR: [f32; 3] = [261.63, 311.13, 392.0];

fn sound(samples: &[f32]) -> Sound {
    of_samples(samples).expect("there is something to hear")
}

fn kind(sound: &Sound, name: &str) -> Vec<f32> {
    let found = KINDS.into_iter().find(|kind| kind.0 == name);
    sound[found.expect("a kind").1].to_vec()
}

#[test]
fn the_kinds_are_all_there_one_after_the_other() {
    let ends: Vec<usize> = KINDS.iter().map(|kind| kind.1.end).collect();
    let starts: Vec<usize> = KINDS.iter().map(|kind| kind.1.start).collect();
    assert_eq!(starts[0], 0);
    assert_eq!(starts[1..], ends[..ends.len() - 1]);
    assert_eq!(ends.last(), Some(&DIMENSIONS));
}

#[test]
fn the_tempo_is_that_of_the_beats() {
    for tempo in [75.0, 100.0, 120.0, 150.0] {
        let rhythm = kind(&sound(&music(&C_MAJOR, tempo, 1.0)), "rhythm");
        assert!(
            (rhythm[16].exp2() / tempo - 1.0).abs() < 0.02,
            "{tempo}: {rhythm:?}"
        );
        assert!(rhythm[17] > 0.4, "the beat is clear: {}", rhythm[17]);
    }
}

#[test]
fn chroma_is_counted_from_the_tonic_and_the_key_says_where_that_is() {
    let [c, d, minor] = [C_MAJOR, D_MAJOR, C_MINOR].map(|chord| sound(&music(&chord, 100.0, 1.0)));
    let apart = |a: &[f32], b: &[f32]| -> f32 { a.iter().zip(b).map(|(x, y)| (x - y).abs()).sum() };
    let chroma = |s: &Sound| kind(s, "chroma")[..12].to_vec();
    assert!(
        apart(&chroma(&c), &chroma(&d)) < 0.2,
        "the same chord, two semitones up"
    );
    assert!(apart(&chroma(&c), &chroma(&minor)) > 0.2);
    let (of_c, of_d) = (kind(&c, "key"), kind(&d, "key"));
    // Two steps apart on the circle of fifths: 60 degrees.
    let turn = of_c[1].atan2(of_c[0]) - of_d[1].atan2(of_d[0]);
    assert!((turn.cos() - 0.5).abs() < 0.02, "{of_c:?} {of_d:?}");
    assert!(
        of_c[2] > 0.0 && kind(&minor, "key")[2] < 0.0,
        "major, and minor"
    );
}

#[test]
fn a_gain_changes_the_level_and_nothing_else() {
    let (loud, soft) = (
        sound(&music(&C_MAJOR, 100.0, 1.0)),
        sound(&music(&C_MAJOR, 100.0, 0.25)),
    );
    assert!((loud[82] - soft[82] - 12.04).abs() < 0.1);
    for n in (0..DIMENSIONS).filter(|&n| n != 82) {
        assert!(
            (loud[n] - soft[n]).abs() < 0.02,
            "{n}: {} {}",
            loud[n],
            soft[n]
        );
    }
}

#[test]
fn a_tone_and_noise_differ_in_flatness_and_contrast() {
    let mut random = noise(3);
    let hiss: Vec<f32> = (0..SECONDS * RATE as usize)
        .map(|_| 0.5 * random())
        .collect();
    let (hiss, tone) = (sound(&hiss), sound(&music(&C_MAJOR, 100.0, 1.0)));
    assert!(
        kind(&hiss, "shape")[3] > kind(&tone, "shape")[3] + 10.0,
        "flat"
    );
    assert!(kind(&tone, "contrast")[0] > kind(&hiss, "contrast")[0] + 10.0);
}

#[test]
fn silence_and_the_blink_of_an_eye_say_nothing() {
    assert_eq!(of_samples(&[0.0; 100_000]), None);
    assert_eq!(of_samples(&[]), None);
    assert_eq!(of_samples(&music(&C_MAJOR, 100.0, 1.0)[..4000]), None);
}

#[test]
fn the_same_samples_give_the_same_numbers() {
    let samples = music(&D_MAJOR, 97.0, 0.7);
    assert_eq!(of_samples(&samples), of_samples(&samples));
}
