//! What is released, and in which order does it run? (`ReleaseList`.)
//!
//! Exactly one `Release`, a `TrackRelease` per track. The running order is the tree of ResourceGroups,
//! each level by SequenceNumber; which groups are discs, `tie` says.

use super::parties::{Credit, credit};
use super::resources::{Titles, inner, keep_default};
use super::xml::{Element, Unreadable, Xml};
use crate::delivery::ReleaseIds;
use crate::finding::{At, Findings, Text};
use crate::wording;

/// The list.
#[derive(Debug, Default)]
pub(super) struct Releases {
    pub(super) release: Option<Release>,
    pub(super) tracks: Vec<TrackRelease>,
    /// References of other products in the message, which deals may name.
    pub(super) others: Vec<Text>,
}

/// The main release, as read.
#[derive(Debug, Default)]
pub(super) struct Release {
    pub(super) at: At,
    pub(super) reference: Option<Text>,
    pub(super) kind: Option<Text>,
    pub(super) ids: ReleaseIds,
    pub(super) titles: Titles,
    pub(super) credits: Vec<Credit>,
    pub(super) display_artist: Option<Text>,
    /// Refers to a party (ERN 4).
    pub(super) label: Option<Text>,
    /// The label's name itself (ERN 3).
    pub(super) label_name: Option<Text>,
    pub(super) p_line: Option<Text>,
    pub(super) c_line: Option<Text>,
    pub(super) release_date: Option<Text>,
    pub(super) original_date: Option<Text>,
    pub(super) genre: Option<Text>,
    pub(super) compilation: bool,
    /// Of the metadata.
    pub(super) language: Option<Text>,
    /// Refers to preview dates.
    pub(super) visibility: Option<Text>,
    pub(super) group: Group,
}

/// A track's own release: where its deals hang.
#[derive(Debug, Default)]
pub(super) struct TrackRelease {
    pub(super) at: At,
    pub(super) reference: Option<Text>,
    pub(super) resource: Option<Text>,
    pub(super) genre: Option<Text>,
    pub(super) visibility: Option<Text>,
}

/// A node of the running order.
#[derive(Debug, Default)]
pub(super) struct Group {
    pub(super) at: At,
    pub(super) sequence: Option<Text>,
    /// ResourceGroupType, which ERN 3 does not have.
    pub(super) kind: Option<String>,
    pub(super) groups: Vec<Group>,
    pub(super) items: Vec<Item>,
    pub(super) linked: Vec<Text>,
}

/// A leaf of the running order.
#[derive(Debug, Default)]
pub(super) struct Item {
    pub(super) at: At,
    pub(super) sequence: Option<Text>,
    pub(super) resource: Option<Text>,
    /// What belongs to it: its lyrics.
    pub(super) linked: Vec<Text>,
}

impl Releases {
    pub(super) fn read(
        &mut self,
        xml: &mut Xml<'_>,
        findings: &mut Findings,
    ) -> Result<(), Unreadable> {
        while let Some(element) = xml.child()? {
            match element.name() {
                "Release" if self.release.is_some() => {
                    findings.push(wording::release_doubled(element.at));
                    xml.skip()?;
                }
                "Release" => self.release = Some(release(xml, &element)?),
                "TrackRelease" => self.tracks.push(track_release(xml, &element)?),
                _ => xml.skip()?,
            }
        }
        Ok(())
    }
}

fn release(xml: &mut Xml<'_>, element: &Element<'_>) -> Result<Release, Unreadable> {
    let mut release = Release {
        at: element.at,
        ..Release::default()
    };
    release.ids.at = element.at;
    release.language = element
        .attribute("LanguageAndScriptCode")
        .map(|value| Text {
            value,
            at: element.at,
        });
    while let Some(part) = xml.child()? {
        match part.name() {
            "ReleaseReference" => release.reference = xml.text(&part)?,
            "ReleaseType" if release.kind.is_none() => release.kind = xml.text(&part)?,
            "ReleaseId" => release.ids = super::release_ids(xml, &part)?,
            "DisplayTitleText" | "DisplayTitle" => release.titles.read(xml, &part)?,
            "DisplayArtistName" => keep_default(xml, &part, &mut release.display_artist)?,
            "DisplayArtist" => credit(xml, &part, &mut release.credits)?,
            "ReleaseLabelReference" => keep_default(xml, &part, &mut release.label)?,
            "PLine" => inner(xml, "PLineText", &mut release.p_line)?,
            "CLine" => inner(xml, "CLineText", &mut release.c_line)?,
            "ReleaseDate" => keep_default(xml, &part, &mut release.release_date)?,
            "OriginalReleaseDate" => keep_default(xml, &part, &mut release.original_date)?,
            "Genre" => inner(xml, "GenreText", &mut release.genre)?,
            "IsMultiArtistCompilation" | "IsSingleArtistCompilation" => {
                release.compilation |= xml.truth(&part)?;
            }
            "ResourceGroup" => release.group = group(xml, &part)?,
            "ReleaseVisibilityReference" => release.visibility = xml.text(&part)?,
            _ => xml.skip()?,
        }
    }
    Ok(release)
}

fn track_release(xml: &mut Xml<'_>, element: &Element<'_>) -> Result<TrackRelease, Unreadable> {
    let mut track = TrackRelease {
        at: element.at,
        ..TrackRelease::default()
    };
    while let Some(part) = xml.child()? {
        match part.name() {
            "ReleaseReference" => track.reference = xml.text(&part)?,
            "ReleaseResourceReference" => track.resource = xml.text(&part)?,
            "Genre" => inner(xml, "GenreText", &mut track.genre)?,
            "ReleaseVisibilityReference" => track.visibility = xml.text(&part)?,
            _ => xml.skip()?,
        }
    }
    Ok(track)
}

/// Nesting is bounded by the reader's depth limit.
pub(super) fn group(xml: &mut Xml<'_>, element: &Element<'_>) -> Result<Group, Unreadable> {
    let mut node = Group {
        at: element.at,
        kind: element.attribute("ResourceGroupType"),
        ..Group::default()
    };
    while let Some(part) = xml.child()? {
        match part.name() {
            "SequenceNumber" => node.sequence = xml.text(&part)?,
            "ResourceGroup" => node.groups.push(group(xml, &part)?),
            "ResourceGroupContentItem" => node.items.push(item(xml, &part)?),
            "LinkedReleaseResourceReference" => node.linked.extend(xml.text(&part)?),
            _ => xml.skip()?,
        }
    }
    Ok(node)
}

fn item(xml: &mut Xml<'_>, element: &Element<'_>) -> Result<Item, Unreadable> {
    let mut item = Item {
        at: element.at,
        ..Item::default()
    };
    while let Some(part) = xml.child()? {
        match part.name() {
            "SequenceNumber" => item.sequence = xml.text(&part)?,
            "ReleaseResourceReference" => item.resource = xml.text(&part)?,
            "LinkedReleaseResourceReference" => item.linked.extend(xml.text(&part)?),
            _ => xml.skip()?,
        }
    }
    Ok(item)
}
