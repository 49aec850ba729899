//! Where do a FLAC file's metadata end and its frames begin? (RFC 9639, sections 6 and 8)
//!
//! Symphonia skips what it does not recognise as a frame: frames whose rate, channels or depth
//! change in mid-stream, or whose checksum fails. [`audio_start`] lets the decoder count the bytes
//! that it was given against the bytes that the file has.

use crate::AudioInfo;
use crate::limits::MAX_PREFIX_BYTES;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

/// The offset of the first frame; `prefix` bytes (an ID3v2 tag) stand before `fLaC`.
///
/// # Errors
/// An I/O error; `InvalidData` when the metadata do not end within a believable length.
pub fn audio_start(path: &Path, prefix: u64) -> io::Result<u64> {
    let mut file = BufReader::new(File::open(path)?);
    file.seek(SeekFrom::Start(prefix + 4))?;
    let mut position = prefix + 4;
    loop {
        let mut header = [0u8; 4];
        file.read_exact(&mut header)?;
        let length = u64::from(u32::from_be_bytes([0, header[1], header[2], header[3]]));
        position += 4 + length;
        if position > MAX_PREFIX_BYTES + prefix {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "metadata without an end",
            ));
        }
        if header[0] & 0x80 != 0 {
            return Ok(position);
        }
        file.seek_relative(length as i64)?;
    }
}

/// Whether a frame's own header agrees with the stream's rate, channels and depth (RFC 9639, section
/// 9.1). Symphonia decodes frames that do not as if they did. Rates that stand at the header's end
/// (codes 12 to 14) are not compared.
pub(crate) fn frame_agrees(frame: &[u8], info: &AudioInfo) -> bool {
    let [_, _, sizes, channels, ..] = frame else {
        return false;
    };
    const RATES: [u32; 12] = [
        0, 88_200, 176_400, 192_000, 8_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000,
    ];
    const DEPTHS: [u8; 8] = [0, 8, 12, 0, 16, 20, 24, 32];
    let rate = RATES.get(usize::from(sizes & 0x0f)).copied().unwrap_or(0);
    let count = match channels >> 4 {
        n @ 0..8 => usize::from(n) + 1,
        _ => 2,
    };
    let depth = DEPTHS[usize::from(channels >> 1 & 7)];
    (rate == 0 || rate == info.sample_rate.hz())
        && count == info.layout.count()
        && (depth == 0 || info.bits.is_none_or(|bits| bits == depth))
}

/// Bytes that a frame of so many samples per channel cannot exceed by much: every channel verbatim, one of them with
/// a bit more per sample (RFC 9639, section 9.2), twice over for encoders that do worse. Symphonia hands out what it
/// does not recognise together with the frame before it.
pub(crate) fn longest_frame(frames: usize, info: &AudioInfo) -> usize {
    /// Header, footer and headers of subframes.
    const AROUND: usize = 1024;
    let bits = usize::from(info.bits.unwrap_or(32)) + 1;
    2 * (frames * info.layout.count() * bits).div_ceil(8) + AROUND
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Codec, Container, Layout};
    use catalog::units::SampleRate;

    #[test]
    fn a_frame_of_another_rate_channel_count_or_depth_does_not_belong() {
        let info = AudioInfo {
            container: Container::Flac,
            codec: Codec::Flac,
            sample_rate: SampleRate::new(44_100).expect("a rate"),
            layout: Layout::stereo(),
            bits: Some(16),
            frames: None,
            has_md5: false,
            bytes: 0,
        };
        let check = |sizes: u8, channels: u8, expected: bool| {
            let frame = [0xff, 0xf8, sizes, channels, 0];
            assert_eq!(
                frame_agrees(&frame, &info),
                expected,
                "{sizes:02x} {channels:02x}"
            );
        };
        check(0xc9, 0x18, true);
        // Rate and depth from STREAMINFO; mid and side.
        check(0xc0, 0xa0, true);
        // 48 kHz, one channel, 24 bit.
        check(0xca, 0x18, false);
        check(0xc9, 0x08, false);
        check(0xc9, 0x1c, false);
        assert!(!frame_agrees(&[0xff], &info));
    }
}
