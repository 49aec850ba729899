//! Is the fold a pure function of the set of records?

use super::*;
use crate::ids::{Isrc, RecordingId, Sha256, TrackId};
use crate::release::{Advisory, Credit, Master, ReleaseKind, Role, Track};
use crate::rights::Rights;
use crate::units::{Frames, Millis, SampleRate};
use jiff::Timestamp;
use proptest::prelude::*;

/// A release with one track whose title tells the versions apart.
fn release(sender: &str, reference: &str, title: &str, master: Option<&str>) -> Release {
    let id = ReleaseId::of(sender, reference);
    let isrc: Isrc = "QZBKL2600001".parse().unwrap();
    let master = master.map(|content| Master {
        sha256: Sha256::of(content),
        bytes: 1,
        format: "flac".to_owned(),
        frames: Frames(1),
        sample_rate: SampleRate::new(44_100).unwrap(),
        channels: 2,
        bits: Some(16),
        soundprint: None,
    });
    let artists = vec![Credit::new("Someone", None, Role::MainArtist)];
    let track = Track {
        id: TrackId::of(&id, 1, 1, &isrc),
        recording: RecordingId::of_isrc(&isrc),
        disc: 1,
        number: 1,
        isrc,
        title: title.to_owned(),
        version: None,
        artists: artists.clone(),
        duration: Millis(1000),
        advisory: Advisory::None,
        genre: None,
        language: None,
        iswc: None,
        licence: None,
        origin: None,
        announcement: Default::default(),
        lyrics: None,
        master,
        rights: Rights::default(),
    };
    Release {
        id,
        sender: sender.to_owned(),
        reference: reference.to_owned(),
        gtin: None,
        grid: None,
        proprietary_id: None,
        announcement: Default::default(),
        title: title.to_owned(),
        version: None,
        kind: ReleaseKind::Single,
        artists,
        label: "Label".to_owned(),
        p_line: None,
        c_line: None,
        original_date: None,
        release_date: None,
        genre: None,
        language: None,
        artwork: None,
        tracks: vec![track],
    }
}

fn record(sender: &str, message: u8, second: i64, change: Change) -> DeliveryRecord {
    DeliveryRecord {
        schema: crate::delivery::SCHEMA,
        sender: sender.to_owned(),
        message_id: message.to_string(),
        batch: None,
        created: Timestamp::from_second(second).unwrap(),
        message: Sha256::of([message]),
        verdict: Verdict::Accepted { change },
    }
}

fn put(release: Release) -> Change {
    Change::Put(Box::new(release))
}

#[test]
fn the_newest_message_wins_and_keeps_the_assets_it_does_not_bring() {
    let first = record(
        "a",
        1,
        10,
        put(release("a", "r", "old title", Some("audio"))),
    );
    let second = record("a", 2, 20, put(release("a", "r", "new title", None)));
    for records in [[&first, &second], [&second, &first]] {
        let catalogue = fold(records);
        let track = &catalogue.releases[0].tracks[0];
        assert_eq!(track.title, "new title");
        assert_eq!(track.master.as_ref().unwrap().sha256, Sha256::of("audio"));
    }
}

#[test]
fn only_its_own_sender_can_purge_a_release() {
    let delivery = record("a", 1, 10, put(release("a", "r", "title", None)));
    let foreign = record(
        "b",
        2,
        20,
        Change::Purge {
            reference: "r".to_owned(),
        },
    );
    let own = record(
        "a",
        3,
        30,
        Change::Purge {
            reference: "r".to_owned(),
        },
    );
    let back = record("a", 4, 40, put(release("a", "r", "title", None)));
    assert_eq!(fold([&delivery, &foreign]).releases.len(), 1);
    assert_eq!(fold([&own, &delivery]).releases.len(), 0);
    assert_eq!(fold([&own, &back, &delivery]).releases.len(), 1);
}

fn held(records: &[&DeliveryRecord]) -> Vec<(String, Reason)> {
    let mut state = Fold::default();
    records.iter().for_each(|record| state.apply(record));
    let held = state.judge().held;
    held.into_iter()
        .map(|held| (held.message_id, held.reason))
        .collect()
}

fn ruling(of: &DeliveryRecord, accept: bool) -> DeliveryRecord {
    DeliveryRecord {
        message_id: format!("{}#ruling", of.message_id),
        verdict: Verdict::Ruled {
            accept,
            who: "Ada".to_owned(),
            why: "asked the label".to_owned(),
        },
        ..of.clone()
    }
}

#[test]
fn two_messages_of_one_instant_wait_and_the_one_before_them_stays() {
    let before = record("a", 1, 10, put(release("a", "r", "before", None)));
    let one = record("a", 2, 20, put(release("a", "r", "one", None)));
    let two = record("a", 3, 20, put(release("a", "r", "two", None)));
    let title =
        |records: &[&DeliveryRecord]| fold(records.iter().copied()).releases[0].title.clone();
    for records in [[&before, &one, &two], [&two, &before, &one]] {
        assert_eq!(title(&records), "before");
        let ids: Vec<String> = held(&records).into_iter().map(|(id, _)| id).collect();
        assert_eq!(ids, ["2", "3"]);
    }
    assert_eq!(title(&[&before, &one, &two, &ruling(&two, true)]), "two");
    assert_eq!(title(&[&before, &one, &two, &ruling(&two, false)]), "one");
    let same = record("a", 4, 20, put(release("a", "r", "one", None)));
    assert_eq!(held(&[&one, &same]), []);
}

#[test]
fn a_gtin_belongs_to_who_delivered_it_first_until_a_person_says_otherwise() {
    let with_gtin = |sender: &str| {
        let mut release = release(sender, "r", sender, None);
        release.gtin = Some("5012345678900".parse().unwrap());
        put(release)
    };
    let first = record("a", 1, 10, with_gtin("a"));
    let other = record("b", 2, 20, with_gtin("b"));
    let later = record("b", 3, 30, with_gtin("b"));
    for records in [[&first, &other], [&other, &first]] {
        assert_eq!(fold(records).releases[0].sender, "a");
        let reason = &held(&records)[0].1;
        assert!(matches!(reason, Reason::GtinOfAnother { owner, .. } if owner == "a"));
    }
    let ruled = ruling(&other, true);
    assert_eq!(fold([&first, &later, &other, &ruled]).releases.len(), 2);
}

#[test]
fn one_isrc_with_two_audios_waits_and_once_let_in_is_two_recordings() {
    let sounding = |sender: &str, audio: &str, frames: u64| {
        let mut release = release(sender, "r", audio, Some(audio));
        release.tracks[0].master.as_mut().unwrap().frames = Frames(frames);
        put(release)
    };
    let first = record("a", 1, 10, sounding("a", "one", 44_100));
    let same = record("b", 2, 20, sounding("b", "one, dithered", 44_110));
    let other = record("c", 3, 30, sounding("c", "another", 441_000));
    let catalogue = fold([&other, &same, &first]);
    assert_eq!(catalogue.releases.len(), 2);
    assert_eq!(catalogue.recordings().len(), 1);
    let reason = &held(&[&other, &same, &first])[0].1;
    assert!(matches!(reason, Reason::OtherAudio { release, .. } if release == "r"));
    let catalogue = fold([&other, &same, &first, &ruling(&other, true)]);
    assert_eq!(
        (catalogue.releases.len(), catalogue.recordings().len()),
        (3, 2)
    );
}

#[test]
fn a_purge_by_grid_finds_the_release_that_is_filed_under_its_gtin() {
    let mut delivered = release("a", "5012345678900", "title", None);
    delivered.grid = Some("A12425GABC1234002M".to_owned());
    let delivery = record("a", 1, 10, put(delivered));
    let purge = |sender| {
        let reference = "A12425GABC1234002M".to_owned();
        record(sender, 2, 20, Change::Purge { reference })
    };
    assert_eq!(fold([&purge("a"), &delivery]).releases.len(), 0);
    assert_eq!(fold([&delivery, &purge("b")]).releases.len(), 1);
}

fn any_record() -> impl Strategy<Value = DeliveryRecord> {
    (0u8..40, 0i64..6, 0u8..2, 0u8..3, 0u8..4).prop_map(
        |(message, second, sender, reference, kind)| {
            let (sender, reference) = (
                ["a", "b"][sender as usize],
                ["r", "s", "t"][reference as usize],
            );
            let audio = format!("audio {message}");
            let change = match kind {
                0 => Change::Purge {
                    reference: reference.to_owned(),
                },
                1 => put(release(
                    sender,
                    reference,
                    &format!("title {message}"),
                    None,
                )),
                _ => put(release(
                    sender,
                    reference,
                    &format!("title {message}"),
                    Some(&audio),
                )),
            };
            record(sender, message, second, change)
        },
    )
}

proptest! {
    #[test]
    fn any_order_of_arrival_with_repeats_gives_one_catalogue(
        records in prop::collection::vec(any_record(), 0..20),
        seed in any::<prop::sample::Index>(),
    ) {
        // The log keeps one record per (sender, message id).
        let mut records = records;
        records.sort_by(|a, b| (&a.sender, &a.message_id).cmp(&(&b.sender, &b.message_id)));
        records.dedup_by(|a, b| (&a.sender, &a.message_id) == (&b.sender, &b.message_id));
        let expected = fold(&records);
        let mut shuffled: Vec<_> = records.iter().chain(&records).collect();
        for index in (1..shuffled.len()).rev() {
            shuffled.swap(index, seed.index(index + 1));
        }
        prop_assert_eq!(fold(shuffled).digest(), expected.digest());
    }

    #[test]
    fn a_snapshot_and_the_tail_are_the_full_fold(
        records in prop::collection::vec(any_record(), 0..20),
        cut in any::<prop::sample::Index>(),
    ) {
        let cut = if records.is_empty() { 0 } else { cut.index(records.len()) };
        let mut state = Fold::default();
        records[..cut].iter().for_each(|record| state.apply(record));
        let bytes = serde_json::to_vec(&state).unwrap();
        let mut restored: Fold = serde_json::from_slice(&bytes).unwrap();
        records[cut..].iter().for_each(|record| restored.apply(record));
        prop_assert_eq!(restored.catalogue(), fold(&records));
    }
}
