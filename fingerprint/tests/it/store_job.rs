//! Does the job make what is missing, once, report what is broken, and publish duplicates?

use catalog::cluster::MatchKind;
use catalog::ids::{Isrc, RecordingId, ReleaseId, Sha256, TrackId};
use catalog::progress::Silent;
use catalog::release::{Advisory, Catalogue, Master, Release, ReleaseKind, Track};
use catalog::rights::Rights;
use catalog::store::Store;
use catalog::units::{Frames, Millis, SampleRate};
use fingerprint::Config;
use fingerprint::decisions::{Decision, Word};
use fingerprint::edition::{FILE, Fingerprints, write_edition};
use fingerprint::report::Report;
use fingerprint::stored::{object_key, prefix};
use fingerprint::{chromaprint, job};

use crate::synth::{RATE, faster, louder, part, song, wav};

pub(crate) fn isrc(n: u32) -> Isrc {
    format!("QZABC26{n:05}").parse().unwrap()
}

fn track(release: &ReleaseId, n: u32, master: Sha256) -> Track {
    Track {
        id: TrackId::of(release, 1, n as u16, &isrc(n)),
        recording: RecordingId::of_isrc(&isrc(n)),
        disc: 1,
        number: n as u16,
        isrc: isrc(n),
        title: format!("Song {n}"),
        version: None,
        artists: Vec::new(),
        duration: Millis(60_000),
        advisory: Advisory::None,
        genre: None,
        language: None,
        iswc: None,
        licence: None,
        origin: None,
        announcement: Default::default(),
        lyrics: None,
        master: Some(Master {
            sha256: master,
            bytes: 1,
            format: "wav".to_owned(),
            frames: Frames(1),
            sample_rate: SampleRate::new(RATE).unwrap(),
            channels: 1,
            bits: Some(16),
            soundprint: None,
        }),
        rights: Rights::default(),
    }
}

pub(crate) fn catalogue(masters: &[(u32, Sha256)]) -> Catalogue {
    let id = ReleaseId::of("label", "1");
    let tracks = masters
        .iter()
        .map(|&(n, master)| track(&id, n, master))
        .collect();
    let release = Release {
        id,
        sender: "label".to_owned(),
        reference: "1".to_owned(),
        gtin: None,
        grid: None,
        proprietary_id: None,
        announcement: Default::default(),
        title: "Album".to_owned(),
        version: None,
        kind: ReleaseKind::Album,
        artists: Vec::new(),
        label: "Label".to_owned(),
        p_line: None,
        c_line: None,
        original_date: None,
        release_date: None,
        genre: None,
        language: None,
        artwork: None,
        tracks,
    };
    Catalogue {
        releases: vec![release],
    }
}

/// Puts a song into the store as a master.
pub(crate) fn master(store: &Store, samples: &[f32]) -> Sha256 {
    let dir = tempfile::tempdir().unwrap();
    let file = wav(&dir.path().join("master.wav"), samples, RATE);
    store.put_blob_file(&file).unwrap()
}

pub(crate) fn run(store: &Store, catalogue: &Catalogue, threads: usize) -> Report {
    job::run(
        store,
        catalogue,
        &Config::built_in(),
        None,
        threads,
        &Silent,
    )
    .unwrap()
}

/// Songs 1 to 4; 5 is a quieter 1, 6 a part of 2, 7 the same audio as 3, 8 silence, 9 broken.
fn drop_of_nine(store: &Store) -> Catalogue {
    let songs: Vec<Vec<f32>> = (1..=4).map(|n| song(70 + n, 60.0)).collect();
    let mut masters: Vec<Sha256> = songs.iter().map(|song| master(store, song)).collect();
    masters.push(master(store, &louder(&songs[0], 0.4)));
    masters.push(master(store, &part(&songs[1], 12.0, 44.0)));
    masters.push(masters[2]);
    masters.push(master(store, &vec![0.0; 30 * RATE as usize]));
    masters.push(
        store
            .put_blob(b"RIFF....this is no audio".to_vec())
            .unwrap(),
    );
    let numbered: Vec<(u32, Sha256)> = (1..).zip(masters).collect();
    catalogue(&numbered)
}

/// Members of each cluster by track number, with the kind of the first evidence.
fn groups(report: &Report) -> Vec<(Vec<u32>, MatchKind)> {
    let number = |id: &RecordingId| {
        (1..20)
            .find(|&n| RecordingId::of_isrc(&isrc(n)) == *id)
            .unwrap()
    };
    let mut groups: Vec<(Vec<u32>, MatchKind)> = report
        .clusters
        .iter()
        .map(|cluster| {
            let mut members: Vec<u32> = cluster.members.iter().map(number).collect();
            members.sort_unstable();
            (members, cluster.evidence[0].kind)
        })
        .collect();
    groups.sort_by(|a, b| a.0.cmp(&b.0));
    groups
}

#[test]
fn a_drop_with_duplicates_silence_and_a_broken_master_is_reported_and_done_once() {
    for url in [
        "memory:".to_owned(),
        tempfile::tempdir().unwrap().keep().display().to_string(),
    ] {
        let store = Store::open(&url).unwrap();
        let catalogue = drop_of_nine(&store);
        let first = run(&store, &catalogue, 2);
        let expected = [
            (vec![1, 5], MatchKind::OtherEncode),
            (vec![2, 6], MatchKind::Contained),
            (vec![3, 7], MatchKind::IdenticalAudio),
        ];
        assert_eq!(groups(&first), expected, "{first}");
        assert_eq!((first.made, first.present, first.refused()), (7, 0, 1));
        assert_eq!(first.silent, [RecordingId::of_isrc(&isrc(8))]);
        assert!(
            first.failed[0].reason.contains("fix: "),
            "{}",
            first.failed[0].reason
        );
        let text = first.to_string();
        println!("{text}");
        for said in [
            "Song 6",
            "contained",
            "12.",
            "other encode",
            "silence",
            "QZABC2600007",
        ] {
            assert!(text.contains(said), "{said} is missing in\n{text}");
        }

        let objects = store.list("fingerprints").unwrap();
        let second = run(&store, &catalogue, 1);
        assert_eq!((second.made, second.present, second.reused), (0, 7, true));
        assert_eq!(groups(&second), expected);
        assert_eq!(store.list("fingerprints").unwrap(), objects);
        let published = job::published(&store, &catalogue, &Config::built_in())
            .unwrap()
            .unwrap();
        assert_eq!(
            (Some(published.run), &published.clusters),
            (second.run, &second.clusters)
        );
        if url != "memory:" {
            std::fs::remove_dir_all(url).unwrap();
        }
    }
}

#[test]
fn other_settings_make_another_run_but_no_other_fingerprint() {
    let store = Store::open("memory:").unwrap();
    let catalogue = drop_of_nine(&store);
    let first = run(&store, &catalogue, 2);
    let user: toml::Table = "match = { contained_slack = 0.0, same_slack_s = 0.0 }"
        .parse()
        .unwrap();
    let config = Config::load(Some(&user)).unwrap();
    assert_eq!(job::published(&store, &catalogue, &config).unwrap(), None);
    let second = job::run(&store, &catalogue, &config, None, 2, &Silent).unwrap();
    assert_ne!(first.run, second.run);
    assert_eq!((second.made, second.present), (0, 7));
}

#[test]
fn a_damaged_fingerprint_is_made_anew() {
    let store = Store::open("memory:").unwrap();
    let sha = master(&store, &song(81, 30.0));
    let catalogue = catalogue(&[(1, sha)]);
    run(&store, &catalogue, 1);
    let sound = store.get(&object_key(&sha)).unwrap().unwrap();
    store
        .put(&object_key(&sha), sound[..sound.len() / 2].to_vec())
        .unwrap();
    for (key, _) in store.list("duplicates").unwrap() {
        store.delete(&key).unwrap();
    }
    run(&store, &catalogue, 1);
    assert_eq!(store.get(&object_key(&sha)).unwrap().unwrap(), sound);
}

#[test]
fn one_isrc_with_two_different_masters_is_a_conflict_and_no_duplicate() {
    let store = Store::open("memory:").unwrap();
    let (one, other) = (song(91, 40.0), song(92, 40.0));
    let louder = master(&store, &louder(&one, 0.5));
    let (one, other) = (master(&store, &one), master(&store, &other));
    let found = run(
        &store,
        &catalogue(&[(1, one), (1, one), (1, other), (1, louder)]),
        1,
    );
    assert_eq!(found.conflicts.len(), 1, "{found}");
    assert_eq!(
        (found.conflicts[0].principal, found.conflicts[0].other),
        (one, other)
    );
    assert_eq!(found.clusters, []);
    assert!(found.to_string().contains("one ISRC, two recordings"));
}

#[test]
fn shards_together_make_every_fingerprint() {
    let store = Store::open("memory:").unwrap();
    let catalogue = drop_of_nine(&store);
    let mut made = 0;
    for shard in ["1/3", "2/3", "3/3"] {
        let shard = Some(shard.parse().unwrap());
        let report = job::run(&store, &catalogue, &Config::built_in(), shard, 2, &Silent).unwrap();
        assert_eq!(report.run, None);
        made += report.made;
    }
    assert_eq!((made, store.list(&prefix()).unwrap().len()), (7, 7));
    assert_eq!(run(&store, &catalogue, 2).made, 0);
}

#[test]
fn the_edition_identifies_a_clip_from_a_file_and_is_the_same_twice() {
    let store = Store::open("memory:").unwrap();
    let catalogue = drop_of_nine(&store);
    let config = Config::built_in();
    run(&store, &catalogue, 2);
    let dir = tempfile::tempdir().unwrap();
    let written = write_edition(dir.path(), &store, &catalogue, &config, &Silent).unwrap();
    assert_eq!((written.rows, written.recordings), (6, 7));
    let bytes = std::fs::read(dir.path().join(FILE)).unwrap();
    write_edition(dir.path(), &store, &catalogue, &config, &Silent).unwrap();
    assert!(
        std::fs::read(dir.path().join(FILE)).unwrap() == bytes,
        "the same store, other bytes"
    );

    let edition = Fingerprints::open(&dir.path().join(FILE)).unwrap();
    let clip = wav(
        &dir.path().join("clip.wav"),
        &part(&song(74, 60.0), 20.0, 40.0),
        RATE,
    );
    let clip = chromaprint::of_file(&clip, None).unwrap();
    let found = edition.identify(&clip.items, &config.candidates, &config.matching);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].recordings, [RecordingId::of_isrc(&isrc(4))]);
    assert!((found[0].begins - 20.0).abs() < 0.2, "{found:?}");
}

#[test]
fn an_empty_catalogue_is_a_run_without_duplicates() {
    let store = Store::open("memory:").unwrap();
    let found = run(&store, &Catalogue::default(), 1);
    assert_eq!(
        (found.made, found.refused(), found.clusters.len()),
        (0, 0, 0)
    );
    assert!(
        found
            .to_string()
            .contains("no duplicates among 0 recordings")
    );
}

fn decide(store: &Store, a: u32, b: u32, word: Word) {
    let (a, b) = (
        RecordingId::of_isrc(&isrc(a)),
        RecordingId::of_isrc(&isrc(b)),
    );
    let decision = Decision {
        a: a.min(b),
        b: a.max(b),
        word,
        who: "Ada".to_owned(),
        why: "heard both".to_owned(),
    };
    job::decide(store, &decision).unwrap();
}

#[test]
fn what_a_person_decided_holds_in_every_later_run_until_they_say_otherwise() {
    let store = Store::open("memory:").unwrap();
    let catalogue = drop_of_nine(&store);
    run(&store, &catalogue, 2);
    decide(&store, 1, 5, Word::Different);
    decide(&store, 7, 3, Word::Different);
    decide(&store, 2, 4, Word::Same);
    let decided = run(&store, &catalogue, 2);
    let members: Vec<Vec<u32>> = groups(&decided).into_iter().map(|(m, _)| m).collect();
    assert_eq!(members, [vec![2, 4, 6]], "{decided}");
    assert!(!decided.reused);
    let evidence = &decided.clusters[0].evidence;
    assert!(evidence.iter().any(|says| says.kind == MatchKind::Decided));
    assert_eq!(decided.related.len(), 2, "1 = 5 and 3 = 7 are still shown");

    let user: toml::Table = "match = { same_slack_s = 6.0 }".parse().unwrap();
    let config = Config::load(Some(&user)).unwrap();
    let other = job::run(&store, &catalogue, &config, None, 2, &Silent).unwrap();
    assert_eq!(groups(&other), groups(&decided), "another setting");

    for (a, b) in [(1, 5), (3, 7), (2, 4)] {
        decide(&store, a, b, Word::Undecided);
    }
    let members: Vec<Vec<u32>> = groups(&run(&store, &catalogue, 2))
        .into_iter()
        .map(|(m, _)| m)
        .collect();
    assert_eq!(members, [vec![1, 5], vec![2, 6], vec![3, 7]]);
    assert_eq!(
        store.list("decisions/").unwrap().len(),
        6,
        "all words are kept"
    );
}

#[test]
fn a_new_delivery_alone_is_compared_with_everything() {
    let store = Store::open("memory:").unwrap();
    let old = drop_of_nine(&store);
    let first = run(&store, &old, 2);
    assert_eq!(first.work.compared, first.work.rows);
    let mut tracks: Vec<(u32, Sha256)> = old
        .tracks()
        .map(|(_, track)| {
            (
                u32::from(track.number),
                track.master.as_ref().unwrap().sha256,
            )
        })
        .collect();
    tracks.push((10, master(&store, &louder(&song(74, 60.0), 0.5))));
    let grown = catalogue(&tracks);
    let second = run(&store, &grown, 2);
    assert_eq!((second.made, second.work.compared), (1, 1));
    assert_eq!(second.work.rows, first.work.rows + 1);
    for (key, _) in store.list("duplicates").unwrap() {
        store.delete(&key).unwrap();
    }
    let anew = run(&store, &grown, 2);
    assert_eq!(anew.work.compared, anew.work.rows);
    assert_eq!(anew.clusters, second.clusters);
    assert!(groups(&anew).iter().any(|(members, _)| members == &[4, 10]));
}

#[test]
fn a_faster_copy_is_named_so_with_its_stretch_and_drawn() {
    let store = Store::open("memory:").unwrap();
    let one = song(75, 60.0);
    let masters = [&one, &faster(&one, 1.03), &song(76, 60.0)].map(|song| master(&store, song));
    let numbered: Vec<(u32, Sha256)> = (1..).zip(masters).collect();
    let found = run(&store, &catalogue(&numbered), 2);
    assert_eq!(
        groups(&found),
        [(vec![1, 2], MatchKind::SpeedChanged)],
        "{found}"
    );
    let says = found.clusters[0].evidence[0];
    let slower = if says.a == RecordingId::of_isrc(&isrc(1)) {
        1.0 / says.stretch
    } else {
        says.stretch
    };
    assert!((slower - 1.03).abs() < 0.002, "{says:?}");
    assert!((says.semitones.abs() - 0.51).abs() < 0.1, "{says:?}");
    let dir = tempfile::tempdir().unwrap();
    job::write_page(dir.path(), &found).unwrap();
    let page = std::fs::read_to_string(dir.path().join("report.html")).unwrap();
    assert!(
        page.contains("speed changed") && page.contains("<rect "),
        "{page}"
    );
}

/// As of a short song in a large catalogue, whose few keys others' hide.
#[test]
fn a_faster_copy_that_no_keys_lead_to_is_found_by_its_harmony() {
    let store = Store::open("memory:").unwrap();
    let one = song(75, 60.0);
    let masters = [&one, &faster(&one, 1.03), &song(76, 60.0)].map(|song| master(&store, song));
    let numbered: Vec<(u32, Sha256)> = (1..).zip(masters).collect();
    let catalogue = catalogue(&numbered);
    let mut config = Config::built_in();
    config.bent.votes.max_bytes = 0;
    config.covers.candidates = 0;
    let without = job::run(&store, &catalogue, &config, None, 2, &Silent).unwrap();
    assert_eq!(groups(&without), []);
    config.covers.candidates = 8;
    let found = job::run(&store, &catalogue, &config, None, 2, &Silent).unwrap();
    let expected = [(vec![1, 2], MatchKind::SpeedChanged)];
    assert_eq!(groups(&found), expected, "{found}");
    assert!(found.work.alignments > without.work.alignments, "{found}");
}

#[test]
fn the_edition_hears_a_clip_at_another_speed_and_refuses_a_stranger() {
    let store = Store::open("memory:").unwrap();
    let catalogue = drop_of_nine(&store);
    let config = Config::built_in();
    run(&store, &catalogue, 2);
    let dir = tempfile::tempdir().unwrap();
    write_edition(dir.path(), &store, &catalogue, &config, &Silent).unwrap();
    let edition = Fingerprints::open(&dir.path().join(FILE)).unwrap();
    let heard = |samples: &[f32]| {
        let clip = wav(&dir.path().join("clip.wav"), samples, RATE);
        let clip = chromaprint::of_clip(&clip, None).unwrap();
        edition.hear(clip.print().peaks(), &config.identify)
    };
    let clip = faster(&part(&song(74, 60.0), 20.0, 35.0), 1.02);
    let found = heard(&clip);
    let right = [RecordingId::of_isrc(&isrc(4))];
    assert_eq!(edition.recordings(found[0].row), right);
    assert!((found[0].line.stretch - 1.02).abs() < 0.012, "{found:?}");
    let begins = found[0].line.offset * fingerprint::peaks::FRAME_SECONDS;
    assert!((begins - 20.0).abs() < 0.5, "{begins}");
    for stranger in 80..86 {
        assert_eq!(heard(&part(&song(stranger, 60.0), 20.0, 35.0)), []);
    }
    assert_eq!(heard(&vec![0.0; 10 * RATE as usize]), []);
}
