//! What does `backline edition` answer?

use catalog::edition::Manifest;
use catalog::edition::history::Listed;
use comfy_table::{Table, presets};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;

/// The answer of one command.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Report {
    Published {
        id: String,
        generation: u64,
        /// False where the same edition was in force already.
        changed: bool,
        counts: BTreeMap<String, u64>,
        metrics: BTreeMap<String, f64>,
        bytes: u64,
    },
    List(Vec<Line>),
    Manifest {
        id: String,
        #[serde(flatten)]
        manifest: Box<Manifest>,
    },
    Verified {
        id: String,
        files: usize,
        bytes: u64,
    },
    RolledBack {
        id: String,
        generation: u64,
    },
    Pruned {
        gone: Vec<String>,
    },
}

/// One line of the list.
#[derive(Debug, Serialize)]
pub(crate) struct Line {
    id: String,
    in_force: bool,
    tracks: u64,
    releases: u64,
    listeners: u64,
    bytes: u64,
}

impl From<Listed> for Line {
    fn from(listed: Listed) -> Line {
        let count = |name: &str| listed.manifest.counts.get(name).copied().unwrap_or(0);
        Line {
            tracks: count("tracks"),
            releases: count("releases"),
            listeners: count("listeners"),
            bytes: listed.manifest.bytes(),
            in_force: listed.in_force,
            id: listed.id,
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Report::Published {
                id,
                generation,
                changed,
                counts,
                metrics,
                bytes,
            } => {
                let verb = if *changed {
                    "is in force"
                } else {
                    "was in force already"
                };
                writeln!(
                    f,
                    "edition {id} {verb} (generation {generation}, {})",
                    size(*bytes)
                )?;
                let mut table = Table::new();
                table.load_style(presets::NOTHING);
                for (name, count) in counts {
                    table.add_row([name.clone(), count.to_string()]);
                }
                for (name, metric) in metrics {
                    table.add_row([name.clone(), format!("{metric:.4}")]);
                }
                write!(f, "{table}")
            }
            Report::List(lines) if lines.is_empty() => write!(f, "no edition was published yet"),
            Report::List(lines) => {
                let mut table = Table::new();
                table.load_style(presets::UTF8_HORIZONTAL_ONLY);
                table.set_header([
                    "edition",
                    "in force",
                    "tracks",
                    "releases",
                    "listeners",
                    "size",
                ]);
                for line in lines {
                    let mark = if line.in_force { "●" } else { "" };
                    table.add_row([
                        line.id.clone(),
                        mark.to_owned(),
                        line.tracks.to_string(),
                        line.releases.to_string(),
                        line.listeners.to_string(),
                        size(line.bytes),
                    ]);
                }
                write!(f, "{table}")
            }
            Report::Manifest { id, manifest } => {
                writeln!(f, "edition {id}")?;
                f.write_str(&String::from_utf8_lossy(&manifest.to_json()))
            }
            Report::Verified { id, files, bytes } => {
                write!(
                    f,
                    "edition {id}: {files} files, {}, all as published",
                    size(*bytes)
                )
            }
            Report::RolledBack { id, generation } => {
                write!(f, "edition {id} is in force (generation {generation})")
            }
            Report::Pruned { gone } if gone.is_empty() => write!(f, "nothing to prune"),
            Report::Pruned { gone } => write!(f, "pruned: {}", gone.join(", ")),
        }
    }
}

/// A size as a person reads it.
fn size(bytes: u64) -> String {
    match bytes {
        0..=9_999 => format!("{bytes} bytes"),
        10_000..=9_999_999 => format!("{:.0} kB", bytes as f64 / 1e3),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}
