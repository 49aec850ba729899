//! Who may depend on whom? The arrows of ARCHITECTURE.md, over `cargo metadata`.

use cargo_metadata::{CargoOpt, DependencyKind, Metadata, MetadataCommand};
use std::collections::{BTreeMap, BTreeSet};

/// Every arrow inside the workspace that is allowed, apart from those for tests.
const ARROWS: &[(&str, &[&str])] = &[
    ("catalog", &[]),
    ("audio", &["catalog"]),
    ("search", &["catalog"]),
    ("ingest", &["audio", "catalog"]),
    ("transcode", &["audio", "catalog"]),
    ("fingerprint", &["audio", "catalog"]),
    ("recsys", &["catalog"]),
    // Not a job: it makes masters, with the decoder and the encoder that the jobs use.
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
    ("anyhow", &["backline", "catalog-server"]),
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

fn metadata() -> Metadata {
    MetadataCommand::new()
        .manifest_path(concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml"))
        .features(CargoOpt::SomeFeatures(Vec::new()))
        .other_options(vec!["--offline".to_owned(), "--locked".to_owned()])
        .exec()
        .unwrap()
}

/// The direct dependencies of each member, without those for tests.
fn direct(metadata: &Metadata) -> BTreeMap<String, BTreeSet<String>> {
    let of = |package: &cargo_metadata::Package| {
        let wanted = package
            .dependencies
            .iter()
            .filter(|dep| dep.kind != DependencyKind::Development);
        wanted.map(|dependency| dependency.name.clone()).collect()
    };
    metadata
        .workspace_packages()
        .into_iter()
        .map(|package| (package.name.to_string(), of(package)))
        .collect()
}

#[test]
fn the_folders_are_those_of_the_architecture() {
    let found: Vec<String> = direct(&metadata()).into_keys().collect();
    let mut expected: Vec<&str> = ARROWS.iter().map(|(name, _)| *name).collect();
    expected.sort_unstable();
    assert_eq!(found, expected);
}

#[test]
fn every_arrow_inside_the_workspace_is_drawn_in_the_architecture() {
    let direct = direct(&metadata());
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
    for (name, dependencies) in direct(&metadata()) {
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
    let output = std::process::Command::new(env!("CARGO"))
        .args([
            "tree",
            "--offline",
            "--locked",
            "-p",
            "catalog-server",
            "-e",
            "normal,build",
            "--prefix",
            "none",
            "-f",
            "{p} {f}",
        ])
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let tree = String::from_utf8(output.stdout).unwrap();
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
