//! Is the process alive, may it have traffic, and what has it been doing?

use crate::accept::Phase;
use crate::answer::{Keep, bytes, json};
use crate::app::App;
use crate::problem::Problem;
use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use serde_json::json as value;
use std::sync::Arc;

/// Alive: the runtime turns. Says nothing about editions.
pub(crate) async fn healthz(request: HeaderMap) -> Response {
    bytes(&request, "ok\n", "text/plain; charset=utf-8", Keep::Never)
}

/// Ready: an edition is loaded and the server is not leaving. A refused newer edition does not make
/// it unready, since the older one goes on; it is named.
pub(crate) async fn readyz(
    State(app): State<Arc<App>>,
    request: HeaderMap,
) -> Result<Response, Problem> {
    let report = app.editions.report();
    let edition = report
        .live
        .map(|(id, generation)| value!({"id": id, "generation": generation}));
    let refused = report
        .refused
        .map(|(id, why)| value!({"id": id, "why": why}));
    if *app.phase.borrow() != Phase::Serving {
        return Err(Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "leaving",
            "The server is leaving",
        )
        .detail("requests under way are answered, new ones belong elsewhere"));
    }
    let Some(edition) = edition else {
        return Err(Problem::no_edition().with("refused", refused.unwrap_or_default()));
    };
    Ok(json(
        &request,
        &value!({"ready": true, "edition": edition, "refused": refused}),
        Keep::Never,
    ))
}

/// Prometheus text.
pub(crate) async fn metrics(State(app): State<Arc<App>>, request: HeaderMap) -> Response {
    app.metrics.late(app.guard.late_us());
    let text = app.metrics.text();
    bytes(
        &request,
        text,
        "text/plain; version=0.0.4; charset=utf-8",
        Keep::Never,
    )
}
