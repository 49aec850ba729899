//! What music can we hand out when no package archive is in reach?
//!
//! A seeded composer and synthesiser: chords, bass, drums and a melody, in six styles. Output
//! is stereo `f32` in −1..=1 at 44,100 Hz. Only `+ − × ÷` and `sqrt` are used (no `sin`, no
//! `pow`), which IEEE 754 rounds identically everywhere: one brief gives one set of bytes on
//! any machine. Two briefs differ in key, tempo, harmony and tune, so fingerprints differ.

mod band;
pub mod brief;
mod drums;
mod harmony;
mod room;
mod score;
mod voice;

use catalog::units::SampleRate;

pub use brief::{Brief, BriefError, Mode, Style};
pub(crate) use voice::sine;

/// Sample rate of everything composed here, in hertz.
pub const RATE: u32 = SAMPLE_RATE.hz();

/// The same, as a unit.
pub(crate) const SAMPLE_RATE: SampleRate = match SampleRate::new(44_100) {
    Ok(rate) => rate,
    Err(_) => unreachable!(),
};

/// Left and right sample of one instant.
pub type Frame = [f32; 2];

/// Composes and renders one piece; its length is exactly `brief.seconds`.
pub fn compose(brief: &Brief) -> Vec<Frame> {
    let frames = brief.seconds as usize * RATE as usize;
    let mut mix = vec![[0.0f32; 2]; frames];
    let score = score::write(brief);
    for note in &score.notes {
        voice::render(note, &mut mix);
    }
    for hit in &score.hits {
        drums::render(hit, &mut mix);
    }
    room::reverberate(&mut mix, brief.style.wetness());
    finish(&mut mix);
    mix
}

/// Fades both ends and brings the peak to 0.8 (−1.9 dBFS): a master with headroom.
fn finish(mix: &mut [Frame]) {
    let peak = mix
        .iter()
        .fold(0.0f32, |peak, f| peak.max(f[0].abs()).max(f[1].abs()));
    let gain = if peak > 0.0 { 0.8 / peak } else { 0.0 };
    let frames = mix.len();
    let rise = RATE as usize / 50;
    let fall = RATE as usize * 3;
    for (at, frame) in mix.iter_mut().enumerate() {
        let opening = (at as f32 / rise as f32).min(1.0);
        let closing = ((frames - at) as f32 / fall as f32).min(1.0);
        let envelope = gain * opening * closing;
        frame[0] *= envelope;
        frame[1] *= envelope;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn brief(text: &str) -> Brief {
        text.parse().expect("a valid brief")
    }

    #[test]
    fn the_same_brief_gives_the_same_samples_and_another_seed_does_not() {
        let text = "style=house bpm=124 key=9 mode=minor seconds=4 seed=7";
        let once = compose(&brief(text));
        assert_eq!(once, compose(&brief(text)));
        assert_ne!(once, compose(&brief(&text.replace("seed=7", "seed=8"))));
    }

    #[test]
    fn every_style_sounds_and_never_clips() {
        for style in Style::ALL {
            let text = format!("style={style} bpm=100 key=2 mode=major seconds=6 seed=1");
            let mix = compose(&brief(&text));
            assert_eq!(mix.len(), 6 * RATE as usize, "{style}");
            let peak = mix.iter().flatten().fold(0.0f32, |p, s| p.max(s.abs()));
            assert!((0.5..=0.81).contains(&peak), "{style}: peak {peak}");
            let middle = &mix[mix.len() / 2..mix.len() / 2 + RATE as usize];
            let power = middle.iter().flatten().map(|s| s * s).sum::<f32>() / (2.0 * RATE as f32);
            assert!(power.sqrt() > 0.01, "{style}: rms {}", power.sqrt());
        }
    }
}
