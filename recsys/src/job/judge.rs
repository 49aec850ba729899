//! What do the plays of a store hold, and what would a run learn from them? Reads, checks, sets aside
//! and sums up as a run does; trains and publishes nothing.

use std::path::Path;

use catalog::ids::RecordingId;
use catalog::progress::Progress;
use catalog::store::Store;
use jiff::Timestamp;

use super::finished::refused_lines;
use super::{instant, on_threads, plays_files, read, temporary};
use crate::config::Config;
use crate::error::Error;
use crate::events::Reader;
use crate::plays::{day_after_newest, interactions};
use crate::report::PlaysReport;

/// Judges all plays against the recordings that are known: pairs of id and item.
///
/// # Errors
/// [`Error`] naming the file that cannot be read or written.
pub fn judge_plays(
    store: &Store,
    config: &Config,
    known: &[(RecordingId, u32)],
    as_of: Option<Timestamp>,
    quarantine: Option<&Path>,
    threads: usize,
    progress: &dyn Progress,
) -> Result<PlaysReport, Error> {
    on_threads(threads, || {
        let cache = temporary()?;
        let files = plays_files(store, cache.path())?;
        let reader = Reader::of(known.iter().copied(), &config.events);
        let events = read(&files, &reader, progress)?;
        let newest = day_after_newest(&events.plays, &config.events);
        let as_of = as_of.map(Timestamp::as_millisecond).or(newest).unwrap_or(0);
        let items = known
            .iter()
            .map(|entry| entry.1 as usize + 1)
            .max()
            .unwrap_or(0);
        let known = interactions(&events.plays, items, as_of, config);
        if let Some(path) = quarantine {
            std::fs::write(path, refused_lines(&events)).map_err(|source| Error::File {
                path: path.to_owned(),
                source,
            })?;
        }
        Ok(PlaysReport {
            files: files.len(),
            events: events.rows,
            refused: events.refusals,
            searches: events.searches,
            as_of: instant(as_of),
            tally: known.tally,
            listeners: known.listeners.len(),
            interactions: known.strengths.entries(),
            matrix_bytes: known.strengths.bytes(),
        })
    })
}
