//! Which part of a track stands for it?
//!
//! The stretch whose seconds are loudest on average, in decibels: a chorus rather than an intro, and
//! no single bang decides. Tracks that are not longer are previewed whole.

use crate::config::Preview;
use crate::signal::Window;
use catalog::units::{Frames, SampleRate};

/// What a silent second counts as, LUFS (the absolute gate of BS.1770).
const SILENT: f64 = -70.0;

/// The window of a preview, in frames of the master. `seconds` is its loudness by second.
pub fn window(
    seconds: &[Option<f64>],
    frames: Frames,
    rate: SampleRate,
    preview: &Preview,
) -> Window {
    let length = u64::from(preview.seconds) * u64::from(rate.hz());
    let start = match length < frames.0 {
        true => loudest(seconds, preview.seconds as usize) as u64 * u64::from(rate.hz()),
        false => 0,
    };
    let start = start.min(frames.0.saturating_sub(length));
    let frames = length.min(frames.0 - start);
    Window {
        start,
        frames,
        fade_in: rate.frames(preview.fade_in_ms).0.min(frames / 2),
        fade_out: rate.frames(preview.fade_out_ms).0.min(frames / 2),
    }
}

/// The first second of the loudest run of `length`; the earliest of equals.
fn loudest(seconds: &[Option<f64>], length: usize) -> usize {
    let level = |second: &Option<f64>| second.unwrap_or(SILENT).max(SILENT);
    let mut best = (f64::NEG_INFINITY, 0);
    for (start, run) in seconds.windows(length).enumerate() {
        let sum: f64 = run.iter().map(level).sum();
        if sum > best.0 + 1e-9 {
            best = (sum, start);
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Config;
    use crate::config::Profile;

    fn check(seconds: &[f64], frames: u64, expected: (u64, u64)) {
        let config = Config::load(None).expect("defaults");
        let Some(Profile::Preview(preview)) = config.ladder.get("preview") else {
            panic!("the default ladder has a preview");
        };
        let rate = SampleRate::new(1000).expect("a rate");
        let seconds: Vec<Option<f64>> = seconds.iter().map(|level| Some(*level)).collect();
        let window = window(&seconds, Frames(frames), rate, preview);
        assert_eq!((window.start, window.frames), expected);
    }

    #[test]
    fn the_chorus_is_chosen_not_the_intro_and_not_one_bang() {
        let mut track = vec![-30.0; 120];
        track[60..95].fill(-12.0);
        track[5] = 0.0;
        check(&track, 120_400, (60_000, 30_000));
    }

    #[test]
    fn a_short_track_is_previewed_whole() {
        check(&[-20.0; 12], 12_300, (0, 12_300));
        check(&[], 1, (0, 1));
        check(&[-20.0; 30], 30_000, (0, 30_000));
    }
}
