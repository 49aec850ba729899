//! Does audio that was made to confuse stay out of the index, and of every answer?

use std::f32::consts::TAU;

use catalog::ids::{RecordingId, Sha256};
use catalog::progress::Silent;
use catalog::store::Store;
use fingerprint::Config;
use fingerprint::chromaprint;
use fingerprint::edition::{FILE, Fingerprints, write_edition};
use fingerprint::print::Print;

use crate::store_job::{catalogue, isrc, master, run};
use crate::synth::{Dice, RATE, drone, part, song, tone};

const SECONDS: f32 = 40.0;

/// A WAV of 32-bit floats with whatever values.
fn float_wav(samples: &[f32], channels: u16, rate: u32, says_bytes: u32) -> Vec<u8> {
    let mut bytes = b"RIFF\xff\xff\xff\x7fWAVEfmt \x10\0\0\0\x03\0".to_vec();
    bytes.extend(channels.to_le_bytes());
    bytes.extend(rate.to_le_bytes());
    bytes.extend(rate.wrapping_mul(4 * u32::from(channels)).to_le_bytes());
    bytes.extend((4 * channels).to_le_bytes());
    bytes.extend(b"\x20\0data");
    bytes.extend(says_bytes.to_le_bytes());
    bytes.extend(samples.iter().flat_map(|sample| sample.to_le_bytes()));
    bytes
}

/// Files that are no audio, or lie about it.
fn broken() -> Vec<(&'static str, Vec<u8>)> {
    let some = tone(440.0, 2.0);
    let bytes = 4 * some.len() as u32;
    let mut torn = float_wav(&some, 1, RATE, bytes);
    torn.truncate(60);
    vec![
        ("nothing", Vec::new()),
        ("text", b"#!/bin/sh\necho music\n".to_vec()),
        ("a torn header", torn[..30].to_vec()),
        ("no samples", torn),
        ("0 Hz", float_wav(&some, 1, 0, bytes)),
        ("no channel", float_wav(&some, 0, RATE, bytes)),
        ("four billion samples", float_wav(&some, 1, RATE, u32::MAX)),
        ("1 Hz", float_wav(&some, 1, 1, bytes)),
        ("FLAC's magic alone", b"fLaC\0\0\0\x22".to_vec()),
        ("Ogg's magic alone", b"OggS\0\x02\0\0\0\0\0\0\0\0".to_vec()),
    ]
}

/// Sounds that say nothing, each twice and never the same samples: if they were indexed, the two
/// would match.
fn empty_sounds() -> Vec<(&'static str, [Vec<f32>; 2])> {
    let len = (SECONDS * RATE as f32) as usize;
    let impulses = |every: usize| -> Vec<f32> {
        (0..len)
            .map(|n| if n % every == 0 { 0.9 } else { 0.0 })
            .collect()
    };
    let square =
        |hz: f32| -> Vec<f32> { tone(hz, SECONDS).iter().map(|s| 0.8 * s.signum()).collect() };
    let hum = |level: f32| -> Vec<f32> {
        let harmonic = |n: usize, k: f32| (TAU * 50.0 * k * n as f32 / RATE as f32).sin() / k;
        (0..len)
            .map(|n| level * (1..9).map(|k| harmonic(n, k as f32)).sum::<f32>())
            .collect()
    };
    let strange = |value: f32| -> Vec<f32> {
        (0..len)
            .map(|n| if n % 2 == 0 { value } else { 0.0 })
            .collect()
    };
    vec![
        ("silence", [vec![0.0; len], vec![0.0; len - 1000]]),
        ("a constant", [vec![0.5; len], vec![-0.4; len]]),
        ("a tone", [tone(440.0, SECONDS), tone(440.0, SECONDS - 3.0)]),
        (
            "a loud square wave",
            [square(220.0), part(&square(220.0), 0.3, SECONDS)],
        ),
        ("mains hum", [hum(0.3), hum(0.2)]),
        (
            "a drone",
            [
                drone(110.0, SECONDS),
                part(&drone(110.0, SECONDS), 2.0, SECONDS),
            ],
        ),
        (
            "clicks",
            [
                impulses(RATE as usize / 2),
                part(&impulses(RATE as usize / 2), 0.2, SECONDS),
            ],
        ),
        (
            "not a number",
            [strange(f32::NAN), part(&strange(f32::NAN), 1.0, SECONDS)],
        ),
        (
            "infinity",
            [
                strange(f32::INFINITY),
                part(&strange(f32::INFINITY), 1.0, SECONDS),
            ],
        ),
        (
            "denormal",
            [strange(1e-40), part(&strange(1e-40), 1.0, SECONDS)],
        ),
    ]
}

#[test]
fn files_that_are_no_audio_and_sounds_that_say_nothing_never_reach_the_index() {
    let store = Store::open("memory:").unwrap();
    let songs: Vec<Vec<f32>> = (1..=3).map(|n| song(300 + n, SECONDS)).collect();
    let mut masters: Vec<Sha256> = songs.iter().map(|song| master(&store, song)).collect();
    let blob = |bytes: Vec<u8>| store.put_blob(bytes).unwrap();
    masters.extend(broken().into_iter().map(|(_, bytes)| blob(bytes)));
    for (_, [one, other]) in empty_sounds() {
        for samples in [one, other] {
            let bytes = 4 * samples.len() as u32;
            masters.push(blob(float_wav(&samples, 1, RATE, bytes)));
        }
    }
    let numbered: Vec<(u32, Sha256)> = (1..).zip(masters).collect();
    let (catalogue, config) = (catalogue(&numbered), Config::built_in());
    let report = run(&store, &catalogue, 2);
    assert!(
        report.clusters.is_empty() && report.related.is_empty(),
        "{report}"
    );

    let dir = tempfile::tempdir().unwrap();
    write_edition(dir.path(), &store, &catalogue, &config, &Silent).unwrap();
    let edition = Fingerprints::open(&dir.path().join(FILE)).unwrap();
    let mut indexed: Vec<RecordingId> = (0..edition.rows())
        .flat_map(|row| edition.recordings(row).to_vec())
        .collect();
    indexed.sort_unstable();
    let mut expected: Vec<RecordingId> = (1..=3).map(|n| RecordingId::of_isrc(&isrc(n))).collect();
    expected.sort_unstable();
    assert_eq!(indexed, expected, "{report}");
}

#[test]
fn what_says_nothing_is_no_clip_of_anything() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open("memory:").unwrap();
    let catalogue = catalogue(&[(1, master(&store, &song(301, SECONDS)))]);
    let config = Config::built_in();
    run(&store, &catalogue, 2);
    write_edition(dir.path(), &store, &catalogue, &config, &Silent).unwrap();
    let edition = Fingerprints::open(&dir.path().join(FILE)).unwrap();
    for (name, [samples, _]) in empty_sounds() {
        let file = dir.path().join("clip.wav");
        std::fs::write(
            &file,
            float_wav(&samples, 1, RATE, 4 * samples.len() as u32),
        )
        .unwrap();
        match chromaprint::of_clip(&file, Some(15.0)) {
            Ok(clip) => assert_eq!(
                edition.hear(clip.print().peaks(), &config.identify),
                [],
                "{name}"
            ),
            // What is no number is no sound at all.
            Err(error) => assert!(samples.iter().any(|s| !s.is_finite()), "{name}: {error}"),
        }
    }
    for (name, bytes) in broken() {
        let file = dir.path().join("clip.wav");
        std::fs::write(&file, bytes).unwrap();
        let heard = chromaprint::of_clip(&file, Some(15.0));
        let says = heard.map_or(0, |clip| clip.print().view().informative_len());
        assert_eq!(says, 0, "{name}");
    }
}

#[test]
fn a_flood_of_one_key_costs_a_query_no_more_than_the_bound() {
    // One row repeats 64 keys of a song for an hour: rich enough to be indexed, poor enough to
    // stand in every place. The bound passes such keys over, and the song is still found.
    let mut dice = Dice::new(5);
    let of_song: Vec<u32> = (0..900).map(|_| dice.next()).collect();
    let flood: Vec<u32> = of_song[..64]
        .iter()
        .copied()
        .cycle()
        .take(400_000)
        .collect();
    let prints = [Print::new(of_song.clone()), Print::new(flood)];
    let columns = fingerprint::index::build(&prints, 0);
    let index = columns.view().unwrap();
    let config = Config::built_in();
    let clip = Print::new(of_song[..200].to_vec());
    let found =
        fingerprint::candidates::candidates(clip.view(), &index, &config.candidates, |_| true);
    assert_eq!(
        found
            .iter()
            .map(|found| (found.row, found.offset))
            .collect::<Vec<_>>(),
        [(0, 0)]
    );
}
