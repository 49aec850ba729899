//! What surrounds an answer: validators, caching, and who may read it from another origin.
//!
//! An ETag here is a hash of content, never of a file's date: replicas agree on it, and it survives
//! a swap that did not change the thing.

use crate::encoding::Coding;
use axum::body::Body;
use axum::response::Response;
use catalog::ids::Sha256;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::Serialize;
use xxhash_rust::xxh3::xxh3_128;

/// How long who may keep an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keep {
    /// It depends on the listener's country, tier and the hour: their own client, a minute.
    Listener,
    /// Links and lists that must be fresh.
    Never,
    /// Named by its content: anybody, for ever.
    Forever,
    /// The page and its parts: anybody, after asking whether it changed.
    Revalidate,
}

impl Keep {
    /// The value of `Cache-Control`.
    pub(crate) fn header(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Keep::Listener => "private, max-age=60",
            Keep::Never => "no-store",
            Keep::Forever => "public, max-age=31536000, immutable",
            Keep::Revalidate => "no-cache",
        })
    }
}

/// Room for most answers; longer ones grow.
const JSON_BYTES: usize = 2048;

/// A JSON answer with its ETag, or 304 if the client has it.
pub(crate) fn json<T: Serialize>(request: &HeaderMap, value: &T, keep: Keep) -> Response {
    let mut body = Vec::with_capacity(JSON_BYTES);
    match serde_json::to_writer(&mut body, value) {
        Ok(()) => bytes(request, body, "application/json", keep),
        Err(error) => {
            tracing::error!(%error, "an answer could not be written as JSON");
            axum::response::IntoResponse::into_response(crate::problem::Problem::internal())
        }
    }
}

/// Any small answer with its ETag, or 304 if the client has it.
pub(crate) fn bytes(
    request: &HeaderMap,
    body: impl Into<bytes::Bytes>,
    media_type: &'static str,
    keep: Keep,
) -> Response {
    let body = body.into();
    let coding = Coding::choose(request, body.len());
    let etag = quoted(&xxh3_128(&body).to_be_bytes(), coding);
    let fresh = keep != Keep::Never && has(request, header::IF_NONE_MATCH, &etag);
    let mut response = match fresh {
        true => status(StatusCode::NOT_MODIFIED),
        false => coded(body, coding),
    };
    let headers = response.headers_mut();
    if !fresh {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    }
    if keep != Keep::Never {
        headers.insert(header::ETAG, etag);
    }
    let depends_on = match keep {
        Keep::Listener | Keep::Never => "authorization, accept-encoding",
        Keep::Forever | Keep::Revalidate => "accept-encoding",
    };
    headers.insert(header::VARY, HeaderValue::from_static(depends_on));
    headers.insert(header::CACHE_CONTROL, keep.header());
    response
}

/// A body in a coding; as it is if that fails.
fn coded(body: bytes::Bytes, coding: Option<Coding>) -> Response {
    let encoded = coding.and_then(|coding| Some((coding, coding.encode(&body).ok()?)));
    match encoded {
        None => Response::new(Body::from(body)),
        Some((coding, encoded)) => {
            let mut response = Response::new(Body::from(encoded));
            let headers = response.headers_mut();
            headers.insert(header::CONTENT_ENCODING, coding.header());
            response
        }
    }
}

/// An empty answer.
pub(crate) fn status(status: StatusCode) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

/// The first half of a hash in quotes: enough to tell contents apart.
pub(crate) fn etag(content: &Sha256) -> HeaderValue {
    quoted(&content.0[..16], None)
}

/// The same content in another coding is another representation (RFC 9110, 8.8.3.3).
fn quoted(hash: &[u8], coding: Option<Coding>) -> HeaderValue {
    let letter = coding.map_or("", Coding::letter);
    let text = format!("\"{}{letter}\"", crate::secret::hex(hash));
    HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static("\"\""))
}

/// Whether a header with a list of entity tags has this one (RFC 9110, 13.1; weak comparison, which
/// is the strong one for us: no tag of ours is weak) or `*`.
pub(crate) fn has(request: &HeaderMap, name: header::HeaderName, etag: &HeaderValue) -> bool {
    let Ok(etag) = etag.to_str() else {
        return false;
    };
    request
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .any(|value| {
            let mut tags = value.split(',').map(str::trim);
            tags.any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(name: header::HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    #[test]
    fn a_client_that_has_the_answer_gets_304_without_a_body() {
        let first = json(&HeaderMap::new(), &[1, 2], Keep::Listener);
        let tag = first.headers()[header::ETAG].clone();
        let request = HeaderMap::from_iter([(header::IF_NONE_MATCH, tag.clone())]);
        let second = json(&request, &[1, 2], Keep::Listener);
        assert_eq!(second.status(), StatusCode::NOT_MODIFIED);
        assert_eq!(second.headers()[header::ETAG], tag);
        assert_eq!(
            json(&request, &[1, 3], Keep::Listener).status(),
            StatusCode::OK
        );
    }

    #[test]
    fn lists_weak_tags_and_stars_are_understood() {
        let tag = HeaderValue::from_static("\"a\"");
        for (value, expected) in [
            ("\"b\", \"a\"", true),
            ("W/\"a\"", true),
            ("*", true),
            ("\"b\"", false),
            ("a", false),
        ] {
            let request = with(header::IF_NONE_MATCH, value);
            assert_eq!(
                has(&request, header::IF_NONE_MATCH, &tag),
                expected,
                "{value}"
            );
        }
    }
}
