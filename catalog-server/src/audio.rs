//! The bytes of a rendition, whole or in ranges, to whoever holds a valid link.
//!
//! `/audio/{track}/{tier}/{profile}.{ogg|flac}`: each part is parsed into an id, a tier or a name of
//! the edition, the link is judged against the canonical path rebuilt from them, and the edition
//! says which object that is. Nothing that a request says ever becomes part of a file's path.

use crate::answer::{Keep, etag, has, roomy, status};
use crate::app::{App, Current};
use crate::identity::Tier;
use crate::live::{Live, Sound};
use crate::params::Words;
use crate::problem::Problem;
use crate::ranges::{Selection, select};
use crate::signing::{LinkError, acl, presented};
use crate::slices::Slices;
use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use catalog::ids::TrackId;
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use std::ops::Range;
use std::sync::Arc;
use std::time::Instant;

pub(crate) async fn audio(
    State(app): State<Arc<App>>,
    Current(live): Current,
    Words((track, tier, file)): Words<(String, String, String)>,
    method: Method,
    uri: Uri,
    request: HeaderMap,
) -> Result<Response, Problem> {
    let (tier, file) = (tier.as_str(), file.as_str());
    let unknown = |_| Problem::not_found("rendition", &format!("{track}/{tier}/{file}"));
    let track = track.parse().map_err(unknown)?;
    let asked = Asked { track, tier, file };
    answer(&app, &live, asked, &method, &uri, &request).await
}

/// What a path names.
pub(crate) struct Asked<'a> {
    pub(crate) track: TrackId,
    /// A tier's word.
    pub(crate) tier: &'a str,
    /// A profile and an extension.
    pub(crate) file: &'a str,
}

impl Asked<'_> {
    fn unknown(&self) -> Problem {
        let Asked { track, tier, file } = self;
        Problem::not_found("rendition", &format!("{track}/{tier}/{file}"))
    }
}

/// The bytes that a path names, to the holder of a link that opens them.
pub(crate) async fn answer(
    app: &Arc<App>,
    live: &Live,
    asked: Asked<'_>,
    method: &Method,
    uri: &Uri,
    request: &HeaderMap,
) -> Result<Response, Problem> {
    let began = Instant::now();
    let plan = Tier::of_word(asked.tier).ok_or_else(|| asked.unknown())?;
    let split = asked.file.rsplit_once('.');
    let (profile, extension) = split.ok_or_else(|| asked.unknown())?;

    let cookies = request
        .get(header::COOKIE)
        .and_then(|value| value.to_str().ok());
    let refused = |error: LinkError| Problem::link_refused(error.to_string());
    let token = presented(uri.query(), cookies).map_err(refused)?;
    let seconds = app.now().as_second().max(0) as u64;
    app.signer
        .verify(&token, &acl(&asked.track.to_string(), plan.word()), seconds)
        .map_err(refused)?;

    let sound = live
        .sound(&asked.track, profile)
        .filter(|sound| sound.codec.extension() == extension);
    let sound = sound.ok_or_else(|| asked.unknown())?;
    if !sound.open_to(plan) {
        return Err(Problem::link_refused(format!(
            "{profile} is not part of the {} tier",
            plan.word()
        )));
    }
    send_since(began, app, sound, method, request).await
}

/// A rendition, whole or in ranges, to somebody who may hear it.
///
/// # Errors
/// The store has lost it.
pub(crate) async fn send(
    app: &Arc<App>,
    sound: Sound,
    method: &Method,
    request: &HeaderMap,
) -> Result<Response, Problem> {
    send_since(Instant::now(), app, sound, method, request).await
}

async fn send_since(
    began: Instant,
    app: &Arc<App>,
    sound: Sound,
    method: &Method,
    request: &HeaderMap,
) -> Result<Response, Problem> {
    let bytes = app
        .blobs
        .get(sound.blob, sound.bytes)
        .await
        .map_err(|error| {
            tracing::error!(%error, "a rendition cannot be read");
            Problem::internal()
        })?;
    let answer = Answer {
        app,
        sound: &sound,
        bytes,
        began,
    };
    Ok(answer.to(method, request))
}

struct Answer<'a> {
    app: &'a App,
    sound: &'a Sound,
    bytes: Bytes,
    began: Instant,
}

impl Answer<'_> {
    /// Preconditions in the order of RFC 9110, 13.2.2, then the range, which only GET has (14.2).
    fn to(&self, method: &Method, request: &HeaderMap) -> Response {
        let tag = etag(&self.sound.blob);
        let mut response =
            if request.contains_key(header::IF_MATCH) && !has(request, header::IF_MATCH, &tag) {
                use axum::response::IntoResponse;
                return Problem::new(
                    StatusCode::PRECONDITION_FAILED,
                    "changed",
                    "Not that version",
                )
                .detail("If-Match names none of this file's entity tags")
                .into_response();
            } else if has(request, header::IF_NONE_MATCH, &tag) {
                status(StatusCode::NOT_MODIFIED)
            } else {
                let range = request
                    .get(header::RANGE)
                    .filter(|_| *method == Method::GET);
                let range = range.filter(|_| same_version(request, &tag));
                let range = range.and_then(|value| value.to_str().ok());
                match range.map_or(Selection::Whole, |range| select(range, self.sound.bytes)) {
                    Selection::Whole => self.part(StatusCode::OK, 0..self.sound.bytes),
                    Selection::One(range) => self.part(StatusCode::PARTIAL_CONTENT, range),
                    Selection::Many(ranges) => self.multipart(&ranges),
                    Selection::Unsatisfiable => return self.unsatisfiable(),
                }
            };
        let headers = response.headers_mut();
        headers.insert(header::ETAG, tag);
        let bytes = const { HeaderValue::from_static("bytes") };
        headers.insert(header::ACCEPT_RANGES, bytes);
        headers.insert(header::CACHE_CONTROL, Keep::Forever.header());
        response
    }

    fn part(&self, status: StatusCode, range: Range<u64>) -> Response {
        let slice = self.bytes.slice(range.start as usize..range.end as usize);
        let body = self.counted(Slices::new([slice]), &range);
        let mut response = self.sized(status, body);
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, self.media_type());
        if status == StatusCode::PARTIAL_CONTENT {
            headers.insert(header::CONTENT_RANGE, text(self.content_range(&range)));
        }
        response
    }

    fn multipart(&self, ranges: &[Range<u64>]) -> Response {
        // Audio holds its own hash with probability zero, so no part can hold the boundary.
        let boundary = self.sound.blob.to_string();
        let mut slices = Vec::with_capacity(ranges.len() * 2 + 1);
        for range in ranges {
            let head = format!(
                "\r\n--{boundary}\r\nContent-Type: {}\r\nContent-Range: {}\r\n\r\n",
                self.sound.codec.media_type(),
                self.content_range(range)
            );
            slices.push(Bytes::from(head));
            slices.push(self.bytes.slice(range.start as usize..range.end as usize));
        }
        slices.push(Bytes::from(format!("\r\n--{boundary}--\r\n")));
        let mut response = self.sized(StatusCode::PARTIAL_CONTENT, Slices::new(slices));
        let media_type = text(format!("multipart/byteranges; boundary={boundary}"));
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, media_type);
        response
    }

    fn unsatisfiable(&self) -> Response {
        use axum::response::IntoResponse;
        let length = self.sound.bytes;
        Problem::new(StatusCode::RANGE_NOT_SATISFIABLE, "range", "No such bytes")
            .detail(format!(
                "the file has {length} bytes and the range begins after them"
            ))
            .fix("use the chunk index of /v1/tracks/{id}/stream")
            .header(header::CONTENT_RANGE, text(format!("bytes */{length}")))
            .header(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"))
            .into_response()
    }

    fn sized(&self, status: StatusCode, body: Slices) -> Response {
        self.app.metrics.sent(body.left());
        let length = HeaderValue::from(body.left());
        let mut response = roomy(Body::new(body));
        *response.status_mut() = status;
        response
            .headers_mut()
            .insert(header::CONTENT_LENGTH, length);
        response
    }

    /// A body that ends within the first two chunks is somebody pressing play.
    fn counted(&self, body: Slices, range: &Range<u64>) -> Slices {
        let first =
            range.start < self.sound.first_chunk_end && range.end <= self.sound.second_chunk_end;
        if !first {
            return body;
        }
        let (metrics, began) = (Arc::clone(&self.app.metrics), self.began);
        body.on_end(move || metrics.first_chunk(began.elapsed()))
    }

    fn media_type(&self) -> HeaderValue {
        HeaderValue::from_static(self.sound.codec.media_type())
    }

    fn content_range(&self, range: &Range<u64>) -> String {
        format!(
            "bytes {}-{}/{}",
            range.start,
            range.end - 1,
            self.sound.bytes
        )
    }
}

/// If-Range with our tag, or none. A date never matches: we send none (RFC 9110, 13.1.5).
fn same_version(request: &HeaderMap, tag: &HeaderValue) -> bool {
    request
        .get(header::IF_RANGE)
        .is_none_or(|value| value == tag)
}

fn text(value: String) -> HeaderValue {
    // Digits, hex and ASCII words only.
    HeaderValue::try_from(value).unwrap_or(HeaderValue::from_static(""))
}
