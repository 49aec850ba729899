//! From sorted plays to interactions: one pass, listener by listener, recording by recording.

use std::collections::BTreeMap;

use catalog::ids::Territory;
use serde::{Deserialize, Serialize};

use super::{DAY_MS, Outcome, Play};
use crate::config::Config;
use crate::csr::Csr;
use crate::item2vec::Sequences;
use crate::items::Market;

/// What became of the plays.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Events that began at or after `as_of`: ignored.
    pub future: u64,
    /// Events that were part of another play.
    pub repeated: u64,
    /// Plays that count.
    pub counted: u64,
    /// Additions to playlists.
    #[serde(default)]
    pub added: u64,
    /// Opened from a search.
    #[serde(default)]
    pub found: u64,
    /// Plays that count against.
    pub skipped: u64,
    /// Plays too short to count, not skipped.
    pub met: u64,
}

/// What the models learn from, as of one instant.
#[derive(Debug, Clone, PartialEq)]
pub struct Interactions {
    /// Numbers of the listeners, sorted: the rows.
    pub listeners: Vec<u64>,
    /// Each listener's country and tier.
    pub markets: Vec<Market>,
    /// Listeners × items: strength, negative where skips prevail.
    pub strengths: Csr,
    /// Listeners × items: what was met lately, whatever came of it.
    pub heard: Csr,
    /// Per country and item: listeners who played it, the more lately the more.
    pub trending: BTreeMap<Territory, Vec<f32>>,
    /// What became of the plays.
    pub tally: Tally,
}

/// Sums up the plays before `as_of` (milliseconds). `plays` must be sorted.
pub fn interactions(plays: &[Play], items: usize, as_of: i64, config: &Config) -> Interactions {
    let mut sum = Sum {
        config,
        as_of,
        items,
        listeners: Vec::new(),
        markets: Vec::new(),
        strengths: Csr::growing(items),
        heard: Csr::growing(items),
        trending: BTreeMap::new(),
        tally: Tally::default(),
    };
    for of_listener in plays.chunk_by(|a, b| a.listener == b.listener) {
        sum.listener(of_listener);
    }
    Interactions {
        listeners: sum.listeners,
        markets: sum.markets,
        strengths: sum.strengths,
        heard: sum.heard,
        trending: sum.trending,
        tally: sum.tally,
    }
}

/// What listeners of `known` counted-played from `from` to `to` and had not met lately: what a
/// list made at `from` should have contained.
pub fn held_out(plays: &[Play], known: &Interactions, from: i64, to: i64) -> Csr {
    let mut cells = Vec::new();
    for play in plays {
        let new = play.outcome >= Outcome::Counted && (from..to).contains(&play.started);
        let Some(row) = new
            .then(|| known.listeners.binary_search(&play.listener).ok())
            .flatten()
        else {
            continue;
        };
        if known.heard.row(row).get(play.item).is_none() {
            cells.push((row as u32, play.item, 1.0));
        }
    }
    Csr::from_triplets(known.listeners.len(), known.strengths.columns(), cells)
}

/// Who listened to what in which order: one sequence per listener and sitting, of the plays before
/// `as_of` that count.
pub fn sequences(plays: &[Play], as_of: i64) -> Sequences {
    let counted = plays
        .iter()
        .filter(|play| play.outcome >= Outcome::Counted && play.started < as_of);
    let mut sittings: Vec<(u64, u64, i64, u32)> = counted
        .map(|play| (play.listener, play.session, play.started, play.item))
        .collect();
    sittings.sort_unstable();
    let mut items: Vec<Vec<u32>> = Vec::new();
    for sitting in sittings.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
        let mut sequence: Vec<u32> = sitting.iter().map(|play| play.3).collect();
        sequence.dedup();
        items.push(sequence);
    }
    Sequences::ordered(items.iter().map(Vec::as_slice))
}

struct Sum<'a> {
    config: &'a Config,
    as_of: i64,
    items: usize,
    listeners: Vec<u64>,
    markets: Vec<Market>,
    strengths: Csr,
    heard: Csr,
    trending: BTreeMap<Territory, Vec<f32>>,
    tally: Tally,
}

impl Sum<'_> {
    fn listener(&mut self, plays: &[Play]) {
        let past = |play: &&Play| play.started < self.as_of;
        self.tally.future += plays.iter().filter(|play| !past(play)).count() as u64;
        let Some(latest) = plays
            .iter()
            .filter(past)
            .max_by_key(|play| (play.started, **play))
        else {
            return;
        };
        let market = latest.market();
        self.listeners.push(latest.listener);
        self.markets.push(market);
        for of_item in plays.chunk_by(|a, b| a.item == b.item) {
            self.item(market, of_item);
        }
        self.strengths.end_row();
        self.heard.end_row();
    }

    /// All plays of one recording by one listener.
    fn item(&mut self, market: Market, plays: &[Play]) {
        let (mut net, mut last_met, mut last_counted) = (0f64, None, None);
        for of_session in plays.chunk_by(|a, b| a.session == b.session) {
            let mut rest = of_session;
            while let Some(first) = rest.first() {
                let end = first
                    .started
                    .saturating_add(self.config.events.same_play_within_ms);
                let same = rest.partition_point(|play| play.started <= end);
                let (one, later) = rest.split_at(same);
                rest = later;
                let Some((outcome, at)) = self.one_play(one) else {
                    continue;
                };
                last_met = last_met.max(Some(at));
                let age_days = (self.as_of - at) as f64 / DAY_MS as f64;
                let weight = (-age_days / self.config.events.half_life_days).exp2();
                match outcome {
                    Outcome::Counted => {
                        last_counted = last_counted.max(Some(at));
                        net += weight;
                    }
                    Outcome::Added => {
                        last_counted = last_counted.max(Some(at));
                        net += self.config.events.playlist_weight * weight;
                    }
                    Outcome::Found => net += self.config.events.search_weight * weight,
                    Outcome::Skipped => net -= self.config.events.skip_weight * weight,
                    Outcome::Met => {}
                }
            }
        }
        let Some(item) = plays.first().map(|play| play.item) else {
            return;
        };
        if net != 0.0 {
            let strength = net.abs().ln_1p() / std::f64::consts::LN_2;
            self.strengths.push(item, strength.copysign(net) as f32);
        }
        let unheard_ms = i64::from(self.config.lists.unheard_days) * DAY_MS;
        if last_met.is_some_and(|at| at >= self.as_of.saturating_sub(unheard_ms)) {
            self.heard.push(item, 1.0);
        }
        if let Some(at) = last_counted {
            let age_days = (self.as_of - at) as f64 / DAY_MS as f64;
            let weight = (-age_days / self.config.lists.chart_half_life_days).exp2();
            let chart = self
                .trending
                .entry(market.territory)
                .or_insert_with(|| vec![0.0; self.items]);
            chart[item as usize] += weight as f32;
        }
    }

    /// Events that are one play: the best outcome at the latest time; `None` if all are ahead.
    fn one_play(&mut self, events: &[Play]) -> Option<(Outcome, i64)> {
        let past = || events.iter().filter(|play| play.started < self.as_of);
        let outcome = past().map(|play| play.outcome).max()?;
        let at = past().map(|play| play.started).max()?;
        let repeated = past().count() as u64 - 1;
        self.tally.repeated += repeated;
        match outcome {
            Outcome::Counted => self.tally.counted += 1,
            Outcome::Added => self.tally.added += 1,
            Outcome::Found => self.tally.found += 1,
            Outcome::Skipped => self.tally.skipped += 1,
            Outcome::Met => self.tally.met += 1,
        }
        Some((outcome, at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use catalog::rights::CommercialModel;

    const NOW: i64 = 1000 * DAY_MS;

    fn play(listener: u64, item: u32, session: u64, started: i64, outcome: Outcome) -> Play {
        let market = Market {
            territory: "DE".parse().unwrap(),
            model: CommercialModel::AdSupported,
        };
        Play::new(listener, item, session, started, outcome, market)
    }

    fn summed(mut plays: Vec<Play>) -> Interactions {
        plays.sort_unstable();
        interactions(&plays, 10, NOW, &Config::load(None).unwrap())
    }

    #[test]
    fn plays_of_one_session_within_five_minutes_are_one() {
        let minute = 60_000_i64;
        let at = |session, minutes: i64| {
            play(
                1,
                0,
                session,
                NOW - DAY_MS + minutes * minute,
                Outcome::Counted,
            )
        };
        // 23:58 and 00:01 of the next day lie in different buckets of any clock, and are one play.
        let one = summed(vec![at(1, 0), at(1, 3), at(1, 5)]);
        assert_eq!((one.tally.counted, one.tally.repeated), (1, 2));
        let two = summed(vec![at(1, 0), at(1, 6), at(2, 7)]);
        assert_eq!((two.tally.counted, two.tally.repeated), (3, 0));
    }

    #[test]
    fn one_play_today_says_one_and_half_a_life_ago_half_a_play() {
        let rows = summed(vec![
            play(1, 0, 0, NOW - 1, Outcome::Counted),
            play(1, 1, 0, NOW - 90 * DAY_MS, Outcome::Counted),
        ]);
        let row = rows.strengths.row(0);
        assert!((row.get(0).unwrap() - 1.0).abs() < 1e-3);
        assert!((row.get(1).unwrap() - 1.5f32.log2()).abs() < 1e-3);
    }

    #[test]
    fn skips_count_against_and_events_ahead_are_ignored_and_counted() {
        let rows = summed(vec![
            play(1, 0, 0, NOW - DAY_MS, Outcome::Skipped),
            play(1, 1, 0, NOW - DAY_MS, Outcome::Met),
            play(1, 2, 0, NOW + DAY_MS, Outcome::Counted),
            play(2, 2, 0, NOW, Outcome::Counted),
        ]);
        assert!(rows.strengths.row(0).get(0).unwrap() < 0.0);
        assert_eq!(rows.strengths.row(0).get(1), None);
        assert_eq!(
            rows.heard.row(0).indices,
            [0, 1],
            "skipped and met are heard"
        );
        assert_eq!((rows.tally.future, rows.listeners.len()), (2, 1));
    }

    #[test]
    fn a_million_plays_say_little_more_than_a_hundred() {
        let plays = |count: i64| {
            (0..count)
                .map(|n| play(1, 0, n as u64, NOW - DAY_MS, Outcome::Counted))
                .collect()
        };
        let strength = |count| summed(plays(count)).strengths.row(0).get(0).unwrap();
        assert!(strength(1_000_000) < 3.2 * strength(100));
        assert_eq!(
            summed(plays(1_000_000)).trending.values().next().unwrap()[0],
            summed(plays(1)).trending.values().next().unwrap()[0]
        );
    }

    #[test]
    fn what_was_heard_long_ago_may_come_back() {
        let rows = summed(vec![
            play(1, 0, 0, NOW - 29 * DAY_MS, Outcome::Counted),
            play(1, 1, 0, NOW - 27 * DAY_MS, Outcome::Counted),
        ]);
        assert_eq!(rows.heard.row(0).indices, [1]);
    }

    #[test]
    fn held_out_plays_are_of_known_listeners_and_new_recordings() {
        let mut plays = vec![
            play(1, 0, 0, NOW - DAY_MS, Outcome::Counted),
            play(1, 0, 1, NOW + DAY_MS, Outcome::Counted),
            play(1, 3, 1, NOW + DAY_MS, Outcome::Counted),
            play(1, 4, 1, NOW + DAY_MS, Outcome::Skipped),
            play(9, 3, 1, NOW + DAY_MS, Outcome::Counted),
        ];
        plays.sort_unstable();
        let known = interactions(&plays, 10, NOW, &Config::load(None).unwrap());
        let truth = held_out(&plays, &known, NOW, NOW + 7 * DAY_MS);
        assert_eq!((truth.rows(), truth.row(0).indices), (1, [3].as_slice()));
    }
}
