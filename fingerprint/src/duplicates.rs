//! Which rows of a library match each other, and what clusters follow?
//!
//! Every row is a query against the index over all rows; a pair is judged once, from its
//! smaller row. So the work is that of the keys that are really shared, never of all pairs.

use std::sync::atomic::{AtomicU64, Ordering};

use catalog::progress::Progress;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::align::{errors, overlap};
use crate::candidates::candidates;
use crate::cluster::{Clustered, Pair, Row, cluster};
use crate::config::Config;
use crate::index::{Index, IndexColumns, build};
use crate::print::{Print, items_in};

/// What the search did, for the report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Work {
    /// Rows searched.
    pub rows: u64,
    /// Items in them.
    pub items: u64,
    /// Entries of the index.
    pub entries: u64,
    /// Size of the index.
    pub index_bytes: u64,
    /// Alignments judged: what all pairs would have made rows · (rows − 1) / 2.
    pub alignments: u64,
    /// Pairs accepted.
    pub pairs: u64,
}

/// Finds all duplicates among `prints` (row `i` is `prints[i]`, described by `rows[i]`).
/// Deterministic for any number of threads.
pub fn find(
    rows: &[Row],
    prints: &[Print],
    config: &Config,
    progress: &dyn Progress,
) -> (Clustered, IndexColumns, Work) {
    progress.begin("index", 1, "index");
    let columns = build(prints, config.index.sampling);
    progress.finish();
    let mut work = Work {
        rows: prints.len() as u64,
        items: prints.iter().map(|print| print.view().len() as u64).sum(),
        entries: columns.entries,
        ..Work::default()
    };
    let mut pairs = Vec::new();
    if let Some(index) = columns.view() {
        work.index_bytes = index.bytes();
        (pairs, work.alignments) = matching_pairs(prints, &index, config, progress);
    }
    work.pairs = pairs.len() as u64;
    let clustered = cluster(rows, &pairs, &config.cluster, &|a, b, offset| {
        disagreement(&prints[a], &prints[b], offset, config)
    });
    (clustered, columns, work)
}

/// All accepted pairs in order of (a, b), and how many alignments that took.
pub fn matching_pairs(
    prints: &[Print],
    index: &Index<'_>,
    config: &Config,
    progress: &dyn Progress,
) -> (Vec<Pair>, u64) {
    progress.begin("match", prints.len() as u64, "recordings");
    let alignments = AtomicU64::new(0);
    let pairs = (0..prints.len())
        .into_par_iter()
        .flat_map_iter(|a| {
            let query = prints[a].view();
            let found = candidates(query, index, &config.candidates, |row| row as usize > a);
            alignments.fetch_add(found.len() as u64, Ordering::Relaxed);
            progress.advance(1);
            let pairs: Vec<Pair> = found
                .chunk_by(|x, y| x.row == y.row)
                .filter_map(|row| {
                    let b = row[0].row as usize;
                    let offsets = row.iter().map(|candidate| candidate.offset);
                    best_pair(prints, a, b, offsets, config)
                })
                .collect();
            pairs
        })
        .collect();
    progress.finish();
    (pairs, alignments.into_inner())
}

/// The accepted alignment with the longest overlap of those that the candidates lead to; of
/// equals the one with fewer errors, then the earlier candidate.
fn best_pair(
    prints: &[Print],
    a: usize,
    b: usize,
    offsets: impl Iterator<Item = i64>,
    config: &Config,
) -> Option<Pair> {
    let judged = offsets.filter_map(|offset| {
        config
            .matching
            .judge(prints[a].view(), prints[b].view(), offset)
    });
    let (found, verdict) = judged.reduce(|best, next| {
        let better = (next.0.errors.items, std::cmp::Reverse(next.0.errors.bits))
            > (best.0.errors.items, std::cmp::Reverse(best.0.errors.bits));
        if better { next } else { best }
    })?;
    Some(Pair {
        a,
        b,
        offset: found.offset,
        bit_match: found.bit_match(),
        overlap: found.errors.items,
        kind: verdict.kind,
        piece: verdict.piece,
    })
}

/// Error rate over the whole overlap near an implied offset, which may be off by the items
/// that rounding two offsets can cost; None below the shortest stretch that can match.
fn disagreement(a: &Print, b: &Print, offset: i64, config: &Config) -> Option<f64> {
    let (a, b) = (a.view(), b.view());
    (offset - 2..=offset + 2)
        .map(|offset| errors(a, b, offset, overlap(a.len(), b.len(), offset)))
        .filter(|found| found.items >= items_in(config.matching.min_overlap_s))
        .map(|found| found.rate())
        .min_by(f64::total_cmp)
}
