//! Which rows of a library match each other, and what clusters follow?
//!
//! Every row is a query against the index over all rows; a pair is judged once, from its
//! smaller row. So the work is that of the keys that are really shared, never of all pairs.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};

use catalog::progress::Progress;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::align::{Alignment, errors, overlap, refine};
use crate::bent::Bent;
use crate::candidates::candidates;
use crate::cluster::{Clustered, Pair, Row, Way, cluster};
use crate::config::Config;
use crate::covers::Cover;
use crate::decisions::Said;
use crate::glances::Glances;
use crate::index::{Index, IndexColumns, build};
use crate::landmarks::Landmarks;
use crate::peaks::{FRAME_SECONDS, UNITS_PER_SEMITONE};
use crate::pieces::Pieces;
use crate::print::{ITEM_SECONDS, Print, items_in};
use crate::trace::{Line, SEGMENT};
use crate::triples::Triples;
use crate::verdict::Verdict;
use catalog::cluster::MatchKind;

/// What the search did, for the report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Work {
    /// Rows searched.
    pub rows: u64,
    /// Rows of them that are new and were compared with all others.
    #[serde(default)]
    pub compared: u64,
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

/// The indexes over the same rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Indexes {
    /// Over Chromaprint items.
    pub items: IndexColumns,
    /// Over pairs of peaks.
    pub pairs: IndexColumns,
    /// Over triples of peaks.
    pub triples: IndexColumns,
    /// A few items of each row.
    pub glances: Glances,
}

impl Indexes {
    /// Borrows them all. None never happens for what was built here.
    pub fn view(&self) -> Option<All<'_>> {
        Some(All {
            items: self.items.view()?,
            pairs: self.pairs.view()?,
            triples: self.triples.view()?,
            glances: &self.glances,
        })
    }

    /// Builds them.
    pub fn new(prints: &[Print], config: &Config) -> Indexes {
        let pairs: Vec<Landmarks<'_>> = prints.iter().map(Landmarks::from).collect();
        let triples: Vec<Triples<'_>> = prints.iter().map(Triples::from).collect();
        Indexes {
            glances: Glances::new(prints),
            items: build(prints, config.index.sampling),
            pairs: build(&pairs, config.bent.pair_sampling),
            triples: build(&triples, config.bent.triple_sampling),
        }
    }
}

/// Finds all duplicates among `prints` (row `i` is `prints[i]`, described by `rows[i]`).
/// Deterministic for any number of threads.
pub fn find(
    rows: &[Row],
    prints: &[Print],
    config: &Config,
    said: &Said,
    progress: &dyn Progress,
) -> (Clustered, Vec<Pair>, Work) {
    let (pairs, work) = search(prints, &vec![true; prints.len()], config, progress);
    (clustered(rows, prints, &pairs, said, config), pairs, work)
}

/// All accepted pairs in which a new row takes part (one flag per row), in order of (a, b).
pub fn search(
    prints: &[Print],
    new: &[bool],
    config: &Config,
    progress: &dyn Progress,
) -> (Vec<Pair>, Work) {
    progress.begin("index", 1, "index");
    let indexes = Indexes::new(prints, config);
    progress.finish();
    let mut work = Work {
        rows: prints.len() as u64,
        compared: new.iter().filter(|&&new| new).count() as u64,
        items: prints.iter().map(|print| print.view().len() as u64).sum(),
        entries: indexes.items.entries + indexes.pairs.entries + indexes.triples.entries,
        ..Work::default()
    };
    let mut pairs = Vec::new();
    if let Some(all) = indexes.view() {
        work.index_bytes = all.items.bytes() + all.pairs.bytes() + all.triples.bytes();
        (pairs, work.alignments) = matching_pairs(prints, new, &all, config, progress);
    }
    work.pairs = pairs.len() as u64;
    (pairs, work)
}

/// Clusters what [`search`] found.
pub fn clustered(
    rows: &[Row],
    prints: &[Print],
    pairs: &[Pair],
    said: &Said,
    config: &Config,
) -> Clustered {
    let disagree =
        |a: usize, b: usize, offset| disagreement(&prints[a], &prints[b], offset, config);
    cluster(rows, pairs, &config.cluster, &disagree, said)
}

/// The indexes, borrowed.
#[derive(Clone, Copy, Debug)]
pub struct All<'a> {
    /// Over Chromaprint items.
    pub items: Index<'a>,
    /// Over pairs of peaks.
    pub pairs: Index<'a>,
    /// Over triples of peaks.
    pub triples: Index<'a>,
    /// A few items of each row.
    pub glances: &'a Glances,
}

/// All accepted pairs in order of (a, b) in which a new row takes part, and how many alignments
/// that took. A pair of two new rows is judged once, from the smaller.
pub fn matching_pairs(
    prints: &[Print],
    new: &[bool],
    indexes: &All<'_>,
    config: &Config,
    progress: &dyn Progress,
) -> (Vec<Pair>, u64) {
    let queries = new.iter().filter(|&&new| new).count() as u64;
    progress.begin("match", queries, "recordings");
    let alignments = AtomicU64::new(0);
    let mut pairs: Vec<Pair> = (0..prints.len())
        .into_par_iter()
        .filter(|&a| new[a])
        .flat_map_iter(|a| {
            let wanted = |row: u32| match new.get(row as usize) {
                Some(true) => row as usize > a,
                Some(false) => true,
                None => false,
            };
            let (found, tried) = queried(&prints[a], prints, indexes, config, wanted);
            alignments.fetch_add(tried as u64, Ordering::Relaxed);
            progress.advance(1);
            found.into_iter().map(move |pair| {
                let pair = Pair { a, ..pair };
                if pair.a < pair.b {
                    pair
                } else {
                    pair.mirrored()
                }
            })
        })
        .collect();
    progress.finish();
    pairs.sort_by_key(|pair| (pair.a, pair.b));
    (pairs, alignments.into_inner())
}

/// The rows that a recording outside of them matches, with row `b` and what they are to it.
pub fn of_query(query: &Print, prints: &[Print], indexes: &All<'_>, config: &Config) -> Vec<Pair> {
    queried(query, prints, indexes, config, |_| true).0
}

/// Bytes of an index over one recording that are read for another in one bend: all that an hour of music
/// asks for. Of a loop that turns for an hour, every key would meet every other.
const MOST_OF_TWO: u64 = 8 << 20;

/// What two recordings are to each other; `nearest` is an offset to try beside those that keys
/// lead to.
pub fn of_two(a: &Print, b: &Print, nearest: i64, config: &Config) -> Option<Pair> {
    let second = std::slice::from_ref(b);
    // Two alone need no thin indexes, but many times the pairs and triples.
    let mut bent = config.bent.clone();
    bent.votes.max_bytes = MOST_OF_TWO;
    bent.lines_per_row = bent.traced;
    let items = build(second, 0);
    let pairs = build(&[Landmarks::from(b)], bent.pair_sampling / 2);
    let triples = build(&[Triples::from(b)], bent.triple_sampling.saturating_sub(6));
    let (items, pairs, triples) = (items.view()?, pairs.view()?, triples.view()?);
    let found = candidates(a.view(), &items, &config.candidates, |_| true);
    let offsets: Vec<i64> = found
        .iter()
        .map(|found| found.offset)
        .chain([nearest])
        .collect();
    let rough = bent.rough(a, &pairs, &triples, |_| true);
    let lines: Vec<Line> = rough.iter().map(|(_, line)| *line).collect();
    judged(a, b, &offsets, &lines, config)
}

/// The pairs among likely covers that are one recording, by (a, b), and how many were compared: two
/// recordings that harmony leads to each other are compared like two files, by sixteen times the pairs and
/// 64 times the triples that the thin indexes hold.
pub fn among_covers(
    covers: &[Cover],
    prints: &[Print],
    known: &[Pair],
    config: &Config,
    progress: &dyn Progress,
) -> (Vec<Pair>, u64) {
    let known: BTreeSet<(usize, usize)> = known.iter().map(|pair| (pair.a, pair.b)).collect();
    let pairs = covers.iter().map(|cover| (cover.a, cover.b));
    let asked: Vec<(usize, usize)> = pairs.filter(|pair| !known.contains(pair)).collect();
    let compared = asked.len() as u64;
    progress.begin("compare", compared, "likely covers");
    let found = asked.into_par_iter().filter_map(|(a, b)| {
        progress.advance(1);
        let pair = of_two(&prints[a], &prints[b], 0, config)?;
        Some(Pair { a, b, ..pair })
    });
    let found = found.collect();
    progress.finish();
    (found, compared)
}

/// The rows among the wanted that a query matches (its own side is row 0 of each pair), and how
/// many alignments that took.
fn queried(
    query: &Print,
    prints: &[Print],
    indexes: &All<'_>,
    config: &Config,
    wanted: impl Fn(u32) -> bool,
) -> (Vec<Pair>, usize) {
    let found = candidates(query.view(), &indexes.items, &config.candidates, &wanted);
    let rough = config
        .bent
        .rough(query, &indexes.pairs, &indexes.triples, &wanted);
    let most = config.index.same_length;
    let equal = indexes.glances.alike(query.view(), most, &wanted);
    let mut rows: Vec<usize> = found.iter().map(|found| found.row as usize).collect();
    rows.extend(rough.iter().map(|(row, _)| *row));
    rows.extend(&equal);
    rows.sort_unstable();
    rows.dedup();
    let pairs = rows.into_iter().filter_map(|row| {
        let of_row = found.iter().filter(|found| found.row as usize == row);
        let mut offsets: Vec<i64> = of_row.map(|found| found.offset).collect();
        offsets.extend(equal.contains(&row).then_some(0));
        let of_row = rough.iter().filter(|(of, _)| *of == row);
        let lines: Vec<Line> = of_row.map(|(_, line)| *line).collect();
        let pair = judged(query, &prints[row], &offsets, &lines, config)?;
        Some(Pair { b: row, ..pair })
    });
    (pairs.collect(), found.len() + rough.len() + equal.len())
}

/// What two are, by Chromaprint if it can say, else by landmarks. The rows are left zero.
fn judged(
    first: &Print,
    second: &Print,
    offsets: &[i64],
    lines: &[Line],
    config: &Config,
) -> Option<Pair> {
    let rigid = by_items(first, second, offsets, config);
    let by_line = |line: &Line| config.bent.judge(first, second, *line);
    let best_bent = |lines: &[Line]| {
        lines.iter().filter_map(by_line).max_by(|x, y| {
            let digits = |bent: &Bent| bent.trace.digits(bent.trace.count(bent.run.clone()));
            digits(x).total_cmp(&digits(y))
        })
    };
    Some(match rigid {
        // Bits that differ much may come from another speed: then the landmarks know which.
        Some((found, verdict)) if verdict.kind != MatchKind::OtherEncode => {
            let mut lines = lines.to_vec();
            lines.push(line_at(found.offset));
            match best_bent(&lines) {
                Some(bent) if bent.verdict.kind == MatchKind::SpeedChanged => {
                    of_bent(first, second, &bent)
                }
                _ => of_alignment(first, second, &found, &verdict),
            }
        }
        Some((found, verdict)) => of_alignment(first, second, &found, &verdict),
        None => match Pieces::find(first.view(), second.view(), offsets, &config.matching) {
            Some(pieces) => of_pieces(first, second, &pieces),
            None => match best_bent(lines) {
                Some(bent) => of_bent(first, second, &bent),
                None => by_both(first, second, offsets, lines, config)?,
            },
        },
    })
}

/// What bits and landmarks say together where neither is sure by itself: noise as loud as the
/// music, a singer taken out. Only at the recordings' own speed, and over all of both.
fn by_both(a: &Print, b: &Print, offsets: &[i64], lines: &[Line], config: &Config) -> Option<Pair> {
    let (rule, bent) = (&config.matching, &config.bent);
    let straight = lines
        .iter()
        .filter(|line| line.stretch == 1.0 && line.units == 0.0);
    let of_lines = straight.map(|line| (line.offset * FRAME_SECONDS / ITEM_SECONDS).round() as i64);
    let near: Vec<i64> = of_lines.chain(offsets.iter().copied()).collect();
    near.into_iter().find_map(|near| {
        let offset = refine(a.view(), b.view(), near, 2);
        let range = overlap(a.view().len(), b.view().len(), offset);
        let found = errors(a.view(), b.view(), offset, range.clone());
        let slack = items_in(rule.same_slack_s);
        let whole = a.view().len().max(b.view().len()) <= range.len() + slack;
        let alike = found.rate() <= bent.both_bit_error;
        if !whole || !alike || found.items < items_in(rule.full_overlap_s) {
            return None;
        }
        let bent = bent.judge_whole(a, b, line_at(offset))?;
        Some(of_bent(a, b, &bent))
    })
}

/// The accepted alignment with the longest overlap of those that the candidates lead to; of
/// equals the one with fewer errors, then the earlier candidate.
fn by_items(
    a: &Print,
    b: &Print,
    offsets: &[i64],
    config: &Config,
) -> Option<(Alignment, Verdict)> {
    let judged = offsets
        .iter()
        .filter_map(|&offset| config.matching.judge(a.view(), b.view(), offset));
    judged.reduce(|best, next| {
        let better = (next.0.errors.items, std::cmp::Reverse(next.0.errors.bits))
            > (best.0.errors.items, std::cmp::Reverse(best.0.errors.bits));
        if better { next } else { best }
    })
}

/// An offset of items as a line of frames.
fn line_at(offset: i64) -> Line {
    Line {
        stretch: 1.0,
        offset: offset as f64 * ITEM_SECONDS / FRAME_SECONDS,
        units: 0.0,
    }
}

fn of_alignment(a: &Print, b: &Print, found: &Alignment, verdict: &Verdict) -> Pair {
    let shorter = a.view().len().min(b.view().len()).max(1);
    Pair {
        a: 0,
        b: 0,
        offset: found.offset,
        bit_match: found.bit_match(),
        overlap: found.errors.items,
        kind: verdict.kind,
        piece: verdict.piece,
        way: Way {
            share: (found.stretch.len() as f64 / shorter as f64).min(1.0),
            along: found.along(a.view(), b.view()),
            ..Way::default()
        },
    }
}

fn of_pieces(a: &Print, b: &Print, pieces: &Pieces) -> Pair {
    let (errors, verdict) = (pieces.errors(), Pieces::verdict());
    let shorter = a.view().len().min(b.view().len()).max(1);
    Pair {
        a: 0,
        b: 0,
        offset: pieces.offset(),
        bit_match: 1.0 - errors.rate(),
        overlap: pieces.covered(),
        kind: verdict.kind,
        piece: verdict.piece,
        way: Way {
            share: (pieces.covered() as f64 / shorter as f64).min(1.0),
            rigid: false,
            along: pieces.along(a.view(), b.view()),
            ..Way::default()
        },
    }
}

fn of_bent(a: &Print, b: &Print, bent: &Bent) -> Pair {
    let (trace, run) = (&bent.trace, bent.run.clone());
    let frames = run.len() as f64 * f64::from(SEGMENT);
    let items = (frames * FRAME_SECONDS / ITEM_SECONDS).round() as usize;
    let shorter = a.view().len().min(b.view().len()).max(1);
    let overlap = items.min(shorter);
    let above = |share: f64| ((share - trace.chance) / (1.0 - trace.chance)).clamp(0.0, 1.0);
    Pair {
        a: 0,
        b: 0,
        offset: (trace.line.offset * FRAME_SECONDS / ITEM_SECONDS).round() as i64,
        bit_match: 0.5 + 0.5 * above(trace.count(run).share()),
        overlap,
        kind: bent.verdict.kind,
        piece: bent.verdict.piece,
        way: Way {
            stretch: trace.line.stretch,
            semitones: trace.line.units / f64::from(UNITS_PER_SEMITONE),
            share: overlap as f64 / shorter as f64,
            rigid: false,
            along: trace
                .segments
                .iter()
                .map(|count| (100.0 * above(count.share())) as u8)
                .collect(),
        },
    }
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
