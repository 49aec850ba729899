//! Which recordings do the same people play? Cosine between the columns of the interactions
//! (Sarwar, Karypis, Konstan and Riedl, "Item-based collaborative filtering", WWW 2001), each
//! listener's row weighted down by its length, so that people who play everything say less. The
//! norms need not count alike on both sides (Aiolli, "Efficient top-N recommendation for very large
//! scale binary rated datasets", RecSys 2013): ⟨i, j⟩ / (‖i‖^2a ‖j‖^(2−2a)), which is the cosine at a = ½.
//!
//! Cheap, explains itself ("because you played …"), and at the head of a list the baseline that
//! factor models have to beat.

use catalog::progress::Progress;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::csr::{Csr, Row};

/// What the item-item model needs to know.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ItemItemConfig {
    /// Neighbours kept per recording.
    pub neighbours: usize,
    /// A listener's row is divided by (number of entries)^this.
    pub length_exponent: f32,
    /// Strengths are raised to this power first: 0 counts only whether it was played.
    pub strength_exponent: f32,
    /// Share of the norm that the target's side takes; 0.5 is the cosine, more favours what is rarer
    /// on the side of what was played (Aiolli 2013).
    pub asymmetry: f32,
    /// Entries of one listener that count, strongest first: a row of n costs n² (a guard against
    /// listeners who play everything).
    pub max_row: usize,
}

/// Recordings joined by one task; the cost per recording varies, so tasks are small.
const ITEMS_PER_TASK: usize = 64;

/// Neighbour lists: row i holds the recordings most similar to i and their cosines, in (0, 1].
pub fn neighbours(interactions: &Csr, config: &ItemItemConfig, progress: &dyn Progress) -> Csr {
    let by_listener = weighted(
        interactions,
        config.length_exponent,
        config.strength_exponent,
        config.max_row,
    );
    let norms = Norms::Shared {
        asymmetry: config.asymmetry,
    };
    joined(&by_listener, norms, config.neighbours, progress)
}

/// What an inner product of two recordings is divided by.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Norms {
    /// Nothing.
    None,
    /// Both norms, the played recording's taking this share.
    Shared {
        /// 0.5 is the cosine.
        asymmetry: f32,
    },
}

/// The nearest of each recording by the inner products of what listeners say of them.
pub(crate) fn joined(by_listener: &Csr, norms: Norms, keep: usize, progress: &dyn Progress) -> Csr {
    let by_item = by_listener.transposed();
    let items = by_item.rows();
    let (own, others) = match norms {
        Norms::None => (0.0, 0.0),
        Norms::Shared { asymmetry } => (2.0 * asymmetry, 2.0 - 2.0 * asymmetry),
    };
    let squares = |item: usize| by_item.row(item).values.iter().map(|v| v * v).sum::<f32>();
    let norms: Vec<f32> = (0..items).map(|item| squares(item).sqrt()).collect();
    let sides = Sides {
        by_listener,
        by_item: &by_item,
        played: norms.iter().map(|norm| norm.powf(own)).collect(),
        others: norms.iter().map(|norm| norm.powf(others)).collect(),
    };
    progress.begin("joining recordings", items as u64, "recordings");
    let tasks: Vec<usize> = (0..items).step_by(ITEMS_PER_TASK).collect();
    let lists: Vec<Vec<(u32, u32, f32)>> = tasks
        .into_par_iter()
        .map_init(
            || Accumulator::new(items),
            |sums, first| {
                let task = first..(first + ITEMS_PER_TASK).min(items);
                progress.advance(task.len() as u64);
                task.flat_map(|item| {
                    let near = sides.nearest(item, sums, keep);
                    near.into_iter()
                        .map(move |(other, cosine)| (item as u32, other, cosine))
                })
                .collect()
            },
        )
        .collect();
    progress.finish();
    Csr::from_triplets(items, items, lists.concat())
}

/// Liked entries only, long rows cut to their strongest entries, each divided by its length's power.
pub(crate) fn weighted(
    interactions: &Csr,
    length_exponent: f32,
    strength_exponent: f32,
    max_row: usize,
) -> Csr {
    let mut cells = Vec::with_capacity(interactions.entries());
    for listener in 0..interactions.rows() {
        let mut row: Vec<(u32, f32)> = interactions
            .row(listener)
            .iter()
            .filter(|entry| entry.1 > 0.0)
            .collect();
        if row.len() > max_row {
            row.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
            row.truncate(max_row);
        }
        let weight = (row.len() as f32).powf(-length_exponent);
        let said = |value: f32| value.powf(strength_exponent) * weight;
        cells.extend(
            row.into_iter()
                .map(|(item, value)| (listener as u32, item, said(value))),
        );
    }
    Csr::from_triplets(interactions.rows(), interactions.columns(), cells)
}

/// Dense sums with a list of the places that are in use.
pub(crate) struct Accumulator {
    sums: Vec<f32>,
    touched: Vec<u32>,
}

impl Accumulator {
    pub(crate) fn new(columns: usize) -> Self {
        Self {
            sums: vec![0.0; columns],
            touched: Vec::new(),
        }
    }

    /// Adds a value; a sum of zero marks a place as unused.
    pub(crate) fn add(&mut self, column: u32, value: f32) {
        let sum = &mut self.sums[column as usize];
        if *sum == 0.0 {
            self.touched.push(column);
        }
        *sum += value;
    }

    /// Hands out what was summed, columns rising, and is empty again.
    pub(crate) fn drain_sorted(&mut self) -> Vec<(u32, f32)> {
        self.touched.sort_unstable();
        // A sum that came back to zero on its way was noted twice.
        self.touched.dedup();
        let sums = &mut self.sums;
        self.touched
            .drain(..)
            .map(|at| (at, std::mem::take(&mut sums[at as usize])))
            .collect()
    }
}

/// Both directions of the matrix, and what each recording's products are divided by on either side.
struct Sides<'a> {
    by_listener: &'a Csr,
    by_item: &'a Csr,
    played: Vec<f32>,
    others: Vec<f32>,
}

impl Sides<'_> {
    fn nearest(&self, item: usize, sums: &mut Accumulator, keep: usize) -> Vec<(u32, f32)> {
        for (listener, strength) in self.by_item.row(item).iter() {
            for (other, value) in self.by_listener.row(listener as usize).iter() {
                sums.add(other, strength * value);
            }
        }
        let mut near = sums.drain_sorted();
        near.retain(|entry| entry.0 as usize != item);
        for (other, sum) in &mut near {
            *sum /= self.played[item] * self.others[*other as usize];
        }
        let better = |a: &(u32, f32), b: &(u32, f32)| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0));
        if near.len() > keep {
            near.select_nth_unstable_by(keep, better);
            near.truncate(keep);
        }
        near
    }
}

/// A listener's scores: over what they liked, weakened strength times cosine, summed; items rising.
pub(crate) fn scores(
    liked: Row<'_>,
    neighbours: &Csr,
    exponent: f32,
    sums: &mut Accumulator,
) -> Vec<(u32, f32)> {
    summed(liked, neighbours, exponent, sums, |cosine| cosine)
}

/// The same with squared weights that keep their sign: the nearest neighbours say most.
pub(crate) fn sharp_scores(
    liked: Row<'_>,
    neighbours: &Csr,
    exponent: f32,
    sums: &mut Accumulator,
) -> Vec<(u32, f32)> {
    summed(liked, neighbours, exponent, sums, |weight| {
        weight * weight.abs()
    })
}

fn summed(
    liked: Row<'_>,
    neighbours: &Csr,
    exponent: f32,
    sums: &mut Accumulator,
    weight: impl Fn(f32) -> f32,
) -> Vec<(u32, f32)> {
    for (item, strength) in liked.iter().filter(|entry| entry.1 > 0.0) {
        let said = strength.powf(exponent);
        for (other, cosine) in neighbours.row(item as usize).iter() {
            sums.add(other, said * weight(cosine));
        }
    }
    sums.drain_sorted()
}

/// Which liked recording speaks most for `item`, if any of them is its neighbour?
pub(crate) fn strongest_reason(
    liked: Row<'_>,
    item: u32,
    neighbours: &Csr,
    exponent: f32,
) -> Option<u32> {
    let mut best: Option<(f32, u32)> = None;
    for (played, strength) in liked.iter().filter(|entry| entry.1 > 0.0) {
        if let Some(cosine) = neighbours.row(played as usize).get(item) {
            let said = strength.powf(exponent) * cosine;
            if best.is_none_or(|best| said > best.0) {
                best = Some((said, played));
            }
        }
    }
    best.map(|best| best.1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::planted::planted;
    use catalog::progress::Silent;

    fn config() -> ItemItemConfig {
        ItemItemConfig {
            neighbours: 10,
            length_exponent: 0.5,
            strength_exponent: 1.0,
            asymmetry: 0.5,
            max_row: 1000,
        }
    }

    #[test]
    fn it_is_the_cosine_of_two_columns() {
        let cells = vec![
            (0, 0, 2.0),
            (0, 1, 1.0),
            (1, 0, 1.0),
            (1, 1, 3.0),
            (2, 1, 1.0),
            (2, 2, 1.0),
            (3, 2, -4.0),
        ];
        let plain = ItemItemConfig {
            length_exponent: 0.0,
            ..config()
        };
        let near = neighbours(&Csr::from_triplets(4, 3, cells), &plain, &Silent);
        let expected = (2.0 + 3.0) / (5f32.sqrt() * 11f32.sqrt());
        assert!((near.row(0).get(1).unwrap() - expected).abs() < 1e-6);
        assert_eq!(
            near.row(0).get(1),
            near.row(1).get(0),
            "cosine is symmetric"
        );
        assert_eq!(near.row(0).get(2), None, "nobody played both");
    }

    #[test]
    fn neighbours_come_from_the_planted_cluster() {
        let world = planted(4, 60, 20, 10, 5);
        let near = neighbours(&world.interactions, &config(), &Silent);
        for item in 0..near.rows() {
            let row = near.row(item);
            assert!(row.indices.len() <= 10 && !row.indices.contains(&(item as u32)));
            let same = row
                .iter()
                .filter(|e| world.item_cluster[e.0 as usize] == world.item_cluster[item]);
            assert!(same.count() >= 8, "item {item}");
        }
    }

    #[test]
    fn any_number_of_threads_gives_the_same_bytes() {
        let world = planted(4, 100, 60, 10, 8);
        let on = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap();
            pool.install(|| neighbours(&world.interactions, &config(), &Silent))
        };
        assert_eq!(on(1), on(3));
    }

    #[test]
    fn a_listener_of_everything_counts_only_with_the_strongest() {
        let cells = (0..50).map(|item| (0, item, 1.0 + item as f32)).collect();
        let few = ItemItemConfig {
            max_row: 5,
            ..config()
        };
        let near = neighbours(&Csr::from_triplets(1, 50, cells), &few, &Silent);
        assert_eq!(near.entries(), 5 * 4);
        assert!(near.row(10).indices.is_empty() && near.row(49).indices.len() == 4);
    }
}
