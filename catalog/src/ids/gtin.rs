//! What is a GTIN (UPC, EAN, ICPN)? Source: GS1 General Specifications, section 7.9.

use super::{IdError, serde_as_text};
use std::fmt;
use std::str::FromStr;

/// A Global Trade Item Number, kept as fourteen digits, so that UPC-A `X` and EAN-13 `0X` are equal.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Gtin(u64);

impl Gtin {
    /// The check digit that follows from the digits before it (weights 3, 1, 3 … from the right).
    pub fn check_digit(payload: &[u8]) -> u8 {
        let sum: u32 = payload
            .iter()
            .rev()
            .zip([3, 1].into_iter().cycle())
            .map(|(digit, weight)| u32::from(*digit) * weight)
            .sum();
        ((10 - sum % 10) % 10) as u8
    }
}

/// Accepts 8, 12, 13 or 14 digits with spaces or hyphens, and checks the last one.
impl FromStr for Gtin {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Gtin, IdError> {
        let bare: Vec<char> = text.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
        let mut digits = Vec::with_capacity(bare.len().min(14));
        for (index, &character) in bare.iter().enumerate().take(15) {
            let digit = character.to_digit(10).ok_or_else(|| IdError::Character {
                kind: "GTIN",
                found: text.to_owned(),
                position: index + 1,
                expected: "a digit",
                character,
            })?;
            digits.push(digit as u8);
        }
        if !matches!(digits.len(), 8 | 12 | 13 | 14) {
            return Err(IdError::Length {
                kind: "GTIN",
                found: text.to_owned(),
                length: bare.len(),
                expected: "8, 12, 13 or 14",
            });
        }
        let (&digit, payload) = digits.split_last().expect("at least eight digits");
        let expected = Gtin::check_digit(payload);
        if digit != expected {
            return Err(IdError::CheckDigit {
                kind: "GTIN",
                found: text.to_owned(),
                digit,
                expected,
            });
        }
        Ok(Gtin(
            digits
                .iter()
                .fold(0, |number, digit| number * 10 + u64::from(*digit)),
        ))
    }
}

/// Thirteen digits where that is enough, else fourteen.
impl fmt::Display for Gtin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:013}", self.0)
    }
}
impl fmt::Debug for Gtin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Gtin({self})")
    }
}
serde_as_text!(Gtin);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_upc_and_its_ean_are_one_number() {
        let upc: Gtin = "036000291452".parse().unwrap();
        assert_eq!(upc, "0036000291452".parse().unwrap());
        assert_eq!(upc.to_string(), "0036000291452");
        assert_eq!(upc, upc.to_string().parse().unwrap());
    }

    #[test]
    fn the_check_digit_is_compared_and_both_are_named() {
        let error = "036000291453".parse::<Gtin>().unwrap_err().to_string();
        assert_eq!(
            error,
            "GTIN `036000291453`: check digit is 3, the other digits give 2"
        );
        assert!("1234567".parse::<Gtin>().is_err());
        assert!("03600029145é".parse::<Gtin>().is_err());
    }
}
