//! Which recordings are worth aligning, and at which offset?
//!
//! Every shared key votes for (row, offset). A row is a candidate if, within a narrow window
//! of offsets, enough *different* keys agree: a drone that repeats one key a thousand times
//! has one vote. What passes is only aligned, so the gate may be low; `default.toml` says what
//! it lets through.

use serde::{Deserialize, Serialize};

use crate::index::{Hit, Index, selected};
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
    /// Bytes of the index that are read for a query, rare keys first. Bounds its work whatever the
    /// size of the catalogue: of many keys the rarest say most.
    pub max_bytes: u64,
}

/// A row to align with the query.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Candidate {
    /// The row of the index.
    pub row: u32,
    /// Item `i` of the query probably lies on item `i + offset` of the row.
    pub offset: i64,
    /// Different keys that say so.
    pub shared: usize,
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
    let mut votes = votes(keys, index, gate, wanted);
    votes.sort_unstable();
    votes
        .chunk_by(|a, b| a.0 == b.0)
        .flat_map(|row| best_offsets(row, gate))
        .collect()
}

fn votes(
    keys: impl Iterator<Item = (u32, usize)>,
    index: &Index<'_>,
    gate: &Gate,
    wanted: impl Fn(u32) -> bool,
) -> Vec<Vote> {
    let mut votes = Vec::new();
    let mut hits: Vec<Hit> = Vec::new();
    let mut keys: Vec<(u64, u32, usize)> =
        keys.map(|(key, at)| (index.cost(key), key, at)).collect();
    keys.sort_unstable();
    let mut left = gate.max_bytes;
    for (cost, scrambled, at) in keys {
        let Some(rest) = left.checked_sub(cost) else {
            break;
        };
        left = rest;
        hits.clear();
        index.look_up(scrambled, &mut hits);
        if hits.len() <= gate.max_places_per_key {
            let wanted = hits.iter().filter(|hit| wanted(hit.row));
            votes.extend(wanted.map(|hit| (hit.row, i64::from(hit.item) - at as i64, scrambled)));
        }
    }
    votes
}

/// The windows of one row's sorted votes with the most different keys; windows that share an
/// offset with a better one are left out.
fn best_offsets(votes: &[Vote], gate: &Gate) -> Vec<Candidate> {
    if votes.len() < gate.min_shared_keys {
        return Vec::new();
    }
    let width = gate.offset_window.max(1) as i64;
    let mut windows: Vec<Candidate> = Vec::new();
    let mut from = 0;
    while from < votes.len() {
        let (row, first, _) = votes[from];
        let len = votes[from..].partition_point(|&(_, offset, _)| offset < first + width);
        let window = &votes[from..from + len];
        if window.len() >= gate.min_shared_keys {
            let shared = different_keys(window);
            if shared >= gate.min_shared_keys {
                windows.push(Candidate {
                    row,
                    offset: window[len / 2].1,
                    shared,
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
    use super::*;
    use crate::index::build;
    use crate::print::Print;

    const GATE: Gate = Gate {
        min_shared_keys: 3,
        offset_window: 4,
        offsets_per_row: 2,
        max_places_per_key: 10,
        max_bytes: 1 << 20,
    };

    #[track_caller]
    fn check(mut votes: Vec<Vote>, expected: &[(i64, usize)]) {
        votes.sort_unstable();
        let found: Vec<_> = best_offsets(&votes, &GATE)
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
    }
}
