//! What of the fingerprints is in an edition, and who is this clip?
//!
//! `fingerprints.bin` is a columns file that the server maps: nothing is read until a query
//! touches it. Sections, beside those of [`crate::index`]:
//!
//! | section | what |
//! |---|---|
//! | `format` | u32: version of this layout, sampling exponents of both indexes |
//! | `algorithm` | the name of the fingerprint algorithm |
//! | `items` | u32: all rows' items, end to end |
//! | `peaks` | all rows' peaks, end to end ([`crate::peaks`]) |
//! | `peaks.starts` | u64 × (rows + 1): where each row's peaks begin |
//! | `landmarks.starts`, `landmarks.directory`, `landmarks.postings` | the index over landmarks, as [`crate::index`] has it |
//! | `recordings` | ids, row after row |
//! | `recordings.starts` | u32 × (rows + 1): where each row's ids begin |

use std::path::Path;

use catalog::columns::Columns;
use catalog::ids::RecordingId;

use crate::align::Alignment;
use crate::candidates::{Gate, candidates};
use crate::error::Error;
use crate::identify::{Heard, Listening};
use crate::index::Index;
use crate::peaks::Peak;
use crate::print::{ALGORITHM, ITEM_SECONDS, Print, seconds_of};
use crate::verdict::Rule;

#[cfg(feature = "job")]
mod write;
#[cfg(feature = "job")]
pub use write::{Written, write_edition, write_library};

/// The file's name in an edition.
pub const FILE: &str = "fingerprints.bin";

/// Version of the layout.
pub const VERSION: u32 = 3;

/// The fingerprints of an edition, mapped. Cheap to open, safe to share.
#[derive(Debug)]
pub struct Fingerprints {
    columns: Columns,
    sampling: [u32; 2],
}

/// A recording that a clip is a part of.
#[derive(Clone, Debug, PartialEq)]
pub struct Identified {
    /// The recordings that carry this audio, sorted.
    pub recordings: Vec<RecordingId>,
    /// Where in the recording the clip begins, seconds; negative if it begins before it.
    pub begins: f64,
    /// Share of fingerprint bits that agree, 0 to 1.
    pub bit_match: f64,
    /// Seconds compared.
    pub overlap: f64,
}

impl Fingerprints {
    /// Maps a file and checks that its sections fit each other by their ends, whatever their
    /// size; [`Fingerprints::verify`] checks every byte.
    ///
    /// # Errors
    /// [`Error::Columns`] or [`Error::Edition`] naming the file and what is wrong with it.
    pub fn open(path: &Path) -> Result<Fingerprints, Error> {
        let columns = Columns::open(path)?;
        let damaged = |found: &str| Error::Edition {
            path: path.display().to_string(),
            found: found.to_owned(),
        };
        let &[version, ref sampling @ ..] = columns.slice::<u32>("format")? else {
            return Err(damaged("section `format` is empty"));
        };
        if version != VERSION {
            return Err(damaged(&format!("layout {version}, expected {VERSION}")));
        }
        let &[sampling, of_landmarks] = sampling else {
            return Err(damaged("section `format` has not three numbers"));
        };
        let algorithm = columns.slice::<u8>("algorithm")?;
        if algorithm != ALGORITHM.as_bytes() {
            let found = String::from_utf8_lossy(algorithm);
            return Err(damaged(&format!("algorithm {found}, expected {ALGORITHM}")));
        }
        let starts = columns.slice::<u64>("starts")?;
        let (directory, postings) = (columns.slice("directory")?, columns.slice("postings")?);
        let index = Index::new(starts, directory, postings, sampling)
            .ok_or_else(|| damaged("the index sections do not fit each other"))?;
        let landmarks = Index::new(
            columns.slice("landmarks.starts")?,
            columns.slice("landmarks.directory")?,
            columns.slice("landmarks.postings")?,
            of_landmarks,
        )
        .ok_or_else(|| damaged("the landmark sections do not fit each other"))?;
        let peaks = columns.slice::<u64>("peaks.starts")?;
        let owners = columns.slice::<u32>("recordings.starts")?;
        let fits = starts.last() == Some(&(columns.slice::<u32>("items")?.len() as u64))
            && landmarks.rows() == index.rows()
            && peaks.len() == index.rows() + 1
            && peaks.last() == Some(&(columns.slice::<Peak>("peaks")?.len() as u64))
            && owners.len() == index.rows() + 1
            && owners.last().copied().unwrap_or(0) as usize
                == columns.slice::<RecordingId>("recordings")?.len();
        match fits {
            true => Ok(Fingerprints {
                columns,
                sampling: [sampling, of_landmarks],
            }),
            false => Err(damaged("items, rows and recordings do not fit each other")),
        }
    }

    /// Compares every section with its checksum.
    ///
    /// # Errors
    /// [`Error::Columns`] naming the first section that differs.
    pub fn verify(&self) -> Result<(), Error> {
        Ok(self.columns.verify()?)
    }

    /// Number of different audios.
    pub fn rows(&self) -> usize {
        self.section::<u64>("starts").len().saturating_sub(1)
    }

    /// The recordings that carry the audio of a row; empty if there is no such row.
    pub fn recordings(&self, row: usize) -> &[RecordingId] {
        let starts = self.section::<u32>("recordings.starts");
        match (starts.get(row), starts.get(row + 1)) {
            (Some(&from), Some(&to)) => {
                let all = self.section::<RecordingId>("recordings");
                all.get(from as usize..to as usize).unwrap_or_default()
            }
            _ => &[],
        }
    }

    /// The items of a row; empty if there is no such row.
    pub fn items(&self, row: usize) -> &[u32] {
        let starts = self.section::<u64>("starts");
        match (starts.get(row), starts.get(row + 1)) {
            (Some(&from), Some(&to)) => {
                let all = self.section::<u32>("items");
                all.get(from as usize..to as usize).unwrap_or_default()
            }
            _ => &[],
        }
    }

    /// The recordings that a clip (its raw items) is a part of, best first: those with most
    /// agreeing seconds, then fewest differing bits. Empty if nobody is: silence, a clip too
    /// short to be sure, a song that is not in the catalogue.
    pub fn identify(&self, clip: &[u32], gate: &Gate, rule: &Rule) -> Vec<Identified> {
        let clip = Print::new(clip.to_vec());
        let found = candidates(clip.view(), &self.index(), gate, |_| true);
        let mut identified: Vec<(usize, Alignment)> = found
            .chunk_by(|a, b| a.row == b.row)
            .filter_map(|offsets| {
                let row = offsets[0].row as usize;
                let print = Print::new(self.items(row).to_vec());
                let aligned = offsets.iter().map(|candidate| {
                    let (near, limit) = (candidate.offset, rule.stretch_bit_error);
                    Alignment::at(clip.view(), print.view(), near, rule.refine_items, limit)
                });
                let matching = aligned.filter(|a| rule.matches(clip.view(), print.view(), a));
                Some((
                    row,
                    matching.max_by_key(|a| (a.errors.items, u64::MAX - a.errors.bits))?,
                ))
            })
            .collect();
        identified.sort_by_key(|(row, a)| (usize::MAX - a.errors.items, a.errors.bits, *row));
        identified
            .iter()
            .map(|(row, alignment)| self.identified(*row, alignment))
            .collect()
    }

    /// The recordings that a clip's peaks are a part of, best first; empty if none reaches the
    /// bar for a catalogue of this size.
    pub fn hear(&self, clip: &[Peak], listening: &Listening) -> Vec<Heard> {
        let index = self.landmarks();
        let needed = listening.needed(index.places());
        let mut heard = listening.hear(clip, &index, |row| self.peaks(row));
        heard.retain(|found| found.digits >= needed);
        heard
    }

    /// The peaks of a row; empty if there is no such row.
    pub fn peaks(&self, row: usize) -> &[Peak] {
        let starts = self.section::<u64>("peaks.starts");
        match (starts.get(row), starts.get(row + 1)) {
            (Some(&from), Some(&to)) => {
                let all = self.section::<Peak>("peaks");
                all.get(from as usize..to as usize).unwrap_or_default()
            }
            _ => &[],
        }
    }

    /// Bytes of the index that clips are looked up in, without the peaks.
    pub fn landmark_bytes(&self) -> u64 {
        self.landmarks().bytes()
    }

    fn identified(&self, row: usize, alignment: &Alignment) -> Identified {
        Identified {
            recordings: self.recordings(row).to_vec(),
            begins: alignment.offset as f64 * ITEM_SECONDS,
            bit_match: alignment.bit_match(),
            overlap: seconds_of(alignment.errors.items),
        }
    }

    /// The index; its sections were checked when the file was opened.
    fn index(&self) -> Index<'_> {
        let (starts, directory) = (self.section("starts"), self.section("directory"));
        Index::checked(
            starts,
            directory,
            self.section("postings"),
            self.sampling[0],
        )
    }

    /// The index over landmarks.
    fn landmarks(&self) -> Index<'_> {
        let starts = self.section("landmarks.starts");
        let directory = self.section("landmarks.directory");
        let postings = self.section("landmarks.postings");
        Index::checked(starts, directory, postings, self.sampling[1])
    }

    /// A section that was there when the file was opened.
    fn section<T: bytemuck::Pod>(&self, name: &str) -> &[T] {
        self.columns.slice(name).unwrap_or_default()
    }
}
