//! How does a label deliver from a spreadsheet? The format `release.csv`: one row per track.
//!
//! RFC 4180: a header row, commas (or semicolons, or tabs, whichever the header has most of), quotes doubled
//! inside quotes. UTF-8. Columns in any order; what concerns the whole release stands in every row, or in the
//! first alone. Several names of one role are separated by `|`. The columns are those of [`COLUMNS`]; `backline ingest
//! template --csv` prints them with an example.

use crate::delivery::{
    Content, DeliveredCredit, DeliveredDeal, DeliveredFile, DeliveredRelease, DeliveredTrack,
    Delivery, Period,
};
use crate::finding::{At, Finding, Findings, Text};
use crate::wording;
use std::collections::BTreeMap;

/// Every column: whether it speaks of the whole release.
pub const COLUMNS: [(&str, bool); 31] = [
    ("sender", true),
    ("message_id", true),
    ("created", true),
    ("gtin", true),
    ("reference", true),
    ("release_title", true),
    ("release_version", true),
    ("release_type", true),
    ("release_artists", true),
    ("label", true),
    ("p_line", true),
    ("c_line", true),
    ("original_date", true),
    ("release_date", true),
    ("genre", true),
    ("language", false),
    ("artwork_file", true),
    ("disc", false),
    ("number", false),
    ("isrc", false),
    ("title", false),
    ("version", false),
    ("main_artists", false),
    ("featured_artists", false),
    ("composers", false),
    ("duration", false),
    ("explicit", false),
    ("audio_file", false),
    ("lyrics_file", false),
    ("territories", true),
    ("deal_start", true),
];

/// Rows of a sheet; more are no release.
const MAX_ROWS: usize = 10_000;

/// A row: its cells, each where it begins.
type Row = Vec<Text>;

/// Reads a `release.csv`. What cannot be read becomes a finding of the delivery.
pub fn read(message: &str) -> Delivery {
    let mut delivery = Delivery::default();
    delivery.header.format = "release.csv".to_owned();
    match rows(message) {
        Ok(rows) => sheet(&rows, &mut delivery),
        Err(fault) => delivery.findings.push(*fault),
    }
    delivery
}

fn sheet(rows: &[Row], delivery: &mut Delivery) {
    let Some((header, tracks)) = rows.split_first() else {
        delivery
            .findings
            .push(wording::required(At(0), "header row", "release.csv"));
        return;
    };
    let findings = &mut delivery.findings;
    let mut places: Vec<Option<usize>> = vec![None; COLUMNS.len()];
    for (place, name) in header.iter().enumerate() {
        let known = COLUMNS
            .iter()
            .position(|(column, _)| name.value.trim().eq_ignore_ascii_case(column));
        match known {
            Some(column) if places[column].is_some() => {
                findings.push(wording::json_key_doubled(name.at, &name.value));
            }
            Some(column) => places[column] = Some(place),
            None if name.value.starts_with('_') || name.value.is_empty() => {}
            None => findings.push(wording::csv_column_unknown(name)),
        }
    }
    for row in tracks.iter().filter(|row| row.len() > header.len()) {
        findings.push(wording::csv_row_long(row[0].at, row.len(), header.len()));
    }
    let sheet = Sheet { places, tracks };
    let whole = |name: &str| sheet.whole(name);
    delivery.header.sender = whole("sender");
    delivery.header.message_id = whole("message_id");
    delivery.header.created = whole("created");
    sheet.agree(findings);
    delivery.content = Content::Release(Box::new(sheet.release(findings)));
}

struct Sheet<'a> {
    /// Of each known column, in the header.
    places: Vec<Option<usize>>,
    tracks: &'a [Row],
}

impl Sheet<'_> {
    fn cell(&self, row: &Row, name: &str) -> Option<Text> {
        let column = COLUMNS.iter().position(|(column, _)| *column == name)?;
        let cell = row.get(self.places[column]?)?;
        (!cell.value.is_empty()).then(|| cell.clone())
    }

    /// The first row that says it.
    fn whole(&self, name: &str) -> Option<Text> {
        self.tracks.iter().find_map(|row| self.cell(row, name))
    }

    /// Rows may not contradict each other about the release.
    fn agree(&self, findings: &mut Findings) {
        for (name, _) in COLUMNS.iter().filter(|(_, whole)| *whole) {
            let Some(first) = self.whole(name) else {
                continue;
            };
            let cells = self.tracks.iter().filter_map(|row| self.cell(row, name));
            if let Some(other) = cells.into_iter().find(|cell| cell.value != first.value) {
                findings.push(wording::csv_contradiction(&other, name, &first.value));
            }
        }
    }

    fn release(&self, findings: &mut Findings) -> DeliveredRelease {
        let names = |name: &str, role: &str| credits(self.whole(name), role);
        let mut release = DeliveredRelease {
            kind: self.whole("release_type"),
            title: self.whole("release_title"),
            version: self.whole("release_version"),
            artists: names("release_artists", "MainArtist"),
            label: self.whole("label"),
            p_line: self.whole("p_line"),
            c_line: self.whole("c_line"),
            original_date: self.whole("original_date"),
            release_date: self.whole("release_date"),
            genre: self.whole("genre"),
            artwork: self.whole("artwork_file").map(file).into_iter().collect(),
            ..DeliveredRelease::default()
        };
        release.ids.at = self
            .tracks
            .first()
            .and_then(|row| row.first())
            .map_or(At(0), |cell| cell.at);
        release.ids.gtin = self.whole("gtin");
        release.ids.proprietary = self.whole("reference");
        let deals = self.deal().map(|deal| release.deals.push(deal)).is_some();
        for (index, row) in self.tracks.iter().enumerate() {
            let mut track = self.track(row, index, findings);
            track.deals = if deals { vec![0] } else { Vec::new() };
            release.tracks.push(track);
        }
        release
    }

    fn track(&self, row: &Row, index: usize, findings: &mut Findings) -> DeliveredTrack {
        let cell = |name: &str| self.cell(row, name);
        let mut number = |name: &str, default: u32| {
            let Some(text) = cell(name) else {
                return default;
            };
            text.value.parse().unwrap_or_else(|_| {
                findings.push(wording::sequence_form(&text));
                default
            })
        };
        let (disc, number) = (number("disc", 1), number("number", index as u32 + 1));
        let roles = [
            ("main_artists", "MainArtist"),
            ("featured_artists", "FeaturedArtist"),
            ("composers", "Composer"),
        ];
        DeliveredTrack {
            at: row.first().map_or(At(0), |cell| cell.at),
            name: format!("track {}", index + 1),
            disc,
            number,
            isrc: cell("isrc"),
            title: cell("title"),
            version: cell("version"),
            artists: roles
                .iter()
                .flat_map(|(name, role)| credits(cell(name), role))
                .collect(),
            duration: cell("duration").map(duration),
            advisory: cell("explicit"),
            language: cell("language"),
            file: cell("audio_file").map(file),
            lyrics: cell("lyrics_file").map(file),
            ..DeliveredTrack::default()
        }
    }

    /// One deal for all tracks: streams and offline copies, under both models.
    fn deal(&self) -> Option<DeliveredDeal> {
        let start = self.whole("deal_start")?;
        let word = |value: &str| Text {
            value: value.to_owned(),
            at: start.at,
        };
        let territories = self
            .whole("territories")
            .unwrap_or_else(|| word("Worldwide"));
        Some(DeliveredDeal {
            at: start.at,
            territories: parts(&territories),
            models: ["SubscriptionModel", "AdvertisementSupportedModel"]
                .map(word)
                .to_vec(),
            uses: ["OnDemandStream", "ConditionalDownload"].map(word).to_vec(),
            periods: vec![Period {
                start: Some(start.clone()),
                end: None,
            }],
            ..DeliveredDeal::default()
        })
    }
}

fn parts(text: &Text) -> Vec<Text> {
    let parts = text
        .value
        .split('|')
        .map(str::trim)
        .filter(|part| !part.is_empty());
    let part = |part: &str| Text {
        value: part.to_owned(),
        at: text.at,
    };
    parts.map(part).collect()
}

fn credits(names: Option<Text>, role: &str) -> Vec<DeliveredCredit> {
    let names = names.map(|names| parts(&names)).unwrap_or_default();
    let credit = |name| DeliveredCredit {
        name,
        role: role.to_owned(),
        ..DeliveredCredit::default()
    };
    names.into_iter().map(credit).collect()
}

fn file(uri: Text) -> DeliveredFile {
    DeliveredFile {
        uri,
        hashes: Vec::new(),
    }
}

/// Spreadsheets write 3:20 or 1:02:03; anything else is left to the check.
fn duration(text: Text) -> Text {
    let parts: Option<Vec<u64>> = text
        .value
        .split(':')
        .map(|part| part.parse().ok())
        .collect();
    match parts.as_deref() {
        Some([minutes, seconds]) if *seconds < 60 => Text {
            value: format!("PT{minutes}M{seconds}S"),
            at: text.at,
        },
        Some([hours, minutes, seconds]) if *minutes < 60 && *seconds < 60 => Text {
            value: format!("PT{hours}H{minutes}M{seconds}S"),
            at: text.at,
        },
        _ => text,
    }
}

/// Splits into rows and cells; blank lines are passed over.
fn rows(message: &str) -> Result<Vec<Row>, Box<Finding>> {
    let header = message.lines().next().unwrap_or_default();
    let count = |separator: char| header.matches(separator).count();
    let separator = [',', ';', '\t']
        .into_iter()
        .max_by_key(|c| (count(*c), *c == ','))
        .unwrap_or(',');
    let (mut rows, mut row): (Vec<Row>, Row) = (Vec::new(), Vec::new());
    let mut cells = Cells {
        text: message,
        at: 0,
        separator,
    };
    while let Some((cell, end)) = cells.next()? {
        row.push(cell);
        if end {
            if row.iter().any(|cell| !cell.value.is_empty()) {
                rows.push(std::mem::take(&mut row));
            }
            row.clear();
            if rows.len() > MAX_ROWS {
                return Err(Box::new(wording::csv_rows(At(cells.at as u32), MAX_ROWS)));
            }
        }
    }
    Ok(rows)
}

/// "row 3, isrc": where the cells that hold some bytes stand, as a spreadsheet counts.
pub fn places(message: &str, offsets: &[At]) -> BTreeMap<At, String> {
    let Ok(rows) = rows(message) else {
        return BTreeMap::new();
    };
    let place = |at: &At| {
        let row = rows.partition_point(|row| row.first().is_some_and(|cell| cell.at <= *at));
        let row = row.saturating_sub(1);
        let cells = rows.get(row)?;
        let column = cells
            .partition_point(|cell| cell.at <= *at)
            .saturating_sub(1);
        let name = rows[0].get(column).map_or("", Text::as_str);
        Some((*at, format!("row {}, {name}", row + 1)))
    };
    offsets.iter().filter_map(place).collect()
}

struct Cells<'a> {
    text: &'a str,
    at: usize,
    separator: char,
}

impl Cells<'_> {
    /// The next cell, and whether it ends its row.
    fn next(&mut self) -> Result<Option<(Text, bool)>, Box<Finding>> {
        let rest = &self.text[self.at..];
        if rest.is_empty() {
            return Ok(None);
        }
        let at = At(self.at as u32);
        let (value, length) = match rest.strip_prefix('"') {
            Some(quoted) => {
                let (value, length) =
                    unquoted(quoted).ok_or_else(|| Box::new(wording::csv_quote(at)))?;
                (value, length + 1)
            }
            None => {
                let length = rest.find([self.separator, '\n']).unwrap_or(rest.len());
                (rest[..length].trim_end_matches('\r').to_owned(), length)
            }
        };
        let after = &rest[length..];
        let (skipped, end) = match after.chars().next() {
            None => (0, true),
            Some('\n') => (1, true),
            Some('\r') if after.starts_with("\r\n") => (2, true),
            Some(c) if c == self.separator => (1, false),
            Some(_) => return Err(Box::new(wording::csv_quote(at))),
        };
        self.at += length + skipped;
        // A separator at the very end leaves one empty cell, which says nothing.
        let end = end || self.at == self.text.len();
        Ok(Some((
            Text {
                value: value.trim().to_owned(),
                at,
            },
            end,
        )))
    }
}

/// The text up to the closing quote, and how many bytes that took with it.
fn unquoted(quoted: &str) -> Option<(String, usize)> {
    let (mut value, mut from) = (String::new(), 0);
    loop {
        let end = from + quoted[from..].find('"')?;
        value.push_str(&quoted[from..end]);
        if !quoted[end + 1..].starts_with('"') {
            return Some((value, end + 1));
        }
        value.push('"');
        from = end + 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Evidence;
    use crate::{Config, checks, template};

    #[test]
    fn the_template_passes_every_check_that_needs_no_file() {
        let delivery = read(template::CSV);
        let findings = checks::check(
            &delivery,
            &Evidence::default(),
            &Config::load(None).unwrap(),
        );
        assert_eq!(findings.0, []);
        let Content::Release(release) = &delivery.content else {
            panic!("no release")
        };
        assert_eq!(release.tracks.len(), 2);
        assert_eq!(release.tracks[1].artists.len(), 3);
        assert_eq!(
            release.tracks[0].duration.as_ref().unwrap().value,
            "PT3M20S"
        );
    }

    #[test]
    fn quotes_separators_and_line_ends_are_those_of_any_spreadsheet() {
        for text in [
            "a,b\r\n\"x, \"\"y\"\"\",2\r\n",
            "a;b\n\"x, \"\"y\"\"\";2",
            "a\tb\n\"x, \"\"y\"\"\"\t2\n\n",
        ] {
            let rows = rows(text).unwrap();
            let values: Vec<Vec<&str>> = rows
                .iter()
                .map(|row| row.iter().map(Text::as_str).collect())
                .collect();
            assert_eq!(values, [vec!["a", "b"], vec!["x, \"y\"", "2"]], "{text:?}");
        }
        assert_eq!(rows("a,b\n\"x,2\n").unwrap_err().code, "csv-malformed");
    }

    #[test]
    fn a_contradiction_and_an_unknown_column_are_told_with_their_cells() {
        let text = "sender,label,titel\na,One,x\na,Two,y\n";
        let delivery = read(text);
        let codes: Vec<(&str, Option<At>)> = delivery
            .findings
            .0
            .iter()
            .map(|f| (f.code.as_str(), f.at))
            .collect();
        assert_eq!(
            places(text, &[delivery.findings.0[1].at.unwrap()])
                .into_values()
                .next()
                .unwrap(),
            "row 3, label"
        );
        let at = |needle: &str| Some(At(text.find(needle).unwrap() as u32));
        assert_eq!(
            codes,
            [
                ("csv-column-unknown", at("titel")),
                ("csv-contradiction", at("Two"))
            ]
        );
    }
}
