//! Given one side's vectors, what are the other's? One sweep of conjugate gradients, eight rows at
//! a time: their products with the Gramian become one matrix product that stays in registers, and
//! each pass over a row's entries reads the other side's vector once, for the inner product and
//! the sum together.

use rayon::prelude::*;

use super::{AlsConfig, Factors, gramian};
use crate::csr::{Csr, Row};
use crate::kernel::{
    Group, LANES, Line, TILE_ROWS, axpy_in, dot_in, groups, groups_mut, interleave, lines,
    prefetch, scale_add_in, tile, vectorised,
};

/// Squared residual under which a row counts as solved (Takács et al. stop alike).
const SOLVED: f32 = 1e-20;

/// Entries between asking for a row and reading it.
const AHEAD: usize = 4;

/// Batches of rows per task: long enough to hide a task's cost, short enough to spread heavy rows.
const BATCHES_PER_TASK: usize = 4;

/// Solves every row of `target` for the given other side, starting from what it holds.
pub(super) fn sweep(matrix: &Csr, other: &Factors, target: &mut Factors, config: &AlsConfig) {
    let width = target.width();
    let gram = panels(&gramian(other), width);
    let gram: &[f32] = bytemuck::cast_slice(&gram);
    let task = TILE_ROWS * BATCHES_PER_TASK;
    target
        .as_mut_slice()
        .par_chunks_mut(task * width)
        .enumerate()
        .for_each_init(
            || Scratch::new(width),
            |scratch, (index, rows)| {
                for (batch, rows) in rows.chunks_mut(TILE_ROWS * width).enumerate() {
                    let first = index * task + batch * TILE_ROWS;
                    solve_batch(matrix, first, other, gram, rows, scratch, config);
                }
            },
        );
}

/// The Gramian's columns in panels of 16: `[panel][row][16]`, as [`tile`] reads them.
fn panels(gram: &[f32], width: usize) -> Vec<Line> {
    let mut lines = lines(width / LANES * width);
    let values: &mut [f32] = bytemuck::cast_slice_mut(&mut lines);
    let columns = (0..width).step_by(LANES);
    let parts = columns.flat_map(|c| (0..width).map(move |k| &gram[k * width + c..][..LANES]));
    for (place, part) in values.chunks_exact_mut(LANES).zip(parts) {
        place.copy_from_slice(part);
    }
    lines
}

/// Room for one batch: eight rows each of solution, residual, direction and product.
struct Scratch {
    x: Vec<Line>,
    residual: Vec<Line>,
    direction: Vec<Line>,
    product: Vec<Line>,
    interleaved: Vec<[f32; TILE_ROWS]>,
}

impl Scratch {
    fn new(width: usize) -> Self {
        let room = || lines(TILE_ROWS * width / LANES);
        Self {
            x: room(),
            residual: room(),
            direction: room(),
            product: room(),
            interleaved: vec![[0.0; TILE_ROWS]; width],
        }
    }
}

vectorised! {
    fn solve_batch(
        matrix: &Csr,
        first: usize,
        other: &Factors,
        gram: &[f32],
        rows: &mut [f32],
        scratch: &mut Scratch,
        config: &AlsConfig,
    ), by solve_batch_in
}

#[inline(always)]
fn solve_batch_in<G: Group>(
    matrix: &Csr,
    first: usize,
    other: &Factors,
    gram: &[f32],
    rows: &mut [f32],
    scratch: &mut Scratch,
    config: &AlsConfig,
) {
    let width = other.width();
    let count = rows.len() / width;
    let system = System {
        other,
        gram,
        width,
        config,
    };
    let Scratch {
        x,
        residual,
        direction,
        product,
        interleaved,
    } = scratch;
    let [x, residual, direction, product] =
        [x, residual, direction, product].map(|lines| bytemuck::cast_slice_mut::<Line, f32>(lines));
    x.fill(0.0);
    direction.fill(0.0);
    x[..rows.len()].copy_from_slice(rows);
    system.gram_product::<G>(x, interleaved, product);
    let mut squared = [0f32; TILE_ROWS];
    for (r, squared) in squared.iter_mut().enumerate().take(count) {
        let span = r * width..(r + 1) * width;
        let entries = matrix.row(first + r);
        if entries.values.iter().all(|&v| v <= 0.0) {
            // Nothing liked: b is zero, and so is the solution.
            x[span].fill(0.0);
            continue;
        }
        let (x, residual) = (&x[span.clone()], &mut residual[span.clone()]);
        system.first_residual::<G>(entries, x, &product[span.clone()], residual);
        *squared = dot_in::<G>(residual, residual);
        direction[span].copy_from_slice(residual);
    }
    for _ in 0..config.cg_steps {
        system.gram_product::<G>(direction, interleaved, product);
        for (r, squared) in squared.iter_mut().enumerate().take(count) {
            if *squared <= SOLVED {
                continue;
            }
            let span = r * width..(r + 1) * width;
            let (p, ap) = (&mut direction[span.clone()], &mut product[span.clone()]);
            system.finish_product::<G>(matrix.row(first + r), p, ap);
            *squared = step::<G>(*squared, &mut x[span.clone()], &mut residual[span], p, ap);
        }
    }
    rows.copy_from_slice(&x[..count * width]);
}

/// One step of conjugate gradients; returns the new squared residual.
#[inline(always)]
fn step<G: Group>(
    squared: f32,
    x: &mut [f32],
    residual: &mut [f32],
    p: &mut [f32],
    ap: &[f32],
) -> f32 {
    let length = squared / dot_in::<G>(p, ap);
    if !length.is_finite() {
        return 0.0;
    }
    axpy_in::<G>(length, p, x);
    axpy_in::<G>(-length, ap, residual);
    let now = dot_in::<G>(residual, residual);
    let carried = now / squared;
    scale_add_in::<G>(carried, residual, p);
    now
}

/// The other side, and what turns a row's entries into A and b.
struct System<'a> {
    other: &'a Factors,
    gram: &'a [f32],
    width: usize,
    config: &'a AlsConfig,
}

impl System<'_> {
    /// `out = vectors · YᵀY`, eight rows.
    #[inline(always)]
    fn gram_product<G: Group>(
        &self,
        vectors: &[f32],
        interleaved: &mut [[f32; TILE_ROWS]],
        out: &mut [f32],
    ) {
        interleave(vectors, interleaved);
        for (at, panel) in self.gram.chunks_exact(self.width * LANES).enumerate() {
            let mut sums = [[0f32; LANES]; TILE_ROWS];
            tile::<G>(interleaved, panel, &mut sums);
            for (r, sums) in sums.iter().enumerate() {
                out[r * self.width + at * LANES..][..LANES].copy_from_slice(sums);
            }
        }
    }

    /// Rows lie anywhere in memory: ask for one while another is worked on.
    #[inline(always)]
    fn fetch_ahead(&self, entries: Row<'_>, at: usize) {
        if let Some(soon) = entries.indices.get(at + AHEAD) {
            prefetch(self.other.row(*soon as usize));
        }
    }

    /// λ (n + w₀ m)^ν of a row with n entries.
    #[inline(always)]
    fn ridge(&self, entries: usize) -> f32 {
        let config = self.config;
        if config.regularisation_exponent == 0.0 {
            return config.regularisation;
        }
        let weight = entries as f32 + config.unobserved_weight * self.other.rows() as f32;
        config.regularisation * weight.powf(config.regularisation_exponent)
    }

    /// `residual = b − A x`, given `x · YᵀY`.
    #[inline(always)]
    fn first_residual<G: Group>(
        &self,
        entries: Row<'_>,
        x: &[f32],
        gram_x: &[f32],
        residual: &mut [f32],
    ) {
        let ridge = self.ridge(entries.indices.len());
        let (w0, alpha) = (self.config.unobserved_weight, self.config.alpha);
        let (w0_less, ridge_less) = (G::splat(-w0), G::splat(-ridge));
        for ((r, gx), x) in groups_mut(residual)
            .iter_mut()
            .zip(groups(gram_x))
            .zip(groups(x))
        {
            let regular = ridge_less.mul_add(G::load(x), G::splat(0.0));
            w0_less.mul_add(G::load(gx), regular).store(r);
        }
        self.add_entries::<G>(entries, x, residual, |value, said| {
            let confidence = alpha * value.abs();
            let liked = if value > 0.0 { w0 + confidence } else { 0.0 };
            liked - confidence * said
        });
    }

    /// Turns `p · YᵀY` in `product` into `A p`.
    #[inline(always)]
    fn finish_product<G: Group>(&self, entries: Row<'_>, p: &[f32], product: &mut [f32]) {
        let ridge = self.ridge(entries.indices.len());
        let (w0, alpha) = (self.config.unobserved_weight, self.config.alpha);
        let (w0, ridge) = (G::splat(w0), G::splat(ridge));
        for (product, p) in groups_mut(product).iter_mut().zip(groups(p)) {
            let regular = ridge.mul_add(G::load(p), G::splat(0.0));
            w0.mul_add(G::load(product), regular).store(product);
        }
        self.add_entries::<G>(entries, p, product, |value, said| {
            alpha * value.abs() * said
        });
    }

    /// `out += Σ factor(v, y · x) y` over a row's entries.
    #[inline(always)]
    fn add_entries<G: Group>(
        &self,
        entries: Row<'_>,
        x: &[f32],
        out: &mut [f32],
        factor: impl Fn(f32, f32) -> f32,
    ) {
        match self.width / LANES {
            4 => return self.add_in_registers::<G, 4>(entries, x, out, factor),
            8 => return self.add_in_registers::<G, 8>(entries, x, out, factor),
            _ => {}
        }
        for (at, (index, value)) in entries.iter().enumerate() {
            self.fetch_ahead(entries, at);
            let y = self.other.row(index as usize);
            axpy_in::<G>(factor(value, dot_in::<G>(y, x)), y, out);
        }
    }

    /// The same, bit for bit, for vectors of N groups: x and the sums stay in registers while each y is
    /// read once.
    #[inline(always)]
    fn add_in_registers<G: Group, const N: usize>(
        &self,
        entries: Row<'_>,
        x: &[f32],
        out: &mut [f32],
        factor: impl Fn(f32, f32) -> f32,
    ) {
        let load = |row: &[f32]| -> [G; N] {
            let all: &[[f32; LANES]; N] = groups(row).first_chunk().expect("N groups");
            std::array::from_fn(|k| G::load(&all[k]))
        };
        let (x, mut sums) = (load(x), load(out));
        for (at, (index, value)) in entries.iter().enumerate() {
            self.fetch_ahead(entries, at);
            let y = load(self.other.row(index as usize));
            let (mut even, mut odd) = (G::splat(0.0), G::splat(0.0));
            for k in (0..N).step_by(2) {
                even = y[k].mul_add(x[k], even);
                odd = y[k + 1].mul_add(x[k + 1], odd);
            }
            let weight = G::splat(factor(value, even.add(odd).sum()));
            for k in 0..N {
                sums[k] = weight.mul_add(y[k], sums[k]);
            }
        }
        for (place, sum) in groups_mut(out).iter_mut().zip(sums) {
            sum.store(place);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::als::twin;

    fn config(cg_steps: usize, exponent: f32) -> AlsConfig {
        AlsConfig {
            factors: 12,
            coarse_factors: 4,
            iterations: 1,
            warm_iterations: 1,
            regularisation: 0.3,
            regularisation_exponent: exponent,
            unobserved_weight: 0.7,
            alpha: 4.0,
            cg_steps,
            seed: 1,
        }
    }

    /// 37 rows (not a whole number of batches) of up to 9 entries, some of them skips.
    fn matrix() -> Csr {
        let mut cells = Vec::new();
        for row in 0..37u32 {
            for k in 0..row % 10 {
                let value = if (row + k) % 7 == 0 {
                    -1.5
                } else {
                    0.5 + k as f32 * 0.3
                };
                cells.push((row, (row * 13 + k * 29) % 200, value));
            }
        }
        Csr::from_triplets(37, 200, cells)
    }

    #[test]
    fn enough_steps_reach_the_exact_solution() {
        for exponent in [0.0, 0.5] {
            let config = config(40, exponent);
            let other = Factors::seeded(200, 12, 9);
            let mut fast = Factors::seeded(37, 12, 2);
            sweep(&matrix(), &other, &mut fast, &config);
            for row in 0..37 {
                let exact = twin::solve_row(matrix().row(row), &other, &config);
                for (k, exact) in exact.iter().enumerate() {
                    let found = f64::from(fast.row(row)[k]);
                    assert!(
                        (found - exact).abs() < 2e-3 * (1.0 + exact.abs()),
                        "row {row}: {found} {exact}"
                    );
                }
            }
        }
    }

    #[test]
    fn sums_in_registers_have_the_bits_of_sums_in_memory() {
        for (factors, config) in [(64, config(3, 0.0)), (128, config(2, 0.5))] {
            let (other, start) = (
                Factors::seeded(200, factors, 9),
                Factors::seeded(37, factors, 2),
            );
            let gram = panels(&gramian(&other), factors);
            let system = System {
                other: &other,
                gram: bytemuck::cast_slice(&gram),
                width: factors,
                config: &config,
            };
            for row in 0..37 {
                let (matrix, x) = (matrix(), start.row(row));
                let entries = matrix.row(row);
                let factor = |value: f32, said: f32| value * (1.0 - said);
                let (mut held, mut stored) = (vec![0.5; factors], vec![0.5; factors]);
                system.add_entries::<crate::kernel::Portable>(entries, x, &mut held, factor);
                for (index, value) in entries.iter() {
                    let y = other.row(index as usize);
                    let said = dot_in::<crate::kernel::Portable>(y, x);
                    axpy_in::<crate::kernel::Portable>(factor(value, said), y, &mut stored);
                }
                assert_eq!(held, stored, "row {row} of {factors}");
            }
        }
    }

    #[test]
    fn three_steps_from_a_warm_start_come_close() {
        let config = config(3, 0.0);
        let other = Factors::seeded(200, 12, 9);
        let mut fast = Factors::seeded(37, 12, 2);
        for _ in 0..4 {
            sweep(&matrix(), &other, &mut fast, &config);
        }
        for row in 0..37 {
            let exact = twin::solve_row(matrix().row(row), &other, &config);
            let norm = exact.iter().map(|x| x * x).sum::<f64>().sqrt();
            let off = exact
                .iter()
                .zip(fast.row(row))
                .map(|(e, f)| (e - f64::from(*f)).powi(2));
            assert!(off.sum::<f64>().sqrt() <= 0.02 * norm + 1e-6, "row {row}");
        }
    }
}
