//! A player changes bitrate at a chunk boundary, and hears no gap, no overlap and no click.

use crate::music::{Shop, decode};
use catalog::ids::Sha256;
use catalog::rendition::{Chunk, Codec, Rendition};
use std::path::{Path, PathBuf};

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

/// Real tracks where `make demo` left them, else composed ones, and says so.
fn tracks(shop: &mut Shop) -> Vec<Sha256> {
    let work = std::env::var("BACKLINE_WORK").unwrap_or_else(|_| "../work".into());
    let mut open = vec![Path::new(&work).join("demo/drop")];
    let mut real = Vec::new();
    while let Some(path) = open.pop() {
        match std::fs::read_dir(&path) {
            Ok(entries) => open.extend(entries.flatten().map(|entry| entry.path())),
            Err(_) if path.extension().is_some_and(|ending| ending == "flac") => real.push(path),
            Err(_) => {}
        }
    }
    // The three shortest of more than 20 s.
    let bytes = |path: &PathBuf| path.metadata().map_or(0, |meta| meta.len());
    real.retain(|path| bytes(path) > 2_000_000);
    real.sort_by_key(bytes);
    match real.len() {
        0..3 => {
            eprintln!(
                "SKIPPED: no real music below {work}/demo (make demo): composed tracks instead"
            );
            [("one", 61.0), ("three", 47.0), ("seventh", 53.0)]
                .map(|(name, seconds)| shop.compose(name, 44_100, seconds, 1.0))
                .to_vec()
        }
        _ => real[..3].iter().map(|path| shop.deliver(path)).collect(),
    }
}

/// The largest difference of two signals.
fn largest(a: &[f32], b: &[f32]) -> f32 {
    a.iter()
        .zip(b)
        .map(|(a, b)| (a - b).abs())
        .fold(0.0, f32::max)
}

#[test]
fn two_hundred_random_switches_keep_every_sample_and_add_no_step_beyond_the_codecs_error() {
    let mut shop = Shop::new();
    let masters = tracks(&mut shop);
    let report = shop.run();
    assert_eq!(report.refused(), 0, "{report}");
    let scratch = tempfile::tempdir().expect("a folder");
    let (mut switches, mut state, mut round) = (0, 7u32, 0);
    let mut ladders = Vec::new();
    for master in &masters {
        let set = shop.set(master);
        let rungs: Vec<Rendition> = ["vorbis-96", "vorbis-160", "vorbis-320"]
            .map(|name| {
                set.renditions
                    .iter()
                    .find(|r| r.profile == name)
                    .expect("made")
                    .clone()
            })
            .to_vec();
        let key = catalog::store::Store::blob_key(master);
        let source = decode(&shop.store.local_path(&key).expect("a local store"));
        let whole: Vec<Vec<Vec<f32>>> = rungs.iter().map(|r| decode(&shop.file(r))).collect();
        ladders.push((rungs, source, whole));
    }
    while switches < 200 {
        let (rungs, source, whole) = &ladders[round % ladders.len()];
        round += 1;
        let mut song: Vec<Vec<f32>> = vec![Vec::new(); 2];
        let mut before: Option<usize> = None;
        for number in 0..rungs[0].chunks.len() {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let now = (state >> 16) as usize % rungs.len();
            let (first, planes) = fetch(&shop, &rungs[now], number, scratch.path());
            let have = song[0].len() as u64;
            assert!(
                first <= have,
                "a gap of {} before chunk {number}",
                first - have
            );
            for (song, plane) in song.iter_mut().zip(&planes) {
                song.extend_from_slice(&plane[(have - first) as usize..]);
            }
            let place = have as usize;
            if let Some(before) = before.filter(|before| *before != now) {
                switches += 1;
                for (channel, song) in song.iter().enumerate() {
                    let (old, new) = (&whole[before][channel], &whole[now][channel]);
                    assert_eq!(
                        song[place - 1],
                        old[place - 1],
                        "the old rung up to the border"
                    );
                    let end = song.len();
                    assert!(
                        song[place..end] == new[place..end],
                        "the new rung from there on"
                    );
                    let gain = |rung: usize| rungs[rung].gain.amplitude() as f32;
                    let near =
                        place.saturating_sub(2048)..(place + 2048).min(source[channel].len());
                    let error = |rung: usize, coded: &[f32]| {
                        let plain = source[channel][near.clone()].iter();
                        let plain: Vec<f32> = plain.map(|x| x * gain(rung)).collect();
                        largest(&plain, &coded[near.clone()])
                    };
                    let own = error(before, old).max(error(now, new));
                    let levels = (gain(before) - gain(now)).abs();
                    let natural = |n: usize| source[channel][n] * gain(now);
                    let step =
                        (song[place] - song[place - 1]) - (natural(place) - natural(place - 1));
                    assert!(
                        step.abs() <= 2.0 * own + levels,
                        "a step of {step}, error {own}"
                    );
                }
            }
            before = Some(now);
        }
        assert_eq!(song[0].len() as u64, rungs[0].frames.0, "every sample once");
    }
}
