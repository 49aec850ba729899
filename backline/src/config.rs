//! What may stand in `backline.toml`? One section per job, named as the job.

use anyhow::{Context, bail};
use std::path::Path;
use toml::{Table, Value};

/// Every section with the text of its defaults.
pub(crate) const SECTIONS: &[(&str, &str)] = &[
    ("ingest", ingest::config::DEFAULT),
    ("transcode", transcode::config::DEFAULT),
    ("fingerprint", fingerprint::config::DEFAULT),
    ("recsys", recsys::config::DEFAULT),
    ("datasets", datasets::config::DEFAULT),
    ("edition", crate::edition::DEFAULT),
];

/// Sections that other programs read from the same file.
const FOREIGN: &[&str] = &["server"];

/// An operator's file, or nothing.
#[derive(Debug, Default)]
pub(crate) struct File {
    table: Table,
}

impl File {
    /// Reads the file, if one is named.
    pub(crate) fn read(path: Option<&Path>) -> anyhow::Result<File> {
        let Some(path) = path else {
            return Ok(File::default());
        };
        let place = path.display().to_string();
        let text = std::fs::read_to_string(path).with_context(|| {
            format!(
                "{place}: cannot read the configuration\nfix: check --config and BACKLINE_CONFIG"
            )
        })?;
        let table = catalog::config::parse(&place, &text)?;
        let known = || {
            SECTIONS
                .iter()
                .map(|(name, _)| *name)
                .chain(FOREIGN.iter().copied())
        };
        for (name, value) in &table {
            if !known().any(|section| section == name) || !matches!(value, Value::Table(_)) {
                let sections = known().collect::<Vec<_>>().join("], [");
                bail!(
                    "{place}: found `{name}`, expected only the sections [{sections}]\nfix: move the key into the section of its job"
                );
            }
        }
        Ok(File { table })
    }

    /// The section of a job.
    pub(crate) fn section(&self, name: &str) -> Option<&Table> {
        self.table.get(name).and_then(Value::as_table)
    }
}
