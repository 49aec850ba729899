//! Who talks over the music?
//!
//! Six voices of `espeak-ng` where it is installed, each reading the same sentences from another
//! place at another speed; else synthesised ones (`sound::voices`), which is said aloud.

use std::process::{Command, Stdio};

use super::songs::decode;
use super::sound::{Dice, voices};

/// Voices, and the words a minute that they speak.
const VOICES: [(&str, &str); 6] = [
    ("en-us+m1", "150"),
    ("en-us+f2", "165"),
    ("en-gb+m3", "140"),
    ("en-gb+f4", "175"),
    ("en-us+m7", "155"),
    ("en-gb-scotland+f1", "160"),
];

const SENTENCES: [&str; 12] = [
    "The train to the coast leaves at a quarter past nine, and it does not wait for anybody.",
    "She asked whether the soup was hot enough, and nobody at the table knew.",
    "Between the second and the third bridge you can see the old brewery from the water.",
    "If it rains tomorrow we will move the chairs inside and open the windows instead.",
    "He counted forty seven pigeons on the roof, then lost count and started again.",
    "My brother repairs clocks, mostly large ones, and he is never on time himself.",
    "Please take the blue folder to the office on the first floor, not to the one upstairs.",
    "They argued about the price of apples for so long that the shop had closed.",
    "A good pair of shoes is worth more on this road than any map you could buy.",
    "When the music stopped, everyone looked at the door as if somebody had knocked.",
    "We used to play cards in the kitchen while the bread was in the oven.",
    "The last page was missing, so each of us told the end of the story differently.",
];

/// People to hear, at [`crate::peaks::RATE`]; empty if they are to be synthesised.
pub(super) struct Talk(Vec<Vec<f32>>);

impl Talk {
    /// Lets them speak; `recorded` is false without espeak-ng.
    pub(super) fn new() -> Talk {
        let spoken = VOICES.iter().enumerate().map(|(at, (voice, speed))| {
            let file = std::env::temp_dir().join(format!(
                "backline-evaluate-voice-{}-{at}.wav",
                std::process::id()
            ));
            let text: Vec<&str> = (0..24)
                .map(|n| SENTENCES[(at * 5 + n * 7) % SENTENCES.len()])
                .collect();
            let status = Command::new("espeak-ng")
                .args(["-v", voice, "-s", speed, "-w"])
                .arg(&file)
                .arg(text.join(" "))
                .stdin(Stdio::null())
                .stderr(Stdio::null())
                .status();
            let heard = status.is_ok_and(|status| status.success());
            let samples = heard.then(|| decode(&file, 90.0)).flatten();
            // What stays behind costs room in the temporary folder, nothing else.
            let _ = std::fs::remove_file(&file);
            Some(level(&samples?))
        });
        Talk(spoken.collect::<Option<Vec<_>>>().unwrap_or_default())
    }

    /// Did espeak-ng speak?
    pub(super) fn recorded(&self) -> bool {
        !self.0.is_empty()
    }

    /// So many of them at once, each from another moment.
    pub(super) fn of(&self, dice: &mut Dice, len: usize, people: usize) -> Vec<f32> {
        if !self.recorded() {
            return voices(dice, len, people);
        }
        let mut sum = vec![0f32; len];
        let first = dice.below(self.0.len());
        for person in 0..people {
            let voice = &self.0[(first + person) % self.0.len()];
            let from = dice.below(voice.len());
            let spoken = voice.iter().cycle().skip(from);
            sum.iter_mut().zip(spoken).for_each(|(slot, s)| *slot += s);
        }
        sum
    }
}

/// All at one loudness.
fn level(samples: &[i16]) -> Vec<f32> {
    let samples: Vec<f32> = samples.iter().map(|&s| f32::from(s)).collect();
    let power = samples.iter().map(|s| s * s).sum::<f32>() / samples.len().max(1) as f32;
    let gain = 3_000.0 / power.sqrt().max(1.0);
    samples.iter().map(|s| s * gain).collect()
}
