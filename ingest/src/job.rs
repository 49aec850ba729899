//! The only file (with those below it) that touches the disk and the store.
//!
//! Order of writing, so that a kill at any moment loses nothing and a rerun finishes: masters and
//! artwork, the message, the report of the message, and last the delivery record. A record that exists is
//! never judged again: (sender, message id) with the same bytes is a replay. The label's own files are
//! only ever read.

pub mod artists;
pub mod conformance;
mod find;
mod inspect;
pub mod listen;
mod manifest;
mod place;
mod publish;
pub mod resolve;
pub mod status;
pub mod unpack;

use crate::config::{Config, Limits};
use crate::delivery::{Content, Delivery};
use crate::evidence::Evidence;
use crate::finding::{At, Findings, Place};
use crate::report::{DeliveryReport, DropReport, Outcome, SCHEMA, picture, summary};
use crate::{Error, checks, ern, plain, wording};
use base64::Engine;
use catalog::delivery::{DeliveryLog, DeliveryRecord};
use catalog::ids::Sha256;
use catalog::progress::Progress;
use catalog::store::Store;
use find::Message;
use rayon::prelude::*;
use std::collections::HashMap;
use std::fs;
use std::path::Path;

/// Judges a drop, publishes what is fit, and writes the report: into the store, and to `report` if given.
///
/// # Errors
/// [`Error`] when the drop, the store or the report's folder cannot be used. Deliveries that were
/// finished before stay recorded; running again goes on.
pub fn run(
    store: &Store,
    config: &Config,
    drop: &Path,
    report: Option<&Path>,
    threads: usize,
    progress: &dyn Progress,
) -> Result<DropReport, Error> {
    if let Some(folder) = report {
        publish::check_outside(folder, drop)?;
    }
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .map_err(|source| Error::Threads { threads, source })?;
    let found = find::find(drop, &config.limits)?;
    let job = Job {
        store,
        log: DeliveryLog::new(store),
        config,
        progress,
    };
    let done = pool.install(|| {
        let envelopes = found
            .messages
            .par_iter()
            .map(|message| job.envelope(message))
            .collect::<Result<Vec<_>, _>>()?;
        let plans = Job::plan(&found.messages, envelopes);
        let masters = plans.iter().map(|plan| plan.masters as u64).sum();
        progress.begin("ingest", masters, "masters");
        // A failing disk stops one delivery; the others are finished first.
        let done: Vec<_> = found
            .messages
            .par_iter()
            .zip(plans)
            .map(|(message, plan)| job.deliver(message, plan))
            .collect();
        progress.finish();
        done.into_iter().collect::<Result<Vec<_>, _>>()
    })?;
    let mut whole = DropReport {
        schema: SCHEMA.to_owned(),
        drop: drop.display().to_string(),
        deliveries: done,
        remarks: Findings(found.remarks),
        written: Vec::new(),
    };
    config.judge(None, &mut whole.remarks);
    place::place(store, &mut whole)?;
    publish::report(store, &mut whole, report)?;
    Ok(whole)
}

/// Writes a DDEX acknowledgement per release into a folder outside of the drop.
///
/// # Errors
/// [`Error::Report`] when the folder cannot be written, [`Error::ReportInDrop`] when it lies in the drop.
pub fn reply(
    config: &Config,
    drop: &Path,
    report: &DropReport,
    folder: &Path,
) -> Result<(), Error> {
    publish::check_outside(folder, drop)?;
    publish::replies(config, report, folder)
}

struct Job<'a> {
    store: &'a Store,
    log: DeliveryLog<'a>,
    config: &'a Config,
    progress: &'a dyn Progress,
}

/// What has to be known of all messages before any of them is judged.
struct Envelope {
    key: Option<(String, String)>,
    /// What an earlier run recorded under this key.
    known: Option<DeliveryRecord>,
    sha256: Sha256,
    masters: usize,
    test: bool,
}

/// What is to be done with one message.
struct Plan {
    masters: usize,
    course: Course,
}

enum Course {
    Judge,
    /// Recorded before.
    Known(Box<DeliveryRecord>),
    /// The same message stands in this drop twice; the first is judged.
    Twin(String),
    /// The id belongs to another message: which.
    Reused(String),
}

/// A message that was read.
struct Read {
    bytes: Vec<u8>,
    sha256: Sha256,
    delivery: Delivery,
}

impl Job<'_> {
    fn envelope(&self, message: &Message) -> Result<Envelope, Error> {
        let read = read(message, &self.config.limits)?;
        let header = &read.delivery.header;
        let key = header.sender.as_ref().zip(header.message_id.as_ref());
        let key = key.map(|(sender, id)| (sender.value.clone(), id.value.clone()));
        let known = match &key {
            Some((sender, id)) => self.log.known(sender, id)?,
            None => None,
        };
        let masters = match &read.delivery.content {
            Content::Release(release) => release.tracks.iter().filter(|t| t.file.is_some()).count(),
            _ => 0,
        };
        Ok(Envelope {
            key,
            known,
            sha256: read.sha256,
            masters,
            test: header.test,
        })
    }

    /// Decides in the order of paths, so that the answer does not depend on who is faster.
    fn plan(messages: &[Message], envelopes: Vec<Envelope>) -> Vec<Plan> {
        let mut first: HashMap<(String, String), (Sha256, &str)> = HashMap::new();
        let mut plans = Vec::with_capacity(messages.len());
        for (message, envelope) in messages.iter().zip(envelopes) {
            let course = match envelope.key {
                None => Course::Judge,
                Some(key) => match (envelope.known, first.get(&key)) {
                    (Some(record), _) if record.message == envelope.sha256 => {
                        Course::Known(Box::new(record))
                    }
                    (Some(_), _) => Course::Reused("an earlier message".to_owned()),
                    (None, Some((sha256, name))) if *sha256 == envelope.sha256 => {
                        Course::Twin((*name).to_owned())
                    }
                    (None, Some((_, name))) => Course::Reused((*name).to_owned()),
                    (None, None) => {
                        if !envelope.test {
                            first.insert(key, (envelope.sha256, &message.name));
                        }
                        Course::Judge
                    }
                },
            };
            let masters = if matches!(course, Course::Judge) {
                envelope.masters
            } else {
                0
            };
            plans.push(Plan { masters, course });
        }
        plans
    }

    fn deliver(&self, message: &Message, plan: Plan) -> Result<DeliveryReport, Error> {
        match plan.course {
            Course::Known(record) => publish::remembered(self.store, message, &record),
            Course::Judge => self.judge(message),
            Course::Twin(name) => {
                let read = read(message, &self.config.limits)?;
                let mut report = summary::describe(&message.name, &read.delivery);
                let mut findings = Findings::default();
                findings.push(wording::message_twin(&name));
                self.conclude(message, &read, findings, &mut report);
                report.known = true;
                report.outcome = Outcome::Accepted;
                Ok(report)
            }
            Course::Reused(first) => {
                let read = read(message, &self.config.limits)?;
                let mut report = summary::describe(&message.name, &read.delivery);
                let id = report.message_id.clone().unwrap_or_default();
                let mut findings = Findings::default();
                findings.push(wording::message_id_reused(&id, &first));
                self.conclude(message, &read, findings, &mut report);
                Ok(report)
            }
        }
    }

    fn judge(&self, message: &Message) -> Result<DeliveryReport, Error> {
        let read = read(message, &self.config.limits)?;
        let evidence = match &read.delivery.content {
            Content::Release(release) => {
                let own = message.alone.then_some(message.path.as_path());
                inspect::inspect(release, &message.folder, own, self.config, &|| {
                    self.progress.advance(1);
                })?
            }
            _ => Evidence::default(),
        };
        let mut report = summary::describe(&message.name, &read.delivery);
        report.thumbnail = thumbnail(&read.delivery, &evidence);
        let mut findings = checks::check(&read.delivery, &evidence, self.config);
        pictures(&mut findings, &evidence);
        self.conclude(message, &read, findings, &mut report);
        publish::publish(self, message, &read, &evidence, &mut report)?;
        Ok(report)
    }

    /// Gives findings their places, sorts them, and sets the outcome.
    fn conclude(
        &self,
        message: &Message,
        read: &Read,
        mut findings: Findings,
        report: &mut DeliveryReport,
    ) {
        let sender = read
            .delivery
            .header
            .sender
            .as_ref()
            .map(|sender| sender.as_str());
        self.config.judge(sender, &mut findings);
        locate(&mut findings, message, read);
        findings.sort();
        report.sha256 = Some(read.sha256);
        report.outcome = match (findings.refuse(), &read.delivery.content) {
            (true, _) => Outcome::Refused,
            _ if read.delivery.header.test => Outcome::Test,
            (_, Content::Purge(_)) => Outcome::Purged,
            _ => Outcome::Accepted,
        };
        report.findings = findings;
    }
}

fn read(message: &Message, limits: &Limits) -> Result<Read, Error> {
    let failed = |source| Error::Unreadable {
        path: message.path.clone(),
        action: "cannot be read",
        source,
    };
    let refused = |finding| {
        let mut delivery = Delivery::default();
        delivery.findings.push(finding);
        Read {
            bytes: Vec::new(),
            sha256: Sha256::of(message.name.as_bytes()),
            delivery,
        }
    };
    let meta = fs::symlink_metadata(&message.path).map_err(failed)?;
    if !meta.is_file() {
        return Ok(refused(wording::message_unreadable("no regular file")));
    }
    let limit = u64::from(limits.message_bytes);
    if meta.len() > limit {
        return Ok(refused(wording::message_size(meta.len(), limit)));
    }
    let bytes = fs::read(&message.path).map_err(failed)?;
    let sha256 = Sha256::of(&bytes);
    let delivery = match ern::xml::decode(&bytes) {
        Err(fault) => {
            return Ok(Read {
                bytes,
                sha256,
                ..refused(*fault)
            });
        }
        Ok(text) if message.ends_with("json") => plain::read(&text),
        Ok(text) if message.ends_with("csv") => plain::csv::read(&text),
        Ok(text) => ern::read(&text),
    };
    Ok(Read {
        bytes,
        sha256,
        delivery,
    })
}

/// A picture beside each finding about a file: what the eye sees at once.
fn pictures(findings: &mut Findings, evidence: &Evidence) {
    for finding in &mut findings.0 {
        let file = finding.place.file.as_str();
        finding.picture = match finding.code.split('-').next() {
            Some("audio") => evidence
                .sound(file)
                .map(|(_, sound)| picture::of_sound(&finding.code, &sound.quality)),
            Some("artwork") => evidence
                .picture(file)
                .map(|(_, cover)| picture::data("jpeg", &cover.thumbnail)),
            _ => None,
        };
    }
}

fn thumbnail(delivery: &Delivery, evidence: &Evidence) -> Option<String> {
    let Content::Release(release) = &delivery.content else {
        return None;
    };
    let (_, picture) = evidence.picture(&release.artwork.first()?.uri.value)?;
    Some(base64::engine::general_purpose::STANDARD.encode(&picture.thumbnail))
}

/// Turns offsets into file, XPath or pointer, line and column.
fn locate(findings: &mut Findings, message: &Message, read: &Read) {
    let offsets: Vec<At> = findings.0.iter().filter_map(|finding| finding.at).collect();
    // Up to the first byte that is no text both have the same places.
    let text =
        ern::xml::decode(&read.bytes).unwrap_or_else(|_| String::from_utf8_lossy(&read.bytes));
    let lines = ern::locate::lines(&text, &offsets);
    let paths = if message.ends_with("json") {
        plain::json::pointers(&text, &offsets)
    } else if message.ends_with("csv") {
        plain::csv::places(&text, &offsets)
    } else {
        ern::locate::xpaths(&text, &offsets)
    };
    let folder = message
        .name
        .rsplit_once('/')
        .map_or("", |(folder, _)| folder);
    for finding in &mut findings.0 {
        let file = match (finding.place.file.as_str(), folder) {
            ("", _) => message.name.clone(),
            (file, "") => file.to_owned(),
            (file, folder) => format!("{folder}/{file}"),
        };
        let mut place = Place {
            file,
            ..Place::default()
        };
        if let Some(at) = finding.at.take() {
            let (line, column) = lines.get(&at).copied().unzip();
            place.line = line;
            place.column = column;
            place.path = paths.get(&at).cloned();
        }
        finding.place = place;
    }
}
