//! Who may depend on whom? The arrows of ARCHITECTURE.md, over `cargo metadata`.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

/// Every arrow inside the workspace that is allowed, apart from those for tests.
const ARROWS: &[(&str, &[&str])] = &[
    ("catalog", &[]),
    ("audio", &["catalog"]),
    ("search", &["catalog"]),
    ("ingest", &["audio", "catalog"]),
    ("transcode", &["audio", "catalog"]),
    ("fingerprint", &["audio", "catalog"]),
    ("recsys", &["audio", "catalog"]),
    // Not a job: it makes masters, with the decoder and the FLAC writer that the jobs use.
    ("datasets", &["audio", "catalog", "transcode"]),
    (
        "catalog-server",
        &["catalog", "fingerprint", "recsys", "search"],
    ),
    (
        "backline",
        &[
            "audio",
            "catalog",
            "datasets",
            "fingerprint",
            "ingest",
            "recsys",
            "search",
            "transcode",
        ],
    ),
];

/// Foreign crates that live in one room only.
const ROOMS: &[(&str, &[&str])] = &[
    ("symphonia", &["audio"]),
    ("ebur128", &["audio"]),
    ("rubato", &["audio"]),
    ("polars", &["recsys"]),
    ("ndarray", &["recsys"]),
    ("hnsw_rs", &["recsys"]),
    ("tantivy", &["search"]),
    ("vorbis_rs", &["transcode"]),
    ("flac-bound", &["transcode"]),
    ("chromaprint-next", &["fingerprint"]),
    ("object_store", &["catalog"]),
    ("tokio", &["catalog", "catalog-server"]),
    ("axum", &["catalog-server"]),
    ("hyper", &["catalog-server"]),
    ("anyhow", &["backline"]),
];

/// What the read-only server must never link.
const NEVER_SERVED: &[&str] = &[
    "symphonia",
    "vorbis_rs",
    "flac-bound",
    "libflac-sys",
    "aotuv_lancer_vorbis_sys",
    "polars",
    "parquet",
    "chromaprint-next",
    "ebur128",
    "ingest",
    "transcode",
    "datasets",
    "audio",
];

/// The workspace, seen from the folder of this crate, where cargo runs the test.
const ROOT: &str = "..";

fn cargo(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .args(["--offline", "--locked"])
        .current_dir(ROOT)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

/// The direct dependencies of each member, without those for tests.
fn direct() -> BTreeMap<String, BTreeSet<String>> {
    let metadata: Value =
        serde_json::from_str(&cargo(&["metadata", "--no-deps", "--format-version", "1"])).unwrap();
    let name = |value: &Value| value["name"].as_str().unwrap().to_owned();
    let of = |package: &Value| {
        let all = package["dependencies"].as_array().unwrap().iter();
        all.filter(|dependency| dependency["kind"] != "dev")
            .map(name)
            .collect()
    };
    let packages = metadata["packages"].as_array().unwrap();
    packages
        .iter()
        .map(|package| (name(package), of(package)))
        .collect()
}

#[test]
fn the_folders_are_those_of_the_architecture() {
    let found: Vec<String> = direct().into_keys().collect();
    let mut expected: Vec<&str> = ARROWS.iter().map(|(name, _)| *name).collect();
    expected.sort_unstable();
    assert_eq!(found, expected);
}

#[test]
fn every_arrow_inside_the_workspace_is_drawn_in_the_architecture() {
    let direct = direct();
    for (name, allowed) in ARROWS {
        let members = direct[*name]
            .iter()
            .filter(|dependency| direct.contains_key(*dependency));
        for dependency in members {
            assert!(
                allowed.contains(&dependency.as_str()),
                "{name} depends on {dependency}"
            );
        }
    }
}

#[test]
fn a_foreign_crate_stays_in_its_room() {
    for (name, dependencies) in direct() {
        for (foreign, rooms) in ROOMS {
            let lives_here = rooms.contains(&name.as_str());
            assert!(
                lives_here || !dependencies.contains(*foreign),
                "{name} depends on {foreign}"
            );
        }
    }
}

#[test]
fn the_server_links_no_writer() {
    let tree = cargo(&[
        "tree",
        "-p",
        "catalog-server",
        "-e",
        "normal,build",
        "--prefix",
        "none",
        "-f",
        "{p} {f}",
    ]);
    let names: BTreeSet<&str> = tree
        .lines()
        .filter_map(|line| line.split(' ').next())
        .collect();
    assert!(names.contains("axum"), "the tree was not read");
    for never in NEVER_SERVED {
        assert!(!names.contains(never), "catalog-server links {never}");
    }
    let catalog = tree
        .lines()
        .find(|line| line.starts_with("catalog "))
        .unwrap();
    assert!(
        !catalog.contains("publish"),
        "catalog-server links the publishing half: {catalog}"
    );
}
