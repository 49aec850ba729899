//! When are two recordings alike? When the same listeners would score them alike.
//!
//! The cosine of two ALS vectors weighs every factor the same, though most listeners hardly use
//! some of them. The cosine of the two columns of predicted scores, X yᵢ and X yⱼ, asks the
//! listeners instead, and needs no column: with C = XᵀX = L Lᵀ (Cholesky), X yᵢ · X yⱼ = (Lᵀ yᵢ) · (Lᵀ yⱼ).
//! So recordings are moved by Lᵀ before they are scaled to length one, and a listener's vector x
//! by L⁻¹, which leaves x · y as it was.

use crate::als::{Factors, gramian};

/// Added to the diagonal, as a share of its mean: factors that nobody uses must not divide by zero.
const RIDGE: f64 = 1e-6;

/// The recordings' vectors in the listeners' metric; zero vectors stay zero. Without listeners
/// they stay as they are.
pub fn in_listeners_metric(items: &Factors, listeners: &Factors) -> Factors {
    let factors = items.factors();
    let Some(lower) = cholesky(&gramian(listeners), listeners.width(), factors) else {
        return items.clone();
    };
    let mut moved = Factors::zeros(items.rows(), factors);
    let width = moved.width();
    for (item, out) in moved.as_mut_slice().chunks_exact_mut(width).enumerate() {
        let y = items.row(item);
        for (j, out) in out.iter_mut().enumerate().take(factors) {
            let column = (j..factors).map(|i| lower[i * factors + j] * f64::from(y[i]));
            *out = column.sum::<f64>() as f32;
        }
    }
    moved
}

/// L of a symmetric matrix (row-major, rows of `stride`), in f64; `None` where it is all zero.
fn cholesky(matrix: &[f32], stride: usize, n: usize) -> Option<Vec<f64>> {
    let at = |i: usize, j: usize| f64::from(matrix[i * stride + j]);
    let mean = (0..n).map(|i| at(i, i)).sum::<f64>() / n as f64;
    if !(mean.is_finite() && mean > 0.0) {
        return None;
    }
    let mut lower = vec![0f64; n * n];
    for j in 0..n {
        for i in j..n {
            let known: f64 = (0..j).map(|k| lower[i * n + k] * lower[j * n + k]).sum();
            lower[i * n + j] = match i == j {
                true => (at(j, j) + mean * RIDGE - known)
                    .max(mean * RIDGE * RIDGE)
                    .sqrt(),
                false => (at(i, j) - known) / lower[j * n + j],
            };
        }
    }
    Some(lower)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::dot;

    #[test]
    fn inner_products_are_those_of_the_predicted_columns() {
        let (x, y) = (Factors::seeded(300, 12, 1), Factors::seeded(9, 12, 2));
        let moved = in_listeners_metric(&y, &x);
        for i in 0..9 {
            for j in 0..9 {
                let column = |item: usize| (0..300).map(move |l| (l, item));
                let score = |(l, item): (usize, usize)| f64::from(dot(x.row(l), y.row(item)));
                let slow: f64 = column(i)
                    .zip(column(j))
                    .map(|(a, b)| score(a) * score(b))
                    .sum();
                let fast = f64::from(dot(moved.row(i), moved.row(j)));
                assert!(
                    (slow - fast).abs() < 1e-3 * (1.0 + slow.abs()),
                    "{i} {j}: {fast} is not {slow}"
                );
            }
        }
    }

    #[test]
    fn without_listeners_nothing_moves() {
        let y = Factors::seeded(5, 7, 3);
        assert_eq!(in_listeners_metric(&y, &Factors::zeros(0, 7)), y);
        assert_eq!(in_listeners_metric(&y, &Factors::zeros(4, 7)), y);
    }
}
