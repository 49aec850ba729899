//! Do these two count as duplicates, and of which kind?
//!
//! The rule, in seconds of informative audio ([`crate::entropy`]):
//! - *matching*: the best stretch is long enough, rich enough in different keys, and few of
//!   its bits differ. On 30,240 pairs of unrelated music the lowest error rate over 20 s was
//!   0.321; the limit is 0.30 there, and stricter below, since short stretches agree by
//!   chance more often;
//! - *the same recording*: neither has more than a few seconds outside the stretch;
//! - *contained*: that holds for one of them only, with a stricter limit. It is a trim, an
//!   excerpt or an edit;
//! - otherwise they share a part (a sample, a medley): that is no duplicate.

use catalog::cluster::MatchKind;
use serde::{Deserialize, Serialize};

use crate::align::Alignment;
use crate::entropy::distinct_keys;
use crate::print::{View, items_in, seconds_of};

/// When do two recordings match? See `default.toml` for sources.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Largest share of differing bits over `full_overlap_s` or more.
    pub max_bit_error: f64,
    /// Seconds from which both limits hold in full; below, they shrink in proportion.
    pub full_overlap_s: f64,
    /// Shortest stretch that can match, seconds.
    pub min_overlap_s: f64,
    /// Fewest different keys in the stretch, in either recording.
    pub min_distinct_keys: usize,
    /// Share of differing bits at which a stretch ends.
    pub stretch_bit_error: f64,
    /// Offsets around the candidate's that are tried, items.
    pub refine_items: i64,
    /// Largest share of differing bits that another encoder causes; beyond, it is a remaster.
    pub encode_bit_error: f64,
    /// Seconds outside the stretch that two encodings of one recording may have.
    pub same_slack_s: f64,
    /// Largest share of differing bits of a contained recording: a piece has many places in
    /// which it can fit, and composers quote themselves.
    pub contained_bit_error: f64,
    /// Share of a contained recording that may lie outside the stretch.
    pub contained_slack: f64,
}

/// Which of two is a part of the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Piece {
    /// The first.
    A,
    /// The second.
    B,
}

/// An accepted match.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// What they are to each other; never identical audio, which only samples can show.
    pub kind: MatchKind,
    /// For contained: which one is the part.
    pub piece: Option<Piece>,
}

impl Rule {
    /// The largest error rate that `items` judged items may have.
    pub fn limit(&self, items: usize) -> f64 {
        self.max_bit_error * self.confidence(items)
    }

    /// How much of a limit so many items deserve, 0 to 1.
    fn confidence(&self, items: usize) -> f64 {
        (seconds_of(items) / self.full_overlap_s).min(1.0)
    }

    /// Aligns `a` and `b` near `offset` and judges; None if they do not match.
    pub fn judge(&self, a: View<'_>, b: View<'_>, offset: i64) -> Option<(Alignment, Verdict)> {
        let found = Alignment::at(a, b, offset, self.refine_items, self.stretch_bit_error);
        let verdict = self.verdict(a, b, &found)?;
        Some((found, verdict))
    }

    fn verdict(&self, a: View<'_>, b: View<'_>, found: &Alignment) -> Option<Verdict> {
        if !self.matches(a, b, found) {
            return None;
        }
        let slack = items_in(self.same_slack_s);
        let [outside_a, outside_b] = found.outside;
        if outside_a <= slack && outside_b <= slack {
            let encode = found.errors.rate() <= self.encode_bit_error;
            return Some(Verdict {
                kind: match encode {
                    true => MatchKind::OtherEncode,
                    false => MatchKind::Remaster,
                },
                piece: None,
            });
        }
        if found.errors.rate() > self.contained_bit_error * self.confidence(found.errors.items) {
            return None;
        }
        let within = |outside: usize, view: View<'_>| {
            outside as f64 <= self.contained_slack * view.informative_len() as f64
        };
        let piece = match (within(outside_a, a), within(outside_b, b)) {
            (true, true) if outside_a <= outside_b => Piece::A,
            (true, false) => Piece::A,
            (_, true) => Piece::B,
            (false, false) => return None,
        };
        Some(Verdict {
            kind: MatchKind::Contained,
            piece: Some(piece),
        })
    }

    /// Is the stretch long, rich and equal enough?
    pub fn matches(&self, a: View<'_>, b: View<'_>, found: &Alignment) -> bool {
        let rich = |view: View<'_>, range: std::ops::Range<usize>| {
            distinct_keys(&view.items()[range.clone()], &view.informative()[range])
                >= self.min_distinct_keys
        };
        found.errors.items >= items_in(self.min_overlap_s)
            && found.errors.rate() <= self.limit(found.errors.items)
            && rich(a, found.stretch.clone())
            && rich(b, found.stretch_in_b())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::made_up::noise;
    use crate::print::Print;

    #[track_caller]
    fn check(a: &[u32], b: &[u32], offset: i64, expected: Option<(MatchKind, Option<Piece>)>) {
        let rule = Config::built_in().matching;
        let (a, b) = (Print::new(a.to_vec()), Print::new(b.to_vec()));
        let found = rule.judge(a.view(), b.view(), offset);
        assert_eq!(
            found.map(|(_, verdict)| (verdict.kind, verdict.piece)),
            expected
        );
    }

    #[test]
    fn a_few_seconds_more_at_the_ends_are_the_same_recording() {
        let song = noise(3, 900);
        check(
            &song,
            &song[40..],
            -40,
            Some((MatchKind::OtherEncode, None)),
        );
    }

    #[test]
    fn a_trim_is_contained_in_the_whole_whichever_comes_first() {
        let song = noise(4, 1500);
        let trim = &song[300..540];
        check(
            trim,
            &song,
            300,
            Some((MatchKind::Contained, Some(Piece::A))),
        );
        check(
            &song,
            trim,
            -300,
            Some((MatchKind::Contained, Some(Piece::B))),
        );
    }

    #[test]
    fn two_songs_that_share_half_are_no_duplicates() {
        let shared = noise(5, 600);
        let a = [noise(6, 600), shared.clone()].concat();
        let b = [shared, noise(7, 600)].concat();
        check(&a, &b, -600, None);
    }

    #[test]
    fn a_short_stretch_must_be_cleaner_than_a_long_one() {
        let rule = Config::built_in().matching;
        assert_eq!(rule.limit(items_in(60.0)), rule.max_bit_error);
        assert!(rule.limit(items_in(rule.full_overlap_s / 2.0)) < 0.51 * rule.max_bit_error);
    }

    #[test]
    fn a_loop_of_two_bars_is_too_poor_in_keys_to_match() {
        let bars = noise(8, 20);
        let looped: Vec<u32> = bars.iter().copied().cycle().take(900).collect();
        check(&looped, &looped, 0, None);
    }
}
