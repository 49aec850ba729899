//! What does every request have at hand?

use crate::accept::Phase;
use crate::blobs::Blobs;
use crate::config::Config;
use crate::edition_swap::Editions;
use crate::identity::{self, Listener, Verifier};
use crate::limits::Guard;
use crate::live::Live;
use crate::metrics::Metrics;
use crate::problem::Problem;
use crate::signing::Signer;
use axum::extract::FromRequestParts;
use http::request::Parts;
use http::{HeaderMap, header};
use jiff::Timestamp;
use std::sync::Arc;
use tokio::sync::watch;

/// What time it is; a test says so itself.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Shared by all requests.
pub struct App {
    pub(crate) config: Config,
    pub(crate) verifier: Verifier,
    pub(crate) signer: Signer,
    pub(crate) clock: Clock,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) blobs: Arc<Blobs>,
    pub(crate) editions: Arc<Editions>,
    pub(crate) phase: watch::Receiver<Phase>,
    pub(crate) guard: Arc<Guard>,
}

impl App {
    /// Now, by the server's clock.
    pub(crate) fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// Whether a listener may ask once more now.
    ///
    /// # Errors
    /// 429 with the time to wait.
    pub(crate) fn check_rate(&self, listener: u64) -> Result<(), Problem> {
        self.guard
            .listener(listener)
            .map_err(|too_many| Problem::too_many("listener", too_many.0))
    }
}

impl Listener {
    /// Who asks, by the request's one bearer token.
    ///
    /// # Errors
    /// 401 with what is wrong, 429 with the time to wait.
    pub(crate) fn of(app: &App, headers: &HeaderMap) -> Result<Listener, Problem> {
        let mut values = headers.get_all(header::AUTHORIZATION).iter();
        let (Some(value), None) = (values.next(), values.next()) else {
            return Err(Problem::unauthorised(
                "the request needs exactly one Authorization header",
            ));
        };
        let token = value.to_str().ok().and_then(identity::bearer);
        let token = token.ok_or_else(|| {
            Problem::unauthorised("the Authorization header is not of the form `Bearer <token>`")
        })?;
        let listener = app
            .verifier
            .verify(token, app.now(), app.config.links.skew_s);
        let listener = listener.map_err(|error| Problem::unauthorised(error.to_string()))?;
        app.check_rate(listener.id)?;
        Ok(listener)
    }
}

impl FromRequestParts<Arc<App>> for Listener {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Listener, Problem> {
        Listener::of(app, &parts.headers)
    }
}

/// The edition that answers this request, from its first line to its last.
pub(crate) struct Current(pub Arc<Live>);

impl Current {
    /// The edition in force.
    ///
    /// # Errors
    /// 503 before the first one.
    pub(crate) fn of(app: &App) -> Result<Current, Problem> {
        let live = app.editions.current();
        live.map(Current).ok_or_else(Problem::no_edition)
    }
}

impl FromRequestParts<Arc<App>> for Current {
    type Rejection = Problem;

    async fn from_request_parts(_: &mut Parts, app: &Arc<App>) -> Result<Current, Problem> {
        Current::of(app)
    }
}
