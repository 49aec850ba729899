//! What happened to every message that a label sent? The append-only delivery log.
//!
//! One small immutable object per message, named by its idempotency key (sender, message id), so that
//! a conditional create decides between two workers that read the same delivery. The catalogue is a fold over it ([`crate::fold`]).

use crate::artists::Identity;
use crate::ids::Sha256;
use crate::release::Release;
use crate::store::{Created, Store, StoreError};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The version of the record's format.
pub const SCHEMA: u32 = 1;

/// One message and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeliveryRecord {
    /// [`SCHEMA`].
    pub schema: u32,
    /// Who sent it: DPID, or a name for labels without DDEX.
    pub sender: String,
    /// The sender's number for the message; (sender, message id) is the idempotency key.
    pub message_id: String,
    /// The batch's own timestamp, where it came in a batch.
    pub batch: Option<Timestamp>,
    /// `MessageCreatedDateTime`, as an instant.
    pub created: Timestamp,
    /// Names the message's bytes in the store.
    pub message: Sha256,
    /// What became of it.
    pub verdict: Verdict,
}

/// What became of a message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It changes the catalogue.
    Accepted {
        /// How.
        change: Change,
    },
    /// It changes nothing; the label was told why.
    Refused {
        /// The sender's key of the release, where it could be read.
        reference: Option<String>,
        /// At least one.
        reasons: Vec<Reason>,
    },
    /// A person decided about a message that was held; the record's `message` names its bytes.
    Ruled {
        /// Whether it takes effect.
        accept: bool,
        /// Who decided.
        who: String,
        /// Why.
        why: String,
    },
    /// A person decided who is who.
    Identified {
        /// Of two decisions about one credit the higher holds.
        number: u32,
        /// Each of them an artist.
        identities: Vec<Identity>,
        /// Who decided.
        who: String,
        /// Why.
        why: String,
    },
}

/// What a message does to the catalogue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// Replaces the release's metadata and deals; masters and artwork that it lacks are kept.
    Put(Box<Release>),
    /// Takes the release away.
    Purge {
        /// The sender's key of the release.
        reference: String,
    },
}

/// Why a message was refused: a stable code, and the sentence the label received.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// As in the table of checks.
    pub code: String,
    /// Place, found, expected, remedy.
    pub text: String,
}

/// What decides which of two messages about one release is newer; total, so that ties are impossible.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Order {
    /// The batch's timestamp, or the message's own where it came alone.
    pub batch: Timestamp,
    /// `MessageCreatedDateTime`.
    pub created: Timestamp,
    /// The sender's number.
    pub message_id: String,
    /// Of the message's bytes.
    pub message: Sha256,
}

impl DeliveryRecord {
    /// Where the message stands in time.
    pub fn order(&self) -> Order {
        Order {
            batch: self.batch.unwrap_or(self.created),
            created: self.created,
            message_id: self.message_id.clone(),
            message: self.message,
        }
    }

    /// The object's name: a hash of the idempotency key (sender, message id).
    fn key(&self) -> String {
        key(&self.sender, &self.message_id)
    }
}

const PREFIX: &str = "log/";

fn key(sender: &str, message_id: &str) -> String {
    let who = Sha256::of_parts([sender, message_id]).to_string();
    format!("{PREFIX}{}.json", &who[..40])
}

/// What appending found.
#[derive(Debug, Clone, PartialEq)]
pub enum Appended {
    /// The message was not known and is recorded now.
    New,
    /// The same message was recorded before; nothing was written.
    Replayed(Box<DeliveryRecord>),
    /// The same (sender, message id) was recorded with other bytes; nothing was written.
    Conflict(Box<DeliveryRecord>),
}

/// The delivery log of a store.
#[derive(Clone, Copy)]
pub struct DeliveryLog<'a> {
    store: &'a Store,
}

impl<'a> DeliveryLog<'a> {
    /// The log of a store.
    pub fn new(store: &'a Store) -> DeliveryLog<'a> {
        DeliveryLog { store }
    }

    /// Records a message, once. Blobs that it names must be in the store before.
    ///
    /// # Errors
    /// [`StoreError`] when the log cannot be read or written.
    pub fn append(&self, record: &DeliveryRecord) -> Result<Appended, StoreError> {
        let key = record.key();
        let bytes = serde_json::to_vec(record).map_err(|source| StoreError::Json {
            key: key.clone(),
            source,
        })?;
        if self.store.create(&key, bytes)? == Created::New {
            return Ok(Appended::New);
        }
        let known = self.known(&record.sender, &record.message_id)?;
        let known = Box::new(known.ok_or_else(|| StoreError::Missing {
            key,
            url: self.store.url().to_owned(),
        })?);
        Ok(match known.message == record.message {
            true => Appended::Replayed(known),
            false => Appended::Conflict(known),
        })
    }

    /// The record of a message, if it was recorded.
    ///
    /// # Errors
    /// [`StoreError`] when the log cannot be read.
    pub fn known(
        &self,
        sender: &str,
        message_id: &str,
    ) -> Result<Option<DeliveryRecord>, StoreError> {
        self.store.get_json(&key(sender, message_id))
    }

    /// The names of all records, sorted.
    ///
    /// # Errors
    /// [`StoreError`] when the log cannot be listed.
    pub fn keys(&self) -> Result<Vec<String>, StoreError> {
        Ok(self
            .store
            .list(PREFIX)?
            .into_iter()
            .map(|(key, _)| key)
            .collect())
    }

    /// One record by its name.
    ///
    /// # Errors
    /// [`StoreError`] when it is missing or damaged.
    pub fn read(&self, key: &str) -> Result<DeliveryRecord, StoreError> {
        let missing = || StoreError::Missing {
            key: key.to_owned(),
            url: self.store.url().to_owned(),
        };
        self.store.get_json(key)?.ok_or_else(missing)
    }

    /// All records, in the order in which they take effect.
    ///
    /// # Errors
    /// [`StoreError`] when the log cannot be read.
    pub fn records(&self) -> Result<Vec<DeliveryRecord>, StoreError> {
        let mut records: Vec<DeliveryRecord> = self
            .keys()?
            .iter()
            .map(|key| self.read(key))
            .collect::<Result<_, _>>()?;
        records.sort_by_cached_key(|record| (record.order(), record.sender.clone()));
        Ok(records)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(message_id: &str, bytes: &str) -> DeliveryRecord {
        DeliveryRecord {
            schema: SCHEMA,
            sender: "PADPIDA2013042401U".to_owned(),
            message_id: message_id.to_owned(),
            batch: None,
            created: "2026-10-01T00:00:00Z".parse().unwrap(),
            message: Sha256::of(bytes),
            verdict: Verdict::Refused {
                reference: None,
                reasons: Vec::new(),
            },
        }
    }

    #[test]
    fn a_message_is_recorded_once_and_a_changed_one_is_a_conflict() {
        let store = Store::open("memory:").unwrap();
        let log = DeliveryLog::new(&store);
        let first = refused("1", "a");
        assert_eq!(log.append(&first).unwrap(), Appended::New);
        assert_eq!(
            log.append(&first).unwrap(),
            Appended::Replayed(Box::new(first.clone()))
        );
        assert_eq!(
            log.append(&refused("1", "b")).unwrap(),
            Appended::Conflict(Box::new(first.clone()))
        );
        assert_eq!(log.append(&refused("2", "b")).unwrap(), Appended::New);
        assert_eq!(log.records().unwrap().len(), 2);
    }
}
