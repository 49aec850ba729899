//! Which settings suit this data? Each model alone is tried with a few, on a validation part that is
//! hidden from training; the best by NDCG@100 is kept, then the blend's weights are fitted on the same part.
//!
//! The test is never looked at. The grids are small on purpose: neighbouring values differ by less
//! than chance, and each costs a training.

use catalog::progress::Progress;

use crate::als;
use crate::als::AlsConfig;
use crate::blend::{Models, Voice, Weights};
use crate::config::Config;
use crate::csr::Csr;
use crate::ease::{self, EaseConfig};
use crate::evaluate::{Split, asked, ranked};
use crate::item_item::{self, ItemItemConfig};
use crate::item2vec::{self, Sequences};
use crate::metrics::{Ground, summary};
use crate::popularity::popularity;

/// Listeners on whom a setting is judged.
const JUDGES: usize = 2500;

/// λ of EASE.
const RIDGES: [f32; 7] = [4.0, 12.0, 36.0, 110.0, 330.0, 1000.0, 3000.0];

/// Where the search for λ begins.
const FIRST_RIDGE: usize = 2;

/// Tries settings on a split of the training data; answers with the best, and the models that they gave.
pub fn tune(split: &Split, config: &Config, progress: &dyn Progress) -> (Config, Models) {
    let judge = Judge::new(split, progress);
    let mut best = config.clone();
    let mut models = Models {
        als: als::AlsModel::empty(split.train.rows(), split.train.columns()),
        neighbours: empty(split),
        ease: empty(split),
        sequences: item2vec::neighbours(
            &Sequences::of_rows(&split.train),
            split.train.columns(),
            &config.item2vec,
            progress,
        ),
        popularity: popularity(&split.train),
    };
    item_item_settings(&judge, &mut best, &mut models);
    ease_ridge(&judge, &mut best, &mut models);
    als_settings(&judge, &mut best, &mut models);
    (best, models)
}

fn empty(split: &Split) -> Csr {
    Csr::from_triplets(split.train.columns(), split.train.columns(), Vec::new())
}

struct Judge<'a> {
    split: &'a Split,
    who: Vec<usize>,
    ground: Ground,
    progress: &'a dyn Progress,
}

impl<'a> Judge<'a> {
    fn new(split: &'a Split, progress: &'a dyn Progress) -> Self {
        let everyone = asked(split);
        let step = everyone.len().div_ceil(JUDGES).max(1);
        Self {
            who: everyone.into_iter().step_by(step).collect(),
            ground: Ground::new(&popularity(&split.train), split.train.rows(), None),
            split,
            progress,
        }
    }

    fn value(&self, voice: Voice, models: &Models, config: &Config) -> f64 {
        let even = Weights::even();
        let lists = ranked(
            voice,
            self.split,
            &self.who,
            models,
            &even,
            config,
            self.progress,
        );
        let pairs = self.who.iter().zip(&lists);
        let figures: Vec<_> = pairs
            .filter_map(|(&l, list)| self.ground.measure(list, self.split.truth.row(l).indices))
            .collect();
        summary(figures.iter(), self.split.truth.columns()).ndcg_100
    }
}

fn item_item_settings(judge: &Judge<'_>, best: &mut Config, models: &mut Models) {
    let mut most = f64::NEG_INFINITY;
    let mut kept = None;
    for length_exponent in [0.0, 0.25, 0.5] {
        for asymmetry in [0.5, 0.65, 0.8] {
            let tried = ItemItemConfig {
                length_exponent,
                asymmetry,
                ..best.item_item.clone()
            };
            models.neighbours = item_item::neighbours(&judge.split.train, &tried, judge.progress);
            let config = Config {
                item_item: tried.clone(),
                ..best.clone()
            };
            let value = judge.value(Voice::ItemItem, models, &config);
            if value > most {
                most = value;
                kept = Some((tried, models.neighbours.clone()));
            }
        }
    }
    if let Some((tried, neighbours)) = kept {
        (best.item_item, models.neighbours) = (tried, neighbours);
    }
}

fn ease_ridge(judge: &Judge<'_>, best: &mut Config, models: &mut Models) {
    let attempt = |at: usize, models: &mut Models| {
        let tried = EaseConfig {
            ridge: RIDGES[at],
            ..best.ease.clone()
        };
        models.ease = ease::weights(&judge.split.train, &tried, judge.progress);
        judge.value(Voice::Ease, models, best)
    };
    let mut at = FIRST_RIDGE;
    let mut most = attempt(at, models);
    let mut kept = models.ease.clone();
    // Downwards as long as it gets better; if the first step does not, upwards.
    for step in [-1, 1] {
        while let Some(next) = at.checked_add_signed(step).filter(|&n| n < RIDGES.len()) {
            let value = attempt(next, models);
            if value <= most {
                break;
            }
            (at, most, kept) = (next, value, models.ease.clone());
        }
        if at != FIRST_RIDGE {
            break;
        }
    }
    (best.ease.ridge, models.ease) = (RIDGES[at], kept);
}

fn als_settings(judge: &Judge<'_>, best: &mut Config, models: &mut Models) {
    let own = best.als.clone();
    let tried = [
        AlsConfig {
            factors: 128,
            alpha: 20.0,
            regularisation: 5.0,
            ..own.clone()
        },
        AlsConfig {
            factors: 256,
            alpha: 40.0,
            regularisation: 1.0,
            ..own.clone()
        },
        own,
    ];
    let mut kept: Option<(f64, AlsConfig, als::AlsModel)> = None;
    for tried in tried {
        models.als = als::train(&judge.split.train, &tried, judge.progress);
        let value = judge.value(Voice::Als, models, best);
        if kept.as_ref().is_none_or(|kept| value > kept.0) {
            kept = Some((value, tried, models.als.clone()));
        }
    }
    if let Some((_, tried, model)) = kept {
        (best.als, models.als) = (tried, model);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::planted::planted;
    use crate::split::validation;
    use catalog::progress::Silent;

    #[test]
    fn the_best_of_the_grid_is_no_worse_than_the_defaults() {
        let world = planted(5, 50, 40, 12, 9);
        let config = Config::load(None).unwrap();
        let split = validation(&world.interactions, 0.2, 1);
        let (tuned, models) = tune(&split, &config, &Silent);
        let judge = Judge::new(&split, &Silent);
        let own = item_item::neighbours(&split.train, &config.item_item, &Silent);
        let value = judge.value(Voice::ItemItem, &models, &tuned);
        let plain = Models {
            neighbours: own,
            ..models
        };
        assert!(value >= judge.value(Voice::ItemItem, &plain, &config));
        assert!(RIDGES.contains(&tuned.ease.ridge));
    }
}
