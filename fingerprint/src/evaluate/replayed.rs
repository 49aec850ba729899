//! Are songs recognised when others play them?
//!
//! A folder holds `original/` and `cover/`, with the same file names in both (`backline datasets
//! performances` composes such). Every cover asks for its original among all originals; the
//! other originals are strangers.

use std::path::{Path, PathBuf};

use catalog::progress::Progress;
use rayon::prelude::*;
use serde::Serialize;

use super::found::print_of;
use super::songs::decode;
use crate::config::Config;
use crate::covers::Heard;
use crate::error::Error;

/// What came out.
#[derive(Clone, Debug, Serialize)]
pub struct Replayed {
    /// Covers whose original is there.
    pub covers: usize,
    /// Covers whose original is among the candidates, per cent.
    pub candidates: f64,
    /// Covers whose original is the best of all originals, per cent.
    pub top: f64,
    /// Mean of one over the original's rank among those that were aligned.
    pub reciprocal_rank: f64,
    /// Covers that are shown with their original, per cent.
    pub shown: f64,
    /// Pairs of a cover and another's original that are shown, and how many pairs there are.
    pub wrong: [usize; 2],
}

/// Longest part of a song that is heard, seconds.
const SECONDS: f64 = 600.0;

/// Evaluates a folder of re-performances.
pub(super) fn replayed(
    folder: &Path,
    config: &Config,
    progress: &dyn Progress,
) -> Result<Replayed, Error> {
    let unread = |source| Error::Unread {
        folder: folder.display().to_string(),
        source,
    };
    let mut names: Vec<_> = std::fs::read_dir(folder.join("original"))
        .map_err(unread)?
        .filter_map(|entry| Some(entry.ok()?.file_name()))
        .filter(|name| folder.join("cover").join(name).is_file())
        .collect();
    names.sort();
    progress.begin("covers", 2 * names.len() as u64, "songs");
    let heard = |side: &str| -> Vec<Option<Heard>> {
        let files: Vec<PathBuf> = names
            .iter()
            .map(|name| folder.join(side).join(name))
            .collect();
        let heard = files.par_iter().map(|file| {
            progress.advance(1);
            Some(Heard::new(&print_of(&decode(file, SECONDS)?)))
        });
        heard.collect()
    };
    let (originals, covers) = (heard("original"), heard("cover"));
    let (originals, covers): (Vec<Heard>, Vec<Heard>) = originals
        .into_iter()
        .zip(covers)
        .filter_map(|(original, cover)| Some((original?, cover?)))
        .unzip();
    progress.finish();
    if originals.len() < 2 {
        return Err(Error::Performances {
            folder: folder.display().to_string(),
            found: originals.len(),
        });
    }
    Ok(counted(&originals, &covers, config))
}

fn counted(originals: &[Heard], covers: &[Heard], config: &Config) -> Replayed {
    let asked: Vec<(bool, Option<usize>, bool, usize)> = covers
        .par_iter()
        .enumerate()
        .map(|(at, cover)| {
            let found = config.covers.candidates(cover, originals, |_| true);
            let mut scored: Vec<(f64, usize)> = found
                .iter()
                .filter_map(|(row, keys)| {
                    let score = config.covers.compare(cover, &originals[*row], keys)?.score;
                    Some((score, *row))
                })
                .collect();
            scored.sort_by(|x, y| y.0.total_cmp(&x.0));
            let shown = |own: bool| {
                let enough = scored
                    .iter()
                    .filter(|(score, _)| *score >= config.covers.min_score);
                enough.filter(|(_, row)| (*row == at) == own).count()
            };
            (
                found.iter().any(|(row, _)| *row == at),
                scored.iter().position(|(_, row)| *row == at),
                shown(true) > 0,
                shown(false),
            )
        })
        .collect();
    let percent = |n: usize| 100.0 * n as f64 / asked.len() as f64;
    let ranks = asked.iter().filter_map(|(_, rank, ..)| *rank);
    Replayed {
        covers: asked.len(),
        candidates: percent(asked.iter().filter(|(among, ..)| *among).count()),
        top: percent(
            asked
                .iter()
                .filter(|(_, rank, ..)| *rank == Some(0))
                .count(),
        ),
        reciprocal_rank: ranks.map(|rank| 1.0 / (1 + rank) as f64).sum::<f64>()
            / asked.len() as f64,
        shown: percent(asked.iter().filter(|(_, _, shown, _)| *shown).count()),
        wrong: [
            asked.iter().map(|(.., wrong)| wrong).sum(),
            asked.len() * (originals.len() - 1),
        ],
    }
}
