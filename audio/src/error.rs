//! What can be wrong with an audio file, said so that its sender can repair it?

use catalog::units::{Frames, SampleRate};
use std::path::PathBuf;

/// A file that cannot be decoded, or a conversion that cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum AudioError {
    /// The file could not be opened or read.
    #[error("{}: cannot be read: {source}\nfix: check that the file exists and may be read", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file has no bytes, or no audio frames.
    #[error("{}: found {found}, expected audio\nfix: export the file again and deliver it whole", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
        /// "an empty file", "no audio frames".
        found: &'static str,
    },
    /// The first bytes belong to no container that we read.
    #[error("{}: found {found}, expected FLAC, WAV, AIFF, MP4, Ogg, MP3 or AAC\nfix: deliver FLAC or WAV", path.display())]
    NotAudio {
        /// The file.
        path: PathBuf,
        /// The first bytes, printable.
        found: String,
    },
    /// A known container or codec that is not decoded here.
    #[error("{}: {what} is not decoded\nfix: {fix}", path.display())]
    Unsupported {
        /// The file.
        path: PathBuf,
        /// The container, codec or property.
        what: String,
        /// The remedy.
        fix: &'static str,
    },
    /// A header declares a size that no honest file has.
    #[error("{}: {what}: found {found}, expected {expected}\nfix: export the file again; its header is damaged", path.display())]
    Limit {
        /// The file.
        path: PathBuf,
        /// The field: "sample rate", "channels", "declared length".
        what: &'static str,
        /// The value found.
        found: String,
        /// The range believed.
        expected: String,
    },
    /// The stream is malformed.
    #[error("{}: damaged at frame {} of {}: {reason}\nfix: export the file again and compare checksums after the transfer", path.display(), frame.0, expected_frames(expected))]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The first frame that could not be decoded.
        frame: Frames,
        /// Frames that the header declares.
        expected: Option<Frames>,
        /// What the decoder said.
        reason: String,
    },
    /// The file ends early.
    #[error("{}: truncated: ends at frame {}, the header declares {}\nfix: deliver the file again and compare its size after the transfer", path.display(), frame.0, expected_frames(expected))]
    Truncated {
        /// The file.
        path: PathBuf,
        /// Frames that could be decoded.
        frame: Frames,
        /// Frames that the header declares.
        expected: Option<Frames>,
    },
    /// The file has more audio than its header declares.
    #[error("{}: found {} frames, the header declares {}\nfix: export the file again; its header is wrong", path.display(), found.0, expected.0)]
    TooLong {
        /// The file.
        path: PathBuf,
        /// Frames decoded.
        found: Frames,
        /// Frames declared.
        expected: Frames,
    },
    /// A sample of floating point is no number, or beyond belief.
    #[error("{}: frame {}, channel {channel} holds {found:e}, where full scale is 1 and {max} the limit\nfix: export the file again, as integers of 24 bits", path.display(), frame.0, max = crate::limits::MAX_SAMPLE)]
    NoSample {
        /// The file.
        path: PathBuf,
        /// The frame.
        frame: Frames,
        /// The channel, from 1.
        channel: usize,
        /// The value.
        found: f32,
    },
    /// No rule says how these channels become the wanted ones.
    #[error(
        "channels: found {found}, expected mono, stereo, quadraphonic or 5.1\nfix: deliver a stereo mix"
    )]
    NoDownmix {
        /// The layout.
        found: String,
    },
    /// The resampler or the meter refuses the parameters.
    #[error(
        "{what} at {rate} with {channels} channels: {reason}\nfix: deliver 44.1 to 192 kHz with 1 to 8 channels"
    )]
    Processing {
        /// "resampling", "measuring loudness".
        what: &'static str,
        /// The rate of the samples.
        rate: SampleRate,
        /// Their channels.
        channels: usize,
        /// What the library said.
        reason: String,
    },
}

fn expected_frames(expected: &Option<Frames>) -> String {
    match expected {
        Some(frames) => format!("{} frames", frames.0),
        None => "an unknown number of frames".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_truncated_file_is_named_with_the_frame_reached_and_the_frames_expected() {
        let error = AudioError::Truncated {
            path: "drop/01.flac".into(),
            frame: Frames(4096),
            expected: Some(Frames(441_000)),
        };
        let text = error.to_string();
        assert!(
            text.starts_with("drop/01.flac: truncated: ends at frame 4096"),
            "{text}"
        );
        assert!(text.contains("441000 frames\nfix: "), "{text}");
    }
}
