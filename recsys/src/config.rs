//! What decides a recommendation? Every value of `default.toml`, which says its unit and source.

use serde::{Deserialize, Serialize};

use crate::als::AlsConfig;
use crate::ann::AnnConfig;
use crate::bm25::Bm25Config;
use crate::ease::EaseConfig;
use crate::error::Error;
use crate::item_item::ItemItemConfig;
use crate::item2vec::Item2VecConfig;

/// The documented defaults.
pub const DEFAULT: &str = include_str!("default.toml");

/// The section `[recsys]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// From play events to interactions.
    pub events: EventsConfig,
    /// The factor model.
    pub als: AlsConfig,
    /// The neighbour model.
    pub item_item: ItemItemConfig,
    /// The neighbour model by BM25.
    pub bm25: Bm25Config,
    /// The linear autoencoder.
    pub ease: EaseConfig,
    /// The sequence model.
    pub item2vec: Item2VecConfig,
    /// What listeners get.
    pub lists: ListsConfig,
    /// The index of vectors.
    pub ann: AnnConfig,
    /// The held-out days.
    pub evaluation: EvaluationConfig,
}

/// From play events to interactions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventsConfig {
    /// A play counts from this many milliseconds …
    pub counted_from_ms: u64,
    /// … or from this share of the track.
    pub counted_from_share: f64,
    /// Plays that begin within this many milliseconds are one.
    pub same_play_within_ms: i64,
    /// Days after which a play weighs half.
    pub half_life_days: f64,
    /// What a skip takes away, in plays.
    pub skip_weight: f64,
    /// What an addition to a playlist adds, in plays.
    pub playlist_weight: f64,
    /// What being opened from a search adds, in plays.
    pub search_weight: f64,
    /// Longer plays are refused, milliseconds.
    pub longest_play_ms: u64,
    /// Days without events after which a new stretch of days begins.
    pub clock_gap_days: i64,
    /// Share of the median day's events that a stretch needs to count as the newest.
    pub clock_share: f64,
}

/// What listeners get.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListsConfig {
    /// Tracks of Discover Weekly.
    pub length: usize,
    /// At most so many of one artist.
    pub per_artist: usize,
    /// Nothing heard in so many days.
    pub unheard_days: u32,
    /// Best recordings looked at before the rules.
    pub shortlist: usize,
    /// Weight of calibration to the listener's genres against the score, 0 to 1.
    pub calibration: f32,
    /// Share of Discover Weekly that is drawn from below the list.
    pub exploration: f32,
    /// Lists of so many weeks before are not repeated.
    pub unrepeated_weeks: usize,
    /// Tracks per Daily Mix.
    pub mix_length: usize,
    /// Tracks of Release Radar.
    pub radar_length: usize,
    /// Release Radar looks at what came out in so many days.
    pub radar_days: u32,
    /// Artists per list of similar ones.
    pub similar_artists: usize,
    /// Where draws come from.
    pub seed: u64,
    /// Tracks per chart.
    pub chart_length: usize,
    /// Days after which a play weighs half in a chart.
    pub chart_half_life_days: f64,
    /// Recordings per list of similar ones.
    pub similar_length: usize,
}

/// The held-out days.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvaluationConfig {
    /// The last days of events, kept from training.
    pub held_out_days: u32,
    /// Fewer listeners say nothing.
    pub minimum_listeners: u64,
    /// With fewer recordings nothing is judged: a list holds most of them.
    pub minimum_items: usize,
}

impl Config {
    /// The defaults with an operator's values over them.
    ///
    /// # Errors
    /// [`Error::Config`] naming the key.
    pub fn load(user: Option<&toml::Table>) -> Result<Self, Error> {
        let config: Self = catalog::config::layered("recsys", DEFAULT, user)?;
        config.check()?;
        Ok(config)
    }

    /// Values that the models cannot work with are refused by name.
    fn check(&self) -> Result<(), Error> {
        let positive = |value: f64| value.is_finite() && value > 0.0;
        let at_least_zero = |value: f32| value.is_finite() && value >= 0.0;
        let rules = [
            (
                (1..=2048).contains(&self.als.factors),
                "als.factors must be 1 to 2048",
            ),
            (
                (1..=2048).contains(&self.als.coarse_factors),
                "als.coarse_factors must be 1 to 2048",
            ),
            (
                (1..=1000).contains(&self.als.iterations),
                "als.iterations must be 1 to 1000",
            ),
            (
                (1..=100).contains(&self.als.cg_steps),
                "als.cg_steps must be 1 to 100",
            ),
            (
                self.als.regularisation.is_finite() && self.als.regularisation > 0.0,
                "als.regularisation must be above 0",
            ),
            (
                at_least_zero(self.als.regularisation_exponent),
                "als.regularisation_exponent must be 0 or more",
            ),
            (
                at_least_zero(self.als.unobserved_weight),
                "als.unobserved_weight must be 0 or more",
            ),
            (at_least_zero(self.als.alpha), "als.alpha must be 0 or more"),
            (
                self.item_item.neighbours > 0,
                "item_item.neighbours must be 1 or more",
            ),
            (
                at_least_zero(self.item_item.length_exponent),
                "item_item.length_exponent must be 0 or more",
            ),
            (
                at_least_zero(self.item_item.strength_exponent),
                "item_item.strength_exponent must be 0 or more",
            ),
            (
                (0.0..=1.0).contains(&self.item_item.asymmetry),
                "item_item.asymmetry must be 0 to 1",
            ),
            (
                self.bm25.neighbours > 0 && at_least_zero(self.bm25.saturation),
                "bm25.neighbours must be 1 or more, bm25.saturation 0 or more",
            ),
            (
                (0.0..=1.0).contains(&self.bm25.length_share),
                "bm25.length_share must be 0 to 1",
            ),
            (
                self.ease.ridge.is_finite() && self.ease.ridge > 0.0,
                "ease.ridge must be above 0",
            ),
            (
                at_least_zero(self.ease.dropout),
                "ease.dropout must be 0 or more",
            ),
            (
                at_least_zero(self.ease.length_exponent)
                    && at_least_zero(self.ease.strength_exponent),
                "ease.length_exponent and ease.strength_exponent must be 0 or more",
            ),
            (
                self.ease.exact_rows <= 60_000,
                "ease.exact_rows must be 0 to 60000",
            ),
            (
                (1..=2000).contains(&self.ease.local_neighbours),
                "ease.local_neighbours must be 1 to 2000",
            ),
            (
                (1..=2048).contains(&self.item2vec.dimensions),
                "item2vec.dimensions must be 1 to 2048",
            ),
            (
                self.item2vec.window > 0,
                "item2vec.window must be 1 or more",
            ),
            (
                self.item2vec.negatives.is_finite() && self.item2vec.negatives > 0.0,
                "item2vec.negatives must be above 0",
            ),
            (
                self.item2vec.draw_exponent.is_finite(),
                "item2vec.draw_exponent must be a number",
            ),
            (self.lists.length > 0, "lists.length must be 1 or more"),
            (
                self.lists.per_artist > 0,
                "lists.per_artist must be 1 or more",
            ),
            (
                self.lists.shortlist >= self.lists.length,
                "lists.shortlist must be at least lists.length",
            ),
            (
                (0.0..=1.0).contains(&self.lists.calibration),
                "lists.calibration must be 0 to 1",
            ),
            (
                (0.0..=1.0).contains(&self.lists.exploration),
                "lists.exploration must be 0 to 1",
            ),
            (
                positive(self.lists.chart_half_life_days),
                "lists.chart_half_life_days must be above 0",
            ),
            (
                positive(self.events.half_life_days),
                "events.half_life_days must be above 0",
            ),
            (
                self.events.skip_weight.is_finite() && self.events.skip_weight >= 0.0,
                "events.skip_weight must be 0 or more",
            ),
            (
                [self.events.playlist_weight, self.events.search_weight]
                    .iter()
                    .all(|weight| weight.is_finite() && *weight >= 0.0),
                "events.playlist_weight and events.search_weight must be 0 or more",
            ),
            (
                (0.0..=1.0).contains(&self.events.counted_from_share),
                "events.counted_from_share must be 0 to 1",
            ),
            (
                self.events.clock_share.is_finite() && self.events.clock_share >= 0.0,
                "events.clock_share must be 0 or more",
            ),
            (
                self.events.same_play_within_ms >= 0,
                "events.same_play_within_ms must be 0 or more",
            ),
            (
                (2..=255).contains(&self.ann.connections),
                "ann.connections must be 2 to 255",
            ),
            (
                self.ann.ef_construction > 2 * self.ann.connections,
                "ann.ef_construction must be above twice ann.connections",
            ),
            (self.ann.ef_search > 0, "ann.ef_search must be 1 or more"),
            (
                (1..=365).contains(&self.evaluation.held_out_days),
                "evaluation.held_out_days must be 1 to 365",
            ),
        ];
        match rules.into_iter().find(|rule| !rule.0) {
            None => Ok(()),
            Some((_, message)) => Err(catalog::config::ConfigError::Value {
                section: "recsys".to_owned(),
                message: message.to_owned(),
            }
            .into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_usable() {
        let config = Config::load(None).unwrap();
        assert_eq!(
            (
                config.lists.length,
                config.lists.per_artist,
                config.lists.unheard_days
            ),
            (30, 2, 28)
        );
    }

    #[test]
    fn a_value_that_cannot_work_is_refused_by_name() {
        for (text, key) in [
            ("als = { factors = 0 }", "als.factors"),
            ("als = { regularisation = nan }", "als.regularisation"),
            ("[ease]\nrdige = 1.0", "rdige"),
        ] {
            let user: toml::Table = text.parse().unwrap();
            let error = Config::load(Some(&user)).unwrap_err().to_string();
            assert!(error.contains(key) && error.contains("\nfix: "), "{error}");
        }
    }
}
