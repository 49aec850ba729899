//! Which paths does the server answer, and what happens around every answer?

use crate::answer::status;
use crate::app::App;
use crate::problem::{MEDIA_TYPE, Problem};
use crate::{artwork, audio, browse, discover, find, health, page, playback};
use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::handler::Handler;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};
use futures::FutureExt;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;

/// Every path, as metrics label it.
pub(crate) const ROUTES: [&str; 18] = [
    "/",
    "/app.js",
    "/style.css",
    "/healthz",
    "/readyz",
    "/metrics",
    "/v1/home",
    "/v1/me",
    "/v1/tracks/{id}",
    "/v1/tracks/{id}/stream",
    "/v1/tracks/{id}/similar",
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
    Router::new()
        .route("/", answered_by(page::index))
        .route("/app.js", answered_by(page::script))
        .route("/style.css", answered_by(page::style))
        .route("/healthz", answered_by(health::healthz))
        .route("/readyz", answered_by(health::readyz))
        .route("/metrics", answered_by(health::metrics))
        .route("/v1/home", answered_by(browse::home))
        .route("/v1/me", answered_by(discover::me))
        .route("/v1/tracks/{id}", answered_by(browse::track))
        .route("/v1/tracks/{id}/stream", answered_by(playback::stream))
        .route("/v1/tracks/{id}/similar", answered_by(discover::similar))
        .route("/v1/releases/{id}", answered_by(browse::release))
        .route("/v1/artists/{id}", answered_by(browse::artist))
        .route("/v1/search", answered_by(find::search))
        .route("/v1/search/suggest", answered_by(find::suggest))
        .route("/v1/me/discover-weekly", answered_by(discover::weekly))
        .route("/audio/{track}/{tier}/{file}", answered_by(audio::audio))
        .route("/artwork/{release}/{file}", answered_by(artwork::artwork))
        .fallback(async |request: Request| Problem::no_such_route(request.uri().path()))
        .method_not_allowed_fallback(method_not_allowed)
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
    let mut response = status(StatusCode::NO_CONTENT);
    let headers = response.headers_mut();
    let pairs = [
        (header::ALLOW, "GET, HEAD, OPTIONS"),
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD, OPTIONS"),
        (
            header::ACCESS_CONTROL_ALLOW_HEADERS,
            "authorization, range, if-range, if-none-match",
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
    let answer = match too_large(request.headers(), app.config.connections.max_body_bytes) {
        Some(problem) => Ok(problem.into_response()),
        None => AssertUnwindSafe(next.run(request)).catch_unwind().await,
    };
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
    tracing::info!(target: "access", %method, %path, status, duration_us = took.as_micros() as u64);
    response
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
            "accept-ranges, content-range, content-length, etag",
        ),
    ];
    for (name, value) in pairs {
        headers.insert(name, HeaderValue::from_static(value));
    }
}
