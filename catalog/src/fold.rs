//! What is in the catalogue, given everything that labels ever sent?
//!
//! The catalogue is a fold over the delivery log. Per (sender, release) the newest message wins, by
//! [`Order`]; an asset that the newest message does not deliver is the newest one delivered before. What
//! no rule decides is held back for a person (`judge`): two messages of one instant that say different
//! things, a GTIN of another sender, an ISRC with other audio. Credits get their artists last
//! ([`crate::artists`]). The state is the set of all messages, and
//! the judgement a function of that set: any order of arrival, any repetition, and any cut into snapshot
//! and tail give the same bytes.

mod judge;

pub use judge::{Held, Judgement, Reason, State};

use crate::artists::Decisions;
use crate::delivery::{Change, DeliveryRecord, Order, Verdict};
use crate::ids::{ReleaseId, Sha256};
use crate::release::{Catalogue, Release};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The fold's state: what a snapshot holds.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Fold {
    /// All messages about a release, by order.
    releases: BTreeMap<ReleaseId, Vec<Entry>>,
    /// What a person decided, by the message's bytes.
    rulings: BTreeMap<Sha256, bool>,
    /// What people decided about who is who.
    identities: Decisions,
}

/// One message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Entry {
    order: Order,
    sender: String,
    change: Change,
}

impl Fold {
    /// Takes a record in; refused ones change nothing.
    pub fn apply(&mut self, record: &DeliveryRecord) {
        let change = match &record.verdict {
            Verdict::Accepted { change } => change,
            Verdict::Ruled { accept, .. } => {
                self.rulings.insert(record.message, *accept);
                return;
            }
            Verdict::Identified {
                number, identities, ..
            } => {
                self.identities.insert(*number, identities.clone());
                return;
            }
            Verdict::Refused { .. } => return,
        };
        let id = match change {
            Change::Purge { reference } => ReleaseId::of(&record.sender, reference),
            Change::Put(release) => release.id,
        };
        let entry = Entry {
            order: record.order(),
            sender: record.sender.clone(),
            change: change.clone(),
        };
        let entries = self.releases.entry(id).or_default();
        if let Err(place) = entries.binary_search_by(|known| known.order.cmp(&entry.order)) {
            entries.insert(place, entry);
        }
    }

    /// The releases in force, each with its assets.
    pub fn catalogue(&self) -> Catalogue {
        self.judge().catalogue
    }
}

impl Entry {
    fn release(&self) -> Option<&Release> {
        match &self.change {
            Change::Put(release) => Some(release),
            Change::Purge { .. } => None,
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
