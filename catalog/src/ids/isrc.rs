//! What is an ISRC? Source: ISO 3901:2019.

use super::{IdError, serde_as_text};
use std::fmt;
use std::str::FromStr;

/// An International Standard Recording Code: a prefix of two letters and three alphanumerics, two
/// digits of the year of reference, five of designation. It has no check digit, and since 2019 the
/// prefix says nothing of a country.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Isrc([u8; 12]);

impl Isrc {
    /// The bare upper-case form, as [`Isrc::as_str`] gives it; `None` for anything else.
    pub fn from_bytes(code: [u8; 12]) -> Option<Isrc> {
        let [prefix @ .., _, _, _, _, _, _, _] = &code;
        let digits = &code[5..];
        (prefix[..2].iter().all(u8::is_ascii_uppercase)
            && prefix[2..]
                .iter()
                .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
            && digits.iter().all(u8::is_ascii_digit))
        .then_some(Isrc(code))
    }

    /// The twelve characters, upper case, without hyphens.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("an ISRC is ASCII by construction")
    }
}

/// Accepts hyphens, lower case and a leading "ISRC"; keeps the bare upper-case form.
impl FromStr for Isrc {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Isrc, IdError> {
        let upper = text.trim().to_uppercase();
        let bare = upper
            .strip_prefix("ISRC")
            .map_or(upper.as_str(), |rest| rest.trim_start_matches([':', ' ']));
        let characters: Vec<char> = bare.chars().filter(|c| *c != '-').collect();
        if characters.len() != 12 {
            return Err(IdError::Length {
                kind: "ISRC",
                found: text.to_owned(),
                length: characters.len(),
                expected: "12",
            });
        }
        let mut code = [0; 12];
        for (index, &character) in characters.iter().enumerate() {
            let (allowed, expected) = match index {
                0 | 1 => (character.is_ascii_uppercase(), "a letter"),
                2..=4 => (character.is_ascii_alphanumeric(), "a letter or a digit"),
                _ => (character.is_ascii_digit(), "a digit"),
            };
            if !allowed {
                return Err(IdError::Character {
                    kind: "ISRC",
                    found: text.to_owned(),
                    position: index + 1,
                    expected,
                    character,
                });
            }
            code[index] = character as u8;
        }
        Ok(Isrc(code))
    }
}

impl fmt::Display for Isrc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
impl fmt::Debug for Isrc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Isrc({self})")
    }
}
serde_as_text!(Isrc);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bare_form_is_read_from_its_bytes() {
        for text in [
            "USRC17607839",
            "DEA1Z2600001",
            "usrc17607839",
            "USRC1760783A",
            "U1RC17607839",
        ] {
            let code = text.as_bytes().try_into().unwrap();
            let parsed = text
                .parse::<Isrc>()
                .ok()
                .filter(|isrc| isrc.as_str() == text);
            assert_eq!(Isrc::from_bytes(code), parsed, "{text}");
        }
    }

    #[test]
    fn hyphens_case_and_the_word_isrc_are_forgiven() {
        for text in [
            "USRC17607839",
            "us-rc1-76-07839",
            " ISRC US-RC1-76-07839 ",
            "ISRC:USRC17607839",
        ] {
            assert_eq!(
                text.parse::<Isrc>().unwrap().as_str(),
                "USRC17607839",
                "{text}"
            );
        }
    }

    #[test]
    fn a_wrong_character_is_named_by_its_place() {
        let error = "USRC1760O839".parse::<Isrc>().unwrap_err().to_string();
        assert_eq!(
            error,
            "ISRC `USRC1760O839`: character 9 must be a digit, this has `O`"
        );
        let error = "USRC1760783".parse::<Isrc>().unwrap_err().to_string();
        assert_eq!(error, "ISRC `USRC1760783`: has 11 characters, expected 12");
    }
}
