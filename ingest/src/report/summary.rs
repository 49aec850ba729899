//! How does a report look in a terminal, and how does a delivery become a line of it?

use super::{DeliveryReport, DropReport, Outcome, TrackReport};
use crate::delivery::{Content, DeliveredCredit, DeliveredRelease, DeliveredTrack, Delivery};
use crate::finding::{Finding, Severity, Text};
use crate::{catalogue, rights};
use catalog::ids::{Territory, TerritorySet};
use catalog::rights::{CommercialModel, UseType};
use comfy_table::{CellAlignment, ContentArrangement, LineStyle, Table, TableStyle};
use jiff::Timestamp;
use std::fmt;

/// Lines only where they separate something.
pub(crate) const TABLE_STYLE: TableStyle = TableStyle::new()
    .header_separator(LineStyle::none().fill('─').junction('─'))
    .bottom_border(LineStyle::none().fill('─').junction('─'));

pub(super) fn table(deliveries: &[DeliveryReport]) -> Table {
    let mut table = Table::new();
    table
        .load_style(TABLE_STYLE)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_header([
            "release", "artist", "label", "tracks", "verdict", "warnings", "message",
        ]);
    for delivery in deliveries {
        let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "–".to_owned());
        table.add_row([
            text(&delivery.title),
            text(&delivery.artist),
            delivery
                .label
                .clone()
                .or_else(|| delivery.sender_name.clone())
                .unwrap_or_default(),
            delivery.tracks.len().to_string(),
            verdict(delivery),
            delivery.findings.count(Severity::Warn).to_string(),
            delivery.message.clone(),
        ]);
    }
    for column in [3, 5] {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

/// "accepted", "refused, known", "accepted, 2 files awaited".
pub(super) fn verdict(delivery: &DeliveryReport) -> String {
    let mut words = delivery.outcome.to_string();
    if delivery.known {
        words.push_str(", known");
    }
    if delivery.awaited > 0 && delivery.outcome == Outcome::Accepted {
        words.push_str(&format!(", {} awaited", delivery.awaited));
    }
    words
}

pub(super) fn heading(delivery: &DeliveryReport) -> String {
    let title = delivery.title.as_deref().unwrap_or("(no title)");
    let artist = delivery.artist.as_deref().unwrap_or("(no artist)");
    match delivery.title.is_some() || delivery.artist.is_some() {
        true => format!("{title} by {artist}: {}", delivery.outcome),
        false => format!("{}: {}", delivery.message, delivery.outcome),
    }
}

/// Place, sentence, found, expected, then the remedy on a line of its own.
pub(super) fn finding(f: &mut fmt::Formatter<'_>, finding: &Finding) -> fmt::Result {
    write!(f, "  {} {}", finding.place.file, finding.code)?;
    if let Some(line) = finding.place.line {
        write!(f, ", {}line {line}", of_message(&finding.place.file))?;
    }
    write!(f, ": {}", finding.text)?;
    if !finding.found.is_empty() && !finding.text.contains(&finding.found) {
        write!(f, "; found {}", finding.found)?;
    }
    if !finding.expected.is_empty() && !finding.text.contains("expected") {
        write!(f, "; expected {}", finding.expected)?;
    }
    writeln!(f, "\n    fix: {}", finding.remedy)
}

/// A line number beside the name of a master or cover is one of the message.
pub(super) fn of_message(file: &str) -> &'static str {
    let lower = file.to_ascii_lowercase();
    match lower.ends_with(".xml") || lower.ends_with(".json") {
        true => "",
        false => "message ",
    }
}

/// The last line: "9 deliveries: 8 accepted (2 known), 1 refused; 3 warnings".
pub(super) fn line(report: &DropReport) -> String {
    let many = |count: usize, word: &str| match count {
        1 => format!("1 {word}"),
        count if word.ends_with('y') => format!("{count} {}ies", &word[..word.len() - 1]),
        count => format!("{count} {word}s"),
    };
    let mut parts = Vec::new();
    for outcome in [
        Outcome::Accepted,
        Outcome::Purged,
        Outcome::Superseded,
        Outcome::Quarantined,
        Outcome::Refused,
        Outcome::Test,
    ] {
        let of = report
            .deliveries
            .iter()
            .filter(|delivery| delivery.outcome == outcome);
        let (count, known) = of.fold((0, 0), |(count, known), delivery| {
            (count + 1, known + usize::from(delivery.known))
        });
        match (count, known) {
            (0, _) => {}
            (count, 0) => parts.push(format!("{count} {outcome}")),
            (count, known) => parts.push(format!("{count} {outcome} ({known} known before)")),
        }
    }
    let mut line = many(report.deliveries.len(), "delivery");
    if !parts.is_empty() {
        line = format!("{line}: {}", parts.join(", "));
    }
    let others = report.remarks.count(Severity::Refuse);
    if others > 0 {
        line.push_str(&format!("; {} without a message", many(others, "folder")));
    }
    line.push_str(&format!(
        "; {}",
        many(report.findings(Severity::Warn), "warning")
    ));
    line
}

/// The report of a delivery before its verdict: what it says of itself.
pub(crate) fn describe(message: &str, delivery: &Delivery) -> DeliveryReport {
    let header = &delivery.header;
    let value = |text: &Option<Text>| text.as_ref().map(|text| text.value.clone());
    let mut report = DeliveryReport {
        message: message.to_owned(),
        format: header.format.clone(),
        sender: value(&header.sender),
        sender_name: header.sender_name.clone(),
        message_id: value(&header.message_id),
        created: value(&header.created),
        reference: None,
        title: None,
        artist: None,
        label: None,
        outcome: Outcome::Refused,
        known: false,
        awaited: 0,
        tracks: Vec::new(),
        rights: Vec::new(),
        findings: Default::default(),
        sha256: None,
        thumbnail: None,
    };
    match &delivery.content {
        Content::Release(release) => {
            report.reference = catalogue::reference(&release.ids);
            report.title = titled(&release.title, &release.version);
            report.artist = artists(&release.artists);
            report.label = value(&release.label);
            report.awaited = release
                .tracks
                .iter()
                .filter(|track| track.file.is_none())
                .count();
            report.tracks = release.tracks.iter().map(track).collect();
            report.rights = rights_lines(release, delivery);
        }
        Content::Purge(ids) => report.reference = catalogue::reference(ids),
        Content::Nothing => {}
    }
    report
}

fn titled(title: &Option<Text>, version: &Option<Text>) -> Option<String> {
    let title = &title.as_ref()?.value;
    Some(match version {
        Some(version) => format!("{title} ({})", version.value),
        None => title.clone(),
    })
}

fn artists(credits: &[DeliveredCredit]) -> Option<String> {
    let names: Vec<&str> = credits
        .iter()
        .filter(|credit| credit.role == "MainArtist")
        .map(|credit| credit.name.as_str())
        .collect();
    (!names.is_empty()).then(|| names.join(", "))
}

fn track(track: &DeliveredTrack) -> TrackReport {
    let value = |text: &Option<Text>| text.as_ref().map(|t| t.value.clone()).unwrap_or_default();
    TrackReport {
        place: format!("{}.{:02}", track.disc, track.number),
        title: titled(&track.title, &track.version).unwrap_or_default(),
        artist: artists(&track.artists).unwrap_or_default(),
        isrc: value(&track.isrc),
        duration: value(&track.duration),
    }
}

/// At most this many lines of rights; the rest is in `report.json`'s message.
const MAX_RIGHTS: usize = 8;

/// "Worldwide: subscription, ad-supported from 2026-10-01 until 2027-01-01".
fn rights_lines(release: &DeliveredRelease, delivery: &Delivery) -> Vec<String> {
    let Some(created) = catalogue::created(delivery) else {
        return Vec::new();
    };
    // By place and time, with the models that are open there and then.
    let mut lines: Vec<((String, String), Vec<&str>)> = Vec::new();
    for track in &release.tracks {
        let deals = track
            .deals
            .iter()
            .filter_map(|index| release.deals.get(*index));
        for window in rights::windows(deals, created).windows() {
            let model = match window.model {
                CommercialModel::Subscription => "subscription",
                CommercialModel::AdSupported => "ad-supported",
                CommercialModel::Other => continue,
            };
            if window.use_type != UseType::Stream {
                continue;
            }
            let end = window
                .end
                .map(|end| format!(" until {}", day(end)))
                .unwrap_or_default();
            let key = (
                places(&window.territories),
                format!("from {}{end}", day(window.start)),
            );
            match lines.iter_mut().find(|(known, _)| *known == key) {
                Some((_, models)) if models.contains(&model) => {}
                Some((_, models)) => models.push(model),
                None => lines.push((key, vec![model])),
            }
        }
    }
    lines.truncate(MAX_RIGHTS);
    lines
        .into_iter()
        .map(|((place, span), models)| format!("{place}: {} {span}", models.join(", ")))
        .collect()
}

fn places(territories: &TerritorySet) -> String {
    let codes: Vec<&str> = territories.iter().map(Territory::code).collect();
    match codes.len() {
        Territory::COUNT => "Worldwide".to_owned(),
        0..=12 => codes.join(" "),
        200.. => {
            let closed = TerritorySet::worldwide().without(territories);
            let codes: Vec<&str> = closed.iter().take(12).map(Territory::code).collect();
            let more = if closed.len() > 12 { " …" } else { "" };
            format!("Worldwide except {}{more}", codes.join(" "))
        }
        count => format!("{count} countries ({} …)", codes[..6].join(" ")),
    }
}

/// An instant without its midnight.
fn day(at: Timestamp) -> String {
    let text = at.to_string();
    text.strip_suffix("T00:00:00Z")
        .map_or_else(|| text.clone(), str::to_owned)
}
