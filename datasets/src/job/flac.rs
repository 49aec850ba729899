//! How does a master get onto disk?
//!
//! 16-bit stereo FLAC by libFLAC, level 5, with the MD5 of the samples in its header (a label's
//! master without one would deserve a warning).

use crate::Error;
use flac_bound::FlacEncoder;
use std::path::Path;

/// Samples of a master: 16-bit stereo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pcm {
    /// Hertz.
    pub(super) rate: u32,
    /// Left and right.
    pub(super) frames: Vec<[i16; 2]>,
}

impl Pcm {
    /// Length in milliseconds, rounded down.
    pub(super) fn millis(&self) -> u64 {
        self.frames.len() as u64 * 1000 / u64::from(self.rate)
    }
}

/// Frames that are handed to the encoder at once.
const BLOCK: usize = 65_536;

/// Writes the file, replacing what is there.
pub(super) fn write(path: &Path, pcm: &Pcm) -> Result<(), Error> {
    let fail = |reason: String| Error::Flac {
        path: path.to_owned(),
        reason,
    };
    let config = FlacEncoder::new()
        .ok_or_else(|| fail("no memory for an encoder".to_owned()))?
        .channels(2)
        .bits_per_sample(16)
        .sample_rate(pcm.rate)
        .compression_level(5)
        .total_samples_estimate(pcm.frames.len() as u64);
    let mut encoder = config
        .init_file(&path)
        .map_err(|error| fail(format!("{error:?}")))?;
    let mut block = Vec::with_capacity(BLOCK * 2);
    for frames in pcm.frames.chunks(BLOCK) {
        block.clear();
        block.extend(frames.iter().flatten().map(|&sample| i32::from(sample)));
        encoder
            .process_interleaved(&block, frames.len() as u32)
            .map_err(|()| fail(format!("{:?}", encoder.state())))?;
    }
    encoder
        .finish()
        .map(drop)
        .map_err(|encoder| fail(format!("{:?}", encoder.state())))
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
            rate: 44_100,
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
            rate: 44_100,
            frames: vec![[0, 0]; 100],
        };
        let text = write(Path::new("/nonexistent/a.flac"), &pcm)
            .unwrap_err()
            .to_string();
        assert!(text.contains("/nonexistent/a.flac"), "{text}");
    }
}
