//! Which short vectors for listeners and recordings explain what was played and what was not?
//!
//! Alternating least squares for implicit feedback (Hu, Koren and Volinsky, "Collaborative
//! filtering for implicit feedback datasets", ICDM 2008), each row solved by a few steps of
//! conjugate gradients (Takács, Pilászy and Tikk, RecSys 2011), with the weight of unobserved
//! cells and the frequency-scaled regularisation of Rendle et al. ("Revisiting the performance of
//! iALS", RecSys 2021). For one row with entries v over the other side's factors Y:
//!
//! ```text
//! A x = b,   A = w₀ YᵀY + Σ α|v| y yᵀ + λ (n + w₀ m)^ν I,   b = Σ_{v>0} (w₀ + α v) y
//! ```
//!
//! where n is the row's number of entries and m the number of rows of Y. With w₀ = 1 and ν = 0
//! it is the paper of 2008. A negative v (a skip) is a zero that we are sure of: it is in A, not in b.
//!
//! Same matrix, parameters and seed → same bytes, at any number of threads: every row is solved
//! from the same inputs whoever solves it, and the Gramian adds fixed blocks in order.

mod gramian;
mod solve;
#[cfg(test)]
mod twin;

use catalog::progress::Progress;
use ndarray::Array2;
use serde::{Deserialize, Serialize};

use crate::csr::Csr;
use crate::kernel::{LANES, Line, lines, padded};

pub(crate) use gramian::gramian;

/// What ALS needs to know.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AlsConfig {
    /// Length of the vectors.
    pub factors: usize,
    /// Length of the vectors of the second, coarse model.
    pub coarse_factors: usize,
    /// Sweeps over both sides.
    pub iterations: usize,
    /// Sweeps over both sides where an earlier model's vectors are the start.
    pub warm_iterations: usize,
    /// λ, the weight of the vectors' own length.
    pub regularisation: f32,
    /// ν, how much λ grows with a row's number of entries (Rendle et al. 2021; 0 = not at all).
    pub regularisation_exponent: f32,
    /// w₀, the weight of a cell that nobody played (1 in Hu et al. 2008).
    pub unobserved_weight: f32,
    /// α, confidence per unit of interaction strength.
    pub alpha: f32,
    /// Steps of conjugate gradients per row and sweep; 3 reach the quality of an exact solution.
    pub cg_steps: usize,
    /// Where the first factors come from.
    pub seed: u64,
}

impl AlsConfig {
    /// The coarse model's settings.
    pub fn coarse(&self) -> Self {
        Self {
            factors: self.coarse_factors,
            ..self.clone()
        }
    }
}

/// Vectors, one per row, padded with zeros to whole groups of the kernels.
#[derive(Debug, Clone, PartialEq)]
pub struct Factors {
    data: Array2<Line>,
    factors: usize,
}

impl Factors {
    /// `rows` vectors of zeros.
    pub fn zeros(rows: usize, factors: usize) -> Self {
        let groups = padded(factors.max(1)) / LANES;
        let data = Array2::from_shape_vec((rows, groups), lines(rows * groups))
            .expect("as many lines as places");
        Self { data, factors }
    }

    /// Small seeded values, uniform within ±0.5 / √factors. Element e of the sequence is
    /// SplitMix64 (Steele, Lea and Flood 2014) of seed + e: no state, so any thread may start anywhere.
    pub fn seeded(rows: usize, factors: usize, seed: u64) -> Self {
        let mut out = Self::zeros(rows, factors);
        let scale = 1.0 / (factors.max(1) as f32).sqrt();
        let width = out.width();
        for (row, values) in out.as_mut_slice().chunks_exact_mut(width).enumerate() {
            for (k, value) in values.iter_mut().enumerate().take(factors) {
                let bits = split_mix(seed.wrapping_add((row * factors + k) as u64));
                let unit = (bits >> 40) as f32 / (1u32 << 24) as f32 - 0.5;
                *value = unit * scale;
            }
        }
        out
    }

    /// Number of vectors.
    pub fn rows(&self) -> usize {
        self.data.nrows()
    }

    /// Length of a vector without its padding.
    pub fn factors(&self) -> usize {
        self.factors
    }

    /// Length of a vector with its padding.
    pub fn width(&self) -> usize {
        self.data.ncols() * LANES
    }

    /// Vector number `row`, padded.
    pub fn row(&self, row: usize) -> &[f32] {
        let width = self.width();
        &self.as_slice()[row * width..(row + 1) * width]
    }

    /// All vectors, padded, one after the other.
    pub fn as_slice(&self) -> &[f32] {
        let lines = self.data.as_slice().expect("rows lie one after the other");
        bytemuck::cast_slice(lines)
    }

    pub(crate) fn as_mut_slice(&mut self) -> &mut [f32] {
        let lines = self.data.as_slice_mut();
        bytemuck::cast_slice_mut(lines.expect("rows lie one after the other"))
    }
}

/// SplitMix64's output for one state.
pub(crate) fn split_mix(state: u64) -> u64 {
    let mut z = state.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A trained model: inner products of the two sides' vectors are scores.
#[derive(Debug, Clone, PartialEq)]
pub struct AlsModel {
    /// One vector per listener.
    pub listeners: Factors,
    /// One vector per recording.
    pub items: Factors,
}

impl AlsModel {
    /// A model that says nothing.
    pub fn empty(listeners: usize, items: usize) -> Self {
        Self {
            listeners: Factors::zeros(listeners, 1),
            items: Factors::zeros(items, 1),
        }
    }
}

/// Trains on listeners × recordings. Ends with a sweep over the listeners, so that their vectors
/// belong to the final vectors of the recordings: exactly what folding in a new listener gives.
pub fn train(interactions: &Csr, config: &AlsConfig, progress: &dyn Progress) -> AlsModel {
    train_from(interactions, None, config, progress)
}

/// The same from where an earlier training ended: `start` has one vector per recording, zeros for
/// new ones, which then begin from the seed. Fewer sweeps are needed then.
pub fn train_from(
    interactions: &Csr,
    start: Option<&Factors>,
    config: &AlsConfig,
    progress: &dyn Progress,
) -> AlsModel {
    let by_item = interactions.transposed();
    let mut model = AlsModel {
        listeners: Factors::seeded(interactions.rows(), config.factors, config.seed),
        items: Factors::seeded(interactions.columns(), config.factors, !config.seed),
    };
    let mut iterations = config.iterations;
    let fits = |start: &&Factors| {
        (start.rows(), start.factors()) == (interactions.columns(), config.factors)
    };
    if let Some(start) = start.filter(fits).filter(|_| config.warm_iterations == 0) {
        // Nothing is to be learned: who has no vector stays without one.
        (iterations, model.items) = (0, start.clone());
    } else if let Some(start) = start.filter(fits) {
        iterations = config.warm_iterations;
        let width = start.width();
        let rows = model.items.as_mut_slice().chunks_exact_mut(width);
        for (row, known) in rows.zip(start.as_slice().chunks_exact(width)) {
            if known.iter().any(|&x| x != 0.0) {
                row.copy_from_slice(known);
            }
        }
    }
    let sweeps = 2 * iterations as u64 + 1;
    progress.begin("training ALS", sweeps, "sweeps");
    for _ in 0..iterations {
        solve::sweep(interactions, &model.items, &mut model.listeners, config);
        progress.advance(1);
        solve::sweep(&by_item, &model.listeners, &mut model.items, config);
        progress.advance(1);
    }
    solve::sweep(interactions, &model.items, &mut model.listeners, config);
    progress.advance(1);
    progress.finish();
    model
}

/// The vector of a listener whom no training has seen, from what they liked: exactly what the last
/// sweep of a training would have given them.
pub fn fold_in(liked: &[(u32, f32)], items: &Factors, config: &AlsConfig) -> Vec<f32> {
    let cells = liked
        .iter()
        .map(|&(item, value)| (0, item, value))
        .collect();
    let row = Csr::from_triplets(1, items.rows(), cells);
    let mut one = Factors::zeros(1, items.factors());
    // From nothing, one step per direction is exact: as many as there are entries, and the ridge's.
    let exact = AlsConfig {
        cg_steps: config.cg_steps.max(liked.len().min(items.factors()) + 1),
        ..config.clone()
    };
    solve::sweep(&row, items, &mut one, &exact);
    one.row(0)[..items.factors()].to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::dot;
    use crate::planted::planted;
    use catalog::progress::Silent;

    fn config(factors: usize) -> AlsConfig {
        AlsConfig {
            factors,
            coarse_factors: 4,
            iterations: 12,
            warm_iterations: 3,
            regularisation: 0.1,
            regularisation_exponent: 0.0,
            unobserved_weight: 1.0,
            alpha: 10.0,
            cg_steps: 3,
            seed: 7,
        }
    }

    fn on_threads<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> T {
        rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap()
            .install(work)
    }

    #[test]
    fn planted_clusters_are_recovered() {
        let world = planted(4, 40, 30, 12, 3);
        let model = train(&world.interactions, &config(8), &Silent);
        let mut right = 0;
        for listener in 0..world.interactions.rows() {
            let scores: Vec<f32> = (0..world.interactions.columns())
                .map(|item| dot(model.listeners.row(listener), model.items.row(item)))
                .collect();
            let unheard = (0..scores.len())
                .filter(|&item| world.interactions.row(listener).get(item as u32).is_none());
            let best = unheard
                .max_by(|&a, &b| scores[a].total_cmp(&scores[b]))
                .unwrap();
            right += usize::from(world.item_cluster[best] == world.listener_cluster[listener]);
        }
        assert_eq!(
            right,
            world.interactions.rows(),
            "the best unheard item is of one's own cluster"
        );
    }

    #[test]
    fn any_number_of_threads_gives_the_same_bytes() {
        let world = planted(5, 300, 90, 15, 11);
        let one = on_threads(1, || train(&world.interactions, &config(20), &Silent));
        for threads in [2, 3] {
            let more = on_threads(threads, || train(&world.interactions, &config(20), &Silent));
            assert!(more == one, "{threads} threads gave other factors");
        }
    }

    #[test]
    fn folding_in_gives_a_known_listener_the_vector_of_training() {
        let world = planted(4, 40, 30, 12, 3);
        let exact = AlsConfig {
            cg_steps: 30,
            ..config(8)
        };
        let model = train(&world.interactions, &exact, &Silent);
        for listener in [0, 63, 150] {
            let liked: Vec<(u32, f32)> = world.interactions.row(listener).iter().collect();
            let folded = fold_in(&liked, &model.items, &exact);
            for (new, known) in folded.iter().zip(model.listeners.row(listener)) {
                assert!((new - known).abs() < 1e-3, "{listener}: {new} {known}");
            }
        }
        assert!(fold_in(&[], &model.items, &exact).iter().all(|&x| x == 0.0));
    }

    #[test]
    fn a_warm_start_is_where_training_ended() {
        let world = planted(4, 40, 30, 12, 3);
        let long = AlsConfig {
            iterations: 30,
            ..config(8)
        };
        let yesterday = train(&world.interactions, &long, &Silent);
        let cold = AlsConfig {
            iterations: 1,
            ..config(8)
        };
        let warm = AlsConfig {
            warm_iterations: 1,
            ..config(8)
        };
        let off = |model: &AlsModel| -> f32 {
            let pairs = (0..160).flat_map(|l| (0..120).map(move |i| (l, i)));
            let score = |m: &AlsModel, l: usize, i: usize| dot(m.listeners.row(l), m.items.row(i));
            pairs
                .map(|(l, i)| (score(model, l, i) - score(&yesterday, l, i)).abs())
                .sum()
        };
        let near = off(&train_from(
            &world.interactions,
            Some(&yesterday.items),
            &warm,
            &Silent,
        ));
        let far = off(&train(&world.interactions, &cold, &Silent));
        assert!(near < 0.1 * far, "{near} {far}");
    }

    #[test]
    fn a_checkerboard_is_recovered() {
        // Even listeners like even recordings, odd ones odd; each has heard half of theirs.
        let cells = (0..60u32).flat_map(|l| {
            let own = (0..60u32).filter(move |i| i % 2 == l % 2);
            own.filter(move |i| split_mix(u64::from(l * 64 + i)).is_multiple_of(2))
                .map(move |i| (l, i, 1.0))
        });
        let board = Csr::from_triplets(60, 60, cells.collect());
        let model = train(&board, &config(2), &Silent);
        for l in 0..60 {
            let score = |i: usize| dot(model.listeners.row(l), model.items.row(i));
            let own = (0..60)
                .filter(|i| i % 2 == l % 2)
                .map(score)
                .fold(f32::MAX, f32::min);
            let other = (0..60)
                .filter(|i| i % 2 != l % 2)
                .map(score)
                .fold(f32::MIN, f32::max);
            assert!(own > other, "listener {l}: {own} {other}");
        }
    }

    #[test]
    fn empty_rows_and_columns_get_vectors_of_zeros() {
        let cells = vec![(0, 0, 1.0), (0, 2, 1.0), (2, 2, 1.0), (3, 1, -2.0)];
        let model = train(&Csr::from_triplets(4, 4, cells), &config(5), &Silent);
        assert!(model.listeners.row(1).iter().all(|&x| x == 0.0));
        assert!(model.items.row(3).iter().all(|&x| x == 0.0));
        assert!(
            model.listeners.row(3).iter().all(|&x| x == 0.0),
            "only skips: nothing is liked"
        );
        assert!(model.items.as_slice().iter().all(|x| x.is_finite()));
    }

    #[test]
    fn a_skipped_item_falls_below_what_it_was_unknown() {
        let world = planted(3, 40, 30, 12, 6);
        let train_with = |skip: &[(u32, u32, f32)]| {
            let rows = 0..world.interactions.rows();
            let known = rows.flat_map(|row| {
                let entries = world.interactions.row(row).iter();
                entries.map(move |(item, value)| (row as u32, item, value))
            });
            let cells = known.chain(skip.iter().copied()).collect();
            train(&Csr::from_triplets(120, 90, cells), &config(8), &Silent)
        };
        let unknown = (0..30)
            .find(|&item| world.interactions.row(0).get(item).is_none())
            .unwrap();
        let score = |m: &AlsModel| dot(m.listeners.row(0), m.items.row(unknown as usize));
        let (neutral, skipped) = (
            score(&train_with(&[])),
            score(&train_with(&[(0, unknown, -3.0)])),
        );
        assert!(
            neutral > 0.2 && skipped < 0.5 * neutral,
            "{neutral} became {skipped}"
        );
    }
}
