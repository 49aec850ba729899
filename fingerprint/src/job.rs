//! How do the masters of a store become fingerprints and a duplicate report?
//!
//! The only file of this crate that touches the store. Two stages, each of which may be
//! killed anywhere and run by many at once:
//! 1. every master of the catalogue without `fingerprints/<algorithm>/<master>.fp` gets one;
//! 2. `duplicates/<run>.json`, named by a hash of the algorithm, the settings, and which
//!    masters speak for which recordings. Present means done; the work report beside it
//!    (`<run>.work.json`) is written before it.
//!
//! A master that does not decode is reported and has no part in the run; it is tried again
//! next time.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use catalog::cluster::{DuplicateReport, MatchEvidence};
use catalog::ids::{RecordingId, Sha256};
use catalog::progress::Progress;
use catalog::release::Catalogue;
use catalog::store::{Created, Store};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::chromaprint;
use crate::cluster::Pair;
use crate::config::Config;
use crate::covers::Cover;
use crate::covers::shown::Shown;
use crate::decisions::{self, Decision, Decisions, Said};
use crate::duplicates::{self, Work};
use crate::error::Error;
use crate::known::Known;
use crate::library::{Conflict, Inputs, Library, inputs};
use crate::print::ALGORITHM;
use crate::report::{Failed, Picture, Report};
use crate::shard::Shard;
use crate::stems::Stems;
use crate::stems::shown::Shown as ShownStems;
use crate::stored::{Fingerprint, object_key, prefix};

/// Counts changes of the code that can change a report without a change of settings.
pub(crate) const RULES: u32 = 9;

/// What is kept beside a duplicate report: everything else that the run found.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Findings {
    pub(crate) silent: Vec<RecordingId>,
    pub(crate) conflicts: Vec<Conflict>,
    pub(crate) related: Vec<MatchEvidence>,
    pub(crate) pictures: Vec<Picture>,
    pub(crate) covers: Vec<Shown>,
    pub(crate) stems: Vec<ShownStems>,
    pub(crate) work: Work,
}

/// Makes missing fingerprints, then the duplicate report. With a shard only the former, for
/// the masters of that shard.
///
/// # Errors
/// [`Error::Store`] when the store cannot be read or written. A master that does not decode
/// is no error: it is in the report.
pub fn run(
    store: &Store,
    catalogue: &Catalogue,
    config: &Config,
    shard: Option<Shard>,
    threads: usize,
    progress: &dyn Progress,
) -> Result<Report, Error> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads.max(1))
        .build()?;
    pool.install(|| {
        let made = make_missing(store, catalogue, shard, progress)?;
        let mut report = Report::new(catalogue, made, shard);
        if shard.is_none() {
            let (duplicates, findings, reused) = compare(store, catalogue, config, progress)?;
            report.add_duplicates(catalogue, duplicates, findings, reused);
        }
        Ok(report)
    })
}

/// The duplicate report of the catalogue as it is now; None if [`run`] has not made it yet.
///
/// # Errors
/// [`Error::Store`] when the store cannot be read.
pub fn published(
    store: &Store,
    catalogue: &Catalogue,
    config: &Config,
) -> Result<Option<DuplicateReport>, Error> {
    let run = run_of(&inputs_of(store, catalogue)?, &decisions(store)?, config);
    Ok(store.get_json(&report_key(&run))?)
}

/// The key of a run's duplicate report.
pub fn report_key(run: &Sha256) -> String {
    format!("duplicates/{run}.json")
}

/// The name of a run: what it is a function of.
pub fn run_of(inputs: &Inputs, decisions: &Decisions, config: &Config) -> Sha256 {
    let decisions: Vec<_> = decisions.iter().collect();
    let said = serde_json::to_vec(&(ALGORITHM, RULES, config, inputs, decisions));
    Sha256::of(said.expect("settings and hashes are plain data"))
}

/// What people decided: the last word on each pair.
///
/// # Errors
/// [`Error::Store`] when the store cannot be read.
pub fn decisions(store: &Store) -> Result<Decisions, Error> {
    let mut last: BTreeMap<(RecordingId, RecordingId), (u32, String)> = BTreeMap::new();
    for (key, _) in store.list(decisions::PREFIX)? {
        if let Some((pair, number)) = decisions::parse_key(&key) {
            let known = last.entry(pair).or_default();
            if number > known.0 {
                *known = (number, key);
            }
        }
    }
    let mut said = Decisions::new();
    for (pair, (_, key)) in last {
        if let Some(decision) = store.get_json::<Decision>(&key)? {
            said.insert(pair, decision.word);
        }
    }
    Ok(said)
}

/// Writes down what a person decided, as the last word on the pair; gives its number.
///
/// # Errors
/// [`Error::Store`] when the store cannot be written.
pub fn decide(store: &Store, decision: &Decision) -> Result<u32, Error> {
    let folder = decisions::folder(decision.a, decision.b);
    let numbers = store.list(&folder)?;
    let numbers = numbers
        .iter()
        .filter_map(|(key, _)| decisions::parse_key(key));
    let mut number = numbers.map(|(_, number)| number).max().unwrap_or(0) + 1;
    let said = serde_json::to_vec_pretty(decision).expect("a decision is plain data");
    // Another person may have taken the number: then this is the word after theirs.
    while store.create(&format!("{folder}{number}.json"), said.clone())? == Created::Exists {
        number += 1;
    }
    Ok(number)
}

/// The recordings of a catalogue whose masters have fingerprints now.
///
/// # Errors
/// [`Error::Store`] when the store cannot be listed.
pub fn inputs_of(store: &Store, catalogue: &Catalogue) -> Result<Inputs, Error> {
    let have = present(store)?;
    Ok(inputs(catalogue, |master| have.contains(master)))
}

/// All rows to compare or to publish, from the store.
///
/// # Errors
/// [`Error::Store`], or [`Error::Audio`] if a damaged fingerprint could not be made anew.
pub fn library(
    store: &Store,
    inputs: &Inputs,
    decisions: &Decisions,
    config: &Config,
    progress: &dyn Progress,
) -> Result<Library, Error> {
    let masters: BTreeSet<Sha256> = inputs.values().flatten().copied().collect();
    progress.begin("fingerprints", masters.len() as u64, "masters");
    let read: Result<BTreeMap<Sha256, Fingerprint>, Error> = masters
        .into_par_iter()
        .map(|master| {
            let found = read_or_mend(store, &master, progress)?;
            progress.advance(1);
            Ok((master, found))
        })
        .collect();
    progress.finish();
    Ok(Library::new(inputs, &read?, decisions, config))
}

fn compare(
    store: &Store,
    catalogue: &Catalogue,
    config: &Config,
    progress: &dyn Progress,
) -> Result<(DuplicateReport, Findings, bool), Error> {
    let inputs = inputs_of(store, catalogue)?;
    let decisions = decisions(store)?;
    let run = run_of(&inputs, &decisions, config);
    let (key, beside) = (report_key(&run), format!("duplicates/{run}.work.json"));
    if let (Some(report), Some(findings)) = (store.get_json(&key)?, store.get_json(&beside)?) {
        return Ok((report, findings, true));
    }
    let library = library(store, &inputs, &decisions, config, progress)?;
    let said = Said::new(&decisions, &library.rows);
    let known = Known::newest(store, config)?;
    let new = known.new_among(&library);
    let (mut pairs, mut work) = duplicates::search(&library.prints, &new, config, progress);
    pairs.extend(known.pairs_among(&library));
    let (rows, prints) = (&library.rows, &library.prints);
    let mut covers = config.covers.search(prints, &new, progress);
    let (closer, compared) = duplicates::among_covers(&covers, prints, &pairs, config, progress);
    pairs.extend(closer);
    work.alignments += compared;
    pairs.sort_by_key(|pair| (pair.a, pair.b));
    work.pairs = pairs.len() as u64;
    covers.extend(known.covers_among(&library));
    let mut stems = config.stems.search(prints, &new, progress);
    stems.extend(known.stems_among(&library));
    likely(&mut covers, &mut stems, &pairs);
    let found = Known::of(&library, &pairs, &covers, &stems);
    // Reading a number back may give another last digit, so what is told is what a later run will read.
    let told = match new.contains(&true) {
        true => found.as_read(),
        false => found.clone(),
    };
    let (pairs, covers, stems) = told.into_parts();
    let clustered = duplicates::clustered(rows, prints, &pairs, &said, config);
    let report = DuplicateReport {
        run,
        clusters: clustered.clusters,
    };
    let findings = Findings {
        pictures: Picture::of(&library, &pairs),
        covers: Shown::of(&library, &covers),
        stems: ShownStems::of(&library, &stems),
        silent: library.silent,
        conflicts: library.conflicts,
        related: clustered.related,
        work,
    };
    // Killed after the next line but one, this run has nothing left to compare when it comes again: what its
    // first attempt did stands.
    let findings = match store.get_json(&beside)? {
        Some(first) => first,
        None => {
            store.put_json(&beside, &findings)?;
            findings
        }
    };
    found.keep(store, config, &run)?;
    store.put_json(&key, &report)?;
    Ok((report, findings, false))
}

/// Leaves what is no duplicate but may be one song, by (a, b): whoever is the same recording is no
/// cover of it and no stem, and a stem is no cover.
fn likely(covers: &mut Vec<Cover>, stems: &mut Vec<Stems>, pairs: &[Pair]) {
    let same: BTreeSet<(usize, usize)> = pairs.iter().map(|pair| (pair.a, pair.b)).collect();
    stems.retain(|stems| !same.contains(&(stems.a, stems.b)));
    stems.sort_by_key(|stems| (stems.a, stems.b));
    let in_time: BTreeSet<(usize, usize)> = stems.iter().map(|stems| (stems.a, stems.b)).collect();
    covers.retain(|cover| {
        let pair = (cover.a, cover.b);
        !same.contains(&pair) && !in_time.contains(&pair)
    });
    covers.sort_by_key(|cover| (cover.a, cover.b));
}

/// Writes `report.html` into a folder, which is made where it is missing.
///
/// # Errors
/// [`Error::Page`] naming the file.
pub fn write_page(folder: &Path, report: &Report) -> Result<(), Error> {
    let file = folder.join("report.html");
    std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::write(&file, crate::page::html(report)))
        .map_err(|source| Error::Page {
            file: file.display().to_string(),
            source,
        })
}

/// What stage one did.
pub(crate) struct Made {
    /// Seconds of audio fingerprinted now, and masters.
    pub(crate) seconds: f64,
    pub(crate) masters: usize,
    /// Masters that had one.
    pub(crate) present: usize,
    pub(crate) failed: Vec<Failed>,
}

/// A master, and the seconds of its audio or why it has no fingerprint.
type Outcome = (Sha256, Result<f64, Error>);

fn make_missing(
    store: &Store,
    catalogue: &Catalogue,
    shard: Option<Shard>,
    progress: &dyn Progress,
) -> Result<Made, Error> {
    let have = present(store)?;
    let mine: Vec<Sha256> = catalogue
        .masters()
        .into_keys()
        .filter(|master| shard.is_none_or(|shard| shard.holds(master)))
        .collect();
    let missing: Vec<Sha256> = mine
        .iter()
        .filter(|sha| !have.contains(sha))
        .copied()
        .collect();
    progress.begin("fingerprint", missing.len() as u64, "masters");
    let outcomes: Result<Vec<Outcome>, Error> = missing
        .into_par_iter()
        .with_max_len(1)
        .map(|master| {
            let outcome = match make(store, &master) {
                Ok(made) => Ok(made.source.seconds()),
                Err(error @ (Error::Audio(_) | Error::Rate { .. })) => {
                    progress.note(&format!("{master}: no fingerprint: {error}"));
                    Err(error)
                }
                Err(fatal) => return Err(fatal),
            };
            progress.advance(1);
            Ok((master, outcome))
        })
        .collect();
    progress.finish();
    let outcomes = outcomes?;
    let (made, failed): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(|(_, o)| o.is_ok());
    Ok(Made {
        seconds: made
            .iter()
            .filter_map(|(_, outcome)| outcome.as_ref().ok())
            .sum(),
        masters: made.len(),
        present: mine.len() - made.len() - failed.len(),
        failed: failed
            .into_iter()
            .filter_map(|(master, outcome)| Some(Failed::new(catalogue, master, &outcome.err()?)))
            .collect(),
    })
}

/// Masters that have a fingerprint, by the names of the objects.
fn present(store: &Store) -> Result<BTreeSet<Sha256>, Error> {
    let folder = prefix();
    let master = |key: &str| key.strip_prefix(&folder)?.strip_suffix(".fp")?.parse().ok();
    Ok(store
        .list(&folder)?
        .iter()
        .filter_map(|(key, _)| master(key))
        .collect())
}

fn make(store: &Store, master: &Sha256) -> Result<Fingerprint, Error> {
    let blob = Store::blob_key(master);
    let fetched = Fetched::new(store, &blob)?;
    let made = chromaprint::of_file(&fetched.path, None)?;
    store.put(&object_key(master), made.to_bytes())?;
    Ok(made)
}

fn read_or_mend(
    store: &Store,
    master: &Sha256,
    progress: &dyn Progress,
) -> Result<Fingerprint, Error> {
    let key = object_key(master);
    if let Some(bytes) = store.get(&key)? {
        match Fingerprint::from_bytes(&key, &bytes) {
            Ok(found) => return Ok(found),
            Err(damaged) => progress.note(&format!("making it anew: {damaged}")),
        }
    }
    make(store, master)
}

/// A file that holds an object; a downloaded copy is removed when dropped.
struct Fetched {
    path: PathBuf,
    downloaded: bool,
}

impl Fetched {
    fn new(store: &Store, key: &str) -> Result<Fetched, Error> {
        let downloaded = store.local_path(key).is_none();
        // One folder per process: another worker may remove its own copy at any moment.
        let cache =
            std::env::temp_dir().join(format!("backline-fingerprint-{}", std::process::id()));
        Ok(Fetched {
            path: store.fetch(key, Path::new(&cache))?,
            downloaded,
        })
    }
}

impl Drop for Fetched {
    fn drop(&mut self) {
        if self.downloaded {
            // A copy that stays behind costs room in the temporary folder, nothing else.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}
