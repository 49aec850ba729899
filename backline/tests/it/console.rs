//! How do the tests run the program? In a folder of their own, as cron would.

use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

const ONE_RUNG: &str = "
[transcode.ladder]
vorbis-24 = { enabled = false }
vorbis-96 = { enabled = false }
vorbis-320 = { enabled = false }
flac = { enabled = false }
preview = { enabled = false }
[datasets.plays]
listeners = 200
";

/// A folder with a configuration, and perhaps a drop.
pub(crate) struct Console {
    folder: TempDir,
}

impl Console {
    /// An empty folder with `one-rung.toml` and `two-rungs.toml`.
    pub(crate) fn new() -> Console {
        let console = Console {
            folder: tempfile::tempdir().unwrap(),
        };
        let two = ONE_RUNG.replace("vorbis-96 = { enabled = false }", "");
        std::fs::write(console.path("one-rung.toml"), ONE_RUNG).unwrap();
        std::fs::write(console.path("two-rungs.toml"), two).unwrap();
        console
    }

    /// With the short composed drop in `drop/`.
    pub(crate) fn with_short_drop() -> Console {
        let console = Console::new();
        let made = console.run(&["datasets", "drop", "drop", "--short", "--quiet"]);
        assert!(made.status.success(), "{}", text(&made.stderr));
        console
    }

    /// A path in the folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The program, in the folder, with a store of its own unless another is named.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_backline"));
        command
            .current_dir(self.folder.path())
            .env("BACKLINE_STORE", "store")
            .env_remove("BACKLINE_CONFIG")
            .args(arguments);
        command
    }

    /// Runs it to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Runs it with `--json`, expects the exit code, and reads the result.
    pub(crate) fn json(&self, arguments: &[&str], more: &[&str], code: i32) -> Value {
        let all = [arguments, more, &["--json", "--quiet"]].concat();
        let output = self.run(&all);
        assert_eq!(output.status.code(), Some(code), "{}", text(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// A night over the drop, with a reply to every label in `replies/`.
    pub(crate) fn night(&self, store: &str, config: &str) -> Value {
        let night = [
            "nightly",
            "drop",
            "--simulate-plays",
            "--replies",
            "replies",
        ];
        self.json(&night, &["--store", store, "--config", config], 1)
    }
}

/// Bytes as people read them.
pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Every file below a folder, relative to it; one that goes away meanwhile is left out.
pub(crate) fn files(folder: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut ahead = vec![folder.to_owned()];
    while let Some(next) = ahead.pop() {
        for entry in std::fs::read_dir(&next).into_iter().flatten().flatten() {
            let path = entry.path();
            match path.is_dir() {
                true => ahead.push(path),
                false => {
                    let name = path.strip_prefix(folder).unwrap_or(&path);
                    found.insert(name.to_string_lossy().into_owned());
                }
            }
        }
    }
    found
}
