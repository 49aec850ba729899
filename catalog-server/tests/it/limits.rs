//! Who asks too often is told when to ask again; nobody else notices.

use crate::client::{Answer, send};
use crate::world::{World, token};

/// The first answer with a status, of at most a hundred: time may pass between two.
#[track_caller]
fn first_with(status: u16, ask: impl Fn() -> Answer) -> Answer {
    let mut answers = (0..100).map(|_| ask());
    answers.find(|answer| answer.status == status).unwrap()
}

#[test]
fn a_listener_who_asks_too_often_is_told_to_wait() {
    let world = World::with(|config| {
        config.limits.listener_per_s = 1;
        config.limits.listener_burst = 3;
    });
    let me = |listener| world.as_listener(&token(listener, "DE", "premium"), "/v1/me");
    assert!((0..3).all(|_| me(7).status == 200), "a burst is allowed");
    let refused = first_with(429, || me(7));
    refused.problem(429, "too-many-requests");
    let wait: u64 = refused.header("retry-after").parse().unwrap();
    assert!((1..=10).contains(&wait), "{wait}");
    assert_eq!(me(8).status, 200, "others are not concerned");
}

#[test]
fn an_address_that_asks_too_often_is_told_to_wait_and_who_watches_is_answered() {
    let world = World::with(|config| {
        config.limits.address_per_s = 1;
        config.limits.address_burst = 2;
    });
    let claimed = std::cell::Cell::new(0u8);
    let ask = || {
        claimed.set(claimed.get() + 1);
        let forwarded = format!("192.0.2.{}", claimed.get());
        world.plain("/", &[("x-forwarded-for", &forwarded)])
    };
    // No proxy is trusted: what a client claims changes nothing.
    first_with(429, ask).problem(429, "too-many-requests");
    assert_eq!(world.plain("/readyz", &[]).status, 200);
}

#[test]
fn behind_a_proxy_the_client_counts_that_it_names_last() {
    let world = World::with(|config| {
        config.limits.address_per_s = 1;
        config.limits.address_burst = 1;
        config.limits.behind_proxy = true;
    });
    let from = |list: &str| world.plain("/", &[("x-forwarded-for", list)]);
    assert_eq!(from("192.0.2.1").status, 200);
    first_with(429, || from("192.0.2.99, 192.0.2.1"));
    assert_eq!(from("192.0.2.2").status, 200);
}

#[test]
fn a_server_that_is_full_says_so_and_when_to_come_back() {
    let world = World::with(|config| config.limits.max_under_way = 0);
    let refused = world.plain("/", &[]);
    refused.problem(503, "overloaded");
    assert_eq!(refused.header("retry-after"), "1");
    assert_eq!(world.plain("/healthz", &[]).status, 200);
    let text = String::from_utf8(world.plain("/metrics", &[]).body).unwrap();
    assert!(text.contains("backline_shed_total 1\n"), "{text}");
}

#[test]
fn a_body_that_does_not_come_ends_the_request() {
    let world = World::with(|config| config.connections.header_ms = 20);
    let answer = send(
        world.address(),
        b"POST /rest/ping HTTP/1.1\r\nhost: t\r\ncontent-length: 100\r\n\r\nu=",
    );
    answer.problem(408, "too-slow");
}

#[test]
fn a_player_s_report_is_counted() {
    let world = World::new();
    let track = crate::edition::track_id("Harbour Lights", 1);
    let body = format!(r#"{{"track":"{track}","first_sound_ms":180,"stalls":2,"stalled_ms":900}}"#);
    let bearer = token(1, "DE", "premium");
    let post = |body: &str| {
        let head = format!(
            "POST /v1/reports/playback HTTP/1.1\r\nhost: t\r\nconnection: close\r\nauthorization: Bearer {bearer}\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        send(world.address(), format!("{head}{body}").as_bytes())
    };
    assert_eq!(post(&body).status, 204);
    post("{}").problem(400, "bad-request");
    let text = String::from_utf8(world.plain("/metrics", &[]).body).unwrap();
    for line in [
        "backline_stalls_total 2\n",
        "backline_stalled_milliseconds_total 900\n",
        "backline_heard_after_seconds_count{} 1\n",
    ] {
        assert!(text.contains(line), "{line}{text}");
    }
}
