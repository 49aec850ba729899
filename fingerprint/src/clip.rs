//! What does a client send to ask who a clip is?
//!
//! Its peaks and nothing else, so nobody needs a decoder to answer and no sound leaves the device:
//! a little-endian u32 each, the frame (23.2 ms) in the upper 21 bits, the pitch in the lower 11
//! ([`crate::peaks`]), ascending. `backline fingerprint show --peaks` writes such a file.

use crate::peaks::{FRAME_SECONDS, Peak};

/// Most peaks of a clip: 30 s at three times the density of music, 16 KiB. Bounds a query's work.
pub const MAX_PEAKS: usize = 4096;

/// Longest clip, seconds.
pub const MAX_SECONDS: f64 = 30.0;

/// Bytes that are no clip.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClipError {
    /// Not a whole number of peaks.
    #[error("{0} bytes, expected 4 for each peak")]
    Torn(usize),
    /// None, or too many.
    #[error("{0} peaks, expected 1 to {MAX_PEAKS}")]
    Count(usize),
    /// Later ones before earlier.
    #[error("peak {0} does not come after the one before it")]
    Order(usize),
    /// Longer than is listened to.
    #[error("a peak after {MAX_SECONDS} s, expected a shorter clip")]
    Long,
}

/// The peaks of a clip.
///
/// # Errors
/// [`ClipError`] saying what is wrong with the bytes.
pub fn read(bytes: &[u8]) -> Result<Vec<Peak>, ClipError> {
    let (words, rest) = bytes.as_chunks::<4>();
    if !rest.is_empty() {
        return Err(ClipError::Torn(bytes.len()));
    }
    if words.is_empty() || words.len() > MAX_PEAKS {
        return Err(ClipError::Count(words.len()));
    }
    let peaks: Vec<Peak> = words
        .iter()
        .map(|word| Peak(u32::from_le_bytes(*word)))
        .collect();
    if let Some(at) = peaks.windows(2).position(|pair| pair[0] >= pair[1]) {
        return Err(ClipError::Order(at + 2));
    }
    match peaks.last() {
        Some(last) if f64::from(last.frame()) * FRAME_SECONDS > MAX_SECONDS => Err(ClipError::Long),
        _ => Ok(peaks),
    }
}

/// The bytes of a clip: as many peaks as [`read`] takes.
pub fn write(peaks: &[Peak]) -> Vec<u8> {
    let heard = peaks
        .iter()
        .take_while(|peak| peak.seconds() <= MAX_SECONDS);
    heard
        .take(MAX_PEAKS)
        .flat_map(|peak| peak.0.to_le_bytes())
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_wrong_with_a_clip_is_said() {
        let peaks = |frames: &[u32]| -> Vec<u8> {
            frames
                .iter()
                .flat_map(|&frame| Peak::new(frame, 7).0.to_le_bytes())
                .collect()
        };
        assert_eq!(read(&[1, 2, 3]), Err(ClipError::Torn(3)));
        assert_eq!(read(&[]), Err(ClipError::Count(0)));
        assert_eq!(
            read(&peaks(&(0..4097).collect::<Vec<_>>())),
            Err(ClipError::Count(4097))
        );
        assert_eq!(read(&peaks(&[5, 9, 9])), Err(ClipError::Order(3)));
        assert_eq!(read(&peaks(&[5, 2000])), Err(ClipError::Long));
        assert_eq!(read(&peaks(&[5, 9])).map(|peaks| peaks.len()), Ok(2));
    }

    proptest! {
        #[test]
        fn a_written_clip_reads_back_and_hostile_bytes_never_panic(
            mut raw in proptest::collection::vec(any::<u32>(), 1..200),
            bytes in proptest::collection::vec(any::<u8>(), 0..200),
        ) {
            let _ = read(&bytes);
            raw.iter_mut().for_each(|word| *word &= (1 << 21) - 1);
            raw.sort_unstable();
            raw.dedup();
            let peaks: Vec<Peak> = raw.into_iter().map(Peak).collect();
            prop_assert_eq!(read(&write(&peaks)), Ok(peaks));
        }
    }
}
