//! What does a fingerprint look like in the store?
//!
//! One object per master, `fingerprints/<algorithm>/<master sha>.fp`, little-endian:
//!
//! | bytes | what |
//! |---|---|
//! | 8 | `BKLFPRT2` |
//! | 16 | xxh3-128 of the decoded samples: interleaved f32, little-endian |
//! | 8 | frames (samples per channel) |
//! | 4 | sample rate, Hz |
//! | 4 | channels |
//! | 4 | items `n`, at most [`MAX_ITEMS`] |
//! | 4 · n | items |
//! | 4 | peaks `m`, at most [`MAX_PEAKS`] |
//! | 4 · m | peaks ([`Peak`]), ascending |
//! | 8 | xxh3-64 of all bytes before |

use crate::error::Error;
use crate::peaks::Peak;
use crate::print::{ALGORITHM, MAX_ITEMS, Print};
use catalog::ids::Sha256;
use xxhash_rust::xxh3::xxh3_64;

const MAGIC: &[u8; 8] = b"BKLFPRT2";
const HEADER: usize = 8 + 16 + 8 + 4 + 4 + 4;
const CHECKSUM: usize = 8;

/// Most peaks that are kept: 24 hours at twice the density of dense music.
pub const MAX_PEAKS: usize = 8_000_000;

/// The audio that a fingerprint was made from. Equal sources are identical audio.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Source {
    /// xxh3-128 of the decoded samples.
    pub samples: u128,
    /// Hz.
    pub sample_rate: u32,
    /// Channels.
    pub channels: u8,
    /// Samples per channel.
    pub frames: u64,
}

impl Source {
    /// Length in seconds.
    pub fn seconds(&self) -> f64 {
        self.frames as f64 / f64::from(self.sample_rate.max(1))
    }
}

/// A fingerprint as it is kept: raw items and what they were made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fingerprint {
    /// Raw items, one per 0.1238 s.
    pub items: Vec<u32>,
    /// Where its spectrum stands out.
    pub peaks: Vec<Peak>,
    /// What was decoded.
    pub source: Source,
}

/// The folder of all fingerprints of this algorithm.
pub fn prefix() -> String {
    format!("fingerprints/{ALGORITHM}/")
}

/// The key of a master's fingerprint.
pub fn object_key(master: &Sha256) -> String {
    format!("{}{master}.fp", prefix())
}

impl Fingerprint {
    /// What is compared.
    pub fn print(&self) -> Print {
        Print::with_peaks(self.items.clone(), &self.peaks).lasting(self.source.frames)
    }

    /// The bytes to keep.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes =
            Vec::with_capacity(HEADER + 4 * (self.items.len() + 1 + self.peaks.len()) + CHECKSUM);
        bytes.extend(MAGIC);
        bytes.extend(self.source.samples.to_le_bytes());
        bytes.extend(self.source.frames.to_le_bytes());
        bytes.extend(self.source.sample_rate.to_le_bytes());
        bytes.extend(u32::from(self.source.channels).to_le_bytes());
        bytes.extend((self.items.len() as u32).to_le_bytes());
        bytes.extend(self.items.iter().flat_map(|item| item.to_le_bytes()));
        bytes.extend((self.peaks.len() as u32).to_le_bytes());
        bytes.extend(self.peaks.iter().flat_map(|peak| peak.0.to_le_bytes()));
        let checksum = xxh3_64(&bytes);
        bytes.extend(checksum.to_le_bytes());
        bytes
    }

    /// Reads what [`Fingerprint::to_bytes`] wrote.
    ///
    /// # Errors
    /// [`Error::Stored`] naming `key` and what is wrong with the bytes.
    pub fn from_bytes(key: &str, bytes: &[u8]) -> Result<Fingerprint, Error> {
        let damaged = |found: String| Error::Stored {
            key: key.to_owned(),
            found,
        };
        if bytes.len() < HEADER + CHECKSUM || bytes[..8] != *MAGIC {
            return Err(damaged(format!(
                "{} bytes that do not begin with BKLFPRT2",
                bytes.len()
            )));
        }
        let count = u32::from_le_bytes(field(bytes, 40)) as usize;
        if count > MAX_ITEMS {
            return Err(damaged(format!("{count} items, more than {MAX_ITEMS}")));
        }
        let items_end = HEADER + 4 * count;
        if bytes.len() < items_end + 4 + CHECKSUM {
            return Err(damaged(format!("{} bytes for {count} items", bytes.len())));
        }
        let peaks = u32::from_le_bytes(field(bytes, items_end)) as usize;
        if peaks > MAX_PEAKS {
            return Err(damaged(format!("{peaks} peaks, more than {MAX_PEAKS}")));
        }
        let end = items_end + 4 + 4 * peaks;
        if bytes.len() != end + CHECKSUM {
            let expected = end + CHECKSUM;
            return Err(damaged(format!(
                "{} bytes, expected {expected}",
                bytes.len()
            )));
        }
        if xxh3_64(&bytes[..end]) != u64::from_le_bytes(field(bytes, end)) {
            return Err(damaged("a checksum that does not fit".to_owned()));
        }
        let channels = u32::from_le_bytes(field(bytes, 36));
        let source = Source {
            samples: u128::from_le_bytes(field(bytes, 8)),
            frames: u64::from_le_bytes(field(bytes, 24)),
            sample_rate: u32::from_le_bytes(field(bytes, 32)),
            channels: u8::try_from(channels)
                .map_err(|_| damaged(format!("{channels} channels, more than 255")))?,
        };
        let words = |from: usize, to: usize| {
            let words = bytes[from..to].chunks_exact(4);
            words.map(|word| u32::from_le_bytes(field(word, 0)))
        };
        let peaks: Vec<Peak> = words(items_end + 4, end).map(Peak).collect();
        if !peaks.is_sorted() {
            return Err(damaged("peaks that do not ascend".to_owned()));
        }
        Ok(Fingerprint {
            items: words(HEADER, items_end).collect(),
            peaks,
            source,
        })
    }
}

/// `N` bytes from `at`; the caller has checked that they are there.
fn field<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    let mut out = [0; N];
    out.copy_from_slice(&bytes[at..at + N]);
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sample() -> Fingerprint {
        let source = Source {
            samples: 7 << 100,
            sample_rate: 44_100,
            channels: 2,
            frames: 5_000_000,
        };
        Fingerprint {
            items: vec![1, 0xffff_ffff, 3],
            peaks: vec![Peak::new(2, 700), Peak::new(90, 3)],
            source,
        }
    }

    #[test]
    fn a_kept_fingerprint_reads_back() {
        let kept = sample();
        assert_eq!(
            Fingerprint::from_bytes("k", &kept.to_bytes()).unwrap(),
            kept
        );
    }

    #[test]
    fn every_flipped_bit_and_every_cut_is_noticed() {
        let bytes = sample().to_bytes();
        for at in 0..8 * bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at / 8] ^= 1 << (at % 8);
            assert!(Fingerprint::from_bytes("k", &damaged).is_err(), "bit {at}");
        }
        for len in 0..bytes.len() {
            assert!(
                Fingerprint::from_bytes("k", &bytes[..len]).is_err(),
                "cut at {len}"
            );
        }
    }

    proptest! {
        #[test]
        fn hostile_bytes_never_panic(mut bytes in proptest::collection::vec(any::<u8>(), 0..120)) {
            let _ = Fingerprint::from_bytes("k", &bytes);
            if bytes.len() > 8 {
                bytes[..8].copy_from_slice(MAGIC);
                let _ = Fingerprint::from_bytes("k", &bytes);
            }
        }
    }
}
