//! What does an operator say to start a server?

use crate::app::Clock;
use crate::config::Config;
use crate::secret::Secrets;
use crate::server::{Error, Options, Server};
use crate::tls::TlsFiles;
use catalog::store::Store;
use clap::{CommandFactory, Parser};
use std::io::{IsTerminal, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

/// Serves playback, search and recommendations from a published edition. Writes nothing.
///
/// Exit codes: 0 it was asked to leave and did; 2 it could not start (the message says why and what
/// to do; starting again is safe).
#[derive(Debug, Parser)]
#[command(name = "catalog-server", version)]
pub struct Args {
    /// The store that `backline` writes: a folder, or s3://, gs://, az://
    #[arg(long, env = "BACKLINE_STORE", value_name = "URL", required_unless_present_any = ["completions", "man", "print_config"])]
    store: Option<String>,
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// One or two lines of 32 or more characters: the key of tokens and links, and the one before it
    #[arg(long, env = "BACKLINE_SECRET_FILE", value_name = "FILE", required_unless_present_any = ["completions", "man", "print_config"])]
    secret_file: Option<PathBuf>,
    /// Settings: the table `server` of this TOML file; see --print-config
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Where copies of a remote store's objects are kept
    #[arg(long, value_name = "FOLDER")]
    cache: Option<PathBuf>,
    /// Encrypt with this certificate chain (PEM); needs --tls-key
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// The certificate's key (PEM)
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// Write the address and the log as JSON, one object a line
    #[arg(long)]
    json: bool,
    /// Log only warnings and errors
    #[arg(long, short)]
    quiet: bool,
    /// Print the keys that an edge (a CDN, nginx) verifies links with, and leave
    #[arg(long)]
    print_edge_keys: bool,
    /// Print the password of a user of Subsonic clients, named LISTENER.COUNTRY.TIER (42.DE.premium), and leave
    #[arg(long, value_name = "USER")]
    print_subsonic_password: Option<String>,
    /// Print every setting with its unit and default, and leave
    #[arg(long)]
    print_config: bool,
    /// Print a completion script for a shell, and leave
    #[arg(long, value_name = "SHELL")]
    completions: Option<clap_complete::Shell>,
    /// Print the manual page, and leave
    #[arg(long)]
    man: bool,
}

/// The whole program: reads arguments, serves until a signal, says how it ended.
pub fn main() -> ExitCode {
    let args = Args::parse();
    start_log(&args);
    match run(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("catalog-server: {error}");
            ExitCode::from(2)
        }
    }
}

fn run(args: &Args) -> Result<(), Error> {
    if print_about_itself(args) {
        return Ok(());
    }
    // clap has made sure of both.
    let (Some(store), Some(secret_file)) = (&args.store, &args.secret_file) else {
        return Ok(());
    };
    let secrets = Secrets::read(secret_file)?;
    if args.print_edge_keys {
        for (id, key) in crate::signing::Signer::new(&secrets).edge_keys() {
            println!("{id} {key}");
        }
        return Ok(());
    }
    if let Some(name) = &args.print_subsonic_password {
        println!("{}", password_of(&secrets, name)?);
        return Ok(());
    }
    let tls = args.tls_cert.clone().zip(args.tls_key.clone());
    let tls = tls.map(|(certificate, key)| TlsFiles { certificate, key });
    let scheme = if tls.is_some() { "https" } else { "http" };
    let clock: Clock = Arc::new(jiff::Timestamp::now);
    let server = Server::start(Options {
        store: open_existing(store)?,
        listen: args.listen,
        secrets,
        config: read_config(args.config.as_deref())?,
        cache: args
            .cache
            .clone()
            .unwrap_or_else(|| std::env::temp_dir().join("catalog-server")),
        clock,
        tls,
    })?;
    greet(args, &server, scheme, store);
    server.wait_for_signal();
    tracing::info!("leaving: readiness fails, requests under way are answered");
    server.stop();
    Ok(())
}

fn print_about_itself(args: &Args) -> bool {
    let mut command = Args::command();
    if let Some(shell) = args.completions {
        clap_complete::generate(
            shell,
            &mut command,
            "catalog-server",
            &mut std::io::stdout(),
        );
    } else if args.man {
        let _ = clap_mangen::Man::new(command).render(&mut std::io::stdout());
    } else if args.print_config {
        print!("{}", crate::config::DEFAULT);
    } else {
        return false;
    }
    true
}

fn password_of(secrets: &Secrets, name: &str) -> Result<String, Error> {
    crate::subsonic::password(secrets, name).ok_or_else(|| Error::UserName {
        name: name.to_owned(),
    })
}

/// A store that a typing error names is not created: nobody would notice.
fn open_existing(url: &str) -> Result<Store, Error> {
    let folder = url.strip_prefix("file://").unwrap_or(url);
    if !folder.contains("://") && folder != "memory:" && !Path::new(folder).is_dir() {
        return Err(Error::NoStore {
            path: folder.to_owned(),
        });
    }
    Ok(Store::open(url)?)
}

fn read_config(file: Option<&Path>) -> Result<Config, Error> {
    let Some(file) = file else {
        return Ok(Config::layered(None)?);
    };
    let path = file.display().to_string();
    let text = std::fs::read_to_string(file).map_err(|cause| Error::ConfigFile {
        path: path.clone(),
        cause,
    })?;
    let table = catalog::config::parse(&path, &text)?;
    Ok(Config::layered(
        table.get("server").and_then(|section| section.as_table()),
    )?)
}

/// stdout has the one line that a script waits for.
fn greet(args: &Args, server: &Server, scheme: &str, store: &str) {
    let (address, report) = (server.address(), server.editions());
    let address = format!("{scheme}://{address}");
    if args.json {
        let edition = report
            .live
            .map(|(id, generation)| serde_json::json!({"id": id, "generation": generation}));
        let greeting =
            serde_json::json!({"listening": address, "store": store, "edition": edition});
        return say(&greeting);
    }
    say(&format!("catalog-server listens on {address}"));
    match (report.live, report.refused) {
        (Some((id, generation)), _) => say(&format!("edition {id}, generation {generation}")),
        (None, Some((id, why))) => {
            eprintln!("edition {id} is refused: {why}\nwaiting for a good one")
        }
        (None, None) => eprintln!(
            "{store} names no edition yet; waiting\nfix: publish one with `backline --store {store} edition publish`"
        ),
    }
}

/// A line for whoever started us. A server does not end because they have stopped listening.
fn say(line: &dyn std::fmt::Display) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

fn start_log(args: &Args) {
    use tracing_subscriber::EnvFilter;
    let level = if args.quiet { "warn" } else { "info" };
    let filter = EnvFilter::try_from_env("BACKLINE_LOG").unwrap_or_else(|_| EnvFilter::new(level));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    let _ = match args.json {
        true => log.json().try_init(),
        false => log.with_target(false).try_init(),
    };
}
