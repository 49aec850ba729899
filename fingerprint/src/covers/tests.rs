//! Are performances of one song told from strangers, in any key and tempo?

use super::*;
use crate::config::Config;
use crate::made_up::dice;
use crate::peaks::Peak;
use catalog::progress::Silent;

/// A song of chords of `frames` each, the song from `seed`, its notes and noise from `take`.
fn played(seed: u64, take: u64, frames: f64, semitones: u32) -> Print {
    let (mut song, mut hand) = (dice(seed), dice(take));
    let chords: Vec<[u32; 3]> = (0..60)
        .map(|_| {
            let root = [0, 2, 4, 5, 7, 9, 11][song(7) as usize];
            [root, root + if song(2) == 0 { 3 } else { 4 }, root + 7]
        })
        .collect();
    let mut peaks = Vec::new();
    for (at, chord) in chords.iter().enumerate() {
        for _ in 0..(frames * 0.5) as u32 {
            let frame = (at as f64 * frames) as u32 + hand(frames as u32);
            let note = match hand(4) {
                0 => hand(12),
                _ => chord[hand(3) as usize],
            };
            let pitch = 24 * (note + semitones + 12 * hand(3)) + hand(3);
            peaks.push(Peak::new(frame, pitch as u16));
        }
    }
    peaks.sort_unstable();
    // The items only have to say something.
    let mut word = dice(take + 1);
    let items = (0..(60.0 * frames / 5.33) as usize)
        .map(|_| word(u32::MAX))
        .collect();
    Print::with_peaks(items, &peaks)
}

#[test]
fn a_song_in_another_key_and_tempo_by_other_hands_is_shown_and_strangers_are_not() {
    let mut prints: Vec<Print> = (1..=8)
        .map(|n| played(n, 100 + n, 80.0, n as u32 % 5))
        .collect();
    prints.push(played(3, 200, 92.0, 10));
    let covering = Config::built_in().covers;
    let found = covering.search(&prints, &vec![true; prints.len()], &Silent);
    let pairs: Vec<(usize, usize)> = found.iter().map(|cover| (cover.a, cover.b)).collect();
    assert_eq!(pairs, [(2, 8)], "{found:?}");
    // Song 3 stands at 3 semitones, its cover at 10.
    assert_eq!(found[0].semitones, 7);
    let along = |passage: [f64; 2]| passage[1] - passage[0];
    let ratio = along(found[0].passage_b) / along(found[0].passage_a);
    assert!((1.0..1.3).contains(&ratio), "{found:?}");
}

#[test]
fn only_pairs_with_something_new_are_looked_at() {
    let prints = [
        played(1, 1, 80.0, 0),
        played(1, 2, 85.0, 4),
        played(2, 3, 80.0, 0),
    ];
    let covering = Config::built_in().covers;
    assert_eq!(covering.search(&prints, &[false; 3], &Silent), []);
    assert_eq!(
        covering
            .search(&prints, &[false, true, false], &Silent)
            .len(),
        1
    );
    let none = Covering {
        candidates: 0,
        ..covering
    };
    assert_eq!(none.search(&prints, &[true; 3], &Silent), []);
}

#[test]
fn a_profile_turned_by_a_key_is_that_of_the_piece_in_that_key() {
    let low = Heard::new(&played(5, 9, 80.0, 0));
    let high = Heard::new(&played(5, 9, 80.0, 5));
    let alike = low.profile.alike(&high.profile);
    let best = (0..12)
        .max_by(|&x, &y| alike[x].total_cmp(&alike[y]))
        .unwrap();
    assert_eq!(best, 5, "{alike:?}");
}

#[test]
fn nothing_and_a_second_of_music_are_compared_without_a_panic() {
    let short = Print::with_peaks((0..40).collect(), &[Peak::new(3, 99)]);
    let prints = [Print::default(), short, played(1, 1, 80.0, 0)];
    let covering = Config::built_in().covers;
    assert_eq!(covering.search(&prints, &[true; 3], &Silent), []);
}
