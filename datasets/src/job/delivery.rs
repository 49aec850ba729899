//! How is a drop written, so that a killed run is finished by the next one?
//!
//! Per release: resources first, the message last (as labels do), then a receipt in `.drop/`.
//! When all receipts are there, `ORIGIN.tsv` and `.drop/complete.json` follow. A later run
//! compares plan and file sizes only, and is done in milliseconds.

mod release;

use super::packages::Packages;
use crate::Error;
use crate::drop::plan::{Form, Plan, Source};
use crate::drop::{Resource, origin};
use catalog::ids::Sha256;
use catalog::progress::Progress;
use release::Writer;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

/// Raise when the code changes what bytes a plan gives.
const VERSION: u32 = 2;

/// What to write, and where.
#[derive(Debug, Clone)]
pub struct Options {
    /// The drop's folder.
    pub folder: PathBuf,
    /// Where packages are kept.
    pub cache: PathBuf,
    /// Which music.
    pub form: Form,
}

/// What a run did.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq, Eq)]
pub struct Report {
    /// The drop's folder.
    pub folder: PathBuf,
    /// Which music it is.
    pub form: Form,
    /// Why real music was asked for but composed music was written, if so.
    pub fallback: Option<String>,
    /// Numbers of the whole drop.
    pub labels: usize,
    /// Releases, the refusable one included.
    pub releases: usize,
    /// Tracks.
    pub tracks: usize,
    /// Seconds of audio.
    pub seconds: u64,
    /// Bytes of all files.
    pub bytes: u64,
    /// Releases that this run wrote; the others were there.
    pub written: usize,
}

/// What is remembered of one release.
#[derive(Debug, Serialize, Deserialize)]
struct Receipt {
    plan: Sha256,
    files: Vec<Resource>,
    seconds: u64,
    origin: String,
}

/// What is remembered of the whole drop.
#[derive(Debug, Serialize, Deserialize)]
struct Complete {
    plan: Sha256,
    report: Report,
    files: Vec<Resource>,
}

/// Writes the drop, or finds it written.
///
/// # Errors
/// [`Error`]; what was written stays, and the next run goes on from there.
pub fn run(options: &Options, progress: &dyn Progress) -> Result<Report, Error> {
    let plan = Plan::load(options.form)?;
    if let Some(report) = complete(options, &plan)? {
        return Ok(report);
    }
    let wanted = wanted(&plan);
    if wanted.is_empty() {
        return write(options, &plan, None, None, progress);
    }
    match Packages::fetch(&wanted, &options.cache, progress) {
        Ok(packages) => write(options, &plan, Some(&packages), None, progress),
        Err(error) => {
            let reason = error
                .to_string()
                .lines()
                .next()
                .unwrap_or_default()
                .to_owned();
            progress.finish();
            progress.note(&format!("{reason}; the music is composed instead"));
            let plan = Plan::load(Form::Composed)?;
            write(options, &plan, None, Some(reason), progress)
        }
    }
}

/// The packages of a plan, each once.
fn wanted(plan: &Plan) -> Vec<Vec<String>> {
    let mut wanted: Vec<Vec<String>> = Vec::new();
    for track in plan.releases().flat_map(|(_, release)| &release.tracks) {
        if let Source::Package { names, .. } = &track.source
            && !wanted.contains(names)
        {
            wanted.push(names.clone());
        }
    }
    wanted
}

fn fingerprint(plan: &Plan) -> Sha256 {
    Sha256::of(format!("{VERSION} {plan:?}"))
}

/// The report of a finished drop whose files are all there, or nothing.
fn complete(options: &Options, plan: &Plan) -> Result<Option<Report>, Error> {
    let folder = &options.folder;
    let Some(complete) = read::<Complete>(&folder.join(".drop/complete.json"))? else {
        return other_content(folder).map(|()| None);
    };
    let composed = || Plan::load(Form::Composed).map(|plan| fingerprint(&plan));
    let fell_back = complete.report.fallback.is_some() && options.form == Form::Real;
    let same = complete.plan == fingerprint(plan) || (fell_back && complete.plan == composed()?);
    if !same && complete.report.form != options.form {
        let found = format!("a finished drop of the form {:?}", complete.report.form);
        let expected = format!("a drop of the form {:?}", options.form);
        return Err(Error::NotADrop {
            path: folder.clone(),
            found,
            expected,
        });
    }
    let there = complete
        .files
        .iter()
        .all(|file| size(&folder.join(&file.file)) == Some(file.bytes));
    Ok((same && there).then_some(Report {
        written: 0,
        ..complete.report
    }))
}

fn other_content(folder: &Path) -> Result<(), Error> {
    if folder.join(".drop").is_dir() {
        return Ok(());
    }
    let Ok(mut entries) = fs::read_dir(folder) else {
        return Ok(());
    };
    match entries.next() {
        None => Ok(()),
        Some(_) => Err(Error::NotADrop {
            path: folder.to_owned(),
            found: "files that are not of a demo drop".to_owned(),
            expected: "a demo drop to go on with".to_owned(),
        }),
    }
}

fn write(
    options: &Options,
    plan: &Plan,
    packages: Option<&Packages>,
    fallback: Option<String>,
    progress: &dyn Progress,
) -> Result<Report, Error> {
    let receipts = options.folder.join(".drop");
    fs::create_dir_all(&receipts).map_err(Error::disk(&receipts))?;
    let tracks: usize = plan
        .releases()
        .map(|(_, release)| release.tracks.len())
        .sum();
    progress.begin("write demo drop", tracks as u64, "tracks");
    let mut report = Report {
        folder: options.folder.clone(),
        form: plan.form,
        fallback,
        labels: plan.labels.len(),
        releases: plan.releases().count(),
        tracks,
        seconds: 0,
        bytes: 0,
        written: 0,
    };
    let (mut files, mut table) = (Vec::new(), origin::HEADER.to_owned());
    for (label, release) in plan.releases() {
        let place = receipts.join(format!("{}.json", release.gtin));
        let identity = Sha256::of(format!("{VERSION} {label:?} {release:?}"));
        let known = read::<Receipt>(&place)?.filter(|receipt| {
            let there =
                |file: &Resource| size(&options.folder.join(&file.file)) == Some(file.bytes);
            receipt.plan == identity && receipt.files.iter().all(there)
        });
        let receipt = match known {
            Some(receipt) => receipt,
            None => {
                let writer = Writer {
                    folder: &options.folder,
                    plan,
                    packages,
                    progress,
                };
                let receipt = writer.release(label, release, identity)?;
                write_json(&place, &receipt)?;
                report.written += 1;
                receipt
            }
        };
        report.seconds += receipt.seconds;
        table.push_str(&receipt.origin);
        files.extend(receipt.files);
    }
    let place = options.folder.join("ORIGIN.tsv");
    fs::write(&place, table).map_err(Error::disk(&place))?;
    report.bytes = files.iter().map(|file| file.bytes).sum();
    let complete = Complete {
        plan: fingerprint(plan),
        report: report.clone(),
        files,
    };
    write_json(&receipts.join("complete.json"), &complete)?;
    progress.finish();
    Ok(report)
}

fn size(path: &Path) -> Option<u64> {
    fs::metadata(path).ok().map(|data| data.len())
}

/// Reads one of our own records; one that is damaged counts as absent, and is written anew.
fn read<T: serde::de::DeserializeOwned>(path: &Path) -> Result<Option<T>, Error> {
    match fs::read(path) {
        Ok(bytes) => Ok(serde_json::from_slice(&bytes).ok()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) if error.kind() == std::io::ErrorKind::NotADirectory => Ok(None),
        Err(source) => Err(Error::Disk {
            path: path.to_owned(),
            source,
        }),
    }
}

fn write_json<T: Serialize>(path: &Path, value: &T) -> Result<(), Error> {
    let bytes = serde_json::to_vec_pretty(value).expect("plain data is always JSON");
    fs::write(path, bytes).map_err(Error::disk(path))
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let music = match self.form {
            Form::Real => "real music from Debian packages",
            Form::Composed => "music composed here",
            Form::Short => "short pieces composed here",
        };
        let (minutes, megabytes) = (self.seconds / 60, self.bytes / 1_000_000);
        writeln!(f, "demo drop in {}: {music}", self.folder.display())?;
        if let Some(reason) = &self.fallback {
            writeln!(
                f,
                "  no packages ({reason}); the music is composed instead of real"
            )?;
        }
        write!(
            f,
            "  {} labels, {} releases ({} written now), {} tracks, {minutes} min, {megabytes} MB",
            self.labels, self.releases, self.written, self.tracks
        )
    }
}
