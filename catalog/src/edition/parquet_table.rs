//! What do people and other engines read of an edition? `catalogue.parquet`, one row per track.

use super::EditionError;
use crate::release::{Credit, Release, Track};
use parquet::data_type::{ByteArray, ByteArrayType, Int32Type, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

/// Ids are 22 characters, `duration_ms` is the master's, `artists` the displayed names joined by ", ".
const SCHEMA: &str = "message track {
  required binary track (UTF8);
  required binary recording (UTF8);
  required binary release (UTF8);
  required binary isrc (UTF8);
  required binary title (UTF8);
  required binary artists (UTF8);
  required binary release_title (UTF8);
  required binary label (UTF8);
  required binary genre (UTF8);
  required binary release_date (UTF8);
  required int32 disc;
  required int32 number;
  required int64 duration_ms;
  required binary licence (UTF8);
  required binary origin (UTF8);
}";

/// Writes the table.
pub(super) fn write(path: &Path, releases: &[(&Release, Vec<&Track>)]) -> Result<(), EditionError> {
    let failed = |source| EditionError::File {
        path: path.to_owned(),
        source,
    };
    let file = File::create(path).map_err(failed)?;
    let rows: Vec<(&Release, &Track)> = releases
        .iter()
        .flat_map(|(release, tracks)| tracks.iter().map(move |track| (*release, *track)))
        .collect();
    write_rows(&file, &rows).map_err(|error| failed(std::io::Error::other(error)))?;
    file.sync_all().map_err(failed)
}

fn write_rows(file: &File, rows: &[(&Release, &Track)]) -> Result<(), ParquetError> {
    let schema = Arc::new(parse_message_type(SCHEMA)?);
    let compression = parquet::basic::Compression::ZSTD(parquet::basic::ZstdLevel::try_new(3)?);
    let properties = WriterProperties::builder()
        .set_compression(compression)
        .build();
    let mut writer = SerializedFileWriter::new(file, schema, Arc::new(properties))?;
    let mut group = writer.next_row_group()?;
    text(&mut group, rows, |_, track| track.id.to_string())?;
    text(&mut group, rows, |_, track| track.recording.to_string())?;
    text(&mut group, rows, |release, _| release.id.to_string())?;
    text(&mut group, rows, |_, track| track.isrc.to_string())?;
    text(&mut group, rows, |_, track| track.title.clone())?;
    text(&mut group, rows, |_, track| displayed(&track.artists))?;
    text(&mut group, rows, |release, _| release.title.clone())?;
    text(&mut group, rows, |release, _| release.label.clone())?;
    text(&mut group, rows, |release, track| {
        let genre = track.genre.as_ref().or(release.genre.as_ref());
        genre.map_or(String::new(), |genre| genre.code.clone())
    })?;
    text(&mut group, rows, |release, _| {
        release
            .release_date
            .map_or(String::new(), |date| date.to_string())
    })?;
    number(&mut group, rows, |track| i32::from(track.disc))?;
    number(&mut group, rows, |track| i32::from(track.number))?;
    let durations: Vec<i64> = rows.iter().map(|(_, track)| duration(track)).collect();
    column::<Int64Type>(&mut group, &durations)?;
    text(&mut group, rows, |_, track| {
        track.licence.clone().unwrap_or_default()
    })?;
    text(&mut group, rows, |_, track| {
        track.origin.clone().unwrap_or_default()
    })?;
    group.close()?;
    writer.close().map(drop)
}

fn duration(track: &Track) -> i64 {
    let master = track
        .master
        .as_ref()
        .map(|master| master.frames.at(master.sample_rate));
    master.unwrap_or(track.duration).0 as i64
}

fn displayed(credits: &[Credit]) -> String {
    let names = credits.iter().filter(|credit| credit.role.is_displayed());
    names
        .map(|credit| credit.name.as_str())
        .collect::<Vec<_>>()
        .join(", ")
}

type Group<'a, 'f> = SerializedRowGroupWriter<'a, &'f File>;

fn text(
    group: &mut Group<'_, '_>,
    rows: &[(&Release, &Track)],
    of: impl Fn(&Release, &Track) -> String,
) -> Result<(), ParquetError> {
    let values: Vec<ByteArray> = rows
        .iter()
        .map(|(release, track)| of(release, track).into_bytes().into())
        .collect();
    column::<ByteArrayType>(group, &values)
}

fn number(
    group: &mut Group<'_, '_>,
    rows: &[(&Release, &Track)],
    of: impl Fn(&Track) -> i32,
) -> Result<(), ParquetError> {
    let values: Vec<i32> = rows.iter().map(|(_, track)| of(track)).collect();
    column::<Int32Type>(group, &values)
}

fn column<T: parquet::data_type::DataType>(
    group: &mut Group<'_, '_>,
    values: &[T::T],
) -> Result<(), ParquetError> {
    let missing =
        || ParquetError::General("the schema has fewer columns than are written".to_owned());
    let mut column = group.next_column()?.ok_or_else(missing)?;
    column.typed::<T>().write_batch(values, None, None)?;
    column.close()
}
