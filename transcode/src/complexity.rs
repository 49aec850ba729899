//! Which quality gives a track its nominal bitrate, and what does coding it cost in loudness?
//!
//! libvorbis at one quality gives an ambient piece half the bits of a metal one, and its own managed
//! bitrates cost four times the CPU. So a second here and there is encoded at a few fixed qualities
//! while the master is measured: between them, kilobits grow exponentially with quality. The excerpts
//! are decoded too: at the lowest qualities coding takes more than 1 LU away, evenly over a track, which
//! the gain makes up for beforehand.

use crate::Error;
use crate::signal::encoded_rate;
use audio::{AudioInfo, Downmix, Layout, Meter, Resampler};
use catalog::units::{Frames, SampleRate};
use ogg::PacketReader;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::io::Cursor;
use std::num::{NonZeroU8, NonZeroU32};
use vorbis_rs::{VorbisBitrateManagementStrategy, VorbisDecoder, VorbisEncoderBuilder};

/// Qualities that are tried at full rate and at the thin rate.
const FULL: [f64; 4] = [0.2, 0.5, 0.9, 1.0];
const THIN: [f64; 2] = [-0.2, 0.0];

/// The highest rates of both kinds, Hz; profiles above the thin one are of the full kind.
const FULL_RATE: u32 = 48_000;
/// See `FULL_RATE`.
pub const THIN_RATE: u32 = 24_000;

/// One excerpt for so many seconds of music, at most [`EXCERPTS`].
const SECONDS_PER_EXCERPT: u64 = 20;
const EXCERPTS: u64 = 8;

/// Frames over which one excerpt goes over into the next: a hard cut would cost bits of its own.
const CROSSFADE: usize = 2048;

/// One quality of libvorbis, tried on a track.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// -0.2 to 1.
    pub quality: f64,
    /// Kilobits per second of audio packets.
    pub kbps: f64,
    /// How much louder the excerpts were before coding, dB.
    pub loss_db: f64,
}

/// How hard a track is to encode.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Complexity {
    /// At its own rate (of 48 kHz and below), by quality.
    pub full: Vec<Point>,
    /// At 24 kHz and below, by quality.
    pub thin: Vec<Point>,
}

impl Complexity {
    /// The quality in `allowed` that comes nearest to `kbps` at a rate of this kind, and what it costs.
    pub fn pick(&self, rate: SampleRate, kbps: f64, allowed: (f64, f64)) -> Option<Point> {
        let points = match rate.hz() <= THIN_RATE {
            true => &self.thin,
            false => &self.full,
        };
        pick(points, kbps, allowed)
    }
}

fn pick(points: &[Point], kbps: f64, allowed: (f64, f64)) -> Option<Point> {
    let place = points
        .iter()
        .skip(1)
        .take_while(|point| point.kbps < kbps)
        .count();
    let low = points.get(place.min(points.len().checked_sub(2)?))?;
    let high = points.get(place.min(points.len() - 2) + 1)?;
    if !(low.kbps > 0.0 && high.kbps > low.kbps) {
        return None;
    }
    let per_quality = (high.kbps / low.kbps).ln() / (high.quality - low.quality);
    let wanted = low.quality + (kbps / low.kbps).ln() / per_quality;
    let quality = wanted.clamp(allowed.0, allowed.1);
    let along = (quality - low.quality) / (high.quality - low.quality);
    Some(Point {
        quality,
        kbps: low.kbps * (per_quality * (quality - low.quality)).exp(),
        loss_db: low.loss_db + along.clamp(0.0, 1.0) * (high.loss_db - low.loss_db),
    })
}

/// Collects the excerpts of a track while it is decoded.
pub struct Excerpts {
    rate: SampleRate,
    downmix: Downmix,
    /// The first frame of each excerpt, ascending; one second each.
    starts: Vec<u64>,
    planes: Vec<Vec<f32>>,
}

impl Excerpts {
    /// `None` for a track of unknown length, of a few seconds, or without a downmix.
    pub fn of(info: &AudioInfo) -> Option<Excerpts> {
        let second = u64::from(info.sample_rate.hz());
        let seconds = info.frames?.0 / second;
        let count = (seconds / SECONDS_PER_EXCERPT).clamp(1, EXCERPTS);
        if seconds < 4 {
            return None;
        }
        let place = |n: u64| ((2 * n + 1) * seconds / (2 * count)) * second;
        let downmix = match info.layout.count() {
            1 => Downmix::to_mono(&info.layout),
            _ => Downmix::to_stereo(&info.layout),
        };
        let downmix = downmix.ok()?;
        Some(Excerpts {
            rate: info.sample_rate,
            starts: (0..count).map(place).collect(),
            planes: vec![Vec::new(); downmix.channels()],
            downmix,
        })
    }

    /// Takes what it wants of planes that begin at `first`.
    pub fn add(&mut self, first: Frames, planes: &[Vec<f32>]) {
        let frames = planes.first().map_or(0, Vec::len) as u64;
        for start in &self.starts {
            let begin = (*start).max(first.0);
            let end = (start + u64::from(self.rate.hz())).min(first.0 + frames);
            if begin < end {
                let place = (begin - first.0) as usize..(end - first.0) as usize;
                let part: Vec<&[f32]> = planes.iter().map(|plane| &plane[place.clone()]).collect();
                for (kept, plane) in self.planes.iter_mut().zip(self.downmix.apply(&part)) {
                    kept.extend(plane);
                }
            }
        }
    }

    /// Tries all qualities.
    ///
    /// # Errors
    /// [`Error::Vorbis`] when libvorbis refuses the rate.
    pub fn finish(self) -> Result<Complexity, Error> {
        let max = |hz: u32| SampleRate::new(hz).unwrap_or(self.rate);
        let rates = [
            encoded_rate(self.rate, max(FULL_RATE)),
            encoded_rate(self.rate, max(THIN_RATE)),
        ];
        let second = self.rate.hz() as usize;
        let joined: Vec<Vec<f32>> = self
            .planes
            .iter()
            .map(|plane| joined(plane, second))
            .collect();
        let planes = |rate| -> Result<Vec<Vec<f32>>, Error> {
            let mut resampler = Resampler::new(self.rate, rate, joined.len())?;
            let mut planes = resampler.push(&joined)?;
            for (plane, rest) in planes.iter_mut().zip(resampler.finish()?) {
                plane.extend(rest);
            }
            Ok(planes)
        };
        let signals = [planes(rates[0])?, planes(rates[1])?];
        let tries: Vec<(usize, f64)> = FULL
            .map(|quality| (0, quality))
            .into_iter()
            .chain(THIN.map(|quality| (1, quality)))
            .collect();
        let points: Result<Vec<Point>, Error> = tries
            .into_par_iter()
            .map(|(kind, quality)| measure(&signals[kind], rates[kind], quality))
            .collect();
        let mut full = points?;
        let thin = full.split_off(FULL.len());
        Ok(Complexity { full, thin })
    }
}

/// Excerpts of `length` frames each, one over into the next.
fn joined(plane: &[f32], length: usize) -> Vec<f32> {
    let mut out: Vec<f32> = Vec::with_capacity(plane.len());
    for excerpt in plane.chunks(length) {
        let overlap = CROSSFADE.min(out.len()).min(excerpt.len());
        let begin = out.len() - overlap;
        for (n, (old, new)) in out[begin..].iter_mut().zip(excerpt).enumerate() {
            let along = (n as f32 + 0.5) / overlap as f32;
            *old += (new - *old) * along;
        }
        out.extend_from_slice(&excerpt[overlap..]);
    }
    out
}

fn measure(planes: &[Vec<f32>], rate: SampleRate, quality: f64) -> Result<Point, Error> {
    let fault = |reason: String| Error::Vorbis {
        profile: "excerpts".into(),
        reason,
        rate,
        channels: planes.len(),
        quality: quality as f32,
    };
    let hz = NonZeroU32::new(rate.hz()).ok_or_else(|| fault("rate 0".into()))?;
    let channels = NonZeroU8::new(planes.len() as u8).ok_or_else(|| fault("no channels".into()))?;
    let vorbis = |error: vorbis_rs::VorbisError| fault(error.to_string());
    let mut builder = VorbisEncoderBuilder::new_with_serial(hz, channels, Vec::new(), 1);
    builder.bitrate_management_strategy(VorbisBitrateManagementStrategy::QualityVbr {
        target_quality: quality as f32,
    });
    let mut encoder = builder.build().map_err(vorbis)?;
    let frames = planes.first().map_or(0, Vec::len);
    for begin in (0..frames).step_by(4096) {
        let end = frames.min(begin + 4096);
        let part: Vec<&[f32]> = planes.iter().map(|plane| &plane[begin..end]).collect();
        encoder.encode_audio_block(part).map_err(vorbis)?;
    }
    let stream = encoder.finish().map_err(vorbis)?;
    let mut packets = PacketReader::new(Cursor::new(&stream));
    let (mut bytes, mut count) = (0usize, 0);
    while let Some(packet) = packets
        .read_packet()
        .map_err(|error| fault(error.to_string()))?
    {
        // Three headers come first.
        bytes += if count < 3 { 0 } else { packet.data.len() };
        count += 1;
    }
    let layout = Layout::of_count(planes.len());
    let mut coded = Meter::new(rate, &layout)?;
    let mut decoder =
        VorbisDecoder::<Cursor<&Vec<u8>>>::new(Cursor::new(&stream)).map_err(vorbis)?;
    while let Some(block) = decoder.decode_audio_block().map_err(vorbis)? {
        coded.add(block.samples())?;
    }
    let mut plain = Meter::new(rate, &layout)?;
    plain.add(planes)?;
    let level = |meter: Meter| {
        let curve = meter.finish().curve;
        curve.loudness(0..curve.energies().len())
    };
    let loss_db = match (level(plain), level(coded)) {
        (Some(before), Some(after)) => (before - after).0,
        _ => 0.0,
    };
    let seconds = frames as f64 / f64::from(rate.hz());
    let rounded = |value: f64| (value * 1000.0).round() / 1000.0;
    Ok(Point {
        quality,
        kbps: rounded(bytes as f64 * 8.0 / 1000.0 / seconds),
        loss_db: rounded(loss_db),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points() -> Vec<Point> {
        let point = |(quality, kbps, loss_db)| Point {
            quality,
            kbps,
            loss_db,
        };
        [(0.2, 80.0, 0.1), (0.5, 120.0, 0.0), (0.9, 240.0, 0.0)]
            .map(point)
            .to_vec()
    }

    fn check(kbps: f64, allowed: (f64, f64), quality: f64, found: f64) {
        let point = pick(&points(), kbps, allowed).expect("three points");
        assert!(
            (point.quality - quality).abs() < 0.005 && (point.kbps - found).abs() < 0.5,
            "{kbps}: {point:?}"
        );
    }

    #[test]
    fn a_quality_is_found_between_and_beyond_what_was_tried() {
        check(80.0, (-0.2, 1.0), 0.2, 80.0);
        check(96.0, (-0.2, 1.0), 0.335, 96.0);
        check(160.0, (-0.2, 1.0), 0.666, 160.0);
        check(280.0, (-0.2, 1.0), 0.989, 280.0);
        check(320.0, (-0.2, 1.0), 1.0, 285.4);
        check(40.0, (0.1, 1.0), 0.1, 69.9);
    }

    #[test]
    fn excerpts_go_over_into_each_other_without_a_cut() {
        let plane: Vec<f32> = (0..30_000)
            .map(|n| if n < 10_000 { 1.0 } else { -1.0 })
            .collect();
        let out = joined(&plane, 10_000);
        assert_eq!(out.len(), 30_000 - 2 * CROSSFADE);
        let largest = out
            .windows(2)
            .map(|two| (two[1] - two[0]).abs())
            .fold(0.0, f32::max);
        assert!(largest < 0.0015, "{largest}");
    }

    #[test]
    fn silence_gives_no_pick() {
        let flat = points()
            .into_iter()
            .map(|point| Point { kbps: 3.0, ..point });
        assert_eq!(pick(&flat.collect::<Vec<_>>(), 96.0, (0.0, 1.0)), None);
        assert_eq!(pick(&[], 96.0, (0.0, 1.0)), None);
    }
}
