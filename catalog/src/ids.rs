//! Which identifiers travel through Backline, and when does one exist?
//!
//! Parse at the door, then trust the type: an [`Isrc`], a [`Gtin`], a [`Territory`] exist only well
//! formed. Our own identifiers ([`ReleaseId`], [`TrackId`], [`RecordingId`], [`ArtistId`]) are 128 bits
//! of a SHA-256 over what they name, so any machine gives the same one without asking another.

mod digest;
mod gtin;
mod isrc;
mod own;
mod territory;

pub use digest::{Sha256, Sha256Hasher};
pub use gtin::Gtin;
pub use isrc::Isrc;
pub use own::{ArtistId, RecordingId, ReleaseId, TrackId, normalised};
pub use territory::{Territory, TerritorySet};

/// Why a text is not the identifier it was meant to be; counts characters like a person, from one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// The text has the wrong number of characters.
    #[error("{kind} `{found}`: has {length} characters, expected {expected}")]
    Length {
        /// "ISRC", "GTIN", …
        kind: &'static str,
        /// The text as delivered.
        found: String,
        /// Its length without separators.
        length: usize,
        /// For people: "12", "8, 12, 13 or 14".
        expected: &'static str,
    },
    /// A character is not allowed where it stands.
    #[error("{kind} `{found}`: character {position} must be {expected}, this has `{character}`")]
    Character {
        /// "ISRC", "GTIN", …
        kind: &'static str,
        /// The text as delivered.
        found: String,
        /// From one, separators not counted.
        position: usize,
        /// "a digit", "a letter".
        expected: &'static str,
        /// What stands there.
        character: char,
    },
    /// The last digit does not follow from the others.
    #[error("{kind} `{found}`: check digit is {digit}, the other digits give {expected}")]
    CheckDigit {
        /// "GTIN".
        kind: &'static str,
        /// The text as delivered.
        found: String,
        /// The digit that stands there.
        digit: u8,
        /// The digit that the standard computes.
        expected: u8,
    },
    /// A code that its list does not have.
    #[error("{kind} `{found}`: not in {list}")]
    Unknown {
        /// "territory".
        kind: &'static str,
        /// The text as delivered.
        found: String,
        /// The list that was looked in.
        list: &'static str,
    },
}

/// Serde through `Display` and `FromStr`: identifiers are strings in every JSON and TOML.
macro_rules! serde_as_text {
    ($name:ty) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
        crate::ids::deserialize_from_text!($name);
    };
}
use serde_as_text;

/// Deserialize by `FromStr`, for types whose text is written faster than by `Display`.
macro_rules! deserialize_from_text {
    ($name:ty) => {
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}
use deserialize_from_text;
