//! Which matches may share a cluster?
//!
//! Matching is not transitive, so chains are not followed blindly:
//! 1. *Identical audio* is an equivalence and comes in as one row with many recordings.
//! 2. *The same recording*: pairs join best first, and two clusters join only if every
//!    member of one agrees with every member of the other at the offset that the pair
//!    implies, with a looser limit: complete linkage, verified against the fingerprints
//!    themselves and not against the index's luck.
//! 3. *Contained*: a part joins one whole, as a leaf, and only if it is a good share of it
//!    (an edit) or an excerpt, agrees with the whole's principal, and overlaps every other
//!    part there. So an hour's mix does not weld its songs together.
//!
//! 4. A match that is not *rigid* (other speed, voice-over, an edit with several offsets) has no
//!    common clock: one row hangs on another's family as a leaf, and nothing hangs on a leaf.
//! 5. What a person decided is done last and always; what a person parted never shares a
//!    cluster ([`crate::decisions`]).
//!
//! A match that may not join is reported as *related*, with the same evidence.
//! Rows come in canonical order, so the result does not depend on anybody's order of arrival.

use catalog::cluster::{Cluster, MatchEvidence, MatchKind};
use catalog::ids::RecordingId;
use serde::{Deserialize, Serialize};

use crate::decisions::Said;
use crate::print::{ITEM_SECONDS, seconds_of};
use crate::verdict::Piece;

mod families;

/// What may share a cluster? See `default.toml`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Linkage {
    /// Largest share of differing bits between any two members.
    pub stay_bit_error: f64,
    /// Pairs checked before two clusters join.
    pub max_checks: usize,
    /// A part joins if it is at least this share of the whole ...
    pub min_share: f64,
    /// ... or an excerpt of at most so many seconds ...
    pub excerpt_s: f64,
    /// ... of at least this share.
    pub min_excerpt_share: f64,
}

/// A row to cluster: one audio, all recordings that carry it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Sorted, without repeats, never empty.
    pub recordings: Vec<RecordingId>,
    /// Items of its fingerprint.
    pub items: usize,
}

/// A match between two rows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pair {
    /// The smaller row.
    pub a: usize,
    /// The larger row.
    pub b: usize,
    /// Item `i` of `a` lies on item `i + offset` of `b`.
    pub offset: i64,
    /// Share of bits that agree.
    pub bit_match: f64,
    /// Items judged.
    pub overlap: usize,
    /// Same recording or contained.
    pub kind: MatchKind,
    /// For contained: which is the part.
    pub piece: Option<Piece>,
    /// How it was found, and how it looks.
    pub way: Way,
}

impl Pair {
    /// The same pair from the other side.
    pub fn mirrored(self) -> Pair {
        let piece = self.piece.map(|piece| match piece {
            Piece::A => Piece::B,
            Piece::B => Piece::A,
        });
        // Item i of a on item i · stretch + offset of b.
        let offset = (-self.offset as f64 / self.way.stretch).round() as i64;
        let (stretch, semitones) = (1.0 / self.way.stretch, -self.way.semitones);
        Pair {
            a: self.b,
            b: self.a,
            offset,
            piece,
            way: Way {
                stretch,
                semitones,
                ..self.way
            },
            ..self
        }
    }
}

/// How two rows lie on each other beside offset and overlap.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Way {
    /// `b` lasts so many times as long.
    pub stretch: f64,
    /// `b` is so many semitones higher.
    pub semitones: f64,
    /// Share of the shorter one that matches.
    pub share: f64,
    /// True if one offset holds for all of it and Chromaprint's bits agree; false if landmarks
    /// alone say so, or several offsets.
    pub rigid: bool,
    /// The picture: agreement along `a`, from its beginning, in per cent above chance.
    pub along: Vec<u8>,
}

impl Default for Way {
    fn default() -> Way {
        Way {
            stretch: 1.0,
            semitones: 0.0,
            share: 1.0,
            rigid: true,
            along: Vec::new(),
        }
    }
}

/// What [`cluster`] says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Clustered {
    /// Sorted by first member; no recording is in two.
    pub clusters: Vec<Cluster>,
    /// Matches that do not make a duplicate, sorted by (a, b).
    pub related: Vec<MatchEvidence>,
}

/// Error rate of two rows over their whole overlap at an offset, or None if it is too short
/// to say. Given by the caller, who has the fingerprints.
pub type Disagreement<'a> = dyn Fn(usize, usize, i64) -> Option<f64> + 'a;

/// Clusters `rows` by `pairs`.
pub fn cluster(
    rows: &[Row],
    pairs: &[Pair],
    linkage: &Linkage,
    disagreement: &Disagreement<'_>,
    said: &Said,
) -> Clustered {
    let mut ordered: Vec<&Pair> = pairs.iter().collect();
    ordered.sort_by(|x, y| strength(x, y));
    let mut families = families::Families::new(rows, linkage, disagreement, said);
    for pair in ordered
        .iter()
        .filter(|pair| pair.way.rigid && pair.kind != MatchKind::Contained)
    {
        families.join(pair);
    }
    ordered.sort_by(|x, y| y.overlap.cmp(&x.overlap).then_with(|| strength(x, y)));
    for pair in ordered
        .iter()
        .filter(|pair| pair.way.rigid && pair.kind == MatchKind::Contained)
    {
        families.attach(pair);
    }
    for pair in ordered.iter().filter(|pair| !pair.way.rigid) {
        families.hang(pair);
    }
    for &(a, b) in &said.same {
        families.unite(a, b);
    }
    collect(rows, pairs, &families.roots(), said)
}

/// Better matches first.
fn strength(x: &Pair, y: &Pair) -> std::cmp::Ordering {
    y.bit_match
        .total_cmp(&x.bit_match)
        .then(y.overlap.cmp(&x.overlap))
        .then((x.a, x.b, x.offset).cmp(&(y.a, y.b, y.offset)))
}

fn collect(rows: &[Row], pairs: &[Pair], roots: &[usize], said: &Said) -> Clustered {
    let mut members: Vec<Vec<RecordingId>> = vec![Vec::new(); rows.len()];
    let mut evidence: Vec<Vec<MatchEvidence>> = vec![Vec::new(); rows.len()];
    let mut related = Vec::new();
    for (row, &root) in rows.iter().zip(roots) {
        members[root].extend(&row.recordings);
        evidence[root].extend(identical(row));
    }
    for pair in pairs {
        let says = between(rows, pair);
        if roots[pair.a] == roots[pair.b] {
            evidence[roots[pair.a]].push(says);
        } else {
            related.push(says);
        }
    }
    for &(a, b) in &said.same {
        if roots[a] == roots[b] && a != b {
            evidence[roots[a]].push(decided(rows, a, b));
        }
    }
    let mut clusters: Vec<Cluster> = members
        .into_iter()
        .zip(evidence)
        .filter(|(members, _)| members.len() > 1)
        .map(|(mut members, mut evidence)| {
            members.sort_unstable();
            evidence.sort_by_key(|says| (says.a, says.b));
            Cluster { members, evidence }
        })
        .collect();
    clusters.sort_by_key(|cluster| cluster.members[0]);
    related.sort_by_key(|says| (says.a, says.b));
    Clustered { clusters, related }
}

/// Evidence for every recording of a row but the first.
fn identical(row: &Row) -> impl Iterator<Item = MatchEvidence> + '_ {
    let first = row.recordings[0];
    row.recordings[1..].iter().map(move |&other| MatchEvidence {
        a: first,
        b: other,
        offset: 0.0,
        bit_match: 1.0,
        overlap: rounded(seconds_of(row.items)),
        kind: MatchKind::IdenticalAudio,
        stretch: 1.0,
        semitones: 0.0,
        share: 1.0,
    })
}

/// A pair in the catalogue's words: by recording, in seconds, the smaller id first.
fn between(rows: &[Row], pair: &Pair) -> MatchEvidence {
    let (a, b) = (rows[pair.a].recordings[0], rows[pair.b].recordings[0]);
    // Item i of a on item i + offset of b: b starts -offset items after a.
    let later = -pair.offset as f64 * ITEM_SECONDS;
    let way = &pair.way;
    let (stretch, semitones) = (way.stretch, way.semitones);
    let (a, b, later, stretch, semitones) = if a < b {
        (a, b, later, stretch, semitones)
    } else {
        (b, a, -later, 1.0 / stretch, -semitones)
    };
    MatchEvidence {
        a,
        b,
        offset: rounded(later) + 0.0,
        bit_match: (pair.bit_match * 1e4).round() / 1e4,
        overlap: rounded(seconds_of(pair.overlap)),
        kind: pair.kind,
        stretch: (stretch * 1e4).round() / 1e4,
        semitones: rounded(semitones) + 0.0,
        share: rounded(way.share),
    }
}

/// What a person said of two rows.
fn decided(rows: &[Row], a: usize, b: usize) -> MatchEvidence {
    let (a, b) = (rows[a].recordings[0], rows[b].recordings[0]);
    MatchEvidence {
        a: a.min(b),
        b: a.max(b),
        offset: 0.0,
        bit_match: 0.0,
        overlap: 0.0,
        kind: MatchKind::Decided,
        stretch: 1.0,
        semitones: 0.0,
        share: 0.0,
    }
}

/// To a hundredth of a second: an item is twelve.
fn rounded(seconds: f64) -> f64 {
    (seconds * 100.0).round() / 100.0
}

#[cfg(test)]
mod tests;
