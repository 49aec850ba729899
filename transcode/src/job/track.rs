//! How is everything made for one master?
//!
//! What is there is kept; what is missing is encoded in a scratch folder, measured, tagged with what was
//! measured, and published as blob, then index. The set is written last, after all its renditions.

use super::{Item, Job};
use crate::album::Level;
use crate::complexity::Point;
use crate::config::{Format, Profile};
use crate::encode::{Made, Source, Task, encode};
use crate::master::Scan;
use crate::report::TrackLine;
use crate::signal::encoded_rate;
use crate::verify::{Aim, Judgement, judge};
use crate::{Error, gain, ladder, preview, repage, tags};
use catalog::ids::Sha256;
use catalog::rendition::{AudioSet, Codec, Rendition};
use catalog::store::Store;
use catalog::units::{Frames, GainDb};
use std::path::Path;
use std::time::Instant;

/// Further attempts for a rendition whose peaks are still above the ceiling: a missed loudness may
/// stand, a clipped peak should not.
const CEILING_ATTEMPTS: u32 = 3;

/// What one channel needs of the bits of two, and the fewest kilobits that it gets.
const MONO: (f64, f64) = (0.6, 24.0);

/// The most that is made up for before coding, dB: more would be a fault of the measurement.
const LARGEST_LOSS_DB: f64 = 3.0;

impl Job<'_> {
    /// Everything for one master.
    pub(super) fn track(
        &self,
        item: &Item,
        scan: &Scan,
        level: &Level,
        folder: &Path,
    ) -> Result<TrackLine, Error> {
        let started = Instant::now();
        let album = item.album_id();
        let profiles = self.config.profiles();
        let mut renditions: Vec<Option<Rendition>> = Vec::with_capacity(profiles.len());
        let mut missing = Vec::new();
        for (place, (name, profile)) in profiles.iter().enumerate() {
            let key =
                ladder::rendition_key(&item.master, album.as_ref(), name, profile, self.config);
            let kept = self.store.get_json(&ladder::rendition_path(&key))?;
            if kept.is_none() {
                missing.push((place, self.task(name, profile, key, scan, level)));
            }
            renditions.push(kept);
        }
        let made = missing.len();
        let mut notes = Vec::new();
        if scan.fit != GainDb::NONE {
            notes.push(format!(
                "flac: lowered by {:.2} dB, since the master's floating point reaches beyond full scale",
                -scan.fit.0
            ));
        }
        if made > 0 {
            let scratch = tempfile::tempdir_in(folder).map_err(|source| Error::Scratch {
                path: folder.to_owned(),
                source,
            })?;
            let file = self.store.fetch(&Store::blob_key(&item.master), folder)?;
            let source = Source {
                path: &file,
                scan,
                scratch: scratch.path(),
                chunking: &self.config.chunks,
            };
            self.fill(source, missing, level, &mut renditions, &mut notes)?;
        }
        let set = AudioSet {
            master: item.master,
            ladder: self.ladder,
            loudness: scan.loudness,
            album: level.album,
            shape: scan.shape(),
            renditions: renditions.into_iter().flatten().collect(),
        };
        let key = ladder::set_path(&self.ladder, &item.master, album.as_ref());
        self.store.put_json(&key, &set)?;
        let length = scan.frames.at(scan.sample_rate);
        let seconds = started.elapsed().as_secs_f64();
        Ok(TrackLine::made(item, &set, made, length, seconds, notes))
    }

    /// Encodes what is missing, again where the measurement says so.
    fn fill(
        &self,
        source: Source<'_>,
        mut tasks: Vec<(usize, Task<'_>)>,
        level: &Level,
        renditions: &mut [Option<Rendition>],
        notes: &mut Vec<String>,
    ) -> Result<(), Error> {
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
                    None => renditions[place] = Some(self.publish(&task, made, level)?),
                }
            }
            tasks = again;
        }
        Ok(())
    }

    fn task<'t>(
        &self,
        name: &'t str,
        profile: &'t Profile,
        key: Sha256,
        scan: &Scan,
        level: &Level,
    ) -> Task<'t> {
        let Some(bits) = bits(profile, scan) else {
            return Task {
                name,
                profile,
                key,
                aim: Aim {
                    gain: scan.fit,
                    integrated: scan.loudness.integrated.map(|level| level + scan.fit),
                },
                window: None,
                quality: 0.0,
                nominal_kbps: 0,
                tags: tags::tags(
                    &scan.loudness.shifted(scan.fit),
                    level.album.map(|album| album.shifted(scan.fit)).as_ref(),
                ),
            };
        };
        let loss = GainDb(bits.loss_db.clamp(0.0, LARGEST_LOSS_DB));
        let (policy, overshoot) = (&self.config.loudness, profile.overshoot());
        let gain = gain::plan_gain(&level.reference, policy, overshoot, loss);
        let mut aim = Aim {
            gain,
            integrated: scan.loudness.integrated.map(|level| level + gain + -loss),
        };
        let mut window = None;
        if let Profile::Preview(preview) = profile {
            let seconds = scan.seconds();
            window = Some(preview::window(
                &seconds,
                scan.frames,
                scan.sample_rate,
                preview,
            ));
            aim.integrated = None;
        }
        Task {
            name,
            profile,
            key,
            aim,
            window,
            quality: bits.quality,
            nominal_kbps: bits.kbps as u32,
            tags: Vec::new(),
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

    /// Tags first, then the blob, then the index: an index never names what is not there.
    fn publish(&self, task: &Task<'_>, made: Made, level: &Level) -> Result<Rendition, Error> {
        let unreadable = |source| Error::Scratch {
            path: made.path.clone(),
            source,
        };
        let codec = codec(task.profile);
        if codec == Codec::Vorbis {
            let album = level.album.filter(|_| level.shared).map(|album| {
                // What this track's master lost or gained is what its neighbours' did.
                let change = made.loudness.integrated.zip(level.own.integrated);
                album.shifted(change.map_or(task.aim.gain, |(after, before)| after - before))
            });
            let album = album.filter(|_| task.window.is_none());
            let tags = tags::tags(&made.loudness, album.as_ref());
            repage::retag(task.name, &made.path, made.header_bytes, &tags)?;
        }
        let bytes = made.path.metadata().map_err(unreadable)?.len();
        let blob = self.store.put_blob_file(&made.path)?;
        std::fs::remove_file(&made.path).map_err(unreadable)?;
        let nominal_kbps = match codec {
            Codec::Flac => kbps(bytes, made.frames, &made),
            Codec::Vorbis | Codec::Mp3 => task.nominal_kbps,
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

fn codec(profile: &Profile) -> Codec {
    match profile {
        Profile::Flac(_) => Codec::Flac,
        Profile::Preview(preview) if preview.format == Format::Mp3 => Codec::Mp3,
        Profile::Vorbis(_) | Profile::Preview(_) => Codec::Vorbis,
    }
}

/// The quality that a lossy profile gets for this track, the bitrate that it aims at and what coding
/// costs; `None` for FLAC.
fn bits(profile: &Profile, scan: &Scan) -> Option<Point> {
    let (kbps, fallback, allowed, max) = match profile {
        Profile::Flac(_) => return None,
        Profile::Vorbis(p) => (p.kbps, p.quality, p.qualities, p.max_sample_rate),
        Profile::Preview(p) => (p.kbps, p.quality, p.qualities, p.max_sample_rate),
    };
    let mono = scan.first.sample.len() == 1;
    let stereo = f64::from(kbps);
    let kbps = match mono {
        true => (stereo * MONO.0).round().max(MONO.1).min(stereo),
        false => stereo,
    };
    let rate = encoded_rate(scan.sample_rate, max);
    let complexity = scan.complexity.as_ref();
    let found = complexity.and_then(|complexity| complexity.pick(rate, kbps, allowed));
    Some(Point {
        quality: found.map_or(fallback, |point| point.quality),
        kbps,
        loss_db: found.map_or(0.0, |point| point.loss_db),
    })
}

/// Kilobits per second of a whole file, rounded.
fn kbps(bytes: u64, frames: Frames, made: &Made) -> u32 {
    let seconds = frames.0 as f64 / f64::from(made.sample_rate.hz());
    (bytes as f64 * 8.0 / 1000.0 / seconds).round() as u32
}
