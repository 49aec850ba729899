//! What does cron run? All jobs in order over one store: drop in, edition out.
//!
//! Each job does only what is missing, so a nightly that was killed is run again, and one that has
//! nothing to do takes seconds. A refused delivery stops nothing: the others go on, and the exit code
//! says so at the end.

use crate::config::File;
use crate::edition::{self, PublishArgs, Stages};
use catalog::delivery::DeliveryLog;
use catalog::job::Context;
use serde::Serialize;
use std::fmt;
use std::path::PathBuf;
use std::time::Instant;

/// Run every job over a label drop and publish an edition, as cron does
///
/// Ingests the drop, makes missing renditions and fingerprints, learns from the plays in the store, and
/// publishes one edition. Without a drop it works on what was ingested before.
///
/// Exit code: 0 all done; 1 done, but something was refused (tell content ops, do not retry); 2 a job
/// failed (retry is safe).
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The folder that labels deliver into
    drop: Option<PathBuf>,
    /// Where ingest's report.json and report.html go
    #[arg(long, value_name = "DIR")]
    report: Option<PathBuf>,
    /// Where a DDEX acknowledgement per release goes
    #[arg(long, value_name = "DIR")]
    replies: Option<PathBuf>,
    /// Where no plays are in the store, simulate listeners first (for demonstrations)
    #[arg(long)]
    simulate_plays: bool,
    #[command(flatten)]
    publish: PublishArgs,
}

/// What each stage did.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    stages: Vec<Stage>,
    refused: usize,
    edition: edition::Report,
    /// For cron: only what a person must act on, and the last line.
    #[serde(skip)]
    brief: bool,
}

#[derive(Debug, Serialize)]
struct Stage {
    name: &'static str,
    seconds: f64,
    refused: usize,
    /// The stage's own table.
    #[serde(skip)]
    text: String,
    report: serde_json::Value,
}

impl Report {
    /// Refused deliveries and masters.
    pub(crate) fn refused(&self) -> usize {
        self.refused
    }
}

/// Runs the night.
pub(crate) fn run(
    args: &Args,
    context: &Context<'_>,
    file: &File,
    brief: bool,
) -> anyhow::Result<Report> {
    let stages_config = Stages::read(file)?;
    let (store, progress, threads) = (context.store, context.progress, context.threads);
    let mut night = Night { stages: Vec::new() };
    store.sweep()?;
    if let Some(drop) = &args.drop {
        let mut config = ingest::config::Config::load(file.section("ingest"))?;
        config.listener = ingest::job::listen::Listener::own_child()?;
        night.stage("ingest", || {
            let report = ingest::job::run(
                store,
                &config,
                drop,
                args.report.as_deref(),
                threads,
                progress,
            )?;
            if let Some(folder) = &args.replies {
                ingest::job::reply(&config, drop, &report, folder)?;
            }
            let refused = report.refused();
            Ok((report, refused))
        })?;
    }
    catalog::snapshot::compact(store)?;
    let catalogue = catalog::snapshot::catalogue(store)?;
    night.stage("transcode", || {
        let items = transcode::job::items(&catalogue);
        let report =
            transcode::job::run(store, &stages_config.transcode, &items, threads, progress)?;
        let refused = report.refused();
        Ok((report, refused))
    })?;
    night.stage("fingerprint", || {
        let report = fingerprint::job::run(
            store,
            &catalogue,
            &stages_config.fingerprint,
            None,
            threads,
            progress,
        )?;
        let refused = report.refused();
        Ok((report, refused))
    })?;
    if args.simulate_plays && datasets::job::plays::wanted(store)? {
        let parameters = datasets::config::Config::load(file.section("datasets"))?.plays;
        night.stage("plays", || {
            Ok((
                datasets::job::plays::run(&catalogue, store, &parameters, false, progress)?,
                0,
            ))
        })?;
    }
    match store
        .list(catalog::plays::PREFIX)?
        .iter()
        .any(|(key, _)| key.ends_with(".parquet"))
    {
        true => recommend(&mut night, context, &catalogue, &stages_config)?,
        false => progress.note("no plays in the store: this edition has no recommendations"),
    }
    let started = Instant::now();
    let section = Context {
        config: file.section("edition"),
        ..*context
    };
    let edition = edition::publish(&args.publish, &section, file)?;
    night.stages.push(Stage::new(
        "edition",
        started,
        0,
        edition.to_string(),
        serde_json::to_value(&edition)?,
    ));
    let records = DeliveryLog::new(store).keys()?.len();
    tracing::debug!(records, "the delivery log has {records} records");
    Ok(Report {
        refused: night.stages.iter().map(|stage| stage.refused).sum(),
        stages: night.stages,
        edition,
        brief,
    })
}

fn recommend(
    night: &mut Night,
    context: &Context<'_>,
    catalogue: &catalog::release::Catalogue,
    config: &Stages,
) -> anyhow::Result<()> {
    let duplicates = fingerprint::job::published(context.store, catalogue, &config.fingerprint)?;
    night.stage("recsys", || {
        let request = recsys::job::Request {
            catalogue,
            duplicates: duplicates.as_ref(),
            as_of: None,
            force: None,
            start: recsys::job::Start::Cold,
            threads: context.threads,
        };
        Ok((
            recsys::job::run(context.store, &config.recsys, &request, context.progress)?,
            0,
        ))
    })
}

/// The stages so far.
struct Night {
    stages: Vec<Stage>,
}

impl Night {
    fn stage<R: fmt::Display + Serialize>(
        &mut self,
        name: &'static str,
        work: impl FnOnce() -> anyhow::Result<(R, usize)>,
    ) -> anyhow::Result<()> {
        let started = Instant::now();
        let (report, refused) = work()?;
        self.stages.push(Stage::new(
            name,
            started,
            refused,
            report.to_string(),
            serde_json::to_value(&report)?,
        ));
        Ok(())
    }
}

impl Stage {
    fn new(
        name: &'static str,
        started: Instant,
        refused: usize,
        text: String,
        report: serde_json::Value,
    ) -> Stage {
        Stage {
            name,
            seconds: started.elapsed().as_secs_f64(),
            refused,
            text,
            report,
        }
    }
}

/// Each stage under its name, then one line that stands alone in a cron mail.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |stage: &&Stage| !self.brief || stage.refused > 0;
        for stage in self.stages.iter().filter(shown) {
            writeln!(f, "── {} ({:.1} s)", stage.name, stage.seconds)?;
            writeln!(f, "{}\n", stage.text.trim_end())?;
        }
        let seconds: f64 = self.stages.iter().map(|stage| stage.seconds).sum();
        match self.refused {
            0 => write!(f, "nightly done in {seconds:.0} s, nothing refused"),
            n => write!(
                f,
                "nightly done in {seconds:.0} s, {n} refused: see ingest's report"
            ),
        }
    }
}
