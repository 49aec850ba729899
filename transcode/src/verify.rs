//! Does a rendition sound as loud as planned, once it is decoded again?
//!
//! Lossy coding moves peaks, and the lowest bitrates lose treble. What a rendition's index says is
//! what was measured on the rendition itself; where the plan was missed the gain is corrected and it
//! is encoded again.

use crate::Error;
use crate::config::Policy;
use catalog::rendition::Loudness;
use catalog::units::{Dbtp, Frames, GainDb, Lu, Lufs};
use std::path::Path;

/// Taken off on top of an overshoot, dB: another gain moves other samples to the top.
const MARGIN_DB: f64 = 0.1;

/// Kept free under the ceiling when a quiet rendition is raised, dB, so that the next measurement does
/// not lower it again.
const RAISE_MARGIN_DB: f64 = 0.2;

/// Corrections smaller than this are not worth an encoding, dB.
const WORTHWHILE_DB: f64 = 0.1;

/// Decodes an encoded stream to its end and measures it.
///
/// # Errors
/// [`Error::Audio`] when it does not decode, [`Error::Verify`] when it is longer or shorter than
/// what was encoded.
pub fn measure(profile: &str, path: &Path, frames: Frames) -> Result<Loudness, Error> {
    let (_, summary, measurement) = audio::measure(path)?;
    if summary.frames != frames {
        return Err(Error::Verify {
            profile: profile.to_owned(),
            what: "frames",
            found: summary.frames.0.to_string(),
            expected: frames.0.to_string(),
        });
    }
    Ok(rounded(&measurement.loudness))
}

/// What an encoding aimed at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Aim {
    /// The gain applied.
    pub gain: GainDb,
    /// The integrated loudness expected; `None` where it can't be foretold (silence, a part).
    pub integrated: Option<Lufs>,
}

/// What follows from a measurement.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Judgement {
    /// It is as planned.
    AsPlanned,
    /// Its true peak is above the ceiling: encode again with less gain, and expect less loudness.
    TooHigh(Aim),
    /// It is louder or quieter than planned: encode again with a corrected gain.
    OffTarget(Aim),
    /// It misses the plan by this much, and its peaks allow no correction.
    Limited(GainDb),
}

/// Holds a measurement against the aim and the policy.
pub fn judge(aim: &Aim, measured: &Loudness, policy: &Policy) -> Judgement {
    let headroom = measured.true_peak.map(|peak| policy.ceiling_dbtp - peak);
    if let Some(headroom) = headroom
        && headroom.0 < 0.0
    {
        let cut = headroom + GainDb(-MARGIN_DB);
        let integrated = aim.integrated.map(|level| level + cut);
        return Judgement::TooHigh(Aim {
            gain: aim.gain + cut,
            integrated,
        });
    }
    let (Some(planned), Some(found)) = (aim.integrated, measured.integrated) else {
        return Judgement::AsPlanned;
    };
    let missing = planned - found;
    if missing.0.abs() <= policy.tolerance_lu {
        return Judgement::AsPlanned;
    }
    let room = headroom.map_or(missing, |headroom| headroom + GainDb(-RAISE_MARGIN_DB));
    let allowed = missing.min(room);
    if allowed.0.abs() < WORTHWHILE_DB || allowed.0 < 0.0 && missing.0 > 0.0 {
        return Judgement::Limited(missing);
    }
    Judgement::OffTarget(Aim {
        gain: aim.gain + allowed,
        integrated: Some(planned),
    })
}

/// Figures as they are published: to a thousandth, which is finer than any meter agrees with
/// another, and hides the last bits in which two machines differ.
pub fn rounded(loudness: &Loudness) -> Loudness {
    let round = |value: f64| (value * 1000.0).round() / 1000.0;
    Loudness {
        integrated: loudness.integrated.map(|level| Lufs(round(level.0))),
        range: loudness.range.map(|range| Lu(round(range.0))),
        true_peak: loudness.true_peak.map(|peak| Dbtp(round(peak.0))),
        short_term_max: loudness.short_term_max.map(|level| Lufs(round(level.0))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(planned: f64, found: f64, peak: f64) -> Judgement {
        let policy = crate::Config::load(None).expect("defaults").loudness;
        let aim = Aim {
            gain: GainDb(-3.0),
            integrated: Some(Lufs(planned)),
        };
        let measured = Loudness {
            integrated: Some(Lufs(found)),
            true_peak: Some(Dbtp(peak)),
            ..Loudness::default()
        };
        judge(&aim, &measured, &policy)
    }

    #[test]
    fn a_rendition_within_tolerance_and_under_the_ceiling_stands() {
        assert_eq!(judged(-14.0, -14.2, -1.0), Judgement::AsPlanned);
    }

    #[test]
    fn a_peak_above_the_ceiling_costs_gain_and_loudness() {
        let Judgement::TooHigh(aim) = judged(-14.0, -14.0, -0.6) else {
            panic!("too high")
        };
        assert!((aim.gain.0 + 3.5).abs() < 1e-9, "{aim:?}");
        assert!(
            (aim.integrated.expect("planned").0 + 14.5).abs() < 1e-9,
            "{aim:?}"
        );
    }

    #[test]
    fn a_quiet_rendition_is_raised_as_far_as_its_peaks_allow() {
        let Judgement::OffTarget(aim) = judged(-14.0, -14.5, -6.0) else {
            panic!("off target")
        };
        assert!((aim.gain.0 + 2.5).abs() < 1e-9, "{aim:?}");
        let Judgement::OffTarget(aim) = judged(-14.0, -15.0, -1.35) else {
            panic!("off target")
        };
        assert!((aim.gain.0 + 2.85).abs() < 1e-9, "{aim:?}");
        let Judgement::Limited(missing) = judged(-14.0, -15.0, -1.2) else {
            panic!("limited")
        };
        assert!((missing.0 - 1.0).abs() < 1e-9, "{missing:?}");
    }
}
