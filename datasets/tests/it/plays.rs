//! Plays through a store in memory, read back with the Parquet reader.

use catalog::ids::{Isrc, RecordingId, ReleaseId, TerritorySet, TrackId};
use catalog::progress::Silent;
use catalog::release::{Advisory, Catalogue, Credit, Genre, Release, ReleaseKind, Role, Track};
use catalog::rights::{CommercialModel, Rights, RightsWindow, UseType};
use catalog::store::Store;
use catalog::units::Millis;
use datasets::Config;
use datasets::config::Plays;
use datasets::job::plays::{RECORD, run, wanted};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::RowAccessor;

fn catalogue() -> Catalogue {
    let id = ReleaseId::of("test", "1");
    let window = |model| RightsWindow {
        territories: TerritorySet::worldwide(),
        model,
        use_type: UseType::Stream,
        start: "2026-01-01T00:00:00Z".parse().unwrap(),
        end: None,
        clock: Default::default(),
    };
    let models = vec![CommercialModel::Subscription, CommercialModel::AdSupported];
    let rights = Rights::from(models.into_iter().map(window).collect::<Vec<_>>());
    let track = |at: u16| {
        let isrc: Isrc = format!("ZZT0226{at:05}").parse().unwrap();
        let genre = ["house", "folk"][usize::from(at % 2)].to_owned();
        Track {
            id: TrackId::of(&id, 1, at, &isrc),
            recording: RecordingId::of_isrc(&isrc),
            disc: 1,
            number: at,
            isrc,
            title: format!("Track {at}"),
            version: None,
            artists: vec![Credit::new(
                format!("Artist {}", at % 5),
                None,
                Role::MainArtist,
            )],
            duration: Millis(200_000),
            advisory: Advisory::None,
            genre: Some(Genre {
                code: genre.clone(),
                delivered: genre,
            }),
            language: None,
            iswc: None,
            licence: None,
            origin: None,
            announcement: Default::default(),
            lyrics: None,
            master: None,
            rights: rights.clone(),
        }
    };
    let tracks = (1..=20).map(track).collect();
    let release = Release {
        id,
        sender: "test".into(),
        reference: "1".into(),
        gtin: None,
        grid: None,
        proprietary_id: None,
        announcement: Default::default(),
        title: "All".into(),
        version: None,
        kind: ReleaseKind::Album,
        artists: Vec::new(),
        label: "Test".into(),
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

fn parameters() -> Plays {
    let mut parameters = Config::load(None).unwrap().plays;
    parameters.listeners = 50;
    parameters.days = 14;
    parameters
}

#[test]
fn plays_are_partitioned_by_day_and_read_back_in_order() {
    let store = Store::open("memory:").unwrap();
    let catalogue = catalogue();
    let report = run(&catalogue, &store, &parameters(), false, &Silent).unwrap();
    assert_eq!(report.files.len(), 14);
    let mut rows = 0;
    for key in report.files.keys() {
        let bytes = store.get(key).unwrap().unwrap();
        let reader = SerializedFileReader::new(bytes).unwrap();
        let mut last = i64::MIN;
        for row in reader.get_row_iter(None).unwrap() {
            let row = row.unwrap();
            let started = row.get_timestamp_millis(2).unwrap();
            assert!(started >= last);
            last = started;
            let day = jiff::Timestamp::from_millisecond(started)
                .unwrap()
                .to_string();
            assert!(
                key.contains(&format!("day={}/", &day[..10])),
                "{key} has {day}"
            );
            row.get_string(1).unwrap().parse::<RecordingId>().unwrap();
            assert!(row.get_int(3).unwrap() <= row.get_int(4).unwrap());
            assert!(["complete", "skip", "stop"].contains(&row.get_string(5).unwrap().as_str()));
            rows += 1;
        }
    }
    assert_eq!(rows, report.plays);
}

#[test]
fn a_second_run_finds_the_plays_and_other_parameters_are_refused() {
    let store = Store::open("memory:").unwrap();
    let catalogue = catalogue();
    let first = run(&catalogue, &store, &parameters(), false, &Silent).unwrap();
    let second = run(&catalogue, &store, &parameters(), false, &Silent).unwrap();
    assert!(first.written && !second.written);
    assert_eq!(first.files, second.files);
    let other = Plays {
        seed: 1,
        ..parameters()
    };
    let refused = run(&catalogue, &store, &other, false, &Silent)
        .unwrap_err()
        .to_string();
    assert!(refused.contains("--replace"), "{refused}");
    let third = run(&catalogue, &store, &other, true, &Silent).unwrap();
    assert_ne!(first.files, third.files);
}

#[test]
fn a_run_that_was_killed_before_its_record_is_done_again_with_the_same_bytes() {
    let store = Store::open("memory:").unwrap();
    let catalogue = catalogue();
    let first = run(&catalogue, &store, &parameters(), false, &Silent).unwrap();
    assert!(!wanted(&store).unwrap());
    store.delete(RECORD).unwrap();
    let last = first.files.keys().next_back().unwrap();
    store.delete(last).unwrap();
    assert!(wanted(&store).unwrap());
    let second = run(&catalogue, &store, &parameters(), false, &Silent).unwrap();
    assert!(second.written);
    assert_eq!(first.files, second.files);
}

#[test]
fn plays_of_people_are_never_replaced() {
    let store = Store::open("memory:").unwrap();
    let key = catalog::plays::key("2026-11-01".parse().unwrap(), 0);
    store.put(&key, "theirs").unwrap();
    for replace in [false, true] {
        let refused = run(&catalogue(), &store, &parameters(), replace, &Silent).unwrap_err();
        assert!(refused.to_string().contains("not simulated"), "{refused}");
    }
    assert!(!wanted(&store).unwrap());
    assert_eq!(store.get(&key).unwrap().unwrap(), "theirs");
}

#[test]
fn an_empty_catalogue_is_a_clear_error() {
    let store = Store::open("memory:").unwrap();
    let refused = run(&Catalogue::default(), &store, &parameters(), false, &Silent).unwrap_err();
    assert!(refused.to_string().contains("backline ingest"), "{refused}");
}
