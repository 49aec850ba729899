//! How do rows grow into families, and what keeps strangers out?
//!
//! A family is a tree of depth one: a core of rows that are the same recording (each with
//! its offset on the core's clock) and parts that were attached to it.

use super::{Disagreement, Linkage, Pair, Row};
use crate::decisions::Said;
use crate::print::seconds_of;
use crate::verdict::Piece;

/// Rows, grouped.
pub(super) struct Families<'a> {
    rows: &'a [Row],
    linkage: &'a Linkage,
    disagreement: &'a Disagreement<'a>,
    said: &'a Said,
    /// The family of each row, as an index into `families`.
    of: Vec<usize>,
    families: Vec<Family>,
}

#[derive(Clone, Debug, Default)]
struct Family {
    /// (row, its start on the family's clock in items); the first is the principal.
    core: Vec<(usize, i64)>,
    /// Parts, likewise.
    parts: Vec<(usize, i64)>,
    /// Rows without a place on the clock.
    leaves: Vec<usize>,
}

impl<'a> Families<'a> {
    pub(super) fn new(
        rows: &'a [Row],
        linkage: &'a Linkage,
        disagreement: &'a Disagreement<'a>,
        said: &'a Said,
    ) -> Families<'a> {
        let alone = |row| Family {
            core: vec![(row, 0)],
            parts: Vec::new(),
            leaves: Vec::new(),
        };
        Families {
            rows,
            linkage,
            disagreement,
            said,
            of: (0..rows.len()).collect(),
            families: (0..rows.len()).map(alone).collect(),
        }
    }

    /// The family of each row, named by its smallest row.
    pub(super) fn roots(&self) -> Vec<usize> {
        let mut smallest = vec![usize::MAX; self.families.len()];
        for (row, &family) in self.of.iter().enumerate() {
            smallest[family] = smallest[family].min(row);
        }
        self.of.iter().map(|&family| smallest[family]).collect()
    }

    /// Joins the cores of two rows that are the same recording, if all members agree.
    pub(super) fn join(&mut self, pair: &Pair) {
        let (keep, gone) = (self.of[pair.a], self.of[pair.b]);
        if keep == gone || self.parted(keep, gone) {
            return;
        }
        // On keep's clock b starts `offset` items before a.
        let shift = self.start(pair.a) - pair.offset - self.start(pair.b);
        let moved: Vec<(usize, i64)> = self.families[gone]
            .core
            .iter()
            .map(|&(row, at)| (row, at + shift))
            .collect();
        let mut checks = 0;
        for &(row, at) in &self.families[keep].core {
            for &(other, there) in &moved {
                if checks == self.linkage.max_checks {
                    break;
                }
                checks += 1;
                if !self.agree(row, other, at - there) {
                    return;
                }
            }
        }
        for &(row, _) in &moved {
            self.of[row] = keep;
        }
        self.families[keep].core.extend(moved);
        self.families[gone].core.clear();
    }

    /// Attaches the family of a part to the family of its whole, if the rules of the module
    /// allow it.
    pub(super) fn attach(&mut self, pair: &Pair) {
        let (part, whole, offset) = match pair.piece {
            Some(Piece::A) => (pair.a, pair.b, pair.offset),
            _ => (pair.b, pair.a, -pair.offset),
        };
        let (from, to) = (self.of[part], self.of[whole]);
        if from == to || !self.families[from].parts.is_empty() || self.parted(from, to) {
            return;
        }
        // Item i of the part on item i + offset of the whole: it starts that much later.
        let shift = self.start(whole) + offset - self.start(part);
        let moved: Vec<(usize, i64)> = self.families[from]
            .core
            .iter()
            .map(|&(row, at)| (row, at + shift))
            .collect();
        let (principal, origin) = self.families[to].core[0];
        let fits = moved.iter().all(|&(row, at)| {
            self.share_is_enough(row, principal)
                && self.agree(principal, row, origin - at)
                && self.families[to]
                    .parts
                    .iter()
                    .all(|&other| self.overlap((row, at), other))
        });
        if fits {
            for &(row, _) in &moved {
                self.of[row] = to;
            }
            self.families[to].parts.extend(moved);
            self.families[from].core.clear();
        }
    }

    /// Hangs a row that stands alone on the family of another, whose core must have it.
    pub(super) fn hang(&mut self, pair: &Pair) {
        let (one, other) = match pair.piece {
            Some(Piece::B) => (pair.b, pair.a),
            _ => (pair.a, pair.b),
        };
        let fits = |leaf: usize, on: usize| {
            let (from, to) = (&self.families[self.of[leaf]], &self.families[self.of[on]]);
            let alone = from.core.len() == 1 && from.parts.is_empty() && from.leaves.is_empty();
            alone
                && to.core.iter().any(|&(row, _)| row == on)
                && (pair.piece.is_none() || self.share_is_enough(leaf, on))
        };
        let (from, to) = (self.of[one], self.of[other]);
        if from == to || self.parted(from, to) {
            return;
        }
        if fits(one, other) {
            self.swallow(from, to);
        } else if pair.piece.is_none() && fits(other, one) {
            self.swallow(to, from);
        }
    }

    /// Puts two rows' families together because a person said so.
    pub(super) fn unite(&mut self, a: usize, b: usize) {
        let (to, from) = (self.of[a], self.of[b]);
        if to != from && !self.parted(to, from) {
            self.swallow(from, to);
        }
    }

    /// All of a family become leaves of another.
    fn swallow(&mut self, from: usize, to: usize) {
        let gone = std::mem::take(&mut self.families[from]);
        let rows = gone.core.iter().chain(&gone.parts).map(|&(row, _)| row);
        let rows: Vec<usize> = rows.chain(gone.leaves.iter().copied()).collect();
        for &row in &rows {
            self.of[row] = to;
        }
        self.families[to].leaves.extend(rows);
    }

    /// Has a person parted a member of one from a member of the other?
    fn parted(&self, one: usize, other: usize) -> bool {
        if self.said.is_empty() {
            return false;
        }
        let members = |family: usize| {
            let family = &self.families[family];
            let placed = family.core.iter().chain(&family.parts);
            placed
                .map(|&(row, _)| row)
                .chain(family.leaves.iter().copied())
        };
        members(one).any(|a| members(other).any(|b| self.said.parts(a, b)))
    }

    /// Where a row starts on its family's clock. An attached part counts too.
    fn start(&self, row: usize) -> i64 {
        let family = &self.families[self.of[row]];
        let mut all = family.core.iter().chain(&family.parts);
        all.find(|&&(member, _)| member == row)
            .map_or(0, |&(_, at)| at)
    }

    /// Do two rows agree if item i of the first lies on item i + offset of the second? Rows
    /// that hardly overlap cannot contradict each other.
    fn agree(&self, row: usize, other: usize, offset: i64) -> bool {
        (self.disagreement)(row, other, offset)
            .is_none_or(|rate| rate <= self.linkage.stay_bit_error)
    }

    fn share_is_enough(&self, part: usize, whole: usize) -> bool {
        let (part, whole) = (self.rows[part].items as f64, self.rows[whole].items as f64);
        let excerpt = seconds_of(part as usize) <= self.linkage.excerpt_s;
        part >= self.linkage.min_share * whole
            || excerpt && part >= self.linkage.min_excerpt_share * whole
    }

    /// Do two parts share at least half of the shorter?
    fn overlap(&self, (row, at): (usize, i64), (other, there): (usize, i64)) -> bool {
        let (len, other_len) = (self.rows[row].items as i64, self.rows[other].items as i64);
        let shared = (at + len).min(there + other_len) - at.max(there);
        2 * shared >= len.min(other_len)
    }
}
