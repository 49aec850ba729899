//! What exactly is an edition on disk, and how does one come into force?
//!
//! An edition is a set of objects below `editions/<id>/`:
//!
//! | object | what | format |
//! |---|---|---|
//! | `edition.json` | the [`Manifest`]: parents, parameters, counts, metrics, size and SHA-256 of every file | JSON, written last |
//! | `catalogue.bin` | tracks, releases, artists, recordings, rights profiles | [`crate::columns`], sections in [`rows`] |
//! | `renditions.bin` | renditions and chunk indexes | [`crate::columns`] |
//! | `catalogue.parquet` | the tracks, for people and other engines | Parquet |
//! | `search/…` | words, postings, names | of `search` |
//! | `lists.bin`, `vectors.bin`, … | lists, charts, vectors and their index | of `recsys` |
//! | `fingerprints.bin` | fingerprints and their index | of `fingerprint` |
//!
//! The id is a hash of the manifest: same inputs, same seed, same build, same id. Files are written in
//! a staging folder, verified, copied into the store one by one, and `edition.json` last; only then does
//! the pointer [`CURRENT`] name the edition. A reader that finds no `edition.json` finds no edition, so no
//! reader ever sees a part of one, on a bucket as on a disk, and no rename of folders is needed.
//! Each change of the pointer raises its generation by one, a rollback too.

pub mod catalogue;
#[cfg(feature = "publish")]
pub mod catalogue_writer;
#[cfg(feature = "publish")]
pub mod draft;
#[cfg(feature = "publish")]
pub mod gate;
#[cfg(feature = "publish")]
pub mod history;
#[cfg(feature = "publish")]
mod parquet_table;
pub mod rows;

use crate::columns::ColumnsError;
use crate::ids::Sha256;
use crate::store::{Store, StoreError};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The version of the format; a reader refuses any other.
pub const SCHEMA: u32 = 1;
/// The key of the pointer to the edition in force.
pub const CURRENT: &str = "CURRENT";
/// The name of the manifest in an edition.
pub const MANIFEST: &str = "edition.json";

/// What an edition says of itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`SCHEMA`].
    pub schema: u32,
    /// What it was made from: "catalogue", "ladder", "duplicates", "model" and their hashes.
    pub parents: BTreeMap<String, Sha256>,
    /// Everything that decided the result, with seeds: the configuration of each job.
    pub parameters: BTreeMap<String, serde_json::Value>,
    /// "tracks", "releases", "artists", "recordings", "listeners", …
    pub counts: BTreeMap<String, u64>,
    /// Offline metrics: "recall@20", …
    pub metrics: BTreeMap<String, f64>,
    /// Every file but the manifest, sorted by name.
    pub files: Vec<FileEntry>,
}

/// One file of an edition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    /// Path below the edition, with `/`.
    pub name: String,
    /// Size.
    pub bytes: u64,
    /// Of its bytes.
    pub sha256: Sha256,
}

impl Manifest {
    /// The edition's name: twenty hexadecimal digits of the manifest's SHA-256.
    pub fn id(&self) -> String {
        Sha256::of(self.to_json()).to_string()[..20].to_owned()
    }

    /// The bytes of `edition.json`.
    pub fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec_pretty(self).expect("a manifest is plain data")
    }

    /// Bytes of all files together.
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).sum()
    }
}

/// Which edition is in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pointer {
    /// Its id.
    pub edition: String,
    /// Rises by one with every change of the pointer, rollback included.
    pub generation: u64,
    /// Who published against the gate and why, where somebody did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forced: Option<Forced>,
}

/// Somebody's word for publishing against the gate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forced {
    /// A name.
    pub who: String,
    /// A reason.
    pub why: String,
}

/// An edition that cannot be opened or published.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)]
pub enum EditionError {
    /// The store refuses.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A file of the edition is damaged.
    #[error(transparent)]
    Columns(#[from] ColumnsError),
    /// There is no edition of that name.
    #[error("edition `{id}`: not in the store\nfix: `backline edition list` names those that are")]
    Missing { id: String },
    /// It was written by another version of Backline.
    #[error(
        "edition `{id}`: has format {found}, expected {SCHEMA}\nfix: publish again with this version"
    )]
    Schema { id: String, found: u32 },
    /// A file's bytes are not those of the manifest.
    #[error(
        "edition `{id}`: `{file}` {found}\nfix: restore it from a backup, or roll back with `backline edition rollback`"
    )]
    Damaged {
        id: String,
        file: String,
        found: String,
    },
    /// A local file of a draft.
    #[error("{}: {source}\nfix: check rights and room on that disk", .path.display())]
    File {
        path: PathBuf,
        source: std::io::Error,
    },
    /// What goes into the edition contradicts itself.
    #[error(
        "edition draft: {0}\nfix: this is a defect of the job that made it; run it again with RUST_LOG=debug and report it"
    )]
    Inconsistent(String),
    /// The gate is closed.
    #[error(
        "edition `{id}` is not published:\n{reasons}\nfix: look at what changed; to publish it all the same, `--force --who NAME --why REASON`"
    )]
    Gated { id: String, reasons: String },
}

/// The key of a file of an edition.
pub fn key(id: &str, name: &str) -> String {
    format!("editions/{id}/{name}")
}

/// Which edition is in force, if any was ever published.
///
/// # Errors
/// [`StoreError`] when the pointer cannot be read.
pub fn current(store: &Store) -> Result<Option<Pointer>, StoreError> {
    store.get_json(CURRENT)
}

/// The manifest of an edition.
///
/// # Errors
/// [`EditionError::Missing`], [`EditionError::Schema`], or the store's.
pub fn manifest(store: &Store, id: &str) -> Result<Manifest, EditionError> {
    let found = store.get_json::<Manifest>(&key(id, MANIFEST))?;
    let manifest = found.ok_or_else(|| EditionError::Missing { id: id.to_owned() })?;
    match manifest.schema {
        SCHEMA => Ok(manifest),
        found => Err(EditionError::Schema {
            id: id.to_owned(),
            found,
        }),
    }
}

/// An open edition: its manifest, and its files as local paths that may be mapped.
#[derive(Debug)]
pub struct Edition {
    /// Its name.
    pub id: String,
    /// What it says of itself.
    pub manifest: Manifest,
    folder: PathBuf,
    /// Whether the files are copies of a remote store's.
    mirrored: bool,
}

impl Edition {
    /// Opens an edition: in place where the store is local, else mirrored below `cache`.
    /// Sizes are checked here, contents by [`Edition::verify`].
    ///
    /// # Errors
    /// [`EditionError`] naming the edition and the file.
    pub fn open(store: &Store, id: &str, cache: &Path) -> Result<Edition, EditionError> {
        let manifest = manifest(store, id)?;
        let local = store.local_path(&key(id, ""));
        let mirrored = local.is_none();
        let folder = local.unwrap_or_else(|| cache.join(key(id, "")));
        for file in &manifest.files {
            let path = store.fetch(&key(id, &file.name), cache)?;
            let found = path.metadata().map(|meta| meta.len());
            if found.as_ref().ok() != Some(&file.bytes) {
                let found = format!("has {found:?} bytes, expected {}", file.bytes);
                return Err(EditionError::Damaged {
                    id: id.to_owned(),
                    file: file.name.clone(),
                    found,
                });
            }
        }
        Ok(Edition {
            id: id.to_owned(),
            manifest,
            folder,
            mirrored,
        })
    }

    /// Where a file of the edition stands.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Compares every file with its SHA-256 in the manifest. A copy that differs is removed, so that the next
    /// opening fetches it anew.
    ///
    /// # Errors
    /// [`EditionError::Damaged`] naming the first that differs.
    pub fn verify(&self) -> Result<(), EditionError> {
        for file in &self.manifest.files {
            let path = self.path(&file.name);
            let unreadable = |source| EditionError::File {
                path: path.clone(),
                source,
            };
            let found = Sha256::of_file(&path).map_err(unreadable)?;
            if found != file.sha256 {
                if self.mirrored {
                    std::fs::remove_file(&path).map_err(unreadable)?;
                }
                let found = format!("has SHA-256 {found}, expected {}", file.sha256);
                return Err(EditionError::Damaged {
                    id: self.id.clone(),
                    file: file.name.clone(),
                    found,
                });
            }
        }
        Ok(())
    }
}
