//! What is like a recording that nobody has played yet? What its label says of it: artists, label, genre, decade.
//!
//! The cosine of two sets of facts, each with a weight that says how much sharing it means. Only for recordings
//! that the models do not know; who has been heard is compared by that.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::item_item::Accumulator;
use crate::items::Items;
use crate::scoring::Scored;

/// What sharing an artist, a genre, a label and a decade weigh.
const WEIGHTS: [f32; 4] = [3.0, 1.5, 1.0, 0.5];

/// A fact: its kind (index into [`WEIGHTS`]) and its value.
type Fact = (usize, String);

/// For each of `cold`, the `keep` recordings most like it by metadata, best first.
pub(crate) fn alike(items: &Items<'_>, cold: &[u32], keep: usize) -> Vec<Vec<Scored>> {
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
                let scored = |(other, shared): (u32, f32)| Scored {
                    item: other,
                    score: shared / (length(item) * length(other)),
                };
                let mut near: Vec<Scored> = sums.drain_sorted().into_iter().map(scored).collect();
                near.sort_unstable_by(Scored::order);
                near.truncate(keep);
                near
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
