//! An index is the same bytes for the same documents, and says what is wrong with it.

use std::collections::BTreeMap;
use std::path::Path;

use search::{Index, Kinds, Query, Ranking, SearchError, write};

use crate::synthetic;

fn files(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap());
    entries
        .map(|entry| {
            let bytes = std::fs::read(entry.path()).unwrap();
            (entry.file_name().into_string().unwrap(), bytes)
        })
        .collect()
}

#[test]
fn the_same_documents_in_any_order_give_the_same_bytes() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut documents = synthetic::catalogue(3, 2_000, 1_000);
    let stats = write(one.path(), documents.clone(), 20_000, &Ranking::default()).unwrap();
    documents.reverse();
    let again = write(two.path(), documents, 20_000, &Ranking::default()).unwrap();
    assert_eq!(stats, again);
    let (one, two) = (files(one.path()), files(two.path()));
    assert_eq!(
        one.keys().collect::<Vec<_>>(),
        two.keys().collect::<Vec<_>>()
    );
    for (name, bytes) in &one {
        assert!(bytes == &two[name], "{name} differs");
    }
    assert_eq!(
        stats.bytes,
        one.values().map(|bytes| bytes.len() as u64).sum::<u64>()
    );
}

#[test]
fn opening_and_searching_leave_the_folder_as_it_was() {
    let dir = tempfile::tempdir().unwrap();
    let documents = synthetic::catalogue(3, 300, 100);
    write(dir.path(), documents, 20_000, &Ranking::default()).unwrap();
    let before = files(dir.path());
    let index = Index::open(dir.path()).unwrap();
    let query = Query {
        text: "a".into(),
        kinds: Kinds::ALL,
        limit: 10,
        offset: 0,
    };
    assert!(!index.search(&query, &|_, _| true).unwrap().hits.is_empty());
    assert_eq!(index.documents(), index.manifest().documents);
    assert!(before == files(dir.path()));
}

#[test]
fn another_version_and_a_missing_file_are_named() {
    let dir = tempfile::tempdir().unwrap();
    write(
        dir.path(),
        synthetic::catalogue(3, 30, 100),
        20_000,
        &Ranking::default(),
    )
    .unwrap();
    let manifest = dir.path().join("manifest.json");
    let text = std::fs::read_to_string(&manifest).unwrap();

    std::fs::write(
        &manifest,
        text.replace("\"analysis\": 1", "\"analysis\": 99"),
    )
    .unwrap();
    let error = Index::open(dir.path()).err().unwrap();
    assert!(
        matches!(
            error,
            SearchError::Version {
                what: "analysis",
                found: 99,
                ..
            }
        ),
        "{error}"
    );
    assert!(error.to_string().contains("\nfix: "), "{error}");

    std::fs::write(&manifest, "{").unwrap();
    let error = Index::open(dir.path()).err().unwrap();
    assert!(matches!(error, SearchError::Manifest { .. }), "{error}");

    std::fs::write(&manifest, text).unwrap();
    std::fs::remove_file(dir.path().join("words.fst")).unwrap();
    let error = Index::open(dir.path()).err().unwrap();
    assert!(error.to_string().contains("words.fst"), "{error}");

    assert!(matches!(
        Index::open(&dir.path().join("none")),
        Err(SearchError::Io { .. })
    ));
}
