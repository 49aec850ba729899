//! Why could an index not be written, opened or asked?

use std::path::PathBuf;

/// A failure of search. None of them is caused by the words of a query.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SearchError {
    /// A file of the index can't be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The manifest is not one.
    #[error("{}: not a search manifest: {source}\nfix: publish the edition again", path.display())]
    Manifest {
        /// The manifest.
        path: PathBuf,
        /// Where it stops making sense.
        source: serde_json::Error,
    },
    /// The index was written by another version of this crate.
    #[error(
        "{}: {what} version {found}, this program reads {expected}\n\
         fix: publish an edition with this version, or run the version that published this one",
        path.display()
    )]
    Version {
        /// The manifest.
        path: PathBuf,
        /// "format" or "analysis".
        what: &'static str,
        /// In the manifest.
        found: u32,
        /// In this program.
        expected: u32,
    },
    /// The inverted index is damaged or incomplete.
    #[error("{}: {source}\nfix: verify the edition, and publish it again", path.display())]
    Index {
        /// The index's folder.
        path: PathBuf,
        /// What tantivy found.
        source: tantivy::TantivyError,
    },
    /// A word list is damaged or incomplete.
    #[error("{}: {source}\nfix: verify the edition, and publish it again", path.display())]
    Words {
        /// The file.
        path: PathBuf,
        /// What fst found.
        source: fst::Error,
    },
    /// A document's row does not fit the index.
    #[error("document {row}: rows end at {max}\nfix: publish fewer documents per edition")]
    Row {
        /// The row.
        row: u32,
        /// The largest row.
        max: u32,
    },
    /// A page too far down was asked for.
    #[error(
        "offset + limit = {asked}, at most {max} hits can be paged through\nfix: ask for fewer"
    )]
    TooDeep {
        /// offset + limit of the query.
        asked: usize,
        /// The largest sum.
        max: usize,
    },
}
