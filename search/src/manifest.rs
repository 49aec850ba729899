//! Which version wrote this index, with which parameters?

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::ranking::Ranking;
use crate::{SearchError, analysis};

/// Version of the files' layout and meaning.
///
/// An index is a folder:
///
/// | file | what |
/// |---|---|
/// | `manifest.json` | [`Manifest`] |
/// | `meta.json`, `0…0.*` | a tantivy index of one segment, under a fixed name |
/// | `words.fst` | every word → 2^32 − 1 − number of documents that hold it |
/// | `names.fst` | kind letter + name (capital letter: + variant of a name) → best document |
///
/// Documents are numbered by falling standing, then kind and row. The segment's field `words`
/// holds kind letter + word, repeated by weight; its columns are `target` (row × 4 + kind),
/// `standing` (16 bits) and `namesake` (distance to the next document of the same kind and
/// name, 0 for none).
pub const FORMAT: u32 = 1;

pub(crate) const FILE: &str = "manifest.json";
pub(crate) const WORDS_FILE: &str = "words.fst";
pub(crate) const NAMES_FILE: &str = "names.fst";

/// What an index says about itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// [`FORMAT`].
    pub format: u32,
    /// [`analysis::VERSION`].
    pub analysis: u32,
    /// Number of documents.
    pub documents: u32,
    /// Number of distinct words.
    pub words: u64,
    /// Number of distinct (kind, name) keys and variants.
    pub names: u64,
    /// The day recency was reckoned from, in days since 1970-01-01.
    pub as_of_days: i32,
    /// The ranking's parameters.
    pub ranking: Ranking,
}

impl Manifest {
    /// Reads and checks the manifest of the index in `dir`.
    pub(crate) fn read(dir: &Path) -> Result<Manifest, SearchError> {
        /// What any version's manifest tells, so that the version is what a mismatch is about.
        #[derive(Deserialize)]
        struct Versions {
            format: u32,
            analysis: u32,
        }
        let path = dir.join(FILE);
        let bytes = std::fs::read(&path).map_err(|source| SearchError::Io {
            path: path.clone(),
            source,
        })?;
        let manifest = |source| SearchError::Manifest {
            path: path.clone(),
            source,
        };
        let versions: Versions = serde_json::from_slice(&bytes).map_err(manifest)?;
        for (what, found, expected) in [
            ("format", versions.format, FORMAT),
            ("analysis", versions.analysis, analysis::VERSION),
        ] {
            if found != expected {
                return Err(SearchError::Version {
                    path: path.clone(),
                    what,
                    found,
                    expected,
                });
            }
        }
        serde_json::from_slice(&bytes).map_err(manifest)
    }
}
