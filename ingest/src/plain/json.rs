//! How is an untrusted JSON message read so that every value knows its place?
//!
//! serde_json checks the whole text once (syntax, at most 128 levels) and hands out raw slices of it; a
//! slice's address is its offset. Objects keep their keys in order, so doubled and unknown keys are seen.

use crate::finding::{At, Findings, Text};
use crate::wording;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::fmt;

/// A JSON value and where it begins.
#[derive(Debug, Clone, Copy)]
pub struct Node<'a> {
    raw: &'a str,
    /// Address of the message's first byte.
    base: usize,
    /// Its offset.
    pub at: At,
}

/// Checks the syntax of the whole message.
///
/// # Errors
/// A finding with the place of the first syntax error.
pub fn parse(message: &str) -> Result<Node<'_>, Box<crate::finding::Finding>> {
    let raw: &RawValue = serde_json::from_str(message).map_err(|error| {
        let line = error.line().saturating_sub(1);
        let start: usize = message.split_inclusive('\n').take(line).map(str::len).sum();
        let at = (start + error.column().saturating_sub(1)).min(message.len());
        Box::new(wording::json_malformed(At(at as u32), &error.to_string()))
    })?;
    Ok(Node::new(raw, message.as_ptr() as usize))
}

struct Entries<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Entries<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Walk;
        impl<'de> Visitor<'de> for Walk {
            type Value = Entries<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }
        deserializer.deserialize_map(Walk)
    }
}

impl<'a> Node<'a> {
    fn new(raw: &'a RawValue, base: usize) -> Node<'a> {
        let raw = raw.get();
        Node {
            raw,
            base,
            at: At((raw.as_ptr() as usize - base) as u32),
        }
    }

    fn is_null(&self) -> bool {
        self.raw == "null"
    }

    fn wrong(&self, expected: &'static str, findings: &mut Findings) {
        findings.push(wording::json_type(self.at, self.raw, expected));
    }

    fn elements(&self) -> Option<Vec<Node<'a>>> {
        let raw: Vec<&RawValue> = serde_json::from_str(self.raw).ok()?;
        Some(
            raw.into_iter()
                .map(|raw| Node::new(raw, self.base))
                .collect(),
        )
    }

    fn entries(&self) -> Option<Vec<(String, Node<'a>)>> {
        let entries: Entries<'a> = serde_json::from_str(self.raw).ok()?;
        Some(
            entries
                .0
                .into_iter()
                .map(|(key, raw)| (key, Node::new(raw, self.base)))
                .collect(),
        )
    }

    /// A string; blank counts as absent.
    pub fn text(&self, findings: &mut Findings) -> Option<Text> {
        match serde_json::from_str::<String>(self.raw) {
            Ok(value) => {
                let value = value.trim();
                (!value.is_empty()).then(|| Text {
                    value: value.to_owned(),
                    at: self.at,
                })
            }
            Err(_) => {
                self.wrong("a string", findings);
                None
            }
        }
    }

    /// A whole number.
    pub fn number(&self, findings: &mut Findings) -> Option<u32> {
        let number = serde_json::from_str(self.raw).ok();
        if number.is_none() {
            self.wrong("a whole number", findings);
        }
        number
    }

    /// An object's fields; a doubled key is a finding.
    pub fn object(&self, findings: &mut Findings) -> Option<Fields<'a>> {
        let Some(entries) = self.entries() else {
            self.wrong("an object", findings);
            return None;
        };
        let mut fields = BTreeMap::new();
        for (key, node) in entries {
            if fields.contains_key(&key) {
                findings.push(wording::json_key_doubled(node.at, &key));
            }
            fields.insert(key, node);
        }
        Some(Fields {
            at: self.at,
            fields,
        })
    }
}

/// The fields of an object that have not been asked for yet.
#[derive(Debug)]
pub struct Fields<'a> {
    /// Where the object begins.
    pub at: At,
    fields: BTreeMap<String, Node<'a>>,
}

impl<'a> Fields<'a> {
    fn take(&mut self, key: &str) -> Option<Node<'a>> {
        self.fields.remove(key).filter(|node| !node.is_null())
    }

    /// A string.
    pub fn text(&mut self, key: &str, findings: &mut Findings) -> Option<Text> {
        self.take(key)?.text(findings)
    }

    /// A whole number.
    pub fn number(&mut self, key: &str, findings: &mut Findings) -> Option<u32> {
        self.take(key)?.number(findings)
    }

    /// `true` or not.
    pub fn boolean(&mut self, key: &str, findings: &mut Findings) -> bool {
        match self.take(key).map(|node| (node.raw, node)) {
            Some(("true", _)) => true,
            Some(("false", _)) | None => false,
            Some((_, node)) => {
                node.wrong("true or false", findings);
                false
            }
        }
    }

    /// An inner object.
    pub fn object(&mut self, key: &str, findings: &mut Findings) -> Option<Fields<'a>> {
        self.take(key)?.object(findings)
    }

    /// An array; absent is empty.
    pub fn array(&mut self, key: &str, findings: &mut Findings) -> Vec<Node<'a>> {
        self.optional_array(key, findings).unwrap_or_default()
    }

    /// An array; absent is `None`.
    pub fn optional_array(&mut self, key: &str, findings: &mut Findings) -> Option<Vec<Node<'a>>> {
        let node = self.take(key)?;
        let elements = node.elements();
        if elements.is_none() {
            node.wrong("an array", findings);
            return Some(Vec::new());
        }
        elements
    }

    /// Warns of keys that nobody asked for.
    pub fn finish(self, findings: &mut Findings) {
        for (key, node) in self.fields {
            // Keys that begin with an underscore are the label's own notes.
            if !node.is_null() && !key.starts_with('_') {
                findings.push(wording::json_key_unknown(node.at, &key));
            }
        }
    }
}

/// The JSON pointers (RFC 6901) of the values that begin at, or are the innermost around, offsets.
pub fn pointers(message: &str, offsets: &[At]) -> BTreeMap<At, String> {
    let mut sorted = offsets.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    let mut found = BTreeMap::new();
    if let Ok(root) = parse(message) {
        descend(&root, &sorted, "", &mut found);
    }
    found
}

/// `offsets` are sorted and lie in the node; each level is read once for all of them.
fn descend(node: &Node<'_>, offsets: &[At], path: &str, found: &mut BTreeMap<At, String>) {
    let children: Vec<(String, Node<'_>)> = match node.raw.as_bytes().first() {
        Some(b'{') => node.entries().unwrap_or_default(),
        Some(b'[') => {
            let elements = node.elements().unwrap_or_default().into_iter().enumerate();
            elements
                .map(|(index, inner)| (index.to_string(), inner))
                .collect()
        }
        _ => Vec::new(),
    };
    let mut rest = offsets;
    for (key, child) in children {
        let end = At(child.at.0 + child.raw.len() as u32);
        let before = rest.partition_point(|at| *at < child.at);
        let inside = rest.partition_point(|at| *at < end);
        rest[..before]
            .iter()
            .for_each(|at| drop(found.insert(*at, path.to_owned())));
        if inside > before {
            let step = key.replace('~', "~0").replace('/', "~1");
            descend(
                &child,
                &rest[before..inside],
                &format!("{path}/{step}"),
                found,
            );
        }
        rest = &rest[inside..];
    }
    rest.iter()
        .for_each(|at| drop(found.insert(*at, path.to_owned())));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_knows_its_pointer() {
        let message = r#"{"a": 1, "tracks": [{"x": 0}, {"isrc/x": "é"}]}"#;
        let at = At(message.find("\"é").unwrap() as u32);
        let all = [at, At(0), At(at.0 - 4), At(9)];
        let found = pointers(message, &all);
        let found: Vec<&str> = all.iter().map(|at| found[at].as_str()).collect();
        assert_eq!(found, ["/tracks/1/isrc~1x", "", "/tracks/1", ""]);
    }

    #[test]
    fn wrong_types_doubled_and_unknown_keys_are_all_found_at_once() {
        let mut findings = Findings::default();
        let root = parse(r#"{"a": 1, "a": 2, "b": [], "c": "x", "_note": 1}"#).unwrap();
        let mut fields = root.object(&mut findings).unwrap();
        assert_eq!(fields.text("b", &mut findings), None);
        assert_eq!(fields.number("c", &mut findings), None);
        fields.finish(&mut findings);
        let codes: Vec<&str> = findings
            .0
            .iter()
            .map(|finding| finding.code.as_str())
            .collect();
        assert_eq!(
            codes,
            [
                "json-key-doubled",
                "json-type",
                "json-type",
                "json-key-unknown"
            ]
        );
    }

    #[test]
    fn a_syntax_error_has_its_place() {
        let fault = parse("{\n \"a\": ,\n}").unwrap_err();
        assert_eq!(fault.code, "json-malformed");
        assert_eq!(fault.at, Some(At(8)));
    }
}
