//! How are words set without a font file?
//!
//! Each letter is a few strokes on a grid four wide and six high (y down), drawn with a round
//! pen. Lower case is set as upper case; a letter that is not in the table leaves its space.

use super::palette::Colour;
use super::step;
use rayon::prelude::*;

/// Letter, advance in grid units, strokes: points `x,y`, strokes apart by `;`.
const GLYPHS: &str = include_str!("lettering/glyphs.txt");

/// Height of a capital in grid units.
const CAPITAL: f32 = 6.0;
/// Space between letters in grid units.
const GAP: f32 = 1.9;

/// A straight stroke with the half width of its pen, all in shares of the side.
struct Stroke {
    from: [f32; 2],
    to: [f32; 2],
    pen: f32,
    accent: bool,
}

/// Set words, ready to be painted.
pub(super) struct Words {
    strokes: Vec<Stroke>,
}

impl Words {
    /// Sets title and artist into the panel that begins at `top` and is `height` high.
    pub(super) fn set(title: &str, artist: &str, top: f32, height: f32) -> Words {
        let mut words = Words {
            strokes: Vec::new(),
        };
        let (left, room) = (0.06, 0.88);
        let lines = wrap(title, 22);
        let widest = lines.iter().map(|line| width(line)).fold(1.0, f32::max);
        let tallest = if lines.len() == 1 { 0.0155 } else { 0.0092 };
        let unit = (room / widest).min(tallest);
        let leading = unit * (CAPITAL + 3.2);
        let artist_unit = (room / width(artist).max(1.0)).min(0.0062);
        let block = leading * lines.len() as f32 + artist_unit * CAPITAL;
        let mut y = top + (height - block) * 0.5;
        for line in &lines {
            words.line(line, left, y, unit, false);
            y += leading;
        }
        words.line(artist, left, y, artist_unit, true);
        words
    }

    fn line(&mut self, text: &str, left: f32, top: f32, unit: f32, accent: bool) {
        let mut x = left;
        for character in text.chars().flat_map(char::to_uppercase) {
            let Some((advance, strokes)) = glyph(character) else {
                x += unit * (2.0 + GAP);
                continue;
            };
            for stroke in strokes.split(';').filter(|stroke| !stroke.is_empty()) {
                let points: Vec<[f32; 2]> = stroke.split_whitespace().filter_map(point).collect();
                for pair in points.windows(2) {
                    let at = |p: [f32; 2]| [x + p[0] * unit, top + p[1] * unit];
                    let pen = unit * 0.42;
                    self.strokes.push(Stroke {
                        from: at(pair[0]),
                        to: at(pair[1]),
                        pen,
                        accent,
                    });
                }
            }
            x += unit * (advance + GAP);
        }
    }

    /// Paints the words; the picture is `side` pixels square, three bytes a pixel.
    pub(super) fn paint(&self, pixels: &mut [u8], side: u32, ink: Colour, accent: Colour) {
        let soft = 1.2 / side as f32;
        pixels
            .par_chunks_exact_mut(side as usize * 3)
            .enumerate()
            .for_each(|(row, line)| {
                let y = (row as f32 + 0.5) / side as f32;
                for stroke in &self.strokes {
                    let reach = stroke.pen + soft;
                    let [low, high] = sorted(stroke.from[1], stroke.to[1]);
                    if y < low - reach || y > high + reach {
                        continue;
                    }
                    let [from, to] = sorted(stroke.from[0], stroke.to[0]);
                    let first = ((from - reach) * side as f32).max(0.0) as usize;
                    let last = (((to + reach) * side as f32) as usize + 1).min(side as usize);
                    for column in first..last {
                        let x = (column as f32 + 0.5) / side as f32;
                        let cover =
                            1.0 - step(stroke.pen - soft, stroke.pen + soft, stroke.distance(x, y));
                        if cover > 0.0 {
                            put(
                                &mut line[column * 3..column * 3 + 3],
                                if stroke.accent { accent } else { ink },
                                cover,
                            );
                        }
                    }
                }
            });
    }
}

impl Stroke {
    fn distance(&self, x: f32, y: f32) -> f32 {
        let along = [self.to[0] - self.from[0], self.to[1] - self.from[1]];
        let off = [x - self.from[0], y - self.from[1]];
        let length = along[0] * along[0] + along[1] * along[1];
        let t = ((off[0] * along[0] + off[1] * along[1]) / length.max(1e-9)).clamp(0.0, 1.0);
        let d = [off[0] - t * along[0], off[1] - t * along[1]];
        (d[0] * d[0] + d[1] * d[1]).sqrt()
    }
}

fn put(pixel: &mut [u8], colour: Colour, share: f32) {
    for (byte, to) in pixel.iter_mut().zip(colour.bytes()) {
        let from = f32::from(*byte);
        *byte = (from + (f32::from(to) - from) * share + 0.5) as u8;
    }
}

fn sorted(a: f32, b: f32) -> [f32; 2] {
    if a < b { [a, b] } else { [b, a] }
}

fn point(text: &str) -> Option<[f32; 2]> {
    let (x, y) = text.split_once(',')?;
    Some([x.parse().ok()?, y.parse().ok()?])
}

fn glyph(character: char) -> Option<(f32, &'static str)> {
    GLYPHS.lines().find_map(|line| {
        let mut parts = line.splitn(3, ' ');
        (parts.next()?.chars().next()? == character).then_some(())?;
        Some((parts.next()?.parse().ok()?, parts.next().unwrap_or("")))
    })
}

/// Width of a line in grid units.
fn width(text: &str) -> f32 {
    let upper = text.chars().flat_map(char::to_uppercase);
    upper
        .map(|c| glyph(c).map_or(2.0, |(advance, _)| advance) + GAP)
        .sum()
}

/// Breaks a title into lines of about `limit` letters, at spaces.
fn wrap(text: &str, limit: usize) -> Vec<String> {
    let mut lines: Vec<String> = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last_mut().expect("there is always a line");
        if line.is_empty() {
            line.push_str(word);
        } else if line.chars().count() + word.chars().count() < limit {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_letter_and_digit_has_strokes() {
        for character in ('A'..='Z').chain('0'..='9').chain("&'.,:-()?!+".chars()) {
            let (_, strokes) =
                glyph(character).unwrap_or_else(|| panic!("no glyph for {character}"));
            assert!(
                strokes
                    .split(';')
                    .all(|s| s.split_whitespace().all(|p| point(p).is_some()))
            );
        }
    }

    #[test]
    fn long_titles_are_broken_at_spaces() {
        let lines = wrap("Endgame: Singularity Original Soundtrack", 22);
        assert_eq!(lines, ["Endgame: Singularity", "Original Soundtrack"]);
    }
}
