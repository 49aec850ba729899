//! What was made, how fast, and how loud was it before and after?

use crate::job::Item;
use catalog::ids::Sha256;
use catalog::rendition::{AudioSet, Codec, Loudness};
use catalog::units::{GainDb, Millis};
use comfy_table::presets::UTF8_HORIZONTAL_ONLY;
use comfy_table::{CellAlignment, Table};
use serde::Serialize;
use std::fmt;

/// The outcome of a run.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Report {
    /// Masters that have all their renditions now.
    pub tracks: Vec<TrackLine>,
    /// Masters that could not be transcoded.
    pub failures: Vec<Failure>,
    /// How long the run took.
    pub wall_seconds: f64,
}

/// One master.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TrackLine {
    /// Its content.
    pub master: Sha256,
    /// What people call it.
    pub label: String,
    /// Renditions made in this run.
    pub made: usize,
    /// Renditions that were there.
    pub kept: usize,
    /// Its length.
    pub length_ms: Millis,
    /// Time spent on it in this run.
    pub seconds: f64,
    /// Of the master.
    pub before: Loudness,
    /// Of its best lossy rendition.
    pub after: Option<Loudness>,
    /// Applied to that rendition.
    pub gain: Option<GainDb>,
    /// What did not go by plan.
    pub notes: Vec<String>,
}

/// A master that could not be transcoded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// Its content.
    pub master: Sha256,
    /// What people call it.
    pub label: String,
    /// Why, with the remedy.
    pub reason: String,
}

impl TrackLine {
    pub(crate) fn kept(item: &Item, set: &AudioSet) -> TrackLine {
        TrackLine::made(item, set, 0, length(set), 0.0, Vec::new())
    }

    pub(crate) fn made(
        item: &Item,
        set: &AudioSet,
        made: usize,
        length_ms: Millis,
        seconds: f64,
        notes: Vec<String>,
    ) -> TrackLine {
        let whole = |r: &&catalog::rendition::Rendition| r.profile != "preview";
        let lossy = set
            .renditions
            .iter()
            .filter(whole)
            .rfind(|r| r.codec == Codec::Vorbis);
        TrackLine {
            master: item.master,
            label: item.label.clone(),
            made,
            kept: set.renditions.len() - made,
            length_ms,
            seconds,
            before: set.loudness,
            after: lossy.map(|rendition| rendition.loudness),
            gain: lossy.map(|rendition| rendition.gain),
            notes,
        }
    }
}

/// The longest rendition is the whole track.
fn length(set: &AudioSet) -> Millis {
    let lengths = set.renditions.iter().map(|r| r.frames.at(r.sample_rate).0);
    Millis(lengths.max().unwrap_or(0))
}

impl Report {
    /// Masters that were refused.
    pub fn refused(&self) -> usize {
        self.failures.len()
    }

    /// Renditions made in this run.
    pub fn made(&self) -> usize {
        self.tracks.iter().map(|track| track.made).sum()
    }

    /// Renditions that were there already.
    pub fn kept(&self) -> usize {
        self.tracks.iter().map(|track| track.kept).sum()
    }

    /// Seconds of music transcoded per second of this run; `None` when nothing was made.
    pub fn times_realtime(&self) -> Option<f64> {
        let worked = self.tracks.iter().filter(|track| track.made > 0);
        let audio: f64 = worked.map(|track| track.length_ms.seconds()).sum();
        (audio > 0.0 && self.wall_seconds > 0.0).then(|| audio / self.wall_seconds)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.made() > 0 {
            writeln!(f, "{}", self.table())?;
        }
        for track in self.tracks.iter().filter(|track| !track.notes.is_empty()) {
            writeln!(f, "{}:", track.label)?;
            for note in &track.notes {
                writeln!(f, "  {note}")?;
            }
        }
        for failure in &self.failures {
            let reason = failure.reason.replace('\n', "\n  ");
            writeln!(
                f,
                "failed: {} (master {})\n  {reason}",
                failure.label, failure.master
            )?;
        }
        write!(
            f,
            "{} tracks: {} renditions made, {} kept",
            self.tracks.len(),
            self.made(),
            self.kept()
        )?;
        if let Some(speed) = self.times_realtime() {
            write!(f, ", {speed:.0}x realtime")?;
        }
        match self.refused() {
            0 => writeln!(f),
            failed => writeln!(f, "; {failed} masters failed"),
        }
    }
}

impl Report {
    fn table(&self) -> Table {
        let mut table = Table::new();
        table.load_style(UTF8_HORIZONTAL_ONLY);
        table.set_header([
            "track", "length", "made", "kept", "x", "LUFS", "gain", "to", "dBTP", "to",
        ]);
        for column in 1..10 {
            if let Some(column) = table.column_mut(column) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        for track in self.tracks.iter().filter(|track| track.made > 0) {
            let number = |value: Option<f64>| value.map_or("-".into(), |v| format!("{v:.1}"));
            let after = track.after.unwrap_or_default();
            table.add_row([
                track.label.clone(),
                track.length_ms.to_string(),
                track.made.to_string(),
                track.kept.to_string(),
                format!("{:.0}", track.length_ms.seconds() / track.seconds.max(1e-3)),
                number(track.before.integrated.map(|level| level.0)),
                track
                    .gain
                    .map_or("-".into(), |gain| format!("{:+.1}", gain.0)),
                number(after.integrated.map(|level| level.0)),
                number(track.before.true_peak.map(|peak| peak.0)),
                number(after.true_peak.map(|peak| peak.0)),
            ]);
        }
        table
    }
}
