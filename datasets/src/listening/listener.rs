//! Who is the listener, and how much do they like each recording?

use super::world::{World, normal, pick};
use crate::config::Plays;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A listener with all fixed properties drawn, and what they have heard so far.
pub struct Listener {
    /// From 1.
    pub number: u32,
    /// Index among the configured countries.
    pub country: usize,
    /// 0 free, 1 premium.
    pub tier: usize,
    /// Favourite genre, index among [`World::genres`].
    pub favourite: usize,
    /// Liking of every item: a weight above zero, constant in time.
    pub liking: Vec<f64>,
    /// Place of every item in the order of liking, 0 worst … 1 best.
    pub rank: Vec<f64>,
    /// Sessions per week.
    pub sessions_per_week: f64,
    /// When each item was last heard; `None` = not known yet.
    pub(super) heard: Vec<Option<i64>>,
    pub(super) random: ChaCha8Rng,
}

impl Listener {
    /// Draws a listener. Each has a random stream of their own.
    pub fn new(world: &World, parameters: &Plays, number: u32) -> Listener {
        let mut random = ChaCha8Rng::seed_from_u64(parameters.seed);
        random.set_stream(u64::from(number));
        let weights: Vec<f64> = parameters.countries.iter().map(|c| c.weight).collect();
        let country = pick(&weights, &mut random).unwrap_or(0);
        let tier = usize::from(random.random::<f64>() < parameters.premium_share);
        let genres = genre_weights(world, parameters, &mut random);
        let favourite = best(&genres);
        let taste = &parameters.taste;
        let artists: Vec<f64> = world
            .artists
            .iter()
            .map(|_| (taste.artist_sigma * normal(&mut random)).exp())
            .collect();
        let traits: Vec<f64> = (0..taste.traits).map(|_| normal(&mut random)).collect();
        let mut per_genre = vec![0usize; world.genres.len()];
        for item in &world.items {
            per_genre[item.genre] += 1;
        }
        let liking: Vec<f64> = world
            .items
            .iter()
            .map(|item| {
                let dot: f64 = item.traits.iter().zip(&traits).map(|(a, b)| a * b).sum();
                let scale = taste.trait_strength / (taste.traits.max(1) as f64).sqrt();
                genres[item.genre] / per_genre[item.genre] as f64
                    * artists[item.artist]
                    * item.popularity
                    * (scale * dot).exp()
            })
            .collect();
        let activity = &parameters.activity;
        let eagerness = (activity.sessions_sigma * normal(&mut random)).exp();
        let mut listener = Listener {
            number,
            country,
            tier,
            favourite,
            rank: ranks(&liking),
            sessions_per_week: activity.sessions_per_week * eagerness,
            heard: vec![None; liking.len()],
            liking,
            random,
        };
        listener.remember_from_before(world, parameters);
        listener
    }

    /// Fills the repertoire that the listener brings along.
    fn remember_from_before(&mut self, world: &World, parameters: &Plays) {
        let (from, _) = super::span(parameters);
        for back in 1..=parameters.repertoire.known_at_start as i64 {
            let weights: Vec<f64> = (0..world.items.len())
                .map(|item| {
                    let open = world.may_hear(item, self.country, self.tier, from);
                    if open && self.heard[item].is_none() {
                        self.liking[item]
                    } else {
                        0.0
                    }
                })
                .collect();
            let Some(item) = pick(&weights, &mut self.random) else {
                return;
            };
            self.heard[item] = Some(from - back * 2 * super::DAY);
        }
    }
}

/// Weight of each genre: the favourite, the second, and what is left for all evenly. Genres with
/// many recordings are favoured by more listeners, but less than in proportion.
fn genre_weights(world: &World, parameters: &Plays, random: &mut ChaCha8Rng) -> Vec<f64> {
    let mut appeal = vec![0.0; world.genres.len()];
    for item in &world.items {
        appeal[item.genre] += 1.0;
    }
    for weight in &mut appeal {
        *weight = f64::sqrt(*weight);
    }
    let rest = 1.0 - parameters.taste.first_genre - parameters.taste.second_genre;
    let mut weights = vec![rest.max(0.0) / appeal.len().max(1) as f64; appeal.len()];
    for share in [parameters.taste.first_genre, parameters.taste.second_genre] {
        if let Some(genre) = pick(&appeal, random) {
            weights[genre] += share;
            appeal[genre] = 0.0;
        }
    }
    weights
}

fn best(weights: &[f64]) -> usize {
    let larger = |a: &(usize, &f64), b: &(usize, &f64)| a.1.total_cmp(b.1);
    weights
        .iter()
        .enumerate()
        .max_by(larger)
        .map_or(0, |(index, _)| index)
}

fn ranks(liking: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..liking.len()).collect();
    order.sort_by(|&a, &b| liking[a].total_cmp(&liking[b]));
    let mut ranks = vec![0.5; liking.len()];
    for (place, &item) in order.iter().enumerate() {
        ranks[item] = place as f64 / (liking.len().max(2) - 1) as f64;
    }
    ranks
}
