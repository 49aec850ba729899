//! How is an untrusted XML message read without harm?
//!
//! A pull reader over quick-xml: [`Xml::child`] gives the next child of the element that is open,
//! and each handler either takes its text, walks its children, or skips it. A DOCTYPE is refused
//! wherever it stands, so there are no entities to expand and nothing to fetch.
//! Limits follow DDEX practice: XSD-valid messages nest at most ten deep, and the largest known ones
//! (10,000 tracks) have 34 MB.

use crate::finding::{At, Finding, Text};
use crate::wording;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;
use std::borrow::Cow;

/// Elements inside one another.
pub const MAX_DEPTH: usize = 64;
/// Bytes of one value (a title, a synopsis).
pub const MAX_TEXT: usize = 64 * 1024;
/// Bytes of one start tag with its attributes.
pub const MAX_TAG: usize = 16 * 1024;

/// A message that cannot be read further; the finding says where and why. Boxed: it is rare.
pub type Unreadable = Box<Finding>;

/// An element whose start tag has been read.
#[derive(Debug, Clone)]
pub struct Element<'a> {
    /// Where its `<` stands.
    pub at: At,
    tag: BytesStart<'a>,
    /// Where in the tag the name without prefix begins and ends.
    name: (u16, u16),
}

impl<'a> Element<'a> {
    /// The name without prefix.
    pub fn name(&self) -> &str {
        &self.tag[usize::from(self.name.0)..usize::from(self.name.1)]
    }

    /// The value of an attribute, or `None` if it is absent or malformed.
    pub fn attribute(&self, name: &str) -> Option<String> {
        let attribute = self.tag.try_get_attribute(name).ok()??;
        attribute
            .normalized_value(quick_xml::XmlVersion::default())
            .ok()
            .map(Cow::into_owned)
    }

    /// Whether an attribute has just this value.
    pub fn says(&self, name: &str, value: &str) -> bool {
        let attribute = self.tag.try_get_attribute(name).ok().flatten();
        attribute.is_some_and(|attribute| {
            let own = attribute.normalized_value(quick_xml::XmlVersion::default());
            own.is_ok_and(|own| own == value)
        })
    }

    /// The value of an attribute as a number.
    pub fn number(&self, name: &str) -> Option<u32> {
        let attribute = self.tag.try_get_attribute(name).ok()??;
        let value = attribute.normalized_value(quick_xml::XmlVersion::default());
        value.ok()?.parse().ok()
    }

    /// The namespace that the element's own prefix is bound to on the element itself.
    pub fn namespace(&self) -> Option<String> {
        match self.tag.name().prefix() {
            Some(prefix) => self.attribute(&format!("xmlns:{}", prefix.into_inner())),
            None => self.attribute("xmlns"),
        }
    }
}

/// The reader.
pub struct Xml<'a> {
    reader: Reader<&'a [u8]>,
    depth: usize,
}

impl<'a> Xml<'a> {
    /// Over a whole message, decoded to UTF-8.
    pub fn new(message: &'a str) -> Xml<'a> {
        let mut reader = Reader::from_str(message);
        reader.config_mut().expand_empty_elements = true;
        Xml { reader, depth: 0 }
    }

    /// The next child of the open element, or `None` once that element has ended.
    ///
    /// # Errors
    /// Malformed XML, a DOCTYPE, or a limit passed.
    pub fn child(&mut self) -> Result<Option<Element<'a>>, Unreadable> {
        loop {
            let at = self.position();
            match self.event()? {
                Event::Start(tag) => {
                    if tag.len() > MAX_TAG {
                        return Err(Box::new(wording::xml_limit(
                            at,
                            "start tag",
                            tag.len(),
                            MAX_TAG,
                        )));
                    }
                    // A tag's length was limited just now.
                    let whole = tag.name().0.len() as u16;
                    let local = tag.local_name().into_inner().len() as u16;
                    let name = (whole - local, whole);
                    return Ok(Some(Element { at, tag, name }));
                }
                Event::End(_) => return Ok(None),
                Event::Eof if self.depth > 0 => return Err(Box::new(wording::xml_truncated(at))),
                Event::Eof => return Ok(None),
                _ => {}
            }
        }
    }

    /// Consumes the element just given and returns its text, or `None` if it is blank.
    ///
    /// # Errors
    /// As [`Xml::child`].
    pub fn text(&mut self, element: &Element<'_>) -> Result<Option<Text>, Unreadable> {
        let mut value = String::new();
        let mut inner = 0_usize;
        loop {
            let at = self.position();
            match self.event()? {
                Event::Text(text) => value.push_str(&text.xml10_content()),
                Event::CData(text) => value.push_str(&text.xml10_content()),
                Event::GeneralRef(reference) => {
                    value.push(resolve(&reference).ok_or_else(|| {
                        Box::new(wording::xml_entity(at, &reference.xml10_content()))
                    })?);
                }
                Event::Start(_) => inner += 1,
                Event::End(_) if inner == 0 => break,
                Event::End(_) => inner -= 1,
                Event::Eof => return Err(Box::new(wording::xml_truncated(at))),
                _ => {}
            }
            if value.len() > MAX_TEXT {
                return Err(Box::new(wording::xml_limit(
                    at,
                    "text",
                    value.len(),
                    MAX_TEXT,
                )));
            }
        }
        let trimmed = value.trim();
        if trimmed.is_empty() {
            return Ok(None);
        }
        let value = if trimmed.len() == value.len() {
            value
        } else {
            trimmed.to_owned()
        };
        Ok(Some(Text {
            value,
            at: element.at,
        }))
    }

    /// Consumes the element just given and says whether it is true (XML Schema boolean).
    ///
    /// # Errors
    /// As [`Xml::child`].
    pub fn truth(&mut self, element: &Element<'_>) -> Result<bool, Unreadable> {
        let text = self.text(element)?;
        Ok(text.is_some_and(|text| matches!(text.as_str(), "true" | "1")))
    }

    /// Consumes the element just given with everything in it.
    ///
    /// # Errors
    /// As [`Xml::child`].
    pub fn skip(&mut self) -> Result<(), Unreadable> {
        let floor = self.depth - 1;
        while self.depth > floor {
            let at = self.position();
            if matches!(self.event()?, Event::Eof) {
                return Err(Box::new(wording::xml_truncated(at)));
            }
        }
        Ok(())
    }

    #[inline]
    fn event(&mut self) -> Result<Event<'a>, Unreadable> {
        let at = self.position();
        match self.reader.read_event() {
            Ok(Event::DocType(_)) => Err(Box::new(wording::xml_doctype(at))),
            Ok(Event::Start(tag)) => {
                self.depth += 1;
                if self.depth > MAX_DEPTH {
                    let depth = self.depth;
                    let limit = wording::xml_limit(at, "nesting", depth, MAX_DEPTH);
                    return Err(Box::new(limit));
                }
                Ok(Event::Start(tag))
            }
            Ok(Event::End(tag)) => {
                self.depth = self.depth.saturating_sub(1);
                Ok(Event::End(tag))
            }
            Ok(event) => Ok(event),
            Err(error) => Err(self.malformed(&error)),
        }
    }

    #[cold]
    fn malformed(&self, error: &quick_xml::Error) -> Unreadable {
        let at = At(u32::try_from(self.reader.error_position()).unwrap_or(u32::MAX));
        Box::new(wording::xml_malformed(at, &error.to_string()))
    }

    fn position(&self) -> At {
        At(u32::try_from(self.reader.buffer_position()).unwrap_or(u32::MAX))
    }
}

/// Adds to a list that mostly stays at one, without room for more: a message has many such lists.
pub(super) fn keep<T>(list: &mut Vec<T>, value: Option<T>) {
    if let Some(value) = value {
        if list.is_empty() {
            list.reserve_exact(1);
        }
        list.push(value);
    }
}

/// Character references and the five entities that XML itself has; there can be no others.
fn resolve(reference: &quick_xml::events::BytesRef<'_>) -> Option<char> {
    if let Ok(Some(character)) = reference.resolve_char_ref() {
        let low = character < ' ' && !matches!(character, '\t' | '\n' | '\r');
        return (!low && !matches!(character, '\u{FFFE}' | '\u{FFFF}')).then_some(character);
    }
    match &*reference.xml10_content() {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "apos" => Some('\''),
        "quot" => Some('"'),
        _ => None,
    }
}

/// The message as text: UTF-8 (with or without a byte order mark) or UTF-16 with one.
///
/// # Errors
/// Another encoding, declared or real; the finding says at which byte.
pub fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, Unreadable> {
    let wide = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
        char::decode_utf16(units)
            .collect::<Result<String, _>>()
            .map_err(|error| Box::new(wording::not_unicode("UTF-16", 0, &error.to_string())))
    };
    match bytes {
        [0xFF, 0xFE, rest @ ..] => wide(rest, u16::from_le_bytes).map(Cow::Owned),
        [0xFE, 0xFF, rest @ ..] => wide(rest, u16::from_be_bytes).map(Cow::Owned),
        _ => {
            let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
            let text = std::str::from_utf8(bytes).map_err(|error| {
                Box::new(wording::not_unicode(
                    "UTF-8",
                    error.valid_up_to(),
                    "an invalid byte",
                ))
            })?;
            match declared_encoding(text) {
                Some(name) if !is_utf8(name) => Err(Box::new(wording::encoding_declared(name))),
                _ => Ok(Cow::Borrowed(text)),
            }
        }
    }
}

/// The first character that no XML may hold (XML 1.0, 2.2): controls, and the two that are none.
pub(super) fn forbidden(message: &str) -> Option<(At, char)> {
    // A whole stretch at a time, which the compiler makes fast.
    let low = |byte: &u8| (*byte < b' ') & !matches!(*byte, b'\t' | b'\n' | b'\r');
    let suspect = |part: &[u8]| {
        part.iter()
            .fold(false, |found, byte| found | low(byte) | (*byte == 0xEF))
    };
    let stretch = 4096;
    for (index, part) in message.as_bytes().chunks(stretch).enumerate() {
        if !suspect(part) {
            continue;
        }
        // A character may begin before the stretch or end after it.
        let from = message.floor_char_boundary(index * stretch);
        let to = message.ceil_char_boundary(index * stretch + part.len());
        let none = |c: char| {
            (c < ' ' && !matches!(c, '\t' | '\n' | '\r')) || matches!(c, '\u{FFFE}' | '\u{FFFF}')
        };
        if let Some((at, found)) = message[from..to].char_indices().find(|(_, c)| none(*c)) {
            let at = u32::try_from(from + at).unwrap_or(u32::MAX);
            return Some((At(at), found));
        }
    }
    None
}

fn is_utf8(name: &str) -> bool {
    ["utf-8", "utf8", "us-ascii", "ascii"]
        .iter()
        .any(|known| name.eq_ignore_ascii_case(known))
}

fn declared_encoding(text: &str) -> Option<&str> {
    let declaration = text.strip_prefix("<?xml")?.split_once("?>")?.0;
    let value = declaration
        .split_once("encoding")?
        .1
        .trim_start()
        .strip_prefix('=')?
        .trim_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    value[1..].split_once(quote).map(|(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walk(message: &str) -> Result<usize, Unreadable> {
        let mut xml = Xml::new(message);
        let root = xml.child()?;
        assert!(root.is_some());
        let mut children = 0;
        while xml.child()?.is_some() {
            children += 1;
            xml.skip()?;
        }
        Ok(children)
    }

    #[test]
    fn children_are_counted_and_their_insides_skipped() {
        assert_eq!(
            walk("<a><b><c/><d>x</d></b><e/>text<f></f></a>").unwrap(),
            3
        );
    }

    #[test]
    fn text_is_unescaped_and_trimmed() {
        let mut xml = Xml::new("<a> R&amp;B &#233; <![CDATA[<x>]]> </a>");
        let root = xml.child().unwrap().unwrap();
        assert_eq!(xml.text(&root).unwrap().unwrap().value, "R&B é <x>");
    }

    #[test]
    fn a_doctype_an_unknown_entity_and_a_bottomless_message_are_refused() {
        let code = |message: &str| walk(message).unwrap_err().code;
        assert_eq!(
            code("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"),
            "xml-doctype"
        );
        assert_eq!(code(&"<a>".repeat(70)), "xml-limit");
        assert_eq!(code("<a><b></a>"), "xml-malformed");
        assert_eq!(code("<a><b>"), "xml-malformed");
        let mut xml = Xml::new("<a>&xxe;</a>");
        let root = xml.child().unwrap().unwrap();
        assert_eq!(xml.text(&root).unwrap_err().code, "xml-entity");
    }

    #[test]
    fn characters_that_xml_may_not_hold_are_found_in_text_and_as_references() {
        assert_eq!(forbidden("<a>\t\r\n é \u{FFFD} ｡</a>"), None);
        for bad in ['\0', '\u{1}', '\u{1F}', '\u{FFFE}', '\u{FFFF}'] {
            for before in [0, 1, 4092, 4093, 4094, 4095, 4096, 9000] {
                let text = format!("{}{bad} rest", "x".repeat(before));
                assert_eq!(forbidden(&text), Some((At(before as u32), bad)));
            }
        }
        for reference in ["<a>&#0;</a>", "<a>&#1;</a>", "<a>&#xFFFF;</a>"] {
            let mut xml = Xml::new(reference);
            let root = xml.child().unwrap().unwrap();
            assert!(xml.text(&root).is_err(), "{reference}");
        }
    }

    #[test]
    fn utf_16_is_read_and_latin_1_is_refused_with_its_name() {
        let wide: Vec<u8> = "\u{FEFF}<a>é</a>"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        assert_eq!(decode(&wide).unwrap(), "<a>é</a>");
        let latin = b"<?xml version='1.0' encoding='ISO-8859-1'?><a/>";
        assert!(decode(latin).unwrap_err().text.contains("ISO-8859-1"));
        assert_eq!(decode(b"<a>\xE9</a>").unwrap_err().code, "message-encoding");
    }
}
