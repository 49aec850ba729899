//! What can be asked of `backline recsys`?

use std::path::{Path, PathBuf};

use catalog::cluster::DuplicateReport;
use catalog::ids::{Sha256, Territory};
use catalog::job::Context;
use catalog::release::Role;
use jiff::Timestamp;

use crate::blend::Voice;
use crate::config::Config;
use crate::error::Error;
use crate::evaluate;
use crate::items::Items;
use crate::job::{self, Request};
use crate::lists::{Entry, Lists, Reason};
use crate::published;
use crate::report::{Report, ShowReport, ShownTrack};
use crate::split;

/// Learn what people like, and make every listener's lists.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Clone, clap::Subcommand)]
enum Command {
    /// Read the plays, train, evaluate, and publish lists, vectors and index into the store
    ///
    /// The same plays, catalogue and configuration are done once. Exit codes: 0 done, 1 rows of
    /// plays were set aside, 2 the job failed (also: a model is no better than popularity).
    Run(RunArgs),
    /// Measure every model on held-out plays and print a table; publishes nothing
    Evaluate(EvaluateArgs),
    /// Show a listener's Discover Weekly with the reason for each track
    Show {
        /// The listener's number
        listener: u64,
    },
}

#[derive(Debug, Clone, clap::Args)]
struct RunArgs {
    /// Look at plays before this day (00:00 UTC) only [default: the day after the newest plays]
    #[arg(long, value_name = "DATE", value_parser = day)]
    as_of: Option<Timestamp>,
    /// The run of `backline fingerprint` whose duplicates count as one [default: the report that
    /// joins most recordings of the catalogue]
    #[arg(long, value_name = "RUN")]
    duplicates: Option<Sha256>,
    /// Publish models that are no better than popularity, and record who says so and why
    #[arg(long, value_name = "WHY")]
    force: Option<String>,
}

#[derive(Debug, Clone, clap::Args)]
struct EvaluateArgs {
    /// Hold out the days before this one (00:00 UTC) [default: the day after the newest plays]
    #[arg(long, value_name = "DATE", value_parser = day, conflicts_with = "train")]
    as_of: Option<Timestamp>,
    /// Train on this table instead (tab-separated: u, i, count)
    #[arg(long, value_name = "FILE", requires = "test")]
    train: Option<PathBuf>,
    /// What was played after
    #[arg(long, value_name = "FILE", requires = "train")]
    test: Option<PathBuf>,
    /// Write the ranked lists there (tab-separated: u, i, rank)
    #[arg(long, value_name = "FILE", requires = "train")]
    out: Option<PathBuf>,
    /// Whose lists to write
    #[arg(long, value_enum, default_value_t = Voice::Blend)]
    model: Voice,
}

fn day(text: &str) -> Result<Timestamp, String> {
    let date: jiff::civil::Date = text
        .parse()
        .map_err(|_| format!("`{text}` is no day, expected YYYY-MM-DD"))?;
    let midnight = date
        .to_zoned(jiff::tz::TimeZone::UTC)
        .map_err(|error| error.to_string())?;
    Ok(midnight.timestamp())
}

/// Does what the arguments say.
///
/// # Errors
/// [`Error`] with the remedy.
pub fn run(args: &Args, ctx: &Context<'_>) -> Result<Report, Error> {
    let config = Config::load(ctx.config)?;
    match &args.command {
        Command::Run(args) => run_job(args, &config, ctx),
        Command::Evaluate(EvaluateArgs {
            train: Some(train),
            test: Some(test),
            out,
            model,
            ..
        }) => job::on_threads(ctx.threads, || {
            on_tables(train, test, out.as_deref(), *model, &config, ctx)
        }),
        Command::Evaluate(args) => {
            let catalogue = catalog::snapshot::catalogue(ctx.store)?;
            let request = Request {
                catalogue: &catalogue,
                duplicates: None,
                as_of: args.as_of,
                force: None,
                threads: ctx.threads,
            };
            job::evaluate_store(ctx.store, &config, &request, ctx.progress).map(Report::Evaluate)
        }
        Command::Show { listener } => show(*listener, ctx),
    }
}

fn run_job(args: &RunArgs, config: &Config, ctx: &Context<'_>) -> Result<Report, Error> {
    let catalogue = catalog::snapshot::catalogue(ctx.store)?;
    let duplicates = duplicates(args.duplicates, &catalogue, ctx)?;
    let request = Request {
        catalogue: &catalogue,
        duplicates: duplicates.as_ref(),
        as_of: args.as_of,
        force: args.force.as_deref(),
        threads: ctx.threads,
    };
    let report = job::run(ctx.store, config, &request, ctx.progress)?;
    Ok(Report::Run(Box::new(report)))
}

/// The report that was asked for, or the one that joins most recordings of this catalogue.
fn duplicates(
    asked: Option<Sha256>,
    catalogue: &catalog::release::Catalogue,
    ctx: &Context<'_>,
) -> Result<Option<DuplicateReport>, Error> {
    if let Some(run) = asked {
        let key = format!("duplicates/{run}.json");
        let found = ctx.store.get_json(&key)?;
        return found.map(Some).ok_or_else(|| Error::NotYet {
            place: key,
            found: "there is no such report".to_owned(),
        });
    }
    let recordings = catalogue.recordings();
    let mut best: Option<(usize, DuplicateReport)> = None;
    for (key, _) in ctx.store.list("duplicates/")? {
        // Beside each report lies what its making has to say, under a longer name.
        let name = key
            .strip_prefix("duplicates/")
            .and_then(|name| name.strip_suffix(".json"));
        if name.is_none_or(|name| name.parse::<Sha256>().is_err()) {
            continue;
        }
        let Some(report) = ctx.store.get_json::<DuplicateReport>(&key)? else {
            continue;
        };
        let joined = report.clusters.iter().flat_map(|cluster| &cluster.members);
        let joined = joined
            .filter(|member| recordings.contains_key(*member))
            .count();
        if best.as_ref().is_none_or(|best| joined > best.0) {
            best = Some((joined, report));
        }
    }
    Ok(best.map(|best| best.1))
}

fn on_tables(
    train: &Path,
    test: &Path,
    out: Option<&Path>,
    voice: Voice,
    config: &Config,
    ctx: &Context<'_>,
) -> Result<Report, Error> {
    let read = |path: &Path| {
        std::fs::read_to_string(path).map_err(|source| Error::File {
            path: path.to_owned(),
            source,
        })
    };
    let (train_text, test_text) = (read(train)?, read(test)?);
    let named = split::parse((train, &train_text), (test, &test_text))?;
    let models = evaluate::train(&named.split.train, config, ctx.progress);
    let about = format!(
        "trained on {}, tested on {}",
        train.display(),
        test.display()
    );
    let evaluation = evaluate::evaluate(&named.split, &models, config, about, ctx.progress);
    if let Some(out) = out {
        let who: Vec<usize> = (0..named.listeners.len()).collect();
        let lists = evaluate::ranked(voice, &named.split, &who, &models, config, ctx.progress);
        let text = split::lists(&named, &who, &lists);
        std::fs::write(out, text).map_err(|source| Error::File {
            path: out.to_owned(),
            source,
        })?;
    }
    Ok(Report::Evaluate(evaluation))
}

fn show(listener: u64, ctx: &Context<'_>) -> Result<Report, Error> {
    let model = published::newest(ctx.store)?.ok_or_else(|| Error::NotYet {
        place: format!("{}{}", ctx.store.url(), published::PREFIX),
        found: "no run is finished".to_owned(),
    })?;
    let cache = tempfile::tempdir().map_err(|source| Error::File {
        path: std::env::temp_dir(),
        source,
    })?;
    let lists = Lists::open(
        &ctx.store
            .fetch(&published::key(&model.run, "lists.bin"), cache.path())?,
    )?;
    let catalogue = catalog::snapshot::catalogue(ctx.store)?;
    let items = Items::new(&catalogue, None);
    let known = lists.discover_weekly(listener);
    let chart = || {
        Territory::all()
            .map(|territory| lists.chart(territory))
            .max_by_key(|chart| chart.len())
    };
    let entries = known.or_else(chart).unwrap_or_default();
    let tracks = entries
        .iter()
        .filter_map(|entry| shown(entry, &lists, &items))
        .collect();
    Ok(Report::Show(ShowReport {
        run: model.run,
        listener,
        known: known.is_some(),
        tracks,
    }))
}

fn shown(entry: &Entry, lists: &Lists, items: &Items<'_>) -> Option<ShownTrack> {
    let track = |index: u32| {
        let id = lists.recordings().get(index as usize)?;
        let at = items.recordings().binary_search(id).ok()?;
        Some(items.track(at as u32))
    };
    let own = track(entry.recording)?;
    let main = own
        .artists
        .iter()
        .filter(|credit| credit.role == Role::MainArtist);
    let reason = match entry.reason() {
        Reason::BecauseYouPlayed(played) => match track(played) {
            Some(played) => format!("you played {}", played.title),
            None => "of something you played".to_owned(),
        },
        Reason::Taste => "people with your taste play it".to_owned(),
        Reason::Trending => "it is played a lot in your country".to_owned(),
        Reason::Similar => "it is like it".to_owned(),
    };
    Some(ShownTrack {
        title: own.title.clone(),
        artists: main
            .map(|credit| credit.name.as_str())
            .collect::<Vec<_>>()
            .join(", "),
        score: entry.score,
        reason,
    })
}
