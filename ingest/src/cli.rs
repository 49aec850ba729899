//! Which arguments does `backline ingest` take?

use crate::config::Config;
use crate::job::status::{Filter, StatusReport, status};
use crate::report::DropReport;
use crate::{Error, job, template};
use catalog::ids::{Gtin, Isrc};
use catalog::job::Context;
use serde::Serialize;
use std::fmt;
use std::path::PathBuf;

/// Take in what labels delivered
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Judge a drop, publish what is fit, report what is not
    ///
    /// A drop is a folder with deliveries up to three folders deep: <label>/<ReleaseId>/<ReleaseId>.xml
    /// (DDEX ERN 4) or release.json (see `backline ingest template`) beside the files it names. The
    /// drop is only read. Running again does nothing twice.
    ///
    /// Exit code: 0 all accepted, or an empty drop; 1 something was refused (tell the label, do not
    /// retry); 2 the job failed (retry is safe).
    Run {
        /// The folder that labels deliver into
        drop: PathBuf,
        /// Where report.json and report.html go (in the store they are kept in any case)
        #[arg(long, value_name = "DIR")]
        report: Option<PathBuf>,
    },
    /// What became of the messages about a release, a recording or of a sender
    Status {
        /// UPC or EAN of the release
        #[arg(long)]
        gtin: Option<Gtin>,
        /// Code of a recording
        #[arg(long)]
        isrc: Option<Isrc>,
        /// DPID, or the sender's name
        #[arg(long)]
        sender: Option<String>,
    },
    /// Print a release.json to start from, for labels without DDEX
    Template,
}

/// What a command answers.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub enum Report {
    /// Of `run`.
    Drop(DropReport),
    /// Of `status`.
    Status(StatusReport),
    /// Of `template`.
    Template(serde_json::Value),
}

impl Report {
    /// How many deliveries were refused; the exit code is 1 when there are any.
    pub fn refused(&self) -> usize {
        match self {
            Report::Drop(report) => report.refused(),
            Report::Status(_) | Report::Template(_) => 0,
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Report::Drop(report) => report.fmt(f),
            Report::Status(report) => report.fmt(f),
            Report::Template(_) => f.write_str(template::TEXT.trim_end()),
        }
    }
}

/// Does what the arguments say.
///
/// # Errors
/// [`Error`]: the job failed; refused content is no error.
pub fn run(args: &Args, context: &Context<'_>) -> Result<Report, Error> {
    let config = Config::load(context.config)?;
    match &args.command {
        Command::Run { drop, report } => job::run(
            context.store,
            &config,
            drop,
            report.as_deref(),
            context.threads,
            context.progress,
        )
        .map(Report::Drop),
        Command::Status { gtin, isrc, sender } => {
            let filter = Filter {
                gtin: *gtin,
                isrc: *isrc,
                sender: sender.clone(),
            };
            status(context.store, &filter).map(Report::Status)
        }
        Command::Template => Ok(Report::Template(template::value())),
    }
}
