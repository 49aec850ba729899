//! How do a factor model and a neighbour model become one score?
//!
//! Per listener both scores are brought to standard deviations over all items and added:
//! z(ALS) + w · z(item-item). Mean and variance of the ALS scores need no pass over the items:
//! with ȳ the mean vector and G = YᵀY, the mean is x·ȳ and the mean square xᵀGx / n. So
//! the blend costs one factor in front of the sparse scores, inside the exact scoring pass.

use crate::als::{AlsModel, gramian};
use crate::config::Config;
use crate::csr::{Csr, Row};
use crate::item_item::{self, Accumulator};
use crate::kernel::dot;

/// The models of one training.
#[derive(Debug)]
pub struct Models {
    /// The factor model.
    pub als: AlsModel,
    /// The neighbour model.
    pub neighbours: Csr,
}

/// Which models speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Voice {
    /// What most people played, the same for everybody: the baseline.
    Popularity,
    /// Item-item cosine alone.
    ItemItem,
    /// ALS alone.
    Als,
    /// ALS and item-item together: what is published.
    Blend,
}

impl std::fmt::Display for Voice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::Popularity => "popularity",
            Self::ItemItem => "item-item",
            Self::Als => "ALS",
            Self::Blend => "blend",
        })
    }
}

/// Both models with what the blend needs to know of them.
pub struct Blend<'a> {
    models: &'a Models,
    config: &'a Config,
    mean: Vec<f32>,
    gram: Vec<f32>,
}

/// A listener's sparse scores, and how to read the sums that come out.
pub(crate) struct Extras {
    pub(crate) scores: Vec<(u32, f32)>,
    /// What turns a sum of both into standard deviations: `sum · scale + offset`.
    pub(crate) scale: f32,
    pub(crate) offset: f32,
}

impl<'a> Blend<'a> {
    /// Prepares the moments of the ALS scores.
    pub fn new(models: &'a Models, config: &'a Config) -> Self {
        let items = &models.als.items;
        let mut mean = vec![0f32; items.width()];
        for item in 0..items.rows() {
            for (sum, value) in mean.iter_mut().zip(items.row(item)) {
                *sum += value / items.rows() as f32;
            }
        }
        Self {
            models,
            config,
            mean,
            gram: gramian(items),
        }
    }

    /// What item-item adds to a listener's ALS scores.
    pub(crate) fn extras(&self, listener: usize, liked: Row<'_>, sums: &mut Accumulator) -> Extras {
        let mut scores =
            item_item::scores(liked, &self.models.neighbours, &self.config.item_item, sums);
        let count = self.models.als.items.rows().max(1) as f32;
        let vector = self.models.als.listeners.row(listener);
        let mean = dot(vector, &self.mean);
        let rows = self.gram.chunks_exact(self.mean.len());
        let square: f32 = vector
            .iter()
            .zip(rows)
            .map(|(x, row)| x * dot(row, vector))
            .sum();
        let deviation = deviation_of(mean, square / count);
        let sparse_mean = scores.iter().map(|entry| entry.1).sum::<f32>() / count;
        let sparse_square = scores.iter().map(|entry| entry.1 * entry.1).sum::<f32>() / count;
        let sparse_deviation = deviation_of(sparse_mean, sparse_square);
        let weight = self.config.blend.item_item;
        if deviation > 0.0 && sparse_deviation > 0.0 {
            let factor = weight * deviation / sparse_deviation;
            scores.iter_mut().for_each(|entry| entry.1 *= factor);
            let offset = -mean / deviation - weight * sparse_mean / sparse_deviation;
            Extras {
                scores,
                offset,
                scale: 1.0 / deviation,
            }
        } else {
            Extras {
                scores,
                offset: 0.0,
                scale: 1.0,
            }
        }
    }

    /// Which liked recording explains an item best: by being played together, else by the nearest
    /// vector; `None` if none is near.
    pub(crate) fn reason(&self, liked: Row<'_>, item: u32) -> Option<u32> {
        let near = item_item::strongest_reason(
            liked,
            item,
            &self.models.neighbours,
            &self.config.item_item,
        );
        near.or_else(|| {
            let items = &self.models.als.items;
            let own = items.row(item as usize);
            let likeness = |played: u32| {
                let other = items.row(played as usize);
                dot(own, other) / dot(other, other).sqrt()
            };
            let played = liked
                .iter()
                .filter(|entry| entry.1 > 0.0)
                .map(|entry| (entry.0, likeness(entry.0)));
            let nearest = played
                .filter(|near| near.1 > 0.0)
                .max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)));
            nearest.map(|near| near.0)
        })
    }
}

/// Standard deviation from mean and mean square; 0 where rounding leaves nothing.
fn deviation_of(mean: f32, mean_square: f32) -> f32 {
    let variance = mean_square - mean * mean;
    if variance.is_finite() {
        variance.max(0.0).sqrt()
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::planted::planted;
    use catalog::progress::Silent;

    #[test]
    fn scores_come_out_in_standard_deviations() {
        let world = planted(3, 30, 20, 8, 2);
        let config = Config::load(None).unwrap();
        let models = Models {
            als: crate::als::train(&world.interactions, &config.als, &Silent),
            neighbours: item_item::neighbours(&world.interactions, &config.item_item, &Silent),
        };
        let blend = Blend::new(&models, &config);
        let items = world.interactions.columns();
        let mut sums = Accumulator::new(items);
        for listener in [0, 31, 89] {
            let extras = blend.extras(listener, world.interactions.row(listener), &mut sums);
            let mut scores: Vec<f32> = (0..items)
                .map(|item| {
                    dot(
                        models.als.listeners.row(listener),
                        models.als.items.row(item),
                    )
                })
                .collect();
            extras
                .scores
                .iter()
                .for_each(|entry| scores[entry.0 as usize] += entry.1);
            let scaled: Vec<f32> = scores
                .iter()
                .map(|sum| sum * extras.scale + extras.offset)
                .collect();
            let mean = scaled.iter().sum::<f32>() / items as f32;
            assert!(mean.abs() < 1e-3, "mean {mean}");
            let square = scaled.iter().map(|z| z * z).sum::<f32>() / items as f32;
            assert!(
                (1.0..4.0).contains(&square),
                "two standardised scores that agree: {square}"
            );
        }
    }
}
