//! Where do the keys of a query agree on an offset?
//!
//! A vote is one number, its diagonal above and its key below: counted in a table, then sorted. Its row is
//! looked up only where enough votes lie within a window.

use super::{Asked, Candidate};
use crate::index::Index;

/// A vote before its row is known: the *diagonal* on which it lies, its place less that of its key in
/// the query, and which key that is (lower 28 bits). In order of diagonals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Cast(pub(super) u64);

/// Bits of a vote that number the key: a query of a day has fewer.
pub(super) const OF_BITS: u32 = 28;

impl Cast {
    fn diagonal(self) -> u64 {
        self.0 >> OF_BITS
    }
}

/// What the keys of a query say.
pub(super) struct Votes<'a> {
    pub(super) asked: &'a [Asked],
    pub(super) index: &'a Index<'a>,
    /// The last place of a key in the query: what diagonals are more than they should be, so that
    /// none is below zero.
    pub(super) latest: u64,
    pub(super) cast: Vec<Cast>,
}

/// Counters of the rough count: a megabyte, which a core's cache holds.
const MOST_CELLS: usize = 1 << 20;

/// Keys whose memory is waited for at once.
const FETCHED: usize = 32;

impl<'a> Votes<'a> {
    pub(super) fn cast(asked: &'a [Asked], index: &'a Index<'a>, most_places: usize) -> Votes<'a> {
        let latest = asked.iter().map(|asked| u64::from(asked.at)).max();
        let latest = latest.unwrap_or(0);
        // Some three bytes of the index make a vote.
        let bytes: usize = asked.iter().map(|asked| asked.cost as usize).sum();
        let mut cast = Vec::with_capacity(bytes / 2);
        let (mut places, mut of) = (Vec::new(), 0);
        for some in asked.chunks(FETCHED) {
            index.fetch(some.iter().map(|asked| asked.key));
            for same in some.chunk_by(|a, b| a.key == b.key) {
                places.clear();
                index.places_of(same[0].key, |place| places.push(place));
                if places.len() > most_places {
                    places.clear();
                }
                for asked in same {
                    let later = latest - u64::from(asked.at);
                    let vote = |place: &u64| Cast(place.wrapping_add(later) << OF_BITS | of);
                    cast.extend(places.iter().map(vote));
                    of += 1;
                }
            }
        }
        Votes {
            asked,
            index,
            latest,
            cast,
        }
    }

    /// Leaves the votes that may be among `least` within one window: a window touches two cells at
    /// most, and a cell's counter holds at least its own votes.
    pub(super) fn keep_crowds(&mut self, width: usize, least: usize) {
        let cells = (8 * self.cast.len())
            .next_power_of_two()
            .clamp(64, MOST_CELLS);
        let shift = width.next_power_of_two().ilog2();
        let mut counts = vec![0u8; cells];
        let cell = |cast: Cast| (cast.diagonal() >> shift) as usize & (cells - 1);
        for &vote in &self.cast {
            let count = &mut counts[cell(vote)];
            *count = count.saturating_add(1);
        }
        // Without a branch, which would be guessed wrongly half of the time.
        let mut kept = 0;
        for at in 0..self.cast.len() {
            let vote = self.cast[at];
            let own = cell(vote);
            let [before, after] = [own.wrapping_sub(1), own + 1].map(|at| counts[at & (cells - 1)]);
            self.cast[kept] = vote;
            let near = usize::from(counts[own]) + usize::from(before.max(after));
            kept += usize::from(near >= least);
        }
        self.cast.truncate(kept);
    }

    /// All windows of so many diagonals in which so many different keys agree on a wanted row, without
    /// their digits.
    pub(super) fn windows(
        &mut self,
        width: usize,
        least: usize,
        wanted: impl Fn(u32) -> bool,
    ) -> Vec<Candidate> {
        self.cast.sort_unstable();
        let mut windows = Vec::new();
        let (mut votes, mut keys): (Vec<Vote>, Vec<u32>) = (Vec::new(), Vec::new());
        let (mut from, mut to, mut near) = (0, 0, 0);
        for first in self.cast.chunk_by(|a, b| a.diagonal() == b.diagonal()) {
            let diagonal = first[0].diagonal();
            let within = |vote: &Cast| vote.diagonal() < diagonal + width as u64;
            while self.cast.get(to).is_some_and(within) {
                to += 1;
            }
            let crowd = &self.cast[from..to];
            from += first.len();
            if crowd.len() < least {
                continue;
            }
            votes.clear();
            for cast in crowd {
                if let Some(vote) = self.resolved(*cast, near) {
                    near = vote.row;
                    votes.push(vote);
                }
            }
            votes.sort_unstable();
            // The diagonals of a row's end are those of the next one's beginning too.
            for of_row in votes.chunk_by(|a, b| a.row == b.row) {
                keys.clear();
                keys.extend(of_row.iter().map(|vote| vote.key));
                keys.sort_unstable();
                keys.dedup();
                let Vote { row, .. } = of_row[0];
                if keys.len() >= least && of_row[0].diagonal == diagonal && wanted(row) {
                    windows.push(Candidate {
                        row,
                        offset: of_row[of_row.len() / 2].offset,
                        shared: keys.len(),
                        digits: 0.0,
                    });
                }
            }
        }
        windows
    }

    /// None for a place beyond the last row.
    fn resolved(&self, cast: Cast, near: u32) -> Option<Vote> {
        let asked = self.asked[(cast.0 & ((1 << OF_BITS) - 1)) as usize];
        let place = (cast.diagonal() + u64::from(asked.at)).checked_sub(self.latest)?;
        let hit = self.index.hit_near(place, near)?;
        Some(Vote {
            row: hit.row,
            diagonal: cast.diagonal(),
            offset: i64::from(hit.item) - i64::from(asked.at),
            key: asked.key,
        })
    }
}

/// A vote for an offset in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Vote {
    row: u32,
    diagonal: u64,
    offset: i64,
    key: u32,
}

/// So many windows of each row with the most keys, by row, then best first; those that share an offset
/// with a better one are left out.
pub(super) fn best_windows(
    mut windows: Vec<Candidate>,
    width: usize,
    per_row: usize,
) -> Vec<Candidate> {
    windows.sort_unstable_by_key(|found| {
        let most_first = usize::MAX - found.shared;
        (found.row, most_first, found.offset.abs(), found.offset)
    });
    let mut best: Vec<Candidate> = Vec::new();
    let mut of_row = 0;
    for found in windows {
        if best.last().is_none_or(|last| last.row != found.row) {
            of_row = best.len();
        }
        let better = &best[of_row..];
        let apart =
            |better: &Candidate| (better.offset - found.offset).unsigned_abs() >= width as u64;
        if better.len() < per_row && better.iter().all(apart) {
            best.push(found);
        }
    }
    best
}
