//! What do most people play, here and elsewhere? The baseline that every model must beat, and the
//! list for those of whom nothing is known.

use std::collections::BTreeMap;

use catalog::ids::Territory;

use crate::csr::Csr;
use crate::items::Items;
use crate::lists::{Entry, Reason};
use crate::rerank::spread_over_artists;
use crate::scoring::{Bits, Scored};

/// What plays elsewhere count in a country's chart: enough to fill it, too little to lead it.
const ELSEWHERE: f32 = 0.01;

/// Number of listeners who liked each item.
pub fn popularity(strengths: &Csr) -> Vec<f32> {
    let mut count = vec![0f32; strengths.columns()];
    for listener in 0..strengths.rows() {
        for (item, _) in strengths.row(listener).iter().filter(|entry| entry.1 > 0.0) {
            count[item as usize] += 1.0;
        }
    }
    count
}

/// Trending by country.
#[derive(Debug)]
pub struct Charts<'a> {
    by_country: &'a BTreeMap<Territory, Vec<f32>>,
    everywhere: Vec<f32>,
}

impl<'a> Charts<'a> {
    /// From what was summed up of the plays.
    pub fn new(by_country: &'a BTreeMap<Territory, Vec<f32>>, items: usize) -> Self {
        let mut everywhere = vec![0f32; items];
        for chart in by_country.values() {
            for (sum, value) in everywhere.iter_mut().zip(chart) {
                *sum += value;
            }
        }
        Self {
            by_country,
            everywhere,
        }
    }

    /// All items from the most to the least trending in a country; those that nobody played there
    /// follow by what they are elsewhere.
    pub fn ranked(&self, territory: Territory) -> Vec<Scored> {
        let here = self.by_country.get(&territory);
        let score =
            |item: usize| here.map_or(0.0, |chart| chart[item]) + ELSEWHERE * self.everywhere[item];
        let mut all: Vec<Scored> = (0..self.everywhere.len())
            .map(|item| Scored {
                score: score(item),
                item: item as u32,
            })
            .collect();
        all.sort_unstable_by(Scored::order);
        all
    }
}

/// Which recording of an item to show, and which not to show at all.
pub(crate) struct Rules<'a> {
    pub(crate) items: &'a Items<'a>,
    pub(crate) shown: &'a [Option<u32>],
    pub(crate) allowed: &'a Bits,
    pub(crate) blocked: &'a [u32],
    pub(crate) per_artist: usize,
    pub(crate) length: usize,
}

impl Rules<'_> {
    /// Takes from the best on what the rules allow: rights, not blocked, at most so many per artist.
    pub(crate) fn apply(
        &self,
        ranked: &[Scored],
        mut reason: impl FnMut(u32) -> Reason,
    ) -> Vec<Entry> {
        let taken = self.thinned(ranked, self.length).into_iter();
        let entry = |s: Scored| {
            Some(Entry::new(
                self.shown[s.item as usize]?,
                s.score,
                reason(s.item),
            ))
        };
        taken.filter_map(entry).collect()
    }

    /// The same as scores, at most `most` of them.
    pub(crate) fn thinned(&self, ranked: &[Scored], most: usize) -> Vec<Scored> {
        let open = |s: &&Scored| {
            self.allowed.contains(s.item) && self.blocked.binary_search(&s.item).is_err()
        };
        let artists = |item: u32| self.items.artists(item);
        spread_over_artists(ranked.iter().filter(open), artists, self.per_artist, most)
    }
}
