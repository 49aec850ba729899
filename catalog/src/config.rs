//! How do a crate's documented defaults and an operator's file become one configuration?
//!
//! Each job has a commented `default.toml`. An operator's `backline.toml` has one section per job;
//! what it names replaces the default, table by table. Keys that no default knows are refused by
//! the job's own type (`deny_unknown_fields`).

use serde::de::DeserializeOwned;
use toml::{Table, Value};

/// A configuration that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The text is not TOML.
    #[error("{place}: {message}\nfix: correct the TOML at that line")]
    Syntax {
        /// The file, or "default.toml" of a crate.
        place: String,
        /// What the parser found, with line and column.
        message: String,
    },
    /// A key is unknown, missing or of the wrong type.
    #[error(
        "[{section}]: {message}\nfix: `backline config {section}` prints every key with its unit and default"
    )]
    Value {
        /// The section of `backline.toml`.
        section: String,
        /// What was found and expected, with the key's name.
        message: String,
    },
}

/// Reads `defaults` (TOML text), lays `user` (the job's section) over it and gives the typed result.
///
/// # Errors
/// [`ConfigError`] naming the section and the key.
pub fn layered<T: DeserializeOwned>(
    section: &str,
    defaults: &str,
    user: Option<&Table>,
) -> Result<T, ConfigError> {
    let mut table: Table = parse(&format!("default.toml of {section}"), defaults)?;
    if let Some(user) = user {
        overlay(&mut table, user);
    }
    Value::Table(table)
        .try_into()
        .map_err(|error: toml::de::Error| ConfigError::Value {
            section: section.to_owned(),
            message: error.to_string().trim().replace('\n', ", "),
        })
}

/// Reads an operator's file.
///
/// # Errors
/// [`ConfigError::Syntax`] with line and column.
pub fn parse(place: &str, text: &str) -> Result<Table, ConfigError> {
    text.parse::<Table>().map_err(|error| ConfigError::Syntax {
        place: place.to_owned(),
        message: error.to_string().trim_end().to_owned(),
    })
}

/// Replaces values of `base` by those of `over`; tables are merged, arrays are replaced whole.
fn overlay(base: &mut Table, over: &Table) {
    for (key, value) in over {
        match (base.get_mut(key), value) {
            (Some(Value::Table(base)), Value::Table(over)) => overlay(base, over),
            _ => {
                base.insert(key.clone(), value.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Sample {
        target: f64,
        gate: Gate,
    }
    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Gate {
        low: u32,
        high: u32,
    }

    const DEFAULTS: &str = "target = -14.0\n[gate]\nlow = 1\nhigh = 9\n";

    #[test]
    fn an_operator_changes_one_key_and_keeps_the_others() {
        let user: Table = "gate = { high = 5 }".parse().unwrap();
        let read: Sample = layered("sample", DEFAULTS, Some(&user)).unwrap();
        assert_eq!(
            read,
            Sample {
                target: -14.0,
                gate: Gate { low: 1, high: 5 }
            }
        );
    }

    #[test]
    fn a_misspelt_key_is_refused_by_name() {
        let user: Table = "tarjet = -16.0".parse().unwrap();
        let error = layered::<Sample>("sample", DEFAULTS, Some(&user))
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("[sample]") && error.contains("tarjet"),
            "{error}"
        );
    }
}
