//! What can go wrong between a master and its renditions?

use audio::AudioError;
use catalog::config::ConfigError;
use catalog::ids::{IdError, Sha256};
use catalog::store::StoreError;
use catalog::units::{Frames, SampleRate};
use std::path::PathBuf;

/// A rendition that could not be made, or a job that could not run.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The master cannot be decoded to its end.
    #[error(transparent)]
    Audio(#[from] AudioError),
    /// The samples do not have the MD5 that the master carries.
    #[error("{}: the samples do not have the MD5 that the file carries\nfix: export the file again and compare checksums after the transfer", path.display())]
    MasterMd5 {
        /// The master.
        path: PathBuf,
    },
    /// The store cannot be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The configuration cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A value of the configuration makes no sense.
    #[error(
        "[transcode] {key}: found {found}, expected {expected}\nfix: correct it in the configuration file"
    )]
    Value {
        /// The key, with its table.
        key: String,
        /// The value found.
        found: String,
        /// What is allowed.
        expected: &'static str,
    },
    /// A temporary file cannot be written.
    #[error("{}: cannot be written: {source}\nfix: free space in the temporary folder or name another in TMPDIR", path.display())]
    Scratch {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// libFLAC refuses the parameters or fails while it writes.
    #[error("{}: libFLAC: {reason} ({rate}, {channels} channels, {bits} bit)\nfix: free space in the temporary folder; deliver 16 or 24 bit with 1 to 8 channels", path.display())]
    Flac {
        /// The file being written.
        path: PathBuf,
        /// libFLAC's state.
        reason: String,
        /// Of the samples.
        rate: SampleRate,
        /// Of the samples.
        channels: usize,
        /// Of the samples.
        bits: u8,
    },
    /// libvorbis refuses the parameters or fails while it writes.
    #[error(
        "{profile}: libvorbis: {reason} ({rate}, {channels} channels, quality {quality})\nfix: choose a quality from -0.2 to 1 and a rate from 8000 to 192000 Hz for this profile"
    )]
    Vorbis {
        /// The profile being encoded.
        profile: String,
        /// The library's words.
        reason: String,
        /// Of the samples.
        rate: SampleRate,
        /// Of the samples.
        channels: usize,
        /// Asked for.
        quality: f32,
    },
    /// LAME refuses the parameters or fails.
    #[error(
        "{profile}: LAME: {reason}\nfix: choose 64 to 320 kbps and at most 48000 Hz for this profile"
    )]
    Mp3 {
        /// The profile being encoded.
        profile: String,
        /// The library's words.
        reason: String,
    },
    /// An encoded stream is not what its encoder promised.
    #[error(
        "{profile}: {what}: found {found}, expected {expected}\nfix: report this with the master; the rendition was not published"
    )]
    Verify {
        /// The profile being verified.
        profile: String,
        /// The property.
        what: &'static str,
        /// Its value.
        found: String,
        /// The value that it must have.
        expected: String,
    },
    /// A master of the catalogue is not in the store.
    #[error("master {master} of {track:?} is not in the store\nfix: ingest its release again")]
    MissingMaster {
        /// Content of the master.
        master: Sha256,
        /// A track that needs it.
        track: String,
    },
    /// A master that was coded lossily before.
    #[error(
        "master {master}: found {codec}, expected a lossless codec\nfix: deliver FLAC or WAV, or admit lossy masters with masters.lossy = true in [transcode]"
    )]
    LossyMaster {
        /// Content of the master.
        master: Sha256,
        /// Its codec.
        codec: String,
    },
    /// A `--master` that is no SHA-256.
    #[error("--master: {0}")]
    MasterArgument(#[from] IdError),
    /// Fewer frames than a packet of the stream needs.
    #[error("{profile}: {frames} frames are too few to encode\nfix: deliver at least one frame of audio", frames = frames.0)]
    TooShort {
        /// The profile.
        profile: String,
        /// Frames of the master.
        frames: Frames,
    },
}

impl Error {
    /// Whether the master is at fault (tell content ops), not the machine (page an engineer).
    pub fn is_content(&self) -> bool {
        match self {
            Error::Audio(AudioError::Io { .. }) => false,
            Error::Audio(_) | Error::MasterMd5 { .. } => true,
            Error::MissingMaster { .. } | Error::TooShort { .. } => true,
            Error::LossyMaster { .. } => true,
            _ => false,
        }
    }
}
