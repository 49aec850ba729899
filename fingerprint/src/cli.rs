//! Which words does an operator type after `backline fingerprint`?

use std::fmt;
use std::path::PathBuf;

use catalog::ids::{Isrc, RecordingId};
use catalog::job::Context;
use serde::Serialize;

use crate::answer::{self, Answer};
use crate::chromaprint;
use crate::clip;
use crate::compare::{Comparison, compare};
use crate::config::Config;
use crate::decisions::{Decision, Word};
use crate::error::Error;
use crate::evaluate::{self, Evaluation, Plan};
use crate::job;
use crate::report;
use crate::shard::Shard;

/// Fingerprint recordings and find duplicates
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Fingerprint every master that has none, and report duplicates
    Run {
        /// Only fingerprint part i of n of the masters, so that n machines share the work;
        /// run once more without it for the duplicates
        #[arg(long, value_name = "I/N")]
        shard: Option<Shard>,
        /// Where report.html goes: the clusters, and how their members lie on each other
        #[arg(long, value_name = "DIR")]
        report: Option<PathBuf>,
    },
    /// Say what two audio files are to each other, and show how they align
    Compare {
        /// An audio file
        a: PathBuf,
        /// Another
        b: PathBuf,
    },
    /// Name a clip, through noise and a loudspeaker, from the edition in force
    Identify {
        /// An audio file; the first 30 s are heard
        clip: PathBuf,
    },
    /// Decide for ever whether two recordings are the same, whatever the fingerprints say
    Decide {
        /// The ISRC of a recording
        a: Isrc,
        /// The ISRC of another
        b: Isrc,
        /// What they are
        #[arg(value_enum)]
        word: Word,
        /// Who decides
        #[arg(long, value_name = "NAME")]
        who: String,
        /// Why
        #[arg(long, value_name = "REASON")]
        why: String,
    },
    /// Measure what is found and what is recognised, on music of your own, damaged in many ways
    Evaluate {
        /// On what
        #[command(flatten)]
        plan: Plan,
        /// Where evaluation.json and evaluation.html go
        #[arg(long, value_name = "DIR")]
        report: Option<PathBuf>,
    },
    /// Print a file's Chromaprint fingerprint as fpcalc does, to ask AcoustID about it
    Show {
        /// An audio file
        file: PathBuf,
        /// Seconds to fingerprint from the beginning; 0 for all (AcoustID expects 120)
        #[arg(long, value_name = "SECONDS", default_value_t = 120)]
        length: u32,
        /// Print the items as numbers
        #[arg(long)]
        raw: bool,
        /// Write the peaks of the first 30 s there: what `POST /v1/identify` of the server takes
        #[arg(long, value_name = "FILE")]
        peaks: Option<PathBuf>,
    },
}

/// What was asked for.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Report {
    /// Of `run`.
    Run(Box<report::Report>),
    /// Of `compare`.
    Compare(Comparison),
    /// Of `identify`.
    Identify(Answer),
    /// Of `decide`.
    Decide(Decided),
    /// Of `evaluate`.
    Evaluate(Box<Evaluation>),
    /// Of `show`.
    Show(Shown),
}

impl Report {
    /// Masters that content ops must look at; exit code 1 if there is one.
    pub fn refused(&self) -> usize {
        match self {
            Report::Run(report) => report.refused(),
            _ => 0,
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Report::Run(report) => report.fmt(f),
            Report::Compare(comparison) => comparison.fmt(f),
            Report::Identify(answer) => answer.fmt(f),
            Report::Decide(decided) => decided.fmt(f),
            Report::Evaluate(evaluation) => f.write_str(&evaluate::text(evaluation)),
            Report::Show(shown) => shown.fmt(f),
        }
    }
}

/// What was written down.
#[derive(Debug, Serialize)]
pub struct Decided {
    /// The decision.
    pub decision: Decision,
    /// How many there are on this pair now.
    pub number: u32,
}

impl fmt::Display for Decided {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Decision {
            a, b, word, who, ..
        } = &self.decision;
        let words = match word {
            Word::Same => "are the same",
            Word::Different => "are different",
            Word::Undecided => "are what the fingerprints say",
        };
        writeln!(
            f,
            "{a} and {b} {words}, says {who} (decision {})",
            self.number
        )?;
        writeln!(f, "`backline fingerprint run` and the next edition obey")
    }
}

/// A fingerprint in `fpcalc`'s words.
#[derive(Debug, Serialize)]
pub struct Shown {
    /// Seconds of the whole file.
    pub duration: f64,
    /// Compressed text, or numbers separated by commas.
    pub fingerprint: String,
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "DURATION={}\nFINGERPRINT={}",
            self.duration as u64, self.fingerprint
        )
    }
}

/// Does what was asked for.
///
/// # Errors
/// Every [`Error`]; masters that do not decode are in the report instead.
pub fn run(args: &Args, context: &Context<'_>) -> Result<Report, Error> {
    let config = Config::load(context.config)?;
    match &args.command {
        Command::Run {
            shard,
            report: folder,
        } => {
            let catalogue = catalog::snapshot::catalogue(context.store)?;
            let (store, threads, progress) = (context.store, context.threads, context.progress);
            let report = job::run(store, &catalogue, &config, *shard, threads, progress)?;
            if let Some(folder) = folder {
                job::write_page(folder, &report)?;
            }
            Ok(Report::Run(Box::new(report)))
        }
        Command::Compare { a, b } => Ok(Report::Compare(compare(a, b, &config)?)),
        Command::Identify { clip } => {
            let limit = Some(answer::CLIP_SECONDS);
            let heard = chromaprint::of_clip(clip, limit)?;
            answer::identify(context.store, &heard, &config).map(Report::Identify)
        }
        Command::Decide {
            a,
            b,
            word,
            who,
            why,
        } => {
            let (a, b) = (RecordingId::of_isrc(a), RecordingId::of_isrc(b));
            if a == b {
                return Err(Error::Decision);
            }
            let decision = Decision {
                a: a.min(b),
                b: a.max(b),
                word: *word,
                who: who.clone(),
                why: why.clone(),
            };
            let number = job::decide(context.store, &decision)?;
            Ok(Report::Decide(Decided { decision, number }))
        }
        Command::Evaluate { plan, report } => {
            let done = evaluate::evaluate(plan, &config, context.progress)?;
            if let Some(folder) = report {
                evaluate::write(folder, &done)?;
            }
            Ok(Report::Evaluate(Box::new(done)))
        }
        Command::Show {
            file,
            length,
            raw,
            peaks,
        } => {
            let limit = (*length > 0).then(|| f64::from(*length));
            let made = chromaprint::of_file(file, limit)?;
            if let Some(to) = peaks {
                let heard = chromaprint::of_clip(file, Some(clip::MAX_SECONDS))?;
                std::fs::write(to, clip::write(heard.print().peaks())).map_err(|source| {
                    Error::Page {
                        file: to.display().to_string(),
                        source,
                    }
                })?;
            }
            let declared = audio::probe(file)?
                .duration()
                .map(|length| length.0 as f64 / 1000.0);
            let numbers = || {
                made.items
                    .iter()
                    .map(u32::to_string)
                    .collect::<Vec<_>>()
                    .join(",")
            };
            Ok(Report::Show(Shown {
                duration: declared.unwrap_or_else(|| made.source.seconds()),
                fingerprint: if *raw {
                    numbers()
                } else {
                    chromaprint::to_text(&made.items)
                },
            }))
        }
    }
}
