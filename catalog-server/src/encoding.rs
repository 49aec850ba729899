//! In which coding does an answer travel?
//!
//! zstd before gzip, whichever the client takes (RFC 9110, 12.5.3; RFC 8878). Only text of ours is
//! coded, and only if it is long enough to gain; audio and pictures are compressed already.

use http::{HeaderMap, HeaderValue, header};
use std::io::Write;

/// A coding that a client takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Coding {
    /// RFC 8878.
    Zstd,
    /// RFC 1952.
    Gzip,
}

impl Coding {
    /// Bytes from which on a text is coded; shorter answers fit into one packet either way.
    pub(crate) const WORTH: usize = 1000;

    /// The best one that this client takes.
    pub(crate) fn taken(request: &HeaderMap) -> Option<Coding> {
        let values = request.get_all(header::ACCEPT_ENCODING);
        let texts = values.iter().filter_map(|value| value.to_str().ok());
        let taken: Vec<(&str, bool)> = texts.flat_map(|text| text.split(',')).map(read).collect();
        let takes = |name: &str| {
            let named = taken.iter().find(|(known, _)| *known == name);
            let any = taken.iter().find(|(known, _)| *known == "*");
            named.or(any).is_some_and(|(_, yes)| *yes)
        };
        [Coding::Zstd, Coding::Gzip]
            .into_iter()
            .find(|coding| takes(coding.name()))
    }

    fn name(self) -> &'static str {
        match self {
            Coding::Zstd => "zstd",
            Coding::Gzip => "gzip",
        }
    }

    /// The value of `Content-Encoding`.
    pub(crate) fn header(self) -> HeaderValue {
        HeaderValue::from_static(self.name())
    }

    /// The letter that tells this coding's entity tag from the others'.
    pub(crate) fn letter(self) -> &'static str {
        match self {
            Coding::Zstd => "z",
            Coding::Gzip => "g",
        }
    }

    /// The text in this coding.
    pub(crate) fn encode(self, text: &[u8]) -> std::io::Result<Vec<u8>> {
        match self {
            Coding::Zstd => zstd::bulk::compress(text, 3),
            Coding::Gzip => {
                let out = Vec::with_capacity(text.len() / 3);
                let mut encoder = flate2::write::GzEncoder::new(out, flate2::Compression::fast());
                encoder.write_all(text)?;
                encoder.finish()
            }
        }
    }
}

/// A coding's name and whether it is taken at all: a weight of 0 says no.
fn read(part: &str) -> (&str, bool) {
    let (name, weight) = part.split_once(';').unwrap_or((part, ""));
    let weight = weight.trim().strip_prefix("q=").unwrap_or("1");
    (
        name.trim(),
        weight.trim().parse::<f32>().is_ok_and(|q| q > 0.0),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(accepts: &'static str, expected: Option<Coding>) {
        let value = HeaderValue::from_static(accepts);
        let request = HeaderMap::from_iter([(header::ACCEPT_ENCODING, value)]);
        assert_eq!(Coding::taken(&request), expected, "{accepts}");
    }

    #[test]
    fn the_best_coding_that_the_client_takes() {
        check("gzip, deflate, br, zstd", Some(Coding::Zstd));
        check("gzip;q=0.5, zstd;q=0", Some(Coding::Gzip));
        check("*", Some(Coding::Zstd));
        check("*;q=0", None);
        check("br, identity", None);
        check("", None);
    }

    #[test]
    fn what_is_encoded_is_decoded_again() {
        let text = b"Never Gonna ".repeat(1000);
        let zstd = Coding::Zstd.encode(&text).unwrap();
        assert!(zstd.len() < 200);
        assert_eq!(zstd::bulk::decompress(&zstd, text.len()).unwrap(), text);
        let gzip = Coding::Gzip.encode(&text).unwrap();
        let mut plain = Vec::new();
        std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(&gzip[..]), &mut plain)
            .unwrap();
        assert_eq!(plain, text);
    }
}
