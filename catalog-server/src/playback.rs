//! May this be played, in which rendition, and where are its bytes?
//!
//! Rights first, then the rendition, then the link. The answer holds what a player needs to begin
//! after one small range: the header's size and the chunk index; and to sound right: loudness, the
//! gain that is in the samples already, and exact lengths in samples for gapless joins.

use crate::answer::{Keep, json};
use crate::app::{App, Current};
use crate::browse::eye;
use crate::identity::{Listener, Tier};
use crate::ladder::{Offer, Quality, Wish, choose, open_to};
use crate::live::PREVIEW;
use crate::params::{Asked, Id};
use crate::problem::Problem;
use crate::rights::Gate;
use crate::signing::acl;
use axum::extract::State;
use axum::response::Response;
use catalog::edition::catalogue::{CatalogueView, RenditionView, TrackView};
use catalog::ids::TrackId;
use catalog::rendition::{Chunk, Codec, Loudness};
use catalog::rights::Availability;
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
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
    /// What to fetch before the end, so that the next track begins without a wait.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<Next>,
    /// Every rendition of this tier, the chosen one among them.
    renditions: Vec<Rendition<'a>>,
}

/// The first bytes of the track that will play next, in the rendition that it will play in.
#[derive(Serialize)]
struct Next {
    track: TrackId,
    url: String,
    profile: String,
    /// Bytes from the start of the file to the end of its first chunk.
    first_bytes: u64,
}

/// `?next=`: the track that will play after this one; the rest is the wish.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Ask {
    quality: Option<Quality>,
    #[serde(default)]
    data_saver: bool,
    #[serde(default)]
    preview: bool,
    bandwidth: Option<u32>,
    next: Option<TrackId>,
}

impl Ask {
    fn wish(&self) -> Wish {
        Wish {
            quality: self.quality,
            data_saver: self.data_saver,
            preview: self.preview,
            bandwidth: self.bandwidth,
            max_kbps: None,
        }
    }
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
    /// Still to be applied by the player, dB: what brings FLAC, whose samples are the master's, to
    /// the level of the others.
    apply_gain_db: f64,
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
    Asked(ask): Asked<Ask>,
    request: HeaderMap,
) -> Result<Response, Problem> {
    let wish = ask.wish();
    let unknown = || Problem::not_found("track", &id.to_string());
    let asked = live.catalogue.track_row(&id).ok_or_else(unknown)?;
    let gate = eye(&app, &live, listener).gate;
    let row = gate
        .playable(asked)
        .map_err(|refusal| refusal.problem(&listener).with("track", id.to_string()))?;
    let track = live.catalogue.track(row).ok_or_else(unknown)?;
    let open = open_renditions(&live.catalogue, &track, &listener, wish);
    let chosen = chosen(&open, &listener, wish).ok_or_else(|| no_rendition(&listener))?;
    let link = Link::sign(&app, &live.catalogue, &track, &listener);
    let level = live.catalogue.renditions(track.recording);
    let level = level.map(|found| found.gain.0).find(|gain| *gain != 0.0);
    let answer = Stream {
        track: track.id,
        relinked_from: (row != asked).then_some(id),
        tier: listener.tier,
        chosen: rendition(&open[chosen], link.url(&open[chosen]), level),
        token: &link.token,
        prefix: &link.prefix,
        expires_at: link.expires,
        header_bytes: open[chosen].header_bytes,
        chunks: open[chosen].chunks().collect(),
        next: ask.next.and_then(|id| next(&app, &gate, &id, wish)),
        renditions: open
            .iter()
            .map(|found| rendition(found, link.url(found), level))
            .collect(),
    };
    Ok(json(&request, &answer, Keep::Never))
}

/// What the tier may hear of a track, or its preview.
fn open_renditions<'a>(
    catalogue: &'a CatalogueView,
    track: &TrackView<'_>,
    listener: &Listener,
    wish: Wish,
) -> Vec<RenditionView<'a>> {
    let open = |found: &RenditionView<'_>| match wish.preview {
        true => found.profile == PREVIEW,
        false => found.profile != PREVIEW && open_to(Offer::of(found), listener.tier),
    };
    catalogue.renditions(track.recording).filter(open).collect()
}

fn chosen(open: &[RenditionView<'_>], listener: &Listener, wish: Wish) -> Option<usize> {
    let offers: Vec<Offer> = open.iter().map(Offer::of).collect();
    let tier = if wish.preview {
        Tier::Premium
    } else {
        listener.tier
    };
    choose(&offers, tier, wish)
}

/// The next track's first chunk; none if it may not be played.
fn next(app: &App, gate: &Gate<'_>, id: &TrackId, wish: Wish) -> Option<Next> {
    let row = gate.playable(gate.catalogue.track_row(id)?).ok()?;
    let track = gate.catalogue.track(row)?;
    let open = open_renditions(gate.catalogue, &track, &gate.listener, wish);
    let found = &open[chosen(&open, &gate.listener, wish)?];
    let first = found.chunks().next()?;
    Some(Next {
        track: track.id,
        url: Link::sign(app, gate.catalogue, &track, &gate.listener).url(found),
        profile: found.profile.to_owned(),
        first_bytes: first.offset + u64::from(first.bytes),
    })
}

/// A signed prefix of one track in one tier.
struct Link {
    prefix: String,
    token: String,
    expires: Timestamp,
}

impl Link {
    fn sign(
        app: &App,
        catalogue: &CatalogueView,
        track: &TrackView<'_>,
        listener: &Listener,
    ) -> Link {
        let expires = expiry(app, catalogue, track, listener);
        let acl = acl(&track.id.to_string(), listener.tier.word());
        let seconds = expires.as_second().max(0) as u64;
        let session = app.signer.session(listener.id);
        Link {
            token: app.signer.sign(&acl, seconds, &session),
            prefix: acl.trim_end_matches('*').to_owned(),
            expires,
        }
    }

    fn url(&self, found: &RenditionView<'_>) -> String {
        let (prefix, token) = (&self.prefix, &self.token);
        let extension = found.codec.extension();
        format!("{prefix}{}.{extension}?hdnts={token}", found.profile)
    }
}

fn rendition<'a>(found: &RenditionView<'a>, url: String, level: Option<f64>) -> Rendition<'a> {
    let flac = found.codec == Codec::Flac;
    Rendition {
        apply_gain_db: hundredths(level.filter(|_| flac).unwrap_or(0.0)),
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
    catalogue: &CatalogueView,
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
