//! What are the recordings and pictures of an ERN message? (`ResourceList`.)
//!
//! ERN 4.3 puts ISRC and files into `SoundRecordingEdition/…/DeliveryFile`; 4.1 and 4.2 put them
//! directly under `SoundRecording`. Both are read by the same functions, since no element changed
//! its meaning.

use super::parties::{Credit, credit};
use super::xml::{Element, Unreadable, Xml};
use crate::delivery::DeliveredFile;
use crate::finding::{At, Findings, Text};
use crate::wording;
use std::collections::HashMap;

/// What a resource is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Kind {
    Sound,
    Image,
    Video,
    /// Text, sheet music, software: carried along, never published.
    #[default]
    Other,
}

/// One resource, as read.
#[derive(Debug, Default)]
pub(super) struct Resource {
    pub(super) at: At,
    pub(super) kind: Kind,
    pub(super) image_type: Option<Text>,
    pub(super) isrc: Option<Text>,
    pub(super) iswc: Option<Text>,
    pub(super) titles: Titles,
    pub(super) credits: Vec<Credit>,
    pub(super) display_artist: Option<Text>,
    pub(super) duration: Option<Text>,
    pub(super) advisory: Option<Text>,
    pub(super) language: Option<Text>,
    pub(super) p_line: Option<Text>,
    pub(super) file: Option<DeliveredFile>,
}

/// The list, by ResourceReference, in the message's order.
#[derive(Debug, Default)]
pub(super) struct Resources {
    pub(super) by_reference: HashMap<String, usize>,
    pub(super) list: Vec<(Text, Resource)>,
}

impl Resources {
    pub(super) fn read(
        &mut self,
        xml: &mut Xml<'_>,
        findings: &mut Findings,
    ) -> Result<(), Unreadable> {
        while let Some(element) = xml.child()? {
            let kind = match element.name() {
                "SoundRecording" => Kind::Sound,
                "Image" => Kind::Image,
                "Video" => Kind::Video,
                _ => Kind::Other,
            };
            let mut resource = Resource {
                at: element.at,
                kind,
                ..Resource::default()
            };
            let Some(reference) = read_resource(xml, &mut resource)? else {
                findings.push(wording::required(
                    element.at,
                    "ResourceReference",
                    "a resource",
                ));
                continue;
            };
            if self
                .by_reference
                .insert(reference.value.clone(), self.list.len())
                .is_some()
            {
                findings.push(wording::reference_doubled(&reference, "ResourceReference"));
            }
            self.list.push((reference, resource));
        }
        Ok(())
    }

    pub(super) fn get(&self, reference: &str) -> Option<&Resource> {
        self.by_reference
            .get(reference)
            .map(|index| &self.list[*index].1)
    }
}

fn read_resource(xml: &mut Xml<'_>, resource: &mut Resource) -> Result<Option<Text>, Unreadable> {
    let mut reference = None;
    while let Some(part) = xml.child()? {
        match part.name() {
            "ResourceReference" => reference = xml.text(&part)?,
            "Type" if resource.kind == Kind::Image => resource.image_type = xml.text(&part)?,
            "DisplayTitleText" | "DisplayTitle" => resource.titles.read(xml, &part)?,
            "DisplayArtistName" => keep_default(xml, &part, &mut resource.display_artist)?,
            "DisplayArtist" | "Contributor" => credit(xml, &part, &mut resource.credits)?,
            "Duration" => resource.duration = xml.text(&part)?,
            "ParentalWarningType" if resource.advisory.is_none() => {
                resource.advisory = xml.text(&part)?;
            }
            "LanguageOfPerformance" if resource.language.is_none() => {
                resource.language = xml.text(&part)?;
            }
            "WorkId" => {
                while let Some(id) = xml.child()? {
                    match id.name() {
                        "ISWC" if resource.iswc.is_none() => resource.iswc = xml.text(&id)?,
                        _ => xml.skip()?,
                    }
                }
            }
            "SoundRecordingEdition" => edition(xml, resource)?,
            _ => edition_part(xml, &part, resource)?,
        }
    }
    Ok(reference)
}

/// The first edition counts: later ones are the same recording in another format (immersive).
fn edition(xml: &mut Xml<'_>, resource: &mut Resource) -> Result<(), Unreadable> {
    let first = resource.isrc.is_none() && resource.file.is_none();
    while let Some(part) = xml.child()? {
        match first {
            true => edition_part(xml, &part, resource)?,
            false => xml.skip()?,
        }
    }
    Ok(())
}

/// Elements that stand in the edition (4.3) or directly in the resource (4.1, 4.2; images).
fn edition_part(
    xml: &mut Xml<'_>,
    part: &Element<'_>,
    resource: &mut Resource,
) -> Result<(), Unreadable> {
    match part.name() {
        "ResourceId" => {
            while let Some(id) = xml.child()? {
                match id.name() {
                    "ISRC" if resource.isrc.is_none() => resource.isrc = xml.text(&id)?,
                    _ => xml.skip()?,
                }
            }
        }
        "PLine" => line(xml, "PLineText", &mut resource.p_line)?,
        "TechnicalDetails" => technical_details(xml, resource)?,
        _ => xml.skip()?,
    }
    Ok(())
}

/// The first file that is the whole recording, not a clip, and that comes with this delivery.
fn technical_details(xml: &mut Xml<'_>, resource: &mut Resource) -> Result<(), Unreadable> {
    let (mut found, mut clip) = (None, false);
    while let Some(part) = xml.child()? {
        match part.name() {
            "File" => found = found.or(file(xml)?),
            "DeliveryFile" => {
                let (mut inner, mut provided) = (None, true);
                while let Some(part) = xml.child()? {
                    match part.name() {
                        "File" => inner = file(xml)?,
                        "IsProvidedInDelivery" => {
                            provided = xml.text(&part)?.is_none_or(|text| text.value != "false");
                        }
                        _ => xml.skip()?,
                    }
                }
                found = found.or(inner.filter(|_| provided));
            }
            "IsClip" | "IsPreview" => {
                clip = xml.text(&part)?.is_some_and(|text| text.value == "true");
            }
            _ => xml.skip()?,
        }
    }
    if resource.file.is_none() && !clip {
        resource.file = found;
    }
    Ok(())
}

fn file(xml: &mut Xml<'_>) -> Result<Option<DeliveredFile>, Unreadable> {
    let (mut uri, mut hashes) = (None, Vec::new());
    while let Some(part) = xml.child()? {
        match part.name() {
            "URI" => uri = xml.text(&part)?,
            "HashSum" => {
                let (mut algorithm, mut value) = (None, None);
                while let Some(part) = xml.child()? {
                    match part.name() {
                        "Algorithm" => algorithm = xml.text(&part)?,
                        "HashSumValue" => value = xml.text(&part)?,
                        _ => xml.skip()?,
                    }
                }
                hashes.extend(algorithm.zip(value));
            }
            _ => xml.skip()?,
        }
    }
    Ok(uri.map(|uri| DeliveredFile { uri, hashes }))
}

/// `PLine/PLineText`, `CLine/CLineText`: the first one is kept.
pub(super) fn line(
    xml: &mut Xml<'_>,
    name: &str,
    kept: &mut Option<Text>,
) -> Result<(), Unreadable> {
    while let Some(part) = xml.child()? {
        match part.name() == name && kept.is_none() {
            true => *kept = xml.text(&part)?,
            false => xml.skip()?,
        }
    }
    Ok(())
}

/// Keeps the first value, or the one that is marked as default.
pub(super) fn keep_default(
    xml: &mut Xml<'_>,
    part: &Element<'_>,
    kept: &mut Option<Text>,
) -> Result<(), Unreadable> {
    let default = part.attribute("IsDefault").as_deref() == Some("true");
    let text = xml.text(part)?;
    if kept.is_none() || default {
        *kept = text.or(kept.take());
    }
    Ok(())
}

/// The titles of a resource or release: the default DisplayTitle, else the first, else the text form.
#[derive(Debug, Default)]
pub(super) struct Titles {
    text: Option<Text>,
    title: Option<Text>,
    version: Option<Text>,
}

impl Titles {
    pub(super) fn read(&mut self, xml: &mut Xml<'_>, part: &Element<'_>) -> Result<(), Unreadable> {
        if part.name() == "DisplayTitleText" {
            return keep_default(xml, part, &mut self.text);
        }
        let default = part.attribute("IsDefault").as_deref() == Some("true");
        let (mut title, mut version) = (None, None);
        while let Some(part) = xml.child()? {
            match part.name() {
                "TitleText" => title = xml.text(&part)?,
                "SubTitle" if version.is_none() => version = xml.text(&part)?,
                _ => xml.skip()?,
            }
        }
        if title.is_some() && (self.title.is_none() || default) {
            (self.title, self.version) = (title, version);
        }
        Ok(())
    }

    /// Title and version.
    pub(super) fn get(&self) -> (Option<Text>, Option<Text>) {
        (
            self.title.clone().or_else(|| self.text.clone()),
            self.version.clone(),
        )
    }
}
