//! What can be asked of `backline transcode`?

use crate::config::{Config, DEFAULT};
use crate::inspect::{Inspection, inspect};
use crate::report::Report;
use crate::{Error, job};
use catalog::ids::Sha256;
use catalog::job::Context;
use clap::Subcommand;
use serde::Serialize;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

/// Make every missing rendition of every master, and look into audio files
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make every missing rendition of every master of the catalogue
    ///
    /// Exit code 0: all there; 1: some masters cannot be decoded, the others are done; 2: the job
    /// failed, running it again is safe.
    Run {
        /// Only this master (SHA-256); may be given several times
        #[arg(long = "master", value_name = "SHA256")]
        masters: Vec<String>,
        /// Only the I-th of N equal parts of the albums, for several machines
        #[arg(long, value_name = "I/N")]
        shard: Option<Shard>,
    },
    /// Decode a file and print what is known of it
    Inspect {
        /// An audio file
        file: PathBuf,
        /// Also draw its waveform and its course of loudness, as SVG into this file
        #[arg(long, value_name = "SVG")]
        plot: Option<PathBuf>,
    },
    /// Print every parameter with its unit and default
    Config,
}

/// One of several equal parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    /// From 1 to `count`.
    pub index: u32,
    /// How many parts there are.
    pub count: u32,
}

impl Shard {
    /// Whether an album (or a master that stands alone) belongs to this part: by its content, so that
    /// all machines agree.
    pub fn holds(&self, unit: &Sha256) -> bool {
        let number = u32::from_be_bytes([unit.0[0], unit.0[1], unit.0[2], unit.0[3]]);
        number % self.count == self.index - 1
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Shard, String> {
        let wrong = || format!("found {text:?}, expected I/N such as 1/4, with I from 1 to N");
        let (index, count) = text.split_once('/').ok_or_else(wrong)?;
        let index: u32 = index.parse().map_err(|_| wrong())?;
        let count: u32 = count.parse().map_err(|_| wrong())?;
        if index == 0 || index > count {
            return Err(wrong());
        }
        Ok(Shard { index, count })
    }
}

/// What a command answers.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub enum Output {
    /// Of `run`.
    Report(Report),
    /// Of `inspect`.
    Inspection(Box<Inspection>),
    /// Of `config`: TOML.
    Config(String),
}

impl Output {
    /// Masters refused: exit code 1 when there are any.
    pub fn refused(&self) -> usize {
        match self {
            Output::Report(report) => report.refused(),
            _ => 0,
        }
    }
}

impl fmt::Display for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Output::Report(report) => report.fmt(f),
            Output::Inspection(inspection) => inspection.fmt(f),
            Output::Config(text) => f.write_str(text),
        }
    }
}

/// Runs a command.
///
/// # Errors
/// As [`job::run`] and [`inspect`].
pub fn run(args: &Args, context: &Context<'_>) -> Result<Output, Error> {
    let config = Config::load(context.config)?;
    match &args.command {
        Command::Run { masters, shard } => {
            let catalogue = catalog::snapshot::catalogue(context.store)?;
            let wanted: Vec<Sha256> = masters
                .iter()
                .map(|text| text.parse())
                .collect::<Result<_, _>>()?;
            let mut items = job::items(&catalogue);
            items.retain(|item| wanted.is_empty() || wanted.contains(&item.master));
            items.retain(|item| {
                let unit = item.album_id().unwrap_or(item.master);
                shard.is_none_or(|shard| shard.holds(&unit))
            });
            let (store, progress) = (context.store, context.progress);
            job::run(store, &config, &items, context.threads, progress).map(Output::Report)
        }
        Command::Inspect { file, plot } => {
            let found = inspect(file, &config.loudness)?;
            if let Some(plot) = plot {
                found.plot(plot, &config.loudness)?;
            }
            Ok(Output::Inspection(Box::new(found)))
        }
        Command::Config => Ok(Output::Config(DEFAULT.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_master_belongs_to_exactly_one_shard() {
        let shards: Vec<Shard> = (1..=3)
            .map(|n| format!("{n}/3").parse().expect("one of three"))
            .collect();
        for n in 0..100u8 {
            let master = Sha256::of([n]);
            assert_eq!(
                shards.iter().filter(|shard| shard.holds(&master)).count(),
                1
            );
        }
    }

    #[test]
    fn a_shard_that_is_none_is_refused_with_an_example() {
        for text in ["0/3", "4/3", "1", "a/b"] {
            let error = text.parse::<Shard>().expect_err("no shard");
            assert!(error.contains("such as 1/4"), "{error}");
        }
    }
}
