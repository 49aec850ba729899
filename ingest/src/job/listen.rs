//! How is a master opened without trusting it?
//!
//! In a child process of the same program, which first takes its own rights away: address space, CPU time,
//! files, output. A decoder that runs wild takes that child down and nothing else; what it cost is one
//! finding. The answer is one line of JSON. Parsers of other programs' formats run on untrusted bytes here only.

use crate::Error;
use crate::config::Limits;
use crate::evidence::{FaultKind, Sound, SoundFault};
use audio::{AudioError, Decoder, Inspector};
use rlimit::Resource;
use serde::{Deserialize, Serialize};
use std::ffi::OsString;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, ExitStatus, Stdio};

/// The first argument of a child, for programs that can be one.
pub const ARGUMENT: &str = "listen-to-master";
/// What the child is asked for.
const PATH: &str = "BACKLINE_LISTEN_PATH";
const LIMITS: &str = "BACKLINE_LISTEN_LIMITS";
/// Begins the line with the answer: a test's harness writes other lines.
const MARK: &str = "@@heard ";
/// Bytes of an answer; it needs 100 KB.
const MAX_ANSWER: u64 = 4 << 20;
/// Open files of a child.
const MAX_FILES: u64 = 32;

/// Who opens masters.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Listener {
    /// This process: only for files that it made itself.
    #[default]
    Here,
    /// A child: program and arguments; it must call [`child`].
    Child(PathBuf, Vec<OsString>),
}

impl Listener {
    /// A child of the running program, which calls [`child`] when its first argument is [`ARGUMENT`].
    ///
    /// # Errors
    /// [`Error::Listener`] when the program does not know where it stands.
    pub fn own_child() -> Result<Listener, Error> {
        let program = std::env::current_exe().map_err(|source| Error::Listener { source })?;
        Ok(Listener::Child(program, vec![ARGUMENT.into()]))
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Answer {
    Sound(Box<Sound>),
    Fault(SoundFault),
    /// Our own disk, not the label's fault.
    Disk(String),
}

type Heard = Result<Sound, SoundFault>;

/// Decodes a master to its end. Trouble with our own disk is an error, not the label's fault.
pub(super) fn listen(
    listener: &Listener,
    path: &Path,
    bytes: u64,
    limits: &Limits,
) -> Result<Heard, Error> {
    let answer = match listener {
        Listener::Here => decode(path),
        Listener::Child(program, arguments) => {
            let seconds = limits.decoder_seconds + bytes / 1_000_000;
            ask(program, arguments, path, limits.decoder_bytes, seconds)?
        }
    };
    match answer {
        Answer::Sound(sound) => Ok(Ok(*sound)),
        Answer::Fault(fault) => Ok(Err(fault)),
        Answer::Disk(said) => Err(Error::Unreadable {
            path: path.to_owned(),
            action: "cannot be read",
            source: std::io::Error::other(said),
        }),
    }
}

fn ask(
    program: &Path,
    arguments: &[OsString],
    path: &Path,
    memory: u64,
    seconds: u64,
) -> Result<Answer, Error> {
    let failed = |source| Error::Listener { source };
    let mut child = Command::new(program)
        .args(arguments)
        .env(PATH, path)
        .env(LIMITS, format!("{memory} {seconds}"))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(failed)?;
    let mut said = Vec::new();
    if let Some(output) = child.stdout.take() {
        output
            .take(MAX_ANSWER)
            .read_to_end(&mut said)
            .map_err(failed)?;
    }
    if said.len() as u64 == MAX_ANSWER {
        child.kill().map_err(failed)?;
    }
    let status = child.wait().map_err(failed)?;
    let text = String::from_utf8_lossy(&said);
    let line = text
        .lines()
        .find_map(|line| line.split_once(MARK).map(|(_, json)| json));
    let answer = line.and_then(|json| serde_json::from_str(json).ok());
    Ok(answer.unwrap_or_else(|| Answer::Fault(stopped(status, memory, seconds))))
}

/// What a child that gave no answer died of.
fn stopped(status: ExitStatus, memory: u64, seconds: u64) -> SoundFault {
    #[cfg(unix)]
    let signal = std::os::unix::process::ExitStatusExt::signal(&status);
    #[cfg(not(unix))]
    let signal: Option<i32> = None;
    // SIGXCPU and SIGKILL end what runs too long, SIGABRT and SIGSEGV what asks for too much.
    let found = match signal {
        Some(24 | 9) => format!("a decoder that needs more than {seconds} s of CPU time"),
        Some(_) => format!("a decoder that needs more than {} MB", memory >> 20),
        None => format!("a decoder that gave up ({status})"),
    };
    SoundFault {
        kind: FaultKind::Stopped,
        found,
        fix: String::new(),
    }
}

/// What a child does: takes its rights away, decodes, answers. Programs call it before anything else.
pub fn child() -> ExitCode {
    match confine() {
        Some(path) if answer(&path) => ExitCode::SUCCESS,
        _ => ExitCode::from(2),
    }
}

/// Takes this process's rights away and says which master is to be opened. `None` where a limit cannot be set:
/// that is no reason to go on without it.
pub fn confine() -> Option<PathBuf> {
    let path = std::env::var_os(PATH)?;
    let limits = std::env::var(LIMITS).ok()?;
    let (memory, seconds) = limits.split_once(' ')?;
    let set = [
        (Resource::AS, memory.parse().ok()?),
        (Resource::CPU, seconds.parse().ok()?),
        (Resource::FSIZE, 0),
        (Resource::CORE, 0),
        (Resource::NOFILE, MAX_FILES),
    ];
    let done = set
        .iter()
        .all(|(resource, limit)| resource.set(*limit, *limit).is_ok());
    done.then(|| path.into())
}

/// Decodes and answers on stdout; whether that could be written.
pub fn answer(path: &Path) -> bool {
    let answer = decode(path);
    serde_json::to_string(&answer)
        .is_ok_and(|json| writeln!(std::io::stdout(), "\n{MARK}{json}").is_ok())
}

/// One decode for all checks.
fn decode(path: &Path) -> Answer {
    match hear(path) {
        Ok(sound) => Answer::Sound(Box::new(sound)),
        Err(AudioError::Io { source, .. }) if is_ours(&source) => Answer::Disk(source.to_string()),
        Err(error) => Answer::Fault(fault(&error)),
    }
}

/// What a file's own bytes bring about stays a finding.
fn is_ours(source: &std::io::Error) -> bool {
    use std::io::ErrorKind::{InvalidData, InvalidInput, UnexpectedEof};
    ![InvalidData, InvalidInput, UnexpectedEof].contains(&source.kind())
}

fn hear(path: &Path) -> Result<Sound, AudioError> {
    let mut decoder = Decoder::open(path)?.with_integers();
    let info = decoder.info().clone();
    let mut inspector = Inspector::new(&info);
    while let Some(block) = decoder.next_block()? {
        inspector.add(&block);
    }
    let summary = decoder.finish()?;
    Ok(Sound {
        container: info.container.to_string(),
        codec: info.codec.to_string(),
        lossless: info.codec.is_lossless(),
        sample_rate: info.sample_rate,
        channels: info.channels(),
        bits: info.bits,
        frames: summary.frames,
        md5_ok: summary.md5_ok,
        quality: inspector.finish(),
    })
}

fn fault(error: &AudioError) -> SoundFault {
    let whole = error.to_string();
    let (fact, fix) = whole.split_once("\nfix: ").unwrap_or((&whole, ""));
    // Facts begin with the path on our disk, which is none of the label's business.
    let fact = fact.split_once(": ").map_or(fact, |(_, fact)| fact);
    SoundFault {
        kind: match error {
            AudioError::Truncated { .. } => FaultKind::Truncated,
            AudioError::Damaged { .. } => FaultKind::Damaged,
            AudioError::NoSample { .. } => FaultKind::NoSample,
            AudioError::TooLong { .. } => FaultKind::TooLong,
            AudioError::Empty { .. } => FaultKind::Empty,
            _ => FaultKind::Unreadable,
        },
        found: fact.to_owned(),
        fix: fix.to_owned(),
    }
}
