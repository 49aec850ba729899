//! What does each listener's connection get to hear, at which loudness?
pub mod config;
pub mod error;
pub mod flac;
pub mod gain;
pub mod ladder;
mod packets;
pub mod repage;
pub mod vorbis;
pub use config::Config;
pub use error::Error;
