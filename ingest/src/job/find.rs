//! Where in a drop are the deliveries?
//!
//! A folder with a message is one delivery: `<ReleaseId>.xml`, `release.json` or `release.csv` (or, in a flat folder, each
//! XML file). Deliveries stand at most `limits.depth` folders below the drop. A batch folder (its name is a
//! BatchId, `YYYYMMDDhhmmssnnn`) is left alone until `BatchComplete_*.xml` stands in it, and while it holds other
//! than as many messages as that manifest promises. A folder whose whole tree has files but no message is a
//! finding, named once. Links are not followed. A `.zip`
//! or `.tar` is a folder of its name without the ending.

use super::{manifest, unpack};
use crate::Error;
use crate::config::Limits;
use crate::finding::Finding;
use crate::wording;
use jiff::Timestamp;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// What a drop holds.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Messages, by path.
    pub(super) messages: Vec<Message>,
    /// Findings about the drop itself.
    pub(super) remarks: Vec<Finding>,
    /// Folders that archives were unpacked into; they go when this goes.
    pub(super) unpacked: Vec<TempDir>,
}

/// A message and its folder.
#[derive(Debug, Clone)]
pub(super) struct Message {
    pub(super) path: PathBuf,
    pub(super) folder: PathBuf,
    /// Path relative to the drop, with `/`.
    pub(super) name: String,
    /// The batch's timestamp.
    pub(super) batch: Option<Timestamp>,
    /// Whether no other message shares the folder.
    pub(super) alone: bool,
}

impl Message {
    /// Whether the file's name ends so, in any case.
    pub(super) fn ends_with(&self, extension: &str) -> bool {
        let own = self.path.extension();
        own.is_some_and(|own| own.eq_ignore_ascii_case(extension))
    }
}

pub(super) fn find(drop: &Path, limits: &Limits) -> Result<Found, Error> {
    let meta = fs::metadata(drop).map_err(|source| unreadable(drop, source))?;
    if !meta.is_dir() {
        return Err(Error::NotAFolder {
            path: drop.to_owned(),
        });
    }
    let mut walk = Walk {
        drop,
        limits,
        entries: 0,
        found: Found::default(),
    };
    let tree = walk.folder(drop, "", 0, None)?;
    if tree.messages == 0 && tree.files > 0 && !tree.open && walk.found.remarks.is_empty() {
        walk.found
            .remarks
            .push(wording::drop_no_message(tree.files).file("."));
    }
    let mut found = walk.found;
    found.messages.sort_by(|a, b| a.name.cmp(&b.name));
    found.remarks.sort_by(|a, b| a.place.cmp(&b.place));
    Ok(found)
}

struct Walk<'a> {
    drop: &'a Path,
    limits: &'a Limits,
    entries: usize,
    found: Found,
}

/// What a folder's tree holds.
#[derive(Default)]
struct Tree {
    messages: usize,
    files: usize,
    /// A batch in it is still being uploaded.
    open: bool,
    /// The only folder in it that has files, where those are no delivery.
    garbage: Option<String>,
}

/// The entries of one folder, by name.
#[derive(Default)]
struct Entries {
    files: Vec<String>,
    folders: Vec<String>,
}

impl Walk<'_> {
    fn folder(
        &mut self,
        path: &Path,
        name: &str,
        depth: usize,
        batch: Option<Timestamp>,
    ) -> Result<Tree, Error> {
        let entries = self.entries(path, name)?;
        let own = name.rsplit('/').next().unwrap_or_default();
        let complete = entries
            .files
            .iter()
            .find(|file| file.starts_with("BatchComplete"));
        if batch_time(own).is_some() && complete.is_none() {
            self.found
                .remarks
                .push(wording::drop_batch_open().file(name));
            return Ok(Tree {
                open: true,
                ..Tree::default()
            });
        }
        let stated =
            complete.and_then(|file| batch_time(file.trim_start_matches("BatchComplete_")));
        let batch = stated
            .or_else(|| batch_time(own))
            .or_else(|| release_time(own))
            .or(batch);
        let first = self.found.messages.len();
        let tree = self.inside(path, name, depth, batch, &entries)?;
        let Some(file) = complete else {
            return Ok(tree);
        };
        let promised = manifest::promised(&path.join(file))?;
        let found = self.found.messages.len() - first;
        let wrong = match promised {
            Ok(None) => return Ok(tree),
            Ok(Some(promised)) if promised == found => return Ok(tree),
            Ok(Some(promised)) => {
                wording::drop_batch_count(wording::messages(found), wording::messages(promised))
            }
            Err(why) => {
                wording::drop_batch_count(why, "a ManifestMessage, or no content".to_owned())
            }
        };
        self.found.messages.truncate(first);
        self.found.remarks.push(wrong.file(&join(name, file)));
        Ok(Tree {
            open: true,
            ..Tree::default()
        })
    }

    /// What stands in a folder that may be read.
    fn inside(
        &mut self,
        path: &Path,
        name: &str,
        depth: usize,
        batch: Option<Timestamp>,
        entries: &Entries,
    ) -> Result<Tree, Error> {
        let own = name.rsplit('/').next().unwrap_or_default();
        let complete = entries
            .files
            .iter()
            .filter(|file| file.starts_with("BatchComplete"))
            .count();
        let messages = candidates(&entries.files, own);
        let mut tree = Tree {
            messages: messages.len(),
            ..Tree::default()
        };
        tree.files = entries.files.len() - complete;
        if !messages.is_empty() {
            for file in &messages {
                self.found.messages.push(Message {
                    path: path.join(file),
                    folder: path.to_owned(),
                    name: join(name, file),
                    batch,
                    alone: messages.len() == 1,
                });
            }
            return Ok(tree);
        }
        for file in entries.files.iter().filter(|file| unpack::is_archive(file)) {
            let inner = join(name, file);
            match unpack::unpack(&path.join(file), self.limits)? {
                Ok(folder) => {
                    let own = inner[..inner.len() - ".zip".len()].to_owned();
                    let child = self.folder(folder.path(), &own, depth + 1, batch)?;
                    self.found.unpacked.push(folder);
                    tree.messages += child.messages;
                    tree.open |= child.open;
                    if child.messages == 0 && !child.open {
                        let remark = wording::drop_no_message(child.files);
                        self.found.remarks.push(remark.file(&inner));
                    }
                }
                Err(why) => self
                    .found
                    .remarks
                    .push(wording::drop_archive(&why).file(&inner)),
            }
        }
        tree.files -= entries
            .files
            .iter()
            .filter(|file| unpack::is_archive(file))
            .count();
        let mut without = Vec::new();
        for folder in &entries.folders {
            let inner = join(name, folder);
            let child = match depth < self.limits.depth {
                true => self.folder(&path.join(folder), &inner, depth + 1, batch)?,
                // Too deep to hold a delivery: a sign of garbage.
                false => Tree {
                    files: 1,
                    ..Tree::default()
                },
            };
            if child.messages == 0 && child.files > 0 && !child.open {
                without.push((child.garbage.clone().unwrap_or(inner), child.files));
            }
            tree.messages += child.messages;
            tree.files += child.files;
            tree.open |= child.open;
        }
        // Garbage in a single place is named by that place.
        if let ([(place, count)], true) = (&without[..], tree.messages == 0)
            && *count == tree.files
        {
            tree.garbage = Some(place.clone());
        }
        if tree.messages > 0 || depth == 0 || tree.open {
            for (folder, files) in without {
                self.found
                    .remarks
                    .push(wording::drop_no_message(files).file(&folder));
            }
        }
        Ok(tree)
    }

    fn entries(&mut self, path: &Path, name: &str) -> Result<Entries, Error> {
        let mut entries = Entries::default();
        for entry in fs::read_dir(path).map_err(|source| unreadable(path, source))? {
            let entry = entry.map_err(|source| unreadable(path, source))?;
            self.entries += 1;
            if self.entries > self.limits.entries {
                let limit = self.limits.entries;
                return Err(Error::TooManyEntries {
                    path: self.drop.to_owned(),
                    limit,
                });
            }
            let file = match entry.file_name().into_string() {
                Ok(file) => file,
                Err(raw) => {
                    let shown = raw.to_string_lossy();
                    self.found
                        .remarks
                        .push(wording::drop_name().file(&join(name, &shown)));
                    continue;
                }
            };
            if file.starts_with('.') {
                continue;
            }
            let kind = entry
                .file_type()
                .map_err(|source| unreadable(&entry.path(), source))?;
            if kind.is_symlink() {
                self.found
                    .remarks
                    .push(wording::drop_symlink().file(&join(name, &file)));
            } else if kind.is_dir() {
                entries.folders.push(file);
            } else {
                entries.files.push(file);
            }
        }
        entries.files.sort_unstable();
        entries.folders.sort_unstable();
        Ok(entries)
    }
}

fn unreadable(path: &Path, source: std::io::Error) -> Error {
    Error::Unreadable {
        path: path.to_owned(),
        action: "cannot be read",
        source,
    }
}

fn join(folder: &str, name: &str) -> String {
    match folder {
        "" => name.to_owned(),
        folder => format!("{folder}/{name}"),
    }
}

/// Whether a file is a message of a label without DDEX.
pub(super) fn is_plain(file: &str) -> bool {
    let lower = file.to_ascii_lowercase();
    lower == "release.json" || lower == "release.csv"
}

/// The messages among a folder's files.
fn candidates(files: &[String], folder: &str) -> Vec<String> {
    let messages: Vec<String> = files
        .iter()
        .filter(|file| {
            let lower = file.to_ascii_lowercase();
            let ours = is_plain(file) || lower.ends_with(".xml");
            ours && !["batchcomplete", "ack_", "manifest"]
                .iter()
                .any(|other| lower.starts_with(other))
        })
        .cloned()
        .collect();
    let own = format!("{folder}.xml");
    match messages
        .iter()
        .find(|file| file.eq_ignore_ascii_case(&own))
        .or_else(|| {
            messages
                .iter()
                .find(|file| file.eq_ignore_ascii_case("release.json"))
        })
        .or_else(|| messages.iter().find(|file| is_plain(file)))
    {
        Some(file) => vec![file.clone()],
        None => messages,
    }
}

/// The instant of a BatchId (`YYYYMMDDhhmmssnnn`, perhaps after `P_`, `M_` or `N_`), taken as UTC.
fn batch_time(name: &str) -> Option<Timestamp> {
    let name = name.strip_suffix(".xml").unwrap_or(name);
    let id = ["P_", "M_", "N_"]
        .iter()
        .find_map(|p| name.strip_prefix(p))
        .unwrap_or(name);
    if id.len() != 17 || !id.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let text = format!(
        "{}-{}-{}T{}:{}:{}.{}Z",
        &id[..4],
        &id[4..6],
        &id[6..8],
        &id[8..10],
        &id[10..12],
        &id[12..14],
        &id[14..]
    );
    text.parse().ok()
}

/// The instant of a release's own folder: `<P or N>_<ReleaseId>_<YYYYMMDDhhmmssnnn>`.
fn release_time(name: &str) -> Option<Timestamp> {
    let rest = ["P_", "N_"].iter().find_map(|p| name.strip_prefix(p))?;
    batch_time(rest.rsplit_once('_')?.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_id_is_an_instant() {
        let at = |name| batch_time(name).map(|at| at.to_string());
        assert_eq!(
            at("20261001120000123").as_deref(),
            Some("2026-10-01T12:00:00.123Z")
        );
        assert_eq!(
            at("P_20261001120000000.xml").as_deref(),
            Some("2026-10-01T12:00:00Z")
        );
        assert_eq!(at("20261301120000123"), None);
        assert_eq!(at("05012345678900"), None);
        let at = |name| release_time(name).map(|at| at.to_string());
        assert_eq!(
            at("N_5012345678900_20261001120000123").as_deref(),
            Some("2026-10-01T12:00:00.123Z")
        );
        assert_eq!(at("20261001120000123"), None);
    }

    #[test]
    fn the_message_of_a_folder_bears_its_name() {
        let files = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>();
        let check = |names: &[&str], expected: &[&str]| {
            assert_eq!(candidates(&files(names), "R1"), files(expected));
        };
        check(&["R1.xml", "notes.xml"], &["R1.xml"]);
        check(
            &["a.xml", "b.XML", "BatchComplete_1.xml", "ACK_1.xml"],
            &["a.xml", "b.XML"],
        );
        check(&["cover.png", "release.json"], &["release.json"]);
    }
}
