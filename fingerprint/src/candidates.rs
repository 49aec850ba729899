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

/// A vote before its row is known: the *diagonal* on which it lies, its place less that of its key in
/// the query, and which key that is (lower 28 bits). In order of diagonals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Cast(u64);

/// Bits of a vote that number the key: a query of a day has fewer.
const OF_BITS: u32 = 28;

impl Cast {
    fn diagonal(self) -> u64 {
        self.0 >> OF_BITS
    }
}

/// What the keys of a query say.
struct Votes<'a> {
    asked: &'a [Asked],
    index: &'a Index<'a>,
    /// The last place of a key in the query: what diagonals are more than they should be, so that
    /// none is below zero.
    latest: u64,
    cast: Vec<Cast>,
}

/// Counters of the rough count: a megabyte, which a core's cache holds.
const MOST_CELLS: usize = 1 << 20;

/// Keys whose memory is waited for at once.
const FETCHED: usize = 32;

impl<'a> Votes<'a> {
    fn cast(asked: &'a [Asked], index: &'a Index<'a>, most_places: usize) -> Votes<'a> {
        let latest = asked.iter().map(|asked| u64::from(asked.at)).max();
        let latest = latest.unwrap_or(0);
        let (mut cast, mut places, mut of) = (Vec::new(), Vec::new(), 0);
        for some in asked.chunks(FETCHED) {
            index.fetch(some.iter().map(|asked| asked.key));
            for same in some.chunk_by(|a, b| a.key == b.key) {
                places.clear();
                index.places_of(same[0].key, |place| places.push(place));
                if places.len() > most_places {
                    places.clear();
                }
                for asked in same {
                    let later = latest - u64::from(asked.at);
                    let vote = |place: &u64| Cast(place.wrapping_add(later) << OF_BITS | of);
                    cast.extend(places.iter().map(vote));
                    of += 1;
                }
            }
        }
        Votes {
            asked,
            index,
            latest,
            cast,
        }
    }

    /// Leaves the votes that may be among `least` within one window: a window touches two cells at
    /// most, and a cell's counter holds at least its own votes.
    fn keep_crowds(&mut self, width: usize, least: usize) {
        let cells = (8 * self.cast.len())
            .next_power_of_two()
            .clamp(64, MOST_CELLS);
        let shift = width.next_power_of_two().ilog2();
        let mut counts = vec![0u8; cells];
        let cell = |cast: Cast| (cast.diagonal() >> shift) as usize & (cells - 1);
        for &vote in &self.cast {
            let count = &mut counts[cell(vote)];
            *count = count.saturating_add(1);
        }
        // Without a branch, which would be guessed wrongly half of the time.
        let mut kept = 0;
        for at in 0..self.cast.len() {
            let vote = self.cast[at];
            let own = cell(vote);
            let [before, after] = [own.wrapping_sub(1), own + 1].map(|at| counts[at & (cells - 1)]);
            self.cast[kept] = vote;
            let near = usize::from(counts[own]) + usize::from(before.max(after));
            kept += usize::from(near >= least);
        }
        self.cast.truncate(kept);
    }

    /// All windows of so many diagonals in which so many different keys agree on a wanted row, without
    /// their digits.
    fn windows(
        &mut self,
        width: usize,
        least: usize,
        wanted: impl Fn(u32) -> bool,
    ) -> Vec<Candidate> {
        self.cast.sort_unstable();
        let mut windows = Vec::new();
        let (mut votes, mut keys): (Vec<Vote>, Vec<u32>) = (Vec::new(), Vec::new());
        let (mut from, mut to, mut near) = (0, 0, 0);
        for first in self.cast.chunk_by(|a, b| a.diagonal() == b.diagonal()) {
            let diagonal = first[0].diagonal();
            let within = |vote: &Cast| vote.diagonal() < diagonal + width as u64;
            while self.cast.get(to).is_some_and(within) {
                to += 1;
            }
            let crowd = &self.cast[from..to];
            from += first.len();
            if crowd.len() < least {
                continue;
            }
            votes.clear();
            for cast in crowd {
                if let Some(vote) = self.resolved(*cast, near) {
                    near = vote.row;
                    votes.push(vote);
                }
            }
            votes.sort_unstable();
            // The diagonals of a row's end are those of the next one's beginning too.
            for of_row in votes.chunk_by(|a, b| a.row == b.row) {
                keys.clear();
                keys.extend(of_row.iter().map(|vote| vote.key));
                keys.sort_unstable();
                keys.dedup();
                let Vote { row, .. } = of_row[0];
                if keys.len() >= least && of_row[0].diagonal == diagonal && wanted(row) {
                    windows.push(Candidate {
                        row,
                        offset: of_row[of_row.len() / 2].offset,
                        shared: keys.len(),
                        digits: 0.0,
                    });
                }
            }
        }
        windows
    }

    /// None for a place beyond the last row.
    fn resolved(&self, cast: Cast, near: u32) -> Option<Vote> {
        let asked = self.asked[(cast.0 & ((1 << OF_BITS) - 1)) as usize];
        let place = (cast.diagonal() + u64::from(asked.at)).checked_sub(self.latest)?;
        let hit = self.index.hit_near(place, near)?;
        Some(Vote {
            row: hit.row,
            diagonal: cast.diagonal(),
            offset: i64::from(hit.item) - i64::from(asked.at),
            key: asked.key,
        })
    }
}

/// A vote for an offset in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Vote {
    row: u32,
    diagonal: u64,
    offset: i64,
    key: u32,
}

/// So many windows of each row with the most keys, by row, then best first; those that share an offset
/// with a better one are left out.
fn best_windows(mut windows: Vec<Candidate>, width: usize, per_row: usize) -> Vec<Candidate> {
    windows.sort_unstable_by_key(|found| {
        let most_first = usize::MAX - found.shared;
        (found.row, most_first, found.offset.abs(), found.offset)
    });
    let mut best: Vec<Candidate> = Vec::new();
    let mut of_row = 0;
    for found in windows {
        if best.last().is_none_or(|last| last.row != found.row) {
            of_row = best.len();
        }
        let better = &best[of_row..];
        let apart =
            |better: &Candidate| (better.offset - found.offset).unsigned_abs() >= width as u64;
        if better.len() < per_row && better.iter().all(apart) {
            best.push(found);
        }
    }
    best
}

#[cfg(all(test, feature = "job"))]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;
    use crate::index::build;
    use crate::print::Print;

    const GATE: Gate = Gate {
        min_shared_keys: 3,
        offset_window: 4,
        offsets_per_row: 2,
        max_places_per_key: 10,
        max_bytes: 1 << 20,
        rare_share: 1.0,
        max_by_chance: 100.0,
    };

    /// Every window with three different keys, for each row best first: by looking at each offset of
    /// each row.
    fn slowly(votes: &[(u32, i64, u32)]) -> Vec<(u32, i64, usize)> {
        let width = GATE.offset_window as i64;
        let mut starts: Vec<(u32, i64)> = votes.iter().map(|vote| (vote.0, vote.1)).collect();
        starts.sort_unstable();
        starts.dedup();
        let windows = starts.iter().filter_map(|&(row, from)| {
            let within =
                |vote: &&(u32, i64, u32)| vote.0 == row && (from..from + width).contains(&vote.1);
            let mut offsets: Vec<i64> = votes.iter().filter(within).map(|vote| vote.1).collect();
            offsets.sort_unstable();
            let keys: HashSet<u32> = votes.iter().filter(within).map(|vote| vote.2).collect();
            (keys.len() >= 3).then(|| (row, offsets[offsets.len() / 2], keys.len()))
        });
        let mut windows: Vec<_> = windows.collect();
        windows.sort_by_key(|&(row, offset, keys)| (row, usize::MAX - keys, offset.abs(), offset));
        let mut best: Vec<(u32, i64, usize)> = Vec::new();
        for found in windows {
            let of_row = best.iter().filter(|better| better.0 == found.0);
            if of_row.clone().count() < GATE.offsets_per_row
                && of_row
                    .clone()
                    .all(|better| (better.1 - found.1).abs() >= width)
            {
                best.push(found);
            }
        }
        best
    }

    /// Votes for offsets of one row, each of a key.
    #[track_caller]
    fn check(votes: &[(u64, u32)], expected: &[(i64, usize)]) {
        let mut asked: Vec<Asked> = votes
            .iter()
            .map(|&(_, key)| Asked {
                cost: 0,
                key,
                at: 0,
            })
            .collect();
        asked.sort_unstable();
        asked.dedup();
        let cast = |&(offset, key): &(u64, u32)| {
            let of = asked.iter().position(|asked| asked.key == key).unwrap();
            Cast(offset << OF_BITS | of as u64)
        };
        let index = Index::new(&[0, 1000], &[0, 0], &[], 0).unwrap();
        let mut cast = Votes {
            asked: &asked,
            index: &index,
            latest: 0,
            cast: votes.iter().map(cast).collect(),
        };
        let found = best_windows(cast.windows(4, 3, |_| true), 4, 2);
        let found: Vec<_> = found
            .iter()
            .map(|found| (found.offset, found.shared))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn keys_that_agree_within_the_window_make_a_candidate() {
        check(&[(10, 1), (11, 2), (12, 3)], &[(11, 3)]);
        check(&[(10, 1), (11, 2), (14, 3)], &[]);
    }

    #[test]
    fn one_key_many_times_is_one_vote() {
        check(&[(10, 1); 50], &[]);
        check(&[vec![(10, 1); 50], vec![(10, 2)]].concat(), &[]);
    }

    #[test]
    fn a_repeating_song_gives_its_best_offsets_only() {
        let mut votes = Vec::new();
        for (offset, keys) in [(0, 9), (100, 5), (200, 4)] {
            votes.extend((0..keys).map(|key| (offset, key)));
        }
        check(&votes, &[(0, 9), (100, 5)]);
    }

    proptest! {
        #[test]
        fn what_a_look_at_every_offset_finds_is_found(
            rows in proptest::collection::vec(proptest::collection::vec(0u32..400, 40..120), 1..20),
            from in 0usize..30,
        ) {
            let wide = |row: &Vec<u32>| row.iter().map(|&item| item.wrapping_mul(0x9e37_79b1)).collect();
            let prints: Vec<Print> = rows.iter().map(|row| Print::new(wide(row))).collect();
            let query = Print::new(prints[0].view().items()[from..].to_vec());
            let columns = build(&prints, 0);
            let index = columns.view().unwrap();
            let gate = Gate { max_by_chance: 1e9, max_places_per_key: 1 << 20, ..GATE };
            let mut votes = Vec::new();
            for (key, at) in selected(query.view(), 0) {
                index.places_of(key, |place| {
                    let hit = index.hit(place).unwrap();
                    votes.push((hit.row, i64::from(hit.item) - at as i64, key));
                });
            }
            let found: Vec<_> = candidates(query.view(), &index, &gate, |_| true)
                .iter()
                .map(|found| (found.row, found.offset, found.shared))
                .collect();
            prop_assert_eq!(found, slowly(&votes));
        }
    }

    #[test]
    fn more_keys_must_agree_where_more_agree_by_chance() {
        let spread = |votes: f64, windows: f64| Spread { votes, windows };
        // 1000 votes on a million windows: half a pair, a six-thousandth of a three.
        let pairs = spread(1e3, 1e6).by_chance(2).exp();
        assert!((pairs - 0.5).abs() < 0.01, "{pairs}");
        assert!(spread(1e5, 1e6).by_chance(3) > spread(1e3, 1e6).by_chance(3));
        assert!(spread(1e3, 1e6).digits(4) > spread(1e3, 1e6).digits(3));
        assert_eq!(spread(0.0, 1.0).by_chance(1), f64::NEG_INFINITY);
    }

    #[test]
    fn a_query_reads_no_more_than_its_bytes_and_rare_keys_first() {
        let common: Vec<u32> = (0..40u32).map(|n| n.wrapping_mul(0x9e37_79b1)).collect();
        let rare: Vec<u32> = (0..40u32)
            .map(|n| n.wrapping_mul(0x85eb_ca6b) ^ 0x5a5a_5a5a)
            .collect();
        let crowd = vec![Print::new(common.clone()); 200];
        let song = Print::new([common, rare].concat());
        let prints = [crowd, vec![song.clone()]].concat();
        let columns = build(&prints, 0);
        let index = columns.view().unwrap();
        let gate = Gate {
            max_places_per_key: 5000,
            ..GATE
        };
        let rows = |gate: &Gate| candidates(song.view(), &index, gate, |_| true).len();
        assert_eq!(rows(&gate), 201);
        let short = Gate {
            max_bytes: 600,
            ..gate
        };
        assert_eq!(rows(&short), 1, "the song itself, by what only it has");
        let evenly = Gate {
            max_bytes: 4000,
            rare_share: 0.1,
            ..short
        };
        assert_eq!(rows(&evenly), 201, "common keys have a share too");
    }
}
