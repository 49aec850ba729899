//! What happens around every answer?
//!
//! Limits before it, a panic caught in it, headers, counting and one line of log after it. The query is
//! never logged: links carry tokens there.

use crate::accept::Peer;
use crate::app::App;
use crate::config::ms;
use crate::limits::UnderWay;
use crate::problem::{MEDIA_TYPE, Problem};
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures::FutureExt;
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;
use tokio::time::timeout;

/// Bytes of a path that are logged.
const LOGGED_PATH: usize = 200;

/// What the router does around each of its routes.
pub(crate) async fn around(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().cloned();
    let peer = request.extensions().get::<Peer>().copied();
    let (method, uri, headers) = (request.method(), request.uri(), request.headers());
    let visit = Visit::begin(&app, peer, method, uri, headers);
    let answer = visit.answer(next.run(request)).await;
    visit.end(route.as_ref().map(MatchedPath::as_str), answer)
}

/// One request, from its admission to its line of log.
pub(crate) struct Visit<'a> {
    app: &'a App,
    began: Instant,
    method: Method,
    uri: Uri,
    admitted: Result<UnderWay<'a>, Problem>,
}

impl<'a> Visit<'a> {
    /// Counts the request in, or finds why it is not even begun.
    pub(crate) fn begin(
        app: &'a App,
        peer: Option<Peer>,
        method: &Method,
        uri: &Uri,
        headers: &HeaderMap,
    ) -> Visit<'a> {
        Visit {
            app,
            began: Instant::now(),
            method: method.clone(),
            uri: uri.clone(),
            admitted: admit(app, peer, uri.path(), headers),
        }
    }

    /// What `handler` answers, or why it was not asked.
    pub(crate) async fn answer(&self, handler: impl Future<Output = Response>) -> Response {
        if let Err(problem) = &self.admitted {
            return problem.clone().into_response();
        }
        let answer = AssertUnwindSafe(handler).catch_unwind();
        let answer = match self.method == Method::POST {
            // Only a post has a body that is waited for.
            true => timeout(ms(self.app.config.connections.header_ms), answer)
                .await
                .unwrap_or_else(|_| Ok(too_slow())),
            false => answer.await,
        };
        answer.unwrap_or_else(|_| {
            self.app.metrics.panicked();
            tracing::error!(path = %self.uri.path(), "a handler panicked");
            Problem::internal().into_response()
        })
    }

    /// The last errors that are not documents yet, headers for all, counting, the log.
    pub(crate) fn end(self, route: Option<&str>, mut response: Response) -> Response {
        drop(self.admitted);
        if is_bare_error(&response) {
            response = documented(response.status()).into_response();
        }
        for_all(response.headers_mut());
        let (status, took) = (response.status().as_u16(), self.began.elapsed());
        self.app.metrics.answered(route, status, took);
        let path = self.uri.path();
        let path = path.get(..LOGGED_PATH).unwrap_or(path);
        let (method, duration_us) = (self.method, took.as_micros() as u64);
        tracing::info!(target: "access", %method, path, status, duration_us);
        response
    }
}

/// A place among the requests under way. Who watches the server is always answered.
fn admit<'a>(
    app: &'a App,
    peer: Option<Peer>,
    path: &str,
    headers: &HeaderMap,
) -> Result<UnderWay<'a>, Problem> {
    let place = app.guard.begin();
    if matches!(path, "/healthz" | "/readyz" | "/metrics") {
        return Ok(place.unwrap_or_else(|late| late));
    }
    let place = place.map_err(|_| {
        app.metrics.shed();
        Problem::overloaded()
    })?;
    if let Some(Err(too_many)) =
        client(app, peer, headers).map(|address| app.guard.address(address))
    {
        return Err(Problem::too_many("address", too_many.0));
    }
    match too_large(headers, app.config.connections.max_body_bytes) {
        Some(problem) => Err(problem),
        None => Ok(place),
    }
}

/// Where a request comes from: the connection's other end, or whom a trusted proxy names.
fn client(app: &App, peer: Option<Peer>, headers: &HeaderMap) -> Option<IpAddr> {
    let forwarded = || {
        let value = headers.get_all("x-forwarded-for").iter().next_back()?;
        value.to_str().ok()?.rsplit(',').next()?.trim().parse().ok()
    };
    let named = app.config.limits.behind_proxy.then(forwarded).flatten();
    named.or_else(|| peer.map(|peer| peer.0))
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
    let exposed = const {
        HeaderValue::from_static("accept-ranges, content-range, content-length, etag, retry-after")
    };
    let nosniff = const { HeaderValue::from_static("nosniff") };
    let any = const { HeaderValue::from_static("*") };
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, nosniff);
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, any);
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accept::Phase;
    use crate::blobs::Blobs;
    use crate::edition_swap::Editions;
    use crate::identity::Verifier;
    use crate::limits::Guard;
    use crate::metrics::Metrics;
    use crate::secret::Secrets;
    use crate::signing::Signer;
    use axum::body::Body;
    use catalog::store::Store;
    use tower::ServiceExt;

    /// An app without an edition, and a router of one handler that panics and one that does not.
    fn world(max_under_way: usize) -> (Arc<App>, axum::Router) {
        let mut config = crate::Config::layered(None).unwrap();
        config.limits.max_under_way = max_under_way;
        let secrets = Secrets::parse(&[b'x'; 32]).unwrap();
        let metrics = Arc::new(Metrics::new(&["/breaks", "/healthz", "/works"]));
        let store = Arc::new(Store::open("memory:").unwrap());
        let app = Arc::new(App {
            signer: Signer::new(&secrets),
            verifier: Verifier::new(secrets),
            clock: Arc::new(|| jiff::Timestamp::UNIX_EPOCH),
            editions: Arc::new(Editions::new(Arc::clone(&metrics))),
            blobs: Arc::new(Blobs::new(store, "cache".into(), 1)),
            phase: tokio::sync::watch::channel(Phase::Serving).1,
            guard: Arc::new(Guard::new(&config.limits)),
            metrics,
            config,
        });
        use axum::routing::get;
        async fn breaks() -> &'static str {
            panic!("a handler's fault")
        }
        let router = axum::Router::new()
            .route("/breaks", get(breaks))
            .route("/healthz", get(async || "fine"))
            .route("/works", get(async || "fine"))
            .layer(axum::middleware::from_fn_with_state(
                Arc::clone(&app),
                around,
            ));
        (app, router)
    }

    /// On a runtime of its own, since a store must not be dropped on one.
    fn ask(router: &axum::Router, path: &str) -> Response {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = runtime.enable_all().build().unwrap();
        let request = Request::builder().uri(path).body(Body::empty()).unwrap();
        runtime.block_on(router.clone().oneshot(request)).unwrap()
    }

    #[test]
    fn a_panic_costs_one_request_and_is_counted() {
        let (app, router) = world(10);
        let broken = ask(&router, "/breaks");
        assert_eq!(broken.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(broken.headers()[header::CONTENT_TYPE], MEDIA_TYPE);
        assert!(app.metrics.text().contains("backline_panics_total 1\n"));
        assert_eq!(ask(&router, "/works").status(), StatusCode::OK);
    }

    #[test]
    fn one_request_too_many_is_told_when_to_come_back_but_who_watches_is_answered() {
        let (app, router) = world(1);
        let place = app.guard.begin();
        let shed = ask(&router, "/works");
        assert_eq!(shed.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(shed.headers().contains_key(header::RETRY_AFTER));
        assert_eq!(ask(&router, "/healthz").status(), StatusCode::OK);
        drop(place);
        assert_eq!(ask(&router, "/works").status(), StatusCode::OK);
    }
}
