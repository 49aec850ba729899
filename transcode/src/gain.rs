//! By how much is a master made louder or quieter?
//!
//! Downwards freely, upwards only as far as its peaks have headroom: no limiter ever changes the
//! shape of the music. Loudness normalisation after EBU R 128 and its streaming supplement (s2).

use crate::config::{Lossy, Policy};
use catalog::rendition::Loudness;
use catalog::units::GainDb;

/// The gain that brings a master to the target, or as near as the ceiling lets it. Silence and what
/// is too short to have a loudness (under 0.4 s) is only lowered under the ceiling. `overshoot` is
/// kept free below the ceiling: what coding is known to add to peaks.
/// `loss` is what coding is known to take away: the gain makes up for it. Where a gain is only to be
/// tagged, samples keep their level under the ceiling.
pub fn plan_gain(loudness: &Loudness, policy: &Policy, overshoot: GainDb, loss: GainDb) -> GainDb {
    let to_target = match (policy.lossy, loudness.integrated) {
        (Lossy::Apply, Some(integrated)) => policy.target_lufs - integrated + loss,
        (Lossy::Apply, None) => GainDb::NONE,
        (Lossy::Tag, _) => loss,
    };
    match loudness.true_peak {
        Some(peak) => to_target.min(policy.ceiling_dbtp + -overshoot - peak),
        None => to_target,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Config;
    use catalog::units::{Dbtp, Lufs};
    use proptest::prelude::*;

    fn policy() -> Policy {
        Config::load(None).expect("defaults").loudness
    }

    fn check(integrated: Option<f64>, peak: Option<f64>, expected: f64) {
        let loudness = Loudness {
            integrated: integrated.map(Lufs),
            true_peak: peak.map(Dbtp),
            ..Loudness::default()
        };
        let gain = plan_gain(&loudness, &policy(), GainDb::NONE, GainDb::NONE).0;
        assert!(
            (gain - expected).abs() < 1e-9,
            "{loudness:?}: {gain}, expected {expected}"
        );
    }

    #[test]
    fn a_loud_master_is_lowered_to_the_target() {
        check(Some(-8.0), Some(0.3), -6.0);
    }

    #[test]
    fn a_quiet_master_is_never_pushed_past_the_true_peak_ceiling() {
        check(Some(-20.0), Some(-5.0), 4.0);
        check(Some(-14.0), Some(0.0), -1.0);
    }

    #[test]
    fn silence_is_left_alone() {
        check(None, None, 0.0);
        check(None, Some(-30.0), 0.0);
        check(None, Some(0.5), -1.5);
    }

    #[test]
    fn what_coding_takes_away_is_added_before_and_tagged_samples_keep_their_level() {
        let loudness = Loudness {
            integrated: Some(Lufs(-10.0)),
            true_peak: Some(Dbtp(-0.2)),
            ..Loudness::default()
        };
        let gain = plan_gain(&loudness, &policy(), GainDb::NONE, GainDb(1.25));
        assert!((gain.0 + 2.75).abs() < 1e-9, "{gain}");
        let mut tagged = policy();
        tagged.lossy = Lossy::Tag;
        let gain = plan_gain(&loudness, &tagged, GainDb(0.3), GainDb::NONE);
        assert!(
            (gain.0 + 1.1).abs() < 1e-9,
            "only under the ceiling: {gain}"
        );
    }

    proptest! {
        #[test]
        fn no_plan_is_louder_than_the_target_or_peaks_above_the_ceiling(
            integrated in -70.0f64..5.0, peak in -60.0f64..6.0,
        ) {
            let (integrated, peak) = (Lufs(integrated), Dbtp(peak));
            let loudness = Loudness {
                integrated: Some(integrated), true_peak: Some(peak), ..Loudness::default()
            };
            let gain = plan_gain(&loudness, &policy(), GainDb::NONE, GainDb::NONE);
            prop_assert!((integrated + gain).0 <= -14.0 + 1e-9);
            prop_assert!((peak + gain).0 <= -1.0 + 1e-9);
            let at_target = ((integrated + gain).0 + 14.0).abs() < 1e-9;
            let at_ceiling = ((peak + gain).0 + 1.0).abs() < 1e-9;
            prop_assert!(at_target || at_ceiling, "one of both is reached");
        }
    }
}
