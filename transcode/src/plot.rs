//! What does a track look like, as one SVG picture?
//!
//! The waveform above, the course of loudness below with the target and the integrated loudness as
//! lines. No script, no font of its own, no reference to anything outside.

use catalog::rendition::{Loudness, Shape};
use catalog::units::{Lufs, Millis};
use std::fmt::Write;

/// Size of the drawing and of its parts, in pixels.
const WIDTH: f64 = 1040.0;
const LEFT: f64 = 50.0;
const SPAN: f64 = 980.0;
const WAVE: (f64, f64) = (40.0, 160.0);
const CURVE: (f64, f64) = (230.0, 160.0);

/// The loudness at the bottom and at the top of the curve, LUFS.
const SCALE: (f64, f64) = (-60.0, 0.0);

/// The picture of a track.
pub fn svg(
    title: &str,
    length: Millis,
    shape: &Shape,
    loudness: &Loudness,
    target: Lufs,
) -> String {
    let mut svg = String::new();
    let height = CURVE.0 + CURVE.1 + 40.0;
    // Writing into a string cannot fail.
    let _ = write!(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" \
         font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"{WIDTH}\" height=\"{height}\" fill=\"#fff\"/>\n\
         <text x=\"{LEFT}\" y=\"24\" font-size=\"15\">{} · {length}</text>\n",
        escaped(title)
    );
    let _ = writeln!(svg, "<path d=\"{}\" fill=\"#3b6ea5\"/>", wave(shape));
    for level in [-60, -50, -40, -30, -20, -10, 0] {
        let y = height_of(f64::from(level));
        let _ = writeln!(
            svg,
            "<line x1=\"{LEFT}\" x2=\"{:.0}\" y1=\"{y:.1}\" y2=\"{y:.1}\" stroke=\"#ddd\"/>\
             <text x=\"{:.0}\" y=\"{:.1}\" text-anchor=\"end\" fill=\"#555\">{level}</text>",
            LEFT + SPAN,
            LEFT - 6.0,
            y + 4.0
        );
    }
    let _ = writeln!(
        svg,
        "<path d=\"{}\" fill=\"none\" stroke=\"#b5502f\" stroke-width=\"1.5\"/>",
        curve(shape)
    );
    line(&mut svg, target, "#2a7d3f", "target");
    if let Some(integrated) = loudness.integrated {
        line(&mut svg, integrated, "#b5502f", "integrated");
    }
    let _ = writeln!(
        svg,
        "<text x=\"{LEFT}\" y=\"{:.0}\" fill=\"#555\">LUFS over time, 0:00 to {length}</text>\n</svg>",
        CURVE.0 + CURVE.1 + 24.0
    );
    svg
}

/// The outline: highest samples forth, lowest ones back.
fn wave(shape: &Shape) -> String {
    let count = shape.peaks.len().max(1) as f64;
    let x = |n: usize| LEFT + SPAN * (n as f64 + 0.5) / count;
    let y = |sample: i8| WAVE.0 + WAVE.1 / 2.0 * (1.0 - f64::from(sample) / 127.0);
    let high = shape
        .peaks
        .iter()
        .enumerate()
        .map(|(n, pair)| (x(n), y(pair[1])));
    let low = shape
        .peaks
        .iter()
        .enumerate()
        .rev()
        .map(|(n, pair)| (x(n), y(pair[0])));
    let mut path = joined(high.chain(low));
    path.push_str(" Z");
    path
}

fn curve(shape: &Shape) -> String {
    let count = shape.loudness.len().max(1) as f64;
    let x = |n: usize| LEFT + SPAN * (n as f64 + 0.5) / count;
    let y = |level: i16| height_of(f64::from(level) / 100.0);
    joined(
        shape
            .loudness
            .iter()
            .enumerate()
            .map(|(n, level)| (x(n), y(*level))),
    )
}

fn joined(points: impl Iterator<Item = (f64, f64)>) -> String {
    let mut path = String::new();
    for (n, (x, y)) in points.enumerate() {
        let letter = if n == 0 { 'M' } else { 'L' };
        let _ = write!(path, "{letter}{x:.1} {y:.1}");
    }
    if path.is_empty() {
        "M0 0".to_owned()
    } else {
        path
    }
}

fn height_of(level: f64) -> f64 {
    let along = (level.clamp(SCALE.0, SCALE.1) - SCALE.0) / (SCALE.1 - SCALE.0);
    CURVE.0 + CURVE.1 * (1.0 - along)
}

fn line(svg: &mut String, level: Lufs, colour: &str, name: &str) {
    let y = height_of(level.0);
    let _ = writeln!(
        svg,
        "<line x1=\"{LEFT}\" x2=\"{:.0}\" y1=\"{y:.1}\" y2=\"{y:.1}\" stroke=\"{colour}\" \
         stroke-dasharray=\"6 4\"/><text x=\"{:.0}\" y=\"{:.1}\" text-anchor=\"end\" \
         fill=\"{colour}\">{name} {level}</text>",
        LEFT + SPAN,
        LEFT + SPAN,
        y - 4.0
    );
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_has_both_curves_and_its_title_cannot_break_it() {
        let shape = Shape {
            peaks: vec![[-127, 127], [0, 0]],
            loudness: vec![-1400, i16::MIN],
        };
        let loudness = Loudness {
            integrated: Some(Lufs(-14.0)),
            ..Loudness::default()
        };
        let title = "<script>&\"";
        let svg = svg(title, Millis(65_000), &shape, &loudness, Lufs(-14.0));
        assert!(svg.contains("&lt;script>&amp;&quot; · 1:05"), "{svg}");
        assert!(
            svg.contains("M295.0 40.0L785.0 120.0L785.0 120.0L295.0 200.0 Z"),
            "{svg}"
        );
        assert!(
            svg.contains("integrated -14.0 LUFS") && svg.ends_with("</svg>\n"),
            "{svg}"
        );
        let empty = super::svg(
            "",
            Millis(0),
            &Shape::default(),
            &Loudness::default(),
            Lufs(-14.0),
        );
        assert!(empty.contains("<path d=\"M0 0 Z\""), "{empty}");
    }
}
