//! "Read-only" is a property of the dependency graph, held here.

use std::process::Command;

/// Crates that no reader needs. `parquet` and `quick-xml` come with what publishes and ingests.
const FORBIDDEN: [&str; 12] = [
    "polars",
    "parquet",
    "symphonia",
    "symphonia-core",
    "vorbis_rs",
    "flac-bound",
    "libflac-sys",
    "quick-xml",
    "ebur128",
    "rubato",
    "ndarray",
    "comfy-table",
];

#[test]
fn the_server_links_no_decoder_encoder_xml_parser_or_table_engine() {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
    let output = Command::new(cargo)
        .args([
            "tree",
            "--offline",
            "--edges",
            "normal",
            "--prefix",
            "none",
            "--package",
            "catalog-server",
        ])
        .args(["--format", "{p}|{f}"])
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout).unwrap();
    let found: Vec<&str> = text
        .lines()
        .filter(|line| FORBIDDEN.contains(&line.split(' ').next().unwrap_or_default()))
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
