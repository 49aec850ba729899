//! Laws of the simulator, on a small catalogue made here.

use super::world::World;
use super::*;
use crate::config::Config;
use catalog::ids::{Isrc, RecordingId, ReleaseId, TerritorySet, TrackId};
use catalog::release::{Advisory, Catalogue, Credit, Genre, Release, ReleaseKind, Role, Track};
use catalog::rights::{CommercialModel, Rights, RightsWindow, UseType};
use catalog::units::Millis;
use std::collections::HashMap;

const GENRES: [&str; 4] = ["house", "folk", "metal", "ambient"];

fn rights(territories: TerritorySet, start: &str) -> Rights {
    let models = [CommercialModel::Subscription, CommercialModel::AdSupported];
    Rights::from(Vec::from(models.map(|model| RightsWindow {
        territories,
        model,
        use_type: UseType::Stream,
        start: start.parse().unwrap(),
        end: None,
        clock: Default::default(),
    })))
}

fn track(release: &ReleaseId, at: usize, genre: &str, artist: &str, rights: Rights) -> Track {
    let isrc: Isrc = format!("ZZT0126{at:05}").parse().unwrap();
    Track {
        id: TrackId::of(release, 1, at as u16, &isrc),
        recording: RecordingId::of_isrc(&isrc),
        disc: 1,
        number: at as u16,
        isrc,
        title: format!("Track {at}"),
        version: None,
        artists: vec![Credit::new(artist, None, Role::MainArtist)],
        duration: Millis(180_000),
        advisory: Advisory::None,
        genre: Some(Genre {
            code: genre.into(),
            delivered: genre.into(),
        }),
        language: None,
        iswc: None,
        licence: None,
        origin: None,
        announcement: Default::default(),
        lyrics: None,
        master: None,
        rights,
    }
}

/// 48 recordings, four genres, twelve artists; number 46 only in Germany, 47 not before 2031.
fn catalogue() -> Catalogue {
    let release = ReleaseId::of("test", "1");
    let germany: TerritorySet = ["DE".parse().unwrap()].into_iter().collect();
    let tracks = (0..48)
        .map(|at| {
            let rights = match at {
                46 => rights(germany, "2026-01-01T00:00:00Z"),
                47 => rights(TerritorySet::worldwide(), "2031-01-01T00:00:00Z"),
                _ => rights(TerritorySet::worldwide(), "2026-01-01T00:00:00Z"),
            };
            track(
                &release,
                at,
                GENRES[at % 4],
                &format!("Artist {}", at % 12),
                rights,
            )
        })
        .collect();
    let release = Release {
        id: release,
        sender: "test".into(),
        reference: "1".into(),
        gtin: None,
        grid: None,
        proprietary_id: None,
        announcement: Default::default(),
        title: "All".into(),
        version: None,
        kind: ReleaseKind::Compilation,
        artists: Vec::new(),
        label: "Test".into(),
        p_line: None,
        c_line: None,
        original_date: None,
        release_date: None,
        genre: None,
        language: None,
        artwork: None,
        tracks,
    };
    Catalogue {
        releases: vec![release],
    }
}

fn small() -> (World, Plays) {
    let mut parameters = Config::load(None).unwrap().plays;
    parameters.listeners = 300;
    (World::new(&catalogue(), &parameters), parameters)
}

#[test]
fn plays_are_sorted_and_none_is_outside_the_time() {
    let (world, parameters) = small();
    let (from, to) = span(&parameters);
    let plays = simulate(&world, &parameters);
    assert!(plays.len() > 10_000, "{}", plays.len());
    assert!(
        plays
            .windows(2)
            .all(|pair| pair[0].started_at <= pair[1].started_at)
    );
    for play in &plays {
        assert!(play.started_at >= from && play.started_at + i64::from(play.played_ms) <= to);
        assert!(play.played_ms <= 180_000);
    }
}

#[test]
fn nobody_hears_two_things_at_once() {
    let (world, parameters) = small();
    let mut busy: HashMap<u32, i64> = HashMap::new();
    for play in simulate(&world, &parameters) {
        let free = busy.entry(play.listener).or_insert(i64::MIN);
        assert!(play.started_at >= *free, "{play:?}");
        *free = play.started_at + i64::from(play.played_ms);
    }
}

#[test]
fn nothing_is_heard_where_or_before_it_is_on_sale() {
    let (world, parameters) = small();
    let germany = parameters
        .countries
        .iter()
        .position(|c| c.code.to_string() == "DE")
        .unwrap();
    let isrc = |at: usize| RecordingId::of_isrc(&format!("ZZT0126{at:05}").parse().unwrap());
    let mut in_germany = 0;
    for play in simulate(&world, &parameters) {
        let recording = world.items[play.item as usize].recording;
        assert_ne!(recording, isrc(47));
        if recording == isrc(46) {
            let listener = listener::Listener::new(&world, &parameters, play.listener);
            assert_eq!(listener.country, germany);
            in_germany += 1;
        }
    }
    assert!(in_germany > 0);
}

#[test]
fn listeners_hear_their_favourite_genre_most_in_the_last_week_too() {
    let (world, parameters) = small();
    let (_, to) = span(&parameters);
    let plays = simulate(&world, &parameters);
    let (mut hits, mut all) = (0u32, 0u32);
    for play in plays.iter().filter(|play| play.started_at >= to - 7 * DAY) {
        let favourite = listener::Listener::new(&world, &parameters, play.listener).favourite;
        all += 1;
        hits += u32::from(world.items[play.item as usize].genre == favourite);
    }
    let share = f64::from(hits) / f64::from(all);
    assert!(
        share > 0.5,
        "favourite genre has {share:.2} of the last week, chance is 0.25"
    );
}

#[test]
fn skips_are_as_frequent_as_the_parameters_say_and_rarer_for_what_is_liked() {
    let (world, parameters) = small();
    let plays = simulate(&world, &parameters);
    let skipped = |play: &&Play| play.ended == Ended::Skip;
    let share = plays.iter().filter(skipped).count() as f64 / plays.len() as f64;
    assert!(
        (parameters.skips.liked..parameters.skips.disliked).contains(&share),
        "{share}"
    );
    let (mut liked, mut disliked) = ((0, 0), (0, 0));
    let mut known: HashMap<u32, listener::Listener> = HashMap::new();
    for play in &plays {
        let number = play.listener;
        let listener = known
            .entry(number)
            .or_insert_with(|| listener::Listener::new(&world, &parameters, number));
        let rank = listener.rank[play.item as usize];
        let side = if rank > 0.8 {
            &mut liked
        } else {
            &mut disliked
        };
        side.0 += usize::from(play.ended == Ended::Skip);
        side.1 += 1;
    }
    let rate = |(skips, all): (usize, usize)| skips as f64 / all as f64;
    assert!(
        rate(liked) + 0.05 < rate(disliked),
        "{} {}",
        rate(liked),
        rate(disliked)
    );
}

#[test]
fn the_same_seed_gives_the_same_plays_and_another_does_not() {
    let (world, mut parameters) = small();
    parameters.listeners = 40;
    let once = simulate(&world, &parameters);
    assert_eq!(once, simulate(&world, &parameters));
    parameters.seed += 1;
    assert_ne!(once, simulate(&world, &parameters));
}

#[test]
fn most_listeners_leave_enough_unheard_for_four_weeks_of_discoveries() {
    let (world, parameters) = small();
    let (_, to) = span(&parameters);
    let mut heard: HashMap<u32, std::collections::HashSet<u32>> = HashMap::new();
    for play in simulate(&world, &parameters)
        .iter()
        .filter(|p| p.started_at > to - 28 * DAY)
    {
        heard.entry(play.listener).or_default().insert(play.item);
    }
    let enough = heard
        .values()
        .filter(|items| world.items.len() - items.len() >= 15)
        .count();
    assert!(enough * 10 > heard.len() * 9, "{enough} of {}", heard.len());
}

/// A slow and simple recommender: what a listener's first seven weeks say of their genres, times
/// popularity, against popularity alone; judged by what is heard for the first time in the last.
#[test]
fn taste_foretells_the_discoveries_of_a_held_out_week_better_than_popularity() {
    let (world, parameters) = small();
    let (_, to) = span(&parameters);
    let (past, future): (Vec<Play>, Vec<Play>) = simulate(&world, &parameters)
        .into_iter()
        .partition(|play| play.started_at < to - 7 * DAY);
    let mut popularity = vec![0.0; world.items.len()];
    let mut genres: HashMap<u32, Vec<f64>> = HashMap::new();
    let mut heard: std::collections::HashSet<(u32, u32)> = Default::default();
    for play in &past {
        popularity[play.item as usize] += 1.0;
        let genre = world.items[play.item as usize].genre;
        genres
            .entry(play.listener)
            .or_insert_with(|| vec![0.1; world.genres.len()])[genre] += 1.0;
        heard.insert((play.listener, play.item));
    }
    let (mut by_popularity, mut by_taste) = (0, 0);
    for play in &future {
        let Some(taste) = genres.get(&play.listener) else {
            continue;
        };
        if !heard.insert((play.listener, play.item)) {
            continue;
        }
        // Whether the recording is among the ten best of those that the listener did not know.
        let hit = |score: &dyn Fn(usize) -> f64| {
            let item = play.item as usize;
            let unknown = |other: &usize| !heard.contains(&(play.listener, *other as u32));
            let better = (0..world.items.len())
                .filter(unknown)
                .filter(|&o| score(o) > score(item));
            i32::from(better.count() < 10)
        };
        by_popularity += hit(&|item| popularity[item]);
        by_taste += hit(&|item| popularity[item] * taste[world.items[item].genre]);
    }
    assert!(
        by_taste * 10 > by_popularity * 12,
        "taste {by_taste}, popularity {by_popularity}"
    );
}

#[test]
fn an_empty_catalogue_gives_no_plays() {
    let (_, parameters) = small();
    let world = World::new(&Catalogue::default(), &parameters);
    assert!(simulate(&world, &parameters).is_empty());
}
