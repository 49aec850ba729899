//! How is the index built so that its bytes repeat, and how good did it become?

use std::path::Path;

use catalog::ids::Sha256;
use hnsw_rs::prelude::{AnnT, DistDot, Hnsw};
use serde::{Deserialize, Serialize};

use super::{AnnManifest, BASENAME, FileSeal, GRAPH, MANIFEST};
use crate::error::Error;
use crate::kernel::dot;
use crate::vectors::VectorsWriter;

/// The points' file name.
const DATA: &str = "ann.hnsw.data";

/// Layers that `hnsw_rs` dumps: it refuses any other number.
const LAYERS: usize = 16;

/// Queries on which recall is measured, spread evenly over the rows.
const RECALL_QUERIES: usize = 500;

/// How the graph is built and asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnnConfig {
    /// Neighbours per point and layer (M); at most 255.
    pub connections: usize,
    /// Candidates while building; above 2 M.
    pub ef_construction: usize,
    /// Candidates while searching.
    pub ef_search: usize,
}

/// Builds the index over the rows of `vectors` and writes its files and manifest into `folder`.
///
/// # Errors
/// [`Error::File`] when they cannot be written.
pub fn build(
    vectors: &VectorsWriter,
    dimension: usize,
    config: &AnnConfig,
    folder: &Path,
) -> Result<AnnManifest, Error> {
    let rows: Vec<&[f32]> = vectors.rows().collect();
    let mut manifest = AnnManifest {
        schema: 1,
        library: "hnsw_rs 0.3.5".to_owned(),
        points: rows.len(),
        dimension,
        connections: config.connections,
        ef_construction: config.ef_construction,
        ef_search: config.ef_search,
        recall_at_10: 1.0,
        recall_queries: 0,
        files: Vec::new(),
    };
    if !rows.is_empty() {
        let mut graph: Hnsw<'_, f32, DistDot> = Hnsw::new(
            config.connections,
            rows.len(),
            LAYERS,
            config.ef_construction,
            DistDot {},
        );
        for (row, vector) in rows.iter().enumerate() {
            graph.insert((&vector[..dimension], row));
        }
        graph.set_searching_mode(true);
        (manifest.recall_at_10, manifest.recall_queries) =
            recall(&graph, &rows, dimension, config.ef_search);
        let failed = |source| Error::File {
            path: folder.join(GRAPH),
            source,
        };
        graph
            .file_dump(folder, BASENAME)
            .map_err(|error| failed(std::io::Error::other(error.to_string())))?;
        for name in [GRAPH, DATA] {
            manifest.files.push(seal(folder, name)?);
        }
    }
    let path = folder.join(MANIFEST);
    let text = serde_json::to_vec_pretty(&manifest).expect("plain data");
    std::fs::write(&path, text).map_err(|source| Error::File { path, source })?;
    Ok(manifest)
}

fn seal(folder: &Path, name: &str) -> Result<FileSeal, Error> {
    let path = folder.join(name);
    let failed = |source| Error::File {
        path: path.clone(),
        source,
    };
    Ok(FileSeal {
        name: name.to_owned(),
        bytes: path.metadata().map_err(failed)?.len(),
        sha256: Sha256::of_file(&path).map_err(failed)?,
    })
}

/// Share of the true ten nearest that searches find. A found row that is as near as the tenth
/// counts: equal vectors are equally right.
fn recall(
    graph: &Hnsw<'_, f32, DistDot>,
    rows: &[&[f32]],
    dimension: usize,
    ef: usize,
) -> (f64, usize) {
    let k = rows.len().min(10);
    let step = rows.len().div_ceil(RECALL_QUERIES);
    let (mut hits, mut queries) = (0usize, 0usize);
    for query in rows.iter().step_by(step) {
        let mut exact: Vec<f32> = rows.iter().map(|row| dot(row, query)).collect();
        exact.sort_unstable_by(|a, b| b.total_cmp(a));
        let bar = exact[k - 1] - 1e-6;
        let found = graph.search(&query[..dimension], k, ef.max(2 * k));
        hits += found
            .iter()
            .filter(|near| dot(rows[near.d_id], query) >= bar)
            .count();
        queries += 1;
    }
    let share = hits as f64 / (queries * k) as f64;
    ((share * 1e6).round() / 1e6, queries)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::als::Factors;
    use crate::ann::Ann;
    use catalog::ids::RecordingId;

    const CONFIG: AnnConfig = AnnConfig {
        connections: 16,
        ef_construction: 200,
        ef_search: 128,
    };

    fn id(number: usize) -> RecordingId {
        let mut bytes = [0; 16];
        bytes[8..].copy_from_slice(&(number as u64).to_be_bytes());
        RecordingId(bytes)
    }

    fn made(rows: usize, folder: &Path) -> AnnManifest {
        let factors = Factors::seeded(rows, 20, 4);
        let mut vectors = VectorsWriter::new(20);
        for row in 0..rows {
            assert!(vectors.push(factors.row(row), vec![id(row * 2), id(row * 2 + 1)]));
        }
        vectors.write(&folder.join("vectors.bin")).unwrap();
        build(&vectors, 20, &CONFIG, folder).unwrap()
    }

    #[test]
    fn the_same_vectors_give_the_same_bytes() {
        let (a, b) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        assert_eq!(made(700, a.path()), made(700, b.path()));
    }

    #[test]
    fn the_ten_nearest_are_found_and_the_manifest_says_how_often() {
        let folder = tempfile::tempdir().unwrap();
        let manifest = made(1500, folder.path());
        assert!(manifest.recall_at_10 >= 0.98, "{}", manifest.recall_at_10);
        let ann = Ann::open(folder.path()).unwrap();
        let near = ann.similar(&id(7), 10, |_| true);
        assert_eq!(near.len(), 10);
        assert!(
            near.iter()
                .all(|(other, _)| *other != id(6) && *other != id(7)),
            "duplicates are one"
        );
        assert!(near.is_sorted_by(|a, b| a.1 >= b.1));
    }

    #[test]
    fn a_narrow_filter_still_finds_what_there_is() {
        let folder = tempfile::tempdir().unwrap();
        made(900, folder.path());
        let ann = Ann::open(folder.path()).unwrap();
        let odd_and_few = |recording: &RecordingId| [id(1), id(801), id(1203)].contains(recording);
        let near = ann.similar(&id(20), 10, odd_and_few);
        assert_eq!(near.len(), 3, "{near:?}");
    }

    #[test]
    fn tiny_and_empty_catalogues_are_served() {
        for rows in [0, 1, 2, 5] {
            let folder = tempfile::tempdir().unwrap();
            made(rows, folder.path());
            let ann = Ann::open(folder.path()).unwrap();
            assert_eq!(
                ann.similar(&id(0), 10, |_| true).len(),
                rows.saturating_sub(1)
            );
            assert_eq!(ann.similar_to_vector(&[0.3; 20], 10, |_| true).len(), rows);
            assert!(
                ann.similar_to_vector(&[f32::NAN; 20], 10, |_| true)
                    .is_empty()
            );
        }
    }

    #[test]
    fn a_changed_byte_is_refused_before_it_is_loaded() {
        let folder = tempfile::tempdir().unwrap();
        made(50, folder.path());
        let path = folder.path().join(GRAPH);
        let mut bytes = std::fs::read(&path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(&path, bytes).unwrap();
        let error = Ann::open(folder.path()).unwrap_err().to_string();
        assert!(
            error.contains(GRAPH) && error.contains("SHA-256"),
            "{error}"
        );
    }
}
