//! Who is in the band of a style, and which patterns do they know?
//!
//! A rhythm is sixteen characters, the sixteenths of a bar: `x` begins a note, `-` holds it, `.`
//! is silence; in a bass line a digit begins a note that many scale steps above the chord's root.
//! Each piece takes one pattern of each kind by its seed, so two pieces of a style differ in more
//! than key and tempo.

use super::brief::Style;
use super::voice::Timbre;

/// A player with the instrument, the octave (MIDI pitch of its C) and the loudness.
#[derive(Debug, Clone, Copy)]
pub(super) struct Player {
    pub(super) timbre: Timbre,
    pub(super) base: i32,
    pub(super) loudness: f32,
}

/// A band with its patterns.
#[derive(Debug, Clone, Copy)]
pub(super) struct Band {
    pub(super) chords: Player,
    pub(super) chord_rhythms: &'static [&'static str],
    /// Scale steps above the root that sound together, or after each other in an arpeggio.
    pub(super) voicings: &'static [&'static [i32]],
    /// Whether a chord's notes come one by one, a note a stroke.
    pub(super) arpeggio: bool,
    pub(super) bass: Player,
    pub(super) bass_lines: &'static [&'static str],
    /// Kick, snare, hat.
    pub(super) beats: &'static [[&'static str; 3]],
    pub(super) drum_loudness: [f32; 3],
    pub(super) tune: Player,
}

const fn player(timbre: Timbre, base: i32, loudness: f32) -> Player {
    Player {
        timbre,
        base,
        loudness,
    }
}

/// Three voices: where drums are loud, fewer pitches keep the harmony audible (and the chroma, by
/// which pieces are told apart, far from flat).
const TRIADS: &[&[i32]] = &[&[0, 2, 4], &[0, 4, 9], &[2, 4, 7], &[-3, 0, 2]];
/// Four voices, open and close, and fifths with an octave.
const WIDE: &[&[i32]] = &[&[0, 2, 4, 6], &[0, 4, 7, 9], &[2, 4, 7], &[-3, 0, 2, 4]];
const FIFTHS: &[&[i32]] = &[&[0, 4, 7], &[0, 4], &[0, 4, 7, 9]];

/// The band of a style.
pub(super) const fn of(style: Style) -> Band {
    match style {
        Style::House => HOUSE,
        Style::Ambient => AMBIENT,
        Style::Rock => ROCK,
        Style::Folk => FOLK,
        Style::Chip => CHIP,
        Style::Dub => DUB,
    }
}

const HOUSE: Band = Band {
    chords: player(Timbre::Organ, 48, 0.30),
    chord_rhythms: &[
        "..x-..x-x-..x---",
        "x---..x---..x---",
        "..x...x...x...x.",
        "x.x..x..x.x..x..",
    ],
    voicings: TRIADS,
    arpeggio: false,
    bass: player(Timbre::Triangle, 36, 0.34),
    bass_lines: &[
        "..0-..0-..7-..0-",
        "0--0--0-..4-2---",
        "0.0.7.0.0.0.4.7.",
        "0-----4-----2---",
    ],
    beats: &[
        ["x...x...x...x...", "....x.......x...", "..x...x...x...x."],
        ["x...x...x...x.x.", "....x.......x..x", "x.x.x.x.x.x.x.x."],
        ["x..x..x...x.x...", "....x.......x...", "..x.x.x...x.x.x."],
    ],
    drum_loudness: [0.30, 0.12, 0.10],
    tune: player(Timbre::Square, 72, 0.26),
};

const AMBIENT: Band = Band {
    chords: player(Timbre::Pad, 48, 0.22),
    chord_rhythms: &["x---------------", "x-------x-------", "x-----------x---"],
    voicings: WIDE,
    arpeggio: false,
    bass: player(Timbre::Triangle, 36, 0.22),
    bass_lines: &["0-------------..", "0-------4-------", "....0-----------"],
    beats: &[["................", "................", "................"]],
    drum_loudness: [0.0; 3],
    tune: player(Timbre::Bell, 72, 0.20),
};

const ROCK: Band = Band {
    chords: player(Timbre::Driven, 36, 0.18),
    chord_rhythms: &[
        "x---x-x----.x---",
        "x-.x-.x-x-.x-.x-",
        "x-------x-----x-",
        "x.x.x.x.x---x---",
    ],
    voicings: FIFTHS,
    arpeggio: false,
    bass: player(Timbre::Driven, 36, 0.16),
    bass_lines: &[
        "0.0.0.0.0.0.4.2.",
        "0---0-4-0---7-4-",
        "0-.0-.0-2-.2-.4-",
        "0-------0-------",
    ],
    beats: &[
        ["x.....x.x.......", "....x.......x...", "x...x...x...x..."],
        ["x.x...x...x.....", "....x..x....x...", "x.x.x.x.x.x.x.x."],
        ["x...x...x...x...", "..x...x...x...x.", "x...x...x...x..."],
    ],
    drum_loudness: [0.45, 0.4, 0.18],
    tune: player(Timbre::Driven, 60, 0.20),
};

const FOLK: Band = Band {
    chords: player(Timbre::Pluck, 48, 0.30),
    chord_rhythms: &[
        "xxxxxxxxxxxxxxxx",
        "x.x.x.x.x.x.x.x.",
        "x.xxx.xxx.xxx.x.",
        "x..x..x.x..x..x.",
    ],
    voicings: &[
        &[0, 4, 7, 9],
        &[0, 7, 4, 2],
        &[7, 4, 2, 0],
        &[0, 2, 4, 7, 4],
    ],
    arpeggio: true,
    bass: player(Timbre::Triangle, 36, 0.20),
    bass_lines: &["0-------4-------", "0---....0---2---", "0---4---7---4---"],
    beats: &[
        ["x...............", "................", "....x.......x..."],
        ["................", "................", "................"],
        ["x.......x.......", "................", "..x...x...x...x."],
    ],
    drum_loudness: [0.22, 0.1, 0.1],
    tune: player(Timbre::Pluck, 60, 0.44),
};

const CHIP: Band = Band {
    chords: player(Timbre::Square, 60, 0.13),
    chord_rhythms: &["xxxxxxxxxxxxxxxx", "x.xxx.xxx.xxx.xx", "xxx.xxx.xxx.xxx."],
    voicings: &[
        &[0, 2, 4, 7],
        &[7, 4, 2, 0],
        &[0, 4, 2, 7],
        &[0, 7, 2, 9, 4],
    ],
    arpeggio: true,
    bass: player(Timbre::Triangle, 36, 0.30),
    bass_lines: &["0-..7-..0-..4-..", "0.0.0.0.7.7.4.4.", "0---0---4---2---"],
    beats: &[
        ["x.......x.x.....", "....x.......x...", "..x...x.......x."],
        ["x..x..x...x.....", "....x.......x...", "x.x.x.x.x.x.x.x."],
        ["x...x...x...x...", "....x.......x.x.", "................"],
    ],
    drum_loudness: [0.35, 0.28, 0.14],
    tune: player(Timbre::Square, 72, 0.26),
};

const DUB: Band = Band {
    chords: player(Timbre::Organ, 48, 0.26),
    chord_rhythms: &[
        "....x-......x-..",
        "..x...x...x...x.",
        "....x.x.....x...",
        "....x-......x-x.",
    ],
    voicings: WIDE,
    arpeggio: false,
    bass: player(Timbre::Triangle, 36, 0.40),
    bass_lines: &[
        "0----.0-4--...2-",
        "0-..0-..2-4-7---",
        "....0---0-4-2---",
        "0--0--4-0--0--7-",
    ],
    beats: &[
        ["........x.......", "........x.......", "....x.......x.x."],
        ["x.......x.......", "....x.......x...", "..x...x...x...x."],
        ["x...x...x...x...", "........x.......", "....x.x.....x.x."],
    ],
    drum_loudness: [0.45, 0.3, 0.14],
    tune: player(Timbre::Triangle, 72, 0.24),
};

/// The notes of a rhythm: start and length in sixteenths, and scale steps above the root.
pub(super) fn strokes(rhythm: &str) -> impl Iterator<Item = (usize, usize, i32)> {
    let held = |at: usize| {
        rhythm
            .bytes()
            .skip(at + 1)
            .take_while(|b| *b == b'-')
            .count()
    };
    rhythm.char_indices().filter_map(move |(at, character)| {
        let step = match character {
            'x' => 0,
            digit => digit.to_digit(10)? as i32,
        };
        Some((at, 1 + held(at), step))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_is_one_bar_of_sixteenths() {
        for style in Style::ALL {
            let band = of(style);
            let beats = band.beats.iter().flatten();
            let all = band
                .chord_rhythms
                .iter()
                .chain(band.bass_lines)
                .chain(beats);
            for rhythm in all {
                assert_eq!(rhythm.len(), 16, "{style}: {rhythm}");
            }
        }
    }

    #[test]
    fn a_rhythm_is_read_as_written() {
        let read: Vec<_> = strokes("0--x..7-........").collect();
        assert_eq!(read, [(0, 3, 0), (3, 1, 0), (6, 2, 7)]);
    }
}
