//! Files and rows that are not what they should be.

use recsys::Report;
use recsys::plays::Refusal;
use recsys::published::key;

use crate::world::{Event, World, heard, parquet_bytes, recording};

const DAMAGED: &str = "plays/day=2026-10-30/part-9.parquet";

fn populated() -> (World, tempfile::TempDir) {
    (
        World::new(2, 30).populate(80, 30, 11),
        tempfile::tempdir().unwrap(),
    )
}

fn refusal(bytes: Vec<u8>) -> String {
    let (world, folder) = populated();
    let store = world.store(folder.path());
    store.put(DAMAGED, bytes).unwrap();
    let error = world.run(&store, 1).unwrap_err().to_string();
    assert!(store.list("models/").unwrap().is_empty());
    error
}

#[test]
fn a_file_that_is_no_parquet_is_named_with_the_remedy() {
    for bytes in [
        b"this is no parquet at all".to_vec(),
        Vec::new(),
        b"PAR1PAR1".to_vec(),
    ] {
        let error = refusal(bytes);
        assert!(
            error.starts_with(DAMAGED) && error.contains("\nfix: "),
            "{error}"
        );
    }
}

#[test]
fn a_truncated_file_is_named() {
    let events: Vec<Event> = (0..500).map(|n| heard(n, n as usize % 60, 2.0)).collect();
    let bytes = parquet_bytes(&events.iter().collect::<Vec<_>>());
    let error = refusal(bytes[..bytes.len() * 2 / 3].to_vec());
    assert!(error.starts_with(DAMAGED), "{error}");
}

#[test]
fn damage_anywhere_in_a_file_never_brings_the_job_down() {
    let (world, folder) = populated();
    let store = world.store(folder.path());
    let events: Vec<Event> = (0..300).map(|n| heard(n, n as usize % 60, 2.0)).collect();
    let whole = parquet_bytes(&events.iter().collect::<Vec<_>>());
    let items = recsys::items::Items::new(&world.catalogue, None);
    let config = crate::world::config();
    let reader = recsys::events::Reader::new(&items, &config.events);
    for at in (4..whole.len()).step_by(whole.len() / 60) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x55;
        store.put(DAMAGED, bytes).unwrap();
        let path = store.local_path(DAMAGED).unwrap();
        let mut events = recsys::events::Events::default();
        if let Err(error) = reader.read(DAMAGED, &path, &mut events) {
            assert!(error.to_string().starts_with(DAMAGED), "{error}");
        }
    }
}

#[test]
fn a_missing_column_is_named() {
    use parquet::data_type::Int64Type;
    use parquet::file::writer::SerializedFileWriter;
    let schema =
        parquet::schema::parser::parse_message_type("message m { required int64 listener; }")
            .unwrap();
    let mut writer =
        SerializedFileWriter::new(Vec::new(), schema.into(), Default::default()).unwrap();
    let mut group = writer.next_row_group().unwrap();
    let mut column = group.next_column().unwrap().unwrap();
    column
        .typed::<Int64Type>()
        .write_batch(&[1, 2], None, None)
        .unwrap();
    column.close().unwrap();
    group.close().unwrap();
    let error = refusal(writer.into_inner().unwrap());
    assert!(error.contains("has no column `recording`"), "{error}");
}

/// A player's events as lines of JSON.
fn line(event: &str, second: i64, position_ms: i64) -> String {
    let started_at = crate::world::NOW - 3 * crate::world::DAY + second * 1000;
    format!(
        r#"{{"listener":7,"recording":"{}","started_at":{started_at},"event":"{event}","position_ms":{position_ms},"duration_ms":200000,"country":"DE","tier":"free","session":99}}"#,
        recording(3)
    )
}

#[test]
fn lines_of_a_player_become_one_play_and_bad_lines_are_set_aside_one_by_one() {
    let (world, folder) = populated();
    let store = world.store(folder.path());
    let lines = [
        line("start", 0, 0),
        line("progress", 40, 40_000),
        line("complete", 200, 200_000),
        "{not json".to_owned(),
        String::new(),
        line("dance", 300, 1),
        r#"{"listener":"seven"}"#.to_owned(),
        r#"{"listener":7,"started_at":"2026-10-30T10:00:00Z","event":"search","country":"DE","tier":"free","session":5}"#.to_owned(),
        line("playlist_add", 900, 0),
    ];
    let mut text = lines.join("\n").into_bytes();
    text.extend([b'\n', 0xff, 0xfe, b'\n']);
    let key = "plays/day=2026-10-29/collector.ndjson";
    store.put(key, text).unwrap();
    let items = recsys::items::Items::new(&world.catalogue, None);
    let config = crate::world::config();
    let mut events = recsys::events::Events::default();
    let reader = recsys::events::Reader::new(&items, &config.events);
    reader
        .read(key, &store.local_path(key).unwrap(), &mut events)
        .unwrap();
    let events = events.finish();
    assert_eq!(
        (events.rows, events.plays.len(), events.searches),
        (9, 4, 1)
    );
    let reasons: Vec<(u64, Refusal)> = events.refused.iter().map(|r| (r.row, r.reason)).collect();
    let expected = [
        (3, Refusal::Json),
        (5, Refusal::Event),
        (6, Refusal::Listener),
        (9, Refusal::Json),
    ];
    assert_eq!(reasons, expected);
    let sums = recsys::plays::interactions(&events.plays, items.len(), crate::world::NOW, &config);
    let t = sums.tally;
    assert_eq!((t.counted, t.repeated, t.added), (1, 2, 1));
}

#[test]
fn bad_rows_are_set_aside_with_their_reasons_and_none_is_lost() {
    let (mut world, folder) = populated();
    let sound = world.events.len();
    world.events.extend([
        Event {
            listener: -4,
            ..heard(1, 1, 2.0)
        },
        Event {
            recording: "not an id".into(),
            ..heard(1, 1, 2.0)
        },
        Event {
            recording: recording(99_999).to_string(),
            ..heard(1, 1, 2.0)
        },
        Event {
            duration_ms: 0,
            ..heard(1, 1, 2.0)
        },
        Event {
            played_ms: -1,
            ..heard(1, 1, 2.0)
        },
        Event {
            ended: "vanished",
            ..heard(1, 1, 2.0)
        },
        Event {
            country: "Deutschland",
            ..heard(1, 1, 2.0)
        },
        Event {
            tier: "gold",
            ..heard(1, 1, 2.0)
        },
    ]);
    let store = world.store(folder.path());
    let report = world.run(&store, 1).unwrap();
    let counts = &report.model.counts;
    assert_eq!(counts.events, sound as u64 + 8);
    assert_eq!(counts.refused.values().sum::<u64>(), 8);
    assert_eq!(counts.refused[&Refusal::UnknownRecording], 1);
    let t = &counts.tally;
    assert_eq!(
        t.counted + t.skipped + t.met + t.repeated + t.future,
        sound as u64
    );
    let aside = store
        .get(&key(&report.model.run, "refused.ndjson"))
        .unwrap()
        .unwrap();
    let aside = String::from_utf8(aside.to_vec()).unwrap();
    assert_eq!(aside.lines().count(), 8);
    assert!(
        aside.contains(r#""reason":"country""#)
            && aside.contains("plays/day=2026-10-30/part-0.parquet")
    );
    let report = Report::Run(Box::new(report));
    assert_eq!(
        report.refused(),
        7,
        "a recording that left the catalogue is no fault"
    );
    assert!(
        report
            .to_string()
            .contains("rows set aside: unknown-recording"),
        "{report}"
    );
}

#[test]
fn what_is_no_number_sets_its_row_aside_where_numbers_are_floats() {
    use polars::prelude::*;
    let (world, folder) = populated();
    let store = world.store(folder.path());
    let started = (crate::world::NOW - crate::world::DAY) as f64;
    let text = |value: &str| Column::new("".into(), vec![value; 4]);
    let mut started_at = Column::new("started_at".into(), vec![started as i64; 4]);
    started_at = started_at
        .cast(&DataType::Datetime(TimeUnit::Milliseconds, None))
        .unwrap();
    let columns = vec![
        Column::new("listener".into(), [f64::NAN, 7.0, 7.0, 7.0]),
        text(&recording(3).to_string()).with_name("recording".into()),
        started_at,
        Column::new("played_ms".into(), [9e4, f64::NAN, 9e4, 9e4]),
        Column::new("duration_ms".into(), [2e5, 2e5, f64::INFINITY, 2e5]),
        text("stop").with_name("ended".into()),
        text("DE").with_name("country".into()),
        text("free").with_name("tier".into()),
        Column::new("session".into(), [1.0, 1.0, 1.0, 1.0]),
    ];
    let mut bytes = Vec::new();
    let mut table = DataFrame::new(4, columns).unwrap();
    ParquetWriter::new(&mut bytes).finish(&mut table).unwrap();
    store.put(DAMAGED, bytes).unwrap();
    let items = recsys::items::Items::new(&world.catalogue, None);
    let config = crate::world::config();
    let reader = recsys::events::Reader::new(&items, &config.events);
    let mut events = recsys::events::Events::default();
    let path = store.local_path(DAMAGED).unwrap();
    reader.read(DAMAGED, &path, &mut events).unwrap();
    let events = events.finish();
    let reasons: Vec<(u64, Refusal)> = events.refused.iter().map(|r| (r.row, r.reason)).collect();
    let expected = [
        (0, Refusal::Listener),
        (1, Refusal::PlayedMs),
        (2, Refusal::DurationMs),
    ];
    assert_eq!(reasons, expected);
    assert_eq!((events.rows, events.plays.len()), (4, 1));
}
