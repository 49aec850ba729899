//! What is missing is made, what is there is kept, and one bad master stops no other.

use crate::music::{Shop, rate};
use catalog::rendition::Codec;
use catalog::units::GainDb;
use std::collections::BTreeMap;
use std::path::Path;
use transcode::{Config, flac};

/// Every object below a folder with its bytes.
fn objects(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(current) = open.pop() {
        for entry in std::fs::read_dir(&current).expect("readable") {
            let path = entry.expect("readable").path();
            match path.is_dir() {
                true => open.push(path),
                false => {
                    let name = path
                        .strip_prefix(folder)
                        .expect("below")
                        .display()
                        .to_string();
                    found.insert(name, std::fs::read(&path).expect("readable"));
                }
            }
        }
    }
    found
}

#[test]
fn a_second_run_makes_nothing_and_a_changed_entry_only_its_own_renditions() {
    let mut shop = Shop::new();
    shop.compose("one", 44_100, 4.0, 1.0);
    shop.compose("three", 48_000, 3.0, 0.5);
    let first = shop.run();
    assert_eq!(
        (first.made(), first.kept(), first.refused()),
        (12, 0, 0),
        "{first}"
    );
    let before = objects(&shop.path("store"));
    let second = shop.run();
    assert_eq!((second.made(), second.kept()), (0, 12), "{second}");
    assert!(
        objects(&shop.path("store")) == before,
        "a second run changes no object"
    );

    let table = "[ladder.vorbis-96]\nquality = 0.25".parse().expect("toml");
    shop.config = Config::load(Some(&table)).expect("sound");
    let third = shop.run();
    assert_eq!((third.made(), third.kept()), (2, 10), "{third}");
}

#[test]
fn a_killed_run_is_finished_to_the_same_bytes() {
    let mut shop = Shop::new();
    let master = shop.compose("one", 44_100, 4.0, 1.0);
    shop.run();
    let whole = objects(&shop.path("store"));
    let set = shop.set(&master);
    // As if killed after the blobs of some, before their indexes, and before the set.
    let ladder = set.ladder;
    let delete = |key: String| shop.store.delete(&key).expect("deleted");
    delete(format!("transcodes/{ladder}/{master}.json"));
    delete(format!("loudness/{master}.json"));
    for (n, rendition) in set.renditions.iter().enumerate() {
        if n % 2 == 0 {
            delete(format!("renditions/{}.json", rendition.key));
        }
        if n % 4 == 0 {
            delete(catalog::store::Store::blob_key(&rendition.blob));
        }
    }
    assert!(
        transcode::published(&shop.store, &shop.config, &master)
            .expect("read")
            .is_none()
    );
    let report = shop.run();
    assert_eq!((report.made(), report.kept()), (3, 3), "{report}");
    assert!(
        objects(&shop.path("store")) == whole,
        "the same bytes as an undisturbed run"
    );
}

#[test]
fn a_truncated_master_is_named_and_the_others_are_done() {
    let mut shop = Shop::new();
    let sound = shop.compose("sound", 44_100, 3.0, 1.0);
    let whole = std::fs::read(shop.path("sound.flac")).expect("read");
    let cut = shop.path("cut.flac");
    std::fs::write(&cut, &whole[..whole.len() * 2 / 3]).expect("written");
    shop.deliver(&cut);
    let garbage = shop.path("garbage.flac");
    std::fs::write(&garbage, b"this is no audio at all").expect("written");
    shop.deliver(&garbage);
    let report = shop.run();
    assert_eq!((report.tracks.len(), report.refused()), (1, 2), "{report}");
    let text = report.to_string();
    assert!(
        text.contains("failed: cut.flac") && text.contains("132300 frames"),
        "{text}"
    );
    assert!(
        text.contains("failed: garbage.flac") && text.contains("expected FLAC"),
        "{text}"
    );
    assert_eq!(shop.set(&sound).renditions.len(), 6);
}

#[test]
fn a_silent_master_gets_no_gain_and_has_no_loudness() {
    let mut shop = Shop::new();
    let path = shop.path("silence.flac");
    let silence = vec![vec![0.0f32; 44_100 * 2]; 2];
    flac::write_file(&path, rate(44_100), 16, &silence).expect("written");
    let master = shop.deliver(&path);
    let report = shop.run();
    assert_eq!(report.refused(), 0, "{report}");
    for rendition in shop.set(&master).renditions {
        assert_eq!(rendition.gain, GainDb::NONE, "{}", rendition.profile);
        assert_eq!(rendition.loudness.integrated, None, "{}", rendition.profile);
    }
}

#[test]
fn a_single_frame_and_an_odd_layout_are_transcoded_too() {
    let mut shop = Shop::new();
    let tiny = shop.path("tiny.flac");
    flac::write_file(&tiny, rate(44_100), 16, &[[0.5f32], [0.25]]).expect("written");
    let tiny = shop.deliver(&tiny);
    let mono = shop.path("mono.flac");
    let planes = crate::music::compose(96_000, 3.0, 0.7, 5);
    flac::write_file(&mono, rate(96_000), 24, &planes[..1]).expect("written");
    let mono = shop.deliver(&mono);
    let surround = shop.path("surround.flac");
    let six: Vec<&Vec<f32>> = planes.iter().cycle().take(6).collect();
    flac::write_file(&surround, rate(44_100), 16, &six).expect("written");
    let surround = shop.deliver(&surround);
    let report = shop.run();
    assert_eq!(report.refused(), 0, "{report}");
    for rendition in shop.set(&tiny).renditions {
        assert_eq!(rendition.frames.0, 1, "{}", rendition.profile);
    }
    for rendition in shop.set(&mono).renditions {
        assert_eq!(rendition.channels, 1, "{}", rendition.profile);
    }
    for rendition in shop.set(&surround).renditions {
        let expected = if rendition.codec == Codec::Flac { 6 } else { 2 };
        assert_eq!(rendition.channels, expected, "{}", rendition.profile);
    }
}

#[test]
fn a_master_that_was_never_stored_is_refused_with_its_track() {
    let mut shop = Shop::new();
    let master = catalog::ids::Sha256::of(b"nowhere");
    shop.items.push(transcode::Item {
        master,
        label: "Artist – Title".into(),
    });
    let report = shop.run();
    assert!(
        report
            .to_string()
            .contains("is not in the store\n  fix: ingest"),
        "{report}"
    );
    assert_eq!(report.refused(), 1);
}
