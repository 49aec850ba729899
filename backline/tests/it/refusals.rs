//! What does bad input get? A message with its remedy, the exit code that cron needs, and nothing lost.

use crate::console::{Console, files, text};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Output};

fn said(output: &Output) -> String {
    text(&output.stdout) + &text(&output.stderr)
}

fn assert_failed(output: &Output, expected: &[&str]) {
    let said = said(output);
    assert_eq!(output.status.code(), Some(2), "{said}");
    for part in expected.iter().chain(&["\nfix: "]) {
        assert!(said.contains(part), "{part:?} is not in: {said}");
    }
}

#[test]
fn an_empty_drop_is_no_failure_and_a_missing_one_is() {
    let console = Console::new();
    fs::create_dir(console.path("empty")).unwrap();
    let empty = console.run(&["ingest", "run", "empty"]);
    assert_eq!(empty.status.code(), Some(0), "{}", said(&empty));
    assert!(said(&empty).contains("the drop is empty"));
    let night = console.run(&["nightly", "empty"]);
    assert_eq!(night.status.code(), Some(0), "{}", said(&night));
    assert_failed(
        &console.run(&["ingest", "run", "nowhere"]),
        &["nowhere", "No such file"],
    );
}

#[test]
fn a_folder_of_garbage_is_refused_by_name_and_left_as_it_is() {
    let console = Console::new();
    let garbage = console.path("drop/garbage");
    fs::create_dir_all(&garbage).unwrap();
    fs::write(garbage.join("notes.bin"), [0u8, 159, 146, 150].repeat(1000)).unwrap();
    let output = console.run(&["nightly", "drop"]);
    let said = said(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    for part in ["  garbage drop-no-message", "without a message", "fix: "] {
        assert!(said.contains(part), "{part:?} is not in: {said}");
    }
    assert_eq!(
        files(&console.path("drop")).len(),
        1,
        "a label's files are never touched"
    );
}

#[test]
fn a_truncated_master_refuses_its_release_only() {
    let console = Console::with_short_drop();
    let before = files(&console.path("drop"));
    let output = console.run(&["ingest", "run", "drop"]);
    let said = said(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    for part in [
        "audio-truncated",
        "the header declares",
        "fix: deliver the file again",
    ] {
        assert!(said.contains(part), "{part:?} is not in: {said}");
    }
    assert!(said.contains("8 accepted, 1 refused"), "{said}");
    assert_eq!(files(&console.path("drop")), before);
}

#[test]
fn a_store_that_cannot_be_written_is_named_with_the_remedy() {
    let console = Console::with_short_drop();
    fs::write(console.path("a-file"), "no folder").unwrap();
    let into_file = console.run(&["--store", "a-file/store", "ingest", "run", "drop"]);
    assert_failed(&into_file, &["a-file"]);

    let closed = console.path("closed");
    fs::create_dir(&closed).unwrap();
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o555)).unwrap();
    let arguments = [
        "--quiet",
        "--store",
        "closed/store",
        "ingest",
        "run",
        "drop",
    ];
    // Root may write anywhere, so it becomes nobody first.
    if fs::write(closed.join("probe"), "").is_err() {
        assert_failed(
            &console.run(&arguments),
            &["closed/store", "Permission denied"],
        );
        return;
    }
    let plain = console.command(&arguments);
    let as_nobody = Command::new("setpriv")
        .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
        .arg(plain.get_program())
        .args(plain.get_args())
        .current_dir(console.path(""))
        .output();
    match as_nobody {
        Ok(output) if !text(&output.stderr).contains("setpriv: ") => {
            assert_failed(&output, &["closed/store", "Permission denied"]);
        }
        _ => eprintln!("SKIPPED: setpriv is missing, and root cannot be denied permission"),
    }
}

#[test]
fn a_job_that_may_not_write_on_says_so_and_the_next_run_goes_on() {
    let console = Console::with_short_drop();
    let plain = console.command(&["--quiet", "ingest", "run", "drop"]);
    // No file above 100 KiB: the write fails in the middle of a master, as on a full disk.
    let limited = Command::new("bash")
        .args(["-c", "ulimit -f 100; trap '' XFSZ; exec \"$0\" \"$@\""])
        .arg(plain.get_program())
        .args(plain.get_args())
        .env("BACKLINE_STORE", "store")
        .current_dir(console.path(""))
        .output()
        .unwrap();
    assert_failed(&limited, &["store", "File too large", "ulimit -f"]);
    let output = console.run(&["ingest", "run", "drop"]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("8 accepted, 1 refused"));
}
