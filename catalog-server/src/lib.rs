//! Everything a client may ask of an edition, and nothing else.
//!
//! The server maps one immutable edition and answers from it: metadata, search, playback, lists. It
//! writes nothing: no module here holds a writer, and a test over the dependency graph keeps
//! encoders, parsers of deliveries and polars out of the binary. A newer edition is opened and
//! checked beside the one that answers and takes over between two requests
//! ([`edition_swap`]). Who listens, where and on which plan stands in a signed token
//! ([`identity`]); what they may fetch stands in a signed link ([`signing`]) that any edge verifies
//! by itself, so audio may be served from a cache that knows nothing of licences.

pub mod accept;
mod answer;
mod app;
mod around;
mod artwork;
mod audio;
mod blobs;
mod browse;
pub mod cli;
mod clips;
pub mod config;
mod cursor;
mod discover;
pub mod edition_swap;
mod encoding;
mod find;
mod health;
pub mod identity;
mod ladder;
mod limits;
mod live;
mod lyrics;
mod mappings;
pub mod metrics;
mod near;
mod openapi;
mod page;
mod params;
mod playback;
pub mod problem;
mod radio;
mod ranges;
mod reports;
mod rights;
mod router;
mod secret;
mod server;
mod service;
mod shelves;
mod show;
pub mod signing;
mod slices;
mod subsonic;
mod tls;
mod written;

pub use app::Clock;
pub use config::Config;
pub use secret::{SecretError, Secrets};
pub use server::{Error, Options, Server};
pub use tls::TlsFiles;
