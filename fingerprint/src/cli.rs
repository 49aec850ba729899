//! Which words does an operator type after `backline fingerprint`?

use std::fmt;
use std::path::PathBuf;

use catalog::job::Context;
use serde::Serialize;

use crate::chromaprint;
use crate::compare::{Comparison, compare};
use crate::config::Config;
use crate::error::Error;
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
    },
    /// Say what two audio files are to each other, and show how they align
    Compare {
        /// An audio file
        a: PathBuf,
        /// Another
        b: PathBuf,
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
    /// Of `show`.
    Show(Shown),
}

impl Report {
    /// Masters that content ops must look at; exit code 1 if there is one.
    pub fn refused(&self) -> usize {
        match self {
            Report::Run(report) => report.refused(),
            Report::Compare(_) | Report::Show(_) => 0,
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Report::Run(report) => report.fmt(f),
            Report::Compare(comparison) => comparison.fmt(f),
            Report::Show(shown) => shown.fmt(f),
        }
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
        Command::Run { shard } => {
            let catalogue = catalog::snapshot::catalogue(context.store)?;
            let (store, threads, progress) = (context.store, context.threads, context.progress);
            let report = job::run(store, &catalogue, &config, *shard, threads, progress)?;
            Ok(Report::Run(Box::new(report)))
        }
        Command::Compare { a, b } => Ok(Report::Compare(compare(a, b, &config)?)),
        Command::Show { file, length, raw } => {
            let limit = (*length > 0).then(|| f64::from(*length));
            let made = chromaprint::of_file(file, limit)?;
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
