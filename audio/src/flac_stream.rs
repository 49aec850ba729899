//! Where do a FLAC file's metadata end and its frames begin? (RFC 9639, sections 6 and 8)
//!
//! Symphonia skips what it does not recognise as a frame: frames whose rate, channels or depth
//! change in mid-stream, or whose checksum fails. [`audio_start`] lets the decoder count the bytes
//! that it was given against the bytes that the file has.

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
