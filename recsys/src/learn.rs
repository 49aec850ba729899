//! How much should each model count? Weights fitted on what listeners played next.
//!
//! A linear ranking model, fitted listwise (Cao et al., "Learning to rank: from pairwise approach to
//! listwise approach", ICML 2007): for each listener of a validation part, the softmax over candidates
//! should put its weight on what was played; twice again with what was played weighed by the gain (NDCG) that
//! its place gave it, since a list is read from its top. Candidates are the best of every retriever, so the
//! model learns to order what it will have to order. Newton's method with a ridge: the problem is
//! convex and has a dozen parameters. Only the validation part is looked at, never the test.

use catalog::progress::Progress;
use rayon::prelude::*;

use crate::blend::{
    Blend, CHANNELS, FEATURES, Models, Voice, Weights, compressed, features_of, first_feature,
};
use crate::config::Config;
use crate::evaluate::{Split, asked, ranked};
use crate::item_item::Accumulator;

/// Candidates from each retriever.
const PER_RETRIEVER: usize = 60;

/// Listeners looked at; more change the third digit of a weight.
const MOST_LISTENERS: usize = 20_000;

/// Weight of the parameters' own size against a listener's log-likelihood.
const RIDGE: f64 = 1e-3;

/// Newton steps; ten are enough.
const STEPS: usize = 25;

/// Times that what was played is weighed anew by where the weights of the time before put it.
const ROUNDS: usize = 2;

/// Parameters: each feature alone and times the history.
const WIDTH: usize = 2 * FEATURES;

type Theta = [f64; WIDTH];

/// One listener's candidates.
struct Example {
    features: Vec<[f32; FEATURES]>,
    played: Vec<bool>,
    /// How many were played, candidates or not.
    relevant: usize,
    history: f32,
}

impl Example {
    /// Everything played counts alike; a listener counts one.
    fn evenly(&self) -> Vec<f64> {
        let played = self.played.iter().filter(|&&p| p).count() as f64;
        let count = |&p: &bool| if p { 1.0 / played } else { 0.0 };
        self.played.iter().map(count).collect()
    }

    /// What was played counts by its share of the listener's NDCG where these scores put it: what is far
    /// down in any case does not pull at the weights.
    fn by_place(&self, scores: &[f64]) -> Vec<f64> {
        let mut order: Vec<usize> = (0..scores.len()).collect();
        order.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]).then(a.cmp(&b)));
        let gain = |place: usize| 1.0 / (place as f64 + 2.0).log2();
        let ideal: f64 = (0..self.relevant).map(gain).sum();
        let mut counts = vec![0.0; scores.len()];
        for (place, at) in order.into_iter().enumerate().filter(|x| self.played[x.1]) {
            counts[at] = gain(place) / ideal;
        }
        counts
    }
}

/// What was seen on the validation part; weights for any choice of models can be fitted on it.
pub struct Lesson {
    examples: Vec<Example>,
    middle: f32,
    bounds: [f32; 2],
}

impl Lesson {
    /// Looks at how the models of a split rank what was played after.
    pub fn of(split: &Split, models: &Models, config: &Config, progress: &dyn Progress) -> Self {
        let everyone = asked(split);
        let step = everyone.len().div_ceil(MOST_LISTENERS).max(1);
        let who: Vec<usize> = everyone.into_iter().step_by(step).collect();
        let even = Weights::even();
        let blend = Blend::new(models, &even, config);
        let lists: Vec<Vec<Vec<u32>>> = Voice::RETRIEVERS
            .iter()
            .map(|&voice| ranked(voice, split, &who, models, &even, config, progress))
            .collect();
        let examples: Vec<Example> = (0..who.len())
            .into_par_iter()
            .map_init(
                || Accumulator::new(split.train.columns()),
                |sums, at| {
                    let best = lists
                        .iter()
                        .flat_map(|lists| lists[at].iter().take(PER_RETRIEVER));
                    let mut candidates: Vec<u32> = best.copied().collect();
                    candidates.sort_unstable();
                    candidates.dedup();
                    example(split, &blend, who[at], &candidates, sums)
                },
            )
            .filter(|example| example.played.contains(&true))
            .collect();
        let mut histories: Vec<f32> = examples.iter().map(|e| e.history).collect();
        histories.sort_unstable_by(f32::total_cmp);
        let at = |share: usize| histories.get(histories.len() * share / 100).copied();
        Self {
            examples,
            middle: at(50).unwrap_or_default(),
            bounds: [at(2).unwrap_or_default(), at(98).unwrap_or_default()],
        }
    }

    /// Nobody taught anything: the weights are even.
    pub fn nothing() -> Self {
        Self {
            examples: Vec::new(),
            middle: 0.0,
            bounds: [0.0; 2],
        }
    }

    /// Listeners that teach something.
    pub fn listeners(&self) -> usize {
        self.examples.len()
    }

    /// The best weights, without the models named; even ones where nobody teaches.
    pub fn fit(&self, without: &[Voice]) -> Weights {
        let mut used = [true; FEATURES];
        for voice in without {
            used[features_of(*voice)].fill(false);
        }
        let mut theta = [0f64; WIDTH];
        if self.examples.is_empty() {
            let mut weights = Weights::even();
            (0..FEATURES)
                .filter(|&f| !used[f])
                .for_each(|f| weights.base[f] = 0.0);
            return weights;
        }
        let mut counts: Vec<Vec<f64>> = self.examples.iter().map(Example::evenly).collect();
        theta = self.climb(theta, &used, &counts);
        for _ in 0..ROUNDS {
            counts = self
                .examples
                .par_iter()
                .map(|example| example.by_place(&self.scores(example, &theta)))
                .collect();
            theta = self.climb(theta, &used, &counts);
        }
        Weights {
            base: std::array::from_fn(|f| theta[f] as f32),
            by_history: std::array::from_fn(|f| theta[FEATURES + f] as f32),
            middle: self.middle,
            bounds: self.bounds,
        }
    }

    /// Newton's method, halving steps that lead down; `counts` says how much each candidate's likelihood does.
    fn climb(&self, start: Theta, used: &[bool; FEATURES], counts: &[Vec<f64>]) -> Theta {
        let ridge = RIDGE * counts.iter().flatten().sum::<f64>();
        let (mut theta, mut from, mut step) = (start, start, [0f64; WIDTH]);
        let (mut best, mut damping) = (f64::NEG_INFINITY, 1.0);
        for _ in 0..STEPS {
            let moments = self.moments(&theta, counts);
            let value = moments.value - ridge * squared(&theta) / 2.0;
            if value < best {
                damping *= 0.5;
                theta = added(&from, &step, damping);
                continue;
            }
            let done = value - best < 1e-9 * value.abs();
            (best, damping, from) = (value, 1.0, theta);
            if done {
                break;
            }
            step = moments.newton(&theta, used, ridge);
            theta = added(&from, &step, damping);
        }
        from
    }

    fn scores(&self, example: &Example, theta: &Theta) -> Vec<f64> {
        let t = self.time(example);
        let weights: [f64; FEATURES] = std::array::from_fn(|f| theta[f] + theta[FEATURES + f] * t);
        let score = |x: &[f32; FEATURES]| {
            let products = x.iter().zip(&weights).map(|(x, w)| f64::from(*x) * w);
            products.sum::<f64>()
        };
        example.features.iter().map(score).collect()
    }

    fn moments(&self, theta: &Theta, counts: &[Vec<f64>]) -> Moments {
        // Fixed blocks, added in order: the same bits at any number of threads.
        let parts: Vec<Moments> = self
            .examples
            .par_chunks(64)
            .zip(counts.par_chunks(64))
            .map(|(block, counts)| {
                let mut sum = Moments::zero();
                for (example, counts) in block.iter().zip(counts) {
                    sum.add(
                        example,
                        &self.scores(example, theta),
                        counts,
                        self.time(example),
                    );
                }
                sum
            })
            .collect();
        parts.into_iter().fold(Moments::zero(), Moments::plus)
    }

    fn time(&self, example: &Example) -> f64 {
        f64::from(example.history.clamp(self.bounds[0], self.bounds[1]) - self.middle)
    }
}

fn example(
    split: &Split,
    blend: &Blend<'_>,
    listener: usize,
    candidates: &[u32],
    sums: &mut Accumulator,
) -> Example {
    let liked = split.train.row(listener);
    let mut features = vec![[0f32; FEATURES]; candidates.len()];
    let dense = blend.dense_features(listener, candidates);
    for (at, features) in features.iter_mut().enumerate() {
        features[0] = blend.bias()[candidates[at] as usize];
        (features[1], features[2]) = (dense[0][at], dense[1][at]);
    }
    for (channel, at) in CHANNELS.into_iter().zip((0..).map(first_feature)) {
        let sparse = blend.standardised(channel, liked, sums);
        for (features, item) in features.iter_mut().zip(candidates) {
            let found = sparse.scores.binary_search_by_key(item, |entry| entry.0);
            let z = found.map_or(sparse.rest, |found| sparse.scores[found].1);
            (features[at], features[at + 1]) = (z, compressed(z));
        }
    }
    let truth = split.truth.row(listener);
    Example {
        features,
        played: candidates
            .iter()
            .map(|item| truth.get(*item).is_some())
            .collect(),
        relevant: truth.indices.len(),
        history: (1.0 + liked.values.iter().filter(|&&v| v > 0.0).count() as f32).log2(),
    }
}

/// Log-likelihood with its slope and curvature.
struct Moments {
    value: f64,
    slope: [f64; WIDTH],
    curvature: Vec<f64>,
}

impl Moments {
    fn zero() -> Self {
        Self {
            value: 0.0,
            slope: [0.0; WIDTH],
            curvature: vec![0.0; WIDTH * WIDTH],
        }
    }

    fn plus(mut self, other: Self) -> Self {
        self.value += other.value;
        self.slope
            .iter_mut()
            .zip(other.slope)
            .for_each(|(a, b)| *a += b);
        self.curvature
            .iter_mut()
            .zip(other.curvature)
            .for_each(|(a, b)| *a += b);
        self
    }

    // Indices run over several arrays at once, as in the formula.
    #[allow(clippy::needless_range_loop)]
    fn add(&mut self, example: &Example, scores: &[f64], counts: &[f64], t: f64) {
        let most = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let shares: Vec<f64> = scores.iter().map(|s| (s - most).exp()).collect();
        let whole: f64 = shares.iter().sum();
        let all: f64 = counts.iter().sum();
        let mut expected = [0f64; FEATURES];
        let mut product = [[0f64; FEATURES]; FEATURES];
        let mut seen = [0f64; FEATURES];
        for (at, x) in example.features.iter().enumerate() {
            let share = shares[at] / whole;
            if counts[at] > 0.0 {
                self.value += counts[at] * (scores[at] - most - whole.ln());
                for f in 0..FEATURES {
                    seen[f] += counts[at] * f64::from(x[f]);
                }
            }
            for f in 0..FEATURES {
                let weighed = share * f64::from(x[f]);
                expected[f] += weighed;
                for g in 0..=f {
                    product[f][g] += weighed * f64::from(x[g]);
                }
            }
        }
        for f in 0..FEATURES {
            self.slope[f] += seen[f] - all * expected[f];
            self.slope[FEATURES + f] += t * (seen[f] - all * expected[f]);
            for g in 0..FEATURES {
                let both = all * (product[f.max(g)][f.min(g)] - expected[f] * expected[g]);
                self.curvature[f * WIDTH + g] += both;
                self.curvature[f * WIDTH + FEATURES + g] += t * both;
                self.curvature[(FEATURES + f) * WIDTH + g] += t * both;
                self.curvature[(FEATURES + f) * WIDTH + FEATURES + g] += t * t * both;
            }
        }
    }

    /// (curvature + ridge)⁻¹ (slope − ridge θ) over the features in use, by elimination.
    fn newton(&self, theta: &Theta, used: &[bool; FEATURES], ridge: f64) -> Theta {
        let mut a = vec![[0f64; WIDTH + 1]; WIDTH];
        for (i, row) in a.iter_mut().enumerate() {
            let on = |k: usize| used[k % FEATURES];
            if on(i) {
                (0..WIDTH)
                    .filter(|&j| on(j))
                    .for_each(|j| row[j] = self.curvature[i * WIDTH + j]);
                row[WIDTH] = self.slope[i] - ridge * theta[i];
            }
            row[i] += ridge;
        }
        for k in 0..WIDTH {
            let pivot = a[k];
            for (i, row) in a.iter_mut().enumerate().filter(|row| row.0 != k) {
                let factor = row[k] / pivot[k];
                debug_assert!(
                    factor.is_finite(),
                    "the ridge keeps pivots positive, row {i}"
                );
                row.iter_mut()
                    .zip(&pivot)
                    .for_each(|(x, p)| *x -= factor * p);
            }
        }
        std::array::from_fn(|i| a[i][WIDTH] / a[i][i])
    }
}

fn squared(theta: &Theta) -> f64 {
    theta.iter().map(|x| x * x).sum()
}

fn added(from: &Theta, step: &Theta, factor: f64) -> Theta {
    std::array::from_fn(|i| from[i] + factor * step[i])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first feature of EASE, and one that is another model's.
    fn told_and_noise() -> (usize, usize) {
        (
            features_of(Voice::Ease).start,
            features_of(Voice::Als).start,
        )
    }

    /// Listeners who play what one feature says, while the other is noise.
    fn lesson() -> Lesson {
        let (told, noise) = told_and_noise();
        let value = |at: u64| (crate::als::split_mix(at) >> 40) as f32 / (1u32 << 24) as f32;
        let examples = (0..400u64).map(|listener| {
            let candidates = (0..50u64).map(|c| {
                let mut x = [0f32; FEATURES];
                x[noise] = value(listener * 1000 + c);
                x[told] = value(listener * 2000 + c * 7 + 1);
                x
            });
            let features: Vec<[f32; FEATURES]> = candidates.collect();
            let best = (0..50).max_by(|&a, &b| features[a][told].total_cmp(&features[b][told]));
            Example {
                relevant: 2,
                played: (0..50)
                    .map(|c| Some(c) == best || c as u64 == listener % 50)
                    .collect(),
                features,
                history: 4.0,
            }
        });
        Lesson {
            examples: examples.collect(),
            middle: 4.0,
            bounds: [3.0, 5.0],
        }
    }

    #[test]
    fn what_predicts_gets_the_weight_and_noise_gets_none() {
        let (weights, (told, noise)) = (lesson().fit(&[]), told_and_noise());
        assert!(weights.base[told] > 2.0, "{weights:?}");
        assert!(
            weights.base[noise].abs() < 0.1 * weights.base[told],
            "{weights:?}"
        );
    }

    #[test]
    fn a_model_that_is_left_out_has_no_weight() {
        let weights = lesson().fit(&[Voice::Ease]);
        let ease = &weights.base[features_of(Voice::Ease)];
        assert!(ease.iter().all(|weight| *weight == 0.0), "{weights:?}");
    }

    #[test]
    fn nobody_to_learn_from_gives_even_weights() {
        let nobody = Lesson::nothing();
        assert_eq!(nobody.fit(&[]), Weights::even());
        let als = features_of(Voice::Als).start;
        assert_eq!(nobody.fit(&[Voice::Als]).base[als], 0.0);
    }
}
