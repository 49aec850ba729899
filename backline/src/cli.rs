//! Which words does an operator type after `backline`?

use crate::{config, console, edition, manual, nightly, progress};
use catalog::job::Context;
use catalog::store::Store;
use clap::{Parser, Subcommand};
use std::fmt::Display;
use std::path::PathBuf;

/// The back office of a music-streaming service
///
/// Labels drop releases; Backline judges them, makes every rendition, recognises duplicates, learns
/// what people like, and publishes one immutable edition that `catalog-server` serves. The way of a
/// release:
///
///   backline ingest run DROP        judge a label drop, keep what is fit, report what is not
///   backline transcode run          make every missing rendition
///   backline fingerprint run        find recordings that are the same
///   backline recsys run             learn from plays: Discover Weekly, similar tracks, charts
///   backline edition publish        put all of it into force at once
///
/// or all of them, as cron does:  backline nightly DROP
///
/// Every job may be killed at any moment and run again: what is done is not done twice.
///
/// Exit codes: 0 done; 1 content was refused (tell content ops, do not retry); 2 the job failed
/// (page an engineer, retry is safe).
#[derive(Debug, Parser)]
#[command(name = "backline", version, verbatim_doc_comment, max_term_width = 100)]
pub(crate) struct Arguments {
    /// Where everything stands: a folder, or a URL that begins with s3:, gs:, az: or file:
    #[arg(
        long,
        global = true,
        env = "BACKLINE_STORE",
        default_value = "backline-store",
        value_name = "URL"
    )]
    pub(crate) store: String,
    /// A file with one section per job; `backline config` prints all keys with their defaults
    #[arg(long, global = true, env = "BACKLINE_CONFIG", value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Print the result as JSON, and the log on stderr as JSON lines
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// No progress; only warnings and errors on stderr
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
    /// How many threads to use [default: one per core]
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) threads: Option<u16>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Ingest(ingest::cli::Args),
    Transcode(transcode::cli::Args),
    Fingerprint(fingerprint::cli::Args),
    Recsys(recsys::cli::Args),
    Edition(edition::Args),
    Nightly(nightly::Args),
    Datasets(datasets::cli::Args),
    Config(manual::ConfigArgs),
    Completions(manual::CompletionsArgs),
    Man(manual::ManArgs),
}

/// polars starts a pool of its own, which only this variable bounds; one that is set stays.
pub(crate) fn limit_polars(arguments: &Arguments) {
    const VARIABLE: &str = "POLARS_MAX_THREADS";
    if std::env::var_os(VARIABLE).is_none() {
        // SAFETY: called before the first thread is started, so nobody else reads the environment.
        unsafe { std::env::set_var(VARIABLE, threads(arguments).to_string()) };
    }
}

/// Runs what was asked for; returns how many pieces of content were refused.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<usize> {
    let file = config::File::read(arguments.config.as_deref())?;
    match &arguments.command {
        Command::Config(args) => return manual::config(args).map(|()| 0),
        Command::Completions(args) => return manual::completions(args).map(|()| 0),
        Command::Man(args) => return manual::man(args).map(|()| 0),
        _ => {}
    }
    let store = Store::open(&arguments.store)?;
    let progress = progress::for_terminal(arguments);
    let context = |section: &str| Context {
        store: &store,
        progress: progress.as_ref(),
        config: file.section(section),
        threads: threads(arguments),
    };
    let show = |report: &(dyn Shown + '_)| console::print(report, arguments.json);
    match &arguments.command {
        Command::Ingest(args) => {
            let report = ingest::cli::run(args, &context("ingest"))?;
            show(&report).map(|()| report.refused())
        }
        Command::Transcode(args) => {
            let report = transcode::cli::run(args, &context("transcode"))?;
            show(&report).map(|()| report.refused())
        }
        Command::Fingerprint(args) => {
            let report = fingerprint::cli::run(args, &context("fingerprint"))?;
            show(&report).map(|()| report.refused())
        }
        Command::Recsys(args) => {
            let report = recsys::cli::run(args, &context("recsys"))?;
            show(&report).map(|()| report.refused())
        }
        Command::Datasets(args) => {
            let report = datasets::cli::run(args, &context("datasets"))?;
            show(&report).map(|()| report.refused())
        }
        Command::Edition(args) => {
            let report = edition::run(args, &context("edition"), &file)?;
            show(&report).map(|()| 0)
        }
        Command::Nightly(args) => {
            let report = nightly::run(args, &context("nightly"), &file, arguments.quiet)?;
            show(&report).map(|()| report.refused())
        }
        Command::Config(_) | Command::Completions(_) | Command::Man(_) => Ok(0),
    }
}

/// What a command answers: a table for people, JSON for programs.
pub(crate) trait Shown: Display {
    /// The same facts as JSON.
    fn to_json(&self) -> serde_json::Result<String>;
}

impl<T: Display + serde::Serialize> Shown for T {
    fn to_json(&self) -> serde_json::Result<String> {
        serde_json::to_string_pretty(self)
    }
}

fn threads(arguments: &Arguments) -> usize {
    let cores = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    arguments.threads.map_or_else(cores, usize::from)
}
