//! What holds for every input?

use crate::ern_reader::ALBUM;
use crate::label::release;
use ingest::evidence::Evidence;
use ingest::finding::At;
use ingest::{Config, checks, ern, plain};
use proptest::prelude::*;

/// A text with some bytes replaced, removed or repeated.
fn mutated(text: &'static str) -> impl Strategy<Value = Vec<u8>> {
    let edit = (
        any::<prop::sample::Index>(),
        0..4_u8,
        any::<u8>(),
        1..40_usize,
    );
    prop::collection::vec(edit, 1..8).prop_map(move |edits| {
        let mut bytes = text.as_bytes().to_vec();
        for (index, kind, byte, count) in edits {
            let at = index
                .index(bytes.len().max(1))
                .min(bytes.len().saturating_sub(1));
            let end = (at + count).min(bytes.len());
            match kind {
                0 => bytes[at] = byte,
                1 => drop(bytes.drain(at..end)),
                2 => {
                    let part = bytes[at..end].to_vec();
                    bytes.splice(at..at, part);
                }
                _ => bytes.truncate(at.max(1)),
            }
            if bytes.is_empty() {
                bytes.push(b'<');
            }
        }
        bytes
    })
}

fn judge(delivery: &ingest::delivery::Delivery) {
    let config = Config::load(None).unwrap();
    let findings = checks::check(delivery, &Evidence::default(), &config);
    if !findings.refuse() {
        assert!(ingest::catalogue::change(delivery, &Evidence::default()).is_some());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_mutated_ern_message_is_read_or_refused_and_what_passes_can_be_published(bytes in mutated(ALBUM)) {
        if let Ok(text) = ern::xml::decode(&bytes) {
            let delivery = ern::read(&text);
            judge(&delivery);
            let offsets: Vec<At> = (0..text.len() as u32).step_by(97).map(At).collect();
            prop_assert_eq!(ern::locate::lines(&text, &offsets).len(), offsets.len());
            prop_assert_eq!(ern::locate::xpaths(&text, &offsets).len(), offsets.len());
        }
    }

    #[test]
    fn a_mutated_release_json_is_read_or_refused_and_what_passes_can_be_published(
        bytes in mutated(Box::leak(release("R1").to_string().into_boxed_str()))
    ) {
        if let Ok(text) = std::str::from_utf8(&bytes) {
            judge(&plain::read(text));
            let offsets: Vec<At> = (0..text.len() as u32).step_by(61).map(At).collect();
            plain::json::pointers(text, &offsets);
        }
    }

    #[test]
    fn no_text_is_too_strange_for_the_readers(text in ".{0,200}") {
        ern::read(&text);
        plain::read(&text);
        ingest::moment::duration(&text);
        ingest::moment::date_time(&text);
        let _ = ingest::paths::parts(&text);
        ingest::paths::percent_decoded(&text);
    }

    #[test]
    fn a_path_that_passes_stays_below_its_folder(text in "[a-z./%\\\\:]{0,20}") {
        if let Ok(parts) = ingest::paths::parts(&text) {
            prop_assert!(parts.iter().all(|part| !part.is_empty() && *part != ".." && *part != "."));
        }
    }
}
