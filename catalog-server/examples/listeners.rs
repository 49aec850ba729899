//! How long do many listeners wait for the first two seconds of a track?
//!
//! `listeners ADDRESS TOKEN TRACKS CONNECTIONS SECONDS PAUSE_MS`: each connection asks `stream` for a track
//! of the file TRACKS (an id a line), then the bytes up to the end of the first chunk, then pauses, over and
//! over. Without a pause the server is saturated, and what is measured is its throughput.
//! Prints requests, failures and the quantiles of the time from the first byte asked to the last one
//! read. Built for loopback: plain HTTP/1.1, kept alive.

use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

type Failure = Box<dyn std::error::Error + Send + Sync>;

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [address, token, tracks, connections, seconds, pause] = &arguments[..] else {
        return Err("usage: listeners ADDRESS TOKEN TRACKS CONNECTIONS SECONDS PAUSE_MS".into());
    };
    let pause = Duration::from_millis(pause.parse()?);
    let tracks: Vec<String> = std::fs::read_to_string(tracks)?
        .lines()
        .map(str::to_owned)
        .collect();
    let until = Instant::now() + Duration::from_secs(seconds.parse()?);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()?;
    let (mut waits, mut failures) = (Vec::new(), 0);
    runtime.block_on(async {
        let mut listeners = tokio::task::JoinSet::new();
        for number in 0..connections.parse().unwrap_or(1) {
            let (address, token, tracks) = (address.clone(), token.clone(), tracks.clone());
            listeners.spawn(async move {
                listen(&address, &token, &tracks, number, until, pause).await
            });
        }
        while let Some(heard) = listeners.join_next().await {
            let (heard, failed) = heard.unwrap_or_default();
            waits.extend(heard);
            failures += failed;
        }
    });
    waits.sort_unstable();
    let quantile = |share: f64| waits.get((waits.len() as f64 * share) as usize).copied();
    let ms = |wait: Option<Duration>| wait.map_or(f64::NAN, |wait| wait.as_secs_f64() * 1e3);
    println!(
        "{{\"asked\": {}, \"failed\": {failures}, \"p50_ms\": {:.2}, \"p99_ms\": {:.2}}}",
        waits.len(),
        ms(quantile(0.5)),
        ms(quantile(0.99))
    );
    Ok(())
}

/// One connection's waits, and how many requests failed.
async fn listen(
    address: &str,
    token: &str,
    tracks: &[String],
    number: usize,
    until: Instant,
    pause: Duration,
) -> (Vec<Duration>, usize) {
    let (mut waits, mut failed, mut open) = (Vec::new(), 0, None);
    let mut at = number;
    // Nobody presses play in step with everybody else.
    tokio::time::sleep(pause.mul_f64((number % 97) as f64 / 97.0)).await;
    while Instant::now() < until {
        at += 1;
        let track = &tracks[at * 7 % tracks.len()];
        let began = Instant::now();
        match first_chunk(&mut open, address, token, track).await {
            Ok(()) => waits.push(began.elapsed()),
            Err(error) => {
                eprintln!("{track}: {error}");
                failed += 1;
                open = None;
            }
        }
        tokio::time::sleep(pause).await;
    }
    (waits, failed)
}

async fn first_chunk(
    open: &mut Option<TcpStream>,
    address: &str,
    token: &str,
    track: &str,
) -> Result<(), Failure> {
    if open.is_none() {
        *open = Some(TcpStream::connect(address).await?);
    }
    let Some(connection) = open else {
        return Err("no connection".into());
    };
    let head = format!(
        "GET /v1/tracks/{track}/stream HTTP/1.1\r\nhost: l\r\nauthorization: Bearer {token}\r\n\r\n"
    );
    let body = ask(connection, &head, 200).await?;
    let stream: serde_json::Value = serde_json::from_slice(&body)?;
    let chunk = &stream["chunks"][0];
    let end = chunk["offset"].as_u64().unwrap_or(0) + chunk["bytes"].as_u64().unwrap_or(0);
    let url = stream["url"].as_str().ok_or("no url")?;
    let last = end.checked_sub(1).ok_or("no chunk")?;
    let head = format!("GET {url} HTTP/1.1\r\nhost: l\r\nrange: bytes=0-{last}\r\n\r\n");
    let body = ask(connection, &head, 206).await?;
    if body.len() as u64 == end {
        Ok(())
    } else {
        Err(format!("{} bytes of {end}", body.len()).into())
    }
}

/// One request and its whole body.
async fn ask(connection: &mut TcpStream, head: &str, expected: u16) -> Result<Vec<u8>, Failure> {
    connection.write_all(head.as_bytes()).await?;
    let mut seen = Vec::with_capacity(64 * 1024);
    loop {
        if connection.read_buf(&mut seen).await? == 0 {
            return Err("the connection ended".into());
        }
        let Some(end) = seen.windows(4).position(|four| four == b"\r\n\r\n") else {
            continue;
        };
        let text = std::str::from_utf8(&seen[..end])?;
        if text.split(' ').nth(1) != Some(expected.to_string().as_str()) {
            return Err(text.lines().next().unwrap_or_default().to_owned().into());
        }
        let length = text.lines().find_map(|line| {
            let (name, value) = line.split_once(": ")?;
            name.eq_ignore_ascii_case("content-length")
                .then(|| value.parse::<usize>().ok())?
        });
        let mut body = seen.split_off(end + 4);
        let missing = length.ok_or("no length")?.saturating_sub(body.len());
        let have = body.len();
        body.resize(have + missing, 0);
        connection.read_exact(&mut body[have..]).await?;
        return Ok(body);
    }
}
