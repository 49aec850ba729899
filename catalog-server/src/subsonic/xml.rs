//! How is an answer written in XML?
//!
//! From the same value as the JSON: in an object, plain values are attributes, objects are elements,
//! and an array repeats the element of its name. A member called `value` is the element's text, and
//! the members of an artist's or album's information are elements, as the API's schema has them.

use serde_json::{Map, Value};
use std::fmt::Write;

const NAMESPACE: &str = "http://subsonic.org/restapi";

/// Elements whose plain members are elements and not attributes.
const WITH_ELEMENTS: [&str; 3] = ["artistInfo", "artistInfo2", "albumInfo"];

/// The whole document around a `subsonic-response`.
pub(super) fn document(response: &Value) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let mut response = response.as_object().cloned().unwrap_or_default();
    response.insert("xmlns".into(), NAMESPACE.into());
    object(&mut out, "subsonic-response", &response);
    out.push('\n');
    out
}

fn element(out: &mut String, name: &str, value: &Value) {
    match value {
        Value::Null => {}
        Value::Array(items) => items.iter().for_each(|item| element(out, name, item)),
        Value::Object(members) => object(out, name, members),
        plain => {
            let _ = write!(out, "<{name}>");
            escape(out, &text(plain));
            let _ = write!(out, "</{name}>");
        }
    }
}

fn object(out: &mut String, name: &str, members: &Map<String, Value>) {
    let _ = write!(out, "<{name}");
    let is_text = |key: &str| key == "value";
    let is_attribute = |key: &str, value: &Value| {
        let plain = !matches!(value, Value::Null | Value::Array(_) | Value::Object(_));
        plain && !is_text(key) && !WITH_ELEMENTS.contains(&name)
    };
    for (key, value) in members {
        if is_attribute(key, value) {
            let _ = write!(out, " {key}=\"");
            escape(out, &text(value));
            out.push('"');
        }
    }
    out.push('>');
    for (key, value) in members {
        if is_text(key) {
            escape(out, &text(value));
        } else if !is_attribute(key, value) {
            element(out, key, value);
        }
    }
    let _ = write!(out, "</{name}>");
}

fn text(plain: &Value) -> String {
    match plain {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// What XML 1.0 does not allow at all is left out.
fn escape(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' | '\r' => {
                let _ = write!(out, "&#{};", c as u32);
            }
            c if c < ' ' || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn plain_members_are_attributes_and_arrays_repeat() {
        let answer = json!({"status": "ok", "genres": {"genre": [
            {"songCount": 2, "value": "Rock & \"Roll\""}, {"songCount": 1, "value": "Jazz"}]},
            "none": null});
        assert_eq!(
            document(&answer),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<subsonic-response status=\"ok\" \
             xmlns=\"http://subsonic.org/restapi\"><genres><genre songCount=\"2\">Rock &amp; \
             &quot;Roll&quot;</genre><genre songCount=\"1\">Jazz</genre></genres></subsonic-response>\n"
        );
    }

    #[test]
    fn numbers_of_a_list_and_information_are_elements() {
        let mut out = String::new();
        element(&mut out, "x", &json!([{"name": "a", "versions": [1, 2]}]));
        assert_eq!(
            out,
            "<x name=\"a\"><versions>1</versions><versions>2</versions></x>"
        );
        out.clear();
        element(&mut out, "artistInfo2", &json!({"smallImageUrl": "/a?b&c"}));
        assert_eq!(
            out,
            "<artistInfo2><smallImageUrl>/a?b&amp;c</smallImageUrl></artistInfo2>"
        );
    }

    #[test]
    fn what_xml_cannot_hold_is_left_out() {
        let mut out = String::new();
        escape(&mut out, "a\u{0}\u{b}<\n\u{ffff}é");
        assert_eq!(out, "a&lt;&#10;é");
    }
}
