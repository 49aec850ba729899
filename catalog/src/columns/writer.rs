//! How is a columns file written? Section by section, the directory last.

use super::{ALIGN, ColumnsError, Entry, MAGIC, NAME_BYTES};
use bytemuck::Pod;
use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use xxhash_rust::xxh3::xxh3_64;

/// A columns file in the making; nobody can open it before [`ColumnsWriter::finish`].
pub struct ColumnsWriter {
    path: PathBuf,
    sections: Vec<(Entry, Vec<u8>)>,
}

impl ColumnsWriter {
    /// Begins a file; nothing is written yet.
    pub fn new(path: &Path) -> ColumnsWriter {
        ColumnsWriter {
            path: path.to_owned(),
            sections: Vec::new(),
        }
    }

    /// Adds a section of fixed-width values.
    ///
    /// # Panics
    /// When the name is longer than 32 bytes or used twice: names are written in code.
    pub fn section<T: Pod>(&mut self, name: &str, values: &[T]) -> &mut Self {
        assert!(
            name.len() <= NAME_BYTES,
            "section name `{name}` is longer than {NAME_BYTES} bytes"
        );
        let mut padded = [0; NAME_BYTES];
        padded[..name.len()].copy_from_slice(name.as_bytes());
        assert!(
            self.sections.iter().all(|(entry, _)| entry.name != padded),
            "section `{name}` twice"
        );
        let bytes: &[u8] = bytemuck::cast_slice(values);
        let entry = Entry {
            name: padded,
            offset: 0,
            length: bytes.len() as u64,
            element: size_of::<T>() as u64,
            checksum: xxh3_64(bytes),
        };
        self.sections.push((entry, bytes.to_vec()));
        self
    }

    /// Adds a column of strings: `name.at` and `name.text`.
    ///
    /// # Panics
    /// When the texts of one column are longer than 4 GiB together.
    pub fn strings<'a>(
        &mut self,
        name: &str,
        texts: impl IntoIterator<Item = &'a str>,
    ) -> &mut Self {
        let (mut ends, mut all) = (Vec::new(), String::new());
        for text in texts {
            all.push_str(text);
            ends.push(u32::try_from(all.len()).expect("a column of strings is below 4 GiB"));
        }
        self.section(&format!("{name}.at"), &ends);
        self.section(&format!("{name}.text"), all.as_bytes())
    }

    /// Writes the file and syncs it.
    ///
    /// # Errors
    /// [`ColumnsError::Io`] naming the file.
    pub fn finish(&mut self) -> Result<(), ColumnsError> {
        self.write().map_err(|source| ColumnsError::Io {
            path: self.path.clone(),
            source,
        })
    }

    fn write(&mut self) -> io::Result<()> {
        let directory_end = 24 + (self.sections.len() * size_of::<Entry>()) as u64;
        let mut offset = directory_end.next_multiple_of(ALIGN);
        for (entry, bytes) in &mut self.sections {
            entry.offset = offset;
            offset = (offset + bytes.len() as u64).next_multiple_of(ALIGN);
        }
        let entries: Vec<Entry> = self.sections.iter().map(|(entry, _)| *entry).collect();
        let directory: &[u8] = bytemuck::cast_slice(&entries);
        let mut file = io::BufWriter::new(File::create(&self.path)?);
        file.write_all(MAGIC)?;
        file.write_all(&(entries.len() as u64).to_le_bytes())?;
        file.write_all(&xxh3_64(directory).to_le_bytes())?;
        file.write_all(directory)?;
        for (entry, bytes) in &self.sections {
            let here = file.stream_position()?;
            io::copy(
                &mut io::Read::take(io::repeat(0), entry.offset - here),
                &mut file,
            )?;
            file.write_all(bytes)?;
        }
        file.seek(SeekFrom::End(0))?;
        file.into_inner()
            .map_err(io::IntoInnerError::into_error)?
            .sync_all()
    }
}
