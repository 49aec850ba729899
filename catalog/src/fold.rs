//! What is in the catalogue, given everything that labels ever sent?
//!
//! The catalogue is a fold over the delivery log. Per (sender, release) the newest message wins, by
//! [`Order`]; an asset that the newest message does not deliver is the newest one delivered before.
//! Both are maxima of a total order, so the fold is commutative, associative and idempotent: any order
//! of arrival, any repetition, and any cut into snapshot and tail give the same bytes.

use crate::delivery::{Change, DeliveryRecord, Order, Verdict};
use crate::ids::{Isrc, ReleaseId};
use crate::release::{Artwork, Catalogue, Master, Release};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The fold's state: what a snapshot holds.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Fold {
    releases: BTreeMap<ReleaseId, Newest<Option<Box<Release>>>>,
    artwork: BTreeMap<ReleaseId, Newest<Artwork>>,
    masters: BTreeMap<ReleaseId, BTreeMap<Isrc, Newest<Master>>>,
}

/// A value and the message that said it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Newest<T> {
    order: Order,
    value: T,
}

impl Fold {
    /// Takes a record in; refused ones change nothing.
    pub fn apply(&mut self, record: &DeliveryRecord) {
        let Verdict::Accepted { change } = &record.verdict else {
            return;
        };
        let order = record.order();
        match change {
            Change::Purge { reference } => {
                let id = ReleaseId::of(&record.sender, reference);
                keep_newest(&mut self.releases, id, &order, None);
            }
            Change::Put(release) => {
                self.take_assets(release, &order);
                keep_newest(
                    &mut self.releases,
                    release.id,
                    &order,
                    Some(release.clone()),
                );
            }
        }
    }

    fn take_assets(&mut self, release: &Release, order: &Order) {
        if let Some(artwork) = &release.artwork {
            keep_newest(&mut self.artwork, release.id, order, artwork.clone());
        }
        for track in &release.tracks {
            if let Some(master) = &track.master {
                let masters = self.masters.entry(release.id).or_default();
                keep_newest(masters, track.isrc, order, master.clone());
            }
        }
    }

    /// The releases in force, each with its assets.
    pub fn catalogue(&self) -> Catalogue {
        let in_force = self
            .releases
            .values()
            .filter_map(|newest| newest.value.as_deref());
        Catalogue {
            releases: in_force.map(|release| self.with_assets(release)).collect(),
        }
    }

    fn with_assets(&self, release: &Release) -> Release {
        let mut release = release.clone();
        if let Some(newest) = self.artwork.get(&release.id) {
            release.artwork = Some(newest.value.clone());
        }
        if let Some(masters) = self.masters.get(&release.id) {
            for track in &mut release.tracks {
                track.master = masters.get(&track.isrc).map(|newest| newest.value.clone());
            }
        }
        release
    }
}

fn keep_newest<K: Ord, T>(map: &mut BTreeMap<K, Newest<T>>, key: K, order: &Order, value: T) {
    let newest = Newest {
        order: order.clone(),
        value,
    };
    match map.entry(key) {
        std::collections::btree_map::Entry::Vacant(place) => drop(place.insert(newest)),
        std::collections::btree_map::Entry::Occupied(mut place) => {
            if place.get().order < newest.order {
                place.insert(newest);
            }
        }
    }
}

/// The catalogue of a whole log.
pub fn fold<'a>(records: impl IntoIterator<Item = &'a DeliveryRecord>) -> Catalogue {
    let mut state = Fold::default();
    records.into_iter().for_each(|record| state.apply(record));
    state.catalogue()
}

#[cfg(test)]
mod tests;
