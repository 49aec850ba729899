//! Are our fingerprints `fpcalc`'s (Debian: libchromaprint-tools)?

use std::path::Path;
use std::process::Command as Process;

use catalog::job::Context;
use catalog::progress::Silent;
use catalog::store::Store;
use fingerprint::chromaprint;
use fingerprint::cli::{self, Args, Command};

use crate::synth::{RATE, ffmpeg, installed, song, wav};

fn fpcalc(file: &Path, arguments: &[&str]) -> String {
    let output = Process::new("fpcalc")
        .args(["-length", "0"])
        .args(arguments)
        .arg(file)
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let found = text
        .lines()
        .find_map(|line| line.strip_prefix("FINGERPRINT="));
    found
        .unwrap_or_else(|| panic!("fpcalc says {text:?}"))
        .to_owned()
}

fn items(file: &Path) -> Vec<u32> {
    fpcalc(file, &["-raw"])
        .split(',')
        .map(|item| item.parse().unwrap())
        .collect()
}

#[test]
fn at_11025_hz_every_item_and_the_text_are_those_of_fpcalc() {
    if !installed("fpcalc", "libchromaprint-tools") {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let samples: Vec<f32> = song(1, 60.0).into_iter().step_by(2).collect();
    let file = wav(&dir.path().join("a.wav"), &samples, RATE / 2);
    let made = chromaprint::of_file(&file, None).unwrap();
    assert!(made.items.len() > 400);
    assert_eq!(made.items, items(&file));
    assert_eq!(chromaprint::to_text(&made.items), fpcalc(&file, &[]));
}

#[test]
fn at_44100_hz_stereo_998_items_of_a_thousand_are_those_of_fpcalc() {
    if !installed("fpcalc", "libchromaprint-tools") || !installed("ffmpeg", "ffmpeg") {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let source = wav(&dir.path().join("a.wav"), &song(2, 90.0), RATE);
    for (depth, codec) in [("16", "s16"), ("24", "s32")] {
        let to = dir.path().join(format!("{depth}.flac"));
        let stereo = [
            "-ar",
            "44100",
            "-ac",
            "2",
            "-af",
            "volume=0.83",
            "-sample_fmt",
            codec,
        ];
        let file = ffmpeg(&source, &stereo, &to);
        let (ours, theirs) = (
            chromaprint::of_file(&file, None).unwrap().items,
            items(&file),
        );
        assert_eq!(ours.len(), theirs.len(), "{depth} bits");
        let same = ours.iter().zip(&theirs).filter(|(a, b)| a == b).count();
        let share = same as f64 / ours.len() as f64;
        println!(
            "{depth} bits: {:.3} % of {} items",
            100.0 * share,
            ours.len()
        );
        assert!(share >= 0.998, "{depth} bits: {share}");
    }
}

#[test]
fn a_limit_in_seconds_is_that_of_fpcalc() {
    if !installed("fpcalc", "libchromaprint-tools") {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let samples: Vec<f32> = song(3, 40.0).into_iter().step_by(2).collect();
    let file = wav(&dir.path().join("a.wav"), &samples, RATE / 2);
    let ours = chromaprint::of_file(&file, Some(15.0)).unwrap().items;
    assert_eq!(
        chromaprint::to_text(&ours),
        fpcalc(&file, &["-length", "15"])
    );
}

#[test]
fn show_prints_what_fpcalc_prints() {
    if !installed("fpcalc", "libchromaprint-tools") {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let samples: Vec<f32> = song(4, 130.0).into_iter().step_by(2).collect();
    let file = wav(&dir.path().join("a.wav"), &samples, RATE / 2);
    let store = Store::open("memory:").unwrap();
    let context = Context {
        store: &store,
        progress: &Silent,
        config: None,
        threads: 1,
    };
    for raw in [false, true] {
        let command = Command::Show {
            file: file.clone(),
            length: 120,
            raw,
            peaks: None,
        };
        let shown = cli::run(&Args { command }, &context).unwrap();
        let mut fpcalc = Process::new("fpcalc");
        let output = fpcalc
            .args(raw.then_some("-raw"))
            .arg(&file)
            .output()
            .unwrap();
        assert_eq!(shown.to_string(), String::from_utf8(output.stdout).unwrap());
        assert_eq!(shown.refused(), 0);
    }
}
