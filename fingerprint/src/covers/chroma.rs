//! Which notes sound when, and how do they follow each other?
//!
//! A *step* is [`STEP`] frames (0.56 s). Each peak counts for its pitch class, a low one more than
//! a high one, since high ones are overtones. A step is smoothed with its neighbours, freed of the
//! piece's mean (drones and the hiss of drums are in every step), and has length 1.

use crate::peaks::{FRAME_SECONDS, Peak, UNITS_PER_OCTAVE, UNITS_PER_SEMITONE};

/// Frames of a step.
pub const STEP: u32 = 24;

/// Most steps that are looked at: 37 minutes. Bounds an alignment's work.
pub const MAX_STEPS: usize = 4_000;

/// Steps after which the chords of a profile follow: 0.6 to 2.2 s.
const FOLLOWS: [usize; 4] = [1, 2, 3, 4];

/// A vector over pitch classes.
pub type Classes = [f32; 12];

/// A recording, step by step.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Chroma {
    /// One vector a step, of length 1 or 0.
    pub steps: Vec<Classes>,
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
            let octave = peak.pitch() / UNITS_PER_OCTAVE;
            let units = peak.pitch() - tuning + UNITS_PER_SEMITONE / 2;
            let class = units.div_euclid(UNITS_PER_SEMITONE).rem_euclid(12) as usize;
            if let Some(step) = raw.get_mut((peak.frame() / STEP) as usize) {
                step[class] += 1.0 / (1 + octave) as f32;
            }
        }
        let mut steps: Vec<Classes> = (0..raw.len()).map(|at| smooth(&raw, at)).collect();
        steps.iter_mut().for_each(unit);
        let mut mean = [0f32; 12];
        for step in &steps {
            add(&mut mean, step, 1.0 / steps.len() as f32);
        }
        for step in &mut steps {
            if step.iter().any(|&share| share > 0.0) {
                add(step, &mean, -1.0);
                unit(step);
            }
        }
        Chroma { steps }
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
#[derive(Clone, Debug, PartialEq)]
pub struct Profile(Vec<f32>);

impl Profile {
    /// Of a chroma.
    pub fn of(chroma: &Chroma) -> Profile {
        let mut sums = vec![0f32; 144];
        for after in FOLLOWS {
            for (now, then) in chroma.steps.iter().zip(chroma.steps.iter().skip(after)) {
                for (from, &share) in now.iter().enumerate() {
                    for (to, &next) in then.iter().enumerate() {
                        sums[12 * from + to] += share * next;
                    }
                }
            }
        }
        let length = sums.iter().map(|sum| sum * sum).sum::<f32>().sqrt();
        if length > 0.0 {
            sums.iter_mut().for_each(|sum| *sum /= length);
        }
        Profile(sums)
    }

    /// Cosines with another that is so many semitones (0 to 11) higher.
    pub fn alike(&self, other: &Profile) -> [f32; 12] {
        std::array::from_fn(|key| {
            let mut sum = 0.0;
            for from in 0..12 {
                let mine = &self.0[12 * from..12 * from + 12];
                let row = 12 * ((from + key) % 12);
                let theirs = &other.0[row..row + 12];
                let (low, high) = (&theirs[key..], &theirs[..key]);
                sum += mine
                    .iter()
                    .zip(low.iter().chain(high))
                    .map(|(x, y)| x * y)
                    .sum::<f32>();
            }
            sum
        })
    }
}
