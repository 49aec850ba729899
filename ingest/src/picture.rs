//! What is on this cover, and is it as large as it says?
//!
//! Pure: bytes in, facts out. A picture that was enlarged in blocks of pixels has no detail of its own size: halving
//! it and doubling it again loses next to nothing, while the same loss one size further down is large. Smooth
//! enlargements lose 0.4 to 0.5 of the next size's loss, as soft photographs do, but they leave a `pattern`,
//! or are `mirrored`.

mod mirrored;
mod pattern;

use crate::evidence::{Colours, Picture};
use image::{DynamicImage, GrayImage, ImageDecoder, ImageFormat, ImageReader};
use std::io::Cursor;

/// Pixels along a side of the report's picture.
const THUMBNAIL: u32 = 240;
/// Standard deviation of brightness (of 255) below which a picture is of one colour.
const BLANK: f64 = 1.0;
/// Loss at half size, of 255, below which even a sharp picture would show nothing: gradients, flat art.
const PLAIN: f64 = 1.0;
/// Part of the next size's loss below which a size has no detail of its own. Drawings have 0.9.
const EMPTY: f64 = 0.15;
/// Part of the next size's loss below which a pattern is that of enlarging. Stripes and dots that are meant have 0.9.
const SOFT: f64 = 0.7;
/// Sides below this are not halved further.
const LEAST_SIDE: u32 = 128;

/// Decodes a cover and looks at it; `side` bounds its pixels.
///
/// # Errors
/// What stands in the way of decoding it.
pub fn look(bytes: &[u8], side: u32) -> Result<Picture, String> {
    let mut reader = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .map_err(|e| e.to_string())?;
    let format = match reader.format() {
        Some(ImageFormat::Jpeg) => "jpeg",
        Some(ImageFormat::Png) => "png",
        Some(other) => return Err(format!("{other:?}").to_lowercase()),
        None => return Err("no picture that we know".to_owned()),
    };
    let mut limits = image::Limits::default();
    limits.max_image_width = Some(side);
    limits.max_image_height = Some(side);
    limits.max_alloc = Some(u64::from(side) * u64::from(side) * 8);
    reader.limits(limits);
    let decoder = reader.into_decoder().map_err(|error| error.to_string())?;
    let (width, height) = decoder.dimensions();
    let grey = !decoder.original_color_type().channel_count().gt(&2);
    let whole = DynamicImage::from_decoder(decoder).map_err(|error| error.to_string())?;
    let colours = match (format, jpeg_components(bytes)) {
        ("jpeg", Some(4)) => Colours::Cmyk,
        ("jpeg", Some(1)) => Colours::Grey,
        ("png", _) if grey => Colours::Grey,
        _ => Colours::Rgb,
    };
    let small = whole.thumbnail(THUMBNAIL, THUMBNAIL).into_rgb8();
    let mut thumbnail = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut thumbnail, 82)
        .encode_image(&small)
        .map_err(|error| error.to_string())?;
    let luma = whole.into_luma8();
    let losses = losses(&luma);
    let below = losses.iter().skip(1).take(2).copied().fold(0.0, f64::max);
    // A mere gradient has steps of its own.
    let soft = below > PLAIN && losses[0] < SOFT * below;
    Ok(Picture {
        format,
        width,
        height,
        thumbnail,
        colours,
        blank: is_blank(&small),
        enlarged: enlarged(&losses),
        pattern: soft
            .then(|| pattern::period(&luma).or_else(|| mirrored::ratio(&luma)))
            .flatten(),
    })
}

/// Components in the frame header of a JPEG (ITU-T T.81, B.2.2): 1 grey, 3 YCbCr, 4 CMYK.
fn jpeg_components(bytes: &[u8]) -> Option<u8> {
    let mut rest = bytes.strip_prefix(&[0xFF, 0xD8])?;
    loop {
        let (marker, tail) = match rest {
            [0xFF, 0xFF, ..] => {
                rest = &rest[1..];
                continue;
            }
            [0xFF, marker, tail @ ..] => (*marker, tail),
            _ => return None,
        };
        let length = usize::from(u16::from_be_bytes([*tail.first()?, *tail.get(1)?]));
        let frame = (0xC0..=0xCF).contains(&marker) && ![0xC4, 0xC8, 0xCC].contains(&marker);
        if frame {
            return tail.get(7).copied();
        }
        rest = tail.get(length..)?;
    }
}

fn is_blank(small: &image::RgbImage) -> bool {
    (0..3).all(|channel| {
        let values = small.pixels().map(|pixel| f64::from(pixel.0[channel]));
        let count = f64::from(small.width() * small.height()).max(1.0);
        let (sum, squares) =
            values.fold((0.0, 0.0), |(sum, squares), v| (sum + v, squares + v * v));
        (squares / count - (sum / count).powi(2)).max(0.0).sqrt() < BLANK
    })
}

/// What each halving loses, of 255.
fn losses(luma: &GrayImage) -> Vec<f64> {
    let mut losses = Vec::new();
    let mut half: Option<GrayImage> = None;
    loop {
        let level = half.as_ref().unwrap_or(luma);
        if level.width().min(level.height()) / 2 < LEAST_SIDE {
            return losses;
        }
        let next = halved(level);
        losses.push(loss(level, &next));
        half = Some(next);
    }
}

/// How often a picture can be halved without a loss that counts; `None` when it cannot.
fn enlarged(losses: &[f64]) -> Option<u32> {
    let empty = |index: &usize| {
        let below = losses[*index + 1..].iter().take(2).copied();
        losses[*index] < EMPTY * below.fold(0.0, f64::max)
    };
    let times = (0..losses.len().saturating_sub(1))
        .take_while(empty)
        .count();
    let next = losses.get(times).copied().unwrap_or(0.0);
    (times > 0 && next > PLAIN).then(|| 1 << times)
}

fn halved(picture: &GrayImage) -> GrayImage {
    GrayImage::from_fn(picture.width() / 2, picture.height() / 2, |x, y| {
        let at = |dx, dy| u32::from(picture.get_pixel(2 * x + dx, 2 * y + dy).0[0]);
        let sum = at(0, 0) + at(1, 0) + at(0, 1) + at(1, 1);
        image::Luma([((sum + 2) / 4) as u8])
    })
}

/// Root mean square of what halving loses: against the half doubled smoothly, or in blocks, whichever is closer.
fn loss(whole: &GrayImage, half: &GrayImage) -> f64 {
    let (width, height) = half.dimensions();
    let (mut smooth, mut blocks, mut count) = (0.0, 0.0, 0.0);
    let at = |x: u32, y: u32| f64::from(half.get_pixel(x.min(width - 1), y.min(height - 1)).0[0]);
    // Every third row is enough to tell.
    for y in (1..2 * height - 1).step_by(3) {
        for x in 1..2 * width - 1 {
            let value = f64::from(whole.get_pixel(x, y).0[0]);
            // The centre of a pixel lies a quarter from that of its half, towards the neighbour.
            let (hx, hy) = (x / 2, y / 2);
            let nx = if x % 2 == 0 {
                hx.saturating_sub(1)
            } else {
                hx + 1
            };
            let ny = if y % 2 == 0 {
                hy.saturating_sub(1)
            } else {
                hy + 1
            };
            let bilinear =
                0.5625 * at(hx, hy) + 0.1875 * (at(nx, hy) + at(hx, ny)) + 0.0625 * at(nx, ny);
            smooth += (value - bilinear).powi(2);
            blocks += (value - at(hx, hy)).powi(2);
            count += 1.0;
        }
    }
    (f64::min(smooth, blocks) / f64::max(count, 1.0)).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::RgbImage;

    fn png(picture: &DynamicImage) -> Picture {
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, ImageFormat::Png).unwrap();
        look(bytes.get_ref(), 10_000).unwrap()
    }

    /// Circles of all sizes with hard edges: a picture with detail of its own size.
    fn drawn(side: u32) -> DynamicImage {
        let mut picture = RgbImage::new(side, side);
        for n in 0..400_u32 {
            let random = |k: u32| n.wrapping_mul(2_654_435_761).rotate_left(7 * k) >> 8;
            let (cx, cy) = (random(1) % side, random(2) % side);
            let radius = 2 + random(3) % (side / 12);
            let colour = [random(4) as u8, random(5) as u8, (random(6) >> 3) as u8];
            for y in cy.saturating_sub(radius)..(cy + radius).min(side) {
                for x in cx.saturating_sub(radius)..(cx + radius).min(side) {
                    if x.abs_diff(cx).pow(2) + y.abs_diff(cy).pow(2) <= radius * radius {
                        picture.put_pixel(x, y, image::Rgb(colour));
                    }
                }
            }
        }
        picture.into()
    }

    #[test]
    fn a_drawn_picture_is_not_enlarged_and_its_enlargements_are() {
        assert_eq!(png(&drawn(1024)).enlarged, None);
        for (side, times) in [(512, 2), (256, 4)] {
            let large = drawn(side).resize_exact(1024, 1024, image::imageops::FilterType::Nearest);
            assert_eq!(png(&large).enlarged, Some(times), "from {side}");
        }
    }

    #[test]
    fn smooth_enlargements_leave_a_pattern_and_pictures_of_their_own_size_do_not() {
        use image::imageops::FilterType::{CatmullRom, Lanczos3, Triangle};
        for (side, filter) in [
            (800, Triangle),
            (600, Triangle),
            (600, CatmullRom),
            (600, Lanczos3),
            (300, CatmullRom),
            (400, CatmullRom),
            (240, Lanczos3),
            (480, Triangle),
        ] {
            let large = drawn(side).resize_exact(1200, 1200, filter);
            let found = png(&large);
            assert!(found.pattern.is_some(), "{filter:?} from {side}");
            let mut jpeg = Vec::new();
            let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut jpeg, 90);
            large.into_rgb8().write_with_encoder(encoder).unwrap();
            let again = look(&jpeg, 10_000).unwrap();
            assert!(again.pattern.is_some(), "{filter:?} from {side}, JPEG");
        }
        assert_eq!(png(&drawn(1200)).pattern, None);
        assert_eq!(
            png(&drawn(1200).blur(1.5)).pattern,
            None,
            "soft, but of its own size"
        );
        let smaller = drawn(2000).resize_exact(1200, 1200, Lanczos3);
        assert_eq!(png(&smaller).pattern, None);
        let dots = RgbImage::from_fn(1200, 1200, |x, y| {
            image::Rgb([if x % 7 < 3 && y % 7 < 3 { 20 } else { 240 }; 3])
        });
        assert_eq!(png(&dots.into()).pattern, None, "dots that are meant");
    }

    #[test]
    fn a_gradient_has_nothing_to_lose() {
        let gradient = RgbImage::from_fn(1024, 1024, |x, y| {
            image::Rgb([(x / 4) as u8, 90, (y / 4) as u8])
        });
        let picture = png(&gradient.into());
        assert_eq!(
            (picture.enlarged, picture.blank, picture.colours),
            (None, false, Colours::Rgb)
        );
    }

    #[test]
    fn one_colour_is_blank_and_grey_is_grey() {
        let white = RgbImage::from_pixel(800, 800, image::Rgb([255, 255, 255]));
        assert!(png(&white.into()).blank);
        assert_eq!(png(&drawn(256).into_luma8().into()).colours, Colours::Grey);
    }

    #[test]
    fn the_components_of_a_jpeg_tell_its_inks() {
        let mut bytes = Vec::new();
        let encoder = image::codecs::jpeg::JpegEncoder::new(&mut bytes);
        drawn(64).into_rgb8().write_with_encoder(encoder).unwrap();
        assert_eq!(jpeg_components(&bytes), Some(3));
        let at = bytes
            .windows(2)
            .position(|two| two == [0xFF, 0xC0])
            .unwrap();
        bytes[at + 9] = 4;
        assert_eq!(jpeg_components(&bytes), Some(4));
        assert_eq!(jpeg_components(&bytes[..20]), None);
    }
}
