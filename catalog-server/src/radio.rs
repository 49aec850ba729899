//! What goes on playing: like a track, a radio from seeds, a first list for somebody new?

use crate::answer::{Keep, json};
use crate::app::{App, Current};
use crate::browse::eye;
use crate::discover::{Item, List, Why};
use crate::identity::Listener;
use crate::near::{PER_ARTIST, like};
use crate::params::{Asked, Id, Ids};
use crate::problem::Problem;
use crate::show::{ArtistCard, Eye};
use axum::extract::State;
use axum::response::Response;
use catalog::ids::{ArtistId, RecordingId, TrackId};
use http::HeaderMap;
use serde::Deserialize;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Tracks of one radio answer at most.
const MAX_RADIO: usize = 100;
/// Artists to choose from when somebody is new.
const ARTISTS_OFFERED: usize = 30;
/// Tracks of a chosen artist that speak for them.
const TRACKS_PER_CHOICE: usize = 20;
/// Releases looked through for artists to offer.
const RELEASES_LOOKED_AT: usize = 2_000;

pub(crate) async fn similar(
    State(app): State<Arc<App>>,
    listener: Listener,
    Current(live): Current,
    Id(id): Id<TrackId>,
    request: HeaderMap,
) -> Result<Response, Problem> {
    let eye = eye(&app, &live, listener);
    let seed = eye.recording_of(&id);
    let seed = seed.ok_or_else(|| Problem::not_found("track", &id.to_string()))?;
    let row = live.catalogue.track_row(&id);
    let title = row
        .and_then(|row| live.catalogue.track(row))
        .map(|track| track.title);
    let why = || Why::plain("similar", "Near it in taste or sound");
    let near = like(&eye, &[seed], app.config.answers.list_length);
    let tracks = items(&eye, near.into_iter().map(|(row, _)| (row, why())));
    let title = format!("Like {}", title.unwrap_or_default());
    Ok(json(
        &request,
        &list(&eye, title, "similar", tracks),
        Keep::Listener,
    ))
}

/// `?tracks=`, `?artists=`: what the radio begins with; `?limit=`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Seeds {
    tracks: Option<Ids<TrackId>>,
    artists: Option<Ids<ArtistId>>,
    limit: Option<usize>,
}

/// A radio: the tracks that were named, then what is near all of them.
pub(crate) async fn radio(
    State(app): State<Arc<App>>,
    listener: Listener,
    Current(live): Current,
    Asked(seeds): Asked<Seeds>,
    request: HeaderMap,
) -> Result<Response, Problem> {
    let eye = eye(&app, &live, listener);
    let tracks: Vec<TrackId> = seeds.tracks.iter().flat_map(Ids::iter).copied().collect();
    let artists: Vec<ArtistId> = seeds.artists.iter().flat_map(Ids::iter).copied().collect();
    if tracks.is_empty() && artists.is_empty() {
        return Err(Problem::bad_request(
            "a radio needs a track or an artist to begin with",
            "send ids of this edition as tracks or artists, with commas between them",
        ));
    }
    let mut recordings = Vec::new();
    for id in &tracks {
        let found = eye.recording_of(id);
        recordings.push(found.ok_or_else(|| Problem::not_found("track", &id.to_string()))?);
    }
    for id in &artists {
        recordings.extend(of_artist(&eye, id)?);
    }
    let limit = seeds.limit.unwrap_or(app.config.answers.list_length);
    let limit = limit.clamp(1, MAX_RADIO);
    let first = tracks.iter().filter_map(|id| {
        let row = live.catalogue.track_row(id)?;
        eye.gate.playable(row).ok()
    });
    let first: Vec<u32> = first.take(limit).collect();
    let near = like(&eye, &recordings, limit - first.len());
    let begun = first
        .into_iter()
        .map(|row| (row, Why::plain("seed", "What the radio began with")));
    let why = || Why::plain("similar", "Near what the radio began with");
    let tracks = items(
        &eye,
        begun.chain(near.into_iter().map(|(row, _)| (row, why()))),
    );
    let title = tracks.first().map_or_else(
        || "Radio".to_owned(),
        |item| format!("Radio: {}", item.track.title),
    );
    Ok(json(
        &request,
        &list(&eye, title, "radio", tracks),
        Keep::Listener,
    ))
}

/// `?artists=`: whom a new listener chose.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Chosen {
    artists: Option<Ids<ArtistId>>,
}

/// Without a choice: artists to choose from, most played first. With one: a first list, taking turns
/// between the chosen artists' neighbourhoods.
pub(crate) async fn onboarding(
    State(app): State<Arc<App>>,
    listener: Listener,
    Current(live): Current,
    Asked(chosen): Asked<Chosen>,
    request: HeaderMap,
) -> Result<Response, Problem> {
    let eye = eye(&app, &live, listener);
    let Some(artists) = chosen.artists else {
        let offered = offered(&eye);
        return Ok(json(
            &request,
            &serde_json::json!({"artists": offered}),
            Keep::Listener,
        ));
    };
    let length = app.config.answers.list_length;
    let mut turns = Vec::new();
    for id in artists.iter() {
        let row = live.catalogue.artist_row(id);
        let name = row
            .and_then(|row| live.catalogue.artist(row))
            .map(|artist| artist.name);
        let seeds = of_artist(&eye, id)?;
        turns.push((name.unwrap_or_default(), like(&eye, &seeds, length)));
    }
    let mut used = HashSet::new();
    let mut shown: HashMap<u32, usize> = HashMap::new();
    let mut picked = Vec::new();
    for place in 0..length {
        for (name, near) in &turns {
            if let Some((row, _)) = near.get(place)
                && used.insert(*row)
            {
                // Neighbourhoods overlap: an artist may stand in several.
                let credit = live.catalogue.track_credits(*row).next();
                let heard = shown.entry(credit.map_or(u32::MAX, |credit| credit.artist));
                let heard = heard.or_default();
                *heard += 1;
                if *heard > PER_ARTIST {
                    continue;
                }
                let text = format!("Because you chose {name}");
                picked.push((*row, Why::plain("because-you-chose", text)));
            }
        }
    }
    picked.truncate(length);
    let tracks = items(&eye, picked.into_iter());
    let title = "To begin with".to_owned();
    Ok(json(
        &request,
        &list(&eye, title, "onboarding", tracks),
        Keep::Listener,
    ))
}

/// Artists of the most played releases that may be heard here, each once.
fn offered<'a>(eye: &Eye<'a>) -> Vec<ArtistCard<'a>> {
    let releases = eye
        .live
        .shelves()
        .most_played
        .iter()
        .take(RELEASES_LOOKED_AT);
    let mut seen = HashSet::new();
    let heard = releases.filter(|row| eye.card(**row).is_some_and(|card| card.available));
    let artists = heard.filter_map(|row| eye.live.catalogue.release_credits(*row).next());
    artists
        .filter(|credit| seen.insert(credit.artist))
        .filter_map(|credit| eye.artist(credit.artist))
        .take(ARTISTS_OFFERED)
        .collect()
}

/// The recordings that speak for an artist: their most played ones.
fn of_artist(eye: &Eye<'_>, id: &ArtistId) -> Result<Vec<RecordingId>, Problem> {
    let catalogue = &eye.live.catalogue;
    let artist = catalogue
        .artist_row(id)
        .and_then(|row| catalogue.artist(row));
    let artist = artist.ok_or_else(|| Problem::not_found("artist", &id.to_string()))?;
    let played = &eye.live.shelves().played;
    let mut rows = artist.tracks.to_vec();
    rows.sort_by(|a, b| played[*b as usize].total_cmp(&played[*a as usize]));
    let rows = rows.into_iter().take(TRACKS_PER_CHOICE);
    Ok(rows
        .filter_map(|row| Some(catalogue.recording(catalogue.track(row)?.recording)?.id))
        .collect())
}

fn items<'a>(eye: &Eye<'a>, rows: impl Iterator<Item = (u32, Why)>) -> Vec<Item<'a>> {
    let shown = rows.filter_map(|(row, reason)| {
        Some(Item {
            track: eye.track(row)?,
            reason,
        })
    });
    shown.collect()
}

fn list<'a>(eye: &Eye<'a>, title: String, source: &'static str, tracks: Vec<Item<'a>>) -> List<'a> {
    List {
        title,
        source,
        listener: eye.gate.listener.id.to_string(),
        edition: &eye.live.id,
        week: None,
        tracks,
    }
}
