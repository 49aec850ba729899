//! What does search know about one track, artist or release?

use serde::{Deserialize, Serialize};

/// What a document or a hit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A track: a recording's appearance on a release.
    Track,
    /// An artist.
    Artist,
    /// A release.
    Release,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Kind; 3] = [Kind::Track, Kind::Artist, Kind::Release];

    /// Two bits of a document's target column.
    pub(crate) fn code(self) -> u64 {
        self as u64
    }

    pub(crate) fn of_code(code: u64) -> Kind {
        match code & 3 {
            0 => Kind::Track,
            1 => Kind::Artist,
            _ => Kind::Release,
        }
    }

    /// The first byte of every word and name of this kind in the index.
    pub(crate) fn letter(self) -> char {
        match self {
            Kind::Track => 't',
            Kind::Artist => 'a',
            Kind::Release => 'r',
        }
    }
}

/// A set of [`Kind`]s; the default is all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kinds(u8);

impl Kinds {
    /// Every kind.
    pub const ALL: Kinds = Kinds(7);

    /// The kinds listed; an empty list gives the empty set.
    pub fn of(kinds: &[Kind]) -> Kinds {
        Kinds(kinds.iter().fold(0, |set, kind| set | 1 << kind.code()))
    }

    /// Whether the set holds a kind.
    pub fn contains(self, kind: Kind) -> bool {
        self.0 & (1 << kind.code()) != 0
    }

    /// The kinds in the set, in the order of [`Kind::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Kind> {
        Kind::ALL
            .into_iter()
            .filter(move |&kind| self.contains(kind))
    }
}

impl Default for Kinds {
    fn default() -> Kinds {
        Kinds::ALL
    }
}

/// One thing to be found.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// What it is.
    pub kind: Kind,
    /// Its index in the edition's table of that kind: what a hit gives back. Below 2^30.
    pub row: u32,
    /// A track's or release's title with its version, an artist's name.
    pub title: String,
    /// Names of the main and featured artists; empty for an artist.
    pub artists: Vec<String>,
    /// Title of a track's release.
    pub release: Option<String>,
    /// Genre, as listeners call it.
    pub genre: Option<String>,
    /// Other words it may be found by: composers, an original title, a transliteration.
    pub also: Vec<String>,
    /// The words of the song.
    pub lyrics: Option<String>,
    /// Share of listeners' attention, 0 (none) to 1 (the edition's most played).
    pub popularity: f32,
    /// Release date, in days since 1970-01-01; for an artist the newest release's. `None` counts
    /// as old.
    pub released_days: Option<i32>,
}
