//! What are the recordings and pictures of an ERN message? (`ResourceList`.)
//!
//! ERN 4.3 puts ISRC and files into `SoundRecordingEdition/…/DeliveryFile`; 4.1 and 4.2 put them
//! directly under `SoundRecording`. Both are read by the same functions, since no element changed
//! its meaning.

use super::parties::{Credit, credit};
use super::xml::{Element, Unreadable, Xml, keep};
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
    Text,
    /// Sheet music, software: carried along, never published.
    #[default]
    Other,
}

/// One resource, as read.
#[derive(Debug, Clone, Default)]
pub(super) struct Resource {
    pub(super) at: At,
    pub(super) kind: Kind,
    /// ImageType, TextType.
    pub(super) subtype: Option<Text>,
    pub(super) isrc: Option<Text>,
    pub(super) iswc: Option<Text>,
    pub(super) titles: Titles,
    pub(super) credits: Vec<Credit>,
    pub(super) display_artist: Option<Text>,
    pub(super) duration: Option<Text>,
    pub(super) advisory: Option<Text>,
    pub(super) language: Option<Text>,
    pub(super) p_line: Option<Text>,
    pub(super) genre: Option<Text>,
    pub(super) courtesy: Option<Text>,
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
            let mut resource = Resource::new(&element);
            let reference = read_resource(xml, &mut resource)?;
            self.add(reference, resource, findings);
        }
        Ok(())
    }

    /// Keeps a resource under its reference.
    pub(super) fn add(
        &mut self,
        reference: Option<Text>,
        resource: Resource,
        findings: &mut Findings,
    ) {
        let Some(reference) = reference else {
            findings.push(wording::required(
                resource.at,
                "ResourceReference",
                "a resource",
            ));
            return;
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

    pub(super) fn get_mut(&mut self, reference: &str) -> Option<&mut Resource> {
        let index = *self.by_reference.get(reference)?;
        Some(&mut self.list[index].1)
    }

    pub(super) fn get(&self, reference: &str) -> Option<&Resource> {
        self.by_reference
            .get(reference)
            .map(|index| &self.list[*index].1)
    }
}

impl Resource {
    /// Of the kind that the element's name says.
    pub(super) fn new(element: &Element<'_>) -> Resource {
        Resource {
            at: element.at,
            kind: match element.name() {
                "SoundRecording" => Kind::Sound,
                "Image" => Kind::Image,
                "Video" => Kind::Video,
                "Text" => Kind::Text,
                _ => Kind::Other,
            },
            ..Resource::default()
        }
    }

    /// All that was read, leaving only where and what it is.
    pub(super) fn take(&mut self) -> Resource {
        let (at, kind, p_line) = (self.at, self.kind, self.p_line.clone());
        let rest = Resource {
            at,
            kind,
            p_line,
            ..Resource::default()
        };
        std::mem::replace(self, rest)
    }
}

fn read_resource(xml: &mut Xml<'_>, resource: &mut Resource) -> Result<Option<Text>, Unreadable> {
    let mut reference = None;
    while let Some(part) = xml.child()? {
        match part.name() {
            "ResourceReference" => reference = xml.text(&part)?,
            "Type" if matches!(resource.kind, Kind::Image | Kind::Text) => {
                resource.subtype = xml.text(&part)?;
            }
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
            "WorkId" => inner(xml, "ISWC", &mut resource.iswc)?,
            "CourtesyLine" => keep_default(xml, &part, &mut resource.courtesy)?,
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
        "ResourceId" => inner(xml, "ISRC", &mut resource.isrc)?,
        "PLine" => inner(xml, "PLineText", &mut resource.p_line)?,
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
                        "IsProvidedInDelivery" => provided = xml.truth(&part)?,
                        _ => xml.skip()?,
                    }
                }
                found = found.or(inner.filter(|_| provided));
            }
            "IsClip" | "IsPreview" => clip |= xml.truth(&part)?,
            _ => xml.skip()?,
        }
    }
    if resource.file.is_none() && !clip {
        resource.file = found;
    }
    Ok(())
}

/// `File`: in ERN 4 a URI, in ERN 3 a URL, or a name and its folder.
pub(super) fn file(xml: &mut Xml<'_>) -> Result<Option<DeliveredFile>, Unreadable> {
    let (mut uri, mut hashes) = (None, Vec::new());
    let (mut name, mut folder) = (None, None);
    while let Some(part) = xml.child()? {
        match part.name() {
            "URI" | "URL" => uri = xml.text(&part)?,
            "FileName" => name = xml.text(&part)?,
            "FilePath" => folder = xml.text(&part)?,
            "HashSum" => {
                let (mut algorithm, mut value) = (None, None);
                while let Some(part) = xml.child()? {
                    match part.name() {
                        "Algorithm" | "HashSumAlgorithmType" => algorithm = xml.text(&part)?,
                        "HashSumValue" | "HashSum" => value = xml.text(&part)?,
                        _ => xml.skip()?,
                    }
                }
                keep(&mut hashes, algorithm.zip(value));
            }
            _ => xml.skip()?,
        }
    }
    let uri = uri.or(name.map(|name| below(folder, name)));
    Ok(uri.map(|uri| DeliveredFile { uri, hashes }))
}

/// A file's name with its folder, which some senders write with a slash before it.
fn below(folder: Option<Text>, name: Text) -> Text {
    let Some(folder) = folder else { return name };
    let path = folder.value.trim_end_matches('/');
    let path = match path.strip_prefix('/') {
        Some(inner) if inner.starts_with("resources") => inner,
        _ => path,
    };
    Text {
        value: format!("{path}/{}", name.value),
        at: name.at,
    }
}

/// `PLine/PLineText`, `ResourceId/ISRC` and their like: the first one is kept.
pub(super) fn inner(
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
    let default = part.says("IsDefault", "true");
    let text = xml.text(part)?;
    if kept.is_none() || default {
        *kept = text.or(kept.take());
    }
    Ok(())
}

/// The titles of a resource or release: of several the one that says most plainly that it is displayed.
#[derive(Debug, Clone, Default)]
pub(super) struct Titles {
    best: Option<(Rank, Text, Option<Text>)>,
}

/// How well a title is meant for display.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    /// In another language, or of an unknown kind.
    Other,
    /// One line of text, without its version told apart.
    Line,
    /// The default line of text.
    DefaultLine,
    /// FormalTitle of ERN 3.
    Formal,
    /// ReferenceTitle of ERN 3.
    Reference,
    /// A DisplayTitle.
    Display,
    /// The default DisplayTitle.
    DefaultDisplay,
}

impl Titles {
    /// `DisplayTitle` or `DisplayTitleText` of ERN 4.
    pub(super) fn read(&mut self, xml: &mut Xml<'_>, part: &Element<'_>) -> Result<(), Unreadable> {
        let default = part.says("IsDefault", "true");
        if part.name() == "DisplayTitleText" {
            let rank = if default {
                Rank::DefaultLine
            } else {
                Rank::Line
            };
            if let Some(title) = xml.text(part)? {
                self.offer(rank, title, None);
            }
            return Ok(());
        }
        self.parts(
            xml,
            if default {
                Rank::DefaultDisplay
            } else {
                Rank::Display
            },
        )
    }

    /// `TitleText` and `SubTitle` of the open element.
    pub(super) fn parts(&mut self, xml: &mut Xml<'_>, rank: Rank) -> Result<(), Unreadable> {
        let (mut title, mut version) = (None, None);
        while let Some(part) = xml.child()? {
            match part.name() {
                "TitleText" => title = xml.text(&part)?,
                "SubTitle" if version.is_none() => version = xml.text(&part)?,
                _ => xml.skip()?,
            }
        }
        if let Some(title) = title {
            self.offer(rank, title, version);
        }
        Ok(())
    }

    fn offer(&mut self, rank: Rank, title: Text, version: Option<Text>) {
        if self.best.as_ref().is_none_or(|(best, ..)| rank > *best) {
            self.best = Some((rank, title, version));
        }
    }

    /// What another block of the same thing says, where it ranks higher.
    pub(super) fn merge(&mut self, other: Titles) {
        if let Some((rank, title, version)) = other.best {
            self.offer(rank, title, version);
        }
    }

    /// Title and version.
    pub(super) fn best(self) -> (Option<Text>, Option<Text>) {
        self.best
            .map_or((None, None), |(_, title, version)| (Some(title), version))
    }
}
