//! How does a master get onto disk?
//!
//! 16-bit stereo FLAC, level 5, by the writer of the renditions, with the MD5 of the samples in its header (a label's
//! master without one would deserve a warning).

use crate::Error;
use catalog::units::SampleRate;
use std::path::Path;
use transcode::flac::FlacWriter;

/// Samples of a master: 16-bit stereo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pcm {
    pub(super) rate: SampleRate,
    /// Left and right.
    pub(super) frames: Vec<[i16; 2]>,
}

impl Pcm {
    /// Length in milliseconds, rounded down.
    pub(super) fn millis(&self) -> u64 {
        self.frames.len() as u64 * 1000 / u64::from(self.rate.hz())
    }
}

/// Frames that are handed to the encoder at once.
const BLOCK: usize = 65_536;

/// Writes the file, replacing what is there.
pub(super) fn write(path: &Path, pcm: &Pcm) -> Result<(), Error> {
    let mut writer = FlacWriter::create(path, pcm.rate, 2, 16, 5)?;
    for frames in pcm.frames.chunks(BLOCK) {
        let plane = |side: usize| frames.iter().map(|frame| i32::from(frame[side])).collect();
        let planes: [Vec<i32>; 2] = [plane(0), plane(1)];
        writer.write_integers(&planes)?;
    }
    writer.finish()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_what_is_decoded() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.flac");
        let frames = (0..50_000i32)
            .map(|i| [(i % 7_919) as i16, -((i % 4_001) as i16)])
            .collect();
        let pcm = Pcm {
            rate: SampleRate::new(44_100).unwrap(),
            frames,
        };
        write(&path, &pcm).unwrap();
        let mut decoder = audio::Decoder::open(&path).unwrap().with_integers();
        let mut back: Vec<[i16; 2]> = Vec::new();
        while let Some(block) = decoder.next_block().unwrap() {
            let planes = block.integers.expect("asked for");
            back.extend(
                planes[0]
                    .iter()
                    .zip(&planes[1])
                    .map(|(l, r)| [*l as i16, *r as i16]),
            );
        }
        assert_eq!(back, pcm.frames);
    }

    #[test]
    fn a_folder_that_is_not_there_is_an_error_with_its_path() {
        let pcm = Pcm {
            rate: SampleRate::new(44_100).unwrap(),
            frames: vec![[0, 0]; 100],
        };
        let text = write(Path::new("/nonexistent/a.flac"), &pcm)
            .unwrap_err()
            .to_string();
        assert!(text.contains("/nonexistent/a.flac"), "{text}");
    }
}
