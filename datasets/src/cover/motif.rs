//! What is in the picture?
//!
//! Each motif is a function from a point (shares of the side, y down) to a colour.

use super::palette::{Colour, Palette};
use super::{blend, step};
use crate::synth::sine;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// Width of an anti-aliased edge: about two pixels of 3,000.
const EDGE: f32 = 0.0008;

/// A picture with its random choices made.
pub(super) enum Motif {
    /// Circles around two centres, as ripples that meet.
    Ripples { centres: [[f32; 2]; 2], width: f32 },
    /// Ranges of hills behind each other under a sun.
    Hills { waves: Vec<[f32; 4]>, sun: [f32; 3] },
    /// Lines of a landscape, one behind the other.
    Ridges { bumps: Vec<[f32; 3]>, lines: usize },
    /// Tiles with a quarter circle each.
    Tiles {
        turns: Vec<u8>,
        tones: Vec<u8>,
        count: usize,
    },
    /// Rays from a low centre, with a disc.
    Rays {
        centre: [f32; 2],
        count: f32,
        turn: f32,
    },
    /// Overlapping discs.
    Discs { discs: Vec<[f32; 4]> },
}

/// Makes the choices.
pub(super) fn choose(random: &mut ChaCha8Rng) -> Motif {
    let mut between = |from: f32, to: f32| from + random.random::<f32>() * (to - from);
    match between(0.0, 6.0) as usize {
        0 => Motif::Ripples {
            centres: [
                [between(0.0, 0.4), between(0.1, 0.5)],
                [between(0.6, 1.0), between(0.4, 0.9)],
            ],
            width: between(0.03, 0.05),
        },
        1 => Motif::Hills {
            waves: (0..5)
                .map(|_| {
                    [
                        between(0.6, 2.2),
                        between(0.0, 1.0),
                        between(0.03, 0.09),
                        between(2.5, 5.0),
                    ]
                })
                .collect(),
            sun: [between(0.25, 0.75), between(0.2, 0.4), between(0.09, 0.16)],
        },
        2 => Motif::Ridges {
            bumps: (0..90)
                .map(|_| [between(0.2, 0.8), between(0.02, 0.09), between(0.1, 1.0)])
                .collect(),
            lines: between(20.0, 30.0) as usize,
        },
        3 => {
            let count = between(5.0, 9.0) as usize;
            Motif::Tiles {
                turns: (0..count * count)
                    .map(|_| between(0.0, 4.0) as u8)
                    .collect(),
                tones: (0..count * count)
                    .map(|_| between(0.0, 5.0) as u8)
                    .collect(),
                count,
            }
        }
        4 => Motif::Rays {
            centre: [between(0.3, 0.7), between(0.45, 0.65)],
            count: between(14.0, 26.0).floor(),
            turn: between(0.0, 1.0),
        },
        _ => Motif::Discs {
            discs: (0..14)
                .map(|_| {
                    [
                        between(0.0, 1.0),
                        between(0.0, 1.0),
                        between(0.06, 0.26),
                        between(0.0, 1.0),
                    ]
                })
                .collect(),
        },
    }
}

impl Motif {
    /// The heights of all skylines at `x`, from back to front: they do not depend on `y`, so a
    /// picture asks once per column.
    pub(super) fn skylines(&self, x: f32) -> Vec<f32> {
        match self {
            Motif::Hills { waves, .. } => hill_lines(x, waves),
            Motif::Ridges { bumps, lines } => ridge_lines(x, bumps, *lines),
            _ => Vec::new(),
        }
    }

    /// The colour at a point; `skylines` are those of its `x`.
    pub(super) fn colour(&self, x: f32, y: f32, skylines: &[f32], palette: &Palette) -> Colour {
        match self {
            Motif::Ripples { centres, width } => ripples(x, y, centres, *width, palette),
            Motif::Hills { sun, .. } => hills(x, y, skylines, sun, palette),
            Motif::Ridges { .. } => ridges(x, y, skylines, palette),
            Motif::Tiles {
                turns,
                tones,
                count,
            } => tiles(x, y, (turns, tones), *count, palette),
            Motif::Rays {
                centre,
                count,
                turn,
            } => rays(x, y, centre, (*count, *turn), palette),
            Motif::Discs { discs } => overlapping(x, y, discs, palette),
        }
    }
}

fn distance(x: f32, y: f32, to: [f32; 2]) -> f32 {
    ((x - to[0]) * (x - to[0]) + (y - to[1]) * (y - to[1])).sqrt()
}

fn ripples(x: f32, y: f32, centres: &[[f32; 2]; 2], width: f32, palette: &Palette) -> Colour {
    let mut colour = palette.gradient(0.55 * y);
    for (index, centre) in centres.iter().enumerate() {
        let d = distance(x, y, *centre);
        let wave = 0.5 + 0.5 * sine(d / width);
        let tone = if index == 0 {
            palette.highlight()
        } else {
            palette.colours[3]
        };
        colour = blend(
            colour,
            tone,
            step(0.55, 0.62, wave) * (1.0 - step(0.2, 0.95, d)),
        );
    }
    colour
}

fn hill_lines(x: f32, waves: &[[f32; 4]]) -> Vec<f32> {
    let line = |(index, [frequency, phase, height, second]): (usize, &[f32; 4])| {
        let wave = sine(x * frequency + phase) + 0.3 * sine(x * second + phase * 3.0);
        0.36 + 0.11 * index as f32 + height * wave
    };
    waves.iter().enumerate().map(line).collect()
}

fn hills(x: f32, y: f32, lines: &[f32], sun: &[f32; 3], palette: &Palette) -> Colour {
    let mut colour = palette.colours[3].towards(palette.highlight(), 0.5 * (1.0 - y));
    let d = distance(x, y, [sun[0], sun[1]]);
    colour = blend(
        colour,
        palette.highlight(),
        0.5 * (1.0 - step(sun[2], sun[2] * 2.6, d)),
    );
    let disc = palette.highlight().towards(palette.colours[3], 0.15);
    colour = blend(colour, disc, 1.0 - step(sun[2], sun[2] + EDGE, d));
    for (index, line) in lines.iter().enumerate() {
        let tone = palette.gradient(0.85 - 0.21 * index as f32);
        colour = blend(colour, tone, step(line - EDGE, line + EDGE, y));
    }
    colour
}

fn ridge_lines(x: f32, bumps: &[[f32; 3]], lines: usize) -> Vec<f32> {
    const BUMPS_A_LINE: usize = 3;
    let line = |line: usize| {
        let mut height = 0.0;
        for bump in 0..BUMPS_A_LINE {
            let [centre, width, tall] = bumps[(line * BUMPS_A_LINE + bump) % bumps.len()];
            let u = (x - centre) / (2.0 * width);
            let near = (1.0 - u * u).max(0.0);
            let ripple = 0.8 + 0.2 * sine(x * 23.0 + line as f32 * 0.37);
            height += 0.055 * tall * near * near * ripple;
        }
        0.12 + 0.80 * line as f32 / lines as f32 - height
    };
    (0..lines).map(line).collect()
}

fn ridges(x: f32, y: f32, lines: &[f32], palette: &Palette) -> Colour {
    const PEN: f32 = 0.0016;
    let ground = palette.colours[0];
    let inside = step(0.04, 0.1, x) * (1.0 - step(0.9, 0.96, x));
    let mut colour = ground;
    for (index, top) in lines.iter().enumerate() {
        let below = y - top;
        if below < -PEN - 2.0 * EDGE {
            continue;
        }
        colour = blend(colour, ground, step(-EDGE, EDGE, below) * inside);
        let stroke = 1.0 - step(PEN, PEN + 2.0 * EDGE, below.abs());
        if stroke > 0.0 {
            let tone = palette.gradient(0.35 + 0.65 * index as f32 / lines.len() as f32);
            let tone = if index % 7 == 3 {
                palette.highlight()
            } else {
                tone
            };
            colour = blend(colour, tone, stroke * inside);
        }
    }
    colour
}

fn tiles(x: f32, y: f32, choices: (&[u8], &[u8]), count: usize, palette: &Palette) -> Colour {
    let (u, v) = (x * count as f32, y * count as f32);
    let (column, row) = ((u as usize).min(count - 1), (v as usize).min(count - 1));
    let index = row * count + column;
    let (u, v) = (u - column as f32, v - row as f32);
    let corner = match choices.0[index] {
        0 => [0.0, 0.0],
        1 => [1.0, 0.0],
        2 => [1.0, 1.0],
        _ => [0.0, 1.0],
    };
    let d = distance(u, v, corner);
    let edge = EDGE * count as f32;
    let tone = palette.colours[choices.1[index] as usize];
    let ground = palette.colours[(choices.1[(index + 1) % (count * count)] as usize + 1) % 5];
    let arc = blend(ground, tone, 1.0 - step(0.98, 0.98 + edge, d));
    blend(arc, palette.panel, 1.0 - step(0.42, 0.42 + edge, d))
}

fn rays(x: f32, y: f32, centre: &[f32; 2], (count, turn): (f32, f32), palette: &Palette) -> Colour {
    let (dx, dy) = (x - centre[0], y - centre[1]);
    let d = (dx * dx + dy * dy).sqrt().max(1e-4);
    // The "diamond angle": it grows with the angle, needs no arc tangent, and 0..1 is a turn.
    let quarter = dy.abs() / (dx.abs() + dy.abs()).max(1e-6);
    let angle = 0.25
        * match (dx >= 0.0, dy >= 0.0) {
            (true, true) => quarter,
            (false, true) => 2.0 - quarter,
            (false, false) => 2.0 + quarter,
            (true, false) => 4.0 - quarter,
        };
    let wave = sine(angle * count + turn);
    let edge = (EDGE * count / d).min(0.6);
    let ray = palette
        .gradient(0.15 + 0.5 * d)
        .towards(palette.colours[3], step(-edge, edge, wave));
    let glow = blend(ray, palette.highlight(), 0.6 * (1.0 - step(0.16, 0.5, d)));
    blend(glow, palette.highlight(), 1.0 - step(0.15, 0.15 + EDGE, d))
}

fn overlapping(x: f32, y: f32, discs: &[[f32; 4]], palette: &Palette) -> Colour {
    let mut colour = palette.colours[0].towards(palette.colours[1], y);
    for [cx, cy, radius, tone] in discs {
        if (x - cx).abs().max((y - cy).abs()) > radius + EDGE {
            continue;
        }
        let d = distance(x, y, [*cx, *cy]);
        let inside = 1.0 - step(*radius, radius + EDGE, d);
        let tone = if *tone > 0.8 {
            palette.highlight()
        } else {
            palette.gradient(0.3 + 0.8 * tone)
        };
        colour = blend(colour, tone, 0.72 * inside);
        let rim = 1.0 - step(0.0015, 0.0015 + EDGE, (d - radius * 0.82).abs());
        colour = blend(colour, palette.panel, 0.5 * rim);
    }
    colour
}
