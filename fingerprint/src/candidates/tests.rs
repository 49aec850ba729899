//! Are the candidates those that a look at every offset finds?

use std::collections::HashSet;

use proptest::prelude::*;

use super::votes::{Cast, OF_BITS};
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
