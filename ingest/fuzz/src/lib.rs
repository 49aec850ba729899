//! What must hold for any bytes whatever that a label delivers?
//!
//! Each function takes the fuzzer's bytes through one door of `ingest`; it panics where a law is broken, and a
//! panic, a hang or a gigabyte is what the fuzzer looks for. `scripts/fuzz.sh` runs them.

use ingest::config::Config;
use ingest::delivery::Delivery;
use ingest::evidence::Evidence;
use ingest::finding::At;
use ingest::{catalogue, checks, ern, job, plain};
use std::fs;
use std::path::Path;
use std::sync::OnceLock;

fn config() -> &'static Config {
    static CONFIG: OnceLock<Config> = OnceLock::new();
    CONFIG.get_or_init(|| Config::load(None).expect("the defaults are valid"))
}

/// What passes the checks can be published, and what does not says where and why.
fn judge(text: &str, delivery: &Delivery) -> Vec<At> {
    let findings = checks::check(delivery, &Evidence::default(), config());
    for finding in &findings.0 {
        assert!(checks::by_code(&finding.code).is_some(), "{finding:?}");
        assert!(!finding.text.is_empty() && !finding.remedy.is_empty());
        assert!(finding.at.is_none_or(|at| at.0 as usize <= text.len()));
    }
    let change = catalogue::change(delivery, &Evidence::default());
    assert!(
        findings.refuse() || change.is_some(),
        "passed, but cannot be published"
    );
    findings.0.iter().filter_map(|finding| finding.at).collect()
}

/// An ERN message, as bytes.
pub fn ern(bytes: &[u8]) {
    let Ok(text) = ern::xml::decode(bytes) else {
        return;
    };
    let offsets = judge(&text, &ern::read(&text));
    ern::locate::lines(&text, &offsets);
    ern::locate::xpaths(&text, &offsets);
}

/// A `release.json`.
pub fn json(bytes: &[u8]) {
    let Ok(text) = ern::xml::decode(bytes) else {
        return;
    };
    let offsets = judge(&text, &plain::read(&text));
    plain::json::pointers(&text, &offsets);
}

/// A `release.csv`.
pub fn csv(bytes: &[u8]) {
    let Ok(text) = ern::xml::decode(bytes) else {
        return;
    };
    let offsets = judge(&text, &plain::csv::read(&text));
    plain::csv::places(&text, &offsets);
}

/// A `.zip` or a `.tar` (the first byte says which): what is taken out are regular files under the caps.
pub fn archive(bytes: &[u8]) {
    let Some((kind, content)) = bytes.split_first() else {
        return;
    };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder
        .path()
        .join(if kind % 2 == 0 { "a.zip" } else { "a.tar" });
    fs::write(&path, content).expect("a temporary file");
    let mut limits = config().limits.clone();
    (limits.archive_entries, limits.archive_bytes) = (64, 1 << 20);
    let unpacked = job::unpack::unpack(&path, &limits).expect("our own disk works");
    if let Ok(inside) = unpacked {
        let (files, total) = census(inside.path());
        assert!(
            files <= 64 && total <= 1 << 20,
            "{files} files of {total} bytes"
        );
    }
    let beside = fs::read_dir(folder.path()).expect("the folder is ours");
    assert_eq!(
        beside.count(),
        1,
        "something was written beside the archive"
    );
}

fn census(folder: &Path) -> (usize, u64) {
    let mut sum = (0, 0);
    for entry in fs::read_dir(folder).expect("the folder is ours").flatten() {
        let meta = fs::symlink_metadata(entry.path()).expect("it was listed");
        assert!(
            meta.is_file() || meta.is_dir(),
            "{entry:?} is neither file nor folder"
        );
        let (files, bytes) = match meta.is_dir() {
            true => census(&entry.path()),
            false => (1, meta.len()),
        };
        sum = (sum.0 + files, sum.1 + bytes);
    }
    sum
}

/// A master: its header, and its samples as far as they go.
pub fn audio(bytes: &[u8]) {
    // Decoders of others panic; `audio` turns that into an error, which the fuzzer's own hook would not let it.
    static QUIET: OnceLock<()> = OnceLock::new();
    QUIET.get_or_init(|| std::panic::set_hook(Box::new(|_| {})));
    let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
    std::io::Write::write_all(&mut file, bytes).expect("a temporary file");
    let Ok(info) = audio::probe(file.path()) else {
        return;
    };
    assert!((1..=8).contains(&info.channels()), "{info:?}");
    let Ok(decoder) = audio::Decoder::open(file.path()) else {
        return;
    };
    let (mut decoder, mut inspector) = (decoder.with_integers(), audio::Inspector::new(&info));
    while let Ok(Some(block)) = decoder.next_block() {
        assert_eq!(block.planes.len(), usize::from(info.channels()));
        assert!(
            block
                .planes
                .iter()
                .all(|plane| plane.len() == block.frames())
        );
        inspector.add(&block);
    }
    inspector.finish();
}
