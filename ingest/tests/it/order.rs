//! Do deliveries give one and the same catalogue, whatever the order in which they come?

use crate::label::Label;
use serde_json::{Value, json};

/// Changes a good message.
type Edit = Box<dyn Fn(&mut Value)>;

/// What a label sends about three releases in a month, with mistakes.
fn messages() -> Vec<(&'static str, Edit)> {
    let about =
        |id: &'static str, gtin: &'static str, created: &'static str, edit: fn(&mut Value)| {
            let change = move |message: &mut Value| {
                message["message_id"] = json!(id);
                message["created"] = json!(created);
                message["release"]["gtin"] = json!(gtin);
                edit(message);
            };
            (id, Box::new(change) as Edit)
        };
    let no_files = |message: &mut Value| {
        message["release"]["title"] = json!("Dew Point, Corrected");
        for track in 0..2 {
            message["tracks"][track]["file"] = json!(null);
        }
    };
    vec![
        about("1-first", "5012345678900", "2026-10-01T00:00:00Z", |_| {}),
        about(
            "2-update",
            "5012345678900",
            "2026-10-02T00:00:00+02:00",
            no_files,
        ),
        about("3-other", "5012345678917", "2026-10-01T00:00:00Z", |_| {}),
        about("4-tie", "5012345678917", "2026-10-03T00:00:00Z", |m| {
            m["release"]["title"] = json!("Left")
        }),
        about("5-tie", "5012345678917", "2026-10-03T00:00:00Z", |m| {
            m["release"]["title"] = json!("Right")
        }),
        about("6-third", "5012345678924", "2026-10-01T00:00:00Z", |_| {}),
        about("7-purge", "5012345678924", "2026-10-04T00:00:00Z", |m| {
            m["purge"] = json!(true)
        }),
        about("8-foreign", "5012345678900", "2026-10-05T00:00:00Z", |m| {
            m["sender"] = json!("another")
        }),
    ]
}

/// Delivers in this order, a run each, and once more all at once.
fn delivered(order: &[usize]) -> (String, Vec<String>) {
    let label = Label::new();
    let messages = messages();
    for index in order {
        let (id, edit) = &messages[*index];
        label.deliver(id, edit);
        label.ingest().unwrap();
    }
    label.ingest().unwrap();
    let judgement = catalog::snapshot::judgement(&label.store()).unwrap();
    let held = judgement
        .held
        .iter()
        .map(|held| held.message_id.clone())
        .collect();
    let titles: Vec<&str> = judgement
        .catalogue
        .releases
        .iter()
        .map(|r| r.title.as_str())
        .collect();
    assert_eq!(titles.len(), 2, "{titles:?}");
    (judgement.catalogue.digest().to_string(), held)
}

#[test]
fn deliveries_in_any_order_and_with_repeats_give_one_catalogue() {
    let first = delivered(&[0, 1, 2, 3, 4, 5, 6, 7]);
    assert_eq!(first.1, ["8-foreign", "4-tie", "5-tie"]);
    for order in [
        [7, 6, 5, 4, 3, 2, 1, 0],
        [4, 0, 6, 2, 7, 1, 5, 3],
        [1, 7, 3, 5, 0, 4, 2, 6],
    ] {
        assert_eq!(delivered(&order), first, "{order:?}");
    }
}
