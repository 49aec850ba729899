//! What is there to hear, for whom, and how popular is it?

use crate::config::Plays;
use catalog::ids::RecordingId;
use catalog::release::Catalogue;
use catalog::rights::CommercialModel;
use jiff::Timestamp;
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeMap;

/// A recording as the simulator sees it.
#[derive(Debug, Clone)]
pub struct Item {
    /// The recording.
    pub recording: RecordingId,
    /// Index of its main artist among [`World::artists`].
    pub artist: usize,
    /// Index of its genre among [`World::genres`].
    pub genre: usize,
    /// Length in milliseconds.
    pub duration_ms: u32,
    /// Weight for everybody.
    pub popularity: f64,
    /// Its place among the hidden traits.
    pub traits: Vec<f64>,
}

/// The catalogue with its random properties drawn.
#[derive(Debug, Clone)]
pub struct World {
    /// Recordings that some listener may hear at some time of the simulation, by id.
    pub items: Vec<Item>,
    /// Names of the main artists.
    pub artists: Vec<String>,
    /// Codes of the genres.
    pub genres: Vec<String>,
    /// First millisecond on sale by `[country][tier][item]`; `i64::MAX` = not in the time simulated.
    opens: Vec<[Vec<i64>; 2]>,
    /// First millisecond no longer on sale, likewise.
    closes: Vec<[Vec<i64>; 2]>,
}

impl World {
    /// Takes what matters from a catalogue. Rights are looked at once a day, at noon UTC.
    pub fn new(catalogue: &Catalogue, parameters: &Plays) -> World {
        let mut random = ChaCha8Rng::seed_from_u64(parameters.seed);
        let mut world = World {
            items: Vec::new(),
            artists: Vec::new(),
            genres: Vec::new(),
            opens: vec![Default::default(); parameters.countries.len()],
            closes: vec![Default::default(); parameters.countries.len()],
        };
        let (mut artists, mut genres) = (BTreeMap::new(), BTreeMap::new());
        for (recording, tracks) in catalogue.recordings() {
            let (release, track) = tracks[0];
            let name = track
                .artists
                .first()
                .or(release.artists.first())
                .map_or("", |c| &c.name);
            let genre = track.genre.as_ref().or(release.genre.as_ref());
            let genre = genre.map_or("other", |genre| genre.code.as_str());
            let (next_artist, next_genre) = (artists.len(), genres.len());
            let item = Item {
                recording,
                artist: *artists.entry(name.to_owned()).or_insert(next_artist),
                genre: *genres.entry(genre.to_owned()).or_insert(next_genre),
                duration_ms: track.duration.0.clamp(1, u64::from(u32::MAX)) as u32,
                popularity: (parameters.taste.popularity_sigma * normal(&mut random)).exp(),
                traits: (0..parameters.taste.traits)
                    .map(|_| normal(&mut random))
                    .collect(),
            };
            world.items.push(item);
            for (country, place) in parameters.countries.iter().enumerate() {
                let models = [CommercialModel::AdSupported, CommercialModel::Subscription];
                for (tier, model) in models.into_iter().enumerate() {
                    let heard = |at: Timestamp| {
                        let may = |(_, track): &(_, &catalog::release::Track)| {
                            track
                                .rights
                                .availability(place.code, model, at)
                                .is_available()
                        };
                        tracks.iter().any(may)
                    };
                    let (opens, closes) = on_sale(parameters, heard);
                    world.opens[country][tier].push(opens);
                    world.closes[country][tier].push(closes);
                }
            }
        }
        world.artists = by_index(artists);
        world.genres = by_index(genres);
        world
    }

    /// Whether an item may be heard; `tier` is 0 for free, 1 for premium.
    pub fn may_hear(&self, item: usize, country: usize, tier: usize, at: i64) -> bool {
        (self.opens[country][tier][item]..self.closes[country][tier][item]).contains(&at)
    }

    /// When an item came on sale.
    pub fn opened(&self, item: usize, country: usize, tier: usize) -> i64 {
        self.opens[country][tier][item]
    }
}

/// First day and first day after, in milliseconds. Before the simulated time counts as long ago.
fn on_sale(parameters: &Plays, heard: impl Fn(Timestamp) -> bool) -> (i64, i64) {
    let (from, to) = super::span(parameters);
    let noon = |day: i64| from + day * super::DAY + super::DAY / 2;
    let days = (to - from) / super::DAY;
    let at = |day: i64| Timestamp::from_millisecond(noon(day)).is_ok_and(&heard);
    let Some(first) = (0..days).find(|&day| at(day)) else {
        return (i64::MAX, i64::MAX);
    };
    let last = (first..days)
        .take_while(|&day| at(day))
        .last()
        .unwrap_or(first);
    let opens = if first == 0 { i64::MIN } else { noon(first) };
    (
        opens,
        if last == days - 1 {
            i64::MAX
        } else {
            noon(last)
        },
    )
}

fn by_index(names: BTreeMap<String, usize>) -> Vec<String> {
    let mut sorted: Vec<(usize, String)> = names.into_iter().map(|(name, at)| (at, name)).collect();
    sorted.sort();
    sorted.into_iter().map(|(_, name)| name).collect()
}

/// A standard normal number (Box and Muller 1958).
pub(super) fn normal(random: &mut impl Rng) -> f64 {
    let (u, v): (f64, f64) = (random.random(), random.random());
    (-2.0 * (1.0 - u).ln()).sqrt() * (std::f64::consts::TAU * v).cos()
}

/// An index drawn by weight; `None` when no weight is above zero.
pub(super) fn pick(weights: &[f64], random: &mut impl Rng) -> Option<usize> {
    let total: f64 = weights.iter().sum();
    if total <= 0.0 {
        return None;
    }
    let mut left = random.random::<f64>() * total;
    for (index, weight) in weights.iter().enumerate() {
        left -= weight;
        if left < 0.0 && *weight > 0.0 {
            return Some(index);
        }
    }
    weights.iter().rposition(|weight| *weight > 0.0)
}
