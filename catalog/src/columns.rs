//! What does a file look like that is mapped and never parsed?
//!
//! A *columns* file is a set of named sections of fixed-width values:
//!
//! | bytes | what |
//! |---|---|
//! | 0..8 | magic `BKLCOLS1` |
//! | 8..16 | number of sections `n`, u64 |
//! | 16..24 | xxh3-64 of the directory |
//! | 24..24+n·64 | directory: per section 32 bytes name (zero-padded), offset u64, length u64, element size u64, xxh3-64 of the section |
//! | … | sections, each at a multiple of 64 bytes, zeros between them |
//!
//! All integers are little-endian. Strings are two sections: `name.at` (u32 ends, one per string) and
//! `name.text` (UTF-8). The same sections in the same order give the same bytes.

mod reader;
mod writer;

pub use reader::{Columns, Section, Strings, TextSection};
pub use writer::ColumnsWriter;

use std::io;
use std::path::PathBuf;

const MAGIC: &[u8; 8] = b"BKLCOLS1";
const ALIGN: u64 = 64;
const NAME_BYTES: usize = 32;
/// More sections than any of our files has: protects the directory's allocation.
const MAX_SECTIONS: u64 = 4096;

/// One line of the directory.
#[derive(Debug, Clone, Copy, bytemuck::Pod, bytemuck::Zeroable)]
#[repr(C)]
struct Entry {
    name: [u8; NAME_BYTES],
    offset: u64,
    length: u64,
    element: u64,
    checksum: u64,
}

/// A file that is not what it should be.
#[derive(Debug, thiserror::Error)]
pub enum ColumnsError {
    /// The operating system refuses.
    #[error("{}: {source}\nfix: check that the file is there and readable, and that the disk has room", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What it says.
        source: io::Error,
    },
    /// The bytes are damaged or of another format.
    #[error("{}: {found}\nfix: the file is damaged or of another version: publish the edition again, or roll back", .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What was found and expected.
        found: String,
    },
}
