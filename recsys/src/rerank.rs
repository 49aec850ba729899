//! Which of the best become the list, in which order? Calibration to the listener's own spread of genres,
//! at most so many per artist, and a share of places for exploration with its propensity on record.
//!
//! Calibration is the greedy rule of Steck ("Calibrated recommendations", RecSys 2018): each place goes to
//! the candidate that is best by (1 − λ) · score − λ · KL(p ‖ q̃), where p is the listener's spread of genres,
//! q the list's so far, and q̃ = 0.99 q + 0.01 p. Exploration draws places from the candidates below the list,
//! with probabilities in proportion to 1 / rank; what was drawn with which probability is kept, so that
//! answers can be weighed later (Swaminathan and Joachims, JMLR 2015). Draws come from a hash of seed, listener
//! and week.

use std::collections::BTreeMap;

use catalog::ids::ArtistId;

use crate::als::split_mix;
use crate::scoring::Scored;

/// How much of p is mixed into q, so that a genre not yet shown costs much and not everything.
const MIXED: f32 = 0.01;

/// A place of a list and the probability with which it came there: 1 for what was not drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Place {
    pub(crate) scored: Scored,
    pub(crate) propensity: f32,
}

/// The first `most` of `ranked`, without those whose artist has `per_artist` places already.
pub(crate) fn spread_over_artists<'a>(
    ranked: impl IntoIterator<Item = &'a Scored>,
    artists: impl Fn(u32) -> &'a [ArtistId],
    per_artist: usize,
    most: usize,
) -> Vec<Scored> {
    let (mut list, mut taken) = (Vec::new(), BTreeMap::new());
    for scored in ranked {
        if list.len() == most {
            break;
        }
        let artists = artists(scored.item);
        let full = |artist: &ArtistId| taken.get(artist).is_some_and(|&n| n >= per_artist);
        if artists.iter().any(full) {
            continue;
        }
        for artist in artists {
            *taken.entry(*artist).or_insert(0) += 1;
        }
        list.push(*scored);
    }
    list
}

/// The candidates' order by calibration: best first, as many as `length`. `spread` is the listener's share
/// of each genre, `genre` an item's; scores are brought to 0..1 over the candidates first.
pub(crate) fn calibrated(
    candidates: &[Scored],
    spread: &[f32],
    genre: impl Fn(u32) -> Option<usize>,
    lambda: f32,
    length: usize,
) -> Vec<Scored> {
    if lambda <= 0.0 || spread.iter().all(|&share| share == 0.0) {
        return candidates[..length.min(candidates.len())].to_vec();
    }
    let most = candidates.first().map_or(0.0, |s| s.score);
    let span = candidates.last().map_or(1.0, |s| most - s.score).max(1e-6);
    let mut counts = vec![0f32; spread.len()];
    let mut taken = vec![false; candidates.len()];
    let mut list = Vec::with_capacity(length);
    while list.len() < length.min(candidates.len()) {
        // The divergence after adding an item depends on its genre only.
        let after: Vec<f32> = (0..=spread.len())
            .map(|g| divergence(spread, &counts, g, list.len() as f32 + 1.0))
            .collect();
        let value = |s: &Scored| {
            let g = genre(s.item)
                .filter(|&g| g < spread.len())
                .unwrap_or(spread.len());
            (1.0 - lambda) * (1.0 - (most - s.score) / span) - lambda * after[g]
        };
        let left = (0..candidates.len()).filter(|&at| !taken[at]);
        let best = left.max_by(|&a, &b| {
            value(&candidates[a])
                .total_cmp(&value(&candidates[b]))
                .then(b.cmp(&a))
        });
        let Some(best) = best else { break };
        taken[best] = true;
        if let Some(g) = genre(candidates[best].item).filter(|&g| g < counts.len()) {
            counts[g] += 1.0;
        }
        list.push(candidates[best]);
    }
    list
}

/// KL(p ‖ q̃) after an item of genre `added` (none of them where it is past the end).
fn divergence(p: &[f32], counts: &[f32], added: usize, length: f32) -> f32 {
    let terms = p.iter().zip(counts).enumerate().filter(|t| *t.1.0 > 0.0);
    let term = |(g, (&p, &count)): (usize, (&f32, &f32))| {
        let q = (count + f32::from(u8::from(g == added))) / length;
        p * (p / ((1.0 - MIXED) * q + MIXED * p)).ln()
    };
    terms.map(term).sum()
}

/// Puts `share` of the list's places up for drawing from `below`; the drawn stand at its end.
pub(crate) fn explored(list: Vec<Scored>, below: &[Scored], share: f32, seed: u64) -> Vec<Place> {
    let certain = |scored| Place {
        scored,
        propensity: 1.0,
    };
    let drawn = ((list.len() as f32 * share).round() as usize).min(below.len());
    let kept = list.len() - drawn;
    let mut places: Vec<Place> = list.into_iter().take(kept).map(certain).collect();
    let mut weights: Vec<f64> = (0..below.len()).map(|at| 1.0 / (at as f64 + 1.0)).collect();
    for turn in 0..drawn {
        let whole: f64 = weights.iter().sum();
        let unit = (split_mix(seed ^ split_mix(turn as u64)) >> 11) as f64 / (1u64 << 53) as f64;
        let mut rest = unit * whole;
        let found = weights.iter().position(|&w| {
            rest -= w;
            w > 0.0 && rest < 0.0
        });
        let last = weights.iter().rposition(|&w| w > 0.0);
        let Some(at) = found.or(last) else { break };
        let propensity = (weights[at] / whole) as f32;
        weights[at] = 0.0;
        places.push(Place {
            scored: below[at],
            propensity,
        });
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidates(count: u32) -> Vec<Scored> {
        let scored = |item| Scored {
            item,
            score: 10.0 - item as f32 * 0.01,
        };
        (0..count).map(scored).collect()
    }

    #[test]
    fn a_minor_taste_keeps_its_share() {
        // The first forty are of genre 0, the rest of genre 1; the listener hears 70 to 30.
        let genre = |item: u32| Some(usize::from(item >= 40));
        let list = calibrated(&candidates(80), &[0.7, 0.3], genre, 0.95, 20);
        let minor = list.iter().filter(|s| s.item >= 40).count();
        assert!((4..=8).contains(&minor), "{minor} of 20");
        let plain = calibrated(&candidates(80), &[0.7, 0.3], genre, 0.0, 20);
        assert!(plain.iter().all(|s| s.item < 40));
    }

    #[test]
    fn items_without_a_genre_are_no_obstacle() {
        let list = calibrated(&candidates(30), &[1.0], |_| None, 0.5, 30);
        assert_eq!(list.len(), 30);
        assert!(calibrated(&[], &[1.0], |_| Some(0), 0.5, 5).is_empty());
    }

    #[test]
    fn explored_places_come_from_below_with_the_probability_of_the_draw() {
        let all = candidates(100);
        let (list, below) = (all[..30].to_vec(), &all[30..]);
        let places = explored(list, below, 0.1, 7);
        assert_eq!(places.len(), 30);
        assert!(
            places[..27]
                .iter()
                .all(|p| p.propensity == 1.0 && p.scored.item < 27)
        );
        let drawn: Vec<u32> = places[27..].iter().map(|p| p.scored.item).collect();
        assert!(drawn.iter().all(|&item| item >= 30));
        assert!(
            places[27..]
                .iter()
                .all(|p| p.propensity > 0.0 && p.propensity < 0.5)
        );
        let once: std::collections::BTreeSet<&u32> = drawn.iter().collect();
        assert_eq!(once.len(), 3);
    }

    #[test]
    fn the_first_draw_is_as_likely_as_it_says() {
        let all = candidates(11);
        let mut hits = 0;
        for seed in 0..4000u64 {
            let places = explored(all[..1].to_vec(), &all[1..], 1.0, seed.wrapping_mul(0x9e37));
            hits += u32::from(places[0].scored.item == 1);
        }
        // 1 / (1 + 1/2 + … + 1/10) = 0.3414
        assert!((f64::from(hits) / 4000.0 - 0.3414).abs() < 0.03, "{hits}");
    }
}
