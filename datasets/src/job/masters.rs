//! What are the samples of a track, wherever they come from?

use super::flac::Pcm;
use super::packages::Packages;
use crate::Error;
use crate::drop::plan::{Plan, Source, Track};
use crate::synth;
use catalog::units::SampleRate;
use std::path::Path;

/// −1 dB as an amplitude, 10^(−1/20): what a copy is quieter by.
const COPY_GAIN: f32 = 0.891_250_9;

/// Samples and their origin.
pub(super) struct Sound {
    pub(super) pcm: Pcm,
    /// `debian:<package>=<version>:<path>` or `composed:<brief>`.
    pub(super) origin: String,
}

/// Makes the samples of a track.
pub(super) fn sound(
    plan: &Plan,
    track: &Track,
    packages: Option<&Packages>,
) -> Result<Sound, Error> {
    match &track.source {
        Source::Composed(brief) => {
            let frames = synth::compose(brief)
                .into_iter()
                .map(|frame| frame.map(quantise))
                .collect();
            let origin = format!("composed:{brief}");
            Ok(Sound {
                pcm: Pcm {
                    rate: synth::SAMPLE_RATE,
                    frames,
                },
                origin,
            })
        }
        Source::Package { names, files } => {
            let name = names.first().map_or("", String::as_str);
            let missing = || Error::Package {
                package: name.into(),
                reason: "not fetched".into(),
            };
            packages
                .ok_or_else(missing)
                .and_then(|packages| mix(packages, names, files))
        }
        Source::Copy {
            release,
            disc,
            number,
        } => {
            let original = plan.track(release, *disc, *number).filter(|t| !is_copy(t));
            let missing = || Error::Package {
                package: "copy".into(),
                reason: format!("there is no track {disc}.{number} on `{release}` to copy"),
            };
            let mut sound = sound(plan, original.ok_or_else(missing)?, packages)?;
            let head = sound.pcm.rate.hz() as usize / 2;
            sound.pcm.frames.drain(..head.min(sound.pcm.frames.len()));
            for sample in sound.pcm.frames.iter_mut().flatten() {
                *sample = (f32::from(*sample) * COPY_GAIN).round() as i16;
            }
            Ok(sound)
        }
    }
}

fn is_copy(track: &Track) -> bool {
    matches!(track.source, Source::Copy { .. })
}

/// Decodes the stems and adds them up; what would clip is turned down as a whole.
fn mix(packages: &Packages, names: &[String], files: &[String]) -> Result<Sound, Error> {
    let package = packages.of(names)?;
    let mut sum: Vec<[f32; 2]> = Vec::new();
    let mut rate = None;
    let mut paths = Vec::new();
    for file in files {
        let path = package.file(file)?;
        let (stem_rate, stem) = decode(&path)?;
        let first = *rate.get_or_insert(stem_rate);
        if first != stem_rate {
            let reason = format!("{stem_rate}, but its other stem has {first}");
            return Err(Error::Audio { path, reason });
        }
        sum.resize(sum.len().max(stem.len()), [0.0; 2]);
        for (total, frame) in sum.iter_mut().zip(&stem) {
            total[0] += frame[0];
            total[1] += frame[1];
        }
        paths.push(package.relative(&path));
    }
    let rate = rate.ok_or_else(|| Error::Package {
        package: package.name.clone(),
        reason: "the plan names no file of it".to_owned(),
    })?;
    let peak = sum
        .iter()
        .flatten()
        .fold(0.0f32, |peak, sample| peak.max(sample.abs()));
    let gain = if peak > 1.0 { 0.999 / peak } else { 1.0 };
    let frames = sum
        .iter()
        .map(|frame| frame.map(|sample| quantise(sample * gain)))
        .collect();
    let origin = format!(
        "debian:{}={}:{}",
        package.name,
        package.version,
        paths.join(" + ")
    );
    Ok(Sound {
        pcm: Pcm { rate, frames },
        origin,
    })
}

/// Decodes a file to stereo; mono is doubled, of more channels the first two are taken.
fn decode(path: &Path) -> Result<(SampleRate, Vec<[f32; 2]>), Error> {
    let fail = |error: audio::AudioError| {
        // The decoder's sentence names the file too, and a remedy that is for labels.
        let text = error.to_string();
        let line = text.lines().next().unwrap_or_default();
        let reason = line
            .strip_prefix(&format!("{}: ", path.display()))
            .unwrap_or(line);
        Error::Audio {
            path: path.to_owned(),
            reason: reason.to_owned(),
        }
    };
    let mut decoder = audio::Decoder::open(path).map_err(fail)?;
    let rate = decoder.info().sample_rate;
    let mut frames: Vec<[f32; 2]> = Vec::new();
    loop {
        match decoder.next_block() {
            Ok(Some(block)) => {
                let left = &block.planes[0];
                let right = block.planes.get(1).unwrap_or(left);
                frames.extend(left.iter().zip(right).map(|(l, r)| [*l, *r]));
            }
            Ok(None) => return Ok((rate, frames)),
            // The last page's granule position says where the music ends; a packet may go on
            // behind it, and is cut there (Vorbis I specification, section A.2).
            Err(audio::AudioError::TooLong { expected, .. }) => {
                frames.truncate(expected.0 as usize);
                return Ok((rate, frames));
            }
            Err(error) => return Err(fail(error)),
        }
    }
}

pub(super) fn quantise(sample: f32) -> i16 {
    (sample.clamp(-1.0, 1.0) * 32_767.0).round() as i16
}
