//! Which tracks are levelled together, and how loud is an album?
//!
//! A live album or a mix keeps its levels: where one track runs into the next, both get one gain. Two
//! tracks run into each other when neither ends nor begins in silence and the waveform goes on across
//! the border without a jump. An album's loudness is that of all its gating blocks as one programme
//! (EBU R 128 supplement 2, "album normalisation"), its peak and short-term maximum the largest.

use crate::config::{Policy, Scope};
use crate::master::Scan;
use audio::Curve;
use catalog::rendition::Loudness;
use catalog::units::GainDb;

/// Steps of 100 ms at an edge that say how loud it is.
const EDGE_STEPS: usize = 2;

/// How much louder one side of a border may be than the other, LU.
const EDGE_DIFFERENCE_LU: f64 = 12.0;

/// A jump is larger than so many average steps from sample to sample.
const JUMP: f32 = 4.0;

/// What a track's gain is planned from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Level {
    /// Of the track itself.
    pub own: Loudness,
    /// Of the track, or of the tracks that share its gain.
    pub reference: Loudness,
    /// Of the whole album; `None` for a track that stands alone.
    pub album: Option<Loudness>,
    /// Whether the whole album shares one gain, so that its levels are still the album's.
    pub shared: bool,
}

/// The level of every track of an album, in its order. Tracks that could not be measured are `None`.
pub fn levels(scans: &[Option<&Scan>], policy: &Policy) -> Vec<Option<Level>> {
    let found: Vec<&Scan> = scans.iter().flatten().copied().collect();
    let album = (found.len() > 1).then(|| together(&found));
    let mut levels = Vec::with_capacity(scans.len());
    let mut begin = 0;
    while begin < scans.len() {
        let mut end = begin + 1;
        while end < scans.len() && one_gain(scans[end - 1], scans[end], policy) {
            end += 1;
        }
        let group: Vec<&Scan> = scans[begin..end].iter().flatten().copied().collect();
        let shared = group.len() == found.len();
        let reference = match group[..] {
            [] => None,
            [one] => Some(one.loudness),
            _ => Some(together(&group)),
        };
        let level = |scan: &Option<&Scan>| {
            let own = scan.as_ref()?.loudness;
            Some(Level {
                own,
                reference: reference?,
                album,
                shared,
            })
        };
        levels.extend(scans[begin..end].iter().map(level));
        begin = end;
    }
    levels
}

/// Several tracks as one programme.
fn together(scans: &[&Scan]) -> Loudness {
    let curves: Vec<Curve> = scans.iter().map(|scan| scan.curve()).collect();
    let parts: Vec<(&Curve, GainDb)> = curves.iter().map(|curve| (curve, GainDb::NONE)).collect();
    let integrated = Curve::integrated(&parts);
    let largest = |a: f64, b: f64| a.max(b);
    let peaks = scans.iter().filter_map(|scan| scan.loudness.true_peak);
    let maxima = scans.iter().filter_map(|scan| scan.loudness.short_term_max);
    crate::verify::rounded(&Loudness {
        integrated,
        range: integrated.and(Curve::range(&parts)),
        true_peak: peaks
            .map(|peak| peak.0)
            .reduce(largest)
            .map(catalog::units::Dbtp),
        short_term_max: maxima
            .map(|level| level.0)
            .reduce(largest)
            .map(catalog::units::Lufs),
    })
}

fn one_gain(before: Option<&Scan>, after: Option<&Scan>, policy: &Policy) -> bool {
    match (policy.scope, before, after) {
        (Scope::Track, ..) => false,
        (Scope::Album, ..) => true,
        (Scope::Auto, Some(before), Some(after)) => run_together(before, after, policy),
        (Scope::Auto, ..) => false,
    }
}

/// Whether one track goes on as the next.
pub fn run_together(before: &Scan, after: &Scan, policy: &Policy) -> bool {
    if (before.sample_rate, before.last.sample.len())
        != (after.sample_rate, after.first.sample.len())
    {
        return false;
    }
    let (last, first) = (before.curve(), after.curve());
    let steps = last.energies().len();
    let (Some(ends), Some(begins)) = (
        last.loudness(steps.saturating_sub(EDGE_STEPS)..steps),
        first.loudness(0..EDGE_STEPS),
    ) else {
        return false;
    };
    let sounds = ends.0.min(begins.0) >= policy.silence_lufs.0;
    let alike = (ends - begins).0.abs() <= EDGE_DIFFERENCE_LU;
    let allowed = JUMP * before.last.step.max(after.first.step);
    let mut samples = before.last.sample.iter().zip(&after.first.sample);
    let smooth = samples.all(|(a, b)| (a - b).abs() <= allowed);
    sounds && alike && smooth
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Config;
    use crate::master::Edge;
    use catalog::units::{Dbtp, Frames, Lufs, SampleRate};

    fn scan(level: f64, edges: (f64, f64), border: (f32, f32)) -> Scan {
        let mut steps = vec![(level * 100.0) as i16; 100];
        steps[..2].fill((edges.0 * 100.0) as i16);
        steps[98..].fill((edges.1 * 100.0) as i16);
        let edge = |sample| Edge {
            sample: vec![sample; 2],
            step: 0.02,
        };
        Scan {
            frames: Frames(480_000),
            sample_rate: SampleRate::new(48_000).expect("a rate"),
            lossy: None,
            loudness: Loudness {
                integrated: Some(Lufs(level)),
                true_peak: Some(Dbtp(level + 12.0)),
                ..Loudness::default()
            },
            fit: GainDb::NONE,
            steps,
            peaks: Vec::new(),
            first: edge(border.0),
            last: edge(border.1),
            complexity: None,
        }
    }

    fn check(scope: Scope, scans: &[&Scan], expected: &[f64]) {
        let mut policy = Config::load(None).expect("defaults").loudness;
        policy.scope = scope;
        let scans: Vec<Option<&Scan>> = scans.iter().copied().map(Some).collect();
        let levels = levels(&scans, &policy);
        for (level, expected) in levels.iter().zip(expected) {
            let found = level
                .expect("measured")
                .reference
                .integrated
                .expect("loud")
                .0;
            assert!((found - expected).abs() < 0.2, "{scope:?}: {levels:?}");
        }
    }

    #[test]
    fn tracks_that_run_into_each_other_share_a_gain_and_others_do_not() {
        let loud = scan(-8.0, (-8.0, -14.0), (0.0, 0.11));
        let soft = scan(-14.0, (-14.0, -14.0), (0.12, 0.3));
        let alone = scan(-20.0, (-60.0, -60.0), (0.0, 0.0));
        let all = [&loud, &soft, &alone];
        check(Scope::Track, &all, &[-8.0, -14.0, -20.0]);
        // -8 and -14 in equal parts.
        check(Scope::Auto, &all, &[-10.1, -10.1, -20.0]);
        // The soft one stands under the relative gate of all three? No: 10 LU below about -11.6.
        check(Scope::Album, &all, &[-11.6, -11.6, -11.6]);
    }

    #[test]
    fn a_jump_or_a_fade_is_a_border() {
        let policy = Config::load(None).expect("defaults").loudness;
        let one = scan(-10.0, (-10.0, -10.0), (0.0, 0.1));
        let goes_on = scan(-10.0, (-10.0, -10.0), (0.15, 0.0));
        let jumps = scan(-10.0, (-10.0, -10.0), (-0.2, 0.0));
        let fades_in = scan(-10.0, (-55.0, -10.0), (0.1, 0.0));
        assert!(run_together(&one, &goes_on, &policy));
        assert!(!run_together(&one, &jumps, &policy));
        assert!(!run_together(&one, &fades_in, &policy));
    }
}
