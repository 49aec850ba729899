//! Is a bucket as good a store as a folder? A night over an S3 server (moto), where one is installed.

use crate::console::{Console, text};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};

/// An S3 server with one bucket; it ends with the test.
struct S3 {
    server: Child,
    port: u16,
}

impl S3 {
    /// Starts `moto_server`, or says that there is none.
    fn start() -> Option<S3> {
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        let server = Command::new("moto_server")
            .args(["-H", "127.0.0.1", "-p", &port.to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn();
        let Ok(mut server) = server else {
            eprintln!("SKIPPED: moto_server is not installed (pip install 'moto[server]')");
            return None;
        };
        let mut lines = BufReader::new(server.stderr.take().unwrap()).lines();
        let ready = lines.any(|line| line.unwrap().contains("Running on"));
        assert!(ready, "moto_server ended before it listened");
        // Its log goes on; somebody must read it, or it waits for room in the pipe.
        std::thread::spawn(move || lines.count());
        let s3 = S3 { server, port };
        s3.make_bucket();
        Some(s3)
    }

    fn make_bucket(&self) {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let head = "PUT /music HTTP/1.1\r\nHost: s3.amazonaws.com\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        stream.write_all(head.as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        assert!(text(&answer).contains(" 200 "), "{}", text(&answer));
    }

    /// What the environment of an operator's job says.
    fn environment(&self) -> [(&'static str, String); 5] {
        [
            ("AWS_ENDPOINT", format!("http://127.0.0.1:{}", self.port)),
            ("AWS_ALLOW_HTTP", "true".to_owned()),
            ("AWS_REGION", "us-east-1".to_owned()),
            ("AWS_ACCESS_KEY_ID", "test".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "test".to_owned()),
        ]
    }
}

impl Drop for S3 {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

#[test]
fn a_night_over_a_bucket_ends_with_the_edition_of_a_night_in_a_folder() {
    let Some(s3) = S3::start() else { return };
    let console = Console::with_short_drop();
    let in_folder = console.night("folder", "one-rung.toml");
    for changed in [true, false] {
        let night = console
            .command(&["nightly", "drop", "--simulate-plays", "--json", "--quiet"])
            .args(["--store", "s3://music/demo", "--config", "one-rung.toml"])
            .envs(s3.environment())
            .output()
            .unwrap();
        assert_eq!(night.status.code(), Some(1), "{}", text(&night.stderr));
        let in_bucket: serde_json::Value = serde_json::from_slice(&night.stdout).unwrap();
        let published = |night: &serde_json::Value| night["edition"]["published"].clone();
        assert_eq!(published(&in_bucket)["id"], published(&in_folder)["id"]);
        assert_eq!(published(&in_bucket)["changed"], changed);
    }
}
