//! What should this listener hear next?
//!
//! Lists are made at night and only read here; rights are asked again, since a window may have
//! opened or closed meanwhile and a listener may have travelled. A listener without a list gets the
//! chart of their country, and the answer says so.

use crate::answer::{Keep, json};
use crate::app::{App, Current};
use crate::browse::eye;
use crate::identity::Listener;
use crate::near::hinted;
use crate::params::{Asked, Ids};
use crate::problem::Problem;
use crate::show::{Eye, Track};
use axum::extract::{Path, State};
use axum::response::Response;
use catalog::ids::{RecordingId, TrackId};
use http::HeaderMap;
use recsys::lists::{Entry, Lists, Reason};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Why a track is on a list.
#[derive(Serialize)]
pub(crate) struct Why {
    /// "because-you-played", "because-you-chose", "taste", "trending", "similar".
    pub(crate) kind: &'static str,
    /// For the listener.
    pub(crate) text: String,
    /// The recording that it was found by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) because: Option<RecordingId>,
}

impl Why {
    pub(crate) fn plain(kind: &'static str, text: impl Into<String>) -> Why {
        Why {
            kind,
            text: text.into(),
            because: None,
        }
    }

    fn taste() -> Why {
        Why::plain("taste", "Listeners with your taste play it")
    }
}

#[derive(Serialize)]
pub(crate) struct Item<'a> {
    pub(crate) track: Track<'a>,
    pub(crate) reason: Why,
}

/// A list of tracks with reasons.
#[derive(Serialize)]
pub(crate) struct List<'a> {
    pub(crate) title: String,
    /// "personal", "chart", "similar", "radio", "onboarding".
    pub(crate) source: &'static str,
    pub(crate) listener: String,
    pub(crate) edition: &'a str,
    /// The Monday that the lists are for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) week: Option<jiff::Timestamp>,
    pub(crate) tracks: Vec<Item<'a>>,
}

/// A list of the edition for one listener, before rights are asked.
pub(crate) struct Mix<'a> {
    /// Stable: `discover-weekly`, `chart`.
    pub(crate) key: String,
    pub(crate) title: String,
    /// One sentence.
    pub(crate) about: String,
    lists: &'a Lists,
    entries: &'a [Entry],
}

impl<'a> Mix<'a> {
    /// The tracks that may be played, as rows.
    pub(crate) fn tracks(&self, eye: &Eye<'a>) -> impl Iterator<Item = u32> {
        appearances(*eye, self.lists, self.entries).map(|(row, ..)| row)
    }
}

/// Every list that the edition has for this listener: their own, Discover Weekly first, then their
/// country's chart.
pub(crate) fn mixes<'a>(eye: &Eye<'a>) -> Vec<Mix<'a>> {
    let Some(lists) = eye.live.lists.as_ref() else {
        return Vec::new();
    };
    let listener = &eye.gate.listener;
    let weekly = lists.discover_weekly(listener.id).map(|entries| Mix {
        key: "discover-weekly".into(),
        title: "Discover Weekly".into(),
        about: "Tracks that you have not heard lately, new every Monday".into(),
        lists,
        entries,
    });
    let radar = Mix {
        key: "release-radar".into(),
        title: "Release Radar".into(),
        about: "New releases by whom you hear".into(),
        lists,
        entries: lists.release_radar(listener.id),
    };
    let daily = lists.daily_mixes(listener.id).into_iter().enumerate();
    let daily = daily.map(|(at, entries)| Mix {
        key: format!("daily-mix-{}", at + 1),
        title: format!("Daily Mix {}", at + 1),
        about: around(eye, lists, entries),
        lists,
        entries,
    });
    let own = weekly.into_iter().chain([radar]).chain(daily);
    let own = own.filter(|mix| !mix.entries.is_empty());
    let chart = Mix {
        key: "chart".into(),
        title: chart_title(listener),
        about: "What many in your country play".into(),
        lists,
        entries: lists.chart(listener.country),
    };
    own.chain([chart]).collect()
}

/// The first artists of a list, for its card.
fn around(eye: &Eye<'_>, lists: &Lists, entries: &[Entry]) -> String {
    let mut names: Vec<&str> = Vec::new();
    for (row, ..) in appearances(*eye, lists, entries) {
        let first = eye.live.catalogue.track_credits(row).next();
        let name = first.map_or("", |credit| credit.name);
        if !names.contains(&name) {
            names.push(name);
        }
        if names.len() == 3 {
            break;
        }
    }
    names.join(", ")
}

/// `?played=`: tracks just played, to re-rank by.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Hint {
    played: Option<Ids<TrackId>>,
}

pub(crate) async fn weekly(
    State(app): State<Arc<App>>,
    listener: Listener,
    Current(live): Current,
    Asked(hint): Asked<Hint>,
    request: HeaderMap,
) -> Response {
    let eye = eye(&app, &live, listener);
    let mixes = mixes(&eye);
    let for_the_week = |mix: &&Mix<'_>| matches!(mix.key.as_str(), "discover-weekly" | "chart");
    let shown = mixes.iter().filter(for_the_week).find_map(|mix| {
        let list = list_of(&app, &eye, mix, &hint);
        (!list.tracks.is_empty()).then_some(list)
    });
    let shown = shown.unwrap_or_else(|| List {
        title: chart_title(&listener),
        source: "chart",
        listener: listener.id.to_string(),
        edition: &live.id,
        week: None,
        tracks: Vec::new(),
    });
    json(&request, &shown, Keep::Listener)
}

/// The listener's playlists, without their tracks.
pub(crate) async fn playlists(
    State(app): State<Arc<App>>,
    listener: Listener,
    Current(live): Current,
    request: HeaderMap,
) -> Response {
    let eye = eye(&app, &live, listener);
    let cards: Vec<PlaylistCard> = mixes(&eye).iter().map(PlaylistCard::of).collect();
    json(
        &request,
        &serde_json::json!({"playlists": cards}),
        Keep::Listener,
    )
}

/// One of the listener's playlists.
pub(crate) async fn playlist(
    State(app): State<Arc<App>>,
    listener: Listener,
    Current(live): Current,
    Path(key): Path<String>,
    Asked(hint): Asked<Hint>,
    request: HeaderMap,
) -> Result<Response, Problem> {
    let eye = eye(&app, &live, listener);
    let mixes = mixes(&eye);
    let mix = mixes.iter().find(|mix| mix.key == key);
    let mix = mix.ok_or_else(|| Problem::not_found("playlist", &key))?;
    Ok(json(
        &request,
        &list_of(&app, &eye, mix, &hint),
        Keep::Listener,
    ))
}

/// A playlist in a list of results.
#[derive(Debug, Serialize)]
pub(crate) struct PlaylistCard {
    id: String,
    title: String,
    about: String,
}

impl PlaylistCard {
    pub(crate) fn of(mix: &Mix<'_>) -> PlaylistCard {
        PlaylistCard {
            id: mix.key.clone(),
            title: mix.title.clone(),
            about: mix.about.clone(),
        }
    }
}

fn list_of<'a>(app: &App, eye: &Eye<'a>, mix: &Mix<'a>, hint: &Hint) -> List<'a> {
    let played: Vec<RecordingId> = hint
        .played
        .iter()
        .flat_map(|ids| ids.iter())
        .filter_map(|id| eye.recording_of(id))
        .collect();
    let found = appearances(*eye, mix.lists, mix.entries);
    let found = found.map(|(row, id, entry)| (id, entry.score, (row, entry)));
    let ranked: Vec<(u32, &Entry)> = if played.is_empty() {
        found.map(|(.., item)| item).collect()
    } else {
        hinted(eye, &played, found.collect())
    };
    let items = ranked
        .into_iter()
        .filter_map(|(row, entry)| item(eye, mix.lists, row, entry));
    List {
        title: mix.title.clone(),
        source: if mix.key == "chart" {
            "chart"
        } else {
            "personal"
        },
        listener: eye.gate.listener.id.to_string(),
        edition: &eye.live.id,
        week: Some(mix.lists.monday()),
        tracks: items.take(app.config.answers.list_length).collect(),
    }
}

/// Who the server takes the listener for.
pub(crate) async fn me(
    State(app): State<Arc<App>>,
    listener: Listener,
    request: HeaderMap,
) -> Response {
    let edition = app.editions.current().map(|live| live.id.clone());
    let shown = serde_json::json!({
        "listener": listener.id.to_string(),
        "country": listener.country.code(),
        "tier": listener.tier,
        "edition": edition,
    });
    json(&request, &shown, Keep::Never)
}

/// The country's chart as a list of tracks.
pub(crate) fn chart<'a>(eye: &Eye<'a>, length: usize) -> Vec<Track<'a>> {
    let Some(lists) = eye.live.lists.as_ref() else {
        return Vec::new();
    };
    let entries = lists.chart(eye.gate.listener.country);
    let rows = appearances(*eye, lists, entries).map(|(row, ..)| row);
    eye.tracks(rows, length)
}

/// What the chart of the listener's country is called.
pub(crate) fn chart_title(listener: &Listener) -> String {
    format!("Trending in {}", listener.country.code())
}

/// The entries that may be played, each with the row of the track to play.
fn appearances<'a>(
    eye: Eye<'a>,
    lists: &'a Lists,
    entries: &'a [Entry],
) -> impl Iterator<Item = (u32, RecordingId, &'a Entry)> {
    entries.iter().filter_map(move |entry| {
        let id = lists.recordings().get(entry.recording as usize)?;
        let row = eye.live.catalogue.recording_row(id)?;
        Some((eye.gate.appearance(row)?, *id, entry))
    })
}

fn item<'a>(eye: &Eye<'a>, lists: &Lists, row: u32, entry: &Entry) -> Option<Item<'a>> {
    Some(Item {
        track: eye.track(row)?,
        reason: why(eye, lists.recordings(), entry.reason()),
    })
}

fn why(eye: &Eye<'_>, recordings: &[RecordingId], reason: Reason) -> Why {
    match reason {
        Reason::Trending => {
            let country = eye.gate.listener.country.code();
            Why::plain("trending", format!("Many in {country} play it"))
        }
        Reason::Taste => Why::taste(),
        Reason::Similar => Why::plain("similar", "Near in taste or sound"),
        Reason::BecauseYouPlayed(at) => match recordings.get(at as usize) {
            Some(id) => because(eye, id),
            None => Why::taste(),
        },
    }
}

fn because(eye: &Eye<'_>, played: &RecordingId) -> Why {
    let catalogue = &eye.live.catalogue;
    let title = catalogue
        .recording_row(played)
        .and_then(|row| catalogue.recording(row)?.tracks.first().copied())
        .and_then(|row| catalogue.track(row));
    match title {
        Some(track) => Why {
            kind: "because-you-played",
            text: format!("Because you played {}", track.title),
            because: Some(*played),
        },
        // Taken down since: the reason stands, its name may not be shown.
        None => Why::taste(),
    }
}
