//! Is one recording the other with parts cut out or put in?
//!
//! A radio edit has one offset before a cut and another after it. Each candidate offset gives a
//! stretch that matches by itself; stretches that follow each other in the same order in both
//! recordings, without overlapping, are the pieces of an edit. It is one if they cover all of the
//! shorter recording but a little, and a good share of the longer: less is a quotation.

use std::ops::Range;

use catalog::cluster::MatchKind;

use crate::align::{Alignment, Errors};
use crate::print::{View, items_in};
use crate::verdict::{Rule, Verdict};

/// Pieces in the order in which they are heard, at least two.
#[derive(Clone, Debug, PartialEq)]
pub struct Pieces(Vec<Alignment>);

/// Share of the shorter of two stretches that may lie in both: music that repeats itself agrees on
/// beyond a cut.
const SEAM: f64 = 0.4;

/// Share of the longer recording that an edit must have.
const LEAST_SHARE: f64 = 0.4;

impl Pieces {
    /// The pieces that candidate offsets lead to, if they make an edit.
    pub fn find(a: View<'_>, b: View<'_>, offsets: &[i64], rule: &Rule) -> Option<Pieces> {
        let mut stretches: Vec<Alignment> = offsets
            .iter()
            .map(|&near| Alignment::at(a, b, near, rule.refine_items, rule.stretch_bit_error))
            .filter(|found| rule.matches(a, b, found))
            .filter(|found| found.errors.rate() <= rule.contained_bit_error)
            .collect();
        stretches.sort_by_key(|found| (usize::MAX - found.errors.items, found.offset));
        let mut chosen: Vec<Alignment> = Vec::new();
        for found in stretches {
            if chosen.iter().all(|other| in_order(&found, other)) {
                chosen.push(found);
            }
        }
        chosen.sort_by_key(|found| found.stretch.start);
        let pieces = Pieces(chosen);
        (pieces.0.len() > 1 && pieces.make_an_edit(a, b, rule)).then_some(pieces)
    }

    fn make_an_edit(&self, a: View<'_>, b: View<'_>, rule: &Rule) -> bool {
        let covered = self.covered() as f64;
        let [shorter, longer] = match (a.informative_len(), b.informative_len()) {
            (a, b) if a <= b => [a as f64, b as f64],
            (a, b) => [b as f64, a as f64],
        };
        let outside = shorter - covered;
        let slack = (rule.contained_slack * shorter).max(items_in(rule.same_slack_s) as f64);
        outside <= slack && covered >= LEAST_SHARE * longer
    }

    /// Items that the pieces cover in either recording.
    pub fn covered(&self) -> usize {
        let of_b: Vec<Range<usize>> = self.0.iter().map(Alignment::stretch_in_b).collect();
        let of_a: Vec<Range<usize>> = self.0.iter().map(|piece| piece.stretch.clone()).collect();
        union(of_a).min(union(of_b))
    }

    /// Bit errors of all pieces.
    pub fn errors(&self) -> Errors {
        self.0.iter().fold(Errors::default(), |sum, piece| Errors {
            items: sum.items + piece.errors.items,
            bits: sum.bits + piece.errors.bits,
        })
    }

    /// Where the first piece lies.
    pub fn offset(&self) -> i64 {
        self.0.first().map_or(0, |piece| piece.offset)
    }

    /// The picture: as [`Alignment::along`], each column by the piece that agrees best there.
    pub fn along(&self, a: View<'_>, b: View<'_>) -> Vec<u8> {
        let pictures = self.0.iter().map(|piece| piece.along(a, b));
        let best = |x: Vec<u8>, y: Vec<u8>| x.iter().zip(&y).map(|(x, y)| *x.max(y)).collect();
        pictures.reduce(best).unwrap_or_default()
    }

    /// What such recordings are to each other.
    pub fn verdict() -> Verdict {
        Verdict {
            kind: MatchKind::Edit,
            piece: None,
        }
    }
}

/// Does one lie before the other in both recordings?
fn in_order(x: &Alignment, y: &Alignment) -> bool {
    let (x_in_b, y_in_b) = (x.stretch_in_b(), y.stretch_in_b());
    follows(&x.stretch, &y.stretch) && follows(&x_in_b, &y_in_b)
        || follows(&y.stretch, &x.stretch) && follows(&y_in_b, &x_in_b)
}

/// Does the second begin and end after the first, and hardly within it?
fn follows(first: &Range<usize>, second: &Range<usize>) -> bool {
    let seam = SEAM * first.len().min(second.len()) as f64;
    let within = first.end.saturating_sub(second.start) as f64;
    first.start < second.start && first.end < second.end && within <= seam
}

/// Items in at least one of the ranges.
fn union(mut ranges: Vec<Range<usize>>) -> usize {
    ranges.sort_by_key(|range| range.start);
    let (mut sum, mut end) = (0, 0);
    for range in ranges {
        sum += range.end.saturating_sub(range.start.max(end));
        end = end.max(range.end);
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::made_up::noise;
    use crate::print::Print;

    fn found(a: &[u32], b: &[u32], offsets: &[i64]) -> Option<Pieces> {
        let (a, b) = (Print::new(a.to_vec()), Print::new(b.to_vec()));
        Pieces::find(a.view(), b.view(), offsets, &Config::built_in().matching)
    }

    #[test]
    fn a_verse_cut_out_leaves_two_pieces_with_their_offsets() {
        let song = noise(11, 1200);
        let edit = [&song[60..400], &song[640..1200]].concat();
        let pieces = found(&edit, &song, &[61, 300]).expect("an edit");
        assert_eq!(pieces.0.len(), 2);
        assert_eq!((pieces.0[0].offset, pieces.0[1].offset), (60, 300));
        assert!(pieces.covered() > 870, "{pieces:?}");
        // From the longer one's side too.
        assert!(found(&song, &edit, &[-60, -300]).is_some());
    }

    #[test]
    fn parts_in_another_order_and_a_short_quotation_are_no_edit() {
        let song = noise(12, 1200);
        let turned = [&song[600..1200], &song[..600]].concat();
        assert_eq!(found(&turned, &song, &[600, -600]), None);
        let medley = [&song[..150], &noise(13, 700), &song[900..1050]].concat();
        assert_eq!(found(&medley, &song, &[0, 50]), None);
    }

    #[test]
    fn one_offset_is_no_edit() {
        let song = noise(14, 900);
        assert_eq!(found(&song, &song, &[0]), None);
    }
}
