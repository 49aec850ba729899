//! Discover Weekly, charts and similar tracks, asked for their rights again.

use crate::edition::{LISTENER, track_id};
use crate::world::{World, token};

fn titles(list: &serde_json::Value) -> Vec<&str> {
    let tracks = list["tracks"].as_array().unwrap();
    tracks
        .iter()
        .map(|item| item["track"]["title"].as_str().unwrap())
        .collect()
}

#[test]
fn a_list_is_personal_with_reasons_and_without_what_is_not_out_yet() {
    let world = World::new();
    let list = world
        .as_listener(&token(LISTENER, "DE", "premium"), "/v1/me/discover-weekly")
        .json();
    assert_eq!(
        (&list["source"], &list["title"]),
        (&"personal".into(), &"Discover Weekly".into())
    );
    assert_eq!(titles(&list), ["Lanterns", "Ebbe", "Signal Hill"]);
    assert_eq!(
        list["tracks"][0]["reason"]["text"],
        "Because you played Breakwater"
    );
    assert!(
        list["tracks"]
            .as_array()
            .unwrap()
            .iter()
            .all(|item| item["track"]["available"] == true)
    );
}

#[test]
fn a_traveller_gets_what_may_be_played_where_they_are() {
    let world = World::new();
    let list = world
        .as_listener(&token(LISTENER, "US", "premium"), "/v1/me/discover-weekly")
        .json();
    assert_eq!(titles(&list), ["Lanterns", "Signal Hill"]);
    assert_eq!(
        list["tracks"][1]["track"]["id"],
        track_id("Both Coasts (US)", 1).to_string()
    );
}

#[test]
fn a_stranger_gets_the_chart_and_is_told_so() {
    let world = World::new();
    let list = world
        .as_listener(&token(4711, "FR", "free"), "/v1/me/discover-weekly")
        .json();
    assert_eq!(
        (&list["source"], &list["title"]),
        (&"chart".into(), &"Trending in FR".into())
    );
    assert_eq!(
        titles(&list),
        ["Breakwater"],
        "the premium-only track is left out"
    );
    assert_eq!(list["tracks"][0]["reason"]["kind"], "trending");
}

#[test]
fn similar_tracks_come_with_the_track_and_may_be_none() {
    let world = World::new();
    let list = world
        .german(&format!(
            "/v1/tracks/{}/similar",
            track_id("Harbour Lights", 1)
        ))
        .json();
    assert_eq!(
        (titles(&list), &list["title"]),
        (vec!["Breakwater"], &"Like Lanterns".into())
    );
    let none = world
        .german(&format!("/v1/tracks/{}/similar", track_id("Nur Hier", 1)))
        .json();
    assert!(titles(&none).is_empty());
}

#[test]
fn the_server_says_who_it_takes_one_for() {
    let world = World::new();
    let me = world.german("/v1/me").json();
    assert_eq!(
        (&me["listener"], &me["country"], &me["tier"]),
        (&"42".into(), &"DE".into(), &"premium".into())
    );
}

#[test]
fn a_radio_begins_with_its_seed_and_goes_on_with_what_may_be_played() {
    let world = World::new();
    let seed = track_id("Harbour Lights", 1);
    let list = world.german(&format!("/v1/radio?tracks={seed}")).json();
    assert_eq!(titles(&list), ["Lanterns", "Breakwater"]);
    assert_eq!(
        (&list["source"], &list["title"]),
        (&"radio".into(), &"Radio: Lanterns".into())
    );
    world.german("/v1/radio").problem(400, "bad-request");
    world
        .german("/v1/radio?tracks=nonsense")
        .problem(400, "bad-request");
    let gone = "0".repeat(22);
    world
        .german(&format!("/v1/radio?tracks={gone}"))
        .problem(404, "not-found");
}

#[test]
fn somebody_new_chooses_artists_and_gets_a_list() {
    let world = World::new();
    let offered = world.german("/v1/onboarding").json();
    let artists = offered["artists"].as_array().unwrap();
    let ada = artists
        .iter()
        .find(|artist| artist["name"] == "Ada Quell")
        .unwrap();
    let list = world
        .german(&format!(
            "/v1/onboarding?artists={}",
            ada["id"].as_str().unwrap()
        ))
        .json();
    assert_eq!(list["source"], "onboarding");
    world
        .german("/v1/onboarding?artists=x")
        .problem(400, "bad-request");
}

#[test]
fn what_was_just_played_is_not_offered_again() {
    let world = World::new();
    let played = track_id("Harbour Lights", 1);
    let hinted = format!("/v1/me/discover-weekly?played={played}");
    let list = world
        .as_listener(&token(LISTENER, "DE", "premium"), &hinted)
        .json();
    assert_eq!(titles(&list), ["Ebbe", "Signal Hill"]);
}
