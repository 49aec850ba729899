//! What did the listener mean to type?
//!
//! An index is written once per edition and mapped by the server. Four ideas carry it:
//!
//! 1. **One analysis.** [`analysis`] turns text into words, for the writer and the reader alike.
//!    Its version stands in the manifest, and a reader refuses an index of another version.
//! 2. **Document order is the static rank.** `writer` sorts by popularity × recency before it
//!    numbers the documents. So the best documents of a list come first, ties break the right
//!    way, and a search prunes with a bound that only falls: its top is exactly the exhaustive
//!    one, at the price of reading a few blocks (`collect`).
//! 3. **One weighted bag of words.** Title words count three times, artist words twice (BM25F
//!    with integer weights), so that "title artist" needs one posting list per word. The kind
//!    is part of the word, which makes a search for artists alone cost what artists cost.
//! 4. **Readings.** What was typed is read literally first; only when that finds little is it
//!    completed, corrected, joined, split and at last loosened (`reading`).

#![warn(missing_docs)]

pub mod analysis;
mod collect;
mod completion;
mod document;
mod error;
mod index;
mod manifest;
mod names;
mod ranking;
mod reader;
mod reading;
mod sealed;
mod vocabulary;
#[cfg(feature = "write")]
mod writer;

pub use document::{Document, Kind, Kinds};
pub use error::SearchError;
pub use index::Index;
pub use manifest::{FORMAT, Manifest};
pub use ranking::Ranking;
pub use reader::{Hit, Hits, MAX_DEPTH, MAX_TOTAL, Query};
pub use reader::{MAX_SUGGESTIONS, Suggestion};
#[cfg(feature = "write")]
pub use writer::{IndexStats, write};

// The generator of the integration tests speaks of this crate by its name.
#[cfg(test)]
extern crate self as search;
#[cfg(all(test, feature = "write"))]
#[path = "../tests/it/synthetic.rs"]
mod synthetic;
