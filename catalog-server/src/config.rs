//! Which limits and life times does the server obey?
//!
//! `default.toml` states every value with its unit; an operator's file has a section `[server]`.

use serde::Deserialize;
use std::time::Duration;

/// The commented defaults.
pub const DEFAULT: &str = include_str!("default.toml");

/// Everything that can be set; see `default.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Limits that protect the machine from its clients.
    pub connections: Connections,
    /// Limits on how often a client may ask, and when the server takes no more.
    pub limits: Limits,
    /// Life of signed links.
    pub links: Links,
    /// Watching for new editions.
    pub editions: Editions,
    /// Sizes of answers.
    pub answers: Answers,
}

/// Limits on connections, requests and the drain.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Connections {
    /// Runtime threads; 0 = one per core.
    pub workers: usize,
    /// Open connections overall.
    pub max: usize,
    /// Open connections from one address.
    pub max_per_address: usize,
    /// Accept to first byte, in milliseconds.
    pub first_byte_ms: u64,
    /// Time for a request header, in milliseconds.
    pub header_ms: u64,
    /// HTTP/2: time without a byte, in milliseconds.
    pub idle_ms: u64,
    /// Window in which a reader must take `stall_bytes`, in milliseconds.
    pub stall_ms: u64,
    /// Bytes a reader must take per window.
    pub stall_bytes: usize,
    /// Bytes of one request header.
    pub max_header_bytes: usize,
    /// Fields of one request header.
    pub max_headers: usize,
    /// Bytes of a request body.
    pub max_body_bytes: u64,
    /// HTTP/2 streams per connection.
    pub max_streams: u32,
    /// Time between failing readiness and closing the listener, in milliseconds.
    pub drain_notice_ms: u64,
    /// Time for requests under way at the end, in milliseconds.
    pub drain_ms: u64,
}

/// Rates and overload. 0 per second, and 0 milliseconds, mean no limit.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Requests per second of one listener.
    pub listener_per_s: u32,
    /// Requests of one listener at once.
    pub listener_burst: u32,
    /// Requests per second of one address.
    pub address_per_s: u32,
    /// Requests of one address at once.
    pub address_burst: u32,
    /// Requests under way.
    pub max_under_way: usize,
    /// Milliseconds that a task may wait for a thread before new requests are refused.
    pub max_late_ms: u64,
    /// Whether the last `X-Forwarded-For` names the client: only behind a proxy that sets it.
    pub behind_proxy: bool,
}

impl Limits {
    /// Nothing is limited.
    pub fn none() -> Limits {
        Limits {
            listener_per_s: 0,
            listener_burst: 0,
            address_per_s: 0,
            address_burst: 0,
            max_under_way: usize::MAX,
            max_late_ms: 0,
            behind_proxy: false,
        }
    }
}

/// Life of signed links.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Links {
    /// Seconds beyond the track's duration.
    pub life_s: u64,
    /// Seconds by which clocks may differ.
    pub skew_s: u64,
}

/// Watching for new editions.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Editions {
    /// Milliseconds between two looks at CURRENT.
    pub poll_ms: u64,
    /// Bytes of copied objects that are kept of a remote store.
    pub cache_bytes: u64,
}

/// Sizes of answers.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answers {
    /// Search results when the client does not say.
    pub search_limit: usize,
    /// Search results at most.
    pub search_limit_max: usize,
    /// Characters of a query.
    pub query_chars: usize,
    /// Items of a list.
    pub list_length: usize,
    /// Blobs kept mapped.
    pub mapped_blobs: usize,
}

impl Config {
    /// The defaults with an operator's `[server]` section over them.
    ///
    /// # Errors
    /// An unknown key or a wrong type, named.
    pub fn layered(user: Option<&toml::Table>) -> Result<Config, catalog::config::ConfigError> {
        catalog::config::layered("server", DEFAULT, user)
    }
}

/// Milliseconds as a duration.
pub(crate) fn ms(n: u64) -> Duration {
    Duration::from_millis(n)
}
