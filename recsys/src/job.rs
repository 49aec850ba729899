//! The edge: what is read from the store, what is written to it, in which order.
//!
//! A run is named by a hash of all that decides it: plays, catalogue, duplicates, configuration,
//! code. It is made in a temporary folder, copied into the store file by file, and finished by
//! `model.json`; a run that was killed leaves files that the next one writes again, byte for byte.

mod finished;
mod judge;
mod sounds;
mod start;
mod tables;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use catalog::cluster::DuplicateReport;
use catalog::ids::Sha256;
use catalog::progress::Progress;
use catalog::release::Catalogue;
use catalog::store::Store;
use jiff::Timestamp;
use jiff::civil::Weekday;
use jiff::tz::TimeZone;

use crate::als::Factors;
use crate::ann;
use crate::blend::Weights;
use crate::cold::Placed;
use crate::config::Config;
use crate::error::Error;
use crate::evaluate::{Evaluation, Split, asked, evaluate, train, train_from};
use crate::events::{Events, Reader};
use crate::items::Items;
use crate::learn::Lesson;
use crate::lists::Lists;
use crate::metric::in_listeners_metric;
use crate::near::candidates;
use crate::plays::{DAY_MS, Play, day_after_newest, held_out, interactions, sequences};
use crate::profiles::{self, Profiles};
use crate::published::{Counts, Inputs, Model, PlaysFile, earlier, key, published, run_id};
use crate::report::RunReport;
use crate::sounds::units;
use crate::weekly::Maker;

use finished::{seals, vectors, write_json, write_refused};

pub use judge::judge_plays;
pub use sounds::listen;
pub use start::Start;

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
    /// Where training starts.
    pub start: Start<'a>,
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
        let played: Vec<PlaysFile> = files.iter().map(|file| file.0.clone()).collect();
        let earlier = earlier(store, &played, config.lists.unrepeated_weeks)?;
        let (profiles, profiles_hash) = profiles(store)?;
        let vectors = start::vectors(store, request.start, &earlier, cache.path())?;
        let mut config = config.clone();
        if let (Start::Imported { .. }, Some(vectors)) = (request.start, &vectors) {
            (config.als.factors, config.als.warm_iterations) = (vectors.factors, 0);
        }
        let config = &config;
        let items = Items::new(request.catalogue, request.duplicates);
        let heard = sounds::sounds(store, &items, progress)?;
        let inputs = Inputs {
            sounds: heard.hash(),
            start: vectors.as_ref().map(|vectors| vectors.hash),
            profiles: profiles_hash,
            previous: earlier.iter().map(|model| model.run).collect(),
            catalogue: request.catalogue.digest(),
            duplicates: request.duplicates.map(|report| report.run),
            plays: played,
            as_of: request.as_of,
        };
        if let Some(model) = published(store, &run_id(&inputs, config))? {
            return Ok(RunReport {
                done_before: true,
                model,
            });
        }
        let events = read(&files, &Reader::new(&items, &config.events), progress)?;
        let as_of = as_of_ms(store, &events.plays, config, request)?;
        let monday = monday_from(instant(as_of));
        let recent = recent_lists(store, &earlier, monday, &items, config, cache.path())?;
        let folder = temporary()?;
        let start = vectors.map(|vectors| vectors.by_item(&items));
        let said = Said {
            start: start.as_ref(),
            profiles: &profiles,
            recent: &recent,
            sounds: &units(&heard.by_item),
        };
        let model = make(
            folder.path(),
            inputs,
            as_of,
            said,
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
        let events = read(&files, &Reader::new(&items, &config.events), progress)?;
        let as_of = as_of_ms(store, &events.plays, config, request)?;
        let measured = measure(&events.plays, items.len(), as_of, config, progress);
        let mut evaluation = measured.evaluation.ok_or_else(|| Error::NotYet {
            place: format!("{}plays/", store.url()),
            found: format!(
                "fewer than {} listeners liked something before the last {} days and played something new on them",
                config.evaluation.minimum_listeners, config.evaluation.held_out_days
            ),
        })?;
        evaluation.in_force = in_force(store);
        Ok(evaluation)
    })
}

/// What the edition in force says of its models; empty where there is none that can be read: then
/// there is nothing to compare with.
fn in_force(store: &Store) -> BTreeMap<String, f64> {
    let pointer = catalog::edition::current(store).ok().flatten();
    let manifest = pointer.and_then(|p| catalog::edition::manifest(store, &p.edition).ok());
    manifest
        .map(|manifest| manifest.metrics)
        .unwrap_or_default()
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
        if key.ends_with(".parquet") || key.ends_with(".ndjson") {
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
    reader: &Reader<'_>,
    progress: &dyn Progress,
) -> Result<Events, Error> {
    progress.begin("reading plays", files.len() as u64, "files");
    let mut events = Events::default();
    for (file, path) in files {
        reader.read(&file.key, path, &mut events)?;
        progress.advance(1);
    }
    progress.finish();
    Ok(events.finish())
}

/// The date asked for, else the day after the newest events. Without either nothing says which day
/// it is, and no job reads the clock.
fn as_of_ms(
    store: &Store,
    plays: &[Play],
    config: &Config,
    request: &Request<'_>,
) -> Result<i64, Error> {
    let asked = request.as_of.map(Timestamp::as_millisecond);
    let newest = asked.or_else(|| day_after_newest(plays, &config.events));
    newest.ok_or_else(|| Error::NoDay {
        place: format!("{}{}", store.url(), catalog::plays::PREFIX),
    })
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

/// What the last days say of the models.
struct Measured {
    /// `None` where too few listeners say anything.
    evaluation: Option<Evaluation>,
    /// Weights for publishing, learned on the newest days.
    weights: Weights,
}

/// Trains on what came before the last days and scores what was played on them. The weights that are
/// scored were learned on the days before those, so that nothing is measured on what taught it;
/// the weights that are published are learned on the last days themselves.
fn measure(
    plays: &[Play],
    items: usize,
    as_of: i64,
    config: &Config,
    progress: &dyn Progress,
) -> Measured {
    let days = i64::from(config.evaluation.held_out_days);
    let cut = as_of - days * DAY_MS;
    let minimum = config.evaluation.minimum_listeners as usize;
    let before = split(plays, items, cut - days * DAY_MS, cut, config);
    let earlier = match asked(&before).len() >= minimum {
        true => {
            let known = train(
                &before.train,
                &sequences(plays, cut - days * DAY_MS),
                config,
                progress,
            );
            Lesson::of(&before, &known, config, progress)
        }
        false => Lesson::nothing(),
    };
    drop(before);
    let last = split(plays, items, cut, as_of, config);
    if asked(&last).len() < minimum {
        return Measured {
            evaluation: None,
            weights: Weights::even(),
        };
    }
    let models = train(&last.train, &sequences(plays, cut), config, progress);
    let from = instant(cut).strftime("%Y-%m-%d").to_string();
    let about = format!("{days} days from {from} held out");
    let evaluation = evaluate(&last, &models, &earlier, &[], config, about, progress);
    Measured {
        evaluation: Some(evaluation),
        weights: Lesson::of(&last, &models, config, progress).fit(&[]),
    }
}

/// What was known at `cut`, and what was played from then until `end`.
fn split(plays: &[Play], items: usize, cut: i64, end: i64, config: &Config) -> Split {
    let past = interactions(plays, items, cut, config);
    let truth = held_out(plays, &past, cut, end);
    Split {
        countries: past.markets.iter().map(|market| market.territory).collect(),
        train: past.strengths,
        blocked: past.heard,
        truth,
    }
}

fn instant(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// What is known of listeners and recordings beside their plays.
#[derive(Clone, Copy)]
struct Said<'a> {
    start: Option<&'a Factors>,
    profiles: &'a Profiles,
    recent: &'a BTreeMap<u64, Vec<u32>>,
    /// How each item sounds: rows of length one, or zeros.
    sounds: &'a Factors,
}

/// What listeners said of themselves, with the file's hash.
fn profiles(store: &Store) -> Result<(Profiles, Option<Sha256>), Error> {
    match store.get(profiles::KEY)? {
        Some(bytes) => Ok((Profiles::parse(&bytes), Some(Sha256::of(&bytes)))),
        None => Ok((Profiles::default(), None)),
    }
}

/// What stood on the Discover Weekly lists of the weeks before `monday`, by listener, as items.
fn recent_lists(
    store: &Store,
    earlier: &[Model],
    monday: Timestamp,
    items: &Items<'_>,
    config: &Config,
    cache: &Path,
) -> Result<BTreeMap<u64, Vec<u32>>, Error> {
    let mut recent: BTreeMap<u64, Vec<u32>> = BTreeMap::new();
    let before = earlier.iter().filter(|model| model.monday < monday);
    for model in before.take(config.lists.unrepeated_weeks) {
        let lists = Lists::open(&store.fetch(&key(&model.run, "lists.bin"), cache)?)?;
        for &listener in lists.listeners() {
            let ids = lists.discover_weekly(listener).unwrap_or_default().iter();
            let ids = ids.map(|entry| lists.recordings()[entry.recording as usize]);
            let known = ids.filter_map(|id| items.recordings().binary_search(&id).ok());
            let shown = known.map(|recording| items.item_of(recording));
            recent.entry(listener).or_default().extend(shown);
        }
    }
    Ok(recent)
}

/// Everything between events and finished files in `folder`.
#[allow(clippy::too_many_arguments)]
fn make(
    folder: &Path,
    inputs: Inputs,
    as_of: i64,
    said: Said<'_>,
    items: &Items<'_>,
    events: &Events,
    config: &Config,
    request: &Request<'_>,
    progress: &dyn Progress,
) -> Result<Model, Error> {
    let Measured {
        evaluation,
        weights,
    } = measure(&events.plays, items.len(), as_of, config, progress);
    let judged = items.len() >= config.evaluation.minimum_items;
    let worse = evaluation
        .as_ref()
        .filter(|_| judged)
        .and_then(Evaluation::no_better);
    if let (Some(numbers), None) = (&worse, request.force) {
        return Err(Error::WorseThanPopularity {
            numbers: numbers.clone(),
        });
    }
    let known = interactions(&events.plays, items.len(), as_of, config);
    let sittings = sequences(&events.plays, as_of);
    let models = train_from(&known.strengths, &sittings, said.start, config, progress);
    let monday = monday_from(instant(as_of));
    let taste = in_listeners_metric(&models.als.items, &models.als.listeners);
    let placed = Placed::new(items, taste, said.sounds, candidates(config));
    let lists = Maker {
        items,
        interactions: &known,
        models: &models,
        placed: &placed,
        weights: &weights,
        config,
        profiles: said.profiles,
        recent: said.recent,
        monday,
    }
    .make(progress);
    lists.write(&folder.join("lists.bin"))?;
    let vectors = vectors(items, &placed.units);
    vectors.write(&folder.join("vectors.bin"))?;
    progress.begin("building the index", 1, "index");
    let ann = ann::build(&vectors, models.als.items.factors(), &config.ann, folder)?;
    progress.finish();
    let names = &known.listeners;
    tables::write_vectors(folder, items, names, &models, &placed.units, said.sounds)?;
    tables::write_lists(folder, &lists)?;
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
            searches: events.searches,
            tally: known.tally,
            listeners: known.listeners.len(),
            items: items.len(),
            interactions: known.strengths.entries(),
            weekly_entries: lists.weekly.entries(),
            mixes: lists.mixes.filled(),
            radar_entries: lists.radar.entries(),
            vectors: vectors.rows().len(),
        },
        weights,
        evaluation,
        forced: worse.and(request.force).map(str::to_owned),
        ann,
        files: seals(folder)?,
    })
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
