//! What did a person say about two recordings, for ever?
//!
//! `decisions/<a>-<b>/<n>.json`, one object per word spoken, numbered from 1, `a` the smaller id:
//! nothing is overwritten, the highest number holds. They belong to recordings, not to runs or
//! fingerprints, so they outlive every change of algorithm and settings. No clock is read: the
//! order of numbers is the order of decisions.

use std::collections::{BTreeMap, BTreeSet};

use catalog::ids::RecordingId;
use serde::{Deserialize, Serialize};

use crate::cluster::Row;

/// Folder of all decisions.
pub const PREFIX: &str = "decisions/";

/// What two recordings are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "job", derive(clap::ValueEnum))]
#[serde(rename_all = "kebab-case")]
pub enum Word {
    /// The same: they share a cluster whatever the fingerprints say.
    Same,
    /// Different: they never share one.
    Different,
    /// Let the fingerprints say.
    Undecided,
}

/// One decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// The smaller id.
    pub a: RecordingId,
    /// The larger id.
    pub b: RecordingId,
    /// What they are.
    pub word: Word,
    /// Who says so.
    pub who: String,
    /// Why.
    pub why: String,
}

/// Decisions in force: the last word on each pair.
pub type Decisions = BTreeMap<(RecordingId, RecordingId), Word>;

/// The folder of a pair's decisions.
pub fn folder(a: RecordingId, b: RecordingId) -> String {
    format!("{PREFIX}{}-{}/", a.min(b), a.max(b))
}

/// The pair and the number in a decision's key; None for anything else in the folder.
pub fn parse_key(key: &str) -> Option<((RecordingId, RecordingId), u32)> {
    let (pair, number) = key.strip_prefix(PREFIX)?.split_once('/')?;
    let (a, b) = pair.split_once('-')?;
    let number = number.strip_suffix(".json")?.parse().ok()?;
    Some(((a.parse().ok()?, b.parse().ok()?), number))
}

/// Decisions in terms of rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// Rows that are the same.
    pub same: Vec<(usize, usize)>,
    /// Rows that are different, the smaller first; whoever is the same as one of them is
    /// different from the other too.
    different: BTreeSet<(usize, usize)>,
    /// For each row the smallest that it was said to be the same as.
    group: Vec<usize>,
}

impl Said {
    /// Finds the rows of all decisions; recordings that are not in the catalogue now have none.
    pub fn new(decisions: &Decisions, rows: &[Row]) -> Said {
        let of: BTreeMap<RecordingId, usize> = rows
            .iter()
            .enumerate()
            .flat_map(|(at, row)| row.recordings.iter().map(move |&id| (id, at)))
            .collect();
        let pairs = |wanted: Word| {
            decisions
                .iter()
                .filter(move |&(_, &word)| word == wanted)
                .filter_map(|((a, b), _)| Some((*of.get(a)?, *of.get(b)?)))
                .filter(|(a, b)| a != b)
        };
        let same: Vec<(usize, usize)> = pairs(Word::Same).collect();
        let mut group: Vec<usize> = (0..rows.len()).collect();
        for &(a, b) in &same {
            let (keep, gone) = (group[a].min(group[b]), group[a].max(group[b]));
            group
                .iter_mut()
                .filter(|of| **of == gone)
                .for_each(|of| *of = keep);
        }
        let ordered = |a: usize, b: usize| (a.min(b), a.max(b));
        let different = pairs(Word::Different)
            .map(|(a, b)| ordered(group[a], group[b]))
            .collect();
        Said {
            same,
            different,
            group,
        }
    }

    /// True if nothing keeps rows apart.
    pub fn is_empty(&self) -> bool {
        self.different.is_empty()
    }

    /// Are these two different?
    pub fn parts(&self, a: usize, b: usize) -> bool {
        let of = |row: usize| self.group.get(row).copied().unwrap_or(row);
        let (a, b) = (of(a), of(b));
        self.different.contains(&(a.min(b), a.max(b)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: u8) -> RecordingId {
        RecordingId([n; 16])
    }

    fn rows(n: u8) -> Vec<Row> {
        let row = |n| Row {
            recordings: vec![id(n)],
            items: 100,
        };
        (0..n).map(row).collect()
    }

    #[test]
    fn who_is_the_same_as_one_is_different_from_the_other_too() {
        let mut decisions = Decisions::new();
        decisions.insert((id(0), id(1)), Word::Same);
        decisions.insert((id(1), id(2)), Word::Different);
        decisions.insert((id(2), id(9)), Word::Different);
        decisions.insert((id(0), id(3)), Word::Undecided);
        let said = Said::new(&decisions, &rows(4));
        assert_eq!(said.same, [(0, 1)]);
        assert!(said.parts(1, 2) && said.parts(2, 0));
        assert!(!said.parts(0, 1) && !said.parts(0, 3) && !said.parts(2, 3));
    }

    #[test]
    fn a_key_reads_back_and_nothing_else_does() {
        let key = format!("{}7.json", folder(id(9), id(4)));
        assert_eq!(parse_key(&key), Some(((id(4), id(9)), 7)));
        for other in ["decisions/x", "decisions/a-b/1.json", "duplicates/1.json"] {
            assert_eq!(parse_key(other), None, "{other}");
        }
    }
}
