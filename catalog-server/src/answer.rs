//! What surrounds an answer: validators, caching, and who may read it from another origin.
//!
//! An ETag here is a hash of content, never of a file's date: replicas agree on it, and it survives
//! a swap that did not change the thing.

use crate::encoding::Coding;
use crate::problem::Problem;
use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use catalog::ids::Sha256;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::Serialize;
use std::sync::OnceLock;
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
    /// The value of `Vary`.
    fn depends_on(self) -> HeaderValue {
        match self {
            Keep::Listener | Keep::Never => {
                const { HeaderValue::from_static("authorization, accept-encoding") }
            }
            Keep::Forever | Keep::Revalidate => {
                const { HeaderValue::from_static("accept-encoding") }
            }
        }
    }

    /// The value of `Cache-Control`.
    pub(crate) fn header(self) -> HeaderValue {
        match self {
            Keep::Listener => const { HeaderValue::from_static("private, max-age=60") },
            Keep::Never => const { HeaderValue::from_static("no-store") },
            Keep::Forever => {
                const { HeaderValue::from_static("public, max-age=31536000, immutable") }
            }
            Keep::Revalidate => const { HeaderValue::from_static("no-cache") },
        }
    }
}

/// Room for most answers; longer ones grow.
const JSON_BYTES: usize = 2048;

/// A JSON answer with its ETag, or 304 if the client has it.
pub(crate) fn json<T: Serialize>(request: &HeaderMap, value: &T, keep: Keep) -> Response {
    match Made::json(value, Coding::taken(request)) {
        Ok(made) => made.give(request, keep),
        Err(problem) => axum::response::IntoResponse::into_response(problem),
    }
}

/// Any small answer with its ETag, or 304 if the client has it.
pub(crate) fn bytes(
    request: &HeaderMap,
    body: impl Into<Bytes>,
    media_type: &'static str,
    keep: Keep,
) -> Response {
    let media_type = HeaderValue::from_static(media_type);
    Made::new(body.into(), media_type, Coding::taken(request)).give(request, keep)
}

/// An answer's content, which may be given more than once.
pub(crate) struct Made {
    plain: Bytes,
    coding: Option<Coding>,
    /// In its coding, once somebody needed it; `None` if that failed.
    coded: OnceLock<Option<Bytes>>,
    etag: HeaderValue,
    media_type: HeaderValue,
}

impl Made {
    /// Of content, for clients that take this coding.
    pub(crate) fn new(plain: Bytes, media_type: HeaderValue, taken: Option<Coding>) -> Made {
        let coding = taken.filter(|_| plain.len() >= Coding::WORTH);
        Made {
            etag: quoted(&xxh3_128(&plain).to_be_bytes(), coding),
            plain,
            coding,
            coded: OnceLock::new(),
            media_type,
        }
    }

    /// JSON of a value.
    ///
    /// # Errors
    /// It cannot be written as JSON.
    pub(crate) fn json<T: Serialize>(value: &T, taken: Option<Coding>) -> Result<Made, Problem> {
        let mut body = Vec::with_capacity(JSON_BYTES);
        serde_json::to_writer(&mut body, value).map_err(|error| {
            tracing::error!(%error, "an answer could not be written as JSON");
            Problem::internal()
        })?;
        let media_type = HeaderValue::from_static("application/json");
        Ok(Made::new(body.into(), media_type, taken))
    }

    /// Bytes of the content, uncoded.
    pub(crate) fn len(&self) -> usize {
        self.plain.len()
    }

    /// The whole answer, or 304 if the client has it.
    pub(crate) fn give(&self, request: &HeaderMap, keep: Keep) -> Response {
        let fresh = keep != Keep::Never && has(request, header::IF_NONE_MATCH, &self.etag);
        let mut response = match fresh {
            true => status(StatusCode::NOT_MODIFIED),
            false => roomy(self.body()),
        };
        let headers = response.headers_mut();
        if !fresh {
            headers.insert(header::CONTENT_TYPE, self.media_type.clone());
            if let (Some(coding), Some(Some(_))) = (self.coding, self.coded.get()) {
                headers.insert(header::CONTENT_ENCODING, coding.header());
            }
        }
        if keep != Keep::Never {
            headers.insert(header::ETAG, self.etag.clone());
        }
        headers.insert(header::VARY, keep.depends_on());
        headers.insert(header::CACHE_CONTROL, keep.header());
        response
    }

    /// In its coding; as it is if it has none or that fails.
    fn body(&self) -> Body {
        let coded = self.coding.and_then(|coding| {
            let encode = || coding.encode(&self.plain).ok().map(Bytes::from);
            self.coded.get_or_init(encode).clone()
        });
        Body::from(coded.unwrap_or_else(|| self.plain.clone()))
    }
}

/// Headers that most answers have, and a few more.
const HEADERS: usize = 16;

/// An answer with room for its headers, so that they are not moved while they grow.
pub(crate) fn roomy(body: Body) -> Response {
    let mut response = Response::new(body);
    *response.headers_mut() = HeaderMap::with_capacity(HEADERS);
    response
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
    let text = ["\"", &crate::secret::hex(hash), letter, "\""].concat();
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
    fn only_what_is_long_enough_is_coded_and_each_coding_has_a_tag_of_its_own() {
        let given = |length: usize, taken| {
            let text = Bytes::from(vec![b'a'; length]);
            let text = Made::new(text, HeaderValue::from_static("text/plain"), taken);
            text.give(&HeaderMap::new(), Keep::Listener)
        };
        let coding =
            |response: &Response| response.headers().get(header::CONTENT_ENCODING).cloned();
        let zstd = given(Coding::WORTH, Some(Coding::Zstd));
        assert_eq!(coding(&zstd), Some(Coding::Zstd.header()));
        let plain = given(Coding::WORTH, None);
        assert_eq!(coding(&plain), None);
        assert_ne!(zstd.headers()[header::ETAG], plain.headers()[header::ETAG]);
        let short = given(Coding::WORTH - 1, Some(Coding::Zstd));
        assert_eq!(coding(&short), None);
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
