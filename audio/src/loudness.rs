//! How loud is this, by EBU R 128?
//!
//! Integrated loudness, range and true peak by ebur128 without its histogram (whose bins of 0.1 LU
//! cost up to 0.05 LU); short-term maximum and the curve from the energy of every 100 ms, which is
//! what ITU-R BS.1770-5 builds its windows of 400 ms and 3 s from. Silence has no loudness: `None`.

use crate::true_peak::HighRatePeak;
use crate::{AudioError, AudioInfo, DecodeSummary, Decoder, Layout, Speaker};
use catalog::rendition::Loudness;
use catalog::units::{Dbtp, Lu, Lufs, SampleRate};
use ebur128::{Channel, EbuR128, Mode};
use std::path::Path;

/// From this rate on ebur128 does not oversample for true peak, Hz.
const OVERSAMPLE_OURSELVES: u32 = 192_000;

/// Steps of 100 ms in a short-term window (EBU Tech 3341: 3 s).
const SHORT_TERM_STEPS: usize = 30;

/// The offset of the loudness scale, BS.1770-5 equation 2, dB.
const OFFSET_DB: f64 = -0.691;

/// A meter that is fed with blocks.
pub struct Meter {
    rate: SampleRate,
    channels: usize,
    ebu: EbuR128,
    high_rate: Option<HighRatePeak>,
    /// Frames per 100 ms, and how many of the current 100 ms are there.
    step: usize,
    filled: usize,
    energies: Vec<f32>,
}

impl Meter {
    /// A meter for samples of a rate and layout. Low frequencies do not count, surrounds count
    /// +1.5 dB; a mono file counts as one channel.
    ///
    /// # Errors
    /// [`AudioError::Processing`] when ebur128 refuses the parameters.
    pub fn new(rate: SampleRate, layout: &Layout) -> Result<Meter, AudioError> {
        let mut mode = Mode::I | Mode::LRA;
        let mut high_rate = None;
        if rate.hz() >= OVERSAMPLE_OURSELVES {
            high_rate = Some(HighRatePeak::new(layout.count()));
        } else {
            mode |= Mode::TRUE_PEAK;
        }
        let channels = layout.count();
        let refuse = |error: ebur128::Error| fault(rate, channels, &error);
        let mut ebu = EbuR128::new(channels as u32, rate.hz(), mode).map_err(refuse)?;
        let map: Vec<Channel> = layout.speakers().iter().map(role).collect();
        ebu.set_channel_map(&map).map_err(refuse)?;
        let step = (rate.hz() as usize + 5) / 10;
        Ok(Meter {
            rate,
            channels,
            ebu,
            high_rate,
            step,
            filled: 0,
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
        let frames = planes.first().map_or(0, |plane| plane.as_ref().len());
        let mut begin = 0;
        while begin < frames {
            let end = frames.min(begin + self.step - self.filled);
            let part: Vec<&[f32]> = planes.iter().map(|p| &p.as_ref()[begin..end]).collect();
            let added = self.ebu.add_frames_planar_f32(&part);
            added.map_err(|error| fault(self.rate, self.channels, &error))?;
            if let Some(peak) = &mut self.high_rate {
                peak.add(&part);
            }
            self.filled += end - begin;
            if self.filled == self.step {
                self.filled = 0;
                let level = self.ebu.loudness_window(100);
                let level = level.map_err(|error| fault(self.rate, self.channels, &error))?;
                self.energies
                    .push(10f64.powf((level - OFFSET_DB) / 10.0) as f32);
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
        let integrated = self
            .ebu
            .loudness_global()
            .ok()
            .filter(|level| level.is_finite());
        let range = self
            .ebu
            .loudness_range()
            .ok()
            .filter(|range| range.is_finite());
        let peak = match self.high_rate {
            Some(peak) => peak.finish(),
            None => (0..self.channels as u32)
                .filter_map(|channel| self.ebu.true_peak(channel).ok())
                .fold(0.0, f64::max),
        };
        let loudness = Loudness {
            integrated: integrated.map(Lufs),
            range: integrated.and(range).map(Lu),
            true_peak: Dbtp::of_amplitude(peak),
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
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    energies: Vec<f32>,
}

impl Curve {
    /// Seconds per step.
    pub const STEP_SECONDS: f64 = 0.1;

    /// The energies in order.
    pub fn energies(&self) -> &[f32] {
        &self.energies
    }

    /// Mean loudness of some steps, ungated; `None` for silence or an empty range.
    pub fn loudness(&self, steps: std::ops::Range<usize>) -> Option<Lufs> {
        let part = self.energies.get(steps).filter(|part| !part.is_empty())?;
        let mean = part.iter().map(|e| f64::from(*e)).sum::<f64>() / part.len() as f64;
        (mean > 0.0).then(|| Lufs(OFFSET_DB + 10.0 * mean.log10()))
    }

    /// The loudest 3 s; `None` for silence and for anything shorter.
    fn short_term_max(&self) -> Option<Lufs> {
        let mean = |window: &[f32]| window.iter().map(|e| f64::from(*e)).sum::<f64>();
        let loudest = self
            .energies
            .windows(SHORT_TERM_STEPS)
            .map(mean)
            .fold(0.0, f64::max);
        let loudest = loudest / SHORT_TERM_STEPS as f64;
        // Below -120 LUFS is the rounding of a silent file, not sound.
        Some(Lufs(OFFSET_DB + 10.0 * loudest.log10())).filter(|level| level.0 > -120.0)
    }
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

fn role(speaker: &Speaker) -> Channel {
    match speaker {
        Speaker::Mono | Speaker::Left => Channel::Left,
        Speaker::Right => Channel::Right,
        Speaker::Centre | Speaker::Other => Channel::Center,
        Speaker::LowFrequency => Channel::Unused,
        Speaker::LeftSurround => Channel::LeftSurround,
        Speaker::RightSurround => Channel::RightSurround,
        Speaker::RearCentre => Channel::Mp180,
    }
}

fn fault(rate: SampleRate, channels: usize, reason: &dyn std::fmt::Display) -> AudioError {
    AudioError::Processing {
        what: "measuring loudness",
        rate,
        channels,
        reason: reason.to_string(),
    }
}
