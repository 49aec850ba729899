//! Does a clip hold sound of a song, sample for sample?
//!
//! Composers build several songs from one recorded passage. A clip of it that is named after another
//! song of theirs is not named wrongly, though its own song is not in the catalogue. Whether it is so
//! is asked without our own fingerprints: by the correlation of the samples themselves, three seconds
//! of the clip at a time, whose square is the share of the energy that the song accounts for.

use realfft::RealFftPlanner;
use realfft::num_complex::Complex32;

use super::sound::audible;
use crate::peaks::RATE;

/// Correlation from which a clip holds a song's sound. Measured over whole songs: 0.92 and 0.93 where
/// two of Colobot's share a passage; at most 0.13 to 0.34 between five pairs of strangers, and 0.71
/// between two of one composer's with the same sustained sounds.
pub(super) const SHARED: f64 = 0.8;

/// Samples that are compared at once: three seconds. Parts of a clip may be another song's.
const PIECE: usize = 3 * RATE as usize;

/// The highest absolute correlation of three seconds of a clip (all of a shorter one) with as long a
/// part of the song; zero if there is none.
pub(super) fn correlation(clip: &[i16], song: &[i16]) -> f64 {
    let piece = PIECE.min(clip.len());
    let steps = (clip.len() - piece) / (PIECE / 2);
    let pieces = (0..=steps).map(|step| &clip[step * (PIECE / 2)..][..piece]);
    pieces
        .map(|piece| of_piece(piece, song))
        .fold(0.0, f64::max)
}

fn of_piece(clip: &[i16], song: &[i16]) -> f64 {
    let Some(places) = (song.len() + 1).checked_sub(clip.len()) else {
        return 0.0;
    };
    let (clip, song) = (floats(clip), floats(song));
    let energy = |samples: &[f32]| samples.iter().map(|&s| f64::from(s).powi(2)).sum::<f64>();
    let (own, quietest) = (energy(&clip), 1e-9 * clip.len() as f64);
    if places == 0 || own <= quietest {
        return 0.0;
    }
    let products = crossed(&clip, &song);
    let mut theirs = energy(&song[..clip.len()]);
    let mut best = 0f64;
    for at in 0..places {
        if theirs > quietest {
            best = best.max(f64::from(products[at]).abs() / (own * theirs).sqrt());
        }
        if let Some(&next) = song.get(at + clip.len()) {
            theirs += f64::from(next).powi(2) - f64::from(song[at]).powi(2);
        }
    }
    best.min(1.0)
}

/// What can be heard of samples, between -1 and 1: some files have more of an offset than of music.
fn floats(samples: &[i16]) -> Vec<f32> {
    let sound: Vec<f32> = samples.iter().map(|&s| f32::from(s) / 32_768.0).collect();
    audible(&sound)
}

/// The products of the clip with the song from each of its samples on.
fn crossed(clip: &[f32], song: &[f32]) -> Vec<f32> {
    let len = (song.len() + clip.len()).next_power_of_two();
    let mut planner = RealFftPlanner::<f32>::new();
    let (forward, inverse) = (planner.plan_fft_forward(len), planner.plan_fft_inverse(len));
    let spectrum = |samples: &[f32]| -> Vec<Complex32> {
        let mut padded = forward.make_input_vec();
        padded[..samples.len()].copy_from_slice(samples);
        let mut out = forward.make_output_vec();
        let done = forward.process(&mut padded, &mut out);
        done.expect("the lengths are the planner's own");
        out
    };
    let (of_clip, mut of_song) = (spectrum(clip), spectrum(song));
    for (song, clip) in of_song.iter_mut().zip(&of_clip) {
        *song *= clip.conj() / len as f32;
    }
    let mut products = inverse.make_output_vec();
    // Its first and last are real only up to rounding, which is all that this could refuse.
    let ends = [0, of_song.len() - 1];
    ends.iter().for_each(|&end| of_song[end].im = 0.0);
    let done = inverse.process(&mut of_song, &mut products);
    done.expect("the lengths are the planner's own");
    products
}

#[cfg(test)]
mod tests {
    use super::super::sound::{Dice, pink};
    use super::*;

    /// Pink noise without its slow waves, which any two have in common somewhere.
    fn music(seed: u64, len: usize) -> Vec<i16> {
        let sound = pink(&mut Dice::new(seed), len + 1);
        let steps = sound.windows(2).map(|pair| pair[1] - pair[0]);
        steps.map(|step| (2000.0 * step) as i16).collect()
    }

    #[test]
    fn a_passage_is_found_in_the_song_that_holds_it_and_in_no_other() {
        let song = music(1, 60_000);
        let mut other = music(2, 60_000);
        let passage = &song[20_000..31_000];
        assert!(correlation(passage, &song) > 0.999);
        assert!(correlation(passage, &other) < SHARED / 2.0);
        // Under as loud a sound of the other's own, upside down.
        for (slot, &sample) in other[40_001..].iter_mut().zip(passage) {
            *slot -= sample;
        }
        let mixed = correlation(passage, &other);
        assert!((0.6..0.8).contains(&mixed), "{mixed}");
    }

    #[test]
    fn a_clip_whose_end_alone_is_another_songs_holds_it() {
        let song = music(6, 80_000);
        let clip = [music(7, 90_000), song[..50_000].to_vec()].concat();
        assert!(correlation(&clip, &song) > 0.99);
        assert!(correlation(&clip[..90_000], &song) < SHARED / 2.0);
    }

    #[test]
    fn a_slow_twin_counts_the_same() {
        let (clip, song) = (music(3, 300), music(4, 900));
        let (heard, all) = (floats(&clip), floats(&song));
        let product = |x: &[f32], y: &[f32]| -> f64 {
            let pairs = x.iter().zip(y);
            pairs.map(|(&x, &y)| f64::from(x) * f64::from(y)).sum()
        };
        let slow = (0..=600).map(|at| {
            let part = &all[at..at + 300];
            product(&heard, part).abs() / (product(&heard, &heard) * product(part, part)).sqrt()
        });
        let slow = slow.fold(0.0, f64::max);
        assert!((correlation(&clip, &song) - slow).abs() < 1e-3);
    }

    #[test]
    fn an_offset_is_no_sound() {
        let aside = |samples: Vec<i16>| -> Vec<i16> {
            let aside = samples.iter().map(|sample| sample / 2 + 13_000);
            aside.collect()
        };
        let (clip, song) = (aside(music(8, 30_000)), aside(music(9, 60_000)));
        assert!(correlation(&clip, &song) < SHARED / 2.0);
        assert!(correlation(&song[7_000..20_000], &song) > 0.999);
    }

    #[test]
    fn silence_and_a_song_that_is_too_short_hold_nothing() {
        let song = music(5, 1000);
        assert_eq!(correlation(&[0; 100], &song), 0.0);
        assert_eq!(correlation(&song, &[0; 2000]), 0.0);
        assert_eq!(correlation(&song, &song[1..]), 0.0);
        assert_eq!(correlation(&[], &[]), 0.0);
    }
}
