//! What does the job do with a drop, and with the same drop again?

use crate::flac;
use crate::label::{Label, codes, cover, release};
use catalog::delivery::{Change, DeliveryLog, Verdict};
use catalog::ids::Sha256;
use catalog::release::ReleaseKind;
use catalog::store::Store;
use ingest::Error;
use ingest::report::Outcome;
use serde_json::json;
use std::fs;

#[test]
fn a_good_release_becomes_a_record_with_its_masters_and_cover() {
    let label = Label::new();
    let folder = label.deliver("R1", |_| {});
    let report = label.ingest().unwrap();
    assert_eq!(
        (report.refused(), codes(&report)),
        (0, vec!["artwork-advised"])
    );
    let records = DeliveryLog::new(&label.store()).records().unwrap();
    let Verdict::Accepted {
        change: Change::Put(release),
    } = &records[0].verdict
    else {
        panic!()
    };
    assert_eq!(
        (release.kind, release.tracks.len()),
        (ReleaseKind::Album, 2)
    );
    let master = release.tracks[0].master.as_ref().unwrap();
    assert_eq!(
        master.sha256,
        Sha256::of(fs::read(folder.join("resources/01.flac")).unwrap())
    );
    assert_eq!((master.frames.0, master.format.as_str()), (88_200, "flac"));
    assert_eq!(release.artwork.as_ref().unwrap().width, 640);
    let window = release.tracks[1].rights.windows()[0];
    assert_eq!((window.territories.len(), window.end), (249, None));
    for blob in [
        master.sha256,
        release.artwork.as_ref().unwrap().sha256,
        records[0].message,
    ] {
        assert!(
            label
                .store()
                .head(&Store::blob_key(&blob))
                .unwrap()
                .is_some()
        );
    }
}

#[test]
fn the_second_run_does_nothing_twice_and_tells_the_same() {
    let label = Label::new();
    label.deliver("R1", |_| {});
    label.deliver("R2", |message| {
        message["tracks"][0]["isrc"] = json!("QZNJX26O0001")
    });
    let first = label.ingest().unwrap();
    let (log, objects) = (label.objects("log"), label.objects("objects"));
    let second = label.ingest().unwrap();
    assert_eq!(
        (label.objects("log"), label.objects("objects")),
        (log, objects)
    );
    assert!(second.deliveries.iter().all(|delivery| delivery.known));
    assert_eq!(first.refused(), second.refused());
    for (a, b) in first.deliveries.iter().zip(&second.deliveries) {
        let mut b = b.clone();
        b.known = false;
        assert!(*a == b, "{} is told differently", a.message);
    }
}

#[test]
fn a_run_that_was_killed_is_finished_by_the_next_with_the_same_records() {
    let label = Label::new();
    label.deliver("R1", |_| {});
    label.deliver("R2", |message| {
        message["release"]["gtin"] = json!("5012345678917")
    });
    label.ingest().unwrap();
    let (log, reports) = (label.objects("log"), label.objects("reports/messages"));
    // Killed after the blobs and the first record, with half a temporary file left behind.
    let other = Label::new();
    other.deliver("R1", |_| {});
    other.ingest().unwrap();
    other.deliver("R2", |message| {
        message["release"]["gtin"] = json!("5012345678917")
    });
    let store = other.store();
    store
        .put_blob_file(&other.drop().join("nightjar/R2/resources/01.flac"))
        .unwrap();
    other.ingest().unwrap();
    assert_eq!(other.objects("log"), log);
    assert_eq!(other.objects("reports/messages"), reports);
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let run = |threads| {
        let label = Label::new();
        for id in ["R1", "R2", "R3"] {
            label.deliver(id, |_| {});
        }
        // The same id with other content, in the same drop: the first by path wins.
        label.deliver("R4", |message| message["message_id"] = json!("R2"));
        let config = ingest::Config::load(None).unwrap();
        let progress = catalog::progress::Silent;
        let report = ingest::run(
            &label.store(),
            &config,
            &label.drop(),
            None,
            threads,
            &progress,
        );
        let mut report = report.unwrap();
        report.drop.clear();
        report.written.clear();
        (report, label.objects("log"))
    };
    assert_eq!(run(1), run(4));
}

#[test]
fn the_same_id_with_other_bytes_is_refused_and_the_first_stays() {
    let label = Label::new();
    let folder = label.deliver("R1", |_| {});
    label.ingest().unwrap();
    let log = label.objects("log");
    let mut message = release("R1");
    message["release"]["title"] = json!("Another Title");
    fs::write(folder.join("release.json"), message.to_string()).unwrap();
    let report = label.ingest().unwrap();
    assert_eq!(
        (report.refused(), codes(&report)),
        (1, vec!["message-id-reused"])
    );
    assert_eq!(label.objects("log"), log);
}

#[test]
fn a_copy_of_a_message_in_the_drop_counts_once() {
    let label = Label::new();
    label.deliver("R1", |_| {});
    label.deliver("R1copy", |message| *message = release("R1"));
    let report = label.ingest().unwrap();
    assert_eq!((report.refused(), label.objects("log").len()), (0, 1));
    assert!(report.deliveries[1].findings.has("message-twin"));
}

#[test]
fn one_bad_release_does_not_hold_up_the_others_and_publishes_nothing() {
    let label = Label::new();
    label.deliver("R1", |_| {});
    let bad = label.deliver("R2", |message| {
        message["release"]["gtin"] = json!("5012345678917")
    });
    fs::write(bad.join("resources/02.flac"), b"not audio at all").unwrap();
    let report = label.ingest().unwrap();
    let outcomes: Vec<Outcome> = report.deliveries.iter().map(|d| d.outcome).collect();
    assert_eq!(outcomes, [Outcome::Accepted, Outcome::Refused]);
    let records = DeliveryLog::new(&label.store()).records().unwrap();
    let catalogue = catalog::fold::fold(&records);
    assert_eq!(catalogue.releases.len(), 1);
    let refused = records.iter().find_map(|record| match &record.verdict {
        Verdict::Refused { reasons, .. } => Some(reasons),
        _ => None,
    });
    assert_eq!(refused.unwrap()[0].code, "audio-unreadable");
}

#[test]
fn the_drop_is_never_written_to() {
    let label = Label::new();
    label.deliver("R1", |_| {});
    let list = || {
        let mut found = Vec::new();
        let mut open = vec![label.drop()];
        while let Some(path) = open.pop() {
            for entry in fs::read_dir(path).unwrap().map(Result::unwrap) {
                let meta = entry.metadata().unwrap();
                found.push((entry.path(), meta.len(), meta.modified().unwrap()));
                if meta.is_dir() {
                    open.push(entry.path());
                }
            }
        }
        found.sort();
        found
    };
    let before = list();
    label.ingest().unwrap();
    assert_eq!(list(), before);
    let config = ingest::Config::load(None).unwrap();
    let inside = label.drop().join("reports/new");
    let refused = ingest::run(
        &label.store(),
        &config,
        &label.drop(),
        Some(&inside),
        1,
        &catalog::progress::Silent,
    );
    assert!(matches!(refused, Err(Error::ReportInDrop { .. })));
}

#[test]
fn a_test_message_never_reaches_the_catalogue() {
    let label = Label::new();
    label.deliver("R1", |message| message["test"] = json!(true));
    let report = label.ingest().unwrap();
    assert_eq!(
        (report.deliveries[0].outcome, report.refused()),
        (Outcome::Test, 0)
    );
    assert!(label.objects("log").is_empty() && label.objects("objects").is_empty());
}

#[test]
fn a_purge_takes_the_release_down() {
    let label = Label::new();
    label.deliver("R1", |_| {});
    label.deliver("R2", |message| {
        message["purge"] = json!(true);
        message["created"] = json!("2026-11-01T00:00:00Z");
    });
    let report = label.ingest().unwrap();
    assert_eq!((report.count(Outcome::Purged), report.refused()), (1, 0));
    let records = DeliveryLog::new(&label.store()).records().unwrap();
    assert!(catalog::fold::fold(&records).releases.is_empty());
}

#[test]
fn an_empty_drop_is_said_and_is_no_failure() {
    let label = Label::new();
    let report = label.ingest().unwrap();
    assert_eq!(report.refused(), 0);
    assert!(report.to_string().contains("the drop is empty"), "{report}");
}

#[test]
fn a_folder_of_garbage_is_a_finding_beside_the_good_release() {
    let label = Label::new();
    label.deliver("R1", |_| {});
    let garbage = label.drop().join("nightjar/stuff/deep");
    fs::create_dir_all(&garbage).unwrap();
    fs::write(garbage.join("x.bin"), [0, 1, 2]).unwrap();
    fs::create_dir_all(label.drop().join("other")).unwrap();
    fs::write(label.drop().join("other/y.txt"), "hello").unwrap();
    let report = label.ingest().unwrap();
    let places: Vec<&str> = report
        .remarks
        .0
        .iter()
        .map(|remark| remark.place.file.as_str())
        .collect();
    assert_eq!(places, ["nightjar/stuff/deep", "other"]);
    assert_eq!((report.refused(), report.count(Outcome::Accepted)), (2, 1));
}

#[test]
fn a_drop_that_is_missing_or_a_file_is_an_error_with_a_remedy() {
    let label = Label::new();
    fs::remove_dir(label.drop()).unwrap();
    let error = label.ingest().unwrap_err().to_string();
    assert!(
        error.contains("drop: cannot be read") && error.contains("\nfix: "),
        "{error}"
    );
    fs::write(label.drop(), "x").unwrap();
    assert!(matches!(label.ingest(), Err(Error::NotAFolder { .. })));
}

#[cfg(unix)]
#[test]
fn a_folder_that_may_not_be_read_is_an_error_with_a_remedy() {
    use std::os::unix::fs::PermissionsExt;
    let label = Label::new();
    let folder = label.deliver("R1", |_| {});
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o000)).unwrap();
    let readable = fs::read_dir(&folder).is_ok();
    let outcome = label.ingest();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
    if readable {
        return eprintln!("SKIPPED: this user may read everything (root)");
    }
    let error = outcome.unwrap_err().to_string();
    assert!(error.contains("R1") && error.contains("chmod"), "{error}");
}

#[test]
fn an_open_batch_is_left_alone_until_its_trigger_comes() {
    let label = Label::new();
    let folder = label.deliver("R1", |_| {});
    let batch = label.drop().join("20261002120000000");
    fs::rename(folder.parent().unwrap(), &batch).unwrap();
    let report = label.ingest().unwrap();
    assert!(report.deliveries.is_empty() && report.remarks.has("drop-batch-open"));
    assert_eq!(report.refused(), 0);
    fs::write(batch.join("BatchComplete_20261002120000000.xml"), "").unwrap();
    label.ingest().unwrap();
    let records = DeliveryLog::new(&label.store()).records().unwrap();
    assert_eq!(
        records[0].batch.unwrap().to_string(),
        "2026-10-02T12:00:00Z"
    );
}

#[test]
fn a_batch_with_other_than_its_manifests_messages_is_left_alone() {
    let label = Label::new();
    let batch = label.drop().join("20261002120000000");
    let folder = label.deliver("R1", |_| {});
    fs::rename(folder.parent().unwrap(), &batch).unwrap();
    let manifest = |count: u32| {
        let text = format!(
            "<m:ManifestMessage xmlns:m='http://ddex.net/xml/ern-c/15'><NumberOfMessages>{count}</NumberOfMessages></m:ManifestMessage>"
        );
        fs::write(batch.join("BatchComplete_20261002120000000.xml"), text).unwrap();
    };
    manifest(2);
    let report = label.ingest().unwrap();
    let [remark] = &report.remarks.0[..] else {
        panic!("{:?}", report.remarks)
    };
    assert_eq!(remark.code, "drop-batch-count");
    assert_eq!(
        (remark.found.as_str(), remark.expected.as_str()),
        ("1 message", "2 messages")
    );
    assert!(
        report.deliveries.is_empty()
            && label
                .store()
                .list("")
                .unwrap()
                .iter()
                .all(|(key, _)| key.starts_with("reports/"))
    );
    assert_eq!(report.refused(), 1);
    manifest(1);
    assert_eq!(label.ingest().unwrap().count(Outcome::Accepted), 1);
}

#[test]
fn a_truncated_flac_refuses_the_release_and_names_the_file() {
    let label = Label::new();
    let folder = label.deliver("R1", |_| {});
    let whole = flac::stereo(2.0, 1);
    fs::write(folder.join("resources/01.flac"), &whole[..whole.len() / 2]).unwrap();
    let report = label.ingest().unwrap();
    assert_eq!(codes(&report), ["audio-truncated", "artwork-advised"]);
    let finding = &report.deliveries[0].findings.0[0];
    assert_eq!(finding.place.file, "nightjar/R1/resources/01.flac");
    assert_eq!(finding.place.path.as_deref(), Some("/tracks/0/file"));
}

/// Runs with changed files and returns the codes without the advice about the small cover.
fn faults(
    change: impl FnOnce(&std::path::Path),
    edit: impl FnOnce(&mut serde_json::Value),
) -> Vec<String> {
    let label = Label::new();
    let folder = label.deliver("R1", edit);
    change(&folder);
    let report = label.ingest().unwrap();
    let all = codes(&report)
        .into_iter()
        .filter(|code| *code != "artwork-advised");
    all.map(str::to_owned).collect()
}

#[test]
fn a_flipped_bit_and_a_wrong_md5_are_told_apart() {
    let damaged = faults(
        |folder| {
            let path = folder.join("resources/01.flac");
            let mut bytes = fs::read(&path).unwrap();
            let middle = bytes.len() / 2;
            bytes[middle] ^= 0x10;
            fs::write(path, bytes).unwrap();
        },
        |_| {},
    );
    assert!(
        damaged == ["audio-damaged"] || damaged == ["audio-truncated"],
        "{damaged:?}"
    );
    let md5 = faults(
        |folder| {
            let path = folder.join("resources/01.flac");
            let mut bytes = fs::read(&path).unwrap();
            bytes[30] ^= 1;
            fs::write(path, bytes).unwrap();
        },
        |_| {},
    );
    assert_eq!(md5, ["audio-md5"]);
}

#[test]
fn a_missing_an_empty_and_a_misspelt_file_are_found() {
    let missing = faults(
        |folder| fs::remove_file(folder.join("resources/01.flac")).unwrap(),
        |_| {},
    );
    assert_eq!(missing, ["file-missing"]);
    let empty = faults(
        |folder| fs::write(folder.join("resources/01.flac"), []).unwrap(),
        |_| {},
    );
    assert_eq!(empty, ["file-empty"]);
    let label = Label::new();
    let folder = label.deliver("R1", |_| {});
    fs::rename(
        folder.join("resources/01.flac"),
        folder.join("resources/01.FLAC"),
    )
    .unwrap();
    let report = label.ingest().unwrap();
    assert!(
        report.deliveries[0].findings.0[0]
            .remedy
            .contains("rename `01.FLAC`")
    );
}

#[test]
fn a_path_that_leaves_the_folder_is_refused_without_a_look() {
    for path in [
        "../../../store/secret",
        "/etc/passwd",
        "%2e%2e/%2e%2e/x.flac",
        "file:///etc/passwd",
    ] {
        let found = faults(|_| {}, |message| message["tracks"][0]["file"] = json!(path));
        assert_eq!(found, ["path-escapes", "file-unused"], "{path}");
    }
}

#[cfg(unix)]
#[test]
fn a_symbolic_link_is_refused_wherever_it_points() {
    let found = faults(
        |folder| {
            let path = folder.join("resources/01.flac");
            fs::rename(&path, folder.join("real.flac")).unwrap();
            std::os::unix::fs::symlink(folder.join("real.flac"), &path).unwrap();
        },
        |_| {},
    );
    assert_eq!(found, ["path-symlink", "file-unused"]);
}

#[test]
fn checksums_are_compared_by_every_known_algorithm() {
    let good = Sha256::of(flac::stereo(2.0, 1)).to_string().to_uppercase();
    assert!(
        faults(
            |_| {},
            |message| message["tracks"][0]["sha256"] = json!(good)
        )
        .is_empty()
    );
    let zeros = "0".repeat(32);
    let found = faults(|_| {}, |message| message["tracks"][0]["md5"] = json!(zeros));
    assert_eq!(found, ["checksum-differs"]);
}

#[test]
fn covers_must_decode_be_square_and_not_too_small() {
    let with = |width, height| {
        faults(
            |folder| cover(&folder.join("resources/cover.png"), width, height),
            |_| {},
        )
    };
    assert_eq!(with(700, 800), ["artwork-square"]);
    assert_eq!(with(300, 300), ["artwork-small"]);
    assert!(with(3000, 3001).is_empty());
    let text = faults(
        |f| fs::write(f.join("resources/cover.png"), "no picture").unwrap(),
        |_| {},
    );
    assert_eq!(text, ["artwork-unreadable"]);
    let none = faults(
        |_| {},
        |message| message["release"]["artwork"] = json!(null),
    );
    assert_eq!(none, ["artwork-missing", "file-unused"]);
}

#[test]
fn a_duration_far_from_the_audio_means_the_wrong_file() {
    let with = |text: &str| faults(|_| {}, |m| m["tracks"][0]["duration"] = json!(text));
    assert!(with("PT3S").is_empty());
    assert_eq!(with("PT9S"), ["duration-differs"]);
    assert_eq!(with("PT3M"), ["duration-wrong"]);
}

#[test]
fn one_file_for_two_recordings_is_suspicious() {
    let found = faults(
        |_| {},
        |message| message["tracks"][1]["file"] = json!("resources/01.flac"),
    );
    assert_eq!(found, ["file-shared", "file-unused"]);
}

#[test]
fn a_release_without_its_audio_waits_for_it() {
    let label = Label::new();
    label.deliver("R1", |message| message["tracks"][0]["file"] = json!(null));
    let report = label.ingest().unwrap();
    assert_eq!((report.deliveries[0].awaited, report.refused()), (1, 0));
    let records = DeliveryLog::new(&label.store()).records().unwrap();
    let Verdict::Accepted {
        change: Change::Put(release),
    } = &records[0].verdict
    else {
        panic!()
    };
    assert!(release.tracks[0].master.is_none() && release.tracks[1].master.is_some());
}

#[cfg(target_os = "linux")]
#[test]
fn a_name_that_is_no_text_is_passed_over_and_said() {
    use std::os::unix::ffi::OsStrExt;
    let label = Label::new();
    label.deliver("R1", |_| {});
    let name = std::ffi::OsStr::from_bytes(b"B\xF6se");
    fs::create_dir(label.drop().join("nightjar").join(name)).unwrap();
    let report = label.ingest().unwrap();
    assert!(report.remarks.has("drop-name"));
    assert_eq!((report.refused(), report.deliveries.len()), (0, 1));
}
