//! Which recordings stand in the same sittings and playlists? Skip-gram with negative sampling
//! (Mikolov et al., "Distributed representations of words and phrases", NIPS 2013) over sequences of
//! recordings instead of words (Barkan and Koenigstein, "Item2vec", 2016).
//!
//! For a recording c and one o near it in the sequence, log σ(v_c · u_o) + Σ log σ(−v_c · u_n) over drawn
//! recordings n is climbed by stochastic gradients; n is drawn in proportion to counts^0.75. Where a
//! sequence has no order (a table of listeners and tracks), it is shuffled anew each epoch.
//!
//! One thread, one stream of random numbers from the seed: the same sequences give the same bytes.

use catalog::progress::Progress;
use serde::{Deserialize, Serialize};

use crate::als::{Factors, split_mix};
use crate::csr::Csr;
use crate::kernel::{Group, axpy_in, dot_in, vectorised};
use crate::scoring::{Panels, Query, score_all};

/// What item2vec needs to know.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item2VecConfig {
    /// Length of the vectors.
    pub dimensions: usize,
    /// Passes over all sequences.
    pub epochs: usize,
    /// Recordings before and after that count as near.
    pub window: usize,
    /// Drawn recordings per pair.
    pub negatives: usize,
    /// Step at the start; it falls to a hundredth.
    pub rate: f32,
    /// Counts are raised to this power for drawing (0.75 in Mikolov et al.).
    pub draw_exponent: f64,
    /// Neighbours kept per recording.
    pub neighbours: usize,
    /// Cosines are raised to this power, so that the nearest say most.
    pub sharpness: i32,
    /// Where everything random comes from.
    pub seed: u64,
}

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
            let liked: Vec<u32> = row.iter().filter(|e| e.1 > 0.0).map(|e| e.0).collect();
            out.push(&liked);
        }
        out
    }

    /// Whether nothing can be learned: no sequence has two recordings.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    fn push(&mut self, sequence: &[u32]) {
        if sequence.len() > 1 {
            self.items.extend_from_slice(sequence);
            self.ends.push(self.items.len());
        }
    }
}

/// Rows of the most alike recordings with the power of their cosines.
pub fn neighbours(
    sequences: &Sequences,
    items: usize,
    config: &Item2VecConfig,
    progress: &dyn Progress,
) -> Csr {
    let units = vectors(sequences, items, config, progress);
    let silent = vec![0.0; items];
    let panels = Panels::new(&units, &silent);
    let known: Vec<u32> = (0..items as u32)
        .filter(|&i| units.row(i as usize).iter().any(|&x| x != 0.0))
        .collect();
    let query = |(): &mut (), at: usize| Query {
        vector: units.row(known[at] as usize).into(),
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
            let cell =
                |s: crate::scoring::Scored| (known[at], s.item, s.score.powi(config.sharpness));
            near.into_iter().map(cell).collect::<Vec<_>>()
        },
        progress,
    );
    Csr::from_triplets(items, items, cells.concat())
}

/// Vectors of length one; zero for recordings in no sequence.
pub fn vectors(
    sequences: &Sequences,
    items: usize,
    config: &Item2VecConfig,
    progress: &dyn Progress,
) -> Factors {
    let mut counts = vec![0u64; items];
    sequences
        .items
        .iter()
        .for_each(|&item| counts[item as usize] += 1);
    let mut model = Model {
        centres: Factors::seeded(items, config.dimensions, config.seed),
        contexts: Factors::zeros(items, config.dimensions),
        table: drawing_table(&counts, config.draw_exponent),
        state: config.seed,
        moved: Vec::new(),
    };
    model.moved = vec![0.0; model.centres.width()];
    let total = sequences.items.len() * config.epochs;
    progress.begin("training item2vec", config.epochs as u64, "epochs");
    let (mut done, mut sequence) = (0usize, Vec::new());
    for _ in 0..config.epochs {
        let mut from = 0;
        for &end in &sequences.ends {
            sequence.clear();
            sequence.extend_from_slice(&sequences.items[from..end]);
            if !sequences.ordered {
                model.shuffle(&mut sequence);
            }
            let left = 1.0 - done as f32 / total as f32;
            model.learn(&sequence, config, config.rate * left.max(0.01));
            done += sequence.len();
            from = end;
        }
        progress.advance(1);
    }
    progress.finish();
    let mut units = model.centres;
    let width = units.width();
    for (row, count) in units.as_mut_slice().chunks_exact_mut(width).zip(counts) {
        let length = crate::kernel::dot(row, row).sqrt();
        let scale = if count > 0 && length > 0.0 {
            1.0 / length
        } else {
            0.0
        };
        row.iter_mut().for_each(|x| *x *= scale);
    }
    units
}

struct Model {
    centres: Factors,
    contexts: Factors,
    /// Running sums of counts^exponent.
    table: Vec<f64>,
    state: u64,
    moved: Vec<f32>,
}

impl Model {
    fn random(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        split_mix(self.state)
    }

    fn shuffle(&mut self, sequence: &mut [u32]) {
        for at in (1..sequence.len()).rev() {
            let other = (self.random() % (at as u64 + 1)) as usize;
            sequence.swap(at, other);
        }
    }

    fn draw(&mut self) -> u32 {
        let whole = self.table.last().copied().unwrap_or_default();
        let at = (self.random() >> 11) as f64 / (1u64 << 53) as f64 * whole;
        (self.table.partition_point(|&sum| sum <= at) as u32).min(self.table.len() as u32 - 1)
    }

    fn learn(&mut self, sequence: &[u32], config: &Item2VecConfig, rate: f32) {
        for (at, &centre) in sequence.iter().enumerate() {
            let reach = 1 + (self.random() % config.window as u64) as usize;
            let near = at.saturating_sub(reach)..(at + reach + 1).min(sequence.len());
            for other in near.filter(|&other| sequence[other] != centre) {
                self.moved.fill(0.0);
                self.pair(centre, sequence[other], 1.0, rate);
                for _ in 0..config.negatives {
                    let drawn = self.draw();
                    if drawn != sequence[other] {
                        self.pair(centre, drawn, 0.0, rate);
                    }
                }
                let width = self.moved.len();
                let row = &mut self.centres.as_mut_slice()[centre as usize * width..][..width];
                row.iter_mut().zip(&self.moved).for_each(|(x, m)| *x += m);
            }
        }
    }

    fn pair(&mut self, centre: u32, context: u32, label: f32, rate: f32) {
        let width = self.moved.len();
        let context = &mut self.contexts.as_mut_slice()[context as usize * width..][..width];
        step(
            self.centres.row(centre as usize),
            context,
            &mut self.moved,
            label,
            rate,
        );
    }
}

vectorised! {
    fn step(centre: &[f32], context: &mut [f32], moved: &mut [f32], label: f32, rate: f32), by step_in
}

#[inline(always)]
fn step_in<G: Group>(
    centre: &[f32],
    context: &mut [f32],
    moved: &mut [f32],
    label: f32,
    rate: f32,
) {
    let said = 1.0 / (1.0 + (-dot_in::<G>(centre, context)).exp());
    let slope = rate * (label - said);
    axpy_in::<G>(slope, context, moved);
    axpy_in::<G>(slope, centre, context);
}

fn drawing_table(counts: &[u64], exponent: f64) -> Vec<f64> {
    let weights = counts.iter().map(|&count| match count {
        0 => 0.0,
        count => (count as f64).powf(exponent),
    });
    let sums = weights.scan(0.0, |sum, weight| {
        *sum += weight;
        Some(*sum)
    });
    sums.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::planted::planted;
    use catalog::progress::Silent;

    fn config() -> Item2VecConfig {
        Item2VecConfig {
            dimensions: 16,
            epochs: 30,
            window: 5,
            negatives: 5,
            rate: 0.05,
            draw_exponent: 0.75,
            neighbours: 10,
            sharpness: 1,
            seed: 4,
        }
    }

    #[test]
    fn neighbours_come_from_the_planted_cluster() {
        let world = planted(4, 60, 20, 10, 5);
        let sequences = Sequences::of_rows(&world.interactions);
        let near = neighbours(&sequences, 80, &config(), &Silent);
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
        let near = neighbours(&sequences, 5, &config(), &Silent);
        assert!(near.row(3).indices.is_empty() && near.row(4).indices.is_empty());
        assert!(Sequences::ordered([[3].as_slice()]).is_empty());
        assert_eq!(
            neighbours(&Sequences::default(), 2, &config(), &Silent).entries(),
            0
        );
    }
}
