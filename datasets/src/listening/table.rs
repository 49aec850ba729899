//! How do plays stand in a file that any engine reads?
//!
//! Parquet, zstd, one row group, the columns of [`catalog::plays::COLUMNS`], all required, rows
//! in order of `started_at`.

use super::Play;
use super::world::World;
use crate::config::Plays;
use bytes::Bytes;
use parquet::basic::{Compression, ZstdLevel};
use parquet::data_type::{ByteArray, ByteArrayType, Int32Type, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;
use std::sync::Arc;

/// The schema in Parquet's own notation.
pub const SCHEMA: &str = "message plays {
    REQUIRED INT64 listener;
    REQUIRED BYTE_ARRAY recording (UTF8);
    REQUIRED INT64 started_at (TIMESTAMP(MILLIS,true));
    REQUIRED INT32 played_ms;
    REQUIRED INT32 duration_ms;
    REQUIRED BYTE_ARRAY ended (UTF8);
    REQUIRED BYTE_ARRAY context (UTF8);
    REQUIRED BYTE_ARRAY device (UTF8);
    REQUIRED BYTE_ARRAY country (UTF8);
    REQUIRED BYTE_ARRAY tier (UTF8);
    REQUIRED INT64 session;
}";

/// What a row says besides the play itself.
pub struct Who<'a> {
    /// The world the items are in.
    pub world: &'a World,
    /// Countries by index.
    pub parameters: &'a Plays,
    /// Country and tier of each listener, by number − 1.
    pub listeners: &'a [(usize, usize)],
}

/// Writes the plays of one day.
///
/// # Errors
/// What the Parquet writer says; into memory it does not fail.
pub fn write(plays: &[Play], who: &Who<'_>) -> Result<Vec<u8>, ParquetError> {
    let schema = Arc::new(parse_message_type(SCHEMA)?);
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(3)?))
        .set_created_by("backline datasets".to_owned())
        .build();
    let mut writer = SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties))?;
    let mut group = writer.next_row_group()?;
    let recordings: Vec<ByteArray> = who
        .world
        .items
        .iter()
        .map(|item| text(&item.recording.to_string()))
        .collect();
    let countries: Vec<ByteArray> = who
        .parameters
        .countries
        .iter()
        .map(|country| text(country.code.code()))
        .collect();
    let tiers = [text("free"), text("premium")];
    let of = |play: &Play| who.listeners[play.listener as usize - 1];
    longs(&mut group, plays, |play| i64::from(play.listener))?;
    texts(&mut group, plays, |play| {
        recordings[play.item as usize].clone()
    })?;
    longs(&mut group, plays, |play| play.started_at)?;
    ints(&mut group, plays, |play| play.played_ms)?;
    ints(&mut group, plays, |play| {
        who.world.items[play.item as usize].duration_ms
    })?;
    texts(&mut group, plays, |play| text(play.ended.word()))?;
    texts(&mut group, plays, |play| text(play.context.word()))?;
    texts(&mut group, plays, |play| text(play.device.word()))?;
    texts(&mut group, plays, |play| countries[of(play).0].clone())?;
    texts(&mut group, plays, |play| tiers[of(play).1].clone())?;
    longs(&mut group, plays, |play| play.session)?;
    group.close()?;
    writer.into_inner()
}

type Group<'a> = SerializedRowGroupWriter<'a, Vec<u8>>;

fn text(word: &str) -> ByteArray {
    ByteArray::from(Bytes::copy_from_slice(word.as_bytes()))
}

fn longs(
    group: &mut Group<'_>,
    plays: &[Play],
    value: impl Fn(&Play) -> i64,
) -> Result<(), ParquetError> {
    let values: Vec<i64> = plays.iter().map(value).collect();
    let mut column = next(group)?;
    column
        .typed::<Int64Type>()
        .write_batch(&values, None, None)?;
    column.close()
}

fn ints(
    group: &mut Group<'_>,
    plays: &[Play],
    value: impl Fn(&Play) -> u32,
) -> Result<(), ParquetError> {
    let values: Vec<i32> = plays
        .iter()
        .map(|play| value(play).min(i32::MAX as u32) as i32)
        .collect();
    let mut column = next(group)?;
    column
        .typed::<Int32Type>()
        .write_batch(&values, None, None)?;
    column.close()
}

fn texts(
    group: &mut Group<'_>,
    plays: &[Play],
    value: impl Fn(&Play) -> ByteArray,
) -> Result<(), ParquetError> {
    let values: Vec<ByteArray> = plays.iter().map(value).collect();
    let mut column = next(group)?;
    column
        .typed::<ByteArrayType>()
        .write_batch(&values, None, None)?;
    column.close()
}

fn next<'a>(
    group: &'a mut Group<'_>,
) -> Result<parquet::file::writer::SerializedColumnWriter<'a>, ParquetError> {
    group
        .next_column()?
        .ok_or_else(|| ParquetError::General("fewer columns than values".into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_has_the_columns_that_all_crates_agreed_on() {
        let schema = parse_message_type(SCHEMA).unwrap();
        let names: Vec<&str> = schema
            .get_fields()
            .iter()
            .map(|field| field.name())
            .collect();
        let agreed: Vec<&str> = catalog::plays::COLUMNS
            .iter()
            .map(|column| column.name)
            .collect();
        assert_eq!(names, agreed);
        for (field, column) in schema.get_fields().iter().zip(catalog::plays::COLUMNS) {
            let physical = field.get_physical_type().to_string();
            assert!(
                column.kind.starts_with(&physical),
                "{}: {physical}",
                column.name
            );
        }
    }
}
