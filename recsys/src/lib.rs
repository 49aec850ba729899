//! What should this listener hear next?
//!
//! Plays become interactions ([`plays`]: deduplicated, 30-second rule, skips count against, recency
//! decays), interactions become models ([`als`], [`item_item`], [`popularity`]), models become one
//! blend ([`blend`]), and the blend becomes lists ([`weekly`]): exact scores for all listeners at
//! once ([`scoring`]), with rights, the last 28 days and artists kept in bounds. [`evaluate`] holds
//! a week out; a model that is no better than popularity is not published.
//!
//! Same plays, catalogue, configuration and date → same bytes, at any number of threads, on any
//! processor ([`kernel`] says why). The server is built without the feature `job` and reads
//! [`lists`], [`vectors`] and [`ann`].

#[cfg(feature = "job")]
pub mod als;
pub mod ann;
#[cfg(feature = "job")]
pub mod blend;
#[cfg(feature = "job")]
pub mod bm25;
#[cfg(feature = "job")]
pub mod cli;
#[cfg(feature = "job")]
mod cold;
#[cfg(feature = "job")]
pub mod config;
#[cfg(feature = "job")]
pub mod csr;
#[cfg(feature = "job")]
mod dense;
#[cfg(feature = "job")]
pub mod ease;
mod error;
#[cfg(feature = "job")]
pub mod evaluate;
#[cfg(feature = "job")]
pub mod events;
#[cfg(feature = "job")]
pub mod item2vec;
#[cfg(feature = "job")]
pub mod item_item;
#[cfg(feature = "job")]
pub mod items;
#[cfg(feature = "job")]
pub mod job;
#[cfg_attr(not(feature = "job"), allow(dead_code))]
pub mod kernel;
#[cfg(feature = "job")]
pub mod learn;
pub mod lists;
#[cfg(feature = "job")]
pub mod metric;
#[cfg(feature = "job")]
pub mod metrics;
#[cfg(feature = "job")]
mod near;
#[cfg(feature = "job")]
pub mod page;
#[cfg(all(test, feature = "job"))]
mod planted;
#[cfg(feature = "job")]
pub mod plays;
#[cfg(feature = "job")]
pub mod popularity;
#[cfg(feature = "job")]
pub mod products;
#[cfg(feature = "job")]
pub mod profiles;
#[cfg(feature = "job")]
pub mod published;
#[cfg(feature = "job")]
pub mod report;
#[cfg(feature = "job")]
mod rerank;
#[cfg(feature = "job")]
pub mod scoring;
#[cfg(feature = "job")]
pub mod sounds;
#[cfg(feature = "job")]
pub mod split;
#[cfg(feature = "job")]
pub mod tune;
pub mod vectors;
#[cfg(feature = "job")]
pub mod weekly;

#[cfg(feature = "job")]
pub use config::Config;
pub use error::Error;
pub use lists::Lists;
#[cfg(feature = "job")]
pub use report::Report;
