//! What does a track look like, in a picture of any width?
//!
//! Extremes of equal stretches, over all channels, in the memory of a fixed number of stretches: when
//! they run out, each two become one and stretches are twice as long from then on.

use catalog::rendition::Shape;

/// Stretches kept while reading: enough that a thousand pairs cut out of them are even.
const STRETCHES: usize = 1 << 15;

/// Frames of a stretch at first.
const FIRST_LENGTH: usize = 32;

/// Collects the extremes of a signal.
#[derive(Debug)]
pub struct Waveform {
    length: usize,
    filled: usize,
    current: (f32, f32),
    stretches: Vec<(f32, f32)>,
}

/// Lower and higher than any sample.
const NOTHING: (f32, f32) = (f32::INFINITY, f32::NEG_INFINITY);

impl Default for Waveform {
    fn default() -> Waveform {
        Waveform {
            length: FIRST_LENGTH,
            filled: 0,
            current: NOTHING,
            stretches: Vec::new(),
        }
    }
}

impl Waveform {
    /// Adds planes of equal length.
    pub fn add<P: AsRef<[f32]>>(&mut self, planes: &[P]) {
        let frames = planes.first().map_or(0, |plane| plane.as_ref().len());
        let mut begin = 0;
        while begin < frames {
            let end = frames.min(begin + self.length - self.filled);
            for plane in planes {
                self.current = join(self.current, extremes(&plane.as_ref()[begin..end]));
            }
            self.filled += end - begin;
            begin = end;
            if self.filled == self.length {
                self.close();
            }
        }
    }

    /// At most `Shape::PEAKS` pairs of the lowest and the highest sample, full scale 127.
    pub fn finish(mut self) -> Vec<[i8; 2]> {
        if self.filled > 0 {
            self.close();
        }
        let count = self.stretches.len().min(Shape::PEAKS);
        let pair = |n: usize| {
            let (from, to) = (
                n * self.stretches.len() / count,
                (n + 1) * self.stretches.len() / count,
            );
            let (low, high) = self.stretches[from..to].iter().copied().fold(NOTHING, join);
            [eight_bits(low), eight_bits(high)]
        };
        (0..count).map(pair).collect()
    }

    fn close(&mut self) {
        self.stretches
            .push(std::mem::replace(&mut self.current, NOTHING));
        self.filled = 0;
        if self.stretches.len() == STRETCHES {
            let halves = self.stretches.chunks(2).map(|pair| join(pair[0], pair[1]));
            self.stretches = halves.collect();
            self.length *= 2;
        }
    }
}

fn extremes(samples: &[f32]) -> (f32, f32) {
    let mut lanes = [NOTHING; 8];
    let parts = samples.chunks_exact(8);
    let rest = parts
        .remainder()
        .iter()
        .fold(NOTHING, |found, x| join(found, (*x, *x)));
    for part in parts {
        for (lane, sample) in lanes.iter_mut().zip(part) {
            *lane = (lane.0.min(*sample), lane.1.max(*sample));
        }
    }
    lanes.into_iter().fold(rest, join)
}

fn join(a: (f32, f32), b: (f32, f32)) -> (f32, f32) {
    (a.0.min(b.0), a.1.max(b.1))
}

fn eight_bits(sample: f32) -> i8 {
    (sample.clamp(-1.0, 1.0) * 127.0).round() as i8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_track_becomes_a_thousand_pairs_that_follow_its_swell() {
        let frames = 3_000_000usize;
        let plane: Vec<f32> = (0..frames)
            .map(|n| if n % 2 == 0 { 1.0 } else { -0.5 } * n as f32 / frames as f32)
            .collect();
        let mut waveform = Waveform::default();
        for block in plane.chunks(4096) {
            waveform.add(&[block]);
        }
        let pairs = waveform.finish();
        assert_eq!(pairs.len(), Shape::PEAKS);
        assert_eq!((pairs[0], pairs[999]), ([0, 0], [-63, 127]));
        let middle = pairs[500];
        assert!(
            (-33..=-30).contains(&middle[0]) && (62..=65).contains(&middle[1]),
            "{middle:?}"
        );
        assert!(
            pairs.windows(2).all(|two| two[0][1] <= two[1][1]),
            "it only rises"
        );
    }

    #[test]
    fn a_short_track_has_fewer_pairs_and_an_empty_one_none() {
        let mut waveform = Waveform::default();
        waveform.add(&[[0.5f32; 33], [-1.0; 33]]);
        assert_eq!(waveform.finish(), [[-127, 64], [-127, 64]]);
        assert!(Waveform::default().finish().is_empty());
    }
}
