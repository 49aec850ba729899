//! Which thresholds decide whether a delivery is fit?
//!
//! Every parameter, with its unit and source, stands in `default.toml`.

use crate::checks;
use crate::finding::{Findings, Severity};
use catalog::config::{ConfigError, layered};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The documented defaults.
pub const DEFAULT: &str = include_str!("default.toml");
/// The section of `backline.toml`.
pub const SECTION: &str = "ingest";

/// The section `[ingest]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Limits on untrusted input.
    pub limits: Limits,
    /// Thresholds of the audio checks.
    pub audio: Audio,
    /// Thresholds of the artwork checks.
    pub artwork: Artwork,
    /// Severities that differ from the table of checks, by code.
    pub severity: BTreeMap<String, Severity>,
}

/// Limits on untrusted input.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Bytes of a message.
    pub message_bytes: u32,
    /// Bytes of a master.
    pub master_bytes: u64,
    /// Bytes of a cover.
    pub artwork_bytes: u64,
    /// Pixels along one side of a cover.
    pub artwork_side: u32,
    /// Folders between the drop and a message.
    pub depth: usize,
    /// Files and folders in a drop.
    pub entries: usize,
}

/// Thresholds of the audio checks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Audio {
    /// Difference between message and audio that is only a warning, milliseconds.
    pub duration_tolerance_ms: u64,
    /// Difference beyond which it must be the wrong file, milliseconds.
    pub duration_refused_ms: u64,
    /// Hz.
    pub least_sample_rate: u32,
    /// Bits per sample.
    pub least_bits: u8,
}

/// Thresholds of the artwork checks, pixels along a side.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Artwork {
    /// Refused below.
    pub least_side: u32,
    /// Advised.
    pub advised_side: u32,
    /// How many pixels width and height may differ.
    pub square_tolerance: u32,
}

impl Config {
    /// The defaults with an operator's section over them.
    ///
    /// # Errors
    /// A key that is unknown or malformed; a severity for a code that is unknown or fixed.
    pub fn load(user: Option<&toml::Table>) -> Result<Config, ConfigError> {
        let config: Config = layered(SECTION, DEFAULT, user)?;
        for code in config.severity.keys() {
            let message = match checks::by_code(code) {
                Some(check) if !check.fixed => continue,
                Some(_) => format!("severity.{code}: this check's severity is fixed"),
                None => format!("severity.{code}: there is no such check"),
            };
            return Err(ConfigError::Value {
                section: SECTION.to_owned(),
                message,
            });
        }
        Ok(config)
    }

    /// Lays the configured severities over those of the table.
    pub fn judge(&self, findings: &mut Findings) {
        for finding in &mut findings.0 {
            if let Some(severity) = self.severity.get(&finding.code) {
                finding.severity = *severity;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wording;

    fn with(text: &str) -> Result<Config, ConfigError> {
        Config::load(Some(&text.parse().unwrap()))
    }

    #[test]
    fn an_operator_may_change_a_severity_but_not_a_fixed_one() {
        let config = with("[severity]\nartwork-small = \"warn\"").unwrap();
        let mut findings = Findings::default();
        findings.push(wording::artwork_small(&Default::default(), 100, 100, 640));
        assert!(findings.refuse());
        config.judge(&mut findings);
        assert!(!findings.refuse());
        assert!(with("[severity]\nisrc-form = \"info\"").is_err());
        let error = with("[severity]\nartwork-smal = \"info\"")
            .unwrap_err()
            .to_string();
        assert!(error.contains("artwork-smal"), "{error}");
    }

    #[test]
    fn the_defaults_are_read() {
        let config = Config::load(None).unwrap();
        assert_eq!(config.artwork.least_side, 640);
        assert!(config.severity.is_empty());
    }
}
