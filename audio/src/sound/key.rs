//! Which notes, counted from the tonic, and in which key?

use super::frames::Frame;
use super::mean_and_spread;

/// How well each pitch class fits a key, from the tonic up (Krumhansl and Kessler 1982).
const MAJOR: [f32; 12] = [
    6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88,
];
const MINOR: [f32; 12] = [
    6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17,
];

/// Chroma (12) from the tonic up, its spread over the classes, its change from frame to frame; then the key: cosine and
/// sine of the place on the circle of fifths, times how clear it is; major less minor; how clear.
pub(super) fn chroma(heard: &[&Frame]) -> [f32; 18] {
    let mean: [f32; 12] =
        std::array::from_fn(|class| mean_and_spread(heard.iter().map(|f| f.chroma[class])).0);
    let fits = |profile: &[f32; 12]| -> [f32; 12] {
        std::array::from_fn(|tonic| correlation(profile, &turned(&mean, tonic)))
    };
    let (major, minor) = (fits(&MAJOR), fits(&MINOR));
    let best = |fits: &[f32; 12]| {
        (0..12)
            .rev()
            .max_by(|&a, &b| fits[a].total_cmp(&fits[b]))
            .unwrap_or(0)
    };
    let (in_major, in_minor) = (best(&major), best(&minor));
    let is_major = major[in_major] >= minor[in_minor];
    let (tonic, clear) = match is_major {
        true => (in_major, major[in_major]),
        false => (in_minor, minor[in_minor]),
    };
    // A minor key stands where its relative major does, three semitones up.
    let place = if is_major { tonic } else { tonic + 3 } * 7 % 12;
    let angle = std::f32::consts::TAU * place as f32 / 12.0;
    let changes = heard.windows(2).map(|pair| {
        let apart = pair[0].chroma.iter().zip(&pair[1].chroma);
        apart.map(|(a, b)| (a - b).abs()).sum::<f32>()
    });
    let from_tonic = turned(&mean, tonic);
    let mut out = [0f32; 18];
    out[..12].copy_from_slice(&from_tonic);
    out[12] = mean_and_spread(mean.iter().copied()).1;
    out[13] = mean_and_spread(changes).0;
    out[14] = clear * angle.cos();
    out[15] = clear * angle.sin();
    out[16] = major[in_major] - minor[in_minor];
    out[17] = clear;
    out
}

fn turned(chroma: &[f32; 12], tonic: usize) -> [f32; 12] {
    std::array::from_fn(|class| chroma[(class + tonic) % 12])
}

/// Pearson's, 0 where one of them is even.
fn correlation(a: &[f32; 12], b: &[f32; 12]) -> f32 {
    let ((mean_a, spread_a), (mean_b, spread_b)) = (
        mean_and_spread(a.iter().copied()),
        mean_and_spread(b.iter().copied()),
    );
    let products = a.iter().zip(b).map(|(x, y)| (x - mean_a) * (y - mean_b));
    let both = 12.0 * spread_a * spread_b;
    if both > 0.0 {
        products.sum::<f32>() / both
    } else {
        0.0
    }
}
