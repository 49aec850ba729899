//! How are the fingerprints of an edition written?

use std::path::Path;

use catalog::columns::ColumnsWriter;
use catalog::ids::{RecordingId, Sha256};
use catalog::progress::Progress;
use catalog::release::Catalogue;
use catalog::store::Store;
use serde::Serialize;

use super::{FILE, VERSION};
use crate::config::Config;
use crate::error::Error;
use crate::index::build;
use crate::job;
use crate::landmarks::Landmarks;
use crate::library::Library;
use crate::peaks::Peak;
use crate::print::ALGORITHM;

/// What was written, for the manifest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Written {
    /// The run that the fingerprints belong to.
    pub run: Sha256,
    /// Different audios.
    pub rows: u64,
    /// Recordings that carry them.
    pub recordings: u64,
    /// Items of all rows, 0.1238 s each.
    pub items: u64,
    /// Bytes of the index, without items.
    pub index_bytes: u64,
}

/// Writes [`FILE`] into `dir`: every recording of the catalogue that has a fingerprint and
/// says something. The same store and settings give the same bytes.
///
/// # Errors
/// [`Error::Store`] and [`Error::Columns`] when something cannot be read or written.
pub fn write_edition(
    dir: &Path,
    store: &Store,
    catalogue: &Catalogue,
    config: &Config,
    progress: &dyn Progress,
) -> Result<Written, Error> {
    let inputs = job::inputs_of(store, catalogue)?;
    let decisions = job::decisions(store)?;
    let library = job::library(store, &inputs, &decisions, config, progress)?;
    let (items, index_bytes) = write_library(&dir.join(FILE), &library, config)?;
    Ok(Written {
        run: job::run_of(&inputs, &decisions, config),
        rows: library.rows.len() as u64,
        recordings: library
            .rows
            .iter()
            .map(|row| row.recordings.len() as u64)
            .sum(),
        items,
        index_bytes,
    })
}

/// Writes a library and its index; gives the number of items and the size of the index.
///
/// # Errors
/// [`Error::Columns`] when the file cannot be written.
pub fn write_library(path: &Path, library: &Library, config: &Config) -> Result<(u64, u64), Error> {
    let index = build(&library.prints, config.index.sampling);
    let rows: Vec<Landmarks<'_>> = library.prints.iter().map(Landmarks::from).collect();
    let landmarks = build(&rows, config.identify.sampling);
    let peaks: Vec<Peak> = library
        .prints
        .iter()
        .flat_map(|print| print.peaks())
        .copied()
        .collect();
    let mut peak_starts = vec![0u64];
    for print in &library.prints {
        peak_starts.push(peak_starts[peak_starts.len() - 1] + print.peaks().len() as u64);
    }
    let items: Vec<u32> = library
        .prints
        .iter()
        .flat_map(|print| print.view().items())
        .copied()
        .collect();
    let recordings: Vec<RecordingId> = library
        .rows
        .iter()
        .flat_map(|row| &row.recordings)
        .copied()
        .collect();
    let mut owners = vec![0u32];
    for row in &library.rows {
        owners.push(owners[owners.len() - 1] + row.recordings.len() as u32);
    }
    ColumnsWriter::new(path)
        .section("format", &[VERSION, index.sampling, landmarks.sampling])
        .section("algorithm", ALGORITHM.as_bytes())
        .section("starts", &index.starts)
        .section("directory", &index.directory)
        .section("postings", &index.postings)
        .section("items", &items)
        .section("landmarks.starts", &landmarks.starts)
        .section("landmarks.directory", &landmarks.directory)
        .section("landmarks.postings", &landmarks.postings)
        .section("peaks", &peaks)
        .section("peaks.starts", &peak_starts)
        .section("recordings", &recordings)
        .section("recordings.starts", &owners)
        .finish()?;
    Ok((
        items.len() as u64,
        index.view().map_or(0, |view| view.bytes()),
    ))
}

#[cfg(test)]
mod tests {
    use super::super::Fingerprints;
    use super::*;
    use crate::cluster::Row;
    use crate::made_up::noise;
    use crate::print::{ITEM_SECONDS, Print};

    /// Seeds that neighbour each other give noise that has nothing in common.
    fn spread(seed: u32) -> u32 {
        seed.wrapping_mul(0x9e37_79b1)
    }

    fn written(dir: &Path) -> std::path::PathBuf {
        let mut library = Library::default();
        for n in 0..20u8 {
            let items = noise(spread(u32::from(n) + 1), 500 + 30 * usize::from(n));
            library.rows.push(Row {
                recordings: vec![RecordingId([n; 16]), RecordingId([100 + n; 16])],
                items: items.len(),
            });
            library.prints.push(Print::new(items));
        }
        let path = dir.join(FILE);
        write_library(&path, &library, &Config::built_in()).unwrap();
        path
    }

    #[test]
    fn a_clip_of_a_published_song_is_identified_with_its_place() {
        let dir = tempfile::tempdir().unwrap();
        let edition = Fingerprints::open(&written(dir.path())).unwrap();
        edition.verify().unwrap();
        assert_eq!(edition.rows(), 20);
        let config = Config::built_in();
        let clip = &noise(spread(8), 710)[200..330];
        let found = edition.identify(clip, &config.candidates, &config.matching);
        assert_eq!(found.len(), 1);
        assert_eq!(
            found[0].recordings,
            [RecordingId([7; 16]), RecordingId([107; 16])]
        );
        assert!((found[0].begins - 200.0 * ITEM_SECONDS).abs() < 1e-9);
        assert_eq!(found[0].bit_match, 1.0);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn what_an_edition_answers_from_lies_in_the_mapped_file_and_is_never_copied() {
        let dir = tempfile::tempdir().unwrap();
        let path = written(dir.path());
        let edition = Fingerprints::open(&path).unwrap();
        let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
        let of_file = maps
            .lines()
            .filter(|line| line.ends_with(path.to_str().unwrap()));
        let mapped: Vec<std::ops::Range<usize>> = of_file
            .filter_map(|line| {
                let (from, to) = line.split(' ').next()?.split_once('-')?;
                let address = |hex| usize::from_str_radix(hex, 16).ok();
                Some(address(from)?..address(to)?)
            })
            .collect();
        let lies_in = |begin: usize| mapped.iter().any(|range| range.contains(&begin));
        let index = edition.index();
        let (directory, postings) = index.sections();
        assert!(lies_in(directory.as_ptr() as usize) && lies_in(postings.as_ptr() as usize));
        for row in 0..edition.rows() {
            assert!(lies_in(edition.items(row).as_ptr() as usize), "row {row}");
            assert!(
                lies_in(edition.recordings(row).as_ptr() as usize),
                "row {row}"
            );
        }
    }

    #[test]
    fn an_unknown_clip_silence_and_nothing_are_not_identified() {
        let dir = tempfile::tempdir().unwrap();
        let edition = Fingerprints::open(&written(dir.path())).unwrap();
        let config = Config::built_in();
        for clip in [
            noise(spread(999), 300),
            vec![627_964_279; 300],
            Vec::new(),
            noise(spread(8), 710)[..40].to_vec(),
        ] {
            assert_eq!(
                edition.identify(&clip, &config.candidates, &config.matching),
                []
            );
        }
        assert_eq!(
            (edition.items(99), edition.recordings(99)),
            (&[][..], &[][..])
        );
    }

    #[test]
    fn a_damaged_file_is_refused_or_answers_without_a_panic() {
        let dir = tempfile::tempdir().unwrap();
        let path = written(dir.path());
        let sound = std::fs::read(&path).unwrap();
        let config = Config::built_in();
        for at in (0..sound.len()).step_by(sound.len() / 400 + 1) {
            let mut bytes = sound.clone();
            bytes[at] ^= 0x55;
            std::fs::write(&path, &bytes).unwrap();
            if let Ok(edition) = Fingerprints::open(&path) {
                edition.identify(
                    &noise(spread(8), 710)[200..330],
                    &config.candidates,
                    &config.matching,
                );
            }
        }
        std::fs::write(&path, &sound[..sound.len() / 2]).unwrap();
        assert!(Fingerprints::open(&path).is_err());
    }
}
