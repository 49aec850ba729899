//! How are more recordings solved than a matrix can hold? Each from its own neighbours alone.
//!
//! EASE's column j is the ridge regression of recording j on all others. Beyond the exact limit it is
//! regressed on the recordings nearest to j by cosine only, with what is known of how those lie to each
//! other (Steck, "Markov random fields for collaborative filtering", NeurIPS 2019: a sparse Gramian, solved
//! in small overlapping parts). Measured against the exact solution: ARCHITECTURE.md.
//!
//! With D = diag(‖i‖) the Gramian is D C D, so that a part S is solved among cosines:
//! (C_SS + Λ_S D_S⁻²) y = c_Sj and B_ij = y_i ‖j‖ / ‖i‖. Cosines outside of both recordings' lists are
//! taken as 0; conjugate gradients end where that leaves no positive definite part.

use catalog::progress::Progress;
use rayon::prelude::*;

use super::{Cells, EaseConfig, strongest};
use crate::csr::Csr;
use crate::item_item::{Norms, joined};

/// Steps of conjugate gradients: with ones on the diagonal a part is solved to three digits.
const STEPS: usize = 10;

/// Squared residual, by the squared right side, under which a part counts as solved.
const SOLVED: f64 = 1e-8;

/// Solves every recording from its nearest.
pub(super) fn by_neighbours(
    x: &Csr,
    by_item: &Csr,
    config: &EaseConfig,
    progress: &dyn Progress,
) -> Cells {
    let items = by_item.rows();
    let cosine = Norms::Shared { asymmetry: 0.5 };
    let near = joined(x, cosine, config.neighbours, progress);
    let squares: Vec<f32> = (0..items)
        .map(|item| by_item.row(item).values.iter().map(|v| v * v).sum())
        .collect();
    let columns: Vec<Cells> = (0..items)
        .into_par_iter()
        .map_init(
            || Part::new(items),
            |part, target| {
                let chosen = strongest(
                    target as u32,
                    near.row(target).iter().collect(),
                    config.local_neighbours,
                );
                let solved = part.solve(&chosen, &near, &squares, config);
                let cells = chosen.iter().zip(solved).map(|(&(_, source, _), y)| {
                    let scale = (squares[target] / squares[source as usize]).sqrt();
                    (source, target as u32, y as f32 * scale)
                });
                cells.collect()
            },
        )
        .collect();
    // A recording that is near to many speaks for the ones of which it says most.
    let rows = Csr::from_triplets(items, items, columns.concat());
    let rows = (0..items).into_par_iter().map(|item| {
        strongest(
            item as u32,
            rows.row(item).iter().collect(),
            config.neighbours,
        )
    });
    rows.collect::<Vec<_>>().concat()
}

/// Room for one part at a time.
struct Part {
    /// Where a recording stands in the part.
    places: Vec<u32>,
    matrix: Vec<f64>,
}

/// Not in the part.
const ELSEWHERE: u32 = u32::MAX;

impl Part {
    fn new(items: usize) -> Self {
        Self {
            places: vec![ELSEWHERE; items],
            matrix: Vec::new(),
        }
    }

    /// The y of each chosen recording, from its cosine to the target.
    fn solve(
        &mut self,
        chosen: &[(u32, u32, f32)],
        near: &Csr,
        squares: &[f32],
        config: &EaseConfig,
    ) -> Vec<f64> {
        let size = chosen.len();
        self.matrix.clear();
        self.matrix.resize(size * size, 0.0);
        for (place, &(_, item, _)) in (0..).zip(chosen) {
            self.places[item as usize] = place;
        }
        for (a, &(_, item, _)) in chosen.iter().enumerate() {
            let ridge = config.ridge / squares[item as usize];
            self.matrix[a * size + a] = f64::from(1.0 + config.dropout + ridge);
            for (other, cosine) in near.row(item as usize).iter() {
                let b = self.places[other as usize];
                if b != ELSEWHERE {
                    self.matrix[a * size + b as usize] = f64::from(cosine);
                    self.matrix[b as usize * size + a] = f64::from(cosine);
                }
            }
        }
        for &(_, item, _) in chosen {
            self.places[item as usize] = ELSEWHERE;
        }
        let right: Vec<f64> = chosen.iter().map(|cell| f64::from(cell.2)).collect();
        conjugate_gradients(&self.matrix, right)
    }
}

/// A·y = r for a symmetric A, row after row, from y = 0.
fn conjugate_gradients(matrix: &[f64], mut residual: Vec<f64>) -> Vec<f64> {
    let size = residual.len();
    let dot = |a: &[f64], b: &[f64]| -> f64 { a.iter().zip(b).map(|(a, b)| a * b).sum() };
    let mut y = vec![0.0; size];
    let mut direction = residual.clone();
    let mut left = dot(&residual, &residual);
    let enough = SOLVED * left;
    for _ in 0..STEPS {
        let product: Vec<f64> = matrix
            .chunks_exact(size.max(1))
            .map(|row| dot(row, &direction))
            .collect();
        let curvature = dot(&direction, &product);
        if left <= enough || curvature <= 0.0 {
            break;
        }
        let step = left / curvature;
        for at in 0..size {
            y[at] += step * direction[at];
            residual[at] -= step * product[at];
        }
        let before = std::mem::replace(&mut left, dot(&residual, &residual));
        for (direction, residual) in direction.iter_mut().zip(&residual) {
            *direction = residual + left / before * *direction;
        }
    }
    y
}
