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
use crate::config::Config;
use crate::evaluate::Evaluation;
use crate::plays::{Refusal, Tally};

/// Changes with every change of the code that changes results.
pub const ALGORITHM: &str = "recsys 2";

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
        let Some(model) = store.get_json::<Model>(&key)? else {
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
