//! The edge: what is read from the store, what is written to it, in which order.
//!
//! A run is named by a hash of all that decides it: plays, catalogue, duplicates, configuration,
//! code. It is made in a temporary folder, copied into the store file by file, and finished by
//! `model.json`; a run that was killed leaves files that the next one writes again, byte for byte.

mod factors;

use std::path::{Path, PathBuf};

use catalog::cluster::DuplicateReport;
use catalog::ids::Sha256;
use catalog::progress::Progress;
use catalog::release::Catalogue;
use catalog::store::Store;
use jiff::Timestamp;
use jiff::civil::Weekday;
use jiff::tz::TimeZone;

use crate::ann::{self, FileSeal};
use crate::config::Config;
use crate::error::Error;
use crate::evaluate::{Evaluation, Split, evaluate, train};
use crate::events::{Events, Reader};
use crate::items::Items;
use crate::metric::in_listeners_metric;
use crate::plays::{DAY_MS, Play, day_after_newest, held_out, interactions};
use crate::published::{Counts, Inputs, Model, PlaysFile, key, published, run_id};
use crate::report::RunReport;
use crate::vectors::VectorsWriter;
use crate::weekly::Maker;

/// What a run is about.
#[derive(Debug, Clone)]
pub struct Request<'a> {
    /// What can be recommended.
    pub catalogue: &'a Catalogue,
    /// Which recordings are the same.
    pub duplicates: Option<&'a DuplicateReport>,
    /// Events before this count; `None` is the day after the newest ones.
    pub as_of: Option<Timestamp>,
    /// Publish models that are no better than popularity, for this reason.
    pub force: Option<&'a str>,
    /// Threads, at least one.
    pub threads: usize,
}

/// Makes the recommendations, unless this very run is done already.
///
/// # Errors
/// [`Error`]; nothing is published then.
pub fn run(
    store: &Store,
    config: &Config,
    request: &Request<'_>,
    progress: &dyn Progress,
) -> Result<RunReport, Error> {
    on_threads(request.threads, || {
        let cache = temporary()?;
        let files = plays_files(store, cache.path())?;
        let inputs = Inputs {
            catalogue: request.catalogue.digest(),
            duplicates: request.duplicates.map(|report| report.run),
            plays: files.iter().map(|file| file.0.clone()).collect(),
            as_of: request.as_of,
        };
        if let Some(model) = published(store, &run_id(&inputs, config))? {
            return Ok(RunReport {
                done_before: true,
                model,
            });
        }
        let items = Items::new(request.catalogue, request.duplicates);
        let events = read(&files, &items, config, progress)?;
        let folder = temporary()?;
        let model = make(
            folder.path(),
            inputs,
            &items,
            &events,
            config,
            request,
            progress,
        )?;
        progress.begin("publishing", model.files.len() as u64, "files");
        for file in &model.files {
            store.put_file(
                &key(&model.run, &file.name),
                &folder.path().join(&file.name),
            )?;
            progress.advance(1);
        }
        store.put_json(&key(&model.run, "model.json"), &model)?;
        progress.finish();
        Ok(RunReport {
            done_before: false,
            model,
        })
    })
}

/// Measures every model on the last days of the store's plays; publishes nothing.
///
/// # Errors
/// [`Error`], also where too few listeners can be measured.
pub fn evaluate_store(
    store: &Store,
    config: &Config,
    request: &Request<'_>,
    progress: &dyn Progress,
) -> Result<Evaluation, Error> {
    on_threads(request.threads, || {
        let cache = temporary()?;
        let files = plays_files(store, cache.path())?;
        let items = Items::new(request.catalogue, request.duplicates);
        let events = read(&files, &items, config, progress)?;
        let as_of = as_of_ms(&events.plays, config, request);
        measure(&events.plays, items.len(), as_of, config, progress).ok_or_else(|| Error::NotYet {
            place: format!("{}plays/", store.url()),
            found: format!(
                "fewer than {} listeners liked something before the last {} days and played something new on them",
                config.evaluation.minimum_listeners, config.evaluation.held_out_days
            ),
        })
    })
}

/// Runs `work` on a pool of its own.
pub(crate) fn on_threads<T: Send>(
    threads: usize,
    work: impl FnOnce() -> Result<T, Error> + Send,
) -> Result<T, Error> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads.max(1))
        .build();
    let pool = pool.map_err(|error| Error::Threads {
        threads,
        found: error.to_string(),
    })?;
    pool.install(work)
}

fn temporary() -> Result<tempfile::TempDir, Error> {
    tempfile::tempdir().map_err(|source| Error::File {
        path: std::env::temp_dir(),
        source,
    })
}

/// The files of plays, where they lie, with what they contain; sorted by key.
fn plays_files(store: &Store, cache: &Path) -> Result<Vec<(PlaysFile, PathBuf)>, Error> {
    let mut files = Vec::new();
    for (key, _) in store.list(catalog::plays::PREFIX)? {
        if key.ends_with(".parquet") {
            let path = store.fetch(&key, cache)?;
            let sha256 = Sha256::of_file(&path).map_err(|source| Error::File {
                path: path.clone(),
                source,
            })?;
            files.push((PlaysFile { key, sha256 }, path));
        }
    }
    Ok(files)
}

fn read(
    files: &[(PlaysFile, PathBuf)],
    items: &Items<'_>,
    config: &Config,
    progress: &dyn Progress,
) -> Result<Events, Error> {
    progress.begin("reading plays", files.len() as u64, "files");
    let reader = Reader::new(items, &config.events);
    let mut events = Events::default();
    for (file, path) in files {
        reader.read(&file.key, path, &mut events)?;
        progress.advance(1);
    }
    progress.finish();
    Ok(events.finish())
}

/// The date asked for, else the day after the newest events, else the newest street date: then
/// there is nothing to learn from, and charts hold what is out.
fn as_of_ms(plays: &[Play], config: &Config, request: &Request<'_>) -> i64 {
    let newest_start = || {
        let windows = request
            .catalogue
            .tracks()
            .flat_map(|(_, track)| track.rights.windows());
        windows.map(|window| window.start.as_millisecond()).max()
    };
    let asked = request.as_of.map(Timestamp::as_millisecond);
    let newest = asked.or_else(|| day_after_newest(plays, &config.events));
    newest.or_else(newest_start).unwrap_or(0)
}

/// The first Monday, 00:00 UTC, that is not before `as_of`.
fn monday_from(as_of: Timestamp) -> Timestamp {
    let start = as_of.to_zoned(TimeZone::UTC);
    let day = if start.time() == jiff::civil::Time::midnight() {
        start.date()
    } else {
        start.date().saturating_add(jiff::Span::new().days(1))
    };
    let ahead = (7 - day.weekday().since(Weekday::Monday)) % 7;
    let monday = day.saturating_add(jiff::Span::new().days(ahead));
    monday
        .to_zoned(TimeZone::UTC)
        .map_or(as_of, |zoned| zoned.timestamp())
}

/// Trains on what came before the last days and scores what was played on them; `None` where too
/// few listeners say anything.
fn measure(
    plays: &[Play],
    items: usize,
    as_of: i64,
    config: &Config,
    progress: &dyn Progress,
) -> Option<Evaluation> {
    let days = i64::from(config.evaluation.held_out_days);
    let cut = as_of - days * DAY_MS;
    let past = interactions(plays, items, cut, config);
    let truth = held_out(plays, &past, cut, as_of);
    let split = Split {
        train: past.strengths,
        blocked: past.heard,
        truth,
    };
    let models = train(&split.train, config, progress);
    let from = instant(cut).strftime("%Y-%m-%d").to_string();
    let about = format!("{days} days from {from} held out");
    let evaluation = evaluate(&split, &models, config, about, progress);
    (evaluation.listeners() >= config.evaluation.minimum_listeners).then_some(evaluation)
}

fn instant(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// Everything between events and finished files in `folder`.
fn make(
    folder: &Path,
    inputs: Inputs,
    items: &Items<'_>,
    events: &Events,
    config: &Config,
    request: &Request<'_>,
    progress: &dyn Progress,
) -> Result<Model, Error> {
    let as_of = as_of_ms(&events.plays, config, request);
    let evaluation = measure(&events.plays, items.len(), as_of, config, progress);
    let judged = items.len() >= config.evaluation.minimum_items;
    let worse = evaluation
        .as_ref()
        .filter(|_| judged)
        .and_then(Evaluation::worse_than_popularity);
    if let (Some(numbers), None) = (&worse, request.force) {
        return Err(Error::WorseThanPopularity {
            numbers: numbers.clone(),
        });
    }
    let known = interactions(&events.plays, items.len(), as_of, config);
    let models = train(&known.strengths, config, progress);
    let monday = monday_from(instant(as_of));
    let lists = Maker {
        items,
        interactions: &known,
        models: &models,
        config,
        monday,
    }
    .make(progress);
    lists.write(&folder.join("lists.bin"))?;
    let near = in_listeners_metric(&models.als.items, &models.als.listeners);
    let vectors = vectors(items, &near);
    vectors.write(&folder.join("vectors.bin"))?;
    progress.begin("building the index", 1, "index");
    let ann = ann::build(&vectors, models.als.items.factors(), &config.ann, folder)?;
    progress.finish();
    factors::write(folder, items, &known.listeners, &models.als)?;
    write_json(folder, "metrics.json", &evaluation)?;
    write_refused(folder, events)?;
    Ok(Model {
        schema: 1,
        algorithm: crate::published::ALGORITHM.to_owned(),
        run: run_id(&inputs, config),
        inputs,
        config: config.clone(),
        as_of: instant(as_of),
        monday,
        counts: Counts {
            events: events.rows,
            refused: events.refusals.clone(),
            tally: known.tally,
            listeners: known.listeners.len(),
            items: items.len(),
            interactions: known.strengths.entries(),
            weekly_entries: lists.weekly.entries(),
            vectors: vectors.rows().len(),
        },
        evaluation,
        forced: worse.and(request.force).map(str::to_owned),
        ann,
        files: seals(folder)?,
    })
}

/// Unit vectors of the items that somebody played.
fn vectors(items: &Items<'_>, factors: &crate::als::Factors) -> VectorsWriter {
    let mut writer = VectorsWriter::new(factors.factors());
    for item in 0..items.len() {
        let members = items.members(item as u32).iter();
        let ids = members
            .map(|recording| items.recordings()[*recording as usize])
            .collect();
        writer.push(&factors.row(item)[..factors.factors()], ids);
    }
    writer
}

fn write_json<T: serde::Serialize>(folder: &Path, name: &str, value: &T) -> Result<(), Error> {
    let path = folder.join(name);
    let text = serde_json::to_vec_pretty(value).expect("plain data");
    std::fs::write(&path, text).map_err(|source| Error::File { path, source })
}

/// `refused.ndjson`: one line per row that was set aside.
fn write_refused(folder: &Path, events: &Events) -> Result<(), Error> {
    if events.refused.is_empty() {
        return Ok(());
    }
    let path = folder.join("refused.ndjson");
    let mut text = String::new();
    for refused in &events.refused {
        text.push_str(&serde_json::to_string(refused).expect("plain data"));
        text.push('\n');
    }
    std::fs::write(&path, text).map_err(|source| Error::File { path, source })
}

/// Every file of the folder, sorted by name.
fn seals(folder: &Path) -> Result<Vec<FileSeal>, Error> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| Error::File { path, source }
    };
    let mut seals = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed(folder))? {
        let path = entry.map_err(failed(folder))?.path();
        seals.push(FileSeal {
            name: path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned(),
            bytes: path.metadata().map_err(failed(&path))?.len(),
            sha256: Sha256::of_file(&path).map_err(failed(&path))?,
        });
    }
    seals.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(seals)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_for_the_next_monday() {
        let from = |text: &str| monday_from(text.parse().unwrap()).to_string();
        assert_eq!(
            from("2026-11-16T00:00:00Z"),
            "2026-11-16T00:00:00Z",
            "a Monday is its own"
        );
        assert_eq!(from("2026-11-16T00:00:01Z"), "2026-11-23T00:00:00Z");
        assert_eq!(from("2026-11-22T12:00:00Z"), "2026-11-23T00:00:00Z");
    }
}
