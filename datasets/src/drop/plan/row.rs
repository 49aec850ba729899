//! What does one row of a table say?

use super::super::identifiers;
use super::super::tsv::{Row, TableError};
use super::{Form, Label, Message, Release, SHORT_SECONDS, Source, Track};
use crate::synth::Brief;

/// A label without its releases.
pub(super) fn label(row: &Row<'_>) -> Result<Label, TableError> {
    let message = match row.text(3) {
        "ern" => Message::Ern,
        "json" => Message::Json,
        other => return Err(row.wrong(format!("form `{other}`"), "ern or json".to_owned())),
    };
    Ok(Label {
        folder: row.text(0).to_owned(),
        name: row.text(1).to_owned(),
        sender: identifiers::party_id(row.text(2)),
        message,
        hash: row.text(4).to_owned(),
        block: row.number(5)?,
        registrant: row.text(6).to_owned(),
        releases: Vec::new(),
    })
}

/// A release with its tracks, which stand in another table.
pub(super) fn release(
    row: &Row<'_>,
    label: &Label,
    tracks: &[Row<'_>],
    form: Form,
) -> Result<Release, TableError> {
    let number = row.number(2)?;
    let original = row.text(10).to_owned();
    let year = original.get(..4).and_then(|year| year.parse().ok());
    let year = year.ok_or_else(|| row.wrong(format!("`{original}`"), "a date".to_owned()))?;
    let mut release = Release {
        key: row.text(1).to_owned(),
        number,
        gtin: identifiers::gtin(label.block, number),
        title: row.text(3).to_owned(),
        version: row.optional(4),
        kind: row.text(5).to_owned(),
        artist: row.text(6).to_owned(),
        genre: row.text(7).to_owned(),
        language: row.text(8).to_owned(),
        p_line: row.text(9).to_owned(),
        original,
        street: row.text(11).to_owned(),
        start: row.text(12).to_owned(),
        territories: row.text(13).split(' ').map(str::to_owned).collect(),
        truncated: row.text(14) == "truncated",
        tracks: Vec::new(),
    };
    for row in tracks.iter().filter(|row| row.text(0) == release.key) {
        if form == Form::Short && row.text(9) != "yes" {
            continue;
        }
        let mut track = track(row, form)?;
        let at = release.tracks.len() + 1;
        track.isrc = identifiers::isrc(&label.registrant, year, number, at);
        if form == Form::Short {
            track.number = at as u16;
        }
        release.tracks.push(track);
    }
    if release.tracks.is_empty() {
        return Err(row.wrong(
            format!("release `{}` without tracks", release.key),
            "some".into(),
        ));
    }
    Ok(release)
}

fn track(row: &Row<'_>, form: Form) -> Result<Track, TableError> {
    let list = |text: &str, by: char| -> Vec<String> {
        text.split(by).map(|part| part.trim().to_owned()).collect()
    };
    let source = match row.text(7) {
        "composed" => {
            let mut brief: Brief = row
                .text(8)
                .parse()
                .map_err(|error| row.wrong(format!("{error}"), "a brief".into()))?;
            if form == Form::Short {
                brief.seconds = brief.seconds.min(SHORT_SECONDS);
            }
            Source::Composed(brief)
        }
        "copy" => {
            let parts = list(row.text(8), ' ');
            let wrong = || row.wrong(format!("`{}`", row.text(8)), "release disc number".into());
            let [release, disc, number] = &parts[..] else {
                return Err(wrong());
            };
            Source::Copy {
                release: release.clone(),
                disc: disc.parse().map_err(|_| wrong())?,
                number: number.parse().map_err(|_| wrong())?,
            }
        }
        names => Source::Package {
            names: list(names, '|'),
            files: list(row.text(8), '+'),
        },
    };
    Ok(Track {
        disc: row.number(1)?,
        number: row.number(2)?,
        isrc: String::new(),
        title: row.text(3).to_owned(),
        artist: row.text(4).to_owned(),
        genre: row.text(5).to_owned(),
        licence: row.text(6).to_owned(),
        source,
    })
}
