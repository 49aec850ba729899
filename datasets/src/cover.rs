//! What does the front of a release look like when its package brings no picture?
//!
//! A square RGB JPEG, 3,000 pixels a side (what Apple and most stores ask for): a motif drawn
//! from a seed, and a panel with title and artist in letters of our own. Colours are 8-bit
//! sRGB; positions are in shares of the side. The same words and seed give the same bytes.

mod lettering;
mod motif;
mod palette;

use image::codecs::jpeg::JpegEncoder;
use palette::{Colour, Palette};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

/// Width and height in pixels.
pub const SIDE: u32 = 3000;

/// JPEG quality, 1..=100: about half a megabyte for these surfaces.
const QUALITY: u8 = 84;

/// Height of the panel with the words, as a share of the side.
const PANEL: f32 = 0.235;

/// Draws the cover of a release as JPEG bytes.
///
/// # Errors
/// What the JPEG encoder says; with a fixed size and a buffer in memory it does not fail.
pub fn draw(title: &str, artist: &str, seed: u64) -> Result<Vec<u8>, image::ImageError> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let palette = Palette::choose(&mut random);
    let panel_on_top = random.random_range(0..3) == 0;
    let motif = motif::choose(&mut random);
    let mut pixels = vec![0u8; (SIDE * SIDE * 3) as usize];
    let across = |column: usize| (column as f32 + 0.5) / SIDE as f32;
    let skylines: Vec<Vec<f32>> = (0..SIDE as usize)
        .map(|column| motif.skylines(across(column)))
        .collect();
    let panel = if panel_on_top {
        0.0..PANEL
    } else {
        1.0 - PANEL..1.0
    };
    pixels
        .par_chunks_exact_mut(SIDE as usize * 3)
        .enumerate()
        .for_each(|(row, line)| {
            let y = (row as f32 + 0.5) / SIDE as f32;
            for (column, pixel) in line.chunks_exact_mut(3).enumerate() {
                let colour = if panel.contains(&y) {
                    palette.panel
                } else {
                    motif.colour(across(column), y, &skylines[column], &palette)
                };
                pixel.copy_from_slice(&colour.bytes());
            }
        });
    let words = lettering::Words::set(title, artist, panel.start, PANEL);
    words.paint(&mut pixels, SIDE, palette.ink, palette.accent());
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, QUALITY).encode(
        &pixels,
        SIDE,
        SIDE,
        image::ExtendedColorType::Rgb8,
    )?;
    Ok(bytes)
}

/// A smooth step from 0 (at `from`) to 1 (at `to`): the edge of every shape here.
fn step(from: f32, to: f32, x: f32) -> f32 {
    let t = ((x - from) / (to - from)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// Puts `over` on `under` with opacity `share`.
fn blend(under: Colour, over: Colour, share: f32) -> Colour {
    under.towards(over, share)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cover_is_a_square_rgb_jpeg_of_three_thousand_pixels_under_a_megabyte() {
        let bytes = draw("Slow Water", "Ondine Vale", 5).unwrap();
        assert!(bytes.len() < 1_000_000, "{} bytes", bytes.len());
        let picture =
            image::load_from_memory_with_format(&bytes, image::ImageFormat::Jpeg).unwrap();
        assert_eq!((picture.width(), picture.height()), (SIDE, SIDE));
        assert_eq!(picture.color(), image::ColorType::Rgb8);
    }

    #[test]
    fn the_same_seed_gives_the_same_bytes_and_another_title_does_not() {
        let once = draw("Weir", "Ondine Vale", 9).unwrap();
        assert_eq!(once, draw("Weir", "Ondine Vale", 9).unwrap());
        assert_ne!(once, draw("Delta", "Ondine Vale", 9).unwrap());
    }
}
