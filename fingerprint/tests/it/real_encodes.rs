//! Are other encodes, gains and trims of a song found, and strangers and tones left alone?

use std::path::{Path, PathBuf};

use catalog::cluster::MatchKind;
use fingerprint::Config;
use fingerprint::compare::{Comparison, compare};

use crate::synth::{RATE, drone, ffmpeg, installed, louder, part, song, tone, wav};

fn compared(a: &Path, b: &Path) -> Comparison {
    compare(a, b, &Config::built_in()).unwrap()
}

#[track_caller]
fn check(a: &Path, b: &Path, kind: MatchKind, offset: f64) {
    let found = compared(a, b);
    assert_eq!(found.kind, Some(kind), "{found}");
    assert!(
        (found.offset - offset).abs() < 0.2,
        "expected {offset} s: {found}"
    );
}

/// A folder with a song of 80 s.
fn studio() -> (tempfile::TempDir, Vec<f32>, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let samples = song(11, 80.0);
    let file = wav(&dir.path().join("song.wav"), &samples, RATE);
    (dir, samples, file)
}

#[test]
fn gain_copies_and_trims_of_a_song_are_recognised() {
    let (dir, samples, file) = studio();
    let at = |name: &str, samples: &[f32]| wav(&dir.path().join(name), samples, RATE);
    check(
        &file,
        &at("copy.wav", &samples),
        MatchKind::IdenticalAudio,
        0.0,
    );
    check(
        &file,
        &at("quiet.wav", &louder(&samples, 0.25)),
        MatchKind::OtherEncode,
        0.0,
    );
    check(
        &file,
        &at("cut.wav", &part(&samples, 2.7, 80.0)),
        MatchKind::OtherEncode,
        2.7,
    );
    let preview = at("preview.wav", &part(&samples, 25.0, 55.0));
    check(&file, &preview, MatchKind::Contained, 25.0);
    assert_eq!(compared(&file, &preview).part, Some(1));
    assert_eq!(compared(&preview, &file).part, Some(0));
}

#[test]
fn lossy_encodes_of_a_song_are_the_same_recording() {
    if !installed("ffmpeg", "ffmpeg") {
        return;
    }
    let (dir, samples, file) = studio();
    let cut = wav(
        &dir.path().join("cut.wav"),
        &louder(&part(&samples, 30.0, 62.0), 0.5),
        RATE,
    );
    let codecs = [
        ("a.mp3", ["-b:a", "64k"]),
        ("a.ogg", ["-q:a", "1"]),
        ("a.flac", ["-ar", "48000"]),
    ];
    for (name, arguments) in codecs {
        let whole = ffmpeg(&file, &arguments, &dir.path().join(name));
        check(&file, &whole, MatchKind::OtherEncode, 0.0);
        let preview = ffmpeg(&cut, &arguments, &dir.path().join(format!("cut-{name}")));
        check(&file, &preview, MatchKind::Contained, 30.0);
    }
}

#[test]
fn other_songs_are_different_recordings() {
    let dir = tempfile::tempdir().unwrap();
    let files: Vec<PathBuf> = (30..36)
        .map(|n| wav(&dir.path().join(format!("{n}.wav")), &song(n, 45.0), RATE))
        .collect();
    for (n, a) in files.iter().enumerate() {
        for b in &files[n + 1..] {
            let found = compared(a, b);
            assert_eq!(found.kind, None, "{found}");
            assert!(
                found.to_string().contains("different recordings"),
                "{found}"
            );
        }
    }
}

#[test]
fn silence_drones_and_tones_match_nothing_not_even_each_other() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str, samples: &[f32]| wav(&dir.path().join(name), samples, RATE);
    let files = [
        at("silence.wav", &vec![0.0; 40 * RATE as usize]),
        at("shorter.wav", &vec![0.0; 35 * RATE as usize]),
        at("tone.wav", &tone(1000.0, 40.0)),
        at("quiet.wav", &louder(&tone(1000.0, 35.0), 0.3)),
        at("drone.wav", &drone(110.0, 40.0)),
        at("lower.wav", &louder(&drone(110.0, 50.0), 0.5)),
    ];
    for (n, a) in files.iter().enumerate() {
        for b in &files[n + 1..] {
            let found = compared(a, b);
            assert_eq!(found.kind, None, "{found}");
        }
    }
}

#[test]
fn a_file_that_does_not_decode_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("broken.flac");
    std::fs::write(&file, b"fLaC and then nothing of use").unwrap();
    let error = compare(&file, &file, &Config::built_in())
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("broken.flac") && error.contains("fix: "),
        "{error}"
    );
}
