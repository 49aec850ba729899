//! Does a night end the same whatever happens to it? Through the program itself, over the short
//! composed drop, with one lossy rung so that a test takes seconds.

use crate::console::{Console, files};
use std::process::Stdio;

/// Where the undisturbed night's objects are counted, a night is killed: after these shares of them.
const KILLED_AT: [f64; 7] = [0.05, 0.2, 0.4, 0.55, 0.7, 0.85, 0.97];

#[test]
fn a_night_killed_again_and_again_ends_with_the_edition_of_an_undisturbed_one() {
    let console = Console::with_short_drop();
    let undisturbed = console.night("quiet-store", "one-rung.toml");
    assert_eq!(undisturbed["refused"], 1, "the planted fault");
    let replies = files(&console.path("replies"));
    let said = |status: &str| {
        let has = |name: &&String| {
            let reply = std::fs::read_to_string(console.path("replies").join(name)).unwrap();
            reply.contains(status)
        };
        replies.iter().filter(has).count()
    };
    assert_eq!(said("ProcessingErrorAtReleaseDistributor"), 1);
    assert_eq!(
        said("SuccessfullyIngestedByReleaseDistributor"),
        replies.len() - 1
    );
    assert!(replies.len() > 1);
    let all = files(&console.path("quiet-store")).len();

    let store = console.path("killed-store");
    let mut killed = 0;
    for share in KILLED_AT {
        let enough = (all as f64 * share) as usize;
        let mut night = console
            .command(&["nightly", "drop", "--simulate-plays", "--quiet"])
            .args(["--store", "killed-store", "--config", "one-rung.toml"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        while night.try_wait().unwrap().is_none() && files(&store).len() < enough {
            std::thread::yield_now();
        }
        // SIGKILL: nothing of ours runs after it.
        night.kill().unwrap();
        killed += usize::from(!night.wait().unwrap().success());
    }
    assert!(
        killed >= 5,
        "only {killed} nights were killed in the middle"
    );

    let rerun = console.night("killed-store", "one-rung.toml");
    assert_eq!(
        rerun["edition"]["published"]["id"],
        undisturbed["edition"]["published"]["id"]
    );
    // What was being written when the knife fell is swept or overwritten; every object is whole,
    // since its name is a hash of its bytes or it was made from the same inputs.
    let (left, right) = (console.path("quiet-store"), store);
    for name in files(&left) {
        let (ours, theirs) = (left.join(&name), right.join(&name));
        if name.starts_with("reports/") || name.ends_with(".lock") {
            continue;
        }
        assert!(theirs.exists(), "{name} is missing after the kills");
        assert!(
            std::fs::read(&ours).unwrap() == std::fs::read(&theirs).unwrap(),
            "{name} differs after the kills"
        );
    }
}

#[test]
fn a_second_night_makes_nothing_again_and_a_changed_ladder_only_what_is_new() {
    let console = Console::with_short_drop();
    console.json(
        &["ingest", "run", "drop"],
        &["--config", "one-rung.toml"],
        1,
    );
    let made = |config: &str| {
        let report = console.json(&["transcode", "run"], &["--config", config], 0);
        let sum = |key: &str| {
            let tracks = report["tracks"].as_array().unwrap().iter();
            tracks
                .map(|track| track[key].as_u64().unwrap())
                .sum::<u64>()
        };
        (sum("made"), sum("kept"))
    };
    let (first, none) = made("one-rung.toml");
    assert!(first > 0 && none == 0);
    assert_eq!(made("one-rung.toml"), (0, first));
    assert_eq!(made("two-rungs.toml"), (first, first));
}
