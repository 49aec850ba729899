//! How loud is this, by EBU R 128?
//!
//! The K-weighted energy of every 100 ms is all that is kept: ITU-R BS.1770-5 builds its windows of
//! 400 ms and 3 s from it, and so integrated loudness, range (EBU Tech 3342) and short-term maximum
//! follow from the curve alone, of one signal or of several (an album) at any gains. Silence has no
//! loudness: `None`.

use crate::k_weighting::KWeighting;
use crate::true_peak::TruePeak;
use crate::{AudioError, AudioInfo, DecodeSummary, Decoder, Layout};
use catalog::rendition::Loudness;
use catalog::units::{Dbtp, GainDb, Lu, Lufs, SampleRate};
use std::path::Path;

/// Steps of 100 ms in a gating block (BS.1770-5: 400 ms, overlapping by 75 %).
const GATING_STEPS: usize = 4;

/// Steps of 100 ms in a short-term window (EBU Tech 3341: 3 s).
const SHORT_TERM_STEPS: usize = 30;

/// Steps between the short-term windows that a range is made of: 1 s, as in libebur128.
const RANGE_HOP: usize = 10;

/// The absolute gate, LUFS.
const ABSOLUTE_GATE: f64 = -70.0;

/// The relative gates of integrated loudness and of range, LU.
const RELATIVE_GATES: (f64, f64) = (-10.0, -20.0);

/// The part of the distribution that a range spans (Tech 3342).
const PERCENTILES: (f64, f64) = (0.10, 0.95);

/// The offset of the loudness scale, BS.1770-5 equation 2, dB.
const OFFSET_DB: f64 = -0.691;

/// A meter that is fed with blocks.
pub struct Meter {
    rate: SampleRate,
    channels: usize,
    weighting: KWeighting,
    peak: TruePeak,
    /// Frames per 100 ms, and how many of the current 100 ms are there with which energy.
    step: usize,
    filled: usize,
    energy: f64,
    energies: Vec<f32>,
}

impl Meter {
    /// A meter for samples of a rate and layout. Low frequencies do not count, surrounds count
    /// +1.5 dB; a mono file counts as one channel.
    ///
    /// # Errors
    /// [`AudioError::Processing`] for a layout without a channel.
    pub fn new(rate: SampleRate, layout: &Layout) -> Result<Meter, AudioError> {
        let channels = layout.count();
        if channels == 0 {
            return Err(fault(rate, channels, &"no channels"));
        }
        Ok(Meter {
            rate,
            channels,
            weighting: KWeighting::new(f64::from(rate.hz()), layout),
            peak: TruePeak::new(rate.hz(), channels),
            step: (rate.hz() as usize + 5) / 10,
            filled: 0,
            energy: 0.0,
            energies: Vec::new(),
        })
    }

    /// Adds planes of equal length.
    ///
    /// # Errors
    /// [`AudioError::Processing`] when the number of planes is not the layout's.
    pub fn add<P: AsRef<[f32]>>(&mut self, planes: &[P]) -> Result<(), AudioError> {
        if planes.len() != self.channels {
            let reason = format!("got {} planes", planes.len());
            return Err(fault(self.rate, self.channels, &reason));
        }
        let planes: Vec<&[f32]> = planes.iter().map(AsRef::as_ref).collect();
        let frames = planes[0].len();
        if planes.iter().any(|plane| plane.len() != frames) {
            return Err(fault(self.rate, self.channels, &"planes of unlike length"));
        }
        self.peak.add(&planes);
        let mut begin = 0;
        while begin < frames {
            let end = frames.min(begin + self.step - self.filled);
            let part: Vec<&[f32]> = planes.iter().map(|plane| &plane[begin..end]).collect();
            self.energy += self.weighting.energy(&part);
            self.filled += end - begin;
            if self.filled == self.step {
                self.energies.push((self.energy / self.step as f64) as f32);
                (self.filled, self.energy) = (0, 0.0);
            }
            begin = end;
        }
        Ok(())
    }

    /// The measurement.
    pub fn finish(self) -> Measurement {
        let curve = Curve {
            energies: self.energies,
        };
        let integrated = Curve::integrated(&[(&curve, GainDb::NONE)]);
        let loudness = Loudness {
            integrated,
            range: integrated.and(Curve::range(&[(&curve, GainDb::NONE)])),
            true_peak: Dbtp::of_amplitude(self.peak.finish()),
            short_term_max: curve.short_term_max(),
        };
        Measurement { loudness, curve }
    }
}

/// What a meter found.
#[derive(Debug, Clone, PartialEq)]
pub struct Measurement {
    /// The figures.
    pub loudness: Loudness,
    /// The course of loudness over time.
    pub curve: Curve,
}

/// The K-weighted mean square of every whole 100 ms.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Curve {
    energies: Vec<f32>,
}

impl Curve {
    /// Seconds per step.
    pub const STEP_SECONDS: f64 = 0.1;

    /// A curve of levels in hundredths of LUFS; `i16::MIN` is silence.
    pub fn of_hundredths(levels: &[i16]) -> Curve {
        let energy = |level: &i16| match *level {
            i16::MIN => 0.0,
            level => energy_of(f64::from(level) / 100.0) as f32,
        };
        Curve {
            energies: levels.iter().map(energy).collect(),
        }
    }

    /// The level of every step in hundredths of LUFS; `i16::MIN` is silence. Rounding costs less than
    /// 0.005 LU.
    pub fn hundredths(&self) -> Vec<i16> {
        let level = |energy: &f32| match level_of(f64::from(*energy)) {
            level if level < -320.0 => i16::MIN,
            level => (level * 100.0).round() as i16,
        };
        self.energies.iter().map(level).collect()
    }

    /// The energies in order.
    pub fn energies(&self) -> &[f32] {
        &self.energies
    }

    /// Mean loudness of some steps, ungated; `None` for silence or an empty range.
    pub fn loudness(&self, steps: std::ops::Range<usize>) -> Option<Lufs> {
        let part = self.energies.get(steps).filter(|part| !part.is_empty())?;
        let mean = mean(part);
        (mean > 0.0).then(|| Lufs(level_of(mean)))
    }

    /// The gated loudness of one curve, or of several at their gains as one programme (an album):
    /// the blocks of all of them pass the gates together (BS.1770-5, equations 5 to 7).
    pub fn integrated(parts: &[(&Curve, GainDb)]) -> Option<Lufs> {
        let blocks = windows(parts, GATING_STEPS, 1);
        let audible = gate(&blocks, energy_of(ABSOLUTE_GATE));
        let relative = average(&audible)? * ratio_of(RELATIVE_GATES.0);
        average(&gate(&audible, relative)).map(|energy| Lufs(level_of(energy)))
    }

    /// The loudness range, alike of one or several (Tech 3342).
    pub fn range(parts: &[(&Curve, GainDb)]) -> Option<Lu> {
        let blocks = windows(parts, SHORT_TERM_STEPS, RANGE_HOP);
        let audible = gate(&blocks, energy_of(ABSOLUTE_GATE));
        let relative = average(&audible)? * ratio_of(RELATIVE_GATES.1);
        let mut loud = gate(&audible, relative);
        loud.sort_by(f64::total_cmp);
        let at = |part: f64| loud.get(((loud.len() as f64 - 1.0) * part).round() as usize);
        let (low, high) = (at(PERCENTILES.0)?, at(PERCENTILES.1)?);
        Some(Lu(level_of(*high) - level_of(*low)))
    }

    /// The loudest 3 s; `None` for silence and for anything shorter.
    pub fn short_term_max(&self) -> Option<Lufs> {
        let windows = self.energies.windows(SHORT_TERM_STEPS);
        let loudest = windows.map(mean).fold(0.0, f64::max);
        // Below -120 LUFS is the rounding of a silent file, not sound.
        Some(Lufs(level_of(loudest))).filter(|level| level.0 > -120.0)
    }
}

fn mean(energies: &[f32]) -> f64 {
    energies.iter().map(|e| f64::from(*e)).sum::<f64>() / energies.len().max(1) as f64
}

fn windows(parts: &[(&Curve, GainDb)], steps: usize, hop: usize) -> Vec<f64> {
    let of = |(curve, gain): &(&Curve, GainDb)| {
        let ratio = ratio_of(gain.0);
        let windows = curve.energies.windows(steps).step_by(hop);
        windows
            .map(|window| mean(window) * ratio)
            .collect::<Vec<f64>>()
    };
    parts.iter().flat_map(of).collect()
}

fn gate(blocks: &[f64], threshold: f64) -> Vec<f64> {
    let passes = |block: &f64| *block >= threshold;
    blocks.iter().copied().filter(passes).collect()
}

fn average(blocks: &[f64]) -> Option<f64> {
    (!blocks.is_empty()).then(|| blocks.iter().sum::<f64>() / blocks.len() as f64)
}

fn level_of(energy: f64) -> f64 {
    OFFSET_DB + 10.0 * energy.log10()
}

fn energy_of(level: f64) -> f64 {
    ratio_of(level - OFFSET_DB)
}

fn ratio_of(db: f64) -> f64 {
    10f64.powf(db / 10.0)
}

/// Decodes a file to its end and measures it.
///
/// # Errors
/// As [`Decoder::next_block`] and [`Meter::new`].
pub fn measure(
    path: impl AsRef<Path>,
) -> Result<(AudioInfo, DecodeSummary, Measurement), AudioError> {
    let mut decoder = Decoder::open(path)?;
    let info = decoder.info().clone();
    let mut meter = Meter::new(info.sample_rate, &info.layout)?;
    while let Some(block) = decoder.next_block()? {
        meter.add(&block.planes)?;
    }
    Ok((info, decoder.finish()?, meter.finish()))
}

fn fault(rate: SampleRate, channels: usize, reason: &dyn std::fmt::Display) -> AudioError {
    AudioError::Processing {
        what: "measuring loudness",
        rate,
        channels,
        reason: reason.to_string(),
    }
}
