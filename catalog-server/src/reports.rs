//! What did a listener have to wait for?
//!
//! A player reports once per track: how long from the press of play to the first sound, and how often
//! and how long it faltered. It is counted and told to the log; nothing is kept.

use crate::answer::status;
use crate::app::App;
use crate::config::ms;
use crate::identity::Listener;
use crate::problem::Problem;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::Response;
use catalog::ids::TrackId;
use http::StatusCode;
use serde::Deserialize;
use std::sync::Arc;

/// The longest wait that is believed: ten minutes.
const MAX_MS: u64 = 600_000;
/// Stalls of one track that are believed.
const MAX_STALLS: u64 = 1_000;

/// What a player says of one track.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Playback {
    track: TrackId,
    /// Press of play to the first sound; absent where nothing was waited for.
    first_sound_ms: Option<u64>,
    #[serde(default)]
    stalls: u64,
    #[serde(default)]
    stalled_ms: u64,
    /// How much of it was heard.
    #[serde(default)]
    heard_ms: u64,
}

pub(crate) async fn playback(
    State(app): State<Arc<App>>,
    listener: Listener,
    body: Bytes,
) -> Result<Response, Problem> {
    let report: Playback = serde_json::from_slice(&body).map_err(|error| {
        Problem::bad_request(
            format!("the report cannot be read: {error}"),
            "see /openapi.json for its members",
        )
    })?;
    let first = report.first_sound_ms.map(|first| ms(first.min(MAX_MS)));
    let stalled = ms(report.stalled_ms.min(MAX_MS));
    app.metrics
        .heard(first, report.stalls.min(MAX_STALLS), stalled);
    tracing::info!(
        target: "plays",
        listener = listener.id,
        track = %report.track,
        heard_ms = report.heard_ms,
        first_sound_ms = report.first_sound_ms,
        stalls = report.stalls,
    );
    Ok(status(StatusCode::NO_CONTENT))
}
