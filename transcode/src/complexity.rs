//! Which quality gives a track its nominal bitrate, and what does coding it cost in loudness?
//!
//! libvorbis at one quality gives an ambient piece half the bits of a metal one, and its own managed
//! bitrates cost four times the CPU. So a second here and there is encoded at a few fixed qualities
//! while the master is measured. Between them kilobits follow a curve that is libvorbis's own: it
//! leaps by up to 11 % at whole tenths, where other tables begin, and a track only lifts or tilts it. The
//! excerpts are decoded too: at the lowest qualities coding takes more than 1 LU away, evenly over a track, which
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

/// Qualities that are tried at full rate and at the thin rate, with how many times the bits of the whole
/// recording its excerpts take there: the mean of 36 recordings, of whose joints some are left.
const FULL: [(f64, f64); 3] = [(0.22, 1.025), (0.55, 1.025), (0.92, 1.0)];
const THIN: [(f64, f64); 2] = [(-0.2, 1.0), (0.0, 1.0)];

/// Kilobits per second at full rate by quality: the geometric mean of 12 recordings of 30 s in stereo, with
/// aoTuV's libvorbis of [`crate::ladder::ENCODERS`]. Their logarithms are joined by straight lines; two
/// values of one quality are a leap.
const CURVE: [(f64, f64); 25] = [
    (-0.1, 46.5),
    (0.0, 55.2),
    (0.0, 61.3),
    (0.1, 76.4),
    (0.1, 77.8),
    (0.2, 87.1),
    (0.2, 93.2),
    (0.3, 101.8),
    (0.3, 110.0),
    (0.4, 125.8),
    (0.4, 123.6),
    (0.5, 142.9),
    (0.5, 147.0),
    (0.6, 165.0),
    (0.6, 169.3),
    (0.7, 189.5),
    (0.7, 194.9),
    (0.8, 217.2),
    (0.8, 217.1),
    (0.9, 275.2),
    (0.9, 277.5),
    (0.925, 319.8),
    (0.95, 360.3),
    (0.975, 388.0),
    (1.0, 410.6),
];

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
    /// The quality in `allowed`, to a thousandth, that comes nearest to `kbps` at a rate of this kind, and
    /// what it costs. `None` where the excerpts say nothing, as silence does.
    pub fn pick(&self, rate: SampleRate, kbps: f64, allowed: (f64, f64)) -> Option<Point> {
        match rate.hz() <= THIN_RATE {
            true => pick(&self.thin, &[], kbps, allowed),
            false => pick(&self.full, &CURVE, kbps, allowed),
        }
    }
}

fn pick(points: &[Point], curve: &[(f64, f64)], kbps: f64, allowed: (f64, f64)) -> Option<Point> {
    let more = |two: &[Point]| two[0].kbps > 0.0 && two[1].kbps > two[0].kbps;
    if points.len() < 2 || !points.windows(2).all(more) {
        return None;
    }
    let miss = |point: &Point| (point.kbps / kbps).ln().abs();
    let thousandths = |quality: f64| (quality * 1000.0).round() as i32;
    (thousandths(allowed.0)..=thousandths(allowed.1))
        .map(|quality| expected(points, curve, f64::from(quality) / 1000.0))
        .min_by(|x, y| miss(x).total_cmp(&miss(y)))
}

/// What a quality between those that were tried, or beyond them, will come to.
fn expected(points: &[Point], curve: &[(f64, f64)], quality: f64) -> Point {
    let place = points.partition_point(|point| point.quality < quality);
    let high = place.clamp(1, points.len() - 1);
    let (low, high) = (&points[high - 1], &points[high]);
    let along = (quality - low.quality) / (high.quality - low.quality);
    let lifted = |point: &Point| point.kbps.ln() - usual(curve, point.quality);
    // Without a curve, kilobits grow exponentially beyond what was tried too; with one, as it does.
    let tilt = match curve {
        [] => along,
        _ => along.clamp(0.0, 1.0),
    };
    let lift = lifted(low) + tilt * (lifted(high) - lifted(low));
    Point {
        quality,
        kbps: (usual(curve, quality) + lift).exp(),
        loss_db: low.loss_db + along.clamp(0.0, 1.0) * (high.loss_db - low.loss_db),
    }
}

/// The logarithm of kilobits on the curve at a quality.
fn usual(curve: &[(f64, f64)], quality: f64) -> f64 {
    let place = curve.partition_point(|node| node.0 <= quality);
    match (place.checked_sub(1).map(|at| curve[at]), curve.get(place)) {
        (Some(low), Some(high)) => {
            let along = (quality - low.0) / (high.0 - low.0);
            low.1.ln() + along * (high.1.ln() - low.1.ln())
        }
        (Some(end), None) => end.1.ln(),
        (None, Some(end)) => end.1.ln(),
        (None, None) => 0.0,
    }
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
        let full = FULL.map(|tried| (0, tried)).into_iter();
        let tries: Vec<(usize, (f64, f64))> = full.chain(THIN.map(|tried| (1, tried))).collect();
        let points: Result<Vec<Point>, Error> = tries
            .into_par_iter()
            .map(|(kind, (quality, excess))| {
                let mut point = measure(&signals[kind], rates[kind], quality)?;
                point.kbps = rounded(point.kbps / excess);
                Ok(point)
            })
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
    Ok(Point {
        quality,
        kbps: bytes as f64 * 8.0 / 1000.0 / seconds,
        loss_db: rounded(loss_db),
    })
}

fn rounded(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
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

    fn check(curve: &[(f64, f64)], kbps: f64, allowed: (f64, f64), quality: f64, found: f64) {
        let point = pick(&points(), curve, kbps, allowed).expect("three points");
        assert!(
            (point.quality - quality).abs() < 0.0015 && (point.kbps - found).abs() < 0.5,
            "{kbps}: {point:?}"
        );
    }

    #[test]
    fn a_quality_is_found_between_and_beyond_what_was_tried() {
        check(&[], 80.0, (-0.2, 1.0), 0.2, 80.0);
        check(&[], 96.0, (-0.2, 1.0), 0.335, 96.0);
        check(&[], 160.0, (-0.2, 1.0), 0.666, 160.0);
        check(&[], 280.0, (-0.2, 1.0), 0.989, 280.0);
        check(&[], 320.0, (-0.2, 1.0), 1.0, 285.4);
        check(&[], 40.0, (0.1, 1.0), 0.1, 69.9);
    }

    #[test]
    fn a_leap_of_the_curve_is_taken_or_not_whichever_is_nearer() {
        // Linear but for a leap from 90 to 110 at 0.3.
        let leap = [(0.0, 60.0), (0.3, 90.0), (0.3, 110.0), (1.0, 300.0)];
        let all = (0.0, 1.0);
        let lifted = |quality: f64| expected(&points(), &leap, quality).kbps;
        assert!(lifted(0.3) / lifted(0.299) > 1.2, "{}", lifted(0.3));
        let (below, above) = (lifted(0.299), lifted(0.3));
        check(&leap, below * 1.02, all, 0.299, below);
        check(&leap, above * 0.98, all, 0.3, above);
        // What was tried is met.
        for point in points() {
            assert!((lifted(point.quality) - point.kbps).abs() < 1e-6);
        }
    }

    #[test]
    fn the_curve_ascends_but_for_the_leap_at_four_tenths() {
        let falls = CURVE.windows(2).filter(|two| two[1].1 < two[0].1);
        assert!(falls.map(|two| two[0].0).all(|q| q == 0.4 || q == 0.8));
        assert!(CURVE.is_sorted_by_key(|node| node.0));
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
        let flat: Vec<Point> = flat.collect();
        assert_eq!(pick(&flat, &CURVE, 96.0, (0.0, 1.0)), None);
        assert_eq!(pick(&[], &[], 96.0, (0.0, 1.0)), None);
    }
}
