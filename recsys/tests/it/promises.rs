//! What every run promises: rules on every list, bytes that repeat, models better than popularity.

use std::collections::{BTreeMap, BTreeSet};

use catalog::cluster::{Cluster, DuplicateReport};
use catalog::ids::Sha256;
use catalog::progress::Silent;
use catalog::rights::CommercialModel;
use proptest::prelude::*;
use recsys::Error;
use recsys::ann::Ann;
use recsys::job::{Request, run};
use recsys::lists::{Lists, Reason};
use recsys::published::{edition_files, key, newest, published};

use crate::world::{DAY, NOW, World, config, heard, recording};

/// All bytes of a run by name.
fn bytes_of(store: &catalog::store::Store) -> BTreeMap<String, Sha256> {
    let keys = store.list("models/").unwrap();
    keys.into_iter()
        .map(|(key, _)| (key.clone(), Sha256::of(store.get(&key).unwrap().unwrap())))
        .collect()
}

fn lists(store: &catalog::store::Store, run: &Sha256) -> Lists {
    Lists::open(&store.local_path(&key(run, "lists.bin")).unwrap()).unwrap()
}

/// Holds every Discover Weekly list of a run against the rules.
fn check_rules(world: &World, lists: &Lists, monday: jiff::Timestamp) {
    let tracks = world.catalogue.recordings();
    let recent =
        |event: &&crate::world::Event| event.started_at >= NOW - 28 * DAY && event.started_at < NOW;
    let heard: BTreeSet<(u64, String)> = world
        .events
        .iter()
        .filter(recent)
        .map(|e| (e.listener as u64, e.recording.clone()))
        .collect();
    let mut latest = BTreeMap::new();
    for event in world.events.iter().filter(|event| event.started_at < NOW) {
        let place = latest.entry(event.listener as u64).or_insert(event);
        if event.started_at > place.started_at {
            *place = event;
        }
    }
    assert_eq!(lists.listeners().len(), latest.len());
    for (listener, event) in latest {
        let list = lists.discover_weekly(listener).unwrap();
        assert!(list.len() <= 30);
        let model = match event.tier {
            "premium" => CommercialModel::Subscription,
            _ => CommercialModel::AdSupported,
        };
        let mut artists = BTreeMap::<_, usize>::new();
        let mut once = BTreeSet::new();
        for entry in list {
            let id = lists.recordings()[entry.recording as usize];
            let track = tracks[&id][0].1;
            assert!(once.insert(id), "listener {listener}: {id} twice");
            assert!(
                !heard.contains(&(listener, id.to_string())),
                "listener {listener} heard {id}"
            );
            let territory = event.country.parse().unwrap();
            assert!(
                track
                    .rights
                    .availability(territory, model, monday)
                    .is_available(),
                "{id} in {}",
                event.country
            );
            *artists.entry(track.artists[0].artist).or_default() += 1;
            assert!(entry.score.is_finite());
        }
        assert!(
            artists.values().all(|&count| count <= 2),
            "listener {listener}: {artists:?}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6))]
    #[test]
    fn every_list_keeps_the_rules(seed in any::<u64>(), clusters in 2usize..5, per_cluster in 5usize..40, listeners in 3usize..60, plays in 1usize..40) {
        let world = World::new(clusters, per_cluster).populate(listeners, plays, seed);
        let folder = tempfile::tempdir().unwrap();
        let store = world.store(folder.path());
        let as_of = Some(jiff::Timestamp::from_millisecond(NOW).unwrap());
        let request = Request { as_of, force: Some("a random world may have no taste"), ..world.request(2) };
        let report = run(&store, &config(), &request, &Silent).unwrap();
        check_rules(&world, &lists(&store, &report.model.run), report.model.monday);
    }
}

#[test]
fn planted_tastes_are_found_and_every_model_beats_popularity() {
    let world = World::new(4, 60).populate(200, 60, 5);
    let folder = tempfile::tempdir().unwrap();
    let store = world.store(folder.path());
    let report = world.run(&store, 2).unwrap();
    let evaluation = report.model.evaluation.as_ref().expect("enough listeners");
    assert_eq!(evaluation.no_better(), None, "{evaluation}");
    assert_eq!(report.model.monday.to_string(), "2026-11-02T00:00:00Z");
    let lists = lists(&store, &report.model.run);
    let cluster: BTreeMap<_, _> = (0..240)
        .map(|number| (recording(number), number / 60))
        .collect();
    let (mut own, mut all, mut explained) = (0, 0, 0);
    for &listener in lists.listeners() {
        for entry in lists.discover_weekly(listener).unwrap().iter().take(10) {
            own += usize::from(
                cluster[&lists.recordings()[entry.recording as usize]] == listener as usize % 4,
            );
            all += 1;
            explained += usize::from(matches!(entry.reason(), Reason::BecauseYouPlayed(_)));
        }
    }
    assert!(own * 10 > all * 9, "{own} of {all} in the own taste");
    assert!(explained * 10 > all * 9, "{explained} of {all} explained");
    println!("{}", recsys::Report::Run(Box::new(report)));
}

#[test]
fn any_number_of_threads_and_any_second_run_give_the_same_bytes() {
    let world = World::new(3, 30).populate(90, 40, 9);
    let mut seen: Option<BTreeMap<String, Sha256>> = None;
    for threads in [1, 2, 3] {
        let folder = tempfile::tempdir().unwrap();
        let store = world.store(folder.path());
        let first = world.run(&store, threads).unwrap();
        let bytes = bytes_of(&store);
        let again = world.run(&store, threads).unwrap();
        assert!(!first.done_before && again.done_before);
        assert_eq!(first.model, again.model);
        // As after a kill: files without a manifest are no run.
        store.delete(&key(&first.model.run, "model.json")).unwrap();
        assert!(published(&store, &first.model.run).unwrap().is_none());
        world.run(&store, threads).unwrap();
        assert_eq!(bytes_of(&store), bytes);
        assert_eq!(
            *seen.get_or_insert(bytes.clone()),
            bytes,
            "{threads} threads"
        );
    }
}

#[test]
fn a_server_opens_what_an_edition_carries() {
    let world = World::new(3, 40).populate(240, 50, 3);
    let folder = tempfile::tempdir().unwrap();
    let store = world.store(folder.path());
    let report = world.run(&store, 1).unwrap();
    assert_eq!(newest(&store).unwrap().unwrap(), report.model);
    let edition = tempfile::tempdir().unwrap();
    for (name, key) in edition_files(&report.model) {
        std::fs::copy(store.local_path(&key).unwrap(), edition.path().join(name)).unwrap();
    }
    let ann = Ann::open(edition.path()).unwrap();
    assert!(ann.manifest().recall_at_10 >= 0.98, "{:?}", ann.manifest());
    let near = ann.similar(&recording(1), 10, |_| true);
    let own = near
        .iter()
        .filter(|(id, _)| (0..40).any(|number| recording(number) == *id))
        .count();
    assert!(own >= 8, "{own} of the ten nearest are of the same taste");
    let lists = Lists::open(&edition.path().join("lists.bin")).unwrap();
    lists.verify().unwrap();
    assert!(lists.similar(&recording(1)).len() >= 10);
    assert_eq!(lists.chart("DE".parse().unwrap()).len(), 100);
    let american = lists.chart("US".parse().unwrap());
    let closed: Vec<_> = (0..120).filter(|n| n % 5 == 4).map(recording).collect();
    assert!(
        american
            .iter()
            .all(|entry| !closed.contains(&lists.recordings()[entry.recording as usize]))
    );
}

#[test]
fn duplicates_learn_together_and_take_one_place() {
    let mut world = World::new(2, 30).populate(80, 30, 21);
    // A new listener of the first taste, who has played nothing of the duplicates.
    world
        .events
        .extend([3, 6, 9, 12].map(|number| heard(7000, number, 2.0)));
    let mut members = vec![recording(0), recording(1)];
    members.sort_unstable();
    let cluster = Cluster {
        members,
        evidence: Vec::new(),
    };
    let duplicates = DuplicateReport {
        run: Sha256::of("pair"),
        clusters: vec![cluster],
    };
    let folder = tempfile::tempdir().unwrap();
    let store = world.store(folder.path());
    let request = Request {
        duplicates: Some(&duplicates),
        force: Some("small"),
        ..world.request(1)
    };
    let report = run(&store, &config(), &request, &Silent).unwrap();
    assert_eq!(report.model.counts.items, 59);
    let lists = lists(&store, &report.model.run);
    for &listener in lists.listeners() {
        let list = lists.discover_weekly(listener).unwrap();
        let pair = list.iter().filter(|entry| {
            [recording(0), recording(1)].contains(&lists.recordings()[entry.recording as usize])
        });
        assert!(pair.count() <= 1, "listener {listener}");
    }
    assert_eq!(lists.similar(&recording(0)), lists.similar(&recording(1)));
}

#[test]
fn models_that_are_no_better_than_popularity_are_refused_with_numbers_unless_forced() {
    let mut world = World::new(2, 40);
    // Tastes of five weeks, and then everybody plays only what the others used to like.
    let mut dice = crate::world::Dice(1);
    for listener in 0..100i64 {
        let own = listener as usize % 2;
        for _ in 0..12 {
            world.events.push(heard(
                listener,
                own * 40 + dice.below(40),
                8.0 + dice.below(300) as f64 / 10.0,
            ));
            world.events.push(heard(
                listener,
                (1 - own) * 40 + dice.below(40),
                0.5 + dice.below(60) as f64 / 10.0,
            ));
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let store = world.store(folder.path());
    let error = world.run(&store, 2).unwrap_err();
    assert!(
        matches!(error, Error::WorseThanPopularity { .. }),
        "{error}"
    );
    let text = error.to_string();
    assert!(
        text.contains("blend: NDCG@10 0.")
            && text.contains("popularity: NDCG@10 0.")
            && text.contains("\nfix: "),
        "{text}"
    );
    assert!(
        store.list("models/").unwrap().is_empty(),
        "nothing is published"
    );
    let forced = Request {
        force: Some("tests want it"),
        ..world.request(2)
    };
    let report = run(&store, &config(), &forced, &Silent).unwrap();
    assert_eq!(report.model.forced.as_deref(), Some("tests want it"));
}

#[test]
fn other_engines_read_the_factors_in_the_shape_that_spark_writes() {
    use polars::prelude::*;
    let world = World::new(2, 40).populate(80, 30, 2);
    let folder = tempfile::tempdir().unwrap();
    let store = world.store(folder.path());
    let report = world.run(&store, 1).unwrap();
    let path = |name: &str| store.local_path(&key(&report.model.run, name)).unwrap();
    let read = |name: &str| {
        let path = PlRefPath::new(path(name).to_str().unwrap());
        let scan = LazyFrame::scan_parquet(path, Default::default());
        scan.unwrap().collect().unwrap()
    };
    for (name, label, length) in [
        ("item-factors.parquet", "recording", 16),
        ("listener-factors.parquet", "listener", 16),
        ("vectors.parquet", "recording", 16),
        ("item2vec-centres.parquet", "recording", 256),
        ("item2vec-contexts.parquet", "recording", 256),
        ("sounds.parquet", "recording", 128),
    ] {
        let frame = read(name);
        assert_eq!(frame.height(), 80, "{name}");
        assert_eq!(frame.column("id").unwrap().dtype(), &DataType::Int32);
        let features = frame.column("features").unwrap();
        let list = DataType::List(Box::new(DataType::Float32));
        assert_eq!(features.dtype(), &list, "{name}");
        let lists = features.list().unwrap();
        let long = |row| {
            lists
                .get_as_series(row)
                .is_some_and(|list| list.len() == length)
        };
        assert!((0..80).all(long), "{name}");
        assert!(frame.column(label).is_ok());
    }
    let places = read("lists.parquet");
    let counts = &report.model.counts;
    assert!(places.height() > counts.weekly_entries + counts.radar_entries);
    let ids = read("recordings.parquet");
    let lists = lists(&store, &report.model.run);
    let named: Vec<Option<&str>> = ids
        .column("recording")
        .unwrap()
        .str()
        .unwrap()
        .iter()
        .collect();
    let expected: Vec<String> = lists.recordings().iter().map(ToString::to_string).collect();
    assert_eq!(named.len(), 80);
    assert!(
        named
            .iter()
            .zip(&expected)
            .all(|(a, b)| *a == Some(b.as_str()))
    );
    // The first listener's first place of Discover Weekly, through the table.
    let first = lists.discover_weekly(lists.listeners()[0]).unwrap()[0];
    let at = |column: &str| places.column(column).unwrap().get(0).unwrap().to_string();
    assert_eq!(at("list"), "\"discover-weekly\"");
    assert_eq!(
        (at("rank"), at("id")),
        ("1".into(), first.recording.to_string())
    );
    by_other_programs(
        &path("lists.parquet"),
        &path("item2vec-centres.parquet"),
        places.height(),
    );
}

/// What DuckDB and pyarrow count, where this machine has them.
fn by_other_programs(lists: &std::path::Path, vectors: &std::path::Path, places: usize) {
    /// The exit code of a Python that has not got them.
    const MISSING: i32 = 77;
    const SCRIPT: &str = "import sys\n\
        try: import duckdb, pyarrow.parquet as pq\n\
        except ImportError: sys.exit(77)\n\
        lists, vectors = sys.argv[1:]\n\
        rows = duckdb.sql(f\"select count(*), min(rank) from '{lists}'\").fetchall()[0]\n\
        length = duckdb.sql(f\"select min(len(features)), max(len(features)), count(*) from '{vectors}'\").fetchall()[0]\n\
        schema = pq.read_schema(vectors)\n\
        print(*rows, *length, schema.field('id').type, schema.field('features').type.value_type)";
    let said = std::process::Command::new("python3")
        .args(["-c", SCRIPT])
        .args([lists, vectors])
        .output();
    match said {
        Ok(said) if said.status.code() != Some(MISSING) => {
            let text = String::from_utf8_lossy(&said.stdout).into_owned();
            let wrong = String::from_utf8_lossy(&said.stderr);
            let expected = format!("{places} 1 256 256 80 int32 float");
            assert_eq!(text.trim(), expected, "{wrong}");
        }
        _ => eprintln!(
            "SKIPPED: there is no Python with duckdb and pyarrow here\nfix: pip install duckdb pyarrow"
        ),
    }
}
