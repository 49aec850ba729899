//! How do several models become one score?
//!
//! Each model's scores are brought to standard deviations over all items of one listener, and added
//! with learned weights ([`Weights`], fitted by [`crate::learn`]). A weight is `a + b·t`, where t says how
//! much is known of the listener (log₂ of the liked recordings). The sparse models speak twice, as
//! they are and through a logarithm, so that what a weight means may differ between head and tail.
//!
//! Mean and variance of the ALS scores need no pass over the items: with ȳ the mean vector and G = YᵀY,
//! the mean is x·ȳ and the mean square xᵀGx / n. So the blend costs one vector and one list of sparse
//! sums inside the exact scoring pass.

use serde::{Deserialize, Serialize};

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
    /// Item-item cosine: played together.
    pub neighbours: Csr,
    /// The linear autoencoder's weights.
    pub ease: Csr,
    /// Item2vec: standing near in sequences.
    pub sequences: Csr,
    /// How many listeners like each recording.
    pub popularity: Vec<f32>,
}

/// Which models speak.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Voice {
    /// What most people played, the same for everybody: the baseline.
    Popularity,
    /// Item-item cosine alone.
    ItemItem,
    /// Item2vec alone.
    Item2vec,
    /// The linear autoencoder alone.
    Ease,
    /// ALS alone.
    Als,
    /// All together, with learned weights: what is published.
    Blend,
}

impl Voice {
    /// The models that a blend is made of.
    pub const RETRIEVERS: [Self; 5] = [
        Self::Popularity,
        Self::ItemItem,
        Self::Item2vec,
        Self::Ease,
        Self::Als,
    ];
}

impl std::fmt::Display for Voice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::Popularity => "popularity",
            Self::ItemItem => "item-item",
            Self::Item2vec => "item2vec",
            Self::Ease => "EASE",
            Self::Als => "ALS",
            Self::Blend => "blend",
        })
    }
}

/// Features of one recording for one listener: popularity, ALS, then each sparse model twice.
pub const FEATURES: usize = 8;

/// What a feature is called, in order.
pub const FEATURE_NAMES: [&str; FEATURES] = [
    "popularity",
    "als",
    "item-item",
    "item-item, log",
    "item2vec",
    "item2vec, log",
    "ease",
    "ease, log",
];

/// Index of each sparse model's first feature.
const SPARSE: [(Voice, usize); 3] = [(Voice::ItemItem, 2), (Voice::Item2vec, 4), (Voice::Ease, 6)];

/// The features that belong to a voice.
pub(crate) fn features_of(voice: Voice) -> std::ops::Range<usize> {
    match voice {
        Voice::Popularity => 0..1,
        Voice::Als => 1..2,
        Voice::ItemItem => 2..4,
        Voice::Item2vec => 4..6,
        Voice::Ease => 6..8,
        Voice::Blend => 0..FEATURES,
    }
}

/// What each feature counts: `base[f] + by_history[f] · t`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weights {
    /// At the middle of the histories seen.
    pub base: [f32; FEATURES],
    /// Per doubling of the history.
    pub by_history: [f32; FEATURES],
    /// log₂(1 + liked recordings) at which t is 0, and the bounds within which it is taken.
    pub middle: f32,
    /// See `middle`.
    pub bounds: [f32; 2],
}

impl Weights {
    /// Every model alike, for where nothing could be learned.
    pub fn even() -> Self {
        Self {
            base: [0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0],
            by_history: [0.0; FEATURES],
            middle: 0.0,
            bounds: [0.0, 0.0],
        }
    }

    /// t of a listener with so many liked recordings.
    pub(crate) fn history(&self, liked: usize) -> f32 {
        let [low, high] = self.bounds;
        (1.0 + liked as f32).log2().clamp(low, high) - self.middle
    }

    fn at(&self, t: f32) -> [f32; FEATURES] {
        std::array::from_fn(|f| self.base[f] + self.by_history[f] * t)
    }
}

/// All models with what the blend needs to know of them.
pub struct Blend<'a> {
    models: &'a Models,
    config: &'a Config,
    weights: &'a Weights,
    mean: Vec<f32>,
    gram: Vec<f32>,
    popularity: Vec<f32>,
}

/// What one listener asks of the exact scoring pass.
pub(crate) struct Asked {
    pub(crate) vector: Vec<f32>,
    pub(crate) extras: Vec<(u32, f32)>,
    pub(crate) bias: f32,
    pub(crate) offset: f32,
}

/// One model's scores of one listener: not named is `rest`, all in standard deviations.
pub(crate) struct Sparse {
    pub(crate) scores: Vec<(u32, f32)>,
    pub(crate) rest: f32,
}

impl<'a> Blend<'a> {
    /// Prepares the moments of the ALS scores.
    pub fn new(models: &'a Models, weights: &'a Weights, config: &'a Config) -> Self {
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
            weights,
            mean,
            gram: gramian(items),
            popularity: log_standardised(&models.popularity),
        }
    }

    /// The logarithm of popularity in standard deviations, one per item: the bias of the panels.
    pub fn bias(&self) -> &[f32] {
        &self.popularity
    }

    /// A sparse model's sums for a listener, as they are.
    pub(crate) fn raw(
        &self,
        voice: Voice,
        liked: Row<'_>,
        sums: &mut Accumulator,
    ) -> Vec<(u32, f32)> {
        let (table, exponent) = match voice {
            Voice::Item2vec => (&self.models.sequences, 0.0),
            Voice::Ease => (&self.models.ease, self.config.ease.strength_exponent),
            _ => (
                &self.models.neighbours,
                self.config.item_item.strength_exponent,
            ),
        };
        item_item::scores(liked, table, exponent, sums)
    }

    /// The same in standard deviations over all items.
    pub(crate) fn standardised(
        &self,
        voice: Voice,
        liked: Row<'_>,
        sums: &mut Accumulator,
    ) -> Sparse {
        let mut scores = self.raw(voice, liked, sums);
        let count = self.models.popularity.len().max(1) as f32;
        let mean = scores.iter().map(|entry| entry.1).sum::<f32>() / count;
        let square = scores.iter().map(|entry| entry.1 * entry.1).sum::<f32>() / count;
        let deviation = deviation_of(mean, square);
        if deviation <= 0.0 {
            return Sparse {
                scores: Vec::new(),
                rest: 0.0,
            };
        }
        scores
            .iter_mut()
            .for_each(|entry| entry.1 = (entry.1 - mean) / deviation);
        Sparse {
            scores,
            rest: -mean / deviation,
        }
    }

    /// Mean and deviation of a listener's ALS scores.
    pub(crate) fn als_moments(&self, listener: usize) -> (f32, f32) {
        let count = self.models.als.items.rows().max(1) as f32;
        let vector = self.models.als.listeners.row(listener);
        let mean = dot(vector, &self.mean);
        let rows = self.gram.chunks_exact(self.mean.len());
        let products = vector.iter().zip(rows).map(|(x, row)| x * dot(row, vector));
        (mean, deviation_of(mean, products.sum::<f32>() / count))
    }

    /// Everything that the weights make of a listener.
    pub(crate) fn ask(&self, listener: usize, liked: Row<'_>, sums: &mut Accumulator) -> Asked {
        let count = liked.values.iter().filter(|&&v| v > 0.0).count();
        let weights = self.weights.at(self.weights.history(count));
        let (mean, deviation) = self.als_moments(listener);
        let mut asked = Asked {
            vector: Vec::new(),
            extras: Vec::new(),
            bias: weights[0],
            offset: 0.0,
        };
        let als = if deviation > 0.0 {
            weights[1] / deviation
        } else {
            0.0
        };
        if als != 0.0 {
            let own = self.models.als.listeners.row(listener);
            asked.vector = own.iter().map(|x| x * als).collect();
            asked.offset -= mean * als;
        }
        let spoken: Vec<Sparse> = SPARSE
            .iter()
            .map(|&(voice, _)| self.standardised(voice, liked, sums))
            .collect();
        for (sparse, (_, first)) in spoken.iter().zip(SPARSE) {
            let said = |z: f32| weights[first] * z + weights[first + 1] * compressed(z);
            let rest = said(sparse.rest);
            asked.offset += rest;
            for &(item, z) in &sparse.scores {
                sums.add(item, said(z) - rest);
            }
        }
        asked.extras = sums.drain_sorted();
        asked
    }

    /// Which liked recording explains an item best: by being played together, else by the nearest
    /// vector; `None` if none is near.
    pub(crate) fn reason(&self, liked: Row<'_>, item: u32) -> Option<u32> {
        let exponent = self.config.item_item.strength_exponent;
        let near = item_item::strongest_reason(liked, item, &self.models.neighbours, exponent);
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

/// Sign-keeping logarithm: twice as far counts less than twice.
pub(crate) fn compressed(z: f32) -> f32 {
    z.abs().ln_1p().copysign(z)
}

fn log_standardised(counts: &[f32]) -> Vec<f32> {
    let logs: Vec<f32> = counts.iter().map(|count| count.ln_1p()).collect();
    let count = logs.len().max(1) as f32;
    let mean = logs.iter().sum::<f32>() / count;
    let deviation = deviation_of(mean, logs.iter().map(|x| x * x).sum::<f32>() / count);
    let scale = if deviation > 0.0 {
        1.0 / deviation
    } else {
        0.0
    };
    logs.into_iter().map(|x| (x - mean) * scale).collect()
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
    use crate::evaluate::train;
    use crate::item2vec::Sequences;
    use crate::planted::planted;
    use catalog::progress::Silent;

    #[test]
    fn scores_come_out_in_standard_deviations() {
        let world = planted(3, 30, 20, 8, 2);
        let config = Config::load(None).unwrap();
        let sequences = Sequences::of_rows(&world.interactions);
        let models = train(&world.interactions, &sequences, &config, &Silent);
        let weights = Weights::even();
        let blend = Blend::new(&models, &weights, &config);
        let items = world.interactions.columns();
        let mut sums = Accumulator::new(items);
        for listener in [0, 31, 89] {
            let asked = blend.ask(listener, world.interactions.row(listener), &mut sums);
            let mut scores: Vec<f32> = (0..items)
                .map(|item| asked.offset + dot(&asked.vector, models.als.items.row(item)))
                .collect();
            asked
                .extras
                .iter()
                .for_each(|entry| scores[entry.0 as usize] += entry.1);
            let mean = scores.iter().sum::<f32>() / items as f32;
            assert!(mean.abs() < 1e-3, "mean {mean}");
            let square = scores.iter().map(|z| z * z).sum::<f32>() / items as f32;
            assert!(
                (1.0..9.0).contains(&square),
                "three standardised scores that agree: {square}"
            );
        }
    }
}
