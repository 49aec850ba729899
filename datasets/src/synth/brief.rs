//! What does the composer need to know before the first note?
//!
//! A brief is written in the demo's track list as `style=house bpm=124 key=9 mode=minor
//! seconds=96 seed=7`: tempo in beats per minute, key in semitones above C, length in seconds.

use std::fmt;
use std::str::FromStr;

/// The kind of music, which decides instruments, rhythm and form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Four to the floor, organ stabs.
    House,
    /// Slow pads and bells, no drums.
    Ambient,
    /// Driven fifths, backbeat.
    Rock,
    /// Plucked strings.
    Folk,
    /// Square waves, quick arpeggios.
    Chip,
    /// Offbeat organ, deep bass.
    Dub,
}

/// Which scale the piece is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Ionian.
    Major,
    /// Aeolian.
    Minor,
    /// Dorian.
    Dorian,
}

/// Everything that decides a piece.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Brief {
    /// The kind of music.
    pub style: Style,
    /// Tempo in beats per minute, 40..=220.
    pub bpm: u32,
    /// Semitones of the tonic above C, 0..=11.
    pub key: u8,
    /// The scale.
    pub mode: Mode,
    /// Length in seconds, 1..=600.
    pub seconds: u32,
    /// Seed of tune, harmony and variation.
    pub seed: u64,
}

/// A brief that can't be composed.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "brief {text:?}: {field} is {found:?}, expected {expected}\nfix: write it as `style=house bpm=124 key=9 mode=minor seconds=96 seed=7`"
)]
pub struct BriefError {
    text: String,
    field: &'static str,
    found: String,
    expected: &'static str,
}

impl Style {
    /// All styles, in the order of the declaration.
    pub const ALL: [Style; 6] = [
        Style::House,
        Style::Ambient,
        Style::Rock,
        Style::Folk,
        Style::Chip,
        Style::Dub,
    ];

    /// Share of reverberated sound, 0..=1.
    pub(crate) fn wetness(self) -> f32 {
        match self {
            Style::Ambient => 0.45,
            Style::Dub => 0.30,
            Style::Folk => 0.22,
            Style::House => 0.16,
            Style::Rock => 0.10,
            Style::Chip => 0.06,
        }
    }
}

impl fmt::Display for Style {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Style::House => "house",
            Style::Ambient => "ambient",
            Style::Rock => "rock",
            Style::Folk => "folk",
            Style::Chip => "chip",
            Style::Dub => "dub",
        })
    }
}

impl Mode {
    /// Semitones of the seven degrees above the tonic.
    pub(crate) fn scale(self) -> [i32; 7] {
        match self {
            Mode::Major => [0, 2, 4, 5, 7, 9, 11],
            Mode::Minor => [0, 2, 3, 5, 7, 8, 10],
            Mode::Dorian => [0, 2, 3, 5, 7, 9, 10],
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Mode::Major => "major",
            Mode::Minor => "minor",
            Mode::Dorian => "dorian",
        })
    }
}

/// The form that [`FromStr`] reads.
impl fmt::Display for Brief {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Brief {
            style,
            bpm,
            key,
            mode,
            seconds,
            seed,
        } = self;
        write!(
            f,
            "style={style} bpm={bpm} key={key} mode={mode} seconds={seconds} seed={seed}"
        )
    }
}

impl FromStr for Brief {
    type Err = BriefError;

    fn from_str(text: &str) -> Result<Brief, BriefError> {
        let field = |name: &'static str| {
            text.split_whitespace()
                .find_map(|part| part.strip_prefix(name)?.strip_prefix('='))
                .unwrap_or("")
        };
        let refuse = |name, expected| BriefError {
            text: text.to_owned(),
            field: name,
            found: field(name).to_owned(),
            expected,
        };
        let number = |name, range: std::ops::RangeInclusive<u64>, expected| {
            field(name)
                .parse::<u64>()
                .ok()
                .filter(|value| range.contains(value))
                .ok_or_else(|| refuse(name, expected))
        };
        let style = Style::ALL
            .into_iter()
            .find(|style| style.to_string() == field("style"))
            .ok_or_else(|| refuse("style", "house, ambient, rock, folk, chip or dub"))?;
        let mode = match field("mode") {
            "major" => Mode::Major,
            "minor" => Mode::Minor,
            "dorian" => Mode::Dorian,
            _ => return Err(refuse("mode", "major, minor or dorian")),
        };
        Ok(Brief {
            style,
            mode,
            bpm: number("bpm", 40..=220, "40 to 220 beats per minute")? as u32,
            key: number("key", 0..=11, "0 to 11 semitones above C")? as u8,
            seconds: number("seconds", 1..=600, "1 to 600 seconds")? as u32,
            seed: number("seed", 0..=u64::MAX, "a whole number")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_brief_is_read_from_the_track_list() {
        let text = "style=dub bpm=74 key=5 mode=dorian seconds=90 seed=3";
        let brief: Brief = text.parse().unwrap();
        assert_eq!(brief.to_string(), text);
        assert_eq!((brief.style, brief.bpm, brief.seed), (Style::Dub, 74, 3));
    }

    #[test]
    fn a_wrong_field_is_named_with_what_was_expected() {
        let refused = "style=dub bpm=900 key=5 mode=minor seconds=9 seed=1".parse::<Brief>();
        let text = refused.unwrap_err().to_string();
        assert!(text.contains("bpm is \"900\""), "{text}");
        assert!(text.contains("fix: "), "{text}");
    }
}
