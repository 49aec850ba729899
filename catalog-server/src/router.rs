//! Which paths does the server answer?

use crate::answer::status;
use crate::app::App;
use crate::around::around;
use crate::problem::Problem;
use crate::{
    artwork, audio, browse, clips, discover, find, health, lyrics, openapi, page, playback, radio,
    reports, subsonic,
};
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::handler::Handler;
use axum::middleware::from_fn_with_state;
use axum::response::Response;
use axum::routing::{MethodRouter, get, post};
use http::{HeaderValue, Method, StatusCode, header};
use std::sync::Arc;

/// Every path, as metrics label it.
pub(crate) const ROUTES: [&str; 30] = [
    "/",
    "/app.js",
    "/player.js",
    "/engine.js",
    "/dom.js",
    "/style.css",
    "/healthz",
    "/readyz",
    "/metrics",
    "/v1/home",
    "/v1/me",
    "/v1/tracks/{id}",
    "/v1/tracks/{id}/stream",
    "/v1/tracks/{id}/similar",
    "/v1/tracks/{id}/lyrics",
    "/v1/radio",
    "/v1/onboarding",
    "/v1/playlists",
    "/v1/playlists/{id}",
    "/v1/identify",
    "/v1/reports/playback",
    "/openapi.json",
    "/rest/{method}",
    "/v1/releases/{id}",
    "/v1/artists/{id}",
    "/v1/search",
    "/v1/search/suggest",
    "/v1/me/discover-weekly",
    "/audio/{track}/{tier}/{file}",
    "/artwork/{release}/{file}",
];

fn answered_by<H: Handler<T, Arc<App>>, T: 'static>(handler: H) -> MethodRouter<Arc<App>> {
    get(handler).options(preflight)
}

/// The whole service.
pub(crate) fn router(app: Arc<App>) -> Router {
    let body_limit = app.config.connections.max_body_bytes as usize;
    Router::new()
        .route("/", answered_by(page::index))
        .route("/app.js", answered_by(page::script))
        .route("/player.js", answered_by(page::script))
        .route("/engine.js", answered_by(page::script))
        .route("/dom.js", answered_by(page::script))
        .route("/style.css", answered_by(page::style))
        .route("/healthz", answered_by(health::healthz))
        .route("/readyz", answered_by(health::readyz))
        .route("/metrics", answered_by(health::metrics))
        .route("/v1/home", answered_by(browse::home))
        .route("/v1/me", answered_by(discover::me))
        .route("/v1/tracks/{id}", answered_by(browse::track))
        .route("/v1/tracks/{id}/stream", answered_by(playback::stream))
        .route("/v1/tracks/{id}/similar", answered_by(radio::similar))
        .route("/v1/tracks/{id}/lyrics", answered_by(lyrics::lyrics))
        .route("/v1/radio", answered_by(radio::radio))
        .route("/v1/onboarding", answered_by(radio::onboarding))
        .route("/v1/playlists", answered_by(discover::playlists))
        .route("/v1/playlists/{id}", answered_by(discover::playlist))
        .route(
            "/v1/reports/playback",
            post(reports::playback).options(preflight_post),
        )
        .route(
            "/v1/identify",
            post(clips::identify).options(preflight_post),
        )
        .route("/openapi.json", answered_by(openapi::document))
        .route(
            "/rest/{method}",
            answered_by(subsonic::rest).post(subsonic::rest),
        )
        .route("/v1/releases/{id}", answered_by(browse::release))
        .route("/v1/artists/{id}", answered_by(browse::artist))
        .route("/v1/search", answered_by(find::search))
        .route("/v1/search/suggest", answered_by(find::suggest))
        .route("/v1/me/discover-weekly", answered_by(discover::weekly))
        .route("/audio/{track}/{tier}/{file}", answered_by(audio::audio))
        .route("/artwork/{release}/{file}", answered_by(artwork::artwork))
        .fallback(async |request: Request| Problem::no_such_route(request.uri().path()))
        .method_not_allowed_fallback(method_not_allowed)
        .layer(DefaultBodyLimit::max(body_limit))
        .layer(from_fn_with_state(Arc::clone(&app), around))
        .with_state(app)
}

async fn method_not_allowed(method: Method) -> Problem {
    Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "method-not-allowed",
        "This server only reads",
    )
    .detail(format!("{method} is not answered here"))
    .fix("use GET or HEAD")
    .header(
        header::ALLOW,
        HeaderValue::from_static("GET, HEAD, OPTIONS"),
    )
}

/// A browser asks before it sends a token from another origin.
async fn preflight() -> Response {
    allowing("GET, HEAD, OPTIONS")
}

/// The same where something is posted.
async fn preflight_post() -> Response {
    allowing("POST, OPTIONS")
}

fn allowing(methods: &'static str) -> Response {
    let mut response = status(StatusCode::NO_CONTENT);
    let headers = response.headers_mut();
    let pairs = [
        (header::ALLOW, methods),
        (header::ACCESS_CONTROL_ALLOW_METHODS, methods),
        (
            header::ACCESS_CONTROL_ALLOW_HEADERS,
            "authorization, content-type, range, if-range, if-none-match",
        ),
        (header::ACCESS_CONTROL_MAX_AGE, "86400"),
    ];
    headers.extend(pairs.map(|(name, value)| (name, HeaderValue::from_static(value))));
    response
}
