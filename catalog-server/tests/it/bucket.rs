//! Is an edition in a bucket served like one in a folder? The program itself over an S3 server.

use crate::client::{Answer, get};
use crate::edition::{publish, track_id};
use crate::s3::S3;
use crate::world::{SECRET, store, token_at};
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// The program over `s3://music/demo`; it ends with the test.
struct Running {
    program: Child,
    address: SocketAddr,
}

impl Running {
    fn over(s3: &S3, folder: &Path) -> Running {
        std::fs::write(folder.join("secret"), SECRET).unwrap();
        std::fs::write(
            folder.join("server.toml"),
            "[server.editions]\npoll_ms = 20\n",
        )
        .unwrap();
        let mut program = Command::new(env!("CARGO_BIN_EXE_catalog-server"))
            .args([
                "--store",
                "s3://music/demo",
                "--listen",
                "127.0.0.1:0",
                "--quiet",
            ])
            .args([
                "--secret-file",
                "secret",
                "--config",
                "server.toml",
                "--cache",
                "cache",
            ])
            .envs(s3.environment())
            .current_dir(folder)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(program.stdout.take().unwrap()).lines();
        let address = lines.find_map(|line| {
            let line = line.unwrap();
            let (_, rest) = line.split_once("http://")?;
            rest.split(['/', ' ']).next()?.parse().ok()
        });
        let address = address.expect("the server ended before it listened");
        Running { program, address }
    }

    /// As a premium listener in Germany, by the real clock.
    fn german(&self, path: &str) -> Answer {
        let token = token_at(&jiff::Timestamp::now().to_string(), 42, "DE", "premium");
        get(
            self.address,
            path,
            &[("authorization", &format!("Bearer {token}"))],
        )
    }

    fn until_it_serves(&self, edition: &str) {
        while get(self.address, "/readyz", &[]).json()["edition"]["id"] != edition {
            std::thread::yield_now();
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

/// Copies a store into the bucket, the pointer last, as publishing does.
fn upload(s3: &S3, store: &Path) {
    let mut folders = vec![store.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if !path.ends_with("CURRENT") {
                put(s3, store, &path);
            }
        }
    }
    put(s3, store, &store.join("CURRENT"));
}

fn put(s3: &S3, store: &Path, path: &Path) {
    let key = path.strip_prefix(store).unwrap().to_str().unwrap();
    s3.put(&format!("demo/{key}"), &std::fs::read(path).unwrap());
}

#[test]
fn an_edition_in_a_bucket_is_served_and_gives_way_to_the_next() {
    let Some(s3) = S3::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let local = store(&folder);
    let first = publish(&local, 0).pointer.edition;
    upload(&s3, &folder.path().join("store"));

    let server = Running::over(&s3, folder.path());
    server.until_it_serves(&first);
    let track = track_id("Harbour Lights", 1);
    let stream = server.german(&format!("/v1/tracks/{track}/stream?quality=lossless"));
    let url = stream.json()["url"].as_str().unwrap().to_owned();
    let range = get(server.address, &url, &[("range", "bytes=100-299")]);
    let whole = get(server.address, &url, &[]);
    assert_eq!((range.status, whole.status), (206, 200));
    assert_eq!(range.body, whole.body[100..300]);
    let found = server.german("/v1/search?q=lanterns").json();
    assert_eq!(
        found["hits"][0]["track"]["id"],
        track.to_string(),
        "{found}"
    );

    let second = publish(&local, 1).pointer.edition;
    assert_ne!(first, second);
    upload(&s3, &folder.path().join("store"));
    server.until_it_serves(&second);
    let home = server.german("/v1/home").json();
    assert_eq!(home["edition"], second, "{home}");
}
