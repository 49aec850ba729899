//! Where do honest test inputs come from?
//!
//! - [`mod@drop`]: a label drop of real, redistributable music (from Debian packages), or of music
//!   that [`synth`] composes where no archive is in reach, delivered as labels deliver.
//! - [`listening`]: a seeded simulator of listeners with tastes, over any catalogue.
//! - [`token`]: the signed bearer tokens that demo listeners identify themselves with.
//!
//! Everything is decided by parameters that are written down, and the same parameters give the
//! same bytes. [`job`] is the only part that touches disk, processes or the store.

pub mod cli;
pub mod config;
pub mod cover;
pub mod drop;
mod error;
pub mod job;
pub mod listening;
pub mod synth;
pub mod token;

pub use config::Config;
pub use error::Error;
