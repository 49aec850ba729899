//! What can stop a recommendation job or its readers, and what to do about it?

use std::path::PathBuf;

use catalog::columns::ColumnsError;

/// Why it stopped. Every text names the place, what was found, and the remedy.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A mapped file is missing or damaged.
    #[error(transparent)]
    Columns(#[from] ColumnsError),
    /// The store refuses.
    #[error(transparent)]
    Store(#[from] catalog::store::StoreError),
    /// A file on the local disk cannot be read or written.
    #[error("{}: {source}\nfix: check that the file is there, that it may be read or written, and that the disk has room", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A file contradicts itself or its manifest.
    #[error("{}: {found}\nfix: run `backline recsys run` again and publish a new edition, or roll back to the one before", .path.display())]
    Inconsistent {
        /// The file.
        path: PathBuf,
        /// What does not fit.
        found: String,
    },
    /// The configuration cannot be used.
    #[error(transparent)]
    Config(#[from] catalog::config::ConfigError),
    /// The delivery log cannot be folded into a catalogue.
    #[error("{found}\nfix: run `backline ingest` again; the delivery log must be readable")]
    Catalogue {
        /// What the log says.
        found: String,
    },
    /// A file of play events cannot be read.
    #[error(
        "{key}: {found}\nfix: write the file again with the columns of the play schema, or move it out of `plays/`: the rest can be read without it"
    )]
    Plays {
        /// The file's key in the store.
        key: String,
        /// What was found and expected.
        found: String,
    },
    /// Vectors of another engine cannot be used.
    #[error("{}: {found}\nfix: give Parquet with `id` and `features` (list of floats, all of one length) as Spark ML writes it, and --ids with `id` and `recording`, or a column `recording` beside", .path.display())]
    Factors {
        /// The file or folder.
        path: PathBuf,
        /// What was found.
        found: String,
    },
    /// A file of tab-separated listening data cannot be read.
    #[error("{}:{line}: {found}\nfix: give a header `{header}` and three tab-separated numbers a line", .path.display())]
    Table {
        /// The file.
        path: PathBuf,
        /// From one.
        line: usize,
        /// What was found.
        found: String,
        /// The names of its columns.
        header: &'static str,
    },
    /// The blend is no better than popularity, or than item-item, on the held-out days.
    #[error(
        "{numbers}\nfix: look at the plays of these days and at [recsys.als], [recsys.ease] and [recsys.item_item]; `backline recsys evaluate` prints the whole table; `--force WHY` publishes all the same and records why"
    )]
    WorseThanPopularity {
        /// Each model that failed, beside popularity.
        numbers: String,
    },
    /// There is nothing to show.
    #[error("{place}: {found}\nfix: run `backline recsys run` first")]
    NotYet {
        /// Where it was looked for.
        place: String,
        /// What was not there.
        found: String,
    },
    /// There are no plays, and no day was asked for.
    #[error(
        "{place}: no play events, so nothing says for which day to make lists\nfix: collect plays first, or name the day with --as-of DATE: then there are charts, and no personal lists"
    )]
    NoDay {
        /// Where plays were looked for.
        place: String,
    },
    /// The machine refuses threads.
    #[error(
        "cannot start {threads} threads: {found}\nfix: ask for fewer with --threads, or raise the limit of processes"
    )]
    Threads {
        /// How many were asked for.
        threads: usize,
        /// What the system says.
        found: String,
    },
}
