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
