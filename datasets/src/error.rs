//! What can go wrong while inputs are made, and what is to be done then?

use std::io;
use std::path::PathBuf;

/// A job of this crate that did not finish. Running it again is always safe.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or folder can't be read or written.
    #[error("{}: {source}\nfix: check that the folder exists, is writable and has room", path.display())]
    Disk {
        /// Where.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The target folder holds something else.
    #[error("{}: {found}, expected an empty folder or {expected}\nfix: name another folder, or remove this one if nothing in it is needed", path.display())]
    NotADrop {
        /// The folder.
        path: PathBuf,
        /// What is there.
        found: String,
        /// What may be.
        expected: String,
    },
    /// A package can't be had.
    #[error(
        "package {package}: {reason}\nfix: check the network and the apt sources, or use --synthetic"
    )]
    Package {
        /// Name of the package.
        package: String,
        /// What apt or dpkg said.
        reason: String,
    },
    /// A package has no such file.
    #[error(
        "package {package}: no file ends with {file:?}\nfix: the archive has another version; use --synthetic and report it"
    )]
    NoSuchFile {
        /// Name and version of the package.
        package: String,
        /// The path's ending.
        file: String,
    },
    /// A music file can't be decoded.
    #[error("{}: {reason}\nfix: delete the cache folder, so that the package is fetched again", path.display())]
    Audio {
        /// The file.
        path: PathBuf,
        /// What the decoder says.
        reason: String,
    },
    /// A master can't be encoded.
    #[error(transparent)]
    Master(#[from] transcode::Error),
    /// A cover can't be encoded.
    #[error("cover of {title:?}: {source}\nfix: this is a defect of ours, please report it")]
    Cover {
        /// The release.
        title: String,
        /// What the encoder says.
        source: image::ImageError,
    },
    /// A table compiled into the program is wrong.
    #[error(transparent)]
    Table(#[from] crate::drop::plan::TableError),
    /// The store has plays that other parameters gave.
    #[error(
        "{store}: has plays of other parameters (plays/simulator.json)\nfix: use --replace to write them anew, or another store"
    )]
    OtherPlays {
        /// The store.
        store: String,
    },
    /// The store has plays that no simulator wrote.
    #[error(
        "{store}: found {files} objects of plays that were not simulated, expected none\nfix: simulate listeners in another store; people's plays are never replaced"
    )]
    RealPlays {
        /// The store.
        store: String,
        /// Objects below `plays/`.
        files: usize,
    },
    /// There is no music to listen to.
    #[error(
        "the catalogue has no release, so nobody can have listened to anything\nfix: run `backline ingest` first"
    )]
    NothingToHear,
    /// A table of plays can't be written.
    #[error("{key}: {source}\nfix: this is a defect of ours, please report it")]
    Parquet {
        /// The file.
        key: String,
        /// What the writer says.
        source: parquet::errors::ParquetError,
    },
    /// The configuration can't be used.
    #[error(transparent)]
    Config(#[from] catalog::config::ConfigError),
    /// The store refuses.
    #[error(transparent)]
    Store(#[from] catalog::store::StoreError),
    /// A token can't be made.
    #[error(transparent)]
    Token(#[from] crate::token::TokenError),
}

impl Error {
    /// Attaches the path to what the system says.
    pub(crate) fn disk(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Error {
        let path = path.into();
        move |source| Error::Disk { path, source }
    }
}
