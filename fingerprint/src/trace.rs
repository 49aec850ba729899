//! Do the peaks of two recordings follow one line, and for how much of the time?
//!
//! A *line* says where and how high one recording lies in another: frame `f` of `a` on frame
//! `f · stretch + offset` of `b`, and `b` so many units higher. [`trace`] begins with a rough
//! line, lets each six seconds of `a` say where in `b` they fit best, draws a line through what
//! they say (Theil and Sen's median of slopes, so that wrong ones do not bend it), and counts
//! along it. What chance would give is counted too, on the same line moved aside: music repeats
//! its notes, so a fixed threshold would call two songs in one key alike.

use std::ops::{Range, RangeInclusive};

use crate::peaks::{MAX_FRAMES, Peak};

/// Frames of `a` that are judged together: 5.9 s.
pub const SEGMENT: u32 = 256;

/// Frames by which a peak may miss the line.
pub(crate) const FRAMES_OFF: i64 = 1;

/// Pitch units by which a peak may miss the line once the pitch is known: 12 cents.
pub(crate) const UNITS_OFF: f64 = 3.0;

/// The same before it is known.
pub(crate) const UNITS_OFF_FIRST: f64 = 6.0;

/// Frames by which the line is moved aside to count what chance gives. Without common divisor,
/// so that no beat fits all of them.
pub(crate) const ASIDE: [f64; 6] = [-307.0, -211.0, -97.0, 89.0, 199.0, 293.0];

/// Frames before and behind a line that is off by a few frames at most, beyond which nothing is looked
/// at: the farthest aside and some.
pub const AROUND: i64 = 320;

/// Largest drift that is searched, frames: protects memory from settings.
const MAX_DRIFT: i64 = 1024;

/// Frames aside at which a beat is looked for: 0.2 to 1.1 s.
const NEAR: (i32, i32) = (8, 48);

/// Where and how high one recording lies in another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Line {
    /// Frames of `b` per frame of `a`.
    pub stretch: f64,
    /// Frame of `b` on which frame 0 of `a` lies.
    pub offset: f64,
    /// Pitch units by which `b` is higher.
    pub units: f64,
}

impl Line {
    /// The frame of `b` on which one of `a` lies, rounded. In fixed point, 32 bits after the
    /// point: every peak is asked for its place a dozen times. Whatever a file says, the product
    /// stays below 2^58.
    pub(crate) fn places(&self) -> impl Fn(u32) -> i64 + use<> {
        let fixed = |value: f64, most: f64| (value.clamp(-most, most) * 4_294_967_296.0) as i64;
        let stretch = fixed(self.stretch, 16.0);
        let offset = fixed(self.offset + 0.5, f64::from(MAX_FRAMES));
        move |frame| (i64::from(frame) * stretch + offset) >> 32
    }

    pub(crate) fn aside(&self, frames: f64) -> Line {
        Line {
            offset: self.offset + frames,
            ..*self
        }
    }

    /// The lines within 1.1 s, some of which lie a beat aside.
    pub(crate) fn near(self) -> impl Iterator<Item = Line> {
        (NEAR.0..=NEAR.1)
            .step_by(2)
            .flat_map(|frames| [-frames, frames])
            .map(move |frames| self.aside(f64::from(frames)))
    }
}

/// Peaks of a segment that lie within the other recording, and those that it has too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Peaks judged.
    pub judged: u32,
    /// Peaks found in the other recording.
    pub matched: u32,
}

impl Count {
    /// Share of matched peaks, 0 to 1.
    pub fn share(&self) -> f64 {
        f64::from(self.matched) / f64::from(self.judged.max(1))
    }

    fn add(self, other: Count) -> Count {
        Count {
            judged: self.judged + other.judged,
            matched: self.matched + other.matched,
        }
    }
}

/// What [`trace`] found.
#[derive(Clone, Debug, PartialEq)]
pub struct Trace {
    /// The line through it all.
    pub line: Line,
    /// Counts per [`SEGMENT`] frames of `a`, from its beginning.
    pub segments: Vec<Count>,
    /// Share that chance gives.
    pub chance: f64,
}

impl Trace {
    /// The sum over some segments.
    pub fn count(&self, range: Range<usize>) -> Count {
        self.segments[range]
            .iter()
            .fold(Count::default(), |sum, count| sum.add(*count))
    }

    /// The same with the chance that two songs of one key *and one beat* have: what the third best
    /// of the near lines gives, some of which lie a beat aside. It costs more than [`trace`]
    /// itself, so it is asked only where that says yes.
    pub fn doubted(mut self, a: &[Peak], b: &[Peak]) -> Trace {
        let mut shares: Vec<f64> = self
            .line
            .near()
            .map(|line| counts(a, b, &line, UNITS_OFF))
            .map(|counts| counts.into_iter().fold(Count::default(), Count::add))
            .filter(|count| count.judged >= 50)
            .map(|count| count.share())
            .collect();
        shares.sort_by(|x, y| y.total_cmp(x));
        self.chance = shares.get(2).copied().unwrap_or(0.0).max(self.chance);
        self
    }

    /// The run of segments that stands out most above `bar` (a share; Kadane's maximum sum).
    pub fn best_run(&self, bar: f64) -> Range<usize> {
        let (mut best, mut sum, mut start) = ((0.0, 0..0), 0.0, 0);
        for (at, count) in self.segments.iter().enumerate() {
            if sum <= 0.0 {
                (sum, start) = (0.0, at);
            }
            sum += f64::from(count.matched) - bar * f64::from(count.judged);
            if sum > best.0 {
                best = (sum, start..at + 1);
            }
        }
        best.1
    }

    /// Decimal digits of the odds against chance for a count: the binomial tail by Chernoff's
    /// bound, n · KL(share ‖ chance). Zero if no better than chance.
    pub fn digits(&self, count: Count) -> f64 {
        let (share, chance) = (
            count.share().min(1.0 - 1e-9),
            self.chance.clamp(1e-3, 0.999),
        );
        if share <= chance {
            return 0.0;
        }
        let divergence =
            share * (share / chance).ln() + (1.0 - share) * ((1.0 - share) / (1.0 - chance)).ln();
        f64::from(count.judged) * divergence / std::f64::consts::LN_10
    }
}

/// Follows the line near `rough`, which may be off by `drift` frames anywhere.
pub fn trace(a: &[Peak], b: &[Peak], rough: Line, drift: i64) -> Trace {
    promising(a, b, rough, drift, |_| true).expect("everything is promising")
}

/// The same, or None without a look at what chance gives where the counts along the line are not
/// `promising`.
pub fn promising(
    a: &[Peak],
    b: &[Peak],
    rough: Line,
    drift: i64,
    promising: impl Fn(&[Count]) -> bool,
) -> Option<Trace> {
    let line = follow(a, b, &rough, drift);
    let segments = counts(a, b, &line, UNITS_OFF);
    if !promising(&segments) {
        return None;
    }
    let mut by_chance = Count::default();
    for frames in ASIDE {
        let aside = counts(a, b, &line.aside(frames), UNITS_OFF);
        by_chance = aside.into_iter().fold(by_chance, Count::add);
    }
    // Nothing to compare with, as when a is all of b: what two strangers typically share.
    let chance = if by_chance.judged < 50 {
        0.05
    } else {
        by_chance.share()
    };
    Some(Trace {
        line,
        segments,
        chance: chance.max(0.01),
    })
}

/// The line near `rough` that most peaks follow.
pub(crate) fn follow(a: &[Peak], b: &[Peak], rough: &Line, drift: i64) -> Line {
    pitched(a, b, &fitted(a, b, rough, drift))
}

/// Has any run of at least so many segments this share of matched peaks?
pub fn any_run(segments: &[Count], least: usize, share: f64) -> bool {
    let over = |count: &Count| f64::from(count.matched) - share * f64::from(count.judged);
    // The best sum that ends where the last `least` segments begin, and theirs.
    let (mut before, mut tail) = (0.0f64, 0.0);
    segments.iter().enumerate().any(|(at, count)| {
        tail += over(count);
        if let Some(left) = at.checked_sub(least) {
            tail -= over(&segments[left]);
            before = (before + over(&segments[left])).max(0.0);
        }
        at + 1 >= least && before + tail >= -1e-9
    })
}

/// Calls `each` for every peak of `a` within `b` with its frame on the line and those of `b` whose
/// frames are within `reach` of it.
pub(crate) fn neighbours(
    a: &[Peak],
    b: &[Peak],
    line: &Line,
    reach: i64,
    mut each: impl FnMut(&Peak, i64, &[Peak]),
) {
    let Some(last) = b.last() else {
        return;
    };
    let last = i64::from(last.frame());
    let frame_of = |at: usize| i64::from(b[at].frame());
    let place_of = line.places();
    let mut low = a.first().map_or(0, |first| {
        let begin = place_of(first.frame()) - reach;
        b.partition_point(|other| i64::from(other.frame()) < begin)
    });
    let mut high = low;
    for peak in a {
        let place = place_of(peak.frame());
        if place < 0 || place > last {
            continue;
        }
        while low < b.len() && frame_of(low) < place - reach {
            low += 1;
        }
        high = high.max(low);
        while high < b.len() && frame_of(high) <= place + reach {
            high += 1;
        }
        each(peak, place, &b[low..high]);
    }
}

/// The whole pitch units by which another peak may be above one of the same pitch.
pub(crate) fn within(units: f64, off: f64) -> RangeInclusive<i32> {
    (units - off).ceil() as i32..=(units + off).floor() as i32
}

/// Counts along a line, per segment.
fn counts(a: &[Peak], b: &[Peak], line: &Line, off: f64) -> Vec<Count> {
    let len = a.last().map_or(0, |peak| peak.frame() / SEGMENT + 1);
    let mut segments = vec![Count::default(); len as usize];
    let above = within(line.units, off);
    neighbours(a, b, line, FRAMES_OFF, |peak, _, near| {
        let has = |other: &Peak| above.contains(&(other.pitch() - peak.pitch()));
        // Only in a damaged file are peaks not in order.
        if let Some(count) = segments.get_mut((peak.frame() / SEGMENT) as usize) {
            count.judged += 1;
            count.matched += u32::from(near.iter().any(has));
        }
    });
    segments
}

/// Peaks by pitch, and then by time: so that those within a quarter of a semitone are found
/// without looking at all others of some seconds.
struct Pitched {
    peaks: Vec<Peak>,
    /// Where each [`BAND`] begins, and the end of the last.
    starts: Vec<usize>,
}

/// Pitch units that are kept together, as a power of two: more than [`UNITS_OFF_FIRST`] both ways.
const BAND: u32 = 4;

impl Pitched {
    fn new(peaks: &[Peak]) -> Pitched {
        let band = |peak: &Peak| (peak.pitch() >> BAND) as usize;
        let mut starts = vec![0; (2048 >> BAND) + 1];
        for peak in peaks {
            starts[band(peak) + 1] += 1;
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let (mut next, mut sorted) = (starts.clone(), vec![Peak(0); peaks.len()]);
        for peak in peaks {
            sorted[next[band(peak)]] = *peak;
            next[band(peak)] += 1;
        }
        Pitched {
            peaks: sorted,
            starts,
        }
    }

    /// Calls `each` for every peak of `a` and each of ours of its pitch on the line, with the
    /// frames by which that misses the line, at most `reach`.
    fn misses(&self, a: &[Peak], line: &Line, reach: i64, mut each: impl FnMut(&Peak, i64)) {
        let last = self.peaks.iter().map(|peak| peak.frame()).max();
        let last = i64::from(last.unwrap_or(0));
        let (place_of, above) = (line.places(), within(line.units, UNITS_OFF_FIRST));
        let mut low = self.starts.clone();
        for peak in a {
            let place = place_of(peak.frame());
            if place < 0 || place > last {
                continue;
            }
            let band = |pitch: i32| (pitch.clamp(0, 2047) >> BAND) as usize;
            let [from, to] = [above.start(), above.end()].map(|units| peak.pitch() + units);
            let bands = band(from)..=band(to);
            for (low, end) in low[bands.clone()].iter_mut().zip(&self.starts[1..][bands]) {
                let miss = |at: usize| i64::from(self.peaks[at].frame()) - place;
                while *low < *end && miss(*low) < -reach {
                    *low += 1;
                }
                for at in *low..*end {
                    let frames = miss(at);
                    if frames > reach {
                        break;
                    }
                    let of_pitch = (from..=to).contains(&self.peaks[at].pitch());
                    // Only in a damaged file are peaks not in order.
                    if of_pitch && frames >= -reach {
                        each(peak, frames);
                    }
                }
            }
        }
    }
}

/// A line through the places at which each segment fits best.
fn fitted(a: &[Peak], b: &[Peak], rough: &Line, drift: i64) -> Line {
    let drift = drift.clamp(0, MAX_DRIFT);
    let bins = 2 * drift as usize + 1;
    let len = a.last().map_or(0, |peak| peak.frame() / SEGMENT + 1) as usize;
    let mut histograms = vec![0u32; len * bins];
    Pitched::new(b).misses(a, rough, drift, |peak, frames| {
        let at = (peak.frame() / SEGMENT) as usize * bins;
        if let Some(count) = histograms.get_mut(at + (frames + drift) as usize) {
            *count += 1;
        }
    });
    let mut points: Vec<(f64, f64, f64)> = histograms
        .chunks(bins)
        .enumerate()
        .filter_map(|(at, histogram)| {
            let (peak, place) = summit(histogram)?;
            let middle = (at as f64 + 0.5) * f64::from(SEGMENT);
            Some((middle, place - drift as f64, peak))
        })
        .collect();
    points.sort_by(|x, y| y.2.total_cmp(&x.2));
    points.truncate(MAX_POINTS);
    let whole: Vec<u32> = (0..bins)
        .map(|bin| histograms.iter().skip(bin).step_by(bins).sum())
        .collect();
    let slope = median(pairs(&points)).unwrap_or(0.0);
    let shift = if points.len() < 3 {
        summit(&whole).map_or(0.0, |(_, place)| place - drift as f64)
    } else {
        median(points.iter().map(|(x, y, _)| y - slope * x)).unwrap_or(0.0)
    };
    let slope = if points.len() < 3 { 0.0 } else { slope };
    Line {
        stretch: rough.stretch + slope,
        offset: rough.offset + shift,
        units: rough.units,
    }
}

/// Segments that draw the line: their pairs are its slopes.
const MAX_POINTS: usize = 64;

/// Slopes between points that are far enough apart to have one.
fn pairs(points: &[(f64, f64, f64)]) -> impl Iterator<Item = f64> + '_ {
    points.iter().enumerate().flat_map(move |(n, p)| {
        points[n + 1..]
            .iter()
            .filter(move |q| (q.0 - p.0).abs() >= f64::from(SEGMENT))
            .map(move |q| (q.1 - p.1) / (q.0 - p.0))
    })
}

/// How far the highest three neighbouring bins stand above the mean (in standard deviations of
/// a Poisson count), and their place; None if they do not stand out.
fn summit(histogram: &[u32]) -> Option<(f64, f64)> {
    let mean = 3.0 * histogram.iter().sum::<u32>() as f64 / histogram.len().max(1) as f64;
    let sum = |at: usize| -> u32 {
        histogram[at.saturating_sub(1)..(at + 2).min(histogram.len())]
            .iter()
            .sum()
    };
    let at = (0..histogram.len()).max_by_key(|&at| (sum(at), usize::MAX - at))?;
    let height = (f64::from(sum(at)) - mean) / (mean + 1.0).sqrt();
    let range = at.saturating_sub(1)..(at + 2).min(histogram.len());
    let centre = range
        .map(|bin| bin as f64 * f64::from(histogram[bin]))
        .sum::<f64>()
        / f64::from(sum(at).max(1));
    (height >= 3.0).then_some((height, centre))
}

/// The same line with the pitch that most matched peaks say.
fn pitched(a: &[Peak], b: &[Peak], line: &Line) -> Line {
    let mut misses = Vec::new();
    let above = within(line.units, UNITS_OFF_FIRST);
    neighbours(a, b, line, FRAMES_OFF, |peak, _, near| {
        let units = near.iter().map(|other| other.pitch() - peak.pitch());
        let near = units.filter(|units| above.contains(units));
        misses.extend(near.map(|units| f64::from(units) - line.units));
    });
    let enough = misses.len() >= 8;
    let shift = if enough {
        median(misses.into_iter()).unwrap_or(0.0)
    } else {
        0.0
    };
    Line {
        units: line.units + shift,
        ..*line
    }
}

fn median(values: impl Iterator<Item = f64>) -> Option<f64> {
    let mut values: Vec<f64> = values.collect();
    let middle = values.len() / 2;
    (!values.is_empty()).then(|| *values.select_nth_unstable_by(middle, f64::total_cmp).1)
}

#[cfg(test)]
mod tests;
