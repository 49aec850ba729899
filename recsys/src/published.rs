//! What does a finished run say about itself, and which of its files does an edition carry?
//!
//! `models/<run>/model.json` is written last: while it is missing, nothing is published and a
//! rerun starts over; once it is there, the run is done and never changes.

use std::collections::BTreeMap;

use catalog::ids::Sha256;
use catalog::store::{Store, StoreError};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ann::{AnnManifest, FileSeal};
use crate::blend::Weights;
use crate::config::Config;
use crate::evaluate::Evaluation;
use crate::plays::{Refusal, Tally};

/// Changes with every change of the code that changes results.
pub const ALGORITHM: &str = "recsys 5";

/// Where runs stand in the store.
pub const PREFIX: &str = "models/";

/// Files of a run that a server reads, by their names in an edition.
const SERVED: &[&str] = &[
    "lists.bin",
    "vectors.bin",
    "ann.json",
    "ann.hnsw.graph",
    "ann.hnsw.data",
];

/// A file of plays that went in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PlaysFile {
    /// Its key.
    pub key: String,
    /// Its content.
    pub sha256: Sha256,
}

/// What went in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Inputs {
    /// The catalogue's digest.
    pub catalogue: Sha256,
    /// The run of `fingerprint`, where there was one.
    pub duplicates: Option<Sha256>,
    /// Sorted by key.
    pub plays: Vec<PlaysFile>,
    /// The vectors that training started from, or that were imported.
    #[serde(default)]
    pub start: Option<Sha256>,
    /// What listeners said of themselves, where there is such a file.
    #[serde(default)]
    pub profiles: Option<Sha256>,
    /// How the recordings sound, where any was listened to.
    #[serde(default)]
    pub sounds: Option<Sha256>,
    /// Earlier runs whose lists are not repeated.
    #[serde(default)]
    pub previous: Vec<Sha256>,
    /// The date that was asked for; `None` is the day after the newest events.
    pub as_of: Option<Timestamp>,
}

/// What came out.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Counts {
    /// Rows in the files.
    pub events: u64,
    /// Rows that were set aside, by reason.
    pub refused: BTreeMap<Refusal, u64>,
    /// Searches that led to no recording.
    #[serde(default)]
    pub searches: u64,
    /// What became of the others.
    pub tally: Tally,
    /// Listeners with a list.
    pub listeners: usize,
    /// Recordings of the catalogue, duplicates as one.
    pub items: usize,
    /// Pairs of listener and recording.
    pub interactions: usize,
    /// Places on all Discover Weekly lists.
    pub weekly_entries: usize,
    /// Daily Mixes.
    #[serde(default)]
    pub mixes: usize,
    /// Places on all Release Radars.
    #[serde(default)]
    pub radar_entries: usize,
    /// Recordings with a vector.
    pub vectors: usize,
}

/// `model.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Model {
    /// Version of this manifest.
    pub schema: u32,
    /// [`ALGORITHM`] of the code that ran.
    pub algorithm: String,
    /// The name of the run: a hash of `algorithm`, `inputs` and `config`.
    pub run: Sha256,
    /// What went in.
    pub inputs: Inputs,
    /// What decided the results, seeds included.
    pub config: Config,
    /// Events before this were looked at.
    pub as_of: Timestamp,
    /// What the lists are for.
    pub monday: Timestamp,
    /// Sizes.
    pub counts: Counts,
    /// How much each model counts in the blend.
    pub weights: Weights,
    /// The held-out days; `None` where too few listeners played anything new.
    pub evaluation: Option<Evaluation>,
    /// Who published a model that is no better than popularity, and why.
    pub forced: Option<String>,
    /// The index of vectors.
    pub ann: AnnManifest,
    /// The run's files.
    pub files: Vec<FileSeal>,
}

/// The name of a run.
pub fn run_id(inputs: &Inputs, config: &Config) -> Sha256 {
    let text = serde_json::to_vec(&(ALGORITHM, inputs, config)).expect("plain data");
    Sha256::of(text)
}

/// Key of a run's file.
pub fn key(run: &Sha256, name: &str) -> String {
    format!("{PREFIX}{run}/{name}")
}

/// A finished run; `None` while it is not finished.
///
/// # Errors
/// [`StoreError`] when the store cannot be read.
pub fn published(store: &Store, run: &Sha256) -> Result<Option<Model>, StoreError> {
    store.get_json(&key(run, "model.json"))
}

/// The finished run with the newest date; ties go to the greater name.
///
/// # Errors
/// [`StoreError`] when the store cannot be read.
pub fn newest(store: &Store) -> Result<Option<Model>, StoreError> {
    let mut newest: Option<Model> = None;
    for (key, _) in store.list(PREFIX)? {
        if !key.ends_with("/model.json") {
            continue;
        }
        // A manifest of another version of this program is no run of this one.
        let Some(value) = store.get_json::<serde_json::Value>(&key)? else {
            continue;
        };
        let Ok(model) = serde_json::from_value::<Model>(value) else {
            continue;
        };
        if newest
            .as_ref()
            .is_none_or(|best| (best.as_of, best.run.0) < (model.as_of, model.run.0))
        {
            newest = Some(model);
        }
    }
    Ok(newest)
}

/// The runs whose lists a run on these plays must not repeat: those that saw only files of plays that it
/// sees too, and fewer; of each Monday the newest, of the newest `weeks` Mondays and one more, which may be
/// the run's own. So a rerun on the same plays finds the same ones, and not itself.
///
/// # Errors
/// [`StoreError`] when the store cannot be read.
pub fn earlier(store: &Store, plays: &[PlaysFile], weeks: usize) -> Result<Vec<Model>, StoreError> {
    let mut by_monday: BTreeMap<Timestamp, Model> = BTreeMap::new();
    for (key, _) in store.list(PREFIX)? {
        if !key.ends_with("/model.json") {
            continue;
        }
        let value = store.get_json::<serde_json::Value>(&key)?;
        let Some(model) = value.and_then(|value| serde_json::from_value::<Model>(value).ok())
        else {
            continue;
        };
        let saw = &model.inputs.plays;
        if saw.len() >= plays.len() || !saw.iter().all(|file| plays.binary_search(file).is_ok()) {
            continue;
        }
        let newer = |held: &Model| (held.as_of, held.run.0) < (model.as_of, model.run.0);
        if by_monday.get(&model.monday).is_none_or(newer) {
            by_monday.insert(model.monday, model);
        }
    }
    Ok(by_monday.into_values().rev().take(weeks + 1).collect())
}

/// What an edition carries of a finished run: (name in the edition, key in the store).
pub fn edition_files(model: &Model) -> Vec<(String, String)> {
    let served = model
        .files
        .iter()
        .filter(|file| SERVED.contains(&file.name.as_str()));
    served
        .map(|file| (file.name.clone(), key(&model.run, &file.name)))
        .collect()
}
