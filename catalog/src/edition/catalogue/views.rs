//! What does one row of the catalogue look like to the one who asks?

use super::{CatalogueView, part};
use crate::edition::rows::*;
use crate::ids::{ArtistId, Isrc, RecordingId, ReleaseId, Sha256, TrackId};
use crate::release::{Advisory, ReleaseKind};
use crate::rendition::{Chunk, Codec, Loudness};
use crate::units::{Dbtp, Frames, GainDb, Lu, Lufs, Millis, SampleRate};

/// A track. Rows are of this edition.
#[derive(Debug, Clone, Copy, PartialEq)]
#[allow(missing_docs)]
pub struct TrackView<'a> {
    pub row: u32,
    pub id: TrackId,
    pub title: &'a str,
    pub version: Option<&'a str>,
    pub licence: Option<&'a str>,
    pub origin: Option<&'a str>,
    pub recording: u32,
    pub release: u32,
    pub disc: u16,
    pub number: u16,
    pub isrc: Option<Isrc>,
    pub duration: Millis,
    pub advisory: Advisory,
    pub profile: u32,
    pub genre: Option<&'a str>,
}

/// A release.
#[derive(Debug, Clone, Copy, PartialEq)]
#[allow(missing_docs)]
pub struct ReleaseView<'a> {
    pub row: u32,
    pub id: ReleaseId,
    pub title: &'a str,
    pub version: Option<&'a str>,
    pub label: &'a str,
    pub p_line: Option<&'a str>,
    pub c_line: Option<&'a str>,
    pub gtin: Option<&'a str>,
    /// As delivered: `2004`, `2004-05`, `2004-05-17`.
    pub date: Option<&'a str>,
    /// Days since 1970 of its first possible day.
    pub days: Option<i32>,
    pub kind: ReleaseKind,
    pub genre: Option<&'a str>,
    /// Track rows by disc and number.
    pub tracks: &'a [u32],
    pub artwork: Option<u32>,
}

/// An artist.
#[derive(Debug, Clone, Copy, PartialEq)]
#[allow(missing_docs)]
pub struct ArtistView<'a> {
    pub row: u32,
    pub id: ArtistId,
    pub name: &'a str,
    /// Release rows, newest first.
    pub releases: &'a [u32],
    /// Track rows.
    pub tracks: &'a [u32],
}

/// Somebody's part in a track or release.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct CreditView<'a> {
    /// Artist row.
    pub artist: u32,
    pub name: &'a str,
    /// "MainArtist", "FeaturedArtist", "Composer", …
    pub role: &'a str,
}

/// A recording.
#[derive(Debug, Clone, Copy, PartialEq)]
#[allow(missing_docs)]
pub struct RecordingView<'a> {
    pub row: u32,
    pub id: RecordingId,
    /// Track rows: its appearances.
    pub tracks: &'a [u32],
    /// Rows of the other recordings that are the same audio.
    pub same: &'a [u32],
    /// Of the master.
    pub loudness: Loudness,
    pub master: Sha256,
    /// Rendition rows.
    pub renditions: (u32, u32),
}

/// A cover.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct ArtworkView {
    pub blob: Sha256,
    pub bytes: u64,
    pub width: u32,
    pub height: u32,
    /// "image/jpeg" or "image/png".
    pub media_type: &'static str,
}

/// The words of a track: a file in the store, which [`crate::lyrics`] reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct LyricsView {
    pub blob: Sha256,
    pub bytes: u64,
    /// Whether its lines have times.
    pub timed: bool,
}

/// A rendition with its chunk index.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs)]
pub struct RenditionView<'a> {
    pub row: u32,
    /// Its name in the ladder: "vorbis-160".
    pub profile: &'a str,
    pub key: Sha256,
    pub blob: Sha256,
    pub bytes: u64,
    pub frames: Frames,
    pub codec: Codec,
    pub nominal_kbps: u32,
    pub sample_rate: Option<SampleRate>,
    pub channels: u16,
    pub header_bytes: u32,
    pub gain: GainDb,
    pub loudness: Loudness,
    chunks: &'a [ChunkRow],
}

impl RenditionView<'_> {
    /// The chunk index: offsets and first frames are sums over the rows.
    pub fn chunks(&self) -> impl Iterator<Item = Chunk> + '_ {
        let start = (u64::from(self.header_bytes), 0u64);
        self.chunks
            .iter()
            .scan(start, |(offset, first_frame), row| {
                let chunk = Chunk {
                    offset: *offset,
                    bytes: row.bytes,
                    first_frame: *first_frame,
                    frames: row.frames,
                    priming_bytes: row.priming_bytes,
                };
                *offset += u64::from(row.bytes);
                *first_frame += u64::from(row.frames);
                Some(chunk)
            })
    }
}

impl CatalogueView {
    /// A track by its row.
    pub fn track(&self, row: u32) -> Option<TrackView<'_>> {
        let found = self.rows(self.at.tracks).get(row as usize)?;
        Some(TrackView {
            row,
            id: *self.rows(self.at.track_ids).get(row as usize)?,
            title: self.text(self.at.track_title, row),
            version: self.text_if_any(self.at.track_version, row),
            licence: self.text_if_any(self.at.track_licence, row),
            origin: self.text_if_any(self.at.track_origin, row),
            recording: found.recording,
            release: found.release,
            disc: found.disc,
            number: found.number,
            isrc: Isrc::from_bytes(found.isrc),
            duration: Millis(u64::from(found.duration)),
            advisory: match found.advisory {
                1 => Advisory::Explicit,
                2 => Advisory::Clean,
                3 => Advisory::None,
                _ => Advisory::Unknown,
            },
            profile: found.profile,
            genre: self.genre(found.genre),
        })
    }

    /// The words of a track, if they were delivered.
    pub fn lyrics(&self, track: u32) -> Option<LyricsView> {
        let all = self.rows(self.at.lyrics?);
        let place = all.binary_search_by_key(&track, |row| row.track).ok()?;
        Some(LyricsView {
            blob: all[place].blob,
            bytes: all[place].bytes,
            timed: all[place].timed != 0,
        })
    }

    /// A release by its row.
    pub fn release(&self, row: u32) -> Option<ReleaseView<'_>> {
        let found = self.rows(self.at.releases).get(row as usize)?;
        Some(ReleaseView {
            row,
            id: *self.rows(self.at.release_ids).get(row as usize)?,
            title: self.text(self.at.release_title, row),
            version: self.text_if_any(self.at.release_version, row),
            label: self.text(self.at.release_label, row),
            p_line: self.text_if_any(self.at.release_p_line, row),
            c_line: self.text_if_any(self.at.release_c_line, row),
            gtin: self.text_if_any(self.at.release_gtin, row),
            date: self.text_if_any(self.at.release_date, row),
            days: (found.date != NO_DATE).then_some(found.date),
            kind: match found.kind {
                0 => ReleaseKind::Album,
                1 => ReleaseKind::Single,
                2 => ReleaseKind::Ep,
                3 => ReleaseKind::Compilation,
                _ => ReleaseKind::Other,
            },
            genre: self.genre(found.genre),
            tracks: part(
                self.rows(self.at.release_tracks),
                found.tracks_at,
                found.tracks,
            ),
            artwork: (found.artwork != NONE).then_some(found.artwork),
        })
    }

    /// An artist by its row.
    pub fn artist(&self, row: u32) -> Option<ArtistView<'_>> {
        let found = self.rows(self.at.artists).get(row as usize)?;
        Some(ArtistView {
            row,
            id: *self.rows(self.at.artist_ids).get(row as usize)?,
            name: self.text(self.at.artist_name, row),
            releases: part(
                self.rows(self.at.artist_releases),
                found.releases_at,
                found.releases,
            ),
            tracks: part(
                self.rows(self.at.artist_tracks),
                found.tracks_at,
                found.tracks,
            ),
        })
    }

    /// A recording by its row.
    pub fn recording(&self, row: u32) -> Option<RecordingView<'_>> {
        let found = self.rows(self.at.recordings).get(row as usize)?;
        Some(RecordingView {
            row,
            id: *self.rows(self.at.recording_ids).get(row as usize)?,
            tracks: part(
                self.rows(self.at.recording_tracks),
                found.tracks_at,
                found.tracks,
            ),
            same: part(self.rows(self.at.recording_same), found.same_at, found.same),
            loudness: found.loudness.into(),
            master: found.master,
            renditions: (found.renditions_at, found.renditions),
        })
    }

    /// The credits of a track: displayed ones first, in their order.
    pub fn track_credits(&self, row: u32) -> impl Iterator<Item = CreditView<'_>> {
        let found = self.rows(self.at.tracks).get(row as usize);
        self.credits(found.map_or((0, 0), |track| (track.credits_at, track.credits)))
    }

    /// The credits of a release.
    pub fn release_credits(&self, row: u32) -> impl Iterator<Item = CreditView<'_>> {
        let found = self.rows(self.at.releases).get(row as usize);
        self.credits(found.map_or((0, 0), |release| (release.credits_at, release.credits)))
    }

    fn credits(&self, (at, count): (u32, u16)) -> impl Iterator<Item = CreditView<'_>> {
        part(self.rows(self.at.credits), at, u32::from(count))
            .iter()
            .map(|credit| CreditView {
                artist: credit.artist,
                name: self.text(self.at.artist_name, credit.artist),
                role: self.text(self.at.roles, credit.role),
            })
    }

    /// The renditions of a recording, in the ladder's order.
    pub fn renditions(&self, recording: u32) -> impl Iterator<Item = RenditionView<'_>> {
        let found = self.rows(self.at.recordings).get(recording as usize);
        let (at, count) = found.map_or((0, 0), |row| (row.renditions_at, row.renditions));
        (at..at.saturating_add(count)).filter_map(|row| self.rendition(row))
    }

    /// What a picture of a recording needs: pairs of the lowest and highest sample (full scale 127), and
    /// loudness in hundredths of LUFS (`i16::MIN` for silence), both evenly over the whole recording.
    /// `None` in editions made before there were pictures.
    pub fn shape(&self, recording: u32) -> Option<(&[[i8; 2]], &[i16])> {
        let (shapes, peaks, levels) = self.at.shapes?;
        let row = self.audio.view(shapes).get(recording as usize)?;
        let peaks = part(self.audio.view(peaks), row.peaks_at, row.peaks);
        let levels = part(self.audio.view(levels), row.levels_at, row.levels);
        Some((peaks, levels)).filter(|(peaks, _)| !peaks.is_empty())
    }

    /// A rendition by its row.
    pub fn rendition(&self, row: u32) -> Option<RenditionView<'_>> {
        let found = self.audio.view(self.at.renditions).get(row as usize)?;
        Some(RenditionView {
            row,
            profile: self
                .audio
                .texts(self.at.profile_names)
                .get(found.profile as usize)?,
            key: found.key,
            blob: found.blob,
            bytes: found.bytes,
            frames: Frames(found.frames),
            codec: match found.codec {
                0 => Codec::Vorbis,
                1 => Codec::Flac,
                _ => Codec::Mp3,
            },
            nominal_kbps: found.nominal_kbps,
            sample_rate: SampleRate::new(found.sample_rate).ok(),
            channels: found.channels,
            header_bytes: found.header_bytes,
            gain: GainDb(f64::from(found.gain)),
            loudness: found.loudness.into(),
            chunks: part(
                self.audio.view(self.at.chunks),
                found.chunks_at,
                found.chunks,
            ),
        })
    }

    /// A cover by its row.
    pub fn artwork(&self, row: u32) -> Option<ArtworkView> {
        let found = self.rows(self.at.artwork).get(row as usize)?;
        Some(ArtworkView {
            blob: found.blob,
            bytes: found.bytes,
            width: found.width,
            height: found.height,
            media_type: if found.format == 0 {
                "image/jpeg"
            } else {
                "image/png"
            },
        })
    }

    fn genre(&self, row: u32) -> Option<&str> {
        (row != NONE).then(|| self.text(self.at.genres, row))
    }
}

impl From<LoudnessRow> for Loudness {
    fn from(row: LoudnessRow) -> Loudness {
        let level = |value: f32| (!value.is_nan()).then_some(f64::from(value));
        Loudness {
            integrated: level(row.integrated).map(Lufs),
            range: level(row.range).map(Lu),
            true_peak: level(row.true_peak).map(Dbtp),
            short_term_max: level(row.short_term_max).map(Lufs),
        }
    }
}

impl From<Loudness> for LoudnessRow {
    fn from(loudness: Loudness) -> LoudnessRow {
        let level = |value: Option<f64>| value.map_or(f32::NAN, |value| value as f32);
        LoudnessRow {
            integrated: level(loudness.integrated.map(|level| level.0)),
            range: level(loudness.range.map(|level| level.0)),
            true_peak: level(loudness.true_peak.map(|level| level.0)),
            short_term_max: level(loudness.short_term_max.map(|level| level.0)),
        }
    }
}
