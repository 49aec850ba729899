//! One console for content ops, ML engineers and cron.
//!
//! `backline` runs every batch job over one store. stdout carries the result, stderr the log and the
//! progress. Exit codes: 0 done; 1 content was refused; 2 the job failed.

mod cli;
mod config;
mod console;
mod edition;
mod manual;
mod nightly;
mod progress;

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    // Masters are opened in a child of this program that has next to no rights.
    if std::env::args_os()
        .nth(1)
        .is_some_and(|first| first == ingest::job::listen::ARGUMENT)
    {
        return ingest::job::listen::child();
    }
    let arguments = cli::Arguments::parse();
    console::log_to_stderr(&arguments);
    cli::limit_polars(&arguments);
    match cli::run(&arguments) {
        Ok(refused) => console::exit_code(refused),
        Err(error) => console::failed(&error, arguments.json),
    }
}
