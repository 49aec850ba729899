//! In which order is a verdict written, so that a kill at any moment loses nothing?

use super::find::Message;
use super::{Job, Read};
use crate::Error;
use crate::catalogue;
use crate::config::Config;
use crate::evidence::{Evidence, Fact, Held};
use crate::finding::{Finding, Findings, Place, Severity};
use crate::report::{DeliveryReport, DropReport, Outcome, acknowledgement, html};
use crate::{checks, wording};
use catalog::delivery::{Appended, Change, DeliveryRecord, Reason, SCHEMA, Verdict};
use catalog::ids::Sha256;
use catalog::store::Store;
use jiff::Timestamp;
use std::fs;
use std::path::Path;

/// Writes what the report's outcome asks for; a file that changed meanwhile turns it into a refusal.
pub(super) fn publish(
    job: &Job<'_>,
    message: &Message,
    read: &Read,
    evidence: &Evidence,
    report: &mut DeliveryReport,
) -> Result<(), Error> {
    if report.outcome == Outcome::Test {
        return Ok(());
    }
    let header = &read.delivery.header;
    let (Some(sender), Some(message_id)) = (&header.sender, &header.message_id) else {
        // Without its key a message cannot be recorded; the report alone speaks of it.
        return Ok(());
    };
    let mut verdict = None;
    if report.outcome != Outcome::Refused {
        match keep_files(job, evidence)? {
            Some(file) => {
                let mut findings = std::mem::take(&mut report.findings);
                findings.push(wording::file_changed(&file));
                job.conclude(message, read, findings, report);
            }
            None => {
                let change = catalogue::change(&read.delivery, evidence);
                verdict = change.map(|change| Verdict::Accepted { change });
            }
        }
    }
    if verdict.is_none() && report.outcome != Outcome::Refused {
        // A lowered severity let through what the catalogue cannot do without.
        let mut findings = std::mem::take(&mut report.findings);
        findings.push(wording::required(
            Default::default(),
            "usable value",
            "a required field",
        ));
        job.conclude(message, read, findings, report);
    }
    let verdict = verdict.unwrap_or_else(|| Verdict::Refused {
        reference: report.reference.clone(),
        reasons: reasons(&report.findings),
    });
    job.store.put_blob(read.bytes.clone())?;
    job.store.put_json(&report_key(&read.sha256), report)?;
    let record = DeliveryRecord {
        schema: SCHEMA,
        sender: sender.value.clone(),
        message_id: message_id.value.clone(),
        batch: message.batch,
        created: catalogue::created(&read.delivery).unwrap_or(Timestamp::UNIX_EPOCH),
        message: read.sha256,
        verdict,
    };
    match job.log.append(&record)? {
        Appended::New => {}
        Appended::Replayed(_) => report.known = true,
        Appended::Conflict(_) => {
            let mut findings = Findings::default();
            findings.push(wording::message_id_reused(
                &message_id.value,
                "another message",
            ));
            job.conclude(message, read, findings, report);
        }
    }
    Ok(())
}

pub(super) fn report_key(message: &Sha256) -> String {
    format!("reports/messages/{message}.json")
}

fn reasons(findings: &Findings) -> Vec<Reason> {
    let grave = findings
        .0
        .iter()
        .filter(|finding| finding.severity == Severity::Refuse);
    grave
        .map(|finding| Reason {
            code: finding.code.clone(),
            text: format!(
                "{}: {}\nfix: {}",
                finding.place.file, finding.text, finding.remedy
            ),
        })
        .collect()
}

/// Copies masters and artwork into the store. Returns the file whose bytes are not those that were checked.
fn keep_files(job: &Job<'_>, evidence: &Evidence) -> Result<Option<String>, Error> {
    for (uri, fact) in &evidence.files {
        let Fact::File(held) = fact else { continue };
        if !keep(job.store, held)? {
            return Ok(Some(uri.clone()));
        }
    }
    Ok(None)
}

fn keep(store: &Store, held: &Held) -> Result<bool, Error> {
    // Content-addressed: what is there already is the same bytes.
    if store.head(&Store::blob_key(&held.sha256))? == Some(held.bytes) {
        return Ok(true);
    }
    Ok(store.put_blob_file(&held.path)? == held.sha256)
}

/// The report of a message that an earlier run recorded.
pub(super) fn remembered(
    store: &Store,
    message: &Message,
    record: &DeliveryRecord,
) -> Result<DeliveryReport, Error> {
    let kept = store.get(&report_key(&record.message))?;
    let mut report = match kept {
        Some(bytes) => serde_json::from_slice(&bytes).map_err(|source| Error::Json {
            message: record.message.to_string(),
            source,
        })?,
        None => from_record(record),
    };
    // The drop may have been moved since; places are told relative to where it stands now.
    let before = std::mem::replace(&mut report.message, message.name.clone());
    let folder = |name: &str| {
        name.rsplit_once('/')
            .map_or(String::new(), |(f, _)| format!("{f}/"))
    };
    let (old, new) = (folder(&before), folder(&message.name));
    for finding in &mut report.findings.0 {
        if finding.place.file == before {
            finding.place.file.clone_from(&message.name);
        } else if let Some(rest) = finding.place.file.strip_prefix(&old) {
            finding.place.file = format!("{new}{rest}");
        }
    }
    report.known = true;
    report.sha256 = Some(record.message);
    Ok(report)
}

/// Where the full report is gone, the record still says what was decided.
fn from_record(record: &DeliveryRecord) -> DeliveryReport {
    let mut report = crate::report::summary::describe("", &crate::delivery::Delivery::default());
    report.sender = Some(record.sender.clone());
    report.message_id = Some(record.message_id.clone());
    report.created = Some(record.created.to_string());
    match &record.verdict {
        Verdict::Accepted {
            change: Change::Put(release),
        } => {
            report.outcome = Outcome::Accepted;
            report.reference = Some(release.reference.clone());
            report.title = Some(release.title.clone());
            report.label = Some(release.label.clone());
        }
        Verdict::Accepted {
            change: Change::Purge { reference },
        } => {
            report.outcome = Outcome::Purged;
            report.reference = Some(reference.clone());
        }
        Verdict::Refused { reference, reasons } => {
            report.reference.clone_from(reference);
            for reason in reasons {
                let check = checks::by_code(&reason.code).unwrap_or(&checks::REQUIRED);
                let (text, remedy) = reason
                    .text
                    .split_once("\nfix: ")
                    .unwrap_or((&reason.text, ""));
                let mut finding = Finding::of(check, text).fix(remedy);
                finding.place = Place::default();
                report.findings.push(finding);
            }
        }
        // Rulings have ids of their own, which no message bears.
        Verdict::Ruled { .. } | Verdict::Identified { .. } => {}
    }
    report
}

/// Writes `report.json` and `report.html` into the store (named by their content) and to a folder.
pub(super) fn report(
    store: &Store,
    report: &mut DropReport,
    folder: Option<&Path>,
) -> Result<(), Error> {
    let html = html::page(report);
    let mut bare = report.clone();
    bare.deliveries.iter_mut().for_each(|delivery| {
        delivery.thumbnail = None;
        delivery
            .findings
            .0
            .iter_mut()
            .for_each(|finding| finding.picture = None);
    });
    let json = serde_json::to_vec_pretty(&bare).expect("a report is plain data");
    let run = Sha256::of(&json).to_string()[..16].to_owned();
    for (name, bytes) in [("report.json", json), ("report.html", html.into_bytes())] {
        let key = format!("reports/{run}/{name}");
        store.put(&key, bytes.clone())?;
        if let Some(folder) = folder {
            let path = folder.join(name);
            let failed = |source| Error::Report {
                path: path.clone(),
                source,
            };
            fs::create_dir_all(folder).map_err(failed)?;
            fs::write(&path, bytes).map_err(failed)?;
            report.written.push(path.display().to_string());
        } else {
            let place = store
                .local_path(&key)
                .map(|path| path.display().to_string());
            report
                .written
                .push(place.unwrap_or_else(|| format!("{}/{key}", store.url())));
        }
    }
    Ok(())
}

/// The label's drop is never written to.
pub(super) fn check_outside(folder: &Path, drop: &Path) -> Result<(), Error> {
    let Ok(drop) = drop.canonicalize() else {
        return Ok(());
    };
    // The folder may not exist yet: the nearest one above it that does decides.
    let absolute = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    let mut above = Some(absolute.as_path());
    while let Some(path) = above {
        if let Ok(real) = path.canonicalize() {
            return match real.starts_with(&drop) {
                true => Err(Error::ReportInDrop {
                    path: folder.to_owned(),
                }),
                false => Ok(()),
            };
        }
        above = path.parent();
    }
    Ok(())
}

/// Writes an acknowledgement per delivery that has a message id. A reply that is there already is the same.
pub(super) fn replies(config: &Config, report: &DropReport, folder: &Path) -> Result<(), Error> {
    for delivery in &report.deliveries {
        let Some(name) = acknowledgement::file_name(delivery) else {
            continue;
        };
        let path = folder.join(name);
        let failed = |source| Error::Report {
            path: path.clone(),
            source,
        };
        fs::create_dir_all(folder).map_err(failed)?;
        let text = acknowledgement::acknowledgement(delivery, &config.reply);
        fs::write(&path, text).map_err(failed)?;
    }
    Ok(())
}
