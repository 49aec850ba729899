//! Which songs, and what do they sound like?

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use ::chromaprint::audio::processor::AudioProcessor;
use catalog::progress::Progress;
use catalog::units::Frames;
use rayon::prelude::*;
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::Plan;
use super::sound::power;
use crate::error::Error;
use crate::peaks::RATE;

/// A song: mono, 16 bits, 11,025 Hz.
pub(super) struct Song {
    /// Below the folder.
    pub(super) path: PathBuf,
    pub(super) samples: Vec<i16>,
    /// Samples per channel of the whole file, as it declares them.
    pub(super) lasts: Option<Frames>,
}

/// Shortest song, seconds.
pub(super) const SHORTEST: f64 = 32.0;

/// The songs of a plan, in an order that the seed decides.
pub(super) fn choose(plan: &Plan, progress: &dyn Progress) -> Result<Vec<Song>, Error> {
    let mut files = Vec::new();
    walk(&plan.music, 0, &mut files).map_err(|source| Error::Unread {
        folder: plan.music.display().to_string(),
        source,
    })?;
    let below = |path: &Path| path.strip_prefix(&plan.music).unwrap_or(path).to_owned();
    files.sort_by_key(|path| {
        let name = below(path);
        (
            xxh3_64_with_seed(name.as_os_str().as_encoded_bytes(), plan.seed),
            name,
        )
    });
    let wanted = plan.songs + plan.strangers;
    progress.begin("songs", wanted as u64, "songs");
    let mut songs: Vec<Song> = Vec::new();
    for files in files.chunks(2 * rayon::current_num_threads()) {
        let decoded = files.par_iter().map(|file| {
            let samples = decode(file, plan.seconds).filter(|samples| is_song(samples))?;
            Some(Song {
                path: below(file),
                samples,
                lasts: declared(file),
            })
        });
        for song in decoded.collect::<Vec<_>>().into_iter().flatten() {
            if songs.len() < wanted && songs.iter().all(|other| other.samples != song.samples) {
                songs.push(song);
                progress.advance(1);
            }
        }
        if songs.len() == wanted {
            break;
        }
    }
    progress.finish();
    match songs.len() > plan.strangers {
        true => Ok(songs),
        false => Err(Error::Music {
            folder: plan.music.display().to_string(),
            found: songs.len(),
        }),
    }
}

/// Folders deeper than this are not entered: protects from links in a circle.
const DEEPEST: usize = 12;

fn walk(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() && depth < DEEPEST {
            walk(&path, depth + 1, files)?;
        } else if path.is_file() {
            let extension = path
                .extension()
                .and_then(|e| e.to_str())
                .unwrap_or_default();
            if ["ogg", "mp3", "flac", "wav", "m4a"].contains(&extension) {
                files.push(path);
            }
        }
    }
    Ok(())
}

/// The first seconds of a file, or None if it does not decode.
pub(super) fn decode(path: &Path, seconds: f64) -> Option<Vec<i16>> {
    let mut decoder = audio::Decoder::open(path).ok()?;
    let rate = decoder.info().sample_rate.hz();
    let channels = usize::from(decoder.info().channels());
    let mut mixer = AudioProcessor::new(RATE);
    mixer.reset(rate, channels as u16).ok()?;
    let mut samples = Vec::new();
    let (mut left, mut frames) = ((seconds * f64::from(rate)) as usize, Vec::new());
    while left > 0
        && let Some(block) = decoder.next_block().ok()?
    {
        let take = block.frames().min(left);
        frames.clear();
        for at in 0..take {
            let sample =
                |plane: &Vec<f32>| (plane[at] * 32_767.0).clamp(-32_768.0, 32_767.0) as i16;
            frames.extend(block.planes.iter().take(channels).map(sample));
        }
        mixer.consume(&frames, |mono| samples.extend_from_slice(mono));
        left -= take;
    }
    mixer.flush(|mono| samples.extend_from_slice(mono));
    Some(samples)
}

/// The length that a file declares.
fn declared(path: &Path) -> Option<Frames> {
    audio::Decoder::open(path).ok()?.info().frames
}

/// Is it long enough, and is there anything to hear? Sound effects and silence are no songs.
fn is_song(samples: &[i16]) -> bool {
    let sound: Vec<f32> = samples.iter().map(|&s| f32::from(s)).collect();
    let loud = power(&sound) > 1e4;
    loud && samples.len() as f64 >= SHORTEST * f64::from(RATE)
}

pub(super) fn ffmpeg() -> bool {
    let status = Command::new("ffmpeg")
        .arg("-version")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    status.is_ok_and(|status| status.success())
}
