//! Which recording of the edition in force is this clip, in words?

use std::fmt;
use std::path::Path;

use catalog::ids::RecordingId;
use catalog::store::Store;
use serde::Serialize;

use crate::config::Config;
use crate::edition::{FILE, Fingerprints};
use crate::error::Error;
use crate::peaks::{FRAME_SECONDS, UNITS_PER_SEMITONE};
use crate::report::clock;
use crate::stored::Fingerprint;

/// Seconds of a clip that are heard.
pub const CLIP_SECONDS: f64 = 30.0;

/// What a clip is.
#[derive(Debug, Serialize)]
pub struct Answer {
    /// The edition that was asked.
    pub edition: String,
    /// Seconds heard.
    pub heard_s: f64,
    /// Best first; empty if the clip is none of the catalogue's recordings.
    pub matches: Vec<Named>,
}

/// A recording that the clip is a part of.
#[derive(Debug, Serialize)]
pub struct Named {
    /// The recordings that carry this audio.
    pub recordings: Vec<RecordingId>,
    /// Artist and title of the first.
    pub name: String,
    /// Where the clip begins in it, seconds.
    pub begins_s: f64,
    /// The clip plays so many times as fast.
    pub speed: f64,
    /// The clip is so many semitones higher.
    pub semitones: f64,
    /// Share of the clip's peaks that the recording has.
    pub share: f64,
    /// Decimal digits of the odds that this is no chance.
    pub digits: f64,
}

/// Looks a clip up in the edition in force.
///
/// # Errors
/// [`Error::NoEdition`] before the first, [`Error::Store`] and [`Error::Edition`] when it cannot
/// be read.
pub fn identify(store: &Store, clip: &Fingerprint, config: &Config) -> Result<Answer, Error> {
    let pointer = catalog::edition::current(store)?.ok_or_else(|| Error::NoEdition {
        url: store.url().to_owned(),
    })?;
    let id = pointer.edition;
    let cache = std::env::temp_dir().join("backline-editions");
    let file = store.fetch(&catalog::edition::key(&id, FILE), Path::new(&cache))?;
    let edition = Fingerprints::open(&file)?;
    let catalogue = catalog::snapshot::catalogue(store)?;
    let name = |recording: &RecordingId| {
        let track = catalogue
            .tracks()
            .find(|(_, track)| track.recording == *recording);
        track.map_or_else(
            || recording.to_string(),
            |(_, track)| match track.artists.first() {
                Some(artist) => format!("{} — {}", artist.name, track.title),
                None => track.title.clone(),
            },
        )
    };
    let print = clip.print();
    let matches = edition
        .hear(print.peaks(), &config.identify)
        .iter()
        .map(|heard| Named {
            recordings: edition.recordings(heard.row).to_vec(),
            name: edition
                .recordings(heard.row)
                .first()
                .map(name)
                .unwrap_or_default(),
            begins_s: heard.line.offset * FRAME_SECONDS,
            speed: heard.line.stretch,
            semitones: -heard.line.units / f64::from(UNITS_PER_SEMITONE) + 0.0,
            share: heard.share,
            digits: heard.digits,
        })
        .collect();
    Ok(Answer {
        edition: id,
        heard_s: clip.source.seconds(),
        matches,
    })
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.matches.is_empty() {
            return writeln!(f, "no recording of edition {} is this clip", self.edition);
        }
        for found in &self.matches {
            let begins = clock(found.begins_s);
            writeln!(f, "{}  from {begins}", found.name)?;
            let (speed, share) = (100.0 * (found.speed - 1.0), 100.0 * found.share);
            writeln!(
                f,
                "  {share:.0} % of the clip's peaks, odds 1 : 10^{:.0}, speed {speed:+.1} %",
                found.digits
            )?;
        }
        Ok(())
    }
}
