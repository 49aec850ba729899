//! ffmpeg's ebur128 measures the same.

use crate::wave::{have, noise, sine, write_wave};
use std::process::Command;

#[test]
fn loudness_and_true_peak_agree_with_ffmpeg() {
    if !have("ffmpeg") {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.wav");
    let rate = 44_100;
    let tone = sine(rate, 997.0, -12.0, 12.0, 30.0);
    let hiss = noise(16, tone.len(), 9);
    let mixed = |loud: f32| -> Vec<i32> {
        let swell = |n: usize| 0.3 + 0.7 * ((n as f32 / 44_100.0).sin().abs());
        tone.iter()
            .zip(&hiss)
            .enumerate()
            .map(|(n, (tone, hiss))| (tone * 32_767.0 * swell(n) * loud) as i32 + hiss / 40)
            .collect()
    };
    write_wave(&path, rate, 16, &[mixed(1.0), mixed(0.6)]);
    let (_, _, ours) = audio::measure(&path).expect("sound");
    let output = Command::new("ffmpeg")
        .args(["-nostats", "-i"])
        .arg(&path)
        .args(["-af", "ebur128=peak=true", "-f", "null", "-"])
        .output()
        .expect("ffmpeg starts");
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    let summary = &words[words.rfind("Summary:").expect("a summary")..];
    let figure = |name: &str| -> f64 {
        let line = summary
            .lines()
            .find(|line| line.trim_start().starts_with(name));
        let word = line.and_then(|line| line.split_whitespace().nth(1));
        word.and_then(|word| word.parse().ok()).expect("a figure")
    };
    let found = ours.loudness;
    assert!(
        (found.integrated.expect("loud").0 - figure("I:")).abs() <= 0.1,
        "{found:?} {summary}"
    );
    assert!(
        (found.true_peak.expect("loud").0 - figure("Peak:")).abs() <= 0.3,
        "{found:?} {summary}"
    );
    assert!(
        (found.range.expect("loud").0 - figure("LRA:")).abs() <= 1.0,
        "{found:?} {summary}"
    );
}
