//! Listeners of whom little or nothing useful is known.

use catalog::progress::Silent;
use recsys::job::{Request, run};
use recsys::lists::{Lists, Reason};
use recsys::published::key;

use crate::world::{DAY, Event, NOW, World, config, heard, recording};

fn run_with(extra: Vec<Event>) -> (World, Lists, recsys::report::RunReport, tempfile::TempDir) {
    let mut world = World::new(3, 40).populate(90, 40, 4);
    world.events.extend(extra);
    let folder = tempfile::tempdir().unwrap();
    let store = world.store(folder.path());
    let request = Request {
        force: Some("not about quality"),
        ..world.request(2)
    };
    let report = run(&store, &config(), &request, &Silent).unwrap();
    let lists = Lists::open(
        &store
            .local_path(&key(&report.model.run, "lists.bin"))
            .unwrap(),
    )
    .unwrap();
    (world, lists, report, folder)
}

#[test]
fn a_listener_without_plays_has_no_list_and_gets_the_chart_of_the_country() {
    let (_world, lists, ..) = run_with(vec![]);
    assert!(lists.discover_weekly(123_456).is_none());
    for territory in catalog::ids::Territory::all() {
        assert!(lists.chart(territory).len() >= 30, "{territory}");
    }
}

#[test]
fn one_play_is_enough_for_a_list_of_its_taste() {
    let (_world, lists, ..) = run_with(vec![heard(5000, 45, 1.0)]);
    let list = lists.discover_weekly(5000).unwrap();
    assert!(list.len() >= 20, "{}", list.len());
    let second: Vec<_> = (40..80).map(recording).collect();
    let own = list
        .iter()
        .take(10)
        .filter(|e| second.contains(&lists.recordings()[e.recording as usize]))
        .count();
    assert!(own >= 8, "{own} of 10");
    let played = lists.recordings().binary_search(&recording(45)).unwrap() as u32;
    assert_eq!(list[0].reason(), Reason::BecauseYouPlayed(played));
}

#[test]
fn only_skips_give_what_trends_without_the_skipped() {
    let skip = |number| Event {
        played_ms: 3_000,
        ended: "skip",
        ..heard(5001, number, 3.0)
    };
    let (_world, lists, ..) = run_with((0..10).map(skip).collect());
    let list = lists.discover_weekly(5001).unwrap();
    assert!(!list.is_empty());
    assert!(list.iter().all(|entry| entry.reason() == Reason::Trending));
    let skipped: Vec<_> = (0..10).map(recording).collect();
    assert!(
        list.iter()
            .all(|entry| !skipped.contains(&lists.recordings()[entry.recording as usize]))
    );
}

#[test]
fn a_listener_who_played_only_what_is_closed_to_them_gets_what_is_open() {
    // Recordings 4, 9, 14, … may not be heard in the US.
    let plays = [4, 9, 14, 19].map(|number| Event {
        country: "US",
        ..heard(5002, number, 2.0)
    });
    let (world, lists, ..) = run_with(plays.to_vec());
    let list = lists.discover_weekly(5002).unwrap();
    assert!(!list.is_empty());
    let tracks = world.catalogue.recordings();
    for entry in list {
        let number = tracks[&lists.recordings()[entry.recording as usize]][0]
            .1
            .title
            .split(' ')
            .next_back()
            .unwrap();
        assert_ne!(number.parse::<usize>().unwrap() % 5, 4, "closed in the US");
    }
}

#[test]
fn a_listener_who_heard_everything_lately_gets_an_empty_list() {
    let (_world, lists, ..) = run_with((0..120).map(|number| heard(5003, number, 5.0)).collect());
    assert_eq!(lists.discover_weekly(5003), Some([].as_slice()));
}

#[test]
fn a_million_plays_of_one_listener_move_nothing_for_the_others() {
    let bot = (0..20_000)
        .map(|n| Event {
            session: n,
            ..heard(5004, 7, 1.0 + n as f64 / 1e6)
        })
        .collect();
    let (_world, with, ..) = run_with(bot);
    let chart = with.chart("US".parse().unwrap());
    let at = with.recordings().binary_search(&recording(7)).unwrap() as u32;
    let place = chart
        .iter()
        .position(|entry| entry.recording == at)
        .unwrap();
    assert_ne!(place, 0, "one listener does not make a hit");
}

#[test]
fn events_ahead_of_time_are_counted_and_change_nothing() {
    let (_world, lists, report, _folder) = run_with(vec![
        Event {
            started_at: NOW + 400 * DAY,
            ..heard(5005, 1, 0.0)
        },
        Event {
            started_at: NOW + 400 * DAY,
            ..heard(1, 1, 0.0)
        },
    ]);
    assert_eq!(report.model.counts.tally.future, 2);
    assert_eq!(report.model.as_of.as_millisecond(), NOW);
    assert!(lists.discover_weekly(5005).is_none());
}

#[test]
fn no_plays_at_all_still_give_charts_for_a_day_that_is_named() {
    let world = World::new(2, 30);
    let folder = tempfile::tempdir().unwrap();
    let store = world.store(folder.path());
    let error = world.run(&store, 1).unwrap_err().to_string();
    assert!(error.contains("--as-of") && store.list("models/").unwrap().is_empty());
    let report = run(&store, &config(), &on_day(&world), &Silent).unwrap();
    assert_eq!(
        (report.model.counts.listeners, report.model.counts.vectors),
        (0, 0)
    );
    assert!(report.model.evaluation.is_none());
    let lists = Lists::open(
        &store
            .local_path(&key(&report.model.run, "lists.bin"))
            .unwrap(),
    )
    .unwrap();
    assert!(lists.chart("DE".parse().unwrap()).len() >= 30);
}

#[test]
fn an_empty_catalogue_gives_an_empty_run() {
    let world = World::new(0, 0);
    let folder = tempfile::tempdir().unwrap();
    let store = world.store(folder.path());
    let report = run(&store, &config(), &on_day(&world), &Silent).unwrap();
    assert_eq!(report.model.counts.items, 0);
    assert_eq!(report.model.as_of.as_millisecond(), NOW);
}

fn on_day(world: &World) -> Request<'_> {
    Request {
        as_of: Some(jiff::Timestamp::from_millisecond(NOW).unwrap()),
        ..world.request(1)
    }
}
