//! Which checksums does the message state, and what are they really? (DDEX AVS 4.3, HashSumAlgorithmType)

use crate::delivery::DeliveredFile;
use md5::Md5;
use sha2::{Digest, Sha224, Sha384, Sha512};
use std::collections::{BTreeMap, BTreeSet};

/// Only the algorithms that the message asks for; SHA-256 is always made.
#[derive(Default)]
pub struct Hashers {
    md5: Option<Md5>,
    sha224: Option<Sha224>,
    sha384: Option<Sha384>,
    sha512: Option<Sha512>,
    names: BTreeSet<String>,
}

impl Hashers {
    /// For the checksums that the message states of a file.
    pub fn wanted(files: &[&DeliveredFile]) -> Hashers {
        let mut hashers = Hashers::default();
        for (algorithm, _) in files.iter().flat_map(|file| &file.hashes) {
            match canonical(&algorithm.value).as_str() {
                "MD5" => hashers.md5 = Some(Md5::new()),
                "SHA224" => hashers.sha224 = Some(Sha224::new()),
                "SHA384" => hashers.sha384 = Some(Sha384::new()),
                "SHA512" => hashers.sha512 = Some(Sha512::new()),
                _ => {}
            }
            hashers.names.insert(algorithm.value.clone());
        }
        hashers
    }

    /// The next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.md5.iter_mut().for_each(|hasher| hasher.update(bytes));
        self.sha224
            .iter_mut()
            .for_each(|hasher| hasher.update(bytes));
        self.sha384
            .iter_mut()
            .for_each(|hasher| hasher.update(bytes));
        self.sha512
            .iter_mut()
            .for_each(|hasher| hasher.update(bytes));
    }

    /// Lower-case hexadecimal, by the name that the message uses for the algorithm.
    pub fn finish(self, sha256: &str) -> BTreeMap<String, String> {
        let made = [
            ("MD5", self.md5.map(|hasher| hex(&hasher.finalize()))),
            ("SHA224", self.sha224.map(|hasher| hex(&hasher.finalize()))),
            ("SHA256", Some(sha256.to_owned())),
            ("SHA384", self.sha384.map(|hasher| hex(&hasher.finalize()))),
            ("SHA512", self.sha512.map(|hasher| hex(&hasher.finalize()))),
        ];
        let value = |name: &str| {
            let wanted = canonical(name);
            made.iter()
                .find(|(made, _)| *made == wanted)
                .and_then(|(_, value)| value.clone())
        };
        self.names
            .iter()
            .filter_map(|name| Some((name.clone(), value(name)?)))
            .collect()
    }
}

/// "SHA-256", "sha256" and "SHA_256" are one algorithm.
fn canonical(name: &str) -> String {
    name.chars()
        .filter(char::is_ascii_alphanumeric)
        .collect::<String>()
        .to_ascii_uppercase()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Text;

    #[test]
    fn only_what_is_stated_is_made_and_under_the_stated_name() {
        let text = |value: &str| Text {
            value: value.to_owned(),
            ..Text::default()
        };
        let hashes = ["MD5", "SHA-512", "sha_256", "CRC32"].map(|name| (text(name), text("")));
        let file = DeliveredFile {
            hashes: hashes.into(),
            ..DeliveredFile::default()
        };
        let mut hashers = Hashers::wanted(&[&file]);
        hashers.update(b"abc");
        let made = hashers.finish("the sha-256 of the caller");
        assert_eq!(made["MD5"], "900150983cd24fb0d6963f7d28e17f72");
        assert!(made["SHA-512"].starts_with("ddaf35a193617abacc417349ae204131"));
        assert_eq!(made["sha_256"], "the sha-256 of the caller");
        assert_eq!(made.len(), 3);
    }
}
