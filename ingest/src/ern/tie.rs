//! How do the references of an ERN message become one release with tracks and deals?
//!
//! Deals open a track through its own TrackRelease (ERN 4.3, clause 6.14.2: a deal for the whole release
//! carries no streaming meaning). Only a message without TrackReleases (Simple Audio Single) hangs its
//! deals on the release itself.

use super::releases::{Group, Release, TrackRelease};
use super::resources::{Kind, Resource, Resources};
use super::{Message, parties::Parties};
use crate::delivery::{Content, DeliveredRelease, DeliveredTrack};
use crate::finding::{Findings, Text};
use crate::wording;
use std::collections::{HashMap, HashSet};

/// Resolves all references; what dangles or doubles is a finding.
pub(super) fn tie(message: Message, findings: &mut Findings) -> Content {
    let Message {
        parties,
        resources,
        releases,
        deals,
    } = message;
    let Some(main) = releases.release else {
        return Content::Nothing;
    };
    let deals_of = deals_by_release(&deals.releases, &main, &releases.tracks, findings);
    let own = track_releases(&releases.tracks, &resources, findings);
    let order = running_order(&main.group, findings);

    let main_deals = main
        .reference
        .as_ref()
        .and_then(|r| deals_of.get(r.value.as_str()));
    let mut used = HashSet::new();
    let mut tracks = Vec::with_capacity(order.len());
    for (disc, number, reference) in &order {
        used.insert(reference.value.clone());
        let Some(&index) = resources.by_reference.get(&reference.value) else {
            findings.push(wording::reference_dangling(reference, "ResourceList"));
            continue;
        };
        let (_, resource) = &resources.list[index];
        match resource.kind {
            Kind::Sound => {}
            Kind::Video => {
                if !findings.has("release-kind") {
                    findings.push(wording::release_kind(resource.at, "Video"));
                }
                continue;
            }
            Kind::Image | Kind::Other => continue,
        }
        let mut track = track(resource, &parties, findings);
        (track.disc, track.number) = (*disc, *number);
        track.name = format!("track {} ({})", tracks.len() + 1, reference.value);
        let release = own.get(reference.value.as_str());
        track.genre = release.and_then(|release| release.genre.clone());
        track.deals = match release.and_then(|release| release.reference.as_ref()) {
            Some(reference) => deals_of
                .get(reference.value.as_str())
                .cloned()
                .unwrap_or_default(),
            None if releases.tracks.is_empty() => main_deals.cloned().unwrap_or_default(),
            None => Vec::new(),
        };
        tracks.push(track);
    }
    for (reference, resource) in &resources.list {
        if resource.kind == Kind::Sound && !used.contains(&reference.value) {
            findings.push(wording::reference_unused(reference));
        }
    }
    let release_deals = match releases.tracks.is_empty() {
        true => Vec::new(),
        false => main_deals.cloned().unwrap_or_default(),
    };
    let mut release = release(main, &resources, &parties, findings);
    release.tracks = tracks;
    release.deals = deals.deals;
    release.release_deals = release_deals;
    Content::Release(Box::new(release))
}

fn deals_by_release<'a>(
    deals: &'a [(Vec<Text>, std::ops::Range<usize>)],
    main: &Release,
    tracks: &[TrackRelease],
    findings: &mut Findings,
) -> HashMap<&'a str, Vec<usize>> {
    let known: HashSet<&str> = main
        .reference
        .iter()
        .chain(tracks.iter().filter_map(|track| track.reference.as_ref()))
        .map(Text::as_str)
        .collect();
    let mut by_release: HashMap<&str, Vec<usize>> = HashMap::new();
    for (references, range) in deals {
        for reference in references {
            if !known.contains(reference.as_str()) {
                findings.push(wording::reference_dangling(reference, "ReleaseList"));
            }
            by_release
                .entry(reference.as_str())
                .or_default()
                .extend(range.clone());
        }
    }
    by_release
}

fn track_releases<'a>(
    tracks: &'a [TrackRelease],
    resources: &Resources,
    findings: &mut Findings,
) -> HashMap<&'a str, &'a TrackRelease> {
    let (mut own, mut seen) = (HashMap::new(), HashSet::new());
    for track in tracks {
        if let Some(reference) = &track.reference
            && !seen.insert(reference.as_str())
        {
            findings.push(wording::reference_doubled(reference, "ReleaseReference"));
        }
        let Some(resource) = &track.resource else {
            findings.push(wording::required(
                track.at,
                "ReleaseResourceReference",
                "a TrackRelease",
            ));
            continue;
        };
        if resources.get(resource.as_str()).is_none() {
            findings.push(wording::reference_dangling(resource, "ResourceList"));
        }
        if own.insert(resource.as_str(), track).is_some() {
            findings.push(wording::track_release_doubled(resource));
        }
    }
    own
}

/// Disc, number and resource of each place.
fn running_order(outer: &Group, findings: &mut Findings) -> Vec<(u32, u32, Text)> {
    let mut order = Order {
        disc: 1,
        ..Order::default()
    };
    order.walk(outer, findings);
    order.places
}

#[derive(Default)]
struct Order {
    places: Vec<(u32, u32, Text)>,
    disc: u32,
    number: u32,
}

impl Order {
    fn walk(&mut self, group: &Group, findings: &mut Findings) {
        let mut seen = HashSet::new();
        let mut place = |sequence: Option<&Text>, index: usize, findings: &mut Findings| {
            let Some(text) = sequence else {
                return index as u32 + 1;
            };
            match text.value.parse::<u32>() {
                Ok(number) if number > 0 => {
                    if !seen.insert(number) {
                        findings.push(wording::sequence_doubled(text));
                    }
                    number
                }
                _ => {
                    findings.push(wording::sequence_form(text));
                    index as u32 + 1
                }
            }
        };
        enum Node<'a> {
            Item(&'a super::releases::Item),
            Group(&'a Group),
        }
        let mut nodes = Vec::with_capacity(group.items.len() + group.groups.len());
        for (index, item) in group.items.iter().enumerate() {
            nodes.push((
                place(item.sequence.as_ref(), index, findings),
                Node::Item(item),
            ));
        }
        for (index, inner) in group.groups.iter().enumerate() {
            nodes.push((
                place(inner.sequence.as_ref(), index, findings),
                Node::Group(inner),
            ));
        }
        nodes.sort_by_key(|(sequence, _)| *sequence);
        for (_, node) in nodes {
            match node {
                Node::Item(item) => match &item.resource {
                    Some(resource) => {
                        self.number += 1;
                        self.places.push((self.disc, self.number, resource.clone()));
                    }
                    None => findings.push(wording::required(
                        item.at,
                        "ReleaseResourceReference",
                        "a ResourceGroupContentItem",
                    )),
                },
                Node::Group(inner) => {
                    if !inner.work_part && self.number > 0 {
                        (self.disc, self.number) = (self.disc + 1, 0);
                    }
                    self.walk(inner, findings);
                }
            }
        }
    }
}

fn track(resource: &Resource, parties: &Parties, findings: &mut Findings) -> DeliveredTrack {
    let (title, version) = resource.titles.get();
    DeliveredTrack {
        at: resource.at,
        isrc: resource.isrc.clone(),
        title,
        version,
        artists: parties.credits(
            &resource.credits,
            resource.display_artist.as_ref(),
            findings,
        ),
        duration: resource.duration.clone(),
        advisory: resource.advisory.clone(),
        language: resource.language.clone(),
        iswc: resource.iswc.clone(),
        file: resource.file.clone(),
        ..DeliveredTrack::default()
    }
}

fn release(
    main: Release,
    resources: &Resources,
    parties: &Parties,
    findings: &mut Findings,
) -> DeliveredRelease {
    let artists = parties.credits(&main.credits, main.display_artist.as_ref(), findings);
    let label = main
        .label
        .as_ref()
        .and_then(|reference| parties.name(reference, findings));
    let (title, version) = main.titles.get();
    let mut ids = main.ids;
    ids.at = main.at;
    let kind = match (main.kind, main.compilation) {
        (Some(kind), true) if matches!(kind.as_str(), "Album" | "EP") => Some(Text {
            value: "Compilation".to_owned(),
            at: kind.at,
        }),
        (kind, _) => kind,
    };
    DeliveredRelease {
        ids,
        kind,
        title,
        version,
        artists,
        label,
        p_line: main.p_line.or_else(|| {
            resources
                .list
                .iter()
                .find_map(|(_, resource)| resource.p_line.clone())
        }),
        c_line: main.c_line,
        original_date: main.original_date,
        release_date: main.release_date,
        genre: main.genre,
        language: None,
        artwork: artwork(&main.group, resources, findings),
        ..DeliveredRelease::default()
    }
}

/// Front covers: images linked from the running order, or else all of the list.
fn artwork(
    group: &Group,
    resources: &Resources,
    findings: &mut Findings,
) -> Vec<crate::delivery::DeliveredFile> {
    let mut linked = Vec::new();
    collect_linked(group, &mut linked);
    for reference in &linked {
        if resources.get(reference.as_str()).is_none() {
            findings.push(wording::reference_dangling(reference, "ResourceList"));
        }
    }
    let front = |resource: &&Resource| {
        resource.kind == Kind::Image
            && resource
                .image_type
                .as_ref()
                .is_none_or(|kind| kind.value == "FrontCoverImage")
    };
    resources
        .list
        .iter()
        .map(|(_, resource)| resource)
        .filter(front)
        .filter_map(|resource| resource.file.clone())
        .collect()
}

fn collect_linked<'a>(group: &'a Group, linked: &mut Vec<&'a Text>) {
    linked.extend(&group.linked);
    group
        .groups
        .iter()
        .for_each(|inner| collect_linked(inner, linked));
}
