//! What does a person get to see of a likely cover?

use std::fmt;

use catalog::ids::RecordingId;
use serde::{Deserialize, Serialize};

use super::Cover;
use crate::library::Library;
use crate::report::clock;

/// How urgent it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Somebody may look at it some day; nothing depends on it.
    Low,
}

/// Two recordings that may be one song. Nothing is merged for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Shown {
    /// Always low.
    pub severity: Severity,
    /// One recording.
    pub a: RecordingId,
    /// The other.
    pub b: RecordingId,
    /// See [`Cover::score`].
    pub score: f64,
    /// Semitones by which `b` is higher, 0 to 11.
    pub semitones: u8,
    /// Seconds of `a` at which the common passage begins and ends.
    pub passage_a: [f64; 2],
    /// The same of `b`.
    pub passage_b: [f64; 2],
}

impl Shown {
    /// Rows by their first recordings.
    pub(crate) fn of(library: &Library, covers: &[Cover]) -> Vec<Shown> {
        let first = |row: usize| library.rows[row].recordings[0];
        let shown = |cover: &Cover| Shown {
            severity: Severity::Low,
            a: first(cover.a),
            b: first(cover.b),
            score: (100.0 * cover.score).round() / 100.0,
            semitones: cover.semitones,
            passage_a: cover.passage_a.map(f64::round),
            passage_b: cover.passage_b.map(f64::round),
        };
        covers.iter().map(shown).collect()
    }
}

impl fmt::Display for Shown {
    /// `0:10 to 1:05 like 0:12 to 1:11, 5 semitones higher, score 3.1`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [from_a, to_a] = self.passage_a.map(clock);
        let [from_b, to_b] = self.passage_b.map(clock);
        write!(f, "{from_a} to {to_a} like {from_b} to {to_b}, ")?;
        match self.semitones {
            0 => write!(f, "in the same key")?,
            up @ 1..=6 => write!(f, "{up} semitones higher")?,
            down => write!(f, "{} semitones lower", 12 - down)?,
        }
        write!(f, ", score {:.1}", self.score)
    }
}
