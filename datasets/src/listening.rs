//! What would listeners with tastes have played?
//!
//! A seeded simulator over any catalogue. A listener has a taste (genres, artists, hidden traits)
//! that never changes, and a repertoire that grows by exploring within that taste. So the
//! recordings of a held-out week can be learned from the weeks before by taste, and not from
//! anything that leaks: no play knows of a later one. Times are UTC milliseconds; a recording is
//! played only where and when the listener's country and tier may hear it.

pub mod listener;
mod session;
pub mod table;
pub mod world;

use crate::config::Plays;
use jiff::Timestamp;
use rayon::prelude::*;
use world::World;

/// One play that ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Play {
    /// The listener's number, from 1.
    pub listener: u32,
    /// Index of the recording in [`World::items`].
    pub item: u32,
    /// Start, milliseconds since 1970, UTC.
    pub started_at: i64,
    /// Milliseconds heard.
    pub played_ms: u32,
    /// How it ended.
    pub ended: Ended,
    /// Where it began.
    pub context: Context,
    /// On what.
    pub device: Device,
    /// Number of the sitting, unique over all listeners.
    pub session: i64,
}

/// How a play ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// Heard to its end.
    Complete,
    /// Left for the next.
    Skip,
    /// Stopped, and nothing followed.
    Stop,
}

/// Where a play began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Context {
    /// Looked for by name: something known.
    Search,
    /// An artist's releases.
    Album,
    /// A genre.
    Playlist,
    /// Anything, exploring.
    Radio,
}

/// On what it was heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Device {
    /// A phone.
    Phone,
    /// A desktop program.
    Desktop,
    /// A speaker at home.
    Speaker,
    /// A browser.
    Web,
    /// A car.
    Car,
}

impl Ended {
    /// The word in the table.
    pub fn word(self) -> &'static str {
        match self {
            Ended::Complete => "complete",
            Ended::Skip => "skip",
            Ended::Stop => "stop",
        }
    }
}

impl Context {
    /// The word in the table.
    pub fn word(self) -> &'static str {
        match self {
            Context::Search => "search",
            Context::Album => "album",
            Context::Playlist => "playlist",
            Context::Radio => "radio",
        }
    }
}

impl Device {
    /// The word in the table.
    pub fn word(self) -> &'static str {
        match self {
            Device::Phone => "phone",
            Device::Desktop => "desktop",
            Device::Speaker => "speaker",
            Device::Web => "web",
            Device::Car => "car",
        }
    }
}

/// First instant of the simulated time, and the first after it, in milliseconds since 1970.
pub fn span(parameters: &Plays) -> (i64, i64) {
    let midnight = |day: jiff::civil::Date| {
        day.to_zoned(jiff::tz::TimeZone::UTC)
            .map_or(Timestamp::UNIX_EPOCH, |z| z.timestamp())
    };
    let days = i64::from(parameters.days.max(1));
    let end = midnight(parameters.last_day).as_millisecond() + DAY;
    (end - days * DAY, end)
}

/// Milliseconds of a day.
pub const DAY: i64 = 86_400_000;

/// All plays, sorted by start, then listener. The same arguments give the same plays at any
/// number of threads, because every listener has a random stream of their own.
pub fn simulate(world: &World, parameters: &Plays) -> Vec<Play> {
    let mut plays: Vec<Play> = (1..=parameters.listeners)
        .into_par_iter()
        .flat_map_iter(|number| {
            let mut listener = listener::Listener::new(world, parameters, number);
            session::plays(world, parameters, &mut listener)
        })
        .collect();
    plays.sort_by_key(|play| (play.started_at, play.listener));
    plays
}

#[cfg(test)]
mod tests;
