//! What does `fingerprint` publish: which recordings are the same audio?

use crate::ids::{RecordingId, Sha256};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// All duplicates of one run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DuplicateReport {
    /// Hash of the fingerprints and parameters that went in.
    pub run: Sha256,
    /// Sorted by first member; a recording is in at most one cluster.
    pub clusters: Vec<Cluster>,
}

impl DuplicateReport {
    /// Each clustered recording with the one that stands for its cluster.
    pub fn representatives(&self) -> BTreeMap<RecordingId, RecordingId> {
        let pairs = self.clusters.iter().flat_map(|cluster| {
            let first = cluster.members.first().copied();
            cluster
                .members
                .iter()
                .filter_map(move |member| Some((*member, first?)))
        });
        pairs.collect()
    }
}

/// Recordings that a listener would call the same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cluster {
    /// Sorted; the first stands for all.
    pub members: Vec<RecordingId>,
    /// Why: at least one piece of evidence for every member.
    pub evidence: Vec<MatchEvidence>,
}

/// How well two recordings agree.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct MatchEvidence {
    /// The smaller id.
    pub a: RecordingId,
    /// The larger id.
    pub b: RecordingId,
    /// Seconds by which `b` starts later than `a`.
    pub offset: f64,
    /// Share of fingerprint bits that agree over the overlap, 0 to 1; strangers have 0.5.
    pub bit_match: f64,
    /// Seconds compared.
    pub overlap: f64,
    /// What the two are to each other.
    pub kind: MatchKind,
    /// `b` lasts so many times as long as `a` where they match.
    #[serde(default = "unstretched")]
    pub stretch: f64,
    /// Semitones by which `b` is higher than `a`.
    #[serde(default)]
    pub semitones: f64,
    /// Share of the shorter recording that matches, 0 to 1.
    #[serde(default)]
    pub share: f64,
}

fn unstretched() -> f64 {
    1.0
}

/// What two recordings are to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MatchKind {
    /// The same samples, perhaps in another container.
    IdenticalAudio,
    /// The same sound from another encoder, at another gain, or trimmed by seconds.
    OtherEncode,
    /// The same recording with another sound: equalised, compressed, noisy, through a telephone.
    Remaster,
    /// The same recording with something added, taken out or moved: a voice-over, a radio edit.
    Edit,
    /// The same recording at another tempo or pitch.
    SpeedChanged,
    /// One is a part of the other.
    Contained,
    /// A person said so.
    Decided,
}
