//! A store, a server, a clock that stands still, and listeners' tokens.

use crate::client::{Answer, get, request};
use crate::edition::{NOW, publish};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use catalog::store::Store;
use catalog_server::{Config, Options, Secrets, Server};
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

pub(crate) const SECRET: &str = "a secret of thirty-nine characters, yes";

pub(crate) struct World {
    pub(crate) folder: tempfile::TempDir,
    server: Option<Server>,
    clock: Arc<AtomicI64>,
}

impl World {
    /// With the tiny edition published and the server's own limits.
    pub(crate) fn new() -> World {
        World::with(|_| {})
    }

    /// With other limits.
    pub(crate) fn with(change: impl FnOnce(&mut Config)) -> World {
        let folder = tempfile::tempdir().unwrap();
        publish(&store(&folder), 0);
        World::over(folder, change)
    }

    /// Over a folder as it is.
    pub(crate) fn over(folder: tempfile::TempDir, change: impl FnOnce(&mut Config)) -> World {
        let mut config = Config::layered(None).unwrap();
        config.editions.poll_ms = 2;
        config.connections.drain_notice_ms = 1;
        config.connections.workers = 2;
        // Tests ask as fast as they can; those about limits set their own.
        config.limits = catalog_server::config::Limits::none();
        change(&mut config);
        let now: Timestamp = NOW.parse().unwrap();
        let clock = Arc::new(AtomicI64::new(now.as_second()));
        let read = Arc::clone(&clock);
        let server = Server::start(Options {
            store: store(&folder),
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            secrets: Secrets::parse(SECRET.as_bytes()).unwrap(),
            config,
            cache: folder.path().join("cache"),
            tls: None,
            clock: Arc::new(move || Timestamp::from_second(read.load(Ordering::Relaxed)).unwrap()),
        });
        let server = server.unwrap();
        assert_eq!(
            server.editions().refused,
            None,
            "the tests' own edition is good"
        );
        World {
            folder,
            server: Some(server),
            clock,
        }
    }

    pub(crate) fn server(&self) -> &Server {
        self.server.as_ref().unwrap()
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.server().address()
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address())
    }

    pub(crate) fn store(&self) -> Store {
        store(&self.folder)
    }

    /// Moves the clock.
    pub(crate) fn wait(&self, seconds: i64) {
        self.clock.fetch_add(seconds, Ordering::Relaxed);
    }

    /// Lets the server leave.
    pub(crate) fn stop(&mut self) {
        self.server.take().unwrap().stop();
    }

    /// As the listener of a token.
    pub(crate) fn as_listener(&self, token: &str, path: &str) -> Answer {
        self.ask(token, path, &[])
    }

    /// As a premium listener in Germany.
    pub(crate) fn german(&self, path: &str) -> Answer {
        self.as_listener(&token(42, "DE", "premium"), path)
    }

    pub(crate) fn ask(&self, token: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
        let bearer = format!("Bearer {token}");
        let mut all = vec![("authorization", bearer.as_str())];
        all.extend(headers);
        get(self.address(), path, &all)
    }

    pub(crate) fn plain(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        get(self.address(), path, headers)
    }

    pub(crate) fn method(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
        request(self.address(), method, path, headers)
    }
}

pub(crate) fn store(folder: &tempfile::TempDir) -> Store {
    Store::open(folder.path().join("store").to_str().unwrap()).unwrap()
}

/// A token valid for an hour around the tests' now.
pub(crate) fn token(listener: u64, country: &str, tier: &str) -> String {
    token_at(NOW, listener, country, tier)
}

/// A token valid for an hour around another instant.
pub(crate) fn token_at(instant: &str, listener: u64, country: &str, tier: &str) -> String {
    let now: Timestamp = instant.parse().unwrap();
    let (iat, exp) = (now.as_second() - 60, now.as_second() + 3600);
    let claims = format!(
        r#"{{"sub":"{listener}","country":"{country}","tier":"{tier}","iat":{iat},"exp":{exp}}}"#
    );
    let signed = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"JWT"}"#),
        URL_SAFE_NO_PAD.encode(claims)
    );
    let mac = Hmac::<sha2::Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    let mac = mac.chain_update(&signed).finalize().into_bytes();
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mac))
}
