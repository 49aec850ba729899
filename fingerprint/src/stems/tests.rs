//! Are two instruments of one song told from two songs of one key, beat and length?

use super::*;
use crate::config::Config;
use crate::made_up::dice;
use catalog::progress::Silent;

/// An instrument that plays the song from `seed`: the chords and the moments are the song's, which
/// notes of a chord sound is the instrument's own. One in `lost` of its moments it leaves out.
fn instrument(seed: u64, own: u64, lost: u32) -> Print {
    const SECONDS: u32 = 120;
    let (mut song, mut hand) = (dice(seed), dice(own));
    let mut peaks = Vec::new();
    // Four to a beat of half a second.
    for moment in 0..SECONDS * 8 {
        let root = [0, 2, 4, 5, 7, 9, 11][song(7) as usize];
        let (sounds, frame) = (song(3) > 0, moment * 43 / 8);
        if sounds && hand(lost) > 0 {
            let note = root + [0, 4, 7][hand(3) as usize] + 12 * hand(4);
            peaks.push(Peak::new(frame, (24 * note + 12) as u16));
        }
    }
    let mut word = dice(seed);
    // Of ten bits each instrument changes three: two of them differ in 0.42.
    let bits = |word: u32, hand: &mut dyn FnMut(u32) -> u32| {
        (0..32).fold(word, |word, bit| word ^ u32::from(hand(10) < 3) << bit)
    };
    let items = (0..items_in(f64::from(SECONDS))).map(|_| bits(word(u32::MAX), &mut hand));
    Print::with_peaks(items.collect(), &peaks)
}

fn found(prints: &[Print], new: &[bool]) -> Vec<(usize, usize)> {
    let found = Config::built_in().stems.search(prints, new, &Silent);
    found.iter().map(|stems| (stems.a, stems.b)).collect()
}

#[test]
fn two_instruments_of_one_song_are_shown_and_songs_of_one_beat_and_length_are_not() {
    let prints: Vec<Print> = (1..=6).map(|n| instrument(n, 100 + n, 3)).collect();
    assert_eq!(found(&prints, &[true; 6]), []);
    let guitar = instrument(2, 200, 2);
    let prints = [prints, vec![guitar]].concat();
    assert_eq!(found(&prints, &[true; 7]), [(1, 6)]);
}

#[test]
fn only_pairs_with_something_new_are_heard_and_from_either_side() {
    let prints = [
        instrument(3, 1, 3),
        instrument(4, 2, 3),
        instrument(3, 5, 2),
    ];
    assert_eq!(found(&prints, &[false; 3]), []);
    assert_eq!(found(&prints, &[false, true, false]), []);
    assert_eq!(found(&prints, &[true, false, false]), [(0, 2)]);
    assert_eq!(found(&prints, &[false, false, true]), [(0, 2)]);
}

#[test]
fn an_instrument_that_ends_a_second_later_is_none_of_the_song() {
    let (band, guitar) = (instrument(5, 1, 3), instrument(5, 2, 2));
    let keeping = Config::built_in().stems;
    assert!(keeping.judge(&band, &guitar).is_some());
    let mut longer = guitar.view().items().to_vec();
    longer.extend_from_within(..8);
    let longer = Print::with_peaks(longer, guitar.peaks());
    assert_eq!(keeping.judge(&band, &longer), None);
}

#[test]
fn an_instrument_that_comes_in_a_beat_late_does_not_keep_time() {
    let (band, guitar) = (instrument(6, 1, 3), instrument(6, 2, 2));
    let mut late = guitar.view().items().to_vec();
    late.rotate_right(4);
    let frames = 21;
    let peaks = guitar.peaks().iter();
    let peaks: Vec<Peak> = peaks
        .map(|peak| Peak::new(peak.frame() + frames, peak.pitch() as u16))
        .collect();
    let late = Print::with_peaks(late, &peaks);
    assert_eq!(Config::built_in().stems.judge(&band, &late), None);
}

#[test]
fn nothing_and_a_few_seconds_are_heard_without_a_panic() {
    let short = Print::with_peaks((0..40).collect(), &[Peak::new(3, 99)]);
    let prints = [Print::default(), Print::default(), short.clone(), short];
    assert_eq!(found(&prints, &[true; 4]), []);
}

#[test]
fn two_that_last_equally_many_samples_are_believed_sooner() {
    let (band, guitar) = (instrument(7, 1, 3), instrument(7, 2, 2));
    let keeping = Config::built_in().stems;
    let score = keeping.judge(&band, &guitar).unwrap().score();
    let strict = Keeping {
        min_score: score + 1.0,
        ..keeping
    };
    let [long, other] = [5_000_000, 5_000_001].map(|samples| guitar.clone().lasting(samples));
    let band = band.lasting(5_000_000);
    assert_eq!(strict.judge(&band, &guitar), None);
    assert_eq!(strict.judge(&band, &other), None);
    assert!(
        strict
            .judge(&band, &long)
            .is_some_and(|together| together.exactly)
    );
}
