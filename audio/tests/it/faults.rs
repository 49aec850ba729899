//! A broken file is refused with its name, its place and a remedy; nothing panics, nothing hangs.

use crate::wave::{have, noise, run, write_wave};
use audio::{AudioError, Decoder, probe};
use catalog::units::Frames;
use proptest::prelude::*;
use std::path::{Path, PathBuf};

fn finish(path: &Path) -> Result<audio::DecodeSummary, AudioError> {
    Decoder::open(path)?.finish()
}

fn file(folder: &tempfile::TempDir, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).expect("written");
    path
}

fn wave(folder: &tempfile::TempDir) -> PathBuf {
    let path = folder.path().join("source.wav");
    write_wave(
        &path,
        44_100,
        16,
        &[noise(16, 44_100, 1), noise(16, 44_100, 2)],
    );
    path
}

#[test]
fn files_that_are_no_audio_say_what_they_are() {
    let folder = tempfile::tempdir().expect("a folder");
    let check = |name: &str, bytes: &[u8], expected: &str| {
        let path = file(&folder, name, bytes);
        let text = probe(&path).expect_err("refused").to_string();
        assert!(text.starts_with(&path.display().to_string()), "{text}");
        assert!(
            text.contains(expected) && text.contains("\nfix: "),
            "{text}"
        );
    };
    check("zero.flac", b"", "an empty file");
    check(
        "cover.flac",
        b"\x89PNG\r\n\x1a\n",
        "found bytes 89 50 4e 47",
    );
    check("text.wav", b"dear label, the", "found \"dear lab\"");
    check(
        "big.wav",
        b"RF64\xff\xff\xff\xffWAVEds64",
        "RF64 (WAV above 4 GB) is not decoded",
    );
    check("cut.flac", b"fLaC\0\0", "truncated");
    assert!(
        matches!(probe(folder.path()), Err(AudioError::Io { .. })),
        "a folder"
    );
    assert!(matches!(
        probe(folder.path().join("none")),
        Err(AudioError::Io { .. })
    ));
}

#[test]
fn a_truncated_wave_names_the_frame_reached_and_the_frames_expected() {
    let folder = tempfile::tempdir().expect("a folder");
    let bytes = std::fs::read(wave(&folder)).expect("read");
    let path = file(&folder, "cut.wav", &bytes[..bytes.len() / 2]);
    match finish(&path) {
        Err(AudioError::Truncated {
            frame, expected, ..
        }) => {
            assert_eq!(expected, Some(Frames(44_100)));
            assert!((21_000..22_050).contains(&frame.0), "{frame:?}");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_no_sample_is_named_with_its_frame_and_channel() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut bytes = std::fs::read(wave(&folder)).expect("read");
    // Floating point, one channel, 32 bits.
    bytes[20..36].copy_from_slice(b"\x03\0\x01\0\x44\xac\0\0\x10\xb1\x02\0\x04\0\x20\0");
    let samples = (bytes.len() - 44) / 4;
    bytes[44..].fill(0);
    assert!(finish(&file(&folder, "sound.wav", &bytes)).is_ok());
    for found in [f32::NAN, f32::NEG_INFINITY, 1e30, -1001.0] {
        let mut bytes = bytes.clone();
        let place = 44 + (samples - 3) * 4;
        bytes[place..place + 4].copy_from_slice(&found.to_le_bytes());
        let error = finish(&file(&folder, "no-sample.wav", &bytes)).expect_err("refused");
        let expected = format!("frame {}, channel 1 holds {found:e}", samples - 3);
        assert!(error.to_string().contains(&expected), "{error}");
    }
}

#[test]
fn headers_that_claim_absurd_rates_are_refused_before_any_buffer() {
    let folder = tempfile::tempdir().expect("a folder");
    let bytes = std::fs::read(wave(&folder)).expect("read");
    for rate in [0u32, 7_999, u32::MAX] {
        let mut bytes = bytes.clone();
        bytes[24..28].copy_from_slice(&rate.to_le_bytes());
        let path = file(&folder, "rate.wav", &bytes);
        let error = probe(&path).expect_err("refused");
        assert!(error.to_string().contains("sample rate"), "{rate}: {error}");
    }
    let mut silent = bytes[..44].to_vec();
    silent[40..44].fill(0);
    let path = file(&folder, "nothing.wav", &silent);
    assert!(matches!(finish(&path), Err(AudioError::Empty { .. })));
}

#[test]
fn a_damaged_flac_is_found_out_wherever_the_damage_is() {
    if !have("ffmpeg") {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let source = wave(&folder);
    let whole = folder.path().join("whole.flac");
    let (from, to) = (
        source.to_str().expect("utf-8"),
        whole.to_str().expect("utf-8"),
    );
    run("ffmpeg", &["-v", "error", "-i", from, to]);
    let bytes = std::fs::read(&whole).expect("read");
    for percent in [30, 50, 70, 90, 99] {
        let place = bytes.len() * percent / 100;
        let path = file(&folder, "cut.flac", &bytes[..place]);
        let error = finish(&path).expect_err("truncated");
        let text = error.to_string();
        assert!(
            text.contains("cut.flac") && text.contains("44100 frames"),
            "{percent} %: {text}"
        );
        let mut flipped = bytes.clone();
        flipped[place] ^= 0x10;
        let path = file(&folder, "flip.flac", &flipped);
        let verdict = finish(&path);
        assert!(
            matches!(verdict, Err(AudioError::Damaged { .. })),
            "a flipped bit at {percent} %: {verdict:?}"
        );
    }
    let trusted = Decoder::open_verified(&whole).expect("sound").finish();
    assert_eq!(
        trusted.expect("sound").md5_ok,
        None,
        "not computed when not asked for"
    );
    // Another stream behind the first: rate, channels and depth agree, the header does not.
    let mut twice = bytes.clone();
    twice.extend_from_slice(&bytes);
    let path = file(&folder, "twice.flac", &twice);
    assert!(
        finish(&path).is_err(),
        "a second stream is not silently dropped"
    );
}

#[test]
fn frames_of_another_depth_at_the_end_of_a_flac_that_declares_no_length_are_not_dropped() {
    if !have("ffmpeg") {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let source = wave(&folder);
    let flac = |name: &str, options: &[&str]| {
        let path = folder.path().join(name);
        let to = path.to_str().expect("utf-8");
        let from = ["-v", "error", "-i", source.to_str().expect("utf-8")];
        run("ffmpeg", &[&from[..], options, &[to]].concat());
        let start = audio::flac_stream::audio_start(&path, 0).expect("metadata");
        (std::fs::read(&path).expect("read"), start as usize)
    };
    let (mut bytes, _) = flac("first.flac", &[]);
    for (name, options) in [
        ("rate.flac", ["-ar", "96000"]),
        ("depth.flac", ["-sample_fmt", "s32"]),
        ("channels.flac", ["-ac", "1"]),
    ] {
        let (other, start) = flac(name, &options);
        // STREAMINFO declares neither length nor MD5 (RFC 9639, section 8.2).
        bytes[21] &= 0xf0;
        bytes[22..42].fill(0);
        let path = file(
            &folder,
            "both.flac",
            &[&bytes[..], &other[start..]].concat(),
        );
        let verdict = finish(&path);
        assert!(
            matches!(verdict, Err(AudioError::Damaged { .. })),
            "{name}: {verdict:?}"
        );
    }
    let path = file(&folder, "alone.flac", &bytes);
    assert!(finish(&path).is_ok(), "without them it is sound");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_mutated_file_gives_samples_or_an_error_and_never_a_panic(
        seed in 0u32..1000, places in prop::collection::vec((0usize..4000, any::<u8>()), 1..8),
        magic in 0usize..5,
    ) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a");
        write_wave(&path, 8_000, 16, &[noise(16, 1000, seed), noise(16, 1000, seed + 1)]);
        let mut bytes = std::fs::read(&path).expect("read");
        let magics: [&[u8]; 5] = [b"RIFF", b"fLaC", b"OggS", b"\xff\xfb\x90\x64", b"\0\0\0\x18ftypM4A "];
        bytes[..magics[magic].len()].copy_from_slice(magics[magic]);
        for (place, byte) in places {
            let place = place % bytes.len();
            bytes[place] = byte;
        }
        std::fs::write(&path, bytes).expect("written");
        let _ = finish(&path);
    }
}
