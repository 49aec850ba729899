//! Which colours belong together?

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// An sRGB colour, each part 0..=255.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Colour([f32; 3]);

impl Colour {
    fn hex(rgb: u32) -> Colour {
        Colour([
            (rgb >> 16 & 255) as f32,
            (rgb >> 8 & 255) as f32,
            (rgb & 255) as f32,
        ])
    }

    /// The colour `share` of the way to another.
    pub(super) fn towards(self, other: Colour, share: f32) -> Colour {
        let mut parts = self.0;
        for (part, to) in parts.iter_mut().zip(other.0) {
            *part += (to - *part) * share;
        }
        Colour(parts)
    }

    /// The three bytes of a pixel.
    pub(super) fn bytes(self) -> [u8; 3] {
        self.0.map(|part| (part + 0.5) as u8)
    }
}

/// Five colours from dark to light in use, and the two of the panel.
#[derive(Debug, Clone)]
pub(super) struct Palette {
    pub(super) colours: [Colour; 5],
    pub(super) panel: Colour,
    pub(super) ink: Colour,
}

/// Background, three tones, highlight; panel, ink.
const PALETTES: [[u32; 7]; 10] = [
    [
        0x14213d, 0x2a4d69, 0x4b86b4, 0xadcbe3, 0xfca311, 0xf7f3e9, 0x14213d,
    ],
    [
        0x2d1e2f, 0x58355e, 0xa8325e, 0xe26d5c, 0xf7b267, 0x2d1e2f, 0xfce9d4,
    ],
    [
        0x0b3d2e, 0x14645a, 0x3a9188, 0x9ac9a3, 0xf2e394, 0xf3f1e5, 0x0b3d2e,
    ],
    [
        0x1b1b1e, 0x373f51, 0x58a4b0, 0xa9bcd0, 0xd8dbe2, 0x1b1b1e, 0xe8ecf2,
    ],
    [
        0x3c1518, 0x69140e, 0xa44200, 0xd58936, 0xf2d7a1, 0xf8efe0, 0x3c1518,
    ],
    [
        0x2b2d6e, 0x4f518c, 0x907ad6, 0xdabfff, 0x7fdeff, 0x1d1e4a, 0xeee6ff,
    ],
    [
        0x283618, 0x606c38, 0xa3a862, 0xe9d8a6, 0xbc6c25, 0xfefae0, 0x283618,
    ],
    [
        0x03071e, 0x370617, 0x9d0208, 0xe85d04, 0xffba08, 0x03071e, 0xffe5b4,
    ],
    [
        0x22223b, 0x4a4e69, 0x9a8c98, 0xc9ada7, 0xf2e9e4, 0xf2e9e4, 0x22223b,
    ],
    [
        0x005f73, 0x0a9396, 0x94d2bd, 0xe9d8a6, 0xee9b00, 0xfbf5e6, 0x00424f,
    ],
];

impl Palette {
    pub(super) fn choose(random: &mut ChaCha8Rng) -> Palette {
        let chosen = PALETTES[random.random_range(0..PALETTES.len())].map(Colour::hex);
        let [c0, c1, c2, c3, c4, panel, ink] = chosen;
        Palette {
            colours: [c0, c1, c2, c3, c4],
            panel,
            ink,
        }
    }

    /// A colour on the way through the first four, `at` in 0..=1.
    pub(super) fn gradient(&self, at: f32) -> Colour {
        let at = at.clamp(0.0, 1.0) * 3.0;
        let index = (at as usize).min(2);
        self.colours[index].towards(self.colours[index + 1], at - index as f32)
    }

    /// The highlight.
    pub(super) fn highlight(&self) -> Colour {
        self.colours[4]
    }

    /// Second colour of the words.
    pub(super) fn accent(&self) -> Colour {
        self.ink.towards(self.colours[2], 0.55)
    }
}
