//! How is the catalogue read without reading the whole log? Snapshot + tail = full fold, byte for byte.
//!
//! `snapshots/3/<n>-<hash>.json` holds the fold's state and the names of the `n` records that are in it.
//! The one with the most records is used; whatever else is in the log is applied on top. A snapshot is
//! only ever a shortcut: deleting all of them changes nothing but the time it takes.

use crate::delivery::DeliveryLog;
use crate::fold::{Fold, Judgement};
use crate::ids::Sha256;
use crate::release::Catalogue;
use crate::store::{Store, StoreError};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Of this version of the state; snapshots of others are passed over.
const PREFIX: &str = "snapshots/3/";

#[derive(Serialize, Deserialize)]
struct Snapshot {
    /// Names of the records that are folded in, sorted.
    records: BTreeSet<String>,
    state: Fold,
}

/// The catalogue of a store.
///
/// # Errors
/// [`StoreError`] when log or snapshot cannot be read.
pub fn catalogue(store: &Store) -> Result<Catalogue, StoreError> {
    Ok(current(store)?.state.catalogue())
}

/// The catalogue, and what waits for a person.
///
/// # Errors
/// [`StoreError`] when log or snapshot cannot be read.
pub fn judgement(store: &Store) -> Result<Judgement, StoreError> {
    Ok(current(store)?.state.judge())
}

/// Writes a snapshot of all that is in the log now; returns how many records it holds.
///
/// # Errors
/// [`StoreError`] when the log cannot be read or the snapshot not written.
pub fn compact(store: &Store) -> Result<usize, StoreError> {
    let snapshot = current(store)?;
    let names: Vec<&str> = snapshot.records.iter().map(String::as_str).collect();
    let hash = Sha256::of_parts(&names).to_string();
    let key = format!("{PREFIX}{:012}-{}.json", names.len(), &hash[..16]);
    if store.head(&key)?.is_none() {
        store.put_json(&key, &snapshot)?;
    }
    for (old, _) in store
        .list(PREFIX)?
        .into_iter()
        .filter(|(old, _)| *old < key)
    {
        store.delete(&old)?;
    }
    Ok(snapshot.records.len())
}

fn current(store: &Store) -> Result<Snapshot, StoreError> {
    let log = DeliveryLog::new(store);
    let newest = store.list(PREFIX)?.pop();
    let read = newest
        .map(|(key, _)| store.get_json::<Snapshot>(&key))
        .transpose()?
        .flatten();
    let empty = || Snapshot {
        records: BTreeSet::new(),
        state: Fold::default(),
    };
    let mut snapshot = read.unwrap_or_else(empty);
    for key in log.keys()? {
        if !snapshot.records.contains(&key) {
            snapshot.state.apply(&log.read(&key)?);
            snapshot.records.insert(key);
        }
    }
    Ok(snapshot)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::{Change, DeliveryRecord, SCHEMA, Verdict};

    fn purge(number: u8) -> DeliveryRecord {
        DeliveryRecord {
            schema: SCHEMA,
            sender: "a".to_owned(),
            message_id: number.to_string(),
            batch: None,
            created: jiff::Timestamp::from_second(i64::from(number)).unwrap(),
            message: Sha256::of([number]),
            verdict: Verdict::Accepted {
                change: Change::Purge {
                    reference: "r".to_owned(),
                },
            },
        }
    }

    #[test]
    fn a_snapshot_replaces_the_older_one_and_records_after_it_still_count() {
        let store = Store::open("memory:").unwrap();
        let log = DeliveryLog::new(&store);
        assert_eq!(compact(&store).unwrap(), 0);
        log.append(&purge(1)).unwrap();
        assert_eq!(compact(&store).unwrap(), 1);
        log.append(&purge(2)).unwrap();
        assert_eq!(current(&store).unwrap().records.len(), 2);
        assert_eq!(compact(&store).unwrap(), 2);
        assert_eq!(compact(&store).unwrap(), 2);
        assert_eq!(store.list(PREFIX).unwrap().len(), 1);
        assert_eq!(catalogue(&store).unwrap(), Catalogue::default());
    }
}
