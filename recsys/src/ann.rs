//! Which recordings are nearest to a vector, in a fraction of a millisecond?
//!
//! Hierarchical navigable small worlds (Malkov and Yashunin, TPAMI 2020) by `hnsw_rs`, over the unit
//! vectors of `vectors.bin`; similarity is the cosine. Built serially, whose level generator has a
//! fixed seed, so the same vectors give the same bytes. Its dump has no checksum and its loader
//! trusts what it reads: `ann.json` holds size and SHA-256 of both files, and nothing is loaded that
//! does not agree. What a filter leaves short is completed by an exact pass.

#[cfg(feature = "job")]
mod build;

use std::path::Path;

use catalog::ids::{RecordingId, Sha256};
use hnsw_rs::prelude::{DistDot, Hnsw, HnswIo};
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::kernel::{dot, padded};
use crate::vectors::Vectors;
#[cfg(feature = "job")]
pub use build::{AnnConfig, build};

/// Base name of the two files that `hnsw_rs` writes.
pub(crate) const BASENAME: &str = "ann";
/// The manifest's file name.
pub(crate) const MANIFEST: &str = "ann.json";
/// The graph's file name.
pub(crate) const GRAPH: &str = "ann.hnsw.graph";

/// A file beside the manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileSeal {
    /// Its name.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// Its content.
    pub sha256: Sha256,
}

/// `ann.json`: what the index is, how it is to be asked, and how good it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AnnManifest {
    /// Version of this manifest.
    pub schema: u32,
    /// Who wrote the files.
    pub library: String,
    /// Number of points: the rows of `vectors.bin`.
    pub points: usize,
    /// Length of a vector.
    pub dimension: usize,
    /// Neighbours per point and layer (M).
    pub connections: usize,
    /// Candidates while building.
    pub ef_construction: usize,
    /// Candidates while searching.
    pub ef_search: usize,
    /// Share of the true ten nearest that a search finds, measured at `ef_search`.
    pub recall_at_10: f64,
    /// On how many queries that was measured.
    pub recall_queries: usize,
    /// The files; none where there are no points.
    pub files: Vec<FileSeal>,
}

/// The index of one run, loaded, over its mapped vectors.
pub struct Ann {
    manifest: AnnManifest,
    graph: Option<Hnsw<'static, f32, DistDot>>,
    vectors: Vectors,
}

impl Ann {
    /// Opens `vectors.bin`, `ann.json` and the files that it names in `folder`.
    ///
    /// # Errors
    /// [`Error`] naming the file that is missing, damaged or of another run.
    pub fn open(folder: &Path) -> Result<Self, Error> {
        let vectors = Vectors::open(&folder.join("vectors.bin"))?;
        let path = folder.join(MANIFEST);
        let text = std::fs::read(&path).map_err(|source| Error::File {
            path: path.clone(),
            source,
        })?;
        let manifest: AnnManifest =
            serde_json::from_slice(&text).map_err(|error| Error::Inconsistent {
                path: path.clone(),
                found: error.to_string(),
            })?;
        for seal in &manifest.files {
            check(&folder.join(&seal.name), seal)?;
        }
        if manifest.points != vectors.rows() || manifest.dimension != vectors.factors() {
            let found = format!(
                "describes {} points of {} values, vectors.bin has {} of {}",
                manifest.points,
                manifest.dimension,
                vectors.rows(),
                vectors.factors()
            );
            return Err(Error::Inconsistent { path, found });
        }
        let graph = if manifest.points > 0 {
            Some(load(folder, BASENAME)?)
        } else {
            None
        };
        Ok(Self {
            manifest,
            graph,
            vectors,
        })
    }

    /// What the index says about itself.
    pub fn manifest(&self) -> &AnnManifest {
        &self.manifest
    }

    /// The vectors that it is over.
    pub fn vectors(&self) -> &Vectors {
        &self.vectors
    }

    /// The `k` nearest recordings to a recording, best first, with their cosines; never itself or a
    /// duplicate of it. Of duplicates, the first that `filter` accepts stands for all. Empty for a
    /// recording that nobody has played.
    pub fn similar(
        &self,
        recording: &RecordingId,
        k: usize,
        filter: impl Fn(&RecordingId) -> bool,
    ) -> Vec<(RecordingId, f32)> {
        let Some(own) = self.vectors.row_of(recording) else {
            return Vec::new();
        };
        self.nearest(self.vectors.vector(own), k, |row| row != own, filter)
    }

    /// The `k` nearest recordings to any vector in the space of `vectors.bin` (the mean of what a
    /// radio begins with, say), best first, with their cosines. Empty for a vector of another
    /// length or without direction.
    pub fn similar_to_vector(
        &self,
        vector: &[f32],
        k: usize,
        filter: impl Fn(&RecordingId) -> bool,
    ) -> Vec<(RecordingId, f32)> {
        let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
        if vector.len() < self.vectors.factors() || !(length.is_finite() && length > 0.0) {
            return Vec::new();
        }
        let mut unit: Vec<f32> = vector[..self.vectors.factors()]
            .iter()
            .map(|x| x / length)
            .collect();
        unit.resize(padded(self.vectors.factors()), 0.0);
        self.nearest(&unit, k, |_| true, filter)
    }

    fn nearest(
        &self,
        vector: &[f32],
        k: usize,
        row: impl Fn(usize) -> bool,
        filter: impl Fn(&RecordingId) -> bool,
    ) -> Vec<(RecordingId, f32)> {
        let Some(graph) = self.graph.as_ref().filter(|_| k > 0) else {
            return Vec::new();
        };
        let shown = |at: usize| self.vectors.members(at).find(&filter);
        let accepts = |at: &usize| row(*at) && shown(*at).is_some();
        let ef = self.manifest.ef_search.max(2 * k);
        let query = &vector[..self.vectors.factors()];
        let found = graph.search_filter(query, k, ef, Some(&accepts));
        let mut rows: Vec<usize> = found.iter().map(|near| near.d_id).filter(accepts).collect();
        rows.sort_unstable();
        rows.dedup();
        if rows.len() < k.min(self.vectors.rows()) {
            rows = (0..self.vectors.rows()).filter(accepts).collect();
        }
        let mut ranked: Vec<(usize, f32)> = rows
            .into_iter()
            .map(|at| (at, dot(self.vectors.vector(at), vector)))
            .collect();
        ranked.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        ranked.truncate(k);
        ranked
            .into_iter()
            .filter_map(|(at, cosine)| Some((shown(at)?, cosine)))
            .collect()
    }
}

impl std::fmt::Debug for Ann {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ann")
            .field("manifest", &self.manifest)
            .finish_non_exhaustive()
    }
}

fn check(path: &Path, seal: &FileSeal) -> Result<(), Error> {
    let failed = |source| Error::File {
        path: path.to_owned(),
        source,
    };
    let bytes = path.metadata().map_err(failed)?.len();
    let sha256 = Sha256::of_file(path).map_err(failed)?;
    if bytes != seal.bytes || sha256 != seal.sha256 {
        let found = format!(
            "has {bytes} bytes and SHA-256 {sha256}, ann.json says {} and {}",
            seal.bytes, seal.sha256
        );
        return Err(Error::Inconsistent {
            path: path.to_owned(),
            found,
        });
    }
    Ok(())
}

/// Loads a graph whose files were checked. `hnsw_rs` ties the graph to its loader (for vectors that
/// it maps, which we do not ask for): the loader, some hundred bytes, is never freed, once per edition.
pub(crate) fn load(folder: &Path, basename: &str) -> Result<Hnsw<'static, f32, DistDot>, Error> {
    let loader: &'static mut HnswIo = Box::leak(Box::new(HnswIo::new(folder, basename)));
    let mut graph = loader
        .load_hnsw::<f32, DistDot>()
        .map_err(|error| Error::Inconsistent {
            path: folder.join(GRAPH),
            found: error.to_string(),
        })?;
    graph.set_searching_mode(true);
    Ok(graph)
}
