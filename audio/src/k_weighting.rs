//! How loud does an ear find this energy? (ITU-R BS.1770-5, annex 1: K-weighting)
//!
//! Two biquads per channel, a shelf for the head and a high pass, with coefficients derived for any
//! rate as libebur128 derives them (pre-warped bilinear transform of the analogue prototypes), so that
//! 48 kHz gives the standard's table. Two channels share the lanes of one register: the recursion is
//! bound by latency, not by arithmetic. `ebur128` is the oracle of the tests; it took a fifth of a
//! whole transcode, as it sums every window of 400 ms and 3 s anew.

use crate::{Layout, Speaker};
use std::f64::consts::PI;

/// Below this a filter's state is silence; denormal numbers would be a hundred times slower.
const SILENT_STATE: f64 = 1e-30;

/// Direct form II transposed; `b0` of the high pass is 1 as in the standard.
#[derive(Debug, Clone, Copy)]
struct Biquad {
    b: [f64; 3],
    a: [f64; 2],
}

/// The state of one channel pair: both filters, two delays, two lanes.
type State = [[[f64; 2]; 2]; 2];

/// The filters of all channels of one signal.
#[derive(Debug)]
pub(crate) struct KWeighting {
    shelf: Biquad,
    high_pass: Biquad,
    /// The channels that count, by their place, with their weight.
    channels: Vec<(usize, f64)>,
    states: Vec<State>,
}

impl KWeighting {
    pub(crate) fn new(rate: f64, layout: &Layout) -> KWeighting {
        let channels: Vec<(usize, f64)> = layout
            .speakers()
            .iter()
            .map(weight)
            .enumerate()
            .filter(|(_, weight)| *weight > 0.0)
            .collect();
        let pairs = channels.len().div_ceil(2);
        KWeighting {
            shelf: shelf(rate),
            high_pass: high_pass(rate),
            channels,
            states: vec![State::default(); pairs],
        }
    }

    /// The weighted sum of squares of planes of equal length, in order of time.
    pub(crate) fn energy(&mut self, planes: &[&[f32]]) -> f64 {
        let mut energy = 0.0;
        for (pair, state) in self.channels.chunks(2).zip(&mut self.states) {
            let (first, last) = (pair[0], pair[pair.len() - 1]);
            let sums = run(
                state,
                self.shelf,
                self.high_pass,
                planes[first.0],
                planes[last.0],
            );
            energy += sums[0] * first.1;
            if pair.len() == 2 {
                energy += sums[1] * last.1;
            }
        }
        energy
    }
}

/// BS.1770-5, table 3: surrounds count +1.5 dB, low frequencies not at all.
fn weight(speaker: &Speaker) -> f64 {
    match speaker {
        Speaker::LeftSurround | Speaker::RightSurround => 1.41,
        Speaker::LowFrequency => 0.0,
        _ => 1.0,
    }
}

fn run(
    state: &mut State,
    shelf: Biquad,
    high_pass: Biquad,
    left: &[f32],
    right: &[f32],
) -> [f64; 2] {
    let [[mut s1, mut s2], [mut h1, mut h2]] = *state;
    let mut sums = [0.0f64; 2];
    for (left, right) in left.iter().zip(right) {
        let x = [f64::from(*left), f64::from(*right)];
        for lane in 0..2 {
            let y = shelf.b[0] * x[lane] + s1[lane];
            s1[lane] = shelf.b[1] * x[lane] - shelf.a[0] * y + s2[lane];
            s2[lane] = shelf.b[2] * x[lane] - shelf.a[1] * y;
            let z = y + h1[lane];
            h1[lane] = -2.0 * y - high_pass.a[0] * z + h2[lane];
            h2[lane] = y - high_pass.a[1] * z;
            sums[lane] += z * z;
        }
    }
    *state = [[s1, s2], [h1, h2]];
    for value in state.iter_mut().flatten().flatten() {
        if value.abs() < SILENT_STATE {
            *value = 0.0;
        }
    }
    sums
}

fn shelf(rate: f64) -> Biquad {
    let (f0, gain, q) = (
        1_681.974_450_955_533,
        3.999_843_853_973_347,
        0.707_175_236_955_419_6,
    );
    let k = (PI * f0 / rate).tan();
    let high = 10f64.powf(gain / 20.0);
    let band = high.powf(0.499_666_774_154_541_6);
    let a0 = 1.0 + k / q + k * k;
    Biquad {
        b: [
            (high + band * k / q + k * k) / a0,
            2.0 * (k * k - high) / a0,
            (high - band * k / q + k * k) / a0,
        ],
        a: [2.0 * (k * k - 1.0) / a0, (1.0 - k / q + k * k) / a0],
    }
}

fn high_pass(rate: f64) -> Biquad {
    let (f0, q) = (38.135_470_876_024_44, 0.500_327_037_323_877_3);
    let k = (PI * f0 / rate).tan();
    let a0 = 1.0 + k / q + k * k;
    Biquad {
        b: [1.0, -2.0, 1.0],
        a: [2.0 * (k * k - 1.0) / a0, (1.0 - k / q + k * k) / a0],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_48_khz_the_coefficients_are_those_of_the_standard() {
        let close = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-9, "{found}");
        let shelf = shelf(48_000.0);
        close(shelf.b[0], 1.535_124_859_586_97);
        close(shelf.b[1], -2.691_696_189_406_38);
        close(shelf.b[2], 1.198_392_810_852_85);
        close(shelf.a[0], -1.690_659_293_182_41);
        close(shelf.a[1], 0.732_480_774_215_85);
        let high_pass = high_pass(48_000.0);
        close(high_pass.a[0], -1.990_047_454_833_98);
        close(high_pass.a[1], 0.990_072_250_366_21);
    }
}
