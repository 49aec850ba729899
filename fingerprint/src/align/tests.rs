//! Does every fast function of `align` agree with the obvious way to compute it?

use proptest::prelude::*;

use super::*;
use crate::made_up;
use crate::print::Print;

fn slow_errors(a: View<'_>, b: View<'_>, offset: i64) -> Errors {
    let mut sum = Errors::default();
    for i in 0..a.len() {
        for j in 0..b.len() {
            if j as i64 != i as i64 + offset || !a.informative()[i] || !b.informative()[j] {
                continue;
            }
            sum.items += 1;
            for bit in 0..32 {
                if (a.items()[i] >> bit) & 1 != (b.items()[j] >> bit) & 1 {
                    sum.bits += 1;
                }
            }
        }
    }
    sum
}

/// Every stretch that begins and ends on a judged item, in quadratic time.
fn slow_best_sum(a: View<'_>, b: View<'_>, offset: i64, limit: f64) -> f64 {
    let range = overlap(a.len(), b.len(), offset);
    let mut best = 0.0_f64;
    for start in range.clone() {
        let mut sum = 0.0;
        for at in start..range.end {
            let there = (at as i64 + offset) as usize;
            if a.informative()[at] && b.informative()[there] {
                sum += limit * 32.0 - f64::from((a.items()[at] ^ b.items()[there]).count_ones());
            }
            best = best.max(sum);
        }
    }
    best
}

proptest! {
    #[test]
    fn errors_equal_those_counted_bit_by_bit(
        seed in any::<u32>(), a_len in 0usize..60, b_len in 0usize..60, offset in -70i64..70
    ) {
        let (a, b) = (Print::new(made_up::noise(seed, a_len)), Print::new(made_up::noise(seed ^ 77, b_len)));
        let fast = errors(a.view(), b.view(), offset, overlap(a_len, b_len, offset));
        prop_assert_eq!(fast, slow_errors(a.view(), b.view(), offset));
    }

    #[test]
    fn the_best_stretch_has_the_greatest_sum_of_all_stretches(
        seed in any::<u32>(), noise in proptest::collection::vec(0u32..3, 80), offset in -20i64..20
    ) {
        let a = made_up::noise(seed, 80);
        let strangers = made_up::noise(seed ^ 99, 80);
        let mixed: Vec<u32> =
            (0..80).map(|i| if noise[i] == 0 { strangers[i] } else { a[i] }).collect();
        let (a, b) = (Print::new(a), Print::new(mixed));
        let found = best_stretch(a.view(), b.view(), offset, 0.35);
        let inside = errors(a.view(), b.view(), offset, found);
        let sum = inside.items as f64 * 0.35 * 32.0 - inside.bits as f64;
        let best = slow_best_sum(a.view(), b.view(), offset, 0.35);
        prop_assert!((sum - best).abs() < 1e-6, "{} against {}", sum, best);
    }

    #[test]
    fn swapping_the_two_negates_the_offset(seed in any::<u32>(), offset in -30i64..30) {
        let (a, b) = (Print::new(made_up::noise(seed, 90)), Print::new(made_up::noise(seed ^ 5, 70)));
        let there = errors(a.view(), b.view(), offset, overlap(90, 70, offset));
        let back = errors(b.view(), a.view(), -offset, overlap(70, 90, -offset));
        prop_assert_eq!(there, back);
    }
}

#[test]
fn a_trim_is_found_whole_and_its_outside_is_counted() {
    let full = made_up::noise(7, 600);
    let trim = full[200..440].to_vec();
    let (trim, full) = (Print::new(trim), Print::new(full));
    let found = Alignment::at(trim.view(), full.view(), 198, 3, 0.35);
    assert_eq!((found.offset, found.stretch.clone()), (200, 0..240));
    assert_eq!(found.stretch_in_b(), 200..440);
    assert_eq!(
        (found.errors, found.outside),
        (
            Errors {
                items: 240,
                bits: 0
            },
            [0, 360]
        )
    );
    assert_eq!(found.bit_match(), 1.0);
}

#[test]
fn a_foreign_middle_does_not_break_a_long_match_but_a_foreign_end_is_left_out() {
    let song = made_up::noise(11, 1000);
    let mut other = song.clone();
    other[480..500].copy_from_slice(&made_up::noise(12, 20));
    other[800..].copy_from_slice(&made_up::noise(13, 200));
    let (song, other) = (Print::new(song), Print::new(other));
    let found = Alignment::at(song.view(), other.view(), 0, 0, 0.35);
    assert_eq!(found.stretch, 0..800);
    assert_eq!(found.outside, [200, 200]);
}

#[test]
fn nothing_in_common_is_no_stretch_and_no_evidence() {
    let (a, b) = (Print::new(made_up::noise(1, 50)), Print::new(vec![0; 50]));
    assert_eq!(best_stretch(a.view(), b.view(), 0, 0.35), 0..0);
    assert_eq!(Errors::default().rate(), 1.0);
    assert_eq!(overlap(10, 10, 50), 0..0);
    assert_eq!(overlap(10, 10, -50), 10..10);
}
