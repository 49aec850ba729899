//! Which audio does a recording have? Recordings, their renditions and chunk indexes.

use super::{Contents, Interned, Tables, row_of};
use crate::columns::ColumnsWriter;
use crate::edition::EditionError;
use crate::edition::rows::*;
use crate::ids::{RecordingId, Sha256};
use crate::rendition::{AudioSet, Codec, Rendition};
use std::collections::BTreeMap;
use std::path::Path;

impl Tables<'_> {
    /// Writes recordings into `file` and their renditions into `renditions.bin`; returns how many of
    /// each. Tracks of one recording whose masters differ all play the first track's.
    pub(super) fn write_recordings(
        &self,
        file: &mut ColumnsWriter,
        contents: Contents<'_>,
        folder: &Path,
    ) -> Result<(u64, u64), EditionError> {
        let mut of_recording: BTreeMap<RecordingId, (Vec<u32>, Option<Sha256>)> = BTreeMap::new();
        for ((_, track), row) in self.tracks.iter().zip(0u32..) {
            let (tracks, master) = of_recording.entry(track.recording).or_default();
            tracks.push(row);
            *master = master.or(track.master.as_ref().map(|master| master.sha256));
        }
        let same = self.same_audio(contents);
        let (mut rows, mut track_rows, mut same_rows) =
            (Vec::new(), Vec::<u32>::new(), Vec::<u32>::new());
        let mut audio = Audio::default();
        for (id, (tracks, master)) in &of_recording {
            let set = master.and_then(|master| contents.audio.get(&master));
            let set = set.ok_or_else(|| {
                EditionError::Inconsistent(format!("recording {id} has no audio"))
            })?;
            let others = same.get(id).map_or(&[][..], Vec::as_slice);
            let (renditions_at, renditions) = audio.add(set)?;
            audio.add_shape(set);
            rows.push(RecordingRow {
                tracks_at: track_rows.len() as u32,
                tracks: tracks.len() as u32,
                same_at: same_rows.len() as u32,
                same: others.len() as u32,
                renditions_at,
                renditions,
                loudness: set.loudness.into(),
                master: set.master,
            });
            track_rows.extend(tracks);
            same_rows.extend(others);
        }
        file.section("recording.ids", &self.recordings)
            .section("recordings", &rows)
            .section("recording.tracks", &track_rows)
            .section("recording.same", &same_rows);
        let renditions = audio.renditions.len() as u64;
        audio.write(&folder.join("renditions.bin"))?;
        Ok((rows.len() as u64, renditions))
    }

    /// For each recording the rows of the others in its cluster that are in this edition.
    fn same_audio(&self, contents: Contents<'_>) -> BTreeMap<RecordingId, Vec<u32>> {
        let mut same = BTreeMap::new();
        for cluster in contents
            .duplicates
            .iter()
            .flat_map(|report| &report.clusters)
        {
            let rows: Vec<(RecordingId, u32)> = cluster
                .members
                .iter()
                .map(|member| (*member, row_of(&self.recordings, member)))
                .filter(|(_, row)| *row != NONE)
                .collect();
            for (member, own) in &rows {
                let others = rows.iter().map(|(_, row)| *row).filter(|row| row != own);
                same.insert(*member, others.collect());
            }
        }
        same
    }
}

/// Renditions and chunks in the making; equal sets stand once.
#[derive(Default)]
struct Audio {
    profiles: Interned<String>,
    renditions: Vec<RenditionRow>,
    chunks: Vec<ChunkRow>,
    sets: BTreeMap<Sha256, u32>,
    /// By recording.
    shapes: Vec<ShapeRow>,
    peaks: Vec<[i8; 2]>,
    levels: Vec<i16>,
    shape_of: BTreeMap<Sha256, ShapeRow>,
}

impl Audio {
    fn add(&mut self, set: &AudioSet) -> Result<(u32, u32), EditionError> {
        let count = set.renditions.len() as u32;
        if let Some(at) = self.sets.get(&set.master) {
            return Ok((*at, count));
        }
        let at = self.renditions.len() as u32;
        self.sets.insert(set.master, at);
        for rendition in &set.renditions {
            self.add_rendition(rendition)?;
        }
        Ok((at, count))
    }

    fn add_shape(&mut self, set: &AudioSet) {
        let shape = *self.shape_of.entry(set.master).or_insert_with(|| {
            let row = ShapeRow {
                peaks_at: self.peaks.len() as u32,
                peaks: set.shape.peaks.len() as u32,
                levels_at: self.levels.len() as u32,
                levels: set.shape.loudness.len() as u32,
            };
            self.peaks.extend(&set.shape.peaks);
            self.levels.extend(&set.shape.loudness);
            row
        });
        self.shapes.push(shape);
    }

    fn add_rendition(&mut self, rendition: &Rendition) -> Result<(), EditionError> {
        let chunks_at = self.chunks.len() as u32;
        let (mut offset, mut frame) = (u64::from(rendition.header_bytes), 0);
        for chunk in &rendition.chunks {
            if (chunk.offset, chunk.first_frame) != (offset, frame) {
                return Err(EditionError::Inconsistent(format!(
                    "rendition {} ({}): a chunk begins at byte {}, frame {}, expected byte {offset}, frame {frame}",
                    rendition.key, rendition.profile, chunk.offset, chunk.first_frame
                )));
            }
            offset += u64::from(chunk.bytes);
            frame += u64::from(chunk.frames);
            self.chunks.push(ChunkRow {
                bytes: chunk.bytes,
                frames: chunk.frames,
                priming_bytes: chunk.priming_bytes,
            });
        }
        self.renditions.push(RenditionRow {
            blob: rendition.blob,
            key: rendition.key,
            bytes: rendition.bytes,
            frames: rendition.frames.0,
            profile: self.profiles.row(rendition.profile.clone()),
            nominal_kbps: rendition.nominal_kbps,
            sample_rate: rendition.sample_rate.hz(),
            header_bytes: rendition.header_bytes,
            loudness: rendition.loudness.into(),
            gain: rendition.gain.0 as f32,
            chunks_at,
            chunks: rendition.chunks.len() as u32,
            codec: match rendition.codec {
                Codec::Vorbis => 0,
                Codec::Flac => 1,
                Codec::Mp3 => 2,
            },
            channels: u16::from(rendition.channels),
        });
        Ok(())
    }

    fn write(&self, path: &Path) -> Result<(), EditionError> {
        let names = self.profiles.sorted_by_row();
        let mut file = ColumnsWriter::new(path);
        file.section("renditions", &self.renditions)
            .section("chunks", &self.chunks)
            .section("shapes", &self.shapes)
            .section("shape.peaks", &self.peaks)
            .section("shape.levels", &self.levels)
            .strings("profiles", names.iter().map(String::as_str))
            .finish()?;
        Ok(())
    }
}
