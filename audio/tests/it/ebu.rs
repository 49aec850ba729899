//! The signals of EBU Tech 3341 and 3342, synthesised at every usual rate, within their tolerances.

use crate::wave::sine;
use audio::{Layout, Measurement, Meter};
use catalog::units::SampleRate;

/// Measures one signal on every channel of a layout.
fn measure(rate: u32, layout: &Layout, planes: &[Vec<f32>]) -> Measurement {
    let mut meter = Meter::new(SampleRate::new(rate).expect("a rate"), layout).expect("a meter");
    let frames = planes[0].len();
    for begin in (0..frames).step_by(4096) {
        let end = frames.min(begin + 4096);
        let part: Vec<&[f32]> = planes.iter().map(|plane| &plane[begin..end]).collect();
        meter.add(&part).expect("planes");
    }
    meter.finish()
}

/// 1 kHz in stereo: (level in dBFS, seconds) one after the other.
fn tones(rate: u32, steps: &[(f64, f64)]) -> Vec<Vec<f32>> {
    let tone = |(level, seconds): &(f64, f64)| sine(rate, 1000.0, *level, *seconds, 0.0);
    let plane: Vec<f32> = steps.iter().flat_map(tone).collect();
    vec![plane.clone(), plane]
}

fn check_integrated(rate: u32, steps: &[(f64, f64)], expected: f64) {
    let found = measure(rate, &Layout::stereo(), &tones(rate, steps)).loudness;
    let level = found.integrated.expect("a loudness").0;
    assert!(
        (level - expected).abs() <= 0.1,
        "{rate} Hz {steps:?}: {level}, expected {expected}"
    );
}

#[test]
fn integrated_loudness_is_within_a_tenth_at_every_rate() {
    for rate in [44_100, 48_000, 88_200, 96_000, 192_000] {
        check_integrated(rate, &[(-23.0, 20.0)], -23.0);
    }
    check_integrated(48_000, &[(-33.0, 20.0)], -33.0);
    check_integrated(
        48_000,
        &[(-36.0, 10.0), (-23.0, 60.0), (-36.0, 10.0)],
        -23.0,
    );
    let case_4 = [
        (-72.0, 10.0),
        (-36.0, 10.0),
        (-23.0, 60.0),
        (-36.0, 10.0),
        (-72.0, 10.0),
    ];
    check_integrated(44_100, &case_4, -23.0);
    check_integrated(
        48_000,
        &[(-26.0, 20.0), (-20.0, 20.1), (-26.0, 20.0)],
        -23.0,
    );
}

#[test]
fn surround_counts_more_and_low_frequencies_not_at_all() {
    // Tech 3341, case 6: L and R -28, C -24, surrounds -30 dBFS.
    let tone = |level| sine(48_000, 1000.0, level, 20.0, 0.0);
    let planes = vec![
        tone(-28.0),
        tone(-28.0),
        tone(-24.0),
        tone(-6.0),
        tone(-30.0),
        tone(-30.0),
    ];
    let found = measure(48_000, &Layout::surround_5_1(), &planes).loudness;
    let level = found.integrated.expect("a loudness").0;
    assert!((level + 23.0).abs() <= 0.1, "{level}");
}

#[test]
fn range_is_within_one_unit() {
    for (steps, expected) in [
        (vec![(-20.0, 20.0), (-30.0, 20.0)], 10.0),
        (vec![(-20.0, 20.0), (-15.0, 20.0)], 5.0),
        (vec![(-40.0, 20.0), (-20.0, 20.0)], 20.0),
        (
            vec![
                (-50.0, 20.0),
                (-35.0, 20.0),
                (-20.0, 20.0),
                (-35.0, 20.0),
                (-50.0, 20.0),
            ],
            15.0,
        ),
    ] {
        let found = measure(48_000, &Layout::stereo(), &tones(48_000, &steps)).loudness;
        let range = found.range.expect("a range").0;
        assert!((range - expected).abs() <= 1.0, "{steps:?}: {range}");
    }
}

#[test]
fn short_term_maximum_is_that_of_its_three_seconds() {
    let found = measure(
        48_000,
        &Layout::stereo(),
        &tones(48_000, &[(-40.0, 5.0), (-23.0, 3.0), (-40.0, 5.0)]),
    );
    let level = found.loudness.short_term_max.expect("a loudness").0;
    assert!((level + 23.0).abs() <= 0.1, "{level}");
    assert_eq!(found.curve.energies().len(), 130);
}

#[test]
fn true_peak_is_within_tolerance_from_44_to_192_khz() {
    // Tech 3341, cases 15 to 18: -6.0 dBTP, +0.2 / -0.4 dB, faded in and out.
    for rate in [44_100, 48_000, 96_000, 176_400, 192_000, 384_000] {
        for (divisor, phase) in [(4.0, 0.0), (4.0, 45.0), (6.0, 60.0), (8.0, 67.5)] {
            let mut plane = sine(rate, f64::from(rate) / divisor, -6.0, 0.5, phase);
            let length = plane.len();
            for (n, sample) in plane.iter_mut().enumerate() {
                *sample *= (n.min(length - 1 - n) as f32 / 2000.0).min(1.0);
            }
            let found = measure(rate, &Layout::mono(), &[plane]).loudness;
            let peak = found.true_peak.expect("a peak").0;
            assert!(
                (-6.4..=-5.8).contains(&peak),
                "{rate} Hz / {divisor}, {phase} degrees: {peak}"
            );
        }
    }
}

/// `ebur128` without its histogram, the oracle.
fn libebur128(rate: u32, planes: &[Vec<f32>]) -> (f64, f64, f64) {
    use ebur128::{EbuR128, Mode};
    let mode = Mode::I | Mode::LRA | Mode::TRUE_PEAK;
    let mut meter = EbuR128::new(planes.len() as u32, rate, mode).expect("a meter");
    let planes: Vec<&[f32]> = planes.iter().map(Vec::as_slice).collect();
    meter.add_frames_planar_f32(&planes).expect("planes");
    let peaks = (0..planes.len() as u32).map(|channel| meter.true_peak(channel).expect("a peak"));
    (
        meter.loudness_global().expect("a loudness"),
        meter.loudness_range().expect("a range"),
        20.0 * peaks.fold(0.0, f64::max).log10(),
    )
}

#[test]
fn every_figure_is_that_of_ebur128_at_every_rate() {
    for rate in [22_050, 24_000, 44_100, 48_000, 88_200, 96_000, 176_400] {
        let mut state = 1u32;
        let mut plane = |loud: f32| -> Vec<f32> {
            (0..rate * 13)
                .map(|n| {
                    state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    let time = n as f32 / rate as f32;
                    let swell = 0.02 + 0.98 * (time * 0.5).sin().abs();
                    let tone = (time * 440.0 * std::f32::consts::TAU).sin();
                    let hiss = state as i32 as f32 / i32::MAX as f32;
                    (0.6 * tone + 0.3 * hiss) * swell * loud
                })
                .collect()
        };
        let planes = [plane(0.9), plane(0.4)];
        let ours = measure(rate, &Layout::stereo(), &planes).loudness;
        let (integrated, range, peak) = libebur128(rate, &planes);
        let near = |found: f64, expected: f64, tolerance: f64| {
            assert!(
                (found - expected).abs() < tolerance,
                "{rate} Hz: {ours:?}, {expected}"
            );
        };
        near(ours.integrated.expect("loud").0, integrated, 1e-4);
        near(ours.range.expect("loud").0, range, 1e-4);
        near(ours.true_peak.expect("loud").0, peak, 1e-3);
    }
}

#[test]
fn a_curve_kept_in_hundredths_gives_the_same_figures_and_two_curves_are_one_programme() {
    let loud = measure(48_000, &Layout::stereo(), &tones(48_000, &[(-20.0, 20.0)])).curve;
    let soft = measure(48_000, &Layout::stereo(), &tones(48_000, &[(-26.0, 20.0)])).curve;
    let kept = audio::Curve::of_hundredths(&soft.hundredths());
    let gain = catalog::units::GainDb;
    let near = |found: Option<catalog::units::Lufs>, expected: f64| {
        let found = found.expect("a loudness").0;
        assert!(
            (found - expected).abs() < 0.05,
            "{found}, expected {expected}"
        );
    };
    near(audio::Curve::integrated(&[(&kept, gain(0.0))]), -26.0);
    near(
        audio::Curve::integrated(&[(&kept, gain(6.0)), (&loud, gain(0.0))]),
        -20.0,
    );
    // -20 and -26 in equal parts: 10 log10((10^-2 + 10^-2.6) / 2).
    near(
        audio::Curve::integrated(&[(&kept, gain(0.0)), (&loud, gain(0.0))]),
        -22.04,
    );
    assert_eq!(audio::Curve::integrated(&[]), None);
}

#[test]
fn silence_has_no_loudness() {
    let found = measure(
        44_100,
        &Layout::stereo(),
        &[vec![0.0; 441_000], vec![0.0; 441_000]],
    );
    assert_eq!(found.loudness, catalog::rendition::Loudness::default());
    let short = measure(44_100, &Layout::mono(), &[vec![0.5; 100]]);
    assert_eq!(short.loudness.integrated, None);
    assert!(short.loudness.true_peak.is_some());
}
