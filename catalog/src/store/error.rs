//! What can go wrong with a store, said so that an operator knows what to change.

use std::io;
use std::path::PathBuf;

/// A store that cannot be opened, read or written.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)]
pub enum StoreError {
    /// The URL is of no kind that we know.
    #[error(
        "store `{url}`: {message}\nfix: give a folder, or a URL that begins with file:, s3:, gs:, az: or memory:"
    )]
    Url { url: String, message: String },

    /// The local folder cannot be made or entered.
    #[error("store `{}`: {source}\nfix: {}", .path.display(), advice(.source))]
    Folder { path: PathBuf, source: io::Error },

    /// An operation on one object failed.
    #[error("store `{url}`: cannot {action} `{key}`: {}\nfix: {}", root_cause(.source), object_advice(.source))]
    Object {
        url: String,
        key: String,
        action: &'static str,
        source: Box<object_store::Error>,
    },

    /// An object that something else refers to is not there.
    #[error(
        "store `{url}`: `{key}` is missing\nfix: run the job that makes it again, or restore it from a backup"
    )]
    Missing { url: String, key: String },

    /// An object holds other JSON than its name promises.
    #[error("`{key}`: {source}\nfix: delete this object and run the job that makes it again")]
    Json {
        key: String,
        source: serde_json::Error,
    },

    /// A file beside the store.
    #[error("{}: cannot {action}: {source}\nfix: {}", .path.display(), advice(.source))]
    File {
        path: PathBuf,
        action: &'static str,
        source: io::Error,
    },

    /// Others kept changing a pointer.
    #[error(
        "`{key}`: changed by somebody else {attempts} times in a row\nfix: run again when the other job is done"
    )]
    Contended { key: String, attempts: usize },

    /// No threads for input and output.
    #[error(
        "cannot start the store's threads: {source}\nfix: raise the limit on processes (ulimit -u)"
    )]
    Runtime { source: io::Error },
}

/// What to do about an error of the operating system.
fn advice(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::PermissionDenied => "give this user the right to read and write there",
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "free space there and run again: nothing is lost"
        }
        io::ErrorKind::FileTooLarge => "raise the limit on file sizes (ulimit -f) and run again",
        io::ErrorKind::NotFound => "check the path",
        io::ErrorKind::ReadOnlyFilesystem => "mount it writable or choose another place",
        io::ErrorKind::NotADirectory => "a part of the path is a file: choose another place",
        _ => "see the message of the operating system",
    }
}

fn object_advice(error: &object_store::Error) -> &'static str {
    match error {
        object_store::Error::PermissionDenied { .. }
        | object_store::Error::Unauthenticated { .. } => {
            "check the credentials and the rights on the bucket"
        }
        error => io_cause(error).map_or(
            "check that the store can be reached, then run again",
            advice,
        ),
    }
}

/// The operating system's error below an object store's error, if one is there.
fn io_cause<'a>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a io::Error> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(io) = error.downcast_ref::<io::Error>() {
            return Some(io);
        }
        cause = error.source();
    }
    None
}

/// The deepest message: object_store wraps it in several that repeat it.
fn root_cause(error: &object_store::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}
