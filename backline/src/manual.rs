//! What does the program know of itself? Defaults, completions, man pages: all from one definition.

use crate::cli::Arguments;
use crate::config::SECTIONS;
use anyhow::{Context, bail};
use clap::CommandFactory;
use std::io::Write;
use std::path::PathBuf;

/// Print every key of the configuration with its unit, source and default
#[derive(Debug, clap::Args)]
pub(crate) struct ConfigArgs {
    /// Only this section
    section: Option<String>,
}

/// Print completions for a shell
#[derive(Debug, clap::Args)]
pub(crate) struct CompletionsArgs {
    /// Which shell
    shell: clap_complete::Shell,
}

/// Write man pages, one per command
#[derive(Debug, clap::Args)]
pub(crate) struct ManArgs {
    /// The folder for them; made if it is missing
    folder: PathBuf,
}

pub(crate) fn config(args: &ConfigArgs) -> anyhow::Result<()> {
    let wanted = |name: &str| {
        args.section
            .as_deref()
            .is_none_or(|section| section == name)
    };
    let texts: Vec<String> = SECTIONS
        .iter()
        .filter(|(name, _)| wanted(name))
        .map(|(name, text)| format!("[{name}]\n{}", under(name, text)))
        .collect();
    if texts.is_empty() {
        let names = SECTIONS
            .iter()
            .map(|(name, _)| *name)
            .collect::<Vec<_>>()
            .join(", ");
        bail!(
            "section `{}`: unknown, expected one of {names}\nfix: run `backline config` to see all",
            args.section.as_deref().unwrap_or_default()
        );
    }
    write_out(texts.join("\n").as_bytes())
}

/// A job's `default.toml` as it stands in the one file: its tables become tables of the section.
fn under(section: &str, text: &str) -> String {
    let line = |line: &str| match line.strip_prefix("[[").or(line.strip_prefix('[')) {
        Some(rest) if line.starts_with("[[") => format!("[[{section}.{rest}\n"),
        Some(rest) => format!("[{section}.{rest}\n"),
        None => format!("{line}\n"),
    };
    text.lines().map(line).collect()
}

pub(crate) fn completions(args: &CompletionsArgs) -> anyhow::Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(
        args.shell,
        &mut Arguments::command(),
        "backline",
        &mut script,
    );
    write_out(&script)
}

pub(crate) fn man(args: &ManArgs) -> anyhow::Result<()> {
    let folder = args.folder.display();
    std::fs::create_dir_all(&args.folder)
        .and_then(|()| clap_mangen::generate_to(Arguments::command(), &args.folder))
        .with_context(|| {
            format!("{folder}: cannot write man pages\nfix: name a folder you may write to")
        })
}

fn write_out(bytes: &[u8]) -> anyhow::Result<()> {
    match std::io::stdout().lock().write_all(bytes) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        written => written.context("stdout: cannot write"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_printed_defaults_are_a_configuration_that_every_job_reads() {
        let whole: String = SECTIONS
            .iter()
            .map(|(name, text)| format!("[{name}]\n{}", under(name, text)))
            .collect();
        let table: toml::Table = whole.parse().unwrap();
        let section = |name: &str| table.get(name).and_then(toml::Value::as_table);
        ingest::config::Config::load(section("ingest")).unwrap();
        transcode::config::Config::load(section("transcode")).unwrap();
        fingerprint::config::Config::load(section("fingerprint")).unwrap();
        recsys::config::Config::load(section("recsys")).unwrap();
        datasets::config::Config::load(section("datasets")).unwrap();
        crate::edition::Config::load(section("edition")).unwrap();
    }

    #[test]
    fn the_command_line_is_well_formed() {
        Arguments::command().debug_assert();
    }
}
