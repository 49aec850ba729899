//! What stands before the frames of a FLAC rendition: STREAMINFO, seek table, ReplayGain tags.
//!
//! Blocks by metaflac; the frames are copied behind them in constant memory (metaflac's own way of
//! saving reads the whole file).

use crate::Error;
use crate::config::Chunking;
use crate::tags::comment_bytes;
use catalog::rendition::Chunk;
use catalog::units::{Frames, SampleRate};
use metaflac::Block;
use metaflac::block::SeekTable;
use std::fs::File;
use std::io::{BufReader, BufWriter, Seek, SeekFrom, Write};
use std::path::Path;

/// The block type of a Vorbis comment (RFC 9639, section 8.1).
const VORBIS_COMMENT: u8 = 4;

/// The frames of a FLAC file: where each begins after the first, and at which sample.
#[derive(Debug, Clone, PartialEq)]
pub struct FrameIndex {
    /// Where the first frame begins in the file.
    pub start: u64,
    /// (first sample, offset from `start`) of the first frame at or after every chunk boundary.
    pub chunks: Vec<(u64, u64)>,
    /// Samples in all.
    pub frames: Frames,
    /// Bytes of all frames.
    pub bytes: u64,
}

/// Decodes a FLAC file, proves its MD5 and finds where chunks begin.
///
/// # Errors
/// [`Error::Audio`] when it does not decode; [`Error::Verify`] when its samples lack the MD5 or the
/// length is not `frames`.
pub fn index(
    profile: &str,
    path: &Path,
    frames: Frames,
    chunking: &Chunking,
) -> Result<FrameIndex, Error> {
    let mut decoder = audio::Decoder::open(path)?;
    let rate = decoder.info().sample_rate;
    let start = audio::flac_stream::audio_start(path, 0).map_err(|source| Error::Scratch {
        path: path.to_owned(),
        source,
    })?;
    let mut chunks: Vec<(u64, u64)> = Vec::new();
    let mut bytes = 0;
    while let Some(block) = decoder.next_block()? {
        if block.first.0 >= chunking.boundary(chunks.len() as u64, rate) {
            chunks.push((block.first.0, bytes));
        }
        bytes = decoder.coded_bytes();
    }
    let summary = decoder.finish()?;
    let fault = |what, found: String, expected: String| {
        Err(Error::Verify {
            profile: profile.to_owned(),
            what,
            found,
            expected,
        })
    };
    if summary.frames != frames {
        return fault("frames", summary.frames.0.to_string(), frames.0.to_string());
    }
    if summary.md5_ok != Some(true) {
        return fault(
            "MD5 of the samples",
            format!("{:?}", summary.md5_ok),
            "Some(true)".into(),
        );
    }
    Ok(FrameIndex {
        start,
        chunks,
        frames,
        bytes,
    })
}

/// Copies the frames of `from` into `to` behind new metadata; returns the header's length and the
/// chunks. FLAC frames stand alone: no chunk needs priming.
///
/// # Errors
/// [`Error::Scratch`] when a file cannot be read or written.
pub fn write(
    from: &Path,
    to: &Path,
    index: &FrameIndex,
    rate: SampleRate,
    tags: &[(&str, String)],
) -> Result<(u32, Vec<Chunk>), Error> {
    let scratch = |path: &Path, source| Error::Scratch {
        path: path.to_owned(),
        source,
    };
    let unreadable = |error: metaflac::Error| scratch(from, std::io::Error::other(error));
    let mut input = BufReader::new(File::open(from).map_err(|source| scratch(from, source))?);
    let tag = metaflac::Tag::read_from(&mut input).map_err(unreadable)?;
    let vendor = tag
        .vorbis_comments()
        .map_or("", |comments| comments.vendor_string.as_str());
    let mut header = b"fLaC".to_vec();
    if let Some(info) = tag.get_streaminfo() {
        Block::StreamInfo(info.clone())
            .write_to(false, &mut header)
            .map_err(unreadable)?;
    }
    let table = seek_table(index, rate);
    Block::SeekTable(table)
        .write_to(false, &mut header)
        .map_err(unreadable)?;
    // metaflac keeps comments in a hash map, whose order differs from run to run.
    let comments = Block::Unknown((VORBIS_COMMENT, comment_bytes(vendor.as_bytes(), tags)));
    comments.write_to(true, &mut header).map_err(unreadable)?;

    let written = File::create(to).and_then(|file| {
        let mut out = BufWriter::new(file);
        out.write_all(&header)?;
        input.seek(SeekFrom::Start(index.start))?;
        std::io::copy(&mut input, &mut out)?;
        out.flush()
    });
    written.map_err(|source| scratch(to, source))?;
    Ok((header.len() as u32, chunks(index, header.len() as u64)))
}

fn chunks(index: &FrameIndex, header: u64) -> Vec<Chunk> {
    let ends = index
        .chunks
        .iter()
        .skip(1)
        .copied()
        .chain([(index.frames.0, index.bytes)]);
    index
        .chunks
        .iter()
        .zip(ends)
        .map(|((first, offset), (end, end_offset))| Chunk {
            offset: header + offset,
            bytes: (end_offset - offset) as u32,
            first_frame: *first,
            frames: (end - first) as u32,
            priming_bytes: 0,
        })
        .collect()
}

/// One point per chunk. A seek point is (sample, offset, samples in its frame), big-endian.
fn seek_table(index: &FrameIndex, rate: SampleRate) -> SeekTable {
    let block = crate::flac::block_size(rate);
    let mut bytes = Vec::with_capacity(index.chunks.len() * 18);
    for (sample, offset) in &index.chunks {
        let samples = u64::from(block).min(index.frames.0 - sample) as u16;
        bytes.extend(sample.to_be_bytes());
        bytes.extend(offset.to_be_bytes());
        bytes.extend(samples.to_be_bytes());
    }
    SeekTable::from_bytes(&bytes)
}

/// The MD5 of the samples that a FLAC file's STREAMINFO carries; `None` when it is unset.
///
/// # Errors
/// [`Error::Scratch`] when the metadata cannot be read.
pub fn stream_md5(path: &Path) -> Result<Option<Vec<u8>>, Error> {
    let unreadable = |source| Error::Scratch {
        path: path.to_owned(),
        source,
    };
    let mut input = BufReader::new(File::open(path).map_err(unreadable)?);
    let tag = metaflac::Tag::read_from(&mut input)
        .map_err(|error| unreadable(std::io::Error::other(error)))?;
    let md5 = tag.get_streaminfo().map(|info| info.md5.clone());
    Ok(md5.filter(|md5| md5.iter().any(|byte| *byte != 0)))
}
