//! Is the fold a pure function of the set of records?

use super::*;
use crate::ids::{Isrc, RecordingId, Sha256, TrackId};
use crate::release::{Advisory, Credit, ReleaseKind, Role, Track};
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
        master,
        rights: Rights::default(),
    };
    Release {
        id,
        sender: sender.to_owned(),
        reference: reference.to_owned(),
        gtin: None,
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
