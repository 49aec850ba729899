//! Which inputs may be asked for on the command line?

use crate::Error;
use crate::config::Config;
use crate::drop::plan::Form;
use crate::job::{delivery, performances, plays, secret};
use crate::token::{Claims, TokenError, sign};
use catalog::ids::Territory;
use catalog::job::Context;
use catalog::store::Store;
use clap::{Subcommand, ValueEnum};
use serde::Serialize;
use std::fmt;
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

/// Make honest inputs: a label drop, listening data, tokens for demo listeners
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// What to make.
    #[command(subcommand)]
    pub command: Command,
}

/// The kinds of input.
#[derive(Debug, Clone, Subcommand)]
pub enum Command {
    /// Write a label drop of real music (or of composed music where no archive is in reach)
    Drop {
        /// Folder of the drop; it must be empty, or hold such a drop to go on with
        dir: PathBuf,
        /// Folder that keeps fetched packages (default: `<DIR>.cache`, beside the drop)
        #[arg(long)]
        cache: Option<PathBuf>,
        /// A few pieces of at most 32 s, composed here: for quick trials
        #[arg(long)]
        short: bool,
        /// Compose the music here, even if packages are in reach
        #[arg(long)]
        synthetic: bool,
    },
    /// Simulate listeners over the store's catalogue and write their plays
    Plays {
        /// Folder or URL of the store to write to [default: the store itself]
        #[arg(long)]
        out: Option<String>,
        /// How many listeners
        #[arg(long)]
        listeners: Option<u32>,
        /// How many days, the last of them fixed by the configuration
        #[arg(long, value_parser = clap::value_parser!(u16).range(1..=3660))]
        days: Option<u16>,
        /// Seed of all choices
        #[arg(long)]
        seed: Option<u64>,
        /// Remove plays that are there first
        #[arg(long)]
        replace: bool,
    },
    /// Compose songs, and each again as others would play it: to measure how covers are found
    Performances {
        /// Folder that gets `original/`, `cover/` and `songs.tsv`
        dir: PathBuf,
        /// How many songs
        #[arg(long, default_value_t = 40, value_parser = clap::value_parser!(u32).range(1..=9999))]
        songs: u32,
        /// Seed of all choices
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Print a signed bearer token for a demo listener
    Token {
        /// The listener's number
        #[arg(long)]
        listener: u64,
        /// The listener's country, ISO 3166-1 alpha-2
        #[arg(long, default_value = "DE")]
        country: Territory,
        /// What the listener pays for
        #[arg(long, value_enum, default_value = "premium")]
        tier: Tier,
        /// File with the secret that the server reads too (default: `<store>/demo-secret`)
        #[arg(long)]
        secret_file: Option<PathBuf>,
        /// Seconds from now until the token is no longer valid
        #[arg(long, default_value_t = 86_400)]
        ttl: u32,
        /// Make a new secret if the file is not there
        #[arg(long)]
        create: bool,
    },
}

/// What a listener pays for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Tier {
    /// Nothing: hears advertisements.
    Free,
    /// A subscription.
    Premium,
}

/// What a command made.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub enum Report {
    /// A drop.
    Drop(delivery::Report),
    /// Plays.
    Plays(Box<plays::Report>),
    /// Songs and their covers.
    Performances(performances::Report),
    /// A token.
    Token {
        /// The text after `Authorization: Bearer `.
        token: String,
    },
}

impl Report {
    /// Refused items: this job refuses none.
    pub fn refused(&self) -> usize {
        0
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Report::Drop(report) => report.fmt(f),
            Report::Plays(report) => report.fmt(f),
            Report::Performances(report) => report.fmt(f),
            Report::Token { token } => f.write_str(token),
        }
    }
}

/// Runs the command.
///
/// # Errors
/// [`Error`]: the job failed and may be run again.
pub fn run(args: &Args, context: &Context<'_>) -> Result<Report, Error> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(context.threads.max(1))
        .build();
    match pool {
        Ok(pool) => pool.install(|| make(&args.command, context)),
        // Without threads of its own the work goes on in the process-wide pool.
        Err(_) => make(&args.command, context),
    }
}

fn make(command: &Command, context: &Context<'_>) -> Result<Report, Error> {
    match command {
        Command::Drop {
            dir,
            cache,
            short,
            synthetic,
        } => {
            let form = match (short, synthetic) {
                (true, _) => Form::Short,
                (false, true) => Form::Composed,
                (false, false) => Form::Real,
            };
            let cache = cache
                .clone()
                .unwrap_or_else(|| dir.with_added_extension("cache"));
            let options = delivery::Options {
                folder: dir.clone(),
                cache,
                form,
            };
            delivery::run(&options, context.progress).map(Report::Drop)
        }
        Command::Plays {
            out,
            listeners,
            days,
            seed,
            replace,
        } => {
            let mut parameters = Config::load(context.config)?.plays;
            parameters.listeners = listeners.unwrap_or(parameters.listeners);
            parameters.days = days.unwrap_or(parameters.days);
            parameters.seed = seed.unwrap_or(parameters.seed);
            let catalogue = catalog::snapshot::catalogue(context.store)?;
            let other = out
                .as_deref()
                .filter(|out| *out != "store")
                .map(Store::open)
                .transpose()?;
            let store = other.as_ref().unwrap_or(context.store);
            plays::run(&catalogue, store, &parameters, *replace, context.progress)
                .map(|report| Report::Plays(Box::new(report)))
        }
        Command::Performances { dir, songs, seed } => {
            performances::run(dir, *songs, *seed, context.progress).map(Report::Performances)
        }
        Command::Token {
            listener,
            country,
            tier,
            secret_file,
            ttl,
            create,
        } => {
            let place = match secret_file {
                Some(file) => file.clone(),
                None => default_secret(context)?,
            };
            if *create {
                secret::create(&place)?;
            }
            // The one place where the clock counts: the server compares `exp` with its own.
            let now = SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .map_or(0, |d| d.as_secs() as i64);
            let claims = Claims {
                sub: listener.to_string(),
                country: country.to_string(),
                tier: if *tier == Tier::Premium {
                    "premium"
                } else {
                    "free"
                }
                .to_owned(),
                iat: now,
                exp: now + i64::from(*ttl),
            };
            Ok(Report::Token {
                token: sign(&claims, &secret::read(&place)?),
            })
        }
    }
}

fn default_secret(context: &Context<'_>) -> Result<PathBuf, Error> {
    let local = context.store.local_path("demo-secret");
    local.ok_or_else(|| {
        TokenError::NoPlace {
            url: context.store.url().to_owned(),
        }
        .into()
    })
}
