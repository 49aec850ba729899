//! What did the files of a delivery turn out to be?
//!
//! Plain values that `job` gathers from disk, so that every check of files, audio and artwork is a pure
//! function and can be tried without a disk.

use audio::Quality;
use catalog::ids::Sha256;
use catalog::lyrics::LyricsError;
use catalog::units::{Frames, SampleRate};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Facts by path, as the message names it.
#[derive(Debug, Default)]
pub struct Evidence {
    /// Every file that the message names.
    pub files: BTreeMap<String, Fact>,
    /// Files in the release's folder that it does not name, relative to that folder.
    pub unused: Vec<String>,
}

/// What stands at a path.
#[derive(Debug)]
pub enum Fact {
    /// The path leaves the folder, and why.
    Escapes(&'static str),
    /// A part of the path is a symbolic link.
    Symlink(String),
    /// Nothing; perhaps a file whose name differs in case only.
    Missing(Option<String>),
    /// Something that is no regular file: "a folder".
    NotAFile(&'static str),
    /// More bytes than are taken: size and limit.
    TooLarge(u64, u64),
    /// A regular file.
    File(Box<Held>),
}

/// A regular file.
#[derive(Debug)]
pub struct Held {
    /// On our disk.
    pub path: PathBuf,
    /// Size.
    pub bytes: u64,
    /// Of its bytes.
    pub sha256: Sha256,
    /// Lower-case hexadecimal by the algorithm's name as the message writes it.
    pub hashes: BTreeMap<String, String>,
    /// What it is.
    pub media: Media,
}

/// What a file holds.
#[derive(Debug)]
pub enum Media {
    /// A master.
    Sound(Box<Result<Sound, SoundFault>>),
    /// A cover.
    Picture(Result<Picture, String>),
    /// The words of a song: whether its lines have times, or why it is no such file.
    Words(Result<bool, LyricsError>),
    /// An empty file is not opened.
    Empty,
}

/// A master that decodes to its end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sound {
    /// "flac", "wav".
    pub container: String,
    /// "flac", "pcm", "mp3".
    pub codec: String,
    /// Whether decoding returns what was encoded.
    pub lossless: bool,
    /// Samples per second.
    pub sample_rate: SampleRate,
    /// 1 mono, 2 stereo.
    pub channels: u8,
    /// Bits per sample, for formats with integers.
    pub bits: Option<u8>,
    /// Decoded to the end.
    pub frames: Frames,
    /// Whether the samples have the MD5 that the file carries; `None` where it carries none.
    pub md5_ok: Option<bool>,
    /// What it sounds like.
    pub quality: Quality,
}

/// A master that does not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SoundFault {
    /// What kind of fault.
    pub kind: FaultKind,
    /// What was found, without the path.
    pub found: String,
    /// The remedy.
    pub fix: String,
}

/// Kinds of faults, one check each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FaultKind {
    /// The file ends early.
    Truncated,
    /// The stream is malformed.
    Damaged,
    /// A sample is no number, or beyond belief.
    NoSample,
    /// More audio than declared.
    TooLong,
    /// No audio at all.
    Empty,
    /// The decoder needed more than it may have, or died.
    Stopped,
    /// Anything else.
    Unreadable,
}

/// A cover that decodes.
#[derive(Debug, Clone)]
pub struct Picture {
    /// "jpeg" or "png", by content.
    pub format: &'static str,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// A small JPEG for the report.
    pub thumbnail: Vec<u8>,
    /// Whether it is RGB.
    pub colours: Colours,
    /// Whether there is anything on it.
    pub blank: bool,
    /// By how much it was enlarged, where its detail says so: 2 or more.
    pub enlarged: Option<u32>,
    /// The period in pixels of the pattern that a smooth enlargement leaves.
    pub pattern: Option<f32>,
}

/// What colours a picture is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colours {
    /// Red, green, blue.
    Rgb,
    /// Shades of grey only.
    Grey,
    /// Inks, for print.
    Cmyk,
}

impl Evidence {
    /// The file at a path, if it is one.
    pub fn held(&self, uri: &str) -> Option<&Held> {
        match self.files.get(uri) {
            Some(Fact::File(held)) => Some(held),
            _ => None,
        }
    }

    /// The master at a path, if it decodes.
    pub fn sound(&self, uri: &str) -> Option<(&Held, &Sound)> {
        let held = self.held(uri)?;
        match &held.media {
            Media::Sound(answer) => answer.as_ref().as_ref().ok().map(|sound| (held, sound)),
            _ => None,
        }
    }

    /// The words at a path, if they can be read, and whether their lines have times.
    pub fn words(&self, uri: &str) -> Option<(&Held, bool)> {
        let held = self.held(uri)?;
        match held.media {
            Media::Words(Ok(timed)) => Some((held, timed)),
            _ => None,
        }
    }

    /// The cover at a path, if it decodes.
    pub fn picture(&self, uri: &str) -> Option<(&Held, &Picture)> {
        let held = self.held(uri)?;
        match &held.media {
            Media::Picture(Ok(picture)) => Some((held, picture)),
            _ => None,
        }
    }
}
