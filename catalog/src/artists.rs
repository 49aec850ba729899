//! Who is who, when labels write names and seldom numbers?
//!
//! One artist per ISNI. Without one, credits under the same normalised name are one artist where something
//! speaks for it: the same release, recording or IPI, then the same label, then somebody who is displayed
//! beside them, then the same genre; else each is an artist of their own. What speaks for two artists at once
//! speaks for neither. What a person decided stands above all of this, for ever, and the latest decision above
//! those before it. [`identify`] is a function of the set of releases and decisions, whatever the order
//! in which they came.

mod review;
#[cfg(test)]
mod tests;

pub use review::{Mixup, Profile, Review, Twins, review};

use crate::genre::OTHER;
use crate::ids::{ArtistId, RecordingId, ReleaseId, normalised};
use crate::release::{Catalogue, Credit, Release};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Names that stand for nobody in particular: each is one entry, wherever it is written.
const NOBODY: [&str; 10] = [
    "various artists",
    "various",
    "traditional",
    "anonymous",
    "anon.",
    "unknown",
    "unknown artist",
    "n/a",
    "public domain",
    "[traditional]",
];

/// Labels that speak for nobody: what people write who have none.
const NO_LABEL: [&str; 7] = [
    "",
    "independent",
    "self-released",
    "self released",
    "unsigned",
    "no label",
    "[no label]",
];

/// An artist as a person described them: who is covered gets this id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// The id that all of it gets.
    pub artist: ArtistId,
    /// Normalised.
    pub names: BTreeSet<String>,
    /// 16 characters each.
    pub isnis: BTreeSet<String>,
    /// Normalised; later releases on them belong here too.
    pub labels: BTreeSet<String>,
    /// The releases that were meant.
    pub releases: BTreeSet<ReleaseId>,
}

impl Identity {
    /// Both are one, by this one's id.
    pub fn absorb(&mut self, other: Identity) {
        self.names.extend(other.names);
        self.isnis.extend(other.isnis);
        self.labels.extend(other.labels);
        self.releases.extend(other.releases);
    }

    /// Takes some releases out, by their labels (normalised) or by themselves: what remains, and the other
    /// artist. `None` when nothing or everything would be taken. A label that both stand on speaks for neither.
    pub fn split(
        self,
        labels: &BTreeSet<String>,
        releases: &BTreeSet<ReleaseId>,
        catalogue: &Catalogue,
    ) -> Option<[Identity; 2]> {
        let label = |release: &Release| normalised(&release.label);
        let own = catalogue
            .releases
            .iter()
            .filter(|release| self.releases.contains(&release.id));
        let taken =
            |release: &&Release| labels.contains(&label(release)) || releases.contains(&release.id);
        let (taken, rest): (Vec<&Release>, Vec<&Release>) = own.partition(taken);
        if taken.is_empty() || rest.is_empty() {
            return None;
        }
        let labels_of =
            |releases: &[&Release]| releases.iter().map(|r| label(r)).collect::<BTreeSet<_>>();
        let (of_taken, of_rest) = (labels_of(&taken), labels_of(&rest));
        let known = |labels: &BTreeSet<String>| &self.labels & labels;
        let part = |artist, isnis, labels: BTreeSet<String>, releases: &[&Release]| Identity {
            artist,
            names: self.names.clone(),
            isnis,
            labels,
            releases: releases.iter().map(|release| release.id).collect(),
        };
        let ids: Vec<String> = taken.iter().map(|release| release.id.to_string()).collect();
        let new = ArtistId::of_split(&self.artist, &ids.join(" "));
        Some([
            part(
                self.artist,
                self.isnis.clone(),
                known(&(&of_rest - &of_taken)),
                &rest,
            ),
            part(new, BTreeSet::new(), known(&(&of_taken - &of_rest)), &taken),
        ])
    }
}

/// What people decided, by number; the highest that covers a credit holds.
pub type Decisions = BTreeMap<u32, Vec<Identity>>;

/// Whether a name stands for nobody in particular.
pub fn is_nobody(normalised: &str) -> bool {
    NOBODY.contains(&normalised)
}

/// A name on a release.
struct Unit<'a> {
    release: usize,
    isni: Option<String>,
    ipis: BTreeSet<String>,
    recordings: BTreeSet<RecordingId>,
    label: &'a str,
    beside: BTreeSet<String>,
    genres: BTreeSet<String>,
}

/// Why a set of credits cannot be any other artist.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Claim {
    Isni(String),
    Decided(ArtistId),
}

/// Gives every credit its artist. The releases stand in the order of their first messages.
pub fn identify(releases: &mut [Release], decisions: &Decisions) {
    let labels: Vec<String> = releases
        .iter()
        .map(|release| normalised(&release.label))
        .collect();
    let mut names: HashMap<String, String> = HashMap::new();
    let mut ids: BTreeMap<(String, usize, Option<String>), ArtistId> = BTreeMap::new();
    for (name, units) in units(releases, &labels, &mut names) {
        let of_units = assign(&name, &units, releases, decisions);
        for (unit, id) in units.into_iter().zip(of_units) {
            ids.insert((name.clone(), unit.release, unit.isni), id);
        }
    }
    for (index, release) in releases.iter_mut().enumerate() {
        let of_tracks = release
            .tracks
            .iter_mut()
            .flat_map(|track| &mut track.artists);
        for credit in release.artists.iter_mut().chain(of_tracks) {
            let key = (names[&credit.name].clone(), index, credit.isni.clone());
            credit.artist = ids[&key];
        }
    }
}

/// All names with the releases that they stand on; `names` remembers how each spelling is normalised.
fn units<'a>(
    releases: &[Release],
    labels: &'a [String],
    names: &mut HashMap<String, String>,
) -> BTreeMap<String, Vec<Unit<'a>>> {
    let mut units: BTreeMap<String, Vec<Unit<'a>>> = BTreeMap::new();
    for (index, release) in releases.iter().enumerate() {
        let genre = release.genre.as_ref();
        let lists = std::iter::once((&release.artists, None, genre));
        let lists = lists.chain(release.tracks.iter().map(|track| {
            (
                &track.artists,
                Some(track.recording),
                track.genre.as_ref().or(genre),
            )
        }));
        for (credits, recording, genre) in lists {
            let displayed = displayed(credits, names);
            for credit in credits {
                let name = spelled(&credit.name, names);
                let unit = unit(
                    units.entry(name.clone()).or_default(),
                    index,
                    credit,
                    &labels[index],
                );
                unit.ipis.extend(credit.ipi.clone());
                unit.recordings.extend(recording);
                unit.genres.extend(
                    genre
                        .map(|genre| genre.code.clone())
                        .filter(|code| code != OTHER),
                );
                unit.beside
                    .extend(displayed.iter().filter(|other| **other != name).cloned());
            }
        }
    }
    units
}

fn unit<'a, 'b>(
    units: &'b mut Vec<Unit<'a>>,
    release: usize,
    credit: &Credit,
    label: &'a str,
) -> &'b mut Unit<'a> {
    let same = |unit: &Unit<'_>| unit.release == release && unit.isni == credit.isni;
    // Units of this release stand at the end.
    let from = units.partition_point(|unit| unit.release < release);
    let at = units[from..].iter().position(same).map(|at| from + at);
    let at = at.unwrap_or_else(|| {
        units.push(Unit {
            release,
            isni: credit.isni.clone(),
            ipis: BTreeSet::new(),
            recordings: BTreeSet::new(),
            label,
            beside: BTreeSet::new(),
            genres: BTreeSet::new(),
        });
        units.len() - 1
    });
    &mut units[at]
}

fn spelled(name: &str, names: &mut HashMap<String, String>) -> String {
    if let Some(known) = names.get(name) {
        return known.clone();
    }
    let normalised = normalised(name);
    names.insert(name.to_owned(), normalised.clone());
    normalised
}

fn displayed(credits: &[Credit], names: &mut HashMap<String, String>) -> BTreeSet<String> {
    let shown = credits.iter().filter(|credit| credit.role.is_displayed());
    let shown = shown.map(|credit| spelled(&credit.name, names));
    shown.filter(|name| !is_nobody(name)).collect()
}

/// The artist of each unit of one name.
fn assign(
    name: &str,
    units: &[Unit<'_>],
    releases: &[Release],
    decisions: &Decisions,
) -> Vec<ArtistId> {
    let by_name = ArtistId::of_name(name);
    if is_nobody(name) {
        return vec![by_name; units.len()];
    }
    let mut sets = Sets::new(
        units
            .iter()
            .map(|unit| claim(name, unit, releases, decisions)),
    );
    let mut open = Vec::new();
    for level in 0..LEVELS {
        let mut buckets: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (index, unit) in units.iter().enumerate() {
            for word in words(level, unit) {
                buckets.entry(word).or_default().push(index);
            }
        }
        for members in buckets.into_values().filter(|members| members.len() > 1) {
            if !sets.join(&members, false) {
                open.push(members);
            }
        }
    }
    // What spoke for several artists at once still tells those apart from strangers who are none of them.
    for members in &open {
        sets.join(members, true);
    }
    let first = sets.root(0);
    let roots: Vec<usize> = (0..units.len()).map(|unit| sets.root(unit)).collect();
    let id = |root: usize| match &sets.claims[root] {
        Some(Claim::Isni(isni)) => ArtistId::of_isni(isni),
        Some(Claim::Decided(id)) => *id,
        // The first who bore the name has the plain id; others are named after their first release.
        None if root == first => by_name,
        None => ArtistId::of_name_on(name, &releases[units[root].release].id),
    };
    roots.into_iter().map(id).collect()
}

fn claim(
    name: &str,
    unit: &Unit<'_>,
    releases: &[Release],
    decisions: &Decisions,
) -> Option<Claim> {
    let release = &releases[unit.release].id;
    let meant =
        |identity: &&Identity| identity.names.contains(name) && identity.releases.contains(release);
    let covers = |identity: &&Identity| match &unit.isni {
        // A number that the person did not see says more than the label.
        Some(isni) => identity.isnis.contains(isni),
        None => identity.names.contains(name) && identity.labels.contains(unit.label),
    };
    let decided = decisions.values().rev().find_map(|identities| {
        let meant = identities.iter().find(meant);
        meant.or_else(|| identities.iter().find(covers))
    });
    match decided {
        Some(identity) => Some(Claim::Decided(identity.artist)),
        None => unit.isni.clone().map(Claim::Isni),
    }
}

/// How many kinds of things speak for an artist.
const LEVELS: usize = 4;

/// What speaks for a unit, the strongest first.
fn words(level: usize, unit: &Unit<'_>) -> Vec<String> {
    match level {
        0 => {
            let release = format!("release {}", unit.release);
            let recordings = unit.recordings.iter().map(|id| format!("recording {id}"));
            let ipis = unit.ipis.iter().map(|ipi| format!("ipi {ipi}"));
            std::iter::once(release)
                .chain(recordings)
                .chain(ipis)
                .collect()
        }
        1 if NO_LABEL.contains(&unit.label) => Vec::new(),
        1 => vec![unit.label.to_owned()],
        2 => unit.beside.iter().cloned().collect(),
        _ => unit.genres.iter().cloned().collect(),
    }
}

/// Disjoint sets of units, each with at most one claim; a set is called by its first unit.
struct Sets {
    parents: Vec<usize>,
    claims: Vec<Option<Claim>>,
}

impl Sets {
    fn new(claims: impl Iterator<Item = Option<Claim>>) -> Sets {
        let claims: Vec<_> = claims.collect();
        let mut sets = Sets {
            parents: (0..claims.len()).collect(),
            claims,
        };
        let mut same: BTreeMap<Claim, usize> = BTreeMap::new();
        for unit in 0..sets.parents.len() {
            if let Some(claim) = sets.claims[unit].clone() {
                let first = *same.entry(claim).or_insert(unit);
                sets.parents[unit] = first;
            }
        }
        sets
    }

    fn root(&mut self, unit: usize) -> usize {
        let mut root = unit;
        while self.parents[root] != root {
            root = self.parents[root];
        }
        self.parents[unit] = root;
        root
    }

    /// Makes one set of all that no claims keep apart; whether that was all of them. `unclaimed`: only of
    /// those without a claim.
    fn join(&mut self, members: &[usize], unclaimed: bool) -> bool {
        let mut roots: BTreeSet<usize> = members.iter().map(|unit| self.root(*unit)).collect();
        if unclaimed {
            roots.retain(|root| self.claims[*root].is_none());
        }
        let mut claims: Vec<Claim> = roots
            .iter()
            .filter_map(|root| self.claims[*root].clone())
            .collect();
        if claims.len() > 1 {
            return false;
        }
        let Some(first) = roots.pop_first() else {
            return true;
        };
        for root in roots {
            self.parents[root] = first;
        }
        if let Some(claim) = claims.pop() {
            self.claims[first] = Some(claim);
        }
        true
    }
}
