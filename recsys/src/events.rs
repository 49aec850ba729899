//! Which plays do the Parquet files hold? polars scans each file, joins recordings to items and hands
//! over batches as they stream; every row is then checked by the rules of [`crate::plays`].
//!
//! A row that breaks a rule is set aside with its file, number and reason; a file that cannot be
//! read stops the job with its name, because a week that is silently missing is worse.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Arc, Mutex};

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
        self.rows += 1;
        match check(row, config) {
            Ok(play) => self.plays.push(play),
            Err(reason) => {
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
    }
}

/// Reads files of plays for one catalogue.
pub struct Reader<'a> {
    known: LazyFrame,
    config: &'a EventsConfig,
}

impl<'a> Reader<'a> {
    /// A reader that knows the catalogue's recordings.
    pub fn new(items: &Items<'_>, config: &'a EventsConfig) -> Self {
        let names: Vec<String> = items.recordings().iter().map(ToString::to_string).collect();
        let indices: Vec<u32> = (0..names.len()).map(|at| items.item_of(at)).collect();
        let height = names.len();
        let columns = vec![
            Series::new("recording".into(), names).into_column(),
            Series::new("item".into(), indices).into_column(),
        ];
        let known = DataFrame::new(height, columns)
            .expect("two columns of one length")
            .lazy();
        Self { known, config }
    }

    /// Reads one file into `events`. `key` names it to people, `path` is where it lies.
    ///
    /// # Errors
    /// [`Error::Plays`] for a file that is no Parquet, is damaged, or lacks a column.
    pub fn read(&self, key: &str, path: &Path, events: &mut Events) -> Result<(), Error> {
        let refuse = |found: String| Error::Plays {
            key: key.to_owned(),
            found,
        };
        let failed = |error: PolarsError| refuse(first_line(&error.to_string()));
        // The decoder indexes by what damaged pages say: a panic there is a damaged file.
        let read = catch_unwind(AssertUnwindSafe(|| self.batches(path)));
        let (unit, batches) = match read {
            Ok(read) => read.map_err(|found| match found {
                Failure::Polars(error) => failed(error),
                Failure::Column(found) => refuse(found),
            })?,
            Err(_) => {
                return Err(refuse(
                    "is damaged: its pages contradict each other".to_owned(),
                ));
            }
        };
        for batch in &batches {
            self.take_batch(key, batch, unit, events).map_err(failed)?;
        }
        Ok(())
    }

    fn batches(&self, path: &Path) -> Result<(i64, Vec<DataFrame>), Failure> {
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
            ])
            .join(
                self.known.clone(),
                [col("recording")],
                [col("recording")],
                JoinArgs::new(JoinType::Left),
            );
        let batches = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&batches);
        let keep = PlanCallback::new(move |batch: DataFrame| {
            sink.lock().expect("no holder panics").push(batch);
            Ok(false)
        });
        plan.sink_batches(keep, false, None)?
            .collect_with_engine(Engine::Streaming)?;
        let batches = std::mem::take(&mut *batches.lock().expect("no holder panics"));
        Ok((unit, batches))
    }

    fn take_batch(
        &self,
        key: &str,
        batch: &DataFrame,
        unit: i64,
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
            };
            let number = rows.next().flatten().unwrap_or_default() as u64;
            events.take(key, number, &row, self.config);
        }
        Ok(())
    }
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
