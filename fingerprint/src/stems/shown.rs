//! What does a person get to see of two recordings that keep time?

use std::fmt;

use catalog::ids::RecordingId;
use serde::{Deserialize, Serialize};

use super::{Stems, Together};
use crate::covers::shown::Severity;
use crate::library::Library;

/// Two recordings that may be stems or mixes of one song. Nothing is merged for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Shown {
    /// Always low.
    pub severity: Severity,
    /// One recording.
    pub a: RecordingId,
    /// The other.
    pub b: RecordingId,
    /// How well they keep time.
    pub together: Together,
}

impl Shown {
    /// Rows by their first recordings.
    pub(crate) fn of(library: &Library, stems: &[Stems]) -> Vec<Shown> {
        let first = |row: usize| library.rows[row].recordings[0];
        let shown = |stems: &Stems| Shown {
            severity: Severity::Low,
            a: first(stems.a),
            b: first(stems.b),
            together: stems.together,
        };
        stems.iter().map(shown).collect()
    }
}

impl fmt::Display for Together {
    /// `in time from beginning to end: bits 4.2, chords 1.4, onsets 3.0, peaks 4.9 deviations above
    /// other offsets, 13.4 together`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "in time from beginning to end: bits {:.1}, chords {:.1}, onsets {:.1}, peaks {:.1} \
             deviations above other offsets, {:.1} together{}",
            self.bits,
            self.chords,
            self.onsets,
            self.peaks,
            self.score(),
            if self.exactly {
                "; equally long to the sample"
            } else {
                ""
            }
        )
    }
}
