//! What listeners know by name: mixes, radar, artists, first lists; and what they asked not to get.

use std::collections::BTreeSet;

use catalog::ids::{ArtistId, Sha256};
use catalog::progress::Silent;
use catalog::store::Store;
use recsys::Error;
use recsys::job::{Request, Start, run};
use recsys::lists::{Entry, Lists, Reason};
use recsys::published::{Model, key};

use crate::world::{World, config, heard, number_of};

fn world() -> World {
    World::new(3, 40).populate(90, 40, 4)
}

fn lists(store: &Store, model: &Model) -> Lists {
    Lists::open(&store.local_path(&key(&model.run, "lists.bin")).unwrap()).unwrap()
}

fn published(world: &World, store: &Store, start: Start<'_>) -> Model {
    let request = Request {
        force: Some("not about quality"),
        start,
        ..world.request(2)
    };
    run(store, &config(), &request, &Silent).unwrap().model
}

/// The numbers of the recordings on a list.
fn numbers(world: &World, lists: &Lists, list: &[Entry]) -> Vec<usize> {
    let ids = list
        .iter()
        .map(|entry| lists.recordings()[entry.recording as usize]);
    ids.map(|id| number_of(world, id)).collect()
}

#[test]
fn a_daily_mix_is_of_one_taste_and_holds_known_and_new() {
    let (world, folder) = (world(), tempfile::tempdir().unwrap());
    let store = world.store(folder.path());
    let model = published(&world, &store, Start::Cold);
    let lists = lists(&store, &model);
    assert!(model.counts.mixes >= 90, "{}", model.counts.mixes);
    for listener in 0..90u64 {
        let mixes = lists.daily_mixes(listener);
        assert!((1..=6).contains(&mixes.len()), "{}", mixes.len());
        let first = numbers(&world, &lists, mixes[0]);
        let once: BTreeSet<&usize> = first.iter().collect();
        assert_eq!(once.len(), first.len(), "nothing twice");
        let own = first
            .iter()
            .filter(|&&n| n / 40 == listener as usize % 3)
            .count();
        assert!(
            own * 10 >= first.len() * 7,
            "listener {listener}: {own} of {}, {first:?}",
            first.len()
        );
    }
}

#[test]
fn release_radar_holds_only_what_came_out_lately_and_says_why() {
    let (world, folder) = (world(), tempfile::tempdir().unwrap());
    let store = world.store(folder.path());
    let model = published(&world, &store, Start::Cold);
    let lists = lists(&store, &model);
    let mut reasons = 0;
    for listener in 0..90u64 {
        let radar = lists.release_radar(listener);
        // Of every ten releases of three recordings, the last came out within the four weeks.
        assert!(
            numbers(&world, &lists, radar)
                .iter()
                .all(|n| n / 3 % 10 == 9)
        );
        let why = |entry: &&Entry| matches!(entry.reason(), Reason::BecauseYouPlayed(_));
        reasons += radar.iter().filter(why).count();
    }
    assert!(model.counts.radar_entries > 30 && reasons > 0, "{reasons}");
}

#[test]
fn artists_are_near_to_those_of_their_own_taste_and_nobody_fills_a_list_alone() {
    let (world, folder) = (world(), tempfile::tempdir().unwrap());
    let store = world.store(folder.path());
    let lists = lists(&store, &published(&world, &store, Start::Cold));
    let tracks = world.catalogue.recordings();
    // An artist has three recordings in a row; 13 whole artists lie in each taste of 40.
    let artist = |number: usize| tracks[&crate::world::recording(number)][0].1.artists[0].artist;
    let taste = |of: &ArtistId| (0..120).find(|&n| artist(n) == *of).unwrap() / 40;
    let near = lists.similar_artists(&artist(45));
    assert!(
        near.len() >= 5 && near.iter().take(5).all(|n| taste(&n.0) == 1),
        "{near:?}"
    );
    let radio = numbers(&world, &lists, &lists.artist_radio(&artist(45))[..10]);
    assert!(radio.iter().all(|n| n / 40 == 1), "{radio:?}");
    // Three recordings each: without the rule, the first three places would be the seed's own artist.
    let most_of_one = |list: &[Entry]| {
        let mut counts = std::collections::BTreeMap::<ArtistId, usize>::new();
        let all = numbers(&world, &lists, list).into_iter().map(artist);
        all.for_each(|artist| *counts.entry(artist).or_default() += 1);
        counts.into_values().max().unwrap_or_default()
    };
    let radios = lists.artists().iter().map(|a| lists.artist_radio(a));
    let similar = lists.recordings().iter().map(|r| lists.similar(r));
    for list in radios.chain(similar) {
        assert!(list.len() >= 10, "{} places", list.len());
        assert!(most_of_one(list) <= 2);
    }
}

#[test]
fn a_recording_that_nobody_has_played_is_like_those_of_its_artist() {
    let (mut world, folder) = (world(), tempfile::tempdir().unwrap());
    let cold = crate::world::recording(46);
    world
        .events
        .retain(|event| event.recording != cold.to_string());
    let store = world.store(folder.path());
    let lists = lists(&store, &published(&world, &store, Start::Cold));
    let near = numbers(&world, &lists, lists.similar(&cold));
    let of_artist: BTreeSet<usize> = near[..2].iter().copied().collect();
    assert_eq!(of_artist, BTreeSet::from([45, 47]));
    assert_eq!(near.len(), 50);
}

#[test]
fn who_wants_nothing_explicit_gets_nothing_explicit() {
    let (world, folder) = (world(), tempfile::tempdir().unwrap());
    let store = world.store(folder.path());
    let open = lists(&store, &published(&world, &store, Start::Cold));
    let profile = "{\"listener\":4,\"explicit\":false}\n".as_bytes().to_vec();
    store.put("listeners/profiles.ndjson", profile).unwrap();
    let model = published(&world, &store, Start::Cold);
    let clean = lists(&store, &model);
    assert!(model.inputs.profiles.is_some());
    let explicit = |lists: &Lists, listener: u64| {
        let mixes = lists.daily_mixes(listener).concat();
        let all = [
            lists.discover_weekly(listener).unwrap(),
            lists.release_radar(listener),
            mixes.as_slice(),
        ]
        .concat();
        numbers(&world, lists, &all)
            .iter()
            .filter(|n| *n % 11 == 10)
            .count()
    };
    assert!(explicit(&open, 4) > 0);
    assert_eq!(explicit(&clean, 4), 0);
    assert!(explicit(&clean, 7) > 0, "others are not concerned");
}

#[test]
fn the_next_week_repeats_nothing_and_every_place_has_a_propensity() {
    let (mut world, folder) = (world(), tempfile::tempdir().unwrap());
    let store = world.store(folder.path());
    let first = lists(&store, &published(&world, &store, Start::Cold));
    // A week later everybody played one more thing, and nothing of the list.
    for listener in 0..90 {
        world
            .events
            .push(heard(listener, listener as usize % 3 * 40, -6.5));
    }
    let store = world.store(folder.path());
    let model = published(&world, &store, Start::Warm);
    assert_eq!(model.inputs.previous.len(), 1);
    assert!(
        model.inputs.start.is_some(),
        "it started where the week before ended"
    );
    let second = lists(&store, &model);
    assert!(second.monday() > first.monday());
    for listener in 0..90u64 {
        let of = |lists: &Lists| -> BTreeSet<usize> {
            let list = lists.discover_weekly(listener).unwrap();
            numbers(&world, lists, list).into_iter().collect()
        };
        assert!(of(&first).is_disjoint(&of(&second)), "listener {listener}");
        let drawn = second.propensities(listener);
        assert_eq!(drawn.len(), second.discover_weekly(listener).unwrap().len());
        assert!(drawn.iter().all(|&p| p > 0.0 && p <= 1.0));
    }
    let drawn = (0..90)
        .flat_map(|l| first.propensities(l))
        .filter(|&&p| p < 1.0)
        .count();
    assert!(drawn >= 90, "{drawn} places were drawn");
    let again = run(
        &store,
        &config(),
        &Request {
            force: Some("not about quality"),
            start: Start::Warm,
            ..world.request(2)
        },
        &Silent,
    );
    assert!(again.unwrap().done_before, "a rerun finds the same run");
}

#[test]
fn vectors_that_another_engine_trained_are_published() {
    let (world, folder) = (world(), tempfile::tempdir().unwrap());
    let store = world.store(folder.path());
    let own = published(&world, &store, Start::Cold);
    let items = store
        .local_path(&key(&own.run, "item-factors.parquet"))
        .unwrap();
    let imported = published(
        &world,
        &store,
        Start::Imported {
            items: &items,
            ids: None,
        },
    );
    assert_ne!(imported.run, own.run);
    let hash = |run: &Sha256, name: &str| Sha256::of(store.get(&key(run, name)).unwrap().unwrap());
    // Our own vectors, imported: the same recordings, the same listeners folded in.
    let both = [&own.run, &imported.run].map(|run| hash(run, "item-factors.parquet"));
    assert_eq!(both[0], both[1]);
    let lists = lists(&store, &imported);
    assert!((0..90).all(|l| {
        lists
            .discover_weekly(l)
            .is_some_and(|list| !list.is_empty())
    }));
    // The same file with ids of its own beside.
    let with_ids = Start::Imported {
        items: &items,
        ids: Some(&items),
    };
    assert_eq!(
        published(&world, &store, with_ids).counts.vectors,
        imported.counts.vectors
    );
}

#[test]
fn vectors_that_cannot_be_used_are_refused_with_the_remedy() {
    let (world, folder) = (world(), tempfile::tempdir().unwrap());
    let store = world.store(folder.path());
    let path = folder.path().join("factors.parquet");
    std::fs::write(&path, "no parquet").unwrap();
    let start = Start::Imported {
        items: &path,
        ids: None,
    };
    let request = Request {
        start,
        ..world.request(1)
    };
    let error = run(&store, &config(), &request, &Silent).unwrap_err();
    assert!(matches!(error, Error::Factors { .. }) && error.to_string().contains("\nfix: "));
}
