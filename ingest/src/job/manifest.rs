//! How many messages does a batch's `BatchComplete_*.xml` promise?
//!
//! DDEX ERN choreography, batch profile: a ManifestMessage with `NumberOfMessages`. An empty file of that name
//! promises nothing and is a trigger all the same.

use crate::Error;
use crate::ern::xml::{self, Xml};
use std::fs;
use std::path::Path;

/// Bytes of a manifest; one of 10,000 messages has 3 MB.
const MAX_BYTES: u64 = 16 << 20;

/// The number, `None` for an empty file, or why it cannot be told.
///
/// # Errors
/// [`Error::Unreadable`] when our own disk fails.
pub(super) fn promised(path: &Path) -> Result<Result<Option<usize>, String>, Error> {
    let failed = |source| Error::Unreadable {
        path: path.to_owned(),
        action: "cannot be read",
        source,
    };
    let meta = fs::symlink_metadata(path).map_err(failed)?;
    if !meta.is_file() || meta.len() > MAX_BYTES {
        return Ok(Err("no regular file of a manifest's size".to_owned()));
    }
    let bytes = fs::read(path).map_err(failed)?;
    Ok(number(&bytes))
}

fn number(bytes: &[u8]) -> Result<Option<usize>, String> {
    let text = xml::decode(bytes).map_err(|fault| fault.text.clone())?;
    if text.trim().is_empty() {
        return Ok(None);
    }
    let (mut stated, mut listed) = (None, 0);
    let read = |stated: &mut Option<String>, listed: &mut usize| -> Result<(), xml::Unreadable> {
        let mut xml = Xml::new(&text);
        if xml.child()?.is_none() {
            return Ok(());
        }
        while let Some(part) = xml.child()? {
            match part.name() {
                "NumberOfMessages" => *stated = xml.text(&part)?.map(|text| text.value),
                "MessageInBatch" => {
                    *listed += 1;
                    xml.skip()?;
                }
                _ => xml.skip()?,
            }
        }
        Ok(())
    };
    read(&mut stated, &mut listed).map_err(|fault| fault.text.clone())?;
    match stated {
        Some(stated) => match stated.parse() {
            Ok(number) => Ok(Some(number)),
            Err(_) => Err(format!(
                "NumberOfMessages `{}`",
                crate::finding::clip(&stated)
            )),
        },
        None if listed > 0 => Ok(Some(listed)),
        None => Err("no NumberOfMessages".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_is_stated_or_counted_and_an_empty_file_says_nothing() {
        let manifest = |inner: &str| {
            number(format!("<m:ManifestMessage xmlns:m='x'>{inner}</m:ManifestMessage>").as_bytes())
        };
        assert_eq!(number(b""), Ok(None));
        assert_eq!(
            manifest("<NumberOfMessages>3</NumberOfMessages>"),
            Ok(Some(3))
        );
        assert_eq!(
            manifest("<MessageInBatch><a/></MessageInBatch><MessageInBatch/>"),
            Ok(Some(2))
        );
        assert!(manifest("<NumberOfMessages>many</NumberOfMessages>").is_err());
        assert!(manifest("").is_err());
        assert!(number(b"<m").is_err());
    }
}
