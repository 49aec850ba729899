//! `backline edition`: publish, look, go back, tidy up.

mod assemble;
mod documents;
mod report;

pub(crate) use assemble::Stages;
pub(crate) use report::Report;

use crate::config::File;
use catalog::config::ConfigError;
use catalog::edition::gate::Gate;
use catalog::edition::{self, Forced, history};
use catalog::job::Context;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// The commented defaults of section `[edition]`.
pub(crate) const DEFAULT: &str = include_str!("edition/default.toml");

/// Section `[edition]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// What an edition must keep of the one before it.
    pub(crate) gate: Gate,
    /// How search ranks.
    pub(crate) ranking: search::Ranking,
}

impl Config {
    /// The defaults under an operator's section.
    pub(crate) fn load(user: Option<&toml::Table>) -> Result<Config, ConfigError> {
        catalog::config::layered("edition", DEFAULT, user)
    }
}

/// Publish an edition, list them, go back to one, tidy up
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Make an edition of all that is in the store, and put it into force
    Publish(PublishArgs),
    /// Name all editions, and which one is in force
    List,
    /// Print an edition's manifest: parents, parameters, counts, metrics, files
    Show {
        /// Its id [default: the one in force]
        id: Option<String>,
    },
    /// Compare every file of an edition with its checksum
    Verify {
        /// Its id [default: the one in force]
        id: Option<String>,
    },
    /// Put an older edition into force
    Rollback {
        /// Its id
        id: String,
        /// Why
        #[arg(long, default_value = "rollback")]
        why: String,
    },
    /// Delete editions that are neither in force nor kept
    Prune {
        /// Keep this edition too; may be given several times
        #[arg(long, value_name = "ID")]
        keep: Vec<String>,
    },
}

/// How an edition that the gate refuses may pass all the same.
#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct PublishArgs {
    /// Publish even if the gate refuses; recorded with --who and --why
    #[arg(long, requires = "who", requires = "why")]
    force: bool,
    /// Who takes the responsibility
    #[arg(long, value_name = "NAME")]
    who: Option<String>,
    /// For which reason
    #[arg(long, value_name = "REASON")]
    why: Option<String>,
}

impl PublishArgs {
    fn forced(&self) -> Option<Forced> {
        let (who, why) = (self.who.clone()?, self.why.clone()?);
        self.force.then_some(Forced { who, why })
    }
}

/// Does what the arguments say.
pub(crate) fn run(args: &Args, context: &Context<'_>, file: &File) -> anyhow::Result<Report> {
    let store = context.store;
    match &args.command {
        Command::Publish(args) => publish(args, context, file),
        Command::List => Ok(Report::List(
            history::list(store)?.into_iter().map(Into::into).collect(),
        )),
        Command::Show { id } => {
            let id = named_or_current(id.as_deref(), context)?;
            Ok(Report::Manifest {
                manifest: Box::new(edition::manifest(store, &id)?),
                id,
            })
        }
        Command::Verify { id } => {
            let id = named_or_current(id.as_deref(), context)?;
            let cache: PathBuf = std::env::temp_dir().join("backline-editions");
            let opened = edition::Edition::open(store, &id, &cache)?;
            opened.verify()?;
            Ok(Report::Verified {
                id,
                files: opened.manifest.files.len(),
                bytes: opened.manifest.bytes(),
            })
        }
        Command::Rollback { id, why } => {
            let who = std::env::var("USER").unwrap_or_else(|_| "unknown".to_owned());
            let pointer = history::rollback(
                store,
                id,
                Some(Forced {
                    who,
                    why: why.clone(),
                }),
            )?;
            Ok(Report::RolledBack {
                id: pointer.edition,
                generation: pointer.generation,
            })
        }
        Command::Prune { keep } => Ok(Report::Pruned {
            gone: history::prune(store, keep)?,
        }),
    }
}

/// Assembles and publishes.
pub(crate) fn publish(
    args: &PublishArgs,
    context: &Context<'_>,
    file: &File,
) -> anyhow::Result<Report> {
    let config = Config::load(context.config)?;
    let stages = Stages::read(file)?;
    let sealed = assemble::assemble(context, &stages, &config)?;
    let published = sealed.publish(&config.gate, args.forced())?;
    Ok(Report::Published {
        id: published.pointer.edition,
        generation: published.pointer.generation,
        changed: published.changed,
        counts: published.manifest.counts.clone(),
        metrics: published.manifest.metrics.clone(),
        bytes: published.manifest.bytes(),
    })
}

fn named_or_current(id: Option<&str>, context: &Context<'_>) -> anyhow::Result<String> {
    if let Some(id) = id {
        return Ok(id.to_owned());
    }
    let pointer = edition::current(context.store)?;
    let none = || {
        anyhow::anyhow!(
            "store `{}`: no edition was published yet\nfix: run `backline nightly DROP`, or `backline edition publish`",
            context.store.url()
        )
    };
    Ok(pointer.ok_or_else(none)?.edition)
}
