//! What does `transcode` publish for one master, and what does a player need of it?
//!
//! Each rendition is one file made of page-aligned chunks at the same sample positions in every
//! bitrate of one sample rate; the index maps time to byte ranges.

use crate::ids::Sha256;
use crate::units::{Dbtp, Frames, GainDb, Lu, Lufs, SampleRate};
use serde::{Deserialize, Serialize};

/// A compressed format that we make.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Codec {
    /// Ogg Vorbis I.
    Vorbis,
    /// Native FLAC (RFC 9639).
    Flac,
    /// MPEG-1 or -2 layer III: only previews.
    Mp3,
}

impl Codec {
    /// "ogg", "flac", "mp3".
    pub fn extension(self) -> &'static str {
        match self {
            Codec::Vorbis => "ogg",
            Codec::Flac => "flac",
            Codec::Mp3 => "mp3",
        }
    }

    /// The Internet media type (RFC 5334, RFC 9639, RFC 3003).
    pub fn media_type(self) -> &'static str {
        match self {
            Codec::Vorbis => "audio/ogg",
            Codec::Flac => "audio/flac",
            Codec::Mp3 => "audio/mpeg",
        }
    }
}

/// How loud something is (EBU R 128). `None`: silence, or too short to say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Loudness {
    /// Gated, over the whole programme.
    pub integrated: Option<Lufs>,
    /// Loudness range (EBU Tech 3342).
    pub range: Option<Lu>,
    /// The highest true peak of any channel.
    pub true_peak: Option<Dbtp>,
    /// The highest short-term (3 s) loudness.
    pub short_term_max: Option<Lufs>,
}

impl Loudness {
    /// The same programme, louder or quieter.
    #[must_use]
    pub fn shifted(&self, gain: GainDb) -> Loudness {
        Loudness {
            integrated: self.integrated.map(|level| level + gain),
            range: self.range,
            true_peak: self.true_peak.map(|peak| peak + gain),
            short_term_max: self.short_term_max.map(|level| level + gain),
        }
    }
}

/// A run of bytes that decodes to a run of samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chunk {
    /// Where it begins in the file.
    pub offset: u64,
    /// Its length.
    pub bytes: u32,
    /// The first sample (per channel) that it adds.
    pub first_frame: u64,
    /// How many samples (per channel) it adds.
    pub frames: u32,
    /// How many bytes before `offset` a decoder must read to produce the samples from the chunk's nominal
    /// boundary on, at or before `first_frame` (Vorbis: one page of the two packets before, the first
    /// for its overlap, the second for its samples); zero for the first chunk and for FLAC.
    pub priming_bytes: u32,
}

/// One encoded form of one master.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rendition {
    /// Hash of (master, encoder profile, encoder version): present means done.
    pub key: Sha256,
    /// Name of the profile in the ladder: "vorbis-160", "flac", "preview".
    pub profile: String,
    /// Its format.
    pub codec: Codec,
    /// Kilobits per second that the profile aims at; what FLAC came to.
    pub nominal_kbps: u32,
    /// Names the file in the store.
    pub blob: Sha256,
    /// Size of the file.
    pub bytes: u64,
    /// Of this rendition; 24 kbit/s is made at a lower rate than its master.
    pub sample_rate: SampleRate,
    /// Of this rendition.
    pub channels: u8,
    /// Exact length.
    pub frames: Frames,
    /// Applied to the samples; zero for FLAC, whose tags carry the gain.
    pub gain: GainDb,
    /// Of this rendition, measured by decoding it.
    pub loudness: Loudness,
    /// How many bytes at the start of the file a decoder needs before any chunk.
    pub header_bytes: u32,
    /// In order of time, without gaps.
    pub chunks: Vec<Chunk>,
}

/// Everything made from one master under one ladder and loudness policy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AudioSet {
    /// The master.
    pub master: Sha256,
    /// Hash of the ladder and the policy.
    pub ladder: Sha256,
    /// Of the master itself.
    pub loudness: Loudness,
    /// Of the album that the master is a part of, all its masters as one programme; `None` for a
    /// track that stands alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub album: Option<Loudness>,
    /// For pictures of the master.
    #[serde(default)]
    pub shape: Shape,
    /// In the ladder's order.
    pub renditions: Vec<Rendition>,
}

/// What a picture of a track needs, of any length: both lists span the whole track evenly.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shape {
    /// The lowest and the highest sample of each stretch over all channels, full scale 127:
    /// [`Shape::PEAKS`] pairs, fewer for a track of less than a second, none for sets made before.
    pub peaks: Vec<[i8; 2]>,
    /// Loudness of each stretch, ungated, in hundredths of LUFS, `i16::MIN` for silence:
    /// [`Shape::LEVELS`] values, fewer for a track of less than 25 s.
    pub loudness: Vec<i16>,
}

impl Shape {
    /// Pairs of peaks in a whole track.
    pub const PEAKS: usize = 1000;

    /// Loudness values in a whole track.
    pub const LEVELS: usize = 250;
}
