//! Which paths does the server answer, and what happens around every answer?

use crate::accept::Peer;
use crate::answer::status;
use crate::app::App;
use crate::config::ms;
use crate::problem::{MEDIA_TYPE, Problem};
use crate::{
    artwork, audio, browse, clips, discover, find, health, lyrics, openapi, page, playback, radio,
    reports, subsonic,
};
use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::handler::Handler;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post};
use futures::FutureExt;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;
use tokio::time::timeout;

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

/// Bytes of a path that are logged.
const LOGGED_PATH: usize = 200;

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

/// Around every request: limits, panics, the last errors that are not documents yet, headers for
/// all, counting, one line of log. The query is never logged: links carry tokens there.
async fn around(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let route = request.extensions().get::<MatchedPath>().cloned();
    let under_way = app.guard.begin();
    let refused = refusal(&app, under_way.is_none(), &request);
    let answer = match refused {
        Some(problem) => Ok(problem.into_response()),
        // Only a post has a body that is waited for.
        None if method == Method::POST => {
            let limit = ms(app.config.connections.header_ms);
            let answer = AssertUnwindSafe(next.run(request)).catch_unwind();
            timeout(limit, answer)
                .await
                .unwrap_or_else(|_| Ok(too_slow()))
        }
        None => AssertUnwindSafe(next.run(request)).catch_unwind().await,
    };
    drop(under_way);
    let mut response = answer.unwrap_or_else(|_| {
        app.metrics.panicked();
        tracing::error!(%path, "a handler panicked");
        Problem::internal().into_response()
    });
    if is_bare_error(&response) {
        response = documented(response.status()).into_response();
    }
    for_all(response.headers_mut());
    let (status, took) = (response.status().as_u16(), began.elapsed());
    app.metrics
        .answered(route.as_ref().map(MatchedPath::as_str), status, took);
    let path = path.get(..LOGGED_PATH).unwrap_or(&path);
    tracing::info!(target: "access", %method, path, status, duration_us = took.as_micros() as u64);
    response
}

/// Why a request is not even begun. Who watches the server is always answered.
fn refusal(app: &App, overloaded: bool, request: &Request) -> Option<Problem> {
    if matches!(request.uri().path(), "/healthz" | "/readyz" | "/metrics") {
        return None;
    }
    if overloaded {
        app.metrics.shed();
        return Some(Problem::overloaded());
    }
    let address = client(app, request);
    if let Some(Err(too_many)) = address.map(|address| app.guard.address(address)) {
        return Some(Problem::too_many("address", too_many.0));
    }
    too_large(request.headers(), app.config.connections.max_body_bytes)
}

/// Where a request comes from: the connection's other end, or whom a trusted proxy names.
fn client(app: &App, request: &Request) -> Option<IpAddr> {
    let forwarded = || {
        let value = request
            .headers()
            .get_all("x-forwarded-for")
            .iter()
            .next_back()?;
        value.to_str().ok()?.rsplit(',').next()?.trim().parse().ok()
    };
    let named = app.config.limits.behind_proxy.then(forwarded).flatten();
    named.or_else(|| request.extensions().get::<Peer>().map(|peer| peer.0))
}

fn too_slow() -> Response {
    Problem::new(
        StatusCode::REQUEST_TIMEOUT,
        "too-slow",
        "The request came too slowly",
    )
    .detail("its body was not there in time")
    .fix("send it at once")
    .header(header::CONNECTION, HeaderValue::from_static("close"))
    .into_response()
}

fn too_large(headers: &HeaderMap, limit: u64) -> Option<Problem> {
    let length = headers
        .get(header::CONTENT_LENGTH)?
        .to_str()
        .ok()?
        .parse::<u64>()
        .ok()?;
    (length > limit).then(|| {
        Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too-large",
            "The request is too large",
        )
        .detail(format!(
            "a body of {length} bytes; at most {limit} are taken, and none is read"
        ))
        .fix("send no body")
        .header(header::CONNECTION, HeaderValue::from_static("close"))
    })
}

fn is_bare_error(response: &Response) -> bool {
    let status = response.status();
    let described = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|t| t == MEDIA_TYPE);
    (status.is_client_error() || status.is_server_error()) && !described
}

fn documented(status: StatusCode) -> Problem {
    Problem::new(status, "http", status.canonical_reason().unwrap_or("Error"))
}

fn for_all(headers: &mut HeaderMap) {
    let pairs = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (
            header::ACCESS_CONTROL_EXPOSE_HEADERS,
            "accept-ranges, content-range, content-length, etag, retry-after",
        ),
    ];
    for (name, value) in pairs {
        headers.insert(name, HeaderValue::from_static(value));
    }
}
