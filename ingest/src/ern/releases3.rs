//! What is released, and in which order does it run, in an ERN 3 message? (`ReleaseList`.)
//!
//! ERN 3 has a `Release` for everything: the main one is marked, or is the first that is no TrackRelease; one
//! with a single recording is that track's own. Anything else (a second album, a video bundle) is another
//! product, which has to come in a message of its own.

use super::parties::credit;
use super::releases::{Group, Item, Release, Releases, TrackRelease, group};
use super::resources::{Rank, inner};
use super::resources3::rank;
use super::xml::{Element, Unreadable, Xml};
use crate::finding::{Findings, Text};
use crate::wording;

/// A release before it is known what it is.
struct Any {
    release: Release,
    main: bool,
    /// `ReleaseResourceReferenceList`, and whether each is a primary resource.
    resources: Vec<(Text, bool)>,
}

impl Any {
    fn is_track(&self) -> bool {
        let kind = self.release.kind.as_ref().map(Text::as_str);
        kind.is_some_and(|kind| kind.contains("TrackRelease"))
    }

    fn primary(&self) -> impl Iterator<Item = &Text> {
        let all = !self.resources.iter().any(|(_, primary)| *primary);
        let wanted =
            move |(text, primary): &'_ (Text, bool)| (all || *primary).then_some(text.clone());
        self.resources
            .iter()
            .filter(move |one| wanted(one).is_some())
            .map(|(text, _)| text)
    }
}

/// Reads the list.
pub(super) fn read(
    xml: &mut Xml<'_>,
    releases: &mut Releases,
    language: Option<&str>,
    findings: &mut Findings,
) -> Result<(), Unreadable> {
    let mut all = Vec::new();
    while let Some(element) = xml.child()? {
        match element.name() {
            "Release" => all.push(any(xml, &element, language)?),
            _ => xml.skip()?,
        }
    }
    let main = all
        .iter()
        .position(|any| any.main)
        .or_else(|| all.iter().position(|any| !any.is_track()))
        .or(if all.is_empty() { None } else { Some(0) });
    for (index, mut any) in all.into_iter().enumerate() {
        if Some(index) == main {
            if any.release.group.is_empty() {
                any.release.group = Group::of(any.primary().cloned());
            }
            releases.release = Some(any.release);
            continue;
        }
        if any.main {
            findings.push(wording::release_doubled(any.release.at));
        }
        let mut primary = any.primary().cloned();
        let (resource, more) = (primary.next(), primary.next().is_some());
        drop(primary);
        if more && !any.is_track() {
            if !any.main {
                findings.push(wording::release_secondary(any.release.at));
            }
            releases.others.extend(any.release.reference);
            continue;
        }
        releases.tracks.push(TrackRelease {
            at: any.release.at,
            reference: any.release.reference,
            resource,
            genre: any.release.genre,
            visibility: None,
        });
    }
    Ok(())
}

fn any(
    xml: &mut Xml<'_>,
    element: &Element<'_>,
    language: Option<&str>,
) -> Result<Any, Unreadable> {
    let mut any = Any {
        release: Release {
            at: element.at,
            ..Release::default()
        },
        main: element.says("IsMainRelease", "true"),
        resources: Vec::new(),
    };
    let release = &mut any.release;
    release.ids.at = element.at;
    release.language = element
        .attribute("LanguageAndScriptCode")
        .map(|value| Text {
            value,
            at: element.at,
        });
    let mut blocks = Vec::new();
    while let Some(part) = xml.child()? {
        match part.name() {
            "ReleaseReference" => release.reference = xml.text(&part)?,
            "ReleaseId" => {
                let ids = super::release_ids(xml, &part)?;
                let own = &mut release.ids;
                own.gtin = own.gtin.take().or(ids.gtin);
                own.grid = own.grid.take().or(ids.grid);
                own.proprietary = own.proprietary.take().or(ids.proprietary);
            }
            "ReferenceTitle" => release.titles.parts(xml, Rank::Reference)?,
            "ReleaseResourceReferenceList" => {
                while let Some(one) = xml.child()? {
                    let kind = one.attribute("ReleaseResourceType");
                    let primary = kind.as_deref() == Some("PrimaryResource");
                    any.resources
                        .extend(xml.text(&one)?.map(|text| (text, primary)));
                }
            }
            "ReleaseType" if release.kind.is_none() => release.kind = xml.text(&part)?,
            "ReleaseDetailsByTerritory" => blocks.push(block(xml, language)?),
            "PLine" => inner(xml, "PLineText", &mut release.p_line)?,
            "CLine" => inner(xml, "CLineText", &mut release.c_line)?,
            "GlobalReleaseDate" => release.release_date = xml.text(&part)?,
            "GlobalOriginalReleaseDate" => release.original_date = xml.text(&part)?,
            _ => xml.skip()?,
        }
    }
    blocks.sort_by_key(|(worldwide, _)| !worldwide);
    blocks
        .into_iter()
        .for_each(|(_, block)| merge(&mut any.release, block));
    Ok(any)
}

/// Details for some territories, and whether they are all of them.
fn block(xml: &mut Xml<'_>, language: Option<&str>) -> Result<(bool, Release), Unreadable> {
    let (mut block, mut worldwide) = (Release::default(), false);
    let mut groups = Vec::new();
    while let Some(part) = xml.child()? {
        match part.name() {
            "TerritoryCode" => {
                worldwide |= xml
                    .text(&part)?
                    .is_some_and(|code| code.value == "Worldwide");
            }
            "Title" => block.titles.parts(xml, rank(&part, language))?,
            "DisplayArtistName" if block.display_artist.is_none() => {
                block.display_artist = xml.text(&part)?;
            }
            "DisplayArtist" => credit(xml, &part, &mut block.credits)?,
            "LabelName" if block.label_name.is_none() => block.label_name = xml.text(&part)?,
            "ReleaseType" if block.kind.is_none() => block.kind = xml.text(&part)?,
            "IsMultiArtistCompilation" => block.compilation |= xml.truth(&part)?,
            "Genre" => inner(xml, "GenreText", &mut block.genre)?,
            "PLine" => inner(xml, "PLineText", &mut block.p_line)?,
            "CLine" => inner(xml, "CLineText", &mut block.c_line)?,
            "ReleaseDate" => block.release_date = xml.text(&part)?,
            "OriginalReleaseDate" => block.original_date = xml.text(&part)?,
            "ResourceGroup" => groups.push(group(xml, &part)?),
            _ => xml.skip()?,
        }
    }
    block.group = match groups.len() {
        1 => groups.swap_remove(0),
        _ => Group {
            groups,
            ..Group::default()
        },
    };
    Ok((worldwide, block))
}

fn merge(release: &mut Release, block: Release) {
    let merge = |own: &mut Option<Text>, other: Option<Text>| *own = own.take().or(other);
    release.titles.merge(block.titles);
    if release.credits.is_empty() {
        release.credits = block.credits;
    }
    if release.group.is_empty() {
        release.group = block.group;
    }
    merge(&mut release.display_artist, block.display_artist);
    merge(&mut release.label_name, block.label_name);
    merge(&mut release.kind, block.kind);
    merge(&mut release.genre, block.genre);
    merge(&mut release.p_line, block.p_line);
    merge(&mut release.c_line, block.c_line);
    merge(&mut release.release_date, block.release_date);
    merge(&mut release.original_date, block.original_date);
    release.compilation |= block.compilation;
}

impl Group {
    /// No place for a resource, in any depth.
    fn is_empty(&self) -> bool {
        self.items.is_empty() && self.groups.iter().all(Group::is_empty)
    }

    /// A running order in the order of the references.
    fn of(references: impl Iterator<Item = Text>) -> Group {
        let item = |resource: Text| Item {
            at: resource.at,
            resource: Some(resource),
            ..Item::default()
        };
        Group {
            items: references.map(item).collect(),
            ..Group::default()
        }
    }
}
