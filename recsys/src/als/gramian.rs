//! What is YᵀY? Parallel over fixed blocks of rows whose partial sums are added in block order, so
//! the result has the same bits at any number of threads.

use rayon::prelude::*;

use super::Factors;
use crate::kernel::{Group, LANES, TILE_ROWS, vectorised};

/// Rows per block: 1 MB of 128 factors, and few enough partial sums for any catalogue.
const BLOCK: usize = 2048;

/// Blocks whose partial sums are alive together.
const WAVE: usize = 64;

/// The Gramian of `factors`, width × width, row-major.
pub(crate) fn gramian(factors: &Factors) -> Vec<f32> {
    let width = factors.width();
    let mut total = vec![0f32; width * width];
    for wave in factors.as_slice().chunks(BLOCK * WAVE * width.max(1)) {
        let parts: Vec<Vec<f32>> = wave
            .par_chunks(BLOCK * width)
            .map(|rows| of_block(rows, width))
            .collect();
        for part in parts {
            for (sum, value) in total.iter_mut().zip(part) {
                *sum += value;
            }
        }
    }
    for i in 0..width {
        for j in 0..i {
            total[i * width + j] = total[j * width + i];
        }
    }
    total
}

fn of_block(rows: &[f32], width: usize) -> Vec<f32> {
    let mut out = vec![0f32; width * width];
    upper_triangle(rows, width, &mut out);
    out
}

vectorised! {
    fn upper_triangle(rows: &[f32], width: usize, out: &mut [f32]), by upper_triangle_in
}

/// Adds the tiles on and above the diagonal, a stretch of rows at a time so that it stays in the
/// first cache while all tiles pass over it.
#[inline(always)]
fn upper_triangle_in<G: Group>(rows: &[f32], width: usize, out: &mut [f32]) {
    const STRETCH: usize = 64;
    for stretch in rows.chunks(STRETCH * width) {
        for i in (0..width).step_by(TILE_ROWS) {
            for j in (i / LANES * LANES..width).step_by(LANES) {
                outer_tile::<G>(stretch, width, i, j, out);
            }
        }
    }
}

#[inline(always)]
fn outer_tile<G: Group>(rows: &[f32], width: usize, i: usize, j: usize, out: &mut [f32]) {
    let mut sums = [G::splat(0.0); TILE_ROWS];
    for row in rows.chunks_exact(width) {
        let left: &[f32; TILE_ROWS] = row[i..].first_chunk().expect("padded");
        let right = G::load(row[j..].first_chunk().expect("padded"));
        for (sum, factor) in sums.iter_mut().zip(left) {
            *sum = G::splat(*factor).mul_add(right, *sum);
        }
    }
    for (r, sum) in sums.into_iter().enumerate() {
        let place = out[(i + r) * width + j..]
            .first_chunk_mut()
            .expect("padded");
        sum.add(G::load(place)).store(place);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_sum_of_outer_products_over_several_blocks() {
        let factors = Factors::seeded(BLOCK * 2 + 77, 20, 5);
        let fast = gramian(&factors);
        let width = factors.width();
        let mut slow = vec![0f64; width * width];
        for row in 0..factors.rows() {
            let y = factors.row(row);
            for i in 0..width {
                for j in 0..width {
                    slow[i * width + j] += f64::from(y[i]) * f64::from(y[j]);
                }
            }
        }
        for (fast, slow) in fast.iter().zip(slow) {
            assert!(
                (f64::from(*fast) - slow).abs() < 1e-3,
                "{fast} is not {slow}"
            );
        }
    }
}
