//! Clients that are silent, slow or too many, and a server that leaves.

use crate::client::get;
use crate::world::World;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::fd::AsRawFd;

/// Reads to the end, however it comes.
fn ends(mut stream: TcpStream) -> Vec<u8> {
    let mut all = Vec::new();
    let _ = stream.read_to_end(&mut all);
    all
}

/// A link to bytes that no kernel holds for one reader.
fn lossless(world: &World) -> String {
    let track = crate::edition::track_id("Harbour Lights", 1);
    let path = format!("/v1/tracks/{track}/stream?quality=lossless");
    let stream = world.german(&path).json();
    stream["url"].as_str().unwrap().to_owned()
}

#[test]
fn a_client_that_says_nothing_is_closed() {
    let world = World::with(|config| config.connections.first_byte_ms = 20);
    assert_eq!(ends(TcpStream::connect(world.address()).unwrap()), b"");
    let mut half_preface = TcpStream::connect(world.address()).unwrap();
    half_preface.write_all(b"PRI * HTTP/2.0\r\n").unwrap();
    assert_eq!(ends(half_preface), b"");
}

#[test]
fn a_client_with_half_a_header_is_closed() {
    let world = World::with(|config| config.connections.header_ms = 20);
    let mut stream = TcpStream::connect(world.address()).unwrap();
    stream
        .write_all(b"GET /healthz HTTP/1.1\r\nhost: te")
        .unwrap();
    ends(stream);
}

#[test]
fn a_client_that_keeps_a_connection_without_using_it_is_closed() {
    let world = World::with(|config| config.connections.header_ms = 20);
    let mut stream = TcpStream::connect(world.address()).unwrap();
    stream
        .write_all(b"GET /healthz HTTP/1.1\r\nhost: test\r\n\r\n")
        .unwrap();
    assert!(ends(stream).starts_with(b"HTTP/1.1 200 OK"));
}

#[test]
fn an_http2_connection_without_a_byte_is_closed() {
    let world = World::with(|config| config.connections.idle_ms = 20);
    let mut stream = TcpStream::connect(world.address()).unwrap();
    stream
        .write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
        .unwrap();
    // An empty SETTINGS frame, as RFC 9113 asks for.
    stream.write_all(&[0, 0, 0, 4, 0, 0, 0, 0, 0]).unwrap();
    let all = ends(stream);
    assert_eq!(
        all.get(3),
        Some(&4),
        "the server's SETTINGS come first: {all:?}"
    );
}

#[test]
fn a_reader_that_takes_nothing_is_given_up_and_not_fed_into_the_kernel() {
    let world = World::with(|config| config.connections.stall_ms = 50);
    let url = lossless(&world);
    let mut stream = TcpStream::connect(world.address()).unwrap();
    let head = format!("GET {url} HTTP/1.1\r\nhost: test\r\n\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    while world.server().metrics().closed_for("stalled") == 0 {
        std::thread::yield_now();
    }
    assert!(ends(stream).len() < 1_000_000, "the whole file was taken");
}

/// Leaves little room in the client's half of the kernel, so that an answer waits in the server's.
fn with_little_room(stream: &TcpStream) {
    let (room, size) = (4096 as libc::c_int, size_of::<libc::c_int>());
    // SAFETY: the descriptor is open, and the kernel reads one int from a live one.
    let refused = unsafe {
        libc::setsockopt(
            stream.as_raw_fd(),
            libc::SOL_SOCKET,
            libc::SO_RCVBUF,
            (&raw const room).cast(),
            size as libc::socklen_t,
        )
    };
    assert_eq!(refused, 0, "{}", std::io::Error::last_os_error());
}

#[test]
fn a_reader_that_leaves_a_whole_answer_in_the_kernel_is_given_up_too() {
    let world = World::with(|config| config.connections.stall_ms = 50);
    let url = lossless(&world);
    let mut stream = TcpStream::connect(world.address()).unwrap();
    with_little_room(&stream);
    let head = format!("GET {url} HTTP/1.1\r\nhost: test\r\nrange: bytes=0-262143\r\n\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    while world.server().metrics().closed_for("stalled") == 0 {
        std::thread::yield_now();
    }
    assert!(ends(stream).len() < 262_144, "all of it was taken");
}

#[test]
fn one_connection_too_many_is_told_so() {
    let world = World::with(|config| config.connections.max_per_address = 1);
    let mut held = TcpStream::connect(world.address()).unwrap();
    held.write_all(b"GET /healthz HTTP/1.1\r\nhost: test\r\n\r\n")
        .unwrap();
    held.read_exact(&mut [0; 12]).unwrap();
    let refused = get(world.address(), "/healthz", &[]);
    refused.problem(503, "full");
    assert_eq!(refused.header("retry-after"), "5");
}

#[test]
fn requests_on_one_connection_are_answered_in_order() {
    let world = World::new();
    let mut stream = TcpStream::connect(world.address()).unwrap();
    let two = "GET /healthz HTTP/1.1\r\nhost: t\r\n\r\nGET /nowhere HTTP/1.1\r\nhost: t\r\nconnection: close\r\n\r\n";
    stream.write_all(two.as_bytes()).unwrap();
    let text = String::from_utf8(ends(stream)).unwrap();
    let statuses: Vec<&str> = text
        .split("HTTP/1.1 ")
        .skip(1)
        .map(|answer| &answer[..3])
        .collect();
    assert_eq!(statuses, ["200", "404"]);
}

#[test]
fn a_leaving_server_fails_readiness_and_a_half_header_does_not_hold_it() {
    let mut world = World::with(|config| {
        config.connections.drain_notice_ms = 300;
        config.connections.drain_ms = 50;
    });
    let address = world.address();
    assert_eq!(get(address, "/readyz", &[]).status, 200);
    let mut half = TcpStream::connect(address).unwrap();
    half.write_all(b"GET / HTTP/1.1\r\nho").unwrap();
    // Asked over and over while the server leaves: ready, then leaving, then gone.
    let asking = std::thread::spawn(move || {
        let mut statuses = Vec::new();
        while let Ok(mut stream) = TcpStream::connect(address) {
            let _ =
                stream.write_all(b"GET /readyz HTTP/1.1\r\nhost: t\r\nconnection: close\r\n\r\n");
            let answer = ends(stream);
            statuses.push(String::from_utf8_lossy(answer.get(9..12).unwrap_or(b"")).into_owned());
        }
        statuses
    });
    world.stop();
    let mut statuses = asking.join().unwrap();
    statuses.dedup();
    assert!(statuses.contains(&"503".to_owned()), "{statuses:?}");
    assert!(TcpStream::connect(address).is_err());
}
