//! How does an edition come into being? Draft → seal → publish; each step consumes the one before.
//!
//! Killed at any moment it leaves the pointer where it was; a rerun finds the files that were copied and
//! goes on, since the same inputs give the same id.

use super::catalogue::CatalogueView;
use super::gate::Gate;
use super::{
    CURRENT, EditionError, FileEntry, Forced, MANIFEST, Manifest, Pointer, SCHEMA, current, key,
    manifest,
};
use crate::ids::Sha256;
use crate::store::Store;
use bytes::Bytes;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// An edition in the making: a staging folder that files are written into.
pub struct Draft<'a> {
    store: &'a Store,
    folder: tempfile::TempDir,
}

/// What a manifest says beside its files.
#[derive(Debug, Clone, Default, PartialEq)]
#[allow(missing_docs)]
pub struct Provenance {
    pub parents: BTreeMap<String, Sha256>,
    pub parameters: BTreeMap<String, serde_json::Value>,
    pub counts: BTreeMap<String, u64>,
    pub metrics: BTreeMap<String, f64>,
}

/// A complete edition that nobody can see yet.
pub struct Sealed<'a> {
    store: &'a Store,
    folder: tempfile::TempDir,
    manifest: Manifest,
}

/// A published edition.
#[derive(Debug, Clone, PartialEq)]
pub struct Published {
    /// The pointer as it is now.
    pub pointer: Pointer,
    /// What the edition says of itself.
    pub manifest: Manifest,
    /// Whether the pointer moved; not if the same edition was in force already.
    pub changed: bool,
}

impl<'a> Draft<'a> {
    /// Begins a draft.
    ///
    /// # Errors
    /// When there is no room for a staging folder.
    pub fn begin(store: &'a Store) -> Result<Draft<'a>, EditionError> {
        Ok(Draft {
            store,
            folder: store.scratch()?,
        })
    }

    /// The staging folder: every file in it, at any depth, becomes part of the edition.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Hashes every file and writes the manifest.
    ///
    /// # Errors
    /// When a file cannot be read, or `catalogue.bin` does not open and verify.
    pub fn seal(self, provenance: Provenance) -> Result<Sealed<'a>, EditionError> {
        let mut names = Vec::new();
        file_names(self.folder.path(), "", &mut names)?;
        names.sort_unstable();
        let files = names
            .into_iter()
            .map(|name| entry(self.folder.path(), name));
        let manifest = Manifest {
            schema: SCHEMA,
            parents: provenance.parents,
            parameters: provenance.parameters,
            counts: provenance.counts,
            metrics: provenance.metrics,
            files: files.collect::<Result<_, _>>()?,
        };
        CatalogueView::open(self.folder.path())?.verify()?;
        Ok(Sealed {
            store: self.store,
            folder: self.folder,
            manifest,
        })
    }
}

impl Sealed<'_> {
    /// What it says of itself.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Brings the edition into force, unless the gate speaks against it. Consumes the draft: after
    /// this nobody holds a writer.
    ///
    /// # Errors
    /// [`EditionError::Gated`] with both numbers, or what the store says.
    pub fn publish(self, gate: &Gate, forced: Option<Forced>) -> Result<Published, EditionError> {
        let id = self.manifest.id();
        let previous = current(self.store)?.filter(|pointer| pointer.edition != id);
        if let (Some(previous), None) = (&previous, &forced) {
            let objections =
                gate.objections(&manifest(self.store, &previous.edition)?, &self.manifest);
            if !objections.is_empty() {
                return Err(EditionError::Gated {
                    id,
                    reasons: objections.join("\n"),
                });
            }
        }
        self.copy(&id)?;
        let mut changed = false;
        let mut pointer = None;
        self.store.update(CURRENT, |found| {
            let known = read_pointer(found)?;
            changed = known.as_ref().is_none_or(|known| known.edition != id);
            let next = match known {
                Some(known) if !changed => known,
                known => Pointer {
                    edition: id.clone(),
                    generation: known.map_or(1, |known| known.generation + 1),
                    forced: forced.clone(),
                },
            };
            let bytes = pointer_bytes(&next);
            pointer = Some(next);
            Ok::<_, EditionError>(changed.then_some(bytes))
        })?;
        let pointer = pointer.ok_or_else(|| EditionError::Missing { id })?;
        Ok(Published {
            pointer,
            manifest: self.manifest,
            changed,
        })
    }

    /// Copies what is not in the store yet, the manifest last.
    fn copy(&self, id: &str) -> Result<(), EditionError> {
        for file in &self.manifest.files {
            let target = key(id, &file.name);
            if self.store.head(&target)? != Some(file.bytes) {
                self.store
                    .put_file(&target, &self.folder.path().join(&file.name))?;
            }
        }
        Ok(self
            .store
            .put(&key(id, MANIFEST), self.manifest.to_json())?)
    }
}

/// The pointer in an object's bytes.
pub(super) fn read_pointer(bytes: Option<Bytes>) -> Result<Option<Pointer>, EditionError> {
    let damaged = |source| {
        EditionError::Store(crate::store::StoreError::Json {
            key: CURRENT.to_owned(),
            source,
        })
    };
    bytes
        .map(|bytes| serde_json::from_slice(&bytes).map_err(damaged))
        .transpose()
}

/// The bytes of a pointer.
pub(super) fn pointer_bytes(pointer: &Pointer) -> Bytes {
    serde_json::to_vec(pointer)
        .expect("a pointer is plain data")
        .into()
}

fn entry(folder: &Path, name: String) -> Result<FileEntry, EditionError> {
    let path = folder.join(&name);
    let failed = |source| EditionError::File {
        path: path.clone(),
        source,
    };
    let bytes = path.metadata().map_err(failed)?.len();
    let sha256 = Sha256::of_file(&path).map_err(failed)?;
    Ok(FileEntry {
        name,
        bytes,
        sha256,
    })
}

fn file_names(folder: &Path, prefix: &str, names: &mut Vec<String>) -> Result<(), EditionError> {
    let failed = |source| EditionError::File {
        path: PathBuf::from(folder),
        source,
    };
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        match entry.file_type().map_err(failed)?.is_dir() {
            true => file_names(&entry.path(), &format!("{name}/"), names)?,
            false => names.push(name),
        }
    }
    Ok(())
}
