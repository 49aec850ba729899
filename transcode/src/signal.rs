//! What part of a master reaches a lossy encoder, in how many channels, at which rate and level?
//!
//! Downmix to stereo, window (for a preview), gain, rate: in this order, block by block.

use crate::Error;
use audio::{AudioInfo, Downmix, Resampler};
use catalog::units::{Frames, GainDb, SampleRate};

/// A part of a master with fades, in the master's frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The first frame.
    pub start: u64,
    /// Its length.
    pub frames: u64,
    /// Frames of the fade at its start.
    pub fade_in: u64,
    /// Frames of the fade at its end.
    pub fade_out: u64,
}

impl Window {
    /// The factor for the `n`-th frame of the window: a raised cosine at both ends.
    fn envelope(&self, n: u64) -> f32 {
        let rise = |position: u64, length: u64| match position < length {
            true => {
                let phase = (position as f32 + 0.5) / length as f32;
                0.5 - 0.5 * (std::f32::consts::PI * phase).cos()
            }
            false => 1.0,
        };
        let left = self.frames.saturating_sub(n + 1);
        rise(n, self.fade_in) * rise(left, self.fade_out)
    }
}

/// The rate that a master is encoded at: its own, halved until it fits. Where it can't be halved,
/// the highest rate of the CD family that fits.
pub fn encoded_rate(master: SampleRate, max: SampleRate) -> SampleRate {
    let mut hz = master.hz();
    while hz > max.hz() && hz.is_multiple_of(2) {
        hz /= 2;
    }
    if hz > max.hz() {
        hz = [44_100, 22_050, 11_025]
            .into_iter()
            .find(|hz| *hz <= max.hz())
            .unwrap_or(max.hz());
    }
    SampleRate::new(hz).unwrap_or(max)
}

/// A stream of blocks on their way to an encoder.
pub struct Signal {
    downmix: Downmix,
    window: Option<Window>,
    gain: f32,
    /// `None` once it is flushed.
    resampler: Option<Resampler>,
}

impl Signal {
    /// For masters like `info`.
    ///
    /// # Errors
    /// [`Error::Audio`] for channels without a downmix.
    pub fn new(
        info: &AudioInfo,
        rate: SampleRate,
        gain: GainDb,
        window: Option<Window>,
    ) -> Result<Signal, Error> {
        let downmix = match info.layout.count() {
            1 => Downmix::to_mono(&info.layout)?,
            _ => Downmix::to_stereo(&info.layout)?,
        };
        let resampler = Some(Resampler::new(info.sample_rate, rate, downmix.channels())?);
        Ok(Signal {
            downmix,
            window,
            gain: gain.amplitude() as f32,
            resampler,
        })
    }

    /// One or two.
    pub fn channels(&self) -> usize {
        self.downmix.channels()
    }

    /// What planes of the master that begin at its frame `first` become; perhaps nothing.
    ///
    /// # Errors
    /// [`Error::Audio`] when the resampler fails.
    pub fn push(&mut self, first: Frames, planes: &[Vec<f32>]) -> Result<Vec<Vec<f32>>, Error> {
        let length = planes.first().map_or(0, Vec::len);
        let (mut begin, mut end) = (0, length);
        if let Some(window) = self.window {
            begin = window.start.saturating_sub(first.0).min(length as u64) as usize;
            end = (window.start + window.frames)
                .saturating_sub(first.0)
                .min(length as u64) as usize;
        }
        let Some(resampler) = self.resampler.as_mut().filter(|_| begin < end) else {
            return Ok(Vec::new());
        };
        let part: Vec<&[f32]> = planes.iter().map(|plane| &plane[begin..end]).collect();
        let mut mixed = self.downmix.apply(&part);
        for plane in &mut mixed {
            plane.iter_mut().for_each(|sample| *sample *= self.gain);
        }
        if let Some(window) = self.window {
            let offset = first.0 + begin as u64 - window.start;
            for n in 0..end - begin {
                let factor = window.envelope(offset + n as u64);
                mixed.iter_mut().for_each(|plane| plane[n] *= factor);
            }
        }
        Ok(resampler.push(&mixed)?)
    }

    /// What the resampler still holds.
    ///
    /// # Errors
    /// [`Error::Audio`] when the resampler fails.
    pub fn finish(&mut self) -> Result<Vec<Vec<f32>>, Error> {
        match self.resampler.take() {
            Some(resampler) => Ok(resampler.finish()?),
            None => Ok(Vec::new()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_master_is_halved_until_it_fits() {
        let check = |master, max, expected| {
            let rate = |hz| SampleRate::new(hz).expect("a rate");
            assert_eq!(
                encoded_rate(rate(master), rate(max)).hz(),
                expected,
                "{master} to {max}"
            );
        };
        check(44_100, 24_000, 22_050);
        check(48_000, 24_000, 24_000);
        check(192_000, 48_000, 48_000);
        check(176_400, 48_000, 44_100);
        check(44_100, 48_000, 44_100);
        check(88_199, 48_000, 44_100);
        check(16_000, 24_000, 16_000);
    }

    #[test]
    fn a_window_rises_from_nothing_and_falls_to_nothing() {
        let window = Window {
            start: 10,
            frames: 100,
            fade_in: 10,
            fade_out: 20,
        };
        assert!(window.envelope(0) < 0.01 && window.envelope(99) < 0.01);
        assert_eq!(window.envelope(50), 1.0);
        assert!(window.envelope(4) < window.envelope(5));
    }
}
