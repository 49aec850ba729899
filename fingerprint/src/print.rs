//! What is a fingerprint, as a value?
//!
//! A row of 32-bit items, one per 1365 samples at 11,025 Hz (Chromaprint's hop: 4096-sample
//! frames, two thirds of them shared), so an item is 0.1238 s. Each item holds sixteen
//! two-bit answers to questions about the chroma of the 16 frames that begin there: two
//! encodings of one recording give items that differ in few bits, strangers in about half.
//! Source: Chromaprint (Lukáš Lalinský), `fingerprinter_configuration.cpp`, default (TEST2).

use crate::entropy;
use crate::peaks::Peak;

/// Names the algorithm and our revision of everything before it (decoding, rounding to
/// 16 bits, resampling). A change that can alter items must change this name, since a
/// fingerprint that is present in the store is taken as done.
pub const ALGORITHM: &str = "chromaprint-test2-peaks-r3";

/// Seconds from one item to the next: 1365 samples at 11,025 Hz.
pub const ITEM_SECONDS: f64 = 1365.0 / 11_025.0;

/// Bits of an item that make its index key.
pub const KEY_BITS: u32 = 28;

/// Longest fingerprint that is read or made, in items: 24 hours. Protects memory from
/// endless streams and damaged files.
pub const MAX_ITEMS: usize = 700_000;

/// The index key of an item: its upper 28 bits, so the eight answers that flip most
/// (the last two questions) do not part two encodings of the same second.
#[inline]
pub fn key(item: u32) -> u32 {
    item >> (32 - KEY_BITS)
}

/// Items that last `seconds`, rounded to the nearest.
pub fn items_in(seconds: f64) -> usize {
    (seconds / ITEM_SECONDS).round().max(0.0) as usize
}

/// Seconds that `items` last.
pub fn seconds_of(items: usize) -> f64 {
    items as f64 * ITEM_SECONDS
}

/// A fingerprint and which of its items say anything ([`entropy::informative`]).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Print {
    items: Vec<u32>,
    informative: Vec<bool>,
    peaks: Vec<Peak>,
    samples: Option<u64>,
}

impl Print {
    /// Takes raw items and finds the informative ones.
    pub fn new(items: Vec<u32>) -> Print {
        Print::with_peaks(items, &[])
    }

    /// The same with the recording's peaks; those at which the items say nothing are left out.
    pub fn with_peaks(items: Vec<u32>, peaks: &[Peak]) -> Print {
        let informative = entropy::informative(&items);
        let says = |peak: &&Peak| {
            let item = (peak.seconds() / ITEM_SECONDS) as usize;
            informative
                .get(item.min(informative.len().saturating_sub(1)))
                .is_some_and(|&says| says)
        };
        Print {
            peaks: peaks.iter().filter(says).copied().collect(),
            items,
            informative,
            samples: None,
        }
    }

    /// The same of a recording that lasts so many samples per channel.
    pub fn lasting(self, samples: u64) -> Print {
        let samples = Some(samples);
        Print { samples, ..self }
    }

    /// Do both last equally many samples, as far as that is known?
    pub fn lasts_as(&self, other: &Print) -> bool {
        self.samples.is_some() && self.samples == other.samples
    }

    /// The peaks of informative moments, in order.
    pub fn peaks(&self) -> &[Peak] {
        &self.peaks
    }

    /// Borrows it, as everything that compares wants it.
    pub fn view(&self) -> View<'_> {
        View {
            items: &self.items,
            informative: &self.informative,
        }
    }
}

/// A borrowed fingerprint: what index, alignment and verdict work on.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    items: &'a [u32],
    informative: &'a [bool],
}

impl<'a> View<'a> {
    /// The raw items.
    pub fn items(&self) -> &'a [u32] {
        self.items
    }

    /// One flag per item: does it say anything?
    pub fn informative(&self) -> &'a [bool] {
        self.informative
    }

    /// Number of items.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// True if there is no item: audio shorter than 2.9 s.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Number of informative items.
    pub fn informative_len(&self) -> usize {
        self.informative.iter().filter(|&&says| says).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_has_485_items_and_back() {
        assert_eq!(items_in(60.0), 485);
        assert!((seconds_of(485) - 60.0).abs() < ITEM_SECONDS);
        assert_eq!(items_in(-1.0), 0);
    }

    #[test]
    fn a_key_ignores_the_four_lowest_bits() {
        assert_eq!(key(0xdead_beef), key(0xdead_bee0));
        assert_ne!(key(0xdead_beef), key(0xdead_beff));
        assert!(key(u32::MAX) < 1 << KEY_BITS);
    }
}
