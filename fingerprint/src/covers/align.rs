//! For how long do two pieces follow each other, in one key?
//!
//! After J. Serrà, X. Serra and R. G. Andrzejak, "Cross recurrence quantification for cover song
//! identification", New Journal of Physics 11, 2009: steps are compared with [`CONTEXT`] steps of
//! what follows; a pair recurs if each is among the nearest [`NEAREST`] of the other; *Qmax* is the
//! longest curved trace of recurrences, where tempi may differ by half and short gaps cost
//! [`OPENED`] and [`EXTENDED`].

use super::chroma::{Chroma, Classes, seconds};

/// Steps that are compared at once: 4.5 s.
pub const CONTEXT: usize = 8;

/// Share of the other piece's moments that count as near.
pub const NEAREST: f32 = 0.08;

/// What a gap costs.
pub const OPENED: f32 = 5.0;

/// What each further step of it costs.
pub const EXTENDED: f32 = 0.5;

/// The longest trace.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Passage {
    /// Its weight over the root of the shorter piece's steps.
    pub score: f64,
    /// Seconds of the first piece at which it begins and ends.
    pub passage_a: [f64; 2],
    /// The same of the second.
    pub passage_b: [f64; 2],
}

/// The longest trace of `a` in `b`, which is so many semitones higher; None if one is too short.
pub fn longest(a: &Chroma, b: &Chroma, semitones: u8) -> Option<Passage> {
    let (rows, columns) = (
        a.steps.len().checked_sub(CONTEXT)?,
        b.steps.len().checked_sub(CONTEXT)?,
    );
    if rows < CONTEXT || columns < CONTEXT {
        return None;
    }
    let near = recurrences(&alike(a, b, semitones), rows, columns);
    let (weight, [from_a, from_b], [to_a, to_b]) = qmax(&near, rows, columns);
    Some(Passage {
        score: f64::from(weight) / (rows.min(columns) as f64).sqrt(),
        passage_a: [seconds(from_a), seconds(to_a + CONTEXT)],
        passage_b: [seconds(from_b), seconds(to_b + CONTEXT)],
    })
}

/// Cosines of all moments with their context.
fn alike(a: &Chroma, b: &Chroma, semitones: u8) -> Vec<f32> {
    let (rows, columns) = (a.steps.len(), b.steps.len());
    let key = usize::from(semitones) % 12;
    let lowered: Vec<Classes> = b
        .steps
        .iter()
        .map(|step| std::array::from_fn(|class| step[(class + key) % 12]))
        .collect();
    let mut single = vec![0f32; rows * columns];
    for (row, step) in single.chunks_mut(columns).zip(&a.steps) {
        for (slot, other) in row.iter_mut().zip(&lowered) {
            *slot = step.iter().zip(other).map(|(x, y)| x * y).sum();
        }
    }
    let (rows, columns) = (rows - CONTEXT, columns - CONTEXT);
    let mut sums = vec![0f32; rows * columns];
    let width = b.steps.len();
    for row in 0..rows {
        for column in 0..columns {
            sums[row * columns + column] = match (row, column) {
                // One step along the diagonal: one pair comes, one goes.
                (1.., 1..) => {
                    let before = sums[(row - 1) * columns + column - 1];
                    let gone = single[(row - 1) * width + column - 1];
                    before - gone + single[(row + CONTEXT - 1) * width + column + CONTEXT - 1]
                }
                _ => (0..CONTEXT)
                    .map(|n| single[(row + n) * width + column + n])
                    .sum(),
            };
        }
    }
    sums
}

/// Which pairs are among each other's nearest.
fn recurrences(sums: &[f32], rows: usize, columns: usize) -> Vec<bool> {
    let bar = |mut values: Vec<f32>| {
        let rank = ((1.0 - NEAREST) * values.len() as f32) as usize;
        let rank = rank.min(values.len() - 1);
        *values.select_nth_unstable_by(rank, f32::total_cmp).1
    };
    let of_rows: Vec<f32> = sums.chunks(columns).map(|row| bar(row.to_vec())).collect();
    let of_columns: Vec<f32> = (0..columns)
        .map(|column| bar(sums[column..].iter().step_by(columns).copied().collect()))
        .collect();
    (0..rows * columns)
        .map(|at| {
            let value = sums[at];
            value > 0.0 && value >= of_rows[at / columns] && value >= of_columns[at % columns]
        })
        .collect()
}

/// A place in both pieces.
type Place = [usize; 2];

/// The weight of the heaviest trace, where it begins and where it ends.
fn qmax(near: &[bool], rows: usize, columns: usize) -> (f32, Place, Place) {
    let mut weights = vec![0f32; rows * columns];
    let mut begins = vec![[0usize; 2]; rows * columns];
    let mut best = (0f32, [0; 2], [0; 2]);
    for row in 2..rows {
        for column in 2..columns {
            let at = row * columns + column;
            let from = [
                (row - 1) * columns + column - 1,
                (row - 2) * columns + column - 1,
                (row - 1) * columns + column - 2,
            ];
            let cost = |before: usize| if near[before] { OPENED } else { EXTENDED };
            let value = |before: usize| match near[at] {
                true => weights[before] + 1.0,
                false => weights[before] - cost(before),
            };
            let last = from
                .into_iter()
                .max_by(|&x, &y| value(x).total_cmp(&value(y)));
            let last = last.unwrap_or(from[0]);
            let weight = value(last).max(0.0);
            weights[at] = weight;
            begins[at] = if weights[last] > 0.0 {
                begins[last]
            } else {
                [row, column]
            };
            if weight > best.0 {
                best = (weight, begins[at], [row, column]);
            }
        }
    }
    best
}
