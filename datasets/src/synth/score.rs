//! Who plays what, when?
//!
//! A piece is bars of four beats in the form intro, A, A', B, A, … , each part eight bars of
//! one of two progressions; the tune is a motif of the part, varied when it returns.

use super::RATE;
use super::brief::{Brief, Style};
use super::drums::{Drum, Hit};
use super::harmony::{Progression, pitch, progressions};
use super::voice::{Note, Timbre};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A written piece.
pub(super) struct Score {
    pub(super) notes: Vec<Note>,
    pub(super) hits: Vec<Hit>,
}

/// A motif: (eighth within two bars, scale step above the chord, length in eighths).
type Motif = Vec<(usize, i32, usize)>;

struct Writer<'a> {
    brief: &'a Brief,
    random: ChaCha8Rng,
    /// Frames of an eighth note.
    eighth: f32,
    score: Score,
}

/// Writes the whole piece.
pub(super) fn write(brief: &Brief) -> Score {
    let eighth = RATE as f32 * 30.0 / brief.bpm as f32;
    let mut writer = Writer {
        brief,
        random: ChaCha8Rng::seed_from_u64(brief.seed),
        eighth,
        score: Score {
            notes: Vec::new(),
            hits: Vec::new(),
        },
    };
    let parts = progressions(brief.mode, &mut writer.random);
    let motifs = [writer.motif(), writer.motif()];
    let bars = (brief.seconds as f32 * RATE as f32 / (8.0 * eighth)) as usize + 1;
    for bar in 0..bars {
        let part = usize::from((bar / 8) % 4 == 2);
        let opening = bar < 4 && bars > 12;
        writer.bar(bar, &parts[part], &motifs[part], opening);
    }
    writer.score
}

impl Writer<'_> {
    fn motif(&mut self) -> Motif {
        let mut motif = Vec::new();
        let (mut at, mut step) = (0usize, self.random.random_range(0..3) * 2);
        while at < 16 {
            let length = [1, 1, 2, 2, 3, 4][self.random.random_range(0..6)];
            if self.random.random_range(0..5) > 0 {
                motif.push((at, step, length));
            }
            step = (step + self.random.random_range(-2..=2)).clamp(-3, 8);
            at += length;
        }
        motif
    }

    fn bar(&mut self, bar: usize, chords: &Progression, motif: &Motif, opening: bool) {
        let root = chords[bar % 4] as i32;
        self.chord(bar, root);
        if !opening {
            self.bass(bar, root);
            self.beat(bar);
        }
        if !opening || self.brief.style == Style::Ambient {
            self.tune(bar, root, motif);
        }
    }

    fn note(
        &mut self,
        timbre: Timbre,
        pitch: i32,
        at: (usize, f32),
        eighths: f32,
        how: (f32, f32),
    ) {
        let start = ((at.0 as f32 * 8.0 + at.1) * self.eighth) as usize;
        let length = (eighths * self.eighth) as usize;
        let (loudness, pan) = how;
        self.score.notes.push(Note {
            timbre,
            pitch,
            start,
            length,
            loudness,
            pan,
        });
    }

    fn chord(&mut self, bar: usize, root: i32) {
        let (timbre, loudness, strokes): (_, _, &[(f32, f32)]) = match self.brief.style {
            Style::House => (
                Timbre::Saw,
                0.16,
                &[(1.0, 0.8), (3.0, 0.8), (4.0, 0.8), (6.0, 1.6)],
            ),
            Style::Ambient => (Timbre::Pad, 0.22, &[(0.0, 8.0)]),
            Style::Rock => (
                Timbre::Driven,
                0.17,
                &[(0.0, 1.8), (2.0, 0.8), (3.0, 2.6), (6.0, 1.8)],
            ),
            Style::Folk => (
                Timbre::Pluck,
                0.24,
                &[(0.0, 2.0), (2.0, 1.0), (3.0, 1.0), (5.0, 1.0), (6.0, 2.0)],
            ),
            Style::Chip => return self.arpeggio(bar, root),
            Style::Dub => (Timbre::Organ, 0.24, &[(2.0, 0.6), (6.0, 0.6)]),
        };
        let voices: &[i32] = if self.brief.style == Style::Rock {
            &[0, 4, 7]
        } else {
            &[0, 2, 4, 6]
        };
        let base = if self.brief.style == Style::Rock {
            36
        } else {
            48
        };
        let rolled = if self.brief.style == Style::Folk {
            0.06
        } else {
            0.0
        };
        for &(at, length) in strokes {
            for (voice, degree) in voices.iter().enumerate() {
                let pitch = pitch(self.brief, base, root + degree);
                let pan = voice as f32 * 0.4 - 0.6;
                let late = at + rolled * voice as f32;
                self.note(timbre, pitch, (bar, late), length, (loudness, pan));
            }
        }
    }

    fn arpeggio(&mut self, bar: usize, root: i32) {
        for sixteenth in 0..16 {
            let degree = root + [0, 2, 4, 7][sixteenth % 4];
            let pitch = pitch(self.brief, 60, degree);
            let how = (0.13, if sixteenth % 2 == 0 { -0.5 } else { 0.5 });
            self.note(
                Timbre::Square,
                pitch,
                (bar, sixteenth as f32 * 0.5),
                0.4,
                how,
            );
        }
    }

    fn bass(&mut self, bar: usize, root: i32) {
        let (timbre, loudness, line): (_, _, &[(f32, i32, f32)]) = match self.brief.style {
            Style::House => (
                Timbre::Saw,
                0.30,
                &[(1., 0, 0.8), (3., 0, 0.8), (5., 7, 0.8), (7., 0, 0.8)],
            ),
            Style::Ambient => (Timbre::Triangle, 0.25, &[(0., 0, 7.0)]),
            Style::Rock => (
                Timbre::Driven,
                0.18,
                &[
                    (0., 0, 0.9),
                    (1., 0, 0.9),
                    (2., 0, 0.9),
                    (3., 0, 0.9),
                    (4., 0, 0.9),
                    (5., 0, 0.9),
                    (6., 4, 0.9),
                    (7., 2, 0.9),
                ],
            ),
            Style::Folk => (Timbre::Triangle, 0.22, &[(0., 0, 3.5), (4., 4, 3.5)]),
            Style::Chip => (
                Timbre::Triangle,
                0.30,
                &[(0., 0, 1.0), (2., 7, 1.0), (4., 0, 1.0), (6., 4, 1.0)],
            ),
            Style::Dub => (
                Timbre::Triangle,
                0.50,
                &[(0., 0, 2.5), (3., 0, 0.8), (4., 4, 1.5), (7., 2, 0.8)],
            ),
        };
        for &(at, degree, length) in line {
            let pitch = pitch(self.brief, 36, root + degree);
            self.note(timbre, pitch, (bar, at), length, (loudness, 0.0));
        }
    }

    fn beat(&mut self, bar: usize) {
        use Drum::{Hat, Kick, Snare};
        let pattern: &[(Drum, f32, f32)] = match self.brief.style {
            Style::Ambient => &[],
            Style::House => &[
                (Kick, 0., 0.6),
                (Kick, 2., 0.6),
                (Kick, 4., 0.6),
                (Kick, 6., 0.6),
                (Snare, 2., 0.2),
                (Snare, 6., 0.2),
                (Hat, 1., 0.2),
                (Hat, 3., 0.2),
                (Hat, 5., 0.2),
                (Hat, 7., 0.2),
            ],
            Style::Rock => &[
                (Kick, 0., 0.6),
                (Kick, 3., 0.5),
                (Kick, 4., 0.6),
                (Snare, 2., 0.5),
                (Snare, 6., 0.5),
                (Hat, 0., 0.2),
                (Hat, 2., 0.2),
                (Hat, 4., 0.2),
                (Hat, 6., 0.2),
            ],
            Style::Folk => &[(Kick, 0., 0.25), (Hat, 2., 0.1), (Hat, 6., 0.1)],
            Style::Chip => &[
                (Kick, 0., 0.4),
                (Snare, 2., 0.3),
                (Kick, 4., 0.4),
                (Kick, 5., 0.3),
                (Snare, 6., 0.3),
                (Hat, 1., 0.15),
                (Hat, 3., 0.15),
                (Hat, 7., 0.15),
            ],
            Style::Dub => &[
                (Kick, 4., 0.6),
                (Snare, 4., 0.35),
                (Hat, 2., 0.15),
                (Hat, 6., 0.15),
                (Hat, 7., 0.1),
            ],
        };
        for &(drum, at, loudness) in pattern {
            let start = ((bar as f32 * 8.0 + at) * self.eighth) as usize;
            self.score.hits.push(Hit {
                drum,
                start,
                loudness,
            });
        }
        if bar % 8 == 7 && self.brief.style != Style::Ambient {
            for at in [6.5, 7.0, 7.5] {
                let start = ((bar as f32 * 8.0 + at) * self.eighth) as usize;
                self.score.hits.push(Hit {
                    drum: Snare,
                    start,
                    loudness: 0.2,
                });
            }
        }
    }

    fn tune(&mut self, bar: usize, root: i32, motif: &Motif) {
        let (timbre, base, loudness) = match self.brief.style {
            Style::House => (Timbre::Square, 72, 0.14),
            Style::Ambient => (Timbre::Bell, 72, 0.16),
            Style::Rock => (Timbre::Driven, 60, 0.16),
            Style::Folk => (Timbre::Pluck, 60, 0.40),
            Style::Chip => (Timbre::Square, 72, 0.24),
            Style::Dub => (Timbre::Triangle, 72, 0.16),
        };
        let half = bar % 2 * 8;
        for &(at, step, length) in motif.iter().filter(|n| (half..half + 8).contains(&n.0)) {
            // One note in six moves when the motif returns, so that no bar is a copy.
            let moved = if self.random.random_range(0..6) == 0 {
                self.random.random_range(-1..=1)
            } else {
                0
            };
            let pitch = pitch(self.brief, base, root + step + moved);
            self.note(
                timbre,
                pitch,
                (bar, (at - half) as f32),
                length as f32 * 0.9,
                (loudness, 0.2),
            );
        }
    }
}
