//! Which track is this clip?
//!
//! A client sends the clip's peaks ([`fingerprint::clip`]); the edition's fingerprints, mapped, say
//! which recordings it may be a part of. A song that is not in the catalogue is refused: then the
//! list is empty. Recordings that may not be played here are named without a track.

use crate::answer::{Keep, json};
use crate::app::{App, Current};
use crate::browse::eye;
use crate::identity::Listener;
use crate::problem::Problem;
use crate::show::Track;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::Response;
use catalog::ids::RecordingId;
use fingerprint::clip;
use fingerprint::identify::Listening;
use fingerprint::peaks::{FRAME_SECONDS, UNITS_PER_SEMITONE};
use http::{HeaderMap, StatusCode};
use serde::Serialize;
use std::sync::{Arc, LazyLock};

/// Recordings that are named at most.
const MAX_NAMED: usize = 5;

/// What a clip may be, likeliest first.
#[derive(Debug, Serialize)]
struct Named<'a> {
    matches: Vec<Match<'a>>,
}

/// One recording that it may be a part of.
#[derive(Debug, Serialize)]
struct Match<'a> {
    recording: RecordingId,
    /// By which it may be played here; null if it may not.
    track: Option<Track<'a>>,
    /// Where in the recording the clip begins, seconds.
    begins_s: f64,
    /// The clip plays so many times as fast.
    speed: f64,
    /// The clip is so many semitones higher.
    semitones: f64,
    /// Decimal digits of the odds that this is no chance.
    digits: f64,
}

pub(crate) async fn identify(
    State(app): State<Arc<App>>,
    listener: Listener,
    Current(live): Current,
    request: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let peaks = clip::read(&body).map_err(|error| {
        Problem::bad_request(
            format!("the clip cannot be read: {error}"),
            "send what `backline fingerprint show --peaks FILE` writes",
        )
    })?;
    // Some milliseconds of arithmetic: not on a thread that serves others.
    let asked = Arc::clone(&live);
    let heard = tokio::task::spawn_blocking(move || {
        let edition = asked.fingerprints.as_ref()?;
        Some(edition.hear(&peaks, listening()))
    });
    // A task that is not cancelled fails by a panic only, which goes on as this request's own.
    let heard = heard
        .await
        .unwrap_or_else(|failed| match failed.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => Some(Vec::new()),
        });
    let heard = heard.ok_or_else(|| {
        Problem::new(
            StatusCode::NOT_FOUND,
            "no-fingerprints",
            "This edition knows no recording by its sound",
        )
        .detail("it was published without fingerprints")
        .fix("publish again with `backline edition publish` after `backline fingerprint run`")
    })?;
    let eye = eye(&app, &live, listener);
    let of_row = |row| {
        live.fingerprints
            .iter()
            .flat_map(move |edition| edition.recordings(row))
    };
    let matches = heard.iter().flat_map(|found| {
        of_row(found.row).map(|&recording| Match {
            recording,
            track: live
                .catalogue
                .recording_row(&recording)
                .and_then(|row| eye.gate.appearance(row))
                .and_then(|row| eye.track(row)),
            begins_s: rounded(found.line.offset * FRAME_SECONDS),
            speed: rounded(found.line.stretch),
            semitones: rounded(-found.line.units / f64::from(UNITS_PER_SEMITONE)) + 0.0,
            digits: rounded(found.digits),
        })
    });
    let matches = matches.take(MAX_NAMED).collect();
    Ok(json(&request, &Named { matches }, Keep::Never))
}

/// The settings that every edition is asked with: the built-in ones, which its index was made for.
fn listening() -> &'static Listening {
    static BUILT_IN: LazyLock<Listening> =
        LazyLock::new(|| fingerprint::Config::built_in().identify);
    &BUILT_IN
}

/// To a thousandth.
fn rounded(value: f64) -> f64 {
    (1000.0 * value).round() / 1000.0
}
