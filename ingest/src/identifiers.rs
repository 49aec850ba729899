//! Which identifiers does a delivery carry beside those of `catalog`: ISNI, GRid, ISWC, IPI?
//!
//! Each function returns the canonical form, or why the text is none. They only decorate a release, so
//! they stay texts in the catalogue.

use catalog::ids::IdError;

fn bare(text: &str, separators: &[char]) -> Vec<char> {
    text.trim()
        .to_uppercase()
        .chars()
        .filter(|c| !separators.contains(c))
        .collect()
}

fn length(kind: &'static str, text: &str, found: usize, expected: &'static str) -> IdError {
    IdError::Length {
        kind,
        found: text.to_owned(),
        length: found,
        expected,
    }
}

fn character(
    kind: &'static str,
    text: &str,
    index: usize,
    expected: &'static str,
    character: char,
) -> IdError {
    IdError::Character {
        kind,
        found: text.to_owned(),
        position: index + 1,
        expected,
        character,
    }
}

/// International Standard Name Identifier: 15 digits and an ISO 7064 Mod 11,2 check character
/// (ISO 27729). Spaces and a leading "ISNI" are forgiven.
///
/// # Errors
/// The first character or the check digit that is wrong.
pub fn isni(text: &str) -> Result<String, IdError> {
    let upper = text.trim().to_uppercase();
    let rest = upper.strip_prefix("ISNI").unwrap_or(&upper);
    let code = bare(rest, &[' ', '-', ':']);
    if code.len() != 16 {
        return Err(length("ISNI", text, code.len(), "16"));
    }
    let mut sum = 0;
    for (index, c) in code[..15].iter().enumerate() {
        let digit = c
            .to_digit(10)
            .ok_or_else(|| character("ISNI", text, index, "a digit", *c))?;
        sum = (sum + digit) * 2 % 11;
    }
    let expected = (12 - sum) % 11;
    let found = match code[15] {
        'X' => 10,
        c => c
            .to_digit(10)
            .ok_or_else(|| character("ISNI", text, 15, "a digit or X", c))?,
    };
    check("ISNI", text, found, expected)?;
    Ok(code.into_iter().collect())
}

/// Global Release Identifier: "A1", issuer, release and an ISO 7064 Mod 37,36 check character.
///
/// # Errors
/// The first character or the check digit that is wrong.
pub fn grid(text: &str) -> Result<String, IdError> {
    let code = bare(text, &['-', ' ']);
    if code.len() != 18 {
        return Err(length("GRid", text, code.len(), "18"));
    }
    let mut product = 36;
    let mut values = Vec::with_capacity(18);
    for (index, c) in code.iter().enumerate() {
        let value = c.to_digit(36).filter(|_| c.is_ascii());
        values
            .push(value.ok_or_else(|| character("GRid", text, index, "a letter or a digit", *c))?);
    }
    for value in &values[..17] {
        product = match (product + value) % 36 {
            0 => 36,
            sum => sum,
        } * 2
            % 37;
    }
    check("GRid", text, values[17], (37 - product) % 36)?;
    Ok(code.into_iter().collect())
}

/// International Standard Musical Work Code: T, nine digits, a check digit (ISO 15707).
///
/// # Errors
/// The first character or the check digit that is wrong.
pub fn iswc(text: &str) -> Result<String, IdError> {
    let code = bare(text, &['-', '.', ' ']);
    if code.len() != 11 {
        return Err(length("ISWC", text, code.len(), "11"));
    }
    if code[0] != 'T' {
        return Err(character("ISWC", text, 0, "T", code[0]));
    }
    let mut sum = 1;
    let mut last = 0;
    for (index, c) in code.iter().enumerate().skip(1) {
        let digit = c
            .to_digit(10)
            .ok_or_else(|| character("ISWC", text, index, "a digit", *c))?;
        match index {
            10 => last = digit,
            weight => sum += weight as u32 * digit,
        }
    }
    check("ISWC", text, last, (10 - sum % 10) % 10)?;
    Ok(code.into_iter().collect())
}

/// Interested Parties Information: a name number of eleven digits, the last two of them a check (CISAC: the
/// first nine weighted 10 to 2, modulo 101). A leading "IPI" and separators are forgiven.
///
/// # Errors
/// The first character or the check digits that are wrong.
pub fn ipi(text: &str) -> Result<String, IdError> {
    let upper = text.trim().to_uppercase();
    let rest = upper.strip_prefix("IPI").unwrap_or(&upper);
    let code = bare(rest, &[' ', '-', '.', ':']);
    if !(9..=11).contains(&code.len()) {
        return Err(length("IPI", text, code.len(), "11"));
    }
    let code: Vec<char> = std::iter::repeat_n('0', 11 - code.len())
        .chain(code)
        .collect();
    let mut digits = [0; 11];
    for (index, c) in code.iter().enumerate() {
        let digit = c.to_digit(10);
        digits[index] = digit.ok_or_else(|| character("IPI", text, index, "a digit", *c))?;
    }
    let weighted = digits[..9].iter().zip((2..=10).rev());
    let sum = weighted.map(|(digit, weight)| digit * weight).sum::<u32>() % 101;
    let expected = match sum {
        0 => 0,
        sum => (101 - sum) % 100,
    };
    check("IPI", text, digits[9] * 10 + digits[10], expected)?;
    Ok(code.into_iter().collect())
}

fn check(kind: &'static str, text: &str, digit: u32, expected: u32) -> Result<(), IdError> {
    match digit == expected {
        true => Ok(()),
        false => Err(IdError::CheckDigit {
            kind,
            found: text.to_owned(),
            digit: digit as u8,
            expected: expected as u8,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_identifiers_have_the_right_check_characters() {
        assert_eq!(isni("0000 0001 2146 438X").unwrap(), "000000012146438X");
        assert_eq!(isni("ISNI 000000012146438X").unwrap(), "000000012146438X");
        assert_eq!(grid("A1-2425G-ABC1234002-M").unwrap(), "A12425GABC1234002M");
        assert_eq!(iswc("T-034.524.680-1").unwrap(), "T0345246801");
        assert_eq!(ipi("00014107338").unwrap(), "00014107338");
        assert_eq!(ipi("IPI 045620792").unwrap(), "00045620792");
    }

    #[test]
    fn a_wrong_digit_is_found_everywhere() {
        for text in [
            "0000000121464380",
            "000000012146439X",
            "00000001214643",
            "00000001X1464380",
        ] {
            assert!(isni(text).is_err(), "{text}");
        }
        for text in [
            "A12425GABC1234002N",
            "A12425GABC123400",
            "A12425GABC12340ÖM",
        ] {
            assert!(grid(text).is_err(), "{text}");
        }
        for text in ["00014107339", "0001410733A", "1410"] {
            assert!(ipi(text).is_err(), "{text}");
        }
        for text in ["T0345246802", "0345246801", "X0345246801", "T03452A6801"] {
            assert!(iswc(text).is_err(), "{text}");
        }
    }
}
