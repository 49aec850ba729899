//! What does a local folder have that a bucket has not? Paths, locks, and leftovers to sweep.

use super::{Store, StoreError};
use object_store::ObjectStore;
use object_store::local::LocalFileSystem;
use object_store::memory::InMemory;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// A temporary file that is older belongs to no running job: it was killed.
const ABANDONED_AFTER: Duration = Duration::from_secs(24 * 3600);

/// The object store behind a URL, the prefix inside it, and the folder if it is local.
pub(super) type Connection = (Arc<dyn ObjectStore>, String, Option<PathBuf>);

/// Finds out what a URL means and connects.
pub(super) fn connect(url: &str) -> Result<Connection, StoreError> {
    let refuse = |message: String| StoreError::Url {
        url: url.to_owned(),
        message,
    };
    if url == "memory:" {
        return Ok((Arc::new(InMemory::new()), String::new(), None));
    }
    match url::Url::parse(url) {
        Ok(parsed) if parsed.scheme() == "file" => {
            let path = parsed
                .to_file_path()
                .map_err(|()| refuse("not a local path".to_owned()))?;
            folder(&path)
        }
        Ok(parsed) if url.contains("://") => {
            // Both TLS stacks of the tree are ring; a second call finds it installed.
            let _ = rustls::crypto::ring::default_provider().install_default();
            let options = std::env::vars()
                .map(|(name, value)| (name.to_ascii_lowercase(), value))
                .filter(|(name, _)| {
                    ["aws_", "google_", "azure_"]
                        .iter()
                        .any(|known| name.starts_with(known))
                });
            let (objects, prefix) = object_store::parse_url_opts(&parsed, options)
                .map_err(|error| refuse(error.to_string()))?;
            Ok((Arc::from(objects), prefix.to_string(), None))
        }
        _ if url.is_empty() => Err(refuse("is empty".to_owned())),
        _ => folder(Path::new(url)),
    }
}

fn folder(path: &Path) -> Result<Connection, StoreError> {
    let failed = |source| StoreError::Folder {
        path: path.to_owned(),
        source,
    };
    std::fs::create_dir_all(path).map_err(failed)?;
    let path = path.canonicalize().map_err(failed)?;
    let objects = LocalFileSystem::new_with_prefix(&path)
        .map_err(|source| StoreError::Object {
            url: path.display().to_string(),
            key: String::new(),
            action: "open",
            source: Box::new(source),
        })?
        .with_fsync(true)
        .with_automatic_cleanup(true);
    Ok((Arc::new(objects), String::new(), Some(path)))
}

impl Store {
    /// Where an object stands in the file system, for a local store. Objects never change: such a
    /// file may be mapped.
    pub fn local_path(&self, key: &str) -> Option<PathBuf> {
        Some(self.folder.as_ref()?.join(key))
    }

    /// A folder for temporary files on the same device as a local store, else the system's.
    pub fn scratch(&self) -> Result<tempfile::TempDir, StoreError> {
        let parent = match &self.folder {
            Some(folder) => folder.join("staging"),
            None => std::env::temp_dir(),
        };
        let failed = |source| StoreError::Folder {
            path: parent.clone(),
            source,
        };
        std::fs::create_dir_all(&parent).map_err(failed)?;
        tempfile::Builder::new()
            .prefix("work-")
            .tempdir_in(&parent)
            .map_err(failed)
    }

    /// Removes what killed jobs left behind a day ago or longer: unfinished files of writes that
    /// never got their name, and scratch folders. Returns how many. A bucket sweeps itself.
    ///
    /// # Errors
    /// [`StoreError::Folder`] when the folder cannot be read.
    pub fn sweep(&self) -> Result<usize, StoreError> {
        let Some(folder) = &self.folder else {
            return Ok(0);
        };
        let mut swept = 0;
        let mut open = vec![folder.clone()];
        while let Some(current) = open.pop() {
            let failed = |source| StoreError::Folder {
                path: current.clone(),
                source,
            };
            for entry in std::fs::read_dir(&current).map_err(failed)? {
                let entry = entry.map_err(failed)?;
                let Ok(meta) = entry.metadata() else { continue };
                let old = meta
                    .modified()
                    .is_ok_and(|at| at.elapsed().is_ok_and(|age| age > ABANDONED_AFTER));
                let name = entry.file_name().to_string_lossy().into_owned();
                let scratch = current.ends_with("staging") && name.starts_with("work-");
                if meta.is_dir() && !scratch {
                    open.push(entry.path());
                } else if old && scratch {
                    swept += usize::from(std::fs::remove_dir_all(entry.path()).is_ok());
                } else if old && unfinished(&name) {
                    swept += usize::from(std::fs::remove_file(entry.path()).is_ok());
                }
            }
        }
        Ok(swept)
    }

    /// Holds the lock of a pointer in a local store; the system frees it when the process dies.
    pub(super) fn lock(&self, key: &str) -> Result<Option<File>, StoreError> {
        let Some(folder) = &self.folder else {
            return Ok(None);
        };
        let path = folder.join(format!("{key}.lock"));
        let failed = |source| StoreError::Folder {
            path: path.clone(),
            source,
        };
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(failed)?;
        file.lock().map_err(failed)?;
        Ok(Some(file))
    }
}

/// Whether a name is one of object_store's temporary files: `object#1`.
fn unfinished(name: &str) -> bool {
    name.rsplit_once('#').is_some_and(|(_, digits)| {
        !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
    })
}
