//! The short drop, written once, read back as an ingest would.

use audio::Decoder;
use catalog::ids::{Gtin, Isrc, Sha256};
use catalog::progress::Silent;
use datasets::drop::plan::Form;
use datasets::job::delivery::{Options, Report, run};
use md5::Digest;
use quick_xml::Reader;
use quick_xml::events::Event;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

struct Written {
    folder: tempfile::TempDir,
    report: Report,
}

fn options(folder: &Path) -> Options {
    Options {
        folder: folder.to_owned(),
        cache: folder.join("unused"),
        form: Form::Short,
    }
}

fn write() -> Written {
    let folder = tempfile::tempdir().unwrap();
    let report = run(&options(folder.path()), &Silent).unwrap();
    Written { folder, report }
}

/// Written once for all promises.
static DROP: LazyLock<Written> = LazyLock::new(write);

/// All files below a folder with their hashes, records of the run itself left out.
fn hashes(folder: &Path) -> BTreeMap<PathBuf, Sha256> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            let inside = path.strip_prefix(folder).unwrap().to_owned();
            if inside == Path::new(".drop") {
                continue;
            } else if path.is_dir() {
                open.push(path);
            } else {
                found.insert(inside, Sha256::of_file(&path).unwrap());
            }
        }
    }
    found
}

fn messages(ending: &str) -> Vec<PathBuf> {
    let all = hashes(DROP.folder.path());
    all.into_keys()
        .filter(|path| path.to_string_lossy().ends_with(ending))
        .map(|path| DROP.folder.path().join(path))
        .collect()
}

/// Texts of all elements of a message, by name, in order.
fn elements(path: &Path) -> HashMap<String, Vec<String>> {
    let text = fs::read_to_string(path).unwrap();
    let mut reader = Reader::from_str(&text);
    reader.config_mut().trim_text(true);
    let (mut name, mut found): (String, HashMap<String, Vec<String>>) = Default::default();
    loop {
        match reader.read_event().unwrap() {
            Event::Start(start) => name = start.name().as_ref().to_owned(),
            Event::Text(text) => {
                found
                    .entry(name.clone())
                    .or_default()
                    .push(text.xml10_content().into_owned());
            }
            Event::Eof => return found,
            _ => {}
        }
    }
}

/// One test, because a test runner may give each test a process and the drop costs seconds: each
/// promise is a function named by what it asserts.
#[test]
fn the_short_drop_keeps_its_promises() {
    the_same_bytes_come_again_in_another_folder_and_after_a_loss_but_nothing_is_done_twice();
    every_reference_in_an_ern_message_is_declared_once_and_every_file_is_there();
    exactly_one_master_is_truncated_and_all_others_decode_to_their_end();
    a_plain_release_states_hashes_that_its_files_have();
    one_ern_release_is_for_three_countries_only();
    the_origin_table_names_every_master_with_licence_and_hash();
    the_recording_delivered_twice_is_not_the_same_file();
}

fn the_same_bytes_come_again_in_another_folder_and_after_a_loss_but_nothing_is_done_twice() {
    let own = write();
    assert_eq!(own.report.written, own.report.releases);
    let before = hashes(own.folder.path());
    assert_eq!(before, hashes(DROP.folder.path()));
    assert_eq!(
        run(&options(own.folder.path()), &Silent).unwrap().written,
        0
    );
    let lost = before
        .keys()
        .find(|path| path.extension().is_some_and(|e| e == "flac"))
        .unwrap();
    fs::remove_file(own.folder.path().join(lost)).unwrap();
    assert_eq!(
        run(&options(own.folder.path()), &Silent).unwrap().written,
        1
    );
    assert_eq!(before, hashes(own.folder.path()));
}

#[test]
fn a_folder_with_other_files_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("thesis.txt"), "mine").unwrap();
    let refused = run(&options(folder.path()), &Silent)
        .unwrap_err()
        .to_string();
    assert!(
        refused.contains("not of a demo drop") && refused.contains("fix: "),
        "{refused}"
    );
    assert_eq!(hashes(folder.path()).len(), 1);
}

fn every_reference_in_an_ern_message_is_declared_once_and_every_file_is_there() {
    let messages = messages(".xml");
    assert!(messages.len() >= 4);
    for path in messages {
        let found = elements(&path);
        let of = |name: &str| found.get(name).cloned().unwrap_or_default();
        let declared = |name: &str| {
            let list = of(name);
            let set: HashSet<String> = list.iter().cloned().collect();
            assert_eq!(set.len(), list.len(), "{name} in {}", path.display());
            set
        };
        let (resources, releases) = (declared("ResourceReference"), declared("ReleaseReference"));
        let parties = declared("PartyReference");
        let used = |name: &str, among: &HashSet<String>| {
            assert!(
                of(name).iter().all(|r| among.contains(r)),
                "{name} in {}",
                path.display()
            );
        };
        used("ReleaseResourceReference", &resources);
        used("LinkedReleaseResourceReference", &resources);
        used("DealReleaseReference", &releases);
        used("ArtistPartyReference", &parties);
        used("ReleaseLabelReference", &parties);
        assert!(!of("DealReleaseReference").is_empty());
        for isrc in of("ISRC") {
            isrc.parse::<Isrc>().unwrap();
        }
        let gtin = &of("ICPN")[0];
        gtin.parse::<Gtin>().unwrap();
        assert_eq!(path.file_stem().unwrap().to_str(), Some(gtin.as_str()));
        for uri in of("URI") {
            assert!(path.parent().unwrap().join(&uri).is_file(), "{uri}");
        }
    }
}

/// Which files of a message do not have the hash sum that it states.
fn broken(path: &Path) -> Vec<String> {
    let found = elements(path);
    let folder = path.parent().unwrap();
    let sums = found["URI"]
        .iter()
        .zip(&found["Algorithm"])
        .zip(&found["HashSumValue"]);
    sums.filter(|((uri, algorithm), stated)| {
        let bytes = fs::read(folder.join(uri)).unwrap();
        let sum = match algorithm.as_str() {
            "MD5" => md5::Md5::digest(&bytes)
                .iter()
                .map(|b| format!("{b:02x}"))
                .collect(),
            _ => Sha256::of(&bytes).to_string(),
        };
        sum != **stated
    })
    .map(|((uri, _), _)| uri.clone())
    .collect()
}

fn exactly_one_master_is_truncated_and_all_others_decode_to_their_end() {
    let wrong: Vec<_> = messages(".xml")
        .iter()
        .flat_map(|path| broken(path))
        .collect();
    assert_eq!(wrong.len(), 1, "{wrong:?}");
    let mut failed = Vec::new();
    for path in messages(".flac") {
        let sound = Decoder::open(&path).and_then(|decoder| decoder.finish());
        match sound {
            Ok(summary) => assert_eq!(summary.md5_ok, Some(true), "{}", path.display()),
            Err(_) => failed.push(path),
        }
    }
    assert_eq!(failed.len(), 1, "{failed:?}");
    assert!(failed[0].ends_with(&wrong[0]), "{failed:?}");
}

fn a_plain_release_states_hashes_that_its_files_have() {
    let documents = messages("release.json");
    assert!(documents.len() >= 2);
    let mut future = 0;
    for path in documents {
        let value: serde_json::Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        assert_eq!(value["schema"], "backline-release/1");
        let folder = path.parent().unwrap();
        let artwork = &value["release"]["artwork"];
        let tracks = value["tracks"].as_array().unwrap();
        for file in tracks.iter().chain([artwork]) {
            let place = folder.join(file["file"].as_str().unwrap());
            let hash = Sha256::of_file(&place).unwrap().to_string();
            assert_eq!(file["sha256"], hash, "{}", place.display());
        }
        assert!(
            tracks
                .iter()
                .all(|t| t["licence"].is_string() && t["origin"].is_string())
        );
        future += usize::from(
            value["deals"][0]["start"]
                .as_str()
                .unwrap()
                .starts_with("2031"),
        );
    }
    assert_eq!(future, 1);
}

fn one_ern_release_is_for_three_countries_only() {
    let limited: Vec<_> = messages(".xml")
        .iter()
        .map(|path| {
            elements(path)["TerritoryCode"]
                .iter()
                .cloned()
                .collect::<HashSet<_>>()
        })
        .filter(|territories| !territories.contains("Worldwide"))
        .collect();
    assert_eq!(
        limited,
        [HashSet::from([
            "DE".to_owned(),
            "AT".to_owned(),
            "CH".to_owned()
        ])]
    );
}

fn the_origin_table_names_every_master_with_licence_and_hash() {
    let table = fs::read_to_string(DROP.folder.path().join("ORIGIN.tsv")).unwrap();
    let rows: Vec<Vec<&str>> = table
        .lines()
        .skip(1)
        .map(|row| row.split('\t').collect())
        .collect();
    assert_eq!(rows.len(), DROP.report.tracks);
    for row in rows {
        assert_eq!(row.len(), 8, "{row:?}");
        assert!(DROP.folder.path().join(row[0]).is_file());
        assert!(!row[3].is_empty());
        row[7].parse::<Sha256>().unwrap();
    }
}

fn the_recording_delivered_twice_is_not_the_same_file() {
    let table = fs::read_to_string(DROP.folder.path().join("ORIGIN.tsv")).unwrap();
    let mut by_origin: HashMap<String, Vec<String>> = HashMap::new();
    for row in table.lines().skip(1) {
        let fields: Vec<&str> = row.split('\t').collect();
        by_origin
            .entry(fields[6].to_owned())
            .or_default()
            .push(fields[7].to_owned());
    }
    let twice: Vec<_> = by_origin
        .values()
        .filter(|hashes| hashes.len() > 1)
        .collect();
    assert_eq!(twice.len(), 1);
    assert_ne!(twice[0][0], twice[0][1]);
}
