//! Which file, and which place in it, does a slice of memory come from?
//!
//! hyper is handed slices of mapped files and hands them on to the socket. There a slice is found again by
//! its address, so that the kernel takes the pages from the file itself (sendfile(2)) and copies nothing.

use bytes::Bytes;
use memmap2::Mmap;
use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::sync::{Arc, PoisonError, RwLock};

/// Every mapped file, by the address at which it begins.
#[derive(Default)]
pub(crate) struct Mappings(RwLock<BTreeMap<usize, Extent>>);

struct Extent {
    length: usize,
    file: Arc<File>,
}

/// A place in a file.
pub(crate) struct Place {
    pub(crate) file: Arc<File>,
    pub(crate) offset: u64,
}

/// A mapping; forgotten before it is unmapped, so no address is ever found that is not mapped.
struct Mapped {
    map: Mmap,
    known_by: Arc<Mappings>,
}

impl AsRef<[u8]> for Mapped {
    fn as_ref(&self) -> &[u8] {
        &self.map
    }
}

impl Drop for Mapped {
    fn drop(&mut self) {
        let start = self.map.as_ptr() as usize;
        let mut extents = self.known_by.0.write();
        extents
            .as_mut()
            .unwrap_or_else(PoisonError::get_mut)
            .remove(&start);
    }
}

impl Mappings {
    /// A whole file, mapped for as long as a slice of it lives. It must never be truncated.
    ///
    /// # Errors
    /// The system maps it not.
    pub(crate) fn map(self: &Arc<Self>, file: File) -> io::Result<Bytes> {
        if file.metadata()?.len() == 0 {
            return Ok(Bytes::new());
        }
        // SAFETY: objects are immutable: nobody truncates or writes one after its rename.
        let map = unsafe { Mmap::map(&file) }?;
        let extent = Extent {
            length: map.len(),
            file: Arc::new(file),
        };
        let mut extents = self.0.write().unwrap_or_else(PoisonError::into_inner);
        extents.insert(map.as_ptr() as usize, extent);
        drop(extents);
        let known_by = Arc::clone(self);
        Ok(Bytes::from_owner(Mapped { map, known_by }))
    }

    /// Where a live slice comes from; `None` if it is of no mapped file.
    pub(crate) fn locate(&self, slice: &[u8]) -> Option<Place> {
        let address = slice.as_ptr() as usize;
        let extents = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let (start, extent) = extents.range(..=address).next_back()?;
        let offset = address - start;
        (offset + slice.len() <= extent.length).then(|| Place {
            file: Arc::clone(&extent.file),
            offset: offset as u64,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn a_slice_is_found_for_as_long_as_it_lives_and_no_other_memory_is() {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&[7; 10_000]).unwrap();
        let mappings = Arc::new(Mappings::default());
        let bytes = mappings.map(file).unwrap();
        let slice = bytes.slice(5_000..9_000);
        drop(bytes);
        assert_eq!(mappings.locate(&slice).unwrap().offset, 5_000);
        assert!(mappings.locate(&[7; 100]).is_none());
        assert!(mappings.locate(b"").is_none());
        drop(slice);
        assert!(mappings.0.read().unwrap().is_empty());
    }

    #[test]
    fn an_empty_file_is_an_empty_slice() {
        let mappings = Arc::new(Mappings::default());
        let bytes = mappings.map(tempfile::tempfile().unwrap()).unwrap();
        assert!(bytes.is_empty());
    }
}
