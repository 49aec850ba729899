//! What does one stroke on the drums sound like?

use super::voice::{noise, sine};
use super::{Frame, RATE};

/// The kit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Drum {
    Kick,
    Snare,
    Hat,
}

/// One stroke of the score.
#[derive(Debug, Clone)]
pub(super) struct Hit {
    pub(super) drum: Drum,
    /// Start in frames.
    pub(super) start: usize,
    pub(super) loudness: f32,
}

/// Adds one stroke to the mix; what falls past the end is cut.
pub(super) fn render(hit: &Hit, mix: &mut [Frame]) {
    let rate = RATE as f32;
    let seconds = match hit.drum {
        Drum::Kick => 0.16,
        Drum::Snare => 0.20,
        Drum::Hat => 0.06,
    };
    let total = (seconds * rate) as usize;
    let mut state = 0x1234_5678u32 ^ (hit.start as u32).wrapping_mul(747_796_405) | 1;
    let (mut phase, mut low) = (0.0f32, 0.0f32);
    for (age, frame) in mix.iter_mut().skip(hit.start).take(total).enumerate() {
        let left = 1.0 - age as f32 / total as f32;
        let fall = left * left * left;
        let value = match hit.drum {
            Drum::Kick => {
                // The pitch drops from 160 Hz to 45 Hz with the fourth power of what is left.
                phase += (45.0 + 115.0 * fall * left) / rate;
                sine(phase) * fall.sqrt()
            }
            Drum::Snare => {
                phase += 185.0 / rate;
                (0.7 * noise(&mut state) + 0.5 * sine(phase)) * fall
            }
            Drum::Hat => {
                let white = noise(&mut state);
                low += 0.35 * (white - low);
                (white - low) * fall
            }
        };
        frame[0] += value * hit.loudness;
        frame[1] += value * hit.loudness;
    }
}
