//! Is a model any good? Train on what came before, rank, and compare with what was played after.
//!
//! Every voice ranks all items for every listener who liked something before and played something
//! new after; what a listener had met lately may not be ranked, for any of them alike.

use catalog::progress::Progress;
use serde::{Deserialize, Serialize};

use crate::als;
use crate::blend::{Blend, Models, Voice};
use crate::config::Config;
use crate::csr::Csr;
use crate::item_item::{self, Accumulator};
use crate::metrics::{Meter, Metrics};
use crate::popularity::popularity;
use crate::scoring::{Panels, Query, score_all};

/// Length of the ranked lists: NDCG looks at a hundred.
pub const RANKS: usize = 100;

/// What a model may know, and what it is asked.
#[derive(Debug, Clone)]
pub struct Split {
    /// Listeners × items: strengths to learn from.
    pub train: Csr,
    /// Listeners × items that may not be ranked.
    pub blocked: Csr,
    /// Listeners × items that were played after.
    pub truth: Csr,
}

/// One voice's figures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scored {
    /// Its name.
    pub model: String,
    /// What it reached.
    pub metrics: Metrics,
}

/// All voices on one split.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// What was held out, for people.
    pub about: String,
    /// Popularity first, then the models.
    pub models: Vec<Scored>,
}

/// Trains both models on a split's past.
pub fn train(strengths: &Csr, config: &Config, progress: &dyn Progress) -> Models {
    Models {
        als: als::train(strengths, &config.als, progress),
        neighbours: item_item::neighbours(strengths, &config.item_item, progress),
    }
}

/// Scores every voice.
pub fn evaluate(
    split: &Split,
    models: &Models,
    config: &Config,
    about: String,
    progress: &dyn Progress,
) -> Evaluation {
    let voices = [Voice::Popularity, Voice::ItemItem, Voice::Als, Voice::Blend];
    let scored = voices.map(|voice| {
        let asked = asked(split);
        let lists = ranked(voice, split, &asked, models, config, progress);
        let mut meter = Meter::default();
        for (&listener, list) in asked.iter().zip(&lists) {
            meter.add(list, split.truth.row(listener).indices);
        }
        Scored {
            model: voice.to_string(),
            metrics: meter.finish(split.truth.columns()),
        }
    });
    Evaluation {
        about,
        models: scored.into(),
    }
}

/// Listeners of whom something is liked and something was played after.
fn asked(split: &Split) -> Vec<usize> {
    let known = |listener: &usize| {
        split
            .train
            .row(*listener)
            .values
            .iter()
            .any(|&value| value > 0.0)
    };
    let has_truth = |listener: &usize| !split.truth.row(*listener).indices.is_empty();
    (0..split.truth.rows())
        .filter(|l| known(l) && has_truth(l))
        .collect()
}

/// One voice's best hundred for each of `who`.
pub fn ranked(
    voice: Voice,
    split: &Split,
    who: &[usize],
    models: &Models,
    config: &Config,
    progress: &dyn Progress,
) -> Vec<Vec<u32>> {
    let items = split.train.columns();
    let silent = vec![0.0; items];
    let blend = Blend::new(models, config);
    let panels = match voice {
        Voice::Popularity => Panels::without_vectors(&popularity(&split.train)),
        Voice::ItemItem => Panels::without_vectors(&silent),
        Voice::Als | Voice::Blend => Panels::new(&models.als.items, &silent),
    };
    let query = |sums: &mut Accumulator, at: usize| {
        let listener = who[at];
        let liked = split.train.row(listener);
        let (vector, extras, floor): (&[f32], Vec<(u32, f32)>, f32) = match voice {
            Voice::Popularity => (&[], Vec::new(), 0.0),
            Voice::ItemItem => (
                &[],
                item_item::scores(liked, &models.neighbours, &config.item_item, sums),
                0.0,
            ),
            Voice::Als => (
                models.als.listeners.row(listener),
                Vec::new(),
                f32::NEG_INFINITY,
            ),
            Voice::Blend => {
                let extras = blend.extras(listener, liked, sums);
                (
                    models.als.listeners.row(listener),
                    extras.scores,
                    f32::NEG_INFINITY,
                )
            }
        };
        let blocked = split.blocked.row(listener).indices;
        Query {
            vector,
            bias: 1.0,
            scale: 1.0,
            offset: 0.0,
            extras,
            allowed: None,
            blocked,
            floor,
        }
    };
    let numbers = |_: usize, _: &Query<'_>, list: Vec<crate::scoring::Scored>| {
        list.into_iter().map(|s| s.item).collect()
    };
    score_all(
        who.len(),
        &panels,
        RANKS,
        || Accumulator::new(items),
        query,
        numbers,
        progress,
    )
}

impl Evaluation {
    /// The figures of one voice.
    pub fn of(&self, voice: Voice) -> Option<&Metrics> {
        let name = voice.to_string();
        self.models
            .iter()
            .find(|scored| scored.model == name)
            .map(|scored| &scored.metrics)
    }

    /// How many listeners were measured.
    pub fn listeners(&self) -> u64 {
        self.of(Voice::Popularity)
            .map_or(0, |metrics| metrics.listeners)
    }

    /// The voices that do not beat popularity, with both figures, or `None` if all do. The
    /// measure is NDCG@10: where a small catalogue lets every list hold everything, recall is the
    /// same for all, and order is what counts.
    pub fn worse_than_popularity(&self) -> Option<String> {
        let bar = self.of(Voice::Popularity)?;
        let worse: Vec<String> = self
            .models
            .iter()
            .skip(1)
            .filter(|scored| scored.metrics.ndcg_10 <= bar.ndcg_10)
            .map(|scored| {
                let m = &scored.metrics;
                format!(
                    "{}: NDCG@10 {:.4}, recall@20 {:.4}; popularity: NDCG@10 {:.4}, recall@20 {:.4} ({} listeners, {})",
                    scored.model, m.ndcg_10, m.recall_20, bar.ndcg_10, bar.recall_20, bar.listeners, self.about
                )
            })
            .collect();
        (!worse.is_empty()).then(|| worse.join("\n"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::planted::planted;
    use catalog::progress::Silent;

    fn planted_split() -> Split {
        let world = planted(6, 40, 40, 20, 77);
        let mut cells = (Vec::new(), Vec::new());
        for listener in 0..world.interactions.rows() {
            for (item, value) in world.interactions.row(listener).iter() {
                let part = if (item as usize * 7 + listener).is_multiple_of(4) {
                    &mut cells.1
                } else {
                    &mut cells.0
                };
                part.push((listener as u32, item, value));
            }
        }
        let matrix = |cells| {
            Csr::from_triplets(
                world.interactions.rows(),
                world.interactions.columns(),
                cells,
            )
        };
        let train = matrix(cells.0);
        Split {
            blocked: train.clone(),
            train,
            truth: matrix(cells.1),
        }
    }

    #[test]
    fn every_model_beats_popularity_where_taste_is_planted() {
        let split = planted_split();
        let config = Config::load(None).unwrap();
        let models = train(&split.train, &config, &Silent);
        let evaluation = evaluate(&split, &models, &config, "planted".into(), &Silent);
        assert_eq!(evaluation.worse_than_popularity(), None);
        assert!(
            evaluation.of(Voice::Blend).unwrap().recall_20 > 0.5,
            "{evaluation:?}"
        );
    }

    #[test]
    fn models_without_taste_are_named_with_their_numbers() {
        let split = planted_split();
        let config = Config::load(None).unwrap();
        let empty = Csr::from_triplets(split.train.rows(), split.train.columns(), Vec::new());
        let models = train(&empty, &config, &Silent);
        let evaluation = evaluate(&split, &models, &config, "planted".into(), &Silent);
        let text = evaluation.worse_than_popularity().unwrap();
        assert!(
            text.contains("item-item: NDCG@10 0.0000") && text.contains("popularity: NDCG@10"),
            "{text}"
        );
    }
}
