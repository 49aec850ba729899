//! What should this listener hear next?
//!
//! Lists are made at night and only read here; rights are asked again, since a window may have
//! opened or closed meanwhile and a listener may have travelled. A listener without a list gets the
//! chart of their country, and the answer says so.

use crate::answer::{Keep, json};
use crate::app::{App, Current};
use crate::browse::eye;
use crate::identity::Listener;
use crate::params::Id;
use crate::problem::Problem;
use crate::show::{Eye, Track};
use axum::extract::State;
use axum::response::Response;
use catalog::ids::{RecordingId, TrackId};
use http::HeaderMap;
use recsys::lists::{Entry, Lists, Reason};
use serde::Serialize;
use std::sync::Arc;

/// Why a track is on a list.
#[derive(Serialize)]
struct Why {
    /// "because-you-played", "taste", "trending", "similar".
    kind: &'static str,
    /// For the listener.
    text: String,
    /// The recording that it was found by.
    #[serde(skip_serializing_if = "Option::is_none")]
    because: Option<RecordingId>,
}

#[derive(Serialize)]
struct Item<'a> {
    track: Track<'a>,
    reason: Why,
}

#[derive(Serialize)]
struct List<'a> {
    title: String,
    /// "personal", or "chart" where there is no list of the listener's own.
    source: &'static str,
    listener: String,
    edition: &'a str,
    /// The Monday that the lists are for.
    #[serde(skip_serializing_if = "Option::is_none")]
    week: Option<jiff::Timestamp>,
    tracks: Vec<Item<'a>>,
}

pub(crate) async fn weekly(
    State(app): State<Arc<App>>,
    listener: Listener,
    Current(live): Current,
    request: HeaderMap,
) -> Response {
    let eye = eye(&app, &live, listener);
    let length = app.config.answers.list_length;
    let lists = live.lists.as_ref();
    let own = lists.and_then(|lists| Some((lists, lists.discover_weekly(listener.id)?)));
    let own = own.map(|(lists, entries)| items(&eye, lists, entries, length));
    let personal = own.as_ref().is_some_and(|tracks| !tracks.is_empty());
    let tracks = own.filter(|tracks| !tracks.is_empty()).unwrap_or_else(|| {
        lists.map_or_else(Vec::new, |lists| {
            items(&eye, lists, lists.chart(listener.country), length)
        })
    });
    let shown = List {
        title: if personal {
            "Discover Weekly".into()
        } else {
            chart_title(&listener)
        },
        source: if personal { "personal" } else { "chart" },
        listener: listener.id.to_string(),
        edition: &live.id,
        week: lists.map(Lists::monday),
        tracks,
    };
    json(&request, &shown, Keep::Listener)
}

pub(crate) async fn similar(
    State(app): State<Arc<App>>,
    listener: Listener,
    Current(live): Current,
    Id(id): Id<TrackId>,
    request: HeaderMap,
) -> Result<Response, Problem> {
    let unknown = || Problem::not_found("track", &id.to_string());
    let track = live
        .catalogue
        .track_row(&id)
        .and_then(|row| live.catalogue.track(row))
        .ok_or_else(unknown)?;
    let recording = live
        .catalogue
        .recording(track.recording)
        .ok_or_else(unknown)?;
    let eye = eye(&app, &live, listener);
    let length = app.config.answers.list_length;
    let tracks = live.lists.as_ref().map_or_else(Vec::new, |lists| {
        items(&eye, lists, lists.similar(&recording.id), length)
    });
    let shown = List {
        title: format!("Like {}", track.title),
        source: "similar",
        listener: listener.id.to_string(),
        edition: &live.id,
        week: None,
        tracks,
    };
    Ok(json(&request, &shown, Keep::Listener))
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
    let items = items(eye, lists, lists.chart(eye.gate.listener.country), length);
    items.into_iter().map(|item| item.track).collect()
}

/// What the chart of the listener's country is called.
pub(crate) fn chart_title(listener: &Listener) -> String {
    format!("Trending in {}", listener.country.code())
}

/// The entries that may be played, each as the track to play.
fn items<'a>(eye: &Eye<'a>, lists: &Lists, entries: &[Entry], length: usize) -> Vec<Item<'a>> {
    let recordings = lists.recordings();
    let shown = entries.iter().filter_map(|entry| {
        let recording = recordings.get(entry.recording as usize)?;
        let row = eye.live.catalogue.recording_row(recording)?;
        let track = eye.track(eye.gate.appearance(row)?)?;
        Some(Item {
            track,
            reason: why(eye, recordings, entry.reason()),
        })
    });
    shown.take(length).collect()
}

fn why(eye: &Eye<'_>, recordings: &[RecordingId], reason: Reason) -> Why {
    let plain = |kind, text: &str| Why {
        kind,
        text: text.to_owned(),
        because: None,
    };
    match reason {
        Reason::Trending => plain(
            "trending",
            &format!("Many in {} play it", eye.gate.listener.country.code()),
        ),
        Reason::Taste => plain("taste", "Listeners with your taste play it"),
        Reason::Similar => plain("similar", "Played by the same listeners"),
        Reason::BecauseYouPlayed(at) => match recordings.get(at as usize) {
            Some(id) => because(eye, id),
            None => plain("taste", "Listeners with your taste play it"),
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
        Some(track) => {
            let text = format!("Because you played {}", track.title);
            Why {
                kind: "because-you-played",
                text,
                because: Some(*played),
            }
        }
        // Taken down since: the reason stands, its name may not be shown.
        None => Why {
            kind: "taste",
            text: "Listeners with your taste play it".into(),
            because: None,
        },
    }
}
