//! Which recordings are worth aligning, and at which offset?
//!
//! Every shared key votes for (row, offset). A row is a candidate if, within a narrow window
//! of offsets, enough *different* keys agree: a drone that repeats one key a thousand times
//! has one vote. How many are enough grows with the catalogue: the more votes there are, the
//! more of them agree by chance (`max_by_chance`).
//!
//! Two steps keep a large catalogue cheap. All votes are counted roughly, on the diagonals of all
//! rows laid end to end, in a table that fits the processor's cache; only those that stand in a
//! crowd are resolved to rows and counted exactly. The first step never loses what the second
//! would accept, which a test holds against a search without it.

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

/// A vote: a row, the offset it implies, and the key.
type Vote = (u32, i64, u32);

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
    let mut cast = cast(&asked, index, gate.max_places_per_key);
    let width = gate.offset_window.max(1);
    let spread = Spread {
        votes: cast.len() as f64,
        windows: (index.places() as f64 / width as f64).max(1.0),
    };
    let least = (gate.min_shared_keys..=MOST_ASKED)
        .find(|&keys| spread.by_chance(keys) <= gate.max_by_chance.ln())
        .unwrap_or(MOST_ASKED);
    keep_crowds(&mut cast, &asked, width, least);
    let mut votes: Vec<Vote> = cast
        .iter()
        .filter_map(|cast| {
            let (hit, (key, at)) = (index.hit(cast.place())?, asked[cast.of()]);
            wanted(hit.row).then(|| (hit.row, i64::from(hit.item) - at as i64, key))
        })
        .collect();
    votes.sort_unstable();
    votes
        .chunk_by(|a, b| a.0 == b.0)
        .flat_map(|row| best_offsets(row, least, gate, &spread))
        .collect()
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

/// The keys to look up with their places in the query: the rarest, and of the others whichever come
/// first in the order of the keys, which are scrambled.
fn within_bytes(
    keys: impl Iterator<Item = (u32, usize)>,
    index: &Index<'_>,
    gate: &Gate,
) -> Vec<(u32, usize)> {
    let mut keys: Vec<(u64, u32, usize)> =
        keys.map(|(key, at)| (index.cost(key), key, at)).collect();
    keys.sort_unstable();
    let for_rare = (gate.rare_share.clamp(0.0, 1.0) * gate.max_bytes as f64) as u64;
    let (rare, read) = affordable(&keys, for_rare);
    let others = &mut keys[rare..];
    others.sort_unstable_by_key(|&(_, key, at)| (key, at));
    let (more, _) = affordable(others, gate.max_bytes - read);
    keys.truncate(rare + more);
    keys.into_iter().map(|(_, key, at)| (key, at)).collect()
}

/// How many of the first keys can be read for so many bytes, and what they cost.
fn affordable(keys: &[(u64, u32, usize)], bytes: u64) -> (usize, u64) {
    let mut read = 0;
    let mut costs = keys.iter().map(|(cost, ..)| *cost);
    let many = costs.position(|cost| match read + cost <= bytes {
        true => {
            read += cost;
            false
        }
        false => true,
    });
    (many.unwrap_or(keys.len()), read)
}

/// A vote before its row is known: the place, and which key of the query (lower 28 bits).
#[derive(Clone, Copy)]
struct Cast(u64);

/// Bits of a vote that number the key: a query of a day has fewer.
const OF_BITS: u32 = 28;

impl Cast {
    fn place(self) -> u64 {
        self.0 >> OF_BITS
    }

    fn of(self) -> usize {
        (self.0 & ((1 << OF_BITS) - 1)) as usize
    }
}

fn cast(asked: &[(u32, usize)], index: &Index<'_>, most_places: usize) -> Vec<Cast> {
    let mut cast = Vec::new();
    for (of, &(key, _)) in asked.iter().enumerate().take(1 << OF_BITS) {
        let before = cast.len();
        index.places_of(key, |place| cast.push(Cast(place << OF_BITS | of as u64)));
        if cast.len() - before > most_places {
            cast.truncate(before);
        }
    }
    cast
}

/// Counters of the rough count: a megabyte, which a core's cache holds.
const MOST_CELLS: usize = 1 << 20;

/// Leaves the votes that may be among `least` within one window: a window touches two cells at
/// most, and a cell's counter holds at least its own votes.
fn keep_crowds(cast: &mut Vec<Cast>, asked: &[(u32, usize)], width: usize, least: usize) {
    let cells = (8 * cast.len()).next_power_of_two().clamp(64, MOST_CELLS);
    let shift = width.next_power_of_two().ilog2();
    let mut counts = vec![0u8; cells];
    let cell = |cast: Cast| {
        let diagonal = cast.place().wrapping_sub(asked[cast.of()].1 as u64);
        (diagonal >> shift) as usize & (cells - 1)
    };
    for &vote in cast.iter() {
        let count = &mut counts[cell(vote)];
        *count = count.saturating_add(1);
    }
    cast.retain(|&vote| {
        let at = cell(vote);
        let [before, after] = [at.wrapping_sub(1), at + 1].map(|at| counts[at & (cells - 1)]);
        usize::from(counts[at]) + usize::from(before.max(after)) >= least
    });
}

/// The windows of one row's sorted votes with the most different keys; windows that share an
/// offset with a better one are left out.
fn best_offsets(votes: &[Vote], least: usize, gate: &Gate, spread: &Spread) -> Vec<Candidate> {
    if votes.len() < least {
        return Vec::new();
    }
    let width = gate.offset_window.max(1) as i64;
    let mut windows: Vec<Candidate> = Vec::new();
    let mut from = 0;
    while from < votes.len() {
        let (row, first, _) = votes[from];
        let len = votes[from..].partition_point(|&(_, offset, _)| offset < first + width);
        let window = &votes[from..from + len];
        if window.len() >= least {
            let shared = different_keys(window);
            if shared >= least {
                windows.push(Candidate {
                    row,
                    offset: window[len / 2].1,
                    shared,
                    digits: spread.digits(shared),
                });
            }
        }
        from += votes[from..].partition_point(|&(_, offset, _)| offset == first);
    }
    windows.sort_by_key(|found| (usize::MAX - found.shared, found.offset.abs(), found.offset));
    let mut best: Vec<Candidate> = Vec::new();
    for found in windows {
        if best.len() == gate.offsets_per_row {
            break;
        }
        if best
            .iter()
            .all(|better| (better.offset - found.offset).abs() >= width)
        {
            best.push(found);
        }
    }
    best
}

fn different_keys(window: &[Vote]) -> usize {
    let mut keys: Vec<u32> = window.iter().map(|vote| vote.2).collect();
    keys.sort_unstable();
    keys.dedup();
    keys.len()
}

#[cfg(all(test, feature = "job"))]
mod tests {
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

    const FEW: Spread = Spread {
        votes: 1.0,
        windows: 1.0,
    };

    #[track_caller]
    fn check(mut votes: Vec<Vote>, expected: &[(i64, usize)]) {
        votes.sort_unstable();
        let found: Vec<_> = best_offsets(&votes, 3, &GATE, &FEW)
            .iter()
            .map(|found| (found.offset, found.shared))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn keys_that_agree_within_the_window_make_a_candidate() {
        check(vec![(0, 10, 1), (0, 11, 2), (0, 12, 3)], &[(11, 3)]);
        check(vec![(0, 10, 1), (0, 11, 2), (0, 14, 3)], &[]);
    }

    #[test]
    fn one_key_many_times_is_one_vote() {
        check(vec![(0, 10, 1); 50], &[]);
        check([vec![(0, 10, 1); 50], vec![(0, 10, 2)]].concat(), &[]);
    }

    #[test]
    fn a_repeating_song_gives_its_best_offsets_only() {
        let mut votes = Vec::new();
        for (offset, keys) in [(0, 9), (100, 5), (200, 4)] {
            votes.extend((0..keys).map(|key| (0, offset, key)));
        }
        check(votes, &[(0, 9), (100, 5)]);
    }

    proptest! {
        #[test]
        fn the_rough_count_loses_nothing_that_the_exact_one_finds(
            rows in proptest::collection::vec(proptest::collection::vec(0u32..400, 40..120), 1..20),
            from in 0usize..30,
        ) {
            let wide = |row: &Vec<u32>| row.iter().map(|&item| item.wrapping_mul(0x9e37_79b1)).collect();
            let prints: Vec<Print> = rows.iter().map(|row| Print::new(wide(row))).collect();
            let query = Print::new(prints[0].view().items()[from..].to_vec());
            let columns = build(&prints, 0);
            let index = columns.view().unwrap();
            let gate = Gate { max_by_chance: 1e9, max_places_per_key: 1 << 20, ..GATE };
            let mut votes: Vec<Vote> = Vec::new();
            for (key, at) in selected(query.view(), 0) {
                index.places_of(key, |place| {
                    let hit = index.hit(place).unwrap();
                    votes.push((hit.row, i64::from(hit.item) - at as i64, key));
                });
            }
            votes.sort_unstable();
            let exact: Vec<(u32, i64, usize)> = votes
                .chunk_by(|a, b| a.0 == b.0)
                .flat_map(|row| best_offsets(row, 3, &gate, &FEW))
                .map(|found| (found.row, found.offset, found.shared))
                .collect();
            let found: Vec<_> = candidates(query.view(), &index, &gate, |_| true)
                .iter()
                .map(|found| (found.row, found.offset, found.shared))
                .collect();
            prop_assert_eq!(found, exact);
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
