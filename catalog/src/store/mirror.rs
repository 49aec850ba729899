//! What of a remote store lies on this machine, and what may go?
//!
//! A reader that maps files needs them here. A copy is made once, under the object's own key below a cache
//! folder. It grows in `<key>.part` under a lock, so that of several processes one copies; killed in the
//! middle, the next one goes on where it ended. The folder is a cache: whatever is removed from it comes back.

use super::{Store, StoreError};
use futures::TryStreamExt;
use object_store::{GetOptions, GetRange};
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

impl Store {
    /// A file that holds the object: its own in a local store, else a copy below `cache`, which is
    /// kept and found again.
    ///
    /// # Errors
    /// [`StoreError`], also where the object is missing.
    pub fn fetch(&self, key: &str, cache: &Path) -> Result<PathBuf, StoreError> {
        let missing = || StoreError::Missing {
            key: key.to_owned(),
            url: self.url.clone(),
        };
        if let Some(path) = self.local_path(key) {
            return path.is_file().then_some(path).ok_or_else(missing);
        }
        let target = cache.join(key);
        let size = self.head(key)?.ok_or_else(missing)?;
        if !is_whole(&target, size) {
            self.mirror(key, size, &target)?;
        }
        Ok(target)
    }

    /// Copies an object of `size` bytes, or what is missing of it.
    fn mirror(&self, key: &str, size: u64, target: &Path) -> Result<(), StoreError> {
        let mut part = target.to_owned().into_os_string();
        part.push(".part");
        let failed = |source| StoreError::File {
            path: PathBuf::from(&part),
            action: "write",
            source,
        };
        let mut file = open_locked(Path::new(&part)).map_err(failed)?;
        // Somebody else may have finished it while we waited.
        if is_whole(target, size) {
            return Ok(());
        }
        let mut have = file.metadata().map_err(failed)?.len();
        if have > size {
            file.set_len(0).map_err(failed)?;
            have = 0;
        }
        if have < size {
            let rest = GetOptions {
                range: Some(GetRange::Offset(have)),
                ..GetOptions::default()
            };
            let path = self.path(key)?;
            let got = self.wait(key, "read", self.objects.get_opts(&path, rest))?;
            let mut stream = got.into_stream();
            while let Some(bytes) = self.wait(key, "read", stream.try_next())? {
                file.write_all(&bytes).map_err(failed)?;
            }
        }
        file.sync_all().map_err(failed)?;
        std::fs::rename(&part, target).map_err(failed)
    }
}

fn is_whole(target: &Path, size: u64) -> bool {
    target.metadata().is_ok_and(|meta| meta.len() == size)
}

/// The file under its lock, which the system frees when a process dies. One that was renamed away while we
/// waited is not the file of that name any more: then once more.
fn open_locked(part: &Path) -> io::Result<File> {
    use std::os::unix::fs::MetadataExt;
    std::fs::create_dir_all(part.parent().unwrap_or(Path::new(".")))?;
    loop {
        let file = OpenOptions::new().create(true).append(true).open(part)?;
        file.lock()?;
        let same = part.metadata().map(|meta| meta.ino());
        if same.ok() == Some(file.metadata()?.ino()) {
            return Ok(file);
        }
    }
}

/// Removes from a cache the editions that nobody names, then objects, the longest unused first, until at most
/// `most_bytes` are left of them. What is mapped goes on being readable. Gives the bytes freed.
///
/// # Errors
/// The folder cannot be read or a file not removed.
pub fn sweep(cache: &Path, editions: &[&str], most_bytes: u64) -> io::Result<u64> {
    let mut freed = 0;
    for entry in entries(&cache.join("editions"))? {
        let named = entry.file_name().to_str().map(str::to_owned);
        if !named.is_some_and(|name| editions.contains(&name.as_str())) {
            freed += files(&entry.path())?
                .iter()
                .map(|file| file.bytes)
                .sum::<u64>();
            std::fs::remove_dir_all(entry.path())?;
        }
    }
    let mut objects = files(&cache.join("objects"))?;
    objects.sort_by_key(|object| (object.used, object.path.clone()));
    let mut left: u64 = objects.iter().map(|object| object.bytes).sum();
    for object in objects {
        if left <= most_bytes {
            break;
        }
        std::fs::remove_file(&object.path)?;
        left -= object.bytes;
        freed += object.bytes;
    }
    Ok(freed)
}

struct Copy {
    path: PathBuf,
    bytes: u64,
    /// The last time it was opened, as far as the file system notes that.
    used: SystemTime,
}

fn entries(folder: &Path) -> io::Result<Vec<std::fs::DirEntry>> {
    match std::fs::read_dir(folder) {
        Ok(entries) => entries.collect(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

fn files(folder: &Path) -> io::Result<Vec<Copy>> {
    let mut found = Vec::new();
    for entry in entries(folder)? {
        let meta = entry.metadata()?;
        if meta.is_dir() {
            found.extend(files(&entry.path())?);
        } else {
            found.push(Copy {
                path: entry.path(),
                bytes: meta.len(),
                used: meta.accessed().or_else(|_| meta.modified())?,
            });
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_that_was_cut_off_goes_on_where_it_ended() {
        let store = Store::open("memory:").unwrap();
        let cache = tempfile::tempdir().unwrap();
        store.put("editions/a/b.bin", "0123456789").unwrap();
        let part = cache.path().join("editions/a/b.bin.part");
        std::fs::create_dir_all(part.parent().unwrap()).unwrap();
        // Capital letters show which bytes were there before.
        std::fs::write(&part, "ABCD").unwrap();
        let path = store.fetch("editions/a/b.bin", cache.path()).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "ABCD456789");
        assert!(!part.exists());

        std::fs::remove_file(&path).unwrap();
        std::fs::write(&part, "longer than the object").unwrap();
        store.fetch("editions/a/b.bin", cache.path()).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "0123456789");
    }

    #[test]
    fn ten_readers_of_one_object_make_one_whole_copy() {
        let store = Store::open("memory:").unwrap();
        let cache = tempfile::tempdir().unwrap();
        let content = "0123456789".repeat(100_000);
        store.put("objects/aa/x", content.clone()).unwrap();
        std::thread::scope(|scope| {
            for _ in 0..10 {
                scope.spawn(|| {
                    let path = store.fetch("objects/aa/x", cache.path()).unwrap();
                    assert!(std::fs::read_to_string(path).unwrap() == content);
                });
            }
        });
    }

    #[test]
    fn what_nobody_names_goes_and_objects_go_until_they_fit() {
        let cache = tempfile::tempdir().unwrap();
        let put = |key: &str, bytes: usize, age: u64| {
            let path = cache.path().join(key);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, vec![0; bytes]).unwrap();
            let used = SystemTime::now() - std::time::Duration::from_secs(age);
            let times = std::fs::FileTimes::new().set_accessed(used);
            File::options()
                .write(true)
                .open(&path)
                .unwrap()
                .set_times(times)
                .unwrap();
            path
        };
        let (live, old) = (put("editions/live/m", 5, 0), put("editions/old/m", 7, 0));
        let (stale, fresh) = (put("objects/aa/1", 100, 90), put("objects/bb/2", 100, 5));
        assert_eq!(sweep(cache.path(), &["live"], 150).unwrap(), 107);
        assert!(live.exists() && fresh.exists());
        assert!(!old.exists() && !stale.exists());
        assert_eq!(sweep(cache.path(), &["live"], 150).unwrap(), 0);
        assert_eq!(sweep(&cache.path().join("none"), &[], 0).unwrap(), 0);
    }
}
