//! Do clusters keep what belongs together together, and strangers apart?

use proptest::prelude::*;

use super::*;
use crate::config::Config;
use crate::decisions::Said;

fn id(n: u8) -> RecordingId {
    RecordingId([n; 16])
}

fn row(n: u8, items: usize) -> Row {
    Row {
        recordings: vec![id(n)],
        items,
    }
}

fn same(a: usize, b: usize, bit_match: f64) -> Pair {
    let kind = MatchKind::OtherEncode;
    Pair {
        a,
        b,
        offset: 0,
        bit_match,
        overlap: 1000,
        kind,
        piece: None,
        way: Way::default(),
    }
}

/// Row `a` is a part of row `b`, from item `offset` on.
fn part(a: usize, b: usize, offset: i64, overlap: usize) -> Pair {
    let kind = MatchKind::Contained;
    Pair {
        a,
        b,
        offset,
        bit_match: 0.99,
        overlap,
        kind,
        piece: Some(Piece::A),
        way: Way::default(),
    }
}

/// Members of each cluster by number, and how many pairs are only related.
fn groups(rows: &[Row], pairs: &[Pair], strangers: &[(usize, usize)]) -> (Vec<Vec<u8>>, usize) {
    let disagreement = |a: usize, b: usize, _| {
        let apart = strangers.contains(&(a.min(b), a.max(b)));
        Some(if apart { 0.48 } else { 0.1 })
    };
    let found = cluster(
        rows,
        pairs,
        &Config::built_in().cluster,
        &disagreement,
        &Said::default(),
    );
    let members = |cluster: &Cluster| cluster.members.iter().map(|id| id.0[0]).collect();
    (
        found.clusters.iter().map(members).collect(),
        found.related.len(),
    )
}

#[test]
fn recordings_with_the_same_audio_are_a_cluster_by_themselves() {
    let rows = [
        Row {
            recordings: vec![id(1), id(4), id(9)],
            items: 485,
        },
        row(2, 485),
    ];
    let found = cluster(
        &rows,
        &[],
        &Config::built_in().cluster,
        &|_, _, _| None,
        &Said::default(),
    );
    assert_eq!(found.clusters.len(), 1);
    let cluster = &found.clusters[0];
    assert_eq!(cluster.members, [id(1), id(4), id(9)]);
    assert_eq!(cluster.evidence.len(), 2);
    assert!(
        cluster
            .evidence
            .iter()
            .all(|e| e.kind == MatchKind::IdenticalAudio && e.overlap > 60.0)
    );
}

#[test]
fn a_chain_whose_ends_disagree_is_not_one_cluster() {
    let rows: Vec<Row> = (0..3).map(|n| row(n, 1000)).collect();
    let pairs = [same(0, 1, 0.95), same(1, 2, 0.80)];
    assert_eq!(groups(&rows, &pairs, &[]), (vec![vec![0, 1, 2]], 0));
    assert_eq!(groups(&rows, &pairs, &[(0, 2)]), (vec![vec![0, 1]], 1));
}

#[test]
fn the_offset_that_members_imply_is_the_one_that_is_checked() {
    let rows: Vec<Row> = (0..3).map(|n| row(n, 1000)).collect();
    let shifted = |a, b, offset| Pair {
        offset,
        ..same(a, b, 0.9)
    };
    // Row 1 starts 10 items before row 0, row 2 another 5 before row 1.
    let pairs = [shifted(0, 1, 10), shifted(1, 2, 5)];
    let right = |a: usize, b: usize, offset: i64| {
        let starts = [0, -10, -15];
        Some(if offset == starts[a] - starts[b] {
            0.1
        } else {
            0.5
        })
    };
    let found = cluster(
        &rows,
        &pairs,
        &Config::built_in().cluster,
        &right,
        &Said::default(),
    );
    assert_eq!(found.clusters[0].members, [id(0), id(1), id(2)]);
    assert_eq!(found.clusters[0].evidence[0].offset, -1.24);
}

#[test]
fn a_preview_joins_its_song() {
    let rows = [row(0, 242), row(1, 1900)];
    assert_eq!(
        groups(&rows, &[part(0, 1, 500, 242)], &[]),
        (vec![vec![0, 1]], 0)
    );
}

#[test]
fn a_mix_does_not_weld_its_songs_together() {
    let rows = [row(0, 1900), row(1, 1700), row(2, 14_000)];
    let pairs = [part(0, 2, 0, 1850), part(1, 2, 1900, 1650)];
    assert_eq!(groups(&rows, &pairs, &[(0, 1)]), (vec![], 2));
}

#[test]
fn two_excerpts_of_different_places_do_not_meet_in_one_cluster() {
    let rows = [row(0, 242), row(1, 240), row(2, 1900)];
    let pairs = [part(0, 2, 0, 242), part(1, 2, 900, 240)];
    assert_eq!(groups(&rows, &pairs, &[]), (vec![vec![0, 2]], 1));
}

#[test]
fn a_part_joins_one_whole_only() {
    let rows = [row(0, 242), row(1, 1900), row(2, 1950)];
    let pairs = [part(0, 1, 0, 242), part(0, 2, 0, 230)];
    assert_eq!(groups(&rows, &pairs, &[(1, 2)]), (vec![vec![0, 1]], 1));
}

#[test]
fn a_part_joins_every_encoding_of_its_whole_at_once() {
    let rows = [row(0, 242), row(1, 1900), row(2, 1900)];
    let pairs = [part(0, 1, 9, 242), part(0, 2, 9, 230), same(1, 2, 0.97)];
    assert_eq!(groups(&rows, &pairs, &[]), (vec![vec![0, 1, 2]], 0));
}

proptest! {
    #[test]
    fn the_order_of_pairs_does_not_matter(
        edges in proptest::collection::vec((0usize..8, 0usize..8, 70u32..100, any::<bool>()), 0..20),
        seed in any::<u64>(),
    ) {
        let rows: Vec<Row> = (0..8).map(|n| row(n, 500 + 100 * usize::from(n))).collect();
        let mut pairs: Vec<Pair> = Vec::new();
        for (a, b, percent, contained) in edges {
            if a < b && !pairs.iter().any(|pair| (pair.a, pair.b) == (a, b)) {
                let known = if contained { part(a, b, 3, 400) } else { same(a, b, 0.9) };
                pairs.push(Pair { bit_match: f64::from(percent) / 100.0, ..known.clone() });
            }
        }
        let strangers = [(0, 3), (2, 5), (1, 6)];
        let expected = groups(&rows, &pairs, &strangers);
        let mut state = seed | 1;
        for last in (1..pairs.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            pairs.swap(last, (state >> 33) as usize % (last + 1));
        }
        prop_assert_eq!(groups(&rows, &pairs, &strangers), expected);
    }
}
