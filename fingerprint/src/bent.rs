//! Which recordings are the same although Chromaprint cannot see it?
//!
//! A voice on top, a telephone, noise: the pairs of peaks of a recording are looked up in a thin
//! index (one or two a second are enough for minutes of music). Another tempo, another pitch: so are
//! its triples, bent in every way that [`Bending`] lists; there are many ways, so their keys must be
//! rarer. What shares keys at one offset is traced peak by peak.

use catalog::cluster::MatchKind;
use serde::{Deserialize, Serialize};

use crate::candidates::{Gate, agreeing};
use crate::index::Index;
use crate::landmarks::{Bend, landmarks};
use crate::peaks::{FRAME_SECONDS, Peak, UNITS_PER_SEMITONE};
use crate::print::Print;
use crate::trace::{Count, Line, SEGMENT, Trace, any_run, promising, trace};
use crate::triples::Followed;
use crate::verdict::{Piece, Verdict};

/// Settings of the search. See `default.toml`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bending {
    /// One pair of peaks in 2^sampling is indexed, for recordings at one speed and pitch.
    pub pair_sampling: u32,
    /// One triple of peaks in 2^sampling is indexed, for all others.
    pub triple_sampling: u32,
    /// Which recordings are traced.
    pub votes: Gate,
    /// How many lines per query at most, the least likely by chance first ...
    pub traced: usize,
    /// ... and of those per recording: of a loop at another speed, the first lie a beat aside.
    pub lines_per_row: usize,
    /// Stretches at which pitch moves too, as when a record turns slower.
    pub varispeed: Vec<f64>,
    /// Stretches at which pitch stays.
    pub tempo: Vec<f64>,
    /// Semitones at which the tempo stays.
    pub semitones: Vec<f64>,
    /// Frames by which a rough line may be off before it is traced.
    pub drift: i64,
    /// Shortest run that can match, seconds.
    pub min_overlap_s: f64,
    /// Smallest share of peaks that the run's recordings have in common ...
    pub min_share: f64,
    /// ... and how many times chance's share that must be.
    pub min_over_chance: f64,
    /// Fewest decimal digits of odds against chance.
    pub min_digits: f64,
    /// The same where Chromaprint's bits over all of both recordings differ by ...
    pub both_digits: f64,
    /// ... at most this share.
    pub both_bit_error: f64,
    /// The same three for one that is a part of the other: it has more places to fit by chance.
    pub contained_share: f64,
    /// Share of the time that must match where both begin and end together and a part of one was
    /// made anew.
    pub redone_share: f64,
    /// Share of peaks from which the sound is the same but for equaliser or compressor.
    pub remaster_share: f64,
    /// Change of speed from which it is called so.
    pub min_stretch: f64,
    /// Change of pitch from which it is called so, semitones.
    pub min_semitones: f64,
    /// Seconds outside the run that the same recording may have.
    pub same_slack_s: f64,
    /// Share of a contained recording that may lie outside the run.
    pub contained_slack: f64,
}

/// A match of bent recordings.
#[derive(Clone, Debug, PartialEq)]
pub struct Bent {
    /// How they lie on each other.
    pub trace: Trace,
    /// The segments that match.
    pub run: std::ops::Range<usize>,
    /// What they are to each other.
    pub verdict: Verdict,
}

impl Bending {
    /// Every way in which a query is bent, the straight one first.
    pub fn bends(&self) -> Vec<Bend> {
        let varispeed = self
            .varispeed
            .iter()
            .map(|&stretch| Bend::varispeed(stretch));
        let tempo = self.tempo.iter().map(|&stretch| Bend {
            stretch,
            semitones: 0.0,
        });
        let pitch = self.semitones.iter().map(|&semitones| Bend {
            stretch: 1.0,
            semitones,
        });
        std::iter::once(Bend::NONE)
            .chain(varispeed)
            .chain(tempo)
            .chain(pitch)
            .collect()
    }

    /// Rows that may be the query's recording, each with the rough lines that most keys say, by
    /// row: pairs of peaks ([`crate::landmarks`]) as they are, triples where the query is bent.
    pub fn rough(
        &self,
        query: &Print,
        straight: &Index<'_>,
        bent: &Index<'_>,
        wanted: impl Fn(u32) -> bool,
    ) -> Vec<(usize, Line)> {
        let mut found: Vec<(usize, f64, Line)> = Vec::new();
        let bends = self.bends();
        let stretches = bends.iter().map(|bend| bend.stretch);
        let followed = Followed::new(query.peaks(), stretches.fold(1.0, f64::min));
        for bend in bends {
            let candidates = if bend == Bend::NONE {
                let keys = landmarks(query.peaks(), bend, straight.sampling());
                agreeing(keys.into_iter(), straight, &self.votes, &wanted)
            } else {
                let keys = followed
                    .triples(bend, bent.sampling())
                    .into_iter()
                    .map(|(key, frame)| (key, (frame as f64 * bend.stretch).round() as usize));
                agreeing(keys, bent, &self.votes, &wanted)
            };
            for candidate in candidates {
                let line = Line {
                    stretch: bend.stretch,
                    offset: candidate.offset as f64,
                    units: bend.units(),
                };
                found.push((candidate.row as usize, candidate.digits, line));
            }
        }
        // Stable: of equals the straighter bend stays in front.
        found.sort_by(|x, y| y.1.total_cmp(&x.1));
        found.truncate(self.traced);
        found.sort_by(|x, y| x.0.cmp(&y.0).then(y.1.total_cmp(&x.1)));
        found
            .chunk_by(|x, y| x.0 == y.0)
            .flat_map(|row| row.iter().take(self.lines_per_row))
            .map(|&(row, _, line)| (row, line))
            .collect()
    }

    /// Traces a rough line and judges; None if they do not match.
    pub fn judge(&self, a: &Print, b: &Print, rough: Line) -> Option<Bent> {
        let (a_peaks, b_peaks) = (a.peaks(), b.peaks());
        let least = (self.min_overlap_s / SEGMENT_SECONDS).ceil() as usize;
        let enough = |segments: &[Count]| any_run(segments, least, self.min_share);
        let trace = promising(a_peaks, b_peaks, rough, self.drift, enough)?;
        self.run(&trace)?;
        let trace = trace.doubted(a.peaks(), b.peaks());
        let run = self.run(&trace)?;
        let clear = self.enough(&trace, trace.count(run.clone()), self.contained_share);
        let verdict = self.verdict(a, b, &trace, &run, clear)?;
        Some(Bent {
            trace,
            run,
            verdict,
        })
    }

    /// Traces a line that the bits of both recordings speak for too, and so asks for less; None if
    /// the peaks do not follow it.
    pub fn judge_whole(&self, a: &Print, b: &Print, rough: Line) -> Option<Bent> {
        let trace = trace(a.peaks(), b.peaks(), rough, WHOLE_DRIFT).doubted(a.peaks(), b.peaks());
        let run = 0..trace.segments.len();
        let semitones = trace.line.units / f64::from(UNITS_PER_SEMITONE);
        let enough = trace.digits(trace.count(run.clone())) >= self.both_digits;
        (enough && !self.changed(trace.line.stretch, semitones)).then(|| Bent {
            verdict: Verdict {
                kind: self.kind(&trace, &run),
                piece: None,
            },
            trace,
            run,
        })
    }

    /// The run that matches, if it is long and good enough.
    fn run(&self, trace: &Trace) -> Option<std::ops::Range<usize>> {
        let bar = (1.3 * trace.chance).max(0.6 * self.min_share);
        let run = trace.best_run(bar);
        let seconds = run.len() as f64 * SEGMENT_SECONDS;
        let enough = self.enough(trace, trace.count(run.clone()), self.min_share);
        (seconds >= self.min_overlap_s && enough).then_some(run)
    }

    fn enough(&self, trace: &Trace, count: Count, share: f64) -> bool {
        count.share() >= share
            && count.share() >= self.min_over_chance * trace.chance
            && trace.digits(count) >= self.min_digits
    }

    fn verdict(
        &self,
        a: &Print,
        b: &Print,
        trace: &Trace,
        run: &std::ops::Range<usize>,
        clear: bool,
    ) -> Option<Verdict> {
        let [outside_a, outside_b] = outside(a, b, trace, run);
        let slack = self.same_slack_s + SEGMENT_SECONDS;
        let same = outside_a <= slack && outside_b <= slack;
        if same || clear && self.redone(a, b, trace, run) {
            let kind = self.kind(trace, run);
            return Some(Verdict { kind, piece: None });
        }
        let within = |outside: f64, print: &Print| {
            outside <= self.contained_slack * seconds(print) || outside <= slack
        };
        let piece = match (within(outside_a, a), within(outside_b, b)) {
            (true, true) if outside_a <= outside_b => Piece::A,
            (true, false) => Piece::A,
            (_, true) => Piece::B,
            (false, false) => return None,
        };
        clear.then_some(Verdict {
            kind: MatchKind::Contained,
            piece: Some(piece),
        })
    }

    /// Do both begin and end together, the same but for a part that was made anew?
    fn redone(&self, a: &Print, b: &Print, trace: &Trace, run: &std::ops::Range<usize>) -> bool {
        let slack = (self.same_slack_s + SEGMENT_SECONDS) / FRAME_SECONDS;
        let together = |x: Option<&Peak>, y: Option<&Peak>| {
            let frames = x.zip(y).map(|(x, y)| {
                let there = f64::from(x.frame()) * trace.line.stretch + trace.line.offset;
                (there - f64::from(y.frame())).abs()
            });
            frames.is_some_and(|frames| frames <= slack)
        };
        let kept = run.len() as f64 / trace.segments.len().max(1) as f64;
        kept >= self.redone_share
            && together(a.peaks().first(), b.peaks().first())
            && together(a.peaks().last(), b.peaks().last())
    }

    /// What a whole match is.
    fn kind(&self, trace: &Trace, run: &std::ops::Range<usize>) -> MatchKind {
        let semitones = trace.line.units / f64::from(UNITS_PER_SEMITONE);
        if self.changed(trace.line.stretch, semitones) {
            MatchKind::SpeedChanged
        } else if trace.count(run.clone()).share() >= self.remaster_share {
            MatchKind::Remaster
        } else {
            MatchKind::Edit
        }
    }

    /// Is this another speed or pitch?
    pub fn changed(&self, stretch: f64, semitones: f64) -> bool {
        (stretch - 1.0).abs() >= self.min_stretch || semitones.abs() >= self.min_semitones
    }
}

/// Seconds that are judged together.
const SEGMENT_SECONDS: f64 = SEGMENT as f64 * FRAME_SECONDS;

/// Frames by which an offset of items may be off: an item is 5.3.
const WHOLE_DRIFT: i64 = 8;

/// Seconds from the first peak to the last.
fn seconds(print: &Print) -> f64 {
    match (print.peaks().first(), print.peaks().last()) {
        (Some(first), Some(last)) => last.seconds() - first.seconds(),
        _ => 0.0,
    }
}

/// Seconds of each recording outside the run.
fn outside(a: &Print, b: &Print, trace: &Trace, run: &std::ops::Range<usize>) -> [f64; 2] {
    let (Some(first), Some(last)) = (b.peaks().first(), b.peaks().last()) else {
        return [f64::MAX; 2];
    };
    let (Some(begin), Some(end)) = (a.peaks().first(), a.peaks().last()) else {
        return [f64::MAX; 2];
    };
    let edge = |segment: usize| {
        (segment as f64 * f64::from(SEGMENT))
            .clamp(f64::from(begin.frame()), f64::from(end.frame()))
    };
    let (from, to) = (edge(run.start), edge(run.end));
    let there = |frame: f64| {
        (frame * trace.line.stretch + trace.line.offset)
            .clamp(f64::from(first.frame()), f64::from(last.frame()))
    };
    let inside_b = there(to) - there(from);
    [
        seconds(a) - (to - from) * FRAME_SECONDS,
        seconds(b) - inside_b * FRAME_SECONDS,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::made_up::{dice, noise};

    /// Four minutes of peaks, those before a frame from another song.
    fn song(new_until: u32) -> Print {
        const FRAMES: u32 = 10_000;
        let (mut own, mut other) = (dice(1), dice(new_until.into()));
        let draw = |dice: &mut dyn FnMut(u32) -> u32| {
            Peak::new(dice(FRAMES), (dice(50) * 24 + dice(3)) as u16)
        };
        let kept: Vec<Peak> = (0..8000).map(|_| draw(&mut own)).collect();
        let new: Vec<Peak> = (0..8000).map(|_| draw(&mut other)).collect();
        let kept = kept.iter().filter(|peak| peak.frame() >= new_until);
        let new = new.iter().filter(|peak| peak.frame() < new_until);
        let mut peaks: Vec<Peak> = kept.chain(new).copied().collect();
        peaks.sort_unstable();
        Print::with_peaks(noise(1, 1876), &peaks)
    }

    #[track_caller]
    fn check(new_until: u32, expected: Option<MatchKind>) {
        let straight = Line {
            stretch: 1.0,
            offset: 0.0,
            units: 0.0,
        };
        let found = Config::built_in()
            .bent
            .judge(&song(0), &song(new_until), straight);
        let found = found.map(|bent| (bent.verdict.kind, bent.verdict.piece));
        assert_eq!(found, expected.map(|kind| (kind, None)));
    }

    #[test]
    fn a_recording_with_a_new_beginning_is_the_same_and_one_with_a_new_half_is_not() {
        check(0, Some(MatchKind::Remaster));
        check(2_500, Some(MatchKind::Remaster));
        check(5_000, None);
    }
}
