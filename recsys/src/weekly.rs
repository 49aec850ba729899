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

use crate::als::{Factors, split_mix};
use crate::blend::{Blend, Models, Weights};
use crate::cold::Placed;
use crate::config::Config;
use crate::item_item::Accumulator;
use crate::items::{Items, Market, Open};
use crate::lists::{Entry, ListsWriter, MIXES, Reason, Table};
use crate::plays::Interactions;
use crate::popularity::{Charts, Rules, popularity};
use crate::products::{Artists, mixes};
use crate::profiles::Profiles;
use crate::rerank::{calibrated, explored};
use crate::scoring::{Query, Scored, score_all};

/// Everything that lists are made of.
pub struct Maker<'a> {
    /// What can be recommended.
    pub items: &'a Items<'a>,
    /// What is known of the listeners.
    pub interactions: &'a Interactions,
    /// What was learnt.
    pub models: &'a Models,
    /// Recordings in the listeners' metric, those that nobody has played among them.
    pub(crate) placed: &'a Placed,
    /// How much each model counts.
    pub weights: &'a Weights,
    /// Rules and lengths.
    pub config: &'a Config,
    /// What listeners said of themselves.
    pub profiles: &'a Profiles,
    /// Recordings on a listener's lists of recent weeks, by listener's number.
    pub recent: &'a BTreeMap<u64, Vec<u32>>,
    /// When the lists are for.
    pub monday: Timestamp,
}

/// What one listener gets, and whether looking at more recordings could make it longer.
#[derive(Clone, Default)]
struct Draft {
    entries: Vec<Entry>,
    propensities: Vec<f32>,
    mixes: Vec<Vec<Entry>>,
    short: bool,
}

/// Country, tier, and whether explicit recordings are left out.
type Audience = (Market, bool);

impl Maker<'_> {
    /// All lists of a run.
    pub fn make(&self, progress: &dyn Progress) -> ListsWriter {
        let charts = Charts::new(&self.interactions.trending, self.items.len());
        let units = &self.placed.units;
        let artists = Artists::new(
            self.items,
            units,
            self.config.lists.similar_artists,
            progress,
        );
        let open = self.open();
        let drafts = self.weekly(&charts, &open, units, progress);
        let radar = self.radar(&artists, &open);
        let rows = drafts.iter().flat_map(|draft| {
            (0..MIXES).map(|mix| draft.mixes.get(mix).cloned().unwrap_or_default())
        });
        ListsWriter {
            monday: self.monday,
            recordings: self.items.recordings().to_vec(),
            popularity: self.popularity(),
            listeners: self.interactions.listeners.clone(),
            mixes: Table::of(rows),
            propensity: drafts
                .iter()
                .flat_map(|d| d.propensities.iter().copied())
                .collect(),
            weekly: Table::of(drafts.into_iter().map(|draft| draft.entries)),
            radar: Table::of(radar),
            charts: Table::of(self.charts(&charts)),
            similar: Table::of(self.similar(progress)),
            artists_similar: Table::of(artists.similar.iter().map(|near| {
                let entry = |s: &Scored| Entry::new(s.item, s.score, Reason::Similar);
                near.iter().map(entry).collect()
            })),
            artists_radio: Table::of(self.artist_radio(&artists, progress)),
            artists: artists.ids,
        }
    }

    /// What each audience may hear on the Monday.
    fn open(&self) -> BTreeMap<Audience, Open> {
        let everyone = 0..self.interactions.listeners.len();
        let audiences: std::collections::BTreeSet<Audience> =
            everyone.map(|listener| self.audience(listener)).collect();
        let open: Vec<(Audience, Open)> = audiences
            .into_par_iter()
            .map(|of| (of, self.items.open_in(of.0, of.1, self.monday)))
            .collect();
        open.into_iter().collect()
    }

    fn audience(&self, listener: usize) -> Audience {
        let clean = self.profiles.clean(self.interactions.listeners[listener]);
        (self.interactions.markets[listener], clean)
    }

    fn weekly(
        &self,
        charts: &Charts<'_>,
        open: &BTreeMap<Audience, Open>,
        units: &Factors,
        progress: &dyn Progress,
    ) -> Vec<Draft> {
        let everyone = 0..self.interactions.listeners.len();
        let blocked: Vec<Vec<u32>> = everyone
            .clone()
            .into_par_iter()
            .map(|l| self.blocked(l))
            .collect();
        let (known, unknown): (Vec<usize>, Vec<usize>) =
            everyone.partition(|&listener| self.liked_anything(listener));
        let mut drafts = vec![Draft::default(); blocked.len()];
        let keep = self.config.lists.shortlist;
        let all = self.items.len();
        let mut waiting = self.score(&known, open, &blocked, units, keep, &mut drafts, progress);
        // Rules may eat a whole shortlist: then everything is looked at.
        if !waiting.is_empty() {
            waiting = self.score(&waiting, open, &blocked, units, all, &mut drafts, progress);
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
            let territory = self.interactions.markets[listener].territory;
            let rules = self.rules(&open[&self.audience(listener)], &blocked[listener]);
            let entries = rules.apply(&ranked[&territory], |_| Reason::Trending);
            drafts[listener] = Draft {
                propensities: vec![1.0; entries.len()],
                entries,
                ..Draft::default()
            };
        }
        drafts
    }

    /// Fills the drafts of `who`; returns those whose list could become longer with more to choose
    /// from.
    #[allow(clippy::too_many_arguments)]
    fn score(
        &self,
        who: &[usize],
        open: &BTreeMap<Audience, Open>,
        blocked: &[Vec<u32>],
        units: &Factors,
        keep: usize,
        drafts: &mut [Draft],
        progress: &dyn Progress,
    ) -> Vec<usize> {
        let blend = Blend::new(self.models, self.weights, self.config);
        let panels = blend.panels();
        let strengths = &self.interactions.strengths;
        let found = score_all(
            who.len(),
            &panels,
            keep,
            || Accumulator::new(self.items.len()),
            |sums, at| {
                let listener = who[at];
                let asked = blend.ask(listener, strengths.row(listener), sums);
                Query {
                    vector: asked.vector.into(),
                    bias: asked.bias,
                    offset: asked.offset,
                    extras: asked.extras,
                    allowed: Some(&open[&self.audience(listener)].allowed),
                    ..Query::filtered(&blocked[listener])
                }
            },
            |at, _, ranked| {
                let listener = who[at];
                let rules = self.rules(&open[&self.audience(listener)], &blocked[listener]);
                let mut draft = self.draft(listener, &rules, &blend, &ranked, units);
                draft.short = draft.entries.len() < rules.length
                    && ranked.len() == keep
                    && keep < self.items.len();
                draft
            },
            progress,
        );
        let mut waiting = Vec::new();
        for (&listener, draft) in who.iter().zip(found) {
            if draft.short {
                waiting.push(listener);
            }
            drafts[listener] = draft;
        }
        waiting
    }

    /// From the best recordings to what a listener sees: rules, calibration, exploration, mixes.
    fn draft(
        &self,
        listener: usize,
        rules: &Rules<'_>,
        blend: &Blend<'_>,
        ranked: &[Scored],
        units: &Factors,
    ) -> Draft {
        let config = &self.config.lists;
        let liked = self.interactions.strengths.row(listener);
        let reason = |item: u32| match blend.reason(liked, item) {
            Some(played) => Reason::BecauseYouPlayed(self.items.members(played)[0]),
            None => Reason::Taste,
        };
        // What the rules let through, in order: at most so many per artist over all that follows.
        let through = rules.thinned(ranked, config.shortlist);
        let genre = |item| self.items.genre(item);
        let list = calibrated(
            &through,
            &self.spread(listener),
            genre,
            config.calibration,
            config.length,
        );
        let taken: std::collections::BTreeSet<u32> = list.iter().map(|s| s.item).collect();
        let below: Vec<Scored> = through
            .iter()
            .copied()
            .filter(|s| !taken.contains(&s.item))
            .collect();
        let week = self.monday.as_second() as u64;
        let number = self.interactions.listeners[listener];
        let seed = split_mix(config.seed ^ split_mix(week ^ split_mix(number)));
        let places = explored(list, &below, config.exploration, seed);
        let shown = |scored: Scored, why| {
            let recording = rules.shown[scored.item as usize]?;
            Some(Entry::new(recording, scored.score, why))
        };
        let found: Vec<(Entry, f32)> = places
            .iter()
            .filter_map(|p| Some((shown(p.scored, reason(p.scored.item))?, p.propensity)))
            .collect();
        let (entries, propensities) = found.into_iter().unzip();
        let mixes = mixes(liked, &through, units, config.mix_length);
        let open = |s: &Scored| rules.allowed.contains(s.item);
        let mixes = mixes.into_iter().map(|mix| {
            let entry = |s: Scored| match liked.get(s.item) {
                Some(_) => shown(s, Reason::Taste),
                None => shown(s, reason(s.item)),
            };
            mix.into_iter().filter(open).filter_map(entry).collect()
        });
        Draft {
            entries,
            propensities,
            mixes: mixes.collect(),
            short: false,
        }
    }

    /// The listener's share of each genre, by strength.
    fn spread(&self, listener: usize) -> Vec<f32> {
        let mut spread = vec![0f32; self.items.genre_names().len()];
        let liked = self.interactions.strengths.row(listener).iter();
        for (item, strength) in liked.filter(|entry| entry.1 > 0.0) {
            if let Some(genre) = self.items.genre(item) {
                spread[genre] += strength;
            }
        }
        let whole: f32 = spread.iter().sum();
        if whole > 0.0 {
            spread.iter_mut().for_each(|share| *share /= whole);
        }
        spread
    }

    /// New releases for everybody who likes an artist.
    fn radar(&self, artists: &Artists, open: &BTreeMap<Audience, Open>) -> Vec<Vec<Entry>> {
        let monday = self.monday.to_zoned(jiff::tz::TimeZone::UTC).date();
        let days = jiff::Span::new().days(i64::from(self.config.lists.radar_days));
        let since = monday.saturating_sub(days);
        let out = |item: &u32| {
            self.items
                .released(*item)
                .is_some_and(|day| day >= since && day <= monday)
        };
        let new: Vec<u32> = (0..self.items.len() as u32).filter(out).collect();
        (0..self.interactions.listeners.len())
            .into_par_iter()
            .map(|listener| {
                let liked = self.interactions.strengths.row(listener);
                let follows = self.profiles.get(self.interactions.listeners[listener]);
                let follows: Vec<_> = follows
                    .iter()
                    .flat_map(|profile| profile.follows())
                    .collect();
                let ranked = artists.radar(liked, &follows, self.items, &new);
                let heard = self.interactions.heard.row(listener);
                let mut rules = self.rules(&open[&self.audience(listener)], heard.indices);
                rules.length = self.config.lists.radar_length;
                rules.apply(&ranked, |item| {
                    let known = liked
                        .iter()
                        .filter(|entry| entry.1 > 0.0)
                        .map(|entry| entry.0);
                    let own = |known: &u32| {
                        let artists = self.items.artists(*known);
                        self.items
                            .artists(item)
                            .iter()
                            .any(|artist| artists.contains(artist))
                    };
                    match known.into_iter().find(own) {
                        Some(known) => Reason::BecauseYouPlayed(self.items.members(known)[0]),
                        None => Reason::Taste,
                    }
                })
            })
            .collect()
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

    /// Met lately, rejected on balance, or on a list of recent weeks.
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
        let number = self.interactions.listeners[listener];
        let shown = self.recent.get(&number).into_iter().flatten().copied();
        let mut blocked: Vec<u32> = heard.chain(rejected).chain(shown).collect();
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
}

/// Rows of length one; rows without length stay zero.
pub(crate) fn unit_rows(mut units: crate::als::Factors) -> crate::als::Factors {
    let width = units.width();
    for row in units.as_mut_slice().chunks_exact_mut(width) {
        let length = crate::kernel::dot(row, row).sqrt();
        let scale = if length > 0.0 { 1.0 / length } else { 0.0 };
        row.iter_mut().for_each(|x| *x *= scale);
    }
    units
}
