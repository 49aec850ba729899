//! What does the reader make of messages that others wrote?
//!
//! One line of JSON per message of a folder, however deep: verdict, findings with their places, identifiers,
//! tracks, rights. Nothing is published. Files that a message names are not looked at, except that a path which
//! leaves the release's folder is told. `make ern-conformance DIR=…` calls it.

use super::find::Message;
use super::{Read, locate, read};
use crate::config::Config;
use crate::delivery::{Content, DeliveredCredit, DeliveredDeal, DeliveredRelease, DeliveredTrack};
use crate::evidence::{Evidence, Fact};
use crate::finding::{Finding, Text};
use crate::{Error, catalogue, checks, moment, paths, rights};
use catalog::rights::{Clock, RightsWindow};
use jiff::Timestamp;
use rayon::prelude::*;
use serde::Serialize;
use std::fmt;
use std::fs;
use std::path::Path;

/// One line per message, in the order of their paths.
#[derive(Debug, Clone, Serialize)]
#[serde(transparent)]
pub struct Conformance(pub Vec<Line>);

/// What a message is, as read.
#[derive(Debug, Clone, Serialize)]
pub struct Line {
    /// Relative to the folder.
    pub file: String,
    /// "ERN 4.3".
    pub format: String,
    /// "accepted", "purge", "test" or "refused".
    pub verdict: &'static str,
    /// Codes of all findings, each once.
    pub codes: Vec<String>,
    /// With their places.
    pub findings: Vec<Finding>,
    /// Sender, id, time.
    pub message: Envelope,
    /// Absent where the message holds none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub release: Option<ReleaseLine>,
    /// In the running order.
    pub tracks: Vec<TrackLine>,
}

/// The header.
#[derive(Debug, Clone, Serialize)]
pub struct Envelope {
    sender: Option<String>,
    id: Option<String>,
    created: Option<String>,
}

/// The release, as delivered.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ReleaseLine {
    gtin: Option<String>,
    grid: Option<String>,
    proprietary_id: Option<String>,
    title: Option<String>,
    version: Option<String>,
    r#type: Option<String>,
    label: Option<String>,
    artists: Vec<ArtistLine>,
    p_line: Option<String>,
    c_line: Option<String>,
    release_date: Option<String>,
    original_date: Option<String>,
    genre: Option<String>,
    language: Option<String>,
    artwork: Vec<String>,
}

/// A credit.
#[derive(Debug, Clone, Serialize)]
pub struct ArtistLine {
    name: String,
    role: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    isni: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ipi: Option<String>,
}

/// A track.
#[derive(Debug, Clone, Serialize)]
pub struct TrackLine {
    disc: u32,
    number: u32,
    isrc: Option<String>,
    title: Option<String>,
    version: Option<String>,
    artists: Vec<ArtistLine>,
    duration: Option<String>,
    duration_ms: Option<u64>,
    advisory: Option<String>,
    language: Option<String>,
    iswc: Option<String>,
    file: Option<String>,
    windows: Vec<WindowLine>,
    deals: Vec<DealLine>,
}

/// What may be heard. Times without `Z` are by each territory's own clock; the end is not reached.
#[derive(Debug, Clone, Serialize)]
pub struct WindowLine {
    territories: catalog::ids::TerritorySet,
    model: String,
    r#use: String,
    start: String,
    end: Option<String>,
}

/// A deal, as delivered.
#[derive(Debug, Clone, Serialize)]
pub struct DealLine {
    territories: Vec<String>,
    excluded: Vec<String>,
    models: Vec<String>,
    uses: Vec<String>,
    periods: Vec<(Option<String>, Option<String>)>,
    pre_order: bool,
    take_down: bool,
}

impl fmt::Display for Conformance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, line) in self.0.iter().enumerate() {
            let json = serde_json::to_string(line).map_err(|_| fmt::Error)?;
            match index {
                0 => f.write_str(&json)?,
                _ => write!(f, "\n{json}")?,
            }
        }
        Ok(())
    }
}

/// Reads every message below a folder.
///
/// # Errors
/// [`Error`] when the folder or a file in it cannot be read.
pub fn conformance(folder: &Path, config: &Config) -> Result<Conformance, Error> {
    let mut messages = Vec::new();
    collect(folder, "", &mut messages)?;
    messages.sort_by(|a, b| a.name.cmp(&b.name));
    let lines = messages.par_iter().map(|message| line(message, config));
    Ok(Conformance(lines.collect::<Result<_, _>>()?))
}

fn collect(folder: &Path, name: &str, messages: &mut Vec<Message>) -> Result<(), Error> {
    let failed = |source| Error::Unreadable {
        path: folder.to_owned(),
        action: "cannot be listed",
        source,
    };
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let own = entry.file_name().to_string_lossy().into_owned();
        let inner = if name.is_empty() {
            own.clone()
        } else {
            format!("{name}/{own}")
        };
        let kind = entry.file_type().map_err(failed)?;
        if kind.is_dir() {
            collect(&entry.path(), &inner, messages)?;
        } else if own.to_ascii_lowercase().ends_with(".xml") || super::find::is_plain(&own) {
            messages.push(Message {
                path: entry.path(),
                folder: folder.to_owned(),
                name: inner,
                batch: None,
                alone: true,
            });
        }
    }
    Ok(())
}

fn line(message: &Message, config: &Config) -> Result<Line, Error> {
    let read = read(message, &config.limits)?;
    let mut findings = checks::check(&read.delivery, &escapes(&read), config);
    locate(&mut findings, message, &read);
    findings.sort();
    let header = &read.delivery.header;
    let mut codes: Vec<String> = findings
        .0
        .iter()
        .map(|finding| finding.code.clone())
        .collect();
    codes.sort();
    codes.dedup();
    let verdict = match &read.delivery.content {
        _ if findings.refuse() => "refused",
        _ if header.test => "test",
        Content::Purge(_) => "purge",
        _ => "accepted",
    };
    let created = catalogue::created(&read.delivery).unwrap_or(Timestamp::UNIX_EPOCH);
    let (release, tracks) = match &read.delivery.content {
        Content::Release(release) => (
            Some(release_line(release)),
            release
                .tracks
                .iter()
                .map(|track| track_line(track, release, created))
                .collect(),
        ),
        Content::Purge(ids) => {
            let ids = ReleaseLine {
                gtin: value(&ids.gtin),
                grid: value(&ids.grid),
                proprietary_id: value(&ids.proprietary),
                ..ReleaseLine::default()
            };
            (Some(ids), Vec::new())
        }
        Content::Nothing => (None, Vec::new()),
    };
    Ok(Line {
        file: message.name.clone(),
        format: header.format.clone(),
        verdict,
        codes,
        findings: findings.0,
        message: Envelope {
            sender: value(&header.sender),
            id: value(&header.message_id),
            created: value(&header.created),
        },
        release,
        tracks,
    })
}

/// Only what a path's text alone tells.
fn escapes(read: &Read) -> Evidence {
    let mut evidence = Evidence::default();
    if let Content::Release(release) = &read.delivery.content {
        let files = release
            .tracks
            .iter()
            .filter_map(|track| track.file.as_ref());
        for uri in files.chain(&release.artwork).map(|file| &file.uri.value) {
            let decoded = paths::percent_decoded(uri);
            let mut names = std::iter::once(uri.as_str()).chain(decoded.as_deref());
            if let Some(why) = names.find_map(|name| paths::parts(name).err()) {
                evidence.files.insert(uri.clone(), Fact::Escapes(why));
            }
        }
    }
    evidence
}

fn value(text: &Option<Text>) -> Option<String> {
    text.as_ref().map(|text| text.value.clone())
}

fn values(texts: &[Text]) -> Vec<String> {
    texts.iter().map(|text| text.value.clone()).collect()
}

fn release_line(release: &DeliveredRelease) -> ReleaseLine {
    ReleaseLine {
        gtin: value(&release.ids.gtin),
        grid: value(&release.ids.grid),
        proprietary_id: value(&release.ids.proprietary),
        title: value(&release.title),
        version: value(&release.version),
        r#type: value(&release.kind),
        label: value(&release.label),
        artists: release.artists.iter().map(artist_line).collect(),
        p_line: value(&release.p_line),
        c_line: value(&release.c_line),
        release_date: value(&release.release_date),
        original_date: value(&release.original_date),
        genre: value(&release.genre),
        language: value(&release.language),
        artwork: release
            .artwork
            .iter()
            .map(|file| file.uri.value.clone())
            .collect(),
    }
}

fn artist_line(credit: &DeliveredCredit) -> ArtistLine {
    ArtistLine {
        name: credit.name.value.clone(),
        role: credit.role.clone(),
        isni: value(&credit.isni),
        ipi: value(&credit.ipi),
    }
}

fn track_line(track: &DeliveredTrack, release: &DeliveredRelease, created: Timestamp) -> TrackLine {
    let deals = track
        .deals
        .iter()
        .filter_map(|index| release.deals.get(*index));
    let duration = track.duration.as_ref();
    let duration = duration.and_then(|text| moment::duration(&text.value));
    TrackLine {
        disc: track.disc,
        number: track.number,
        isrc: value(&track.isrc),
        title: value(&track.title),
        version: value(&track.version),
        artists: track.artists.iter().map(artist_line).collect(),
        duration: value(&track.duration),
        duration_ms: duration.map(|length| length.0),
        advisory: value(&track.advisory),
        language: value(&track.language),
        iswc: value(&track.iswc),
        file: track.file.as_ref().map(|file| file.uri.value.clone()),
        windows: rights::windows(deals.clone(), created)
            .windows()
            .iter()
            .map(window_line)
            .collect(),
        deals: deals.map(deal_line).collect(),
    }
}

fn window_line(window: &RightsWindow) -> WindowLine {
    let at = |at: Timestamp| match window.clock {
        Clock::Universal => at.to_string(),
        Clock::Local => at.to_string().trim_end_matches('Z').to_owned(),
    };
    WindowLine {
        territories: window.territories,
        model: format!("{:?}", window.model),
        r#use: format!("{:?}", window.use_type),
        start: at(window.start),
        end: window.end.map(at),
    }
}

fn deal_line(deal: &DeliveredDeal) -> DealLine {
    DealLine {
        territories: values(&deal.territories),
        excluded: values(&deal.excluded),
        models: values(&deal.models),
        uses: values(&deal.uses),
        periods: deal
            .periods
            .iter()
            .map(|period| (value(&period.start), value(&period.end)))
            .collect(),
        pre_order: deal.pre_order,
        take_down: deal.take_down,
    }
}
