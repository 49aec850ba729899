//! Which sections do `catalogue.bin` and `renditions.bin` have, and what is one row of each?
//!
//! Every table is sorted by its ids, so that a row is found by binary search and the same catalogue
//! gives the same bytes. Rows refer to each other by row number (u32). `NONE` is "no row".
//! Times are milliseconds since 1970 UTC; levels are f32 and NaN where there is none.

use crate::ids::{Sha256, TerritorySet};
use bytemuck::{Pod, Zeroable};

/// No row.
pub const NONE: u32 = u32::MAX;
/// For ever, as the end of a window.
pub const FOREVER: i64 = i64::MAX;
/// No date, where days since 1970 stand.
pub const NO_DATE: i32 = i32::MIN;

/// `tracks` (beside `track.ids`, `track.title`, `track.version`, `track.licence`, `track.origin`).
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[repr(C)]
#[allow(missing_docs)]
pub struct TrackRow {
    pub recording: u32,
    pub release: u32,
    /// Into `credits`.
    pub credits_at: u32,
    pub credits: u16,
    pub disc: u16,
    pub number: u16,
    /// Explicit 1, clean 2, none 3, unknown 0.
    pub advisory: u8,
    pub padding: u8,
    /// Of the master, milliseconds.
    pub duration: u32,
    /// Into `rights.profiles`.
    pub profile: u32,
    /// Into `genres`.
    pub genre: u32,
    pub isrc: [u8; 12],
}

/// `releases` (beside `release.ids`, `.title`, `.version`, `.label`, `.p_line`, `.c_line`, `.gtin`, `.date`).
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[repr(C)]
#[allow(missing_docs)]
pub struct ReleaseRow {
    /// Into `release.tracks`, in the order of discs and numbers.
    pub tracks_at: u32,
    pub tracks: u32,
    /// Into `credits`.
    pub credits_at: u32,
    pub credits: u16,
    /// Album 0, single 1, EP 2, compilation 3, other 4.
    pub kind: u8,
    pub padding: u8,
    /// Days since 1970.
    pub date: i32,
    /// Into `genres`.
    pub genre: u32,
    /// Into `artwork`.
    pub artwork: u32,
}

/// `artists` (beside `artist.ids`, `artist.name`).
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[repr(C)]
#[allow(missing_docs)]
pub struct ArtistRow {
    /// Into `artist.releases`: those where the artist is displayed.
    pub releases_at: u32,
    pub releases: u32,
    /// Into `artist.tracks`.
    pub tracks_at: u32,
    pub tracks: u32,
}

/// `credits` of tracks and releases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Pod, Zeroable)]
#[repr(C)]
#[allow(missing_docs)]
pub struct CreditRow {
    pub artist: u32,
    /// Into `roles`.
    pub role: u32,
}

/// `recordings` (beside `recording.ids`).
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[repr(C)]
#[allow(missing_docs)]
pub struct RecordingRow {
    /// Into `recording.tracks`.
    pub tracks_at: u32,
    pub tracks: u32,
    /// Into `recording.same`: the other recordings that are the same audio.
    pub same_at: u32,
    pub same: u32,
    /// Into `renditions` of `renditions.bin`, in the ladder's order.
    pub renditions_at: u32,
    pub renditions: u32,
    /// Of the master.
    pub loudness: LoudnessRow,
    pub master: Sha256,
}

/// How loud something is; NaN where silent.
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[repr(C)]
#[allow(missing_docs)]
pub struct LoudnessRow {
    pub integrated: f32,
    pub range: f32,
    pub true_peak: f32,
    pub short_term_max: f32,
}

/// `artwork`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
#[allow(missing_docs)]
pub struct ArtworkRow {
    pub blob: Sha256,
    pub bytes: u64,
    pub width: u32,
    pub height: u32,
    /// JPEG 0, PNG 1.
    pub format: u32,
    pub padding: u32,
}

/// `lyrics`, sorted by track; only tracks that have some. Missing in editions made before there were any.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
#[allow(missing_docs)]
pub struct LyricsRow {
    pub blob: Sha256,
    pub bytes: u64,
    pub track: u32,
    /// Whether its lines have times: 0 or 1.
    pub timed: u32,
}

/// `rights.profiles`.
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[repr(C)]
#[allow(missing_docs)]
pub struct ProfileRow {
    /// Into `rights.windows`.
    pub windows_at: u32,
    pub windows: u32,
}

/// `rights.windows`.
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[repr(C)]
#[allow(missing_docs)]
pub struct WindowRow {
    pub start: i64,
    pub end: i64,
    /// Into `rights.territories`.
    pub territories: u32,
    /// Subscription 0, ad-supported 1, other 2.
    pub model: u16,
    /// Stream 0, conditional download 1, other 2; plus [`LOCAL_CLOCK`].
    pub use_type: u16,
}

/// Marks a window whose start and end are civil times of each territory.
pub const LOCAL_CLOCK: u16 = 0x100;

/// `rights.territories`.
pub type TerritoriesRow = TerritorySet;

/// `renditions` of `renditions.bin` (beside `profiles`, the ladder's names).
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[repr(C)]
#[allow(missing_docs)]
pub struct RenditionRow {
    pub blob: Sha256,
    pub key: Sha256,
    pub bytes: u64,
    pub frames: u64,
    /// Into `profiles`.
    pub profile: u32,
    pub nominal_kbps: u32,
    pub sample_rate: u32,
    pub header_bytes: u32,
    pub loudness: LoudnessRow,
    /// Applied, dB.
    pub gain: f32,
    /// Into `chunks`.
    pub chunks_at: u32,
    pub chunks: u32,
    /// Vorbis 0, FLAC 1, MP3 2.
    pub codec: u16,
    pub channels: u16,
}

/// `shapes` of `renditions.bin`, one per row of `recordings`: its part of `shape.peaks` (pairs of i8) and
/// of `shape.levels` (i16). See [`crate::rendition::Shape`]. Editions made before have none of the three.
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[repr(C)]
#[allow(missing_docs)]
pub struct ShapeRow {
    pub peaks_at: u32,
    pub peaks: u32,
    pub levels_at: u32,
    pub levels: u32,
}

/// `chunks` of `renditions.bin`: they follow each other without gaps after the headers, so offsets and
/// first frames are sums.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
#[allow(missing_docs)]
pub struct ChunkRow {
    pub bytes: u32,
    pub frames: u32,
    pub priming_bytes: u32,
}
