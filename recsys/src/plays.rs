//! What do plays say about taste? Pure rules: which rows are sound, which plays count, which are one
//! play, how they age, and what a skip takes away.
//!
//! - A row is a play that ended, or an event of a player: it started, it got so far (`progress`), it
//!   ended; the events of one play are put together again by the rule for repeated plays. Something
//!   added to a playlist speaks louder than a play, something found by a search speaks a little.
//! - A play counts from 30 seconds, or from half of a shorter track; a skip before that counts
//!   against; anything else (stopped early) only means that the recording was met.
//! - Plays of one recording in one session that begin within five minutes of each other are one.
//! - A listener's net strength for a recording is the sum of plays, each halved per half-life,
//!   less the skips; what is stored is ±log₂(1 + |net|), so that a million plays say little more
//!   than a hundred, and one play today says 1.
//! - Country and tier of a listener are those of the latest event.
//!
//! Times are milliseconds since 1970, UTC. Nothing here reads a clock.

mod tally;

use catalog::ids::{RecordingId, Territory};
use catalog::rights::CommercialModel;
use serde::{Deserialize, Serialize};

use crate::config::EventsConfig;
use crate::items::Market;

pub use tally::{Interactions, Tally, held_out, interactions, sequences};

/// Milliseconds of a day.
pub const DAY_MS: i64 = 86_400_000;

/// What one play said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// Met, nothing more.
    Met,
    /// Opened from a search, not played yet.
    Found,
    /// Skipped before it counted.
    Skipped,
    /// It counts.
    Counted,
    /// Added to a playlist.
    Added,
}

/// A sound event. The order of the fields is the order of sorting, and it is total.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Play {
    /// The listener's number.
    pub listener: u64,
    /// Index of the item.
    pub item: u32,
    /// One sitting.
    pub session: u64,
    /// When it began.
    pub started: i64,
    /// What it said.
    pub outcome: Outcome,
    market: u16,
}

impl Play {
    /// A play in a market.
    pub fn new(
        listener: u64,
        item: u32,
        session: u64,
        started: i64,
        outcome: Outcome,
        market: Market,
    ) -> Self {
        let paid = market.model == CommercialModel::Subscription;
        let market = market.territory.index() as u16 * 2 + u16::from(paid);
        Self {
            listener,
            item,
            session,
            started,
            outcome,
            market,
        }
    }

    /// Country and tier.
    pub fn market(&self) -> Market {
        Market {
            territory: Territory::from_index(usize::from(self.market / 2))
                .expect("was made from one"),
            model: if self.market % 2 == 1 {
                CommercialModel::Subscription
            } else {
                CommercialModel::AdSupported
            },
        }
    }
}

/// Why a row is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Refusal {
    /// The line is no JSON object.
    Json,
    /// The listener's number is missing, negative or no whole number.
    Listener,
    /// The recording is no id of 22 characters.
    Recording,
    /// The recording is not in the catalogue.
    UnknownRecording,
    /// `started_at` is missing or before 1970.
    StartedAt,
    /// `played_ms` is missing, negative or longer than a day.
    PlayedMs,
    /// `duration_ms` is missing or not above zero.
    DurationMs,
    /// `ended` is none of complete, skip, stop.
    Ended,
    /// `event` is none of start, progress, complete, skip, stop, playlist_add, search.
    Event,
    /// `country` is no ISO 3166-1 code.
    Country,
    /// `tier` is neither free nor premium.
    Tier,
    /// `session` is missing, negative or no whole number.
    Session,
}

/// A row as it was read: what is missing or of another type is `None`.
#[derive(Debug, Clone, Copy, Default)]
pub struct Row<'a> {
    /// The listener's number.
    pub listener: Option<i64>,
    /// The recording as written.
    pub recording: Option<&'a str>,
    /// Its item, where the catalogue knows it.
    pub item: Option<u32>,
    /// Milliseconds since 1970.
    pub started_at: Option<i64>,
    /// Milliseconds heard.
    pub played_ms: Option<i64>,
    /// How far into the track, for events without `played_ms`.
    pub position_ms: Option<i64>,
    /// Milliseconds that there are.
    pub duration_ms: Option<i64>,
    /// How it ended.
    pub ended: Option<&'a str>,
    /// What happened, where the row is an event of a player.
    pub event: Option<&'a str>,
    /// ISO 3166-1 alpha-2.
    pub country: Option<&'a str>,
    /// "free" or "premium".
    pub tier: Option<&'a str>,
    /// One sitting.
    pub session: Option<i64>,
}

/// Checks a row against the schema of [`catalog::plays`]; `None` for a search that led nowhere.
///
/// # Errors
/// The first rule that it breaks.
pub fn check(row: &Row<'_>, config: &EventsConfig) -> Result<Option<Play>, Refusal> {
    let whole = |value: Option<i64>| value.and_then(|value| u64::try_from(value).ok());
    let listener = whole(row.listener).ok_or(Refusal::Listener)?;
    let session = whole(row.session).ok_or(Refusal::Session)?;
    let started = row
        .started_at
        .filter(|&at| at >= 0)
        .ok_or(Refusal::StartedAt)?;
    let territory = row
        .country
        .and_then(|code| code.parse().ok())
        .ok_or(Refusal::Country)?;
    let model = match row.tier {
        Some("premium") => CommercialModel::Subscription,
        Some("free") => CommercialModel::AdSupported,
        _ => return Err(Refusal::Tier),
    };
    if row.event == Some("search") && row.recording.is_none_or(str::is_empty) {
        return Ok(None);
    }
    let item = row
        .item
        .ok_or_else(|| match row.recording.map(str::parse::<RecordingId>) {
            Some(Ok(_)) => Refusal::UnknownRecording,
            _ => Refusal::Recording,
        })?;
    let outcome = outcome(row, config)?;
    Ok(Some(Play::new(
        listener,
        item,
        session,
        started,
        outcome,
        Market { territory, model },
    )))
}

/// What a row says of its recording.
fn outcome(row: &Row<'_>, config: &EventsConfig) -> Result<Outcome, Refusal> {
    let whole = |value: Option<i64>| value.and_then(|value| u64::try_from(value).ok());
    let skipped = match (row.event, row.ended) {
        (Some("playlist_add"), _) => return Ok(Outcome::Added),
        (Some("search"), _) => return Ok(Outcome::Found),
        (Some("start"), _) => return Ok(Outcome::Met),
        (Some("skip"), _) | (None, Some("skip")) => true,
        (Some("progress" | "complete" | "stop"), _) | (None, Some("complete" | "stop")) => false,
        (None, _) => return Err(Refusal::Ended),
        (Some(_), _) => return Err(Refusal::Event),
    };
    let played = whole(row.played_ms.or(row.position_ms));
    let played = played
        .filter(|&ms| ms <= config.longest_play_ms)
        .ok_or(Refusal::PlayedMs)?;
    let duration = whole(row.duration_ms)
        .filter(|&ms| ms > 0)
        .ok_or(Refusal::DurationMs)?;
    let part = (duration as f64 * config.counted_from_share).ceil() as u64;
    Ok(
        match (played >= config.counted_from_ms.min(part), skipped) {
            (true, _) => Outcome::Counted,
            (false, true) => Outcome::Skipped,
            (false, false) => Outcome::Met,
        },
    )
}

/// Days since 1970 that are counted in a table: until 2149.
const USUAL_DAYS: usize = 1 << 16;

/// The day after the newest events that are believable, in milliseconds; `None` without plays.
///
/// Days with events form stretches, parted by gaps; a stretch with less than the configured share
/// of a median day's events comes from wrong clocks and is passed over.
pub fn day_after_newest(plays: &[Play], config: &EventsConfig) -> Option<i64> {
    let mut days = std::collections::BTreeMap::<i64, usize>::new();
    let mut usual = vec![0; USUAL_DAYS];
    for play in plays {
        let day = play.started.div_euclid(DAY_MS);
        match usize::try_from(day).ok().and_then(|day| usual.get_mut(day)) {
            Some(count) => *count += 1,
            None => *days.entry(day).or_default() += 1,
        }
    }
    days.extend((0..).zip(usual).filter(|day| day.1 > 0));
    let mut counts: Vec<usize> = days.values().copied().collect();
    counts.sort_unstable();
    let enough = *counts.get(counts.len() / 2)? as f64 * config.clock_share;
    let days: Vec<(i64, usize)> = days.into_iter().collect();
    let stretches: Vec<&[(i64, usize)]> = days
        .chunk_by(|a, b| b.0 - a.0 <= config.clock_gap_days)
        .collect();
    let believable = |stretch: &&&[(i64, usize)]| {
        stretch.iter().map(|day| day.1).sum::<usize>() as f64 >= enough
    };
    let newest = stretches
        .iter()
        .rev()
        .find(believable)
        .or(stretches.last())?;
    newest.last().map(|day| (day.0 + 1) * DAY_MS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    fn sound() -> Row<'static> {
        Row {
            listener: Some(5),
            recording: Some("0000000000000000000000"),
            item: Some(3),
            started_at: Some(1_000),
            played_ms: Some(200_000),
            duration_ms: Some(210_000),
            position_ms: None,
            event: None,
            ended: Some("complete"),
            country: Some("DE"),
            tier: Some("premium"),
            session: Some(1),
        }
    }

    fn events() -> EventsConfig {
        Config::load(None).unwrap().events
    }

    #[test]
    fn thirty_seconds_or_half_of_a_short_track_count() {
        let outcome = |played, duration, ended| {
            let row = Row {
                played_ms: Some(played),
                duration_ms: Some(duration),
                ended: Some(ended),
                ..sound()
            };
            check(&row, &events()).unwrap().unwrap().outcome
        };
        assert_eq!(outcome(30_000, 200_000, "skip"), Outcome::Counted);
        assert_eq!(outcome(29_999, 200_000, "skip"), Outcome::Skipped);
        assert_eq!(outcome(29_999, 200_000, "stop"), Outcome::Met);
        assert_eq!(outcome(10_000, 20_000, "complete"), Outcome::Counted);
        assert_eq!(outcome(9_999, 20_000, "stop"), Outcome::Met);
    }

    #[test]
    fn every_broken_field_is_named() {
        let cases = [
            (
                Row {
                    listener: Some(-1),
                    ..sound()
                },
                Refusal::Listener,
            ),
            (
                Row {
                    item: None,
                    ..sound()
                },
                Refusal::UnknownRecording,
            ),
            (
                Row {
                    item: None,
                    recording: Some("short"),
                    ..sound()
                },
                Refusal::Recording,
            ),
            (
                Row {
                    started_at: Some(-5),
                    ..sound()
                },
                Refusal::StartedAt,
            ),
            (
                Row {
                    played_ms: Some(DAY_MS + 1),
                    ..sound()
                },
                Refusal::PlayedMs,
            ),
            (
                Row {
                    duration_ms: Some(0),
                    ..sound()
                },
                Refusal::DurationMs,
            ),
            (
                Row {
                    ended: Some("exploded"),
                    ..sound()
                },
                Refusal::Ended,
            ),
            (
                Row {
                    country: Some("XX"),
                    ..sound()
                },
                Refusal::Country,
            ),
            (
                Row {
                    tier: None,
                    ..sound()
                },
                Refusal::Tier,
            ),
            (
                Row {
                    session: None,
                    ..sound()
                },
                Refusal::Session,
            ),
        ];
        for (row, refusal) in cases {
            assert_eq!(check(&row, &events()), Err(refusal));
        }
        let play = check(&sound(), &events()).unwrap().unwrap();
        assert_eq!(play.market().territory.code(), "DE");
        assert_eq!(play.market().model, CommercialModel::Subscription);
    }

    #[test]
    fn events_of_a_player_say_what_happened() {
        let event = |event, position_ms| {
            let row = Row {
                event: Some(event),
                position_ms,
                played_ms: None,
                ended: None,
                ..sound()
            };
            check(&row, &events()).map(|play| play.map(|play| play.outcome))
        };
        assert_eq!(event("start", None), Ok(Some(Outcome::Met)));
        assert_eq!(event("progress", Some(10_000)), Ok(Some(Outcome::Met)));
        assert_eq!(event("progress", Some(40_000)), Ok(Some(Outcome::Counted)));
        assert_eq!(event("skip", Some(4_000)), Ok(Some(Outcome::Skipped)));
        assert_eq!(event("playlist_add", None), Ok(Some(Outcome::Added)));
        assert_eq!(event("search", None), Ok(Some(Outcome::Found)));
        assert_eq!(event("complete", None), Err(Refusal::PlayedMs));
        assert_eq!(event("dance", Some(1)), Err(Refusal::Event));
        let nowhere = Row {
            event: Some("search"),
            recording: None,
            item: None,
            ..sound()
        };
        assert_eq!(check(&nowhere, &events()), Ok(None));
    }

    #[test]
    fn wrong_clocks_do_not_move_the_newest_day_and_a_day_that_has_just_begun_does() {
        let market = Market {
            territory: "DE".parse().unwrap(),
            model: CommercialModel::AdSupported,
        };
        let at = |day: i64| Play::new(1, 0, 0, day * DAY_MS + 5, Outcome::Counted, market);
        let mut plays: Vec<Play> = (0..10)
            .flat_map(|day| (0..500).map(move |_| day))
            .map(at)
            .collect();
        plays.extend([at(40_000), at(40_001), at(90_000)]);
        assert_eq!(day_after_newest(&plays, &events()), Some(10 * DAY_MS));
        plays.push(at(10));
        assert_eq!(day_after_newest(&plays, &events()), Some(11 * DAY_MS));
        assert_eq!(day_after_newest(&[], &events()), None);
    }
}
