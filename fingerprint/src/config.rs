//! Which settings decide what counts as a duplicate?

use serde::{Deserialize, Serialize};

use crate::bent::Bending;
use crate::candidates::Gate;
use crate::cluster::Linkage;
use crate::covers::Covering;
use crate::identify::Listening;
use crate::stems::Keeping;
use crate::verdict::Rule;

/// The commented defaults.
pub const DEFAULT: &str = include_str!("default.toml");

/// Settings of the job: section `[fingerprint]` of `backline.toml`. Units and sources stand
/// in `default.toml`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// How the index is made.
    pub index: IndexSettings,
    /// Who is worth aligning.
    pub candidates: Gate,
    /// What counts as a match.
    #[serde(rename = "match")]
    pub matching: Rule,
    /// What counts as a match of recordings that sound different.
    pub bent: Bending,
    /// Which matches may share a cluster.
    pub cluster: Linkage,
    /// What may be the same song, played again.
    pub covers: Covering,
    /// What may be stems or mixes of one song.
    pub stems: Keeping,
    /// What counts as a recognised clip.
    pub identify: Listening,
}

/// How the index is made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IndexSettings {
    /// One key in 2^sampling is indexed.
    pub sampling: u32,
    /// Recordings of equal length that are tried at their beginnings, at most.
    pub same_length: usize,
}

impl Config {
    /// The defaults with the operator's section laid over.
    ///
    /// # Errors
    /// [`catalog::config::ConfigError`] naming the key.
    pub fn load(user: Option<&toml::Table>) -> Result<Config, catalog::config::ConfigError> {
        catalog::config::layered("fingerprint", DEFAULT, user)
    }

    /// The defaults alone.
    pub fn built_in() -> Config {
        Config::load(None).expect("default.toml is checked by a test")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_defaults_parse() {
        let config = Config::built_in();
        assert!(config.matching.max_bit_error < config.matching.stretch_bit_error);
        assert!(config.matching.stretch_bit_error < config.cluster.stay_bit_error);
    }

    #[test]
    fn an_operator_may_change_one_setting() {
        let user: toml::Table = "match = { min_overlap_s = 15.0 }".parse().unwrap();
        let config = Config::load(Some(&user)).unwrap();
        assert_eq!(config.matching.min_overlap_s, 15.0);
        assert_eq!(config.candidates, Config::built_in().candidates);
    }
}
