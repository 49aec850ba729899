//! How do we name a release, a track, a recording, an artist?
//!
//! The first 16 bytes of a SHA-256 over what the thing is, written as 22 characters of base 62
//! (0-9, A-Z, a-z; 62^22 > 2^128). At 10^9 things the chance of one collision is 1.5e-21.

use super::{Gtin, IdError, Isrc, Sha256, deserialize_from_text};
use std::fmt;
use std::str::FromStr;

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const LENGTH: usize = 22;

macro_rules! own_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, bytemuck::Pod, bytemuck::Zeroable,
        )]
        #[repr(transparent)]
        pub struct $name(pub [u8; 16]);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                encode(&self.0, |text| f.write_str(text))
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }
        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<$name, IdError> {
                decode(stringify!($name), text).map($name)
            }
        }
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                encode(&self.0, |text| serializer.serialize_str(text))
            }
        }
        deserialize_from_text!($name);
    };
}

own_id!(
    /// A release: what a label sells under one GTIN, GRid or number of its own.
    ReleaseId
);
own_id!(
    /// A track: a recording's appearance on a release, with rights of its own.
    TrackId
);
own_id!(
    /// A recording: one audio, named by its ISRC.
    RecordingId
);
own_id!(
    /// An artist: by ISNI, or else by name.
    ArtistId
);

impl ReleaseId {
    /// From the sender (DPID or name) and the sender's key for the release.
    pub fn of(sender: &str, reference: &str) -> ReleaseId {
        ReleaseId(hash(["release", sender, reference]))
    }

    /// The sender's key of a release that has a GTIN: the GTIN itself.
    pub fn of_gtin(sender: &str, gtin: &Gtin) -> ReleaseId {
        ReleaseId::of(sender, &gtin.to_string())
    }
}

impl TrackId {
    /// From the release, the place on it and the recording.
    pub fn of(release: &ReleaseId, disc: u16, number: u16, isrc: &Isrc) -> TrackId {
        let place = format!("{disc}.{number}");
        TrackId(hash(["track", &release.to_string(), &place, isrc.as_str()]))
    }
}

impl RecordingId {
    /// From the ISRC.
    pub fn of_isrc(isrc: &Isrc) -> RecordingId {
        RecordingId(hash(["recording", isrc.as_str()]))
    }

    /// Of another audio under an ISRC that is taken: from both.
    pub fn of_audio(isrc: &Isrc, master: &Sha256) -> RecordingId {
        RecordingId(hash(["recording", isrc.as_str(), &master.to_string()]))
    }
}

impl ArtistId {
    /// From an ISNI (16 characters, no spaces).
    pub fn of_isni(isni: &str) -> ArtistId {
        ArtistId(hash(["artist-isni", isni]))
    }

    /// From a name, which is [`normalised`] here.
    pub fn of_name(name: &str) -> ArtistId {
        ArtistId(hash(["artist-name", &normalised(name)]))
    }

    /// Of another artist of a name that is taken: from the name and their first release.
    pub fn of_name_on(name: &str, first: &ReleaseId) -> ArtistId {
        ArtistId(hash([
            "artist-name-on",
            &normalised(name),
            &first.to_string(),
        ]))
    }

    /// Of an artist that a person told apart from another: from both, as the decision describes them.
    pub fn of_split(from: &ArtistId, description: &str) -> ArtistId {
        ArtistId(hash(["artist-split", &from.to_string(), description]))
    }
}

/// A name as it is compared: NFKC, lower case, single spaces.
pub fn normalised(name: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    let folded = match name.is_ascii() {
        true => name.to_ascii_lowercase(),
        false => name.nfkc().collect::<String>().to_lowercase(),
    };
    let mut words = folded.split_whitespace();
    let mut joined = String::with_capacity(folded.len());
    joined.push_str(words.next().unwrap_or_default());
    for word in words {
        joined.push(' ');
        joined.push_str(word);
    }
    joined
}

fn hash<const N: usize>(parts: [&str; N]) -> [u8; 16] {
    let digest = Sha256::of_parts(parts);
    digest.0[..16]
        .try_into()
        .expect("sixteen of thirty-two bytes")
}

/// Hands the text of an id on. 128-bit divisions are slow (a list of tracks has hundreds of ids), so the
/// number is parted into places of 62^10 first, which fit into 64 bits.
fn encode<T>(bytes: &[u8; 16], take: impl FnOnce(&str) -> T) -> T {
    const PLACES: usize = 10;
    const PART: u128 = 62u128.pow(PLACES as u32);
    let mut number = u128::from_be_bytes(*bytes);
    let mut text = [b'0'; LENGTH];
    for places in text.rchunks_mut(PLACES) {
        let above = number / PART;
        let mut part = (number - above * PART) as u64;
        for place in places.iter_mut().rev() {
            *place = ALPHABET[(part % 62) as usize];
            part /= 62;
        }
        number = above;
    }
    take(std::str::from_utf8(&text).expect("the alphabet is ASCII"))
}

/// The place of a character in the alphabet.
fn digit(character: char) -> Option<u8> {
    let byte = u8::try_from(character).ok()?;
    Some(match byte {
        b'0'..=b'9' => byte - b'0',
        b'A'..=b'Z' => byte - b'A' + 10,
        b'a'..=b'z' => byte - b'a' + 36,
        _ => return None,
    })
}

fn decode(kind: &'static str, text: &str) -> Result<[u8; 16], IdError> {
    let found = || text.chars().take(64).collect::<String>();
    let length = text.chars().count();
    let wrong_length = || IdError::Length {
        kind,
        found: found(),
        length,
        expected: "22",
    };
    if length != LENGTH {
        return Err(wrong_length());
    }
    let mut number: u128 = 0;
    for (index, character) in text.chars().enumerate() {
        let digit = digit(character).ok_or_else(|| IdError::Character {
            kind,
            found: found(),
            position: index + 1,
            expected: "0-9, A-Z or a-z",
            character,
        })?;
        number = number
            .checked_mul(62)
            .and_then(|number| number.checked_add(digit.into()))
            .ok_or_else(|| IdError::Unknown {
                kind,
                found: found(),
                list: "128 bits",
            })?;
    }
    Ok(number.to_be_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn an_id_survives_its_text(bytes: [u8; 16]) {
            let id = TrackId(bytes);
            prop_assert_eq!(id.to_string().len(), 22);
            prop_assert_eq!(id.to_string().parse::<TrackId>().unwrap(), id);
        }

        #[test]
        fn no_text_brings_the_reader_down(text in ".*") {
            let _ = text.parse::<TrackId>();
        }
    }

    #[test]
    fn the_text_order_is_the_byte_order() {
        let (a, b) = (TrackId([1; 16]), TrackId([2; 16]));
        assert!(a < b && a.to_string() < b.to_string());
    }

    #[test]
    fn a_number_beyond_128_bits_is_refused() {
        assert!("zzzzzzzzzzzzzzzzzzzzzz".parse::<TrackId>().is_err());
    }

    #[test]
    fn one_artist_has_one_id_however_the_name_is_typed() {
        assert_eq!(
            ArtistId::of_name("Max  McCracken "),
            ArtistId::of_name("max mccracken")
        );
        assert_ne!(ArtistId::of_name("Air"), ArtistId::of_name("Aïr"));
    }
}
