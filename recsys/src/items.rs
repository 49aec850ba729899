//! What can be recommended, and to whom? The catalogue as the models see it.
//!
//! An *item* is a recording, or a cluster of recordings that `fingerprint` found to be the same:
//! they learn together and take one place on a list. Which of them is shown depends on the
//! listener's market. Items are numbered in the order of their representatives' ids.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use catalog::cluster::DuplicateReport;
use catalog::ids::{ArtistId, RecordingId, ReleaseId, Territory};
use catalog::release::{Advisory, Catalogue, Master, Role, Track};
use catalog::rights::CommercialModel;
use jiff::Timestamp;
use jiff::civil::Date;

use crate::scoring::Bits;

/// A listener's country and tier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Market {
    /// The country.
    pub territory: Territory,
    /// Premium is subscription, free is ad-supported.
    pub model: CommercialModel,
}

/// Everything that can be recommended.
#[derive(Debug)]
pub struct Items<'a> {
    recordings: Vec<RecordingId>,
    tracks: Vec<Vec<&'a Track>>,
    item_of: Vec<u32>,
    members: Vec<Vec<u32>>,
    artists: Vec<Vec<ArtistId>>,
    genres: Vec<Option<usize>>,
    genre_names: Vec<String>,
    released: Vec<Option<Date>>,
    labels: Vec<Option<&'a str>>,
    albums: Vec<BTreeSet<ReleaseId>>,
}

impl<'a> Items<'a> {
    /// Numbers the catalogue's recordings and joins duplicates.
    pub fn new(catalogue: &'a Catalogue, duplicates: Option<&DuplicateReport>) -> Self {
        let mut by_recording: BTreeMap<RecordingId, Vec<&Track>> = BTreeMap::new();
        let mut albums_of: BTreeMap<RecordingId, BTreeSet<ReleaseId>> = BTreeMap::new();
        let mut label_of: BTreeMap<RecordingId, &str> = BTreeMap::new();
        let mut genre_of: BTreeMap<RecordingId, &str> = BTreeMap::new();
        let mut out_since: BTreeMap<RecordingId, Date> = BTreeMap::new();
        for (release, track) in catalogue.tracks() {
            by_recording.entry(track.recording).or_default().push(track);
            let albums = albums_of.entry(track.recording).or_default();
            albums.insert(release.id);
            let place = label_of.entry(track.recording).or_insert(&release.label);
            *place = (*place).min(&release.label);
            if let Some(genre) = track.genre.as_ref().or(release.genre.as_ref()) {
                let place = genre_of.entry(track.recording).or_insert(&genre.code);
                *place = (*place).min(&genre.code);
            }
            if let Some(date) = release.original_date.or(release.release_date) {
                let day = date.first_day();
                let place = out_since.entry(track.recording).or_insert(day);
                *place = day.min(*place);
            }
        }
        let names: BTreeSet<&str> = genre_of.values().copied().collect();
        let genre_names: Vec<String> = names.into_iter().map(str::to_owned).collect();
        let representatives = duplicates
            .map(DuplicateReport::representatives)
            .unwrap_or_default();
        let (recordings, tracks): (Vec<_>, Vec<_>) = by_recording.into_iter().unzip();
        let index: HashMap<RecordingId, u32> = recordings.iter().copied().zip(0..).collect();
        let mut clusters: BTreeMap<RecordingId, Vec<u32>> = BTreeMap::new();
        for (recording, id) in recordings.iter().enumerate() {
            let representative = representatives.get(id).unwrap_or(id);
            clusters
                .entry(*representative)
                .or_default()
                .push(recording as u32);
        }
        let mut item_of = vec![0; recordings.len()];
        let mut members: Vec<Vec<u32>> = Vec::with_capacity(clusters.len());
        for (representative, mut cluster) in clusters {
            let first = index.get(&representative).copied();
            cluster.sort_unstable_by_key(|recording| (Some(*recording) != first, *recording));
            cluster
                .iter()
                .for_each(|recording| item_of[*recording as usize] = members.len() as u32);
            members.push(cluster);
        }
        let artists = members
            .iter()
            .map(|cluster| main_artists(cluster, &tracks))
            .collect();
        let first = |cluster: &Vec<u32>| recordings[cluster[0] as usize];
        let number = |code: &&str| genre_names.iter().position(|name| name == code);
        let genres = members
            .iter()
            .map(|cluster| genre_of.get(&first(cluster)).and_then(number))
            .collect();
        let labels = members
            .iter()
            .map(|cluster| label_of.get(&first(cluster)).copied())
            .collect();
        let albums = members
            .iter()
            .map(|cluster| albums_of.get(&first(cluster)).cloned().unwrap_or_default())
            .collect();
        let released = members
            .iter()
            .map(|cluster| out_since.get(&first(cluster)).copied())
            .collect();
        Self {
            recordings,
            tracks,
            item_of,
            members,
            artists,
            genres,
            genre_names,
            released,
            labels,
            albums,
        }
    }

    /// Number of items.
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Whether the catalogue is empty.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// All recordings, sorted by id.
    pub fn recordings(&self) -> &[RecordingId] {
        &self.recordings
    }

    /// The item that a recording belongs to.
    pub fn item_of(&self, recording: usize) -> u32 {
        self.item_of[recording]
    }

    /// The recordings of an item, by index, the representative first.
    pub fn members(&self, item: u32) -> &[u32] {
        &self.members[item as usize]
    }

    /// The main artists of an item.
    pub fn artists(&self, item: u32) -> &[ArtistId] {
        &self.artists[item as usize]
    }

    /// The genre of an item, as an index into [`Items::genre_names`].
    pub fn genre(&self, item: u32) -> Option<usize> {
        self.genres[item as usize]
    }

    /// The catalogue's genres, sorted.
    pub fn genre_names(&self) -> &[String] {
        &self.genre_names
    }

    /// The label of an item; of several the first by name.
    pub fn label(&self, item: u32) -> Option<&str> {
        self.labels[item as usize]
    }

    /// The releases that carry an item.
    pub fn albums(&self, item: u32) -> &BTreeSet<ReleaseId> {
        &self.albums[item as usize]
    }

    /// The audio that an item is listened to by: the longest of its first recording that has one.
    pub fn master(&self, item: u32) -> Option<&'a Master> {
        let of = |recording: &u32| {
            let masters = self.tracks[*recording as usize].iter();
            let masters = masters.filter_map(|track| track.master.as_ref());
            masters.max_by(|a, b| (a.frames.0, b.sha256).cmp(&(b.frames.0, a.sha256)))
        };
        self.members(item).iter().find_map(of)
    }

    /// When an item first came out, where its labels say so.
    pub fn released(&self, item: u32) -> Option<Date> {
        self.released[item as usize]
    }

    /// A track of a recording, to show its title.
    pub fn track(&self, recording: u32) -> &'a Track {
        self.tracks[recording as usize][0]
    }

    /// What may be streamed in a market at an instant, and which recording of each item; without what
    /// is marked explicit where `clean` is set.
    pub fn open_in(&self, market: Market, clean: bool, at: Timestamp) -> Open {
        let available = |recording: &u32| {
            self.tracks[*recording as usize].iter().any(|track| {
                track.master.is_some()
                    && !(clean && track.advisory == Advisory::Explicit)
                    && track
                        .rights
                        .availability(market.territory, market.model, at)
                        .is_available()
            })
        };
        let shown: Vec<Option<u32>> = self
            .members
            .iter()
            .map(|cluster| cluster.iter().copied().find(available))
            .collect();
        Open {
            allowed: Bits::of(shown.len(), |item| shown[item].is_some()),
            shown,
        }
    }

    /// What may be streamed in a country in some tier.
    pub fn open_in_any_tier(&self, territory: Territory, at: Timestamp) -> Open {
        let tiers = [CommercialModel::Subscription, CommercialModel::AdSupported];
        let [paid, free] = tiers.map(|model| self.open_in(Market { territory, model }, false, at));
        let shown: Vec<Option<u32>> = paid
            .shown
            .iter()
            .zip(free.shown)
            .map(|(paid, free)| paid.or(free))
            .collect();
        Open {
            allowed: Bits::of(shown.len(), |item| shown[item].is_some()),
            shown,
        }
    }
}

fn main_artists(cluster: &[u32], tracks: &[Vec<&Track>]) -> Vec<ArtistId> {
    let credits = cluster
        .iter()
        .flat_map(|recording| &tracks[*recording as usize]);
    let main = credits
        .flat_map(|track| &track.artists)
        .filter(|credit| credit.role == Role::MainArtist);
    let artists: BTreeSet<ArtistId> = main.map(|credit| credit.artist).collect();
    artists.into_iter().collect()
}

/// What may be heard in one market at one instant.
#[derive(Debug, Clone)]
pub struct Open {
    /// The items that have a recording there.
    pub allowed: Bits,
    /// Which recording of each item: the representative where it may be heard.
    pub shown: Vec<Option<u32>>,
}
