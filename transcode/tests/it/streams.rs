//! Are the encoder's streams those of the unchanged libvorbis?
//!
//! The sources are compiled twice, as they are and with the loops of before, and both encode the same signals
//! (`aotuv/compare.c`).

use crate::music::run;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where the sources are, of whatever clone runs this.
fn aotuv() -> String {
    std::env::var("CARGO_MANIFEST_DIR").expect("cargo runs tests") + "/aotuv"
}

/// The sources of libogg, which lie in a crate of their own; other platforms' crates may not be here.
fn libogg() -> PathBuf {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
    let (version, _) = run(&cargo, &["-vV"]);
    let version = String::from_utf8(version).expect("utf-8");
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    let host = ["--filter-platform", host.expect("a host")];
    let arguments = ["metadata", "--format-version", "1", "--offline", "--locked"];
    let (metadata, _) = run(&cargo, &[&arguments[..], &host].concat());
    let metadata: Value = serde_json::from_slice(&metadata).expect("JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    let ogg = packages.iter().find(|it| it["name"] == "ogg_next_sys");
    let manifest = ogg.and_then(|it| it["manifest_path"].as_str());
    let manifest = Path::new(manifest.expect("a path"));
    manifest.with_file_name("ogg_vendor")
}

/// What `compare.c` prints, linked with the sources compiled with `flag`.
fn streams(ogg: &Path, folder: &Path, flag: &str) -> String {
    let program = folder.join(flag.trim_start_matches('-'));
    let aotuv = aotuv();
    let lib = Path::new(&aotuv).join("lib");
    let is_source = |path: &PathBuf| {
        let name = path.file_name().expect("a name");
        path.extension().is_some_and(|it| it == "c") && name != "vorbisfile.c"
    };
    let listed = |folder: &Path| {
        let entries = std::fs::read_dir(folder).expect("a folder");
        let paths = entries.map(|entry| entry.expect("an entry").path());
        paths.filter(is_source).collect::<Vec<PathBuf>>()
    };
    let mut compiler = Command::new(std::env::var_os("CC").unwrap_or_else(|| "cc".into()));
    let compiler = compiler
        .args(["-w", "-O1", "-DHAVE_STDINT_H", flag, "-o"])
        .arg(&program)
        .args([format!("-I{aotuv}/lib"), format!("-I{aotuv}/include")])
        .arg(format!("-I{}", ogg.join("include").display()))
        .arg(format!("{aotuv}/compare.c"))
        .args(listed(&lib))
        .args(listed(&ogg.join("src")))
        .arg("-lm");
    let output = compiler.output().expect("the C compiler of the build");
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{words}");
    let (lines, _) = run(program.to_str().expect("utf-8"), &[]);
    String::from_utf8(lines).expect("utf-8")
}

#[test]
fn the_encoders_streams_are_those_of_the_unchanged_library() {
    let ogg = libogg();
    let folder = tempfile::tempdir().expect("a folder");
    let ours = streams(&ogg, folder.path(), "-DAS_IT_IS");
    let before = streams(&ogg, folder.path(), "-DAOTUV_UNCHANGED");
    for (ours, before) in ours.lines().zip(before.lines()) {
        assert_eq!(ours, before);
    }
    assert_eq!(ours.lines().count(), before.lines().count());
    let hashes = ours
        .lines()
        .filter_map(|line| line.rsplit_once(", "))
        .map(|it| it.1);
    let different: std::collections::BTreeSet<&str> = hashes.collect();
    assert!(
        different.len() > 350,
        "only {} streams differ",
        different.len()
    );
}
