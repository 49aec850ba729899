//! Which documents of one reading come first, without looking at all of them?
//!
//! score(d) = bm25(d) × factor(d), and factor only falls as d goes up. So once k documents are
//! kept and the worst of them scores θ, a later document needs bm25 > θ ÷ factor(d), which only
//! rises: exactly the threshold that block-max WAND prunes by. Source: Ding, Suel, "Faster Top-k
//! Document Retrieval Using Block-Max Indexes", SIGIR 2011. A test compares with the exhaustive
//! ranking.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use tantivy::query::Weight;
use tantivy::{DocId, Score, SegmentReader};

/// The threshold is lowered by this share, because sums in another order round otherwise.
const ROUNDING: f32 = 1e-5;

/// A document with its score. The greater one is the better: higher score, then higher rank.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Scored {
    pub(crate) score: f32,
    pub(crate) doc: DocId,
}

impl Eq for Scored {}

impl Ord for Scored {
    fn cmp(&self, other: &Scored) -> Ordering {
        self.score
            .total_cmp(&other.score)
            .then(other.doc.cmp(&self.doc))
    }
}

impl PartialOrd for Scored {
    fn partial_cmp(&self, other: &Scored) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The best documents of all readings so far, each once, with its best score.
pub(crate) struct Best {
    /// Best first.
    kept: Vec<Scored>,
    capacity: usize,
}

impl Best {
    pub(crate) fn of(capacity: usize) -> Best {
        Best {
            kept: Vec::new(),
            capacity,
        }
    }

    pub(crate) fn kept(&self) -> &[Scored] {
        &self.kept
    }

    pub(crate) fn capacity(&self) -> usize {
        self.capacity
    }

    /// What a document must exceed to be kept.
    pub(crate) fn bar(&self) -> Option<Scored> {
        self.kept
            .last()
            .copied()
            .filter(|_| self.kept.len() == self.capacity)
    }

    pub(crate) fn merge(&mut self, more: impl IntoIterator<Item = Scored>) {
        self.kept.extend(more);
        self.kept
            .sort_unstable_by(|a, b| a.doc.cmp(&b.doc).then(b.cmp(a)));
        self.kept.dedup_by_key(|scored| scored.doc);
        self.kept.sort_unstable_by(|a, b| b.cmp(a));
        self.kept.truncate(self.capacity);
    }
}

/// The best `capacity` documents of a weight that exceed `bar` and are accepted.
///
/// `factor` must not rise with the document. `accept` is asked only for documents that would be
/// kept; after `None` nothing more is looked at.
pub(crate) fn best_of(
    weight: &dyn Weight,
    segment: &SegmentReader,
    capacity: usize,
    bar: Option<Scored>,
    factor: &dyn Fn(DocId) -> f32,
    accept: &dyn Fn(DocId) -> Option<bool>,
) -> tantivy::Result<Vec<Scored>> {
    // A heap of `Reverse` has the worst on top.
    let mut heap: BinaryHeap<std::cmp::Reverse<Scored>> = BinaryHeap::new();
    let mut stopped = capacity == 0;
    let first = bar.map_or(Score::MIN, |bar| threshold(bar.score, factor(0)));
    weight.for_each_pruning(first, segment, &mut |doc, bm25| {
        if stopped {
            return Score::INFINITY;
        }
        let factor = factor(doc);
        let scored = Scored {
            score: bm25 * factor,
            doc,
        };
        let worst = heap
            .peek()
            .map(|worst| worst.0)
            .filter(|_| heap.len() == capacity);
        let bar_now = worst.max(bar);
        if bar_now.is_none_or(|bar| scored > bar) {
            match accept(doc) {
                Some(true) => {
                    if worst.is_some() {
                        heap.pop();
                    }
                    heap.push(std::cmp::Reverse(scored));
                }
                Some(false) => {}
                None => stopped = true,
            }
        }
        let worst = heap
            .peek()
            .map(|worst| worst.0)
            .filter(|_| heap.len() == capacity);
        worst
            .max(bar)
            .map_or(Score::MIN, |bar| threshold(bar.score, factor))
    })?;
    Ok(heap.into_iter().map(|scored| scored.0).collect())
}

/// The BM25 score below which no later document can matter.
fn threshold(score: f32, factor: f32) -> Score {
    if factor > 0.0 {
        score / factor * (1.0 - ROUNDING)
    } else {
        Score::MIN
    }
}

#[cfg(all(test, feature = "write"))]
mod tests {
    use super::*;
    use crate::reading::{Degree, Typed, readings};
    use crate::{Index, Kind, Ranking};
    use tantivy::query::EnableScoring;

    use crate::synthetic;

    /// The slow and obvious twin: every document scored, then sorted.
    fn exhaustive(
        weight: &dyn Weight,
        segment: &SegmentReader,
        factor: &dyn Fn(DocId) -> f32,
        accept: &dyn Fn(DocId) -> Option<bool>,
    ) -> Vec<Scored> {
        let mut all = Vec::new();
        weight
            .for_each(segment, &mut |doc, bm25| {
                all.push(Scored {
                    score: bm25 * factor(doc),
                    doc,
                });
            })
            .unwrap();
        all.retain(|scored| accept(scored.doc) == Some(true));
        all.sort_by(|a, b| b.cmp(a));
        all
    }

    #[test]
    fn the_pruned_top_is_the_exhaustive_top() {
        let dir = tempfile::tempdir().unwrap();
        let documents = synthetic::catalogue(5, 20_000, 300);
        let ranking = Ranking::default();
        crate::write(dir.path(), documents.iter().cloned(), 20_000, &ranking).unwrap();
        let index = Index::open(dir.path()).unwrap();
        let segment = index.segment().unwrap();
        let factor = |doc| index.factor(doc);
        let accept = |doc: DocId| Some(doc % 5 != 3);
        let mut compared = 0;
        for document in documents.iter().step_by(97) {
            let typed = Typed::read(&document.title);
            for degree in Degree::ALL {
                for reading in readings(degree, &typed, &index.vocabulary, &ranking) {
                    let query = reading.query(Kind::Track, &index);
                    let scoring =
                        EnableScoring::enabled_from_statistics_provider(&index, &index.searcher);
                    let weight = query.weight(scoring).unwrap();
                    let expected = exhaustive(weight.as_ref(), segment, &factor, &accept);
                    let mut found =
                        best_of(weight.as_ref(), segment, 20, None, &factor, &accept).unwrap();
                    found.sort_by(|a, b| b.cmp(a));
                    assert_eq!(found.len(), expected.len().min(20));
                    for (found, expected) in found.iter().zip(&expected) {
                        // Sums in another order may swap documents a rounding apart.
                        let apart = (found.score - expected.score).abs();
                        assert!(apart <= 1e-5 * expected.score, "{found:?} {expected:?}");
                    }
                    compared += usize::from(expected.len() > 1_000);
                }
            }
        }
        assert!(
            compared > 100,
            "only {compared} readings had anything to prune"
        );
    }
}
