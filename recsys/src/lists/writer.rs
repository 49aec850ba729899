//! How do finished lists become `lists.bin`? The same lists give the same bytes.

use std::path::Path;

use catalog::columns::ColumnsWriter;
use catalog::ids::{ArtistId, RecordingId};
use jiff::Timestamp;

use super::{Entry, SCHEMA};
use crate::error::Error;

/// Lists end to end, and where each begins.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    at: Vec<u64>,
    entries: Vec<Entry>,
}

impl Table {
    /// One list per row.
    pub fn of(lists: impl IntoIterator<Item = Vec<Entry>>) -> Self {
        let mut table = Self {
            at: vec![0],
            entries: Vec::new(),
        };
        for list in lists {
            table.entries.extend(list);
            table.at.push(table.entries.len() as u64);
        }
        table
    }

    /// Rows that are not empty.
    pub fn filled(&self) -> usize {
        self.at.windows(2).filter(|ends| ends[0] < ends[1]).count()
    }

    /// The lists, row by row.
    pub fn rows(&self) -> impl Iterator<Item = &[Entry]> {
        let ends = self.at.windows(2);
        ends.map(|ends| &self.entries[ends[0] as usize..ends[1] as usize])
    }

    /// All entries of all rows.
    pub fn entries(&self) -> usize {
        self.entries.len()
    }
}

/// Everything that the file says.
#[derive(Debug, Clone, PartialEq)]
pub struct ListsWriter {
    /// The Monday, 00:00 UTC, that the lists are for.
    pub monday: Timestamp,
    /// Sorted.
    pub recordings: Vec<RecordingId>,
    /// 0 to 1, one per recording.
    pub popularity: Vec<f32>,
    /// Sorted.
    pub listeners: Vec<u64>,
    /// One row per listener.
    pub weekly: Table,
    /// One row per territory, by index.
    pub charts: Table,
    /// One row per recording.
    pub similar: Table,
    /// One value per place of `weekly`.
    pub propensity: Vec<f32>,
    /// [`super::MIXES`] rows per listener.
    pub mixes: Table,
    /// One row per listener.
    pub radar: Table,
    /// Sorted.
    pub artists: Vec<ArtistId>,
    /// One row per artist, of artists.
    pub artists_similar: Table,
    /// One row per artist, of recordings.
    pub artists_radio: Table,
}

impl ListsWriter {
    /// Writes the file.
    ///
    /// # Errors
    /// [`Error::Columns`] when it cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), Error> {
        ColumnsWriter::new(path)
            .section("schema", &[SCHEMA])
            .section("monday", &[self.monday.as_second()])
            .section("recordings", &self.recordings)
            .section("popularity", &self.popularity)
            .section("listeners", &self.listeners)
            .section("weekly.at", &self.weekly.at)
            .section("weekly", &self.weekly.entries)
            .section("charts.at", &self.charts.at)
            .section("charts", &self.charts.entries)
            .section("similar.at", &self.similar.at)
            .section("similar", &self.similar.entries)
            .section("weekly.propensity", &self.propensity)
            .section("mixes.at", &self.mixes.at)
            .section("mixes", &self.mixes.entries)
            .section("radar.at", &self.radar.at)
            .section("radar", &self.radar.entries)
            .section("artists", &self.artists)
            .section("artists.similar.at", &self.artists_similar.at)
            .section("artists.similar", &self.artists_similar.entries)
            .section("artists.radio.at", &self.artists_radio.at)
            .section("artists.radio", &self.artists_radio.entries)
            .finish()?;
        Ok(())
    }
}
