//! What can go wrong here, where, and what to do about it?

/// Every way in which this crate fails.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file that cannot be decoded.
    #[cfg(feature = "job")]
    #[error(transparent)]
    Audio(#[from] audio::AudioError),
    /// Audio that Chromaprint cannot hear.
    #[error(
        "{channels} channels at {sample_rate} Hz: a fingerprint needs a channel and more than 1000 Hz\nfix: deliver the master at 44,100 Hz or more"
    )]
    Rate {
        /// Hz.
        sample_rate: u32,
        /// Channels.
        channels: u8,
    },
    /// Text that is not a compressed fingerprint.
    #[error(
        "fingerprint text: {found}, expected what `fpcalc` prints after FINGERPRINT=\nfix: copy the whole value; make it with the default algorithm"
    )]
    Text {
        /// What is wrong with it.
        found: String,
    },
    /// A kept fingerprint that is damaged.
    #[error(
        "{key}: {found}\nfix: delete the object and run `backline fingerprint run`, which makes it anew"
    )]
    Stored {
        /// The object.
        key: String,
        /// What was found and expected.
        found: String,
    },
    /// A recording was compared with itself.
    #[error("decide: both are the same ISRC\nfix: name two recordings")]
    Decision,
    /// The page for people cannot be written.
    #[error("{file}: {source}\nfix: name a folder that can be written to")]
    Page {
        /// The file.
        file: String,
        /// Why.
        source: std::io::Error,
    },
    /// A folder to evaluate with cannot be read.
    #[error("{folder}: {source}\nfix: name a folder that can be read")]
    Unread {
        /// The folder.
        folder: String,
        /// Why.
        source: std::io::Error,
    },
    /// Too few re-performances to evaluate with.
    #[error(
        "{folder}: {found} songs that decode both in original/ and in cover/, two or more are needed\nfix: `backline datasets performances` composes such a folder"
    )]
    Performances {
        /// The folder.
        folder: String,
        /// Songs found.
        found: usize,
    },
    /// Too little music to evaluate with.
    #[error(
        "{folder}: {found} songs of 32 s or more that decode, more are needed\nfix: name a folder with more music, or ask for fewer --strangers"
    )]
    Music {
        /// The folder.
        folder: String,
        /// Songs found.
        found: usize,
    },
    /// There is nothing to look a clip up in.
    #[error("{url}: no edition is published\nfix: run `backline edition publish` first")]
    NoEdition {
        /// The store.
        url: String,
    },
    /// The edition's fingerprints are not what they should be.
    #[error("{path}: {found}\nfix: publish the edition again")]
    Edition {
        /// The file.
        path: String,
        /// What was found and expected.
        found: String,
    },
    /// A setting.
    #[error(transparent)]
    Config(#[from] catalog::config::ConfigError),
    /// The mapped container.
    #[error(transparent)]
    Columns(#[from] catalog::columns::ColumnsError),
    /// The store.
    #[error(transparent)]
    Store(#[from] catalog::store::StoreError),
    /// Threads cannot be had.
    #[cfg(feature = "job")]
    #[error(
        "fingerprint: no threads: {0}\nfix: ask for fewer with --threads, or raise the process limit"
    )]
    Threads(#[from] rayon::ThreadPoolBuildError),
}
