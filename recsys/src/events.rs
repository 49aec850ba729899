//! Which plays do the files hold? polars scans each Parquet file, joins recordings to items and hands
//! over batches as they stream, so that no file is ever in memory as a whole; lines of NDJSON are read one
//! by one. Every row is then checked by the rules of [`crate::plays`].
//!
//! A row that breaks a rule is set aside with its file, number and reason; a file that cannot be
//! read stops the job with its name, because a week that is silently missing is worse.

mod ndjson;

use std::collections::{BTreeMap, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use catalog::ids::RecordingId;
use polars::prelude::*;
use serde::Serialize;

use crate::config::EventsConfig;
use crate::error::Error;
use crate::items::Items;
use crate::plays::{Play, Refusal, Row, check};

/// Rows set aside in full; beyond it they are counted only. Protects memory from a file of rubbish.
const MOST_REFUSED_KEPT: usize = 1_000_000;

/// A row that was set aside.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Refused {
    /// The file's key in the store.
    pub file: String,
    /// From zero.
    pub row: u64,
    /// Which rule it breaks.
    pub reason: Refusal,
    /// What it said, where that could be read.
    pub listener: Option<i64>,
    /// As written.
    pub recording: Option<String>,
    /// Milliseconds since 1970.
    pub started_at: Option<i64>,
}

/// What the files hold.
#[derive(Debug, Default)]
pub struct Events {
    /// Sound events, in order of arrival until [`Events::finish`].
    pub plays: Vec<Play>,
    /// Rows that were read.
    pub rows: u64,
    /// Searches that led to no recording: sound, and nothing to learn from.
    pub searches: u64,
    /// Rows that were refused, by reason.
    pub refusals: BTreeMap<Refusal, u64>,
    /// The refused rows.
    pub refused: Vec<Refused>,
}

impl Events {
    /// Puts everything in its total order, so that neither the order of files nor of batches shows.
    pub fn finish(mut self) -> Self {
        use rayon::slice::ParallelSliceMut;
        self.plays.par_sort_unstable();
        self.refused.sort_unstable();
        self
    }

    fn take(&mut self, file: &str, number: u64, row: &Row<'_>, config: &EventsConfig) {
        match check(row, config) {
            Ok(Some(play)) => self.plays.push(play),
            Ok(None) => self.searches += 1,
            Err(reason) => return self.refuse(file, number, row, reason),
        }
        self.rows += 1;
    }

    /// Sets a row aside.
    fn refuse(&mut self, file: &str, number: u64, row: &Row<'_>, reason: Refusal) {
        self.rows += 1;
        *self.refusals.entry(reason).or_default() += 1;
        if self.refused.len() < MOST_REFUSED_KEPT {
            self.refused.push(Refused {
                file: file.to_owned(),
                row: number,
                reason,
                listener: row.listener,
                recording: row.recording.map(str::to_owned),
                started_at: row.started_at,
            });
        }
    }
}

/// Reads files of plays for one catalogue.
pub struct Reader<'a> {
    known: LazyFrame,
    items: HashMap<RecordingId, u32>,
    config: &'a EventsConfig,
}

impl<'a> Reader<'a> {
    /// A reader that knows the catalogue's recordings.
    pub fn new(items: &Items<'_>, config: &'a EventsConfig) -> Self {
        let indexed = items.recordings().iter().enumerate();
        Self::of(indexed.map(|(at, id)| (*id, items.item_of(at))), config)
    }

    /// A reader that knows these recordings and which item each is.
    pub fn of(
        known: impl IntoIterator<Item = (RecordingId, u32)>,
        config: &'a EventsConfig,
    ) -> Self {
        let items: HashMap<RecordingId, u32> = known.into_iter().collect();
        let (names, indices): (Vec<String>, Vec<u32>) = items
            .iter()
            .map(|(id, item)| (id.to_string(), *item))
            .unzip();
        let height = names.len();
        let columns = vec![
            Series::new("recording".into(), names).into_column(),
            Series::new("item".into(), indices).into_column(),
        ];
        let known = DataFrame::new(height, columns)
            .expect("two columns of one length")
            .lazy();
        Self {
            known,
            items,
            config,
        }
    }

    /// Reads one file into `events`. `key` names it to people and says by its ending what it is
    /// (`.ndjson` or Parquet), `path` is where it lies.
    ///
    /// # Errors
    /// [`Error::Plays`] for a file that is no Parquet, is damaged, or lacks a column;
    /// [`Error::File`] for one that cannot be read.
    pub fn read(&self, key: &str, path: &Path, events: &mut Events) -> Result<(), Error> {
        if key.ends_with(".ndjson") {
            self.lines(key, path, events)
        } else {
            self.parquet(key, path, events)
        }
    }

    fn parquet(&self, key: &str, path: &Path, events: &mut Events) -> Result<(), Error> {
        let refuse = |found: String| Error::Plays {
            key: key.to_owned(),
            found,
        };
        let failed = |error: PolarsError| refuse(first_line(&error.to_string()));
        // The decoder indexes by what damaged pages say: a panic there is a damaged file.
        match catch_unwind(AssertUnwindSafe(|| self.stream(key, path, events))) {
            Ok(read) => read.map_err(|found| match found {
                Failure::Polars(error) => failed(error),
                Failure::Column(found) => refuse(found),
            }),
            Err(_) => Err(refuse(
                "is damaged: its pages contradict each other".to_owned(),
            )),
        }
    }

    fn stream(&self, key: &str, path: &Path, events: &mut Events) -> Result<(), Failure> {
        let arguments = ScanArgsParquet {
            row_index: Some(RowIndex {
                name: "row".into(),
                offset: 0,
            }),
            hive_options: HiveOptions::new_disabled(),
            glob: false,
            ..ScanArgsParquet::default()
        };
        let path = PlRefPath::new(path.to_string_lossy().as_ref());
        let mut scan = LazyFrame::scan_parquet(path, arguments)?;
        let schema = scan.collect_schema()?;
        let unit = check_schema(&schema)?;
        // Events of a player say what happened in columns of their own; a table of plays has none.
        let optional = |name: &str, kind: DataType| match schema.contains(name) {
            true => col(name).cast(kind),
            false => lit(NULL).cast(kind).alias(name),
        };
        let whole = |name: &str| col(name).cast(DataType::Int64);
        let text = |name: &str| col(name).cast(DataType::String);
        let plan = scan
            .select([
                whole("row"),
                whole("listener"),
                text("recording"),
                whole("started_at"),
                whole("played_ms"),
                whole("duration_ms"),
                text("ended"),
                text("country"),
                text("tier"),
                whole("session"),
                optional("event", DataType::String),
                optional("position_ms", DataType::Int64),
            ])
            .join(
                self.known.clone(),
                [col("recording")],
                [col("recording")],
                JoinArgs::new(JoinType::Left),
            );
        let shared = Arc::new(Mutex::new(std::mem::take(events)));
        let sink = Arc::clone(&shared);
        let (key, config) = (key.to_owned(), self.config.clone());
        let take = PlanCallback::new(move |batch: DataFrame| {
            let mut events = sink.lock().unwrap_or_else(PoisonError::into_inner);
            take_batch(&key, &batch, unit, &config, &mut events)?;
            Ok(false)
        });
        let done = plan
            .sink_batches(take, false, None)?
            .collect_with_engine(Engine::Streaming);
        *events = std::mem::take(&mut *shared.lock().unwrap_or_else(PoisonError::into_inner));
        done?;
        Ok(())
    }
}

fn take_batch(
    key: &str,
    batch: &DataFrame,
    unit: i64,
    config: &EventsConfig,
    events: &mut Events,
) -> PolarsResult<()> {
    let whole = |name: &str| batch.column(name)?.i64();
    let text = |name: &str| batch.column(name)?.str();
    let mut rows = whole("row")?.iter();
    let mut listeners = whole("listener")?.iter();
    let mut recordings = text("recording")?.iter();
    let mut items = batch.column("item")?.u32()?.iter();
    let mut started = whole("started_at")?.iter();
    let mut played = whole("played_ms")?.iter();
    let mut durations = whole("duration_ms")?.iter();
    let mut ended = text("ended")?.iter();
    let mut countries = text("country")?.iter();
    let mut tiers = text("tier")?.iter();
    let mut sessions = whole("session")?.iter();
    let mut happened = text("event")?.iter();
    let mut positions = whole("position_ms")?.iter();
    for _ in 0..batch.height() {
        let row = Row {
            listener: listeners.next().flatten(),
            recording: recordings.next().flatten(),
            item: items.next().flatten(),
            started_at: started.next().flatten().map(|at| at.div_euclid(unit)),
            played_ms: played.next().flatten(),
            duration_ms: durations.next().flatten(),
            ended: ended.next().flatten(),
            country: countries.next().flatten(),
            tier: tiers.next().flatten(),
            session: sessions.next().flatten(),
            event: happened.next().flatten(),
            position_ms: positions.next().flatten(),
        };
        let number = rows.next().flatten().unwrap_or_default() as u64;
        events.take(key, number, &row, config);
    }
    Ok(())
}

/// What went wrong inside polars, or with a column.
enum Failure {
    Polars(PolarsError),
    Column(String),
}

impl From<PolarsError> for Failure {
    fn from(error: PolarsError) -> Self {
        Self::Polars(error)
    }
}

/// All columns there, of a type that can be meant; returns how many units of `started_at` make a
/// millisecond.
fn check_schema(schema: &Schema) -> Result<i64, Failure> {
    let mut unit = 1;
    for (name, expected) in [
        ("listener", "a whole number"),
        ("recording", "text"),
        ("started_at", "a timestamp"),
        ("played_ms", "a whole number"),
        ("duration_ms", "a whole number"),
        ("ended", "text"),
        ("country", "text"),
        ("tier", "text"),
        ("session", "a whole number"),
    ] {
        let Some(found) = schema.get(name) else {
            return Err(Failure::Column(format!(
                "has no column `{name}`, expected {expected}"
            )));
        };
        let fits = match (expected, found) {
            ("text", DataType::String) => true,
            ("a timestamp", DataType::Datetime(resolution, _)) => {
                unit = match resolution {
                    TimeUnit::Nanoseconds => 1_000_000,
                    TimeUnit::Microseconds => 1_000,
                    TimeUnit::Milliseconds => 1,
                };
                true
            }
            ("a whole number", kind) => kind.is_primitive_numeric(),
            _ => false,
        };
        if !fits {
            return Err(Failure::Column(format!(
                "column `{name}` is {found}, expected {expected}"
            )));
        }
    }
    Ok(unit)
}

fn first_line(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    format!("cannot be read as Parquet: {line}")
}
