//! Which artists may be one, and which one may be several?
//!
//! A list for people: rules decided these, and rules may be wrong. What a person has decided is not asked again.

use super::{Decisions, Identity, NO_LABEL, is_nobody};
use crate::ids::{ArtistId, RecordingId, ReleaseId, normalised};
use crate::release::{Catalogue, Credit, Role};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Genres from which on one name seems to be several artists.
const MANY_GENRES: usize = 3;

/// What the catalogue knows of an artist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Profile {
    /// Its id.
    pub artist: ArtistId,
    /// The most frequent spelling, of equals the first.
    pub name: String,
    /// All spellings with how often they stand.
    pub names: BTreeMap<String, usize>,
    /// As delivered.
    pub isnis: BTreeSet<String>,
    /// As displayed.
    pub labels: BTreeSet<String>,
    /// Codes of the taxonomy.
    pub genres: BTreeSet<String>,
    /// Where the artist is credited.
    pub releases: BTreeSet<ReleaseId>,
}

/// Two artists who may be one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Twins {
    /// The one with more releases, of equals the smaller id.
    pub one: ArtistId,
    /// The other.
    pub other: ArtistId,
    /// Why they may be one.
    pub because: &'static str,
}

/// An artist who may be several.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mixup {
    /// The artist.
    pub artist: ArtistId,
    /// Why it may be several.
    pub because: String,
}

/// What a person should look at.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Review {
    /// Everybody who is credited, by id.
    pub artists: BTreeMap<ArtistId, Profile>,
    /// By name.
    pub twins: Vec<Twins>,
    /// By name.
    pub mixups: Vec<Mixup>,
}

impl Profile {
    /// What a decision about all of this artist covers.
    pub fn identity(&self) -> Identity {
        Identity {
            artist: self.artist,
            names: self.names.keys().map(|name| normalised(name)).collect(),
            isnis: self.isnis.clone(),
            labels: speaking(self.labels.iter().map(|label| normalised(label))),
            releases: self.releases.clone(),
        }
    }
}

/// Labels that speak for somebody.
fn speaking(labels: impl Iterator<Item = String>) -> BTreeSet<String> {
    labels
        .filter(|label| !NO_LABEL.contains(&label.as_str()))
        .collect()
}

/// Looks through a catalogue whose credits have their artists.
pub fn review(catalogue: &Catalogue, decisions: &Decisions) -> Review {
    let artists = profiles(catalogue);
    let decided: Vec<BTreeSet<ArtistId>> = decisions
        .values()
        .map(|identities| identities.iter().map(|identity| identity.artist).collect())
        .collect();
    let mut review = Review {
        twins: twins(catalogue, &artists, &decided),
        mixups: mixups(catalogue, &artists, &decided),
        artists,
    };
    let names = &review.artists;
    let name = |id: &ArtistId| names[id].name.to_lowercase();
    review
        .twins
        .sort_by_cached_key(|twins| (name(&twins.one), twins.one, twins.other));
    review
        .mixups
        .sort_by_cached_key(|mixup| (name(&mixup.artist), mixup.artist));
    review
}

/// A release's credits of one list, with the recording where it is a track's.
type Listed<'a> = (
    &'a crate::release::Release,
    Option<RecordingId>,
    &'a [Credit],
    Option<&'a str>,
);

fn lists(catalogue: &Catalogue) -> impl Iterator<Item = Listed<'_>> {
    catalogue.releases.iter().flat_map(|release| {
        let genre = release.genre.as_ref();
        let tracks = release.tracks.iter().map(move |track| {
            let own = track
                .genre
                .as_ref()
                .or(genre)
                .map(|genre| genre.code.as_str());
            (release, Some(track.recording), &track.artists[..], own)
        });
        let whole = (
            release,
            None,
            &release.artists[..],
            genre.map(|genre| genre.code.as_str()),
        );
        std::iter::once(whole).chain(tracks)
    })
}

fn profiles(catalogue: &Catalogue) -> BTreeMap<ArtistId, Profile> {
    let mut profiles: BTreeMap<ArtistId, Profile> = BTreeMap::new();
    for (release, _, credits, genre) in lists(catalogue) {
        for credit in credits {
            let profile = profiles.entry(credit.artist).or_insert_with(|| Profile {
                artist: credit.artist,
                name: String::new(),
                names: BTreeMap::new(),
                isnis: BTreeSet::new(),
                labels: BTreeSet::new(),
                genres: BTreeSet::new(),
                releases: BTreeSet::new(),
            });
            *profile.names.entry(credit.name.clone()).or_default() += 1;
            profile.isnis.extend(credit.isni.clone());
            profile.labels.insert(release.label.clone());
            profile.genres.extend(
                genre
                    .filter(|code| *code != crate::genre::OTHER)
                    .map(str::to_owned),
            );
            profile.releases.insert(release.id);
        }
    }
    for profile in profiles.values_mut() {
        let best = profile
            .names
            .iter()
            .max_by(|a, b| a.1.cmp(b.1).then(b.0.cmp(a.0)));
        profile.name = best.map_or(String::new(), |(name, _)| name.clone());
    }
    profiles
}

/// A name without what people drop or add: accents, case, punctuation, "the", "and".
fn loose(name: &str) -> String {
    use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};
    let bare: String = normalised(name)
        .nfd()
        .filter(|c| !is_combining_mark(*c))
        .collect();
    let words = bare.split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '.');
    let words = words.filter(|word| !["", "the", "and"].contains(word));
    let letters: String = words
        .flat_map(str::chars)
        .filter(|c| c.is_alphanumeric())
        .collect();
    // A name of signs alone has nothing to drop.
    if letters.is_empty() { bare } else { letters }
}

fn twins(
    catalogue: &Catalogue,
    artists: &BTreeMap<ArtistId, Profile>,
    decided: &[BTreeSet<ArtistId>],
) -> Vec<Twins> {
    let mut pairs: BTreeMap<(ArtistId, ArtistId), &'static str> = BTreeMap::new();
    let mut pair = |a: ArtistId, b: ArtistId, because| {
        let both = |ids: &BTreeSet<ArtistId>| ids.contains(&a) && ids.contains(&b);
        if a != b && !decided.iter().any(both) {
            let (one, other) = (&artists[&a], &artists[&b]);
            let swap = (other.releases.len(), a) > (one.releases.len(), b);
            pairs
                .entry(if swap { (b, a) } else { (a, b) })
                .or_insert(because);
        }
    };
    for (because, key) in [
        (
            "the same ISNI",
            Box::new(|p: &Profile| p.isnis.iter().cloned().collect()) as Keys,
        ),
        (
            "the same name",
            Box::new(|p: &Profile| p.names.keys().map(|n| normalised(n)).collect()),
        ),
        (
            "names that differ in accents or signs",
            Box::new(|p: &Profile| p.names.keys().map(|n| loose(n)).collect()),
        ),
    ] {
        let mut groups: BTreeMap<String, BTreeSet<ArtistId>> = BTreeMap::new();
        for profile in artists
            .values()
            .filter(|profile| !is_nobody(&normalised(&profile.name)))
        {
            for word in key(profile) {
                groups.entry(word).or_default().insert(profile.artist);
            }
        }
        for group in groups.into_values() {
            let most = group
                .iter()
                .max_by_key(|id| (artists[*id].releases.len(), std::cmp::Reverse(**id)));
            let Some(most) = most.copied() else { continue };
            group.into_iter().for_each(|id| pair(most, id, because));
        }
    }
    for (a, b) in one_recording(catalogue) {
        pair(a, b, "credited for the same recording");
    }
    let twin = |((one, other), because)| Twins {
        one,
        other,
        because,
    };
    pairs.into_iter().map(twin).collect()
}

type Keys = Box<dyn Fn(&Profile) -> BTreeSet<String>>;

/// Sole main artists of one recording, who differ between its tracks.
fn one_recording(catalogue: &Catalogue) -> Vec<(ArtistId, ArtistId)> {
    let mut first: BTreeMap<RecordingId, ArtistId> = BTreeMap::new();
    let mut pairs = Vec::new();
    for (_, recording, credits, _) in lists(catalogue) {
        let mut main = credits
            .iter()
            .filter(|credit| credit.role == Role::MainArtist);
        if let (Some(recording), Some(only), None) = (recording, main.next(), main.next())
            && !is_nobody(&normalised(&only.name))
        {
            pairs.push((*first.entry(recording).or_insert(only.artist), only.artist));
        }
    }
    pairs
}

fn mixups(
    catalogue: &Catalogue,
    artists: &BTreeMap<ArtistId, Profile>,
    decided: &[BTreeSet<ArtistId>],
) -> Vec<Mixup> {
    let parts = parts(catalogue);
    let asked = |profile: &&Profile| {
        let known = decided.iter().any(|ids| ids.contains(&profile.artist));
        !known && !is_nobody(&normalised(&profile.name))
    };
    let mut mixups = Vec::new();
    for profile in artists.values().filter(asked) {
        let names: BTreeSet<String> = profile.names.keys().map(|name| loose(name)).collect();
        let groups = parts.get(&profile.artist).copied().unwrap_or(1);
        let because = if profile.isnis.len() > 1 {
            "credited with several ISNIs".to_owned()
        } else if !profile.isnis.is_empty() && names.len() > 1 {
            "one ISNI under names that differ".to_owned()
        } else if !profile.isnis.is_empty() {
            continue;
        } else if groups > 1 {
            format!("{groups} groups of releases with nothing in common but the name and the genre")
        } else if profile.genres.len() >= MANY_GENRES {
            let genres: Vec<&str> = profile.genres.iter().map(String::as_str).collect();
            format!("genres that seldom meet: {}", genres.join(", "))
        } else {
            continue;
        };
        mixups.push(Mixup {
            artist: profile.artist,
            because,
        });
    }
    mixups
}

/// Per artist: into how many groups its releases fall that share a label, a recording or somebody beside.
fn parts(catalogue: &Catalogue) -> BTreeMap<ArtistId, usize> {
    // Per artist and release: what it has in common with others.
    let mut words: BTreeMap<ArtistId, BTreeMap<ReleaseId, BTreeSet<String>>> = BTreeMap::new();
    for (release, recording, credits, _) in lists(catalogue) {
        for credit in credits {
            let own = words
                .entry(credit.artist)
                .or_default()
                .entry(release.id)
                .or_default();
            let label = normalised(&release.label);
            own.extend(
                Some(label)
                    .filter(|l| !NO_LABEL.contains(&l.as_str()))
                    .map(|l| format!("label {l}")),
            );
            own.extend(recording.map(|id| format!("recording {id}")));
            own.extend(credit.ipi.iter().map(|ipi| format!("ipi {ipi}")));
            let beside = credits
                .iter()
                .filter(|other| other.artist != credit.artist && other.role.is_displayed());
            let beside = beside.filter(|other| !is_nobody(&normalised(&other.name)));
            own.extend(beside.map(|other| format!("with {}", other.artist)));
        }
    }
    words
        .into_iter()
        .map(|(artist, releases)| (artist, groups(releases.into_values())))
        .collect()
}

/// How many groups remain when sets that share a word are one.
fn groups(sets: impl Iterator<Item = BTreeSet<String>>) -> usize {
    let mut groups: Vec<BTreeSet<String>> = Vec::new();
    for mut set in sets {
        let (shared, rest): (Vec<_>, Vec<_>) = groups
            .into_iter()
            .partition(|group| !group.is_disjoint(&set));
        groups = rest;
        shared.into_iter().for_each(|group| set.extend(group));
        groups.push(set);
    }
    groups.len()
}
