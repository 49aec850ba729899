//! What does a recording sound like, as 128 numbers?
//!
//! | numbers | what | after |
//! |---|---|---|
//! | 0..60 | timbre: mean, spread and spread of change of 20 cepstral coefficients | Davis and Mermelstein 1980; Logan 2000 |
//! | 60..72 | spectral contrast of six octaves, dB: mean and spread | Jiang et al. 2002 |
//! | 72..82 | centroid, bandwidth and roll-off in octaves, flatness, zero crossings: mean and spread | Tzanetakis and Cook 2002 |
//! | 82..88 | loudness: level, spread, its upper and lower range, crest, change from frame to frame, dB | |
//! | 88..102 | chroma from the tonic up, its spread over the classes, its change | Fujishima 1999 |
//! | 102..106 | key: where on the circle of fifths, major or minor, how clear | Krumhansl and Kessler 1982 |
//! | 106..128 | rhythm: tempogram of 16 tempi, tempo, clarity of the beat and of its double, onsets | Ellis 2007 |
//!
//! One channel at 22,050 Hz, at most the first three minutes; frames of 4,096 samples, 46 ms apart. Frames of
//! silence say nothing of timbre and chroma. Only level (82) depends on gain. Sums run in one order, and what
//! comes out is rounded, so the same samples give the same numbers.

mod frames;
mod key;
mod rhythm;

use crate::{AudioError, decode_mono};
use catalog::units::{Frames, SampleRate};
use frames::{Analyser, Frame};
use std::path::Path;

/// How many numbers.
pub const DIMENSIONS: usize = 128;

/// A recording's numbers, in the units above.
pub type Sound = [f32; DIMENSIONS];

/// Names what makes them; a change that can alter a number must change this.
pub const ALGORITHM: &str = "sound-1";

/// What the numbers are about, and where each kind begins and ends.
pub const KINDS: [(&str, std::ops::Range<usize>); 7] = [
    ("timbre", 0..60),
    ("contrast", 60..72),
    ("shape", 72..82),
    ("loudness", 82..88),
    ("chroma", 88..102),
    ("key", 102..106),
    ("rhythm", 106..128),
];

/// Hz.
const RATE: u32 = 22_050;

/// Seconds of a file that are listened to: bounds time and memory (16 MB of samples).
const LONGEST_SECONDS: u64 = 180;

/// Fewer frames that are not silent say nothing: half a second.
const FEWEST_FRAMES: usize = 10;

/// A frame so far below the loud ones is silence, dB.
const SILENT_BELOW_DB: f32 = 60.0;

/// A recording below this is silence, dB of full scale.
const SILENT_DB: f32 = -80.0;

/// Level to which every recording is brought first, dB of full scale.
const LEVEL_DB: f32 = -20.0;

/// Kept digits: 1 / this.
const ROUNDED_TO: f32 = 4096.0;

/// Listens to a file; `None` where there is nothing to hear.
///
/// # Errors
/// As [`decode_mono`].
pub fn of_file(path: impl AsRef<Path>) -> Result<Option<Sound>, AudioError> {
    let rate = SampleRate::new(RATE).expect("a rate that music has");
    let own = crate::probe(&path)?.sample_rate.hz();
    let limit = Frames(u64::from(own) * LONGEST_SECONDS);
    Ok(of_samples(&decode_mono(path, rate, Some(limit))?))
}

/// The numbers of one channel at 22,050 Hz; `None` where there is nothing to hear.
pub fn of_samples(samples: &[f32]) -> Option<Sound> {
    let square = samples.iter().map(|&x| f64::from(x * x)).sum::<f64>();
    let level = (10.0 * (square / samples.len().max(1) as f64).log10()) as f32;
    if level.is_nan() || level < SILENT_DB {
        return None;
    }
    // At one level for everybody: what is faint must not sink below a floor sooner in a quiet master.
    let gain = 10f32.powf((LEVEL_DB - level) / 20.0);
    let samples: Vec<f32> = samples.iter().map(|x| x * gain).collect();
    let frames = Analyser::new(RATE).frames(&samples);
    let mut levels: Vec<f32> = frames.iter().map(|frame| frame.level).collect();
    levels.sort_unstable_by(f32::total_cmp);
    let at = |share: usize| levels.get(levels.len() * share / 100).copied();
    let floor = at(95)? - SILENT_BELOW_DB;
    let heard: Vec<&Frame> = frames.iter().filter(|f| f.level > floor).collect();
    if heard.len() < FEWEST_FRAMES {
        return None;
    }
    let mut numbers = Vec::with_capacity(DIMENSIONS);
    timbre(&heard, &mut numbers);
    moments(&mut numbers, &heard, |frame| &frame.contrast);
    moments(&mut numbers, &heard, |frame| &frame.shape);
    numbers.extend(loudness(&heard, LEVEL_DB - level));
    numbers.extend(key::chroma(&heard));
    numbers.extend(rhythm::rhythm(&frames));
    let rounded = numbers
        .iter()
        .map(|x| (x * ROUNDED_TO).round() / ROUNDED_TO);
    let sound: Sound = rounded.collect::<Vec<f32>>().try_into().ok()?;
    sound.iter().all(|x| x.is_finite()).then_some(sound)
}

fn timbre(heard: &[&Frame], out: &mut Vec<f32>) {
    moments(out, heard, |frame| &frame.cepstrum);
    let changes: Vec<[f32; frames::CEPSTRUM]> = heard
        .windows(2)
        .map(|pair| std::array::from_fn(|c| pair[1].cepstrum[c] - pair[0].cepstrum[c]))
        .collect();
    out.extend((0..frames::CEPSTRUM).map(|c| mean_and_spread(changes.iter().map(|x| x[c])).1));
}

/// The means of all values, then their spreads.
fn moments<const N: usize>(
    out: &mut Vec<f32>,
    heard: &[&Frame],
    values: impl Fn(&Frame) -> &[f32; N],
) {
    let both: [(f32, f32); N] =
        std::array::from_fn(|n| mean_and_spread(heard.iter().map(|frame| values(frame)[n])));
    out.extend(both.iter().map(|x| x.0));
    out.extend(both.iter().map(|x| x.1));
}

/// `raised` is by how many dB the recording was brought to its level.
fn loudness(heard: &[&Frame], raised: f32) -> [f32; 6] {
    let mut levels: Vec<f32> = heard.iter().map(|frame| frame.level).collect();
    let changes = levels.windows(2).map(|pair| (pair[1] - pair[0]).abs());
    let change = mean_and_spread(changes).0;
    let (mean, spread) = mean_and_spread(levels.iter().copied());
    levels.sort_unstable_by(f32::total_cmp);
    let at = |share: usize| levels[(levels.len() - 1) * share / 100];
    [
        mean - raised,
        spread,
        at(95) - at(50),
        at(50) - at(5),
        at(100) - at(95),
        change,
    ]
}

/// Mean and standard deviation; zeros of nothing.
fn mean_and_spread(values: impl Iterator<Item = f32> + Clone) -> (f32, f32) {
    let count = values.clone().count().max(1) as f64;
    let mean = values.clone().map(f64::from).sum::<f64>() / count;
    let squares = values.map(|x| (f64::from(x) - mean).powi(2)).sum::<f64>();
    (mean as f32, (squares / count).sqrt() as f32)
}

#[cfg(test)]
mod tests;
