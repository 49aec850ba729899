//! The bytes of a rendition: ranges, validators, and links that open nothing else.

use crate::client::Answer;
use crate::edition::{byte, track_id};
use crate::world::{World, token};
use serde_json::Value;

/// A German premium listener's link to the first track.
fn stream(world: &World) -> Value {
    let path = format!("/v1/tracks/{}/stream", track_id("Harbour Lights", 1));
    let answer = world.german(&path);
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()
}

fn url(stream: &Value) -> String {
    stream["url"].as_str().unwrap().to_owned()
}

#[track_caller]
fn check_bytes(answer: &Answer, start: u64, length: u64) {
    for (at, found) in answer.body.iter().enumerate() {
        assert_eq!(
            *found,
            byte(start + at as u64, length),
            "byte {at} of the answer"
        );
    }
}

#[test]
fn every_form_of_range_gives_exactly_its_bytes() {
    let world = World::new();
    let stream = stream(&world);
    let (url, n) = (url(&stream), stream["bytes"].as_u64().unwrap());
    for (range, status, expected) in [
        ("bytes=0-0", 206, Some((0, 1))),
        ("bytes=0-", 206, Some((0, n))),
        ("bytes=100-4195", 206, Some((100, 4196))),
        ("bytes=-100", 206, Some((n - 100, n))),
        ("bytes=4096-99999999", 206, Some((4096, n))),
        ("bytes=0-99999999999999999999999", 206, Some((0, n))),
        ("items=0-1", 200, Some((0, n))),
        ("bytes=9-1", 200, Some((0, n))),
        ("bytes=0-9,5-20", 200, Some((0, n))),
        ("bytes=99999999-", 416, None),
        ("bytes=-0", 416, None),
    ] {
        let answer = world.plain(&url, &[("range", range)]);
        assert_eq!(answer.status, status, "{range}");
        let Some((start, end)) = expected else {
            assert_eq!(
                answer.header("content-range"),
                format!("bytes */{n}"),
                "{range}"
            );
            answer.problem(416, "range");
            continue;
        };
        assert_eq!(answer.body.len() as u64, end - start, "{range}");
        assert_eq!(
            answer.header("content-length"),
            (end - start).to_string(),
            "{range}"
        );
        check_bytes(&answer, start, n);
        let content_range = format!("bytes {start}-{}/{n}", end - 1);
        let expected = if status == 206 {
            content_range.as_str()
        } else {
            ""
        };
        assert_eq!(answer.header("content-range"), expected, "{range}");
        assert_eq!(answer.header("content-type"), "audio/ogg");
        assert_eq!(answer.header("accept-ranges"), "bytes");
        assert_eq!(
            answer.header("cache-control"),
            "public, max-age=31536000, immutable"
        );
        assert_eq!(answer.header("access-control-allow-origin"), "*");
    }
}

#[test]
fn several_ranges_come_as_parts() {
    let world = World::new();
    let stream = stream(&world);
    let n = stream["bytes"].as_u64().unwrap();
    let answer = world.plain(&url(&stream), &[("range", "bytes=500-503, 0-1")]);
    assert_eq!(answer.status, 206);
    let boundary = answer
        .header("content-type")
        .split_once("boundary=")
        .unwrap()
        .1
        .to_owned();
    let part = |start: u64, end: u64| {
        let head = format!(
            "\r\n--{boundary}\r\nContent-Type: audio/ogg\r\nContent-Range: bytes {start}-{end}/{n}\r\n\r\n"
        );
        [
            head.into_bytes(),
            (start..=end).map(|at| byte(at, n)).collect(),
        ]
        .concat()
    };
    let end = format!("\r\n--{boundary}--\r\n").into_bytes();
    let expected = [part(500, 503), part(0, 1), end].concat();
    assert_eq!(answer.body, expected);
    assert_eq!(answer.header("content-length"), expected.len().to_string());
}

#[test]
fn validators_save_bytes_and_never_mix_versions() {
    let world = World::new();
    let url = url(&stream(&world));
    let tag = world
        .plain(&url, &[("range", "bytes=0-0")])
        .header("etag")
        .to_owned();
    assert!(tag.starts_with('"') && tag.len() == 34, "{tag}");
    let ask = |headers: &[(&str, &str)]| world.plain(&url, headers).status;
    assert_eq!(ask(&[("if-none-match", &tag)]), 304);
    assert_eq!(ask(&[("if-none-match", "\"other\"")]), 200);
    assert_eq!(ask(&[("range", "bytes=0-9"), ("if-range", &tag)]), 206);
    assert_eq!(
        ask(&[("range", "bytes=0-9"), ("if-range", "\"other\"")]),
        200
    );
    assert_eq!(
        ask(&[
            ("range", "bytes=0-9"),
            ("if-range", "Sat, 01 Jan 2022 00:00:00 GMT")
        ]),
        200
    );
    assert_eq!(ask(&[("if-match", &tag)]), 200);
    world
        .plain(&url, &[("if-match", "\"other\"")])
        .problem(412, "changed");
}

#[test]
fn head_says_the_whole_length_and_sends_nothing() {
    let world = World::new();
    let stream = stream(&world);
    for headers in [&[][..], &[("range", "bytes=0-9")]] {
        let answer = world.method("HEAD", &url(&stream), headers);
        assert_eq!((answer.status, answer.body.len()), (200, 0));
        assert_eq!(answer.header("content-length"), stream["bytes"].to_string());
    }
}

#[test]
fn one_link_opens_every_rendition_of_its_tier_and_nothing_else() {
    let world = World::new();
    let stream = stream(&world);
    let url = url(&stream);
    let (path, token) = url.split_once("?hdnts=").unwrap();
    for rendition in stream["renditions"].as_array().unwrap() {
        let answer = world.method("HEAD", rendition["url"].as_str().unwrap(), &[]);
        assert_eq!(answer.status, 200, "{rendition}");
        assert_eq!(answer.header("content-type"), rendition["media_type"]);
    }
    let other = track_id("Harbour Lights", 2);
    let first = track_id("Harbour Lights", 1);
    for (path, status, code) in [
        (
            path.replace(&first.to_string(), &other.to_string()),
            403,
            "link-refused",
        ),
        (path.replace("/premium/", "/free/"), 403, "link-refused"),
        (
            path.replace("vorbis-320.ogg", "vorbis-999.ogg"),
            404,
            "not-found",
        ),
        (
            path.replace("vorbis-320.ogg", "vorbis-320.flac"),
            404,
            "not-found",
        ),
        (path.replace("/premium/", "/gold/"), 404, "not-found"),
    ] {
        world
            .plain(&format!("{path}?hdnts={token}"), &[])
            .problem(status, code);
    }
    world.plain(path, &[]).problem(403, "link-refused");
    world
        .plain(&format!("{path}?hdnts={token}&hdnts={token}"), &[])
        .problem(403, "link-refused");
    assert_eq!(
        world
            .plain(&format!("{path}?token={token}"), &[("range", "bytes=0-0")])
            .status,
        206
    );
    let cookie = format!("a=b; hdnts={token}");
    assert_eq!(
        world
            .plain(path, &[("cookie", &cookie), ("range", "bytes=0-0")])
            .status,
        206
    );
}

#[test]
fn a_free_listener_s_link_never_opens_what_is_premium() {
    let world = World::new();
    let path = format!("/v1/tracks/{}/stream", track_id("Harbour Lights", 1));
    let stream = world.as_listener(&token(7, "DE", "free"), &path).json();
    assert_eq!(stream["profile"], "vorbis-160");
    let url = url(&stream);
    for profile in ["vorbis-320.ogg", "flac.flac"] {
        world
            .plain(&url.replace("vorbis-160.ogg", profile), &[])
            .problem(403, "link-refused");
    }
}

#[test]
fn every_altered_character_of_a_link_is_refused() {
    let world = World::new();
    let url = url(&stream(&world));
    let start = url.find("exp=").unwrap();
    for at in (start..url.len()).step_by(7) {
        let mut bad = url.clone().into_bytes();
        bad[at] = if bad[at] == b'0' { b'1' } else { b'0' };
        let bad = String::from_utf8(bad).unwrap();
        assert_eq!(
            world.plain(&bad, &[("range", "bytes=0-0")]).status,
            403,
            "{bad}"
        );
    }
}

#[test]
fn a_link_ends_with_its_time() {
    let world = World::new();
    let stream = stream(&world);
    let now: jiff::Timestamp = crate::edition::NOW.parse().unwrap();
    let expires: jiff::Timestamp = stream["expires_at"].as_str().unwrap().parse().unwrap();
    let life = expires.as_second() - now.as_second();
    assert!(
        (12..=3600).contains(&life),
        "longer than the track: {life} s"
    );
    world.wait(life - 1);
    assert_eq!(
        world.plain(&url(&stream), &[("range", "bytes=0-0")]).status,
        206
    );
    world.wait(1);
    world.plain(&url(&stream), &[]).problem(403, "link-refused");
}

#[test]
fn a_link_made_by_the_independent_library_opens() {
    let world = World::new();
    let secrets = catalog_server::Secrets::parse(crate::world::SECRET.as_bytes()).unwrap();
    let signer = catalog_server::signing::Signer::new(&secrets);
    let (_, key) = signer.edge_keys().next().unwrap();
    let track = track_id("Harbour Lights", 1);
    let script = format!(
        "from akamai.edgeauth import EdgeAuth\n\
         print(EdgeAuth(key='{key}', end_time=4000000000).generate_acl_token('/audio/{track}/premium/*'))"
    );
    let output = std::process::Command::new("python3")
        .args(["-c", &script])
        .output();
    let Some(output) = output.ok().filter(|output| output.status.success()) else {
        eprintln!(
            "SKIPPED: python3 with akamai-edgeauth is not installed (pip install akamai-edgeauth)"
        );
        return;
    };
    let token = String::from_utf8(output.stdout).unwrap();
    let url = format!("/audio/{track}/premium/flac.flac?hdnts={}", token.trim());
    assert_eq!(world.plain(&url, &[("range", "bytes=0-99")]).status, 206);
}

#[test]
fn the_first_chunk_is_timed_and_bytes_are_counted() {
    let world = World::new();
    let stream = stream(&world);
    let chunk = &stream["chunks"][0];
    let end = chunk["offset"].as_u64().unwrap() + chunk["bytes"].as_u64().unwrap();
    let range = format!("bytes=0-{}", end - 1);
    assert_eq!(
        world.plain(&url(&stream), &[("range", &range)]).body.len() as u64,
        end
    );
    let text = String::from_utf8(world.plain("/metrics", &[]).body).unwrap();
    assert!(
        text.contains("backline_first_chunk_seconds_count{} 1\n"),
        "{text}"
    );
    assert!(
        text.contains(&format!("backline_audio_bytes_total {end}\n")),
        "{text}"
    );
}
