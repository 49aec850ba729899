//! How is a DDEX ERN message read?
//!
//! Sources: ERN 4.3 release notification schema (4.1.1, 4.2 and 4.3.x differ only where `resources`
//! says so), ERN 3.8.2 (3.8.1 and 3.8.3 differ in nothing that is read), Audio profiles 2.1 and 1.4, Allowed
//! Value Set 4.3. The version is told by the root's namespace. Both generations become the same
//! parties, resources, releases and deals; `resources3` and `releases3` know what is particular to ERN 3.
//! The reader goes once over the message, keeps parties, resources, releases and deals by their
//! references, and then ties them together (`tie`). It never fails: what cannot be read becomes a finding
//! of the delivery, and the header that was read until then still says whose it is.

mod deals;
pub mod locate;
mod parties;
mod releases;
mod releases3;
mod resources;
mod resources3;
mod tie;
pub mod xml;

use crate::delivery::{Content, Delivery, Header, ReleaseIds};
use crate::finding::Text;
use crate::wording;
use xml::{Element, Unreadable, Xml};

/// How a version of ERN is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Generation {
    /// Parties inline, details by territory, a Release per track.
    Three,
    /// A list of parties, one Release, a TrackRelease per track.
    Four,
}

/// Namespaces whose messages the reader knows.
pub const READ: [(&str, &str, Generation); 10] = [
    (
        "http://ddex.net/xml/ern/381",
        "ERN 3.8.1",
        Generation::Three,
    ),
    (
        "http://ddex.net/xml/ern/382",
        "ERN 3.8.2",
        Generation::Three,
    ),
    (
        "http://ddex.net/xml/ern/383",
        "ERN 3.8.3",
        Generation::Three,
    ),
    ("http://ddex.net/xml/ern/41", "ERN 4.1", Generation::Four),
    ("http://ddex.net/xml/ern/411", "ERN 4.1.1", Generation::Four),
    ("http://ddex.net/xml/ern/42", "ERN 4.2", Generation::Four),
    ("http://ddex.net/xml/ern/43", "ERN 4.3", Generation::Four),
    ("http://ddex.net/xml/ern/431", "ERN 4.3.1", Generation::Four),
    ("http://ddex.net/xml/ern/432", "ERN 4.3.2", Generation::Four),
    ("http://ddex.net/xml/ern/433", "ERN 4.3.3", Generation::Four),
];

/// Everything that carries a reference, as read; `tie` resolves the references.
#[derive(Debug, Default)]
struct Message {
    parties: parties::Parties,
    resources: resources::Resources,
    releases: releases::Releases,
    deals: deals::Deals,
    /// Of the metadata, BCP 47.
    language: Option<Text>,
}

/// Reads a message that has been decoded to UTF-8 (see [`xml::decode`]).
pub fn read(message: &str) -> Delivery {
    let mut delivery = Delivery::default();
    let mut xml = Xml::new(message);
    let read = root(&mut xml, &mut delivery);
    let forbidden = xml::forbidden(message).map(|(at, c)| {
        let what = format!("the character U+{:04X}", u32::from(c));
        Box::new(wording::xml_malformed(at, &what))
    });
    if let Some(fault) = forbidden.or(read.err()) {
        delivery.content = Content::Nothing;
        delivery.findings.push(*fault);
    }
    delivery
}

fn root(xml: &mut Xml<'_>, delivery: &mut Delivery) -> Result<(), Unreadable> {
    let Some(root) = xml.child()? else {
        return Err(Box::new(wording::xml_truncated(Default::default())));
    };
    let namespace = root.namespace().unwrap_or_default();
    let Some((_, version, generation)) = READ.iter().find(|(known, ..)| *known == namespace) else {
        return Err(Box::new(wording::ern_version(root.at, &namespace)));
    };
    delivery.header.format = (*version).to_owned();
    match root.name() {
        "NewReleaseMessage" => new_release(xml, &root, *generation, delivery)?,
        "PurgeReleaseMessage" => purge(xml, delivery)?,
        other => return Err(Box::new(wording::message_kind(root.at, other))),
    }
    match xml.child()? {
        Some(second) => Err(Box::new(wording::xml_malformed(
            second.at,
            "a second root element",
        ))),
        None => Ok(()),
    }
}

fn new_release(
    xml: &mut Xml<'_>,
    root: &Element<'_>,
    generation: Generation,
    delivery: &mut Delivery,
) -> Result<(), Unreadable> {
    let language = root
        .attribute("LanguageAndScriptCode")
        .map(|value| Text { value, at: root.at });
    let mut message = Message {
        language,
        ..Message::default()
    };
    let findings = &mut delivery.findings;
    let three = generation == Generation::Three;
    while let Some(part) = xml.child()? {
        match part.name() {
            "MessageHeader" => header(xml, &mut delivery.header)?,
            "PartyList" => message.parties.read(xml, findings)?,
            "ResourceList" if three => {
                let language = message.language.as_ref().map(Text::as_str);
                resources3::read(xml, &mut message.resources, language, findings)?;
            }
            "ResourceList" => message.resources.read(xml, findings)?,
            "ReleaseList" if three => {
                let language = message.language.as_ref().map(Text::as_str);
                releases3::read(xml, &mut message.releases, language, findings)?;
            }
            "ReleaseList" => message.releases.read(xml, findings)?,
            "DealList" => message.deals.read(xml)?,
            // UpdateIndicator is deprecated: what is known is told by the log, not by the message.
            _ => xml.skip()?,
        }
    }
    delivery.content = tie::tie(message, findings);
    Ok(())
}

fn purge(xml: &mut Xml<'_>, delivery: &mut Delivery) -> Result<(), Unreadable> {
    let mut ids = None;
    while let Some(part) = xml.child()? {
        match part.name() {
            "MessageHeader" => header(xml, &mut delivery.header)?,
            "PurgedRelease" => {
                while let Some(inner) = xml.child()? {
                    match inner.name() {
                        "ReleaseId" if ids.is_none() => ids = Some(release_ids(xml, &inner)?),
                        _ => xml.skip()?,
                    }
                }
            }
            _ => xml.skip()?,
        }
    }
    if let Some(ids) = ids {
        delivery.content = Content::Purge(ids);
    }
    Ok(())
}

fn header(xml: &mut Xml<'_>, header: &mut Header) -> Result<(), Unreadable> {
    while let Some(part) = xml.child()? {
        match part.name() {
            "MessageId" => header.message_id = xml.text(&part)?,
            "MessageCreatedDateTime" => header.created = xml.text(&part)?,
            "MessageControlType" => {
                header.test = xml
                    .text(&part)?
                    .is_some_and(|text| text.value == "TestMessage");
            }
            "MessageSender" => {
                while let Some(inner) = xml.child()? {
                    match inner.name() {
                        "PartyId" => header.sender = header.sender.take().or(xml.text(&inner)?),
                        "PartyName" => {
                            header.sender_name = parties::full_name(xml)?.map(|text| text.value)
                        }
                        _ => xml.skip()?,
                    }
                }
            }
            _ => xml.skip()?,
        }
    }
    Ok(())
}

/// `ReleaseId`: GRid, ICPN, ProprietaryId, in any order.
fn release_ids(xml: &mut Xml<'_>, element: &Element<'_>) -> Result<ReleaseIds, Unreadable> {
    let mut ids = ReleaseIds {
        at: element.at,
        ..ReleaseIds::default()
    };
    while let Some(part) = xml.child()? {
        match part.name() {
            "ICPN" if ids.gtin.is_none() => ids.gtin = xml.text(&part)?,
            "GRid" if ids.grid.is_none() => ids.grid = xml.text(&part)?,
            "ProprietaryId" if ids.proprietary.is_none() => ids.proprietary = xml.text(&part)?,
            _ => xml.skip()?,
        }
    }
    Ok(ids)
}
