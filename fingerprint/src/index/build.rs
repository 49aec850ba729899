//! How is the index made from fingerprints, in bounded memory?
//!
//! Entries are sorted as single 64-bit numbers (scrambled key above, place below) by all
//! threads. So that 100,000 tracks do not need a gigabyte at once, the key range is done in
//! passes of at most [`PASS_ENTRIES`] or so; the result is the same for any number of
//! passes and threads.

use rayon::prelude::*;

use super::{BUCKET_ENTRIES, Index, Keyed, MAX_DIRECTORY_BITS, MAX_SAMPLING};
use crate::print::KEY_BITS;

/// Entries that one pass sorts: 128 MB.
const PASS_ENTRIES: u64 = 1 << 24;

/// Bits of an entry that name the place: 2^36 items are 16 million hours.
const PLACE_BITS: u32 = 36;

/// An index in memory, owning its sections.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IndexColumns {
    /// Where each row's items begin, and the end of the last.
    pub starts: Vec<u64>,
    /// Byte range of each bucket.
    pub directory: Vec<u64>,
    /// The entries.
    pub postings: Vec<u8>,
    /// Sampling exponent.
    pub sampling: u32,
    /// Number of entries.
    pub entries: u64,
}

impl IndexColumns {
    /// Borrows it for queries. None never happens for what [`build`] made.
    pub fn view(&self) -> Option<Index<'_>> {
        Index::new(&self.starts, &self.directory, &self.postings, self.sampling)
    }
}

/// Builds the index over `prints` (row `i` is `prints[i]`). `sampling` above
/// [`MAX_SAMPLING`] is taken as that.
pub fn build<K: Keyed>(prints: &[K], sampling: u32) -> IndexColumns {
    build_in_passes(prints, sampling.min(MAX_SAMPLING), PASS_ENTRIES)
}

pub(crate) fn build_in_passes<K: Keyed>(
    prints: &[K],
    sampling: u32,
    per_pass: u64,
) -> IndexColumns {
    let mut starts = Vec::with_capacity(prints.len() + 1);
    starts.push(0u64);
    for print in prints {
        starts.push(starts[starts.len() - 1] + print.places());
    }
    let entries: u64 = prints
        .par_iter()
        .map(|print| print.keys(sampling).count() as u64)
        .sum();
    let key_bits = KEY_BITS - sampling;
    let bits = (entries / BUCKET_ENTRIES)
        .max(1)
        .ilog2()
        .min(MAX_DIRECTORY_BITS)
        .min(key_bits);
    let buckets = 1usize << bits;
    let passes = entries.div_ceil(per_pass).clamp(1, buckets as u64);

    let mut columns = IndexColumns {
        starts,
        sampling,
        entries,
        ..IndexColumns::default()
    };
    columns.directory.reserve(buckets + 1);
    columns.directory.push(0);
    for pass in 0..passes {
        let bucket_at = |pass: u64| (pass * buckets as u64 / passes) as usize;
        let sorted = sorted_entries(prints, &columns.starts, sampling, |scrambled| {
            (bucket_at(pass)..bucket_at(pass + 1)).contains(&bucket(scrambled, key_bits - bits))
        });
        let mut rest = sorted.as_slice();
        for at in bucket_at(pass)..bucket_at(pass + 1) {
            let len = rest.partition_point(|&entry| bucket(key_of(entry), key_bits - bits) <= at);
            encode(
                &rest[..len],
                (at as u32) << (key_bits - bits),
                &mut columns.postings,
            );
            columns.directory.push(columns.postings.len() as u64);
            rest = &rest[len..];
        }
    }
    columns
}

fn bucket(scrambled: u32, shift: u32) -> usize {
    (scrambled >> shift) as usize
}

fn key_of(entry: u64) -> u32 {
    (entry >> PLACE_BITS) as u32
}

fn sorted_entries<K: Keyed>(
    prints: &[K],
    starts: &[u64],
    sampling: u32,
    wanted: impl Fn(u32) -> bool + Sync,
) -> Vec<u64> {
    let wanted = &wanted;
    let mut entries: Vec<u64> = prints
        .par_iter()
        .zip(starts)
        .flat_map_iter(|(print, &start)| {
            print
                .keys(sampling)
                .filter(move |&(scrambled, _)| wanted(scrambled))
                .map(move |(scrambled, at)| {
                    u64::from(scrambled) << PLACE_BITS | (start + at as u64)
                })
        })
        .collect();
    entries.par_sort_unstable();
    entries
}

/// Writes the groups of a bucket.
fn encode(entries: &[u64], first_key: u32, out: &mut Vec<u8>) {
    let (mut before, mut increases) = (first_key, Vec::new());
    for of_key in entries.chunk_by(|a, b| key_of(*a) == key_of(*b)) {
        let (key, place) = (key_of(of_key[0]), of_key[0] & ((1 << PLACE_BITS) - 1));
        let step = 2 * u64::from(key - before);
        before = key;
        increases.clear();
        increases.extend(of_key.windows(2).map(|two| two[1] - two[0]));
        let widest = increases.iter().fold(0, |all, increase| all | increase);
        let width = widest.max(1).ilog2() as usize / 8 + 1;
        if increases.is_empty() {
            write_leb128(step, out);
        } else {
            write_leb128(step + 1, out);
            write_leb128((8 * increases.len() + width - 1) as u64, out);
        }
        write_leb128(place, out);
        for increase in &increases {
            out.extend_from_slice(&increase.to_le_bytes()[..width]);
        }
    }
}

fn write_leb128(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{Hit, number, scramble};
    use super::*;
    use crate::print::{Print, key};

    /// Rows over a small alphabet, so that keys are shared and runs occur.
    fn rows() -> impl Strategy<Value = Vec<Print>> {
        let row = proptest::collection::vec(0u32..60, 0..120)
            .prop_map(|row| Print::new(row.iter().map(|i| i.wrapping_mul(0x0132_4570)).collect()));
        proptest::collection::vec(row, 0..6)
    }

    fn slow_look_up(prints: &[Print], wanted: u32) -> Vec<Hit> {
        let mut hits = Vec::new();
        for (row, print) in prints.iter().enumerate() {
            let view = print.view();
            for at in 0..view.len() {
                let begins = at == 0 || key(view.items()[at - 1]) != key(view.items()[at]);
                if view.informative()[at] && begins && key(view.items()[at]) == wanted {
                    hits.push(Hit {
                        row: row as u32,
                        item: at as u32,
                    });
                }
            }
        }
        hits
    }

    /// A row of any length whose keys stand anywhere.
    #[derive(Debug)]
    struct Sparse(Vec<(usize, u32)>);

    impl Keyed for Sparse {
        fn places(&self) -> u64 {
            self.0.last().map_or(0, |last| last.0 as u64 + 1)
        }

        fn keys(&self, _: u32) -> impl Iterator<Item = (u32, usize)> {
            self.0.iter().map(|&(place, key)| (scramble(key), place))
        }
    }

    /// Places of any size beside each other, of few keys.
    fn sparse() -> impl Strategy<Value = Sparse> {
        let place = (0u32..PLACE_BITS).prop_flat_map(|bits| 0usize..1 << bits);
        proptest::collection::btree_set((place, 0u32..5), 0..200)
            .prop_map(|places| Sparse(places.into_iter().collect()))
    }

    proptest! {
        /// Increases take one to five bytes.
        #[test]
        fn places_read_back_however_far_apart_they_lie(row in sparse()) {
            let columns = build(std::slice::from_ref(&row), 0);
            let index = columns.view().unwrap();
            for key in 0..5 {
                let mut found = Vec::new();
                index.places_of(scramble(key), |place| found.push(place as usize));
                let of_key = row.0.iter().filter(|&&(_, of)| of == key);
                prop_assert_eq!(found, of_key.map(|&(place, _)| place).collect::<Vec<_>>());
            }
        }

        #[test]
        fn a_look_up_finds_what_reading_every_item_finds(prints in rows()) {
            let columns = build(&prints, 0);
            let index = columns.view().unwrap();
            for wanted in (0..60u32).map(|i| key(i.wrapping_mul(0x0132_4570))) {
                let mut hits = Vec::new();
                index.places_of(scramble(wanted), |place| hits.extend(index.hit(place)));
                prop_assert_eq!(hits, slow_look_up(&prints, wanted));
            }
        }

        #[test]
        fn the_number_of_passes_does_not_change_a_byte(prints in rows(), per_pass in 1u64..200) {
            prop_assert_eq!(build_in_passes(&prints, 1, per_pass), build_in_passes(&prints, 1, u64::MAX));
        }

        /// Numbers of eight bytes are read another way than shorter ones, and so are those near the end.
        #[test]
        fn leb128_reads_what_it_wrote(
            values in proptest::collection::vec((0u32..62).prop_flat_map(|bits| 0u64..2 << bits), 1..9)
        ) {
            let mut bytes = Vec::new();
            values.iter().for_each(|&value| write_leb128(value, &mut bytes));
            let mut at = 0;
            for value in values {
                prop_assert_eq!(number(&bytes, &mut at), Some(value));
            }
            prop_assert_eq!(at, bytes.len());
            prop_assert_eq!(number(&bytes, &mut at), None);
        }

        #[test]
        fn a_place_is_hit_wherever_it_is_looked_for_first(prints in rows(), near in 0u32..8) {
            let columns = build(&prints, 0);
            let index = columns.view().unwrap();
            for place in 0..index.places() + 3 {
                prop_assert_eq!(index.hit_near(place, near), index.hit(place));
            }
        }
    }
}
