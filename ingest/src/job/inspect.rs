//! What did the files that a message names turn out to be? Every byte is read; nothing is written.

use super::listen::listen;
use crate::Error;
use crate::checksums::Hashers;
use crate::config::Config;
use crate::delivery::{DeliveredFile, DeliveredRelease};
use crate::evidence::{Evidence, Fact, Held, Media, Picture};
use crate::{paths, picture};
use catalog::ids::Sha256Hasher;
use catalog::lyrics;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

/// Files that the message does not name; more are not listed.
const MAX_UNUSED: usize = 50;
/// Folders below the release's folder that are looked into for them.
const UNUSED_DEPTH: usize = 4;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Want {
    Sound,
    Picture,
    Words,
}

/// Looks at every file that the release names. `done` is called after each.
pub(super) fn inspect(
    release: &DeliveredRelease,
    folder: &Path,
    message: Option<&Path>,
    config: &Config,
    done: &(dyn Fn() + Sync),
) -> Result<Evidence, Error> {
    let mut wanted: BTreeMap<&str, (Want, Vec<&DeliveredFile>)> = BTreeMap::new();
    let masters = release
        .tracks
        .iter()
        .filter_map(|track| track.file.as_ref());
    let covers = release.artwork.iter().take(1);
    let words = release
        .tracks
        .iter()
        .filter_map(|track| track.lyrics.as_ref());
    for (want, file) in masters
        .map(|file| (Want::Sound, file))
        .chain(covers.map(|file| (Want::Picture, file)))
        .chain(words.map(|file| (Want::Words, file)))
    {
        wanted
            .entry(file.uri.as_str())
            .or_insert_with(|| (want, Vec::new()))
            .1
            .push(file);
    }
    let facts: Vec<(String, Fact, Option<PathBuf>)> = wanted
        .into_par_iter()
        .map(|(uri, (want, files))| {
            let (fact, path) = look(folder, uri, want, &files, config)?;
            if want == Want::Sound {
                done();
            }
            Ok((uri.to_owned(), fact, path))
        })
        .collect::<Result<_, Error>>()?;
    let used: BTreeSet<PathBuf> = facts
        .iter()
        .filter_map(|(_, _, path)| path.clone())
        .collect();
    let unused = match message {
        Some(message) => unused(folder, message, &used)?,
        None => Vec::new(),
    };
    let files = facts
        .into_iter()
        .map(|(uri, fact, _)| (uri, fact))
        .collect();
    Ok(Evidence { files, unused })
}

fn look(
    folder: &Path,
    uri: &str,
    want: Want,
    files: &[&DeliveredFile],
    config: &Config,
) -> Result<(Fact, Option<PathBuf>), Error> {
    let (path, bytes) = match resolve(folder, uri)? {
        Resolved::File(path, bytes) => (path, bytes),
        Resolved::Not(fact) => return Ok((fact, None)),
    };
    let limit = match want {
        Want::Sound => config.limits.master_bytes,
        Want::Picture => config.limits.artwork_bytes,
        Want::Words => lyrics::MAX_BYTES,
    };
    if bytes > limit {
        return Ok((Fact::TooLarge(bytes, limit), Some(path)));
    }
    let mut hashers = Hashers::wanted(files);
    let mut sha256 = Sha256Hasher::default();
    let bytes = read_all(&path, limit, |part| {
        sha256.write_all(part).expect("hashing does not fail");
        hashers.update(part);
    })?;
    let sha256 = sha256.finish();
    let hashes = hashers.finish(&sha256.to_string());
    let media = match want {
        _ if bytes == 0 => Media::Empty,
        Want::Sound => {
            let heard = listen(&config.listener, &path, bytes, &config.limits)?;
            Media::Sound(Box::new(heard))
        }
        Want::Picture => Media::Picture(see(&path, config.limits.artwork_side)?),
        Want::Words => {
            let bytes = fs::read(&path).map_err(|source| unreadable(&path, source))?;
            let timed = |lines: Vec<lyrics::Line>| lines.iter().any(|line| line.at.is_some());
            Media::Words(lyrics::read(&bytes).map(timed))
        }
    };
    let held = Held {
        path: path.clone(),
        bytes,
        sha256,
        hashes,
        media,
    };
    Ok((Fact::File(Box::new(held)), Some(path)))
}

enum Resolved {
    File(PathBuf, u64),
    Not(Fact),
}

/// The regular file at a path, as written, percent-decoded, or below `resources/`.
fn resolve(folder: &Path, uri: &str) -> Result<Resolved, Error> {
    let mut first = None;
    let decoded = paths::percent_decoded(uri);
    for name in std::iter::once(uri).chain(decoded.as_deref()) {
        for base in ["", "resources"] {
            match step_down(folder, base, name)? {
                Resolved::Not(Fact::Missing(similar)) => {
                    let better = matches!(first, None | Some(Fact::Missing(None)));
                    if better {
                        first = Some(Fact::Missing(similar));
                    }
                }
                // Anything but absence is the answer: a link, a folder, an escape.
                answer => return Ok(answer),
            }
        }
    }
    Ok(Resolved::Not(first.unwrap_or(Fact::Missing(None))))
}

fn step_down(folder: &Path, base: &str, name: &str) -> Result<Resolved, Error> {
    let parts = match paths::parts(name) {
        Ok(parts) => parts,
        Err(why) => return Ok(Resolved::Not(Fact::Escapes(why))),
    };
    let mut path = folder.to_owned();
    let all: Vec<&str> = std::iter::once(base)
        .filter(|b| !b.is_empty())
        .chain(parts)
        .collect();
    for (index, part) in all.iter().enumerate() {
        let above = path.clone();
        path.push(part);
        let meta = match fs::symlink_metadata(&path) {
            Ok(meta) => meta,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Resolved::Not(Fact::Missing(similar(&above, part))));
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotADirectory => {
                return Ok(Resolved::Not(Fact::Missing(None)));
            }
            Err(source) => return Err(unreadable(&path, source)),
        };
        if meta.is_symlink() {
            return Ok(Resolved::Not(Fact::Symlink((*part).to_owned())));
        }
        if index + 1 == all.len() {
            return Ok(match (meta.is_file(), meta.is_dir()) {
                (true, _) => Resolved::File(path, meta.len()),
                (_, true) => Resolved::Not(Fact::NotAFile("a folder")),
                _ => Resolved::Not(Fact::NotAFile("no regular file")),
            });
        }
    }
    Ok(Resolved::Not(Fact::Missing(None)))
}

/// A file whose name differs in case only.
fn similar(folder: &Path, name: &str) -> Option<String> {
    let lower = name.to_lowercase();
    let names = fs::read_dir(folder).ok()?.flatten();
    let mut same: Vec<String> = names
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|other| other.to_lowercase() == lower)
        .collect();
    same.sort_unstable();
    same.into_iter().next()
}

fn unreadable(path: &Path, source: std::io::Error) -> Error {
    Error::Unreadable {
        path: path.to_owned(),
        action: "cannot be read",
        source,
    }
}

fn read_all(path: &Path, limit: u64, mut each: impl FnMut(&[u8])) -> Result<u64, Error> {
    let mut file = File::open(path)
        .map_err(|source| unreadable(path, source))?
        .take(limit + 1);
    let mut buffer = vec![0; 1 << 18];
    let mut total = 0;
    loop {
        let count = file
            .read(&mut buffer)
            .map_err(|source| unreadable(path, source))?;
        if count == 0 {
            return Ok(total);
        }
        total += count as u64;
        each(&buffer[..count]);
    }
}

/// Decodes a cover. A panic inside the decoder is a finding like any other damage.
fn see(path: &Path, side: u32) -> Result<Result<Picture, String>, Error> {
    // The caller has looked at its size.
    let bytes = fs::read(path).map_err(|source| unreadable(path, source))?;
    let seen = catch_unwind(AssertUnwindSafe(|| picture::look(&bytes, side)));
    Ok(seen.unwrap_or_else(|_| Err("the decoder gave up on this file".to_owned())))
}

/// Regular files below the folder that are neither the message nor named by it.
fn unused(folder: &Path, message: &Path, used: &BTreeSet<PathBuf>) -> Result<Vec<String>, Error> {
    let mut found = Vec::new();
    let mut open = vec![(folder.to_owned(), 0)];
    while let Some((path, depth)) = open.pop() {
        for entry in fs::read_dir(&path).map_err(|source| unreadable(&path, source))? {
            let entry = entry.map_err(|source| unreadable(&path, source))?;
            let (inner, kind) = (entry.path(), entry.file_type());
            let hidden = entry.file_name().to_string_lossy().starts_with('.');
            let Ok(kind) = kind else { continue };
            if kind.is_dir() && depth < UNUSED_DEPTH {
                open.push((inner, depth + 1));
            } else if kind.is_file()
                && !hidden
                && inner != message
                && !used.contains(&inner)
                && let Ok(relative) = inner.strip_prefix(folder)
            {
                found.push(relative.to_string_lossy().replace('\\', "/"));
            }
        }
    }
    found.sort_unstable();
    found.truncate(MAX_UNUSED);
    Ok(found)
}
