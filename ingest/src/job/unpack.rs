//! How is a delivery taken out of a `.zip` or `.tar` without harm?
//!
//! Into a temporary folder, under caps on entries, on bytes, and on what one packed byte may become. Only
//! regular files with relative paths are taken; a link, a device, a path that leaves the folder or a name that comes
//! twice refuses the archive as a whole: nobody packs these by accident. The archive itself is only read.

use crate::Error;
use crate::config::Limits;
use crate::paths;
use std::fs::{self, File};
use std::io::{self, BufReader, Read, Write};
use std::path::Path;
use tempfile::TempDir;

/// Bytes that an archive may always unpack to, however small it is.
const FREE: u64 = 1 << 20;

/// Why an archive is not taken.
pub type Refusal = String;

enum Fault {
    Label(Refusal),
    Disk(io::Error),
}

impl From<io::Error> for Fault {
    fn from(source: io::Error) -> Fault {
        use io::ErrorKind::{AlreadyExists, InvalidFilename, IsADirectory, NotADirectory};
        // What the system did not say comes from the archive's own bytes, and so do names that it refuses.
        let names = [AlreadyExists, InvalidFilename, IsADirectory, NotADirectory];
        match source.raw_os_error().is_none() || names.contains(&source.kind()) {
            true => Fault::Label(source.to_string()),
            false => Fault::Disk(source),
        }
    }
}

/// Whether a file's name is that of an archive.
pub(super) fn is_archive(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    lower.ends_with(".zip") || lower.ends_with(".tar")
}

/// Unpacks an archive into a folder that is removed when the answer is dropped.
///
/// # Errors
/// [`Error::Unreadable`] when our own disk fails; a refusal is an answer.
pub fn unpack(archive: &Path, limits: &Limits) -> Result<Result<TempDir, Refusal>, Error> {
    let failed = |source| Error::Unreadable {
        path: archive.to_owned(),
        action: "cannot be unpacked",
        source,
    };
    let folder = tempfile::tempdir().map_err(failed)?;
    let file = File::open(archive).map_err(failed)?;
    let size = file.metadata().map_err(failed)?.len();
    let most = size
        .saturating_mul(limits.archive_ratio)
        .saturating_add(FREE);
    let mut room = Room {
        folder: folder.path(),
        entries: limits.archive_entries,
        bytes: limits.archive_bytes.min(most),
    };
    let zip = archive
        .extension()
        .is_some_and(|e| e.eq_ignore_ascii_case("zip"));
    let done = match zip {
        true => room.zip(file),
        false => room.tar(file),
    };
    match done {
        Ok(()) => Ok(Ok(folder)),
        Err(Fault::Label(why)) => Ok(Err(why)),
        Err(Fault::Disk(source)) => Err(failed(source)),
    }
}

/// What may still be unpacked.
struct Room<'a> {
    folder: &'a Path,
    entries: usize,
    bytes: u64,
}

impl Room<'_> {
    fn zip(&mut self, file: File) -> Result<(), Fault> {
        let label = |error: zip::result::ZipError| match error {
            zip::result::ZipError::Io(source) => Fault::from(source),
            other => Fault::Label(other.to_string()),
        };
        let mut archive = zip::ZipArchive::new(BufReader::new(file)).map_err(label)?;
        for index in 0..archive.len() {
            let mut entry = archive.by_index(index).map_err(label)?;
            let name = entry.name().map_err(label)?.into_owned();
            if entry.is_symlink() {
                return Err(Fault::Label(format!("`{name}` is a symbolic link")));
            }
            if !entry.is_dir() {
                self.file(&name, &mut entry)?;
            }
        }
        Ok(())
    }

    fn tar(&mut self, file: File) -> Result<(), Fault> {
        let mut archive = tar::Archive::new(BufReader::new(file));
        for entry in archive.entries()? {
            let mut entry = entry?;
            let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
            match entry.header().entry_type() {
                tar::EntryType::Regular | tar::EntryType::Continuous => {
                    self.file(&name, &mut entry)?
                }
                tar::EntryType::Directory | tar::EntryType::XGlobalHeader => {}
                _ => return Err(Fault::Label(format!("`{name}` is no regular file"))),
            }
        }
        Ok(())
    }

    fn file(&mut self, name: &str, content: &mut dyn Read) -> Result<(), Fault> {
        // What a Mac adds to archives is no part of a delivery.
        if name.starts_with("__MACOSX/") || name.ends_with(".DS_Store") {
            return Ok(());
        }
        self.entries = self
            .entries
            .checked_sub(1)
            .ok_or_else(|| Fault::Label("too many files".to_owned()))?;
        let parts = paths::parts(name).map_err(|why| Fault::Label(format!("`{name}`: {why}")))?;
        let mut path = self.folder.to_owned();
        path.extend(&parts);
        if let Some(above) = path.parent() {
            fs::create_dir_all(above)?;
        }
        let created = File::create_new(&path);
        let mut file = created.map_err(|source| match source.kind() {
            io::ErrorKind::AlreadyExists => Fault::Label(format!("`{name}` is there twice")),
            _ => Fault::from(source),
        })?;
        let written = io::copy(&mut content.take(self.bytes + 1), &mut file)?;
        file.flush()?;
        self.bytes = self.bytes.checked_sub(written).ok_or_else(|| {
            Fault::Label("it unpacks to more than an archive of its size may".to_owned())
        })?;
        Ok(())
    }
}
