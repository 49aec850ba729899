//! What do others recognise of the same copies and clips?
//!
//! **Chromaprint alone**: the song where the items differ in the fewest bits, sought at every place of
//! every song, and accepted below [`LIMIT`]. No index over `fpcalc`'s fingerprints finds more.
//!
//! **audfprint** (Ellis, "The 2014 LabROSA audio fingerprint system"), where `audfprint` or
//! `audfprint.py` is on the path: it learns the same songs, hears the same sounds as WAV files, and
//! decides by its own rule. It may make as many landmarks as help it in noise ([`DENSE`]).

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use ::chromaprint::{Algorithm, Fingerprinter};
use rayon::prelude::*;

use super::songs::Song;
use crate::peaks::RATE;
use crate::print::Print;

/// The bit error below which Chromaprint's items are usually called the same.
pub(super) const LIMIT: f64 = 0.35;

/// Landmarks a second and pairs a peak: at its defaults (20 and 3) it finds half as many clips in noise.
const DENSE: [&str; 4] = ["--density", "70", "--fanout", "8"];

/// Chromaprint's items of 11,025 Hz mono.
pub(super) fn items(samples: &[i16]) -> Vec<u32> {
    let mut printer = Fingerprinter::new(Algorithm::Test2);
    // These fail only for other rates and before `start`.
    let _ = printer.start(RATE, 1);
    let _ = printer.feed(samples);
    let _ = printer.finish();
    printer.fingerprint().to_vec()
}

/// The song that holds a clip's items with the fewest differing bits, and whether it is accepted.
pub(super) fn by_items(clip: &[u32], songs: &[Print]) -> Option<(usize, bool)> {
    let mut best = (u32::MAX, 0);
    for (row, song) in songs.iter().enumerate() {
        for place in song.view().items().windows(clip.len().max(1)) {
            let mut bits = 0;
            // Sixteen at a time: most places are worse than the best long before their end.
            let apart = clip.chunks(16).zip(place.chunks(16)).all(|(a, b)| {
                bits += a
                    .iter()
                    .zip(b)
                    .map(|(a, b)| (a ^ b).count_ones())
                    .sum::<u32>();
                bits < best.0
            });
            if apart {
                best = (bits, row);
            }
        }
    }
    let known = !clip.is_empty() && best.0 < u32::MAX;
    known.then(|| (best.1, f64::from(best.0) < LIMIT * 32.0 * clip.len() as f64))
}

/// audfprint, which knows the songs.
pub(super) struct Audfprint {
    command: &'static str,
    folder: PathBuf,
}

impl Audfprint {
    /// Teaches it the songs; None where it is not installed.
    ///
    /// # Errors
    /// What it said, where it fails.
    pub(super) fn taught(songs: &[Song]) -> Result<Option<Audfprint>, String> {
        let Some(command) = ["audfprint", "audfprint.py"].into_iter().find(|name| {
            let version = quiet(Command::new(name).arg("--version")).status();
            version.is_ok_and(|status| status.success())
        }) else {
            return Ok(None);
        };
        let folder =
            std::env::temp_dir().join(format!("backline-audfprint-{}", std::process::id()));
        let peer = Audfprint { command, folder };
        let sounds: Vec<&[i16]> = songs.iter().map(|song| song.samples.as_slice()).collect();
        let list = peer.sounds("songs", &sounds).map_err(|e| e.to_string())?;
        peer.run("new", &list)?;
        Ok(Some(peer))
    }

    /// The song that each sound is to it, where it is any; a processor's share of them at a time. None
    /// where it failed: no figure is better than a wrong one.
    pub(super) fn matches<S: AsRef<[i16]> + Sync>(
        &self,
        sounds: &[S],
    ) -> Option<Vec<Option<usize>>> {
        let share = sounds.len().div_ceil(rayon::current_num_threads()).max(1);
        let parts = sounds.par_chunks(share).enumerate().map(|(part, sounds)| {
            let sounds: Vec<&[i16]> = sounds.iter().map(AsRef::as_ref).collect();
            let name = format!("part{part}");
            let list = self.sounds(&name, &sounds).ok();
            let said = list.and_then(|list| self.run("match", &list).ok());
            // What stays behind costs room in the temporary folder until all is done.
            let _ = std::fs::remove_dir_all(self.folder.join(&name));
            said.map(|said| answers(&said, sounds.len()))
        });
        Some(parts.collect::<Option<Vec<_>>>()?.concat())
    }

    /// Writes sounds as `NAME/0.wav` and so on, and a list of them.
    fn sounds(&self, name: &str, sounds: &[&[i16]]) -> std::io::Result<PathBuf> {
        let folder = self.folder.join(name);
        std::fs::create_dir_all(&folder)?;
        let list = folder.join("list");
        let mut lines = std::fs::File::create(&list)?;
        for (at, sound) in sounds.iter().enumerate() {
            let file = folder.join(format!("{at}.wav"));
            std::fs::write(&file, wav(sound))?;
            writeln!(lines, "{}", file.display())?;
        }
        Ok(list)
    }

    /// Lets it learn or match a list; what it says of each line.
    fn run(&self, what: &str, list: &Path) -> Result<String, String> {
        let said = list.with_file_name("said");
        let mut command = Command::new(self.command);
        command.arg(what).args(DENSE).arg("--dbase");
        command.arg(self.folder.join("songs.db"));
        command.arg("--opfile").arg(&said).arg("--list").arg(list);
        let done = quiet(&mut command)
            .stderr(Stdio::piped())
            .output()
            .map_err(|error| error.to_string())?;
        if !done.status.success() {
            let text = String::from_utf8_lossy(&done.stderr);
            return Err(text.lines().last().unwrap_or("it failed").to_owned());
        }
        std::fs::read_to_string(&said).map_err(|error| error.to_string())
    }
}

impl Drop for Audfprint {
    fn drop(&mut self) {
        // What stays behind costs room in the temporary folder, nothing else.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn quiet(command: &mut Command) -> &mut Command {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
}

/// Of lines `Matched …/3.wav 5.0 sec 1234 raw hashes as …/17.wav at …`: sound 3 is song 17.
fn answers(said: &str, sounds: usize) -> Vec<Option<usize>> {
    let number = |path: &str| -> Option<usize> {
        let name = path.rsplit('/').next()?;
        name.strip_suffix(".wav")?.parse().ok()
    };
    let mut songs = vec![None; sounds];
    for line in said.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        if let [
            "Matched",
            sound,
            _,
            "sec",
            _,
            "raw",
            "hashes",
            "as",
            song,
            ..,
        ] = words[..]
            && let Some(place) = number(sound).and_then(|sound| songs.get_mut(sound))
        {
            *place = number(song);
        }
    }
    songs
}

/// A WAV file of 16 bits, mono, 11,025 Hz.
fn wav(samples: &[i16]) -> Vec<u8> {
    let data: Vec<u8> = samples.iter().flat_map(|s| s.to_le_bytes()).collect();
    let size = |extra: u32| (data.len() as u32 + extra).to_le_bytes();
    [
        b"RIFF",
        &size(36)[..],
        b"WAVEfmt ",
        &16u32.to_le_bytes(),
        &1u16.to_le_bytes(),
        &1u16.to_le_bytes(),
        &RATE.to_le_bytes(),
        &(2 * RATE).to_le_bytes(),
        &2u16.to_le_bytes(),
        &16u16.to_le_bytes(),
        b"data",
        &size(0),
        &data,
    ]
    .concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clip_is_the_song_with_the_fewest_differing_bits_if_they_are_few() {
        let song = |seed: u32| -> Vec<u32> {
            (0..200u32)
                .map(|i| {
                    (i * 31 + seed)
                        .wrapping_mul(0x9E37_79B9)
                        .rotate_left(i % 32)
                })
                .collect()
        };
        let songs = [Print::new(song(1)), Print::new(song(7_000))];
        let mut clip = song(7_000)[60..100].to_vec();
        clip.iter_mut().for_each(|item| *item ^= 0b1011);
        assert_eq!(by_items(&clip, &songs), Some((1, true)));
        let noise: Vec<u32> = clip.iter().map(|item| item ^ 0x5a5a_5a5a).collect();
        assert!(!by_items(&noise, &songs).unwrap().1);
        assert_eq!(by_items(&[], &songs), None);
        assert_eq!(by_items(&[0; 300], &songs), None, "longer than any song");
    }

    #[test]
    fn what_audfprint_says_is_read_by_the_names_of_files() {
        let said = "NOMATCH /t/part0/0.wav 0.0 sec 0 raw hashes\n\
                    Matched /t/part0/2.wav 9.9 sec 8150 raw hashes as /t/songs/17.wav at   20.0 s with  2424 of  2917 common hashes at rank  0\n\
                    Matched /t/part0/9.wav 9.9 sec 1 raw hashes as /t/songs/3.wav at 0 s\n";
        assert_eq!(answers(said, 3), [None, None, Some(17)]);
    }
}
