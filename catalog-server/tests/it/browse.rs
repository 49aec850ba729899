//! Metadata, covers and search, as one listener sees them.

use crate::edition::{NOW, release_id, track_id};
use crate::world::{World, token, token_at};

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
        ("private, max-age=60", "authorization, accept-encoding")
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
fn what_is_said_of_a_track_changes_at_the_instants_of_its_licence() {
    const ENDS: &str = "2026-01-01T00:00:00Z";
    const OPENS: &str = "2099-01-01T00:00:00Z";
    let seconds = |text: &str| text.parse::<jiff::Timestamp>().unwrap().as_second();
    let world = World::new();
    let mut now = seconds(NOW);
    let mut available = |title: &str, at: i64, token: &str| {
        world.wait(at - std::mem::replace(&mut now, at));
        let path = format!("/v1/tracks/{}", track_id(title, 1));
        world.as_listener(token, &path).json()["available"].clone()
    };
    let then = token_at(ENDS, 1, "DE", "premium");
    for second in [seconds(ENDS) - 60, seconds(ENDS) - 1] {
        assert_eq!(available("Gone", second, &then), true);
    }
    assert_eq!(available("Gone", seconds(ENDS), &then), false);
    let then = token_at(OPENS, 1, "DE", "premium");
    assert_eq!(available("Tomorrow", seconds(OPENS) - 1, &then), false);
    assert_eq!(available("Tomorrow", seconds(OPENS), &then), true);
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

#[test]
fn long_answers_are_compressed_for_who_takes_it() {
    let world = World::new();
    let german = token(42, "DE", "premium");
    let plain = world.ask(&german, "/v1/home", &[]);
    let zstd = world.ask(&german, "/v1/home", &[("accept-encoding", "gzip, zstd")]);
    assert_eq!(zstd.header("content-encoding"), "zstd");
    assert!(zstd.body.len() < plain.body.len() / 2);
    assert_ne!(zstd.header("etag"), plain.header("etag"));
    let gzip = [
        ("accept-encoding", "gzip"),
        ("if-none-match", zstd.header("etag")),
    ];
    let gzip = world.ask(&german, "/v1/home", &gzip);
    assert_eq!(
        (gzip.status, gzip.header("content-encoding")),
        (200, "gzip")
    );
    let again = [
        ("accept-encoding", "zstd"),
        ("if-none-match", zstd.header("etag")),
    ];
    assert_eq!(world.ask(&german, "/v1/home", &again).status, 304);
}

#[test]
fn filters_leave_out_what_was_not_asked_for() {
    let world = World::new();
    let count = |query: &str| {
        let path = format!("/v1/search?q=ada+quell&kind=track{query}");
        world.german(&path).json()["hits"].as_array().unwrap().len()
    };
    let all = count("");
    assert!(all >= 2);
    assert_eq!(count("&genre=indie"), all, "spelt as it likes");
    assert_eq!(count("&genre=Jazz"), 0);
    assert_eq!(count("&from_year=2020&to_year=2020"), all);
    assert_eq!(count("&from_year=2021"), 0);
    assert_eq!(count("&explicit=hide"), all);
}

#[test]
fn playlists_of_the_edition_are_found_by_their_titles() {
    let world = World::new();
    let found = world.german("/v1/search?q=disc&kind=playlist").json();
    assert_eq!(
        found["hits"][0]["playlist"]["title"], "Discover Weekly",
        "{found}"
    );
    let list = world.german("/v1/playlists/discover-weekly").json();
    assert_eq!(list["source"], "personal");
    let all = world.german("/v1/playlists").json();
    assert_eq!(all["playlists"].as_array().unwrap().len(), 2);
    world.german("/v1/playlists/none").problem(404, "not-found");
}

#[test]
fn pages_follow_each_other_even_over_a_swap() {
    let world = World::new();
    let page = |cursor: &str| {
        let cursor = if cursor.is_empty() {
            String::new()
        } else {
            format!("&cursor={cursor}")
        };
        world
            .german(&format!(
                "/v1/search?q=ada+quell&unavailable=hide&limit=2{cursor}"
            ))
            .json()
    };
    let ids = |page: &serde_json::Value| -> Vec<String> {
        let hits = page["hits"].as_array().unwrap().iter();
        hits.map(|hit| hit[hit["kind"].as_str().unwrap()]["id"].to_string())
            .collect()
    };
    let first = page("");
    let next = first["next"].as_str().unwrap().to_owned();
    let second = ids(&page(&next));
    let published = crate::edition::publish(&world.store(), 2);
    while world.plain("/readyz", &[]).json()["edition"]["id"] != published.pointer.edition {
        std::thread::yield_now();
    }
    let over_the_swap = ids(&page(&next));
    let whole = ids(&world
        .german("/v1/search?q=ada+quell&unavailable=hide&limit=50")
        .json());
    let last = ids(&first).pop().unwrap();
    let at = whole.iter().position(|id| *id == last).unwrap();
    assert!(!second.is_empty());
    let mut expected = whole[at + 1..].to_vec();
    expected.truncate(2);
    let mut found = over_the_swap.clone();
    expected.sort();
    found.sort();
    assert_eq!(found, expected, "after the last that was seen");
    world
        .german("/v1/search?q=a&cursor=xyz")
        .problem(400, "bad-request");
}
