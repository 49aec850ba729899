//! What surrounds an answer of the Subsonic API?
//!
//! One element `subsonic-response` with status, versions and the answer's members; in XML unless
//! `f=json` or `f=jsonp` is asked for. Errors have status 200 of HTTP and a code of the API.

use super::{Asked, VERSION, xml};
use axum::body::Body;
use axum::response::Response;
use http::{HeaderValue, header};
use serde_json::{Value, json};

/// The form of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Format {
    Xml,
    Json,
    /// With the function that a script calls.
    Jsonp(String),
}

impl Format {
    pub(super) fn of(asked: &Asked) -> Format {
        let plain = |name: &&str| {
            let letter = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '$' | '.');
            name.chars().all(letter) && name.len() <= 64
        };
        match asked.get("f") {
            Some("json") => Format::Json,
            Some("jsonp") => match asked.get("callback").filter(plain) {
                Some(name) => Format::Jsonp(name.to_owned()),
                None => Format::Json,
            },
            _ => Format::Xml,
        }
    }
}

/// Why a call fails. The codes are the API's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) code: u32,
    pub(super) message: String,
}

impl Fault {
    pub(super) fn new(code: u32, message: impl Into<String>) -> Fault {
        Fault {
            code,
            message: message.into(),
        }
    }

    pub(super) fn generic(message: impl Into<String>) -> Fault {
        Fault::new(0, message)
    }

    pub(super) fn missing(name: &str) -> Fault {
        Fault::new(10, format!("Required parameter is missing: {name}"))
    }

    pub(super) fn not_authorised(what: &str) -> Fault {
        Fault::new(50, format!("Not authorised: {what}"))
    }

    pub(super) fn not_found(id: &str) -> Fault {
        let id: String = id.chars().take(80).collect();
        Fault::new(70, format!("This edition has nothing with the id \"{id}\""))
    }

    pub(super) fn no_edition() -> Fault {
        Fault::generic("no edition is loaded yet; try again in a few seconds")
    }
}

/// An answer with its members.
pub(super) fn succeeded(format: &Format, members: Value) -> Response {
    write(format, "ok", members)
}

/// A refusal.
pub(super) fn failed(format: &Format, fault: &Fault) -> Response {
    let error = json!({"error": {"code": fault.code, "message": fault.message}});
    write(format, "failed", error)
}

fn write(format: &Format, status: &str, members: Value) -> Response {
    let mut envelope = json!({
        "status": status,
        "version": VERSION,
        "type": "backline",
        "serverVersion": env!("CARGO_PKG_VERSION"),
        "openSubsonic": true,
    });
    if let (Some(envelope), Value::Object(members)) = (envelope.as_object_mut(), members) {
        envelope.extend(members);
    }
    let wrapped = |envelope| json!({ "subsonic-response": envelope }).to_string();
    let (body, media_type) = match format {
        Format::Xml => (xml::document(&envelope), "text/xml; charset=utf-8"),
        Format::Json => (wrapped(envelope), "application/json"),
        Format::Jsonp(name) => (
            format!("{name}({});", wrapped(envelope)),
            "text/javascript; charset=utf-8",
        ),
    };
    let mut response = Response::new(Body::from(body));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn format(query: &str) -> Format {
        Format::of(&Asked::read(Some(query), b""))
    }

    #[test]
    fn xml_is_the_default_and_a_callback_is_a_plain_name() {
        assert_eq!(format(""), Format::Xml);
        assert_eq!(format("f=json"), Format::Json);
        assert_eq!(
            format("f=jsonp&callback=a.b"),
            Format::Jsonp("a.b".to_owned())
        );
        assert_eq!(format("f=jsonp&callback=alert(1)"), Format::Json);
        assert_eq!(format("f=jsonp"), Format::Json);
    }
}
