//! Which recordings share keys with this fingerprint, and at which offsets?
//!
//! An inverted index from keys (28 bits of an item, [`crate::print::key`]) to places. A
//! *row* is one fingerprint; a *place* is a position in all rows' items laid end to end, so
//! one number names row and item. Never are two fingerprints compared that share no keys.
//!
//! **What is indexed.** Of each row the informative items ([`crate::entropy`]) that begin a
//! run of equal keys, and of those the keys whose scrambled value falls in the lowest
//! 1/2^`sampling` of the range: the choice depends on the key only, so two encodings of one
//! recording choose the same seconds.
//!
//! **Layout** (sections of the mapped column container):
//! - `starts: u64 × (rows + 1)`: where each row's items begin;
//! - `directory: u64 × (buckets + 1)`: byte range of each bucket in `postings`; the bucket is
//!   the upper bits of the scrambled key, about [`BUCKET_ENTRIES`] entries each;
//! - `postings: bytes`: per bucket a group for each of its keys, ascending. A group is LEB128 of twice
//!   the key's increase over the one before it (over the bucket's first key for the first), one more if
//!   it stands in several places; if so, LEB128 of eight times how many more than one, and of how many
//!   bytes an increase takes less one; LEB128 of its first place; and each other's increase over the one
//!   before it, in so many bytes, the lowest first: increases of one width wait for nothing but the
//!   addition. Three to six bytes a place.
//!
//! **Incremental.** A query costs what its own keys cost, so a delivery of n new recordings
//! is n queries against the standing index plus an index over the n; merging two indexes is
//! a merge of sorted entries, bucket by bucket. The pairs of older recordings cannot change.

use crate::print::{KEY_BITS, Print, View, key};

#[cfg(feature = "job")]
mod build;
#[cfg(feature = "job")]
pub use build::{IndexColumns, build};

/// Entries per bucket that the directory is sized for: some 60 bytes to scan per look-up.
pub const BUCKET_ENTRIES: u64 = 16;

/// Most bits of a directory: 2^24 buckets, 128 MB.
pub const MAX_DIRECTORY_BITS: u32 = 24;

/// Largest sampling exponent that makes sense: one key in 1024.
pub const MAX_SAMPLING: u32 = 10;

/// Something that an index is made over.
pub trait Keyed: Sync {
    /// Places that it takes: one more than the largest place of a key.
    fn places(&self) -> u64;

    /// Its scrambled keys that fall below 2^([`KEY_BITS`] − `sampling`), with their places, by
    /// ascending place.
    fn keys(&self, sampling: u32) -> impl Iterator<Item = (u32, usize)>;
}

impl Keyed for Print {
    fn places(&self) -> u64 {
        self.view().len() as u64
    }

    fn keys(&self, sampling: u32) -> impl Iterator<Item = (u32, usize)> {
        selected(self.view(), sampling)
    }
}

/// Spreads keys evenly: music uses few of the 2^28 often, and landmarks only the lowest 2^22. Odd
/// multiplication modulo 2^28 is a bijection, so no two keys fall together; and by the golden ratio of
/// *that* modulus neighbours fall far apart (Knuth, 6.4), so that a bucket holds one or two of them.
#[inline]
pub fn scramble(key: u32) -> u32 {
    key.wrapping_mul(0x9e3_779b) & ((1 << KEY_BITS) - 1)
}

/// The scrambled keys of a fingerprint that are looked up or indexed, with their items:
/// informative, first of a run of equal keys, chosen by the sampling.
pub fn selected(view: View<'_>, sampling: u32) -> impl Iterator<Item = (u32, usize)> {
    let limit = 1u32 << (KEY_BITS - sampling.min(MAX_SAMPLING));
    let items = view.items();
    (0..items.len())
        .filter(move |&at| view.informative()[at])
        .filter(move |&at| at == 0 || key(items[at - 1]) != key(items[at]))
        .map(move |at| (scramble(key(items[at])), at))
        .filter(move |&(scrambled, _)| scrambled < limit)
}

/// A borrowed index: built in memory or mapped from an edition.
#[derive(Clone, Copy, Debug)]
pub struct Index<'a> {
    starts: &'a [u64],
    directory: &'a [u64],
    postings: &'a [u8],
    sampling: u32,
    shift: u32,
}

/// One shared key: which row, and where in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hit {
    /// The row that holds the key.
    pub row: u32,
    /// The item within the row.
    pub item: u32,
}

impl<'a> Index<'a> {
    /// Puts the three sections together by their ends alone, so that opening costs the same
    /// whatever their size; what is damaged between finds nothing. None if they contradict each
    /// other: `directory` has not 2^n + 1 entries or ends elsewhere than the postings, `starts`
    /// is empty or does not begin at zero.
    pub fn new(
        starts: &'a [u64],
        directory: &'a [u64],
        postings: &'a [u8],
        sampling: u32,
    ) -> Option<Index<'a>> {
        let buckets = directory.len().checked_sub(1)?;
        let sound = buckets.is_power_of_two()
            && buckets.ilog2() <= MAX_DIRECTORY_BITS
            && sampling <= MAX_SAMPLING
            && directory[buckets] == postings.len() as u64
            && starts.first() == Some(&0)
            && u32::try_from(starts.len()).is_ok();
        sound.then(|| Index::checked(starts, directory, postings, sampling))
    }

    /// Puts sections together that [`Index::new`] has accepted before: it reads them all.
    pub(crate) fn checked(
        starts: &'a [u64],
        directory: &'a [u64],
        postings: &'a [u8],
        sampling: u32,
    ) -> Index<'a> {
        let bits = directory.len().saturating_sub(1).max(1).ilog2();
        let shift = (KEY_BITS - sampling.min(MAX_SAMPLING)).saturating_sub(bits);
        Index {
            starts,
            directory,
            postings,
            sampling,
            shift,
        }
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.starts.len() - 1
    }

    /// Places of all rows: items, or frames.
    pub fn places(&self) -> u64 {
        self.starts.last().copied().unwrap_or(0)
    }

    /// The sampling exponent it was built with; queries must choose keys with the same.
    pub fn sampling(&self) -> u32 {
        self.sampling
    }

    /// Bytes of the index proper: directory, postings and row starts.
    pub fn bytes(&self) -> u64 {
        (8 * (self.starts.len() + self.directory.len()) + self.postings.len()) as u64
    }

    /// Where it is read from.
    #[cfg(test)]
    pub(crate) fn sections(&self) -> (&'a [u64], &'a [u8]) {
        (self.directory, self.postings)
    }

    /// Bytes that a look-up of this key reads.
    pub fn cost(&self, scrambled: u32) -> u64 {
        let bucket = (scrambled >> self.shift) as usize;
        match (self.directory.get(bucket), self.directory.get(bucket + 1)) {
            (Some(from), Some(to)) => to.saturating_sub(*from),
            _ => 0,
        }
    }

    /// Has the processor fetch what look-ups of these keys will read: waiting for each on its own took
    /// half of their time.
    pub fn fetch(&self, scrambled: impl Iterator<Item = u32>) {
        let first = |key: u32| {
            let from = *self.directory.get((key >> self.shift) as usize)?;
            self.postings.get(from as usize)
        };
        let any = scrambled.filter_map(first).fold(0, |any, byte| any | byte);
        std::hint::black_box(any);
    }

    /// Calls `each` with the places of one scrambled key, ascending. A damaged bucket ends early.
    pub fn places_of(&self, scrambled: u32, each: impl FnMut(u64)) {
        let bucket = (scrambled >> self.shift) as usize;
        let (Some(&from), Some(&to)) = (self.directory.get(bucket), self.directory.get(bucket + 1))
        else {
            return;
        };
        let (mut at, to) = (from as usize, to as usize);
        let mut current = (bucket as u32) << self.shift;
        while at < to {
            let Some(group) = Group::at(self.postings, &mut at).filter(|_| at <= to) else {
                return;
            };
            current = current.saturating_add(group.step);
            if current < scrambled {
                continue;
            }
            if current == scrambled {
                group.places(each);
            }
            return;
        }
    }

    /// Row and item of a place; None beyond the last row.
    pub fn hit(&self, place: u64) -> Option<Hit> {
        let row = self
            .starts
            .partition_point(|&start| start <= place)
            .checked_sub(1)?;
        let item = place.checked_sub(self.starts[row])?;
        (row < self.rows()).then_some(Hit {
            row: row as u32,
            item: u32::try_from(item).ok()?,
        })
    }

    /// The same, looked for first in a row in which it probably lies.
    pub fn hit_near(&self, place: u64, row: u32) -> Option<Hit> {
        let [start, end] = [row as usize, row as usize + 1].map(|row| self.starts.get(row));
        match (start, end) {
            (Some(start), Some(end)) if (start..end).contains(&&place) => Some(Hit {
                row,
                item: u32::try_from(place - start).ok()?,
            }),
            _ => self.hit(place),
        }
    }
}

/// The places of a key.
struct Group<'a> {
    /// How much more the key is than the one before it.
    step: u32,
    first: u64,
    /// What each other place is more than the one before it, …
    increases: &'a [u8],
    /// … and the bytes of one.
    width: usize,
}

impl<'a> Group<'a> {
    /// The group that begins there, and where the next one does; None in a damaged file.
    #[inline]
    fn at(postings: &'a [u8], at: &mut usize) -> Option<Group<'a>> {
        let step = number(postings, at)?;
        let more = if step % 2 == 1 {
            number(postings, at)?
        } else {
            0
        };
        let first = number(postings, at)?;
        let width = (more % 8) as usize + 1;
        let len = usize::try_from(more / 8).ok()?.checked_mul(width)?;
        let end = at.checked_add(len)?;
        let increases = postings.get(*at..end)?;
        *at = end;
        Some(Group {
            step: u32::try_from(step / 2).ok()?,
            first,
            increases,
            width,
        })
    }

    #[inline]
    fn places(&self, mut each: impl FnMut(u64)) {
        each(self.first);
        match self.width {
            1 => self.others::<1>(each),
            2 => self.others::<2>(each),
            3 => self.others::<3>(each),
            4 => self.others::<4>(each),
            5 => self.others::<5>(each),
            _ => {}
        }
    }

    #[inline]
    fn others<const WIDTH: usize>(&self, mut each: impl FnMut(u64)) {
        let mut place = self.first;
        for bytes in self.increases.as_chunks::<WIDTH>().0 {
            let mut word = [0; 8];
            word[..WIDTH].copy_from_slice(bytes);
            place = place.wrapping_add(u64::from_le_bytes(word));
            each(place);
        }
    }
}

/// The LEB128 number that begins there, and where the next one does; None at the end, or if it has more
/// than 63 bits.
#[inline]
fn number(bytes: &[u8], at: &mut usize) -> Option<u64> {
    let rest = bytes.get(*at..)?;
    if let Some(word) = rest.first_chunk() {
        let word = u64::from_le_bytes(*word);
        let ends = !word & 0x8080_8080_8080_8080;
        if ends != 0 {
            *at += ends.trailing_zeros() as usize / 8 + 1;
            return Some(joined(word & (ends ^ (ends - 1))));
        }
    }
    longer(rest, at)
}

/// The lower seven bits of each byte, side by side: a number's last bit is guessed wrongly too often
/// for a loop over its bytes.
#[inline]
fn joined(word: u64) -> u64 {
    let pairs = word & 0x007f_007f_007f_007f | (word & 0x7f00_7f00_7f00_7f00) >> 1;
    let fours = pairs & 0x0000_3fff_0000_3fff | (pairs & 0x3fff_0000_3fff_0000) >> 2;
    fours & 0x0fff_ffff | (fours & 0x0fff_ffff_0000_0000) >> 4
}

/// The same byte by byte.
#[cold]
fn longer(bytes: &[u8], at: &mut usize) -> Option<u64> {
    let mut value = 0u64;
    for (n, &byte) in bytes.iter().take(9).enumerate() {
        value |= u64::from(byte & 0x7f) << (7 * n);
        if byte < 0x80 {
            *at += n + 1;
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scrambling_is_a_bijection_on_keys() {
        // An odd factor has an inverse modulo 2^28; multiplying back restores every key.
        let inverse = (0..5).fold(1u32, |x, _| {
            x.wrapping_mul(2u32.wrapping_sub(0x9e3_779bu32.wrapping_mul(x)))
        });
        for key in (0..1 << KEY_BITS).step_by(9973) {
            let back = scramble(key).wrapping_mul(inverse) & ((1 << KEY_BITS) - 1);
            assert_eq!(back, key);
        }
    }

    #[test]
    fn sections_that_contradict_each_other_are_refused() {
        assert!(Index::new(&[0, 5], &[0, 0], &[], 0).is_some());
        assert!(Index::new(&[], &[0, 0], &[], 0).is_none(), "no row starts");
        assert!(Index::new(&[0, 5], &[], &[], 0).is_none(), "no directory");
        assert!(
            Index::new(&[0, 5], &[0, 0, 0, 0], &[], 0).is_none(),
            "three buckets"
        );
        assert!(
            Index::new(&[0, 5], &[0, 9], &[], 0).is_none(),
            "postings end early"
        );
        assert!(
            Index::new(&[5, 0], &[0, 0], &[], 0).is_none(),
            "the first row begins late"
        );
    }

    #[test]
    fn rows_and_buckets_that_descend_find_nothing_and_never_panic() {
        let index = Index::new(&[0, 90, 5, 7], &[0, 9, 3, 9, 4], &[1, 2, 3, 4], 0).unwrap();
        for key in (0..1 << KEY_BITS).step_by(99_991) {
            let _ = index.cost(key);
            index.places_of(key, |place| {
                let _ = index.hit(place);
            });
        }
        for place in 0..100 {
            let _ = index.hit(place);
        }
    }

    #[test]
    fn damaged_postings_end_a_look_up_without_a_panic() {
        let noise: Vec<u8> = (0..255u8).map(|i| i.wrapping_mul(151) | 0x80).collect();
        let index = Index::new(&[0, 5], &[0, 255], &noise, 0).unwrap();
        let mut hits = Vec::new();
        for key in (0..1 << KEY_BITS).step_by(99_991) {
            index.places_of(scramble(key), |place| hits.extend(index.hit(place)));
        }
        assert!(hits.iter().all(|hit| hit.row == 0));
    }
}
