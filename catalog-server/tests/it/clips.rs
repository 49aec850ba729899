//! Is a clip named by the edition's fingerprints, and a stranger refused?

use crate::client::{Answer, send};
use crate::edition::track_id;
use crate::world::{World, token};
use catalog::ids::{Isrc, RecordingId};
use fingerprint::cluster::Row;
use fingerprint::edition::{FILE, write_library};
use fingerprint::library::Library;
use fingerprint::peaks::Peak;
use fingerprint::print::Print;
use fingerprint::{Config, clip};
use std::path::Path;

/// Songs of the tiny edition that have a sound: the first may be played, the last opens in 2099.
const HEARD: [&str; 3] = ["DEA100000001", "DEA100000002", "DEA100000004"];

/// Peaks of a minute of some song, as dense as music's.
fn song(seed: u64) -> Vec<Peak> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut dice = |below: u32| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 33) as u32 % below
    };
    let mut peaks: Vec<Peak> = (0..2000)
        .map(|_| Peak::new(dice(2580), (dice(50) * 24 + dice(3)) as u16))
        .collect();
    peaks.sort_unstable();
    peaks.dedup();
    peaks
}

/// Writes the fingerprints of the tiny edition.
pub(crate) fn fingerprints(folder: &Path) {
    let mut library = Library::default();
    for (seed, isrc) in (1..).zip(HEARD) {
        let isrc: Isrc = isrc.parse().unwrap();
        let items: Vec<u32> = (0..485u32)
            .map(|n| (n + 1000 * seed as u32).wrapping_mul(0x9e37_79b1))
            .collect();
        library.rows.push(Row {
            recordings: vec![RecordingId::of_isrc(&isrc)],
            items: items.len(),
        });
        library.prints.push(Print::with_peaks(items, &song(seed)));
    }
    write_library(&folder.join(FILE), &library, &Config::built_in()).unwrap();
}

/// The bytes of twelve seconds of a song, from the twentieth on.
fn part(seed: u64) -> Vec<u8> {
    let from = 861;
    let inside = |peak: &&Peak| (from..from + 517).contains(&peak.frame());
    let heard = song(seed);
    let peaks = heard.iter().filter(inside);
    let peaks = peaks.map(|peak| Peak::new(peak.frame() - from, peak.pitch() as u16));
    clip::write(&peaks.collect::<Vec<_>>())
}

fn ask(world: &World, body: &[u8]) -> Answer {
    let bearer = token(1, "DE", "premium");
    let head = format!(
        "POST /v1/identify HTTP/1.1\r\nhost: t\r\nconnection: close\r\nauthorization: Bearer {bearer}\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    send(world.address(), &[head.as_bytes(), body].concat())
}

#[test]
fn a_clip_is_named_with_its_place_and_its_track_and_a_stranger_is_not() {
    let world = World::new();
    let answer = ask(&world, &part(2));
    assert_eq!(answer.status, 200, "{answer:?}");
    let found = answer.json();
    let matches = found["matches"].as_array().unwrap();
    assert_eq!(matches.len(), 1, "{found}");
    let track = track_id("Harbour Lights", 2).to_string();
    assert_eq!(matches[0]["track"]["id"], track.as_str(), "{found}");
    let begins = matches[0]["begins_s"].as_f64().unwrap();
    assert!((begins - 20.0).abs() < 0.1, "{found}");
    assert_eq!(matches[0]["speed"], 1.0);

    let stranger = ask(&world, &part(77)).json();
    assert_eq!(stranger["matches"].as_array().unwrap().len(), 0);
}

#[test]
fn what_may_not_be_played_yet_is_named_without_a_track() {
    let world = World::new();
    let found = ask(&world, &part(3)).json();
    assert_eq!(found["matches"].as_array().unwrap().len(), 1, "{found}");
    assert!(found["matches"][0]["track"].is_null(), "{found}");
}

#[test]
fn bytes_that_are_no_clip_are_refused_with_what_is_wrong() {
    let world = World::new();
    let torn = ask(&world, b"abc").problem(400, "bad-request");
    assert!(
        torn["detail"].as_str().unwrap().contains("3 bytes"),
        "{torn}"
    );
    ask(&world, &[]).problem(400, "bad-request");
    ask(&world, &[0xff; 64]).problem(400, "bad-request");
    ask(&world, &vec![0; 100_000]).problem(413, "too-large");
}
