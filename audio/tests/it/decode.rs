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
fn every_form_of_pcm_and_alac_decodes_to_the_samples_that_ffmpeg_put_in() {
    if !have("ffmpeg") {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let wave = folder.path().join("source.wav");
    let planes: Vec<Vec<i32>> = (1..=6).map(|seed| noise(24, 30_011, seed)).collect();
    write_wave(&wave, 48_000, 24, &planes);
    let from = wave.to_str().expect("utf-8");
    for (name, codec, format) in [
        // Six channels: WAVE_FORMAT_EXTENSIBLE.
        ("extensible.wav", "pcm_s24le", "wav"),
        ("wide.wav", "pcm_s32le", "wav"),
        ("float.wav", "pcm_f32le", "wav"),
        ("double.wav", "pcm_f64le", "wav"),
        ("big.aiff", "pcm_s24be", "aiff"),
        ("apple.m4a", "alac", "ipod"),
        ("free.flac", "flac", "flac"),
    ] {
        let path = folder.path().join(name);
        let to = path.to_str().expect("utf-8");
        let depth = match codec {
            "alac" => "s32p",
            "flac" | "pcm_s32le" => "s32",
            "pcm_f32le" => "flt",
            "pcm_f64le" => "dbl",
            _ => "s32",
        };
        let arguments = [
            "-v",
            "error",
            "-y",
            "-channel_layout",
            "5.1",
            "-i",
            from,
            "-c:a",
            codec,
            "-sample_fmt",
            depth,
            "-f",
            format,
            to,
        ];
        run("ffmpeg", &arguments);
        let mut decoder = Decoder::open(&path).expect("sound");
        assert_eq!(decoder.info().channels(), 6, "{name}");
        let mut found = vec![Vec::new(); 6];
        while let Some(block) = decoder.next_block().expect("sound") {
            for (plane, part) in found.iter_mut().zip(block.planes) {
                plane.extend(part);
            }
        }
        let exact = |plane: &Vec<i32>| -> Vec<f32> {
            plane
                .iter()
                .map(|sample| *sample as f32 / 8_388_608.0)
                .collect()
        };
        let mut expected: Vec<Vec<f32>> = planes.iter().map(exact).collect();
        if codec == "alac" {
            // Apple's order of 5.1 is C L R Ls Rs LFE; the layout says so.
            let order = decoder.info().layout.speakers().to_vec();
            let place = |speaker: &audio::Speaker| {
                let usual = Layout::surround_5_1();
                usual
                    .speakers()
                    .iter()
                    .position(|other| other == speaker)
                    .expect("of 5.1")
            };
            expected = order
                .iter()
                .map(|speaker| expected[place(speaker)].clone())
                .collect();
        }
        assert!(found == expected, "{name}: other samples");
    }
}

#[test]
fn rf64_is_refused_by_its_name() {
    if !have("ffmpeg") {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let (wave, path) = (folder.path().join("a.wav"), folder.path().join("b.wav"));
    write_wave(&wave, 44_100, 16, &[noise(16, 1000, 1)]);
    let (from, to) = (wave.to_str().expect("utf-8"), path.to_str().expect("utf-8"));
    run(
        "ffmpeg",
        &["-v", "error", "-i", from, "-rf64", "always", to],
    );
    let text = probe(&path).expect_err("refused").to_string();
    assert!(
        text.contains("RF64 (WAV above 4 GB) is not decoded\nfix: deliver FLAC"),
        "{text}"
    );
}

#[test]
fn a_vorbis_stream_ends_where_its_last_granule_says() {
    if !have("ffmpeg") {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let (wave, path) = (folder.path().join("a.wav"), folder.path().join("a.ogg"));
    write_wave(
        &wave,
        44_100,
        16,
        &[noise(16, 44_100, 1), noise(16, 44_100, 2)],
    );
    let (from, to) = (wave.to_str().expect("utf-8"), path.to_str().expect("utf-8"));
    run(
        "ffmpeg",
        &["-v", "error", "-i", from, "-c:a", "libvorbis", to],
    );
    assert_eq!(
        Decoder::open(&path)
            .expect("sound")
            .finish()
            .expect("sound")
            .frames
            .0,
        44_100
    );
    // The last page says 5,000 frames less: more than its last packet holds.
    let mut bytes = std::fs::read(&path).expect("read");
    let page = bytes
        .windows(4)
        .rposition(|four| four == b"OggS")
        .expect("a page");
    bytes[page + 6..page + 14].copy_from_slice(&39_100u64.to_le_bytes());
    bytes[page + 22..page + 26].fill(0);
    let crc = bytes[page..].iter().fold(0u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte) << 24, |crc, _| match crc >> 31 {
            1 => crc << 1 ^ 0x04c1_1db7,
            _ => crc << 1,
        })
    });
    bytes[page + 22..page + 26].copy_from_slice(&crc.to_le_bytes());
    std::fs::write(&path, bytes).expect("written");
    let summary = Decoder::open(&path)
        .expect("sound")
        .finish()
        .expect("a legal end");
    assert_eq!(summary.frames.0, 39_100);
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
