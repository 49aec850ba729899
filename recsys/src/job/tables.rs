//! How do other engines read what a run learned? As Parquet.
//!
//! - Vectors in the shape that Spark ML writes: `id: int32` and `features: list<float>`, with the listener's number or
//!   the recording's id beside. `item-factors`, `listener-factors` (ALS), `item2vec-centres` and `item2vec-contexts`
//!   (their inner product is what item2vec says), `vectors` (ALS in the listeners' metric, length one, with what nobody has
//!   played), `sounds` (128 numbers a recording, standardised).
//! - `lists`: a row per place: `listener`, `list` (`discover-weekly`, `release-radar`, `daily-mix-1` …), `rank` from 1,
//!   `id`, `score`, `reason`, `because` (an id, or nothing), `propensity`.
//! - `recordings`: which recording each `id` of `lists` is.

mod lists;

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use catalog::ids::RecordingId;
use parquet::data_type::{ByteArray, ByteArrayType, DataType, FloatType, Int32Type, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;

use crate::als::Factors;
use crate::blend::Models;
use crate::error::Error;
use crate::items::Items;

pub(super) use lists::write as write_lists;

/// Rows per row group: 64 MB of 256 factors.
const GROUP: usize = 65_536;

/// What a row's id stands for.
enum Names<'a> {
    Listeners(&'a [u64]),
    Recordings(&'a [RecordingId]),
}

/// Writes all tables of vectors.
pub(super) fn write_vectors(
    folder: &Path,
    items: &Items<'_>,
    listeners: &[u64],
    models: &Models,
    placed: &Factors,
    sounds: &Factors,
) -> Result<(), Error> {
    let representative = |item: usize| items.recordings()[items.members(item as u32)[0] as usize];
    let recordings: Vec<RecordingId> = (0..items.len()).map(representative).collect();
    let (listeners, recordings) = (Names::Listeners(listeners), Names::Recordings(&recordings));
    let tables = [
        ("listener-factors", &listeners, &models.als.listeners),
        ("item-factors", &recordings, &models.als.items),
        ("item2vec-centres", &recordings, &models.sequences.centres),
        ("item2vec-contexts", &recordings, &models.sequences.contexts),
        ("vectors", &recordings, placed),
        ("sounds", &recordings, sounds),
    ];
    for (name, names, factors) in tables {
        let path = folder.join(format!("{name}.parquet"));
        written(&path, |file| rows(file, names, factors))?;
    }
    Ok(())
}

/// Makes a file, and says which it was where that fails.
fn written(path: &Path, write: impl FnOnce(File) -> Result<(), ParquetError>) -> Result<(), Error> {
    let failed = |source| Error::File {
        path: path.to_owned(),
        source,
    };
    let file = File::create(path).map_err(failed)?;
    write(file).map_err(|error| failed(std::io::Error::other(error)))
}

/// A writer whose bytes do not depend on the library's version.
fn writer(file: File, schema: &str) -> Result<SerializedFileWriter<File>, ParquetError> {
    let properties = WriterProperties::builder()
        .set_created_by("backline recsys".to_owned())
        .build();
    let schema = Arc::new(parse_message_type(schema)?);
    SerializedFileWriter::new(file, schema, Arc::new(properties))
}

/// Writes the next column of a row group.
fn column<T: DataType>(
    group: &mut SerializedRowGroupWriter<'_, File>,
    values: &[T::T],
    definition: Option<&[i16]>,
    repetition: Option<&[i16]>,
) -> Result<(), ParquetError> {
    let next = group.next_column()?;
    let mut column =
        next.ok_or_else(|| ParquetError::General("the schema has fewer columns".to_owned()))?;
    let typed = column.typed::<T>();
    typed.write_batch(values, definition, repetition)?;
    column.close()
}

fn rows(file: File, names: &Names<'_>, factors: &Factors) -> Result<(), ParquetError> {
    let name = match names {
        Names::Listeners(_) => "required int64 listener;",
        Names::Recordings(_) => "required binary recording (UTF8);",
    };
    let mut writer = writer(
        file,
        &format!(
            "message factors {{ required int32 id; {name} \
             required group features (LIST) {{ repeated group list {{ required float element; }} }} }}"
        ),
    )?;
    for from in (0..factors.rows()).step_by(GROUP) {
        let span = from..(from + GROUP).min(factors.rows());
        let mut group = writer.next_row_group()?;
        let ids: Vec<i32> = span.clone().map(|id| id as i32).collect();
        column::<Int32Type>(&mut group, &ids, None, None)?;
        match names {
            Names::Listeners(numbers) => {
                let numbers: Vec<i64> = numbers[span.clone()].iter().map(|&n| n as i64).collect();
                column::<Int64Type>(&mut group, &numbers, None, None)?;
            }
            Names::Recordings(ids) => {
                let texts: Vec<ByteArray> = ids[span.clone()].iter().map(text).collect();
                column::<ByteArrayType>(&mut group, &texts, None, None)?;
            }
        }
        let width = factors.factors();
        let values: Vec<f32> = span
            .flat_map(|row| factors.row(row)[..width].iter().copied())
            .collect();
        // A list per row: level 0 begins a row, level 1 goes on with it; every element is there.
        let repetition: Vec<i16> = (0..values.len())
            .map(|at| i16::from(at % width != 0))
            .collect();
        let definition = vec![1i16; values.len()];
        column::<FloatType>(&mut group, &values, Some(&definition), Some(&repetition))?;
        group.close()?;
    }
    writer.close().map(drop)
}

fn text(of: &impl ToString) -> ByteArray {
    of.to_string().into_bytes().into()
}
