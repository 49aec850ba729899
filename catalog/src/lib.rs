//! What words do we share, and what exactly is an edition on disk?
//!
//! Identifiers, units, releases, rights; the store; the delivery log and its fold; the edition format,
//! and how an edition is published and opened. Every other crate speaks these words; this one knows
//! none of them. The server is built without the feature `publish`.

#[cfg(feature = "publish")]
pub mod artists;
pub mod cluster;
pub mod columns;
pub mod config;
#[cfg(feature = "publish")]
pub mod delivery;
pub mod edition;
#[cfg(feature = "publish")]
pub mod fold;
pub mod genre;
pub mod ids;
pub mod job;
pub mod lyrics;
pub mod plays;
pub mod progress;
pub mod release;
pub mod rendition;
pub mod rights;
#[cfg(feature = "publish")]
pub mod snapshot;
pub mod soundprint;
pub mod store;
pub mod units;
