//! How is a columns file read? It is mapped; a section is a slice of the mapping.
//!
//! Invariant: published files never change and are never truncated (they are only unlinked), so a
//! mapping stays valid as long as it lives.

use super::{ALIGN, ColumnsError, Entry, MAGIC, MAX_SECTIONS};
use bytemuck::Pod;
use std::fs::File;
use std::marker::PhantomData;
use std::path::{Path, PathBuf};
use xxhash_rust::xxh3::xxh3_64;

/// An open columns file.
#[derive(Debug)]
pub struct Columns {
    path: PathBuf,
    map: memmap2::Mmap,
    entries: Vec<Entry>,
}

impl Columns {
    /// Maps a file and checks its directory; sections are checked by [`Columns::verify`].
    ///
    /// # Errors
    /// [`ColumnsError`] naming the file and what is wrong with it.
    pub fn open(path: &Path) -> Result<Columns, ColumnsError> {
        let io = |source| ColumnsError::Io {
            path: path.to_owned(),
            source,
        };
        let file = File::open(path).map_err(io)?;
        // SAFETY: published files are immutable (see the module's invariant).
        let map = unsafe { memmap2::Mmap::map(&file) }.map_err(io)?;
        let entries = directory(&map).map_err(|found| ColumnsError::Damaged {
            path: path.to_owned(),
            found,
        })?;
        Ok(Columns {
            path: path.to_owned(),
            map,
            entries,
        })
    }

    /// A section's values.
    ///
    /// # Errors
    /// [`ColumnsError::Damaged`] when there is none of that name or of another element size.
    pub fn slice<T: Pod>(&self, name: &str) -> Result<&[T], ColumnsError> {
        let entry = self.entry(name)?;
        if entry.element != size_of::<T>() as u64 {
            let found = format!(
                "section `{name}` has elements of {} bytes, expected {}",
                entry.element,
                size_of::<T>()
            );
            return Err(self.damaged(found));
        }
        bytemuck::try_cast_slice(self.bytes(entry))
            .map_err(|error| self.damaged(format!("section `{name}`: {error}")))
    }

    /// A column of strings.
    ///
    /// # Errors
    /// [`ColumnsError::Damaged`] when it is missing or its ends do not fit its text.
    pub fn strings(&self, name: &str) -> Result<Strings<'_>, ColumnsError> {
        Ok(self.texts(self.locate_strings(name)?))
    }

    /// Finds a section once, so that reading it later costs no search.
    ///
    /// # Errors
    /// As [`Columns::slice`].
    pub fn locate<T: Pod>(&self, name: &str) -> Result<Section<T>, ColumnsError> {
        self.slice::<T>(name)?;
        let entry = self.entry(name)?;
        let start = entry.offset as usize;
        Ok(Section {
            range: (start, start + entry.length as usize),
            of: PhantomData,
        })
    }

    /// Finds a column of strings once.
    ///
    /// # Errors
    /// As [`Columns::strings`].
    pub fn locate_strings(&self, name: &str) -> Result<TextSection, ColumnsError> {
        let section = TextSection {
            ends: self.locate(&format!("{name}.at"))?,
            text: self.locate(&format!("{name}.text"))?,
        };
        let ends = self.view(section.ends);
        match ends.last().copied().unwrap_or(0) as usize == self.view(section.text).len() {
            true => Ok(section),
            false => Err(self.damaged(format!("section `{name}.at` does not fit `{name}.text`"))),
        }
    }

    /// The values of a section of this very file.
    ///
    /// # Panics
    /// When the section was located in another, longer file.
    pub fn view<T: Pod>(&self, section: Section<T>) -> &[T] {
        bytemuck::cast_slice(&self.map[section.range.0..section.range.1])
    }

    /// The strings of a column of this very file.
    ///
    /// # Panics
    /// When the section was located in another, longer file.
    pub fn texts(&self, section: TextSection) -> Strings<'_> {
        Strings {
            ends: self.view(section.ends),
            text: self.view(section.text),
        }
    }

    /// Compares every section with its checksum.
    ///
    /// # Errors
    /// [`ColumnsError::Damaged`] naming the first section that differs.
    pub fn verify(&self) -> Result<(), ColumnsError> {
        for entry in &self.entries {
            if xxh3_64(self.bytes(entry)) != entry.checksum {
                return Err(self.damaged(format!("section `{}`: checksum differs", entry.label())));
            }
        }
        Ok(())
    }

    /// Names, element sizes and lengths in bytes, in the order of the file.
    pub fn sections(&self) -> impl Iterator<Item = (String, u64, u64)> + '_ {
        self.entries
            .iter()
            .map(|entry| (entry.label(), entry.element, entry.length))
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn entry(&self, name: &str) -> Result<&Entry, ColumnsError> {
        let found = self.entries.iter().find(|entry| entry.label() == name);
        found.ok_or_else(|| self.damaged(format!("section `{name}` is missing")))
    }

    fn bytes(&self, entry: &Entry) -> &[u8] {
        &self.map[entry.offset as usize..(entry.offset + entry.length) as usize]
    }

    fn damaged(&self, found: String) -> ColumnsError {
        ColumnsError::Damaged {
            path: self.path.clone(),
            found,
        }
    }
}

impl Entry {
    fn label(&self) -> String {
        let end = self
            .name
            .iter()
            .position(|byte| *byte == 0)
            .unwrap_or(self.name.len());
        String::from_utf8_lossy(&self.name[..end]).into_owned()
    }
}

/// Checks the header and reads the directory; every section lies inside the file, aligned.
fn directory(map: &[u8]) -> Result<Vec<Entry>, String> {
    let field = |at: usize| -> Option<u64> {
        Some(u64::from_le_bytes(map.get(at..at + 8)?.try_into().ok()?))
    };
    if map.get(..8) != Some(MAGIC.as_slice()) {
        return Err("does not begin with `BKLCOLS1`".to_owned());
    }
    let count = field(8).filter(|count| *count <= MAX_SECTIONS);
    let count = count.ok_or("has no believable number of sections")? as usize;
    let bytes = map
        .get(24..24 + count * size_of::<Entry>())
        .ok_or("ends inside its directory")?;
    if field(16) != Some(xxh3_64(bytes)) {
        return Err("its directory does not fit its checksum".to_owned());
    }
    let entries: Vec<Entry> = bytes
        .chunks_exact(size_of::<Entry>())
        .map(bytemuck::pod_read_unaligned)
        .collect();
    for entry in &entries {
        let end = entry.offset.checked_add(entry.length);
        let fits = end.is_some_and(|end| end <= map.len() as u64);
        if !fits || entry.offset % ALIGN != 0 {
            return Err(format!(
                "section `{}` reaches beyond the file",
                entry.label()
            ));
        }
    }
    Ok(entries)
}

/// Where a section of values stands in its file.
#[derive(Debug)]
pub struct Section<T> {
    range: (usize, usize),
    of: PhantomData<fn() -> T>,
}
impl<T> Clone for Section<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Section<T> {}

/// Where a column of strings stands in its file.
#[derive(Debug, Clone, Copy)]
pub struct TextSection {
    ends: Section<u32>,
    text: Section<u8>,
}

/// A column of strings in a mapping. Rows are checked when they are read, so that opening a file
/// touches none of them.
#[derive(Debug, Clone, Copy)]
pub struct Strings<'a> {
    ends: &'a [u32],
    text: &'a [u8],
}

impl<'a> Strings<'a> {
    /// The string of a row, or `None` beyond the last (or where the bytes are damaged).
    pub fn get(&self, row: usize) -> Option<&'a str> {
        let end = *self.ends.get(row)? as usize;
        let start = row
            .checked_sub(1)
            .map_or(0, |before| self.ends[before] as usize);
        std::str::from_utf8(self.text.get(start..end)?).ok()
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::columns::ColumnsWriter;
    use proptest::prelude::*;

    fn sample(path: &Path) {
        ColumnsWriter::new(path)
            .section("numbers", &[1u64, 2, 3])
            .strings("titles", ["", "Grüße", "!!!"])
            .section::<u16>("none", &[])
            .finish()
            .unwrap();
    }

    #[test]
    fn what_was_written_is_read_and_verified() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.bin");
        sample(&path);
        let columns = Columns::open(&path).unwrap();
        columns.verify().unwrap();
        assert_eq!(columns.slice::<u64>("numbers").unwrap(), [1, 2, 3]);
        let titles = columns.strings("titles").unwrap();
        assert_eq!(
            (titles.len(), titles.get(1), titles.get(3)),
            (3, Some("Grüße"), None)
        );
        assert!(columns.slice::<u16>("none").unwrap().is_empty());
        assert!(
            columns
                .slice::<u32>("numbers")
                .unwrap_err()
                .to_string()
                .contains("8 bytes, expected 4")
        );
        assert!(
            columns
                .slice::<u32>("absent")
                .unwrap_err()
                .to_string()
                .contains("`absent` is missing")
        );
        let again = folder.path().join("b.bin");
        sample(&again);
        assert_eq!(
            std::fs::read(&path).unwrap(),
            std::fs::read(&again).unwrap()
        );
    }

    proptest! {
        #[test]
        fn no_damage_goes_unseen_and_none_brings_the_reader_down(at in 0usize..700, bit in 0u8..8, cut in 0usize..700) {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("a.bin");
            sample(&path);
            let whole = std::fs::read(&path).unwrap();
            let mut bytes = whole.clone();
            let at = at % bytes.len();
            bytes[at] ^= 1 << bit;
            std::fs::write(&path, &bytes).unwrap();
            let seen = Columns::open(&path).and_then(|columns| columns.verify()).is_err();
            // Only the zeros between sections may change without notice.
            prop_assert!(seen || whole[at] == 0);
            std::fs::write(&path, &whole[..cut % whole.len()]).unwrap();
            let _ = Columns::open(&path).map(|columns| columns.verify());
        }
    }
}
