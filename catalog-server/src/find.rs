//! What was meant by what was typed, and may it be played?
//!
//! What this listener may not play is found all the same, greyed out and with its reason, after
//! what they may: a listener who knows that a song exists should learn why it does not play.
//! `?unavailable=hide` leaves it out.

use crate::answer::{Keep, json};
use crate::app::{App, Current};
use crate::browse::eye;
use crate::cursor::Cursor;
use crate::discover::{PlaylistCard, mixes};
use crate::identity::Listener;
use crate::params::Asked;
use crate::problem::Problem;
use crate::show::{ArtistCard, Eye, ReleaseCard, Track};
use axum::extract::State;
use axum::response::Response;
use catalog::release::Advisory;
use http::{HeaderMap, StatusCode};
use search::analysis::{analyse, fold};
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
    kind: Option<Sought>,
    limit: Option<usize>,
    #[serde(default)]
    offset: usize,
    /// The `next` of the page before.
    cursor: Option<String>,
    #[serde(default)]
    unavailable: Unavailable,
    /// Only tracks and releases of this genre.
    genre: Option<String>,
    /// Only what came out in or after this year …
    from_year: Option<i32>,
    /// … and in or before this one.
    to_year: Option<i32>,
    #[serde(default)]
    explicit: Unavailable,
}

/// A kind of thing to look for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Sought {
    Track,
    Release,
    Artist,
    Playlist,
}

/// What to do with what may not be played, or is explicit.
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
    Playlist {
        playlist: PlaylistCard,
    },
}

#[derive(Serialize)]
struct Found<'a> {
    query: &'a str,
    total: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    did_you_mean: Option<String>,
    hits: Vec<Hit<'a>>,
    /// Send it as `cursor` for the next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
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
    let limit = asking.limit.unwrap_or(limits.search_limit);
    let hide = asking.unavailable == Unavailable::Hide;
    let accept =
        |kind, row| asking.accepts(&eye, kind, row) && (!hide || playable(&eye, kind, row));
    let mut query = Query {
        text: text.to_owned(),
        kinds: kinds_of(asking.kind),
        limit: limit.clamp(1, limits.search_limit_max),
        offset: asking.offset,
    };
    if let Some(cursor) = &asking.cursor {
        let cursor = Cursor::read(cursor)?;
        query.offset = cursor.resume(&live.id, |last| place(&eye, index, &query, &accept, last));
    }
    let found = index.search(&query, &accept).map_err(not_found_out)?;
    let next = next(&eye, &query, &found);
    let mut hits = found.hits;
    // Stable: within each half the order of the search stays.
    hits.sort_by_key(|hit| !playable(&eye, hit.kind, hit.row));
    let playlists = asking.playlists(&eye, text, query.offset);
    let shown = Found {
        query: text,
        total: found.total + playlists.len(),
        did_you_mean: found.did_you_mean,
        hits: hits
            .iter()
            .filter_map(|hit| show(&eye, hit))
            .chain(playlists)
            .collect(),
        next,
    };
    Ok(json(&request, &shown, Keep::Listener))
}

impl Asking {
    /// Whether the filters let a thing through. Artists have neither genre nor year: a filter by
    /// either leaves them out.
    fn accepts(&self, eye: &Eye<'_>, kind: Kind, row: u32) -> bool {
        let by_year = self.from_year.is_some() || self.to_year.is_some();
        if self.genre.is_none() && !by_year && self.explicit == Unavailable::Show {
            return true;
        }
        let catalogue = &eye.live.catalogue;
        let track = match kind {
            Kind::Track => catalogue.track(row),
            _ => None,
        };
        let release = match (kind, &track) {
            (Kind::Artist, _) => return self.genre.is_none() && !by_year,
            (Kind::Release, _) => catalogue.release(row),
            (Kind::Track, track) => track.and_then(|track| catalogue.release(track.release)),
        };
        let Some(release) = release else { return false };
        let own = track.and_then(|track| track.genre).or(release.genre);
        let wanted = |name: &String| own.is_some_and(|own| fold(own) == fold(name));
        let year = release
            .date
            .and_then(|date| date.get(..4)?.parse::<i32>().ok());
        let advisory = track.map(|track| track.advisory);
        self.genre.as_ref().is_none_or(wanted)
            && self
                .from_year
                .is_none_or(|from| year.is_some_and(|year| year >= from))
            && self
                .to_year
                .is_none_or(|to| year.is_some_and(|year| year <= to))
            && (self.explicit == Unavailable::Show || advisory != Some(Advisory::Explicit))
    }

    /// The listener's playlists whose titles hold every word typed, on the first page.
    fn playlists<'a>(&self, eye: &Eye<'_>, text: &str, offset: usize) -> Vec<Hit<'a>> {
        let sought = self.kind.is_none_or(|kind| kind == Sought::Playlist);
        if !sought || offset > 0 {
            return Vec::new();
        }
        let typed = analyse(text).words;
        let named = |title: &str| {
            let words = analyse(title).words;
            let begins = |typed: &String| words.iter().any(|word| word.starts_with(typed.as_str()));
            !typed.is_empty() && typed.iter().all(begins)
        };
        let mixes = mixes(eye);
        let found = mixes.iter().filter(|mix| named(&mix.title));
        let hit = |mix| Hit::Playlist {
            playlist: PlaylistCard::of(mix),
        };
        found.map(hit).collect()
    }
}

/// A cursor behind the last of a full page.
fn next(eye: &Eye<'_>, query: &Query, found: &search::Hits) -> Option<String> {
    let last = found
        .hits
        .last()
        .filter(|_| found.hits.len() == query.limit)?;
    let offset = query.offset + query.limit;
    let more = offset < found.total && offset + query.limit <= search::MAX_DEPTH;
    more.then(|| {
        let cursor = Cursor {
            edition: eye.live.id.clone(),
            offset,
            last: name_of(eye, last.kind, last.row).unwrap_or_default(),
        };
        cursor.write()
    })
}

/// A thing's name that means the same in every edition.
fn name_of(eye: &Eye<'_>, kind: Kind, row: u32) -> Option<String> {
    let catalogue = &eye.live.catalogue;
    Some(match kind {
        Kind::Track => format!("track {}", catalogue.track(row)?.id),
        Kind::Release => format!("release {}", catalogue.release(row)?.id),
        Kind::Artist => format!("artist {}", catalogue.artist(row)?.id),
    })
}

/// Where a thing stands among all hits now.
fn place(
    eye: &Eye<'_>,
    index: &Index,
    query: &Query,
    accept: &dyn Fn(Kind, u32) -> bool,
    name: &str,
) -> Option<usize> {
    let all = Query {
        limit: search::MAX_DEPTH,
        offset: 0,
        ..query.clone()
    };
    let hits = index.search(&all, accept).ok()?.hits;
    hits.iter()
        .position(|hit| name_of(eye, hit.kind, hit.row).as_deref() == Some(name))
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
    kind: Option<Sought>,
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

fn kinds_of(kind: Option<Sought>) -> Kinds {
    match kind {
        None => Kinds::ALL,
        Some(Sought::Track) => Kinds::of(&[Kind::Track]),
        Some(Sought::Release) => Kinds::of(&[Kind::Release]),
        Some(Sought::Artist) => Kinds::of(&[Kind::Artist]),
        Some(Sought::Playlist) => Kinds::of(&[]),
    }
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
