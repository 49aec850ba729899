//! An S3 server for a test (moto), where one is installed.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};

/// An S3 server with one bucket; it ends with the test.
pub(crate) struct S3 {
    server: Child,
    port: u16,
}

impl S3 {
    /// Starts `moto_server`, or says that there is none.
    pub(crate) fn start() -> Option<S3> {
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
        // The bucket itself.
        s3.put("", b"");
        Some(s3)
    }

    /// Puts an object into the bucket `music`, which anybody may write.
    pub(crate) fn put(&self, key: &str, bytes: &[u8]) {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let path = format!("/music/{key}");
        let path = path.trim_end_matches('/');
        let length = bytes.len();
        let head = format!(
            "PUT {path} HTTP/1.1\r\nHost: s3.amazonaws.com\r\nContent-Length: {length}\r\nx-amz-acl: public-read-write\r\nConnection: close\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(bytes).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let answer = String::from_utf8_lossy(&answer);
        assert!(answer.contains(" 200 "), "{answer}");
    }

    /// What the environment of an operator's job says.
    pub(crate) fn environment(&self) -> [(&'static str, String); 5] {
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
