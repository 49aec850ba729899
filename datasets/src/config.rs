//! What decides the inputs that are made, and what are the defaults?
//!
//! Units and sources of every parameter stand beside it in `default.toml`.

use catalog::ids::Territory;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// The commented defaults.
pub const DEFAULT: &str = include_str!("default.toml");

/// Section `[datasets]` of the operator's file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The listening simulator.
    pub plays: Plays,
}

/// Everything that decides the simulated plays, besides the catalogue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plays {
    /// Seed of all choices.
    pub seed: u64,
    /// Listeners, numbered from 1.
    pub listeners: u32,
    /// Days, 1 to 3,660.
    pub days: u16,
    /// The last of them, UTC.
    pub last_day: Date,
    /// Share of listeners of the premium tier, 0..=1.
    pub premium_share: f64,
    /// How much is heard.
    pub activity: Activity,
    /// What is liked.
    pub taste: Taste,
    /// What is known, and what is new.
    pub repertoire: Repertoire,
    /// How plays end.
    pub skips: Skips,
    /// When sessions begin.
    pub clock: Clock,
    /// Where listeners live.
    pub countries: Vec<Country>,
}

/// How much is heard.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Activity {
    /// Sessions per week of the median listener.
    pub sessions_per_week: f64,
    /// Sigma of the log over listeners.
    pub sessions_sigma: f64,
    /// Mean plays in a session.
    pub plays_per_session: f64,
    /// Seconds between two plays.
    pub gap_seconds: u32,
}

/// What is liked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Taste {
    /// Share of the favourite genre.
    pub first_genre: f64,
    /// Share of the second one.
    pub second_genre: f64,
    /// Sigma of the log of a listener's weights of artists.
    pub artist_sigma: f64,
    /// Number of hidden traits.
    pub traits: usize,
    /// How strongly a trait counts (factor in the exponent).
    pub trait_strength: f64,
    /// Sigma of the log of popularity over recordings.
    pub popularity_sigma: f64,
}

/// What is known, and what is new.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Repertoire {
    /// Recordings known before the first day.
    pub known_at_start: usize,
    /// Probability of something new in a search.
    pub explore_search: f64,
    /// On an album.
    pub explore_album: f64,
    /// In a playlist.
    pub explore_playlist: f64,
    /// On the radio.
    pub explore_radio: f64,
    /// Share of the recordings on sale that a listener comes to know at most, above 0.
    pub known_share: f64,
    /// Half-life, in days, of the pull of what was heard lately.
    pub recency_half_life_days: f64,
    /// Factor on the weight of a new recording.
    pub novelty_boost: f64,
    /// Days for which a recording is new.
    pub novelty_days: u16,
}

/// How plays end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Skips {
    /// Probability for a recording of middling liking.
    pub middling: f64,
    /// For the best liked.
    pub liked: f64,
    /// For the least liked.
    pub disliked: f64,
    /// Mean seconds until a skip.
    pub mean_skip_seconds: f64,
    /// Probability that a session ends in the middle of a play.
    pub stop_last: f64,
}

/// When sessions begin.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clock {
    /// Weight of each local hour, Monday to Friday.
    pub workday: [f64; 24],
    /// Saturday and Sunday.
    pub weekend: [f64; 24],
    /// Sessions of a weekend day per session of a working day.
    pub weekend_factor: f64,
}

/// Where listeners live.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Country {
    /// ISO 3166-1 alpha-2.
    pub code: Territory,
    /// Weight among the countries.
    pub weight: f64,
    /// Hours of local time ahead of UTC (no daylight saving).
    pub utc_offset_hours: i8,
}

impl Config {
    /// The defaults with an operator's section laid over them.
    ///
    /// # Errors
    /// [`catalog::config::ConfigError`] naming the key.
    pub fn load(user: Option<&toml::Table>) -> Result<Config, catalog::config::ConfigError> {
        catalog::config::layered("datasets", DEFAULT, user)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_complete_and_an_operator_overrides_one_key() {
        let user = "[plays]\nlisteners = 12".parse().unwrap();
        let config = Config::load(Some(&user)).unwrap();
        assert_eq!(config.plays.listeners, 12);
        assert_eq!(config.plays.days, 56);
        assert_eq!(config.plays.last_day.to_string(), "2026-11-15");
    }

    #[test]
    fn an_unknown_key_is_named() {
        let user = "[plays]\nlistners = 12".parse().unwrap();
        assert!(
            Config::load(Some(&user))
                .unwrap_err()
                .to_string()
                .contains("listners")
        );
    }
}
