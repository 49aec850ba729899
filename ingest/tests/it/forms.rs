//! Is a delivery the same in every form: folder, archive, spreadsheet? And what do people get back?

use crate::label::{Label, codes};
use ingest::report::Outcome;
use ingest::{Config, job};
use serde_json::json;
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

/// The folder's files with their paths below it.
fn contents(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for name in [
        "release.json",
        "resources/01.flac",
        "resources/02.flac",
        "resources/cover.png",
    ] {
        found.push((name.to_owned(), fs::read(folder.join(name)).unwrap()));
    }
    found
}

fn zip(path: &Path, entries: &[(String, Vec<u8>)]) {
    let mut archive = zip::ZipWriter::new(File::create(path).unwrap());
    for (name, bytes) in entries {
        archive
            .start_file(name.as_str(), zip::write::SimpleFileOptions::default())
            .unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap();
}

fn tar(path: &Path, entries: &[(String, Vec<u8>)]) {
    let mut archive = tar::Builder::new(File::create(path).unwrap());
    for (name, bytes) in entries {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        // Names that the builder itself would refuse are what these tests are about.
        header.as_gnu_mut().unwrap().name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_mode(0o644);
        header.set_cksum();
        archive.append(&header, bytes.as_slice()).unwrap();
    }
    archive.finish().unwrap();
}

#[test]
fn a_zip_and_a_tar_are_taken_like_the_folder_in_them() {
    for kind in ["zip", "tar"] {
        let label = Label::new();
        let folder = label.deliver("R1", |_| {});
        let entries = contents(&folder);
        fs::remove_dir_all(&folder).unwrap();
        let path = label.drop().join(format!("nightjar/R1.{kind}"));
        match kind {
            "zip" => zip(&path, &entries),
            _ => tar(&path, &entries),
        }
        let report = label.ingest().unwrap();
        assert_eq!(codes(&report), ["artwork-advised"], "{kind}");
        assert_eq!(report.deliveries[0].message, "nightjar/R1/release.json");
        assert!(report.remarks.0.is_empty());
    }
}

#[test]
fn an_archive_that_climbs_out_bursts_or_doubles_is_refused_as_a_whole() {
    let refused = |name: &str, entries: &[(String, Vec<u8>)]| {
        let label = Label::new();
        let path = label.drop().join(name);
        match name.ends_with("zip") {
            true => zip(&path, entries),
            false => tar(&path, entries),
        }
        let report = label.ingest().unwrap();
        assert!(report.deliveries.is_empty());
        assert_eq!(report.remarks.0.len(), 1);
        assert_eq!(report.remarks.0[0].code, "drop-archive");
        report.remarks.0[0].found.clone()
    };
    let file = |name: &str, bytes: usize| (name.to_owned(), vec![0_u8; bytes]);
    assert!(refused("a.zip", &[file("../../escaped.txt", 3)]).contains(".."));
    assert!(refused("a.tar", &[file("../escaped.txt", 3)]).contains(".."));
    assert!(refused("a.tar", &[file("/etc/escaped", 3)]).contains("absolute"));
    assert!(refused("a.zip", &[file("zeros", 64 << 20)]).contains("unpacks to more"));
    assert!(refused("a.tar", &[file("x", 3), file("x", 3)]).contains("twice"));
    let many: Vec<_> = (0..10_001).map(|n| file(&format!("f{n}"), 0)).collect();
    assert!(refused("a.tar", &many).contains("too many"));
}

/// The finding of a drop with only this archive.
fn refusal(name: &str, write: impl FnOnce(&Path)) -> String {
    let label = Label::new();
    write(&label.drop().join(name));
    let report = label.ingest().unwrap();
    assert!(report.deliveries.is_empty() && report.refused() == 1);
    let [remark] = &report.remarks.0[..] else {
        panic!("{:?}", report.remarks)
    };
    assert_eq!(
        (remark.code.as_str(), remark.place.file.as_str()),
        ("drop-archive", name)
    );
    remark.found.clone()
}

#[test]
fn a_link_inside_an_archive_refuses_it() {
    let tar = refusal("a.tar", |path| {
        let mut archive = tar::Builder::new(File::create(path).unwrap());
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(tar::EntryType::Symlink);
        header.set_size(0);
        archive
            .append_link(&mut header, "R1/01.flac", "/etc/passwd")
            .unwrap();
        archive.finish().unwrap();
    });
    assert!(tar.contains("`R1/01.flac` is no regular file"), "{tar}");
    let zip = refusal("a.zip", |path| {
        let mut archive = zip::ZipWriter::new(File::create(path).unwrap());
        let options = zip::write::SimpleFileOptions::default();
        archive
            .add_symlink("R1/01.flac", "/etc/passwd", options)
            .unwrap();
        archive.finish().unwrap();
    });
    assert!(zip.contains("`R1/01.flac` is a symbolic link"), "{zip}");
}

/// Found by the fuzzer: it ended the whole job.
#[test]
fn what_no_unpacker_and_no_disk_takes_is_the_archives_fault_not_ours() {
    let method = refusal("a.zip", |path| {
        zip(path, &[("R1.xml".to_owned(), vec![b'x'; 99])]);
        let mut bytes = fs::read(path).unwrap();
        // The method, in the local header and in the directory.
        let directory = bytes
            .windows(4)
            .position(|four| four == b"PK\x01\x02")
            .unwrap();
        bytes[9] = 0x20;
        bytes[directory + 11] = 0x20;
        fs::write(path, bytes).unwrap();
    });
    assert!(method.contains("ompression"), "{method}");
    let file = |name: &str| (name.to_owned(), vec![0_u8; 3]);
    let below = refusal("a.zip", |path| zip(path, &[file("R1"), file("R1/R1.xml")]));
    assert!(!below.is_empty());
    let long = refusal("a.zip", |path| zip(path, &[file(&"x".repeat(300))]));
    assert!(long.contains("long"), "{long}");
    let nul = refusal("a.zip", |path| zip(path, &[file("R\u{0}.xml")]));
    assert!(!nul.is_empty());
}

#[test]
fn a_spreadsheet_is_a_delivery_and_its_faults_have_cells() {
    let label = Label::new();
    let folder = label.deliver("R1", |_| {});
    fs::remove_file(folder.join("release.json")).unwrap();
    let sheet = "sender,message_id,created,gtin,release_title,release_type,release_artists,label,p_line,release_date,genre,artwork_file,territories,deal_start,isrc,title,main_artists,duration,audio_file\n\
        nightjar,1,2026-10-01T00:00:00Z,5012345678900,Dew Point,Album,Mara Lindt,Nightjar Records,2026 Nightjar,2026-10-01,Ambient,resources/cover.png,DE|AT,2026-10-01,QZNJX2600001,First Light,Mara Lindt,0:02,resources/01.flac\n\
        ,,,,,,,,,,,,,,QZNJX26O0002,Low Cloud,Mara Lindt,0:02,resources/02.flac\n";
    fs::write(folder.join("release.csv"), sheet).unwrap();
    let report = label.ingest().unwrap();
    assert_eq!(codes(&report), ["isrc-form", "artwork-advised"]);
    let place = &report.deliveries[0].findings.0[0].place;
    assert_eq!(
        (place.path.as_deref(), place.line),
        (Some("row 3, isrc"), Some(3))
    );
    let mended = sheet
        .replace("26O0002", "2600002")
        .replace("nightjar,1,", "nightjar,2,");
    fs::write(folder.join("release.csv"), mended).unwrap();
    let report = label.ingest().unwrap();
    assert_eq!(report.deliveries[0].outcome, Outcome::Accepted);
    assert_eq!(report.deliveries[0].tracks.len(), 2);
}

#[test]
fn each_release_gets_its_acknowledgement() {
    let label = Label::new();
    label.deliver("R1", |_| {});
    label.deliver("R2", |message| {
        message["tracks"][0]["isrc"] = json!("QZNJX2600O01")
    });
    let config = Config::load(None).unwrap();
    let report = label.ingest().unwrap();
    let replies = label.path("replies");
    job::reply(&config, &label.drop(), &report, &replies).unwrap();
    let read = |name: &str| fs::read_to_string(replies.join(name)).unwrap();
    let good = read("ACK_nightjar_R1.xml");
    assert!(
        good.contains("<ReleaseStatus>SuccessfullyIngestedByReleaseDistributor</ReleaseStatus>")
    );
    assert!(
        good.contains("<ICPN>5012345678900</ICPN>")
            && good.contains("<MessageStatus>FileOK</MessageStatus>")
    );
    let bad = read("ACK_nightjar_R2.xml");
    assert!(bad.contains("ProcessingErrorAtReleaseDistributor") && bad.contains("isrc-form: "));
    for text in [good, bad] {
        assert_eq!(text.matches("<ManualCheckRequired>false").count(), 1);
    }
    assert!(job::reply(&config, &label.drop(), &report, &label.drop().join("x")).is_err());
}

#[test]
fn a_person_decides_what_no_rule_can_and_the_decision_stays() {
    let label = Label::new();
    label.deliver("R1", |_| {});
    label.deliver("R2", |message| {
        message["sender"] = json!("another");
        message["created"] = json!("2026-10-02T00:00:00Z");
    });
    let report = label.ingest().unwrap();
    assert_eq!(report.deliveries[1].outcome, Outcome::Quarantined);
    assert!(report.deliveries[1].findings.has("quarantine-gtin") && report.refused() == 1);
    let store = label.store();
    let decision = job::resolve::Decision {
        sender: "another".to_owned(),
        message_id: "R2".to_owned(),
        accept: true,
        who: "Ada".to_owned(),
        why: "the label was sold".to_owned(),
    };
    assert_eq!(job::resolve::resolve(&store, None).unwrap().held.len(), 1);
    assert!(
        job::resolve::resolve(&store, Some(&decision))
            .unwrap()
            .held
            .is_empty()
    );
    assert!(job::resolve::resolve(&store, Some(&decision)).is_err());
    assert_eq!(
        catalog::snapshot::catalogue(&store).unwrap().releases.len(),
        2
    );
    assert_eq!(label.ingest().unwrap().refused(), 0);
}

#[test]
fn findings_about_sound_and_cover_carry_a_picture_in_the_page_only() {
    let label = Label::new();
    let folder = label.deliver("R1", |_| {});
    let same = crate::flac::stereo_of(2.0, |_, left, _| [left, left]);
    fs::write(folder.join("resources/01.flac"), same).unwrap();
    let report = label.ingest().unwrap();
    let found = &report.deliveries[0].findings;
    assert!(found.has("audio-mono"), "{found:?}");
    let page = ingest::report::html::page(&report);
    assert!(page.contains("data:image/svg+xml;base64,"));
    assert_eq!(
        page.matches("class=\"look\"").count(),
        2,
        "the waveform and the cover"
    );
}
