//! What happened to this release, recording or sender? Answers from the delivery log; what a refused message says of
//! its recordings stands in its report.

use crate::Error;
use crate::report::DeliveryReport;
use crate::report::summary::TABLE_STYLE;
use catalog::delivery::{Change, DeliveryLog, DeliveryRecord, Verdict};
use catalog::fold::{Judgement, State};
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
    /// "in force", "superseded", "held for a person", "purged", "refused" …
    pub verdict: &'static str,
    /// Why it was refused, or is held.
    pub reasons: Vec<String>,
}

/// Asks the log.
///
/// # Errors
/// [`Error::Store`] when the log cannot be read.
pub fn status(store: &Store, filter: &Filter) -> Result<StatusReport, Error> {
    let records = DeliveryLog::new(store).records()?;
    let judgement = catalog::snapshot::judgement(store)?;
    let mut messages = Vec::new();
    for record in records.iter().filter(|record| filter.takes(record)) {
        if filter.isrc.is_none_or(|isrc| names(record, isrc))
            || filter.refused_names(store, record)?
        {
            messages.push(line(record, &judgement));
        }
    }
    Ok(StatusReport { messages })
}

impl Filter {
    /// Whether a refused message speaks of the recording, as its report tells.
    fn refused_names(&self, store: &Store, record: &DeliveryRecord) -> Result<bool, Error> {
        let (Some(isrc), Verdict::Refused { .. }) = (self.isrc, &record.verdict) else {
            return Ok(false);
        };
        let report: Option<DeliveryReport> =
            store.get_json(&super::publish::report_key(&record.message))?;
        let same = |text: &str| text.parse::<Isrc>().is_ok_and(|own| own == isrc);
        Ok(report.is_some_and(|report| report.tracks.iter().any(|track| same(&track.isrc))))
    }

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
        let made = record.created.to_zoned(TimeZone::UTC).date();
        gtin && self.day.is_none_or(|day| day == made)
            && self
                .sender
                .as_ref()
                .is_none_or(|sender| *sender == record.sender)
    }
}

/// Whether one of an accepted message's tracks has the code.
fn names(record: &DeliveryRecord, isrc: Isrc) -> bool {
    match &record.verdict {
        Verdict::Accepted {
            change: Change::Put(release),
        } => release.tracks.iter().any(|track| track.isrc == isrc),
        _ => false,
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

fn line(record: &DeliveryRecord, judgement: &Judgement) -> Line {
    let (verdict, title, reasons) = match &record.verdict {
        Verdict::Accepted { change } => {
            let state = judgement.states.get(&record.message);
            let held = judgement
                .held
                .iter()
                .filter(|held| held.message == record.message);
            let reasons = held
                .map(|held| super::resolve::reason(&held.reason))
                .collect();
            let (verdict, title) = match (state, change) {
                (Some(State::Superseded), _) => ("superseded", title(change)),
                (Some(State::Held), _) => ("held for a person", title(change)),
                (Some(State::Out), _) => ("ruled out", title(change)),
                (_, Change::Put(_)) => ("in force", title(change)),
                (_, Change::Purge { .. }) => ("purged", String::new()),
            };
            (verdict, title, reasons)
        }
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

fn title(change: &Change) -> String {
    match change {
        Change::Put(release) => release.title.clone(),
        Change::Purge { .. } => String::new(),
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
