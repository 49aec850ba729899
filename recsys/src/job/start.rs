//! From which vectors does training start? From nothing, from yesterday's run, or from what another engine
//! trained, in the shape that Spark ML writes: a Parquet file or folder of parts with `id: int` and
//! `features: list<float>`, and beside it, or in a column `recording` of its own, which recording each id is.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use catalog::ids::{RecordingId, Sha256};
use catalog::store::Store;
use polars::prelude::*;

use crate::als::Factors;
use crate::error::Error;
use crate::items::Items;
use crate::published::{Model, key};

/// Where training starts.
#[derive(Debug, Clone, Copy)]
pub enum Start<'a> {
    /// From the seed.
    Cold,
    /// From the newest run that saw fewer plays, where there is one.
    Warm,
    /// Not at all: these are the recordings' vectors, and listeners are folded in.
    Imported {
        /// A Parquet file or a folder of parts.
        items: &'a Path,
        /// Which recording an id is: a Parquet file with `id` and `recording`.
        ids: Option<&'a Path>,
    },
}

/// Vectors by recording, and the hash of the files that they came from.
pub(super) struct Vectors {
    by_recording: Vec<(RecordingId, Vec<f32>)>,
    pub(super) hash: Sha256,
    pub(super) factors: usize,
}

impl Vectors {
    /// In the order of items; zeros where a recording has no vector.
    pub(super) fn by_item(&self, items: &Items<'_>) -> Factors {
        let mut out = Factors::zeros(items.len(), self.factors);
        let width = out.width();
        for (id, vector) in &self.by_recording {
            if let Ok(at) = items.recordings().binary_search(id) {
                let item = items.item_of(at) as usize;
                out.as_mut_slice()[item * width..][..self.factors].copy_from_slice(vector);
            }
        }
        out
    }
}

/// Reads what `start` names; `None` for a cold start.
pub(super) fn vectors(
    store: &Store,
    start: Start<'_>,
    earlier: &[Model],
    cache: &Path,
) -> Result<Option<Vectors>, Error> {
    match (start, earlier.first()) {
        (Start::Cold, _) | (Start::Warm, None) => Ok(None),
        (Start::Warm, Some(model)) => {
            let path = store.fetch(&key(&model.run, "item-factors.parquet"), cache)?;
            read(&path, None).map(Some)
        }
        (Start::Imported { items, ids }, _) => read(items, ids).map(Some),
    }
}

fn read(path: &Path, ids: Option<&Path>) -> Result<Vectors, Error> {
    let refuse = |found: String| Error::Factors {
        path: path.to_owned(),
        found,
    };
    let failed = |error: PolarsError| {
        refuse(
            error
                .to_string()
                .lines()
                .next()
                .unwrap_or_default()
                .to_owned(),
        )
    };
    let parts = parts(path)?;
    let mut hashes = Vec::new();
    for part in parts.iter().map(PathBuf::as_path).chain(ids) {
        let hash = Sha256::of_file(part).map_err(|source| Error::File {
            path: part.to_owned(),
            source,
        })?;
        hashes.push(hash.to_string());
    }
    let names = ids.map(|ids| named(ids).map_err(failed)).transpose()?;
    let mut by_recording = Vec::new();
    for part in &parts {
        let rows = rows(part, names.as_ref()).map_err(failed)?;
        by_recording.extend(rows);
    }
    let factors = by_recording.first().map_or(0, |row| row.1.len());
    if factors == 0 {
        return Err(refuse("holds no vector of a recording".to_owned()));
    }
    if let Some(row) = by_recording.iter().find(|row| row.1.len() != factors) {
        return Err(refuse(format!(
            "the vector of {} has {} values, others have {factors}",
            row.0,
            row.1.len()
        )));
    }
    if let Some(row) = by_recording
        .iter()
        .find(|row| !row.1.iter().all(|x| x.is_finite()))
    {
        return Err(refuse(format!(
            "the vector of {} holds a value that is not finite",
            row.0
        )));
    }
    by_recording.sort_by_key(|row| row.0);
    Ok(Vectors {
        by_recording,
        hash: Sha256::of(hashes.join(" ")),
        factors,
    })
}

/// The file, or the parts of a folder in the order of their names.
fn parts(path: &Path) -> Result<Vec<PathBuf>, Error> {
    let failed = |source| Error::File {
        path: path.to_owned(),
        source,
    };
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut parts = Vec::new();
    for entry in std::fs::read_dir(path).map_err(failed)? {
        let part = entry.map_err(failed)?.path();
        if part.extension().is_some_and(|end| end == "parquet") {
            parts.push(part);
        }
    }
    parts.sort();
    Ok(parts)
}

fn frame(path: &Path, columns: Vec<Expr>) -> PolarsResult<DataFrame> {
    let path = PlRefPath::new(path.to_string_lossy().as_ref());
    let scan = LazyFrame::scan_parquet(
        path,
        ScanArgsParquet {
            glob: false,
            ..Default::default()
        },
    )?;
    scan.select(columns).collect()
}

fn named(path: &Path) -> PolarsResult<HashMap<i64, RecordingId>> {
    let frame = frame(
        path,
        vec![
            col("id").cast(DataType::Int64),
            col("recording").cast(DataType::String),
        ],
    )?;
    let (ids, names) = (
        frame.column("id")?.i64()?,
        frame.column("recording")?.str()?,
    );
    let pairs = ids.iter().zip(names.iter());
    Ok(pairs
        .filter_map(|(id, name)| Some((id?, name?.parse().ok()?)))
        .collect())
}

/// The vectors of one part; rows whose recording is not known are passed over.
fn rows(
    path: &Path,
    names: Option<&HashMap<i64, RecordingId>>,
) -> PolarsResult<Vec<(RecordingId, Vec<f32>)>> {
    let list = DataType::List(Box::new(DataType::Float32));
    let own = match names {
        Some(_) => col("id").cast(DataType::Int64),
        None => col("recording").cast(DataType::String),
    };
    let frame = frame(path, vec![own.alias("key"), col("features").cast(list)])?;
    let features = frame.column("features")?.list()?.clone();
    let recordings: Vec<Option<RecordingId>> = match names {
        Some(names) => {
            let ids = frame.column("key")?.i64()?.iter();
            ids.map(|id| names.get(&id?).copied()).collect()
        }
        None => {
            let texts = frame.column("key")?.str()?.iter();
            texts.map(|text| text?.parse().ok()).collect()
        }
    };
    let mut out = Vec::new();
    for (row, recording) in recordings.into_iter().enumerate() {
        if let (Some(recording), Some(vector)) = (recording, features.get_as_series(row)) {
            let values = vector.f32()?.iter().map(|x| x.unwrap_or(f32::NAN));
            out.push((recording, values.collect()));
        }
    }
    Ok(out)
}
