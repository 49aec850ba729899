//! When does a listener sit down, what comes next, and how does it end?

use super::listener::Listener;
use super::world::{World, normal, pick};
use super::{Context, DAY, Device, Ended, Play};
use crate::config::Plays;
use rand::RngExt;

/// One sitting, before anything was played.
struct Sitting {
    start: i64,
    context: Context,
    device: Device,
    number: i64,
    /// What the context is about: an artist (album) or a genre (playlist).
    subject: usize,
}

/// All plays of one listener, in order of time.
pub(super) fn plays(world: &World, parameters: &Plays, listener: &mut Listener) -> Vec<Play> {
    let mut plays: Vec<Play> = Vec::new();
    let mut free_from = i64::MIN;
    let starts = starts(parameters, listener);
    for (index, start) in starts.into_iter().enumerate() {
        if start < free_from {
            continue;
        }
        let number = i64::from(listener.number) << 20 | index as i64;
        let Some(sitting) = sit_down(world, listener, start, number) else {
            continue;
        };
        play_on(world, parameters, listener, &sitting, &mut plays);
        let last = plays
            .last()
            .map_or(start, |p| p.started_at + i64::from(p.played_ms));
        free_from = last.max(start) + 60_000;
    }
    plays
}

/// When sessions begin, sorted: a Poisson number a day, the hour by the clock of the country.
fn starts(parameters: &Plays, listener: &mut Listener) -> Vec<i64> {
    let (from, to) = super::span(parameters);
    let offset = i64::from(parameters.countries[listener.country].utc_offset_hours) * 3_600_000;
    let factor = parameters.clock.weekend_factor;
    let per_workday = listener.sessions_per_week / (5.0 + 2.0 * factor);
    let mut starts = Vec::new();
    let mut day = from;
    while day < to {
        // 1970-01-01 was a Thursday: day 0 is weekday 3 when Monday is 0.
        let weekend = (day.div_euclid(DAY) + 3).rem_euclid(7) >= 5;
        let (mean, hours) = if weekend {
            (per_workday * factor, &parameters.clock.weekend)
        } else {
            (per_workday, &parameters.clock.workday)
        };
        for _ in 0..poisson(mean, listener) {
            let Some(hour) = pick(hours, &mut listener.random) else {
                continue;
            };
            let within: i64 = listener.random.random_range(0..3_600_000);
            let local = day + hour as i64 * 3_600_000 + within;
            let start = local - offset;
            if (from..to).contains(&start) {
                starts.push(start);
            }
        }
        day += DAY;
    }
    starts.sort_unstable();
    starts
}

/// A Poisson number (Knuth 1969); means here are far below ten.
fn poisson(mean: f64, listener: &mut Listener) -> usize {
    let limit = (-mean.min(20.0)).exp();
    let (mut product, mut count) = (1.0, 0);
    loop {
        product *= listener.random.random::<f64>();
        if product <= limit || count >= 100 {
            return count;
        }
        count += 1;
    }
}

fn sit_down(world: &World, listener: &mut Listener, start: i64, number: i64) -> Option<Sitting> {
    let contexts = [
        Context::Search,
        Context::Album,
        Context::Playlist,
        Context::Radio,
    ];
    let context = contexts[pick(&[0.22, 0.26, 0.34, 0.18], &mut listener.random)?];
    let devices = [
        Device::Phone,
        Device::Desktop,
        Device::Speaker,
        Device::Web,
        Device::Car,
    ];
    let device = devices[pick(&[0.55, 0.16, 0.12, 0.09, 0.08], &mut listener.random)?];
    // What the sitting is about follows from one recording that the listener feels like.
    let open = |item: usize| world.may_hear(item, listener.country, listener.tier, start);
    let weights: Vec<f64> = (0..world.items.len())
        .map(|i| if open(i) { listener.liking[i] } else { 0.0 })
        .collect();
    let seed = pick(&weights, &mut listener.random)?;
    let subject = match context {
        Context::Album => world.items[seed].artist,
        _ => world.items[seed].genre,
    };
    Some(Sitting {
        start,
        context,
        device,
        number,
        subject,
    })
}

fn play_on(
    world: &World,
    parameters: &Plays,
    listener: &mut Listener,
    sitting: &Sitting,
    plays: &mut Vec<Play>,
) {
    let (_, end) = super::span(parameters);
    let go_on = 1.0 - 1.0 / parameters.activity.plays_per_session.max(1.0);
    let mut now = sitting.start;
    let mut previous = None;
    loop {
        let Some(item) = choose(world, parameters, listener, sitting, now, previous) else {
            return;
        };
        let last = listener.random.random::<f64>() >= go_on;
        let (ended, played_ms) = ending(world, parameters, listener, item, last);
        // A play that would still run at the end of time has no event yet.
        if now + i64::from(played_ms) > end {
            return;
        }
        plays.push(Play {
            listener: listener.number,
            item: item as u32,
            started_at: now,
            played_ms,
            ended,
            context: sitting.context,
            device: sitting.device,
            session: sitting.number,
        });
        listener.heard[item] = Some(now);
        previous = Some(item);
        if last {
            return;
        }
        now += i64::from(played_ms) + i64::from(parameters.activity.gap_seconds) * 1000;
    }
}

/// The next recording: something new with the context's probability, else something known.
fn choose(
    world: &World,
    parameters: &Plays,
    listener: &mut Listener,
    sitting: &Sitting,
    now: i64,
    previous: Option<usize>,
) -> Option<usize> {
    let repertoire = &parameters.repertoire;
    let explore = match sitting.context {
        Context::Search => repertoire.explore_search,
        Context::Album => repertoire.explore_album,
        Context::Playlist => repertoire.explore_playlist,
        Context::Radio => repertoire.explore_radio,
    };
    let openness = openness(world, parameters, listener, now);
    let something_new = listener.random.random::<f64>() < explore * openness;
    let about = |item: usize| match sitting.context {
        Context::Album => world.items[item].artist == sitting.subject,
        Context::Playlist => world.items[item].genre == sitting.subject,
        _ => true,
    };
    let weight = |listener: &Listener, item: usize, on_subject: bool, new: bool| -> f64 {
        let fits = !on_subject || about(item);
        let open = world.may_hear(item, listener.country, listener.tier, now);
        if !fits || !open || Some(item) == previous || listener.heard[item].is_none() != new {
            return 0.0;
        }
        match listener.heard[item] {
            None => listener.liking[item] * novelty(world, parameters, listener, item, now),
            Some(last) => listener.liking[item].sqrt() * recency(parameters, now - last),
        }
    };
    for (on_subject, new) in [
        (true, something_new),
        (false, something_new),
        (false, !something_new),
    ] {
        let weights: Vec<f64> = (0..world.items.len())
            .map(|i| weight(listener, i, on_subject, new))
            .collect();
        if let Some(item) = pick(&weights, &mut listener.random) {
            return Some(item);
        }
    }
    None
}

/// How much a listener still explores: 1 with nothing known, 0 when as much is known as ever will.
fn openness(world: &World, parameters: &Plays, listener: &Listener, now: i64) -> f64 {
    let open = |item: &usize| world.may_hear(*item, listener.country, listener.tier, now);
    let on_sale = (0..world.items.len()).filter(open).count() as f64;
    let known = listener.heard.iter().flatten().count() as f64;
    (1.0 - known / (on_sale * parameters.repertoire.known_share).max(1.0)).max(0.0)
}

fn novelty(world: &World, parameters: &Plays, listener: &Listener, item: usize, now: i64) -> f64 {
    let opened = world.opened(item, listener.country, listener.tier);
    let young = i64::from(parameters.repertoire.novelty_days) * DAY;
    if opened > i64::MIN && now - opened < young {
        parameters.repertoire.novelty_boost
    } else {
        1.0
    }
}

/// What was heard lately pulls; what was heard in this very hour does not.
fn recency(parameters: &Plays, age: i64) -> f64 {
    let half_life = parameters.repertoire.recency_half_life_days * DAY as f64;
    let pull = 0.15 + 0.85 * (-(age as f64) / half_life * std::f64::consts::LN_2).exp();
    if age < 3_600_000 { pull * 0.1 } else { pull }
}

fn ending(
    world: &World,
    parameters: &Plays,
    listener: &mut Listener,
    item: usize,
    last: bool,
) -> (Ended, u32) {
    let skips = &parameters.skips;
    let duration = world.items[item].duration_ms;
    let rank = listener.rank[item];
    let probability = if rank < 0.5 {
        skips.disliked + (skips.middling - skips.disliked) * rank * 2.0
    } else {
        skips.middling + (skips.liked - skips.middling) * (rank - 0.5) * 2.0
    };
    if listener.random.random::<f64>() < probability {
        let u: f64 = listener.random.random();
        let seconds = 1.0 - skips.mean_skip_seconds * (1.0 - u).ln();
        let played = (seconds * 1000.0).min(f64::from(duration) * 0.9);
        return (Ended::Skip, played as u32);
    }
    if last && listener.random.random::<f64>() < skips.stop_last {
        let share = (0.5 + 0.2 * normal(&mut listener.random)).clamp(0.05, 0.95);
        return (Ended::Stop, (f64::from(duration) * share) as u32);
    }
    (Ended::Complete, duration)
}
