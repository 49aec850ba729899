//! What do a track, a release and an artist look like to this listener, now?
//!
//! One shape for each, used by every answer. Whether something may be played is asked of
//! [`crate::rights`], the same that `stream` asks, so a list never promises what playback refuses.

use crate::live::Live;
use crate::rights::{Gate, Refusal};
use catalog::edition::catalogue::{CreditView, ReleaseView};
use catalog::ids::{ArtistId, Isrc, RecordingId, ReleaseId, TrackId};
use catalog::release::{Advisory, ReleaseKind};
use serde::Serialize;

/// Somebody credited.
#[derive(Debug, Serialize)]
pub(crate) struct Artist<'a> {
    id: ArtistId,
    name: &'a str,
    role: &'a str,
    /// Whether the name stands beside the title.
    displayed: bool,
}

/// A cover.
#[derive(Debug, Serialize)]
pub(crate) struct Artwork {
    url: String,
    width: u32,
    height: u32,
}

/// A release on a card.
#[derive(Debug, Serialize)]
pub(crate) struct ReleaseCard<'a> {
    id: ReleaseId,
    title: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'a str>,
    kind: &'static str,
    artists: Vec<Artist<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    date: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    year: Option<&'a str>,
    artwork: Option<Artwork>,
    tracks_count: usize,
    /// Whether any of its tracks may be played.
    pub(crate) available: bool,
}

/// A track on a list.
#[derive(Debug, Serialize)]
pub(crate) struct Track<'a> {
    pub(crate) id: TrackId,
    recording: RecordingId,
    pub(crate) title: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'a str>,
    artists: Vec<Artist<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    release: Option<ReleaseStub<'a>>,
    disc: u16,
    number: u16,
    duration_ms: u64,
    advisory: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    isrc: Option<Isrc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    genre: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    licence: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    origin: Option<&'a str>,
    /// Whether `/v1/tracks/{id}/lyrics` has its words.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    lyrics: bool,
    available: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    unavailable: Option<Refusal>,
    /// The track that `stream` plays in its place.
    #[serde(skip_serializing_if = "Option::is_none")]
    relinked_to: Option<TrackId>,
}

/// A track's release, as far as a list shows it.
#[derive(Debug, Serialize)]
struct ReleaseStub<'a> {
    id: ReleaseId,
    title: &'a str,
    artwork: Option<Artwork>,
}

/// A release with its tracks.
#[derive(Debug, Serialize)]
pub(crate) struct Release<'a> {
    #[serde(flatten)]
    card: ReleaseCard<'a>,
    label: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    p_line: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    c_line: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gtin: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    genre: Option<&'a str>,
    tracks: Vec<Track<'a>>,
}

/// An artist in a list of results.
#[derive(Debug, Serialize)]
pub(crate) struct ArtistCard<'a> {
    pub(crate) id: ArtistId,
    pub(crate) name: &'a str,
}

/// A listener's view of an edition.
#[derive(Clone, Copy)]
pub(crate) struct Eye<'a> {
    pub(crate) live: &'a Live,
    pub(crate) gate: Gate<'a>,
}

impl<'a> Eye<'a> {
    /// A track as a list shows it, with its release.
    pub(crate) fn track(&self, row: u32) -> Option<Track<'a>> {
        let mut shown = self.bare_track(row)?;
        let release = self.live.catalogue.track(row)?.release;
        shown.release = self
            .live
            .catalogue
            .release(release)
            .map(|release| ReleaseStub {
                id: release.id,
                title: release.title,
                artwork: self.artwork(&release),
            });
        Some(shown)
    }

    /// The tracks of rows, in their order, at most so many.
    pub(crate) fn tracks(
        &self,
        rows: impl IntoIterator<Item = u32>,
        most: usize,
    ) -> Vec<Track<'a>> {
        let tracks = rows.into_iter().filter_map(|row| self.track(row));
        tracks.take(most).collect()
    }

    /// The recording of a track.
    pub(crate) fn recording_of(&self, track: &TrackId) -> Option<RecordingId> {
        let catalogue = &self.live.catalogue;
        let track = catalogue.track(catalogue.track_row(track)?)?;
        Some(catalogue.recording(track.recording)?.id)
    }

    /// A track as its own release shows it.
    fn bare_track(&self, row: u32) -> Option<Track<'a>> {
        let track = self.live.catalogue.track(row)?;
        let played = self.gate.playable(row);
        let relinked = played.as_ref().ok().filter(|played| **played != row);
        let relinked_to = relinked
            .and_then(|row| self.live.catalogue.track(*row))
            .map(|track| track.id);
        Some(Track {
            id: track.id,
            recording: self.live.catalogue.recording(track.recording)?.id,
            title: track.title,
            version: track.version,
            artists: self.artists(self.live.catalogue.track_credits(row)),
            release: None,
            disc: track.disc,
            number: track.number,
            duration_ms: track.duration.0,
            advisory: match track.advisory {
                Advisory::Explicit => "explicit",
                Advisory::Clean => "clean",
                Advisory::None => "none",
                Advisory::Unknown => "unknown",
            },
            isrc: track.isrc,
            genre: track.genre,
            licence: track.licence,
            origin: track.origin,
            lyrics: self.live.catalogue.lyrics(row).is_some(),
            available: played.is_ok(),
            unavailable: played.err(),
            relinked_to,
        })
    }

    /// A release on a card.
    pub(crate) fn card(&self, row: u32) -> Option<ReleaseCard<'a>> {
        let release = self.live.catalogue.release(row)?;
        Some(ReleaseCard {
            id: release.id,
            title: release.title,
            version: release.version,
            kind: match release.kind {
                ReleaseKind::Album => "Album",
                ReleaseKind::Single => "Single",
                ReleaseKind::Ep => "EP",
                ReleaseKind::Compilation => "Compilation",
                ReleaseKind::Other => "Release",
            },
            artists: self.artists(self.live.catalogue.release_credits(row)),
            date: release.date,
            year: release.date.and_then(|date| date.get(..4)),
            artwork: self.artwork(&release),
            tracks_count: release.tracks.len(),
            available: release
                .tracks
                .iter()
                .any(|track| self.gate.playable(*track).is_ok()),
        })
    }

    /// A release with its tracks.
    pub(crate) fn release(&self, row: u32) -> Option<Release<'a>> {
        let release = self.live.catalogue.release(row)?;
        Some(Release {
            card: self.card(row)?,
            label: release.label,
            p_line: release.p_line,
            c_line: release.c_line,
            gtin: release.gtin,
            genre: release.genre,
            tracks: release
                .tracks
                .iter()
                .filter_map(|row| self.bare_track(*row))
                .collect(),
        })
    }

    /// An artist in a list of results.
    pub(crate) fn artist(&self, row: u32) -> Option<ArtistCard<'a>> {
        self.live.catalogue.artist(row).map(|artist| ArtistCard {
            id: artist.id,
            name: artist.name,
        })
    }

    fn artists(&self, credits: impl Iterator<Item = CreditView<'a>>) -> Vec<Artist<'a>> {
        let shown = credits.filter_map(|credit| {
            let id = self.live.catalogue.artist(credit.artist)?.id;
            let displayed = matches!(credit.role, "MainArtist" | "FeaturedArtist");
            Some(Artist {
                id,
                name: credit.name,
                role: credit.role,
                displayed,
            })
        });
        shown.collect()
    }

    fn artwork(&self, release: &ReleaseView<'_>) -> Option<Artwork> {
        let artwork = self.live.catalogue.artwork(release.artwork?)?;
        let url = crate::artwork::path(&release.id, &artwork);
        Some(Artwork {
            url,
            width: artwork.width,
            height: artwork.height,
        })
    }
}
