//! What do we know of one audio file?

use crate::config::Policy;
use crate::waveform::Waveform;
use crate::{Error, gain, plot, verify};
use audio::{Decoder, Meter};
use catalog::ids::Sha256;
use catalog::rendition::{Loudness, Shape};
use catalog::units::{Frames, GainDb, Millis, SampleRate};
use serde::Serialize;
use std::fmt;
use std::path::{Path, PathBuf};

/// Everything that decoding a file whole tells.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Inspection {
    /// The file.
    pub path: PathBuf,
    /// Its content.
    pub sha256: Sha256,
    /// Its size.
    pub bytes: u64,
    /// "flac", "wav", ….
    pub container: String,
    /// "flac", "pcm", ….
    pub codec: String,
    /// Samples per second and channel.
    pub sample_rate: SampleRate,
    /// "mono", "stereo", "5.1", ….
    pub channels: String,
    /// Integer bits per sample.
    pub bits: Option<u8>,
    /// Decoded, not declared.
    pub frames: Frames,
    /// The same as a duration.
    pub length_ms: Millis,
    /// Whether the samples have the MD5 that the file carries.
    pub md5_ok: Option<bool>,
    /// Measured by EBU R 128.
    pub loudness: Loudness,
    /// The gain that the policy plans for it.
    pub planned_gain: GainDb,
    /// Its waveform and its course of loudness.
    pub shape: Shape,
}

/// Decodes and measures a file.
///
/// # Errors
/// [`Error::Audio`] when it does not decode to its end.
pub fn inspect(path: &Path, policy: &Policy) -> Result<Inspection, Error> {
    let mut decoder = Decoder::open(path)?;
    let info = decoder.info().clone();
    let mut meter = Meter::new(info.sample_rate, &info.layout)?;
    let mut waveform = Waveform::default();
    while let Some(block) = decoder.next_block()? {
        meter.add(&block.planes)?;
        waveform.add(&block.planes);
    }
    let (summary, measurement) = (decoder.finish()?, meter.finish());
    let sha256 = Sha256::of_file(path).map_err(|source| audio::AudioError::Io {
        path: path.to_owned(),
        source,
    })?;
    Ok(Inspection {
        path: path.to_owned(),
        sha256,
        bytes: info.bytes,
        container: info.container.to_string(),
        codec: info.codec.to_string(),
        sample_rate: info.sample_rate,
        channels: info.layout.to_string(),
        bits: info.bits,
        frames: summary.frames,
        length_ms: summary.frames.at(info.sample_rate),
        md5_ok: summary.md5_ok,
        loudness: verify::rounded(&measurement.loudness),
        planned_gain: gain::plan_gain(&measurement.loudness, policy, GainDb::NONE, GainDb::NONE),
        shape: crate::master::shape(waveform.finish(), &measurement.curve),
    })
}

impl Inspection {
    /// Writes a picture of it.
    ///
    /// # Errors
    /// [`Error::Scratch`] when the file cannot be written.
    pub fn plot(&self, to: &Path, policy: &Policy) -> Result<(), Error> {
        let name = self.path.file_name().unwrap_or_default().to_string_lossy();
        let target = policy.target_lufs;
        let svg = plot::svg(&name, self.length_ms, &self.shape, &self.loudness, target);
        std::fs::write(to, svg).map_err(|source| Error::Scratch {
            path: to.to_owned(),
            source,
        })
    }
}

impl fmt::Display for Inspection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let or_none = |value: Option<String>| value.unwrap_or_else(|| "none".to_owned());
        let bits = self
            .bits
            .map_or(String::new(), |bits| format!(", {bits} bit"));
        let kbps = self.bytes as f64 * 8.0 / self.length_ms.0.max(1) as f64;
        let md5 = match self.md5_ok {
            Some(true) => "matches the samples",
            Some(false) => "DOES NOT MATCH the samples",
            None => "not in the file",
        };
        let loudness = &self.loudness;
        writeln!(f, "file         {}", self.path.display())?;
        writeln!(f, "sha256       {}", self.sha256)?;
        writeln!(f, "format       {} in {}{bits}", self.codec, self.container)?;
        writeln!(f, "sound        {}, {}", self.sample_rate, self.channels)?;
        writeln!(
            f,
            "length       {} ({} frames)",
            self.length_ms, self.frames.0
        )?;
        writeln!(f, "size         {} bytes ({kbps:.1} kbit/s)", self.bytes)?;
        writeln!(f, "md5          {md5}")?;
        writeln!(
            f,
            "integrated   {}",
            or_none(loudness.integrated.map(|v| format!("{v:.2}")))
        )?;
        writeln!(
            f,
            "range        {}",
            or_none(loudness.range.map(|v| format!("{v:.2}")))
        )?;
        writeln!(
            f,
            "true peak    {}",
            or_none(loudness.true_peak.map(|v| format!("{v:.2}")))
        )?;
        let short_term = loudness.short_term_max.map(|v| format!("{v:.2}"));
        writeln!(f, "short-term   {} at most", or_none(short_term))?;
        writeln!(f, "planned gain {:+.2} dB", self.planned_gain.0)
    }
}
