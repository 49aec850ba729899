//! What does one note sound like?
//!
//! Oscillators run on a phase in turns (0..1). Saw and square are band-limited by PolyBLEP
//! (Välimäki and Huovilainen 2007); plucked strings are Karplus and Strong 1983.

use super::{Frame, RATE, harmony::hertz};

/// How a note is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Timbre {
    Square,
    Triangle,
    Organ,
    Bell,
    Pad,
    Pluck,
    Driven,
}

/// One note of the score.
#[derive(Debug, Clone)]
pub(super) struct Note {
    pub(super) timbre: Timbre,
    /// MIDI pitch.
    pub(super) pitch: i32,
    /// Start and length in frames.
    pub(super) start: usize,
    pub(super) length: usize,
    pub(super) loudness: f32,
    /// −1 left … 1 right.
    pub(super) pan: f32,
}

/// Sine of a phase in turns, within 0.001: a parabola refined once, because the C library's
/// `sin` need not round alike on two machines.
pub(crate) fn sine(turns: f32) -> f32 {
    let phase = turns - turns.floor();
    let x = if phase < 0.5 {
        2.0 * phase
    } else {
        2.0 * phase - 2.0
    };
    let y = 4.0 * x * (1.0 - x.abs());
    0.225 * (y * y.abs() - y) + y
}

fn blep(phase: f32, step: f32) -> f32 {
    if phase < step {
        let t = phase / step;
        t + t - t * t - 1.0
    } else if phase > 1.0 - step {
        let t = (phase - 1.0) / step;
        t * t + t + t + 1.0
    } else {
        0.0
    }
}

fn saw(phase: f32, step: f32) -> f32 {
    2.0 * phase - 1.0 - blep(phase, step)
}

fn square(phase: f32, step: f32) -> f32 {
    let half = if phase < 0.5 {
        phase + 0.5
    } else {
        phase - 0.5
    };
    0.5 * (saw(half, step) - saw(phase, step))
}

/// Attack and release in frames, and the share of level that the sustain keeps per second.
fn envelope_of(timbre: Timbre) -> (f32, f32, f32) {
    let rate = RATE as f32;
    match timbre {
        Timbre::Pad => (0.6 * rate, 0.9 * rate, 0.95),
        Timbre::Bell => (0.003 * rate, 0.5 * rate, 0.12),
        Timbre::Organ => (0.01 * rate, 0.06 * rate, 0.8),
        Timbre::Square => (0.004 * rate, 0.03 * rate, 0.35),
        Timbre::Driven => (0.004 * rate, 0.05 * rate, 0.7),
        _ => (0.008 * rate, 0.08 * rate, 0.4),
    }
}

/// Adds one note to the mix; what falls past the end is cut.
pub(super) fn render(note: &Note, mix: &mut [Frame]) {
    let gains = [
        (1.0 - note.pan) * 0.5 * note.loudness,
        (1.0 + note.pan) * 0.5 * note.loudness,
    ];
    if note.timbre == Timbre::Pluck {
        return pluck(note, gains, mix);
    }
    let (attack, release, keep) = envelope_of(note.timbre);
    // (1 − k)^rate ≈ keep: k from the first terms of −ln(keep), enough for an envelope.
    let lost = 1.0 - keep;
    let decay = 1.0 - (lost + lost * lost * 0.5 + lost * lost * lost * 0.33) / RATE as f32;
    let step = hertz(note.pitch) / RATE as f32;
    let total = note.length + release as usize;
    let (mut phase, mut second, mut third, mut level) = (0.0f32, 0.31f32, 0.67f32, 1.0f32);
    let mut smooth = 0.0f32;
    let brightness = (step * 9.0).min(0.5);
    for (age, frame) in mix.iter_mut().skip(note.start).take(total).enumerate() {
        let raw = match note.timbre {
            Timbre::Square => square(phase, step) * 0.6,
            Timbre::Triangle => 1.0 - 4.0 * (phase - 0.5).abs(),
            Timbre::Organ => 0.5 * sine(phase) + 0.3 * sine(2.0 * phase) + 0.2 * sine(3.0 * phase),
            Timbre::Bell => sine(phase + 0.35 * level * sine(third * 1.0)),
            Timbre::Pad => {
                (saw(phase, step) + saw(second, step * 1.006) + saw(third, step * 0.994)) * 0.33
            }
            _ => drive(saw(phase, step) + saw(second, step * 1.003)),
        };
        smooth += brightness * (raw - smooth);
        let body = if note.timbre == Timbre::Bell {
            raw
        } else {
            smooth
        };
        let rise = (age as f32 / attack).min(1.0);
        let fall = (1.0 - (age as f32 - note.length as f32) / release).clamp(0.0, 1.0);
        let value = body * rise * fall * level;
        frame[0] += value * gains[0];
        frame[1] += value * gains[1];
        level *= decay;
        phase = wrap(phase + step);
        second = wrap(
            second
                + step
                    * if note.timbre == Timbre::Pad {
                        1.006
                    } else {
                        1.004
                    },
        );
        third = wrap(
            third
                + step
                    * if note.timbre == Timbre::Bell {
                        3.5
                    } else {
                        0.994
                    },
        );
    }
}

fn wrap(phase: f32) -> f32 {
    phase - phase.floor()
}

fn drive(x: f32) -> f32 {
    let hot = 5.0 * x;
    hot / (1.0 + hot.abs())
}

/// A plucked string: a burst of noise in a delay line that loses its treble at each pass.
fn pluck(note: &Note, gains: [f32; 2], mix: &mut [Frame]) {
    let period = (RATE as f32 / hertz(note.pitch)).max(2.0) as usize;
    let mut state = 0x9E37_79B9u32 ^ (note.pitch as u32).wrapping_mul(2_654_435_761);
    let mut line: Vec<f32> = (0..period).map(|_| noise(&mut state)).collect();
    let mut at = 0;
    let total = note.length * 2;
    for (age, frame) in mix.iter_mut().skip(note.start).take(total).enumerate() {
        let next = (at + 1) % period;
        let value = line[at];
        line[at] = 0.498 * (line[at] + line[next]);
        at = next;
        let fall = ((total - age) as f32 / (0.05 * RATE as f32)).min(1.0);
        frame[0] += value * fall * gains[0];
        frame[1] += value * fall * gains[1];
    }
}

/// White noise in −1..1 (xorshift32, Marsaglia 2003).
pub(super) fn noise(state: &mut u32) -> f32 {
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    (*state >> 8) as f32 / 8_388_608.0 - 1.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sine_is_within_a_thousandth() {
        for i in 0..1000 {
            let turns = i as f32 / 1000.0;
            let truth = (turns * std::f32::consts::TAU).sin();
            assert!((sine(turns) - truth).abs() < 0.0015, "{turns}");
        }
    }

    #[test]
    fn a_note_past_the_end_is_cut_not_a_panic() {
        let mut mix = vec![[0.0; 2]; 100];
        for timbre in [Timbre::Pluck, Timbre::Pad] {
            let note = Note {
                timbre,
                pitch: 60,
                start: 90,
                length: 500,
                loudness: 1.0,
                pan: 0.0,
            };
            render(&note, &mut mix);
        }
        assert!(mix[..90].iter().all(|f| *f == [0.0, 0.0]));
    }
}
