//! How do other engines read the factors? As Parquet in the shape that Spark ML writes: `id: int32`
//! and `features: list<float>`, with the listener's number or the recording's id beside.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use catalog::ids::RecordingId;
use parquet::data_type::{ByteArray, ByteArrayType, FloatType, Int32Type, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;

use crate::als::{AlsModel, Factors};
use crate::error::Error;
use crate::items::Items;

/// Rows per row group: 64 MB of 256 factors.
const GROUP: usize = 65_536;

/// What a row's id stands for.
enum Names<'a> {
    Listeners(&'a [u64]),
    Recordings(Vec<RecordingId>),
}

/// Writes `listener-factors.parquet` and `item-factors.parquet`.
pub(super) fn write(
    folder: &Path,
    items: &Items<'_>,
    listeners: &[u64],
    model: &AlsModel,
) -> Result<(), Error> {
    let representative = |item: usize| items.recordings()[items.members(item as u32)[0] as usize];
    let recordings = (0..items.len()).map(representative).collect();
    table(
        &folder.join("listener-factors.parquet"),
        &Names::Listeners(listeners),
        &model.listeners,
    )?;
    table(
        &folder.join("item-factors.parquet"),
        &Names::Recordings(recordings),
        &model.items,
    )
}

fn table(path: &Path, names: &Names<'_>, factors: &Factors) -> Result<(), Error> {
    let failed = |error: ParquetError| Error::File {
        path: path.to_owned(),
        source: std::io::Error::other(error),
    };
    let file = File::create(path).map_err(|source| Error::File {
        path: path.to_owned(),
        source,
    })?;
    rows(file, names, factors).map_err(failed)
}

fn rows(file: File, names: &Names<'_>, factors: &Factors) -> Result<(), ParquetError> {
    let name = match names {
        Names::Listeners(_) => "required int64 listener;",
        Names::Recordings(_) => "required binary recording (UTF8);",
    };
    let schema = format!(
        "message factors {{ required int32 id; {name} \
         required group features (LIST) {{ repeated group list {{ required float element; }} }} }}"
    );
    // The library's own version must not decide our bytes.
    let properties = WriterProperties::builder()
        .set_created_by("backline recsys".to_owned())
        .build();
    let mut writer = SerializedFileWriter::new(
        file,
        Arc::new(parse_message_type(&schema)?),
        Arc::new(properties),
    )?;
    for from in (0..factors.rows()).step_by(GROUP) {
        let span = from..(from + GROUP).min(factors.rows());
        let mut group = writer.next_row_group()?;
        let mut column = group.next_column()?.ok_or_else(missing)?;
        let ids: Vec<i32> = span.clone().map(|id| id as i32).collect();
        column.typed::<Int32Type>().write_batch(&ids, None, None)?;
        column.close()?;
        let mut column = group.next_column()?.ok_or_else(missing)?;
        match names {
            Names::Listeners(numbers) => {
                let numbers: Vec<i64> = numbers[span.clone()].iter().map(|&n| n as i64).collect();
                column
                    .typed::<Int64Type>()
                    .write_batch(&numbers, None, None)?;
            }
            Names::Recordings(ids) => {
                let texts: Vec<ByteArray> = ids[span.clone()]
                    .iter()
                    .map(|id| id.to_string().into_bytes().into())
                    .collect();
                column
                    .typed::<ByteArrayType>()
                    .write_batch(&texts, None, None)?;
            }
        }
        column.close()?;
        let width = factors.factors();
        let values: Vec<f32> = span
            .clone()
            .flat_map(|row| factors.row(row)[..width].iter().copied())
            .collect();
        // A list per row: level 0 begins a row, level 1 goes on with it; every element is there.
        let repetition: Vec<i16> = (0..values.len())
            .map(|at| i16::from(at % width != 0))
            .collect();
        let definition = vec![1i16; values.len()];
        let mut column = group.next_column()?.ok_or_else(missing)?;
        column
            .typed::<FloatType>()
            .write_batch(&values, Some(&definition), Some(&repetition))?;
        column.close()?;
        group.close()?;
    }
    writer.close().map(drop)
}

fn missing() -> ParquetError {
    ParquetError::General("the schema has three columns".to_owned())
}
