//! Which numbers may a demo release carry without ever being mistaken for a real one?
//!
//! - GTIN-13: begins with `29`. GS1 keeps 200 to 299 for restricted circulation inside a company
//!   (GS1 General Specifications, section 1.4), so no published release has such a number.
//! - ISRC: prefix `ZZ` + three characters. ISO 3166 leaves ZZ to its users, so no agency issues it.
//! - DDEX party id: `PADPIDA`, a year (2900) that has no register, a number, and a check character
//!   over all of it by ISO 7064 Mod 37,36.

use catalog::ids::Gtin;

/// The GTIN-13 of release `number` (1..=999) of the label that owns `block` (three digits).
pub fn gtin(block: u16, number: u16) -> String {
    let payload = format!("29{block:03}{number:07}");
    let digits: Vec<u8> = payload.bytes().map(|byte| byte - b'0').collect();
    format!("{payload}{}", Gtin::check_digit(&digits))
}

/// The ISRC of track `track` of release `release` made by `registrant` (three characters).
pub fn isrc(registrant: &str, year: u16, release: u16, track: usize) -> String {
    format!("ZZ{registrant}{:02}{release:03}{track:02}", year % 100)
}

/// Completes a DDEX party id with its check character; an id of another kind stays as it is.
pub fn party_id(id: &str) -> String {
    if id.starts_with("PADPIDA") {
        format!("{id}{}", mod_37_36(id))
    } else {
        id.to_owned()
    }
}

/// The check character of ISO 7064 Mod 37,36 over digits and capital letters.
fn mod_37_36(text: &str) -> char {
    const ALPHABET: &[u8; 36] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let mut product = 36u32;
    for character in text.bytes() {
        let value = ALPHABET.iter().position(|&a| a == character).unwrap_or(0) as u32;
        let sum = (product + value) % 36;
        product = (if sum == 0 { 36 } else { sum }) * 2 % 37;
    }
    char::from(ALPHABET[((37 - product) % 36) as usize])
}

#[cfg(test)]
mod tests {
    use super::*;
    use catalog::ids::Isrc;

    #[test]
    fn every_gtin_has_the_check_digit_that_follows_from_it() {
        for number in 1..100 {
            let gtin = gtin(101, number);
            assert_eq!(gtin.len(), 13);
            assert!(gtin.starts_with("29"));
            gtin.parse::<Gtin>().expect("a valid GTIN");
        }
    }

    #[test]
    fn an_isrc_is_well_formed_and_clearly_private() {
        let text = isrc("D01", 2026, 4, 7);
        assert_eq!(text, "ZZD012600407");
        text.parse::<Isrc>().expect("a valid ISRC");
    }

    #[test]
    fn the_check_character_agrees_with_the_published_example_of_a_grid() {
        // A1-2425G-ABC1234002-M stands in the GRid standard (IFPI, v2.1).
        assert_eq!(mod_37_36("A12425GABC1234002"), 'M');
        assert_eq!(party_id("PADPIDA2013042401"), "PADPIDA2013042401U");
    }
}
