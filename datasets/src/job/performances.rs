//! What does the same song sound like when others play it?
//!
//! No free corpus of covers is at hand, so pairs are composed: one seed gives one harmony and one
//! tune ([`crate::synth`]), and another style, tempo, key and length give another performance of
//! it, with its own arrangement and a note changed here and there. `original/0001.flac` and
//! `cover/0001.flac` are one song; `songs.tsv` says how each was briefed.

use super::flac::{self, Pcm};
use super::masters::quantise;
use crate::Error;
use crate::synth::{self, Brief, Mode, Style};
use catalog::progress::Progress;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::Serialize;
use std::fmt;
use std::path::{Path, PathBuf};

/// What was written.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// Where.
    pub folder: PathBuf,
    /// Songs, each played twice.
    pub songs: u32,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let folder = self.folder.display();
        writeln!(f, "{} songs, each played twice, in {folder}", self.songs)
    }
}

/// A song and how it is played again.
pub(crate) fn briefs(song: u32, seed: u64) -> [Brief; 2] {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    random.set_stream(u64::from(song));
    let styles = Style::ALL.len();
    let style = random.random_range(0..styles);
    let modes = [Mode::Major, Mode::Minor, Mode::Dorian];
    let original = Brief {
        style: Style::ALL[style],
        bpm: random.random_range(80..=132),
        key: random.random_range(0..12),
        mode: modes[random.random_range(0..modes.len())],
        seconds: random.random_range(90..=150),
        seed: random.random(),
    };
    // From a fifth slower to a quarter faster, never in the same key or style.
    let tempo = random.random_range(80..=125);
    let cover = Brief {
        style: Style::ALL[(style + random.random_range(1..styles)) % styles],
        bpm: original.bpm * tempo / 100,
        key: (original.key + random.random_range(1..12)) % 12,
        seconds: random.random_range(90..=150),
        ..original.clone()
    };
    [original, cover]
}

/// Writes so many songs, each twice; what is there is replaced.
///
/// # Errors
/// [`Error::Disk`] and [`Error::Master`] when a file cannot be written.
pub fn run(folder: &Path, songs: u32, seed: u64, progress: &dyn Progress) -> Result<Report, Error> {
    const SIDES: [&str; 2] = ["original", "cover"];
    for side in SIDES {
        let side = folder.join(side);
        std::fs::create_dir_all(&side).map_err(Error::disk(&side))?;
    }
    progress.begin("songs", u64::from(songs), "songs");
    let lines: Result<Vec<String>, Error> = (1..=songs)
        .into_par_iter()
        .map(|song| {
            let name = format!("{song:04}.flac");
            let briefs = briefs(song, seed);
            for (side, brief) in SIDES.into_iter().zip(&briefs) {
                let pcm = Pcm {
                    rate: synth::SAMPLE_RATE,
                    frames: synth::compose(brief)
                        .into_iter()
                        .map(|frame| frame.map(quantise))
                        .collect(),
                };
                flac::write(&folder.join(side).join(&name), &pcm)?;
            }
            progress.advance(1);
            Ok(format!("{name}\t{}\t{}\n", briefs[0], briefs[1]))
        })
        .collect();
    progress.finish();
    let table = format!("file\toriginal\tcover\n{}", lines?.concat());
    let path = folder.join("songs.tsv");
    std::fs::write(&path, table).map_err(Error::disk(&path))?;
    Ok(Report {
        folder: folder.to_owned(),
        songs,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cover_has_its_song_s_seed_and_mode_but_neither_key_nor_style() {
        for song in 1..=50 {
            let [original, cover] = briefs(song, 7);
            assert_eq!((original.seed, original.mode), (cover.seed, cover.mode));
            assert_ne!(original.key, cover.key);
            assert_ne!(original.style, cover.style);
            assert_eq!(cover.to_string().parse::<Brief>().unwrap(), cover);
        }
        assert_ne!(briefs(1, 7), briefs(2, 7));
        assert_ne!(briefs(1, 7), briefs(1, 8));
    }

    #[test]
    fn songs_are_written_in_pairs_and_listed() {
        let folder = tempfile::tempdir().unwrap();
        let report = run(folder.path(), 1, 3, &catalog::progress::Silent).unwrap();
        assert_eq!(report.songs, 1);
        for side in ["original", "cover"] {
            let file = folder.path().join(side).join("0001.flac");
            let info = audio::probe(&file).unwrap();
            assert!(info.duration().unwrap().0 >= 90_000, "{side}");
        }
        let table = std::fs::read_to_string(folder.path().join("songs.tsv")).unwrap();
        assert_eq!(table.lines().count(), 2, "{table}");
    }
}
