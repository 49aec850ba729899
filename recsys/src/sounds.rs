//! Which recordings sound alike, whoever has played them?
//!
//! The 128 numbers of [`audio::sound`] are brought to standard deviations over the catalogue and cut at three; the
//! cosine of two such vectors says how alike two recordings sound. Every number counts alike, so timbre, which has 60
//! of them, counts most; other shares for the kinds of number changed little on the GTZAN table of features
//! (Tzanetakis and Cook 2002). Nobody's plays go in, so that a recording has neighbours on the day on which it comes out.

mod trial;

use audio::sound::{DIMENSIONS, Sound};
use catalog::progress::Silent;

use crate::als::Factors;
use crate::scoring::{Panels, Query, Scored, score_all};
use crate::weekly::unit_rows;

pub(crate) use trial::trials;
pub use trial::{SoundsReport, Trial};

/// A number that is further out counts as this many standard deviations.
const FURTHEST: f32 = 3.0;

/// Vectors of length one, a row per item; zeros where nothing was heard.
pub(crate) fn units(heard: &[Option<Sound>]) -> Factors {
    let known: Vec<&Sound> = heard.iter().flatten().collect();
    let count = known.len().max(1) as f64;
    let mut out = Factors::zeros(heard.len(), DIMENSIONS);
    let width = out.width();
    for n in 0..DIMENSIONS {
        let values = || known.iter().map(|sound| f64::from(sound[n]));
        let mean = values().sum::<f64>() / count;
        let square = values().map(|x| (x - mean).powi(2)).sum::<f64>() / count;
        let scale = if square > 1e-12 {
            square.sqrt().recip()
        } else {
            0.0
        };
        for (row, sound) in out.as_mut_slice().chunks_exact_mut(width).zip(heard) {
            if let Some(sound) = sound {
                let far = (f64::from(sound[n]) - mean) * scale;
                row[n] = (far as f32).clamp(-FURTHEST, FURTHEST);
            }
        }
    }
    unit_rows(out)
}

/// For each of `who`, the `keep` others that sound most like it, best first.
pub(crate) fn nearest(units: &Factors, who: &[u32], keep: usize) -> Vec<Vec<Scored>> {
    let panels = Panels::new(units, &vec![0.0; units.rows()]);
    let query = |(): &mut (), at: usize| Query {
        vector: units.row(who[at] as usize).into(),
        floor: 0.0,
        ..Query::filtered(&who[at..=at])
    };
    score_all(
        who.len(),
        &panels,
        keep,
        || (),
        query,
        |_, _, list| list,
        &Silent,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard() -> Vec<Option<Sound>> {
        // Three sounds of four recordings each, a little apart; one of the first is not known.
        let sound = |item: usize| -> Sound {
            std::array::from_fn(|n| ((n % 7 + 1) * (item / 4)) as f32 + 0.01 * (item % 4) as f32)
        };
        let mut heard: Vec<Option<Sound>> = (0..12).map(|item| Some(sound(item))).collect();
        heard[3] = None;
        heard
    }

    #[test]
    fn the_nearest_are_of_the_same_sound_and_what_was_not_heard_is_near_nothing() {
        let units = units(&heard());
        let near = nearest(&units, &[0, 9, 3], 2);
        assert!(near[0].iter().all(|s| s.item < 3), "{near:?}");
        assert!(near[1].iter().all(|s| s.item >= 8), "{near:?}");
        assert!(near[2].is_empty());
    }

    #[test]
    fn recordings_that_all_sound_the_same_are_no_nearer_than_others() {
        let units = units(&vec![Some([1.5; DIMENSIONS]); 5]);
        assert!(nearest(&units, &[0], 3)[0].is_empty());
    }
}
