//! The web page: one bundle of six files in the binary, with no other origin in it.

use crate::answer::{Keep, bytes};
use crate::problem::Problem;
use axum::response::Response;
use http::{HeaderMap, HeaderValue, Uri, header};

const INDEX: &str = include_str!("page/index.html");
/// The scripts: views, controls, sound, elements.
const SCRIPTS: [(&str, &str); 4] = [
    ("app.js", include_str!("page/app.js")),
    ("player.js", include_str!("page/player.js")),
    ("engine.js", include_str!("page/engine.js")),
    ("dom.js", include_str!("page/dom.js")),
];
const STYLE: &str = include_str!("page/style.css");

/// Nothing but our own files, our own artwork and our own audio; nobody may frame it, and the
/// token in its address goes nowhere.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

pub(crate) async fn index(request: HeaderMap) -> Response {
    let mut response = bytes(
        &request,
        INDEX,
        "text/html; charset=utf-8",
        Keep::Revalidate,
    );
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(POLICY),
    );
    headers.insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    );
    response
}

pub(crate) async fn script(uri: Uri, request: HeaderMap) -> Result<Response, Problem> {
    let name = uri.path().trim_start_matches('/');
    let found = SCRIPTS.iter().find(|(known, _)| *known == name);
    let (_, text) = found.ok_or_else(|| Problem::no_such_route(uri.path()))?;
    Ok(bytes(
        &request,
        *text,
        "text/javascript; charset=utf-8",
        Keep::Revalidate,
    ))
}

pub(crate) async fn style(request: HeaderMap) -> Response {
    bytes(&request, STYLE, "text/css; charset=utf-8", Keep::Revalidate)
}
