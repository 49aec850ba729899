//! Which renditions are missing, and how do they get into the store?
//!
//! Only this file and those below it touch the store. Albums are the unit of work, since tracks that
//! run together are levelled together: all its masters are measured, then all its tracks are made, each
//! by `track`; both on all threads, as are the encoders of one track. Nothing is ever changed, so the
//! job may be killed at any byte, run twice, or run by many machines at once.

mod track;

use crate::album::{self, Level};
use crate::config::Config;
use crate::master::{self, Scan};
use crate::report::{Failure, Report, TrackLine};
use crate::{Error, ladder};
use catalog::ids::Sha256;
use catalog::progress::Progress;
use catalog::release::{Catalogue, Release};
use catalog::rendition::AudioSet;
use catalog::store::Store;
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// A master to be transcoded, what people call it, and what it stands among.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Its content.
    pub master: Sha256,
    /// "Artist – Title (ISRC)".
    pub label: String,
    /// All masters of its release in their order, itself among them. A master of several releases
    /// belongs to the first.
    pub album: Arc<[Sha256]>,
}

impl Item {
    /// A master that stands alone.
    pub fn alone(master: Sha256, label: impl Into<String>) -> Item {
        Item {
            master,
            label: label.into(),
            album: Arc::new([master]),
        }
    }

    /// Names the album; `None` for a master that stands alone.
    pub fn album_id(&self) -> Option<Sha256> {
        let names = || self.album.iter().map(Sha256::to_string);
        (self.album.len() > 1).then(|| Sha256::of(names().collect::<String>().as_bytes()))
    }
}

/// Every master of a catalogue once, in the catalogue's order.
pub fn items(catalogue: &Catalogue) -> Vec<Item> {
    let mut seen = BTreeSet::new();
    let mut items = Vec::new();
    for release in &catalogue.releases {
        let album: Arc<[Sha256]> = masters(release).into();
        for track in &release.tracks {
            let Some(master) = track.master.as_ref().map(|master| master.sha256) else {
                continue;
            };
            if seen.insert(master) {
                let artist = track.artists.first();
                let artist = artist.map_or("", |credit| credit.name.as_str());
                items.push(Item {
                    master,
                    label: format!("{artist} – {} ({})", track.title, track.isrc),
                    album: Arc::clone(&album),
                });
            }
        }
    }
    items
}

/// The masters of a release, each once.
fn masters(release: &Release) -> Vec<Sha256> {
    let mut masters: Vec<Sha256> = Vec::with_capacity(release.tracks.len());
    for master in release.tracks.iter().flat_map(|track| &track.master) {
        if !masters.contains(&master.sha256) {
            masters.push(master.sha256);
        }
    }
    masters
}

/// The finished set of a master under this configuration; `None` while any rendition is missing.
///
/// # Errors
/// [`Error::Store`] when the store cannot be read.
pub fn published(store: &Store, config: &Config, item: &Item) -> Result<Option<AudioSet>, Error> {
    let key = ladder::set_path(&config.ladder_id(), &item.master, item.album_id().as_ref());
    Ok(store.get_json(&key)?)
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
        progress,
        started,
        total: items.len() as u64,
        done: AtomicU64::new(0),
        audio_ms: AtomicU64::new(0),
    };
    let albums: Vec<&[Item]> = items.chunk_by(|a, b| a.album == b.album).collect();
    let work = |album: &&[Item]| job.album(album);
    // `with_max_len(1)`: an album is a unit of work, however few there are.
    let lines: Vec<_> = pool.install(|| {
        albums
            .par_iter()
            .with_max_len(1)
            .flat_map_iter(work)
            .collect()
    });
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
    progress: &'a dyn Progress,
    started: Instant,
    total: u64,
    /// Tracks finished, and how much audio that was.
    done: AtomicU64,
    audio_ms: AtomicU64,
}

impl Job<'_> {
    /// Some tracks of one album, in their order.
    fn album(&self, items: &[Item]) -> Vec<Result<TrackLine, Error>> {
        let kept: Result<Vec<Option<AudioSet>>, Error> = items
            .iter()
            .map(|item| published(self.store, self.config, item))
            .collect();
        let finished = |result: Result<Vec<Result<TrackLine, Error>>, Error>| match result {
            Ok(lines) => lines,
            // The store or the disk failed: once is enough to end the run.
            Err(error) => std::iter::once(Err(error)).collect(),
        };
        finished(kept.and_then(|kept| self.missing(items, &kept)))
    }

    fn missing(
        &self,
        items: &[Item],
        kept: &[Option<AudioSet>],
    ) -> Result<Vec<Result<TrackLine, Error>>, Error> {
        if let Some(kept) = kept.iter().map(Option::as_ref).collect::<Option<Vec<_>>>() {
            let lines = items.iter().zip(kept).map(|(item, set)| {
                self.advance(0);
                Ok(TrackLine::kept(item, set))
            });
            return Ok(lines.collect());
        }
        let folder = tempfile::tempdir_in(self.scratch).map_err(|source| Error::Scratch {
            path: self.scratch.to_owned(),
            source,
        })?;
        let album = &items[0].album;
        let mut scans: Vec<Result<Scan, Error>> = album
            .par_iter()
            .with_max_len(1)
            .map(|master| self.admitted(master, self.scan(master, folder.path())?))
            .collect();
        let measured: Vec<Option<&Scan>> = scans.iter().map(|scan| scan.as_ref().ok()).collect();
        let levels = album::levels(&measured, &self.config.loudness);
        // Every item takes its own scan, or its own error.
        let mut work: Vec<(&Item, Option<Level>, Result<Scan, Error>)> = Vec::new();
        for item in items {
            let place = album.iter().position(|master| *master == item.master);
            let place = place.filter(|place| *place < scans.len());
            let gone = || Error::MissingMaster {
                master: item.master,
                track: item.label.clone(),
            };
            let level = place.and_then(|place| levels[place]);
            let scan = match place {
                Some(place) => std::mem::replace(&mut scans[place], Err(gone())),
                None => Err(gone()),
            };
            work.push((item, level, scan));
        }
        let lines = work
            .into_par_iter()
            .zip(kept)
            .with_max_len(1)
            .map(|((item, level, scan), kept)| self.line(item, level, scan, kept, folder.path()))
            .collect();
        Ok(lines)
    }

    /// The measurement of a master: from the store, or made now.
    fn scan(&self, master: &Sha256, folder: &Path) -> Result<Scan, Error> {
        if let Some(scan) = master::kept(self.store, master)? {
            return Ok(scan);
        }
        let blob = Store::blob_key(master);
        if self.store.head(&blob)?.is_none() {
            let (master, track) = (*master, String::new());
            return Err(Error::MissingMaster { master, track });
        }
        let file = self.store.fetch(&blob, folder)?;
        master::scan_and_keep(self.store, master, &file)
    }

    /// Refuses a master that lost something before, unless the config admits it.
    fn admitted(&self, master: &Sha256, scan: Scan) -> Result<Scan, Error> {
        match &scan.lossy {
            Some(codec) if !self.config.masters.lossy => Err(Error::LossyMaster {
                master: *master,
                codec: codec.clone(),
            }),
            _ => Ok(scan),
        }
    }

    fn line(
        &self,
        item: &Item,
        level: Option<Level>,
        scan: Result<Scan, Error>,
        kept: &Option<AudioSet>,
        folder: &Path,
    ) -> Result<TrackLine, Error> {
        let line = match (kept, scan, level) {
            (Some(set), _, _) => Ok(TrackLine::kept(item, set)),
            (None, Ok(scan), Some(level)) => self.track(item, &scan, &level, folder),
            (None, Err(Error::MissingMaster { .. }), _) | (None, Ok(_), None) => {
                let (master, track) = (item.master, item.label.clone());
                Err(Error::MissingMaster { master, track })
            }
            (None, Err(error), _) => Err(error),
        };
        if let Err(error) = &line {
            self.progress.note(&format!("{}: {error}", item.label));
        }
        let made = line.as_ref().ok().filter(|line| line.made > 0);
        self.advance(made.map_or(0, |line| line.length_ms.0));
        line
    }

    /// Says how fast it goes and how long it will take.
    fn advance(&self, audio_ms: u64) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        let audio = self.audio_ms.fetch_add(audio_ms, Ordering::Relaxed) + audio_ms;
        self.progress.advance(1);
        if audio > 0 {
            let seconds = self.started.elapsed().as_secs_f64().max(1e-3);
            let left = seconds / done as f64 * (self.total.saturating_sub(done)) as f64;
            let left = catalog::units::Millis((left * 1000.0) as u64);
            let speed = audio as f64 / 1000.0 / seconds;
            self.progress
                .pace(&format!("{speed:.0}x realtime, {left} left"));
        }
    }
}
