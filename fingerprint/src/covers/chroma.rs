//! Which notes sound when, and how do they follow each other?
//!
//! A *step* is [`STEP`] frames (0.56 s). Each peak counts for its pitch class, most in the octave from
//! middle C on: high ones are overtones, low ones lie between the lines of a spectrum. A step is
//! smoothed with its neighbours, freed of the piece's mean (drones and the hiss of drums are in every
//! step), and has length 1.

use crate::peaks::{FRAME_SECONDS, Peak, UNITS_PER_OCTAVE, UNITS_PER_SEMITONE};

/// Frames of a step.
pub const STEP: u32 = 24;

/// Most steps that are looked at: 37 minutes. Bounds an alignment's work.
pub const MAX_STEPS: usize = 4_000;

/// Steps after which the chords of a profile follow: 0.6 to 2.2 s.
const FOLLOWS: [usize; 4] = [1, 2, 3, 4];

/// What a peak counts, by octave from C2 on. Of 40 songs that others play 80 and 82 % are found with these
/// (`evaluate --covers`, seeds 3 and 4), 68 and 82 % without low ones.
const WEIGHTS: [f32; 7] = [0.5, 0.75, 1.0, 0.5, 0.33, 0.25, 0.2];

/// A vector over pitch classes.
pub type Classes = [f32; 12];

/// A recording, step by step.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Chroma {
    /// One vector a step, of length 1 or 0.
    pub steps: Vec<Classes>,
    /// What sounds most, whenever: of length 1 or 0.
    pub sum: Classes,
}

/// Seconds of a step.
pub fn seconds(steps: usize) -> f64 {
    steps as f64 * f64::from(STEP) * FRAME_SECONDS
}

impl Chroma {
    /// From peaks in order.
    pub fn of(peaks: &[Peak]) -> Chroma {
        let tuning = tuning(peaks);
        let last = peaks.last().map_or(0, |peak| peak.frame() / STEP) as usize;
        let mut raw = vec![[0f32; 12]; (last + 1).min(MAX_STEPS)];
        for peak in peaks {
            let octave = (peak.pitch() / UNITS_PER_OCTAVE) as usize;
            let units = peak.pitch() - tuning + UNITS_PER_SEMITONE / 2;
            let class = units.div_euclid(UNITS_PER_SEMITONE).rem_euclid(12) as usize;
            if let Some(step) = raw.get_mut((peak.frame() / STEP) as usize) {
                step[class] += WEIGHTS[octave.min(WEIGHTS.len() - 1)];
            }
        }
        let mut steps: Vec<Classes> = (0..raw.len()).map(|at| smooth(&raw, at)).collect();
        steps.iter_mut().for_each(unit);
        let mut mean = [0f32; 12];
        for step in &steps {
            add(&mut mean, step, 1.0 / steps.len() as f32);
        }
        let mut sum = [0f32; 12];
        raw.iter().for_each(|step| add(&mut sum, step, 1.0));
        unit(&mut sum);
        for step in &mut steps {
            if step.iter().any(|&share| share > 0.0) {
                add(step, &mean, -1.0);
                unit(step);
            }
        }
        Chroma { steps, sum }
    }
}

impl Chroma {
    /// By how many semitones (0 to 11) another is higher, as far as the notes say that sound most.
    /// Source: J. Serrà et al., "Chroma binary similarity and local alignment applied to cover song
    /// identification", 2008: the optimal transposition index.
    pub fn transposition(&self, other: &Chroma) -> u8 {
        let alike = |key: usize| -> f32 {
            let turned = other.sum.iter().cycle().skip(key);
            self.sum.iter().zip(turned).map(|(x, y)| x * y).sum()
        };
        let best = (0..12).max_by(|&x, &y| alike(x).total_cmp(&alike(y)).then(y.cmp(&x)));
        best.unwrap_or(0) as u8
    }
}

fn smooth(raw: &[Classes], at: usize) -> Classes {
    let mut sum = [0f32; 12];
    for (near, weight) in [(at.wrapping_sub(1), 0.5), (at, 1.0), (at + 1, 0.5)] {
        if let Some(step) = raw.get(near) {
            add(&mut sum, step, weight);
        }
    }
    sum
}

fn add(to: &mut Classes, what: &Classes, weight: f32) {
    to.iter_mut()
        .zip(what)
        .for_each(|(slot, value)| *slot += weight * value);
}

fn unit(step: &mut Classes) {
    let length = step.iter().map(|share| share * share).sum::<f32>().sqrt();
    if length > 0.0 {
        step.iter_mut().for_each(|share| *share /= length);
    }
}

/// Pitch units by which the piece is tuned above the grid: the circular mean.
fn tuning(peaks: &[Peak]) -> i32 {
    let turn = std::f64::consts::TAU / f64::from(UNITS_PER_SEMITONE);
    let (sin, cos) = peaks.iter().fold((0.0, 0.0), |(sin, cos), peak| {
        let angle = turn * f64::from(peak.pitch().rem_euclid(UNITS_PER_SEMITONE));
        (sin + angle.sin(), cos + angle.cos())
    });
    (sin.atan2(cos) / turn).round() as i32
}

/// How the chords of a piece follow each other, whatever its tempo: for each pair of pitch classes
/// how often one follows the other.
///
/// Kept by interval and, along the twelve classes from which it leads, as a spectrum: another key turns
/// those, so that one product of spectra compares two pieces in all keys, in a fifth of the work.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    real: Spectrum,
    imaginary: Spectrum,
}

/// By interval: the seven frequencies of twelve real numbers, and a zero.
type Spectrum = [[f32; 8]; 12];

impl Profile {
    /// Of a chroma.
    pub fn of(chroma: &Chroma) -> Profile {
        Profile::of_transitions(&transitions(chroma))
    }

    fn of_transitions(sums: &Transitions) -> Profile {
        let (mut real, mut imaginary) = ([[0f32; 8]; 12], [[0f32; 8]; 12]);
        for interval in 0..12 {
            for frequency in 0..7 {
                for from in 0..12 {
                    let share = sums[from][(from + interval) % 12];
                    let (sin, cos) = turn(frequency * from);
                    real[interval][frequency] += share * cos;
                    imaginary[interval][frequency] -= share * sin;
                }
            }
        }
        Profile { real, imaginary }
    }

    /// Cosines with another that is so many semitones (0 to 11) higher.
    pub fn alike(&self, other: &Profile) -> [f32; 12] {
        let (mut real, mut imaginary) = ([0f32; 8], [0f32; 8]);
        for interval in 0..12 {
            let mine = (&self.real[interval], &self.imaginary[interval]);
            let theirs = (&other.real[interval], &other.imaginary[interval]);
            for at in 0..8 {
                real[at] += mine.0[at] * theirs.0[at] + mine.1[at] * theirs.1[at];
                imaginary[at] += mine.0[at] * theirs.1[at] - mine.1[at] * theirs.0[at];
            }
        }
        std::array::from_fn(|key| {
            let sign = if key % 2 == 0 { 1.0 } else { -1.0 };
            let middle: f32 = (1..6)
                .map(|at| {
                    let (sin, cos) = turn(at * key);
                    real[at] * cos - imaginary[at] * sin
                })
                .sum();
            (real[0] + sign * real[6] + 2.0 * middle) / 12.0
        })
    }
}

/// Sine and cosine of twelfths of a turn.
const TURN: [(f32, f32); 12] = {
    const HALF: f32 = 0.5;
    const ROOT: f32 = 0.866_025_4;
    [
        (0.0, 1.0),
        (HALF, ROOT),
        (ROOT, HALF),
        (1.0, 0.0),
        (ROOT, -HALF),
        (HALF, -ROOT),
        (0.0, -1.0),
        (-HALF, -ROOT),
        (-ROOT, -HALF),
        (-1.0, 0.0),
        (-ROOT, HALF),
        (-HALF, ROOT),
    ]
};

fn turn(twelfths: usize) -> (f32, f32) {
    TURN[twelfths % 12]
}

/// How often each pitch class (first) leads to each other.
type Transitions = [[f32; 12]; 12];

/// Of length 1, or zero.
fn transitions(chroma: &Chroma) -> Transitions {
    let mut sums = [[0f32; 12]; 12];
    for after in FOLLOWS {
        for (now, then) in chroma.steps.iter().zip(chroma.steps.iter().skip(after)) {
            for (row, &share) in sums.iter_mut().zip(now) {
                add(row, then, share);
            }
        }
    }
    let squares = sums.iter().flatten().map(|sum| sum * sum);
    let length = squares.sum::<f32>().sqrt();
    if length > 0.0 {
        sums.iter_mut().flatten().for_each(|sum| *sum /= length);
    }
    sums
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::made_up::dice;

    proptest! {
        #[test]
        fn a_higher_piece_is_as_much_higher_as_its_notes_are(seed in 1u64..1000, key in 0u8..12) {
            let mut dice = dice(seed);
            // Of seven notes the lower are heard more often.
            let peaks: Vec<Peak> = (0..400)
                .map(|at| Peak::new(4 * at, (480 + 24 * [0, 2, 4, 5, 7, 9, 11][dice(7).min(dice(7)) as usize]) as u16))
                .collect();
            let higher = peaks.iter().map(|peak| {
                Peak::new(peak.frame(), (peak.pitch() + UNITS_PER_SEMITONE * i32::from(key)) as u16)
            });
            let higher: Vec<Peak> = higher.collect();
            prop_assert_eq!(Chroma::of(&peaks).transposition(&Chroma::of(&higher)), key);
        }

        #[test]
        fn spectra_compare_as_turning_one_piece_by_every_key_does(
            raw in proptest::collection::vec(-1f32..1.0, 288), key in 0usize..12
        ) {
            let transitions = |raw: &[f32]| -> Transitions {
                std::array::from_fn(|from| std::array::from_fn(|to| raw[12 * from + to]))
            };
            let (a, b) = (transitions(&raw[..144]), transitions(&raw[144..]));
            let turned = (0..144).map(|at| (at / 12, at % 12)).map(|(from, to)| {
                a[from][to] * b[(from + key) % 12][(to + key) % 12]
            });
            let alike = Profile::of_transitions(&a).alike(&Profile::of_transitions(&b));
            prop_assert!((alike[key] - turned.sum::<f32>()).abs() < 1e-3);
        }
    }
}
