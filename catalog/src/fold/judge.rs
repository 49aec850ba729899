//! Which messages are in force, which are overtaken, and which wait for a person?
//!
//! Three things are nobody's mistake for certain, so that no rule may decide them: messages of one instant
//! with different content; a GTIN that another sender delivered first; an ISRC whose audio differs from
//! that of the release which brought it first. "First" is by [`Order`], never by arrival. A ruling
//! counts for the whole release: once let in, later updates of it are not held for these reasons.

use super::{Entry, Fold};
use crate::artists::{self, Decisions};
use crate::delivery::{Change, Order};
use crate::ids::{Gtin, Isrc, RecordingId, ReleaseId, Sha256};
use crate::release::{Catalogue, Master, Release};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The fold's answer.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Judgement {
    /// The releases in force, each with its assets.
    pub catalogue: Catalogue,
    /// What a person has to decide, by sender and message id.
    pub held: Vec<Held>,
    /// What became of each message, by its bytes.
    pub states: BTreeMap<Sha256, State>,
    /// What people decided about who is who.
    pub identities: Decisions,
}

/// What became of an accepted message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// It says what is in the catalogue.
    Current,
    /// A newer message says something else.
    Superseded,
    /// It waits for a person.
    Held,
    /// A person ruled it out.
    Out,
}

/// A message that waits for a person.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Held {
    /// Who sent it.
    pub sender: String,
    /// The sender's number.
    pub message_id: String,
    /// Its bytes.
    pub message: Sha256,
    /// The sender's key of the release.
    pub reference: String,
    /// Why.
    pub reason: Reason,
}

/// Why no rule decides.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// Another message about the release was made at the same instant and says something else.
    SameInstant {
        /// Its message id.
        other: String,
    },
    /// Another sender delivered this GTIN first.
    GtinOfAnother {
        /// The GTIN.
        gtin: Gtin,
        /// That sender.
        owner: String,
    },
    /// Another release brought other audio under this ISRC first.
    OtherAudio {
        /// The ISRC.
        isrc: Isrc,
        /// That release, by its sender's key.
        release: String,
    },
}

/// A release whose newest undisputed message puts it up.
struct Candidate<'a> {
    entry: &'a Entry,
    release: Release,
    /// Its first message.
    first: &'a Order,
    /// A person let it in.
    cleared: bool,
}

impl Fold {
    /// Judges all messages at once.
    pub fn judge(&self) -> Judgement {
        let mut judgement = Judgement::default();
        let mut candidates = Vec::new();
        for entries in self.by_release().values() {
            if let Some(candidate) = self.newest(entries, &mut judgement) {
                candidates.push(candidate);
            }
        }
        candidates.sort_by(|a, b| (a.first, a.release.id).cmp(&(b.first, b.release.id)));
        let candidates = owners(candidates, &mut judgement);
        let mut releases = one_audio(candidates, &mut judgement);
        artists::identify(&mut releases, &self.identities);
        judgement.identities = self.identities.clone();
        releases.sort_by_key(|release| release.id);
        judgement.catalogue.releases = releases;
        judgement.held.sort();
        judgement
    }

    /// A purge may name a release by its GRid or own number while it is filed under its GTIN.
    fn by_release(&self) -> BTreeMap<ReleaseId, Vec<&Entry>> {
        let mut filed: HashMap<ReleaseId, ReleaseId> = HashMap::new();
        for (id, entry) in self.entries() {
            let Some(release) = entry.release() else {
                continue;
            };
            for other in release.grid.iter().chain(&release.proprietary_id) {
                let known = filed
                    .entry(ReleaseId::of(&entry.sender, other))
                    .or_insert(id);
                *known = id.min(*known);
            }
        }
        let puts: BTreeSet<ReleaseId> = self
            .entries()
            .filter(|(_, entry)| entry.release().is_some())
            .map(|(id, _)| id)
            .collect();
        let mut by_release: BTreeMap<ReleaseId, Vec<&Entry>> = BTreeMap::new();
        for (id, entry) in self.entries() {
            let own = puts.contains(&id);
            let id = filed.get(&id).filter(|_| !own).copied().unwrap_or(id);
            by_release.entry(id).or_default().push(entry);
        }
        for entries in by_release.values_mut() {
            entries.sort_by(|a, b| a.order.cmp(&b.order));
        }
        by_release
    }

    fn entries(&self) -> impl Iterator<Item = (ReleaseId, &Entry)> {
        let each = |(id, entries): (&ReleaseId, _)| (*id, entries);
        self.releases
            .iter()
            .map(each)
            .flat_map(|(id, entries): (_, &Vec<Entry>)| {
                entries.iter().map(move |entry| (id, entry))
            })
    }

    fn newest<'a>(
        &self,
        entries: &[&'a Entry],
        judgement: &mut Judgement,
    ) -> Option<Candidate<'a>> {
        let ruled = |entry: &Entry| self.rulings.get(&entry.order.message).copied();
        let state = |judgement: &mut Judgement, entry: &Entry, state| {
            judgement.states.insert(entry.order.message, state);
        };
        let (mut standing, mut rest) = (Vec::new(), entries);
        while let Some(first) = rest.first() {
            let instant = (first.order.batch, first.order.created);
            let same = rest
                .iter()
                .take_while(|entry| (entry.order.batch, entry.order.created) == instant)
                .count();
            let (group, later) = rest.split_at(same);
            rest = later;
            let (out, group): (Vec<&Entry>, Vec<&Entry>) =
                group.iter().partition(|entry| ruled(entry) == Some(false));
            out.iter()
                .for_each(|entry| state(judgement, entry, State::Out));
            let decided = group.iter().rev().find(|entry| ruled(entry) == Some(true));
            let agreed = group.iter().all(|entry| entry.change == group[0].change);
            match (decided, group.last()) {
                (Some(winner), _) => {
                    group
                        .iter()
                        .for_each(|entry| state(judgement, entry, State::Out));
                    standing.push(*winner);
                }
                (None, Some(last)) if agreed => {
                    group
                        .iter()
                        .for_each(|entry| state(judgement, entry, State::Superseded));
                    standing.push(*last);
                }
                _ => group.iter().for_each(|entry| {
                    let other = group.iter().find(|o| o.change != entry.change);
                    let other = other.map_or(String::new(), |o| o.order.message_id.clone());
                    judgement.hold(entry, Reason::SameInstant { other });
                }),
            }
        }
        let winner = *standing.last()?;
        standing
            .iter()
            .for_each(|entry| state(judgement, entry, State::Superseded));
        let instant = |entry: &Entry| (entry.order.batch, entry.order.created);
        let same = entries.iter().filter(|entry| {
            instant(entry) == instant(winner)
                && entry.change == winner.change
                && ruled(entry) != Some(false)
        });
        same.for_each(|entry| state(judgement, entry, State::Current));
        let release = winner.release()?;
        Some(Candidate {
            entry: winner,
            release: with_assets(release, &standing),
            first: &standing
                .iter()
                .find(|entry| entry.release().is_some())?
                .order,
            cleared: standing.iter().any(|entry| ruled(entry) == Some(true)),
        })
    }
}

impl Judgement {
    fn hold(&mut self, entry: &Entry, reason: Reason) {
        self.states.insert(entry.order.message, State::Held);
        self.held.push(Held {
            sender: entry.sender.clone(),
            message_id: entry.order.message_id.clone(),
            message: entry.order.message,
            reference: match &entry.change {
                Change::Put(release) => release.reference.clone(),
                Change::Purge { reference } => reference.clone(),
            },
            reason,
        });
    }
}

/// The newest artwork and masters that any standing message brought.
fn with_assets(release: &Release, standing: &[&Entry]) -> Release {
    let mut release = release.clone();
    let mut masters: HashMap<Isrc, &Master> = HashMap::new();
    let mut artwork = None;
    for other in standing.iter().rev().filter_map(|entry| entry.release()) {
        artwork = artwork.or(other.artwork.as_ref());
        for track in &other.tracks {
            if let Some(master) = &track.master {
                masters.entry(track.isrc).or_insert(master);
            }
        }
    }
    release.artwork = artwork.cloned();
    for track in &mut release.tracks {
        track.master = masters.get(&track.isrc).map(|master| (*master).clone());
    }
    release
}

/// A GTIN belongs to the sender who delivered it first.
fn owners<'a>(candidates: Vec<Candidate<'a>>, judgement: &mut Judgement) -> Vec<Candidate<'a>> {
    let mut owner: HashMap<Gtin, String> = HashMap::new();
    candidates
        .into_iter()
        .filter(|candidate| {
            let Some(gtin) = candidate.release.gtin else {
                return true;
            };
            let owner = owner
                .entry(gtin)
                .or_insert_with(|| candidate.release.sender.clone());
            if *owner == candidate.release.sender || candidate.cleared {
                return true;
            }
            let owner = owner.clone();
            judgement.hold(candidate.entry, Reason::GtinOfAnother { gtin, owner });
            false
        })
        .collect()
}

/// An ISRC stands for the audio that it came with first; a release that was let in with other audio has
/// recordings of its own.
fn one_audio(candidates: Vec<Candidate<'_>>, judgement: &mut Judgement) -> Vec<Release> {
    let mut audio: HashMap<Isrc, Vec<(Master, RecordingId, String)>> = HashMap::new();
    let mut releases = Vec::with_capacity(candidates.len());
    for mut candidate in candidates {
        let other = candidate.release.tracks.iter_mut().find_map(|track| {
            let known = audio.get(&track.isrc)?;
            let master = track.master.as_ref()?;
            if let Some((_, recording, _)) = known.iter().find(|(m, ..)| m.is_same_audio(master)) {
                track.recording = *recording;
                return None;
            }
            track.recording = RecordingId::of_audio(&track.isrc, &master.sha256);
            (!candidate.cleared).then(|| Reason::OtherAudio {
                isrc: track.isrc,
                release: known[0].2.clone(),
            })
        });
        if let Some(reason) = other {
            judgement.hold(candidate.entry, reason);
            continue;
        }
        for track in &candidate.release.tracks {
            if let Some(master) = &track.master {
                let known = audio.entry(track.isrc).or_default();
                if known.iter().all(|(_, id, _)| *id != track.recording) {
                    let reference = candidate.release.reference.clone();
                    known.push((master.clone(), track.recording, reference));
                }
            }
        }
        releases.push(candidate.release);
    }
    releases
}
