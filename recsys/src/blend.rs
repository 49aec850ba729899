//! How do several models become one score?
//!
//! Each model's scores are brought to standard deviations over all items of one listener, and added
//! with learned weights ([`Weights`], fitted by [`crate::learn`]). A weight is `a + b·t`, where t says how
//! much is known of the listener (log₂ of the liked recordings). The sparse models speak twice, as
//! they are and through a logarithm, so that what a weight means may differ between head and tail.
//!
//! ALS speaks in two sizes. Mean and variance of its scores need no pass over the items: with ȳ the mean vector and G = YᵀY,
//! the mean is x·ȳ and the mean square xᵀGx / n. So the blend costs one vector and one list of sparse
//! sums inside the exact scoring pass.

use serde::{Deserialize, Serialize};

use crate::als::{AlsModel, gramian};
use crate::config::Config;
use crate::csr::{Csr, Row};
use crate::item_item::{self, Accumulator};
use crate::item2vec::Item2Vec;
use crate::kernel::dot;
use crate::scoring::Panels;

/// The models of one training.
#[derive(Debug)]
pub struct Models {
    /// The factor model.
    pub als: AlsModel,
    /// The same with few factors: what it says is broader, and mistaken elsewhere.
    pub coarse: AlsModel,
    /// Item-item cosine: played together.
    pub neighbours: Csr,
    /// Item-item by BM25.
    pub bm25: Csr,
    /// The linear autoencoder's weights.
    pub ease: Csr,
    /// Item2vec: standing near in sequences.
    pub sequences: Item2Vec,
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
    /// Item-item by BM25 alone.
    Bm25,
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
    pub const RETRIEVERS: [Self; 6] = [
        Self::Popularity,
        Self::ItemItem,
        Self::Bm25,
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
            Self::Bm25 => "BM25",
            Self::Item2vec => "item2vec",
            Self::Ease => "EASE",
            Self::Als => "ALS",
            Self::Blend => "blend",
        })
    }
}

/// Features of one recording for one listener: popularity, both sizes of ALS, then each channel twice.
pub const FEATURES: usize = 3 + 2 * CHANNELS.len();

/// What a feature is called, in order.
pub const FEATURE_NAMES: [&str; FEATURES] = [
    "popularity",
    "als",
    "als, coarse",
    "item-item",
    "item-item, log",
    "item-item, sharp",
    "item-item, sharp, log",
    "bm25",
    "bm25, log",
    "item2vec",
    "item2vec, log",
    "ease",
    "ease, log",
    "ease, sharp",
    "ease, sharp, log",
];

/// One way in which a sparse model speaks: its weights as they are, or squared, so that one close
/// neighbour says more than several distant ones.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Channel {
    pub(crate) voice: Voice,
    squared: bool,
}

const fn channel(voice: Voice, squared: bool) -> Channel {
    Channel { voice, squared }
}

/// The channels, in the order of their features.
pub(crate) const CHANNELS: [Channel; 6] = [
    channel(Voice::ItemItem, false),
    channel(Voice::ItemItem, true),
    channel(Voice::Bm25, false),
    channel(Voice::Item2vec, false),
    channel(Voice::Ease, false),
    channel(Voice::Ease, true),
];

/// A channel's first feature; its second is the logarithm.
pub(crate) const fn first_feature(channel: usize) -> usize {
    3 + 2 * channel
}

/// The features that belong to a voice.
pub(crate) fn features_of(voice: Voice) -> std::ops::Range<usize> {
    match voice {
        Voice::Popularity => 0..1,
        Voice::Als => 1..3,
        Voice::ItemItem => 3..7,
        Voice::Bm25 => 7..9,
        Voice::Item2vec => 9..11,
        Voice::Ease => 11..15,
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
        let plain =
            [Voice::Als, Voice::ItemItem, Voice::Ease].map(|voice| features_of(voice).start);
        Self {
            base: std::array::from_fn(|f| f32::from(u8::from(plain.contains(&f)))),
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
    dense: [Dense<'a>; 2],
    popularity: Vec<f32>,
}

/// A factor model with the moments of its recordings' vectors.
struct Dense<'a> {
    model: &'a AlsModel,
    mean: Vec<f32>,
    gram: Vec<f32>,
}

impl<'a> Dense<'a> {
    fn new(model: &'a AlsModel) -> Self {
        let items = &model.items;
        let mut mean = vec![0f32; items.width()];
        for item in 0..items.rows() {
            for (sum, value) in mean.iter_mut().zip(items.row(item)) {
                *sum += value / items.rows() as f32;
            }
        }
        Self {
            model,
            mean,
            gram: gramian(items),
        }
    }

    /// Mean and deviation of a listener's scores.
    fn moments(&self, listener: usize) -> (f32, f32) {
        let count = self.model.items.rows().max(1) as f32;
        let vector = self.model.listeners.row(listener);
        let mean = dot(vector, &self.mean);
        let rows = self.gram.chunks_exact(self.mean.len());
        let products = vector.iter().zip(rows).map(|(x, row)| x * dot(row, vector));
        (mean, deviation_of(mean, products.sum::<f32>() / count))
    }
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
        Self {
            models,
            config,
            weights,
            dense: [Dense::new(&models.als), Dense::new(&models.coarse)],
            popularity: log_standardised(&models.popularity),
        }
    }

    /// The logarithm of popularity in standard deviations, one per item: the bias of the panels.
    pub fn bias(&self) -> &[f32] {
        &self.popularity
    }

    /// What the exact scoring pass runs over: both sizes of vectors, one after the other, and the bias.
    pub(crate) fn panels(&self) -> Panels {
        Panels::joined(&self.dense.each_ref().map(|d| &d.model.items), self.bias())
    }

    /// What both sizes of ALS say of recordings, in standard deviations.
    pub(crate) fn dense_features(&self, listener: usize, items: &[u32]) -> [Vec<f32>; 2] {
        self.dense.each_ref().map(|dense| {
            let (mean, deviation) = dense.moments(listener);
            let own = dense.model.listeners.row(listener);
            let standard = |&item: &u32| match deviation > 0.0 {
                true => (dot(own, dense.model.items.row(item as usize)) - mean) / deviation,
                false => 0.0,
            };
            items.iter().map(standard).collect()
        })
    }

    /// A sparse model's sums for a listener, as they are.
    pub(crate) fn raw(
        &self,
        voice: Voice,
        liked: Row<'_>,
        sums: &mut Accumulator,
    ) -> Vec<(u32, f32)> {
        let (table, exponent) = self.table(voice);
        item_item::scores(liked, table, exponent, sums)
    }

    /// A sparse model's weights, and the power of the listener's strengths that they expect.
    fn table(&self, voice: Voice) -> (&Csr, f32) {
        match voice {
            Voice::Item2vec => (&self.models.sequences.neighbours, 0.0),
            Voice::Bm25 => (&self.models.bm25, 0.0),
            Voice::Ease => (&self.models.ease, self.config.ease.strength_exponent),
            _ => (
                &self.models.neighbours,
                self.config.item_item.strength_exponent,
            ),
        }
    }

    /// What a channel says to a listener, in standard deviations over all items.
    pub(crate) fn standardised(
        &self,
        channel: Channel,
        liked: Row<'_>,
        sums: &mut Accumulator,
    ) -> Sparse {
        let (table, exponent) = self.table(channel.voice);
        let mut scores = match channel.squared {
            true => item_item::sharp_scores(liked, table, exponent, sums),
            false => item_item::scores(liked, table, exponent, sums),
        };
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

    /// Everything that the weights make of a listener.
    pub(crate) fn ask(&self, listener: usize, liked: Row<'_>, sums: &mut Accumulator) -> Asked {
        let count = liked.values.iter().filter(|&&v| v > 0.0).count();
        let weights = self.weights.at(self.weights.history(count));
        let mut asked = Asked {
            vector: Vec::new(),
            extras: Vec::new(),
            bias: weights[0],
            offset: 0.0,
        };
        for (dense, weight) in self.dense.iter().zip(&weights[1..]) {
            let (mean, deviation) = dense.moments(listener);
            let scale = match deviation > 0.0 {
                true => weight / deviation,
                false => 0.0,
            };
            let own = dense.model.listeners.row(listener);
            asked.vector.extend(own.iter().map(|x| x * scale));
            asked.offset -= mean * scale;
        }
        let spoken = CHANNELS.map(|channel| self.standardised(channel, liked, sums));
        for (sparse, first) in spoken.iter().zip((0..).map(first_feature)) {
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
                .map(|item| {
                    let (fine, coarse) = asked.vector.split_at(models.als.items.width());
                    let fine = dot(fine, models.als.items.row(item));
                    asked.offset + fine + dot(coarse, models.coarse.items.row(item))
                })
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
