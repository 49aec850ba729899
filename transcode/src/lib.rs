//! What does each listener's connection get to hear, at which loudness?
//!
//! Every master becomes a ladder of Ogg Vorbis renditions at one loudness, a bit-exact FLAC with
//! ReplayGain tags, and a preview. One decoding measures the master and tries how hard it is to encode
//! ([`master`], [`complexity`]); albums are levelled as one where their tracks run together
//! ([`album`]); a second decoding feeds all encoders ([`encode`]); Vorbis streams are paged into chunks
//! without being encoded again ([`repage`]); every rendition is decoded and measured before it is
//! published ([`verify`], [`job`]). Names are hashes of what decides the bytes ([`ladder`]), so that present means done.

pub mod album;
pub mod cli;
pub mod complexity;
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
#[cfg(feature = "mp3")]
pub mod mp3;
mod packets;
pub mod plot;
pub mod preview;
pub mod repage;
pub mod report;
pub mod signal;
pub mod tags;
pub mod verify;
pub mod vorbis;
pub mod waveform;

pub use config::Config;
pub use error::Error;
pub use gain::plan_gain;
pub use job::{Item, items, published, run};
pub use report::Report;
