//! How do simulated plays get into a store, with all that decided them?
//!
//! `plays/simulator.begun` first, then `plays/day=YYYY-MM-DD/part-0.parquet`, and `plays/simulator.json`
//! last: parameters, the catalogue's hash, counts and the hash of every file. Present means done: plays
//! are facts, so a catalogue that grew later does not change them. Plays of a store without either
//! object are people's, and are never touched.

use crate::Error;
use crate::config::Plays;
use crate::listening::{self, DAY, Ended, listener::Listener, table, world::World};
use catalog::ids::Sha256;
use catalog::progress::Progress;
use catalog::release::Catalogue;
use catalog::store::Store;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// Where parameters and counts stand.
pub const RECORD: &str = "plays/simulator.json";

/// Says that the plays of this store are simulated, from before the first of them.
const BEGUN: &str = "plays/simulator.begun";

/// Whether there is something to simulate: no plays yet, or those of a run that was killed.
///
/// # Errors
/// [`Error::Store`] when the store cannot be read.
pub fn wanted(store: &Store) -> Result<bool, Error> {
    Ok(match store.list(catalog::plays::PREFIX)?.is_empty() {
        true => true,
        false => store.head(RECORD)?.is_none() && store.head(BEGUN)?.is_some(),
    })
}

/// What a run did, and what is there.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq)]
pub struct Report {
    /// The parameters.
    pub parameters: Plays,
    /// Hash of the catalogue that was listened to.
    pub catalogue: Sha256,
    /// Recordings in it that could be heard.
    pub recordings: usize,
    /// Plays.
    pub plays: u64,
    /// Plays that were skipped.
    pub skips: u64,
    /// Plays of more than 30 s.
    pub counted: u64,
    /// Hash of every file, by key.
    pub files: BTreeMap<String, Sha256>,
    /// Whether this run wrote them; never stored.
    #[serde(
        default,
        skip_deserializing,
        skip_serializing_if = "std::ops::Not::not"
    )]
    pub written: bool,
}

/// Writes plays over the catalogue into a store, or finds them there.
///
/// # Errors
/// [`Error::OtherPlays`] when the store has plays of other parameters and `replace` is false;
/// [`Error::RealPlays`] when it has plays that were not simulated.
pub fn run(
    catalogue: &Catalogue,
    store: &Store,
    parameters: &Plays,
    replace: bool,
    progress: &dyn Progress,
) -> Result<Report, Error> {
    let known: Option<Report> = store.get_json(RECORD)?;
    if let Some(known) = known.filter(|_| !replace) {
        return if known.parameters == *parameters {
            Ok(known)
        } else {
            Err(Error::OtherPlays {
                store: store.url().to_owned(),
            })
        };
    }
    if catalogue.releases.is_empty() {
        return Err(Error::NothingToHear);
    }
    clear(store)?;
    progress.begin("simulate listening", u64::from(parameters.days), "days");
    let world = World::new(catalogue, parameters);
    let plays = listening::simulate(&world, parameters);
    let listeners: Vec<(usize, usize)> = (1..=parameters.listeners)
        .map(|number| Listener::new(&world, parameters, number))
        .map(|listener| (listener.country, listener.tier))
        .collect();
    let who = table::Who {
        world: &world,
        parameters,
        listeners: &listeners,
    };
    let mut files = BTreeMap::new();
    for day in plays.chunk_by(|a, b| a.started_at.div_euclid(DAY) == b.started_at.div_euclid(DAY)) {
        let start = Timestamp::from_millisecond(day[0].started_at).unwrap_or_default();
        let date = start.to_zoned(jiff::tz::TimeZone::UTC).date();
        let key = catalog::plays::key(date, 0);
        let bytes = table::write(day, &who).map_err(|source| Error::Parquet {
            key: key.clone(),
            source,
        })?;
        files.insert(key.clone(), Sha256::of(&bytes));
        store.put(&key, bytes)?;
        progress.advance(1);
    }
    let count =
        |wanted: fn(&listening::Play) -> bool| plays.iter().filter(|p| wanted(p)).count() as u64;
    let report = Report {
        parameters: parameters.clone(),
        catalogue: catalogue.digest(),
        recordings: world.items.len(),
        plays: plays.len() as u64,
        skips: count(|play| play.ended == Ended::Skip),
        counted: count(|play| play.played_ms >= 30_000),
        files,
        written: false,
    };
    store.put_json(RECORD, &report)?;
    progress.finish();
    Ok(Report {
        written: true,
        ..report
    })
}

/// Removes what an unfinished or replaced run left; the record first, so that no reader of it
/// believes in files that are going.
fn clear(store: &Store) -> Result<(), Error> {
    let there = store.list(catalog::plays::PREFIX)?;
    let simulated = there.iter().any(|(key, _)| key == RECORD || key == BEGUN);
    if !there.is_empty() && !simulated {
        return Err(Error::RealPlays {
            store: store.url().to_owned(),
            files: there.len(),
        });
    }
    store.put(BEGUN, "simulated")?;
    store.delete(RECORD)?;
    for (key, _) in there.iter().filter(|(key, _)| key != BEGUN) {
        store.delete(key)?;
    }
    Ok(())
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let done = if self.written {
            "written"
        } else {
            "already there"
        };
        let share = |part: u64| 100.0 * part as f64 / self.plays.max(1) as f64;
        write!(
            f,
            "simulated listening ({done}): {} listeners, {} days to {}, {} recordings\n  {} plays, \
             {:.0} % of 30 s or more, {:.0} % skipped, seed {}",
            self.parameters.listeners,
            self.parameters.days,
            self.parameters.last_day,
            self.recordings,
            self.plays,
            share(self.counted),
            share(self.skips),
            self.parameters.seed
        )
    }
}
