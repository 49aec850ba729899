//! What does a fault look like? The waveform, or the spectrogram, as an image that stands in the page itself.

use audio::Quality;
use base64::Engine;
use std::fmt::Write;

/// Pixels.
const WIDTH: usize = 600;
const HEIGHT: usize = 96;

/// An image as a data URI.
pub fn data(kind: &str, bytes: &[u8]) -> String {
    let text = base64::engine::general_purpose::STANDARD.encode(bytes);
    format!("data:image/{kind};base64,{text}")
}

/// The spectrogram for what the spectrum tells, the waveform for everything else.
pub fn of_sound(code: &str, quality: &Quality) -> String {
    let spectral = matches!(
        code,
        "audio-lossy-origin" | "audio-upsampled" | "audio-lossy"
    );
    match spectral && !quality.spectrogram.levels.is_empty() {
        true => data("png", &spectrogram(quality)),
        false => data("svg+xml", waveform(&quality.waveform).as_bytes()),
    }
}

/// Peaks around the middle line; full scale is the edge.
fn waveform(peaks: &[u8]) -> String {
    let mut path = String::new();
    let (middle, step) = (
        HEIGHT as f64 / 2.0,
        WIDTH as f64 / peaks.len().max(1) as f64,
    );
    for (index, peak) in peaks.iter().enumerate() {
        let half = (f64::from(*peak) / 255.0 * middle).max(0.5);
        let x = (index as f64 + 0.5) * step;
        let _ = write!(path, "M{x:.1} {:.1}V{:.1}", middle - half, middle + half);
    }
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\"><rect width=\"{WIDTH}\" \
         height=\"{HEIGHT}\" fill=\"#12161c\"/><path d=\"{path}\" stroke=\"#6fc3df\" stroke-width=\"{:.2}\"/></svg>",
        step.min(1.4)
    )
}

/// Time to the right, frequency upwards, from black over blue and orange to white.
fn spectrogram(quality: &Quality) -> Vec<u8> {
    let rows = quality.spectrogram.rows;
    let levels = &quality.spectrogram.levels;
    let columns = levels.len() / rows.max(1);
    let picture = image::RgbImage::from_fn(WIDTH as u32, (2 * rows) as u32, |x, y| {
        let column = x as usize * columns / WIDTH;
        let row = rows - 1 - y as usize / 2;
        image::Rgb(heat(levels[column * rows + row]))
    });
    let mut bytes = std::io::Cursor::new(Vec::new());
    // Writing to memory does not fail; an empty picture would show as such.
    let _ = picture.write_to(&mut bytes, image::ImageFormat::Png);
    bytes.into_inner()
}

fn heat(level: u8) -> [u8; 3] {
    let x = f64::from(level) / 255.0;
    let part = |from: f64, to: f64| ((x - from) / (to - from)).clamp(0.0, 1.0);
    let channel = |value: f64| (value * 255.0) as u8;
    [
        channel(part(0.35, 0.75)),
        channel(part(0.55, 1.0)),
        channel(part(0.1, 0.4) * (1.0 - 0.8 * part(0.45, 0.7)) + part(0.85, 1.0)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_waveform_is_a_line_per_column() {
        let svg = waveform(&[0, 128, 255]);
        assert_eq!(svg.matches('M').count(), 3);
        assert!(svg.starts_with("<svg") && svg.contains("V96.0"));
    }

    #[test]
    fn louder_is_brighter() {
        let sum = |level| heat(level).iter().map(|c| u32::from(*c)).sum::<u32>();
        assert!(sum(0) == 0 && sum(80) < sum(160) && sum(160) < sum(255));
    }
}
