//! What can be asked of `backline recsys`?

use std::path::{Path, PathBuf};

use catalog::cluster::DuplicateReport;
use catalog::ids::{RecordingId, Sha256, Territory};
use catalog::job::Context;
use catalog::release::Role;
use jiff::Timestamp;

use crate::blend::Voice;
use crate::config::Config;
use crate::error::Error;
use crate::evaluate::{self, Evaluation};
use crate::item2vec::Sequences;
use crate::items::Items;
use crate::job::{self, Request, Start};
use crate::learn::Lesson;
use crate::lists::{Entry, Lists, Reason};
use crate::page;
use crate::published;
use crate::report::{Report, ShowReport, ShownTrack};
use crate::split;
use crate::tune::tune;

/// Share of each listener's training rows that settings and weights are chosen on: small, because what
/// suits much thinner data does not suit the data itself.
const VALIDATION_SHARE: f64 = 0.1;

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
    /// Publish a model whose recordings' vectors another engine trained (Spark ML ALS)
    ///
    /// Listeners are folded in from the store's plays; everything else is as in `run`. The held-out days judge
    /// our own training, since the imported vectors may have seen those days.
    ImportFactors(ImportArgs),
    /// Read and check the plays, and say what they hold; trains and publishes nothing
    ///
    /// Exit codes: 0 done, 1 rows were set aside, 2 the job failed.
    Plays(PlaysArgs),
    /// Listen to every recording that was not listened to yet, and say how well sound alone tells which belong together
    ///
    /// `run` listens to new recordings by itself: tracks that nobody has played are placed by their sound.
    /// Exit codes: 0 done, 1 audio could not be read, 2 the job failed.
    Sounds,
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
    /// Start training from the vectors of the newest run that saw fewer plays; fewer sweeps are needed then
    #[arg(long)]
    warm: bool,
    /// Publish models that are no better than popularity, and record who says so and why
    #[arg(long, value_name = "WHY")]
    force: Option<String>,
}

#[derive(Debug, Clone, clap::Args)]
struct ImportArgs {
    /// Parquet file or folder of parts with `id` and `features`: what Spark's `itemFactors.write.parquet` makes
    #[arg(long, value_name = "PATH")]
    items: PathBuf,
    /// Which recording an id is: Parquet with `id` and `recording` [default: a column `recording` in the items]
    #[arg(long, value_name = "FILE")]
    ids: Option<PathBuf>,
    #[command(flatten)]
    run: RunArgs,
}

#[derive(Debug, Clone, clap::Args)]
struct PlaysArgs {
    /// Sum up plays before this day (00:00 UTC) [default: the day after the newest plays]
    #[arg(long, value_name = "DATE", value_parser = day)]
    as_of: Option<Timestamp>,
    /// Write each row that is set aside there, with file, row and reason (NDJSON)
    #[arg(long, value_name = "FILE")]
    quarantine: Option<PathBuf>,
    /// Know the recordings of this file, one id a line, instead of the catalogue's
    #[arg(long, value_name = "FILE")]
    recordings: Option<PathBuf>,
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
    /// Measure lists that another system made for the same split beside ours (u, i, rank)
    #[arg(long, value_name = "NAME=FILE", requires = "train", value_parser = peer)]
    peer: Vec<(String, PathBuf)>,
    /// Write evaluation.json and evaluation.html into this folder
    #[arg(long, value_name = "FOLDER")]
    report: Option<PathBuf>,
    /// Take the settings of the configuration as they are, instead of choosing some of them on a
    /// part of the training table
    #[arg(long, requires = "train")]
    as_configured: bool,
}

fn peer(text: &str) -> Result<(String, PathBuf), String> {
    let (name, path) = text
        .split_once('=')
        .ok_or_else(|| format!("`{text}` has no `=`, expected NAME=FILE"))?;
    Ok((name.to_owned(), path.into()))
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
        Command::Run(args) => {
            let start = if args.warm { Start::Warm } else { Start::Cold };
            run_job(args, start, &config, ctx)
        }
        Command::ImportFactors(args) => {
            let (items, ids) = (args.items.as_path(), args.ids.as_deref());
            run_job(&args.run, Start::Imported { items, ids }, &config, ctx)
        }
        Command::Evaluate(
            asked @ EvaluateArgs {
                train: Some(train),
                test: Some(test),
                ..
            },
        ) => {
            let work = || on_tables(train, test, asked, &config, ctx);
            written(job::on_threads(ctx.threads, work)?, asked)
        }
        Command::Evaluate(args) => {
            let catalogue = catalog::snapshot::catalogue(ctx.store)?;
            let request = Request {
                catalogue: &catalogue,
                duplicates: None,
                as_of: args.as_of,
                force: None,
                start: Start::Cold,
                threads: ctx.threads,
            };
            written(
                job::evaluate_store(ctx.store, &config, &request, ctx.progress)?,
                args,
            )
        }
        Command::Plays(args) => judge(args, &config, ctx),
        Command::Sounds => {
            let catalogue = catalog::snapshot::catalogue(ctx.store)?;
            let duplicates = duplicates(None, &catalogue, ctx)?;
            let items = Items::new(&catalogue, duplicates.as_ref());
            job::listen(ctx.store, &items, ctx.threads, ctx.progress).map(Report::Sounds)
        }
        Command::Show { listener } => show(*listener, ctx),
    }
}

fn judge(args: &PlaysArgs, config: &Config, ctx: &Context<'_>) -> Result<Report, Error> {
    let known: Vec<(RecordingId, u32)> = match &args.recordings {
        Some(path) => {
            let text = std::fs::read_to_string(path).map_err(|source| Error::File {
                path: path.clone(),
                source,
            })?;
            let ids = text.lines().filter_map(|line| line.trim().parse().ok());
            ids.zip(0..).collect()
        }
        None => {
            let catalogue = catalog::snapshot::catalogue(ctx.store)?;
            let items = Items::new(&catalogue, None);
            let indexed = items.recordings().iter().enumerate();
            indexed.map(|(at, id)| (*id, items.item_of(at))).collect()
        }
    };
    let quarantine = args.quarantine.as_deref();
    job::judge_plays(
        ctx.store,
        config,
        &known,
        args.as_of,
        quarantine,
        ctx.threads,
        ctx.progress,
    )
    .map(Report::Plays)
}

fn run_job(
    args: &RunArgs,
    start: Start<'_>,
    config: &Config,
    ctx: &Context<'_>,
) -> Result<Report, Error> {
    let catalogue = catalog::snapshot::catalogue(ctx.store)?;
    let duplicates = duplicates(args.duplicates, &catalogue, ctx)?;
    let request = Request {
        catalogue: &catalogue,
        duplicates: duplicates.as_ref(),
        as_of: args.as_of,
        force: args.force.as_deref(),
        start,
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
    args: &EvaluateArgs,
    config: &Config,
    ctx: &Context<'_>,
) -> Result<Evaluation, Error> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| Error::File { path, source }
    };
    let read = |path: &Path| std::fs::read_to_string(path).map_err(failed(path));
    let (train_text, test_text) = (read(train)?, read(test)?);
    let named = split::parse((train, &train_text), (test, &test_text))?;
    let mut peers = Vec::new();
    for (name, path) in &args.peer {
        peers.push((
            name.clone(),
            split::parse_lists(path, &read(path)?, &named)?,
        ));
    }
    let hidden = split::validation(&named.split.train, VALIDATION_SHARE, config.als.seed);
    let (settings, known) = match args.as_configured {
        true => {
            let sequences = Sequences::of_rows(&hidden.train);
            let known = evaluate::train(&hidden.train, &sequences, config, ctx.progress);
            (config.clone(), known)
        }
        false => tune(&hidden, config, ctx.progress),
    };
    let lesson = Lesson::of(&hidden, &known, &settings, ctx.progress);
    drop((hidden, known));
    let sequences = Sequences::of_rows(&named.split.train);
    let models = evaluate::train(&named.split.train, &sequences, &settings, ctx.progress);
    let about = format!(
        "trained on {}, tested on {}",
        train.display(),
        test.display()
    );
    let mut evaluation = evaluate::evaluate(
        &named.split,
        &models,
        &lesson,
        &peers,
        &settings,
        about,
        ctx.progress,
    );
    if !args.as_configured {
        evaluation.tuned = chosen(&settings);
    }
    if let Some(out) = &args.out {
        let who: Vec<usize> = (0..named.listeners.len()).collect();
        let weights = lesson.fit(&[]);
        let lists = evaluate::ranked(
            args.model,
            &named.split,
            &who,
            &models,
            &weights,
            &settings,
            ctx.progress,
        );
        std::fs::write(out, split::lists(&named, &who, &lists)).map_err(failed(out))?;
    }
    Ok(evaluation)
}

/// Writes the report where one was asked for.
fn written(evaluation: Evaluation, args: &EvaluateArgs) -> Result<Report, Error> {
    if let Some(folder) = &args.report {
        let json = serde_json::to_string_pretty(&evaluation).expect("plain data");
        let files = [
            ("evaluation.json", json),
            ("evaluation.html", page::html(&evaluation)),
        ];
        std::fs::create_dir_all(folder).map_err(|source| Error::File {
            path: folder.clone(),
            source,
        })?;
        for (name, text) in files {
            let path = folder.join(name);
            std::fs::write(&path, text).map_err(|source| Error::File { path, source })?;
        }
    }
    Ok(Report::Evaluate(evaluation))
}

/// The settings that [`tune`] chooses.
fn chosen(settings: &Config) -> std::collections::BTreeMap<String, f64> {
    let named = [
        ("als.factors", settings.als.factors as f64),
        ("als.alpha", f64::from(settings.als.alpha)),
        ("als.regularisation", f64::from(settings.als.regularisation)),
        ("ease.exact_rows", settings.ease.exact_rows as f64),
        ("ease.ridge", f64::from(settings.ease.ridge)),
        (
            "item_item.asymmetry",
            f64::from(settings.item_item.asymmetry),
        ),
        (
            "item_item.length_exponent",
            f64::from(settings.item_item.length_exponent),
        ),
    ];
    let rounded = named.map(|(name, value)| (name.to_owned(), (value * 1e4).round() / 1e4));
    rounded.into_iter().collect()
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
