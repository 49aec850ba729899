//! What is a label told, and what is content ops told?
//!
//! One structure, three forms: the terminal table (`Display`), `report.json` (serde; codes are stable) and
//! `report.html` ([`html`]). Nothing in it depends on the clock or on the number of threads.

pub mod acknowledgement;
pub mod html;
pub mod picture;
pub mod summary;

use crate::finding::{Findings, Severity};
use catalog::ids::Sha256;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The version of `report.json`.
pub const SCHEMA: &str = "backline-ingest-report/1";

/// What became of a drop.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DropReport {
    /// [`SCHEMA`].
    pub schema: String,
    /// The drop as it was named.
    pub drop: String,
    /// By path of the message.
    pub deliveries: Vec<DeliveryReport>,
    /// Findings about the drop itself.
    pub remarks: Findings,
    /// Where the report was written, for people; not part of the report itself.
    #[serde(skip)]
    pub written: Vec<String>,
}

/// What became of a delivery.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeliveryReport {
    /// Path of the message, relative to the drop.
    pub message: String,
    /// "ERN 4.3", "release.json".
    pub format: String,
    /// DPID or name.
    pub sender: Option<String>,
    /// For people.
    pub sender_name: Option<String>,
    /// The sender's number.
    pub message_id: Option<String>,
    /// As delivered.
    pub created: Option<String>,
    /// The sender's key of the release: GTIN, GRid or own number.
    pub reference: Option<String>,
    /// Of the release.
    pub title: Option<String>,
    /// Main artists.
    pub artist: Option<String>,
    /// Of the release.
    pub label: Option<String>,
    /// What became of it.
    pub outcome: Outcome,
    /// Whether an earlier run had recorded it; nothing was done this time.
    pub known: bool,
    /// Tracks whose audio is still to come.
    pub awaited: usize,
    /// The running order.
    pub tracks: Vec<TrackReport>,
    /// Where and when it may be heard, one line per distinct set of rights.
    pub rights: Vec<String>,
    /// Gravest first.
    pub findings: Findings,
    /// Of the message's bytes.
    #[serde(skip)]
    pub(crate) sha256: Option<Sha256>,
    /// A small JPEG of the cover, base64; only in the store's record of the message and in `report.html`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub thumbnail: Option<String>,
}

/// A line of the running order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrackReport {
    /// "1.02".
    pub place: String,
    /// With its version.
    pub title: String,
    /// Main artists.
    pub artist: String,
    /// As delivered.
    pub isrc: String,
    /// As delivered.
    pub duration: String,
}

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// In the catalogue.
    Accepted,
    /// The release was taken down.
    Purged,
    /// A newer message about the release is in force.
    Superseded,
    /// A person has to decide; until then nothing of it is in the catalogue.
    Quarantined,
    /// Not published.
    Refused,
    /// A test message without a refusal: not published either.
    Test,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Outcome::Accepted => "accepted",
            Outcome::Purged => "purged",
            Outcome::Superseded => "superseded",
            Outcome::Quarantined => "quarantined",
            Outcome::Refused => "refused",
            Outcome::Test => "test only",
        })
    }
}

impl DropReport {
    /// Refused deliveries, quarantined ones, and folders that are none: the exit code is 1 when there
    /// are any. A drop that still holds a refused delivery says so every time.
    pub fn refused(&self) -> usize {
        self.count(Outcome::Refused)
            + self.count(Outcome::Quarantined)
            + self.remarks.count(Severity::Refuse)
    }

    /// Deliveries with an outcome.
    pub fn count(&self, outcome: Outcome) -> usize {
        self.deliveries
            .iter()
            .filter(|delivery| delivery.outcome == outcome)
            .count()
    }

    /// Findings of a severity in all deliveries.
    pub fn findings(&self, severity: Severity) -> usize {
        let own: usize = self
            .deliveries
            .iter()
            .map(|delivery| delivery.findings.count(severity))
            .sum();
        own + self.remarks.count(severity)
    }
}

/// The terminal form.
impl fmt::Display for DropReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.deliveries.is_empty() && self.remarks.0.is_empty() {
            writeln!(
                f,
                "{}: the drop is empty: no message, nothing to do",
                self.drop
            )?;
            return write!(
                f,
                "A delivery is a folder with <ReleaseId>.xml (ERN 4) or release.json and the files it names."
            );
        }
        if !self.deliveries.is_empty() {
            writeln!(f, "{}", summary::table(&self.deliveries))?;
        }
        for delivery in &self.deliveries {
            let grave: Vec<_> = delivery
                .findings
                .0
                .iter()
                .filter(|finding| {
                    finding.severity == Severity::Refuse || finding.code.starts_with("quarantine-")
                })
                .collect();
            if grave.is_empty() {
                continue;
            }
            writeln!(f, "\n{}", summary::heading(delivery))?;
            grave
                .iter()
                .try_for_each(|finding| summary::finding(f, finding))?;
        }
        if !self.remarks.0.is_empty() {
            writeln!(f, "\nIn the drop itself")?;
            self.remarks
                .0
                .iter()
                .try_for_each(|finding| summary::finding(f, finding))?;
        }
        write!(f, "\n{}", summary::line(self))?;
        self.written
            .iter()
            .try_for_each(|place| write!(f, "\nreport: {place}"))
    }
}
