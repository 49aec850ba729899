//! How unlikely is it that chance meets so many of a clip's peaks?
//!
//! A clip is short and noise is loud, so more is asked of each peak than whether a recording has it
//! ([`crate::trace`]): how closely it is met, to the frame and a few cents or only nearly. Of the
//! peaks that chance meets one in five is met exactly, of those that a recording has more than half.
//! What chance gives is counted on the same line moved aside, which no clip's noise and no recording's
//! density can deceive: on fifty lines if need be, so the recording is drawn as a bitmap, and a peak of the
//! clip is met on a line if a bit is set.

use std::ops::RangeInclusive;

use crate::peaks::Peak;
use crate::trace::{ASIDE, FRAMES_OFF, Line, UNITS_OFF, within};

/// Pitch units by which a peak that is met exactly may miss the line: 6 cents.
const UNITS_EXACT: f64 = 1.5;

/// Share of the peaks met by chance that are met exactly, and for how many peaks that stands beside
/// what is counted: a dozen of them, or none.
const EXACT_OF_MET: f64 = 0.2;
const PRIOR: f64 = 400.0;

/// Peaks below which a line says nothing about chance.
const FEWEST: u32 = 50;

/// Frames after a peak of the recording, up to half a second, in which the same pitch is still its note.
/// A line has a frame on either side.
const RINGING: [f64; 8] = [3.0, 0.0, -3.0, -6.0, -9.0, -12.0, -15.0, -18.0];

/// Frames after which a held note has its next peak: 0.07 to 0.37 s.
const HELD: (u32, u32) = (3, 16);

/// Pitch units that are one note, and those beside it.
const SAME_UNITS: u32 = 1;
const BESIDE_UNITS: RangeInclusive<u32> = 5..=10;

/// Peaks within the recording, those that it has, and those of them that are met exactly.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Tally {
    judged: u32,
    met: u32,
    exact: u32,
}

impl Tally {
    fn of(self, n: u32) -> f64 {
        f64::from(n) / f64::from(self.judged.max(1))
    }
}

/// What a clip and a recording have in common along a line, beside what chance gives.
#[derive(Clone, Debug, PartialEq)]
pub struct Odds<'a> {
    clip: &'a [Peak],
    row: Drawn,
    line: Line,
    found: Tally,
    /// Shares that chance meets, and meets exactly.
    met: f64,
    exact: f64,
}

impl<'a> Odds<'a> {
    /// Counts along the line and aside.
    pub fn new(clip: &'a [Peak], row: &[Peak], line: Line) -> Odds<'a> {
        let row = Drawn::new(row, line.units);
        let aside = ASIDE.map(|frames| row.tally(clip, &line.aside(frames)));
        let sum = |n: fn(&Tally) -> u32| aside.iter().map(n).sum::<u32>();
        let by_chance = Tally {
            judged: sum(|tally| tally.judged),
            met: sum(|tally| tally.met),
            exact: sum(|tally| tally.exact),
        };
        // Nothing to compare with, as when the clip is all of the recording: what strangers share.
        let met = match by_chance.judged < FEWEST {
            true => 0.05,
            false => by_chance.of(by_chance.met).max(0.01),
        };
        let exact = f64::from(by_chance.exact) + PRIOR * EXACT_OF_MET * met;
        Odds {
            found: row.tally(clip, &line),
            clip,
            row,
            line,
            met,
            exact: exact / (f64::from(by_chance.judged) + PRIOR),
        }
    }

    /// The same beside the chance that two songs of one key *and one beat* have: what the third best
    /// of the near lines gives. It costs several times as much, so it is asked only where the
    /// odds are good.
    pub fn doubted(mut self) -> Odds<'a> {
        let near = self.line.near();
        let near: Vec<Tally> = near
            .map(|line| self.row.tally(self.clip, &line))
            .filter(|tally| tally.judged >= FEWEST)
            .collect();
        let third = |n: fn(&Tally) -> u32| {
            let mut shares: Vec<f64> = near.iter().map(|tally| tally.of(n(tally))).collect();
            shares.sort_by(|x, y| y.total_cmp(x));
            shares.get(2).copied().unwrap_or(0.0)
        };
        self.met = self.met.max(third(|tally| tally.met)).min(0.99);
        self.exact = self.exact.max(third(|tally| tally.exact));
        self
    }

    /// Share of the clip's peaks that the recording has.
    pub fn share(&self) -> f64 {
        self.found.of(self.found.met)
    }

    /// Steady notes that the clip holds and the recording does not, for each peak that both have. Another
    /// song that shares a stem or a loop with the recording brings many; noise and speech hide notes but
    /// hold none, and a room only lets them ring on.
    pub fn foreign(&self) -> f64 {
        let ringing = RINGING.map(|frames| self.line.aside(frames).places());
        let place_of = self.line.places();
        let foreign = self.clip.iter().filter(|peak| {
            self.row.judges(place_of(peak.frame()))
                && !ringing
                    .iter()
                    .any(|place_of| self.row.meets(place_of(peak.frame()), peak.pitch())[0])
        });
        let foreign: Vec<Peak> = foreign.copied().collect();
        held(&foreign) / f64::from(self.found.met.max(1))
    }

    /// Decimal digits of the odds against chance: n · KL of the three outcomes (met exactly, nearly,
    /// not at all), Chernoff's bound of the multinomial tail. Zero if no better than chance.
    pub fn digits(&self) -> f64 {
        let Tally { judged, met, exact } = self.found;
        if self.share() <= self.met {
            return 0.0;
        }
        let odds = |n: u32, chance: f64| match n {
            0 => 0.0,
            n => f64::from(n) * (self.found.of(n) / chance).log10(),
        };
        let missed = odds(judged - met, 1.0 - self.met);
        if self.found.of(exact) <= self.exact {
            return odds(met, self.met) + missed;
        }
        let nearly = (self.met - self.exact).max(1e-3);
        odds(exact, self.exact) + odds(met - exact, nearly) + missed
    }
}

/// The pitches of a frame, 64 to a pair of words: those that are met, and those that are met exactly.
type Pitches = [[u64; 2]; 32];

/// Where a recording meets the peaks of a clip that lies so many units below it.
#[derive(Clone, Debug, PartialEq)]
struct Drawn {
    /// The frame of the first row.
    from: i64,
    frames: Vec<Pitches>,
    /// The last frame at which the recording has a peak.
    last: i64,
}

/// Frames that are drawn at most: six minutes, 8 MB. Bounds the memory of what is no clip.
const MOST_FRAMES: i64 = 1 << 14;

impl Drawn {
    fn new(row: &[Peak], units: f64) -> Drawn {
        let frame = |peak: Option<&Peak>| peak.map_or(0, |peak| i64::from(peak.frame()));
        let (from, last) = (frame(row.first()) - FRAMES_OFF, frame(row.last()));
        let len = (last + FRAMES_OFF + 1 - from).clamp(0, MOST_FRAMES);
        let mut frames = vec![[[0; 2]; 32]; len as usize];
        let (near, exactly) = (within(units, UNITS_OFF), within(units, UNITS_EXACT));
        for peak in row {
            let at = i64::from(peak.frame()) - from;
            // Only in a damaged file are peaks not in order.
            let around = (at - FRAMES_OFF).clamp(0, len)..(at + FRAMES_OFF + 1).clamp(0, len);
            for frame in &mut frames[around.start as usize..around.end as usize] {
                set(frame, 0, peak.pitch(), &near);
            }
            if let Some(frame) = usize::try_from(at).ok().and_then(|at| frames.get_mut(at)) {
                set(frame, 1, peak.pitch(), &exactly);
            }
        }
        // What is not drawn is not judged.
        let last = last.min(from + len - 1 - FRAMES_OFF);
        Drawn { from, frames, last }
    }

    /// Counts a clip's peaks along a line of the units that were drawn.
    fn tally(&self, clip: &[Peak], line: &Line) -> Tally {
        let (place_of, mut tally) = (line.places(), Tally::default());
        for peak in clip {
            let place = place_of(peak.frame());
            if self.judges(place) {
                let [met, exact] = self.meets(place, peak.pitch());
                tally.judged += 1;
                tally.met += u32::from(met);
                tally.exact += u32::from(exact);
            }
        }
        tally
    }

    /// Does a frame lie within the recording?
    fn judges(&self, frame: i64) -> bool {
        (0..=self.last).contains(&frame)
    }

    /// Is a clip's peak met there, and met exactly?
    fn meets(&self, frame: i64, pitch: i32) -> [bool; 2] {
        let at = usize::try_from(frame - self.from);
        let (word, bit) = (pitch as usize / 64 % 32, pitch % 64);
        at.ok()
            .and_then(|at| self.frames.get(at))
            .map_or([false; 2], |frame| {
                frame[word].map(|bits| bits >> bit & 1 == 1)
            })
    }
}

/// Pairs of peaks of one pitch that follow each other as those of a held or repeated note do, less what
/// chance gives: pairs of neighbouring pitches.
fn held(peaks: &[Peak]) -> f64 {
    let (mut same, mut beside) = (0u32, 0u32);
    for (at, peak) in peaks.iter().enumerate() {
        let later = peaks[at + 1..].iter();
        let after = |other: &Peak| other.frame().saturating_sub(peak.frame());
        let near = later.take_while(|other| after(other) <= HELD.1);
        for other in near.filter(|other| after(other) >= HELD.0) {
            let units = other.pitch().abs_diff(peak.pitch());
            same += u32::from(units <= SAME_UNITS);
            beside += u32::from(BESIDE_UNITS.contains(&units));
        }
    }
    // Three pitches are the same and twelve are beside.
    (f64::from(same) - f64::from(beside) / 4.0).max(0.0)
}

/// Sets the pitches of a clip above which one of the recording lies by so many units.
fn set(frame: &mut Pitches, which: usize, pitch: i32, above: &RangeInclusive<i32>) {
    for below in above.clone() {
        if let Ok(pitch) = usize::try_from(pitch - below)
            && let Some(words) = frame.get_mut(pitch / 64)
        {
            words[which] |= 1 << (pitch % 64);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::made_up::{dice, peaks};
    use crate::trace::neighbours;

    const LINE: Line = Line {
        stretch: 1.0,
        offset: 0.0,
        units: 0.0,
    };

    /// Peaks as dense as music's, on a scale that is a little out of tune.
    fn song(seed: u64) -> Vec<Peak> {
        let mut dice = dice(seed);
        let mut peaks: Vec<Peak> = (0..1600)
            .map(|_| Peak::new(dice(2000), (dice(50) * 24 + dice(5)) as u16))
            .collect();
        peaks.sort_unstable();
        peaks.dedup();
        peaks
    }

    /// 300 frames from the middle of it: a share of its peaks as they are, some nearly, others anywhere.
    fn clip(song: &[Peak], kept: u32, nearly: u32) -> Vec<Peak> {
        let mut dice = dice(7);
        let part = song
            .iter()
            .filter(|peak| (800..1100).contains(&peak.frame()));
        let mut clip: Vec<Peak> = part
            .map(|peak| match dice(100) {
                n if n < kept => *peak,
                n if n < kept + nearly => Peak::new(peak.frame() + 1, peak.pitch() as u16 + 2),
                _ => Peak::new(800 + dice(300), (dice(50) * 24 + dice(5)) as u16),
            })
            .collect();
        clip.sort_unstable();
        clip.dedup();
        clip
    }

    fn odds(clip: &[Peak], row: &[Peak]) -> f64 {
        let of_key = Odds::new(clip, row, LINE);
        let doubted = of_key.clone().doubted().digits();
        assert!(doubted <= of_key.digits() + 1e-9);
        doubted
    }

    /// The same count without a bitmap.
    fn looked_up(clip: &[Peak], row: &[Peak], line: &Line) -> Tally {
        let mut tally = Tally::default();
        let (above, exactly) = (
            within(line.units, UNITS_OFF),
            within(line.units, UNITS_EXACT),
        );
        neighbours(clip, row, line, FRAMES_OFF, |peak, place, near| {
            let units = |other: &Peak| other.pitch() - peak.pitch();
            let exact =
                |other: &Peak| i64::from(other.frame()) == place && exactly.contains(&units(other));
            tally.judged += 1;
            tally.met += u32::from(near.iter().any(|other| above.contains(&units(other))));
            tally.exact += u32::from(near.iter().any(exact));
        });
        tally
    }

    proptest! {
        #[test]
        fn a_bitmap_counts_what_a_look_at_every_peak_does(
            clip in peaks(), row in peaks(), offset in -400.0..400.0, stretch in 0.9..1.1, units in -30.0..30.0
        ) {
            let row = [clip.clone(), row].concat();
            let mut row: Vec<Peak> = row.iter().map(|peak| Peak::new(peak.frame() + 50, peak.pitch() as u16 + 3)).collect();
            row.sort_unstable();
            for line in [Line { stretch, offset, units }, Line { stretch: 1.0, offset: 50.0, units: 2.4 }] {
                let drawn = Drawn::new(&row, line.units);
                prop_assert_eq!(drawn.tally(&clip, &line), looked_up(&clip, &row, &line));
            }
        }
    }

    #[test]
    fn damaged_peaks_are_no_panic() {
        let damaged: Vec<Peak> = [2_000_000, 10, 3000, 20, 0]
            .map(|frame| Peak::new(frame, 2047))
            .to_vec();
        for units in [0.0, -3000.0, 3000.0] {
            let line = Line { units, ..LINE };
            let odds = Odds::new(&damaged, &damaged, line);
            odds.foreign();
            odds.doubted().digits();
        }
    }

    #[test]
    fn peaks_that_are_met_exactly_say_more_than_as_many_that_are_met_nearly() {
        let song = song(1);
        let (exact, near) = (clip(&song, 25, 0), clip(&song, 0, 25));
        let (exact, near) = (odds(&exact, &song), odds(&near, &song));
        assert!(near > 2.0 && exact > 1.5 * near, "{exact} {near}");
    }

    /// Two hundred notes of seven peaks, six frames from one to the next.
    fn melody(seed: u64) -> Vec<Peak> {
        let mut dice = dice(seed);
        let notes = (0..200).flat_map(|_| {
            let (from, pitch) = (dice(1000), dice(1400) as u16);
            (0..7).map(move |at| Peak::new(from + 6 * at, pitch))
        });
        let mut peaks: Vec<Peak> = notes.collect();
        peaks.sort_unstable();
        peaks
    }

    #[test]
    fn another_melody_over_a_shared_one_is_foreign_and_noise_or_a_room_is_not() {
        let (shared, own, other) = (melody(1), melody(2), melody(3));
        let both = |a: &[Peak], b: &[Peak]| {
            let mut peaks = [a, b].concat();
            peaks.sort_unstable();
            peaks
        };
        let row = both(&shared, &own);
        let foreign = |clip: &[Peak]| Odds::new(clip, &row, LINE).foreign();
        assert!(foreign(&both(&shared, &other)) > 0.65);
        let mut dice = dice(4);
        let mut noise: Vec<Peak> = (0..2800)
            .map(|_| Peak::new(dice(1000), dice(1400) as u16))
            .collect();
        noise.sort_unstable();
        assert!(foreign(&both(&shared, &noise)) < 0.3);
        let ringing = |peak: &Peak| Peak::new(peak.frame() + 11, peak.pitch() as u16);
        let ringing: Vec<Peak> = own.iter().map(ringing).collect();
        assert!(foreign(&both(&shared, &ringing)) < 0.3);
        assert_eq!(foreign(&row), 0.0);
    }

    #[test]
    fn strangers_in_one_key_reach_no_bar() {
        for seed in 10..40 {
            let (of, other) = (song(seed), song(seed + 100));
            let found = odds(&clip(&of, 100, 0), &other);
            assert!(found < 4.0, "{seed}: {found}");
        }
    }

    #[test]
    fn nothing_and_one_peak_are_no_evidence() {
        let one = [Peak::new(5, 5)];
        for (clip, row) in [(&[][..], &[][..]), (&one, &[]), (&[], &one), (&one, &one)] {
            assert!(odds(clip, row) < 3.0);
        }
    }
}
