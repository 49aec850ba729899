//! Where does a recording stand among all others? Vectors of length one in the listeners' metric
//! (recordings are near that the same listeners would like), in one mapped file.
//!
//! `vectors.bin` is a columns file with these sections. A row is a cluster of duplicates: its
//! recordings are one entry. Recordings that nobody has played yet have no row.
//!
//! | section | values | meaning |
//! |---|---|---|
//! | `schema` | u32 | [`SCHEMA`] |
//! | `shape` | u32 × 2 | factors, width (factors padded with zeros) |
//! | `vectors` | f32 | rows × width, each of length one |
//! | `recordings` | 16 bytes each | sorted ids |
//! | `row_of` | u32 | the row of each recording |
//! | `members.at`, `members` | u64, u32 | the recordings of each row, the representative first |

use std::path::Path;

use catalog::columns::Columns;
use catalog::ids::RecordingId;

use crate::error::Error;
use crate::kernel::LANES;

/// Version of the file's layout.
pub const SCHEMA: u32 = 1;

/// The vectors of one run, mapped.
#[derive(Debug)]
pub struct Vectors {
    columns: Columns,
    factors: usize,
    width: usize,
    rows: usize,
}

impl Vectors {
    /// Maps the file and checks that its sections fit each other.
    ///
    /// # Errors
    /// [`Error::Columns`] for a file that cannot be read, [`Error::Inconsistent`] for one that
    /// contradicts itself.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let columns = Columns::open(path)?;
        let wrong = |found: &str| Error::Inconsistent {
            path: path.to_owned(),
            found: found.to_owned(),
        };
        if columns.slice::<u32>("schema")? != [SCHEMA] {
            return Err(wrong("is of another schema"));
        }
        let &[factors, width] = columns.slice::<u32>("shape")? else {
            return Err(wrong("has no shape"));
        };
        let (factors, width) = (factors as usize, width as usize);
        if width == 0 || width % LANES != 0 || factors > width {
            return Err(wrong("has an impossible shape"));
        }
        let rows = columns.slice::<f32>("vectors")?.len() / width;
        let recordings = columns.slice::<RecordingId>("recordings")?;
        let row_of = columns.slice::<u32>("row_of")?;
        let ends = columns.slice::<u64>("members.at")?;
        let members = columns.slice::<u32>("members")?;
        let whole = columns.slice::<f32>("vectors")?.len() == rows * width
            && recordings.is_sorted()
            && row_of.len() == recordings.len()
            && row_of.iter().all(|row| (*row as usize) < rows)
            && ends.len() == rows + 1
            && ends.is_sorted()
            && ends[0] == 0
            && ends[rows] == members.len() as u64
            && members
                .iter()
                .all(|member| (*member as usize) < recordings.len());
        if !whole {
            return Err(wrong("has sections that do not fit each other"));
        }
        Ok(Self {
            columns,
            factors,
            width,
            rows,
        })
    }

    /// Compares every section with its checksum.
    ///
    /// # Errors
    /// [`Error::Columns`] naming the section that differs.
    pub fn verify(&self) -> Result<(), Error> {
        Ok(self.columns.verify()?)
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Length of a vector without padding.
    pub fn factors(&self) -> usize {
        self.factors
    }

    /// The vector of a row, padded.
    pub fn vector(&self, row: usize) -> &[f32] {
        &self.slice::<f32>("vectors")[row * self.width..(row + 1) * self.width]
    }

    /// The row of a recording, if it was played.
    pub fn row_of(&self, recording: &RecordingId) -> Option<usize> {
        let at = self
            .slice::<RecordingId>("recordings")
            .binary_search(recording)
            .ok()?;
        Some(self.slice::<u32>("row_of")[at] as usize)
    }

    /// The recordings of a row, the representative first.
    pub fn members(&self, row: usize) -> impl Iterator<Item = RecordingId> + '_ {
        let ends: &[u64] = self.slice("members.at");
        let recordings: &[RecordingId] = self.slice("recordings");
        let members = &self.slice::<u32>("members")[ends[row] as usize..ends[row + 1] as usize];
        members.iter().map(|&member| recordings[member as usize])
    }

    fn slice<T: bytemuck::Pod>(&self, name: &str) -> &[T] {
        self.columns
            .slice(name)
            .expect("checked when the file was opened")
    }
}

/// Rows to be written: per row its vector and its recordings, the representative first.
#[cfg(feature = "job")]
#[derive(Debug, Clone, PartialEq)]
pub struct VectorsWriter {
    factors: usize,
    width: usize,
    vectors: Vec<f32>,
    members: Vec<Vec<RecordingId>>,
}

#[cfg(feature = "job")]
impl VectorsWriter {
    /// No rows yet.
    pub fn new(factors: usize) -> Self {
        let width = crate::kernel::padded(factors.max(1));
        Self {
            factors,
            width,
            vectors: Vec::new(),
            members: Vec::new(),
        }
    }

    /// Adds a row, scaled to length one; a vector without length or with a value that is not
    /// finite is left out, and the answer is `false`.
    pub fn push(&mut self, vector: &[f32], members: Vec<RecordingId>) -> bool {
        let squared: f64 = vector.iter().map(|&x| f64::from(x) * f64::from(x)).sum();
        if !(squared.is_finite() && squared > 1e-20) {
            return false;
        }
        let scale = 1.0 / squared.sqrt();
        let from = self.vectors.len();
        self.vectors
            .extend(vector.iter().map(|&x| (f64::from(x) * scale) as f32));
        self.vectors.resize(from + self.width, 0.0);
        self.members.push(members);
        true
    }

    /// The vectors, rows × width.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &[f32]> {
        self.vectors.chunks_exact(self.width)
    }

    /// Writes the file.
    ///
    /// # Errors
    /// [`Error::Columns`] when it cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), Error> {
        let mut placed: Vec<(RecordingId, u32)> = Vec::new();
        for (row, members) in self.members.iter().enumerate() {
            placed.extend(members.iter().map(|&member| (member, row as u32)));
        }
        placed.sort_unstable();
        let recordings: Vec<RecordingId> = placed.iter().map(|entry| entry.0).collect();
        let row_of: Vec<u32> = placed.iter().map(|entry| entry.1).collect();
        let (mut at, mut members) = (vec![0u64], Vec::new());
        for row in &self.members {
            let index = |id| recordings.binary_search(id).expect("was just placed") as u32;
            members.extend(row.iter().map(index));
            at.push(members.len() as u64);
        }
        catalog::columns::ColumnsWriter::new(path)
            .section("schema", &[SCHEMA])
            .section("shape", &[self.factors as u32, self.width as u32])
            .section("vectors", &self.vectors)
            .section("recordings", &recordings)
            .section("row_of", &row_of)
            .section("members.at", &at)
            .section("members", &members)
            .finish()?;
        Ok(())
    }
}
