//! What are the recordings and pictures of an ERN 3 message? (`ResourceList`.)
//!
//! ERN 3 says most of a resource per territory. The block for the whole world counts; what it lacks comes
//! from the others, in their order. That others say something else is worth a remark: one title and one set of
//! artists is all that the catalogue has.

use super::parties::credit;
use super::resources::{Rank, Resource, Resources, file, inner};
use super::xml::{Element, Unreadable, Xml};
use crate::finding::{Findings, Text};
use crate::wording;

/// Reads the list.
pub(super) fn read(
    xml: &mut Xml<'_>,
    resources: &mut Resources,
    language: Option<&str>,
    findings: &mut Findings,
) -> Result<(), Unreadable> {
    while let Some(element) = xml.child()? {
        let mut resource = Resource::new(&element);
        let reference = resource_parts(xml, &mut resource, language, findings)?;
        resources.add(reference, resource, findings);
    }
    Ok(())
}

fn resource_parts(
    xml: &mut Xml<'_>,
    resource: &mut Resource,
    language: Option<&str>,
    findings: &mut Findings,
) -> Result<Option<Text>, Unreadable> {
    let (mut reference, mut blocks) = (None, Vec::new());
    while let Some(part) = xml.child()? {
        match part.name() {
            "ResourceReference" => reference = xml.text(&part)?,
            "ImageType" | "TextType" => resource.subtype = xml.text(&part)?,
            "SoundRecordingId" | "VideoId" => inner(xml, "ISRC", &mut resource.isrc)?,
            "IndirectSoundRecordingId" => inner(xml, "ISWC", &mut resource.iswc)?,
            "ReferenceTitle" => resource.titles.parts(xml, Rank::Reference)?,
            "Title" => resource.titles.parts(xml, rank(&part, language))?,
            "Duration" => resource.duration = xml.text(&part)?,
            "LanguageOfPerformance" if resource.language.is_none() => {
                resource.language = xml.text(&part)?;
            }
            "SoundRecordingDetailsByTerritory"
            | "ImageDetailsByTerritory"
            | "TextDetailsByTerritory" => {
                blocks.push(block(xml, &part, language)?);
            }
            _ => xml.skip()?,
        }
    }
    if let Some(other) = blocks.get(1) {
        findings.push(wording::territory_details(other.1.at));
    }
    blocks.sort_by_key(|(worldwide, _)| !worldwide);
    blocks
        .into_iter()
        .for_each(|(_, block)| merge(resource, block));
    Ok(reference)
}

/// Details for some territories, and whether they are all of them.
fn block(
    xml: &mut Xml<'_>,
    element: &Element<'_>,
    language: Option<&str>,
) -> Result<(bool, Resource), Unreadable> {
    let mut block = Resource {
        at: element.at,
        ..Resource::default()
    };
    let mut worldwide = false;
    while let Some(part) = xml.child()? {
        match part.name() {
            "TerritoryCode" => {
                worldwide |= xml
                    .text(&part)?
                    .is_some_and(|code| code.value == "Worldwide");
            }
            "Title" => block.titles.parts(xml, rank(&part, language))?,
            "DisplayArtist" | "ResourceContributor" | "IndirectResourceContributor" => {
                credit(xml, &part, &mut block.credits)?;
            }
            "DisplayArtistName" if block.display_artist.is_none() => {
                block.display_artist = xml.text(&part)?;
            }
            "PLine" => inner(xml, "PLineText", &mut block.p_line)?,
            "Genre" => inner(xml, "GenreText", &mut block.genre)?,
            "CourtesyLine" if block.courtesy.is_none() => block.courtesy = xml.text(&part)?,
            "ParentalWarningType" if block.advisory.is_none() => {
                block.advisory = xml.text(&part)?
            }
            "TechnicalSoundRecordingDetails" | "TechnicalImageDetails" | "TechnicalTextDetails" => {
                technical_details(xml, &mut block)?;
            }
            _ => xml.skip()?,
        }
    }
    Ok((worldwide, block))
}

/// The first file that is the whole recording, not a preview of it.
fn technical_details(xml: &mut Xml<'_>, block: &mut Resource) -> Result<(), Unreadable> {
    let (mut found, mut preview) = (None, false);
    while let Some(part) = xml.child()? {
        match part.name() {
            "File" => found = found.or(file(xml)?),
            "IsPreview" => preview |= xml.truth(&part)?,
            _ => xml.skip()?,
        }
    }
    if block.file.is_none() && !preview {
        block.file = found;
    }
    Ok(())
}

/// How well a title of this `TitleType` and language is meant for display.
pub(super) fn rank(part: &Element<'_>, language: Option<&str>) -> Rank {
    let foreign = match (part.attribute("LanguageAndScriptCode"), language) {
        (Some(own), Some(message)) => primary(&own) != primary(message),
        _ => false,
    };
    match part.attribute("TitleType").as_deref() {
        _ if foreign => Rank::Other,
        Some("DisplayTitle") => Rank::Display,
        Some("FormalTitle") => Rank::Formal,
        _ => Rank::Other,
    }
}

fn primary(language: &str) -> &str {
    language.split('-').next().unwrap_or_default()
}

fn merge(resource: &mut Resource, block: Resource) {
    let merge = |own: &mut Option<Text>, other: Option<Text>| *own = own.take().or(other);
    resource.titles.merge(block.titles);
    if resource.credits.is_empty() {
        resource.credits = block.credits;
    }
    merge(&mut resource.display_artist, block.display_artist);
    merge(&mut resource.p_line, block.p_line);
    merge(&mut resource.genre, block.genre);
    merge(&mut resource.courtesy, block.courtesy);
    merge(&mut resource.advisory, block.advisory);
    resource.file = resource.file.take().or(block.file);
}
