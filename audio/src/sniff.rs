//! Which container do a file's first bytes announce?
//!
//! Before any parser sees the file: symphonia's probe would search a megabyte of garbage for
//! something that looks like an MP3 frame, and has no words for what it does not read.

use crate::AudioError;
use std::fmt;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

/// A container that is read here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Container {
    /// Native FLAC (RFC 9639).
    Flac,
    /// RIFF WAVE.
    Wav,
    /// AIFF and AIFF-C.
    Aiff,
    /// ISO base media: M4A with ALAC or AAC.
    Mp4,
    /// Ogg.
    Ogg,
    /// A bare stream of MPEG audio frames.
    Mp3,
    /// A bare stream of AAC frames (ADTS).
    Adts,
}

impl fmt::Display for Container {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Container::Flac => "flac",
            Container::Wav => "wav",
            Container::Aiff => "aiff",
            Container::Mp4 => "mp4",
            Container::Ogg => "ogg",
            Container::Mp3 => "mp3",
            Container::Adts => "aac",
        })
    }
}

const DELIVER: &str = "deliver FLAC or WAV";

/// Reads the announcement and where it stands: the container, and how many bytes an ID3v2 tag
/// before it takes.
///
/// # Errors
/// [`AudioError::Io`], [`AudioError::Empty`], [`AudioError::NotAudio`] with the bytes found,
/// [`AudioError::Unsupported`] for RF64, Wave64, CAF, Matroska and Opus.
pub fn sniff(path: &Path) -> Result<(Container, u64), AudioError> {
    let io = |source| AudioError::Io {
        path: path.to_owned(),
        source,
    };
    let mut file = File::open(path).map_err(io)?;
    if file.metadata().map_err(io)?.is_dir() {
        return Err(io(std::io::ErrorKind::IsADirectory.into()));
    }
    let mut head = read_head(&mut file).map_err(io)?;
    if head.is_empty() {
        return Err(AudioError::Empty {
            path: path.to_owned(),
            found: "an empty file",
        });
    }
    let prefix = id3_bytes(&head);
    if prefix > 0 {
        file.seek(SeekFrom::Start(prefix)).map_err(io)?;
        head = read_head(&mut file).map_err(io)?;
    }
    match announce(&head, prefix > 0) {
        Announced::Known(container) => Ok((container, prefix)),
        Announced::Refused(what) => Err(AudioError::Unsupported {
            path: path.to_owned(),
            what: what.into(),
            fix: DELIVER,
        }),
        Announced::Nothing => Err(AudioError::NotAudio {
            path: path.to_owned(),
            found: printable(&head),
        }),
    }
}

fn read_head(file: &mut File) -> std::io::Result<Vec<u8>> {
    let mut head = Vec::with_capacity(64);
    file.take(64).read_to_end(&mut head)?;
    Ok(head)
}

/// The length of an ID3v2 tag with its header, after id3.org's ID3v2.4 structure, section 3.1.
fn id3_bytes(head: &[u8]) -> u64 {
    match head {
        [b'I', b'D', b'3', _, _, flags, a, b, c, d, ..] if (a | b | c | d) & 0x80 == 0 => {
            let size = [a, b, c, d]
                .iter()
                .fold(0u64, |size, byte| size << 7 | u64::from(**byte));
            let footer = if flags & 0x10 != 0 { 10 } else { 0 };
            size + 10 + footer
        }
        _ => 0,
    }
}

enum Announced {
    Known(Container),
    Refused(&'static str),
    Nothing,
}

fn announce(head: &[u8], after_id3: bool) -> Announced {
    use Announced::{Known, Nothing, Refused};
    let at = |offset: usize, magic: &[u8]| {
        head.get(offset..offset + magic.len())
            .is_some_and(|bytes| bytes == magic)
    };
    match head {
        _ if at(0, b"fLaC") => Known(Container::Flac),
        _ if at(0, b"RIFF") && at(8, b"WAVE") => Known(Container::Wav),
        _ if at(0, b"FORM") && (at(8, b"AIFF") || at(8, b"AIFC")) => Known(Container::Aiff),
        _ if at(4, b"ftyp") => Known(Container::Mp4),
        _ if at(0, b"OggS") && at(28, b"OpusHead") => Refused("Ogg Opus"),
        _ if at(0, b"OggS") => Known(Container::Ogg),
        _ if at(0, b"RF64") || at(0, b"BW64") => Refused("RF64 (WAV above 4 GB)"),
        _ if at(0, b"riff\x2e\x91\xcf\x11") => Refused("Wave64"),
        // Its packet table can name any allocation, which ends the process (symphonia 0.6.1).
        _ if at(0, b"caff") => Refused("CAF"),
        _ if at(0, b"\x1a\x45\xdf\xa3") => Refused("Matroska"),
        _ if at(0, b"MThd") => Refused("MIDI"),
        [0xff, second, ..] if second & 0xf6 == 0xf0 => Known(Container::Adts),
        [0xff, second, ..] if second & 0xe0 == 0xe0 && second & 0x06 != 0 => Known(Container::Mp3),
        // Some writers pad between the tag and the first frame.
        [0, ..] if after_id3 => Known(Container::Mp3),
        _ => Nothing,
    }
}

fn printable(head: &[u8]) -> String {
    let head = &head[..head.len().min(8)];
    match std::str::from_utf8(head) {
        Ok(text) if text.chars().all(|c| !c.is_control()) => format!("{text:?}"),
        _ => {
            let hex: Vec<String> = head.iter().map(|byte| format!("{byte:02x}")).collect();
            format!("bytes {}", hex.join(" "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(head: &[u8], expected: &str) {
        let found = match announce(head, false) {
            Announced::Known(container) => container.to_string(),
            Announced::Refused(what) => format!("refused: {what}"),
            Announced::Nothing => "nothing".into(),
        };
        assert_eq!(found, expected, "{head:?}");
    }

    #[test]
    fn containers_are_known_by_their_first_bytes() {
        check(b"fLaC\0\0\0\x22", "flac");
        check(b"RIFF\0\0\0\0WAVEfmt ", "wav");
        check(
            b"RF64\xff\xff\xff\xffWAVEds64",
            "refused: RF64 (WAV above 4 GB)",
        );
        check(b"caff\0\x01\0\0", "refused: CAF");
        check(&[0xff, 0xfb, 0x90, 0x64], "mp3");
        check(&[0xff, 0xf1, 0x50, 0x80], "aac");
        check(b"%PDF-1.7", "nothing");
        check(b"RIFF\0\0\0\0AVI ", "nothing");
    }

    #[test]
    fn an_id3_tag_says_how_long_it_is() {
        assert_eq!(id3_bytes(b"ID3\x04\0\0\0\0\x02\x01rest"), 257 + 10);
        assert_eq!(id3_bytes(b"fLaC\0\0\0\x22\0\0\0\0"), 0);
    }
}
