//! Does a local folder keep the same promises as a bucket?

use super::*;

/// Runs a check on a local folder and on memory, which behaves as S3 does.
fn on_each_store(check: impl Fn(&Store)) {
    let folder = tempfile::tempdir().unwrap();
    check(&Store::open(folder.path().to_str().unwrap()).unwrap());
    check(&Store::open("memory:").unwrap());
}

#[test]
fn what_was_put_is_got_listed_and_gone_after_delete() {
    on_each_store(|store| {
        store.put("log/a.json", "{}").unwrap();
        store.put("log/b/c.json", "[1]").unwrap();
        assert_eq!(store.get("log/a.json").unwrap().unwrap(), "{}");
        assert_eq!(store.get("log/none").unwrap(), None);
        assert_eq!(store.head("log/b/c.json").unwrap(), Some(3));
        let listed = store.list("log/").unwrap();
        assert_eq!(
            listed,
            [("log/a.json".to_owned(), 2), ("log/b/c.json".to_owned(), 3)]
        );
        store.delete("log/a.json").unwrap();
        store.delete("log/a.json").unwrap();
        assert_eq!(store.head("log/a.json").unwrap(), None);
    });
}

#[test]
fn only_the_first_creator_wins() {
    on_each_store(|store| {
        assert_eq!(store.create("log/x", "one").unwrap(), Created::New);
        assert_eq!(store.create("log/x", "two").unwrap(), Created::Exists);
        assert_eq!(store.get("log/x").unwrap().unwrap(), "one");
    });
}

#[test]
fn a_large_file_arrives_whole_under_its_hash() {
    on_each_store(|store| {
        let file = tempfile::NamedTempFile::new().unwrap();
        let bytes: Vec<u8> = (0..20_000_000u32)
            .map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()[3])
            .collect();
        std::fs::write(file.path(), &bytes).unwrap();
        let content = store.put_blob_file(file.path()).unwrap();
        assert_eq!(content, Sha256::of(&bytes));
        assert_eq!(store.put_blob_file(file.path()).unwrap(), content);
        let key = Store::blob_key(&content);
        assert_eq!(
            store.get_range(&key, 17_000_000..17_000_004).unwrap(),
            &bytes[17_000_000..17_000_004]
        );
        let cache = tempfile::tempdir().unwrap();
        let path = store.fetch(&key, cache.path()).unwrap();
        assert_eq!(Sha256::of_file(&path).unwrap(), content);
    });
}

#[test]
fn ten_writers_of_one_pointer_lose_no_update() {
    on_each_store(|store| {
        std::thread::scope(|scope| {
            for _ in 0..10 {
                scope.spawn(|| {
                    store
                        .update::<StoreError>("CURRENT", |found| {
                            let text = found
                                .map_or("0".to_owned(), |b| String::from_utf8(b.to_vec()).unwrap());
                            Ok(Some(Bytes::from(
                                (text.parse::<u32>().unwrap() + 1).to_string(),
                            )))
                        })
                        .unwrap();
                });
            }
        });
        assert_eq!(store.get("CURRENT").unwrap().unwrap(), "10");
    });
}

#[test]
fn a_missing_object_and_a_strange_url_say_what_to_do() {
    let store = Store::open("memory:").unwrap();
    let error = store
        .fetch("objects/none", Path::new("/nowhere"))
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("objects/none") && error.contains("fix: "),
        "{error}"
    );
    let error = Store::open("gopher://x/y").err().unwrap().to_string();
    assert!(
        error.contains("gopher://x/y") && error.contains("fix: "),
        "{error}"
    );
}

#[test]
fn a_path_through_a_file_is_named_with_its_remedy() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let below = file.path().join("store");
    let error = Store::open(below.to_str().unwrap())
        .err()
        .unwrap()
        .to_string();
    assert!(
        error.contains("fix: a part of the path is a file"),
        "{error}"
    );
}

#[test]
fn the_sweep_spares_what_may_still_be_in_use() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path().to_str().unwrap()).unwrap();
    store.put("objects/aa/x", "kept").unwrap();
    let leftover = folder.path().join("objects/aa/y#1");
    std::fs::write(&leftover, "half").unwrap();
    assert_eq!(store.sweep().unwrap(), 0);
    let old = std::time::SystemTime::now() - std::time::Duration::from_secs(2 * 24 * 3600);
    File::options()
        .write(true)
        .open(&leftover)
        .unwrap()
        .set_modified(old)
        .unwrap();
    assert_eq!(store.sweep().unwrap(), 1);
    assert!(!leftover.exists() && store.head("objects/aa/x").unwrap() == Some(4));
}
