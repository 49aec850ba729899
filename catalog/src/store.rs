//! Where does everything stand that outlives a process? In one bucket of immutable objects.
//!
//! One URL: a local folder, `s3://`, `gs://`, `az://`, or `memory:` for tests. Objects are named by
//! what they contain or by what they were made from, so writing one twice is harmless and a job may
//! be killed at any byte. Locally every write goes to a temporary file that is synced, renamed, and
//! whose folder is synced. Calls block: batch jobs have threads, and the server calls from its own.

mod error;
mod local;
mod mirror;

pub use error::StoreError;
pub use mirror::sweep;

use crate::ids::Sha256;
use bytes::Bytes;
use futures::TryStreamExt;
use object_store::path::Path as Key;
use object_store::{
    ObjectStore, ObjectStoreExt, PutMode, PutOptions, PutPayload, UpdateVersion, WriteMultipart,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How much of a file is in memory while it is copied into the store.
const COPY_BUFFER: usize = 1 << 20;
/// How often a pointer update is tried again after somebody else's.
const UPDATE_ATTEMPTS: usize = 16;

/// A bucket. Cheap to share; all methods may be called from any thread outside an async runtime.
pub struct Store {
    objects: Arc<dyn ObjectStore>,
    runtime: tokio::runtime::Runtime,
    /// Prefix inside the bucket, without slashes at its ends.
    prefix: String,
    /// The folder, for a local store.
    folder: Option<PathBuf>,
    url: String,
}

/// What a conditional create found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Created {
    /// The object was not there and is now.
    New,
    /// Somebody had created it before; nothing was written.
    Exists,
}

impl Store {
    /// Opens a store; a local folder is created where it is missing.
    ///
    /// # Errors
    /// [`StoreError`] naming the URL and what to change.
    pub fn open(url: &str) -> Result<Store, StoreError> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("store")
            .enable_all()
            .build()
            .map_err(|source| StoreError::Runtime { source })?;
        let (objects, prefix, folder) = local::connect(url)?;
        Ok(Store {
            objects,
            runtime,
            prefix,
            folder,
            url: url.to_owned(),
        })
    }

    /// The URL it was opened by.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The whole object, or `None` where there is none.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub fn get(&self, key: &str) -> Result<Option<Bytes>, StoreError> {
        Ok(self.get_versioned(key)?.map(|(bytes, _)| bytes))
    }

    /// Bytes `range` of an object.
    ///
    /// # Errors
    /// [`StoreError`], also where the object is missing or shorter.
    pub fn get_range(&self, key: &str, range: std::ops::Range<u64>) -> Result<Bytes, StoreError> {
        let path = self.path(key)?;
        self.wait(key, "read", self.objects.get_range(&path, range))
    }

    /// The size of an object, or `None` where there is none.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub fn head(&self, key: &str) -> Result<Option<u64>, StoreError> {
        let path = self.path(key)?;
        match self.runtime.block_on(self.objects.head(&path)) {
            Ok(meta) => Ok(Some(meta.size)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(source) => Err(self.error(key, "look at", source)),
        }
    }

    /// Writes an object whole. Writing the same name twice must mean the same bytes.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be written.
    pub fn put(&self, key: &str, bytes: impl Into<Bytes>) -> Result<(), StoreError> {
        let path = self.path(key)?;
        let payload = PutPayload::from_bytes(bytes.into());
        self.wait(key, "write", self.objects.put(&path, payload))
            .map(drop)
    }

    /// Writes an object unless it exists: the one way in which two writers may race.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be written.
    pub fn create(&self, key: &str, bytes: impl Into<Bytes>) -> Result<Created, StoreError> {
        let path = self.path(key)?;
        let payload = PutPayload::from_bytes(bytes.into());
        let options = PutOptions {
            mode: PutMode::Create,
            ..PutOptions::default()
        };
        match self
            .runtime
            .block_on(self.objects.put_opts(&path, payload, options))
        {
            Ok(_) => Ok(Created::New),
            Err(object_store::Error::AlreadyExists { .. }) => Ok(Created::Exists),
            Err(source) => Err(self.error(key, "create", source)),
        }
    }

    /// Copies a file into the store in constant memory.
    ///
    /// # Errors
    /// [`StoreError`] when the file cannot be read or the store not written.
    pub fn put_file(&self, key: &str, file: &Path) -> Result<(), StoreError> {
        let path = self.path(key)?;
        let unreadable = |source| StoreError::File {
            path: file.to_owned(),
            action: "read",
            source,
        };
        let mut input = File::open(file).map_err(unreadable)?;
        let upload = self.wait(key, "write", self.objects.put_multipart(&path))?;
        let mut upload = WriteMultipart::new_with_chunk_size(upload, 8 << 20);
        let mut buffer = vec![0; COPY_BUFFER];
        loop {
            let count = input.read(&mut buffer).map_err(unreadable)?;
            if count == 0 {
                break;
            }
            self.wait(key, "write", upload.wait_for_capacity(4))?;
            let _runtime = self.runtime.enter();
            upload.write(&buffer[..count]);
        }
        self.wait(key, "write", upload.finish()).map(drop)
    }

    /// Keys and sizes below a prefix (a whole path part), sorted by key.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be listed.
    pub fn list(&self, prefix: &str) -> Result<Vec<(String, u64)>, StoreError> {
        let path = self.path(prefix.trim_end_matches('/'))?;
        let cut = match self.prefix.len() {
            0 => 0,
            length => length + 1,
        };
        let listing = self.objects.list(Some(&path)).map_ok(|meta| {
            let whole: &str = meta.location.as_ref();
            (whole[cut..].to_owned(), meta.size)
        });
        let mut found: Vec<_> = self.wait(prefix, "list", listing.try_collect())?;
        found.sort_unstable();
        Ok(found)
    }

    /// Removes an object; one that is not there is no error.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be written.
    pub fn delete(&self, key: &str) -> Result<(), StoreError> {
        let path = self.path(key)?;
        match self.runtime.block_on(self.objects.delete(&path)) {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(source) => Err(self.error(key, "delete", source)),
        }
    }

    /// Changes a pointer: `change` sees what is there and gives what shall be there, or `None` to
    /// leave it. Where somebody else was faster it is asked again with the newer bytes.
    ///
    /// # Errors
    /// What `change` says, or [`StoreError`].
    pub fn update<E: From<StoreError>>(
        &self,
        key: &str,
        mut change: impl FnMut(Option<Bytes>) -> Result<Option<Bytes>, E>,
    ) -> Result<(), E> {
        let _lock = self.lock(key)?;
        for _ in 0..UPDATE_ATTEMPTS {
            let found = self.get_versioned(key)?;
            let (bytes, version) = found.map_or((None, None), |(bytes, v)| (Some(bytes), Some(v)));
            let Some(next) = change(bytes)? else {
                return Ok(());
            };
            let mode = match (&self.folder, version) {
                (Some(_), _) => PutMode::Overwrite,
                (None, Some(version)) => PutMode::Update(version),
                (None, None) => PutMode::Create,
            };
            let path = self.path(key)?;
            let options = PutOptions {
                mode,
                ..PutOptions::default()
            };
            match self
                .runtime
                .block_on(self.objects.put_opts(&path, next.into(), options))
            {
                Ok(_) => return Ok(()),
                Err(
                    object_store::Error::Precondition { .. }
                    | object_store::Error::AlreadyExists { .. },
                ) => {}
                Err(source) => return Err(self.error(key, "update", source).into()),
            }
        }
        Err(StoreError::Contended {
            key: key.to_owned(),
            attempts: UPDATE_ATTEMPTS,
        }
        .into())
    }

    /// Reads a JSON object, or `None` where there is none.
    ///
    /// # Errors
    /// [`StoreError`], also where the bytes are not the JSON that is expected.
    pub fn get_json<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, StoreError> {
        let parse = |bytes: Bytes| {
            serde_json::from_slice(&bytes).map_err(|source| StoreError::Json {
                key: key.to_owned(),
                source,
            })
        };
        self.get(key)?.map(parse).transpose()
    }

    /// Writes a JSON object: the same value gives the same bytes.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be written.
    pub fn put_json<T: Serialize>(&self, key: &str, value: &T) -> Result<(), StoreError> {
        let bytes = serde_json::to_vec(value).map_err(|source| StoreError::Json {
            key: key.to_owned(),
            source,
        })?;
        self.put(key, bytes)
    }

    /// The key of content: `objects/ab/abcd…`.
    pub fn blob_key(content: &Sha256) -> String {
        let hex = content.to_string();
        format!("objects/{}/{hex}", &hex[..2])
    }

    /// Keeps bytes under the name of their content.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be written.
    pub fn put_blob(&self, bytes: impl Into<Bytes>) -> Result<Sha256, StoreError> {
        let bytes = bytes.into();
        let content = Sha256::of(&bytes);
        let key = Store::blob_key(&content);
        if self.head(&key)? != Some(bytes.len() as u64) {
            self.put(&key, bytes)?;
        }
        Ok(content)
    }

    /// Keeps a file under the name of its content, in constant memory.
    ///
    /// # Errors
    /// [`StoreError`] when the file cannot be read or the store not written.
    pub fn put_blob_file(&self, file: &Path) -> Result<Sha256, StoreError> {
        let unreadable = |source| StoreError::File {
            path: file.to_owned(),
            action: "read",
            source,
        };
        let content = Sha256::of_file(file).map_err(unreadable)?;
        let bytes = file.metadata().map_err(unreadable)?.len();
        let key = Store::blob_key(&content);
        if self.head(&key)? != Some(bytes) {
            self.put_file(&key, file)?;
        }
        Ok(content)
    }

    fn get_versioned(&self, key: &str) -> Result<Option<(Bytes, UpdateVersion)>, StoreError> {
        let path = self.path(key)?;
        let read = async {
            let found = self.objects.get(&path).await?;
            let version = UpdateVersion {
                e_tag: found.meta.e_tag.clone(),
                version: found.meta.version.clone(),
            };
            Ok((found.bytes().await?, version))
        };
        match self.runtime.block_on(read) {
            Ok(found) => Ok(Some(found)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(source) => Err(self.error(key, "read", source)),
        }
    }

    fn path(&self, key: &str) -> Result<Key, StoreError> {
        let whole = match (self.prefix.as_str(), key) {
            ("", key) => key.to_owned(),
            (prefix, "") => prefix.to_owned(),
            (prefix, key) => format!("{prefix}/{key}"),
        };
        Key::parse(&whole).map_err(|source| self.error(key, "name", source.into()))
    }

    fn wait<T>(
        &self,
        key: &str,
        action: &'static str,
        work: impl Future<Output = object_store::Result<T>>,
    ) -> Result<T, StoreError> {
        self.runtime
            .block_on(work)
            .map_err(|source| self.error(key, action, source))
    }

    fn error(&self, key: &str, action: &'static str, source: object_store::Error) -> StoreError {
        StoreError::Object {
            url: self.url.clone(),
            key: key.to_owned(),
            action,
            source: Box::new(source),
        }
    }
}

#[cfg(test)]
mod tests;
