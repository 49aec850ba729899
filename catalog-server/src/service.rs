//! Who answers a request?
//!
//! Nearly all requests ask for a range of audio or for one track. These two go straight to their handlers: the
//! router's boxes, maps and layers would cost as much as the answer. Everything else, and whatever looks unusual
//! (an escaped path, another method, an identifier that is none), is the router's, which knows the same two paths.

use crate::accept::Peer;
use crate::app::{App, Current};
use crate::around::Visit;
use crate::identity::Listener;
use crate::router::router;
use crate::{audio, browse};
use axum::Router;
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use catalog::ids::TrackId;
use http::request::Parts;
use http::{Method, Request};
use hyper::body::Incoming;
use std::convert::Infallible;
use std::sync::Arc;
use tower::ServiceExt;

/// Answers every request of every connection.
pub(crate) struct Service {
    app: Arc<App>,
    router: Router,
}

impl Service {
    pub(crate) fn new(app: Arc<App>) -> Service {
        Service {
            router: router(Arc::clone(&app)),
            app,
        }
    }

    /// The answer to a request that came from `peer`.
    pub(crate) async fn answer(
        &self,
        peer: Peer,
        request: Request<Incoming>,
    ) -> Result<Response, Infallible> {
        let (mut parts, body) = request.into_parts();
        if let Some(hot) = Hot::of(&parts) {
            let app = &*self.app;
            let visit = Visit::begin(app, Some(peer), &parts.method, &parts.uri, &parts.headers);
            let answer = visit.answer(hot.answer(&self.app, &parts)).await;
            return Ok(visit.end(Some(hot.route()), answer));
        }
        parts.extensions.insert(peer);
        let request = Request::from_parts(parts, Body::new(body));
        self.router.clone().oneshot(request).await
    }
}

/// A request that need not be routed.
enum Hot<'a> {
    Track(TrackId),
    /// The track, the tier's word and the file's name.
    Audio(TrackId, &'a str, &'a str),
}

impl<'a> Hot<'a> {
    fn of(parts: &'a Parts) -> Option<Hot<'a>> {
        let path = parts.uri.path();
        if parts.method != Method::GET || path.contains('%') {
            return None;
        }
        if let Some(id) = path.strip_prefix("/v1/tracks/") {
            return id.parse().ok().map(Hot::Track);
        }
        let mut words = path.strip_prefix("/audio/")?.split('/');
        match (words.next(), words.next(), words.next(), words.next()) {
            (Some(track), Some(tier), Some(file), None) if !tier.is_empty() && !file.is_empty() => {
                Some(Hot::Audio(track.parse().ok()?, tier, file))
            }
            _ => None,
        }
    }

    /// The pattern that the router has for it.
    fn route(&self) -> &'static str {
        match self {
            Hot::Track(_) => "/v1/tracks/{id}",
            Hot::Audio(..) => "/audio/{track}/{tier}/{file}",
        }
    }

    async fn answer(&self, app: &Arc<App>, parts: &Parts) -> Response {
        let answer = match self {
            Hot::Track(id) => Listener::of(app, &parts.headers).and_then(|listener| {
                let Current(live) = Current::of(app)?;
                browse::one_track(app, &live, listener, *id, &parts.headers)
            }),
            Hot::Audio(track, tier, file) => match Current::of(app) {
                Ok(Current(live)) => {
                    let asked = audio::Asked {
                        track: *track,
                        tier,
                        file,
                    };
                    audio::answer(app, &live, asked, &parts.method, &parts.uri, &parts.headers)
                        .await
                }
                Err(problem) => Err(problem),
            },
        };
        answer.unwrap_or_else(IntoResponse::into_response)
    }
}
