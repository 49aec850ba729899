//! Have we heard this recording before, and which one is this clip?
//!
//! Each master gets a Chromaprint fingerprint ([`chromaprint`], [`mod@print`]): eight 32-bit items
//! a second, equal to `fpcalc`'s. An inverted index ([`index`]) tells which recordings share
//! items at a consistent offset ([`candidates`]); only those are aligned ([`align`]) and
//! judged ([`verdict`]). Other speeds, pitches, voices and telephones, which change Chromaprint's
//! bits, are found by triples of peaks ([`peaks`], [`triples`]), looked up as they are and bent
//! ([`bent`]), and traced ([`mod@trace`]); pairs of the same peaks ([`landmarks`]) name a noisy clip ([`mod@identify`]). What matches is clustered without chaining ([`cluster`]), and
//! published by [`job`] as a duplicate report with its evidence; what a person decided holds for
//! ever ([`decisions`]). What is no duplicate but may be one song, played again ([`covers`]) or given
//! as its instruments ([`stems`]), is shown to a person. Stretches that say nothing
//! (silence, drones, tones) take part in none of it ([`entropy`]).
//!
//! The server reads the same fingerprints and index from an edition ([`edition`]); it is built
//! without the feature `job`, which brings decoders and everything that makes fingerprints.

pub mod align;
#[cfg(feature = "job")]
pub mod answer;
pub mod bent;
pub mod candidates;
#[cfg(feature = "job")]
pub mod chromaprint;
#[cfg(feature = "job")]
pub mod cli;
pub mod clip;
pub mod cluster;
#[cfg(feature = "job")]
pub mod compare;
pub mod config;
pub mod covers;
pub mod decisions;
#[cfg(feature = "job")]
pub mod duplicates;
pub mod edition;
pub mod entropy;
mod error;
#[cfg(feature = "job")]
pub mod evaluate;
#[cfg(feature = "job")]
pub mod glances;
pub mod identify;
pub mod index;
#[cfg(feature = "job")]
pub mod job;
#[cfg(feature = "job")]
pub mod known;
pub mod landmarks;
#[cfg(feature = "job")]
pub mod library;
#[cfg(test)]
mod made_up;
pub mod odds;
pub mod outline;
#[cfg(feature = "job")]
pub mod page;
pub mod peaks;
pub mod pieces;
pub mod print;
#[cfg(feature = "job")]
pub mod report;
#[cfg(feature = "job")]
pub mod shard;
pub mod stems;
pub mod stored;
pub mod trace;
pub mod triples;
pub mod verdict;

#[cfg(feature = "job")]
pub use cli::Report;
pub use config::Config;
pub use error::Error;
