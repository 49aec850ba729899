//! Every place of every listener's lists, a row each, and which recording an id is.

use std::path::Path;

use parquet::data_type::{ByteArray, ByteArrayType, FloatType, Int32Type, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::writer::SerializedFileWriter;

use super::{File, column, text, writer, written};
use crate::error::Error;
use crate::lists::{Entry, ListsWriter, MIXES, Reason};

/// Rows per row group: some 40 MB while it is written.
const GROUP: usize = 1_000_000;

const SCHEMA: &str = "message lists { required int64 listener; required binary list (UTF8); \
    required int32 rank; required int32 id; required float score; required binary reason (UTF8); \
    optional int32 because; required float propensity; }";

/// Writes `lists.parquet` and `recordings.parquet`.
pub(in crate::job) fn write(folder: &Path, lists: &ListsWriter) -> Result<(), Error> {
    written(&folder.join("lists.parquet"), |file| places(file, lists))?;
    written(&folder.join("recordings.parquet"), |file| {
        let schema = "message recordings { required int32 id; required binary recording (UTF8); }";
        let mut writer = writer(file, schema)?;
        let mut group = writer.next_row_group()?;
        let ids: Vec<i32> = (0..lists.recordings.len() as i32).collect();
        let texts: Vec<ByteArray> = lists.recordings.iter().map(text).collect();
        column::<Int32Type>(&mut group, &ids, None, None)?;
        column::<ByteArrayType>(&mut group, &texts, None, None)?;
        group.close()?;
        writer.close().map(drop)
    })
}

fn places(file: File, lists: &ListsWriter) -> Result<(), ParquetError> {
    let mut rows = Rows {
        writer: writer(file, SCHEMA)?,
        waiting: Columns::default(),
    };
    let names: Vec<ByteArray> = (1..=MIXES)
        .map(|n| text(&format!("daily-mix-{n}")))
        .collect();
    let (weekly, radar) = (text(&"discover-weekly"), text(&"release-radar"));
    let mut propensities = lists.propensity.iter().copied();
    let mut mixes = lists.mixes.rows();
    let by_listener = lists.listeners.iter().zip(lists.weekly.rows());
    for ((&listener, of_weekly), of_radar) in by_listener.zip(lists.radar.rows()) {
        let drawn = propensities.by_ref().take(of_weekly.len());
        rows.add(listener, &weekly, of_weekly, drawn)?;
        rows.add(listener, &radar, of_radar, std::iter::repeat(1.0))?;
        for (name, mix) in names.iter().zip(&mut mixes) {
            rows.add(listener, name, mix, std::iter::repeat(1.0))?;
        }
    }
    rows.flush()?;
    rows.writer.close().map(drop)
}

#[derive(Default)]
struct Columns {
    listeners: Vec<i64>,
    lists: Vec<ByteArray>,
    ranks: Vec<i32>,
    ids: Vec<i32>,
    scores: Vec<f32>,
    reasons: Vec<ByteArray>,
    because: Vec<i32>,
    explained: Vec<i16>,
    propensities: Vec<f32>,
}

struct Rows {
    writer: SerializedFileWriter<File>,
    waiting: Columns,
}

impl Rows {
    fn add(
        &mut self,
        listener: u64,
        list: &ByteArray,
        entries: &[Entry],
        propensities: impl Iterator<Item = f32>,
    ) -> Result<(), ParquetError> {
        let to = &mut self.waiting;
        for ((entry, propensity), rank) in entries.iter().zip(propensities).zip(1..) {
            let (reason, because) = match entry.reason() {
                Reason::Trending => ("trending", None),
                Reason::BecauseYouPlayed(played) => ("because-you-played", Some(played)),
                Reason::Taste => ("taste", None),
                Reason::Similar => ("similar", None),
            };
            to.listeners.push(listener as i64);
            to.lists.push(list.clone());
            to.ranks.push(rank);
            to.ids.push(entry.recording as i32);
            to.scores.push(entry.score);
            to.reasons.push(reason.into());
            to.because.extend(because.map(|played| played as i32));
            to.explained.push(i16::from(because.is_some()));
            to.propensities.push(propensity);
        }
        match self.waiting.ids.len() >= GROUP {
            true => self.flush(),
            false => Ok(()),
        }
    }

    fn flush(&mut self) -> Result<(), ParquetError> {
        let from = std::mem::take(&mut self.waiting);
        if from.ids.is_empty() {
            return Ok(());
        }
        let mut group = self.writer.next_row_group()?;
        column::<Int64Type>(&mut group, &from.listeners, None, None)?;
        column::<ByteArrayType>(&mut group, &from.lists, None, None)?;
        column::<Int32Type>(&mut group, &from.ranks, None, None)?;
        column::<Int32Type>(&mut group, &from.ids, None, None)?;
        column::<FloatType>(&mut group, &from.scores, None, None)?;
        column::<ByteArrayType>(&mut group, &from.reasons, None, None)?;
        column::<Int32Type>(&mut group, &from.because, Some(&from.explained), None)?;
        column::<FloatType>(&mut group, &from.propensities, None, None)?;
        group.close().map(drop)
    }
}
