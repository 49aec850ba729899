//! How well does sound alone tell what belongs together? Of the nearest by sound, how many are of the same album,
//! artist or genre, and how many would be by chance?

use std::collections::BTreeSet;
use std::fmt;

use serde::Serialize;

use super::nearest;
use crate::als::Factors;
use crate::items::Items;

/// Nearest that are looked at, or as many as there are to be found.
const PLACES: usize = 5;

/// What belongs together.
type Belonging<'a> = &'a dyn Fn(u32) -> Vec<String>;

/// How one kind of belonging was found again.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Trial {
    /// "album", "artist" or "genre".
    pub by: &'static str,
    /// Recordings with at least one other that belongs to them.
    pub recordings: usize,
    /// Share of the nearest that do; the mean over recordings.
    pub precision: f64,
    /// The same of others drawn at random.
    pub chance: f64,
}

/// What `backline recsys sounds` answers.
#[derive(Debug, Serialize)]
pub struct SoundsReport {
    /// Recordings with a sound.
    pub heard: usize,
    /// Of these, listened to now.
    pub made: usize,
    /// Recordings in which nothing is to be heard.
    pub silent: usize,
    /// Recordings whose audio could not be read, each with the reason.
    pub failed: Vec<(String, String)>,
    /// By album, artist and genre.
    pub trials: Vec<Trial>,
}

/// Tries all three on recordings with a sound.
pub(crate) fn trials(items: &Items<'_>, units: &Factors) -> Vec<Trial> {
    let albums = |item: u32| items.albums(item).iter().map(ToString::to_string).collect();
    let artists = |item: u32| {
        items
            .artists(item)
            .iter()
            .map(ToString::to_string)
            .collect()
    };
    let genre = |item: u32| {
        items
            .genre(item)
            .map(|g| g.to_string())
            .into_iter()
            .collect()
    };
    let kinds: [(&'static str, Belonging<'_>); 3] =
        [("album", &albums), ("artist", &artists), ("genre", &genre)];
    kinds.map(|(by, of)| trial(by, of, units)).into()
}

fn trial(by: &'static str, of: Belonging<'_>, units: &Factors) -> Trial {
    let known = |item: &u32| units.row(*item as usize).iter().any(|&x| x != 0.0);
    let known: Vec<u32> = (0..units.rows() as u32).filter(known).collect();
    let named: Vec<BTreeSet<String>> = (0..units.rows() as u32)
        .map(|item| of(item).into_iter().collect())
        .collect();
    let together = |a: u32, b: u32| !named[a as usize].is_disjoint(&named[b as usize]);
    let lists = nearest(units, &known, PLACES);
    let (mut found, mut chance, mut recordings) = (0.0, 0.0, 0);
    for (&item, list) in known.iter().zip(&lists) {
        let others = known.iter().filter(|&&other| other != item);
        let there = others.filter(|&&other| together(item, other)).count();
        if there == 0 {
            continue;
        }
        let places = PLACES.min(there);
        let hits = list.iter().take(places).filter(|s| together(item, s.item));
        found += hits.count() as f64 / places as f64;
        chance += there as f64 / (known.len() - 1) as f64;
        recordings += 1;
    }
    let mean = |sum: f64| (sum / f64::from(recordings.max(1)) * 1e4).round() / 1e4;
    Trial {
        by,
        recordings: recordings as usize,
        precision: mean(found),
        chance: mean(chance),
    }
}

impl fmt::Display for SoundsReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            heard,
            made,
            silent,
            ..
        } = self;
        writeln!(
            f,
            "{heard} recordings have a sound ({made} listened to now); {silent} are silent"
        )?;
        for (recording, why) in &self.failed {
            writeln!(f, "  {recording}: {why}")?;
        }
        for trial in &self.trials {
            writeln!(
                f,
                "of the {PLACES} nearest, {:.1} % are of the same {} (by chance {:.1} %; {} recordings)",
                trial.precision * 100.0,
                trial.by,
                trial.chance * 100.0,
                trial.recordings
            )?;
        }
        Ok(())
    }
}
