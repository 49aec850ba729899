//! Errors are documents everywhere, and no path leads to a file.

use crate::client::send;
use crate::edition::track_id;
use crate::world::{World, token};

#[test]
fn every_error_is_a_problem_document() {
    let world = World::new();
    let track = track_id("Harbour Lights", 1);
    let long = "x".repeat(201);
    for (path, status, code) in [
        ("/nothing/here".to_owned(), 404, "no-such-route"),
        ("/v1/tracks/not-an-id".to_owned(), 404, "not-found"),
        (
            "/v1/tracks/0000000000000000000000".to_owned(),
            404,
            "not-found",
        ),
        ("/v1/tracks/%ff".to_owned(), 404, "not-found"),
        (
            "/v1/releases/0000000000000000000000".to_owned(),
            404,
            "not-found",
        ),
        (
            "/v1/artists/0000000000000000000000".to_owned(),
            404,
            "not-found",
        ),
        ("/v1/search".to_owned(), 400, "bad-request"),
        ("/v1/search?q=".to_owned(), 400, "bad-request"),
        (format!("/v1/search?q={long}"), 400, "bad-request"),
        ("/v1/search?q=a&limit=many".to_owned(), 400, "bad-request"),
        ("/v1/search?q=a&kind=video".to_owned(), 400, "bad-request"),
        ("/v1/search?q=a&surprise=1".to_owned(), 400, "bad-request"),
        ("/v1/search?q=a&offset=5000".to_owned(), 400, "bad-request"),
        ("/v1/search/suggest?q=%20".to_owned(), 400, "bad-request"),
        (
            format!("/v1/tracks/{track}/stream?quality=loud"),
            400,
            "bad-request",
        ),
        (
            format!("/audio/{track}/premium/flac.flac"),
            403,
            "link-refused",
        ),
    ] {
        let problem = world.german(&path).problem(status, code);
        for member in ["title", "detail", "fix"] {
            assert!(
                problem[member]
                    .as_str()
                    .is_some_and(|text| !text.is_empty()),
                "{path} {problem}"
            );
        }
    }
}

#[test]
fn only_reading_methods_are_answered() {
    let world = World::new();
    for method in ["POST", "PUT", "DELETE", "PATCH"] {
        let answer = world.method(method, "/v1/search?q=a", &[]);
        answer.problem(405, "method-not-allowed");
        assert_eq!(answer.header("allow"), "GET, HEAD, OPTIONS");
    }
    let answer = world.method(
        "OPTIONS",
        "/v1/search",
        &[("origin", "https://elsewhere.example")],
    );
    assert_eq!(answer.status, 204);
    assert!(
        answer
            .header("access-control-allow-headers")
            .contains("authorization")
    );
    let large = world.method("POST", "/v1/search", &[("content-length", "9999999")]);
    large.problem(413, "too-large");
}

#[test]
fn a_request_without_a_valid_token_learns_only_that() {
    let world = World::new();
    let good = token(42, "DE", "premium");
    let paths = [
        "/v1/me",
        "/v1/home",
        "/v1/search?q=a",
        "/v1/me/discover-weekly",
    ];
    for path in paths {
        let answer = world.plain(path, &[]);
        answer.problem(401, "unauthorised");
        assert_eq!(
            answer.header("www-authenticate"),
            "Bearer realm=\"backline\""
        );
    }
    let twice = format!("Bearer {good}");
    world
        .plain(
            "/v1/me",
            &[("authorization", &twice), ("authorization", &twice)],
        )
        .problem(401, "unauthorised");
    for bad in [
        &good[..good.len() - 1],
        "a.b.c",
        "",
        "....",
        &"x".repeat(5000),
    ] {
        world
            .as_listener(bad, "/v1/me")
            .problem(401, "unauthorised");
    }
    world.wait(3600 + 61);
    world
        .as_listener(&good, "/v1/me")
        .problem(401, "unauthorised");
}

#[test]
fn no_path_leads_to_a_file() {
    let world = World::new();
    let store = world.folder.path().join("store");
    assert!(store.join("CURRENT").is_file());
    for path in [
        "/../CURRENT",
        "/%2e%2e/CURRENT",
        "/audio/../../CURRENT",
        "/audio/..%2f..%2fCURRENT/premium/flac.flac",
        "/audio/%2e%2e/%2e%2e/CURRENT",
        "/audio/%00/premium/flac.flac",
        "/audio/..%5c..%5c/premium/x.ogg",
        "/artwork/../CURRENT",
        "/artwork/..%2f..%2f/CURRENT",
        "/artwork/0000000000000000000000/..%2f..%2fCURRENT",
        "//etc/passwd",
        "/etc/passwd",
        "/objects/00",
        "/store/CURRENT",
    ] {
        let answer = world.german(path);
        assert!(matches!(answer.status, 404 | 403), "{path} {answer:?}");
        assert_eq!(
            answer.header("content-type"),
            "application/problem+json",
            "{path}"
        );
        let current = std::fs::read(store.join("CURRENT")).unwrap();
        assert!(
            !answer
                .body
                .windows(current.len())
                .any(|part| part == current),
            "{path}"
        );
    }
}

#[test]
fn what_is_not_http_is_answered_400_and_closed() {
    let world = World::new();
    for bytes in [
        &b"\x16\x03\x01\x02\x00\x01"[..],
        b"GET / HTTP/9.9\r\n\r\n",
        b"G\0T / HTTP/1.1\r\n\r\n",
    ] {
        let long = [bytes, b"\r\n\r\n"].concat();
        assert!(matches!(send(world.address(), &long).status, 400 | 505));
    }
    let fields = "x: y\r\n".repeat(200);
    let many = format!("GET / HTTP/1.1\r\nhost: test\r\n{fields}\r\n");
    assert_eq!(send(world.address(), many.as_bytes()).status, 431);
}

#[test]
fn the_page_and_its_parts_stand_alone() {
    let world = World::new();
    let page = world.plain("/", &[]);
    assert_eq!(
        (page.status, page.header("content-type")),
        (200, "text/html; charset=utf-8")
    );
    assert!(
        page.header("content-security-policy")
            .starts_with("default-src 'none'")
    );
    assert_eq!(page.header("x-content-type-options"), "nosniff");
    let text = String::from_utf8(page.body).unwrap();
    assert!(text.contains("/app.js") && text.contains("/style.css"));
    for part in [
        "/app.js",
        "/player.js",
        "/engine.js",
        "/dom.js",
        "/style.css",
    ] {
        let answer = world.plain(part, &[]);
        assert_eq!(answer.status, 200, "{part}");
        assert_eq!(
            world
                .plain(part, &[("if-none-match", answer.header("etag"))])
                .status,
            304
        );
        let text = String::from_utf8(answer.body).unwrap();
        let strange = text
            .lines()
            .find(|line| line.contains("https://") || line.contains("import("));
        assert_eq!(strange, None, "{part} asks another origin");
    }
}
