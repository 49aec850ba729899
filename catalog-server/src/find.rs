//! What was meant by what was typed, and may it be played?
//!
//! What this listener may not play is found all the same, greyed out and with its reason, after
//! what they may: a listener who knows that a song exists should learn why it does not play.
//! `?unavailable=hide` leaves it out.

use crate::answer::{Keep, json};
use crate::app::{App, Current};
use crate::browse::eye;
use crate::identity::Listener;
use crate::params::Asked;
use crate::problem::Problem;
use crate::show::{ArtistCard, Eye, ReleaseCard, Track};
use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use search::{Index, Kind, Kinds, Query};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Suggestions when the client does not say.
const SUGGESTIONS: usize = 8;

/// `?q=`, and what else.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Asking {
    q: String,
    kind: Option<Kind>,
    limit: Option<usize>,
    #[serde(default)]
    offset: usize,
    #[serde(default)]
    unavailable: Unavailable,
}

/// What to do with what may not be played.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Unavailable {
    #[default]
    Show,
    Hide,
}

/// One thing found, under the name of its kind.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Hit<'a> {
    Track {
        score: f32,
        track: Box<Track<'a>>,
    },
    Release {
        score: f32,
        release: ReleaseCard<'a>,
    },
    Artist {
        score: f32,
        artist: ArtistCard<'a>,
    },
}

#[derive(Serialize)]
struct Found<'a> {
    query: &'a str,
    total: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    did_you_mean: Option<String>,
    hits: Vec<Hit<'a>>,
}

pub(crate) async fn search(
    State(app): State<Arc<App>>,
    listener: Listener,
    Current(live): Current,
    Asked(asking): Asked<Asking>,
    request: HeaderMap,
) -> Result<Response, Problem> {
    let index = index_of(&live.search)?;
    let text = text_of(&asking.q, app.config.answers.query_chars)?;
    let eye = eye(&app, &live, listener);
    let limits = &app.config.answers;
    let query = Query {
        text: text.to_owned(),
        kinds: kinds_of(asking.kind),
        limit: asking
            .limit
            .unwrap_or(limits.search_limit)
            .clamp(1, limits.search_limit_max),
        offset: asking.offset,
    };
    let hide = asking.unavailable == Unavailable::Hide;
    let accept = |kind, row| !hide || playable(&eye, kind, row);
    let found = index.search(&query, &accept).map_err(not_found_out)?;
    let mut hits = found.hits;
    // Stable: within each half the order of the search stays.
    hits.sort_by_key(|hit| !playable(&eye, hit.kind, hit.row));
    let shown = Found {
        query: text,
        total: found.total,
        did_you_mean: found.did_you_mean,
        hits: hits.iter().filter_map(|hit| show(&eye, hit)).collect(),
    };
    Ok(json(&request, &shown, Keep::Listener))
}

fn show<'a>(eye: &Eye<'a>, hit: &search::Hit) -> Option<Hit<'a>> {
    let score = hit.score;
    Some(match hit.kind {
        Kind::Track => Hit::Track {
            score,
            track: Box::new(eye.track(hit.row)?),
        },
        Kind::Release => Hit::Release {
            score,
            release: eye.card(hit.row)?,
        },
        Kind::Artist => Hit::Artist {
            score,
            artist: eye.artist(hit.row)?,
        },
    })
}

/// A release may be opened if one of its tracks plays; an artist always.
fn playable(eye: &Eye<'_>, kind: Kind, row: u32) -> bool {
    match kind {
        Kind::Track => eye.gate.playable(row).is_ok(),
        Kind::Release => eye.live.catalogue.release(row).is_some_and(|release| {
            release
                .tracks
                .iter()
                .any(|track| eye.gate.playable(*track).is_ok())
        }),
        Kind::Artist => true,
    }
}

/// `?q=`, and what else, while typing.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Beginning {
    q: String,
    kind: Option<Kind>,
    limit: Option<usize>,
}

/// A name that begins as typed.
#[derive(Serialize)]
struct Suggestion<'a> {
    kind: Kind,
    id: String,
    text: &'a str,
    /// What tells it from others of the name.
    detail: String,
}

pub(crate) async fn suggest(
    State(app): State<Arc<App>>,
    listener: Listener,
    Current(live): Current,
    Asked(asking): Asked<Beginning>,
    request: HeaderMap,
) -> Result<Response, Problem> {
    let index = index_of(&live.search)?;
    let text = text_of(&asking.q, app.config.answers.query_chars)?;
    let eye = eye(&app, &live, listener);
    let limit = asking
        .limit
        .unwrap_or(SUGGESTIONS)
        .clamp(1, app.config.answers.search_limit_max);
    let accept = |kind, row| playable(&eye, kind, row);
    let found = index
        .suggest(text, kinds_of(asking.kind), limit, &accept)
        .map_err(not_found_out)?;
    let suggestions: Vec<Suggestion<'_>> = found
        .iter()
        .filter_map(|found| suggestion(&eye, found.kind, found.row))
        .collect();
    let shown = serde_json::json!({"query": text, "suggestions": suggestions});
    Ok(json(&request, &shown, Keep::Listener))
}

fn suggestion<'a>(eye: &Eye<'a>, kind: Kind, row: u32) -> Option<Suggestion<'a>> {
    let catalogue = &eye.live.catalogue;
    Some(match kind {
        Kind::Track => {
            let track = catalogue.track(row)?;
            let credits = catalogue.track_credits(row);
            let detail = credits
                .map(|credit| credit.name)
                .next()
                .unwrap_or_default()
                .to_owned();
            Suggestion {
                kind,
                id: track.id.to_string(),
                text: track.title,
                detail,
            }
        }
        Kind::Release => {
            let release = catalogue.release(row)?;
            let credits = catalogue.release_credits(row);
            let by = credits.map(|credit| credit.name).next().unwrap_or_default();
            let detail = format!("Release · {by}");
            Suggestion {
                kind,
                id: release.id.to_string(),
                text: release.title,
                detail,
            }
        }
        Kind::Artist => {
            let artist = catalogue.artist(row)?;
            Suggestion {
                kind,
                id: artist.id.to_string(),
                text: artist.name,
                detail: "Artist".into(),
            }
        }
    })
}

fn kinds_of(kind: Option<Kind>) -> Kinds {
    kind.map_or(Kinds::ALL, |kind| Kinds::of(&[kind]))
}

fn text_of(typed: &str, limit: usize) -> Result<&str, Problem> {
    let text = typed.trim();
    let long = text.chars().nth(limit).is_some();
    if text.is_empty() || long {
        let found = if long { "is longer" } else { "is empty" };
        return Err(Problem::bad_request(
            format!("the parameter q {found}; it takes 1 to {limit} characters"),
            "send what the listener typed as q",
        ));
    }
    Ok(text)
}

fn index_of(index: &Option<Index>) -> Result<&Index, Problem> {
    index.as_ref().ok_or_else(|| {
        Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "no-index",
            "This edition cannot be searched",
        )
        .detail("it was published without a search index")
        .fix("publish again with `backline edition publish`")
    })
}

fn not_found_out(error: search::SearchError) -> Problem {
    match error {
        search::SearchError::TooDeep { asked, max } => Problem::bad_request(
            format!("offset and limit reach hit {asked}, only the first {max} can be seen"),
            "ask for a narrower search",
        ),
        error => {
            tracing::error!(%error, "a search failed");
            Problem::internal()
        }
    }
}
