//! Tracks, releases, artists by id, and what is new.

use crate::answer::{Keep, Made, json};
use crate::app::{App, Current};
use crate::encoding::Coding;
use crate::identity::Listener;
use crate::live::Live;
use crate::params::Id;
use crate::problem::Problem;
use crate::rights::Gate;
use crate::show::{ArtistCard, Eye, ReleaseCard, Track};
use crate::written::Key;
use axum::extract::State;
use axum::response::Response;
use catalog::ids::{ArtistId, ReleaseId, TrackId};
use http::HeaderMap;
use serde::Serialize;
use std::sync::Arc;

/// Tracks of an artist that one answer lists.
const ARTIST_TRACKS: usize = 100;
/// Releases of an artist that one answer lists.
const ARTIST_RELEASES: usize = 200;
/// New releases on the home page.
const NEW_RELEASES: usize = 24;

/// A listener's view of the edition that this request holds.
pub(crate) fn eye<'a>(app: &App, live: &'a Live, listener: Listener) -> Eye<'a> {
    Eye {
        live,
        gate: Gate {
            catalogue: &live.catalogue,
            listener,
            now: app.now(),
        },
    }
}

pub(crate) async fn track(
    State(app): State<Arc<App>>,
    listener: Listener,
    Current(live): Current,
    Id(id): Id<TrackId>,
    request: HeaderMap,
) -> Result<Response, Problem> {
    one_track(&app, &live, listener, id, &request)
}

/// One track as this listener sees it now.
pub(crate) fn one_track(
    app: &App,
    live: &Live,
    listener: Listener,
    id: TrackId,
    request: &HeaderMap,
) -> Result<Response, Problem> {
    let unknown = || Problem::not_found("track", &id.to_string());
    let row = live.catalogue.track_row(&id).ok_or_else(unknown)?;
    let eye = eye(app, live, listener);
    let coding = Coding::taken(request);
    let key = Key {
        row,
        country: listener.country,
        tier: listener.tier,
        coding,
    };
    let made = live.written.get(key, eye.gate.now.as_second(), || {
        let shown = eye.track(row).ok_or_else(unknown)?;
        Ok((Made::json(&shown, coding)?, eye.gate.holds_until(row)))
    })?;
    Ok(made.give(request, Keep::Listener))
}

pub(crate) async fn release(
    State(app): State<Arc<App>>,
    listener: Listener,
    Current(live): Current,
    Id(id): Id<ReleaseId>,
    request: HeaderMap,
) -> Result<Response, Problem> {
    let unknown = || Problem::not_found("release", &id.to_string());
    let row = live.catalogue.release_row(&id).ok_or_else(unknown)?;
    let shown = eye(&app, &live, listener)
        .release(row)
        .ok_or_else(unknown)?;
    Ok(json(&request, &shown, Keep::Listener))
}

/// An artist with their work.
#[derive(Serialize)]
struct Artist<'a> {
    id: ArtistId,
    name: &'a str,
    releases: Vec<ReleaseCard<'a>>,
    tracks: Vec<Track<'a>>,
    /// Whom the same listeners hear, nearest first.
    similar: Vec<ArtistCard<'a>>,
}

pub(crate) async fn artist(
    State(app): State<Arc<App>>,
    listener: Listener,
    Current(live): Current,
    Id(id): Id<ArtistId>,
    request: HeaderMap,
) -> Result<Response, Problem> {
    let unknown = || Problem::not_found("artist", &id.to_string());
    let row = live.catalogue.artist_row(&id).ok_or_else(unknown)?;
    let artist = live.catalogue.artist(row).ok_or_else(unknown)?;
    let eye = eye(&app, &live, listener);
    let releases = artist.releases.iter().take(ARTIST_RELEASES);
    let shown = Artist {
        id: artist.id,
        name: artist.name,
        releases: releases.filter_map(|row| eye.card(*row)).collect(),
        tracks: eye.tracks(artist.tracks.iter().copied(), ARTIST_TRACKS),
        similar: similar_artists(&eye, &id)
            .into_iter()
            .filter_map(|row| eye.artist(row))
            .collect(),
    };
    Ok(json(&request, &shown, Keep::Listener))
}

/// The rows of the artists that the edition holds similar, nearest first.
pub(crate) fn similar_artists(eye: &Eye<'_>, id: &ArtistId) -> Vec<u32> {
    let lists = eye.live.lists.as_ref();
    let similar = lists.map_or_else(Vec::new, |lists| lists.similar_artists(id));
    let rows = similar
        .iter()
        .map(|(id, _)| eye.live.catalogue.artist_row(id));
    rows.flatten().collect()
}

/// What is new, and what the country plays.
#[derive(Serialize)]
struct Home<'a> {
    edition: &'a str,
    releases: Vec<ReleaseCard<'a>>,
    chart_title: String,
    chart: Vec<Track<'a>>,
}

pub(crate) async fn home(
    State(app): State<Arc<App>>,
    listener: Listener,
    Current(live): Current,
    request: HeaderMap,
) -> Response {
    let eye = eye(&app, &live, listener);
    let cards = live.newest().iter().filter_map(|row| eye.card(*row));
    let shown = Home {
        edition: &live.id,
        releases: cards
            .filter(|card| card.available)
            .take(NEW_RELEASES)
            .collect(),
        chart_title: crate::discover::chart_title(&listener),
        chart: crate::discover::chart(&eye, app.config.answers.list_length),
    };
    json(&request, &shown, Keep::Listener)
}
