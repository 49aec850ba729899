//! What do people read after a run?

use std::collections::BTreeMap;
use std::fmt;

use catalog::ids::Sha256;
use comfy_table::{CellAlignment, LineStyle, Table, TableStyle};
use serde::Serialize;

use crate::blend::FEATURE_NAMES;
use crate::evaluate::Evaluation;
use crate::plays::Refusal;
use crate::published::Model;
use crate::sounds::SoundsReport;

/// What a command of `backline recsys` answers.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case", tag = "command")]
pub enum Report {
    /// `run`.
    Run(Box<RunReport>),
    /// `evaluate`.
    Evaluate(Evaluation),
    /// `plays`.
    Plays(PlaysReport),
    /// `sounds`.
    Sounds(SoundsReport),
    /// `show`.
    Show(ShowReport),
}

/// A run that is done.
#[derive(Debug, Serialize)]
pub struct RunReport {
    /// Whether it was done before, and nothing was made now.
    pub done_before: bool,
    /// What it says about itself.
    pub model: Model,
}

/// What the plays of a store hold.
#[derive(Debug, Serialize)]
pub struct PlaysReport {
    /// Files read.
    pub files: usize,
    /// Rows read.
    pub events: u64,
    /// Rows that were set aside, by reason.
    pub refused: BTreeMap<Refusal, u64>,
    /// Searches that led to no recording.
    pub searches: u64,
    /// Events before this were summed up.
    pub as_of: jiff::Timestamp,
    /// What became of the sound ones.
    pub tally: crate::plays::Tally,
    /// Listeners of whom anything is known.
    pub listeners: usize,
    /// Pairs of listener and recording.
    pub interactions: usize,
    /// Bytes of their matrix.
    pub matrix_bytes: usize,
}

/// One listener's list.
#[derive(Debug, Serialize)]
pub struct ShowReport {
    /// The run that made it.
    pub run: Sha256,
    /// The listener's number.
    pub listener: u64,
    /// Whether the listener has a list; if not, this is the worldwide chart.
    pub known: bool,
    /// Best first.
    pub tracks: Vec<ShownTrack>,
}

/// One place of a list.
#[derive(Debug, Serialize)]
pub struct ShownTrack {
    /// Title.
    pub title: String,
    /// Main artists.
    pub artists: String,
    /// Higher is better.
    pub score: f32,
    /// In words.
    pub reason: String,
}

/// What an edition's manifest says of the models: the blend's figures on the held-out days, by the
/// names that its gate knows. Empty where nothing was measured.
pub fn metrics(model: &Model) -> BTreeMap<String, f64> {
    let evaluation = model.evaluation.as_ref();
    evaluation.map(Evaluation::named).unwrap_or_default()
}

impl Report {
    /// Rows of plays that broke a rule. A recording that left the catalogue is no fault of a row.
    pub fn refused(&self) -> usize {
        let refused = match self {
            Self::Run(run) => &run.model.counts.refused,
            Self::Plays(plays) => &plays.refused,
            Self::Sounds(sounds) => return sounds.failed.len(),
            _ => return 0,
        };
        let faults = refused
            .iter()
            .filter(|row| *row.0 != Refusal::UnknownRecording);
        faults.map(|row| *row.1 as usize).sum()
    }

    /// The finished run, where there is one.
    pub fn model(&self) -> Option<&Model> {
        match self {
            Self::Run(run) => Some(&run.model),
            _ => None,
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Run(run) => run.fmt(f),
            Self::Plays(plays) => plays.fmt(f),
            Self::Evaluate(evaluation) => evaluation.fmt(f),
            Self::Sounds(sounds) => sounds.fmt(f),
            Self::Show(show) => show.fmt(f),
        }
    }
}

impl fmt::Display for PlaysReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let t = &self.tally;
        writeln!(
            f,
            "{} events in {} files: {} plays count, {} were added, {} found, {} count against, {} say little, {} repeat others, {} lie ahead",
            grouped(self.events),
            self.files,
            grouped(t.counted),
            grouped(t.added),
            grouped(t.found),
            grouped(t.skipped),
            grouped(t.met),
            grouped(t.repeated),
            grouped(t.future),
        )?;
        for (reason, count) in &self.refused {
            let name = serde_json::to_string(reason).unwrap_or_default();
            writeln!(
                f,
                "  {} rows set aside: {}",
                grouped(*count),
                name.trim_matches('"')
            )?;
        }
        write!(
            f,
            "{} listeners, {} interactions in {} bytes, as of {}",
            grouped(self.listeners as u64),
            grouped(self.interactions as u64),
            grouped(self.matrix_bytes as u64),
            self.as_of.strftime("%Y-%m-%d"),
        )
    }
}

impl fmt::Display for RunReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts = &self.model.counts;
        let day = self.model.as_of.strftime("%Y-%m-%d");
        let monday = self.model.monday.strftime("%Y-%m-%d");
        let verb = if self.done_before {
            "was done before"
        } else {
            "done"
        };
        writeln!(f, "recommendations as of {day} for Monday {monday}: {verb}")?;
        let mut table = plain([
            "events",
            "count",
            "against",
            "repeated",
            "ahead",
            "refused",
            "listeners",
            "recordings",
            "interactions",
        ]);
        let tally = &counts.tally;
        let refused: u64 = counts.refused.values().sum();
        let row = [
            counts.events,
            tally.counted,
            tally.skipped,
            tally.repeated,
            tally.future,
            refused,
            counts.listeners as u64,
            counts.items as u64,
            counts.interactions as u64,
        ];
        table.add_row(row.map(grouped));
        right(&mut table, 0);
        writeln!(f, "{table}")?;
        for (reason, count) in &counts.refused {
            let name = serde_json::to_string(reason).unwrap_or_default();
            writeln!(
                f,
                "  {} rows set aside: {}",
                grouped(*count),
                name.trim_matches('"')
            )?;
        }
        match &self.model.evaluation {
            Some(evaluation) => write!(f, "{evaluation}")?,
            None => writeln!(
                f,
                "not evaluated: too few listeners played anything new on the last days"
            )?,
        }
        if let Some(why) = &self.model.forced {
            writeln!(f, "published although no better than the baselines: {why}")?;
        }
        writeln!(
            f,
            "{} places on Discover Weekly lists, {} vectors, index recall@10 {:.3} at ef {}",
            grouped(counts.weekly_entries as u64),
            grouped(counts.vectors as u64),
            self.model.ann.recall_at_10,
            self.model.ann.ef_search,
        )?;
        write!(f, "run {}", self.model.run)
    }
}

impl fmt::Display for Evaluation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}, {} listeners", self.about, grouped(self.listeners()))?;
        let mut table = plain([
            "model",
            "recall@20",
            "NDCG@10",
            "NDCG@100",
            "MAP@10",
            "coverage@20",
            "novelty",
            "diversity",
            "tail",
        ]);
        for scored in self.models.iter().chain(&self.without).chain(&self.peers) {
            let m = &scored.metrics;
            let pm = |at: usize, value: f64| format!("{value:.4} ±{:.4}", m.plus_minus[at]);
            table.add_row([
                scored.model.clone(),
                pm(0, m.recall_20),
                pm(1, m.ndcg_10),
                pm(2, m.ndcg_100),
                pm(3, m.map_10),
                format!("{:.4}", m.coverage_20),
                format!("{:.2}", m.novelty_20),
                format!("{:.3}", m.diversity_20),
                format!("{:.3}", m.tail_20),
            ]);
        }
        right(&mut table, 1);
        writeln!(f, "{table}")?;
        if !self.groups.is_empty() {
            let mut table = plain(["", "", "listeners", "recall@20", "NDCG@10", "popularity's"]);
            for group in &self.groups {
                let m = &group.blend;
                table.add_row([
                    group.by.clone(),
                    group.name.clone(),
                    grouped(m.listeners),
                    format!("{:.4} ±{:.4}", m.recall_20, m.plus_minus[0]),
                    format!("{:.4} ±{:.4}", m.ndcg_10, m.plus_minus[1]),
                    format!("{:.4}", group.popularity.ndcg_10),
                ]);
            }
            right(&mut table, 2);
            writeln!(f, "{table}")?;
        }
        if let Some(weights) = &self.weights {
            writeln!(
                f,
                "weights learned from {} listeners:",
                grouped(self.taught_by as u64)
            )?;
            for ((name, base), slope) in FEATURE_NAMES
                .iter()
                .zip(weights.base)
                .zip(weights.by_history)
            {
                writeln!(
                    f,
                    "  {name:<15} {base:>7.3} {slope:>+7.3} per doubling of the history"
                )?;
            }
        }
        let own = self.named();
        for (name, before) in &self.in_force {
            let now = own.get(name).copied().unwrap_or_default();
            writeln!(
                f,
                "  {name}: {before:.4} in the edition in force, {now:.4} now ({:+.4})",
                now - before
            )?;
        }
        for (name, value) in &self.tuned {
            writeln!(
                f,
                "  {name} = {value}, chosen on a validation part of the training data"
            )?;
        }
        Ok(())
    }
}

impl fmt::Display for ShowReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.known {
            true => writeln!(f, "Discover Weekly of listener {}", self.listener)?,
            false => writeln!(
                f,
                "listener {} has no list; this is the chart",
                self.listener
            )?,
        }
        let mut table = plain(["", "title", "artists", "score", "because"]);
        for (at, track) in self.tracks.iter().enumerate() {
            table.add_row([
                (at + 1).to_string(),
                track.title.clone(),
                track.artists.clone(),
                format!("{:.2}", track.score),
                track.reason.clone(),
            ]);
        }
        write!(f, "{table}")
    }
}

/// One line under the header, none between rows.
const STYLE: TableStyle =
    TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─'));

fn plain<const N: usize>(header: [&str; N]) -> Table {
    let mut table = Table::new();
    table.load_style(STYLE).set_header(header);
    table
}

fn right(table: &mut Table, from: usize) {
    for column in table.column_iter_mut().skip(from) {
        column.set_cell_alignment(CellAlignment::Right);
    }
}

/// 1234567 as "1 234 567".
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}
