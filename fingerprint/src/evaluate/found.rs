//! Which damaged copies are found among the originals, and what else?

use std::path::PathBuf;

use catalog::progress::{Progress, Silent};
use catalog::units::Frames;
use rayon::prelude::*;
use serde::Serialize;

use super::Plan;
use super::degrade::{WAYS, Way, degraded};
use super::peers::{Audfprint, LIMIT, items};
use super::songs::Song;
use super::sound::Dice;
use super::speech::Talk;
use crate::align::{errors, overlap};
use crate::config::Config;
use crate::duplicates::{Indexes, matching_pairs, of_query};
use crate::peaks::Picker;
use crate::print::{Print, items_in};
use crate::report::words;

/// A row of the table.
#[derive(Clone, Debug, Serialize)]
pub struct Found {
    /// How the copies were damaged.
    pub way: String,
    /// Copies made.
    pub copies: usize,
    /// Copies that were found to be their original, per cent.
    pub recall: f64,
    /// The recall that is asked for.
    pub target: Option<f64>,
    /// Copies that were found to be another song.
    pub wrong: usize,
    /// Those: whose copy, what it was taken for, and how.
    pub taken_for: Vec<(PathBuf, PathBuf, String)>,
    /// The songs whose copies were not found.
    pub missed: Vec<PathBuf>,
    /// What they were called, and how often.
    pub kinds: Vec<(String, usize)>,
    /// fpcalc's fingerprints alone: recall at a bit error below 0.35 over whole overlaps.
    pub fpcalc: f64,
    /// audfprint's recall, per cent, and its copies taken for another song, where it is installed.
    pub audfprint: Option<(f64, usize)>,
}

/// The fingerprint of 11,025 Hz mono.
pub(super) fn print_of(samples: &[i16]) -> Print {
    let mut picker = Picker::new();
    picker.add(samples);
    Print::with_peaks(items(samples), &picker.finish())
}

pub(super) fn duplicates(
    songs: &[Song],
    prints: &[Print],
    plan: &Plan,
    config: &Config,
    talk: &Talk,
    (ffmpeg, audfprint): (bool, Option<&Audfprint>),
    progress: &dyn Progress,
) -> (Vec<Found>, Vec<(PathBuf, PathBuf)>) {
    let indexes = Indexes::new(prints, config);
    let Some(all) = indexes.view() else {
        return (Vec::new(), Vec::new());
    };
    let (pairs, _) = matching_pairs(prints, &vec![true; prints.len()], &all, config, &Silent);
    let alike =
        |a: usize, b: usize| a == b || pairs.iter().any(|p| (p.a, p.b) == (a.min(b), a.max(b)));
    let damaged = plan.damaged.min(songs.len());
    let ways: Vec<&Way> = WAYS
        .iter()
        .filter(|_| damaged > 0)
        .filter(|way| ffmpeg || !way.needs_ffmpeg())
        .filter(|way| {
            plan.only
                .as_ref()
                .is_none_or(|only| way.name.contains(only.as_str()))
        })
        .collect();
    progress.begin("duplicates", (ways.len() * damaged) as u64, "copies");
    let table = ways
        .iter()
        .map(|way| {
            let copies: Vec<Tried> = (0..damaged)
                .into_par_iter()
                .filter_map(|song| {
                    let scratch = std::env::temp_dir()
                        .join(format!("backline-evaluate-{}-{song}", std::process::id()));
                    std::fs::create_dir_all(&scratch).ok()?;
                    let mut dice = Dice::new(plan.seed.wrapping_mul(1_000_003) + song as u64);
                    let copy = degraded(&songs[song], way, plan, &mut dice, talk, &scratch);
                    // What stays behind costs room in the temporary folder, nothing else.
                    let _ = std::fs::remove_dir_all(&scratch);
                    let copy = copy?;
                    let print = print_of(&copy);
                    progress.advance(1);
                    let found = of_query(&print, prints, &all, config)
                        .iter()
                        .map(|pair| (pair.b, words(pair.kind).to_owned()))
                        .collect();
                    Some(Tried {
                        song,
                        found,
                        fpcalc: lowest_error(&print, &prints[song]) < LIMIT,
                        copy,
                    })
                })
                .collect();
            let heard = audfprint.and_then(|peer| peer.matches(&copies));
            row(way, &copies, heard.as_deref(), songs, &alike)
        })
        .collect();
    progress.finish();
    let path = |row: usize| songs[row].path.clone();
    (
        table,
        pairs
            .iter()
            .map(|pair| (path(pair.a), path(pair.b)))
            .collect(),
    )
}

/// The fingerprint of a song, which knows how long all of it lasts.
pub(super) fn print_of_song(song: &Song) -> Print {
    let print = print_of(&song.samples);
    match song.lasts {
        Some(Frames(samples)) => print.lasting(samples),
        None => print,
    }
}

/// A stranger that is none.
#[derive(Debug, PartialEq)]
pub(super) struct Known {
    /// Which of the strangers.
    pub(super) stranger: usize,
    /// The row of the catalogue that has it.
    pub(super) row: usize,
    /// Is that another mix or stem of it, not the same recording?
    pub(super) mixed: bool,
}

/// Strangers that the catalogue has under another name: other editions, other encodes, one sound in
/// two games; or another mix or a stem of them.
pub(super) fn known(strangers: &[Print], prints: &[Print], config: &Config) -> Vec<Known> {
    let indexes = Indexes::new(prints, config);
    let Some(all) = indexes.view() else {
        return Vec::new();
    };
    let found = strangers.par_iter().enumerate();
    let found = found.filter_map(|(stranger, print)| {
        let same = of_query(print, prints, &all, config).into_iter().next();
        let keeps_time = |row: &usize| config.stems.judge(print, &prints[*row]).is_some();
        let (row, mixed) = match same {
            Some(pair) => (pair.b, false),
            None => ((0..prints.len()).find(keeps_time)?, true),
        };
        Some(Known {
            stranger,
            row,
            mixed,
        })
    });
    found.collect()
}

/// A copy that was looked for.
struct Tried {
    /// The song it is.
    song: usize,
    /// What it was found to be, and how.
    found: Vec<(usize, String)>,
    /// Does fpcalc's rule find it?
    fpcalc: bool,
    copy: Vec<i16>,
}

impl AsRef<[i16]> for Tried {
    fn as_ref(&self) -> &[i16] {
        &self.copy
    }
}

fn row(
    way: &Way,
    copies: &[Tried],
    audfprint: Option<&[Option<usize>]>,
    songs: &[Song],
    alike: &dyn Fn(usize, usize) -> bool,
) -> Found {
    let percent = |n: usize| 100.0 * n as f64 / copies.len().max(1) as f64;
    let mut kinds: Vec<(String, usize)> = Vec::new();
    let (mut right, mut wrong) = (0, 0);
    let mut taken_for = Vec::new();
    for Tried { found, song, .. } in copies {
        if let Some((_, kind)) = found.iter().find(|(row, _)| row == song) {
            right += 1;
            match kinds.iter_mut().find(|(known, _)| known == kind) {
                Some((_, count)) => *count += 1,
                None => kinds.push((kind.clone(), 1)),
            }
        }
        let others = found.iter().filter(|(row, _)| !alike(*row, *song));
        let before = taken_for.len();
        taken_for.extend(others.map(|(row, kind)| {
            let path = |row: usize| songs[row].path.clone();
            (path(*song), path(*row), kind.clone())
        }));
        wrong += usize::from(taken_for.len() > before);
    }
    kinds.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let missed = copies
        .iter()
        .filter(|copy| copy.found.iter().all(|(row, _)| *row != copy.song));
    let audfprint = audfprint.map(|answers| {
        let answers = answers.iter().zip(copies);
        let answers = answers.filter_map(|(answer, copy)| Some(alike((*answer)?, copy.song)));
        let (right, wrong): (Vec<bool>, Vec<bool>) = answers.partition(|right| *right);
        (percent(right.len()), wrong.len())
    });
    Found {
        missed: missed.map(|copy| songs[copy.song].path.clone()).collect(),
        way: way.name.to_owned(),
        copies: copies.len(),
        recall: percent(right),
        target: way.target,
        wrong,
        taken_for,
        kinds,
        fpcalc: percent(copies.iter().filter(|copy| copy.fpcalc).count()),
        audfprint,
    }
}

/// The lowest bit error over whole overlaps of 20 s or more, within 40 s.
fn lowest_error(a: &Print, b: &Print) -> f64 {
    let (a, b) = (a.view(), b.view());
    (-320..=320)
        .map(|offset| errors(a, b, offset, overlap(a.len(), b.len(), offset)))
        .filter(|found| found.items >= items_in(20.0))
        .map(|found| found.rate())
        .fold(1.0, f64::min)
}
