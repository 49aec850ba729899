//! Which pairs of audios were compared before?
//!
//! `duplicates/pairs/<settings>/<rows>-<run>.json` keeps every audio that a run compared and every
//! pair that matched, under a hash of algorithm and settings. The next run compares only audios
//! that are new with all others, and takes the rest from here: what two audios are to each other
//! depends on them and the settings alone. A run may find several; the one with most rows is used,
//! and what it lacks is compared again, so any of them, or none, gives a right answer.

use std::collections::BTreeMap;

use catalog::ids::Sha256;
use catalog::store::Store;
use serde::{Deserialize, Serialize};

use crate::cluster::Pair;
use crate::config::Config;
use crate::covers::Cover;
use crate::error::Error;
use crate::job::RULES;
use crate::library::Library;
use crate::print::ALGORITHM;
use crate::stems::Stems;
use crate::stored::Source;

/// Folder of all of them.
const PREFIX: &str = "duplicates/pairs/";

/// What was compared, and what matched.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Known {
    /// Names of audios, in the order in which pairs count them.
    audios: Vec<String>,
    /// Matches among them.
    pairs: Vec<Pair>,
    /// Likely covers among them.
    covers: Vec<Cover>,
    /// What keeps time among them.
    stems: Vec<Stems>,
    #[serde(skip)]
    of: BTreeMap<String, usize>,
}

/// What the audios of a library are called here, row by row. Rows of one audio (which a person
/// parted) are told apart by a number.
fn names(library: &Library) -> Vec<String> {
    let mut seen: BTreeMap<Source, usize> = BTreeMap::new();
    library
        .sources
        .iter()
        .map(|source| {
            let number = seen.entry(*source).or_default();
            *number += 1;
            let Source {
                samples,
                sample_rate,
                channels,
                frames,
            } = source;
            format!("{samples:032x}-{sample_rate}-{channels}-{frames}-{number}")
        })
        .collect()
}

fn folder(config: &Config) -> String {
    let decides = (
        ALGORITHM,
        RULES,
        &config.index,
        &config.candidates,
        &config.matching,
        &config.bent,
        &config.covers,
        &config.stems,
    );
    let said = serde_json::to_vec(&decides).expect("settings are plain data");
    format!("{PREFIX}{}/", &Sha256::of(said).to_string()[..20])
}

impl Known {
    /// What a run compared.
    pub fn of(library: &Library, pairs: &[Pair], covers: &[Cover], stems: &[Stems]) -> Known {
        Known {
            audios: names(library),
            pairs: pairs.to_vec(),
            covers: covers.to_vec(),
            stems: stems.to_vec(),
            of: BTreeMap::new(),
        }
    }

    /// The largest that was kept under these settings.
    ///
    /// # Errors
    /// [`Error::Store`] when the store cannot be read.
    pub fn newest(store: &Store, config: &Config) -> Result<Known, Error> {
        let folder = folder(config);
        let rows = |key: &str| -> Option<usize> {
            key.strip_prefix(&folder)?.split_once('-')?.0.parse().ok()
        };
        let kept = store.list(&folder)?;
        let largest = kept.iter().max_by_key(|(key, _)| rows(key));
        let Some((key, _)) = largest else {
            return Ok(Known::default());
        };
        let mut known: Known = store.get_json(key)?.unwrap_or_default();
        let named = known.audios.iter().cloned().enumerate();
        known.of = named.map(|(at, name)| (name, at)).collect();
        known
            .pairs
            .retain(|pair| pair.a.max(pair.b) < known.audios.len());
        known
            .covers
            .retain(|cover| cover.a.max(cover.b) < known.audios.len());
        known
            .stems
            .retain(|stems| stems.a.max(stems.b) < known.audios.len());
        Ok(known)
    }

    /// Keeps it for the next run; what a first attempt of the same run kept stands.
    ///
    /// # Errors
    /// [`Error::Store`] when the store cannot be read or written.
    pub fn keep(&self, store: &Store, config: &Config, run: &Sha256) -> Result<(), Error> {
        let rows = self.audios.len();
        let key = format!("{}{rows}-{run}.json", folder(config));
        match store.get(&key)? {
            Some(_) => Ok(()),
            None => Ok(store.put_json(&key, self)?),
        }
    }

    /// As a later run reads it.
    pub fn as_read(&self) -> Known {
        let written = serde_json::to_vec(self);
        let read = written.and_then(|written| serde_json::from_slice(&written));
        read.unwrap_or_else(|_| self.clone())
    }

    /// Matches, likely covers, and what keeps time.
    pub fn into_parts(self) -> (Vec<Pair>, Vec<Cover>, Vec<Stems>) {
        (self.pairs, self.covers, self.stems)
    }

    /// Which rows of a library are new: not compared with all others here.
    pub fn new_among(&self, library: &Library) -> Vec<bool> {
        let names = names(library);
        names
            .iter()
            .map(|name| !self.of.contains_key(name))
            .collect()
    }

    /// The matches among rows that are in the library now, counted as the library counts.
    pub fn pairs_among(&self, library: &Library) -> Vec<Pair> {
        let rows = self.rows_in(library);
        let pairs = self.pairs.iter().filter_map(|pair| {
            let (a, b) = (*rows.get(&pair.a)?, *rows.get(&pair.b)?);
            let pair = Pair {
                a,
                b,
                ..pair.clone()
            };
            Some(if a < b { pair } else { pair.mirrored() })
        });
        pairs.collect()
    }

    /// The likely covers among them.
    pub fn covers_among(&self, library: &Library) -> Vec<Cover> {
        let rows = self.rows_in(library);
        let covers = self.covers.iter().filter_map(|cover| {
            let (a, b) = (*rows.get(&cover.a)?, *rows.get(&cover.b)?);
            let cover = Cover { a, b, ..*cover };
            Some(if a < b { cover } else { cover.mirrored() })
        });
        covers.collect()
    }

    /// What keeps time among them.
    pub fn stems_among(&self, library: &Library) -> Vec<Stems> {
        let rows = self.rows_in(library);
        let stems = self.stems.iter().filter_map(|stems| {
            let (a, b) = (*rows.get(&stems.a)?, *rows.get(&stems.b)?);
            let (a, b) = (a.min(b), a.max(b));
            Some(Stems { a, b, ..*stems })
        });
        stems.collect()
    }

    /// The rows of a library by our own numbers.
    fn rows_in(&self, library: &Library) -> BTreeMap<usize, usize> {
        let names = names(library);
        let known = names.iter().enumerate();
        known
            .filter_map(|(row, name)| Some((*self.of.get(name)?, row)))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_attempt_of_a_run_reads_and_leaves_what_the_first_kept() {
        let (store, config) = (Store::open("memory:").unwrap(), Config::built_in());
        // Numbers whose last digit reads back as another.
        let cover = Cover {
            a: 0,
            b: 1,
            score: 4.5,
            semitones: 0,
            passage_a: [31.764_897_959_183_674, 60.0],
            passage_b: [25.077_551_020_408_166, 60.0],
        };
        let first = Known {
            audios: vec!["one".to_owned(), "other".to_owned()],
            covers: vec![cover],
            ..Known::default()
        };
        let run = Sha256::of(b"run");
        let bytes = || {
            let kept = store.list(PREFIX).unwrap();
            assert_eq!(kept.len(), 1);
            store.get(&kept[0].0).unwrap().unwrap()
        };
        first.keep(&store, &config, &run).unwrap();
        let kept = bytes();
        let second = Known::newest(&store, &config).unwrap();
        assert_eq!(second.covers, first.as_read().covers);
        second.keep(&store, &config, &run).unwrap();
        assert_eq!(bytes(), kept);
    }
}
