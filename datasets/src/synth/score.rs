//! Who plays what, when?
//!
//! A piece is bars of four beats in the form intro, A, A', B, A, … , each part eight bars of
//! one of two progressions; the tune is a motif of the part, varied when it returns.

use super::RATE;
use super::band::{self, Band, Player, strokes};
use super::brief::{Brief, Style};
use super::drums::{Drum, Hit};
use super::harmony::{Progression, pitch, progressions};
use super::voice::Note;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A written piece.
pub(super) struct Score {
    pub(super) notes: Vec<Note>,
    pub(super) hits: Vec<Hit>,
}

/// A motif: (eighth within two bars, scale steps above the chord, length in eighths).
type Motif = Vec<(usize, i32, usize)>;

/// What one part of the form (A or B) is made of.
struct Part {
    chords: Progression,
    motif: Motif,
    chord_rhythm: &'static str,
    bass_line: &'static str,
    beat: [&'static str; 3],
}

struct Writer<'a> {
    brief: &'a Brief,
    band: Band,
    random: ChaCha8Rng,
    voicing: &'static [i32],
    /// Frames of a sixteenth note.
    sixteenth: f32,
    score: Score,
}

/// Writes the whole piece.
pub(super) fn write(brief: &Brief) -> Score {
    let mut random = ChaCha8Rng::seed_from_u64(brief.seed);
    let band = band::of(brief.style);
    let mut writer = Writer {
        brief,
        band,
        voicing: any(band.voicings, &mut random),
        random,
        sixteenth: RATE as f32 * 15.0 / brief.bpm as f32,
        score: Score {
            notes: Vec::new(),
            hits: Vec::new(),
        },
    };
    let chords = progressions(brief.mode, &mut writer.random);
    let parts = chords.map(|chords| writer.part(chords));
    let bars = (brief.seconds as f32 * RATE as f32 / (16.0 * writer.sixteenth)) as usize + 1;
    for bar in 0..bars {
        let part = usize::from((bar / 8) % 4 == 2);
        let opening = bar < 4 && bars > 12;
        writer.bar(bar, &parts[part], opening);
    }
    writer.score
}

fn any<T: Copy>(choices: &[T], random: &mut ChaCha8Rng) -> T {
    choices[random.random_range(0..choices.len())]
}

impl Writer<'_> {
    fn part(&mut self, chords: Progression) -> Part {
        Part {
            chords,
            motif: self.motif(),
            chord_rhythm: any(self.band.chord_rhythms, &mut self.random),
            bass_line: any(self.band.bass_lines, &mut self.random),
            beat: any(self.band.beats, &mut self.random),
        }
    }

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

    fn bar(&mut self, bar: usize, part: &Part, opening: bool) {
        let root = part.chords[bar % 4] as i32;
        self.chords(bar, root, part.chord_rhythm);
        if !opening {
            for (at, length, step) in strokes(part.bass_line) {
                self.note(
                    self.band.bass,
                    root + step,
                    (bar, at as f32),
                    length as f32,
                    0.0,
                );
            }
            self.beat(bar, &part.beat);
        }
        if !opening || self.brief.style == Style::Ambient {
            self.tune(bar, root, &part.motif);
        }
    }

    /// Adds a note: a scale step, its place as (bar, sixteenth), its length in sixteenths.
    fn note(&mut self, player: Player, step: i32, at: (usize, f32), length: f32, pan: f32) {
        let start = (at.0 as f32 * 16.0 + at.1) * self.sixteenth;
        self.score.notes.push(Note {
            timbre: player.timbre,
            pitch: pitch(self.brief, player.base, step),
            start: start as usize,
            length: (length * 0.95 * self.sixteenth) as usize,
            loudness: player.loudness,
            pan,
        });
    }

    fn chords(&mut self, bar: usize, root: i32, rhythm: &str) {
        let voicing = self.voicing;
        for (count, (at, length, _)) in strokes(rhythm).enumerate() {
            let voices = if self.band.arpeggio {
                let voice = count % voicing.len();
                voice..voice + 1
            } else {
                0..voicing.len()
            };
            for voice in voices {
                let pan = voice as f32 * 0.4 - 0.6;
                let place = (bar, at as f32);
                self.note(
                    self.band.chords,
                    root + voicing[voice],
                    place,
                    length as f32,
                    pan,
                );
            }
        }
    }

    fn beat(&mut self, bar: usize, beat: &[&str; 3]) {
        let drums = [Drum::Kick, Drum::Snare, Drum::Hat];
        for (index, drum) in drums.into_iter().enumerate() {
            for (at, _, _) in strokes(beat[index]) {
                self.hit(drum, bar, at, self.band.drum_loudness[index]);
            }
        }
        if bar % 8 == 7 {
            for at in [13, 14, 15] {
                self.hit(Drum::Snare, bar, at, self.band.drum_loudness[1] * 0.6);
            }
        }
    }

    fn hit(&mut self, drum: Drum, bar: usize, at: usize, loudness: f32) {
        let start = ((bar * 16 + at) as f32 * self.sixteenth) as usize;
        self.score.hits.push(Hit {
            drum,
            start,
            loudness,
        });
    }

    fn tune(&mut self, bar: usize, root: i32, motif: &Motif) {
        let half = bar % 2 * 8;
        for &(at, step, length) in motif.iter().filter(|n| (half..half + 8).contains(&n.0)) {
            // One note in six moves when the motif returns, so that no bar is a copy.
            let moved = if self.random.random_range(0..6) == 0 {
                self.random.random_range(-1..=1)
            } else {
                0
            };
            let place = (bar, (at - half) as f32 * 2.0);
            self.note(
                self.band.tune,
                root + step + moved,
                place,
                length as f32 * 2.0,
                0.2,
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tune's notes as (sixteenths since the beginning, semitones above the key).
    fn tune(brief: &str) -> Vec<(u32, i32)> {
        let brief: Brief = brief.parse().unwrap();
        let band = band::of(brief.style);
        let sixteenth = RATE as f32 * 15.0 / brief.bpm as f32;
        // The tune is panned to where nobody else plays: a chord's third voice is a rounding away.
        let tune = |note: &Note| note.pan.to_bits() == 0.2f32.to_bits();
        let notes = write(&brief).notes.into_iter().filter(tune);
        notes
            .map(|note| {
                let place = (note.start as f32 / sixteenth).round() as u32;
                (place, note.pitch - band.tune.base - i32::from(brief.key))
            })
            .collect()
    }

    #[test]
    fn one_seed_gives_one_tune_in_any_style_key_and_tempo() {
        for seed in 1..20 {
            let of = |style: &str, bpm: u32, key: u32| {
                tune(&format!(
                    "style={style} bpm={bpm} key={key} mode=minor seconds=120 seed={seed}"
                ))
            };
            let one = of("house", 100, 0);
            for other in [
                of("folk", 88, 5),
                of("chip", 120, 9),
                of("rock", 100, 3),
                of("dub", 90, 7),
            ] {
                let both: Vec<_> = one.iter().zip(&other).collect();
                let times = both.iter().filter(|(x, y)| x.0 == y.0).count();
                let pitches = both.iter().filter(|(x, y)| (x.1 - y.1) % 12 == 0).count();
                assert_eq!(times, both.len(), "seed {seed}");
                // One note in six is changed at each return.
                assert!(
                    pitches * 10 > both.len() * 6,
                    "seed {seed}: {pitches} of {}",
                    both.len()
                );
            }
        }
    }
}
