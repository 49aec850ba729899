//! What are these samples at another rate, without a frame too many or too few?
//!
//! rubato's FFT resampler, fed in its own chunk size whatever the caller's blocks are. Its start-up
//! delay is cut, its tail is flushed: `n` frames in give exactly `ceil(n * to / from)` out, and the
//! signal stays where it was in time.

use crate::AudioError;
use audioadapter_buffers::direct::SequentialSliceOfVecs;
use catalog::units::SampleRate;
use rubato::{Fft, FixedSync, Indexing, Resampler as _};

/// Input frames per FFT, at least: long enough for a steep filter (cutoff above 0.95 of Nyquist).
const CHUNK: usize = 2048;

/// A streaming converter between two rates.
pub struct Resampler {
    from: SampleRate,
    to: SampleRate,
    channels: usize,
    /// `None` where both rates are equal.
    fft: Option<Fft<f32>>,
    waiting: Vec<Vec<f32>>,
    scratch: Vec<Vec<f32>>,
    /// Output frames still to be dropped: the delay of the filter.
    delay: usize,
    frames_in: u64,
    frames_out: u64,
}

impl Resampler {
    /// A converter of `channels` planes.
    ///
    /// # Errors
    /// [`AudioError::Processing`] when rubato refuses the rates.
    pub fn new(from: SampleRate, to: SampleRate, channels: usize) -> Result<Resampler, AudioError> {
        let mut fft = None;
        if from != to {
            let (rate_in, rate_out) = (from.hz() as usize, to.hz() as usize);
            let made = Fft::new_custom(
                rate_in,
                rate_out,
                CHUNK,
                1,
                channels,
                rubato::WindowFunction::BlackmanHarris2,
                FixedSync::Both,
            );
            fft = Some(made.map_err(|error| fault(from, channels, &error))?);
        }
        let (delay, out) = fft
            .as_ref()
            .map_or((0, 0), |fft| (fft.output_delay(), fft.output_frames_max()));
        Ok(Resampler {
            from,
            to,
            channels,
            fft,
            waiting: vec![Vec::new(); channels],
            scratch: vec![vec![0.0; out]; channels],
            delay,
            frames_in: 0,
            frames_out: 0,
        })
    }

    /// Takes planes of equal length and returns what is ready, perhaps nothing.
    ///
    /// # Errors
    /// [`AudioError::Processing`] when the number of planes is not the declared one.
    pub fn push<P: AsRef<[f32]>>(&mut self, planes: &[P]) -> Result<Vec<Vec<f32>>, AudioError> {
        if planes.len() != self.channels {
            return Err(fault(
                self.from,
                self.channels,
                &format!("got {} planes", planes.len()),
            ));
        }
        self.frames_in += planes.first().map_or(0, |plane| plane.as_ref().len()) as u64;
        if self.fft.is_none() {
            return Ok(planes.iter().map(|plane| plane.as_ref().to_vec()).collect());
        }
        for (waiting, plane) in self.waiting.iter_mut().zip(planes) {
            waiting.extend_from_slice(plane.as_ref());
        }
        let mut out = vec![Vec::new(); self.channels];
        self.drain(&mut out)?;
        Ok(out)
    }

    /// Flushes the filter: the last frames, up to the exact length.
    ///
    /// # Errors
    /// [`AudioError::Processing`] if rubato fails.
    pub fn finish(mut self) -> Result<Vec<Vec<f32>>, AudioError> {
        let mut out = vec![Vec::new(); self.channels];
        let Some(chunk) = self.fft.as_ref().map(|fft| fft.input_frames_next()) else {
            return Ok(out);
        };
        let numerator = u128::from(self.frames_in) * u128::from(self.to.hz());
        let expected = numerator.div_ceil(u128::from(self.from.hz())) as u64;
        while self.frames_out < expected {
            for waiting in &mut self.waiting {
                waiting.resize(chunk, 0.0);
            }
            self.drain(&mut out)?;
        }
        let excess = (self.frames_out - expected) as usize;
        for plane in &mut out {
            plane.truncate(plane.len() - excess);
        }
        Ok(out)
    }

    fn drain(&mut self, out: &mut [Vec<f32>]) -> Result<(), AudioError> {
        let Some(fft) = &mut self.fft else {
            return Ok(());
        };
        let (from, channels) = (self.from, self.channels);
        let chunk = fft.input_frames_next();
        let available = self.waiting.first().map_or(0, Vec::len);
        let mut used = 0;
        while available - used >= chunk {
            let input = SequentialSliceOfVecs::new(&self.waiting, channels, available)
                .map_err(|error| fault(from, channels, &error))?;
            let size = self.scratch.first().map_or(0, Vec::len);
            let mut output = SequentialSliceOfVecs::new_mut(&mut self.scratch, channels, size)
                .map_err(|error| fault(from, channels, &error))?;
            let place = Indexing::new().input_offset(used);
            let (read, written) = fft
                .process_into_buffer(&input, &mut output, Some(&place))
                .map_err(|error| fault(from, channels, &error))?;
            used += read;
            let skip = self.delay.min(written);
            self.delay -= skip;
            self.frames_out += (written - skip) as u64;
            for (plane, scratch) in out.iter_mut().zip(&self.scratch) {
                plane.extend_from_slice(&scratch[skip..written]);
            }
        }
        for waiting in &mut self.waiting {
            waiting.drain(..used);
        }
        Ok(())
    }
}

fn fault(rate: SampleRate, channels: usize, reason: &dyn std::fmt::Display) -> AudioError {
    AudioError::Processing {
        what: "resampling",
        rate,
        channels,
        reason: reason.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(hz: u32) -> SampleRate {
        SampleRate::new(hz).expect("a rate")
    }

    /// A 1 kHz tone in, in uneven blocks; its length and its distance from the same tone out.
    fn check(from: u32, to: u32, frames: usize) {
        let tone = |hz: u32, n: usize| {
            let step = std::f64::consts::TAU * 1000.0 / f64::from(hz);
            ((n as f64) * step).sin() as f32
        };
        let input: Vec<f32> = (0..frames).map(|n| tone(from, n)).collect();
        let mut resampler = Resampler::new(rate(from), rate(to), 1).expect("rates");
        let mut out = Vec::new();
        for block in input.chunks(777) {
            out.extend(resampler.push(&[block]).expect("one plane").remove(0));
        }
        out.extend(resampler.finish().expect("flush").remove(0));
        let expected = (frames as u64 * u64::from(to)).div_ceil(u64::from(from)) as usize;
        assert_eq!(out.len(), expected, "{from} to {to}");
        // The ends ring where the tone begins and stops at once.
        let inner = out.len() / 4..out.len() * 3 / 4;
        let error = inner
            .map(|n| (out[n] - tone(to, n)).abs())
            .fold(0.0, f32::max);
        assert!(
            frames < 9000 || error < 1e-3,
            "{from} to {to}: off by {error}"
        );
    }

    #[test]
    fn a_tone_keeps_its_length_and_its_place_in_time_at_any_pair_of_rates() {
        check(44_100, 22_050, 44_100);
        check(96_000, 22_050, 96_000);
        check(44_100, 11_025, 44_103);
        check(22_050, 48_000, 22_050);
        check(48_000, 48_000, 1000);
        check(44_100, 22_050, 1);
        check(192_000, 44_100, 191_999);
    }
}
