//! Are planted duplicates found in a large catalogue, and without comparing all pairs?

use catalog::ids::RecordingId;
use catalog::progress::Silent;
use fingerprint::Config;
use fingerprint::align::{Alignment, overlap};
use fingerprint::cluster::{Pair, Row};
use fingerprint::decisions::Said;
use fingerprint::duplicates::{All, find, matching_pairs};
use fingerprint::glances::Glances;
use fingerprint::index::build;
use fingerprint::print::Print;
use proptest::prelude::*;

use crate::synth::Dice;

/// Items that behave like music: each changes a few bits of the one before.
fn items(dice: &mut Dice, len: usize) -> Vec<u32> {
    let mut item = dice.next();
    (0..len)
        .map(|_| {
            for _ in 0..5 {
                item ^= 1 << dice.below(32);
            }
            item
        })
        .collect()
}

/// Flips every bit with chance 1 in `one_in`.
fn noisy(dice: &mut Dice, items: &[u32], one_in: u32) -> Vec<u32> {
    let mut flip = |item: u32| {
        (0..32)
            .filter(|_| dice.below(one_in) == 0)
            .fold(item, |item, bit| item ^ (1 << bit))
    };
    items.iter().map(|&item| flip(item)).collect()
}

/// These prints have no peaks, so items alone must do: one key in two, not in four.
fn by_items_alone() -> Config {
    let user: toml::Table = "index = { sampling = 1 }".parse().unwrap();
    Config::load(Some(&user)).unwrap()
}

fn rows(prints: &[Print]) -> Vec<Row> {
    let id = |n: usize| RecordingId((n as u128).to_be_bytes());
    let row = |(n, print): (usize, &Print)| Row {
        recordings: vec![id(n)],
        items: print.view().len(),
    };
    prints.iter().enumerate().map(row).collect()
}

/// Every pair at every offset: what the index must equal.
fn brute_force(prints: &[Print], config: &Config) -> Vec<(usize, usize)> {
    let mut pairs = Vec::new();
    for a in 0..prints.len() {
        for b in a + 1..prints.len() {
            let (view_a, view_b) = (prints[a].view(), prints[b].view());
            let matches = (-(view_a.len() as i64)..view_b.len() as i64)
                .filter(|&offset| overlap(view_a.len(), view_b.len(), offset).len() >= 80)
                .any(|offset| {
                    let limit = config.matching.stretch_bit_error;
                    let found = Alignment::at(view_a, view_b, offset, 0, limit);
                    found.errors.items >= 80
                        && config.matching.judge(view_a, view_b, offset).is_some()
                });
            if matches {
                pairs.push((a, b));
            }
        }
    }
    pairs
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn the_index_finds_the_pairs_that_comparing_everything_finds(
        seed in any::<u32>(), plan in proptest::collection::vec((0usize..4, 0usize..150, 40u32..400), 6)
    ) {
        let config = Config::built_in();
        let mut dice = Dice::new(seed);
        let songs: Vec<Vec<u32>> = (0..4).map(|_| items(&mut dice, 300)).collect();
        let mut prints: Vec<Print> = songs.iter().cloned().map(Print::new).collect();
        for (song, trim, one_in) in plan {
            prints.push(Print::new(noisy(&mut dice, &songs[song][trim..], one_in)));
        }
        let items = build(&prints, 0);
        let triples = build(&Vec::<Print>::new(), 0);
        let (items, none) = (items.view().unwrap(), triples.view().unwrap());
        let indexes = All { items, pairs: none, triples: none, glances: &Glances::default() };
        let (found, _) = matching_pairs(&prints, &vec![true; prints.len()], &indexes, &config, &Silent);
        let found: Vec<(usize, usize)> = found.iter().map(|pair: &Pair| (pair.a, pair.b)).collect();
        prop_assert_eq!(found, brute_force(&prints, &config));
    }
}

#[test]
fn planted_duplicates_among_20000_are_found_without_comparing_all_pairs() {
    const SONGS: usize = 20_000;
    const PLANTED: usize = 200;
    let mut dice = Dice::new(20_000);
    let mut all: Vec<Vec<u32>> = (0..SONGS)
        .map(|_| {
            let len = 300 + dice.below(300) as usize;
            items(&mut dice, len)
        })
        .collect();
    let mut expected = Vec::new();
    for n in 0..PLANTED {
        let song = n * 97;
        let from = if n % 2 == 0 {
            0
        } else {
            40 + dice.below(60) as usize
        };
        let copy = noisy(&mut dice, &all[song][from..], 10);
        expected.push((song, all.len()));
        all.push(copy);
    }
    let prints: Vec<Print> = all.into_iter().map(Print::new).collect();
    let (clustered, _, work) = find(
        &rows(&prints),
        &prints,
        &by_items_alone(),
        &Said::default(),
        &Silent,
    );
    let pairs: Vec<(usize, usize)> = clustered
        .clusters
        .iter()
        .map(|cluster| {
            assert_eq!(cluster.members.len(), 2, "a stranger in {cluster:?}");
            let [a, b] = [0, 1].map(|n| u128::from_be_bytes(cluster.members[n].0) as usize);
            (a, b)
        })
        .collect();
    let rows = work.rows;
    let per_minute = work.index_bytes as f64 / (work.items as f64 / 484.6);
    println!(
        "{rows} fingerprints, {} alignments instead of {} pairs, {} entries, {per_minute:.0} bytes of index a minute",
        work.alignments,
        rows * (rows - 1) / 2,
        work.entries,
    );
    assert_eq!(pairs, expected);
    assert!(
        work.alignments < rows,
        "the index let {} pairs through",
        work.alignments
    );
}

#[test]
fn the_order_of_recordings_and_the_number_of_threads_do_not_change_the_clusters() {
    let mut dice = Dice::new(7);
    let songs: Vec<Vec<u32>> = (0..12).map(|_| items(&mut dice, 500)).collect();
    let mut named: Vec<(u8, Vec<u32>)> = Vec::new();
    for (n, song) in songs.iter().enumerate() {
        let n = n as u8;
        named.push((n, song.clone()));
        named.push((50 + n, noisy(&mut dice, song, 9)));
        named.push((100 + n, song[100..350].to_vec()));
    }
    let clusters = |named: &[(u8, Vec<u32>)], threads: usize| {
        let id = |n: u8| RecordingId([n; 16]);
        let rows: Vec<Row> = named
            .iter()
            .map(|(n, i)| Row {
                recordings: vec![id(*n)],
                items: i.len(),
            })
            .collect();
        let prints: Vec<Print> = named
            .iter()
            .map(|(_, items)| Print::new(items.clone()))
            .collect();
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| find(&rows, &prints, &by_items_alone(), &Said::default(), &Silent).0)
    };
    let expected = clusters(&named, 1);
    assert_eq!(expected.clusters.len(), 12);
    assert!(
        expected
            .clusters
            .iter()
            .all(|cluster| cluster.members.len() == 3)
    );
    assert_eq!(clusters(&named, 2), expected);
    for _ in 0..5 {
        for last in (1..named.len()).rev() {
            named.swap(last, dice.below(last as u32 + 1) as usize);
        }
        assert_eq!(clusters(&named, 2), expected);
    }
}
