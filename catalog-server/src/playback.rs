//! May this be played, in which rendition, and where are its bytes?
//!
//! Rights first, then the rendition, then the link. The answer holds what a player needs to begin
//! after one small range: the header's size and the chunk index; and to sound right: loudness, the
//! gain that is in the samples already, and exact lengths in samples for gapless joins.

use crate::answer::{Keep, json};
use crate::app::{App, Current};
use crate::browse::eye;
use crate::identity::{Listener, Tier};
use crate::ladder::{Offer, Wish, choose, open_to};
use crate::live::PREVIEW;
use crate::params::{Asked, Id};
use crate::problem::Problem;
use crate::signing::acl;
use axum::extract::State;
use axum::response::Response;
use catalog::edition::catalogue::{RenditionView, TrackView};
use catalog::ids::TrackId;
use catalog::rendition::{Chunk, Codec, Loudness};
use catalog::rights::Availability;
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use serde::Serialize;
use std::sync::Arc;

/// What a player needs.
#[derive(Serialize)]
struct Stream<'a> {
    /// The track that plays.
    track: TrackId,
    /// The one asked for, if this one plays in its place.
    #[serde(skip_serializing_if = "Option::is_none")]
    relinked_from: Option<TrackId>,
    tier: Tier,
    /// The chosen rendition.
    #[serde(flatten)]
    chosen: Rendition<'a>,
    /// Opens everything below `prefix` until `expires_at`: a player changes the rendition at a chunk
    /// boundary without asking again.
    token: &'a str,
    prefix: &'a str,
    expires_at: Timestamp,
    header_bytes: u32,
    chunks: Vec<Chunk>,
    /// Every rendition of this tier, the chosen one among them.
    renditions: Vec<Rendition<'a>>,
}

/// A rendition and its link.
#[derive(Serialize)]
struct Rendition<'a> {
    url: String,
    profile: &'a str,
    codec: Codec,
    nominal_kbps: u32,
    media_type: &'static str,
    bytes: u64,
    sample_rate: Option<u32>,
    channels: u16,
    /// Samples per channel.
    frames: u64,
    /// In the samples already, dB.
    gain_db: f64,
    loudness: Level,
}

/// Rounded to hundredths; `null` for silence.
#[derive(Serialize)]
struct Level {
    integrated: Option<f64>,
    range: Option<f64>,
    true_peak: Option<f64>,
    short_term_max: Option<f64>,
}

impl From<Loudness> for Level {
    fn from(loudness: Loudness) -> Level {
        Level {
            integrated: loudness.integrated.map(|level| hundredths(level.0)),
            range: loudness.range.map(|level| hundredths(level.0)),
            true_peak: loudness.true_peak.map(|level| hundredths(level.0)),
            short_term_max: loudness.short_term_max.map(|level| hundredths(level.0)),
        }
    }
}

fn hundredths(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

pub(crate) async fn stream(
    State(app): State<Arc<App>>,
    listener: Listener,
    Current(live): Current,
    Id(id): Id<TrackId>,
    Asked(wish): Asked<Wish>,
    request: HeaderMap,
) -> Result<Response, Problem> {
    let unknown = || Problem::not_found("track", &id.to_string());
    let asked = live.catalogue.track_row(&id).ok_or_else(unknown)?;
    let gate = eye(&app, &live, listener).gate;
    let row = gate
        .playable(asked)
        .map_err(|refusal| refusal.problem(&listener).with("track", id.to_string()))?;
    let track = live.catalogue.track(row).ok_or_else(unknown)?;
    let open: Vec<RenditionView<'_>> = live
        .catalogue
        .renditions(track.recording)
        .filter(|found| (found.profile == PREVIEW) == wish.preview)
        .filter(|found| wish.preview || open_to(offer(found), listener.tier))
        .collect();
    let offers: Vec<Offer> = open.iter().map(offer).collect();
    let tier = if wish.preview {
        Tier::Premium
    } else {
        listener.tier
    };
    let chosen = choose(&offers, tier, wish).ok_or_else(|| no_rendition(&listener))?;

    let expires = expiry(&app, &live.catalogue, &track, &listener);
    let acl = acl(&track.id.to_string(), listener.tier.word());
    let seconds = expires.as_second().max(0) as u64;
    let token = app
        .signer
        .sign(&acl, seconds, &app.signer.session(listener.id));
    let prefix = acl.trim_end_matches('*');
    let link = |found: &RenditionView<'_>| {
        format!(
            "{prefix}{}.{}?hdnts={token}",
            found.profile,
            found.codec.extension()
        )
    };
    let answer = Stream {
        track: track.id,
        relinked_from: (row != asked).then_some(id),
        tier: listener.tier,
        chosen: rendition(&open[chosen], link(&open[chosen])),
        token: &token,
        prefix,
        expires_at: expires,
        header_bytes: open[chosen].header_bytes,
        chunks: open[chosen].chunks().collect(),
        renditions: open
            .iter()
            .map(|found| rendition(found, link(found)))
            .collect(),
    };
    Ok(json(&request, &answer, Keep::Never))
}

fn offer(found: &RenditionView<'_>) -> Offer {
    Offer {
        codec: found.codec,
        kbps: found.nominal_kbps,
    }
}

fn rendition<'a>(found: &RenditionView<'a>, url: String) -> Rendition<'a> {
    Rendition {
        url,
        profile: found.profile,
        codec: found.codec,
        nominal_kbps: found.nominal_kbps,
        media_type: found.codec.media_type(),
        bytes: found.bytes,
        sample_rate: found.sample_rate.map(|rate| rate.hz()),
        channels: found.channels,
        frames: found.frames.0,
        gain_db: hundredths(found.gain.0),
        loudness: found.loudness.into(),
    }
}

/// The track's length and some more, but not past the end of its licence. Whole seconds, as signed.
fn expiry(
    app: &App,
    catalogue: &catalog::edition::catalogue::CatalogueView,
    track: &TrackView<'_>,
    listener: &Listener,
) -> Timestamp {
    let now = app.now();
    let life = track.duration.0.div_ceil(1000) + app.config.links.life_s;
    let seconds = now.as_second().saturating_add(life as i64);
    let until =
        match catalogue.availability(track.profile, listener.country, listener.tier.model(), now) {
            Availability::Available { until } => until,
            _ => None,
        };
    let seconds = until.map_or(seconds, |until| seconds.min(until.as_second()));
    Timestamp::from_second(seconds).unwrap_or(now)
}

fn no_rendition(listener: &Listener) -> Problem {
    Problem::new(
        StatusCode::NOT_FOUND,
        "no-rendition",
        "Nothing to play it with",
    )
    .detail(format!(
        "no rendition of this track is open to the {} tier",
        listener.tier.word()
    ))
    .fix("ask again after the next edition")
}
