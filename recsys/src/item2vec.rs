//! Which recordings stand in the same sittings and playlists? Item2vec: skip-gram with negative
//! sampling over sequences of recordings instead of words (Barkan and Koenigstein, 2016; Mikolov et al.,
//! "Distributed representations of words and phrases", NIPS 2013).
//!
//! What that objective climbs to is known: the inner product of the vectors of c and of o near it is
//! ln(#(c, o) · D / (#(c) · #(o))) − ln k for k negative samples (Levy and Goldberg, "Neural word embedding
//! as implicit matrix factorization", NIPS 2014). So nothing is climbed: pairs are counted, and the
//! positive part of that matrix is factorised by subspace iteration (Halko, Martinsson and Tropp, SIAM
//! Review 2011). It has no step size and no epochs to choose, and runs on all threads.
//!
//! Within a sitting a pair at distance d counts (window − d + 1) / window, which is what drawing the window's
//! length does in word2vec; where a sequence has no order, all its pairs share one count per recording.
//!
//! Same sequences and seed → same bytes: every row is summed in one order, and the Gramian adds fixed blocks.

use catalog::progress::Progress;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::als::{Factors, gramian};
use crate::csr::Csr;
use crate::item_item::Accumulator;
use crate::kernel::{Group, axpy_in, vectorised};
use crate::scoring::{Panels, Query, score_all};

/// What item2vec needs to know.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item2VecConfig {
    /// Length of the vectors.
    pub dimensions: usize,
    /// Passes of the factorisation over the matrix, there and back.
    pub passes: usize,
    /// Recordings before and after that count as near.
    pub window: usize,
    /// Negative samples per pair, k: ln k is taken from every weight.
    pub negatives: f32,
    /// Counts are raised to this power for drawing (0.75 in Mikolov et al.).
    pub draw_exponent: f32,
    /// Neighbours kept per recording.
    pub neighbours: usize,
    /// Where the first vectors come from.
    pub seed: u64,
}

/// Recordings of a sequence without order that count, strongest first: n of them make n² pairs.
const LONGEST: usize = 2000;

/// Partners kept per recording, the most counted: a bound on the memory of hits, which meet everything.
const MOST_PARTNERS: usize = 4096;

/// Recordings counted by one task.
const ITEMS_PER_TASK: usize = 64;

/// Sequences of recordings, one after the other.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sequences {
    ends: Vec<usize>,
    items: Vec<u32>,
    ordered: bool,
}

impl Sequences {
    /// Sittings in the order of playing.
    pub fn ordered<'a>(sequences: impl IntoIterator<Item = &'a [u32]>) -> Self {
        let mut out = Self {
            ordered: true,
            ..Self::default()
        };
        sequences
            .into_iter()
            .for_each(|sequence| out.push(sequence));
        out
    }

    /// What each listener liked, in no order.
    pub fn of_rows(interactions: &Csr) -> Self {
        let mut out = Self::default();
        for row in (0..interactions.rows()).map(|row| interactions.row(row)) {
            let mut liked: Vec<(u32, f32)> = row.iter().filter(|e| e.1 > 0.0).collect();
            liked.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
            liked.truncate(LONGEST);
            out.push(&liked.iter().map(|e| e.0).collect::<Vec<_>>());
        }
        out
    }

    /// Whether nothing can be learned: no sequence has two recordings.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Where each recording stands, rising.
    fn places(&self, items: usize) -> Vec<Vec<u32>> {
        let mut places = vec![Vec::new(); items];
        for (&item, at) in self.items.iter().zip(0..) {
            places[item as usize].push(at);
        }
        places
    }

    /// Adds what stands near a place, by weight.
    fn add_near(&self, at: usize, window: usize, sums: &mut Accumulator) {
        let sequence = self.ends.partition_point(|&end| end <= at);
        let from = sequence
            .checked_sub(1)
            .map_or(0, |before| self.ends[before]);
        let to = self.ends[sequence];
        if !self.ordered {
            let share = 1.0 / (to - from) as f32;
            self.items[from..to]
                .iter()
                .for_each(|&other| sums.add(other, share));
            return;
        }
        for other in from.max(at.saturating_sub(window))..to.min(at + window + 1) {
            let away = at.abs_diff(other).saturating_sub(1);
            let weight = (window - away) as f32 / window as f32;
            sums.add(self.items[other], weight);
        }
    }

    fn push(&mut self, sequence: &[u32]) {
        if sequence.len() > 1 {
            self.items.extend_from_slice(sequence);
            self.ends.push(self.items.len());
        }
    }
}

/// What was learned of the sequences.
#[derive(Debug, Clone, PartialEq)]
pub struct Item2Vec {
    /// A vector per recording, as one that stands in the middle.
    pub centres: Factors,
    /// A vector per recording, as one that stands near.
    pub contexts: Factors,
    /// Rows of the recordings that a recording speaks for most, with the weight at which it does: the inner
    /// product of its centre and their contexts.
    pub neighbours: Csr,
}

/// Learns from sequences of `items` recordings.
pub fn train(
    sequences: &Sequences,
    items: usize,
    config: &Item2VecConfig,
    progress: &dyn Progress,
) -> Item2Vec {
    let all = 2 * config.passes as u64 + 3;
    progress.begin("training item2vec", all, "passes");
    let weights = informative(&pairs(sequences, items, config), config);
    progress.advance(1);
    let (centres, contexts) = factorised(&weights, config, progress);
    progress.finish();
    let panels = Panels::new(&contexts, &vec![0.0; items]);
    let known: Vec<u32> = (0..items as u32)
        .filter(|&i| centres.row(i as usize).iter().any(|&x| x != 0.0))
        .collect();
    let query = |(): &mut (), at: usize| Query {
        vector: centres.row(known[at] as usize).into(),
        floor: 0.0,
        ..Query::filtered(&known[at..=at])
    };
    let cells = score_all(
        known.len(),
        &panels,
        config.neighbours,
        || (),
        query,
        |at, _, near| {
            let cell = |s: crate::scoring::Scored| (known[at], s.item, s.score);
            near.into_iter().map(cell).collect::<Vec<_>>()
        },
        progress,
    );
    Item2Vec {
        neighbours: Csr::from_triplets(items, items, cells.concat()),
        centres,
        contexts,
    }
}

/// By weight, how often each recording stands near each other one.
fn pairs(sequences: &Sequences, items: usize, config: &Item2VecConfig) -> Csr {
    let places = sequences.places(items);
    let tasks: Vec<usize> = (0..items).step_by(ITEMS_PER_TASK).collect();
    let rows: Vec<Vec<Vec<(u32, f32)>>> = tasks
        .into_par_iter()
        .map_init(
            || Accumulator::new(items),
            |sums, first| {
                let row = |item: usize| {
                    for &at in &places[item] {
                        sequences.add_near(at as usize, config.window, sums);
                    }
                    partners(item as u32, sums.drain_sorted())
                };
                (first..(first + ITEMS_PER_TASK).min(items))
                    .map(row)
                    .collect()
            },
        )
        .collect();
    grown(items, rows.iter().flatten())
}

fn grown<'a>(columns: usize, rows: impl Iterator<Item = &'a Vec<(u32, f32)>>) -> Csr {
    let mut matrix = Csr::growing(columns);
    for row in rows {
        row.iter().for_each(|&(column, x)| matrix.push(column, x));
        matrix.end_row();
    }
    matrix
}

/// The partners that count, without the recording itself; columns rising.
fn partners(item: u32, mut counts: Vec<(u32, f32)>) -> Vec<(u32, f32)> {
    counts.retain(|entry| entry.0 != item);
    if counts.len() > MOST_PARTNERS {
        counts.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        counts.truncate(MOST_PARTNERS);
        counts.sort_unstable_by_key(|entry| entry.0);
    }
    counts
}

/// The positive part of ln(#(c, o) · D / (#(c) · drawn(o))) − ln k; `drawn` has D as its sum too.
fn informative(counts: &Csr, config: &Item2VecConfig) -> Csr {
    let sum = |item: usize| counts.row(item).values.iter().sum::<f32>();
    let own: Vec<f32> = (0..counts.rows()).map(sum).collect();
    let columns = counts.transposed();
    let drawn = |item: usize| {
        let sum = columns.row(item).values.iter().sum::<f32>();
        sum.powf(config.draw_exponent)
    };
    let drawn: Vec<f32> = (0..counts.columns()).map(drawn).collect();
    // D cancels but for the powers' own sum.
    let whole = drawn.iter().map(|&x| f64::from(x)).sum::<f64>() as f32;
    let weigh = |item: usize| -> Vec<(u32, f32)> {
        let weight = |(other, count): (u32, f32)| {
            let expected = own[item] * (drawn[other as usize] / whole) * config.negatives;
            (other, (count / expected).ln())
        };
        let row = counts.row(item).iter().map(weight);
        row.filter(|entry| entry.1 > 0.0).collect()
    };
    let rows: Vec<Vec<(u32, f32)>> = (0..counts.rows()).into_par_iter().map(weigh).collect();
    grown(counts.columns(), rows.iter())
}

/// Centres Q and contexts B with Q Bᵀ near to the matrix: Q spans its strongest directions, B = MᵀQ.
fn factorised(
    matrix: &Csr,
    config: &Item2VecConfig,
    progress: &dyn Progress,
) -> (Factors, Factors) {
    let back = matrix.transposed();
    let mut contexts = Factors::seeded(matrix.columns(), config.dimensions, config.seed);
    for _ in 0..config.passes {
        let centres = orthonormal(product(matrix, &contexts));
        progress.advance(1);
        contexts = orthonormal(product(&back, &centres));
        progress.advance(1);
    }
    let centres = orthonormal(product(matrix, &contexts));
    progress.advance(1);
    let contexts = product(&back, &centres);
    progress.advance(1);
    (centres, contexts)
}

/// A sparse matrix times vectors.
fn product(matrix: &Csr, vectors: &Factors) -> Factors {
    let mut out = Factors::zeros(matrix.rows(), vectors.factors());
    let width = out.width();
    out.as_mut_slice()
        .par_chunks_mut(width)
        .enumerate()
        .for_each(|(row, out)| sum_of_rows(matrix, row, vectors, out));
    out
}

vectorised! {
    fn sum_of_rows(matrix: &Csr, row: usize, vectors: &Factors, out: &mut [f32]), by sum_of_rows_in
}

#[inline(always)]
fn sum_of_rows_in<G: Group>(matrix: &Csr, row: usize, vectors: &Factors, out: &mut [f32]) {
    for (other, weight) in matrix.row(row).iter() {
        axpy_in::<G>(weight, vectors.row(other as usize), out);
    }
}

/// The same span with columns of length one, at right angles: Y R⁻¹ where YᵀY = RᵀR (Cholesky).
fn orthonormal(mut vectors: Factors) -> Factors {
    let width = vectors.width();
    let turn = inverse_root(&gramian(&vectors), width);
    vectors.as_mut_slice().par_chunks_mut(width).for_each_init(
        || vec![0f32; width],
        |room, row| {
            room.fill(0.0);
            turned(row, &turn, room);
            row.copy_from_slice(room);
        },
    );
    vectors
}

vectorised! {
    fn turned(row: &[f32], turn: &[f32], out: &mut [f32]), by turned_in
}

#[inline(always)]
fn turned_in<G: Group>(row: &[f32], turn: &[f32], out: &mut [f32]) {
    for (x, turn) in row.iter().zip(turn.chunks_exact(row.len())) {
        axpy_in::<G>(*x, turn, out);
    }
}

/// R⁻¹, row by row, of the Cholesky factor of a Gramian; columns of directions that depend on
/// earlier ones are zero.
fn inverse_root(gram: &[f32], width: usize) -> Vec<f32> {
    /// Share of a column's square, in f32 sums, below which it is made of the columns before it.
    const DEPENDENT: f64 = 1e-5;
    let mut root = vec![0f64; width * width];
    for k in 0..width {
        let mut rest: Vec<f64> = (k..width).map(|j| f64::from(gram[k * width + j])).collect();
        let whole = rest[0];
        for p in 0..k {
            let (factor, row) = (root[p * width + k], &root[p * width + k..(p + 1) * width]);
            rest.iter_mut().zip(row).for_each(|(x, r)| *x -= factor * r);
        }
        if rest[0] > DEPENDENT * whole {
            let scale = 1.0 / rest[0].sqrt();
            let place = &mut root[k * width + k..(k + 1) * width];
            place.iter_mut().zip(rest).for_each(|(r, x)| *r = x * scale);
        }
    }
    let mut inverse = vec![0f64; width * width];
    for i in (0..width).rev().filter(|&i| root[i * width + i] > 0.0) {
        let (above, below) = inverse.split_at_mut((i + 1) * width);
        let row = &mut above[i * width..];
        row[i] = 1.0;
        for (m, lower) in below.chunks_exact(width).enumerate() {
            let factor = root[i * width + i + 1 + m];
            row.iter_mut()
                .zip(lower)
                .for_each(|(x, l)| *x -= factor * l);
        }
        let own = root[i * width + i];
        row.iter_mut().for_each(|x| *x /= own);
    }
    inverse.into_iter().map(|x| x as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::dot;
    use crate::planted::planted;
    use catalog::progress::Silent;

    fn config() -> Item2VecConfig {
        Item2VecConfig {
            dimensions: 16,
            passes: 2,
            window: 5,
            negatives: 1.0,
            draw_exponent: 0.75,
            neighbours: 10,
            seed: 4,
        }
    }

    #[test]
    fn neighbours_come_from_the_planted_cluster() {
        let world = planted(4, 60, 20, 10, 5);
        let sequences = Sequences::of_rows(&world.interactions);
        let near = train(&sequences, 80, &config(), &Silent).neighbours;
        let same: usize = (0..80)
            .map(|i| {
                let row = near.row(i);
                let own = |e: &u32| world.item_cluster[*e as usize] == world.item_cluster[i];
                row.indices.iter().filter(|e| own(e)).count()
            })
            .sum();
        assert!(same >= 760, "{same} of 800");
    }

    #[test]
    fn a_recording_in_no_sequence_has_no_neighbours() {
        let sequences = Sequences::ordered([[0, 1, 2].as_slice(), &[2, 1, 0], &[3]]);
        let near = train(&sequences, 5, &config(), &Silent).neighbours;
        assert!(near.row(3).indices.is_empty() && near.row(4).indices.is_empty());
        assert!(Sequences::ordered([[3].as_slice()]).is_empty());
        let nothing = train(&Sequences::default(), 2, &config(), &Silent);
        assert_eq!(nothing.neighbours.entries(), 0);
    }

    #[test]
    fn a_pair_counts_by_its_distance_and_only_within_its_sitting() {
        let sequences = Sequences::ordered([[0, 1, 2, 0].as_slice(), &[3, 4]]);
        let counts = pairs(&sequences, 5, &config());
        // 0 stands at distances 1 and 2 from 1: 5/5 and 4/5.
        assert_eq!(counts.row(0).get(1), Some(1.8));
        assert_eq!(counts.row(0).get(1), counts.row(1).get(0));
        assert_eq!(counts.row(0).get(0), None, "nothing stands near itself");
        assert_eq!(counts.row(2).get(3), None);
        assert_eq!(counts.row(3).get(4), Some(1.0));
    }

    #[test]
    fn with_as_many_directions_as_recordings_the_matrix_comes_back() {
        let world = planted(2, 40, 8, 6, 3);
        let sequences = Sequences::of_rows(&world.interactions);
        let matrix = informative(&pairs(&sequences, 16, &config()), &config());
        let (centres, contexts) = factorised(&matrix, &config(), &Silent);
        for c in 0..16 {
            for o in 0..16 {
                let exact = matrix.row(c).get(o as u32).unwrap_or(0.0);
                let found = dot(centres.row(c), contexts.row(o));
                assert!((found - exact).abs() < 1e-3, "{c} {o}: {found} {exact}");
            }
        }
    }

    #[test]
    fn any_number_of_threads_gives_the_same_bytes() {
        let world = planted(4, 60, 40, 10, 8);
        let on = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
            let sequences = Sequences::of_rows(&world.interactions);
            let work = || train(&sequences, 160, &config(), &Silent);
            pool.build().unwrap().install(work)
        };
        assert_eq!(on(1), on(3));
    }
}
