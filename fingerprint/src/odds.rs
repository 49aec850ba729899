//! How unlikely is it that chance meets so many of a clip's peaks?
//!
//! A clip is short and noise is loud, so more is asked of each peak than whether a recording has it
//! ([`crate::trace`]): how closely it is met, to the frame and a few cents or only nearly. Of the
//! peaks that chance meets one in five is met exactly, of those that a recording has more than half.
//! What chance gives is counted on the same line moved aside, which no clip's noise and no recording's
//! density can deceive.

use crate::peaks::Peak;
use crate::trace::{ASIDE, FRAMES_OFF, Line, UNITS_OFF, neighbours, within};

/// Pitch units by which a peak that is met exactly may miss the line: 6 cents.
const UNITS_EXACT: f64 = 1.5;

/// Share of the peaks met by chance that are met exactly, and for how many peaks that stands beside
/// what is counted: a dozen of them, or none.
const EXACT_OF_MET: f64 = 0.2;
const PRIOR: f64 = 400.0;

/// Peaks below which a line says nothing about chance.
const FEWEST: u32 = 50;

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
pub struct Odds {
    line: Line,
    found: Tally,
    /// Shares that chance meets, and meets exactly.
    met: f64,
    exact: f64,
}

impl Odds {
    /// Counts along the line and aside.
    pub fn new(clip: &[Peak], row: &[Peak], line: Line) -> Odds {
        let aside = ASIDE.map(|frames| tally(clip, row, &line.aside(frames), UNITS_OFF));
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
            line,
            found: tally(clip, row, &line, UNITS_OFF),
            met,
            exact: exact / (f64::from(by_chance.judged) + PRIOR),
        }
    }

    /// The same beside the chance that two songs of one key *and one beat* have: what the third best
    /// of the near lines gives. It costs several times as much, so it is asked only where the
    /// odds are good.
    pub fn doubted(mut self, clip: &[Peak], row: &[Peak]) -> Odds {
        let near = self.line.near();
        let near: Vec<Tally> = near
            .map(|line| tally(clip, row, &line, UNITS_OFF))
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

fn tally(clip: &[Peak], row: &[Peak], line: &Line, off: f64) -> Tally {
    let mut tally = Tally::default();
    let (above, exactly) = (within(line.units, off), within(line.units, UNITS_EXACT));
    neighbours(clip, row, line, FRAMES_OFF, |peak, place, near| {
        let (mut met, mut exact) = (false, false);
        for other in near {
            let units = other.pitch() - peak.pitch();
            met |= above.contains(&units);
            exact |= i64::from(other.frame()) == place && exactly.contains(&units);
        }
        tally.judged += 1;
        tally.met += u32::from(met);
        tally.exact += u32::from(exact);
    });
    tally
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::made_up::dice;

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
        let doubted = of_key.clone().doubted(clip, row).digits();
        assert!(doubted <= of_key.digits() + 1e-9);
        doubted
    }

    #[test]
    fn peaks_that_are_met_exactly_say_more_than_as_many_that_are_met_nearly() {
        let song = song(1);
        let (exact, near) = (clip(&song, 25, 0), clip(&song, 0, 25));
        let (exact, near) = (odds(&exact, &song), odds(&near, &song));
        assert!(near > 2.0 && exact > 1.5 * near, "{exact} {near}");
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
