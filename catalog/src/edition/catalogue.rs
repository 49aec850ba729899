//! What does a reader ask of an edition's catalogue? Lookups by id and by row, straight from the mapping.
//!
//! A row number is only meaningful inside one edition. Every accessor gives `None` beyond its table.

mod views;

pub use views::{
    ArtistView, ArtworkView, CreditView, LyricsView, RecordingView, ReleaseView, RenditionView,
    TrackView,
};

use super::rows::*;
use crate::columns::{Columns, ColumnsError, Section, TextSection};
use crate::ids::{ArtistId, RecordingId, ReleaseId, Territory, TerritorySet, TrackId};
use crate::rights::{Availability, Clock, CommercialModel, RightsWindow, UseType, availability};
use bytemuck::Pod;
use jiff::Timestamp;
use std::path::Path;

/// The catalogue of an open edition.
#[derive(Debug)]
pub struct CatalogueView {
    catalogue: Columns,
    audio: Columns,
    at: Places,
}

/// Where each section stands; found once at opening.
#[derive(Debug)]
struct Places {
    track_ids: Section<TrackId>,
    tracks: Section<TrackRow>,
    track_title: TextSection,
    track_version: TextSection,
    track_licence: TextSection,
    track_origin: TextSection,
    /// In editions since there are any.
    lyrics: Option<Section<LyricsRow>>,
    release_ids: Section<ReleaseId>,
    releases: Section<ReleaseRow>,
    release_tracks: Section<u32>,
    release_title: TextSection,
    release_version: TextSection,
    release_label: TextSection,
    release_p_line: TextSection,
    release_c_line: TextSection,
    release_gtin: TextSection,
    release_date: TextSection,
    artist_ids: Section<ArtistId>,
    artists: Section<ArtistRow>,
    artist_name: TextSection,
    artist_releases: Section<u32>,
    artist_tracks: Section<u32>,
    recording_ids: Section<RecordingId>,
    recordings: Section<RecordingRow>,
    recording_tracks: Section<u32>,
    recording_same: Section<u32>,
    credits: Section<CreditRow>,
    roles: TextSection,
    genres: TextSection,
    artwork: Section<ArtworkRow>,
    profiles: Section<ProfileRow>,
    windows: Section<WindowRow>,
    territories: Section<TerritoriesRow>,
    renditions: Section<RenditionRow>,
    /// In editions that have pictures.
    shapes: Option<Shapes>,
    chunks: Section<ChunkRow>,
    profile_names: TextSection,
}

impl CatalogueView {
    /// Maps `catalogue.bin` and `renditions.bin` of an edition's folder.
    ///
    /// # Errors
    /// [`ColumnsError`] naming the file and the section that is missing or of another shape.
    pub fn open(folder: &Path) -> Result<CatalogueView, ColumnsError> {
        let catalogue = Columns::open(&folder.join("catalogue.bin"))?;
        let audio = Columns::open(&folder.join("renditions.bin"))?;
        let at = Places::find(&catalogue, &audio)?;
        Ok(CatalogueView {
            catalogue,
            audio,
            at,
        })
    }

    /// Compares every section with its checksum.
    ///
    /// # Errors
    /// [`ColumnsError::Damaged`] naming the first that differs.
    pub fn verify(&self) -> Result<(), ColumnsError> {
        self.catalogue.verify()?;
        self.audio.verify()
    }

    /// How many tracks there are; rows are `0..tracks()`.
    pub fn tracks(&self) -> u32 {
        self.rows(self.at.tracks).len() as u32
    }

    /// How many releases there are.
    pub fn releases(&self) -> u32 {
        self.rows(self.at.releases).len() as u32
    }

    /// How many artists there are.
    pub fn artists(&self) -> u32 {
        self.rows(self.at.artists).len() as u32
    }

    /// How many recordings there are.
    pub fn recordings(&self) -> u32 {
        self.rows(self.at.recordings).len() as u32
    }

    /// How many rights profiles there are.
    pub fn rights_profiles(&self) -> u32 {
        self.rows(self.at.profiles).len() as u32
    }

    /// How many pieces of artwork there are.
    pub fn artworks(&self) -> u32 {
        self.rows(self.at.artwork).len() as u32
    }

    /// The row of a track.
    pub fn track_row(&self, id: &TrackId) -> Option<u32> {
        row_of(self.rows(self.at.track_ids), id)
    }

    /// The row of a release.
    pub fn release_row(&self, id: &ReleaseId) -> Option<u32> {
        row_of(self.rows(self.at.release_ids), id)
    }

    /// The row of an artist.
    pub fn artist_row(&self, id: &ArtistId) -> Option<u32> {
        row_of(self.rows(self.at.artist_ids), id)
    }

    /// The row of a recording.
    pub fn recording_row(&self, id: &RecordingId) -> Option<u32> {
        row_of(self.rows(self.at.recording_ids), id)
    }

    /// Whether a listener may stream a track with this rights profile, and if not, why not.
    pub fn availability(
        &self,
        profile: u32,
        territory: Territory,
        model: CommercialModel,
        now: Timestamp,
    ) -> Availability {
        availability(self.windows(profile), territory, model, now)
    }

    /// The windows of a rights profile.
    pub fn windows(&self, profile: u32) -> impl Iterator<Item = RightsWindow> + '_ {
        let row = self.rows(self.at.profiles).get(profile as usize);
        let rows = row.map_or(&[][..], |row| {
            part(self.rows(self.at.windows), row.windows_at, row.windows)
        });
        rows.iter().filter_map(|window| self.window(window))
    }

    fn window(&self, row: &WindowRow) -> Option<RightsWindow> {
        let territories: TerritorySet = *self
            .rows(self.at.territories)
            .get(row.territories as usize)?;
        Some(RightsWindow {
            territories,
            model: match row.model {
                0 => CommercialModel::Subscription,
                1 => CommercialModel::AdSupported,
                _ => CommercialModel::Other,
            },
            use_type: match row.use_type & !LOCAL_CLOCK {
                0 => UseType::Stream,
                1 => UseType::ConditionalDownload,
                _ => UseType::Other,
            },
            start: Timestamp::from_millisecond(row.start).ok()?,
            end: match row.end {
                FOREVER => None,
                end => Some(Timestamp::from_millisecond(end).ok()?),
            },
            clock: match row.use_type & LOCAL_CLOCK {
                0 => Clock::Universal,
                _ => Clock::Local,
            },
        })
    }

    fn rows<T: Pod>(&self, section: Section<T>) -> &[T] {
        self.catalogue.view(section)
    }

    fn text(&self, section: TextSection, row: u32) -> &str {
        self.catalogue
            .texts(section)
            .get(row as usize)
            .unwrap_or_default()
    }

    /// A text that may be missing: missing ones are kept as empty strings.
    fn text_if_any(&self, section: TextSection, row: u32) -> Option<&str> {
        Some(self.text(section, row)).filter(|text| !text.is_empty())
    }
}

impl Places {
    fn find(catalogue: &Columns, audio: &Columns) -> Result<Places, ColumnsError> {
        Ok(Places {
            track_ids: catalogue.locate("track.ids")?,
            tracks: catalogue.locate("tracks")?,
            track_title: catalogue.locate_strings("track.title")?,
            track_version: catalogue.locate_strings("track.version")?,
            track_licence: catalogue.locate_strings("track.licence")?,
            track_origin: catalogue.locate_strings("track.origin")?,
            lyrics: catalogue.locate("lyrics").ok(),
            release_ids: catalogue.locate("release.ids")?,
            releases: catalogue.locate("releases")?,
            release_tracks: catalogue.locate("release.tracks")?,
            release_title: catalogue.locate_strings("release.title")?,
            release_version: catalogue.locate_strings("release.version")?,
            release_label: catalogue.locate_strings("release.label")?,
            release_p_line: catalogue.locate_strings("release.p_line")?,
            release_c_line: catalogue.locate_strings("release.c_line")?,
            release_gtin: catalogue.locate_strings("release.gtin")?,
            release_date: catalogue.locate_strings("release.date")?,
            artist_ids: catalogue.locate("artist.ids")?,
            artists: catalogue.locate("artists")?,
            artist_name: catalogue.locate_strings("artist.name")?,
            artist_releases: catalogue.locate("artist.releases")?,
            artist_tracks: catalogue.locate("artist.tracks")?,
            recording_ids: catalogue.locate("recording.ids")?,
            recordings: catalogue.locate("recordings")?,
            recording_tracks: catalogue.locate("recording.tracks")?,
            recording_same: catalogue.locate("recording.same")?,
            credits: catalogue.locate("credits")?,
            roles: catalogue.locate_strings("roles")?,
            genres: catalogue.locate_strings("genres")?,
            artwork: catalogue.locate("artwork")?,
            profiles: catalogue.locate("rights.profiles")?,
            windows: catalogue.locate("rights.windows")?,
            territories: catalogue.locate("rights.territories")?,
            renditions: audio.locate("renditions")?,
            shapes: shapes(audio).ok(),
            chunks: audio.locate("chunks")?,
            profile_names: audio.locate_strings("profiles")?,
        })
    }
}

type Shapes = (Section<ShapeRow>, Section<[i8; 2]>, Section<i16>);

fn shapes(audio: &Columns) -> Result<Shapes, ColumnsError> {
    Ok((
        audio.locate("shapes")?,
        audio.locate("shape.peaks")?,
        audio.locate("shape.levels")?,
    ))
}

/// Binary search in a sorted column of ids.
fn row_of<T: Ord>(ids: &[T], id: &T) -> Option<u32> {
    ids.binary_search(id).ok().map(|row| row as u32)
}

/// A run of a list; shorter where the list ends.
fn part<T>(list: &[T], at: u32, count: u32) -> &[T] {
    let start = (at as usize).min(list.len());
    let end = (start + count as usize).min(list.len());
    &list[start..end]
}
