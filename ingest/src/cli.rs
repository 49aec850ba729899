//! Which arguments does `backline ingest` take?

use crate::config::Config;
use crate::job::artists::{self, ArtistReview, Saying, artists};
use crate::job::conformance::{Conformance, conformance};
use crate::job::listen::Listener;
use crate::job::resolve::{Decision, Quarantine, resolve};
use crate::job::status::{Filter, StatusReport, status};
use crate::report::DropReport;
use crate::{Error, job, template};
use catalog::ids::{ArtistId, Gtin, Isrc};
use catalog::job::Context;
use jiff::civil::Date;
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
    /// (DDEX ERN), release.json or release.csv (see `backline ingest template`) beside the files it names. The
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
        /// Where a DDEX acknowledgement per release goes: ACK_<sender>_<message id>.xml
        #[arg(long, value_name = "DIR")]
        replies: Option<PathBuf>,
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
        /// Day on which the message was made (UTC), YYYY-MM-DD
        #[arg(long)]
        day: Option<Date>,
    },
    /// What waits for a person's decision; with a message, the decision
    ///
    /// Messages wait when no rule can decide: two of one instant that say different things, a GTIN of
    /// another sender, an ISRC with other audio. A decision is recorded for ever, with who and why.
    Resolve {
        /// Sender and message id, as listed
        #[arg(num_args = 2, value_names = ["SENDER", "MESSAGE_ID"], requires = "decision")]
        message: Vec<String>,
        /// Let it take effect
        #[arg(long, group = "decision", requires_all = ["who", "why"])]
        accept: bool,
        /// Rule it out
        #[arg(long, group = "decision", requires_all = ["who", "why"])]
        refuse: bool,
        /// Who decides
        #[arg(long)]
        who: Option<String>,
        /// Why
        #[arg(long)]
        why: Option<String>,
    },
    /// Artists that may be one under two ids, or several under one; with a decision, the decision
    ///
    /// One ISNI is one artist. Without one, a name is one artist where label, company or genre speak for it. A
    /// decision is recorded for ever, with who and why; a later one stands above it.
    Artists {
        #[command(subcommand)]
        decision: Option<Who>,
    },
    /// Read messages that others wrote and print one line of JSON each; nothing is published
    Conformance {
        /// A folder with messages, however deep
        folder: PathBuf,
    },
    /// Print a release.json (or release.csv) to start from, for labels without DDEX
    Template {
        /// For a spreadsheet: one row per track
        #[arg(long)]
        csv: bool,
    },
}

/// What a person says of artists, by the ids that the list shows.
#[derive(Debug, clap::Subcommand)]
enum Who {
    /// Both are one artist, by the first id
    One {
        /// Stays
        keep: ArtistId,
        /// Becomes the first
        other: ArtistId,
        #[command(flatten)]
        by: By,
    },
    /// They are two artists, whatever the names say
    Two {
        /// One of them
        one: ArtistId,
        /// The other
        other: ArtistId,
        #[command(flatten)]
        by: By,
    },
    /// It is one artist
    Whole {
        /// As listed
        artist: ArtistId,
        #[command(flatten)]
        by: By,
    },
    /// Some of an artist's releases are another's
    #[command(group = clap::ArgGroup::new("part").required(true).multiple(true))]
    Split {
        /// As listed
        artist: ArtistId,
        /// What is on this label, now and later
        #[arg(long, group = "part")]
        label: Vec<String>,
        /// This release: GTIN, GRid or the sender's number
        #[arg(long, group = "part")]
        release: Vec<String>,
        #[command(flatten)]
        by: By,
    },
}

/// Who decides, and why.
#[derive(Debug, clap::Args)]
struct By {
    /// Who decides
    #[arg(long)]
    who: String,
    /// Why
    #[arg(long)]
    why: String,
}

impl Who {
    fn decision(&self) -> artists::Decision {
        let (saying, by) = match self {
            Who::One { keep, other, by } => (Saying::One(*keep, *other), by),
            Who::Two { one, other, by } => (Saying::Two(*one, *other), by),
            Who::Whole { artist, by } => (Saying::Whole(*artist), by),
            Who::Split {
                artist,
                label,
                release,
                by,
            } => {
                let split = Saying::Split {
                    artist: *artist,
                    labels: label.clone(),
                    releases: release.clone(),
                };
                (split, by)
            }
        };
        artists::Decision {
            saying,
            who: by.who.clone(),
            why: by.why.clone(),
        }
    }
}

/// What a command answers.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub enum Report {
    /// Of `run`.
    Drop(DropReport),
    /// Of `status`.
    Status(StatusReport),
    /// Of `resolve`.
    Quarantine(Quarantine),
    /// Of `artists`.
    Artists(Box<ArtistReview>),
    /// Of `conformance`.
    Conformance(Conformance),
    /// Of `template`.
    Template(serde_json::Value),
    /// Of `template --csv`.
    Sheet(&'static str),
}

impl Report {
    /// How many deliveries were refused; the exit code is 1 when there are any.
    pub fn refused(&self) -> usize {
        match self {
            Report::Drop(report) => report.refused(),
            Report::Status(_)
            | Report::Quarantine(_)
            | Report::Artists(_)
            | Report::Conformance(_)
            | Report::Template(_)
            | Report::Sheet(_) => 0,
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Report::Drop(report) => report.fmt(f),
            Report::Status(report) => report.fmt(f),
            Report::Quarantine(quarantine) => quarantine.fmt(f),
            Report::Artists(review) => review.fmt(f),
            Report::Conformance(lines) => lines.fmt(f),
            Report::Sheet(sheet) => f.write_str(sheet.trim_end()),
            Report::Template(_) => f.write_str(template::TEXT.trim_end()),
        }
    }
}

/// Does what the arguments say.
///
/// # Errors
/// [`Error`]: the job failed; refused content is no error.
pub fn run(args: &Args, context: &Context<'_>) -> Result<Report, Error> {
    let mut config = Config::load(context.config)?;
    config.listener = Listener::own_child()?;
    match &args.command {
        Command::Run {
            drop,
            report,
            replies,
        } => {
            let done = job::run(
                context.store,
                &config,
                drop,
                report.as_deref(),
                context.threads,
                context.progress,
            )?;
            if let Some(folder) = replies {
                job::reply(&config, drop, &done, folder)?;
            }
            Ok(Report::Drop(done))
        }
        Command::Resolve {
            message,
            accept,
            who,
            why,
            ..
        } => {
            let decision = match &message[..] {
                [sender, message_id] => Some(Decision {
                    sender: sender.clone(),
                    message_id: message_id.clone(),
                    accept: *accept,
                    who: who.clone().unwrap_or_default(),
                    why: why.clone().unwrap_or_default(),
                }),
                _ => None,
            };
            resolve(context.store, decision.as_ref()).map(Report::Quarantine)
        }
        Command::Status {
            gtin,
            isrc,
            sender,
            day,
        } => {
            let filter = Filter {
                gtin: *gtin,
                isrc: *isrc,
                sender: sender.clone(),
                day: *day,
            };
            status(context.store, &filter).map(Report::Status)
        }
        Command::Artists { decision } => {
            let decision = decision.as_ref().map(Who::decision);
            let review = artists(context.store, decision.as_ref())?;
            Ok(Report::Artists(Box::new(review)))
        }
        Command::Conformance { folder } => conformance(folder, &config).map(Report::Conformance),
        Command::Template { csv: false } => Ok(Report::Template(template::value())),
        Command::Template { csv: true } => Ok(Report::Sheet(template::CSV)),
    }
}
