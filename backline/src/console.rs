//! How does the console speak? Results on stdout, everything else on stderr, and an exit code.

use crate::cli::{Arguments, Shown};
use anyhow::Context;
use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

/// Content was refused: tell content ops, do not retry.
const REFUSED: u8 = 1;
/// The job failed: page an engineer, retry is safe.
const FAILED: u8 = 2;

/// Sends the log to stderr: lines for people, or JSON with the same facts. `RUST_LOG` has the last word.
pub(crate) fn log_to_stderr(arguments: &Arguments) {
    let default = if arguments.quiet { "warn" } else { "info" };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(default));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    if arguments.json {
        log.json().init();
    } else {
        log.with_target(false)
            .with_ansi(std::io::stderr().is_terminal())
            .init();
    }
}

/// Prints a result. A reader that hung up (`| head`) is no error.
pub(crate) fn print(report: &(dyn Shown + '_), json: bool) -> anyhow::Result<()> {
    let text = if json {
        report.to_json()?
    } else {
        report.to_string()
    };
    let mut out = std::io::stdout().lock();
    match writeln!(out, "{}", text.trim_end()) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        written => written.context("stdout: cannot write the result"),
    }
}

/// The exit code of a job that ran to its end.
pub(crate) fn exit_code(refused: usize) -> ExitCode {
    if refused > 0 {
        ExitCode::from(REFUSED)
    } else {
        ExitCode::SUCCESS
    }
}

/// Says why a job failed, every cause once, and gives the exit code.
pub(crate) fn failed(error: &anyhow::Error, json: bool) -> ExitCode {
    let mut text = String::new();
    for cause in error.chain() {
        let cause = cause.to_string();
        if !text.contains(&cause) {
            let separator = if text.is_empty() { "" } else { ": " };
            text = format!("{text}{separator}{cause}");
        }
        // Errors of ours say their cause in their own words, and end with the remedy.
        if cause.contains("\nfix: ") {
            break;
        }
    }
    match json {
        true => eprintln!("{}", serde_json::json!({ "level": "ERROR", "error": text })),
        false => eprintln!("error: {text}"),
    }
    ExitCode::from(FAILED)
}
