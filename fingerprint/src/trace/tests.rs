//! Are lines found where peaks follow one, and is chance no more than chance?

use proptest::prelude::*;

use super::*;
use crate::made_up::{dice, peaks};

/// Peaks as dense as music's, on a scale.
fn song(seed: u64, frames: u32) -> Vec<Peak> {
    let mut dice = dice(seed);
    let mut peaks: Vec<Peak> = (0..frames * 8 / 10)
        .map(|_| Peak::new(dice(frames), (dice(50) * 24 + dice(3)) as u16))
        .collect();
    peaks.sort_unstable();
    peaks.dedup();
    peaks
}

/// Played `stretch` times as long and `units` higher, a share of peaks lost, others added.
fn bent(song: &[Peak], stretch: f64, units: i32, lost: u32, seed: u64) -> Vec<Peak> {
    let mut dice = dice(seed);
    let mut out: Vec<Peak> = Vec::new();
    for peak in song {
        let frame = (f64::from(peak.frame()) * stretch).round() as u32 + 40;
        let pitch = (peak.pitch() + units).clamp(0, 2047) as u16;
        out.push(match dice(100) < lost {
            true => Peak::new(frame, (dice(50) * 24) as u16),
            false => Peak::new(frame, pitch),
        });
    }
    out.sort_unstable();
    out
}

#[test]
fn a_slower_and_lower_copy_under_noise_is_measured() {
    let a = song(1, 5000);
    let b = bent(&a, 1.027, -11, 70, 2);
    let rough = Line {
        stretch: 1.03,
        offset: 30.0,
        units: -12.0,
    };
    let found = trace(&a, &b, rough, 64);
    assert!(
        (found.line.stretch - 1.027).abs() < 1e-3,
        "{:?}",
        found.line
    );
    assert!((found.line.offset - 40.0).abs() < 3.0, "{:?}", found.line);
    assert!((found.line.units + 11.0).abs() <= 1.0, "{:?}", found.line);
    let all = found.count(0..found.segments.len());
    assert!(
        all.share() > 0.25 && found.digits(all) > 100.0,
        "{all:?} {}",
        found.chance
    );
}

#[test]
fn strangers_in_one_key_are_no_better_than_chance() {
    for seed in 10..20 {
        let (a, b) = (song(seed, 4000), song(seed + 100, 4000));
        let found = trace(
            &a,
            &b,
            Line {
                stretch: 1.0,
                offset: 0.0,
                units: 0.0,
            },
            48,
        );
        // The line was chosen among many, so it beats the mean of others; not the best of them.
        let found = found.doubted(&a, &b);
        let all = found.count(0..found.segments.len());
        assert!(found.digits(all) < 4.0, "{all:?} {}", found.chance);
    }
}

proptest! {
    #[test]
    fn a_run_is_promised_where_one_is(
        raw in proptest::collection::vec((0u32..30, 0u32..8), 0..14), least in 1usize..5
    ) {
        let segments: Vec<Count> = raw
            .iter()
            .map(|&(judged, matched)| Count { judged, matched: matched.min(judged) })
            .collect();
        let slow = (0..segments.len()).any(|from| {
            (from + least..=segments.len()).any(|to| {
                let sum = segments[from..to].iter().fold(Count::default(), |s, c| s.add(*c));
                f64::from(sum.matched) >= 0.25 * f64::from(sum.judged)
            })
        });
        prop_assert_eq!(any_run(&segments, least, 0.25), slow);
    }

    #[test]
    fn peaks_by_pitch_are_those_that_looking_at_all_finds(
        a in peaks(), b in peaks(), offset in -60i32..60, units in -30i32..30, reach in 0i64..40
    ) {
        let line = Line { stretch: 1.0, offset: f64::from(offset), units: f64::from(units) };
        let mut found = Vec::new();
        Pitched::new(&b).misses(&a, &line, reach, |peak, frames| found.push((*peak, frames)));
        let last = b.last().map_or(0, |peak| i64::from(peak.frame()));
        let mut slow = Vec::new();
        for peak in &a {
            let place = i64::from(peak.frame()) + i64::from(offset);
            for other in b.iter().filter(|_| (0..=last).contains(&place)) {
                let frames = i64::from(other.frame()) - place;
                let off = other.pitch() - peak.pitch() - units;
                if frames.abs() <= reach && f64::from(off.abs()) <= UNITS_OFF_FIRST {
                    slow.push((*peak, frames));
                }
            }
        }
        found.sort_unstable();
        slow.sort_unstable();
        prop_assert_eq!(found, slow);
    }
}

#[test]
fn a_part_is_found_where_it_lies_and_nowhere_else() {
    let whole = song(3, 8000);
    let mut other = song(4, 8000);
    other.retain(|peak| !(2560..5120).contains(&peak.frame()));
    other.extend(
        whole
            .iter()
            .filter(|peak| (2560..5120).contains(&peak.frame())),
    );
    other.sort_unstable();
    let found = trace(
        &whole,
        &other,
        Line {
            stretch: 1.0,
            offset: 0.0,
            units: 0.0,
        },
        8,
    );
    assert_eq!(found.best_run(0.5), 10..20);
}

#[test]
fn nothing_and_one_peak_are_traced_without_a_panic() {
    let line = Line {
        stretch: 1.0,
        offset: 0.0,
        units: 0.0,
    };
    let one = [Peak::new(5, 5)];
    for (a, b) in [
        (&[][..], &[][..]),
        (&one[..], &[][..]),
        (&[][..], &one[..]),
        (&one[..], &one[..]),
    ] {
        let found = trace(a, b, line, 10);
        assert!(found.digits(found.count(0..found.segments.len())) < 3.0);
    }
}
