//! Is a model any good? Train on what came before, rank, and compare with what was played after.
//!
//! Every voice ranks all items for every listener who liked something before and played something
//! new after; what a listener had met lately may not be ranked, for any of them alike. The blend is
//! also measured without each of its models in turn, its weights learned anew: what the figures then
//! lose is what that model brings.

use catalog::ids::Territory;
use catalog::progress::Progress;
use serde::{Deserialize, Serialize};

use crate::als;
use crate::blend::{Blend, Models, Voice, Weights};
use crate::bm25;
use crate::config::Config;
use crate::csr::Csr;
use crate::ease;
use crate::item_item::{self, Accumulator};
use crate::item2vec::{self, Sequences};
use crate::learn::Lesson;
use crate::metric::in_listeners_metric;
use crate::metrics::{Figures, Ground, Metrics, summary};
use crate::popularity::popularity;
use crate::scoring::{Panels, Query, score_all};
use crate::weekly::unit_rows;

/// Length of the ranked lists: NDCG looks at a hundred.
pub const RANKS: usize = 100;

/// Groups with fewer listeners than this are left out: their figures say nothing.
const SMALLEST_GROUP: u64 = 20;

/// Bounds of the histories told apart, in liked recordings.
const HISTORIES: [(usize, usize); 5] = [(1, 4), (5, 9), (10, 19), (20, 49), (50, usize::MAX)];

/// What a model may know, and what it is asked.
#[derive(Debug, Clone)]
pub struct Split {
    /// Listeners × items: strengths to learn from.
    pub train: Csr,
    /// Listeners × items that may not be ranked.
    pub blocked: Csr,
    /// Listeners × items that were played after.
    pub truth: Csr,
    /// Where each listener is; empty where that is not known.
    pub countries: Vec<Territory>,
}

/// One voice's figures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scored {
    /// Its name.
    pub model: String,
    /// What it reached.
    pub metrics: Metrics,
}

/// The blend's figures for some of the listeners.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// "country" or "history".
    pub by: String,
    /// Which of them.
    pub name: String,
    /// What the blend reached there.
    pub blend: Metrics,
    /// And what popularity did.
    pub popularity: Metrics,
}

/// All voices on one split.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// What was held out, for people.
    pub about: String,
    /// Popularity first, then the models, the blend last.
    pub models: Vec<Scored>,
    /// The blend without each of its models.
    #[serde(default)]
    pub without: Vec<Scored>,
    /// The blend by country and by amount of history.
    #[serde(default)]
    pub groups: Vec<Group>,
    /// Lists that others made for the same split.
    #[serde(default)]
    pub peers: Vec<Scored>,
    /// The weights that were learned.
    #[serde(default)]
    pub weights: Option<Weights>,
    /// Settings that were chosen on a validation part of the training data.
    #[serde(default)]
    pub tuned: std::collections::BTreeMap<String, f64>,
    /// What the edition in force says of itself, by the names of [`Evaluation::named`].
    #[serde(default)]
    pub in_force: std::collections::BTreeMap<String, f64>,
    /// Listeners of the validation part that taught the weights.
    #[serde(default)]
    pub taught_by: usize,
}

/// Trains every model on a split's past.
pub fn train(
    strengths: &Csr,
    sequences: &Sequences,
    config: &Config,
    progress: &dyn Progress,
) -> Models {
    train_from(strengths, sequences, None, config, progress)
}

/// The same, ALS starting from the recordings' factors of an earlier model.
pub fn train_from(
    strengths: &Csr,
    sequences: &Sequences,
    start: Option<&als::Factors>,
    config: &Config,
    progress: &dyn Progress,
) -> Models {
    Models {
        als: als::train_from(strengths, start, &config.als, progress),
        coarse: als::train(strengths, &config.als.coarse(), progress),
        neighbours: item_item::neighbours(strengths, &config.item_item, progress),
        bm25: bm25::neighbours(strengths, &config.bm25, progress),
        ease: ease::weights(strengths, &config.ease, progress),
        sequences: item2vec::train(sequences, strengths.columns(), &config.item2vec, progress),
        popularity: popularity(strengths),
    }
}

/// Scores every voice, the blend with what the lesson taught.
pub fn evaluate(
    split: &Split,
    models: &Models,
    lesson: &Lesson,
    peers: &[(String, Vec<Vec<u32>>)],
    config: &Config,
    about: String,
    progress: &dyn Progress,
) -> Evaluation {
    let asked = asked(split);
    let items = split.truth.columns();
    let units = unit_rows(in_listeners_metric(
        &models.als.items,
        &models.als.listeners,
    ));
    let ground = Ground::new(&models.popularity, split.train.rows(), Some(units));
    let measure = |lists: &[Vec<u32>]| -> Vec<(usize, Figures)> {
        let pairs = asked.iter().zip(lists);
        let figures = pairs.filter_map(|(&listener, list)| {
            let truth = split.truth.row(listener).indices;
            Some((listener, ground.measure(list, truth)?))
        });
        figures.collect()
    };
    let all = |figures: &[(usize, Figures)]| summary(figures.iter().map(|f| &f.1), items);
    let weights = lesson.fit(&[]);
    let (mut scored, mut first, mut last) = (Vec::new(), Vec::new(), Vec::new());
    for voice in Voice::RETRIEVERS.into_iter().chain([Voice::Blend]) {
        let lists = ranked(voice, split, &asked, models, &weights, config, progress);
        last = measure(&lists);
        if scored.is_empty() {
            first.clone_from(&last);
        }
        scored.push(Scored {
            model: voice.to_string(),
            metrics: all(&last),
        });
    }
    let without = Voice::RETRIEVERS.map(|voice| {
        let weights = lesson.fit(&[voice]);
        let lists = ranked(
            Voice::Blend,
            split,
            &asked,
            models,
            &weights,
            config,
            progress,
        );
        Scored {
            model: format!("blend without {voice}"),
            metrics: all(&measure(&lists)),
        }
    });
    let peers = peers.iter().map(|(name, lists)| {
        let of: Vec<Vec<u32>> = asked.iter().map(|&l| lists[l].clone()).collect();
        Scored {
            model: name.clone(),
            metrics: all(&measure(&of)),
        }
    });
    Evaluation {
        about,
        models: scored,
        without: without.into(),
        groups: groups(split, &last, &first),
        peers: peers.collect(),
        taught_by: lesson.listeners(),
        tuned: Default::default(),
        in_force: Default::default(),
        weights: Some(weights),
    }
}

/// By country and by history, the groups that are large enough.
fn groups(split: &Split, blend: &[(usize, Figures)], first: &[(usize, Figures)]) -> Vec<Group> {
    let items = split.truth.columns();
    let liked = |l: usize| {
        split
            .train
            .row(l)
            .values
            .iter()
            .filter(|&&v| v > 0.0)
            .count()
    };
    let group = |by: &str, name: String, holds: &dyn Fn(usize) -> bool| Group {
        by: by.to_owned(),
        name,
        blend: summary(blend.iter().filter(|f| holds(f.0)).map(|f| &f.1), items),
        popularity: summary(first.iter().filter(|f| holds(f.0)).map(|f| &f.1), items),
    };
    let countries: std::collections::BTreeSet<Territory> =
        split.countries.iter().copied().collect();
    let by_country = countries.into_iter().map(|country| {
        group("country", country.code().to_owned(), &|l| {
            split.countries[l] == country
        })
    });
    let by_history = HISTORIES.into_iter().map(|(from, to)| {
        let name = match to {
            usize::MAX => format!("{from} or more"),
            to => format!("{from} to {to}"),
        };
        group("history", name, &|l| (from..=to).contains(&liked(l)))
    });
    let all = by_country.chain(by_history);
    all.filter(|group| group.blend.listeners >= SMALLEST_GROUP)
        .collect()
}

/// Listeners of whom something is liked and something was played after.
pub(crate) fn asked(split: &Split) -> Vec<usize> {
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
    weights: &Weights,
    config: &Config,
    progress: &dyn Progress,
) -> Vec<Vec<u32>> {
    let items = split.train.columns();
    let silent = vec![0.0; items];
    let blend = Blend::new(models, weights, config);
    let panels = match voice {
        Voice::Popularity => Panels::without_vectors(&models.popularity),
        Voice::Als => Panels::new(&models.als.items, &silent),
        Voice::Blend => blend.panels(),
        _ => Panels::without_vectors(&silent),
    };
    let query = |sums: &mut Accumulator, at: usize| {
        let listener = who[at];
        let liked = split.train.row(listener);
        let mut query = Query::filtered(split.blocked.row(listener).indices);
        match voice {
            Voice::Popularity => (query.bias, query.floor) = (1.0, 0.0),
            Voice::Als => query.vector = models.als.listeners.row(listener).into(),
            Voice::Blend => {
                let asked = blend.ask(listener, liked, sums);
                query.vector = asked.vector.into();
                (query.extras, query.bias) = (asked.extras, asked.bias);
            }
            sparse => (query.extras, query.floor) = (blend.raw(sparse, liked, sums), 0.0),
        }
        query
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

    /// The blend's figures by the names that an edition's manifest and its gate know.
    pub fn named(&self) -> std::collections::BTreeMap<String, f64> {
        let named = self.of(Voice::Blend).map(|m| {
            [
                ("recall@20", m.recall_20),
                ("ndcg@10", m.ndcg_10),
                ("ndcg@100", m.ndcg_100),
                ("map@10", m.map_10),
                ("coverage@20", m.coverage_20),
            ]
        });
        let all = named.into_iter().flatten();
        all.map(|(name, value)| (name.to_owned(), value)).collect()
    }

    /// How many listeners were measured.
    pub fn listeners(&self) -> u64 {
        self.of(Voice::Popularity)
            .map_or(0, |metrics| metrics.listeners)
    }

    /// The blend, where it does not beat popularity and item-item, with the figures of each; `None` if
    /// it does. The measure is NDCG@10: where a small catalogue lets every list hold everything,
    /// recall is the same for all, and order is what counts. Against item-item, which the blend
    /// contains, only a loss beyond chance counts: more than the interval of the blend's own figure.
    pub fn no_better(&self) -> Option<String> {
        let blend = self.of(Voice::Blend)?;
        let bars = [
            (Voice::Popularity, 0.0),
            (Voice::ItemItem, blend.plus_minus[1]),
        ];
        let worse: Vec<String> = bars
            .into_iter()
            .filter_map(|(voice, slack)| Some((voice, slack, self.of(voice)?)))
            .filter(|(_, slack, bar)| blend.ndcg_10 + slack <= bar.ndcg_10)
            .map(|(voice, _, bar)| {
                format!(
                    "blend: NDCG@10 {:.4}, recall@20 {:.4}; {voice}: NDCG@10 {:.4}, recall@20 {:.4} ({} listeners, {})",
                    blend.ndcg_10, blend.recall_20, bar.ndcg_10, bar.recall_20, bar.listeners, self.about
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
            countries: vec!["DE".parse().unwrap(); world.interactions.rows()],
        }
    }

    fn evaluated(split: &Split, models: &Models, config: &Config) -> Evaluation {
        let lesson = Lesson::of(split, models, config, &Silent);
        evaluate(
            split,
            models,
            &lesson,
            &[],
            config,
            "planted".into(),
            &Silent,
        )
    }

    #[test]
    fn every_model_beats_popularity_where_taste_is_planted() {
        let split = planted_split();
        let config = Config::load(None).unwrap();
        let sequences = Sequences::of_rows(&split.train);
        let models = train(&split.train, &sequences, &config, &Silent);
        let evaluation = evaluated(&split, &models, &config);
        assert_eq!(evaluation.no_better(), None);
        let bar = evaluation.of(Voice::Popularity).unwrap().ndcg_10;
        assert!(
            evaluation.models[1..]
                .iter()
                .all(|m| m.metrics.ndcg_10 > bar)
        );
        assert!(
            evaluation.of(Voice::Blend).unwrap().recall_20 > 0.5,
            "{evaluation:?}"
        );
        let named: Vec<&str> = evaluation.groups.iter().map(|g| g.name.as_str()).collect();
        assert_eq!(named[0], "DE");
        assert!(named.len() > 1 && evaluation.without.len() == 6);
    }

    #[test]
    fn models_without_taste_are_named_with_their_numbers() {
        let split = planted_split();
        let config = Config::load(None).unwrap();
        let empty = Csr::from_triplets(split.train.rows(), split.train.columns(), Vec::new());
        let mut models = train(&empty, &Sequences::default(), &config, &Silent);
        models.popularity = popularity(&split.train);
        let mut evaluation = evaluated(&split, &models, &config);
        evaluation.models.last_mut().unwrap().metrics = Metrics::default();
        let text = evaluation.no_better().unwrap();
        assert!(
            text.contains("blend: NDCG@10 0.0000") && text.contains("popularity: NDCG@10"),
            "{text}"
        );
    }
}
