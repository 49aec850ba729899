//! Which thresholds decide whether a delivery is fit?
//!
//! Every parameter, with its unit and source, stands in `default.toml`.

use crate::checks;
use crate::finding::{Findings, Severity};
pub use crate::job::listen::Listener;
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
    /// The same for single senders, by DPID or name.
    pub senders: BTreeMap<String, Sender>,
    /// Who answers a label.
    pub reply: Reply,
    /// Who opens masters.
    #[serde(skip)]
    pub listener: Listener,
}

/// Who we are in a DDEX acknowledgement.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reply {
    /// Our DPID.
    pub party_id: String,
    /// Our name.
    pub party_name: String,
}

/// What differs for a sender.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sender {
    /// Severities by code.
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
    /// Files in an archive.
    pub archive_entries: usize,
    /// Bytes of everything in an archive.
    pub archive_bytes: u64,
    /// Unpacked bytes per packed byte, of an archive as a whole.
    pub archive_ratio: u64,
    /// Address space of the process that opens a master, bytes.
    pub decoder_bytes: u64,
    /// CPU time of the process that opens a master, seconds, beside one per megabyte of the file.
    pub decoder_seconds: u64,
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
    /// Runs of samples at full scale from which a master counts as clipped.
    pub clipped_runs: u64,
    /// Largest true peak, dBTP.
    pub true_peak_dbtp: f64,
    /// Largest mean of a channel, full scale is 1.
    pub dc_offset: f64,
    /// Longest silence before the first sound, milliseconds.
    pub head_silence_ms: u64,
    /// Longest silence after the last sound, milliseconds.
    pub tail_silence_ms: u64,
    /// Longest silence between sounds, milliseconds.
    pub inner_silence_ms: u64,
    /// Energy of the difference of the channels against their sum, dB, below which stereo is mono.
    pub mono_side_db: f64,
    /// Level of one channel against the other, dB, below which it is missing.
    pub channel_missing_db: f64,
    /// Correlation of the channels below which one is inverted.
    pub inverted_correlation: f64,
    /// Bits that are never used, from which the depth counts as padded.
    pub padded_bits: u8,
    /// An edge of the spectrum below it is that of a lossy encoder, Hz.
    pub encoder_edge_hz: f64,
    /// In files above 44.1 kHz: an edge above it is that of a sample-rate converter, Hz.
    pub converter_edge_hz: f64,
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
        let own = config
            .senders
            .values()
            .flat_map(|sender| sender.severity.keys());
        for code in config.severity.keys().chain(own) {
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

    /// Lays the configured severities over those of the table: the sender's own first.
    pub fn judge(&self, sender: Option<&str>, findings: &mut Findings) {
        let own = sender.and_then(|sender| self.senders.get(sender));
        for finding in &mut findings.0 {
            let own = own.and_then(|sender| sender.severity.get(&finding.code));
            if let Some(severity) = own.or_else(|| self.severity.get(&finding.code)) {
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
        config.judge(None, &mut findings);
        assert!(!findings.refuse());
        assert!(with("[severity]\nisrc-form = \"info\"").is_err());
        let error = with("[severity]\nartwork-smal = \"info\"")
            .unwrap_err()
            .to_string();
        assert!(error.contains("artwork-smal"), "{error}");
    }

    #[test]
    fn a_senders_own_severity_comes_first() {
        let text = "[severity]\nartwork-small = \"info\"\n[senders.PADPIDA2013042401U.severity]\nartwork-small = \"warn\"";
        let config = with(text).unwrap();
        let severity = |sender| {
            let mut findings = Findings::default();
            findings.push(wording::artwork_small(&Default::default(), 100, 100, 640));
            config.judge(sender, &mut findings);
            findings.0[0].severity
        };
        assert_eq!(severity(Some("PADPIDA2013042401U")), Severity::Warn);
        assert_eq!(severity(Some("another")), Severity::Info);
        assert!(with("[senders.x.severity]\nno-such-check = \"warn\"").is_err());
    }

    #[test]
    fn the_defaults_are_read() {
        let config = Config::load(None).unwrap();
        assert_eq!(config.artwork.least_side, 640);
        assert!(config.severity.is_empty());
    }
}
