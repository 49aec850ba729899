//! How does a label without DDEX deliver? The format `release.json`.
//!
//! One folder per release: `release.json` and the files it names (paths relative to the folder, `/`
//! between parts). UTF-8. Every key is required unless it says "optional"; optional keys may be absent or
//! `null`. Unknown keys are warned of, so that a misspelling does not pass as an omission.
//!
//! ```json
//! {
//!   "schema": "backline-release/1",
//!   "sender": "nightjar-records",            // who is responsible; stable for ever
//!   "message_id": "2026-10-01-0001",         // new for every message; half of the idempotency key
//!   "created": "2026-10-01T00:00:00Z",       // orders messages about the same release
//!   "test": false,                           // optional: true is checked but never published
//!   "purge": false,                          // optional: true takes the release (named by its gtin) down
//!   "release": {
//!     "gtin": "05012345678900",              // or "reference" with a number of your own
//!     "reference": null,                     // optional when there is a gtin
//!     "title": "Dew Point", "version": null,
//!     "type": "Album",                       // Album, Single, EP, Compilation
//!     "label": "Nightjar Records",
//!     "p_line": "2026 Nightjar Records", "c_line": "2026 Nightjar Records",   // optional
//!     "original_date": "2025", "release_date": "2026-10-01",   // YYYY, YYYY-MM or YYYY-MM-DD; the first optional
//!     "genre": "Ambient", "language": "en",  // language optional (BCP 47)
//!     "artists": [{"name": "Mara Lindt", "role": "MainArtist", "isni": null}],
//!     "artwork": {"file": "resources/cover.png", "sha256": "…"}   // sha256 optional
//!   },
//!   "tracks": [{
//!     "disc": 1, "number": 1,
//!     "isrc": "QZNJX2600001", "title": "First Light", "version": null,
//!     "artists": [{"name": "Mara Lindt", "role": "MainArtist"}],
//!     "duration": "PT3M20S",                 // xs:duration
//!     "explicit": "NotExplicit",             // optional: Explicit, ExplicitContentEdited, NotExplicit, …
//!     "genre": null, "language": null, "iswc": null,            // optional
//!     "file": "resources/01.flac",           // null = the master comes later
//!     "sha256": "…", "md5": null,            // optional checksums of the file's bytes
//!     "lyrics": {"file": "resources/01.lrc"}, // optional: UTF-8 text, or LRC with the times of its lines
//!     "licence": "CC-BY-4.0", "origin": "https://…"             // optional
//!   }],
//!   "deals": [{
//!     "territories": ["Worldwide"], "excluded": [],             // ISO 3166-1 alpha-2 or Worldwide
//!     "models": ["SubscriptionModel", "AdvertisementSupportedModel"],
//!     "uses": ["OnDemandStream", "ConditionalDownload"],
//!     "start": "2026-10-01T00:00:00Z", "end": null,             // date or date-time; end optional
//!     "tracks": null                         // null = all; else places in `tracks`, from one
//!   }]
//! }
//! ```

pub mod csv;
pub mod json;

use crate::delivery::{
    Content, DeliveredCredit, DeliveredDeal, DeliveredFile, DeliveredRelease, DeliveredTrack,
    Delivery, Period, ReleaseIds,
};
use crate::finding::Text;
use crate::wording;
use json::{Fields, Node};

/// The value of `schema` that this reader knows.
pub const SCHEMA: &str = "backline-release/1";

/// Reads a `release.json`. What cannot be read becomes a finding of the delivery.
pub fn read(message: &str) -> Delivery {
    let mut delivery = Delivery::default();
    delivery.header.format = "release.json".to_owned();
    match json::parse(message) {
        Ok(root) => document(&root, &mut delivery),
        Err(fault) => delivery.findings.push(*fault),
    }
    delivery
}

fn document(root: &Node<'_>, delivery: &mut Delivery) {
    let findings = &mut delivery.findings;
    let Some(mut fields) = root.object(findings) else {
        return;
    };
    match fields.text("schema", findings) {
        Some(schema) if schema.value == SCHEMA => {}
        found => return findings.push(wording::json_schema(root.at, found.as_ref())),
    }
    let header = &mut delivery.header;
    header.sender = fields.text("sender", findings);
    header.sender_name = header.sender.as_ref().map(|sender| sender.value.clone());
    header.message_id = fields.text("message_id", findings);
    header.created = fields.text("created", findings);
    header.test = fields.boolean("test", findings);
    let purge = fields.boolean("purge", findings);
    let release = fields.object("release", findings);
    let tracks = fields.array("tracks", findings);
    let deals = fields.array("deals", findings);
    fields.finish(findings);
    let Some(release) = release else {
        return findings.push(wording::required(root.at, "release", "the message"));
    };
    let mut release = read_release(release, findings);
    if purge {
        delivery.content = Content::Purge(release.ids);
        return;
    }
    for node in tracks {
        let Some(fields) = node.object(findings) else {
            continue;
        };
        let place = release.tracks.len() + 1;
        release.tracks.push(read_track(fields, place, findings));
    }
    for node in deals {
        let Some(fields) = node.object(findings) else {
            continue;
        };
        read_deal(fields, &mut release, findings);
    }
    delivery.content = Content::Release(Box::new(release));
}

type Sink<'f> = &'f mut crate::finding::Findings;

fn read_release(mut fields: Fields<'_>, findings: Sink<'_>) -> DeliveredRelease {
    let release = DeliveredRelease {
        ids: ReleaseIds {
            at: fields.at,
            gtin: fields.text("gtin", findings),
            grid: None,
            proprietary: fields.text("reference", findings),
        },
        kind: fields.text("type", findings),
        title: fields.text("title", findings),
        version: fields.text("version", findings),
        artists: credits(&mut fields, findings),
        label: fields.text("label", findings),
        p_line: fields.text("p_line", findings),
        c_line: fields.text("c_line", findings),
        original_date: fields.text("original_date", findings),
        release_date: fields.text("release_date", findings),
        genre: fields.text("genre", findings),
        language: fields.text("language", findings),
        artwork: fields
            .object("artwork", findings)
            .and_then(|artwork| file_alone(artwork, findings))
            .into_iter()
            .collect(),
        ..DeliveredRelease::default()
    };
    fields.finish(findings);
    release
}

fn read_track(mut fields: Fields<'_>, place: usize, findings: Sink<'_>) -> DeliveredTrack {
    let track = DeliveredTrack {
        at: fields.at,
        name: format!("track {place}"),
        disc: fields.number("disc", findings).unwrap_or(1),
        number: fields.number("number", findings).unwrap_or(place as u32),
        isrc: fields.text("isrc", findings),
        title: fields.text("title", findings),
        version: fields.text("version", findings),
        artists: credits(&mut fields, findings),
        duration: fields.text("duration", findings),
        advisory: fields.text("explicit", findings),
        genre: fields.text("genre", findings),
        language: fields.text("language", findings),
        iswc: fields.text("iswc", findings),
        file: file(&mut fields, findings),
        lyrics: fields
            .object("lyrics", findings)
            .and_then(|lyrics| file_alone(lyrics, findings)),
        licence: fields.text("licence", findings),
        origin: fields.text("origin", findings),
        announcement: Default::default(),
        deals: Vec::new(),
    };
    fields.finish(findings);
    track
}

fn read_deal(mut fields: Fields<'_>, release: &mut DeliveredRelease, findings: Sink<'_>) {
    let index = release.deals.len();
    let texts = |nodes: Vec<Node<'_>>, findings: Sink<'_>| -> Vec<Text> {
        nodes
            .iter()
            .filter_map(|node| node.text(findings))
            .collect()
    };
    let deal = DeliveredDeal {
        at: fields.at,
        territories: texts(fields.array("territories", findings), findings),
        excluded: texts(fields.array("excluded", findings), findings),
        models: texts(fields.array("models", findings), findings),
        uses: texts(fields.array("uses", findings), findings),
        periods: vec![Period {
            start: fields.text("start", findings),
            end: fields.text("end", findings),
        }],
        ..DeliveredDeal::default()
    };
    let places = fields.optional_array("tracks", findings);
    fields.finish(findings);
    release.deals.push(deal);
    match places {
        None => release
            .tracks
            .iter_mut()
            .for_each(|track| track.deals.push(index)),
        Some(places) => {
            for node in places {
                let Some(place) = node.number(findings) else {
                    continue;
                };
                match release.tracks.get_mut((place as usize).wrapping_sub(1)) {
                    Some(track) => track.deals.push(index),
                    None => {
                        let text = Text {
                            value: place.to_string(),
                            at: node.at,
                        };
                        findings.push(wording::reference_dangling(&text, "tracks"));
                    }
                }
            }
        }
    }
}

fn credits(fields: &mut Fields<'_>, findings: Sink<'_>) -> Vec<DeliveredCredit> {
    let mut credits = Vec::new();
    for node in fields.array("artists", findings) {
        let Some(mut artist) = node.object(findings) else {
            continue;
        };
        let (name, role) = (artist.text("name", findings), artist.text("role", findings));
        let isni = artist.text("isni", findings);
        let ipi = artist.text("ipi", findings);
        artist.finish(findings);
        match name {
            Some(name) => credits.push(DeliveredCredit {
                name,
                role: role.map_or_else(|| "MainArtist".to_owned(), |role| role.value),
                isni,
                ipi,
            }),
            None => findings.push(wording::required(node.at, "name", "an artist")),
        }
    }
    credits
}

/// An object that is a file and nothing else.
fn file_alone(mut fields: Fields<'_>, findings: Sink<'_>) -> Option<DeliveredFile> {
    let file = file(&mut fields, findings);
    fields.finish(findings);
    file
}

fn file(fields: &mut Fields<'_>, findings: Sink<'_>) -> Option<DeliveredFile> {
    let uri = fields.text("file", findings);
    let mut hashes = Vec::new();
    for (key, algorithm) in [("sha256", "SHA-256"), ("md5", "MD5")] {
        if let Some(value) = fields.text(key, findings) {
            hashes.push((
                Text {
                    value: algorithm.to_owned(),
                    at: value.at,
                },
                value,
            ));
        }
    }
    uri.map(|uri| DeliveredFile { uri, hashes })
}
