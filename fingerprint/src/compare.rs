//! What are these two files to each other? For a person who wants to see why.
//!
//! The same judgement as in a run, by Chromaprint's bits and by landmarks, so that it explains what
//! the report says; and with two files all offsets can be tried, so none is missed for want of a key.

use std::fmt;
use std::path::{Path, PathBuf};

use catalog::cluster::MatchKind;
use rayon::prelude::*;
use serde::Serialize;

use crate::align::{errors, overlap};
use crate::chromaprint;
use crate::cluster::Pair;
use crate::config::Config;
use crate::duplicates;
use crate::error::Error;
use crate::print::{ITEM_SECONDS, View, items_in, seconds_of};
use crate::report::{clock, words};
use crate::stems::Together;
use crate::verdict::Piece;

/// Columns of the picture.
const PICTURE: usize = 60;

/// The answer.
#[derive(Clone, Debug, Serialize)]
pub struct Comparison {
    /// The first file.
    pub a: PathBuf,
    /// The second file.
    pub b: PathBuf,
    /// Lengths in seconds.
    pub seconds: [f64; 2],
    /// What they are to each other; none if they are different recordings.
    pub kind: Option<MatchKind>,
    /// For contained: 0 if the first is the part, 1 if the second is.
    pub part: Option<usize>,
    /// Seconds by which the second starts later than the first, at the best alignment.
    pub offset: f64,
    /// The second lasts so many times as long.
    pub stretch: f64,
    /// The second is so many semitones higher.
    pub semitones: f64,
    /// Share of bits that agree over the stretch, 0 to 1.
    pub bit_match: f64,
    /// Seconds of the stretch.
    pub overlap: f64,
    /// True if a side says nothing: silence or a tone.
    pub silent: [bool; 2],
    /// How well they keep time, if they are different recordings of equal length that do: stems or
    /// mixes of one song.
    pub stems: Option<Together>,
    /// Share of agreeing bits along the first, beginning to end; none where nothing is said.
    pub picture: Vec<Option<f64>>,
}

/// Fingerprints and compares two files.
///
/// # Errors
/// [`Error::Audio`] naming the file that does not decode.
pub fn compare(a: &Path, b: &Path, config: &Config) -> Result<Comparison, Error> {
    let (of_a, of_b) = rayon::join(
        || chromaprint::of_file(a, None),
        || chromaprint::of_file(b, None),
    );
    let (of_a, of_b) = (of_a?, of_b?);
    let seconds = [of_a.source.seconds(), of_b.source.seconds()];
    let identical = of_a.source == of_b.source;
    let (print_a, print_b) = (of_a.print(), of_b.print());
    let (view_a, view_b) = (print_a.view(), print_b.view());
    let nearest = best_offset(view_a, view_b, items_in(config.matching.min_overlap_s));
    let seen = duplicates::of_two(&print_a, &print_b, nearest, config)
        .map_or_else(|| unlike(view_a, view_b, nearest), Seen::from);
    let kind = match identical {
        true => Some(MatchKind::IdenticalAudio),
        false => seen.kind,
    };
    let stems = kind
        .is_none()
        .then(|| config.stems.judge(&print_a, &print_b));
    Ok(Comparison {
        a: a.to_owned(),
        b: b.to_owned(),
        seconds,
        kind,
        part: seen.part,
        offset: seen.offset,
        stretch: seen.stretch,
        semitones: seen.semitones,
        bit_match: seen.bit_match,
        overlap: seen.overlap,
        stems: stems.flatten(),
        silent: [view_a.informative_len() == 0, view_b.informative_len() == 0],
        picture: seen.picture,
    })
}

/// What is to be seen of two prints.
struct Seen {
    kind: Option<MatchKind>,
    part: Option<usize>,
    offset: f64,
    stretch: f64,
    semitones: f64,
    bit_match: f64,
    overlap: f64,
    picture: Vec<Option<f64>>,
}

impl From<Pair> for Seen {
    fn from(pair: Pair) -> Seen {
        let along = &pair.way.along;
        let parts = along.len().min(PICTURE);
        let mean = |part: usize| {
            let of = &along[part * along.len() / parts..(part + 1) * along.len() / parts];
            of.iter().map(|&per_cent| f64::from(per_cent)).sum::<f64>() / of.len() as f64
        };
        Seen {
            kind: Some(pair.kind),
            part: pair.piece.map(|piece| usize::from(piece == Piece::B)),
            offset: -pair.offset as f64 * ITEM_SECONDS + 0.0,
            stretch: pair.way.stretch,
            semitones: pair.way.semitones,
            bit_match: pair.bit_match,
            overlap: seconds_of(pair.overlap),
            picture: (0..parts)
                .map(|part| Some(0.5 + mean(part) / 200.0))
                .collect(),
        }
    }
}

/// Strangers: the offset at which they agree best, and how little that is.
fn unlike(a: View<'_>, b: View<'_>, nearest: i64) -> Seen {
    let range = overlap(a.len(), b.len(), nearest);
    let found = errors(a, b, nearest, range);
    Seen {
        kind: None,
        part: None,
        offset: -nearest as f64 * ITEM_SECONDS + 0.0,
        stretch: 1.0,
        semitones: 0.0,
        bit_match: 1.0 - found.rate(),
        overlap: seconds_of(found.items),
        picture: picture(a, b, nearest),
    }
}

/// The offset with the lowest error rate of all whose overlap judges `min_items`.
fn best_offset(a: View<'_>, b: View<'_>, min_items: usize) -> i64 {
    let (len_a, len_b) = (a.len() as i64, b.len() as i64);
    (-len_a..=len_b)
        .into_par_iter()
        .filter_map(|offset| {
            let found = errors(a, b, offset, overlap(a.len(), b.len(), offset));
            (found.items >= min_items).then(|| (found.rate(), offset))
        })
        .min_by(|x, y| {
            x.0.total_cmp(&y.0)
                .then(x.1.abs().cmp(&y.1.abs()))
                .then(x.1.cmp(&y.1))
        })
        .map_or(0, |(_, offset)| offset)
}

/// Agreement along the overlap in at most [`PICTURE`] equal parts.
fn picture(a: View<'_>, b: View<'_>, offset: i64) -> Vec<Option<f64>> {
    let range = overlap(a.len(), b.len(), offset);
    let parts = range.len().min(PICTURE);
    (0..parts)
        .map(|part| {
            let at = |part: usize| range.start + part * range.len() / parts;
            let found = errors(a, b, offset, at(part)..at(part + 1));
            (found.items > 0).then(|| 1.0 - found.rate())
        })
        .collect()
}

impl Comparison {
    fn verdict(&self) -> String {
        let names = [&self.a, &self.b].map(|path| path.display().to_string());
        match (self.kind, self.part) {
            (Some(MatchKind::Contained), Some(part)) => {
                format!(
                    "contained: {} is a part of {}",
                    names[part],
                    names[1 - part]
                )
            }
            (Some(kind), _) => words(kind).to_owned(),
            (None, _) if self.silent != [false, false] => {
                "nothing to compare: silence, a tone or a drone".to_owned()
            }
            (None, _) => "different recordings".to_owned(),
        }
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "A        {}  {}",
            clock(self.seconds[0]),
            self.a.display()
        )?;
        writeln!(
            f,
            "B        {}  {}",
            clock(self.seconds[1]),
            self.b.display()
        )?;
        writeln!(f, "verdict  {}", self.verdict())?;
        if self.silent != [false, false] {
            return Ok(());
        }
        writeln!(f, "offset   B starts {:+.2} s against A", self.offset)?;
        if (self.stretch - 1.0).abs() > 5e-4 || self.semitones.abs() > 0.05 {
            let longer = 100.0 * (self.stretch - 1.0);
            writeln!(
                f,
                "bent     B lasts {longer:+.2} % longer, {:+.2} semitones",
                self.semitones
            )?;
        }
        if let Some(together) = &self.stems {
            writeln!(f, "stems    perhaps of one song: {together}")?;
        }
        let percent = 100.0 * self.bit_match;
        writeln!(
            f,
            "bits     {percent:.1} % agree over {} (strangers: 50 %)",
            clock(self.overlap)
        )?;
        // One step per 6.25 % above chance.
        let bar = |share: f64| {
            let step = ((share - 0.5) * 16.0).clamp(0.0, 7.0) as usize;
            ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'][step]
        };
        let picture: String = self
            .picture
            .iter()
            .map(|part| part.map_or('·', bar))
            .collect();
        writeln!(f, "along    {picture}")
    }
}
