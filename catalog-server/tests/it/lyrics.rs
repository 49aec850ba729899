//! Are the words of a song shown, followed and found?

use crate::edition::track_id;
use crate::world::{World, token};
use serde_json::Value;

#[test]
fn the_lines_of_a_track_come_with_their_times() {
    let world = World::new();
    let track = track_id("Harbour Lights", 1);
    let shown = world.german(&format!("/v1/tracks/{track}")).json();
    assert_eq!(shown["lyrics"], true);
    let answer = world.german(&format!("/v1/tracks/{track}/lyrics"));
    let words = answer.json();
    assert_eq!(
        (words["timed"].as_bool(), &words["track"]),
        (Some(true), &shown["id"])
    );
    let lines = serde_json::json!([
        {"at_ms": 1000, "text": "Count the lights along the shore"},
        {"at_ms": 4500, "text": "every one is home"},
    ]);
    assert_eq!(words["lines"], lines);
    assert!(!answer.header("etag").is_empty());

    let other = track_id("Harbour Lights", 2);
    let shown = world.german(&format!("/v1/tracks/{other}")).json();
    assert!(shown["lyrics"].is_null(), "{shown}");
    let none = world.german(&format!("/v1/tracks/{other}/lyrics"));
    none.problem(404, "not-found");
    let unknown = "/v1/tracks/0000000000000000000000/lyrics";
    world.german(unknown).problem(404, "not-found");
    let anonymous = world.plain(&format!("/v1/tracks/{track}/lyrics"), &[]);
    assert_eq!(anonymous.status, 401);
}

#[test]
fn a_song_is_found_by_a_line_of_it() {
    let world = World::new();
    let track = track_id("Harbour Lights", 1).to_string();
    let found = world.german("/v1/search?q=lights+along+the+SHORE").json();
    assert_eq!(found["hits"][0]["track"]["id"], track, "{found}");
    let turned = world.german("/v1/search?q=shore+the+along").json();
    let hits = turned["hits"].as_array().unwrap();
    assert!(
        hits.iter().all(|hit| hit["track"]["id"] != track),
        "{turned}"
    );
}

#[test]
fn subsonic_clients_are_given_the_words_by_id_and_by_name() {
    let world = World::new();
    let key = token(42, "DE", "premium");
    let rest = |method: &str, form: &str, asked: &str| {
        let path = format!("/rest/{method}?apiKey={key}&v=1.16.1&c=test&f={form}&{asked}");
        String::from_utf8(world.plain(&path, &[]).body).unwrap()
    };
    let json = |method: &str, asked: &str| {
        let answer: Value = serde_json::from_str(&rest(method, "json", asked)).unwrap();
        answer["subsonic-response"].clone()
    };
    let track = track_id("Harbour Lights", 1);
    let by_id = json("getLyricsBySongId", &format!("id=tr-{track}"));
    let structured = &by_id["lyricsList"]["structuredLyrics"];
    let expected = serde_json::json!([{
        "displayArtist": "Ada Quell", "displayTitle": "Lanterns", "lang": "xxx", "synced": true,
        "line": [
            {"start": 1000, "value": "Count the lights along the shore"},
            {"start": 4500, "value": "every one is home"},
        ],
    }]);
    assert_eq!(*structured, expected);
    let xml = rest("getLyricsBySongId", "xml", &format!("id=tr-{track}"));
    assert!(
        xml.contains(r#"<line start="4500">every one is home</line>"#),
        "{xml}"
    );
    let other = track_id("Harbour Lights", 2);
    let none = json("getLyricsBySongId", &format!("id=tr-{other}"));
    assert_eq!(
        none["lyricsList"]["structuredLyrics"],
        serde_json::json!([])
    );

    let by_name = &json("getLyrics", "artist=ada+quell&title=LANTERNS")["lyrics"];
    assert_eq!(
        by_name["value"],
        "Count the lights along the shore\nevery one is home"
    );
    assert_eq!(by_name["title"], "Lanterns");
    let unknown = json("getLyrics", "artist=Nobody&title=Lanterns");
    assert_eq!(unknown["lyrics"]["value"], "");
}
