//! How are peaks picked from samples, block by block?
//!
//! Hann windows of `WINDOW` samples; of each spectrum the maxima between neighbours, placed
//! between bins by a parabola through the log magnitudes. First each frame keeps maxima that
//! dominate the pitches within reach in the frame, then those that dominate the same pitches in
//! the frames around. Everything depends on ratios of magnitudes only, so gain does not matter.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

use realfft::num_complex::Complex32;
use realfft::{RealFftPlanner, RealToComplex};

use super::{
    CLIP_REACH, HIGHEST_HZ, HOP, LOWEST_HZ, MAX_FRAMES, Peak, RATE, REACH_FRAMES, REACH_PITCH,
    UNITS_PER_OCTAVE,
};

/// Samples of a window: 186 ms. Long, because speech glides through it while music stands.
const WINDOW: usize = 2048;

/// Power of a spectral line below which there is silence: a sine of some -80 dBFS.
const SILENCE: f32 = 1e-8 * (WINDOW * WINDOW) as f32 / 16.0;

/// A maximum of one frame.
#[derive(Clone, Copy, Debug)]
struct Maximum {
    pitch: i32,
    power: f32,
}

/// Picks peaks from samples at [`RATE`], mono, 16 bits.
pub struct Picker {
    fft: Arc<dyn RealToComplex<f32>>,
    window: Vec<f32>,
    input: Vec<f32>,
    spectrum: Vec<Complex32>,
    scratch: Vec<Complex32>,
    power: Vec<f32>,
    summits: Summits,
    waiting: Vec<f32>,
    /// The maxima of the last frames, twice the reach and one.
    frames: VecDeque<Vec<Maximum>>,
    /// Frames seen.
    seen: u32,
    peaks: Vec<Peak>,
    /// Of the frame in the middle, which maxima another exceeds.
    beaten: Vec<bool>,
    /// Frames and pitch units that a peak must dominate.
    reach: (usize, i32),
}

impl Default for Picker {
    fn default() -> Picker {
        Picker::new()
    }
}

impl Picker {
    /// Begins, for a recording of the catalogue.
    pub fn new() -> Picker {
        Picker::reaching((REACH_FRAMES, REACH_PITCH))
    }

    /// Begins, for a clip that asks for its recording.
    pub fn of_clip() -> Picker {
        Picker::reaching(CLIP_REACH)
    }

    fn reaching(reach: (usize, i32)) -> Picker {
        let fft = RealFftPlanner::<f32>::new().plan_fft_forward(WINDOW);
        let turn = std::f32::consts::TAU / WINDOW as f32;
        Picker {
            window: (0..WINDOW)
                .map(|n| (0.5 - 0.5 * (turn * n as f32).cos()) / 32_768.0)
                .collect(),
            input: fft.make_input_vec(),
            spectrum: fft.make_output_vec(),
            scratch: fft.make_scratch_vec(),
            power: vec![0.0; bin_of(HIGHEST_HZ) + 1],
            summits: Summits::new(reach.1),
            fft,
            waiting: Vec::with_capacity(4 * WINDOW),
            frames: VecDeque::with_capacity(2 * reach.0 + 2),
            seen: 0,
            peaks: Vec::new(),
            beaten: Vec::new(),
            reach,
        }
    }

    /// Adds samples.
    pub fn add(&mut self, samples: &[i16]) {
        self.waiting
            .extend(samples.iter().map(|&sample| f32::from(sample)));
        let mut from = 0;
        while self.waiting.len() >= from + WINDOW {
            if self.seen < MAX_FRAMES - 1 {
                let found = self.maxima(from);
                self.push(found);
            }
            from += HOP;
        }
        self.waiting.drain(..from.min(self.waiting.len()));
    }

    /// All peaks, in order.
    pub fn finish(mut self) -> Vec<Peak> {
        for _ in 0..self.reach.0 {
            self.push(Vec::new());
        }
        self.peaks
    }

    /// The maxima of the window that begins at a waiting sample, by ascending pitch.
    fn maxima(&mut self, from: usize) -> Vec<Maximum> {
        let samples = &self.waiting[from..from + WINDOW];
        for ((slot, sample), weight) in self.input.iter_mut().zip(samples).zip(&self.window) {
            *slot = sample * weight;
        }
        // Fails only for slices of other lengths than the plan's own.
        let _ =
            self.fft
                .process_with_scratch(&mut self.input, &mut self.spectrum, &mut self.scratch);
        for (power, bin) in self.power.iter_mut().zip(&self.spectrum) {
            *power = bin.norm_sqr();
        }
        // Only what stays is placed between bins: logarithms cost more than the FFT.
        let summits = self.summits.of(&self.power);
        let placed = summits.iter().map(|&at| Maximum {
            pitch: placed(at, &self.power[at - 1..=at + 1]),
            power: self.power[at],
        });
        placed.collect()
    }

    /// Takes a frame's maxima, and emits the peaks of the frame that lies the reach before it.
    fn push(&mut self, maxima: Vec<Maximum>) {
        let (around, pitches) = self.reach;
        self.frames.push_back(maxima);
        self.seen += 1;
        if self.frames.len() > 2 * around + 1 {
            self.frames.pop_front();
        }
        let Some(centre) = self.frames.len().checked_sub(around + 1) else {
            return;
        };
        let frame = self.seen - 1 - around as u32;
        let maxima = &self.frames[centre];
        self.beaten.clear();
        self.beaten.resize(maxima.len(), false);
        for (at, others) in self.frames.iter().enumerate().filter(|f| f.0 != centre) {
            // Both ascend by pitch: what is too low for one is too low for all after it.
            let mut low = 0;
            for (maximum, beaten) in maxima.iter().zip(&mut self.beaten) {
                let below = |other: &Maximum| other.pitch < maximum.pitch - pitches;
                while others.get(low).is_some_and(below) {
                    low += 1;
                }
                let mut near = others[low..]
                    .iter()
                    .take_while(|other| other.pitch <= maximum.pitch + pitches);
                *beaten |= near.any(|other| {
                    other.power > maximum.power || other.power == maximum.power && at < centre
                });
            }
        }
        let kept = maxima.iter().zip(&self.beaten);
        let kept = kept.filter(|(maximum, beaten)| !**beaten && maximum.pitch >= 0);
        self.peaks
            .extend(kept.map(|(maximum, _)| Peak::new(frame, maximum.pitch as u16)));
    }
}

/// Finds the maxima of a spectrum that no other within reach exceeds, without a branch for each bin:
/// those would be guessed wrongly.
struct Summits {
    /// Of each bin from the lowest on, the bins within reach.
    reach: Vec<Range<usize>>,
    /// Powers of maxima, and zero elsewhere; at the next level the highest of two neighbours, then of
    /// four, and so on.
    levels: Vec<Vec<f32>>,
    found: Vec<usize>,
}

/// The lowest bin that may be a maximum.
const LOWEST: usize = bin_of(LOWEST_HZ) + 1;

impl Summits {
    fn new(reach: i32) -> Summits {
        let bins = bin_of(HIGHEST_HZ);
        let pitches: Vec<i32> = (0..bins).map(|bin| pitch(bin as f32)).collect();
        let within = |bin: usize| {
            let from = pitches.partition_point(|&other| other < pitches[bin] - reach);
            let to = pitches.partition_point(|&other| other <= pitches[bin] + reach);
            from.max(LOWEST)..to
        };
        let reach: Vec<Range<usize>> = (LOWEST..bins).map(within).collect();
        let widest = reach.iter().map(Range::len).max().unwrap_or(1);
        Summits {
            levels: vec![vec![0.0; bins]; widest.ilog2() as usize + 1],
            found: vec![0; bins],
            reach,
        }
    }

    /// The bins, ascending.
    fn of(&mut self, power: &[f32]) -> &[usize] {
        let maxima = &mut self.levels[0][LOWEST..];
        let around = power[LOWEST - 1..].windows(3);
        for (maximum, around) in maxima.iter_mut().zip(around) {
            let [before, here, after] = [around[0], around[1], around[2]];
            let is = (here > SILENCE) & (here > before) & (here >= after);
            *maximum = if is { here } else { 0.0 };
        }
        for level in 1..self.levels.len() {
            let (below, above) = self.levels.split_at_mut(level);
            let (ones, width) = (&below[level - 1], 1 << (level - 1));
            let twos = ones.iter().zip(&ones[width..]);
            for (highest, (&one, &other)) in above[0].iter_mut().zip(twos) {
                *highest = if one > other { one } else { other };
            }
        }
        let mut found = 0;
        for (at, &power) in self.levels[0].iter().enumerate().skip(LOWEST) {
            self.found[found] = at;
            found += usize::from(power > 0.0);
        }
        let mut kept = 0;
        for place in 0..found {
            let at = self.found[place];
            let Range { start, end } = self.reach[at - LOWEST];
            let level = (end - start).ilog2();
            let highest = &self.levels[level as usize];
            let higher = highest[start].max(highest[end - (1 << level)]);
            self.found[kept] = at;
            kept += usize::from(higher <= self.levels[0][at]);
        }
        &self.found[..kept]
    }
}

/// The bin of a frequency.
const fn bin_of(hz: f32) -> usize {
    (hz * WINDOW as f32 / RATE as f32) as usize
}

/// Pitch of a place between bins.
fn pitch(bin: f32) -> i32 {
    let hz = bin.max(0.01) * RATE as f32 / WINDOW as f32;
    ((hz / LOWEST_HZ).log2() * UNITS_PER_OCTAVE as f32).round() as i32
}

/// Pitch of a maximum at bin `at` from its power and its neighbours'.
fn placed(at: usize, around: &[f32]) -> i32 {
    let [before, here, after] = [around[0], around[1], around[2]].map(|power| (power + 1e-9).ln());
    let bend = before - 2.0 * here + after;
    let shift = if bend < 0.0 {
        (0.5 * (before - after) / bend).clamp(-0.5, 0.5)
    } else {
        0.0
    };
    pitch(at as f32 + shift)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Two notes that begin one after the other, with a touch of noise.
    fn notes(gain: f32) -> Vec<i16> {
        let mut state = 1u32;
        (0..3 * RATE)
            .map(|n| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let t = n as f32 / RATE as f32;
                let sine = |hz: f32| (std::f32::consts::TAU * hz * t).sin();
                let second = if t > 1.5 {
                    (-2.0 * (t - 1.5)).exp() * sine(1_760.0)
                } else {
                    0.0
                };
                let wave = (-t).exp() * sine(440.0) + second;
                (gain * (8_000.0 * wave + (state >> 24) as f32 * 0.2)) as i16
            })
            .collect()
    }

    fn picked(samples: &[i16], block: usize) -> Vec<Peak> {
        let mut picker = Picker::new();
        samples.chunks(block).for_each(|block| picker.add(block));
        picker.finish()
    }

    proptest! {
        #[test]
        fn summits_are_the_maxima_that_a_look_at_every_neighbour_leaves(
            steps in proptest::collection::vec(0u8..12, bin_of(HIGHEST_HZ) + 1), reach in 0i32..80
        ) {
            let power: Vec<f32> = steps.iter().map(|&step| f32::from(step) * SILENCE).collect();
            let maximum = |&at: &usize| {
                power[at] > SILENCE && power[at] > power[at - 1] && power[at] >= power[at + 1]
            };
            let maxima: Vec<usize> = (LOWEST..bin_of(HIGHEST_HZ)).filter(maximum).collect();
            let near = |x: usize, y: usize| (pitch(x as f32) - pitch(y as f32)).abs() <= reach;
            let kept = maxima.iter().filter(|&&at| {
                maxima.iter().all(|&other| power[other] <= power[at] || !near(at, other))
            });
            let kept: Vec<usize> = kept.copied().collect();
            // Twice, for nothing may be left of what was looked at before.
            let mut summits = Summits::new(reach);
            summits.of(&power.iter().rev().copied().collect::<Vec<_>>());
            prop_assert_eq!(summits.of(&power), kept);
        }
    }

    #[test]
    fn two_notes_are_picked_at_their_pitches_and_times() {
        let peaks = picked(&notes(1.0), 4096);
        let near = |hz: f32, from: f64, to: f64| {
            let pitch = (hz / LOWEST_HZ).log2() * UNITS_PER_OCTAVE as f32;
            peaks.iter().any(|peak| {
                (peak.pitch() as f32 - pitch).abs() <= 2.0 && (from..to).contains(&peak.seconds())
            })
        };
        assert!(near(440.0, 0.0, 0.3), "{peaks:?}");
        assert!(
            near(1_760.0, 1.3, 1.7) && !near(1_760.0, 0.0, 1.2),
            "{peaks:?}"
        );
        assert!(peaks.is_sorted());
    }

    /// A recording's peak that noise exceeds nearby is to be found among the clip's.
    #[test]
    fn a_clip_has_nearly_all_peaks_of_a_recording_and_others_between_them() {
        let mut state = 1u32;
        let noise = (0..10 * RATE).map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 18) as i16 - 8192
        });
        let samples: Vec<i16> = noise.collect();
        let mut picker = Picker::of_clip();
        picker.add(&samples);
        let (clip, recording) = (picker.finish(), picked(&samples, 4096));
        let kept = recording.iter().filter(|peak| clip.contains(peak)).count();
        let counts = (recording.len(), kept, clip.len());
        assert!(10 * kept >= 9 * recording.len(), "{counts:?}");
        assert!(4 * clip.len() >= 5 * recording.len(), "{counts:?}");
    }

    #[test]
    fn blocks_of_any_size_give_the_same_peaks_and_silence_gives_none() {
        let samples = notes(1.0);
        let whole = picked(&samples, samples.len());
        assert_eq!(picked(&samples, 37), whole);
        assert_eq!(picked(&samples, 1000), whole);
        assert_eq!(picked(&[0; 30_000], 4096), []);
        assert_eq!(picked(&[], 1), []);
    }
}
