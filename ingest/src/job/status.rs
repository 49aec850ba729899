//! What happened to this release, recording or sender? Answers from the delivery log alone.

use crate::Error;
use crate::report::summary::TABLE_STYLE;
use catalog::delivery::{Change, DeliveryLog, DeliveryRecord, Verdict};
use catalog::ids::{Gtin, Isrc};
use catalog::store::Store;
use comfy_table::{ContentArrangement, Table};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;
use std::fmt;

/// Which messages are asked for; all conditions must hold.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Of the release.
    pub gtin: Option<Gtin>,
    /// Of one of its tracks.
    pub isrc: Option<Isrc>,
    /// DPID or name.
    pub sender: Option<String>,
    /// On which the message was made, UTC.
    pub day: Option<Date>,
}

/// The answer, in the order in which the messages take effect.
#[derive(Debug, Clone, Serialize)]
pub struct StatusReport {
    /// One per message.
    pub messages: Vec<Line>,
}

/// What became of one message.
#[derive(Debug, Clone, Serialize)]
pub struct Line {
    /// MessageCreatedDateTime.
    pub created: String,
    /// DPID or name.
    pub sender: String,
    /// The sender's number.
    pub message_id: String,
    /// The sender's key of the release.
    pub reference: String,
    /// Of the release.
    pub title: String,
    /// "accepted", "purged", "refused".
    pub verdict: &'static str,
    /// Why it was refused.
    pub reasons: Vec<String>,
}

/// Asks the log.
///
/// # Errors
/// [`Error::Store`] when the log cannot be read.
pub fn status(store: &Store, filter: &Filter) -> Result<StatusReport, Error> {
    let records = DeliveryLog::new(store).records()?;
    let messages = records
        .iter()
        .filter(|record| filter.takes(record))
        .map(line)
        .collect();
    Ok(StatusReport { messages })
}

impl Filter {
    fn takes(&self, record: &DeliveryRecord) -> bool {
        let release = match &record.verdict {
            Verdict::Accepted {
                change: Change::Put(release),
            } => Some(release),
            _ => None,
        };
        let reference = reference(record);
        let gtin = self.gtin.is_none_or(|gtin| {
            release.is_some_and(|release| release.gtin == Some(gtin))
                || reference.parse::<Gtin>().is_ok_and(|other| other == gtin)
        });
        let isrc = self.isrc.is_none_or(|isrc| {
            release.is_some_and(|release| release.tracks.iter().any(|track| track.isrc == isrc))
        });
        let made = record.created.to_zoned(TimeZone::UTC).date();
        gtin && isrc
            && self.day.is_none_or(|day| day == made)
            && self
                .sender
                .as_ref()
                .is_none_or(|sender| *sender == record.sender)
    }
}

fn reference(record: &DeliveryRecord) -> &str {
    match &record.verdict {
        Verdict::Accepted {
            change: Change::Put(release),
        } => &release.reference,
        Verdict::Accepted {
            change: Change::Purge { reference },
        } => reference,
        Verdict::Refused { reference, .. } => reference.as_deref().unwrap_or("–"),
        Verdict::Ruled { .. } | Verdict::Identified { .. } => "–",
    }
}

fn line(record: &DeliveryRecord) -> Line {
    let (verdict, title, reasons) = match &record.verdict {
        Verdict::Accepted {
            change: Change::Put(release),
        } => ("accepted", release.title.clone(), Vec::new()),
        Verdict::Accepted {
            change: Change::Purge { .. },
        } => ("purged", String::new(), Vec::new()),
        Verdict::Refused { reasons, .. } => {
            let reasons = reasons
                .iter()
                .map(|reason| format!("{}: {}", reason.code, reason.text));
            ("refused", String::new(), reasons.collect())
        }
        Verdict::Ruled { accept, who, why } => {
            let verdict = if *accept { "let in" } else { "ruled out" };
            (verdict, String::new(), vec![format!("{who}: {why}")])
        }
        Verdict::Identified { who, why, .. } => {
            let reasons = vec![format!("{who}: {why}")];
            ("who is who", String::new(), reasons)
        }
    };
    Line {
        created: record.created.to_string(),
        sender: record.sender.clone(),
        message_id: record.message_id.clone(),
        reference: reference(record).to_owned(),
        title,
        verdict,
        reasons,
    }
}

impl fmt::Display for StatusReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.messages.is_empty() {
            return write!(f, "no message in the log answers to this");
        }
        let mut table = Table::new();
        table
            .load_style(TABLE_STYLE)
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_header([
                "created",
                "sender",
                "message id",
                "release",
                "title",
                "verdict",
            ]);
        for line in &self.messages {
            table.add_row([
                &line.created,
                &line.sender,
                &line.message_id,
                &line.reference,
                &line.title,
                line.verdict,
            ]);
        }
        write!(f, "{table}")?;
        for line in self.messages.iter().filter(|line| !line.reasons.is_empty()) {
            write!(f, "\n\n{} {}:", line.message_id, line.verdict)?;
            for reason in &line.reasons {
                write!(f, "\n  {}", reason.replace('\n', "\n    "))?;
            }
        }
        Ok(())
    }
}
