//! A player changes bitrate at a chunk boundary, and hears no gap, no overlap and no click.

use crate::music::{Shop, decode};
use catalog::rendition::{Chunk, Codec, Rendition};
use std::path::Path;

/// What a player gets who fetches the headers and one chunk with its priming: the samples, and the
/// position of the first.
fn fetch(
    shop: &Shop,
    rendition: &Rendition,
    number: usize,
    scratch: &Path,
) -> (u64, Vec<Vec<f32>>) {
    let file = std::fs::read(shop.file(rendition)).expect("readable");
    let chunk: &Chunk = &rendition.chunks[number];
    let header = rendition.header_bytes as usize;
    let begin = (chunk.offset - u64::from(chunk.priming_bytes)) as usize;
    let end = (chunk.offset + u64::from(chunk.bytes)) as usize;
    let mut bytes = file[..header].to_vec();
    bytes.extend_from_slice(&file[begin..end]);
    let path = scratch.join("part.ogg");
    std::fs::write(&path, bytes).expect("written");
    let planes = decode_part(&path);
    let last = chunk.first_frame + u64::from(chunk.frames);
    (last - planes[0].len() as u64, planes)
}

/// Decodes what is there: a part declares the length of the whole.
fn decode_part(path: &Path) -> Vec<Vec<f32>> {
    let mut decoder = audio::Decoder::open(path).expect("headers");
    let mut planes = vec![Vec::new(); usize::from(decoder.info().channels())];
    while let Ok(Some(block)) = decoder.next_block() {
        for (plane, part) in planes.iter_mut().zip(block.planes) {
            plane.extend(part);
        }
    }
    planes
}

#[test]
fn every_chunk_with_its_priming_reaches_back_to_the_nominal_boundary() {
    let mut shop = Shop::new();
    let master = shop.compose("song", 44_100, 23.0, 1.0);
    shop.run();
    let scratch = tempfile::tempdir().expect("a folder");
    for rendition in shop.set(&master).renditions {
        if rendition.codec != Codec::Vorbis || rendition.profile == "preview" {
            continue;
        }
        let whole = decode(&shop.file(&rendition));
        assert_eq!(rendition.chunks.len(), 6, "{}", rendition.profile);
        let mut reached = 0;
        for (number, chunk) in rendition.chunks.iter().enumerate() {
            assert_eq!(chunk.first_frame, reached, "chunks follow each other");
            reached += u64::from(chunk.frames);
            let boundary = shop
                .config
                .chunks
                .boundary(number as u64, rendition.sample_rate);
            let (first, planes) = fetch(&shop, &rendition, number, scratch.path());
            assert!(
                first <= boundary && chunk.first_frame >= boundary,
                "{first} {chunk:?}"
            );
            assert!(chunk.first_frame - boundary < 2048, "{chunk:?}");
            for (part, whole) in planes.iter().zip(&whole) {
                let begin = first as usize;
                assert!(
                    part[..] == whole[begin..begin + part.len()],
                    "chunk {number} differs"
                );
            }
        }
        assert_eq!(reached, rendition.frames.0, "{}", rendition.profile);
    }
}

#[test]
fn switching_bitrate_at_random_boundaries_keeps_every_sample() {
    let mut shop = Shop::new();
    let master = shop.compose("song", 44_100, 43.0, 1.0);
    shop.run();
    let set = shop.set(&master);
    let rungs: Vec<&Rendition> = ["vorbis-96", "vorbis-160", "vorbis-320"]
        .map(|name| {
            set.renditions
                .iter()
                .find(|r| r.profile == name)
                .expect("made")
        })
        .to_vec();
    let scratch = tempfile::tempdir().expect("a folder");
    let reference = decode(&shop.file(rungs[2]));
    let chunks = rungs[0].chunks.len();
    let mut state = 7u32;
    for _ in 0..8 {
        let mut song: Vec<Vec<f32>> = vec![Vec::new(); 2];
        for number in 0..chunks {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let rung = rungs[(state >> 16) as usize % rungs.len()];
            let (first, planes) = fetch(&shop, rung, number, scratch.path());
            let have = song[0].len() as u64;
            assert!(
                first <= have,
                "a gap of {} before chunk {number}",
                first - have
            );
            for (song, plane) in song.iter_mut().zip(&planes) {
                song.extend_from_slice(&plane[(have - first) as usize..]);
            }
        }
        assert_eq!(song[0].len() as u64, rungs[0].frames.0, "every sample once");
        // The codecs' own error is the largest step a splice may add.
        for (song, reference) in song.iter().zip(&reference) {
            let worst = song
                .iter()
                .zip(reference)
                .map(|(a, b)| (a - b).abs())
                .fold(0.0, f32::max);
            assert!(worst < 0.15, "off by {worst}");
        }
    }
}
