//! Which fingerprint speaks for which recordings?
//!
//! A recording (ISRC) may have several masters; the *principal* speaks for it: the one that
//! most of its tracks carry, then the longest, then the smallest hash. Masters with equal
//! samples are one row with all their recordings (but those that a person parted). Rows are ordered by their smallest
//! recording, so the same catalogue gives the same rows.

use std::collections::BTreeMap;

use catalog::ids::{RecordingId, Sha256};
use catalog::release::Catalogue;

use crate::candidates::candidates;
use crate::cluster::Row;
use crate::config::Config;
use crate::decisions::{Decisions, Word};
use crate::index::build;
use crate::print::Print;
use crate::stored::{Fingerprint, Source};

/// The masters of each recording, principal first: what a run is a function of.
pub type Inputs = BTreeMap<RecordingId, Vec<Sha256>>;

/// The recordings of a catalogue whose masters `have` a fingerprint.
pub fn inputs(catalogue: &Catalogue, have: impl Fn(&Sha256) -> bool) -> Inputs {
    let mut inputs = Inputs::new();
    for (recording, tracks) in catalogue.recordings() {
        let mut carried: BTreeMap<Sha256, (usize, u64)> = BTreeMap::new();
        for master in tracks.iter().filter_map(|(_, track)| track.master.as_ref()) {
            if have(&master.sha256) {
                let known = carried.entry(master.sha256).or_insert((0, master.frames.0));
                known.0 += 1;
            }
        }
        let mut order: Vec<(usize, u64, Sha256)> = carried
            .into_iter()
            .map(|(sha, (tracks, frames))| (tracks, frames, sha))
            .collect();
        order.sort_by(|x, y| (y.0, y.1).cmp(&(x.0, x.1)).then(x.2.cmp(&y.2)));
        if !order.is_empty() {
            inputs.insert(recording, order.into_iter().map(|(.., sha)| sha).collect());
        }
    }
    inputs
}

/// A recording whose masters sound different: one ISRC was given to two recordings.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Conflict {
    /// The recording.
    pub recording: RecordingId,
    /// Its principal master.
    pub principal: Sha256,
    /// The master that does not match it.
    pub other: Sha256,
}

/// Everything to compare.
#[derive(Clone, Debug, Default)]
pub struct Library {
    /// What each print stands for.
    pub rows: Vec<Row>,
    /// The fingerprints, row by row.
    pub prints: Vec<Print>,
    /// The audio of each row.
    pub sources: Vec<Source>,
    /// Recordings whose audio says nothing (silence, a tone): in no row.
    pub silent: Vec<RecordingId>,
    /// Recordings whose masters differ.
    pub conflicts: Vec<Conflict>,
}

impl Library {
    /// Puts it together; `fingerprints` holds every master of `inputs` (one that is missing
    /// is passed over).
    pub fn new(
        inputs: &Inputs,
        fingerprints: &BTreeMap<Sha256, Fingerprint>,
        decisions: &Decisions,
        config: &Config,
    ) -> Library {
        let parted = |a: RecordingId, b: RecordingId| {
            decisions.get(&(a.min(b), a.max(b))) == Some(&Word::Different)
        };
        let mut library = Library::default();
        let mut by_source: BTreeMap<Source, Vec<usize>> = BTreeMap::new();
        for (&recording, masters) in inputs {
            let Some((principal, of_principal)) = masters
                .first()
                .and_then(|sha| fingerprints.get_key_value(sha))
            else {
                continue;
            };
            let print = of_principal.print();
            for other in &masters[1..] {
                if let Some(found) = fingerprints.get(other)
                    && found.source != of_principal.source
                    && !alike(&print, &found.print(), config)
                {
                    library.conflicts.push(Conflict {
                        recording,
                        principal: *principal,
                        other: *other,
                    });
                }
            }
            if print.view().informative_len() == 0 {
                library.silent.push(recording);
                continue;
            }
            // One audio is one row, unless a person parted its recordings.
            let rows = by_source.entry(of_principal.source).or_default();
            let fits = |&&row: &&usize| {
                let others = &library.rows[row].recordings;
                others.iter().all(|&other| !parted(other, recording))
            };
            if let Some(&row) = rows.iter().find(fits) {
                library.rows[row].recordings.push(recording);
            } else {
                rows.push(library.rows.len());
                let items = print.view().len();
                library.rows.push(Row {
                    recordings: vec![recording],
                    items,
                });
                library.prints.push(print);
                library.sources.push(of_principal.source);
            }
        }
        library
    }
}

/// Do two masters of one recording match, whatever the kind? Two that say nothing do.
fn alike(a: &Print, b: &Print, config: &Config) -> bool {
    if a.view().informative_len() == 0 || b.view().informative_len() == 0 {
        return a.view().informative_len() == b.view().informative_len();
    }
    let columns = build(std::slice::from_ref(b), 0);
    let offsets = columns.view().map_or(Vec::new(), |index| {
        candidates(a.view(), &index, &config.candidates, |_| true)
    });
    let offsets = offsets.iter().map(|candidate| candidate.offset).chain([0]);
    offsets
        .into_iter()
        .any(|offset| config.matching.judge(a.view(), b.view(), offset).is_some())
}
