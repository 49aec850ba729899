//! Do the table, the JSON and the page say what happened, so that a person can act on it?

use crate::label::Label;
use ingest::job::status::{Filter, status};
use ingest::report::html;
use serde_json::json;
use std::fs;

fn drop_with_everything() -> Label {
    let label = Label::new();
    label.deliver("R1", |_| {});
    let bad = label.deliver("R2", |message| {
        message["release"]["title"] = json!("Ash <& Ember>");
        message["release"]["gtin"] = json!("5012345678901");
        message["tracks"][0]["isrc"] = json!("QZNJX2600O01");
        message["deals"][0]["tracks"] = json!([1]);
    });
    fs::remove_file(bad.join("resources/02.flac")).unwrap();
    fs::create_dir_all(label.drop().join("stuff")).unwrap();
    fs::write(label.drop().join("stuff/notes.txt"), "no message").unwrap();
    label
}

#[test]
fn the_table_names_each_release_and_each_fault_with_its_remedy() {
    let label = drop_with_everything();
    let mut report = label.ingest().unwrap();
    report.written.clear();
    insta::assert_snapshot!(report.to_string());
}

#[test]
fn the_report_goes_to_the_store_and_to_the_folder_that_was_asked_for() {
    let label = drop_with_everything();
    let config = ingest::Config::load(None).unwrap();
    let folder = label.path("out/reports");
    let progress = catalog::progress::Silent;
    let report = ingest::run(
        &label.store(),
        &config,
        &label.drop(),
        Some(&folder),
        2,
        &progress,
    )
    .unwrap();
    let json: ingest::DropReport =
        serde_json::from_slice(&fs::read(folder.join("report.json")).unwrap()).unwrap();
    assert_eq!(json.refused(), report.refused());
    let page = fs::read_to_string(folder.join("report.html")).unwrap();
    assert!(page.contains("data:image/jpeg;base64,") && !page.contains("http://"));
    assert!(page.contains("Ash &lt;&amp; Ember&gt;") && !page.contains("<& Ember>"));
    let kept: Vec<String> = label
        .objects("reports")
        .into_iter()
        .map(|(key, _)| key)
        .collect();
    for name in ["report.json", "report.html"] {
        assert!(kept.iter().any(|key| key.ends_with(name)), "{kept:?}");
    }
}

#[test]
fn a_finding_names_its_place_as_a_person_would() {
    let label = drop_with_everything();
    let report = label.ingest().unwrap();
    let finding = report.deliveries[1]
        .findings
        .0
        .iter()
        .find(|f| f.code == "isrc-form")
        .unwrap();
    assert_eq!(finding.place.path.as_deref(), Some("/tracks/0/isrc"));
    assert_eq!(finding.place.line, Some(1));
    assert_eq!(finding.expected, "a digit as character 10");
    assert!(!finding.remedy.is_empty() && finding.rule.starts_with("ISO 3901"));
}

#[test]
fn every_page_is_one_file_without_script() {
    let label = Label::new();
    let page = html::page(&label.ingest().unwrap());
    assert!(page.contains("The drop is empty") && !page.contains("<script"));
}

#[test]
fn a_persons_question_finds_messages_by_gtin_recording_sender_and_day() {
    let label = drop_with_everything();
    label.deliver("R3", |message| {
        message["created"] = json!("2026-10-02T23:30:00-02:00");
        message["release"]["title"] = json!("Dew Point, Corrected");
    });
    label.ingest().unwrap();
    let ask = |filter: Filter| -> Vec<(String, &'static str)> {
        let lines = status(&label.store(), &filter).unwrap().messages;
        lines
            .into_iter()
            .map(|line| (line.message_id, line.verdict))
            .collect()
    };
    let line = |id: &str, verdict| (id.to_owned(), verdict);
    let good = [line("R1", "superseded"), line("R3", "in force")];
    let gtin = "5012345678900".parse().ok();
    assert_eq!(
        ask(Filter {
            gtin,
            ..Filter::default()
        }),
        good
    );
    // The refused one does not become a release, but its report knows its second recording.
    let isrc = "QZNJX2600002".parse().ok();
    let all = [
        line("R1", "superseded"),
        line("R2", "refused"),
        line("R3", "in force"),
    ];
    assert_eq!(
        ask(Filter {
            isrc,
            ..Filter::default()
        }),
        all
    );
    let day = "2026-10-03".parse().ok();
    assert_eq!(
        ask(Filter {
            day,
            ..Filter::default()
        }),
        [line("R3", "in force")]
    );
    let sender = |name: &str| Filter {
        sender: Some(name.to_owned()),
        ..Filter::default()
    };
    assert_eq!(ask(sender("nightjar")), all);
    assert_eq!(ask(sender("nobody")), []);
    let told = status(&label.store(), &sender("nightjar"))
        .unwrap()
        .to_string();
    assert!(
        told.contains("R2 refused:") && told.contains("fix: "),
        "{told}"
    );
}
