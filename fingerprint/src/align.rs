//! Where, and how well, do two fingerprints lie on each other?
//!
//! Offsets are in items: item `i` of `a` lies on item `i + offset` of `b`. Only items that
//! are informative on both sides are judged ([`crate::entropy`]). Everything here is pure,
//! and each fast function has a slow twin in the tests.

use std::ops::Range;

use crate::print::View;

/// The items of `a` that lie on items of `b` at `offset`.
pub fn overlap(a_len: usize, b_len: usize, offset: i64) -> Range<usize> {
    let start = (-offset).clamp(0, a_len as i64);
    let end = (b_len as i64 - offset).clamp(start, a_len as i64);
    start as usize..end as usize
}

/// Bit errors over a part of the overlap.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Errors {
    /// Items judged: informative on both sides.
    pub items: usize,
    /// Bits that differ in them, of 32 each.
    pub bits: u64,
}

impl Errors {
    /// Share of bits that differ, 0 to 1. One if nothing was judged: no evidence is not a match.
    pub fn rate(&self) -> f64 {
        if self.items == 0 {
            1.0
        } else {
            self.bits as f64 / (32.0 * self.items as f64)
        }
    }
}

/// Counts differing bits over `range` (items of `a`; must lie within the overlap).
pub fn errors(a: View<'_>, b: View<'_>, offset: i64, range: Range<usize>) -> Errors {
    let mut sum = Errors::default();
    for at in range {
        let there = (at as i64 + offset) as usize;
        if a.informative()[at] && b.informative()[there] {
            sum.items += 1;
            sum.bits += u64::from((a.items()[at] ^ b.items()[there]).count_ones());
        }
    }
    sum
}

/// The offset within `radius` of `near` with the lowest error rate over the whole overlap;
/// of equals the nearest, then the smaller.
pub fn refine(a: View<'_>, b: View<'_>, near: i64, radius: i64) -> i64 {
    let rate = |offset| errors(a, b, offset, overlap(a.len(), b.len(), offset)).rate();
    let mut best = (rate(near), near);
    for step in 1..=radius {
        for offset in [near - step, near + step] {
            let candidate = rate(offset);
            if candidate < best.0 {
                best = (candidate, offset);
            }
        }
    }
    best.1
}

/// The longest convincing stretch: items of `a` (half-open) between which `a` and `b` agree.
///
/// Each judged item scores `limit · 32` minus its differing bits, each other item nothing;
/// the answer is the stretch with the greatest sum (Kadane's maximum-sum segment; the first
/// of equals), so a stretch ends where the error rate stays above `limit` for longer than
/// what it would win behind. Empty if no item agrees better than `limit`.
pub fn best_stretch(a: View<'_>, b: View<'_>, offset: i64, limit: f64) -> Range<usize> {
    let range = overlap(a.len(), b.len(), offset);
    let allowed = limit * 32.0;
    let mut best = (0.0, range.start..range.start);
    let mut sum = 0.0;
    let mut start = range.start;
    for at in range {
        let there = (at as i64 + offset) as usize;
        if !(a.informative()[at] && b.informative()[there]) {
            continue;
        }
        if sum <= 0.0 {
            sum = 0.0;
            start = at;
        }
        sum += allowed - f64::from((a.items()[at] ^ b.items()[there]).count_ones());
        if sum > best.0 {
            best = (sum, start..at + 1);
        }
    }
    best.1
}

/// Items of a column of the picture: six seconds, like the segments of [`crate::trace`].
pub const PICTURE_ITEMS: usize = 48;

/// An alignment: the best stretch at one offset, and what lies outside it.
#[derive(Clone, Debug, PartialEq)]
pub struct Alignment {
    /// Item `i` of `a` lies on item `i + offset` of `b`.
    pub offset: i64,
    /// The stretch, in items of `a`.
    pub stretch: Range<usize>,
    /// Bit errors within the stretch.
    pub errors: Errors,
    /// Informative items of `a` and of `b` outside the stretch: what the other lacks or
    /// plays differently.
    pub outside: [usize; 2],
}

impl Alignment {
    /// Aligns at `offset` ± `radius`.
    pub fn at(a: View<'_>, b: View<'_>, offset: i64, radius: i64, limit: f64) -> Alignment {
        let offset = refine(a, b, offset, radius);
        let stretch = best_stretch(a, b, offset, limit);
        let errors = errors(a, b, offset, stretch.clone());
        let there =
            (stretch.start as i64 + offset) as usize..(stretch.end as i64 + offset) as usize;
        let inside = |view: View<'_>, range: Range<usize>| {
            view.informative()[range]
                .iter()
                .filter(|&&says| says)
                .count()
        };
        let outside = [
            a.informative_len() - inside(a, stretch.clone()),
            b.informative_len() - inside(b, there),
        ];
        Alignment {
            offset,
            stretch,
            errors,
            outside,
        }
    }

    /// The stretch in items of `b`.
    pub fn stretch_in_b(&self) -> Range<usize> {
        (self.stretch.start as i64 + self.offset) as usize
            ..(self.stretch.end as i64 + self.offset) as usize
    }

    /// The picture: agreement in per cent above chance along all of `a`, one value for every
    /// [`PICTURE_ITEMS`] items; zero where nothing is judged.
    pub fn along(&self, a: View<'_>, b: View<'_>) -> Vec<u8> {
        let range = overlap(a.len(), b.len(), self.offset);
        (0..a.len())
            .step_by(PICTURE_ITEMS)
            .map(|from| {
                let part = from.max(range.start)..(from + PICTURE_ITEMS).min(range.end);
                let found = errors(a, b, self.offset, part.start..part.end.max(part.start));
                match found.items {
                    0 => 0,
                    _ => (100.0 * (1.0 - 2.0 * found.rate()).clamp(0.0, 1.0)) as u8,
                }
            })
            .collect()
    }

    /// Share of equal bits in the stretch, 0 to 1.
    pub fn bit_match(&self) -> f64 {
        1.0 - self.errors.rate()
    }
}

#[cfg(test)]
mod tests;
