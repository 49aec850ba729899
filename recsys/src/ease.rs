//! Which linear mix of what a listener played predicts everything else they play? EASE (Steck,
//! "Embarrassingly shallow autoencoders for sparse data", WWW 2019), solved in closed form.
//!
//! With the Gramian G = XᵀX and P = (G + Λ)⁻¹ the weights are B_ij = −P_ij / P_jj, zero on the diagonal.
//! Λ_i = λ + δ G_ii: δ = p / (1 − p) is what training with dropout p on the inputs amounts to (Steck,
//! "Autoencoders that don't overfit towards the identity", NeurIPS 2020).
//!
//! The matrix to invert has one row per recording, or, by the identity of Woodbury, one per listener:
//! P = Λ⁻¹ − Λ⁻¹ Xᵀ (I + X Λ⁻¹ Xᵀ)⁻¹ X Λ⁻¹. Both are exact; whichever is smaller is taken. Where both exceed
//! `exact_rows`, each recording is solved from its own neighbours (`local`).

use catalog::progress::Progress;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::csr::Csr;
use crate::dense::Symmetric;
use crate::item_item::weighted;
use crate::kernel::{Group, LANES, vectorised};

mod local;

/// What EASE needs to know.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EaseConfig {
    /// λ, for a listener whose row has length one.
    pub ridge: f32,
    /// δ = p / (1 − p) for a dropout of p.
    pub dropout: f32,
    /// A listener's row is divided by (number of entries)^this.
    pub length_exponent: f32,
    /// Strengths are raised to this power first: 0 counts only whether it was played.
    pub strength_exponent: f32,
    /// Entries of one listener that count, strongest first.
    pub max_row: usize,
    /// Weights kept per recording, the greatest by size.
    pub neighbours: usize,
    /// Rows of the largest matrix that is inverted; memory is 4 bytes times its square.
    pub exact_rows: usize,
    /// Beyond it, neighbours from which each recording is solved.
    pub local_neighbours: usize,
}

/// Row i holds the weights with which having played i speaks for other recordings, or against.
pub fn weights(interactions: &Csr, config: &EaseConfig, progress: &dyn Progress) -> Csr {
    let items = interactions.columns();
    let x = weighted(
        interactions,
        config.length_exponent,
        config.strength_exponent,
        config.max_row,
    );
    let by_item = x.transposed();
    let active: Vec<u32> = (0..x.rows() as u32)
        .filter(|&l| !x.row(l as usize).indices.is_empty())
        .collect();
    let played: Vec<u32> = (0..items as u32)
        .filter(|&i| !by_item.row(i as usize).indices.is_empty())
        .collect();
    if active.len().min(played.len()) > config.exact_rows {
        return Csr::from_triplets(
            items,
            items,
            local::by_neighbours(&x, &by_item, config, progress),
        );
    }
    progress.begin("solving EASE", 1, "matrix");
    let rows = match active.len() < played.len() {
        true => by_listener(&x, &by_item, config),
        false => by_recording(&x, &by_item, &played, config),
    };
    progress.advance(1);
    progress.finish();
    Csr::from_triplets(items, items, rows.unwrap_or_default())
}

type Cells = Vec<(u32, u32, f32)>;

/// Inverts a matrix of recordings × recordings.
fn by_recording(x: &Csr, by_item: &Csr, played: &[u32], config: &EaseConfig) -> Option<Cells> {
    let mut place = vec![u32::MAX; by_item.rows()];
    played
        .iter()
        .zip(0..)
        .for_each(|(&i, at)| place[i as usize] = at);
    let mut matrix = Symmetric::identity(played.len());
    matrix.for_each_row(
        || (),
        |(), at, row| {
            row[at] = 0.0;
            for (listener, strength) in by_item.row(played[at] as usize).iter() {
                for (other, value) in x.row(listener as usize).iter() {
                    let column = place[other as usize] as usize;
                    if column <= at {
                        row[column] += strength * value;
                    }
                }
            }
            row[at] += config.ridge + config.dropout * row[at];
        },
    );
    let inverse = matrix.invert()?;
    let lists: Vec<Cells> = played
        .par_iter()
        .enumerate()
        .map(|(at, &item)| {
            let row = inverse.row(at);
            let of = |j: usize| -row[j] / inverse.row(j)[j];
            let all = (0..played.len())
                .filter(|&j| j != at)
                .map(|j| (played[j], of(j)));
            strongest(item, all.collect(), config.neighbours)
        })
        .collect();
    Some(lists.concat())
}

/// Inverts a matrix of listeners × listeners.
fn by_listener(x: &Csr, by_item: &Csr, config: &EaseConfig) -> Option<Cells> {
    let items = by_item.rows();
    let ridge: Vec<f32> = (0..items)
        .map(|i| {
            config.ridge + config.dropout * by_item.row(i).values.iter().map(|v| v * v).sum::<f32>()
        })
        .collect();
    let mut matrix = Symmetric::identity(x.rows());
    matrix.for_each_row(
        || (),
        |(), at, row| {
            for (item, strength) in x.row(at).iter() {
                let strength = strength / ridge[item as usize];
                for (other, value) in by_item.row(item as usize).iter() {
                    if other as usize > at {
                        break;
                    }
                    row[other as usize] += strength * value;
                }
            }
        },
    );
    let inverse = matrix.invert()?;
    let diagonal: Vec<f32> = (0..items)
        .into_par_iter()
        .map(|item| {
            let column = by_item.row(item);
            let mut sum = 0f64;
            for (u, a) in column.iter() {
                let row = inverse.row(u as usize);
                for (v, b) in column.iter() {
                    sum += f64::from(a * b) * f64::from(row[v as usize]);
                }
            }
            let r = f64::from(ridge[item]);
            (1.0 / r - sum / (r * r)) as f32
        })
        .collect();
    let tasks: Vec<usize> = (0..items).step_by(LANES).collect();
    let lists: Vec<Cells> = tasks
        .into_par_iter()
        .map_init(
            || Mixed::new(x),
            |mixed, first| {
                mixed.fill(first, x, by_item, &inverse);
                let lanes = first..(first + LANES).min(items);
                let lists = lanes.flat_map(|item| {
                    if by_item.row(item).indices.is_empty() {
                        return Vec::new();
                    }
                    let of = |j: usize| {
                        mixed.out[j][item - first] / (ridge[item] * ridge[j] * diagonal[j])
                    };
                    let all = (0..items).filter(|&j| j != item && diagonal[j] > 0.0);
                    let all = all.map(|j| (j as u32, of(j))).collect();
                    strongest(item as u32, all, config.neighbours)
                });
                lists.collect()
            },
        )
        .collect();
    Some(lists.concat())
}

/// Sixteen recordings' rows of Xᵀ (inverse) X at once, side by side.
struct Mixed {
    sums: Vec<f32>,
    listeners: Vec<[f32; LANES]>,
    out: Vec<[f32; LANES]>,
}

impl Mixed {
    fn new(x: &Csr) -> Self {
        Self {
            sums: vec![0.0; x.rows()],
            listeners: vec![[0.0; LANES]; x.rows()],
            out: vec![[0.0; LANES]; x.columns()],
        }
    }

    fn fill(&mut self, first: usize, x: &Csr, by_item: &Csr, inverse: &Symmetric) {
        for lane in 0..LANES {
            self.sums.fill(0.0);
            if first + lane < by_item.rows() {
                for (listener, strength) in by_item.row(first + lane).iter() {
                    for (sum, value) in self.sums.iter_mut().zip(inverse.row(listener as usize)) {
                        *sum += strength * value;
                    }
                }
            }
            for (place, sum) in self.listeners.iter_mut().zip(&self.sums) {
                place[lane] = *sum;
            }
        }
        self.out.fill([0.0; LANES]);
        spread(x, &self.listeners, &mut self.out);
    }
}

vectorised! {
    fn spread(x: &Csr, listeners: &[[f32; LANES]], out: &mut [[f32; LANES]]), by spread_in
}

/// `out[item] += x(listener, item) · listeners[listener]` over all entries.
#[inline(always)]
fn spread_in<G: Group>(x: &Csr, listeners: &[[f32; LANES]], out: &mut [[f32; LANES]]) {
    for (listener, values) in listeners.iter().enumerate() {
        let values = G::load(values);
        for (item, strength) in x.row(listener).iter() {
            let place = &mut out[item as usize];
            G::splat(strength)
                .mul_add(values, G::load(place))
                .store(place);
        }
    }
}

/// The greatest by size, as cells of a row.
fn strongest(item: u32, mut all: Vec<(u32, f32)>, keep: usize) -> Cells {
    let better =
        |a: &(u32, f32), b: &(u32, f32)| b.1.abs().total_cmp(&a.1.abs()).then(a.0.cmp(&b.0));
    if all.len() > keep {
        all.select_nth_unstable_by(keep, better);
        all.truncate(keep);
    }
    all.into_iter()
        .map(|(other, weight)| (item, other, weight))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::planted::{Planted, planted};
    use catalog::progress::Silent;

    fn config() -> EaseConfig {
        EaseConfig {
            ridge: 5.0,
            dropout: 0.2,
            length_exponent: 0.0,
            strength_exponent: 0.0,
            max_row: 1000,
            neighbours: 10_000,
            exact_rows: 10_000,
            local_neighbours: 100,
        }
    }

    #[test]
    fn inverting_by_listener_or_by_recording_gives_the_same_weights() {
        let world = planted(3, 20, 40, 9, 4);
        assert!(world.interactions.rows() < world.interactions.columns());
        let x = weighted(&world.interactions, 0.0, 0.0, 1000);
        let by_item = x.transposed();
        let head: Vec<u32> = (0..by_item.rows() as u32)
            .filter(|&i| !by_item.row(i as usize).indices.is_empty())
            .collect();
        let size = by_item.rows();
        let one = Csr::from_triplets(
            size,
            size,
            by_recording(&x, &by_item, &head, &config()).unwrap(),
        );
        let two = Csr::from_triplets(size, size, by_listener(&x, &by_item, &config()).unwrap());
        for i in 0..size {
            for (j, weight) in one.row(i).iter() {
                let other = two.row(i).get(j).unwrap_or(0.0);
                assert!((weight - other).abs() < 1e-4, "{i} {j}: {weight} {other}");
            }
        }
    }

    /// The slow twin: each column is the ridge regression of one recording on those that have a weight
    /// in it, so that the gradient of ‖x_t − X b‖² + λ‖b‖² vanishes in each of them.
    fn check_columns(world: &Planted, config: &EaseConfig, others: usize) {
        let weights = weights(&world.interactions, config, &Silent).transposed();
        let x = weighted(&world.interactions, 0.0, 0.0, 1000);
        for target in 0..x.columns() as u32 {
            let column = weights.row(target as usize);
            assert_eq!(column.indices.len(), others, "{target}");
            assert!(!column.indices.contains(&target));
            let mut gradient = vec![0f64; x.columns()];
            for listener in 0..x.rows() {
                let row = x.row(listener);
                let said = row.iter().map(|(i, v)| v * column.get(i).unwrap_or(0.0));
                let off = f64::from(said.sum::<f32>() - row.get(target).unwrap_or(0.0));
                row.iter()
                    .for_each(|(i, v)| gradient[i as usize] += off * f64::from(v));
            }
            for (i, weight) in column.iter() {
                let slope = gradient[i as usize] + f64::from(config.ridge * weight);
                assert!(slope.abs() < 1e-2, "{i} in {target}: {slope}");
            }
        }
    }

    #[test]
    fn each_column_is_the_best_prediction_of_one_recording_from_the_others() {
        let plain = EaseConfig {
            dropout: 0.0,
            ..config()
        };
        check_columns(&planted(2, 60, 12, 6, 8), &plain, 23);
    }

    #[test]
    fn beyond_the_largest_matrix_it_is_the_best_prediction_from_its_neighbours() {
        let local = EaseConfig {
            dropout: 0.0,
            exact_rows: 16,
            local_neighbours: 5,
            ..config()
        };
        check_columns(&planted(2, 60, 12, 6, 8), &local, 5);
    }
}
