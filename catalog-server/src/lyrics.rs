//! What are the words of this track, and when is each line sung?

use crate::answer::{Keep, json};
use crate::app::{App, Current};
use crate::identity::Listener;
use crate::live::Live;
use crate::params::Id;
use crate::problem::Problem;
use axum::extract::State;
use axum::response::Response;
use catalog::ids::TrackId;
use catalog::lyrics::{Line, read};
use http::HeaderMap;
use serde::Serialize;
use std::sync::Arc;

/// The words of a track.
#[derive(Serialize)]
struct Lyrics<'a> {
    track: TrackId,
    /// Whether every line has its time.
    timed: bool,
    lines: Vec<Shown<'a>>,
}

#[derive(Serialize)]
struct Shown<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    at_ms: Option<u64>,
    text: &'a str,
}

pub(crate) async fn lyrics(
    State(app): State<Arc<App>>,
    _: Listener,
    Current(live): Current,
    Id(id): Id<TrackId>,
    request: HeaderMap,
) -> Result<Response, Problem> {
    let none = || Problem::not_found("lyrics of the track", &id.to_string());
    let row = live.catalogue.track_row(&id).ok_or_else(none)?;
    let lines = of(&app, &live, row).await?.ok_or_else(none)?;
    let shown = lines.iter().map(|line| Shown {
        at_ms: line.at.map(|at| at.0),
        text: &line.text,
    });
    let shown = Lyrics {
        track: id,
        timed: lines.iter().any(|line| line.at.is_some()),
        lines: shown.collect(),
    };
    Ok(json(&request, &shown, Keep::Listener))
}

/// The lines of a track by its row; `None` where none were delivered.
///
/// # Errors
/// The store has lost them.
pub(crate) async fn of(
    app: &Arc<App>,
    live: &Live,
    row: u32,
) -> Result<Option<Vec<Line>>, Problem> {
    let Some(found) = live.catalogue.lyrics(row) else {
        return Ok(None);
    };
    let lost = |error: &dyn std::fmt::Display| {
        tracing::error!(%error, "lyrics cannot be read");
        Problem::internal()
    };
    let bytes = app.blobs.get(found.blob, found.bytes).await;
    let bytes = bytes.map_err(|error| lost(&error))?;
    read(&bytes).map(Some).map_err(|error| lost(&error))
}
