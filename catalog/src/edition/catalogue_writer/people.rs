//! Who is credited where? Artists by id, credits interned as runs.

use super::{Interned, Tables, days, row_of};
use crate::columns::ColumnsWriter;
use crate::edition::rows::*;
use crate::ids::ArtistId;
use crate::release::{Credit, Release, Role, Track};
use std::collections::BTreeMap;

/// Artists by id with the name they are shown under, and every run of credits.
pub(super) struct People {
    ids: Vec<ArtistId>,
    names: Vec<String>,
    roles: Interned<String>,
    rows: Vec<CreditRow>,
    runs: BTreeMap<Vec<(u32, u32)>, u32>,
}

impl People {
    /// All credited artists of what will be written; the name is the most frequent spelling, of equals
    /// the first in order.
    pub(super) fn collect(releases: &[(&Release, Vec<&Track>)]) -> People {
        let mut spellings: BTreeMap<ArtistId, BTreeMap<&str, usize>> = BTreeMap::new();
        for (release, tracks) in releases {
            let of_tracks = tracks.iter().flat_map(|track| &track.artists);
            for credit in release.artists.iter().chain(of_tracks) {
                *spellings
                    .entry(credit.artist)
                    .or_default()
                    .entry(&credit.name)
                    .or_default() += 1;
            }
        }
        let most_frequent = |names: &BTreeMap<&str, usize>| {
            let best = names.iter().max_by(|a, b| a.1.cmp(b.1).then(b.0.cmp(a.0)));
            best.map_or(String::new(), |(name, _)| (*name).to_owned())
        };
        People {
            ids: spellings.keys().copied().collect(),
            names: spellings.values().map(most_frequent).collect(),
            roles: Interned::default(),
            rows: Vec::new(),
            runs: BTreeMap::new(),
        }
    }

    /// Where a list of credits stands, and how long it is; equal lists stand once.
    pub(super) fn credits(&mut self, credits: &[Credit]) -> (u32, u16) {
        let mut ordered: Vec<&Credit> = credits.iter().take(usize::from(u16::MAX)).collect();
        ordered.sort_by_key(|credit| !credit.role.is_displayed());
        let run: Vec<(u32, u32)> = ordered
            .iter()
            .map(|credit| {
                (
                    row_of(&self.ids, &credit.artist),
                    self.roles.row(role_name(&credit.role)),
                )
            })
            .collect();
        let count = run.len() as u16;
        let next = self.rows.len() as u32;
        let at = *self.runs.entry(run.clone()).or_insert(next);
        if at == next {
            self.rows.extend(
                run.into_iter()
                    .map(|(artist, role)| CreditRow { artist, role }),
            );
        }
        (at, count)
    }
}

fn role_name(role: &Role) -> String {
    match role {
        Role::MainArtist => "MainArtist".to_owned(),
        Role::FeaturedArtist => "FeaturedArtist".to_owned(),
        Role::Composer => "Composer".to_owned(),
        Role::Lyricist => "Lyricist".to_owned(),
        Role::Producer => "Producer".to_owned(),
        Role::Other(word) => word.clone(),
    }
}

impl Tables<'_> {
    /// Writes artists and credits; returns how many artists.
    pub(super) fn write_people(&self, file: &mut ColumnsWriter) -> u64 {
        let artist_count = self.people.ids.len();
        let (mut of_releases, mut of_tracks) = (
            vec![Vec::new(); artist_count],
            vec![Vec::new(); artist_count],
        );
        let displayed = |credits: &[Credit]| -> Vec<usize> {
            let mut rows: Vec<usize> = credits
                .iter()
                .filter(|credit| credit.role.is_displayed())
                .filter_map(|credit| self.people.ids.binary_search(&credit.artist).ok())
                .collect();
            rows.sort_unstable();
            rows.dedup();
            rows
        };
        for ((release, _), row) in self.releases.iter().zip(0u32..) {
            for artist in displayed(&release.artists) {
                of_releases[artist].push((-i64::from(days(release)), row));
            }
        }
        for ((_, track), row) in self.tracks.iter().zip(0u32..) {
            for artist in displayed(&track.artists) {
                of_tracks[artist].push(row);
            }
        }
        let (mut rows, mut releases, mut tracks) = (Vec::new(), Vec::new(), Vec::new());
        for (mut own_releases, own_tracks) in of_releases.into_iter().zip(of_tracks) {
            own_releases.sort_unstable();
            rows.push(ArtistRow {
                releases_at: releases.len() as u32,
                releases: own_releases.len() as u32,
                tracks_at: tracks.len() as u32,
                tracks: own_tracks.len() as u32,
            });
            releases.extend(own_releases.into_iter().map(|(_, row)| row));
            tracks.extend(own_tracks);
        }
        file.section("artist.ids", &self.people.ids)
            .section("artists", &rows)
            .strings("artist.name", self.people.names.iter().map(String::as_str))
            .section("artist.releases", &releases)
            .section("artist.tracks", &tracks)
            .section("credits", &self.people.rows)
            .strings(
                "roles",
                self.people.roles.sorted_by_row().iter().map(String::as_str),
            );
        artist_count as u64
    }
}
