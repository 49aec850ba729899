//! Which messages wait for a person, and what did the person decide?
//!
//! A decision is a record of the log like any other: append-only, once per message, with who and why.

use crate::Error;
use crate::report::summary::TABLE_STYLE;
use catalog::delivery::{Appended, DeliveryLog, DeliveryRecord, Verdict};
use catalog::fold::{Held, Reason};
use catalog::store::Store;
use comfy_table::{ContentArrangement, Table};
use serde::Serialize;
use std::fmt;

/// A person's decision about a held message.
#[derive(Debug, Clone)]
pub struct Decision {
    /// DPID or name.
    pub sender: String,
    /// The sender's number.
    pub message_id: String,
    /// Whether it takes effect.
    pub accept: bool,
    /// Who decides.
    pub who: String,
    /// Why.
    pub why: String,
}

/// What is still held.
#[derive(Debug, Clone, Serialize)]
pub struct Quarantine {
    /// Whether a decision was recorded just now.
    pub recorded: bool,
    /// By sender and message id.
    pub held: Vec<Held>,
}

/// Lists what waits for a person, after recording a decision if there is one.
///
/// # Errors
/// [`Error::Store`]; [`Error::NotHeld`] when the message does not wait; [`Error::Ruled`] when it was decided before.
pub fn resolve(store: &Store, decision: Option<&Decision>) -> Result<Quarantine, Error> {
    if let Some(decision) = decision {
        record(store, decision)?;
    }
    Ok(Quarantine {
        recorded: decision.is_some(),
        held: catalog::snapshot::judgement(store)?.held,
    })
}

fn record(store: &Store, decision: &Decision) -> Result<(), Error> {
    let log = DeliveryLog::new(store);
    let (sender, message_id) = (&decision.sender, &decision.message_id);
    let judgement = catalog::snapshot::judgement(store)?;
    let known = log.known(sender, message_id)?;
    let waits = |record: &DeliveryRecord| {
        judgement
            .held
            .iter()
            .any(|held| held.message == record.message)
    };
    let Some(known) = known.filter(waits) else {
        return Err(Error::NotHeld {
            sender: sender.clone(),
            message_id: message_id.clone(),
        });
    };
    let ruling = DeliveryRecord {
        message_id: format!("{message_id}#ruling"),
        verdict: Verdict::Ruled {
            accept: decision.accept,
            who: decision.who.clone(),
            why: decision.why.clone(),
        },
        ..known
    };
    match log.append(&ruling)? {
        Appended::New => Ok(()),
        Appended::Replayed(_) | Appended::Conflict(_) => Err(Error::Ruled {
            message_id: message_id.clone(),
        }),
    }
}

/// The sentence about a reason.
pub(crate) fn reason(reason: &Reason) -> String {
    match reason {
        Reason::SameInstant { other } => {
            format!("message {other} was made at the same instant and says something else")
        }
        Reason::GtinOfAnother { gtin, owner } => {
            format!("GTIN {gtin} was delivered first by {owner}")
        }
        Reason::OtherAudio { isrc, release } => {
            format!("ISRC {isrc} came with other audio on release {release}")
        }
    }
}

impl fmt::Display for Quarantine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.recorded {
            writeln!(f, "the decision is recorded")?;
        }
        if self.held.is_empty() {
            return write!(f, "nothing waits for a decision");
        }
        let mut table = Table::new();
        table
            .load_style(TABLE_STYLE)
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_header(["sender", "message id", "release", "why it waits"]);
        for held in &self.held {
            table.add_row([
                &held.sender,
                &held.message_id,
                &held.reference,
                &reason(&held.reason),
            ]);
        }
        write!(f, "{table}")
    }
}
