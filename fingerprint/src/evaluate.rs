//! How often is a duplicate found and a clip recognised, and how often wrongly?
//!
//! `backline fingerprint evaluate MUSIC` takes songs from a folder, damages them in every way that
//! a catalogue meets (`degrade`; what needs codecs or time stretching is done by ffmpeg, and
//! left out aloud without it), and counts what is found (`found`) and what is recognised
//! (`clips`). Beside ours stands what `fpcalc`'s fingerprints give by themselves (the lowest bit
//! error of whole overlaps, or of a clip's place anywhere, against the usual limit of 0.35) and, where
//! it is installed, audfprint (`peers`). Songs, offsets and noises follow from the seed, and are
//! written down.

use std::path::{Path, PathBuf};

use catalog::progress::Progress;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::config::Config;
use crate::error::Error;
use crate::print::Print;

mod clips;
mod degrade;
mod found;
mod page;
mod peers;
mod replayed;
mod shared;
mod songs;
mod sound;
mod speech;

pub use clips::{Answers, Heard, Taken};
pub use found::Found;
pub use page::{html, text};
pub use replayed::Replayed;

/// What to evaluate.
#[derive(Clone, Debug, Serialize, Deserialize, clap::Args)]
pub struct Plan {
    /// A folder with music: any audio file below it that decodes is a song
    pub music: PathBuf,
    /// Songs in the catalogue
    #[arg(long, default_value_t = 36)]
    pub songs: usize,
    /// The first of them of which damaged copies are made
    #[arg(long, default_value_t = 36)]
    pub damaged: usize,
    /// Songs outside of it, whose clips must be refused
    #[arg(long, default_value_t = 12)]
    pub strangers: usize,
    /// Only degradations whose names have this in them
    #[arg(long, value_name = "WORDS")]
    pub only: Option<String>,
    /// Seconds of each song that are used, from its beginning
    #[arg(long, default_value_t = 75.0, value_parser = song_seconds)]
    pub seconds: f64,
    /// Clips per noise and length
    #[arg(long, default_value_t = 100)]
    pub clips: usize,
    /// A folder of songs and their re-performances, as `datasets performances` composes them
    #[arg(long, value_name = "DIR")]
    pub covers: Option<PathBuf>,
    /// Chooses songs, offsets and noises
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

fn song_seconds(text: &str) -> Result<f64, String> {
    let seconds = text
        .parse()
        .ok()
        .filter(|&seconds| seconds >= songs::SHORTEST);
    let shortest = songs::SHORTEST;
    seconds.ok_or_else(|| format!("expected at least {shortest}: nothing shorter is a song"))
}

/// What came out.
#[derive(Clone, Debug, Serialize)]
pub struct Evaluation {
    /// What was asked for.
    pub plan: Plan,
    /// The songs of the catalogue, below the folder.
    pub songs: Vec<PathBuf>,
    /// The others.
    pub strangers: Vec<PathBuf>,
    /// What was left out, and why.
    pub left_out: Vec<String>,
    /// Duplicates, by degradation.
    pub found: Vec<Found>,
    /// Pairs of different songs that were called duplicates; see them before calling them wrong:
    /// corpora hold true duplicates.
    pub strangers_matched: Vec<(PathBuf, PathBuf)>,
    /// Clips, by noise and length.
    pub heard: Vec<Heard>,
    /// Songs that others play, where a folder of them was named.
    pub replayed: Option<Replayed>,
    /// Pairs of different songs that would be shown as likely covers.
    pub like_covers: Vec<(PathBuf, PathBuf, f64)>,
}

/// Runs it all.
///
/// # Errors
/// [`Error::Unread`] where a folder cannot be read, [`Error::Music`] and [`Error::Performances`] when it
/// holds too few songs.
pub fn evaluate(
    plan: &Plan,
    config: &Config,
    progress: &dyn Progress,
) -> Result<Evaluation, Error> {
    let chosen = songs::choose(plan, progress)?;
    // Where there are too few, the catalogue is smaller: without strangers nothing could be refused.
    let songs = plan.songs.min(chosen.len().saturating_sub(plan.strangers));
    let (catalogue, strangers) = chosen.split_at(songs);
    let (ffmpeg, talk) = (songs::ffmpeg(), speech::Talk::new());
    let audfprint = peers::Audfprint::taught(catalogue);
    let mut left_out = missing(ffmpeg, &talk, &audfprint);
    let audfprint = audfprint.ok().flatten();
    let audfprint = audfprint.as_ref();
    let prints: Vec<Print> = chosen.par_iter().map(found::print_of_song).collect();
    let (prints, of_strangers) = prints.split_at(catalogue.len());
    let (found, strangers_matched) = found::duplicates(
        catalogue,
        prints,
        plan,
        config,
        &talk,
        (ffmpeg, audfprint),
        progress,
    );
    let known = found::known(of_strangers, prints, config);
    left_out.extend(known.iter().map(|known| {
        let [stranger, row] = [&strangers[known.stranger], &catalogue[known.row]];
        let mixed = if known.mixed { "another mix of " } else { "" };
        let (stranger, row) = (stranger.path.display(), row.path.display());
        format!("{stranger} is no stranger: the catalogue has {mixed}it as {row}")
    }));
    let strangers: Vec<&songs::Song> = (0..strangers.len())
        .filter(|at| known.iter().all(|known| known.stranger != *at))
        .map(|at| &strangers[at])
        .collect();
    let replayed = plan.covers.as_deref();
    let replayed = replayed
        .map(|folder| replayed::replayed(folder, config, progress))
        .transpose()?;
    let like_covers =
        config
            .covers
            .search(prints, &vec![replayed.is_some(); prints.len()], progress);
    let heard = clips::clips(
        catalogue,
        &strangers,
        prints,
        plan,
        config,
        (&talk, audfprint),
        progress,
    );
    Ok(Evaluation {
        plan: plan.clone(),
        songs: catalogue.iter().map(|song| song.path.clone()).collect(),
        strangers: strangers.iter().map(|song| song.path.clone()).collect(),
        left_out,
        found,
        strangers_matched,
        heard,
        replayed,
        like_covers: like_covers
            .iter()
            .map(|cover| {
                let path = |row: usize| catalogue[row].path.clone();
                (path(cover.a), path(cover.b), cover.score)
            })
            .collect(),
    })
}

/// What is not measured for want of a program.
fn missing(
    ffmpeg: bool,
    talk: &speech::Talk,
    audfprint: &Result<Option<peers::Audfprint>, String>,
) -> Vec<String> {
    let ffmpeg = (!ffmpeg)
        .then(|| "ffmpeg is not installed: no codecs, no tempo, no pitch, no karaoke".to_owned());
    let talk =
        (!talk.recorded()).then(|| "espeak-ng is not installed: voices are synthesised".to_owned());
    let audfprint = match audfprint {
        Ok(Some(_)) => None,
        Ok(None) => Some("audfprint is not on the path: no figures of it".to_owned()),
        Err(why) => Some(format!("audfprint fails: {why}")),
    };
    [ffmpeg, talk, audfprint].into_iter().flatten().collect()
}

/// Writes `evaluation.json` and `evaluation.html` into a folder.
///
/// # Errors
/// [`Error::Page`] naming the file.
pub fn write(folder: &Path, evaluation: &Evaluation) -> Result<(), Error> {
    let json = serde_json::to_vec_pretty(evaluation).expect("figures are plain data");
    for (name, bytes) in [
        ("evaluation.json", json),
        ("evaluation.html", html(evaluation).into_bytes()),
    ] {
        let file = folder.join(name);
        std::fs::create_dir_all(folder)
            .and_then(|()| std::fs::write(&file, bytes))
            .map_err(|source| Error::Page {
                file: file.display().to_string(),
                source,
            })?;
    }
    Ok(())
}
