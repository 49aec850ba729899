//! What does a label drop look like, and what must be wrong with it on purpose?
//!
//! A drop is a folder: one folder per label, one per release in it, named by its GTIN, with the
//! message and `resources/`. What is delivered stands in three tables of `data/`, not in code.
//! Planted, so that every later stage has something to find: a truncated master, one recording
//! under two ISRCs, a release for three countries, a street date in the far future.

pub mod ern_writer;
pub mod identifiers;
pub mod origin;
pub mod plan;
pub mod release_json;
mod tsv;

use catalog::ids::Sha256;

/// A master as it lies in the drop.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Resource {
    /// Path inside the release folder, such as `resources/01.flac`.
    pub file: String,
    /// Size in bytes.
    pub bytes: u64,
    /// SHA-256 of the file as the label made it.
    pub sha256: Sha256,
    /// MD5 of the same bytes in lower-case hex: what most labels put into a message.
    pub md5: String,
}

/// A master with what the message says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Master {
    /// The file.
    pub resource: Resource,
    /// Length in milliseconds.
    pub millis: u64,
    /// Sample rate in hertz.
    pub rate: u32,
    /// Where the music came from: `debian:<package>=<version>:<files>`, or `composed:<brief>`.
    pub origin: String,
    /// Licence, as an SPDX-like name.
    pub licence: String,
}

/// Everything of one release that a message is written from.
#[derive(Debug, Clone)]
pub struct Delivery<'a> {
    /// Who delivers.
    pub label: &'a plan::Label,
    /// What is delivered.
    pub release: &'a plan::Release,
    /// One per track, in the order of `release.tracks`.
    pub masters: &'a [Master],
    /// The front cover.
    pub cover: &'a Resource,
}

impl Delivery<'_> {
    /// The instant at which the label says it wrote the message: fixed, so that bytes repeat.
    pub fn created(&self) -> String {
        format!("2026-01-05T09:{:02}:00Z", self.release.number % 60)
    }

    /// The message's identifier, unique for its sender.
    pub fn message_id(&self) -> String {
        format!("{}-{}-1", self.label.folder, self.release.gtin)
    }
}

/// An ISO 8601 duration such as `PT3M20.5S`, as both message forms write it.
pub(crate) fn duration(millis: u64) -> String {
    let (minutes, rest) = (millis / 60_000, millis % 60_000);
    let seconds = match (rest / 1000, rest % 1000) {
        (whole, 0) => format!("{whole}S"),
        (whole, part) => format!("{whole}.{part:03}S"),
    };
    if minutes > 0 {
        format!("PT{minutes}M{seconds}")
    } else {
        format!("PT{seconds}")
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn durations_are_written_as_iso_8601() {
        assert_eq!(super::duration(200_000), "PT3M20S");
        assert_eq!(super::duration(58_409), "PT58.409S");
    }
}
