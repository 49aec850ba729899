//! Samples come back exactly, whatever the depth, the channels and the container.

use crate::wave::{have, noise, run, write_wave};
use audio::{AudioError, Codec, Container, Decoder, Layout, decode_mono, probe};
use catalog::units::{Frames, SampleRate};
use std::path::Path;

fn integers(path: &Path) -> Vec<Vec<i32>> {
    let mut decoder = Decoder::open(path).expect("sound").with_integers();
    let mut planes = vec![Vec::new(); usize::from(decoder.info().channels())];
    while let Some(block) = decoder.next_block().expect("sound") {
        assert_eq!(
            block.first.0 as usize,
            planes[0].len(),
            "blocks follow each other"
        );
        for (plane, part) in planes.iter_mut().zip(block.integers.expect("asked for")) {
            plane.extend(part);
        }
    }
    planes
}

#[test]
fn integers_of_any_depth_come_back_exactly() {
    let folder = tempfile::tempdir().expect("a folder");
    for bits in [8, 16, 24] {
        let path = folder.path().join(format!("{bits}.wav"));
        let planes = vec![noise(bits, 10_007, 1), noise(bits, 10_007, 2)];
        write_wave(&path, 44_100, bits, &planes);
        assert!(integers(&path) == planes, "{bits} bit: other samples");
        let info = probe(&path).expect("sound");
        assert_eq!(info.bits, Some(bits as u8));
        assert_eq!(info.frames, Some(Frames(10_007)));
        assert_eq!((info.container, info.codec), (Container::Wav, Codec::Pcm));
        assert_eq!(info.layout, Layout::stereo());
    }
}

#[test]
fn floats_are_the_integers_over_full_scale() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("24.wav");
    let samples = noise(24, 5000, 3);
    write_wave(&path, 96_000, 24, std::slice::from_ref(&samples));
    let mut decoder = Decoder::open(&path).expect("sound");
    let mut found = Vec::new();
    while let Some(block) = decoder.next_block().expect("sound") {
        found.extend_from_slice(&block.planes[0]);
    }
    let expected: Vec<f32> = samples.iter().map(|s| *s as f32 / 8_388_608.0).collect();
    assert!(found == expected, "other samples");
}

#[test]
fn other_containers_decode_to_the_samples_that_ffmpeg_put_in() {
    if !have("ffmpeg") {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let wave = folder.path().join("source.wav");
    let planes = vec![noise(16, 44_100, 5), noise(16, 44_100, 6)];
    write_wave(&wave, 44_100, 16, &planes);
    for (name, codec, expected) in [
        ("a.flac", "flac", Codec::Flac),
        ("a.aiff", "pcm_s16be", Codec::Pcm),
        ("a.m4a", "alac", Codec::Alac),
    ] {
        let path = folder.path().join(name);
        let (from, to) = (wave.to_str().expect("utf-8"), path.to_str().expect("utf-8"));
        run(
            "ffmpeg",
            &["-v", "error", "-y", "-i", from, "-c:a", codec, to],
        );
        assert!(integers(&path) == planes, "{name}: other samples");
        let decoder = Decoder::open(&path).expect("sound");
        assert_eq!(decoder.info().codec, expected);
        let has_md5 = decoder.info().has_md5;
        let summary = decoder.finish().expect("sound");
        assert_eq!(summary.frames, Frames(44_100));
        assert_eq!(summary.md5_ok, has_md5.then_some(true), "{name}");
    }
}

#[test]
fn a_whole_file_as_one_channel_has_the_length_of_its_rate() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.wav");
    write_wave(
        &path,
        44_100,
        16,
        &[noise(16, 44_100, 7), noise(16, 44_100, 8)],
    );
    let rate = SampleRate::new(11_025).expect("a rate");
    assert_eq!(decode_mono(&path, rate, None).expect("sound").len(), 11_025);
    let limit = Some(Frames(22_050));
    assert_eq!(decode_mono(&path, rate, limit).expect("sound").len(), 5513);
}

#[test]
fn thirty_two_bit_flac_is_refused_as_its_samples_would_be_wrong() {
    if !have("flac") {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let (wave, path) = (folder.path().join("32.wav"), folder.path().join("32.flac"));
    write_wave(
        &wave,
        44_100,
        32,
        &[noise(32, 10_000, 1), noise(32, 10_000, 2)],
    );
    let (from, to) = (wave.to_str().expect("utf-8"), path.to_str().expect("utf-8"));
    run("flac", &["--silent", "-o", to, from]);
    let error = probe(&path).expect_err("refused");
    assert!(
        matches!(&error, AudioError::Unsupported { what, .. } if what == "32-bit FLAC"),
        "{error}"
    );
}
