//! A newer edition takes over without a request noticing; a bad one does not take over at all.

use crate::edition::{publish, track_id};
use crate::world::{World, store, token};
use catalog::edition::{self, key};
use std::sync::atomic::{AtomicBool, Ordering};

/// Asks until the server says what the test waits for. Ends with the test run's own time limit.
fn until(world: &World, wanted: impl Fn(&serde_json::Value) -> bool) -> serde_json::Value {
    loop {
        let ready = world.plain("/readyz", &[]).json();
        if wanted(&ready) {
            return ready;
        }
        std::thread::yield_now();
    }
}

#[test]
fn a_server_without_an_edition_waits_for_the_first() {
    let folder = tempfile::tempdir().unwrap();
    drop(store(&folder));
    let world = World::over(folder, |_| {});
    world.plain("/readyz", &[]).problem(503, "no-edition");
    world.german("/v1/home").problem(503, "no-edition");
    assert_eq!(world.plain("/healthz", &[]).status, 200);
    publish(&world.store(), 0);
    until(&world, |ready| ready["ready"] == true);
    assert_eq!(world.german("/v1/home").status, 200);
}

#[test]
fn twenty_swaps_under_load_fail_no_request() {
    let world = World::new();
    let writer = world.store();
    let (done, german) = (AtomicBool::new(false), token(42, "DE", "premium"));
    let track = track_id("Harbour Lights", 1);
    std::thread::scope(|scope| {
        let ask = |path: String| {
            let (world, done, german) = (&world, &done, german.as_str());
            scope.spawn(move || {
                let mut asked = 0;
                while !done.load(Ordering::Relaxed) {
                    let answer = world.as_listener(german, &path);
                    assert_eq!(answer.status, 200, "{answer:?}");
                    asked += 1;
                }
                asked
            })
        };
        let asking = [
            ask(format!("/v1/tracks/{track}/stream")),
            ask("/v1/search?q=lanterns".into()),
            ask("/v1/me/discover-weekly".into()),
        ];
        for swap in 1..=20u16 {
            let published = publish(&writer, swap % 3);
            let id = published.pointer.edition.clone();
            until(&world, |ready| ready["edition"]["id"] == id);
        }
        done.store(true, Ordering::Relaxed);
        assert!(asking.into_iter().all(|asking| asking.join().unwrap() > 0));
    });
    let text = String::from_utf8(world.plain("/metrics", &[]).body).unwrap();
    assert!(text.contains("backline_edition_swaps_total 21\n"), "{text}");
    assert!(text.contains("backline_edition_generation 21\n"), "{text}");
}

#[test]
fn a_damaged_edition_is_refused_and_the_old_one_goes_on() {
    let world = World::new();
    let before = world.plain("/readyz", &[]).json()["edition"].clone();
    let writer = world.store();
    let good = publish(&writer, 1);
    until(&world, |ready| {
        ready["edition"]["id"] == good.pointer.edition
    });
    edition::history::rollback(&writer, before["id"].as_str().unwrap(), None).unwrap();
    let after = until(&world, |ready| ready["edition"]["id"] == before["id"]);
    assert_eq!(
        after["edition"]["generation"], 3,
        "a rollback is a newer generation"
    );

    let damaged = key(&good.pointer.edition, "lists.bin");
    let path = writer.fetch(&damaged, world.folder.path()).unwrap();
    let mut bytes = std::fs::read(&path).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    std::fs::remove_file(&path).unwrap();
    std::fs::write(&path, bytes).unwrap();
    edition::history::rollback(&writer, &good.pointer.edition, None).unwrap();
    let refused = until(&world, |ready| !ready["refused"].is_null());
    assert_eq!(refused["edition"]["id"], before["id"]);
    assert_eq!(refused["refused"]["id"], good.pointer.edition);
    assert!(
        refused["refused"]["why"]
            .as_str()
            .unwrap()
            .contains("lists.bin"),
        "{refused}"
    );
    let text = String::from_utf8(world.plain("/metrics", &[]).body).unwrap();
    assert!(
        text.contains("backline_edition_refused_total 1\n"),
        "{text}"
    );
    assert_eq!(world.german("/v1/home").status, 200);
}
