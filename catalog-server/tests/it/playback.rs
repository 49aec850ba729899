//! Who may play what, and what a player is told.

use crate::edition::{NOW, track_id};
use crate::world::{World, token, token_at};

fn stream(release: &str, number: u16) -> String {
    format!("/v1/tracks/{}/stream", track_id(release, number))
}

#[test]
fn a_player_is_told_everything_it_needs() {
    let world = World::new();
    let answer = world.german(&stream("Harbour Lights", 1));
    assert_eq!(
        (answer.status, answer.header("cache-control")),
        (200, "no-store")
    );
    let stream = answer.json();
    assert_eq!(
        (&stream["profile"], &stream["codec"]),
        (&"vorbis-320".into(), &"vorbis".into())
    );
    assert_eq!(
        (&stream["sample_rate"], &stream["channels"]),
        (&44_100.into(), &2.into())
    );
    assert_eq!(
        (&stream["gain_db"], &stream["loudness"]["integrated"]),
        (&(-3.25).into(), &(-14.0).into())
    );
    assert_eq!(stream["loudness"]["range"], serde_json::Value::Null);
    let chunks = stream["chunks"].as_array().unwrap();
    let last = &chunks[2];
    assert_eq!(chunks[0]["offset"], stream["header_bytes"]);
    assert_eq!(
        last["offset"].as_u64().unwrap() + last["bytes"].as_u64().unwrap(),
        stream["bytes"]
    );
    let frames: u64 = chunks
        .iter()
        .map(|chunk| chunk["frames"].as_u64().unwrap())
        .sum();
    assert_eq!(frames, stream["frames"]);
    assert_eq!(
        stream["renditions"].as_array().unwrap().len(),
        5,
        "the ladder without its preview"
    );
}

#[test]
fn wishes_choose_within_the_tier() {
    let world = World::new();
    let profile = |tier: &str, query: &str| {
        let path = format!("{}{query}", stream("Harbour Lights", 1));
        world.as_listener(&token(1, "DE", tier), &path).json()["profile"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert_eq!(profile("premium", "?quality=lossless"), "flac");
    assert_eq!(profile("premium", "?quality=normal"), "vorbis-96");
    assert_eq!(profile("premium", "?data_saver=true"), "vorbis-24");
    assert_eq!(profile("premium", "?bandwidth=240"), "vorbis-160");
    assert_eq!(profile("premium", "?preview=true"), "preview");
    assert_eq!(profile("free", "?quality=lossless"), "vorbis-160");
    let preview = world.as_listener(
        &token(1, "DE", "free"),
        &format!("{}?preview=true", stream("Harbour Lights", 1)),
    );
    let url = preview.json()["url"].as_str().unwrap().to_owned();
    assert_eq!(world.plain(&url, &[("range", "bytes=0-0")]).status, 206);
}

#[test]
fn a_refusal_names_its_reason_and_its_date() {
    let world = World::new();
    for (release, country, tier, status, code) in [
        ("Nur Hier", "US", "premium", 451, "not-in-territory"),
        ("Tomorrow", "DE", "premium", 451, "not-yet"),
        ("Members Only", "DE", "free", 403, "not-in-tier"),
        ("Gone", "DE", "premium", 451, "ended"),
    ] {
        let answer = world.as_listener(&token(1, country, tier), &stream(release, 1));
        let problem = answer.problem(status, code);
        assert_eq!(
            (&problem["country"], &problem["tier"]),
            (&country.into(), &tier.into())
        );
        assert!(problem["detail"].as_str().unwrap().len() > 10 && problem["fix"].is_string());
    }
    let problem = world.german(&stream("Tomorrow", 1)).problem(451, "not-yet");
    assert_eq!(problem["at"], "2099-01-01T00:00:00Z");
    assert_eq!(problem["detail"], "Opens on 1 January 2099");
}

#[test]
fn a_window_opens_at_its_first_instant_without_a_new_edition() {
    const OPENS: &str = "2099-01-01T00:00:00Z";
    let world = World::new();
    let later = token_at(OPENS, 1, "DE", "premium");
    let seconds = |text: &str| text.parse::<jiff::Timestamp>().unwrap().as_second();
    world.wait(seconds(OPENS) - seconds(NOW) - 1);
    world
        .as_listener(&later, &stream("Tomorrow", 1))
        .problem(451, "not-yet");
    world.wait(1);
    assert_eq!(
        world.as_listener(&later, &stream("Tomorrow", 1)).status,
        200
    );
}

#[test]
fn a_track_is_relinked_to_the_same_recording_where_that_one_is_licensed() {
    let world = World::new();
    let american = token(1, "US", "premium");
    let answer = world
        .as_listener(&american, &stream("Both Coasts (DE)", 1))
        .json();
    assert_eq!(answer["track"], track_id("Both Coasts (US)", 1).to_string());
    assert_eq!(
        answer["relinked_from"],
        track_id("Both Coasts (DE)", 1).to_string()
    );
    assert_eq!(
        world
            .plain(answer["url"].as_str().unwrap(), &[("range", "bytes=0-0")])
            .status,
        206
    );
    let german = world.german(&stream("Both Coasts (DE)", 1)).json();
    assert_eq!(german["track"], track_id("Both Coasts (DE)", 1).to_string());
    assert_eq!(german["relinked_from"], serde_json::Value::Null);
    let french = token(1, "FR", "premium");
    world
        .as_listener(&french, &stream("Both Coasts (DE)", 1))
        .problem(451, "not-in-territory");
}

#[test]
fn the_next_track_s_first_chunk_is_told() {
    let world = World::new();
    let next = track_id("Harbour Lights", 2);
    let path = format!("{}?next={next}&quality=normal", stream("Harbour Lights", 1));
    let told = world.german(&path).json()["next"].clone();
    assert_eq!(
        (&told["track"], &told["profile"]),
        (&next.to_string().into(), &"vorbis-96".into())
    );
    let range = format!("bytes=0-{}", told["first_bytes"].as_u64().unwrap() - 1);
    let answer = world.plain(told["url"].as_str().unwrap(), &[("range", &range)]);
    assert_eq!(
        (answer.status, answer.body.len() as u64),
        (206, told["first_bytes"].as_u64().unwrap())
    );
    let gone = format!(
        "{}?next={}",
        stream("Harbour Lights", 1),
        track_id("Gone", 1)
    );
    assert_eq!(
        world.german(&gone).json()["next"],
        serde_json::Value::Null,
        "no licence, no chunk"
    );
}

#[test]
fn flac_is_brought_to_the_level_of_the_others() {
    let world = World::new();
    let stream = world.german(&stream("Harbour Lights", 1)).json();
    for found in stream["renditions"].as_array().unwrap() {
        let expected = if found["codec"] == "flac" { -3.25 } else { 0.0 };
        assert_eq!(found["apply_gain_db"], expected, "{found}");
    }
}
