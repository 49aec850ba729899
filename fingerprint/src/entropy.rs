//! Does this stretch of a fingerprint say anything?
//!
//! Silence, drones and test tones give the same few items over and over, so any two of them
//! agree bit for bit: a plain bit error rate calls a church bell and a menu drone one
//! recording. Therefore an item counts only if the [`WINDOW`] around it holds at least
//! [`MIN_DISTINCT`] different keys. Items that say nothing are never indexed, and neither
//! help nor hurt an alignment.
//!
//! Same aim as AcoustID's diversity factor (`acoustid_compare2`), but local: a song keeps
//! its voice although it ends in a minute of silence.

use std::collections::HashMap;

use crate::print::key;

/// Items around an item that are looked at: 4 s.
pub const WINDOW: usize = 32;

/// Different keys that music shows in such a window. Measured on Debian's game music:
/// half of all windows hold 25 or more, tones and silence 1 to 4.
pub const MIN_DISTINCT: usize = 8;

/// One flag per item: does the window centred on it (clamped at both ends) hold at least
/// [`MIN_DISTINCT`] different keys? Linear time.
pub fn informative(items: &[u32]) -> Vec<bool> {
    let width = WINDOW.min(items.len());
    if width < MIN_DISTINCT {
        return vec![false; items.len()];
    }
    let mut counts: HashMap<u32, u32> = HashMap::with_capacity(2 * WINDOW);
    for &item in &items[..width] {
        *counts.entry(key(item)).or_default() += 1;
    }
    // says[s]: the window that starts at item s is rich enough.
    let mut says = Vec::with_capacity(items.len() - width + 1);
    says.push(counts.len() >= MIN_DISTINCT);
    for next in width..items.len() {
        let leaving = key(items[next - width]);
        if let Some(count) = counts.get_mut(&leaving) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&leaving);
            }
        }
        *counts.entry(key(items[next])).or_default() += 1;
        says.push(counts.len() >= MIN_DISTINCT);
    }
    (0..items.len())
        .map(|at| says[at.saturating_sub(width / 2).min(says.len() - 1)])
        .collect()
}

/// Different keys among the informative items of a range.
pub fn distinct_keys(items: &[u32], informative: &[bool]) -> usize {
    let mut keys: Vec<u32> = items
        .iter()
        .zip(informative)
        .filter(|(_, says)| **says)
        .map(|(&item, _)| key(item))
        .collect();
    keys.sort_unstable();
    keys.dedup();
    keys.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The obvious way: count every window anew.
    fn slow_twin(items: &[u32]) -> Vec<bool> {
        let width = WINDOW.min(items.len());
        (0..items.len())
            .map(|at| {
                let start = at.saturating_sub(width / 2).min(items.len() - width);
                let window = &items[start..start + width];
                let keys: std::collections::BTreeSet<u32> =
                    window.iter().map(|&i| key(i)).collect();
                keys.len() >= MIN_DISTINCT
            })
            .collect()
    }

    proptest! {
        #[test]
        fn the_sliding_count_equals_counting_every_window_anew(
            items in proptest::collection::vec(0u32..2000, 0..200)
        ) {
            prop_assert_eq!(informative(&items), slow_twin(&items));
        }
    }

    #[test]
    fn silence_and_a_drone_say_nothing() {
        assert!(informative(&[627_964_279; 400]).iter().all(|says| !says));
        let drone: Vec<u32> = (0..400).map(|i| 0xabcd_0000 | ((i / 7 % 3) << 8)).collect();
        assert!(informative(&drone).iter().all(|says| !says));
    }

    #[test]
    fn music_keeps_its_voice_beside_silence() {
        let mut items: Vec<u32> = (0..200u32).map(|i| i.wrapping_mul(0x9e37_79b1)).collect();
        items.extend([627_964_279; 200]);
        let says = informative(&items);
        assert!(says[..200].iter().all(|says| *says));
        assert!(says[220..].iter().all(|says| !says));
    }

    #[test]
    fn too_short_to_judge_says_nothing() {
        assert_eq!(informative(&[]), Vec::<bool>::new());
        assert_eq!(informative(&[1, 2, 3]), vec![false; 3]);
    }
}
