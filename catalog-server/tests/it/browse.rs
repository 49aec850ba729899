//! Metadata, covers and search, as one listener sees them.

use crate::edition::{release_id, track_id};
use crate::world::{World, token};

#[test]
fn a_release_shows_its_tracks_and_whether_they_play() {
    let world = World::new();
    let path = format!("/v1/releases/{}", release_id("Harbour Lights"));
    let release = world.german(&path).json();
    assert_eq!(
        (&release["title"], &release["kind"]),
        (&"Harbour Lights".into(), &"Album".into())
    );
    assert_eq!(
        (&release["label"], &release["year"]),
        (&"Test Pressing".into(), &"2020".into())
    );
    assert_eq!(release["tracks"][1]["title"], "Breakwater");
    assert_eq!(release["tracks"][1]["available"], true);
    assert_eq!(release["artists"][0]["name"], "Ada Quell");
    let blocked = format!("/v1/releases/{}", release_id("Nur Hier"));
    let blocked = world
        .as_listener(&token(1, "US", "premium"), &blocked)
        .json();
    assert_eq!(
        (&blocked["available"], &blocked["tracks"][0]["available"]),
        (&false.into(), &false.into())
    );
    assert_eq!(
        blocked["tracks"][0]["unavailable"]["code"],
        "not-in-territory"
    );
}

#[test]
fn a_cover_is_found_by_release_and_hash_together_only() {
    let world = World::new();
    let path = format!("/v1/releases/{}", release_id("Harbour Lights"));
    let url = world.german(&path).json()["artwork"]["url"]
        .as_str()
        .unwrap()
        .to_owned();
    let cover = world.plain(&url, &[]);
    assert_eq!(
        (cover.status, cover.body),
        (200, b"cover of Harbour Lights".to_vec())
    );
    let cover = world.plain(&url, &[]);
    assert_eq!(
        (cover.header("content-type"), cover.header("cache-control")),
        ("image/png", "public, max-age=31536000, immutable")
    );
    assert_eq!(
        world
            .plain(&url, &[("if-none-match", cover.header("etag"))])
            .status,
        304
    );
    let other = url.replace(
        &release_id("Harbour Lights").to_string(),
        &release_id("Gone").to_string(),
    );
    world.plain(&other, &[]).problem(404, "not-found");
    world
        .plain(&url.replace(".png", ".jpg"), &[])
        .problem(404, "not-found");
}

#[test]
fn an_artist_has_releases_and_tracks() {
    let world = World::new();
    let track = world
        .german(&format!("/v1/tracks/{}", track_id("Harbour Lights", 1)))
        .json();
    assert_eq!(track["artists"][1]["role"], "Composer");
    assert_eq!(track["artists"][1]["displayed"], false);
    let artist = track["artists"][0]["id"].as_str().unwrap();
    let artist = world.german(&format!("/v1/artists/{artist}")).json();
    assert_eq!(artist["name"], "Ada Quell");
    assert_eq!(artist["releases"].as_array().unwrap().len(), 2);
    assert_eq!(artist["tracks"].as_array().unwrap().len(), 3);
}

#[test]
fn metadata_is_kept_by_the_client_until_it_changes_for_this_listener() {
    let world = World::new();
    let path = format!("/v1/tracks/{}", track_id("Nur Hier", 1));
    let german = token(1, "DE", "premium");
    let first = world.as_listener(&german, &path);
    assert_eq!(
        (first.header("cache-control"), first.header("vary")),
        ("private, max-age=60", "authorization")
    );
    let tag = first.header("etag").to_owned();
    assert_eq!(
        world.ask(&german, &path, &[("if-none-match", &tag)]).status,
        304
    );
    let american = token(1, "US", "premium");
    assert_eq!(
        world
            .ask(&american, &path, &[("if-none-match", &tag)])
            .status,
        200
    );
}

#[test]
fn a_search_forgives_a_typo_and_greys_out_what_may_not_be_played() {
    let world = World::new();
    let found = world.german("/v1/search?q=Lantrens&kind=track").json();
    assert_eq!(found["hits"][0]["track"]["title"], "Lanterns", "{found}");
    let american = token(1, "US", "premium");
    let found = world.as_listener(&american, "/v1/search?q=ebbe").json();
    let hit = &found["hits"][0];
    assert_eq!(
        (&hit["track"]["title"], &hit["track"]["available"]),
        (&"Ebbe".into(), &false.into()),
        "{found}"
    );
    assert_eq!(hit["track"]["unavailable"]["text"], "Not licensed in US");
    let hidden = world
        .as_listener(&american, "/v1/search?q=ebbe&kind=track&unavailable=hide")
        .json();
    assert_eq!(hidden["hits"], serde_json::json!([]), "{hidden}");
}

#[test]
fn what_may_be_played_stands_before_what_may_not() {
    let world = World::new();
    let french = token(1, "FR", "premium");
    let found = world
        .as_listener(&french, "/v1/search?q=ada+quell&limit=50")
        .json();
    let available: Vec<bool> = found["hits"]
        .as_array()
        .unwrap()
        .iter()
        .map(|hit| {
            let kind = hit["kind"].as_str().unwrap();
            hit[kind]["available"].as_bool().unwrap_or(true)
        })
        .collect();
    assert!(
        available.len() > 3 && available.is_sorted_by_key(|available| !available),
        "{found}"
    );
}

#[test]
fn suggestions_complete_what_is_typed() {
    let world = World::new();
    let found = world.german("/v1/search/suggest?q=har").json();
    assert_eq!(found["suggestions"][0]["text"], "Harbour Lights", "{found}");
    assert_eq!(found["suggestions"][0]["kind"], "release");
}

#[test]
fn the_home_page_has_new_releases_and_the_chart() {
    let world = World::new();
    let home = world.german("/v1/home").json();
    // What is not out yet or no longer licensed is left out; what is relinked is not.
    let titles: Vec<&str> = home["releases"]
        .as_array()
        .unwrap()
        .iter()
        .map(|card| card["title"].as_str().unwrap())
        .collect();
    assert_eq!(titles.len(), 5, "{titles:?}");
    assert!(!titles.contains(&"Tomorrow") && !titles.contains(&"Gone"));
    assert_eq!(
        (&home["chart_title"], &home["chart"][0]["title"]),
        (&"Trending in DE".into(), &"Breakwater".into())
    );
}
