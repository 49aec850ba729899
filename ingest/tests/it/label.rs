//! A small label that delivers what a test asks for.

use crate::flac;
use catalog::progress::Silent;
use catalog::store::Store;
use ingest::{Config, DropReport, Error};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A drop, a store and a place for reports, in one temporary folder.
pub(crate) struct Label {
    root: TempDir,
}

impl Label {
    pub(crate) fn new() -> Label {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("drop")).unwrap();
        Label { root }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    pub(crate) fn drop(&self) -> PathBuf {
        self.path("drop")
    }

    pub(crate) fn store(&self) -> Store {
        Store::open(self.path("store").to_str().unwrap()).unwrap()
    }

    /// Runs over the drop with the default configuration.
    pub(crate) fn ingest(&self) -> Result<DropReport, Error> {
        let config = Config::load(None).unwrap();
        ingest::run(&self.store(), &config, &self.drop(), None, 2, &Silent)
    }

    /// Writes a release in `<drop>/nightjar/<id>` and returns its folder.
    pub(crate) fn deliver(&self, id: &str, edit: impl FnOnce(&mut Value)) -> PathBuf {
        let folder = self.drop().join("nightjar").join(id);
        files(&folder);
        let mut message = release(id);
        edit(&mut message);
        fs::write(folder.join("release.json"), message.to_string()).unwrap();
        folder
    }

    /// Writes an ERN message with the same files.
    pub(crate) fn deliver_ern(&self, id: &str, message: &str) -> PathBuf {
        let folder = self.drop().join("nightjar").join(id);
        files(&folder);
        fs::write(folder.join(format!("{id}.xml")), message).unwrap();
        folder
    }

    /// All objects of the store below a prefix, with their bytes.
    pub(crate) fn objects(&self, prefix: &str) -> Vec<(String, Vec<u8>)> {
        let store = self.store();
        let keys = store.list(prefix).unwrap();
        keys.into_iter()
            .map(|(key, _)| (key.clone(), store.get(&key).unwrap().unwrap().to_vec()))
            .collect()
    }
}

/// Codes of all findings of a run's only delivery, gravest first.
pub(crate) fn codes(report: &DropReport) -> Vec<&str> {
    assert_eq!(report.deliveries.len(), 1);
    report.deliveries[0]
        .findings
        .0
        .iter()
        .map(|finding| finding.code.as_str())
        .collect()
}

/// Two masters of two seconds and a cover.
pub(crate) fn files(folder: &Path) {
    let resources = folder.join("resources");
    fs::create_dir_all(&resources).unwrap();
    for number in [1, 2] {
        let path = resources.join(format!("0{number}.flac"));
        fs::write(path, flac::stereo(2.0, number)).unwrap();
    }
    cover(&resources.join("cover.png"), 640, 640);
}

pub(crate) fn cover(path: &Path, width: u32, height: u32) {
    let picture = image::RgbImage::from_fn(width, height, |x, y| {
        image::Rgb([(x * 255 / width) as u8, 90, (y * 255 / height) as u8])
    });
    picture
        .save_with_format(path, image::ImageFormat::Png)
        .unwrap();
}

/// A release of two tracks in the format `release.json`.
pub(crate) fn release(id: &str) -> Value {
    let track = |number: u32, title: &str| {
        json!({
            "disc": 1, "number": number, "isrc": format!("QZNJX260000{number}"), "title": title,
            "artists": [{"name": "Mara Lindt", "role": "MainArtist"}],
            "duration": "PT2S", "explicit": "NotExplicit",
            "file": format!("resources/0{number}.flac"),
        })
    };
    json!({
        "schema": "backline-release/1", "sender": "nightjar", "message_id": id,
        "created": "2026-10-01T00:00:00Z",
        "release": {
            "gtin": "5012345678900", "title": "Dew Point", "type": "Album",
            "label": "Nightjar Records", "p_line": "2026 Nightjar", "release_date": "2026-10-01",
            "genre": "Ambient", "artists": [{"name": "Mara Lindt", "role": "MainArtist"}],
            "artwork": {"file": "resources/cover.png"},
        },
        "tracks": [track(1, "First Light"), track(2, "Low Cloud")],
        "deals": [{
            "territories": ["Worldwide"], "models": ["SubscriptionModel"],
            "uses": ["OnDemandStream"], "start": "2026-10-01",
        }],
    })
}
