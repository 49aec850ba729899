//! Why could the job not be done? (A bad delivery is no error: it is a finding.)

use catalog::config::ConfigError;
use catalog::store::StoreError;
use std::path::PathBuf;

/// The job failed; a retry is safe.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The drop, or something in it, could not be read.
    #[error("{}: {action}: {source}\nfix: {}", path.display(), remedy(source))]
    Unreadable {
        /// The folder or file.
        path: PathBuf,
        /// "cannot be listed", "cannot be read".
        action: &'static str,
        /// What the system said.
        source: std::io::Error,
    },
    /// The drop is no folder.
    #[error("{}: found a file, expected a drop (a folder)\nfix: give the folder that holds the deliveries", path.display())]
    NotAFolder {
        /// What was given.
        path: PathBuf,
    },
    /// The drop has too many entries to be listed.
    #[error("{}: more than {limit} files and folders\nfix: ingest its parts one by one, or raise limits.entries in [ingest]", path.display())]
    TooManyEntries {
        /// The drop.
        path: PathBuf,
        /// The limit that was passed.
        limit: usize,
    },
    /// The report would be written into the label's drop.
    #[error("{}: the report would be written into the drop\nfix: give --report a folder outside of it", path.display())]
    ReportInDrop {
        /// The folder that was given.
        path: PathBuf,
    },
    /// The report could not be written.
    #[error("{}: the report cannot be written: {source}\nfix: give --report a folder that may be written", path.display())]
    Report {
        /// The folder or file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A report of an earlier run is no JSON of ours.
    #[error(
        "report of message {message}: {source}\nfix: remove it from the store; it is written again"
    )]
    Json {
        /// The message's SHA-256.
        message: String,
        /// What the parser said.
        source: serde_json::Error,
    },
    /// The threads could not be started.
    #[error("{threads} threads: {source}\nfix: ask for fewer with --threads")]
    Threads {
        /// How many were asked for.
        threads: usize,
        /// What the system said.
        source: rayon::ThreadPoolBuildError,
    },
    /// A decision about a message that waits for none.
    #[error(
        "message {message_id} of {sender}: does not wait for a decision\nfix: `backline ingest resolve` lists what does"
    )]
    NotHeld {
        /// DPID or name.
        sender: String,
        /// The sender's number.
        message_id: String,
    },
    /// A second decision about a message.
    #[error(
        "message {message_id}: was decided before\nfix: ask the label for a new message; decisions are for ever"
    )]
    Ruled {
        /// The sender's number.
        message_id: String,
    },
    /// A decision about an artist whom nobody credits.
    #[error(
        "artist {artist}: nobody in the catalogue has this id\nfix: `backline ingest artists` lists the ids"
    )]
    NoArtist {
        /// The id.
        artist: catalog::ids::ArtistId,
    },
    /// A split that takes nothing or everything.
    #[error(
        "artist {artist}: these labels and releases are none or all of theirs\nfix: name some of the artist's labels or releases, as `backline ingest artists` and `status` list them"
    )]
    NotSplit {
        /// The id.
        artist: catalog::ids::ArtistId,
    },
    /// The process that opens masters could not be started.
    #[error(
        "opening masters in a child process: {source}\nfix: allow this user another process, then run again"
    )]
    Listener {
        /// What the system said.
        source: std::io::Error,
    },
    /// The configuration cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The store cannot be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn remedy(source: &std::io::Error) -> &'static str {
    match source.kind() {
        std::io::ErrorKind::NotFound => "check the path",
        std::io::ErrorKind::PermissionDenied => {
            "let this user read it (chmod -R u+rX, or run as the user who receives the uploads)"
        }
        _ => "check the disk, then run again: nothing is lost and nothing is done twice",
    }
}
