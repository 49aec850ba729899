//! How good is a ranked list, when we know what was played afterwards?
//!
//! All measures lie in 0..=1. Recall is divided by min(k, relevant), as in Liang et al. (WWW 2018);
//! NDCG has binary gains; average precision is divided by min(10, relevant).

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

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
}

/// Adds up lists.
#[derive(Debug, Default)]
pub struct Meter {
    sums: [f64; 4],
    shown: HashSet<u32>,
    listeners: u64,
}

impl Meter {
    /// Counts one listener's list, best first, against what was relevant (rising, without
    /// repeats). A listener for whom nothing was relevant is not counted.
    pub fn add(&mut self, list: &[u32], relevant: &[u32]) {
        if relevant.is_empty() {
            return;
        }
        self.listeners += 1;
        self.shown.extend(list.iter().take(20));
        let hits: Vec<bool> = list
            .iter()
            .take(100)
            .map(|item| relevant.binary_search(item).is_ok())
            .collect();
        let count = relevant.len();
        let measured = [
            recall(&hits, 20, count),
            ndcg(&hits, 10, count),
            ndcg(&hits, 100, count),
            average_precision(&hits, 10, count),
        ];
        for (sum, value) in self.sums.iter_mut().zip(measured) {
            *sum += value;
        }
    }

    /// The averages; `items` is the number of recordings that could have been shown.
    pub fn finish(&self, items: usize) -> Metrics {
        let mean = |at: usize| rounded(self.sums[at] / self.listeners.max(1) as f64);
        Metrics {
            recall_20: mean(0),
            ndcg_10: mean(1),
            ndcg_100: mean(2),
            map_10: mean(3),
            coverage_20: rounded(self.shown.len() as f64 / items.max(1) as f64),
            listeners: self.listeners,
        }
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
        let mut meter = Meter::default();
        meter.add(list, relevant);
        meter.finish(10)
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
}
