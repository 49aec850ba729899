//! What does each listener get on Monday? Blend, filters, rules, reasons.
//!
//! Discover Weekly: the best of the blend that the listener's country and tier may hear on that
//! Monday, that was not met in the last days and not rejected, at most two per artist. Listeners
//! of whom nothing is liked yet get what trends in their country, by the same rules.

use std::collections::BTreeMap;

use catalog::ids::Territory;
use catalog::progress::Progress;
use jiff::Timestamp;
use rayon::prelude::*;

use crate::blend::{Blend, Models};
use crate::config::Config;
use crate::item_item::Accumulator;
use crate::items::{Items, Market, Open};
use crate::lists::{Entry, ListsWriter, Reason, Table};
use crate::metric::in_listeners_metric;
use crate::plays::Interactions;
use crate::popularity::{Charts, Rules, popularity};
use crate::scoring::{Panels, Query, Scored, score_all};

/// Everything that lists are made of.
pub struct Maker<'a> {
    /// What can be recommended.
    pub items: &'a Items<'a>,
    /// What is known of the listeners.
    pub interactions: &'a Interactions,
    /// What was learnt.
    pub models: &'a Models,
    /// Rules and lengths.
    pub config: &'a Config,
    /// When the lists are for.
    pub monday: Timestamp,
}

/// A list, and whether looking at more recordings could make it longer.
struct Draft {
    entries: Vec<Entry>,
    short: bool,
}

impl Maker<'_> {
    /// All lists of a run.
    pub fn make(&self, progress: &dyn Progress) -> ListsWriter {
        let charts = Charts::new(&self.interactions.trending, self.items.len());
        ListsWriter {
            monday: self.monday,
            recordings: self.items.recordings().to_vec(),
            popularity: self.popularity(),
            listeners: self.interactions.listeners.clone(),
            weekly: Table::of(self.weekly(&charts, progress)),
            charts: Table::of(self.charts(&charts)),
            similar: Table::of(self.similar(progress)),
        }
    }

    fn weekly(&self, charts: &Charts<'_>, progress: &dyn Progress) -> Vec<Vec<Entry>> {
        let markets: std::collections::BTreeSet<Market> =
            self.interactions.markets.iter().copied().collect();
        let open: BTreeMap<Market, Open> = markets
            .into_par_iter()
            .map(|market| (market, self.items.open_in(market, self.monday)))
            .collect::<Vec<_>>()
            .into_iter()
            .collect();
        let blocked: Vec<Vec<u32>> = (0..self.interactions.listeners.len())
            .into_par_iter()
            .map(|l| self.blocked(l))
            .collect();
        let everyone: Vec<usize> = (0..self.interactions.listeners.len()).collect();
        let (known, unknown): (Vec<usize>, Vec<usize>) = everyone
            .into_iter()
            .partition(|&listener| self.liked_anything(listener));
        let mut lists = vec![Vec::new(); blocked.len()];
        let keep = self.config.lists.shortlist;
        let mut waiting = self.score(&known, &open, &blocked, keep, &mut lists, progress);
        // Rules may eat a whole shortlist: then everything is looked at.
        if !waiting.is_empty() {
            waiting = self.score(
                &waiting,
                &open,
                &blocked,
                self.items.len(),
                &mut lists,
                progress,
            );
        }
        debug_assert!(waiting.is_empty());
        let ranked: BTreeMap<Territory, Vec<Scored>> = unknown
            .iter()
            .map(|&listener| self.interactions.markets[listener].territory)
            .collect::<std::collections::BTreeSet<_>>()
            .into_iter()
            .map(|territory| (territory, charts.ranked(territory)))
            .collect();
        for listener in unknown {
            let market = self.interactions.markets[listener];
            let rules = self.rules(&open[&market], &blocked[listener]);
            lists[listener] = rules.apply(&ranked[&market.territory], |_| Reason::Trending);
        }
        lists
    }

    /// Fills the lists of `who`; returns those whose list could become longer with more to choose
    /// from.
    fn score(
        &self,
        who: &[usize],
        open: &BTreeMap<Market, Open>,
        blocked: &[Vec<u32>],
        keep: usize,
        lists: &mut [Vec<Entry>],
        progress: &dyn Progress,
    ) -> Vec<usize> {
        let blend = Blend::new(self.models, self.config);
        let panels = Panels::new(&self.models.als.items, &vec![0.0; self.items.len()]);
        let strengths = &self.interactions.strengths;
        let drafts = score_all(
            who.len(),
            &panels,
            keep,
            || Accumulator::new(self.items.len()),
            |sums, at| {
                let listener = who[at];
                let extras = blend.extras(listener, strengths.row(listener), sums);
                Query {
                    vector: self.models.als.listeners.row(listener),
                    bias: 0.0,
                    scale: extras.scale,
                    offset: extras.offset,
                    extras: extras.scores,
                    allowed: Some(&open[&self.interactions.markets[listener]].allowed),
                    blocked: &blocked[listener],
                    floor: f32::NEG_INFINITY,
                }
            },
            |at, _, ranked| {
                let listener = who[at];
                let rules = self.rules(
                    &open[&self.interactions.markets[listener]],
                    &blocked[listener],
                );
                let entries = rules.apply(&ranked, |item| {
                    match blend.reason(strengths.row(listener), item) {
                        Some(played) => Reason::BecauseYouPlayed(self.items.members(played)[0]),
                        None => Reason::Taste,
                    }
                });
                let short =
                    entries.len() < rules.length && ranked.len() == keep && keep < self.items.len();
                Draft { entries, short }
            },
            progress,
        );
        let mut waiting = Vec::new();
        for (&listener, draft) in who.iter().zip(drafts) {
            lists[listener] = draft.entries;
            if draft.short {
                waiting.push(listener);
            }
        }
        waiting
    }

    fn rules<'b>(&'b self, open: &'b Open, blocked: &'b [u32]) -> Rules<'b> {
        Rules {
            items: self.items,
            shown: &open.shown,
            allowed: &open.allowed,
            blocked,
            per_artist: self.config.lists.per_artist,
            length: self.config.lists.length,
        }
    }

    /// Met lately, or rejected on balance.
    fn blocked(&self, listener: usize) -> Vec<u32> {
        let heard = self
            .interactions
            .heard
            .row(listener)
            .indices
            .iter()
            .copied();
        let strengths = self.interactions.strengths.row(listener);
        let rejected = strengths
            .iter()
            .filter(|entry| entry.1 < 0.0)
            .map(|entry| entry.0);
        let mut blocked: Vec<u32> = heard.chain(rejected).collect();
        blocked.sort_unstable();
        blocked.dedup();
        blocked
    }

    /// Per recording, log(1 + listeners who like it) against the most popular one's.
    fn popularity(&self) -> Vec<f32> {
        let listeners = popularity(&self.interactions.strengths);
        let most = listeners.iter().copied().fold(1.0, f32::max).ln_1p();
        let share = |recording| listeners[self.items.item_of(recording) as usize].ln_1p() / most;
        (0..self.items.recordings().len()).map(share).collect()
    }

    fn liked_anything(&self, listener: usize) -> bool {
        self.interactions
            .strengths
            .row(listener)
            .values
            .iter()
            .any(|&strength| strength > 0.0)
    }

    /// One chart per territory, of what some tier may hear there.
    fn charts(&self, charts: &Charts<'_>) -> Vec<Vec<Entry>> {
        let territories: Vec<Territory> = Territory::all().collect();
        territories
            .into_par_iter()
            .map(|territory| {
                let open = self.items.open_in_any_tier(territory, self.monday);
                let mut rules = self.rules(&open, &[]);
                rules.length = self.config.lists.chart_length;
                rules.per_artist = usize::MAX;
                rules.apply(&charts.ranked(territory), |_| Reason::Trending)
            })
            .collect()
    }

    /// One list per recording: played together and near in taste, both as cosines, added.
    fn similar(&self, progress: &dyn Progress) -> Vec<Vec<Entry>> {
        let als = &self.models.als;
        let units = unit_rows(in_listeners_metric(&als.items, &als.listeners));
        let panels = Panels::new(&units, &vec![0.0; self.items.len()]);
        let played: Vec<u32> = (0..self.items.len() as u32)
            .filter(|&item| units.row(item as usize).iter().any(|&x| x != 0.0))
            .collect();
        let lists = score_all(
            played.len(),
            &panels,
            self.config.lists.similar_length,
            || (),
            |(), at| Query {
                vector: units.row(played[at] as usize),
                bias: 0.0,
                scale: 1.0,
                offset: 0.0,
                extras: self
                    .models
                    .neighbours
                    .row(played[at] as usize)
                    .iter()
                    .collect(),
                allowed: None,
                blocked: &played[at..=at],
                floor: 0.0,
            },
            |_, _, ranked| {
                let entry =
                    |s: Scored| Entry::new(self.items.members(s.item)[0], s.score, Reason::Similar);
                ranked.into_iter().map(entry).collect::<Vec<_>>()
            },
            progress,
        );
        let mut by_item = vec![Vec::new(); self.items.len()];
        for (item, list) in played.into_iter().zip(lists) {
            by_item[item as usize] = list;
        }
        (0..self.items.recordings().len())
            .map(|recording| by_item[self.items.item_of(recording) as usize].clone())
            .collect()
    }
}

/// Rows of length one; rows without length stay zero.
fn unit_rows(mut units: crate::als::Factors) -> crate::als::Factors {
    let width = units.width();
    for row in units.as_mut_slice().chunks_exact_mut(width) {
        let length = crate::kernel::dot(row, row).sqrt();
        let scale = if length > 0.0 { 1.0 / length } else { 0.0 };
        row.iter_mut().for_each(|x| *x *= scale);
    }
    units
}
