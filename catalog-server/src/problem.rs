//! How does the server say no?
//!
//! Every error, from a misspelt path to a panic, is one RFC 9457 document. `type` is a stable
//! URN per kind, `detail` speaks of this request, `fix` says what the client can do about it.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde_json::{Map, Value};

/// The media type of RFC 9457.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// An error as a client sees it.
#[derive(Debug, Clone)]
pub struct Problem {
    status: StatusCode,
    code: &'static str,
    title: &'static str,
    /// Apart, so that a `Result` with a problem in it stays small on the way that has none.
    about: Box<About>,
}

/// What is said of one request.
#[derive(Debug, Clone, Default)]
struct About {
    detail: String,
    fix: Option<String>,
    more: Map<String, Value>,
    headers: Vec<(header::HeaderName, HeaderValue)>,
}

impl Problem {
    /// A problem of kind `code` (kebab case, stable) with its title in plain words.
    pub fn new(status: StatusCode, code: &'static str, title: &'static str) -> Problem {
        Problem {
            status,
            code,
            title,
            about: Box::default(),
        }
    }

    /// Nothing answers at this path.
    pub fn no_such_route(path: &str) -> Problem {
        Problem::new(
            StatusCode::NOT_FOUND,
            "no-such-route",
            "Nothing answers here",
        )
        .detail(format!("no resource has the path {}", shortened(path)))
        .fix("see the README for the paths this server answers")
    }

    /// The edition has no such thing.
    pub fn not_found(what: &'static str, id: &str) -> Problem {
        Problem::new(StatusCode::NOT_FOUND, "not-found", "Not in this edition")
            .detail(format!("no {what} has the id {}", shortened(id)))
            .fix("it may have been taken down; search for it again")
    }

    /// A parameter that cannot be used.
    pub fn bad_request(detail: impl Into<String>, fix: impl Into<String>) -> Problem {
        Problem::new(
            StatusCode::BAD_REQUEST,
            "bad-request",
            "The request cannot be understood",
        )
        .detail(detail)
        .fix(fix)
    }

    /// No or no valid bearer token.
    pub fn unauthorised(detail: impl Into<String>) -> Problem {
        Problem::new(
            StatusCode::UNAUTHORIZED,
            "unauthorised",
            "Who is listening?",
        )
        .detail(detail)
        .fix("send `Authorization: Bearer <token>`; `backline datasets token` makes one")
        .header(
            header::WWW_AUTHENTICATE,
            HeaderValue::from_static("Bearer realm=\"backline\""),
        )
    }

    /// A link without a valid signature.
    pub fn link_refused(detail: impl Into<String>) -> Problem {
        Problem::new(
            StatusCode::FORBIDDEN,
            "link-refused",
            "This link does not open",
        )
        .detail(detail)
        .fix("ask /v1/tracks/{id}/stream for a new link")
    }

    /// Nothing is loaded yet.
    pub fn no_edition() -> Problem {
        Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "no-edition",
            "No edition is loaded",
        )
        .detail("the store names no edition that this server could open")
        .fix("publish one with `backline edition publish`; this server takes it up by itself")
        .header(header::RETRY_AFTER, HeaderValue::from_static("5"))
    }

    /// Asked too often.
    pub fn too_many(who: &str, wait: std::time::Duration) -> Problem {
        let seconds = wait.as_secs() + 1;
        Problem::new(
            StatusCode::TOO_MANY_REQUESTS,
            "too-many-requests",
            "Too many requests",
        )
        .detail(format!("this {who} asks more often than is allowed"))
        .fix(format!("wait {seconds} s and ask less often"))
        .header(header::RETRY_AFTER, HeaderValue::from(seconds))
    }

    /// More is asked than the machine can answer.
    pub fn overloaded() -> Problem {
        Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "overloaded",
            "The server is busy",
        )
        .detail("requests wait longer than they should; this one was not begun")
        .fix("try again in a second, or on another replica")
        .header(header::RETRY_AFTER, HeaderValue::from_static("1"))
    }

    /// Our fault. The cause goes to the log, not to the client.
    pub fn internal() -> Problem {
        Problem::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "The server failed",
        )
        .detail("this request could not be answered; the server's log has the cause")
        .fix("try again; if it stays, tell the operator the time and the path")
    }

    /// What is wrong with this request.
    #[must_use]
    pub fn detail(mut self, text: impl Into<String>) -> Problem {
        self.about.detail = text.into();
        self
    }

    /// What the client can do about it.
    #[must_use]
    pub fn fix(mut self, text: impl Into<String>) -> Problem {
        self.about.fix = Some(text.into());
        self
    }

    /// A further member of the document.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Problem {
        self.about.more.insert(name.to_owned(), value.into());
        self
    }

    /// A further header of the answer.
    #[must_use]
    pub fn header(mut self, name: header::HeaderName, value: HeaderValue) -> Problem {
        self.about.headers.push((name, value));
        self
    }

    /// The status it answers with.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The stable kind.
    pub fn code(&self) -> &'static str {
        self.code
    }

    fn document(&self) -> Value {
        let mut members = Map::new();
        members.insert(
            "type".into(),
            format!("urn:backline:problem:{}", self.code).into(),
        );
        members.insert("title".into(), self.title.into());
        members.insert("status".into(), self.status.as_u16().into());
        members.insert("detail".into(), self.about.detail.clone().into());
        if let Some(fix) = &self.about.fix {
            members.insert("fix".into(), fix.clone().into());
        }
        members.extend(self.about.more.clone());
        Value::Object(members)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = (self.status, self.document().to_string()).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.extend(
            self.about
                .headers
                .into_iter()
                .map(|(name, value)| (Some(name), value)),
        );
        response
    }
}

/// What a stranger sent, cut so that it cannot flood an answer or a log.
fn shortened(text: &str) -> String {
    const LIMIT: usize = 80;
    match text.char_indices().nth(LIMIT) {
        None => format!("\"{text}\""),
        Some((end, _)) => format!("\"{}…\"", &text[..end]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_is_a_document_with_its_status_and_remedy() {
        let problem = Problem::not_found("track", "abc").with("edition", "e1");
        let document = problem.document();
        assert_eq!(document["type"], "urn:backline:problem:not-found");
        assert_eq!(document["status"], 404);
        assert_eq!(document["detail"], "no track has the id \"abc\"");
        assert_eq!(document["edition"], "e1");
        assert!(document["fix"].is_string());
    }

    #[test]
    fn what_a_stranger_sent_is_cut_at_a_character() {
        assert_eq!(shortened("é"), "\"é\"");
        assert!(shortened(&"é".repeat(5000)).len() < 200);
    }
}
