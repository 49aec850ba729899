//! Have we heard this recording before, and which one is this clip?
pub mod align;
pub mod candidates;
#[cfg(feature = "job")]
pub mod chromaprint;
pub mod cluster;
pub mod config;
#[cfg(feature = "job")]
pub mod duplicates;
pub mod entropy;
pub mod error;
pub mod index;
pub mod print;
pub mod stored;
pub mod verdict;
