//! Which recordings of about the same length look alike from the beginning?
//!
//! Another sound of one recording mostly begins and ends with it, whatever became of its keys. So
//! the bits of an item a second are kept side by side, in order of length: thousands of
//! neighbours are compared in one pass over memory.

use rayon::prelude::*;

use crate::print::{Print, View};

/// Items from one that is kept to the next: a second.
const STEP: usize = 8;

/// Items that are kept of a recording, at most: a minute and a half.
const KEPT: usize = 96;

/// Items by which two recordings of equal length may differ: a second.
const SAME_LENGTH: usize = 8;

/// Neighbours that are compared on either side, the nearest first: all within a second among
/// 100,000 songs.
const NEIGHBOURS: usize = 2048;

/// Differing bits per thousand that are worth a look: strangers have 480 and more.
const PROMISING: u32 = 430;

/// The same for recordings that keep time but sound different: eight pairs of stems have 387 to 445.
const IN_TIME: u32 = 460;

/// A few items of every row, by length.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Glances {
    /// Items of the whole recording, and the row, ascending.
    lengths: Vec<(usize, u32)>,
    /// What is kept of each, in the same order; zeros behind the end of a short one.
    kept: Vec<[u32; KEPT]>,
}

impl Glances {
    /// Takes them from the rows.
    pub fn new(prints: &[Print]) -> Glances {
        let numbered = prints.iter().zip(0u32..);
        let mut lengths: Vec<(usize, u32)> = numbered
            .map(|(print, row)| (print.view().len(), row))
            .collect();
        lengths.par_sort_unstable();
        let of_row = |&(_, row): &(usize, u32)| kept(prints[row as usize].view());
        Glances {
            kept: lengths.iter().map(of_row).collect(),
            lengths,
        }
    }

    /// At most so many wanted rows of the query's length: those whose bits differ least where both
    /// begin together, best first.
    pub fn alike(&self, query: View<'_>, most: usize, wanted: impl Fn(u32) -> bool) -> Vec<usize> {
        let mut alike = self.near(query, SAME_LENGTH, PROMISING, wanted);
        alike.truncate(most);
        alike
    }

    /// The wanted rows whose lengths differ by so many items at most and whose bits differ a little
    /// less than those of strangers, best first.
    pub fn in_time(
        &self,
        query: View<'_>,
        items: usize,
        wanted: impl Fn(u32) -> bool,
    ) -> Vec<usize> {
        self.near(query, items, IN_TIME, wanted)
    }

    /// The wanted rows of the query's length but so many items, of whose bits so many per thousand
    /// differ at most, best first.
    fn near(
        &self,
        query: View<'_>,
        items: usize,
        promising: u32,
        wanted: impl Fn(u32) -> bool,
    ) -> Vec<usize> {
        let (len, own) = (query.len(), kept(query));
        let middle = self.lengths.partition_point(|&(other, _)| other < len);
        let near = |&at: &usize| self.lengths[at].0.abs_diff(len) <= items;
        let above = (middle..self.lengths.len()).take_while(near);
        let below = (0..middle).rev().take_while(near);
        let mut alike: Vec<(u32, u32)> = above
            .take(NEIGHBOURS)
            .chain(below.take(NEIGHBOURS))
            .map(|at| {
                let (other, row) = self.lengths[at];
                let shared = len.min(other).div_ceil(STEP).min(KEPT);
                (differing(&own[..shared], &self.kept[at][..shared]), row)
            })
            .filter(|&(differ, row)| differ <= promising && wanted(row))
            .collect();
        alike.sort_unstable();
        alike.into_iter().map(|(_, row)| row as usize).collect()
    }
}

fn kept(view: View<'_>) -> [u32; KEPT] {
    let mut kept = [0; KEPT];
    let items = view.items().iter().step_by(STEP);
    kept.iter_mut()
        .zip(items)
        .for_each(|(to, item)| *to = *item);
    kept
}

/// Differing bits per thousand; all of them where there is nothing to compare.
fn differing(a: &[u32], b: &[u32]) -> u32 {
    let bits: u32 = a.iter().zip(b).map(|(a, b)| (a ^ b).count_ones()).sum();
    (1000 * bits)
        .checked_div(32 * a.len() as u32)
        .unwrap_or(1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Items that no other seed has: those of murmur3's last mixing.
    fn print(seed: u32, len: u32) -> Print {
        let mixed = |n: u32| {
            let n = (n ^ seed << 16).wrapping_add(1);
            let n = (n ^ n >> 16).wrapping_mul(0x85eb_ca6b);
            let n = (n ^ n >> 13).wrapping_mul(0xc2b2_ae35);
            n ^ n >> 16
        };
        Print::new((0..len).map(mixed).collect())
    }

    #[test]
    fn a_row_of_the_same_length_and_bits_is_found_among_strangers() {
        let mut prints: Vec<Print> = (0..40).map(|seed| print(seed, 300 + seed)).collect();
        let query = print(7, 303);
        prints.push(query.clone());
        let glances = Glances::new(&prints);
        assert_eq!(glances.alike(query.view(), 8, |_| true), [7, 40]);
        assert_eq!(glances.alike(query.view(), 8, |row| row != 7), [40]);
        assert_eq!(glances.alike(query.view(), 1, |_| true), [7]);
        let longer = print(7, 316);
        assert!(
            glances.alike(longer.view(), 8, |_| true).is_empty(),
            "more than a second longer"
        );
    }

    #[test]
    fn nothing_is_alike_to_an_empty_recording_and_all_lengths_may_be_asked() {
        let glances = Glances::new(&[print(1, 0), print(2, 3), print(3, 5000)]);
        assert!(glances.alike(print(1, 0).view(), 8, |_| true).is_empty());
        assert_eq!(glances.alike(print(2, 3).view(), 8, |_| true), [1]);
        assert_eq!(glances.alike(print(3, 5000).view(), 8, |_| true), [2]);
    }
}
