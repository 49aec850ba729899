//! "Read-only" is a property of the dependency graph, held here.

use std::process::Command;

/// Crates that no reader needs: they come with what ingests, encodes, trains and publishes.
const FORBIDDEN: [&str; 11] = [
    "polars",
    "parquet",
    "symphonia",
    "symphonia-core",
    "vorbis_rs",
    "flac-bound",
    "libflac-sys",
    "ebur128",
    "rubato",
    "ndarray",
    "comfy-table",
];

#[test]
fn the_server_links_no_decoder_encoder_or_table_engine() {
    let text = tree(&["--package", "catalog-server", "--format", "{p}|{f}"]);
    let name = |line: &&str| line.split(' ').next().unwrap_or_default().to_owned();
    let found: Vec<&str> = text
        .lines()
        .filter(|line| FORBIDDEN.contains(&name(line).as_str()))
        .collect();
    assert!(found.is_empty(), "the server links {found:?}");
    for (name, feature) in [
        ("catalog", "publish"),
        ("search", "write"),
        ("recsys", "job"),
    ] {
        let line = text
            .lines()
            .find(|line| line.starts_with(&format!("{name} v")));
        let features = line
            .and_then(|line| line.split_once('|'))
            .map(|(_, features)| features);
        let features = features.unwrap_or_else(|| panic!("the server does not link {name}"));
        let on = features
            .trim_end_matches(" (*)")
            .split(',')
            .any(|on| on == feature);
        assert!(!on, "{name} is linked with its feature {feature}");
    }
}

/// A bucket lists its objects in XML: `object_store` may read that, nobody else reads any.
#[test]
fn only_the_store_s_client_reads_xml() {
    let text = tree(&["--package", "catalog-server", "--format", "{p}"]);
    for line in text.lines().filter(|line| line.starts_with("quick-xml v")) {
        let package = line.trim_end_matches(" (*)").replace(" v", "@");
        let parents = tree(&[
            "--package",
            "catalog-server",
            "--invert",
            &package,
            "--depth",
            "1",
        ]);
        let strangers: Vec<&str> = parents
            .lines()
            .skip(1)
            .filter(|line| !line.starts_with("object_store v"))
            .collect();
        assert!(strangers.is_empty(), "{package} is read by {strangers:?}");
    }
}

fn tree(arguments: &[&str]) -> String {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
    let output = Command::new(cargo)
        .args(["tree", "--offline", "--edges", "normal", "--prefix", "none"])
        .args(arguments)
        .current_dir("..")
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}
