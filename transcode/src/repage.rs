//! How does an Ogg Vorbis stream become chunks that a player can fetch one by one?
//!
//! The encoder's packets are put into new pages without being touched, so that the decoded audio is
//! bit-identical. A chunk ends with the first packet that reaches its nominal boundary (2 s, then
//! every 5 s). Its last two packets stand on a page of their own, the *priming page* of the next
//! chunk: a decoder given the headers, that page and the next chunk produces samples from at or
//! before the nominal boundary. Packets of different bitrates end up to a block apart, and so a
//! player that changes bitrate always has both sides of the cut.
//!
//! Tags that say how loud a rendition is can only be known once it is decoded: the comment header is
//! padded to `COMMENT_BYTES` (with zeros behind its framing bit, as taggers do), so that [`retag`]
//! writes them without moving a chunk.

use crate::Error;
use crate::config::Chunking;
use crate::packets::PacketClock;
use crate::tags::comment_bytes;
use catalog::rendition::Chunk;
use catalog::units::{Frames, SampleRate};
use ogg::{PacketReader, PacketWriteEndInfo, PacketWriter};
use std::collections::VecDeque;
use std::fs::File;
use std::io::{BufReader, BufWriter, Cursor, Read, Write};
use std::path::Path;

/// Packets on a priming page: one for the overlap, one that reaches back over the boundary.
const PRIMING_PACKETS: usize = 2;

/// Length of the comment header with its padding.
const COMMENT_BYTES: usize = 768;

/// A file of chunks and where they stand.
#[derive(Debug, Clone, PartialEq)]
pub struct Repaged {
    /// Bytes of the header pages.
    pub header_bytes: u32,
    /// In order, without gaps.
    pub chunks: Vec<Chunk>,
}

struct Packet {
    data: Vec<u8>,
    end: u64,
}

/// Copies the packets of `from` into `to`, `frames` long, under the serial number `serial`.
///
/// # Errors
/// [`Error::Verify`] when the granules don't agree with the packets or with `frames`,
/// [`Error::Scratch`] when a file cannot be read or written.
pub fn repage(
    profile: &str,
    from: &Path,
    to: &Path,
    frames: Frames,
    rate: SampleRate,
    chunking: &Chunking,
    serial: u32,
) -> Result<Repaged, Error> {
    let scratch = |path: &Path, source| Error::Scratch {
        path: path.to_owned(),
        source,
    };
    let input = File::open(from).map_err(|source| scratch(from, source))?;
    let output = File::create(to).map_err(|source| scratch(to, source))?;
    let mut reader = Reader {
        profile,
        path: from,
        packets: PacketReader::new(BufReader::new(input)),
    };
    let mut writer = Pages {
        out: PacketWriter::new(Counted {
            inner: BufWriter::new(output),
            bytes: 0,
        }),
        serial,
        path: to,
    };
    let (identification, comment, setup) = (reader.next()?, reader.next()?, reader.next()?);
    let [Some(identification), Some(comment), Some(setup)] = [identification, comment, setup]
    else {
        return Err(reader.fault("headers", "fewer than three".into(), "three".into()));
    };
    let mut clock = PacketClock::new(&identification.data, &setup.data)
        .ok_or_else(|| reader.fault("setup header", "no modes".into(), "Vorbis modes".into()))?;
    let comment = padded(&comment.data, &[])
        .ok_or_else(|| reader.fault("comment header", "no vendor".into(), "a vendor".into()))?;
    writer.write(identification.data, PacketWriteEndInfo::EndPage, 0)?;
    writer.write(comment, PacketWriteEndInfo::NormalPacket, 0)?;
    writer.write(setup.data, PacketWriteEndInfo::EndPage, 0)?;
    let mut index = Index::new(writer.bytes(), frames.0, rate, chunking);
    let mut queue: VecDeque<Packet> = VecDeque::with_capacity(PRIMING_PACKETS + 1);
    while let Some(packet) = reader.next()? {
        let end = clock
            .advance(&packet.data)
            .ok_or_else(|| reader.fault("packet", "no audio".into(), "an audio packet".into()))?;
        check_granule(&reader, &packet, end, frames)?;
        queue.push_back(Packet {
            data: packet.data,
            end: end.min(frames.0),
        });
        if queue.len() > PRIMING_PACKETS {
            index.write_front(&mut queue, &mut writer)?;
        }
    }
    while !queue.is_empty() {
        index.write_front(&mut queue, &mut writer)?;
    }
    writer.flush()?;
    if index.begun != frames.0 {
        return Err(reader.fault("frames", index.begun.to_string(), frames.0.to_string()));
    }
    Ok(Repaged {
        header_bytes: index.header_bytes as u32,
        chunks: index.chunks,
    })
}

/// Writes tags into the header of a file made by [`repage`]; no other byte changes.
///
/// # Errors
/// [`Error::Scratch`] when the file cannot be changed, [`Error::Verify`] when its header has no room.
pub fn retag(
    profile: &str,
    path: &Path,
    header_bytes: u32,
    tags: &[(&str, String)],
) -> Result<(), Error> {
    let scratch = |source| Error::Scratch {
        path: path.to_owned(),
        source,
    };
    let full = |found: usize| Error::Verify {
        profile: profile.to_owned(),
        what: "bytes of the header with its tags",
        found: found.to_string(),
        expected: header_bytes.to_string(),
    };
    let mut file = File::options()
        .read(true)
        .write(true)
        .open(path)
        .map_err(scratch)?;
    let mut header = vec![0; header_bytes as usize];
    file.read_exact(&mut header).map_err(scratch)?;
    let mut packets = PacketReader::new(Cursor::new(&header));
    let mut out = PacketWriter::new(Vec::with_capacity(header.len()));
    let ends = [
        PacketWriteEndInfo::EndPage,
        PacketWriteEndInfo::NormalPacket,
        PacketWriteEndInfo::EndPage,
    ];
    for (place, end) in ends.into_iter().enumerate() {
        let packet = packets
            .read_packet_expected()
            .map_err(|error| scratch(std::io::Error::other(error)))?;
        let serial = packet.stream_serial();
        let data = match place {
            1 => padded(&packet.data, tags).ok_or_else(|| full(packet.data.len()))?,
            _ => packet.data,
        };
        out.write_packet(data, serial, end, 0).map_err(scratch)?;
    }
    let out = out.into_inner();
    if out.len() != header.len() {
        return Err(full(out.len()));
    }
    std::io::Seek::rewind(&mut file).map_err(scratch)?;
    file.write_all(&out).map_err(scratch)
}

/// The comment header of another one's vendor with tags and padding (Vorbis I, section 5); `None`
/// when it is no comment header or there are too many tags.
fn padded(packet: &[u8], tags: &[(&str, String)]) -> Option<Vec<u8>> {
    let body = packet.strip_prefix(b"\x03vorbis")?;
    let length = u32::from_le_bytes(body.get(..4)?.try_into().ok()?) as usize;
    let vendor = body.get(4..length.checked_add(4)?)?;
    let mut header = b"\x03vorbis".to_vec();
    header.extend(comment_bytes(vendor, tags));
    // The framing bit.
    header.push(1);
    if header.len() > COMMENT_BYTES {
        return None;
    }
    header.resize(COMMENT_BYTES, 0);
    Some(header)
}

/// The encoder's own granule at the end of a page must be what the packets add up to, except at
/// the end, where it cuts the padding of the last block off.
fn check_granule(
    reader: &Reader<'_>,
    packet: &ogg::Packet,
    end: u64,
    frames: Frames,
) -> Result<(), Error> {
    let granule = packet.absgp_page();
    let fault = |expected: u64| {
        Err(reader.fault(
            "granule position",
            granule.to_string(),
            expected.to_string(),
        ))
    };
    match (packet.last_in_stream(), packet.last_in_page()) {
        (true, _) if granule != frames.0 || end < granule => fault(frames.0),
        (false, true) if granule != end => fault(end),
        _ => Ok(()),
    }
}

/// Decides where pages end and remembers where chunks begin.
struct Index<'a> {
    header_bytes: u64,
    frames: u64,
    rate: SampleRate,
    chunking: &'a Chunking,
    /// The chunk being written: its number, first frame, offset and priming bytes.
    number: u64,
    begun: u64,
    offset: u64,
    priming: u64,
    /// Where the priming page of the next chunk begins.
    page: u64,
    chunks: Vec<Chunk>,
}

impl<'a> Index<'a> {
    fn new(header_bytes: u64, frames: u64, rate: SampleRate, chunking: &'a Chunking) -> Index<'a> {
        Index {
            header_bytes,
            frames,
            rate,
            chunking,
            number: 0,
            begun: 0,
            offset: header_bytes,
            priming: 0,
            page: header_bytes,
            chunks: Vec::new(),
        }
    }

    /// Writes the oldest packet; the ones behind it say whether a chunk is about to end.
    fn write_front(
        &mut self,
        queue: &mut VecDeque<Packet>,
        writer: &mut Pages<'_>,
    ) -> Result<(), Error> {
        let boundary = self.chunking.boundary(self.number + 1, self.rate);
        let reaches = |packet: &Packet| packet.end >= boundary && packet.end < self.frames;
        let Some(packet) = queue.pop_front() else {
            return Ok(());
        };
        let ends_chunk = reaches(&packet);
        let before_priming = queue.len() == PRIMING_PACKETS
            && reaches(&queue[PRIMING_PACKETS - 1])
            && !queue.iter().take(PRIMING_PACKETS - 1).any(reaches)
            && !ends_chunk;
        let end_info = match (queue.is_empty(), ends_chunk || before_priming) {
            (true, _) => PacketWriteEndInfo::EndStream,
            (false, true) => PacketWriteEndInfo::EndPage,
            (false, false) => PacketWriteEndInfo::NormalPacket,
        };
        writer.write(packet.data, end_info, packet.end)?;
        if before_priming {
            self.page = writer.bytes();
        }
        if ends_chunk || queue.is_empty() {
            self.end_chunk(packet.end, writer.bytes());
        }
        Ok(())
    }

    fn end_chunk(&mut self, end: u64, bytes: u64) {
        self.chunks.push(Chunk {
            offset: self.offset,
            bytes: (bytes - self.offset) as u32,
            first_frame: self.begun,
            frames: (end - self.begun) as u32,
            priming_bytes: self.priming as u32,
        });
        self.number += 1;
        self.begun = end;
        self.offset = bytes;
        self.priming = bytes - self.page;
    }
}

struct Reader<'a> {
    profile: &'a str,
    path: &'a Path,
    packets: PacketReader<BufReader<File>>,
}

impl Reader<'_> {
    fn next(&mut self) -> Result<Option<ogg::Packet>, Error> {
        self.packets.read_packet().map_err(|error| Error::Scratch {
            path: self.path.to_owned(),
            source: std::io::Error::other(error),
        })
    }

    fn fault(&self, what: &'static str, found: String, expected: String) -> Error {
        Error::Verify {
            profile: self.profile.to_owned(),
            what,
            found,
            expected,
        }
    }
}

struct Pages<'a> {
    out: PacketWriter<'static, Counted>,
    serial: u32,
    path: &'a Path,
}

impl Pages<'_> {
    fn write(&mut self, data: Vec<u8>, end: PacketWriteEndInfo, granule: u64) -> Result<(), Error> {
        let written = self.out.write_packet(data, self.serial, end, granule);
        written.map_err(|source| Error::Scratch {
            path: self.path.to_owned(),
            source,
        })
    }

    fn bytes(&self) -> u64 {
        self.out.inner().bytes
    }

    fn flush(&mut self) -> Result<(), Error> {
        let flushed = self.out.inner_mut().inner.flush();
        flushed.map_err(|source| Error::Scratch {
            path: self.path.to_owned(),
            source,
        })
    }
}

/// A file that knows how much was written to it.
struct Counted {
    inner: BufWriter<File>,
    bytes: u64,
}

impl Write for Counted {
    fn write(&mut self, data: &[u8]) -> std::io::Result<usize> {
        let count = self.inner.write(data)?;
        self.bytes += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.inner.flush()
    }
}
