//! The slow and obvious twin of the solver, for tests: A and b written out in f64 as the paper
//! states them (Hu et al. 2008, equation 4), solved by Cholesky.

use super::{AlsConfig, Factors};
use crate::csr::Row;

pub(super) fn solve_row(entries: Row<'_>, other: &Factors, config: &AlsConfig) -> Vec<f64> {
    let n = other.factors();
    let (w0, alpha) = (f64::from(config.unobserved_weight), f64::from(config.alpha));
    let mut a = vec![vec![0f64; n]; n];
    let mut b = vec![0f64; n];
    for row in 0..other.rows() {
        let y: Vec<f64> = other.row(row)[..n].iter().map(|&v| f64::from(v)).collect();
        let value = entries.get(row as u32).map_or(0.0, f64::from);
        let weight = w0 + alpha * value.abs();
        for i in 0..n {
            for j in 0..n {
                a[i][j] += weight * y[i] * y[j];
            }
            if value > 0.0 {
                b[i] += weight * y[i];
            }
        }
    }
    let size = entries.indices.len() as f64 + w0 * other.rows() as f64;
    for (i, row) in a.iter_mut().enumerate() {
        row[i] +=
            f64::from(config.regularisation) * size.powf(f64::from(config.regularisation_exponent));
    }
    cholesky_solve(a, b)
}

fn cholesky_solve(mut a: Vec<Vec<f64>>, mut b: Vec<f64>) -> Vec<f64> {
    let n = b.len();
    for j in 0..n {
        for i in j..n {
            let inner: f64 = (0..j).map(|k| a[i][k] * a[j][k]).sum();
            a[i][j] = if i == j {
                (a[i][i] - inner).sqrt()
            } else {
                (a[i][j] - inner) / a[j][j]
            };
        }
    }
    for i in 0..n {
        let inner: f64 = (0..i).map(|k| a[i][k] * b[k]).sum();
        b[i] = (b[i] - inner) / a[i][i];
    }
    for i in (0..n).rev() {
        let inner: f64 = (i + 1..n).map(|k| a[k][i] * b[k]).sum();
        b[i] = (b[i] - inner) / a[i][i];
    }
    b
}
