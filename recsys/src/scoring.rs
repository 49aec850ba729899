//! Of all recordings, which are the best for each listener? Exact, for everybody at once.
//!
//! A score is `bias(item) + extra(listener, item) + x(listener) · y(item)`: popularity, sparse
//! item-item scores and factor models all fit, alone or blended. Recordings are packed into panels
//! of 16 that lie transposed; a task of 128 listeners passes over blocks of panels that fit in the
//! second cache, eight listeners a time, with every sum in a register. A sum that does not reach
//! the listener's threshold costs one comparison; filters are asked only for those that do.
//!
//! Each sum has one order of additions and ties go to the lower index, so the lists do not depend
//! on blocking or threads.

mod panels;
mod shortlist;

use std::borrow::Cow;

use catalog::progress::Progress;
use rayon::prelude::*;

pub use panels::Panels;
pub use shortlist::{Scored, Shortlist};

use crate::kernel::{Group, LANES, TILE_ROWS, interleave, tile, vectorised};

/// Listeners per task: their vectors (64 KB at 128 factors) stay in the second cache.
const LISTENERS_PER_TASK: usize = 128;

/// Bytes of panels passed over by all listeners of a task before the next block is fetched.
const BLOCK_BYTES: usize = 256 * 1024;

/// A set of recordings: bit i of word i / 64.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bits(Vec<u64>);

impl Bits {
    /// The recordings among `0..count` that `holds` names.
    pub fn of(count: usize, holds: impl Fn(usize) -> bool) -> Self {
        let mut words = vec![0u64; count.div_ceil(64)];
        for item in (0..count).filter(|&item| holds(item)) {
            words[item / 64] |= 1 << (item % 64);
        }
        Self(words)
    }

    /// Is `item` in the set?
    pub fn contains(&self, item: u32) -> bool {
        self.0
            .get(item as usize / 64)
            .is_some_and(|word| word >> (item % 64) & 1 == 1)
    }
}

/// What to score for one listener, and what may not be in the list.
#[derive(Debug, Clone)]
pub struct Query<'a> {
    /// The listener's vector, as long as the panels are deep; empty counts as zeros.
    pub vector: Cow<'a, [f32]>,
    /// Multiplies the bias of every recording.
    pub bias: f32,
    /// Added to what the caller reads; it does not change the order.
    pub offset: f32,
    /// What single recordings get on top; items rising.
    pub extras: Vec<(u32, f32)>,
    /// Where set, only these recordings may appear (rights in the listener's country and tier).
    pub allowed: Option<&'a Bits>,
    /// Recordings that may not appear (heard lately, rejected); rising.
    pub blocked: &'a [u32],
    /// Only scores above this count; `f32::NEG_INFINITY` for all.
    pub floor: f32,
}

impl<'a> Query<'a> {
    /// Nothing but a filter: all scores are zero.
    pub fn filtered(blocked: &'a [u32]) -> Self {
        Self {
            vector: Cow::Borrowed(&[]),
            bias: 0.0,
            offset: 0.0,
            extras: Vec::new(),
            allowed: None,
            blocked,
            floor: f32::NEG_INFINITY,
        }
    }
}

/// Scores everything for the listeners `0..count`. `query` says what a listener asks, with room
/// of its thread's own from `scratch`; `finish` turns the best `keep` recordings (best first) into
/// what the caller wants to hold on to.
pub fn score_all<'a, S, T: Send>(
    count: usize,
    panels: &Panels,
    keep: usize,
    scratch: impl Fn() -> S + Sync + Send,
    query: impl Fn(&mut S, usize) -> Query<'a> + Sync,
    finish: impl Fn(usize, &Query<'a>, Vec<Scored>) -> T + Sync,
    progress: &dyn Progress,
) -> Vec<T> {
    progress.begin("scoring listeners", count as u64, "listeners");
    let tasks: Vec<usize> = (0..count).step_by(LISTENERS_PER_TASK).collect();
    let lists: Vec<Vec<T>> = tasks
        .into_par_iter()
        .map_init(scratch, |scratch, first| {
            let listeners = first..(first + LISTENERS_PER_TASK).min(count);
            let done = listeners.len() as u64;
            let queries: Vec<Query<'a>> = listeners
                .clone()
                .map(|listener| query(scratch, listener))
                .collect();
            let mut task = Task::new(&queries, panels, keep);
            task.run(panels);
            let lists = listeners.zip(&queries).zip(task.shortlists);
            let shifted = |query: &Query<'a>, mut list: Vec<Scored>| {
                list.iter_mut().for_each(|s| s.score += query.offset);
                list
            };
            let out = lists
                .map(|((l, query), list)| finish(l, query, shifted(query, list.into_sorted())))
                .collect();
            progress.advance(done);
            out
        })
        .collect();
    progress.finish();
    lists.into_iter().flatten().collect()
}

/// One task's state: the listeners' vectors side by side, their places in the extras, their lists.
struct Task<'q, 'a> {
    queries: &'q [Query<'a>],
    /// Groups of eight vectors, each `[k][8]`.
    vectors: Vec<[f32; TILE_ROWS]>,
    cursors: Vec<usize>,
    shortlists: Vec<Shortlist>,
}

impl<'q, 'a> Task<'q, 'a> {
    fn new(queries: &'q [Query<'a>], panels: &Panels, keep: usize) -> Self {
        let depth = panels.depth();
        let mut vectors = vec![[0f32; TILE_ROWS]; queries.len().div_ceil(TILE_ROWS) * depth];
        let mut rows = vec![0f32; TILE_ROWS * depth];
        for (place, group) in vectors
            .chunks_exact_mut(depth.max(1))
            .zip(queries.chunks(TILE_ROWS))
        {
            rows.fill(0.0);
            for (row, query) in rows.chunks_exact_mut(depth).zip(group) {
                if !query.vector.is_empty() {
                    row.copy_from_slice(&query.vector);
                }
            }
            interleave(&rows, place);
        }
        Self {
            queries,
            vectors,
            cursors: vec![0; queries.len()],
            shortlists: queries
                .iter()
                .map(|query| Shortlist::new(keep, query.floor))
                .collect(),
        }
    }

    fn run(&mut self, panels: &Panels) {
        let per_block = (BLOCK_BYTES / panels.panel_bytes().max(1)).max(1);
        for block in (0..panels.count()).step_by(per_block) {
            let block = block..(block + per_block).min(panels.count());
            for first in (0..self.queries.len()).step_by(TILE_ROWS) {
                score_block(self, panels, block.start, block.end, first);
            }
        }
    }
}

vectorised! {
    fn score_block(task: &mut Task<'_, '_>, panels: &Panels, from: usize, to: usize, first: usize),
    by score_block_in
}

#[inline(always)]
fn score_block_in<G: Group>(
    task: &mut Task<'_, '_>,
    panels: &Panels,
    from: usize,
    to: usize,
    first: usize,
) {
    let depth = panels.depth();
    let group = TILE_ROWS.min(task.queries.len() - first);
    for panel in from..to {
        let mut sums = [[0f32; LANES]; TILE_ROWS];
        for (r, sums) in sums.iter_mut().enumerate().take(group) {
            let query = &task.queries[first + r];
            let bias = panels.bias(panel);
            for (sum, bias) in sums.iter_mut().zip(bias) {
                *sum = query.bias * bias;
            }
            add_extras(sums, &query.extras, &mut task.cursors[first + r], panel);
        }
        let vectors = &task.vectors[first / TILE_ROWS * depth..][..depth];
        tile::<G>(vectors, panels.panel(panel), &mut sums);
        for (r, sums) in sums.iter().enumerate().take(group) {
            let over = G::load(sums).over(task.shortlists[first + r].threshold());
            if over != 0 {
                let list = &mut task.shortlists[first + r];
                offer(
                    list,
                    &task.queries[first + r],
                    sums,
                    over,
                    panel,
                    panels.items(),
                );
            }
        }
    }
}

#[inline(always)]
fn add_extras(sums: &mut [f32; LANES], extras: &[(u32, f32)], cursor: &mut usize, panel: usize) {
    let base = (panel * LANES) as u32;
    while let Some(&(item, extra)) = extras.get(*cursor).filter(|e| e.0 < base + LANES as u32) {
        sums[(item - base) as usize] += extra;
        *cursor += 1;
    }
}

/// Asks the filters about the sums that reached the threshold.
fn offer(
    list: &mut Shortlist,
    query: &Query<'_>,
    sums: &[f32; LANES],
    mut over: u32,
    panel: usize,
    items: usize,
) {
    while over != 0 {
        let lane = over.trailing_zeros() as usize;
        over &= over - 1;
        let item = (panel * LANES + lane) as u32;
        let wanted = (item as usize) < items
            && query.allowed.is_none_or(|allowed| allowed.contains(item))
            && query.blocked.binary_search(&item).is_err();
        if wanted {
            list.offer(Scored {
                score: sums[lane],
                item,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::als::Factors;
    use crate::kernel::dot;
    use catalog::progress::Silent;
    use proptest::prelude::*;

    /// The slow twin: score all, filter, sort, cut.
    fn obvious(query: &Query<'_>, items: &Factors, bias: &[f32], keep: usize) -> Vec<u32> {
        let mut all: Vec<(f32, u32)> = (0..items.rows() as u32)
            .filter(|i| query.allowed.is_none_or(|a| a.contains(*i)) && !query.blocked.contains(i))
            .map(|i| {
                let extra: f32 = query.extras.iter().filter(|e| e.0 == i).map(|e| e.1).sum();
                (
                    query.bias * bias[i as usize]
                        + extra
                        + dot(&query.vector, items.row(i as usize)),
                    i,
                )
            })
            .filter(|scored| scored.0 > query.floor)
            .collect();
        all.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        all.truncate(keep);
        all.into_iter().map(|scored| scored.1).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn the_lists_are_those_of_the_obvious_way(
            seed in any::<u64>(), items in 1usize..260, listeners in 1usize..40, factors in 1usize..40,
            keep in 1usize..50, blocked in prop::collection::btree_set(0u32..260, 0..30), floor in prop::bool::ANY,
        ) {
            let y = Factors::seeded(items, factors, seed);
            let x = Factors::seeded(listeners, factors, !seed);
            let bias: Vec<f32> = (0..items).map(|i| (i % 7) as f32 * 0.01).collect();
            let blocked: Vec<u32> = blocked.into_iter().collect();
            let allowed = Bits::of(items, |i| i % 5 != 0);
            let panels = Panels::new(&y, &bias);
            let query = |l: usize| Query {
                vector: x.row(l).into(), bias: (l % 3) as f32, offset: 0.0,
                extras: (0..items as u32).filter(|i| (*i as usize + l).is_multiple_of(6)).map(|i| (i, 0.05)).collect(),
                allowed: l.is_multiple_of(2).then_some(&allowed), blocked: &blocked,
                floor: if floor { 0.01 } else { f32::NEG_INFINITY },
            };
            let found = score_all(listeners, &panels, keep, || (), |(), l| query(l), |_, _, list| list, &Silent);
            for (l, list) in found.iter().enumerate() {
                let slow = obvious(&query(l), &y, &bias, keep);
                prop_assert_eq!(list.len(), slow.len());
                // Sums round differently in another order: compare the scores, not near-tied places.
                let fast: Vec<u32> = list.iter().map(|s| s.item).collect();
                let differing = fast.iter().filter(|i| !slow.contains(i)).count();
                prop_assert!(differing <= 1, "{:?} {:?}", fast, slow);
            }
        }
    }

    #[test]
    fn only_blocked_tracks_give_an_empty_list() {
        let y = Factors::seeded(20, 4, 1);
        let none = Bits::of(20, |_| false);
        let panels = Panels::new(&y, &[0.0; 20]);
        let query = |(): &mut (), _| Query {
            vector: y.row(0).into(),
            allowed: Some(&none),
            ..Query::filtered(&[])
        };
        assert!(score_all(1, &panels, 5, || (), query, |_, _, list| list, &Silent)[0].is_empty());
    }
}
