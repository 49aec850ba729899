//! How good is a ranked list, when we know what was played afterwards?
//!
//! Accuracy measures lie in 0..=1. Recall is divided by min(k, relevant), as in Liang et al. (WWW 2018);
//! NDCG has binary gains; average precision is divided by min(10, relevant). Beside them stand what
//! accuracy does not see (Castells et al., "Novelty and diversity in recommender systems", 2015):
//! coverage, self-information, distance within a list, share of the long tail. Intervals are 95 % of
//! the mean over listeners, by the normal approximation.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use crate::als::Factors;
use crate::kernel::dot;

/// Places of a list that novelty, diversity, tail and coverage look at.
const TOP: usize = 20;

/// The tail is what is left when the most played recordings with this share of all likes are taken away.
const HEAD_SHARE: f64 = 0.5;

/// What one model reached, averaged over listeners.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Metrics {
    /// Recall among the first 20.
    pub recall_20: f64,
    /// Normalised discounted cumulative gain of the first 10.
    pub ndcg_10: f64,
    /// Normalised discounted cumulative gain of the first 100.
    pub ndcg_100: f64,
    /// Mean average precision of the first 10.
    pub map_10: f64,
    /// Share of recordings that stand in anybody's first 20.
    pub coverage_20: f64,
    /// Listeners that were measured.
    pub listeners: u64,
    /// Half of the 95 % intervals of recall@20, NDCG@10, NDCG@100 and MAP@10.
    #[serde(default)]
    pub plus_minus: [f64; 4],
    /// Mean self-information of the first 20, bits: −log₂ of the share of listeners who like it.
    #[serde(default)]
    pub novelty_20: f64,
    /// Mean of 1 − cosine over pairs of the first 20.
    #[serde(default)]
    pub diversity_20: f64,
    /// Share of the first 20 that is of the long tail: outside the most liked with half of all likes.
    #[serde(default)]
    pub tail_20: f64,
}

/// What lists are measured against.
pub struct Ground {
    information: Vec<f64>,
    tail: Vec<bool>,
    units: Option<Factors>,
}

impl Ground {
    /// From the number of listeners who like each recording; `units` are vectors of length one.
    pub fn new(popularity: &[f32], listeners: usize, units: Option<Factors>) -> Self {
        let share = |count: f32| f64::from(count.max(1.0)) / listeners.max(1) as f64;
        let mut order: Vec<usize> = (0..popularity.len()).collect();
        order.sort_by(|&a, &b| popularity[b].total_cmp(&popularity[a]).then(a.cmp(&b)));
        let whole: f64 = popularity.iter().map(|&count| f64::from(count)).sum();
        let (mut tail, mut sum) = (vec![true; popularity.len()], 0.0);
        for item in order {
            if sum >= HEAD_SHARE * whole {
                break;
            }
            sum += f64::from(popularity[item]);
            tail[item] = false;
        }
        Self {
            information: popularity
                .iter()
                .map(|&count| -share(count).min(1.0).log2())
                .collect(),
            tail,
            units,
        }
    }

    /// One listener's figures: the list, best first, against what was relevant (rising, without
    /// repeats). `None` for whom nothing was relevant.
    pub fn measure(&self, list: &[u32], relevant: &[u32]) -> Option<Figures> {
        if relevant.is_empty() {
            return None;
        }
        let hit = |item: &u32| relevant.binary_search(item).is_ok();
        let hits: Vec<bool> = list.iter().take(100).map(hit).collect();
        let count = relevant.len();
        let top = &list[..list.len().min(TOP)];
        let places = top.len().max(1) as f64;
        let information = top.iter().map(|&item| self.information[item as usize]);
        let tail = top.iter().filter(|&&item| self.tail[item as usize]).count();
        Some(Figures {
            accuracy: [
                recall(&hits, 20, count),
                ndcg(&hits, 10, count),
                ndcg(&hits, 100, count),
                average_precision(&hits, 10, count),
            ],
            novelty: information.sum::<f64>() / places,
            diversity: self.diversity(top),
            tail: tail as f64 / places,
            top: top.to_vec(),
        })
    }

    fn diversity(&self, top: &[u32]) -> f64 {
        let Some(units) = &self.units else { return 0.0 };
        let (mut sum, mut pairs) = (0.0, 0u32);
        for (at, &a) in top.iter().enumerate() {
            for &b in &top[..at] {
                let cosine = dot(units.row(a as usize), units.row(b as usize));
                sum += 1.0 - f64::from(cosine);
                pairs += 1;
            }
        }
        sum / f64::from(pairs.max(1))
    }
}

/// One listener's figures.
#[derive(Debug, Clone, PartialEq)]
pub struct Figures {
    accuracy: [f64; 4],
    novelty: f64,
    diversity: f64,
    tail: f64,
    top: Vec<u32>,
}

/// The averages over listeners; `items` is the number of recordings that could have been shown.
pub fn summary<'a>(figures: impl Iterator<Item = &'a Figures>, items: usize) -> Metrics {
    let (mut sums, mut squares, mut others) = ([0f64; 4], [0f64; 4], [0f64; 3]);
    let mut shown = HashSet::new();
    let mut listeners = 0u64;
    for one in figures {
        listeners += 1;
        shown.extend(one.top.iter().copied());
        for (at, value) in one.accuracy.iter().enumerate() {
            sums[at] += value;
            squares[at] += value * value;
        }
        for (sum, value) in others
            .iter_mut()
            .zip([one.novelty, one.diversity, one.tail])
        {
            *sum += value;
        }
    }
    let n = listeners.max(1) as f64;
    let mean = |at: usize| rounded(sums[at] / n);
    let half = |at: usize| {
        let variance = (squares[at] / n - (sums[at] / n).powi(2)).max(0.0);
        rounded(1.96 * (variance / n).sqrt())
    };
    Metrics {
        recall_20: mean(0),
        ndcg_10: mean(1),
        ndcg_100: mean(2),
        map_10: mean(3),
        coverage_20: rounded(shown.len() as f64 / items.max(1) as f64),
        listeners,
        plus_minus: std::array::from_fn(half),
        novelty_20: rounded(others[0] / n),
        diversity_20: rounded(others[1] / n),
        tail_20: rounded(others[2] / n),
    }
}

/// Six digits: more say nothing, and fewer survive every way through JSON unchanged.
fn rounded(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}

fn recall(hits: &[bool], k: usize, relevant: usize) -> f64 {
    hits.iter().take(k).filter(|&&hit| hit).count() as f64 / k.min(relevant) as f64
}

fn ndcg(hits: &[bool], k: usize, relevant: usize) -> f64 {
    let discount = |rank: usize| 1.0 / (rank as f64 + 2.0).log2();
    let found: f64 = hits
        .iter()
        .take(k)
        .enumerate()
        .filter(|hit| *hit.1)
        .map(|hit| discount(hit.0))
        .sum();
    let ideal: f64 = (0..k.min(relevant)).map(discount).sum();
    found / ideal
}

fn average_precision(hits: &[bool], k: usize, relevant: usize) -> f64 {
    let mut found = 0;
    let mut sum = 0.0;
    for (rank, _) in hits.iter().take(k).enumerate().filter(|hit| *hit.1) {
        found += 1;
        sum += f64::from(found) / (rank + 1) as f64;
    }
    sum / k.min(relevant) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(list: &[u32], relevant: &[u32]) -> Metrics {
        let ground = Ground::new(&[8.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.0], 8, None);
        summary(ground.measure(list, relevant).iter(), 10)
    }

    #[test]
    fn a_perfect_list_has_one_everywhere() {
        let perfect = measured(&[3, 1, 2], &[1, 2, 3]);
        let all = [
            perfect.recall_20,
            perfect.ndcg_10,
            perfect.ndcg_100,
            perfect.map_10,
        ];
        assert!(
            all.iter().all(|value| (value - 1.0).abs() < 1e-6),
            "{perfect:?}"
        );
    }

    #[test]
    fn a_hit_in_second_place_counts_by_hand() {
        let metrics = measured(&[9, 1, 8], &[1, 2]);
        assert!((metrics.recall_20 - 0.5).abs() < 1e-6);
        let ideal = 1.0 + 1.0 / 3f64.log2();
        assert!((metrics.ndcg_10 - (1.0 / 3f64.log2()) / ideal).abs() < 1e-6);
        assert!((metrics.map_10 - 0.25).abs() < 1e-6);
        assert!((metrics.coverage_20 - 0.3).abs() < 1e-6);
    }

    #[test]
    fn who_played_nothing_new_is_not_counted() {
        assert_eq!(measured(&[1], &[]).listeners, 0);
    }

    #[test]
    fn what_everybody_likes_is_no_news_and_no_tail() {
        let head = measured(&[0], &[1]);
        assert_eq!((head.novelty_20, head.tail_20), (0.0, 0.0));
        let tail = measured(&[1, 2], &[1]);
        assert_eq!((tail.novelty_20, tail.tail_20), (3.0, 1.0));
    }

    #[test]
    fn diversity_is_the_distance_between_places_of_one_list() {
        let mut units = Factors::zeros(3, 2);
        let width = units.width();
        for (item, value) in [(0, 1.0), (width, 1.0), (2 * width + 1, 1.0)] {
            units.as_mut_slice()[item] = value;
        }
        let ground = Ground::new(&[1.0; 3], 3, Some(units));
        let of = |list: &[u32]| summary(ground.measure(list, &[0]).iter(), 3).diversity_20;
        assert_eq!((of(&[0, 1]), of(&[0, 2])), (0.0, 1.0));
        assert!((of(&[0, 1, 2]) - 2.0 / 3.0).abs() < 1e-5);
    }

    #[test]
    fn the_interval_is_that_of_a_mean() {
        let ground = Ground::new(&[1.0; 4], 4, None);
        let figures: Vec<Figures> = (0..100)
            .filter_map(|n| ground.measure(&[n % 2], &[0]))
            .collect();
        let metrics = summary(figures.iter(), 4);
        assert!((metrics.recall_20 - 0.5).abs() < 1e-9);
        assert!(
            (metrics.plus_minus[0] - 1.96 * 0.05).abs() < 1e-6,
            "{metrics:?}"
        );
    }
}
