//! How does a label without DDEX tell us about a release?
//!
//! `release.json` beside `resources/`, schema `backline-release/1`: the fields that the
//! catalogue needs, by their plain names.

use super::{Delivery, duration};
use serde::Serialize;

/// Name of the schema that the document declares.
pub const SCHEMA: &str = "backline-release/1";

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    sender: &'a str,
    message_id: String,
    created: String,
    release: Release<'a>,
    tracks: Vec<Track<'a>>,
    deals: [Deal<'a>; 1],
}

#[derive(Serialize)]
struct Release<'a> {
    gtin: &'a str,
    title: &'a str,
    version: Option<&'a str>,
    r#type: &'a str,
    label: &'a str,
    p_line: String,
    c_line: String,
    original_date: &'a str,
    release_date: &'a str,
    genre: &'a str,
    language: &'a str,
    artists: [Artist<'a>; 1],
    artwork: Artwork<'a>,
}

#[derive(Serialize)]
struct Artist<'a> {
    name: &'a str,
    role: &'static str,
    isni: Option<&'a str>,
}

#[derive(Serialize)]
struct Artwork<'a> {
    file: &'a str,
    sha256: String,
}

#[derive(Serialize)]
struct Track<'a> {
    disc: u16,
    number: u16,
    isrc: &'a str,
    title: &'a str,
    version: Option<&'a str>,
    artists: [Artist<'a>; 1],
    duration: String,
    explicit: &'static str,
    genre: &'a str,
    language: &'a str,
    iswc: Option<&'a str>,
    file: &'a str,
    sha256: String,
    licence: &'a str,
    origin: &'a str,
}

#[derive(Serialize)]
struct Deal<'a> {
    territories: &'a [String],
    excluded: [&'a str; 0],
    models: [&'static str; 2],
    uses: [&'static str; 2],
    start: &'a str,
    end: Option<&'a str>,
    tracks: Option<&'a [u16]>,
}

/// Writes the document. The same delivery gives the same bytes.
pub fn document(delivery: &Delivery<'_>) -> Vec<u8> {
    let release = delivery.release;
    let tracks = release
        .tracks
        .iter()
        .zip(delivery.masters)
        .map(|(track, master)| Track {
            disc: track.disc,
            number: track.number,
            isrc: &track.isrc,
            title: &track.title,
            version: None,
            artists: [artist(&track.artist)],
            duration: duration(master.millis),
            explicit: "NotExplicit",
            genre: &track.genre,
            language: &release.language,
            iswc: None,
            file: &master.resource.file,
            sha256: master.resource.sha256.to_string(),
            licence: &master.licence,
            origin: &master.origin,
        });
    let document = Document {
        schema: SCHEMA,
        sender: &delivery.label.sender,
        message_id: delivery.message_id(),
        created: delivery.created(),
        release: Release {
            gtin: &release.gtin,
            title: &release.title,
            version: release.version.as_deref(),
            r#type: &release.kind,
            label: &delivery.label.name,
            p_line: format!("(P) {}", release.p_line),
            c_line: format!("(C) {}", release.p_line),
            original_date: &release.original,
            release_date: &release.street,
            genre: &release.genre,
            language: &release.language,
            artists: [artist(&release.artist)],
            artwork: Artwork {
                file: &delivery.cover.file,
                sha256: delivery.cover.sha256.to_string(),
            },
        },
        tracks: tracks.collect(),
        deals: [Deal {
            territories: &release.territories,
            excluded: [],
            models: ["SubscriptionModel", "AdvertisementSupportedModel"],
            uses: ["OnDemandStream", "ConditionalDownload"],
            start: &release.start,
            end: None,
            tracks: None,
        }],
    };
    let mut bytes = serde_json::to_vec_pretty(&document).expect("plain data is always JSON");
    bytes.push(b'\n');
    bytes
}

fn artist(name: &str) -> Artist<'_> {
    Artist {
        name,
        role: "MainArtist",
        isni: None,
    }
}
