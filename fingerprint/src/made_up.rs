//! What do tests take for music? Noise that repeats with its seed (Marsaglia, "Xorshift RNGs", 2003).

use crate::peaks::Peak;
use proptest::prelude::*;

/// So many fingerprint items.
pub(crate) fn noise(seed: u32, len: usize) -> Vec<u32> {
    let mut state = seed | 1;
    (0..len)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            state
        })
        .collect()
}

/// Numbers below what it is asked for.
pub(crate) fn dice(seed: u64) -> impl FnMut(u32) -> u32 {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    move |below| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 33) as u32 % below
    }
}

/// A few peaks in order, in the middle of the range of pitches.
pub(crate) fn peaks() -> impl Strategy<Value = Vec<Peak>> {
    proptest::collection::vec((0u32..300, 400u16..700), 2..60).prop_map(|mut raw| {
        raw.sort_unstable();
        raw.iter().map(|&(f, p)| Peak::new(f, p)).collect()
    })
}
