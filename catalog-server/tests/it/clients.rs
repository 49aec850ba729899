//! Do programs that other people wrote get on with the server? Each is skipped, loudly, where it is
//! not installed.

use crate::client::get;
use crate::world::{SECRET, World, token};
use std::process::{Command, Output};

/// Runs a program; `None`, said aloud, if it is missing. Exit code 3 says that a part of it is.
fn run(command: &mut Command, fix: &str) -> Option<Output> {
    let name = command.get_program().to_string_lossy().into_owned();
    match command.output() {
        Ok(output) if output.status.code() == Some(3) => {
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            eprintln!("SKIPPED: {name}: {text}");
            None
        }
        Ok(output) => Some(output),
        Err(error) => {
            eprintln!("SKIPPED: {name}: {error} ({fix})");
            None
        }
    }
}

#[track_caller]
fn succeeded(output: &Output) {
    let text = [&output.stdout[..], &output.stderr[..]].map(String::from_utf8_lossy);
    assert!(output.status.success(), "{}\n{}", text[0], text[1]);
}

fn subsonic_password(name: &str) -> String {
    let secret = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(secret.path(), SECRET).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_catalog-server"))
        .args(["--print-subsonic-password", name, "--store", "."])
        .arg("--secret-file")
        .arg(secret.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[test]
fn subsonic_clients_play_from_an_edition() {
    let world = World::new();
    let user = "42.DE.premium";
    let mut command = Command::new("python3");
    command.args(["tests/clients/subsonic.py", &world.url()]);
    command.args([user, &subsonic_password(user), &token(42, "DE", "premium")]);
    if let Some(output) = run(&mut command, "apt-get install python3") {
        succeeded(&output);
    }
}

#[test]
fn every_answer_is_as_the_openapi_document_says() {
    let world = World::new();
    let mut command = Command::new("schemathesis");
    command
        .args(["run", &format!("{}/openapi.json", world.url())])
        .args([
            "--header",
            &format!("Authorization: Bearer {}", token(42, "DE", "premium")),
        ])
        .args([
            "--phases",
            "examples,coverage,fuzzing",
            "--max-examples",
            "15",
        ])
        .args([
            "--seed",
            "7",
            "--workers",
            "1",
            "--generation-database",
            "none",
        ])
        .args([
            "--checks",
            "not_a_server_error,status_code_conformance,content_type_conformance",
        ])
        .args([
            "--checks",
            "response_schema_conformance,response_headers_conformance",
        ])
        .current_dir(world.folder.path());
    if let Some(output) = run(&mut command, "pip install schemathesis") {
        succeeded(&output);
    }
}

#[test]
fn the_document_describes_every_path_and_no_other() {
    let world = World::new();
    let document = get(world.address(), "/openapi.json", &[]).json();
    assert_eq!(document["openapi"], "3.1.0");
    let described: Vec<&String> = document["paths"].as_object().unwrap().keys().collect();
    let text = String::from_utf8(world.plain("/metrics", &[]).body).unwrap();
    let served = |path: &str| text.contains(&format!("route=\"{path}\""));
    for path in &described {
        assert!(served(path), "{path} is described and not served");
    }
    let page = [
        "/",
        "/style.css",
        "/app.js",
        "/player.js",
        "/engine.js",
        "/dom.js",
        "other",
    ];
    let routes = text
        .lines()
        .filter_map(|line| line.strip_prefix("backline_request_seconds_count{route=\""))
        .filter_map(|rest| rest.split('"').next());
    for route in routes.filter(|route| !page.contains(route) && !route.starts_with("/rest/")) {
        assert!(
            described.iter().any(|path| *path == route),
            "{route} is served and not described"
        );
    }
}
