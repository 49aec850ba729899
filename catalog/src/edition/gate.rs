//! May this edition follow that one? The gate before publishing.
//!
//! A broken feed or a bad night of training must not reach listeners: an edition that lost more than a
//! set share of anything it counts, or whose metrics fell past a bound, is refused with both numbers.

use super::Manifest;
use serde::{Deserialize, Serialize};

/// The bounds; section `[edition]` of the configuration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gate {
    /// The share of tracks, releases, recordings or listeners that may be lost, 0 to 1.
    pub max_loss: f64,
    /// The share by which a metric may fall, 0 to 1.
    pub max_metric_drop: f64,
    /// Counts that are watched.
    pub counts: Vec<String>,
    /// Metrics that are watched; higher is better.
    pub metrics: Vec<String>,
}

impl Gate {
    /// What speaks against publishing `next` after `previous`: a line each, empty if nothing does.
    pub fn objections(&self, previous: &Manifest, next: &Manifest) -> Vec<String> {
        let mut objections = Vec::new();
        for name in &self.counts {
            let before = previous.counts.get(name).copied().unwrap_or(0);
            let after = next.counts.get(name).copied().unwrap_or(0);
            let allowed = before as f64 * (1.0 - self.max_loss);
            if (after as f64) < allowed {
                let share = 100.0 * (1.0 - after as f64 / before as f64);
                objections.push(format!(
                    "  {name}: {before} before, {after} now: {share:.1} % lost, at most {:.1} % may be",
                    100.0 * self.max_loss
                ));
            }
        }
        for name in &self.metrics {
            let (Some(before), Some(after)) = (previous.metrics.get(name), next.metrics.get(name))
            else {
                continue;
            };
            if after.is_nan() || *after < before * (1.0 - self.max_metric_drop) {
                objections.push(format!(
                    "  {name}: {before:.4} before, {after:.4} now: at most {:.1} % less is allowed",
                    100.0 * self.max_metric_drop
                ));
            }
        }
        objections
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edition::SCHEMA;
    use std::collections::BTreeMap;

    fn manifest(tracks: u64, recall: f64) -> Manifest {
        Manifest {
            schema: SCHEMA,
            parents: BTreeMap::new(),
            parameters: BTreeMap::new(),
            counts: [("tracks".to_owned(), tracks)].into(),
            metrics: [("recall@20".to_owned(), recall)].into(),
            files: Vec::new(),
        }
    }

    fn check(before: (u64, f64), after: (u64, f64), objections: usize) {
        let gate = Gate {
            max_loss: 0.05,
            max_metric_drop: 0.1,
            counts: vec!["tracks".to_owned()],
            metrics: vec!["recall@20".to_owned(), "unknown".to_owned()],
        };
        let found = gate.objections(&manifest(before.0, before.1), &manifest(after.0, after.1));
        assert_eq!(found.len(), objections, "{found:?}");
    }

    #[test]
    fn small_losses_pass_and_large_ones_are_named_with_both_numbers() {
        check((1000, 0.3), (950, 0.27), 0);
        check((1000, 0.3), (949, 0.3), 1);
        check((1000, 0.3), (1000, 0.26), 1);
        check((1000, 0.3), (0, f64::NAN), 2);
        check((0, 0.0), (0, 0.0), 0);
    }
}
