//! At which of hundreds of places may a clip lie?
//!
//! Votes say where a clip may lie, but in noise the right place has hardly more of them than the
//! best of many wrong ones. So each is glanced at: how many of the recording's peaks there does the
//! clip have, beside what its notes give at any time? The clip is drawn once as a bitmap of frames and
//! pitches; a glance reads the recording's peaks, which lie side by side, and two bits for each.

use crate::landmarks::Bend;
use crate::peaks::{MAX_FRAMES, Peak};
use crate::trace::FRAMES_OFF;

/// Pitch units that share a bit, as a power of two, and the bits of a frame.
const CELL: u32 = 1;
const CELLS: usize = 2048 >> CELL;
const WORDS: usize = CELLS / 32;

/// Pitch units by which a peak may be off that is met nearly, and exactly.
const UNITS_NEARLY: i32 = 3;
const UNITS_EXACTLY: i32 = 1;

/// Frames that are drawn: a minute. Bounds the memory of what is no clip.
const MOST_FRAMES: usize = 2600;

/// What a clip's peaks cover in a frame: two bits for each cell, whether a peak there is met nearly
/// (the lower) and exactly.
type Frame = [u64; WORDS];

const NEARLY: u64 = 1;
const EXACTLY: u64 = 2;

/// A clip as a bitmap.
#[derive(Clone, Debug)]
pub struct Outline {
    frames: Vec<Frame>,
    /// Of [`WHOLE`] frames in how many each cell is covered: nearly in the lower half, exactly in the
    /// upper.
    often: Box<[u64; CELLS]>,
}

/// What shares of the frames are counted in: small enough for the sum over as many peaks as there are.
const WHOLE: u32 = 1 << 12;

impl Outline {
    /// Draws a clip; 11 KB a second.
    pub fn new(clip: &[Peak]) -> Outline {
        let place = |peak: &Peak| (peak.frame() as usize).min(MOST_FRAMES);
        let around = FRAMES_OFF as usize;
        let len = clip
            .last()
            .map_or(0, |last| place(last) + around + 1)
            .min(MOST_FRAMES);
        let mut frames = vec![[0; WORDS]; len];
        for peak in clip {
            let (at, pitch) = (place(peak), peak.pitch());
            // Only in a damaged clip are peaks not in order.
            let last = (at + around + 1).min(len);
            for frame in &mut frames[at.saturating_sub(around).min(last)..last] {
                cover(frame, NEARLY, pitch, UNITS_NEARLY);
            }
            if let Some(frame) = frames.get_mut(at) {
                cover(frame, EXACTLY, pitch, UNITS_EXACTLY);
            }
        }
        let mut often = Box::new([0u64; CELLS]);
        for frame in &frames {
            covered(frame, |cell, of| often[cell] += 1 << (32 * of));
        }
        let share = |count: u64| count * u64::from(WHOLE) / len.max(1) as u64;
        for often in &mut *often {
            *often = share(*often >> 32) << 32 | share(*often & LOWER);
        }
        Outline { frames, often }
    }

    /// How far the peaks of a recording that the clip has exceed what its notes give at any time, if its
    /// first frame lies on `offset` and it is bent so: standard deviations, of those met nearly and
    /// exactly together.
    pub fn fit(&self, row: &[Peak], offset: i64, bend: Bend) -> f32 {
        let (mut met, mut by_chance) = (0u64, 0u64);
        let from = row.partition_point(|peak| i64::from(peak.frame()) < offset);
        // Beyond these nothing lies, whatever a file says; so a place needs 32 bits, and wraps if before.
        let farthest = 2 * i64::from(MAX_FRAMES);
        let offset = offset.clamp(-farthest, farthest) as i32 as u32;
        let shift = bend.units().round() as i32;
        // In fixed point, 16 bits after the point.
        let slower = (65536.0 / bend.stretch.clamp(0.5, 2.0)).round() as u64;
        for peak in &row[from..] {
            let later = u64::from(peak.frame().wrapping_sub(offset));
            let Some(frame) = self.frames.get(((later * slower + 32768) >> 16) as usize) else {
                break;
            };
            let cell = cell(peak.pitch() - shift);
            let has = frame[cell / 32] >> (2 * (cell % 32));
            met += has & NEARLY | (has & EXACTLY) << 31;
            by_chance = by_chance.wrapping_add(self.often[cell]);
        }
        let above = |half: u32| {
            let part = |both: u64| (both >> half & LOWER) as f32;
            let by_chance = part(by_chance) / WHOLE as f32;
            (part(met) - by_chance) / (by_chance + 1.0).sqrt()
        };
        above(0) + above(32)
    }
}

/// The lower half of two sums.
const LOWER: u64 = u32::MAX as u64;

fn cell(pitch: i32) -> usize {
    pitch.clamp(0, 2047) as usize >> CELL
}

fn cover(frame: &mut Frame, bit: u64, pitch: i32, units: i32) {
    for cell in cell(pitch - units)..=cell(pitch + units) {
        frame[cell / 32] |= bit << (2 * (cell % 32));
    }
}

/// Calls `each` for every cell that is covered: nearly (0), and exactly (1).
fn covered(frame: &Frame, mut each: impl FnMut(usize, usize)) {
    for (at, &word) in frame.iter().enumerate() {
        let mut left = word;
        while left != 0 {
            let bit = left.trailing_zeros() as usize;
            each(32 * at + bit / 2, bit % 2);
            left &= left - 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::made_up::dice;

    /// Peaks as dense as music's, on a scale.
    fn song(seed: u64, frames: u32) -> Vec<Peak> {
        let mut dice = dice(seed);
        let mut peaks: Vec<Peak> = (0..frames)
            .map(|_| Peak::new(dice(frames), (dice(60) * 24 + dice(5)) as u16))
            .collect();
        peaks.sort_unstable();
        peaks
    }

    /// Five seconds from frame 1000 on: one peak in `of` as it is, the others anywhere.
    fn clip(song: &[Peak], of: u32) -> Vec<Peak> {
        let mut dice = dice(7);
        let part = song
            .iter()
            .filter(|peak| (1000..1215).contains(&peak.frame()));
        let mut clip: Vec<Peak> = part
            .map(|peak| match dice(of) {
                0 => Peak::new(peak.frame() - 1000, peak.pitch() as u16),
                _ => Peak::new(dice(215), (dice(60) * 24 + dice(5)) as u16),
            })
            .collect();
        clip.sort_unstable();
        clip
    }

    #[test]
    fn a_noisy_clip_fits_its_own_place_best() {
        let song = song(1, 4000);
        let outline = Outline::new(&clip(&song, 4));
        let fit = |offset: &i64| outline.fit(&song, *offset, Bend::NONE);
        let best = (-300..4300).max_by(|x, y| fit(x).total_cmp(&fit(y)));
        assert_eq!(best, Some(1000));
    }

    #[test]
    fn a_bent_clip_fits_where_the_recording_lies() {
        let song = song(2, 4000);
        for speed in [0.94, 1.06] {
            let bend = Bend::varispeed(speed);
            let units = bend.units().round() as i32;
            let bent: Vec<Peak> = clip(&song, 2)
                .iter()
                .map(|peak| (f64::from(peak.frame()) / speed, peak.pitch() - units))
                .map(|(frame, pitch)| Peak::new(frame.round() as u32, pitch.max(0) as u16))
                .collect();
            let outline = Outline::new(&bent);
            let [bent, own] = [bend, Bend::NONE].map(|bend| outline.fit(&song, 1000, bend));
            assert!(bent > 20.0 && own < 3.0, "{speed}: {bent} {own}");
        }
    }

    #[test]
    fn a_note_that_sounds_all_the_time_is_no_evidence() {
        let drone: Vec<Peak> = (0..400).map(|frame| Peak::new(frame, 700)).collect();
        assert!(Outline::new(&drone[..200]).fit(&drone, 100, Bend::NONE) < 1.0);
    }

    #[test]
    fn nothing_and_damaged_peaks_are_no_panic() {
        let damaged: Vec<Peak> = [4000, 10, 3000, 20, 0]
            .map(|frame| Peak::new(frame, 2047))
            .to_vec();
        for clip in [&damaged[..], &[]] {
            let outline = Outline::new(clip);
            for stretch in [0.98, 1.0, -1.0, f64::NAN, f64::INFINITY] {
                let bend = Bend {
                    stretch,
                    semitones: 90.0,
                };
                for offset in [i64::MIN, -3000, 0, 3000, i64::MAX] {
                    outline.fit(&damaged, offset, bend);
                    outline.fit(&[], offset, bend);
                }
            }
        }
    }
}
