//! Which renditions are missing, and how do they get into the store?
//!
//! The only file of this crate that touches the store. Per master: what is there is kept; what is
//! missing is encoded in a scratch folder, measured, and published as blob, then index. The set of a
//! master is written last, after all its renditions. Nothing is ever changed, so the job may be
//! killed at any byte, run twice, or run by many machines at once.

use crate::config::{Config, Profile};
use crate::encode::{Made, Source, Task, encode};
use crate::master::{self, Scan};
use crate::report::{Failure, Report, TrackLine};
use crate::verify::{Aim, Judgement, judge};
use crate::{Error, gain, ladder, preview};
use catalog::ids::Sha256;
use catalog::progress::Progress;
use catalog::release::Catalogue;
use catalog::rendition::{AudioSet, Codec, Rendition};
use catalog::store::Store;
use catalog::units::{Frames, GainDb};
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Further attempts for a rendition whose peaks are still above the ceiling: a missed loudness may
/// stand, a clipped peak should not.
const CEILING_ATTEMPTS: u32 = 3;

/// A master to be transcoded, and what people call it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Its content.
    pub master: Sha256,
    /// "Artist – Title (ISRC)".
    pub label: String,
}

/// Every master of a catalogue once, in the catalogue's order.
pub fn items(catalogue: &Catalogue) -> Vec<Item> {
    let mut seen = BTreeSet::new();
    let mut items = Vec::new();
    for (_, track) in catalogue.tracks() {
        let Some(master) = &track.master else {
            continue;
        };
        if seen.insert(master.sha256) {
            let artist = track
                .artists
                .first()
                .map_or("", |credit| credit.name.as_str());
            let label = format!("{artist} – {} ({})", track.title, track.isrc);
            items.push(Item {
                master: master.sha256,
                label,
            });
        }
    }
    items
}

/// The finished set of a master under this configuration; `None` while any rendition is missing.
///
/// # Errors
/// [`Error::Store`] when the store cannot be read.
pub fn published(
    store: &Store,
    config: &Config,
    master: &Sha256,
) -> Result<Option<AudioSet>, Error> {
    Ok(store.get_json(&ladder::set_path(&config.ladder_id(), master))?)
}

/// Makes what is missing for `items` on `threads` threads. A master that cannot be transcoded is in
/// the report and stops no other.
///
/// # Errors
/// [`Error::Store`], [`Error::Scratch`] and other faults that are not a master's.
pub fn run(
    store: &Store,
    config: &Config,
    items: &[Item],
    threads: usize,
    progress: &dyn Progress,
) -> Result<Report, Error> {
    let started = Instant::now();
    // What runs that were killed left behind, a day old or older.
    store.sweep()?;
    let scratch = store.scratch()?;
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads.max(1))
        .thread_name(|n| format!("transcode-{n}"))
        .build()
        .map_err(|error| Error::Scratch {
            path: PathBuf::from("thread pool"),
            source: std::io::Error::other(error),
        })?;
    progress.begin("transcode", items.len() as u64, "tracks");
    let job = Job {
        store,
        config,
        ladder: config.ladder_id(),
        scratch: scratch.path(),
    };
    let work = |item: &Item| {
        let line = job.master(item);
        if let Err(error) = &line {
            progress.note(&format!("{}: {error}", item.label));
        }
        progress.advance(1);
        line
    };
    // `with_max_len(1)`: a track is a unit of work, however few there are.
    let lines: Vec<_> = pool.install(|| items.par_iter().with_max_len(1).map(work).collect());
    progress.finish();
    let mut report = Report::default();
    for (item, line) in items.iter().zip(lines) {
        match line {
            Ok(line) => report.tracks.push(line),
            Err(error) if error.is_content() => report.failures.push(Failure {
                master: item.master,
                label: item.label.clone(),
                reason: error.to_string(),
            }),
            Err(error) => return Err(error),
        }
    }
    report.wall_seconds = started.elapsed().as_secs_f64();
    Ok(report)
}

struct Job<'a> {
    store: &'a Store,
    config: &'a Config,
    ladder: Sha256,
    scratch: &'a Path,
}

impl Job<'_> {
    /// Everything for one master.
    fn master(&self, item: &Item) -> Result<TrackLine, Error> {
        let started = Instant::now();
        let set_key = ladder::set_path(&self.ladder, &item.master);
        if let Some(set) = self.store.get_json::<AudioSet>(&set_key)? {
            return Ok(TrackLine::kept(item, &set));
        }
        let blob = Store::blob_key(&item.master);
        if self.store.head(&blob)?.is_none() {
            let (master, track) = (item.master, item.label.clone());
            return Err(Error::MissingMaster { master, track });
        }
        let profiles = self.config.profiles();
        let mut renditions: Vec<Option<Rendition>> = Vec::with_capacity(profiles.len());
        for (name, profile) in &profiles {
            let key = ladder::rendition_key(&item.master, name, profile, self.config);
            renditions.push(self.store.get_json(&ladder::rendition_path(&key))?);
        }
        let kept = renditions.iter().flatten().count();
        let folder = tempfile::tempdir_in(self.scratch).map_err(|source| Error::Scratch {
            path: self.scratch.to_owned(),
            source,
        })?;
        let file = self.store.fetch(&blob, folder.path())?;
        let scan = master::scan_once(self.store, &item.master, &file)?;
        let mut notes = Vec::new();
        if kept < profiles.len() {
            let source = Source {
                path: &file,
                scan: &scan,
                scratch: folder.path(),
                chunking: &self.config.chunks,
            };
            self.fill(&item.master, source, &profiles, &mut renditions, &mut notes)?;
        }
        let renditions: Vec<Rendition> = renditions.into_iter().flatten().collect();
        let set = AudioSet {
            master: item.master,
            ladder: self.ladder,
            loudness: scan.loudness,
            renditions,
        };
        self.store.put_json(&set_key, &set)?;
        let made = profiles.len() - kept;
        let length = scan.frames.at(scan.sample_rate);
        Ok(TrackLine::made(
            item,
            &set,
            made,
            length,
            started.elapsed().as_secs_f64(),
            notes,
        ))
    }

    /// Encodes what is missing, again where the measurement says so.
    fn fill(
        &self,
        master: &Sha256,
        source: Source<'_>,
        profiles: &[(&str, &Profile)],
        renditions: &mut [Option<Rendition>],
        notes: &mut Vec<String>,
    ) -> Result<(), Error> {
        let missing = |place: &usize| renditions[*place].is_none();
        let mut tasks: Vec<(usize, Task<'_>)> = (0..profiles.len())
            .filter(missing)
            .map(|place| {
                let (name, profile) = profiles[place];
                let key = ladder::rendition_key(master, name, profile, self.config);
                (place, self.task(name, profile, key, source.scan))
            })
            .collect();
        for attempt in 1..=self.config.loudness.attempts + CEILING_ATTEMPTS {
            if tasks.is_empty() {
                break;
            }
            let batch: Vec<Task<'_>> = tasks.iter().map(|(_, task)| task.clone()).collect();
            let made = encode(source, &batch)?;
            let mut again = Vec::new();
            for ((place, mut task), made) in tasks.into_iter().zip(made) {
                match self.verdict(&task, &made, attempt, notes) {
                    Some(aim) => {
                        task.aim = aim;
                        again.push((place, task));
                    }
                    None => renditions[place] = Some(self.publish(&task, made)?),
                }
            }
            tasks = again;
        }
        Ok(())
    }

    fn task<'t>(&self, name: &'t str, profile: &'t Profile, key: Sha256, scan: &Scan) -> Task<'t> {
        let gain = match profile {
            Profile::Flac(_) => GainDb::NONE,
            _ => gain::plan_gain(&scan.loudness, &self.config.loudness, profile.overshoot()),
        };
        let integrated = scan.loudness.integrated.map(|level| level + gain);
        let (integrated, window) = match profile {
            Profile::Preview(preview) => {
                let window = preview::window(&scan.seconds, scan.frames, scan.sample_rate, preview);
                (None, Some(window))
            }
            _ => (integrated, None),
        };
        Task {
            name,
            profile,
            key,
            aim: Aim { gain, integrated },
            window,
        }
    }

    /// The aim of another attempt, or `None` where this one stands.
    fn verdict(
        &self,
        task: &Task<'_>,
        made: &Made,
        attempt: u32,
        notes: &mut Vec<String>,
    ) -> Option<Aim> {
        if matches!(task.profile, Profile::Flac(_)) {
            return None;
        }
        let (name, attempts) = (task.name, self.config.loudness.attempts);
        let judgement = judge(&task.aim, &made.loudness, &self.config.loudness);
        let (aim, fault, limit) = match judgement {
            Judgement::AsPlanned => return None,
            Judgement::TooHigh(aim) => (
                aim,
                "true peak above the ceiling",
                attempts + CEILING_ATTEMPTS,
            ),
            Judgement::OffTarget(aim) => (aim, "loudness off its plan", attempts),
            Judgement::Limited(missing) => {
                let off = -missing.0;
                notes.push(format!(
                    "{name}: {off:+.2} LU off its plan, no headroom to correct"
                ));
                return None;
            }
        };
        if attempt >= limit {
            notes.push(format!(
                "{name}: {fault}, published after {attempt} attempts"
            ));
            return None;
        }
        let change = aim.gain.0 - task.aim.gain.0;
        notes.push(format!("{name}: {fault}, gain {change:+.2} dB"));
        Some(aim)
    }

    /// Blob first, index second: an index never names what is not there.
    fn publish(&self, task: &Task<'_>, made: Made) -> Result<Rendition, Error> {
        let unreadable = |source| Error::Scratch {
            path: made.path.clone(),
            source,
        };
        let bytes = made.path.metadata().map_err(unreadable)?.len();
        let blob = self.store.put_blob_file(&made.path)?;
        std::fs::remove_file(&made.path).map_err(unreadable)?;
        let (codec, nominal_kbps) = match task.profile {
            Profile::Vorbis(profile) => (Codec::Vorbis, profile.kbps),
            Profile::Preview(profile) => (Codec::Vorbis, profile.kbps),
            Profile::Flac(_) => (Codec::Flac, kbps(bytes, made.frames, &made)),
        };
        let rendition = Rendition {
            key: task.key,
            profile: task.name.to_owned(),
            codec,
            nominal_kbps,
            blob,
            bytes,
            sample_rate: made.sample_rate,
            channels: made.channels,
            frames: made.frames,
            gain: task.aim.gain,
            loudness: made.loudness,
            header_bytes: made.header_bytes,
            chunks: made.chunks,
        };
        self.store
            .put_json(&ladder::rendition_path(&task.key), &rendition)?;
        Ok(rendition)
    }
}

/// Kilobits per second of a whole file, rounded.
fn kbps(bytes: u64, frames: Frames, made: &Made) -> u32 {
    let seconds = frames.0 as f64 / f64::from(made.sample_rate.hz());
    (bytes as f64 * 8.0 / 1000.0 / seconds).round() as u32
}
