//! What is the inverse of a large symmetric positive definite matrix?
//!
//! In place, by the sweep operator (Goodnight, "A tutorial on the SWEEP operator", The American
//! Statistician 33, 1979) over blocks of [`BLOCK`] rows. With the pivot block K, C = A·K and D its inverse:
//!
//! ```text
//! A_ij ← A_ij − C_i D C_jᵀ,   A_iK ← C_i D,   A_KK ← −D
//! ```
//!
//! After every block was the pivot once, A holds −A⁻¹. It costs n³ operations in all, as much as
//! Cholesky with two triangular steps, and nearly all of them are one kernel that runs over rows in
//! parallel. Pivot blocks are inverted in f64. Every sum has one order, so threads never show.

use rayon::prelude::*;

use crate::kernel::{Group, LANES, Line, TILE_ROWS, interleave, lines, padded, tile, vectorised};

/// Rows of a pivot block.
const BLOCK: usize = 256;

/// Rows of a task: their left sides (64 KB) stay in the second cache while all columns pass.
const STRIPE: usize = 64;

/// A symmetric matrix, of which the part on and below the diagonal counts until [`Symmetric::invert`] is done.
#[derive(Debug, Clone)]
pub(crate) struct Symmetric {
    lines: Vec<Line>,
    size: usize,
    width: usize,
}

impl Symmetric {
    /// The identity.
    pub(crate) fn identity(size: usize) -> Self {
        let width = padded(size.max(1));
        let mut lines = lines(width / LANES * width);
        let data: &mut [f32] = bytemuck::cast_slice_mut(&mut lines);
        (0..width).for_each(|i| data[i * width + i] = 1.0);
        Self { lines, size, width }
    }

    fn data(&self) -> &[f32] {
        bytemuck::cast_slice(&self.lines)
    }

    fn data_mut(&mut self) -> &mut [f32] {
        bytemuck::cast_slice_mut(&mut self.lines)
    }

    /// Row `i`, without its padding.
    pub(crate) fn row(&self, i: usize) -> &[f32] {
        &self.data()[i * self.width..][..self.size]
    }

    /// Changes all rows in parallel; only columns up to the row's own count.
    pub(crate) fn for_each_row<S>(
        &mut self,
        scratch: impl Fn() -> S + Sync + Send,
        change: impl Fn(&mut S, usize, &mut [f32]) + Sync + Send,
    ) {
        let size = self.size;
        let width = self.width;
        let rows = self.data_mut().par_chunks_mut(width).enumerate();
        rows.take(size)
            .for_each_init(scratch, |s, (i, row)| change(s, i, &mut row[..=i]));
    }

    /// The inverse, with both triangles filled; `None` where the matrix is not positive definite.
    pub(crate) fn invert(mut self) -> Option<Self> {
        let width = self.width;
        let mut column = vec![0f32; width * BLOCK];
        let mut swept = vec![0f32; width * BLOCK];
        for first in (0..width).step_by(BLOCK) {
            let block = BLOCK.min(width - first);
            let pivot = Pivot { first, block };
            let (column, swept) = (&mut column[..width * block], &mut swept[..width * block]);
            self.gather(pivot, column);
            let inverse = small_inverse(&column[first * block..][..block * block], block)?;
            let panels = panels_of_rows(&inverse, block);
            column
                .par_chunks(TILE_ROWS * block)
                .zip(swept.par_chunks_mut(TILE_ROWS * block))
                .for_each(|(left, out)| product(left, &panels, block, out));
            let columns = panels_of_columns(column, block);
            self.data_mut()
                .par_chunks_mut(STRIPE * width)
                .enumerate()
                .for_each_init(
                    || vec![[0f32; TILE_ROWS]; STRIPE / TILE_ROWS * block],
                    |left, (stripe, rows)| {
                        let row = stripe * STRIPE;
                        match (pivot.first..pivot.first + pivot.block).contains(&row) {
                            true => pivot_rows(pivot, row, rows, width, swept, &inverse),
                            false => {
                                other_rows(pivot, row, rows, width, swept, &columns, left);
                            }
                        }
                    },
                );
        }
        self.mirror();
        Some(self)
    }

    /// The pivot's columns for all rows, from whichever triangle holds them.
    fn gather(&self, pivot: Pivot, out: &mut [f32]) {
        let Pivot { first, block } = pivot;
        let (width, data) = (self.width, self.data());
        let last = first + block;
        for (i, out) in out.chunks_exact_mut(block).enumerate() {
            for (k, out) in out.iter_mut().enumerate() {
                let (row, column) = (i.max(first + k), i.min(first + k));
                *out = if i < last && i < first + k {
                    data[row * width + column]
                } else {
                    data[i * width + first + k]
                };
            }
        }
    }

    /// The upper triangle from the lower, with the sign that sweeping leaves turned round.
    fn mirror(&mut self) {
        let width = self.width;
        let data = self.data_mut();
        for rows in (0..width).step_by(LANES) {
            for columns in (0..=rows).step_by(LANES) {
                for i in rows..rows + LANES {
                    for j in columns..(columns + LANES).min(i + 1) {
                        let value = -data[i * width + j];
                        data[i * width + j] = value;
                        data[j * width + i] = value;
                    }
                }
            }
        }
    }
}

#[derive(Clone, Copy)]
struct Pivot {
    first: usize,
    block: usize,
}

/// Rows of the pivot itself: what was swept, turned, and −D.
fn pivot_rows(
    pivot: Pivot,
    row: usize,
    rows: &mut [f32],
    width: usize,
    swept: &[f32],
    inverse: &[f32],
) {
    let Pivot { first, block } = pivot;
    for (at, row_data) in rows.chunks_exact_mut(width).enumerate() {
        let k = row + at - first;
        if k >= block {
            break;
        }
        for (j, place) in row_data[..first].iter_mut().enumerate() {
            *place = swept[j * block + k];
        }
        for (j, place) in row_data[first..first + block].iter_mut().enumerate() {
            *place = -inverse[k * block + j];
        }
    }
}

/// Every other stripe of rows.
fn other_rows(
    pivot: Pivot,
    row: usize,
    rows: &mut [f32],
    width: usize,
    swept: &[f32],
    columns: &[f32],
    left: &mut [[f32; TILE_ROWS]],
) {
    let Pivot { first, block } = pivot;
    let count = rows.len() / width;
    let mut negative = vec![0f32; TILE_ROWS * block];
    for (group, place) in left
        .chunks_exact_mut(block)
        .take(count.div_ceil(TILE_ROWS))
        .enumerate()
    {
        let from = (row + group * TILE_ROWS) * block;
        for (out, value) in negative.iter_mut().zip(&swept[from..]) {
            *out = -value;
        }
        interleave(&negative, place);
    }
    update(row, rows, width, columns, left, block, first);
    if row > first {
        for (at, row_data) in rows.chunks_exact_mut(width).enumerate() {
            let source = &swept[(row + at) * block..][..block];
            row_data[first..first + block].copy_from_slice(source);
        }
    }
}

vectorised! {
    fn update(
        row: usize,
        rows: &mut [f32],
        width: usize,
        columns: &[f32],
        left: &[[f32; TILE_ROWS]],
        block: usize,
        pivot: usize,
    ), by update_in
}

/// `rows −= swept · columnsᵀ` up to the diagonal, the pivot's own columns left out.
#[inline(always)]
fn update_in<G: Group>(
    row: usize,
    rows: &mut [f32],
    width: usize,
    columns: &[f32],
    left: &[[f32; TILE_ROWS]],
    block: usize,
    pivot: usize,
) {
    let count = rows.len() / width;
    for j in (0..row + count).step_by(LANES) {
        if (pivot..pivot + block).contains(&j) {
            continue;
        }
        let panel = &columns[j * block..][..LANES * block];
        for (group, left) in left.chunks_exact(block).take(count / TILE_ROWS).enumerate() {
            let mut sums = [[0f32; LANES]; TILE_ROWS];
            for (r, sums) in sums.iter_mut().enumerate() {
                *sums = *rows[(group * TILE_ROWS + r) * width + j..]
                    .first_chunk()
                    .expect("padded");
            }
            tile::<G>(left, panel, &mut sums);
            for (r, sums) in sums.iter().enumerate() {
                rows[(group * TILE_ROWS + r) * width + j..][..LANES].copy_from_slice(sums);
            }
        }
    }
}

vectorised! {
    fn product(left: &[f32], panels: &[f32], block: usize, out: &mut [f32]), by product_in
}

/// Eight rows times a block × block matrix in panels.
#[inline(always)]
fn product_in<G: Group>(left: &[f32], panels: &[f32], block: usize, out: &mut [f32]) {
    let mut interleaved = vec![[0f32; TILE_ROWS]; block];
    interleave(left, &mut interleaved);
    for (at, panel) in panels.chunks_exact(block * LANES).enumerate() {
        let mut sums = [[0f32; LANES]; TILE_ROWS];
        tile::<G>(&interleaved, panel, &mut sums);
        for (row, sums) in out.chunks_exact_mut(block).zip(&sums) {
            row[at * LANES..][..LANES].copy_from_slice(sums);
        }
    }
}

/// A block × block matrix with its columns in panels of 16: `[panel][k][16]`.
fn panels_of_rows(matrix: &[f32], block: usize) -> Vec<f32> {
    let columns = (0..block).step_by(LANES);
    let parts =
        columns.flat_map(|c| (0..block).flat_map(move |k| &matrix[k * block + c..][..LANES]));
    parts.copied().collect()
}

/// Rows of `block` values, sixteen rows side by side: `[panel][k][16]`.
fn panels_of_columns(rows: &[f32], block: usize) -> Vec<f32> {
    let mut out = vec![0f32; rows.len()];
    out.par_chunks_mut(LANES * block)
        .zip(rows.par_chunks(LANES * block))
        .for_each(|(panel, rows)| {
            for (lane, row) in rows.chunks_exact(block).enumerate() {
                for (k, value) in row.iter().enumerate() {
                    panel[k * LANES + lane] = *value;
                }
            }
        });
    out
}

/// Inverse of one pivot block in f64, one row at a time; `None` at a pivot that is not positive.
fn small_inverse(matrix: &[f32], n: usize) -> Option<Vec<f32>> {
    let mut a: Vec<f64> = matrix.iter().map(|&x| f64::from(x)).collect();
    let mut pivot_row = vec![0f64; n];
    for k in 0..n {
        let pivot = a[k * n + k];
        if !(pivot.is_finite() && pivot > 0.0) {
            return None;
        }
        pivot_row.copy_from_slice(&a[k * n..][..n]);
        for (i, row) in a.chunks_exact_mut(n).enumerate() {
            if i == k {
                row.iter_mut().for_each(|x| *x /= pivot);
                row[k] = -1.0 / pivot;
                continue;
            }
            let factor = row[k] / pivot;
            for (x, p) in row.iter_mut().zip(&pivot_row) {
                *x -= factor * p;
            }
            row[k] = factor;
        }
    }
    Some(a.into_iter().map(|x| -x as f32).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::als::split_mix;

    /// A Gramian of random rows plus a ridge, of which rows and columns are far from alike.
    fn sample(size: usize) -> Symmetric {
        let value = |i: usize, k: usize| {
            (split_mix((i * 4099 + k) as u64) >> 40) as f32 / (1u32 << 24) as f32 - 0.5
        };
        let mut matrix = Symmetric::identity(size);
        matrix.for_each_row(
            || (),
            |(), i, row| {
                for (j, place) in row.iter_mut().enumerate() {
                    *place = (0..40).map(|k| value(i, k) * value(j, k)).sum();
                }
                row[i] += 0.5 + i as f32 / size as f32;
            },
        );
        matrix
    }

    #[test]
    fn matrix_times_inverse_is_the_identity_over_several_blocks() {
        for size in [1, 17, 300, BLOCK * 2 + 90] {
            let matrix = sample(size);
            let inverse = matrix.clone().invert().unwrap();
            let at =
                |i: usize, j: usize| f64::from(matrix.data()[i.max(j) * matrix.width + i.min(j)]);
            for i in (0..size).step_by(7) {
                for j in (0..size).step_by(5) {
                    let sum: f64 = (0..size)
                        .map(|k| at(i, k) * f64::from(inverse.row(k)[j]))
                        .sum();
                    let expected = f64::from(u8::from(i == j));
                    assert!((sum - expected).abs() < 2e-3, "{size}: {i} {j}: {sum}");
                }
            }
        }
    }

    #[test]
    fn a_matrix_that_is_not_positive_definite_has_none() {
        let mut matrix = Symmetric::identity(40);
        matrix.for_each_row(
            || (),
            |(), i, row| row[i] = if i == 20 { -1.0 } else { 1.0 },
        );
        assert!(matrix.invert().is_none());
    }

    #[test]
    fn any_number_of_threads_gives_the_same_bits() {
        let on = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap();
            pool.install(|| sample(400).invert().unwrap().lines)
        };
        assert!(on(1) == on(3));
    }
}
