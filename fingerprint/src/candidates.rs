//! Which recordings are worth aligning, and at which offset?
//!
//! Every shared key votes for (row, offset). A row is a candidate if, within a narrow window
//! of offsets, enough *different* keys agree: a drone that repeats one key a thousand times
//! has one vote. How many are enough grows with the catalogue: the more votes there are, the
//! more of them agree by chance (`max_by_chance`).
//!
//! Two steps keep a large catalogue cheap. All votes are counted roughly, on the diagonals of all
//! rows laid end to end, in a table that fits the processor's cache; only those that stand in a
//! crowd are put in order, and resolved to rows where enough of them lie within a window. Nothing is
//! lost by that, which a test holds against a look at every offset of every row.

use serde::{Deserialize, Serialize};

use crate::index::{Index, selected};
use crate::print::View;

mod votes;
use votes::{Votes, best_windows};

/// When does a row become a candidate?
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gate {
    /// Different keys that must agree on an offset.
    pub min_shared_keys: usize,
    /// Width of the window of offsets in which they agree: items (0.124 s) or frames (0.023 s).
    pub offset_window: usize,
    /// Offsets per row that go on to alignment, best first: repetitive music has several.
    pub offsets_per_row: usize,
    /// A key that stands in more places than this says nothing and is passed over.
    pub max_places_per_key: usize,
    /// Bytes of the index that are read for a query. Bounds its work whatever the size of the catalogue.
    pub max_bytes: u64,
    /// Share of them that the rarest keys get: of many keys those say most. The others have the rest in
    /// common, whatever they cost: what a few notes play for minutes has hardly a rare key, but for
    /// those of noise.
    pub rare_share: f64,
    /// Windows that may pass by chance, were votes spread evenly: more keys must agree than
    /// `min_shared_keys` where the catalogue is so large that more would.
    pub max_by_chance: f64,
}

/// A row to align with the query.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Candidate {
    /// The row of the index.
    pub row: u32,
    /// Item `i` of the query probably lies on item `i + offset` of the row.
    pub offset: i64,
    /// Different keys that say so.
    pub shared: usize,
    /// Decimal digits of the odds against so many by chance anywhere in the catalogue.
    pub digits: f64,
}

/// The candidates for `query` among the rows that `wanted` accepts, by row, then best first.
pub fn candidates(
    query: View<'_>,
    index: &Index<'_>,
    gate: &Gate,
    wanted: impl Fn(u32) -> bool,
) -> Vec<Candidate> {
    agreeing(selected(query, index.sampling()), index, gate, wanted)
}

/// The same for any scrambled keys and their places, in whatever unit the index counts.
pub fn agreeing(
    keys: impl Iterator<Item = (u32, usize)>,
    index: &Index<'_>,
    gate: &Gate,
    wanted: impl Fn(u32) -> bool,
) -> Vec<Candidate> {
    let asked = within_bytes(keys, index, gate);
    let mut votes = Votes::cast(&asked, index, gate.max_places_per_key);
    let width = gate.offset_window.max(1);
    let spread = Spread {
        votes: votes.cast.len() as f64,
        windows: (index.places() as f64 / width as f64).max(1.0),
    };
    let least = (gate.min_shared_keys..=MOST_ASKED)
        .find(|&keys| spread.by_chance(keys) <= gate.max_by_chance.ln())
        .unwrap_or(MOST_ASKED);
    votes.keep_crowds(width, least);
    let windows = votes.windows(width, least, wanted);
    let mut best = best_windows(windows, width, gate.offsets_per_row);
    for found in &mut best {
        found.digits = spread.digits(found.shared);
    }
    best
}

/// Most keys that are ever asked to agree: bounds a loop over settings.
const MOST_ASKED: usize = 200;

/// How many votes lie on how many windows of offsets.
struct Spread {
    votes: f64,
    windows: f64,
}

impl Spread {
    /// Natural logarithm of the number of windows in which so many votes meet, were they spread
    /// evenly: the tail of Poisson's distribution by its first term and a geometric bound.
    fn by_chance(&self, keys: usize) -> f64 {
        let (rate, keys) = (self.votes / self.windows, keys as f64);
        if self.votes == 0.0 {
            return f64::NEG_INFINITY;
        }
        if keys <= rate {
            return self.windows.ln();
        }
        let factorial: f64 = (1..=keys as u64).map(|n| (n as f64).ln()).sum();
        self.windows.ln() + keys * rate.ln() - rate - factorial - (1.0 - rate / (keys + 1.0)).ln()
    }

    fn digits(&self, keys: usize) -> f64 {
        -self.by_chance(keys) / std::f64::consts::LN_10
    }
}

/// A key to look up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Asked {
    /// Bytes that are read for it.
    cost: u32,
    key: u32,
    /// Where it stands in the query.
    at: u32,
}

/// The keys to look up, in order: the rarest, and of the others whichever come first, for keys are
/// scrambled.
fn within_bytes(
    keys: impl Iterator<Item = (u32, usize)>,
    index: &Index<'_>,
    gate: &Gate,
) -> Vec<Asked> {
    let asked = keys.map(|(key, at)| Asked {
        cost: index.cost(key).min(u64::from(u32::MAX)) as u32,
        key,
        at: at as u32,
    });
    let mut asked: Vec<Asked> = asked.collect();
    let for_rare = (gate.rare_share.clamp(0.0, 1.0) * gate.max_bytes as f64) as u64;
    let (rare, read) = affordable(&mut asked, for_rare, |asked| *asked);
    let others = &mut asked[rare..];
    let (more, _) = affordable(others, gate.max_bytes - read, |asked| (asked.key, asked.at));
    asked.truncate(rare + more);
    asked.sort_unstable_by_key(|asked| (asked.key, asked.at));
    asked
}

/// Moves to the front the first in order that can all be read for so many bytes; how many those are,
/// and what they cost. Nothing else is sorted.
fn affordable<K: Ord>(keys: &mut [Asked], bytes: u64, order: impl Fn(&Asked) -> K) -> (usize, u64) {
    // What lies before `from` can be read, what lies behind `to` cannot.
    let (mut from, mut to, mut left) = (0, keys.len(), bytes);
    while from < to {
        let half = (to - from) / 2;
        keys[from..to].select_nth_unstable_by_key(half, &order);
        let costs = keys[from..=from + half].iter();
        let cost: u64 = costs.map(|key| u64::from(key.cost)).sum();
        if cost <= left {
            left -= cost;
            from += half + 1;
        } else {
            to = from + half;
        }
    }
    (from, bytes - left)
}

#[cfg(all(test, feature = "job"))]
mod tests;
