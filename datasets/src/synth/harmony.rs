//! Which chord and which pitch, and what frequency is that?
//!
//! Pitches are MIDI numbers (69 = A4 = 440 Hz), equal temperament. The twelve ratios are
//! written out, because `powf` may round differently from one C library to another.

use super::brief::{Brief, Mode};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// 2^(n/12) for n = 0..12.
const RATIOS: [f32; 12] = [
    1.0,
    1.059_463_1,
    1.122_462,
    1.189_207_1,
    1.259_921,
    1.334_839_9,
    std::f32::consts::SQRT_2,
    1.498_307_1,
    1.587_401,
    1.681_792_8,
    1.781_797_4,
    1.887_748_6,
];

/// Frequency of a MIDI pitch in hertz.
pub(super) fn hertz(pitch: i32) -> f32 {
    const C_MINUS_1: f32 = 8.175_799;
    let octave = pitch.div_euclid(12);
    let mut frequency = C_MINUS_1 * RATIOS[pitch.rem_euclid(12) as usize];
    for _ in 0..octave.max(0) {
        frequency *= 2.0;
    }
    frequency
}

/// A four-bar progression: degrees of the scale, 0 = tonic.
pub(super) type Progression = [usize; 4];

const MAJOR: [Progression; 6] = [
    [0, 4, 5, 3],
    [0, 5, 3, 4],
    [5, 3, 0, 4],
    [0, 3, 1, 4],
    [0, 2, 3, 4],
    [3, 0, 4, 5],
];
const MINOR: [Progression; 6] = [
    [0, 5, 2, 6],
    [0, 3, 5, 4],
    [0, 6, 5, 6],
    [0, 3, 6, 2],
    [5, 6, 0, 0],
    [0, 2, 3, 5],
];

/// Two different progressions, for the A and the B parts.
pub(super) fn progressions(mode: Mode, random: &mut ChaCha8Rng) -> [Progression; 2] {
    let table = if mode == Mode::Major { &MAJOR } else { &MINOR };
    let first = random.random_range(0..table.len());
    let step = random.random_range(1..table.len());
    [table[first], table[(first + step) % table.len()]]
}

/// MIDI pitch of a scale degree (may be negative or above 6) over the octave `base`.
pub(super) fn pitch(brief: &Brief, base: i32, degree: i32) -> i32 {
    let scale = brief.mode.scale();
    base + i32::from(brief.key) + 12 * degree.div_euclid(7) + scale[degree.rem_euclid(7) as usize]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn concert_pitch_is_440_hertz() {
        assert!((hertz(69) - 440.0).abs() < 0.01);
        assert!((hertz(60) - 261.626).abs() < 0.01);
    }

    #[test]
    fn a_degree_past_the_seventh_is_an_octave_higher() {
        let brief: Brief = "style=folk bpm=90 key=0 mode=major seconds=9 seed=1"
            .parse()
            .unwrap();
        assert_eq!(pitch(&brief, 60, 7), 72);
        assert_eq!(pitch(&brief, 60, -1), 59);
    }
}
