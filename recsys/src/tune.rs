//! Which settings suit this data? Each model alone is tried with a few, on a validation part that is
//! hidden from training; the best by recall@20 + NDCG@100 is kept, then the blend's weights are fitted on the same part.
//!
//! The test is never looked at. The grids are small on purpose: neighbouring values differ by less
//! than chance, and each costs a training.

use catalog::progress::Progress;

use crate::als;
use crate::als::AlsConfig;
use crate::blend::{Models, Voice, Weights};
use crate::bm25;
use crate::config::Config;
use crate::csr::Csr;
use crate::ease::{self, EaseConfig};
use crate::evaluate::{Split, asked, ranked};
use crate::item_item::{self, ItemItemConfig};
use crate::item2vec::{self, Sequences};
use crate::metrics::{Ground, summary};
use crate::popularity::popularity;

/// Listeners on whom a setting is judged.
const JUDGES: usize = 8000;

/// λ of EASE.
const RIDGES: [f32; 8] = [3.0, 8.0, 20.0, 50.0, 125.0, 320.0, 800.0, 2000.0];

/// Rows up to which the exact solution is tried: 1.6 GB.
const EXACT_ROWS: usize = 20_000;

/// Where the search for λ begins.
const FIRST_RIDGE: usize = 3;

/// Tries settings on a split of the training data; answers with the best, and the models that they gave.
pub fn tune(split: &Split, config: &Config, progress: &dyn Progress) -> (Config, Models) {
    let judge = Judge::new(split, progress);
    let mut best = config.clone();
    let mut models = Models {
        als: als::AlsModel::empty(split.train.rows(), split.train.columns()),
        coarse: als::AlsModel::empty(split.train.rows(), split.train.columns()),
        neighbours: empty(split),
        bm25: bm25::neighbours(&split.train, &config.bm25, progress),
        ease: empty(split),
        sequences: item2vec::train(
            &Sequences::of_rows(&split.train),
            split.train.columns(),
            &config.item2vec,
            progress,
        ),
        popularity: popularity(&split.train),
    };
    item_item_settings(&judge, &mut best, &mut models);
    ease_settings(&judge, &mut best, &mut models);
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
        let reached = summary(figures.iter(), self.split.truth.columns());
        reached.recall_20 + reached.ndcg_100
    }
}

fn item_item_settings(judge: &Judge<'_>, best: &mut Config, models: &mut Models) {
    let mut most = f64::NEG_INFINITY;
    let mut kept = None;
    for length_exponent in [0.0, 0.15, 0.3, 0.5] {
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

/// λ of EASE, solved from neighbours and, where the matrix is not too large, exactly.
fn ease_settings(judge: &Judge<'_>, best: &mut Config, models: &mut Models) {
    let mut tried = |exact_rows: usize| {
        let own = EaseConfig {
            exact_rows,
            ..best.ease.clone()
        };
        ease_ridge(judge, &own, best, models)
    };
    let mut kept = tried(0);
    let train = &judge.split.train;
    if train.rows().min(train.columns()) <= EXACT_ROWS {
        let exact = tried(EXACT_ROWS);
        if exact.0 > kept.0 {
            kept = exact;
        }
    }
    (best.ease, models.ease) = (kept.1, kept.2);
}

/// The best λ: its value, the settings and the weights.
fn ease_ridge(
    judge: &Judge<'_>,
    own: &EaseConfig,
    best: &Config,
    models: &mut Models,
) -> (f64, EaseConfig, Csr) {
    let mut attempt = |ridge: f32| {
        let tried = EaseConfig {
            ridge,
            ..own.clone()
        };
        models.ease = ease::weights(&judge.split.train, &tried, judge.progress);
        let value = judge.value(Voice::Ease, models, best);
        (value, tried, models.ease.clone())
    };
    let mut at = FIRST_RIDGE;
    let mut most = attempt(RIDGES[at]);
    let mut values = [None; RIDGES.len()];
    values[at] = Some(most.0);
    // Downwards as long as it gets better; if the first step does not, upwards.
    for step in [-1, 1] {
        while let Some(next) = at.checked_add_signed(step).filter(|&n| n < RIDGES.len()) {
            let tried = attempt(RIDGES[next]);
            values[next] = Some(tried.0);
            if tried.0 <= most.0 {
                break;
            }
            (at, most) = (next, tried);
        }
        if at != FIRST_RIDGE {
            break;
        }
    }
    let around = |at: usize| Some((RIDGES[at].ln(), (*values.get(at)?)?));
    let three = at
        .checked_sub(1)
        .and_then(around)
        .zip(around(at).zip(around(at + 1)));
    match three {
        Some((low, (middle, high))) => {
            let between = attempt(summit([low, middle, high]).exp());
            // Kept even where chance put one of the three above it.
            (between.0.max(most.0), between.1, between.2)
        }
        None => most,
    }
}

/// Where a parabola through three points, the second the highest, has its summit.
fn summit(points: [(f32, f64); 3]) -> f32 {
    let [(x0, y0), (x1, y1), (x2, y2)] = points;
    let (left, right) = (f64::from(x1 - x0), f64::from(x1 - x2));
    let (fall_left, fall_right) = (y1 - y2, y1 - y0);
    let bend = left * fall_left - right * fall_right;
    match bend > 0.0 {
        true => x1 - (0.5 * (left * left * fall_left - right * right * fall_right) / bend) as f32,
        false => x1,
    }
}

/// Factors, α and λ of ALS. More factors are tried only where twice as many were better already.
fn als_settings(judge: &Judge<'_>, best: &mut Config, models: &mut Models) {
    let own = best.als.clone();
    let with = |factors: usize, alpha: f32, regularisation: f32| AlsConfig {
        factors,
        alpha,
        regularisation,
        ..own.clone()
    };
    let mut attempt = |tried: AlsConfig| {
        models.als = als::train(&judge.split.train, &tried, judge.progress);
        let value = judge.value(Voice::Als, models, best);
        (value, tried, models.als.clone())
    };
    let better = |a: Attempt, b: Attempt| if b.0 > a.0 { b } else { a };
    let few = better(attempt(own.clone()), attempt(with(128, 20.0, 5.0)));
    let more = attempt(with(256, 40.0, 1.0));
    let kept = match more.0 > few.0 {
        true => better(more, attempt(with(512, 40.0, 1.0))),
        false => better(few, attempt(with(128, 20.0, 20.0))),
    };
    (best.als, models.als) = (kept.1, kept.2);
    models.coarse = als::train(&judge.split.train, &best.als.coarse(), judge.progress);
}

/// How good settings are, and what they trained.
type Attempt = (f64, AlsConfig, als::AlsModel);

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
        assert!((RIDGES[0]..=RIDGES[7]).contains(&tuned.ease.ridge));
    }

    #[test]
    fn the_summit_of_a_parabola_is_found_from_three_of_its_points() {
        let at = |x: f32| (x, f64::from(3.0 - (x - 1.7) * (x - 1.7)));
        assert!((summit([at(0.5), at(1.5), at(3.0)]) - 1.7).abs() < 1e-4);
        let flat = |x: f32| (x, 1.0);
        assert_eq!(summit([flat(0.0), flat(1.0), flat(2.0)]), 1.0);
    }
}
