//! How does a catalogue become `catalogue.bin` and `renditions.bin`? Sorted, interned, by row number.
//!
//! A track is in an edition when its audio is: its master is there and every rendition of the ladder
//! was made. The others wait; the caller is told how many.

mod audio;
mod people;
mod rights;

use super::EditionError;
use super::rows::*;
use crate::cluster::DuplicateReport;
use crate::columns::ColumnsWriter;
use crate::ids::{RecordingId, Sha256};
use crate::release::{Advisory, Catalogue, Release, ReleaseKind, Track};
use crate::rendition::AudioSet;
use std::collections::BTreeMap;
use std::hash::Hash;
use std::path::Path;

/// What an edition's catalogue is made of.
#[derive(Clone, Copy)]
pub struct Contents<'a> {
    /// The fold.
    pub catalogue: &'a Catalogue,
    /// By master.
    pub audio: &'a BTreeMap<Sha256, AudioSet>,
    /// Which recordings are the same audio.
    pub duplicates: Option<&'a DuplicateReport>,
}

/// What was written, in rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Written {
    pub tracks: u64,
    pub releases: u64,
    pub artists: u64,
    pub recordings: u64,
    pub renditions: u64,
    /// Tracks whose audio is awaited: not in the edition.
    pub awaiting: u64,
}

/// Writes both files into a folder.
///
/// # Errors
/// [`EditionError`] when a file cannot be written or a rendition's chunks do not follow each other.
pub fn write(folder: &Path, contents: Contents<'_>) -> Result<Written, EditionError> {
    let servable = |track: &Track| {
        track
            .master
            .as_ref()
            .is_some_and(|master| contents.audio.contains_key(&master.sha256))
    };
    let mut releases: Vec<(&Release, Vec<&Track>)> = Vec::new();
    let mut awaiting = 0;
    for release in &contents.catalogue.releases {
        let mut tracks: Vec<&Track> = release
            .tracks
            .iter()
            .filter(|track| servable(track))
            .collect();
        awaiting += (release.tracks.len() - tracks.len()) as u64;
        tracks.sort_by_key(|track| (track.disc, track.number, track.id));
        if !tracks.is_empty() {
            releases.push((release, tracks));
        }
    }
    releases.sort_by_key(|(release, _)| release.id);
    let mut tables = Tables::new(&releases);
    let mut file = ColumnsWriter::new(&folder.join("catalogue.bin"));
    tables.write_tracks(&mut file);
    tables.write_releases(&mut file);
    let artists = tables.write_people(&mut file);
    let recordings = tables.write_recordings(&mut file, contents, folder)?;
    tables.write_rights(&mut file);
    file.strings(
        "genres",
        tables.genres.sorted_by_row().iter().map(String::as_str),
    );
    file.section("artwork", &tables.artwork);
    file.finish()?;
    super::parquet_table::write(&folder.join("catalogue.parquet"), &releases)?;
    Ok(Written {
        tracks: tables.tracks.len() as u64,
        releases: releases.len() as u64,
        artists,
        recordings: recordings.0,
        renditions: recordings.1,
        awaiting,
    })
}

/// Everything that rows refer to by number.
struct Tables<'a> {
    releases: &'a [(&'a Release, Vec<&'a Track>)],
    /// All tracks with their release's row, sorted by track id.
    tracks: Vec<(u32, &'a Track)>,
    /// Recording ids, sorted.
    recordings: Vec<RecordingId>,
    people: people::People,
    rights: rights::Profiles,
    genres: Interned<String>,
    artwork: Vec<ArtworkRow>,
}

impl<'a> Tables<'a> {
    fn new(releases: &'a [(&'a Release, Vec<&'a Track>)]) -> Tables<'a> {
        let rows = releases.iter().zip(0u32..);
        let mut tracks: Vec<(u32, &Track)> = rows
            .flat_map(|((_, tracks), row)| tracks.iter().map(move |track| (row, *track)))
            .collect();
        tracks.sort_by_key(|(_, track)| track.id);
        let mut recordings: Vec<_> = tracks.iter().map(|(_, track)| track.recording).collect();
        recordings.sort_unstable();
        recordings.dedup();
        let people = people::People::collect(releases);
        Tables {
            releases,
            tracks,
            recordings,
            people,
            rights: rights::Profiles::default(),
            genres: Interned::default(),
            artwork: Vec::new(),
        }
    }

    fn write_tracks(&mut self, file: &mut ColumnsWriter) {
        let mut rows = Vec::with_capacity(self.tracks.len());
        for (release_row, track) in &self.tracks {
            let release = self.releases[*release_row as usize].0;
            let (credits_at, credits) = self.people.credits(&track.artists);
            let genre = track.genre.as_ref().or(release.genre.as_ref());
            rows.push(TrackRow {
                recording: row_of(&self.recordings, &track.recording),
                release: *release_row,
                credits_at,
                credits,
                disc: track.disc,
                number: track.number,
                advisory: match track.advisory {
                    Advisory::Unknown => 0,
                    Advisory::Explicit => 1,
                    Advisory::Clean => 2,
                    Advisory::None => 3,
                },
                padding: 0,
                duration: master_duration(track),
                profile: self.rights.row(&track.rights),
                genre: genre.map_or(NONE, |genre| self.genres.row(genre.code.clone())),
                isrc: track
                    .isrc
                    .as_str()
                    .as_bytes()
                    .try_into()
                    .expect("an ISRC has 12 characters"),
            });
        }
        let ids: Vec<_> = self.tracks.iter().map(|(_, track)| track.id).collect();
        file.section("track.ids", &ids).section("tracks", &rows);
        let text = |of: fn(&Track) -> &str| self.tracks.iter().map(move |(_, track)| of(track));
        file.strings("track.title", text(|track| &track.title));
        file.strings(
            "track.version",
            text(|track| track.version.as_deref().unwrap_or_default()),
        );
        file.strings(
            "track.licence",
            text(|track| track.licence.as_deref().unwrap_or_default()),
        );
        file.strings(
            "track.origin",
            text(|track| track.origin.as_deref().unwrap_or_default()),
        );
        let lyrics = self.tracks.iter().zip(0u32..);
        let lyrics = lyrics.filter_map(|((_, track), row)| {
            let lyrics = track.lyrics?;
            Some(LyricsRow {
                blob: lyrics.sha256,
                bytes: lyrics.bytes,
                track: row,
                timed: u32::from(lyrics.timed),
            })
        });
        file.section("lyrics", &lyrics.collect::<Vec<_>>());
    }

    fn write_releases(&mut self, file: &mut ColumnsWriter) {
        let track_ids: Vec<_> = self.tracks.iter().map(|(_, track)| track.id).collect();
        let (mut rows, mut track_rows) = (Vec::new(), Vec::new());
        for (release, tracks) in self.releases {
            let (credits_at, credits) = self.people.credits(&release.artists);
            let tracks_at = track_rows.len() as u32;
            track_rows.extend(tracks.iter().map(|track| row_of(&track_ids, &track.id)));
            rows.push(ReleaseRow {
                tracks_at,
                tracks: tracks.len() as u32,
                credits_at,
                credits,
                kind: kind_code(release.kind),
                padding: 0,
                date: days(release),
                genre: release
                    .genre
                    .as_ref()
                    .map_or(NONE, |genre| self.genres.row(genre.code.clone())),
                artwork: self.artwork_row(release),
            });
        }
        let ids: Vec<_> = self
            .releases
            .iter()
            .map(|(release, _)| release.id)
            .collect();
        file.section("release.ids", &ids).section("releases", &rows);
        file.section("release.tracks", &track_rows);
        let all = || self.releases.iter().map(|(release, _)| *release);
        file.strings("release.title", all().map(|r| r.title.as_str()));
        file.strings(
            "release.version",
            all().map(|r| r.version.as_deref().unwrap_or_default()),
        );
        file.strings("release.label", all().map(|r| r.label.as_str()));
        file.strings(
            "release.p_line",
            all().map(|r| r.p_line.as_deref().unwrap_or_default()),
        );
        file.strings(
            "release.c_line",
            all().map(|r| r.c_line.as_deref().unwrap_or_default()),
        );
        let gtins: Vec<String> = all()
            .map(|r| r.gtin.map_or(String::new(), |g| g.to_string()))
            .collect();
        file.strings("release.gtin", gtins.iter().map(String::as_str));
        let dates: Vec<String> = all()
            .map(|r| date(r).map_or(String::new(), |d| d.to_string()))
            .collect();
        file.strings("release.date", dates.iter().map(String::as_str));
    }

    fn artwork_row(&mut self, release: &Release) -> u32 {
        let Some(artwork) = &release.artwork else {
            return NONE;
        };
        let row = ArtworkRow {
            blob: artwork.sha256,
            bytes: artwork.bytes,
            width: artwork.width,
            height: artwork.height,
            format: u32::from(artwork.format == "png"),
            padding: 0,
        };
        let known = self.artwork.iter().position(|known| *known == row);
        let place = known.unwrap_or_else(|| {
            self.artwork.push(row);
            self.artwork.len() - 1
        });
        place as u32
    }
}

fn master_duration(track: &Track) -> u32 {
    let master = track
        .master
        .as_ref()
        .map(|master| master.frames.at(master.sample_rate));
    u32::try_from(master.unwrap_or(track.duration).0).unwrap_or(u32::MAX)
}

fn kind_code(kind: ReleaseKind) -> u8 {
    match kind {
        ReleaseKind::Album => 0,
        ReleaseKind::Single => 1,
        ReleaseKind::Ep => 2,
        ReleaseKind::Compilation => 3,
        ReleaseKind::Other => 4,
    }
}

/// The date a listener sees: of this release, else of the first one.
fn date(release: &Release) -> Option<crate::release::PartialDate> {
    release.release_date.or(release.original_date)
}

/// Days since 1970 of the date that a listener sees.
fn days(release: &Release) -> i32 {
    let epoch = jiff::civil::date(1970, 1, 1);
    date(release)
        .and_then(|date| date.first_day().since(epoch).ok())
        .map_or(NO_DATE, |span| span.get_days())
}

/// The row of an id that is known to be in a sorted column.
fn row_of<T: Ord>(ids: &[T], id: &T) -> u32 {
    ids.binary_search(id).map_or(NONE, |row| row as u32)
}

/// Values that are kept once, numbered in the order of first use.
#[derive(Debug)]
struct Interned<T> {
    rows: BTreeMap<T, u32>,
}

impl<T> Default for Interned<T> {
    fn default() -> Interned<T> {
        Interned {
            rows: BTreeMap::new(),
        }
    }
}

impl<T: Ord + Clone + Hash> Interned<T> {
    fn row(&mut self, value: T) -> u32 {
        let next = self.rows.len() as u32;
        *self.rows.entry(value).or_insert(next)
    }

    fn sorted_by_row(&self) -> Vec<T> {
        let mut values: Vec<_> = self.rows.iter().collect();
        values.sort_unstable_by_key(|(_, row)| **row);
        values.into_iter().map(|(value, _)| value.clone()).collect()
    }
}
