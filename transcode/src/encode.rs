//! How are many renditions made from one decoding of a master?
//!
//! The master is decoded once; every rendition has a thread with its encoder, fed through a short
//! queue, so that memory does not grow with the track. libvorbis and libFLAC belong to the thread
//! that made them. Each thread also pages, decodes again and measures what it made.

use crate::config::{Chunking, Profile};
use crate::flac::FlacWriter;
use crate::signal::{Window, encoded_rate};
use crate::verify::Aim;
use crate::vorbis::{Recipe, VorbisWriter};
use crate::{Error, flac_tags, ladder, master, repage, verify};
use audio::{AudioInfo, Block, Container, Decoder};
use catalog::ids::Sha256;
use catalog::rendition::{Chunk, Loudness};
use catalog::units::{Frames, SampleRate};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

/// Blocks that wait for each encoder: enough to even out their speeds, a few hundred kilobytes.
const QUEUE: usize = 16;

/// One rendition to be made.
#[derive(Debug, Clone)]
pub struct Task<'a> {
    /// The profile's name.
    pub name: &'a str,
    /// Its parameters.
    pub profile: &'a Profile,
    /// The name in the store.
    pub key: Sha256,
    /// The gain and what it should come to.
    pub aim: Aim,
    /// The part to encode, for a preview.
    pub window: Option<Window>,
    /// libvorbis's quality; unused by FLAC.
    pub quality: f64,
    /// What the rendition's index will call its bitrate; unused by FLAC.
    pub nominal_kbps: u32,
    /// The tags of a FLAC; those of a Vorbis stream follow from its measurement.
    pub tags: Vec<(&'static str, String)>,
}

/// A rendition made, in a file of the scratch folder.
#[derive(Debug)]
pub struct Made {
    /// The file.
    pub path: PathBuf,
    /// Its rate.
    pub sample_rate: SampleRate,
    /// Its channels.
    pub channels: u8,
    /// Its exact length.
    pub frames: Frames,
    /// Measured by decoding it.
    pub loudness: Loudness,
    /// Bytes before the first chunk.
    pub header_bytes: u32,
    /// Its chunks.
    pub chunks: Vec<Chunk>,
}

/// What all encoders of one master share.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    /// The master's file.
    pub path: &'a Path,
    /// Its measurement.
    pub scan: &'a master::Scan,
    /// A folder for unfinished files, this master's own.
    pub scratch: &'a Path,
    /// Where chunks begin.
    pub chunking: &'a Chunking,
}

/// Makes all of `tasks` from one decoding, in their order.
///
/// # Errors
/// The master's fault, else the first task's fault.
pub fn encode(source: Source<'_>, tasks: &[Task<'_>]) -> Result<Vec<Made>, Error> {
    // The MD5 was verified when the master was measured.
    let mut decoder = Decoder::open_verified(source.path)?;
    let flac = tasks
        .iter()
        .any(|task| matches!(task.profile, Profile::Flac(_)));
    let integers = flac && decoder.info().bits.is_some_and(|bits| bits <= 24);
    if integers {
        decoder = decoder.with_integers();
    }
    let info = decoder.info().clone();
    std::thread::scope(|scope| {
        let mut queues = Vec::with_capacity(tasks.len());
        let mut workers = Vec::with_capacity(tasks.len());
        for task in tasks {
            let (queue, blocks) = sync_channel(QUEUE);
            let info = &info;
            queues.push(queue);
            workers.push(scope.spawn(move || make(source, task, info, &blocks)));
        }
        let fed = feed(decoder, queues);
        let made: Vec<Result<Made, Error>> = workers
            .into_iter()
            .map(|worker| {
                worker
                    .join()
                    .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            })
            .collect();
        fed?;
        made.into_iter().collect()
    })
}

/// Decodes to the end and hands every block to every encoder that still wants it.
fn feed(mut decoder: Decoder, mut queues: Vec<SyncSender<Arc<Block>>>) -> Result<(), Error> {
    while let Some(block) = decoder.next_block()? {
        let block = Arc::new(block);
        // An encoder that failed has closed its queue; its error is in its result.
        queues.retain(|queue| queue.send(Arc::clone(&block)).is_ok());
    }
    decoder.finish()?;
    Ok(())
}

fn make(
    source: Source<'_>,
    task: &Task<'_>,
    info: &AudioInfo,
    blocks: &Receiver<Arc<Block>>,
) -> Result<Made, Error> {
    let raw = source.scratch.join(format!("{}.raw", task.name));
    let path = source.scratch.join(task.name);
    let made = match task.profile {
        Profile::Flac(profile) => lossless(source, task, info, profile.level, blocks, &raw, path),
        Profile::Vorbis(profile) => {
            let max = profile.max_sample_rate;
            lossy(source, task, info, max, blocks, &raw, path)
        }
        #[cfg(feature = "mp3")]
        Profile::Preview(profile) if profile.format == crate::config::Format::Mp3 => {
            return mp3(task, info, profile.max_sample_rate, blocks, path);
        }
        Profile::Preview(profile) => {
            let max = profile.max_sample_rate;
            lossy(source, task, info, max, blocks, &raw, path)
        }
    }?;
    std::fs::remove_file(&raw).map_err(|source| Error::Scratch { path: raw, source })?;
    Ok(made)
}

fn lossy(
    source: Source<'_>,
    task: &Task<'_>,
    info: &AudioInfo,
    max_rate: SampleRate,
    blocks: &Receiver<Arc<Block>>,
    raw: &Path,
    path: PathBuf,
) -> Result<Made, Error> {
    let serial = ladder::serial(&task.key);
    let rate = encoded_rate(info.sample_rate, max_rate);
    let recipe = Recipe {
        profile: task.name.to_owned(),
        quality: task.quality,
        gain: task.aim.gain,
        rate,
        window: task.window,
        serial,
    };
    let mut writer = VorbisWriter::create(raw, info, recipe)?;
    for block in blocks {
        writer.push(block.first, &block.planes)?;
    }
    let encoded = writer.finish()?;
    let repaged = repage::repage(
        task.name,
        raw,
        &path,
        encoded.frames,
        rate,
        source.chunking,
        serial,
    )?;
    let loudness = verify::measure(task.name, &path, encoded.frames)?;
    Ok(Made {
        path,
        sample_rate: encoded.rate,
        channels: encoded.channels,
        frames: encoded.frames,
        loudness,
        header_bytes: repaged.header_bytes,
        chunks: repaged.chunks,
    })
}

/// One chunk: an MP3 is fetched whole.
#[cfg(feature = "mp3")]
fn mp3(
    task: &Task<'_>,
    info: &AudioInfo,
    max_rate: SampleRate,
    blocks: &Receiver<Arc<Block>>,
    path: PathBuf,
) -> Result<Made, Error> {
    let rate = encoded_rate(info.sample_rate, max_rate);
    let signal = crate::signal::Signal::new(info, rate, task.aim.gain, task.window)?;
    let mut writer = crate::mp3::Mp3Writer::new(task.name, signal, rate, task.nominal_kbps)?;
    for block in blocks {
        writer.push(block.first, &block.planes)?;
    }
    let encoded = writer.finish(&path)?;
    let loudness = verify::measure(task.name, &path, encoded.frames)?;
    let bytes = path.metadata().map_err(|source| Error::Scratch {
        path: path.clone(),
        source,
    })?;
    Ok(Made {
        path,
        sample_rate: rate,
        channels: encoded.channels,
        frames: encoded.frames,
        loudness,
        header_bytes: 0,
        chunks: vec![Chunk {
            offset: 0,
            bytes: bytes.len() as u32,
            first_frame: 0,
            frames: encoded.frames.0 as u32,
            priming_bytes: 0,
        }],
    })
}

fn lossless(
    source: Source<'_>,
    task: &Task<'_>,
    info: &AudioInfo,
    level: u32,
    blocks: &Receiver<Arc<Block>>,
    raw: &Path,
    path: PathBuf,
) -> Result<Made, Error> {
    let bits = master::flac_bits(info);
    let channels = info.layout.count();
    let mut writer = FlacWriter::create(raw, info.sample_rate, channels, bits, level)?;
    for block in blocks {
        match &block.integers {
            Some(integers) => writer.write_integers(integers)?,
            None => writer.write_floats(&block.planes, task.aim.gain)?,
        }
    }
    let frames = writer.finish()?;
    let index = flac_tags::index(task.name, raw, frames, source.chunking)?;
    if info.container == Container::Flac {
        let (master, ours) = (
            flac_tags::stream_md5(source.path)?,
            flac_tags::stream_md5(raw)?,
        );
        if master.is_some() && master != ours {
            return Err(Error::Verify {
                profile: task.name.to_owned(),
                what: "MD5 of the samples",
                found: format!("{ours:02x?}"),
                expected: format!("{master:02x?}, the master's"),
            });
        }
    }
    let loudness = source.scan.loudness.shifted(task.aim.gain);
    let (header_bytes, chunks) =
        flac_tags::write(raw, &path, &index, info.sample_rate, &task.tags)?;
    Ok(Made {
        path,
        sample_rate: info.sample_rate,
        channels: channels as u8,
        frames,
        loudness,
        header_bytes,
        chunks,
    })
}
