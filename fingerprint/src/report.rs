//! What did a run do, and which recordings are the same? For people and for `--json`.

use std::collections::BTreeMap;
use std::fmt;

use catalog::cluster::{Cluster, DuplicateReport, MatchEvidence, MatchKind};
use catalog::ids::{RecordingId, Sha256};
use catalog::release::Catalogue;

use comfy_table::{CellAlignment, LineStyle, Table, TableStyle};
use serde::{Deserialize, Serialize};

use crate::cluster::Pair;
use crate::covers::shown::Shown;
use crate::duplicates::Work;
use crate::job::{Findings, Made};
use crate::library::{Conflict, Library};
use crate::shard::Shard;
use crate::stems::shown::Shown as ShownStems;

/// Rows of a table beyond which the rest is only counted; `--json` has all.
const MAX_LINES: usize = 60;

/// A master without a fingerprint.
#[derive(Clone, Debug, Serialize)]
pub struct Failed {
    /// The master.
    pub master: Sha256,
    /// The recordings that carry it.
    pub recordings: Vec<RecordingId>,
    /// Why, and what to do.
    pub reason: String,
}

impl Failed {
    pub(crate) fn new(
        catalogue: &Catalogue,
        master: Sha256,
        error: &crate::error::Error,
    ) -> Failed {
        let mut recordings: Vec<RecordingId> = catalogue
            .tracks()
            .filter(|(_, track)| track.master.as_ref().is_some_and(|m| m.sha256 == master))
            .map(|(_, track)| track.recording)
            .collect();
        recordings.sort_unstable();
        recordings.dedup();
        Failed {
            master,
            recordings,
            reason: error.to_string(),
        }
    }
}

/// How a recording is called.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Name {
    /// Its code.
    pub isrc: String,
    /// First displayed artist.
    pub artist: String,
    /// Title and version.
    pub title: String,
    /// As the label says, seconds.
    pub duration_s: f64,
}

/// How two recordings lie on each other, to be drawn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picture {
    /// The recording along which the picture runs.
    pub a: RecordingId,
    /// The other.
    pub b: RecordingId,
    /// Agreement in per cent above chance, six seconds a column, from the beginning of `a`.
    pub along: Vec<u8>,
}

impl Picture {
    pub(crate) fn of(library: &Library, pairs: &[Pair]) -> Vec<Picture> {
        let first = |row: usize| library.rows[row].recordings[0];
        let picture = |pair: &Pair| Picture {
            a: first(pair.a),
            b: first(pair.b),
            along: pair.way.along.clone(),
        };
        pairs.iter().map(picture).collect()
    }
}

/// Everything that a run says.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The run, if duplicates were looked for.
    pub run: Option<Sha256>,
    /// The part of the masters that was worked on.
    pub shard: Option<String>,
    /// Fingerprints made now.
    pub made: usize,
    /// Seconds of audio in them.
    pub made_seconds: f64,
    /// Fingerprints that were there.
    pub present: usize,
    /// Masters that do not decode.
    pub failed: Vec<Failed>,
    /// True if the duplicate report was there already.
    pub reused: bool,
    /// Duplicates.
    pub clusters: Vec<Cluster>,
    /// Matches that make no duplicate: songs in a mix, shared parts.
    pub related: Vec<MatchEvidence>,
    /// What may be the same song, played again: for a person to look at, never merged.
    pub covers: Vec<Shown>,
    /// What may be stems or mixes of one song: for a person to look at, never merged.
    pub stems: Vec<ShownStems>,
    /// How the matches look.
    pub pictures: Vec<Picture>,
    /// Recordings that say nothing: silence, tones.
    pub silent: Vec<RecordingId>,
    /// ISRCs whose masters differ.
    pub conflicts: Vec<Conflict>,
    /// What the search cost.
    pub work: Work,
    /// Names of all recordings that are mentioned.
    pub names: BTreeMap<RecordingId, Name>,
}

impl Report {
    pub(crate) fn new(catalogue: &Catalogue, made: Made, shard: Option<Shard>) -> Report {
        let mut report = Report {
            run: None,
            shard: shard.map(|shard| shard.to_string()),
            made: made.masters,
            made_seconds: made.seconds,
            present: made.present,
            failed: made.failed,
            reused: false,
            clusters: Vec::new(),
            related: Vec::new(),
            covers: Vec::new(),
            stems: Vec::new(),
            pictures: Vec::new(),
            silent: Vec::new(),
            conflicts: Vec::new(),
            work: Work::default(),
            names: BTreeMap::new(),
        };
        report.take_names(catalogue);
        report
    }

    pub(crate) fn add_duplicates(
        &mut self,
        catalogue: &Catalogue,
        duplicates: DuplicateReport,
        findings: Findings,
        reused: bool,
    ) {
        self.run = Some(duplicates.run);
        self.clusters = duplicates.clusters;
        self.related = findings.related;
        self.covers = findings.covers;
        self.stems = findings.stems;
        self.pictures = findings.pictures;
        self.silent = findings.silent;
        self.conflicts = findings.conflicts;
        self.work = findings.work;
        self.reused = reused;
        self.take_names(catalogue);
    }

    /// Masters that content ops must look at.
    pub fn refused(&self) -> usize {
        self.failed.len()
    }

    fn take_names(&mut self, catalogue: &Catalogue) {
        let failed = self.failed.iter().flat_map(|failed| &failed.recordings);
        let clustered = self.clusters.iter().flat_map(|cluster| &cluster.members);
        let related = self.related.iter().flat_map(|says| [&says.a, &says.b]);
        let conflicts = self.conflicts.iter().map(|conflict| &conflict.recording);
        for id in failed
            .chain(clustered)
            .chain(related)
            .chain(self.covers.iter().flat_map(|cover| [&cover.a, &cover.b]))
            .chain(self.stems.iter().flat_map(|stems| [&stems.a, &stems.b]))
            .chain(&self.silent)
            .chain(conflicts)
        {
            self.names.insert(*id, Name::default());
        }
        for (_, track) in catalogue.tracks() {
            if let Some(name) = self.names.get_mut(&track.recording)
                && name.isrc.is_empty()
            {
                let version = track.version.iter().map(|version| format!(" ({version})"));
                name.isrc = track.isrc.to_string();
                name.artist = track
                    .artists
                    .first()
                    .map(|c| c.name.clone())
                    .unwrap_or_default();
                name.title = [track.title.clone()].into_iter().chain(version).collect();
                name.duration_s = track.duration.0 as f64 / 1000.0;
            }
        }
    }

    fn name(&self, id: &RecordingId) -> String {
        match self.names.get(id) {
            Some(name) if name.artist.is_empty() => name.title.clone(),
            Some(name) => format!("{} — {}", name.artist, name.title),
            None => id.to_string(),
        }
    }

    fn isrc(&self, id: &RecordingId) -> String {
        self.names
            .get(id)
            .map_or_else(|| id.to_string(), |name| name.isrc.clone())
    }
}

/// What two recordings are to each other, in words.
pub(crate) fn words(kind: MatchKind) -> &'static str {
    match kind {
        MatchKind::IdenticalAudio => "identical audio",
        MatchKind::OtherEncode => "other encode",
        MatchKind::Remaster => "remaster",
        MatchKind::Edit => "edit",
        MatchKind::SpeedChanged => "speed changed",
        MatchKind::Contained => "contained",
        MatchKind::Decided => "decided",
    }
}

/// So many clusters, in words.
pub(crate) fn clusters(many: usize) -> String {
    match many {
        1 => "1 cluster of duplicates".to_owned(),
        _ => format!("{many} clusters of duplicates"),
    }
}

/// `3:05`, or `12.4 s` below a minute.
pub(crate) fn clock(seconds: f64) -> String {
    let sign = if seconds < 0.0 { "-" } else { "" };
    let whole = seconds.abs();
    if whole < 60.0 {
        return format!("{sign}{whole:.1} s");
    }
    format!("{sign}{}:{:02}", (whole / 60.0) as u64, whole as u64 % 60)
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} fingerprints made ({} of audio)",
            self.made,
            clock(self.made_seconds)
        )?;
        writeln!(
            f,
            ", {} present, {} failed",
            self.present,
            self.failed.len()
        )?;
        for failed in self.failed.iter().take(MAX_LINES) {
            let who: Vec<String> = failed.recordings.iter().map(|id| self.name(id)).collect();
            writeln!(
                f,
                "\nno fingerprint: {}\n  {}",
                who.join(", "),
                failed.reason
            )?;
        }
        let Some(run) = self.run else {
            return Ok(());
        };
        self.fmt_clusters(f)?;
        self.fmt_related(f)?;
        self.fmt_likely(f)?;
        if !self.silent.is_empty() {
            let names: Vec<String> = self
                .silent
                .iter()
                .take(MAX_LINES)
                .map(|id| self.name(id))
                .collect();
            writeln!(
                f,
                "\nnothing to compare (silence, tones): {}",
                names.join(", ")
            )?;
        }
        for conflict in self.conflicts.iter().take(MAX_LINES) {
            let (isrc, name) = (
                self.isrc(&conflict.recording),
                self.name(&conflict.recording),
            );
            writeln!(f, "\none ISRC, two recordings: {isrc} {name}")?;
            writeln!(
                f,
                "  masters {} and {} do not match",
                conflict.principal, conflict.other
            )?;
            writeln!(f, "  fix: ask the label which of the two this ISRC names")?;
        }
        let work = &self.work;
        let state = if self.reused { "unchanged" } else { "written" };
        let all = work.rows * work.rows.saturating_sub(1) / 2;
        writeln!(
            f,
            "\n{} of {} recordings compared with all: {} alignments instead of {all} pairs; duplicates/{run}.json {state}",
            work.compared, work.rows, work.alignments
        )
    }
}

impl Report {
    fn fmt_clusters(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.clusters.is_empty() {
            return writeln!(f, "\nno duplicates among {} recordings", self.work.rows);
        }
        let mut table = table([
            "",
            "ISRC",
            "recording",
            "is",
            "lasts",
            "starts",
            "bits",
            "over",
        ]);
        for (number, cluster) in self.clusters.iter().enumerate().take(MAX_LINES) {
            for (place, member) in cluster.members.iter().enumerate() {
                let says = cluster
                    .evidence
                    .iter()
                    .find(|says| place > 0 && (says.b == *member || says.a == *member));
                let label = if place == 0 {
                    (number + 1).to_string()
                } else {
                    String::new()
                };
                let mut row = vec![label, self.isrc(member), self.name(member)];
                match says {
                    Some(says) => row.extend(figures(says)),
                    None => row.push("of these".to_owned()),
                }
                table.add_row(row);
            }
        }
        let members: usize = self
            .clusters
            .iter()
            .map(|cluster| cluster.members.len())
            .sum();
        writeln!(
            f,
            "\n{members} recordings in {}",
            clusters(self.clusters.len())
        )?;
        writeln!(f, "{table}")
    }

    /// What a person may look at some day.
    fn fmt_likely(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for cover in self.covers.iter().take(MAX_LINES) {
            let [a, b] = [&cover.a, &cover.b].map(|id| self.name(id));
            writeln!(
                f,
                "\nperhaps one song, played twice: {a} and {b}\n  {cover} (low severity; nothing is merged)"
            )?;
        }
        for stems in self.stems.iter().take(MAX_LINES) {
            let [a, b] = [&stems.a, &stems.b].map(|id| self.name(id));
            writeln!(
                f,
                "\nperhaps stems or mixes of one song: {a} and {b}\n  {} (low severity; nothing is merged)",
                stems.together
            )?;
        }
        Ok(())
    }

    fn fmt_related(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.related.is_empty() {
            return Ok(());
        }
        let mut table = table([
            "recording",
            "shares audio with",
            "is",
            "lasts",
            "starts",
            "bits",
            "over",
        ]);
        for says in self.related.iter().take(MAX_LINES) {
            let mut row = vec![self.name(&says.a), self.name(&says.b)];
            row.extend(figures(says));
            table.add_row(row);
        }
        writeln!(
            f,
            "\n{} pairs are related, but no duplicates",
            self.related.len()
        )?;
        writeln!(f, "{table}")
    }
}

fn figures(says: &MatchEvidence) -> [String; 5] {
    let share = format!("{:.1} %", 100.0 * says.bit_match);
    [
        words(says.kind).to_owned(),
        bend(says),
        clock(says.offset),
        share,
        clock(says.overlap),
    ]
}

/// Change of length and pitch, or nothing.
pub(crate) fn bend(says: &MatchEvidence) -> String {
    let percent = 100.0 * (says.stretch - 1.0);
    let mut said = Vec::new();
    if percent.abs() >= 0.2 {
        said.push(format!("{percent:+.1} %"));
    }
    if says.semitones.abs() >= 0.2 {
        said.push(format!("{:+.1} st", says.semitones));
    }
    said.join(" ")
}

fn table<const N: usize>(header: [&str; N]) -> Table {
    // A rule below the header only: rows of a cluster belong together.
    let rule = LineStyle::none().fill('─').junction('─');
    let mut table = Table::new();
    table
        .load_style(TableStyle::new().header_separator(rule))
        .set_header(header);
    for column in table.column_iter_mut().skip(N - 3) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}
