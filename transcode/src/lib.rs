//! What does each listener's connection get to hear, at which loudness?
//!
//! Every master becomes a ladder of Ogg Vorbis renditions at one loudness, a bit-exact FLAC with
//! ReplayGain tags, and a preview. One decoding measures the master ([`master`]), one feeds all
//! encoders ([`encode`]); Vorbis streams are paged into chunks without being encoded again
//! ([`repage`]); every rendition is decoded and measured before it is published ([`verify`],
//! [`job`]). Names are hashes of what decides the bytes ([`ladder`]), so that present means done.

pub mod cli;
pub mod config;
pub mod encode;
pub mod error;
pub mod flac;
pub mod flac_tags;
pub mod gain;
pub mod inspect;
pub mod job;
pub mod ladder;
pub mod master;
mod packets;
pub mod preview;
pub mod repage;
pub mod report;
pub mod verify;
pub mod vorbis;

pub use config::Config;
pub use error::Error;
pub use gain::plan_gain;
pub use job::{Item, items, published, run};
pub use report::Report;
