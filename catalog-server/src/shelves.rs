//! In which orders does somebody walk through a whole edition?
//!
//! Sorted rows, made when they are first asked for and kept with the edition: opening an edition stays
//! a matter of mapping, and a server whose clients only search never makes them.

use catalog::edition::catalogue::CatalogueView;
use recsys::lists::Lists;
use search::analysis::fold;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Rows in the orders that people browse by.
#[derive(Debug)]
pub(crate) struct Shelves {
    /// Artist rows that have releases, by folded name.
    pub(crate) artists: Vec<u32>,
    /// Release rows that have tracks, by folded title.
    pub(crate) by_title: Vec<u32>,
    /// … by their first artist's folded name, then by title.
    pub(crate) by_artist: Vec<u32>,
    /// … newest first; equal dates in the order of ids.
    pub(crate) newest: Vec<u32>,
    /// … most played first, by their most played track.
    pub(crate) most_played: Vec<u32>,
    /// Genres by name, with their tracks and releases.
    pub(crate) genres: BTreeMap<String, Genre>,
    /// The share of plays of each track row, 0 to 1.
    pub(crate) played: Vec<f32>,
}

/// What is of a genre: rows.
#[derive(Debug, Default)]
pub(crate) struct Genre {
    pub(crate) tracks: Vec<u32>,
    pub(crate) releases: Vec<u32>,
}

impl Shelves {
    /// Walks through the edition once.
    pub(crate) fn of(catalogue: &CatalogueView, lists: Option<&Lists>) -> Shelves {
        let releases: Vec<u32> = (0..catalogue.releases())
            .filter(|row| {
                catalogue
                    .release(*row)
                    .is_some_and(|release| !release.tracks.is_empty())
            })
            .collect();
        let title = |row: u32| fold(catalogue.release(row).map_or("", |release| release.title));
        let artist = |row: u32| {
            let first = catalogue.release_credits(row).next();
            fold(first.map_or("", |credit| credit.name))
        };
        let days = |row: u32| catalogue.release(row).and_then(|release| release.days);
        let played = popularity(catalogue, lists);
        let rank = |row: u32| {
            let tracks = catalogue
                .release(row)
                .map_or(&[][..], |release| release.tracks);
            let shares = tracks.iter().map(|track| ordered(played[*track as usize]));
            Reverse(shares.max())
        };
        Shelves {
            artists: artists(catalogue),
            by_title: sorted(&releases, |row| (title(row), row)),
            by_artist: sorted(&releases, |row| (artist(row), title(row), row)),
            newest: sorted(&releases, |row| {
                (Reverse(days(row).unwrap_or(i32::MIN)), row)
            }),
            most_played: sorted(&releases, |row| (rank(row), row)),
            genres: genres(catalogue, &releases),
            played,
        }
    }
}

fn sorted<K: Ord>(rows: &[u32], key: impl Fn(u32) -> K) -> Vec<u32> {
    let mut rows = rows.to_vec();
    rows.sort_by_cached_key(|row| key(*row));
    rows
}

/// A share from 0 to 1 as a number that sorts.
fn ordered(share: f32) -> u32 {
    (share.clamp(0.0, 1.0) * 1e9) as u32
}

fn artists(catalogue: &CatalogueView) -> Vec<u32> {
    let named: Vec<u32> = (0..catalogue.artists())
        .filter(|row| {
            catalogue
                .artist(*row)
                .is_some_and(|artist| !artist.releases.is_empty())
        })
        .collect();
    let name = |row: u32| fold(catalogue.artist(row).map_or("", |artist| artist.name));
    sorted(&named, |row| (name(row), row))
}

/// The share of plays of each track, by row.
fn popularity(catalogue: &CatalogueView, lists: Option<&Lists>) -> Vec<f32> {
    let mut played = vec![0.0f32; catalogue.tracks() as usize];
    let known = lists.into_iter().flat_map(|lists| lists.popularity());
    for (recording, share) in known {
        let row = catalogue.recording_row(&recording);
        let recording = row.and_then(|row| catalogue.recording(row));
        for track in recording.map_or(&[][..], |recording| recording.tracks) {
            if let Some(known) = played.get_mut(*track as usize) {
                *known = share;
            }
        }
    }
    played
}

fn genres(catalogue: &CatalogueView, releases: &[u32]) -> BTreeMap<String, Genre> {
    let mut genres: BTreeMap<String, Genre> = BTreeMap::new();
    for &row in releases {
        let Some(release) = catalogue.release(row) else {
            continue;
        };
        if let Some(name) = release.genre {
            genres
                .entry(name.to_owned())
                .or_default()
                .releases
                .push(row);
        }
        for &row in release.tracks {
            let own = catalogue.track(row).and_then(|track| track.genre);
            if let Some(name) = own.or(release.genre) {
                genres.entry(name.to_owned()).or_default().tracks.push(row);
            }
        }
    }
    genres
}
