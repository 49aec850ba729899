//! Which keys do tokens and links stand on?
//!
//! The secret file has one secret per line: the first signs, all verify, so that a secret is
//! changed without a listener noticing (put the new one first, wait a link's life, drop the old).
//! A line is used as it stands: it is the HS256 key of bearer tokens, and the key of audio links is
//! derived from it, so that a leaked link key (a CDN has it) makes no tokens.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::path::Path;

/// HMAC-SHA256 (RFC 2104, FIPS 180-4).
pub(crate) type HmacSha256 = Hmac<Sha256>;

/// Bytes a secret must have: the strength of SHA-256 (RFC 7518, 3.2, asks for as many).
pub(crate) const MIN_BYTES: usize = 32;
/// Secrets alive at once.
pub(crate) const MAX_SECRETS: usize = 2;

/// One or two secrets; the first signs.
#[derive(Clone)]
pub struct Secrets(Vec<Vec<u8>>);

/// Why a secret file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// The file cannot be read.
    #[error("{path}: {cause}\nfix: make one with `openssl rand -hex 32 > {path}`")]
    Unreadable {
        /// The file.
        path: String,
        /// What the system said.
        cause: std::io::Error,
    },
    /// The file has no, too many or too short lines.
    #[error(
        "{path}: {found}, expected 1 or {MAX_SECRETS} lines of {MIN_BYTES} or more characters\nfix: make one with `openssl rand -hex 32 > {path}`"
    )]
    Unusable {
        /// The file.
        path: String,
        /// What it has instead.
        found: String,
    },
}

impl Secrets {
    /// Reads a secret file: UTF-8 or not, one secret per line, empty lines and `#` lines skipped.
    ///
    /// # Errors
    /// [`SecretError`], never with a secret in its text.
    pub fn read(path: &Path) -> Result<Secrets, SecretError> {
        let place = path.display().to_string();
        let bytes = std::fs::read(path).map_err(|cause| SecretError::Unreadable {
            path: place.clone(),
            cause,
        })?;
        Secrets::parse(&bytes).map_err(|found| SecretError::Unusable { path: place, found })
    }

    /// The same from the file's bytes; the error says what was found.
    ///
    /// # Errors
    /// What is wrong, without the secret.
    pub fn parse(bytes: &[u8]) -> Result<Secrets, String> {
        let lines: Vec<Vec<u8>> = bytes
            .split(|&byte| byte == b'\n')
            .map(<[u8]>::trim_ascii)
            .filter(|line| !line.is_empty() && line[0] != b'#')
            .map(<[u8]>::to_vec)
            .collect();
        if lines.is_empty() || lines.len() > MAX_SECRETS {
            return Err(format!("{} secrets", lines.len()));
        }
        match lines.iter().find(|line| line.len() < MIN_BYTES) {
            Some(short) => Err(format!("a secret of {} characters", short.len())),
            None => Ok(Secrets(lines)),
        }
    }

    /// The secrets, the signing one first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        self.0.iter().map(Vec::as_slice)
    }

    /// Keys for one purpose, derived from each secret.
    pub(crate) fn derive(&self, purpose: &str) -> Vec<[u8; 32]> {
        self.iter()
            .map(|secret| mac(secret, purpose.as_bytes()))
            .collect()
    }
}

/// HMAC-SHA256 of `message` under `key`.
pub(crate) fn mac(key: &[u8], message: &[u8]) -> [u8; 32] {
    keyed(key)
        .chain_update(message)
        .finalize()
        .into_bytes()
        .into()
}

/// Compares in constant time.
pub(crate) fn mac_matches(keyed: HmacSha256, message: &[u8], expected: &[u8]) -> bool {
    keyed.chain_update(message).verify_slice(expected).is_ok()
}

/// Whether two byte strings are equal; the time taken says only whether their lengths are.
pub(crate) fn equal(a: &[u8], b: &[u8]) -> bool {
    let difference = a.iter().zip(b).fold(0, |sum, (a, b)| sum | (a ^ b));
    a.len() == b.len() && std::hint::black_box(difference) == 0
}

/// HMAC-SHA256 that has taken in its key.
pub(crate) fn keyed(key: &[u8]) -> HmacSha256 {
    // HMAC hashes keys longer than a block and pads shorter ones: every length is a key.
    HmacSha256::new_from_slice(key).expect("HMAC takes a key of any length")
}

/// Lower hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text
}

/// Reads hex of either case; `None` if it is anything else.
pub(crate) fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).map(|digit| digit as u8);
    let (pairs, []) = text.as_bytes().as_chunks::<2>() else {
        return None;
    };
    let mut bytes = Vec::with_capacity(pairs.len());
    for [high, low] in pairs {
        bytes.push(digit(*high)? << 4 | digit(*low)?);
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hmac_gives_the_values_of_rfc_4231() {
        let case_2 = mac(b"Jefe", b"what do ya want for nothing?");
        assert_eq!(
            hex(&case_2),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
        assert!(mac_matches(
            keyed(b"Jefe"),
            b"what do ya want for nothing?",
            &case_2
        ));
        assert!(!mac_matches(
            keyed(b"Jefe"),
            b"what do ya want for nothing?",
            &case_2[..31]
        ));
    }

    #[test]
    fn a_file_may_hold_two_secrets_and_comments() {
        let text = format!("# new\n{}\n\n{}\n", "a".repeat(32), "b".repeat(40));
        let secrets = Secrets::parse(text.as_bytes()).unwrap();
        assert_eq!(
            secrets.iter().map(<[u8]>::len).collect::<Vec<_>>(),
            [32, 40]
        );
        assert_ne!(secrets.derive("links")[0], secrets.derive("links")[1]);
        assert_ne!(secrets.derive("links")[0], secrets.derive("other")[0]);
    }

    #[test]
    fn short_missing_and_too_many_secrets_are_refused_without_being_shown() {
        assert_eq!(
            Secrets::parse(b"hunter2").err().unwrap(),
            "a secret of 7 characters"
        );
        assert_eq!(
            Secrets::parse(b"\n# only words\n").err().unwrap(),
            "0 secrets"
        );
        let three = format!("{0}\n{0}\n{0}\n", "c".repeat(64));
        assert_eq!(Secrets::parse(three.as_bytes()).err().unwrap(), "3 secrets");
    }

    #[test]
    fn hex_is_read_back() {
        assert_eq!(unhex(&hex(&[0, 1, 254])), Some(vec![0, 1, 254]));
        assert_eq!(unhex("0"), None);
        assert_eq!(unhex("0g"), None);
        assert_eq!(unhex("éé"), None);
    }
}
