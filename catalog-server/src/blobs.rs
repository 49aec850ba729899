//! How do the bytes of a file reach a socket without being copied?
//!
//! A blob is immutable (its name is its hash), so it is mapped once and handed out as slices of
//! that mapping. A slice that is not in memory would stop a runtime thread at a page fault: such
//! slices are read ahead on a blocking thread before hyper sees them.

use crate::mappings::Mappings;
use crate::slices::PIECE;
use bytes::Bytes;
use catalog::ids::Sha256;
use catalog::store::Store;
use std::collections::HashMap;
use std::collections::VecDeque;
use std::fs::File;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

/// Why a blob could not be mapped.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BlobError {
    /// The store has no such object, though the edition names it.
    #[error(
        "{key}: {cause}\nfix: run `backline edition verify`; it names every object that is missing"
    )]
    Missing {
        /// Its key in the store.
        key: String,
        /// What the store said.
        cause: String,
    },
    /// Its size differs from what the edition states.
    #[error(
        "{key}: {found} bytes, expected {expected}\nfix: run `backline edition verify`; restore the object"
    )]
    Size {
        /// Its key in the store.
        key: String,
        /// Bytes found.
        found: u64,
        /// Bytes the edition states.
        expected: u64,
    },
}

/// The mapped blobs, the longest mapped forgotten first.
pub(crate) struct Blobs {
    store: Arc<Store>,
    cache: PathBuf,
    limit: usize,
    mappings: Arc<Mappings>,
    mapped: Mutex<Mapped>,
}

#[derive(Default)]
struct Mapped {
    bytes: HashMap<Sha256, Bytes>,
    order: VecDeque<Sha256>,
}

impl Blobs {
    /// Over `store`; objects of a remote store are kept in `cache`; at most `limit` stay mapped.
    pub(crate) fn new(store: Arc<Store>, cache: PathBuf, limit: usize) -> Blobs {
        Blobs {
            store,
            cache,
            limit: limit.max(1),
            mappings: Arc::default(),
            mapped: Mutex::default(),
        }
    }

    /// Where its slices come from.
    pub(crate) fn mappings(&self) -> Arc<Mappings> {
        Arc::clone(&self.mappings)
    }

    /// The bytes of a blob that the edition says is `expected` long.
    ///
    /// # Errors
    /// [`BlobError`] if the store has lost or changed it.
    pub(crate) async fn get(
        self: &Arc<Self>,
        sha: Sha256,
        expected: u64,
    ) -> Result<Bytes, BlobError> {
        if let Some(bytes) = self.lock().bytes.get(&sha) {
            return Ok(bytes.clone());
        }
        let this = Arc::clone(self);
        let opened = tokio::task::spawn_blocking(move || this.open(sha, expected)).await;
        opened.unwrap_or_else(|panic| {
            Err(BlobError::Missing {
                key: sha.to_string(),
                cause: panic.to_string(),
            })
        })
    }

    fn open(&self, sha: Sha256, expected: u64) -> Result<Bytes, BlobError> {
        let key = Store::blob_key(&sha);
        let missing = |cause: String| BlobError::Missing {
            key: key.clone(),
            cause,
        };
        let path = self
            .store
            .fetch(&key, &self.cache)
            .map_err(|error| missing(error.to_string()))?;
        let file = File::open(&path).map_err(|error| missing(error.to_string()))?;
        let found = file
            .metadata()
            .map_err(|error| missing(error.to_string()))?
            .len();
        if found != expected {
            return Err(BlobError::Size {
                key,
                found,
                expected,
            });
        }
        let mapped = self.mappings.map(file);
        let bytes = mapped.map_err(|error| missing(error.to_string()))?;
        self.keep(sha, bytes.clone());
        Ok(bytes)
    }

    fn keep(&self, sha: Sha256, bytes: Bytes) {
        let mut mapped = self.lock();
        if mapped.bytes.insert(sha, bytes).is_none() {
            mapped.order.push_back(sha);
        }
        while mapped.order.len() > self.limit {
            if let Some(oldest) = mapped.order.pop_front() {
                mapped.bytes.remove(&oldest);
            }
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Mapped> {
        self.mapped.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Bytes of a page; one of a larger system is asked for several times over, which does no harm.
const PAGE: usize = 4096;

/// What the kernel maps around a page that is touched (its `fault_around_bytes`).
const AROUND: usize = 64 * 1024;

/// Whether all pages of a mapped slice are in memory. What cannot be asked is taken to be.
pub(crate) fn resident(slice: &[u8]) -> bool {
    slice.chunks(PIECE).all(|piece| {
        let start = piece.as_ptr() as usize & !(PAGE - 1);
        let len = piece.as_ptr() as usize + piece.len() - start;
        let mut pages = [0u8; PIECE / PAGE + 1];
        // SAFETY: the range covers pages of a live slice, and `pages` has a byte for each.
        let asked = unsafe { libc::mincore(start as *mut _, len, pages.as_mut_ptr().cast()) };
        let pages = &pages[..len.div_ceil(PAGE)];
        let resident = asked != 0 || pages.iter().all(|page| page & 1 == 1);
        if resident {
            // sendfile(2) never touches the mapping, and mincore(2) is slow for what was never touched.
            touch(piece, AROUND);
        }
        resident
    })
}

fn touch(slice: &[u8], step: usize) {
    let bytes = slice.iter().step_by(step);
    let sum = bytes.fold(0u8, |sum, byte| sum.wrapping_add(*byte));
    std::hint::black_box(sum);
}

/// Brings a mapped slice into memory by touching every page; blocks.
pub(crate) fn read_ahead(slice: &[u8]) {
    let start = slice.as_ptr() as usize & !(PAGE - 1);
    let len = slice.as_ptr() as usize + slice.len() - start;
    // SAFETY: advice about pages of a live slice; it changes nothing but when they are read.
    unsafe { libc::madvise(start as *mut _, len, libc::MADV_WILLNEED) };
    touch(slice, PAGE);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The store ends its own runtime, so the test's must have ended before.
    fn with_blobs(limit: usize, test: impl AsyncFnOnce(Arc<Blobs>)) {
        let folder = tempfile::tempdir().unwrap();
        let store = Arc::new(Store::open(folder.path().to_str().unwrap()).unwrap());
        let blobs = Arc::new(Blobs::new(store, folder.path().join("cache"), limit));
        tokio::runtime::Runtime::new()
            .unwrap()
            .block_on(test(Arc::clone(&blobs)));
    }

    fn put(blobs: &Blobs, bytes: &'static [u8]) -> Sha256 {
        std::thread::scope(|scope| {
            scope
                .spawn(|| blobs.store.put_blob(bytes).unwrap())
                .join()
                .unwrap()
        })
    }

    #[test]
    fn a_blob_is_mapped_once_and_the_oldest_is_forgotten() {
        with_blobs(1, async |blobs| {
            let (first, second) = (put(&blobs, b"first"), put(&blobs, b"second"));
            let bytes = blobs.get(first, 5).await.unwrap();
            assert_eq!(bytes.as_ptr(), blobs.get(first, 5).await.unwrap().as_ptr());
            assert_eq!(blobs.get(second, 6).await.unwrap(), "second");
            assert_eq!(blobs.lock().order, [second]);
            assert_eq!(bytes, "first", "what a request holds stays mapped");
        });
    }

    #[test]
    fn a_lost_or_changed_blob_is_named_with_its_remedy() {
        with_blobs(4, async |blobs| {
            let sha = put(&blobs, b"abc");
            let error = blobs.get(sha, 4).await.unwrap_err().to_string();
            assert!(
                error.contains("3 bytes, expected 4") && error.contains("fix: "),
                "{error}"
            );
            let error = blobs.get(Sha256([7; 32]), 4).await.unwrap_err().to_string();
            assert!(error.starts_with("objects/07/"), "{error}");
        });
    }

    #[test]
    fn a_slice_that_was_just_written_is_in_memory() {
        let bytes = vec![1u8; 100_000];
        read_ahead(&bytes[10..50_000]);
        assert!(resident(&bytes[10..50_000]));
        assert!(resident(&[]));
    }
}
