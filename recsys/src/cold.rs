//! What is like a recording that nobody has played yet? What sounds like it, and what its label says of it: artists,
//! label, genre, decade.
//!
//! Two cosines, added: of the sounds ([`crate::sounds`]), and of two sets of facts, each with a weight that says how
//! much sharing it means. Only for recordings that the models do not know; who has been heard is compared by that. Such a
//! recording is placed among the others, in the listeners' metric, at the mean of the played ones most like it, as
//! far as they are: there radios and searches by vector find it (van den Oord, Dieleman and Schrauwen, "Deep
//! content-based music recommendation", NIPS 2013, learn that step; ours looks it up).

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::als::Factors;
use crate::item_item::Accumulator;
use crate::items::Items;
use crate::kernel::dot;
use crate::scoring::Scored;
use crate::weekly::unit_rows;

/// What sharing an artist, a genre, a label and a decade weigh.
const WEIGHTS: [f32; 4] = [3.0, 1.5, 1.0, 0.5];

/// Played recordings that place one that nobody has played.
const PLACED_BY: usize = 5;

/// A fact: its kind (index into [`WEIGHTS`]) and its value.
type Fact = (usize, String);

/// All items in the listeners' metric, and which of them nobody has played.
pub(crate) struct Placed {
    /// Vectors of length one; zeros for what is like nothing that was played.
    pub(crate) units: Factors,
    /// Not played, rising.
    pub(crate) cold: Vec<u32>,
    /// For each of `cold`, what is most like it, best first.
    pub(crate) near: Vec<Vec<Scored>>,
}

impl Placed {
    /// `taste` has a row per item, zeros for what nobody has played; `sounds` rows of length one, or zeros.
    pub(crate) fn new(items: &Items<'_>, taste: Factors, sounds: &Factors, keep: usize) -> Self {
        let mut units = unit_rows(taste);
        let unplayed = |item: &u32| units.row(*item as usize).iter().all(|&x| x == 0.0);
        let cold: Vec<u32> = (0..items.len() as u32).filter(unplayed).collect();
        let found = alike(items, &cold, sounds, keep);
        let width = units.width();
        for (&item, (_, played)) in cold.iter().zip(&found) {
            let mut place = vec![0f32; width];
            for near in played {
                let row = units.row(near.item as usize).iter();
                let sums = place.iter_mut().zip(row);
                sums.for_each(|(sum, x)| *sum += near.score * x);
            }
            units.as_mut_slice()[item as usize * width..][..width].copy_from_slice(&place);
        }
        Self {
            units: unit_rows(units),
            near: found.into_iter().map(|near| near.0).collect(),
            cold,
        }
    }
}

/// For each of `cold`, the `keep` recordings most like it, and the few that are played; best first.
fn alike(
    items: &Items<'_>,
    cold: &[u32],
    sounds: &Factors,
    keep: usize,
) -> Vec<(Vec<Scored>, Vec<Scored>)> {
    let facts: Vec<Vec<Fact>> = (0..items.len() as u32)
        .map(|item| facts(items, item))
        .collect();
    let mut holders: BTreeMap<&Fact, Vec<u32>> = BTreeMap::new();
    for (item, facts) in facts.iter().enumerate() {
        facts
            .iter()
            .for_each(|fact| holders.entry(fact).or_default().push(item as u32));
    }
    let length = |item: u32| {
        let squares = facts[item as usize]
            .iter()
            .map(|fact| WEIGHTS[fact.0].powi(2));
        squares.sum::<f32>().sqrt()
    };
    cold.par_iter()
        .map_init(
            || Accumulator::new(items.len()),
            |sums, &item| {
                for fact in &facts[item as usize] {
                    let weight = WEIGHTS[fact.0].powi(2);
                    let others = holders[fact].iter().filter(|&&other| other != item);
                    others.for_each(|&other| sums.add(other, weight));
                }
                let mut score = vec![0f32; items.len()];
                for (other, shared) in sums.drain_sorted() {
                    score[other as usize] = shared / (length(item) * length(other));
                }
                let own = sounds.row(item as usize);
                if own.iter().any(|&x| x != 0.0) {
                    for (other, score) in score.iter_mut().enumerate() {
                        *score += dot(own, sounds.row(other)).max(0.0);
                    }
                }
                let scored = score.into_iter().zip(0u32..);
                let mut near: Vec<Scored> = scored
                    .filter(|(score, other)| *score > 0.0 && *other != item)
                    .map(|(score, item)| Scored { item, score })
                    .collect();
                near.sort_unstable_by(Scored::order);
                let is_played = |s: &&Scored| cold.binary_search(&s.item).is_err();
                let played = near.iter().filter(is_played).take(PLACED_BY);
                let played = played.copied().collect();
                near.truncate(keep);
                (near, played)
            },
        )
        .collect()
}

fn facts(items: &Items<'_>, item: u32) -> Vec<Fact> {
    let mut facts: Vec<Fact> = items
        .artists(item)
        .iter()
        .map(|a| (0, a.to_string()))
        .collect();
    facts.extend(
        items
            .genre(item)
            .map(|genre| (1, items.genre_names()[genre].clone())),
    );
    facts.extend(items.label(item).map(|label| (2, label.to_owned())));
    facts.extend(
        items
            .released(item)
            .map(|day| (3, (day.year() / 10).to_string())),
    );
    facts
}
