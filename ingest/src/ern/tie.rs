//! How do the references of an ERN message become one release with tracks and deals?
//!
//! Deals open a track through its own TrackRelease (ERN 4.3, clause 6.14.2: a deal for the whole release
//! carries no streaming meaning). Only a message without TrackReleases (Simple Audio Single) hangs its
//! deals on the release itself. Only sound recordings count in the running order: the number of a track does
//! not depend on the pictures and videos beside it.

use super::deals::Deals;
use super::releases::{Group, Item, Release, TrackRelease};
use super::resources::{Kind, Resource, Resources};
use super::{Message, parties::Parties};
use crate::delivery::{Content, DeliveredAnnouncement, DeliveredRelease, DeliveredTrack};
use crate::finding::{Findings, Text};
use crate::wording;
use std::collections::{HashMap, HashSet};

/// Resolves all references; what dangles or doubles is a finding.
pub(super) fn tie(message: Message, findings: &mut Findings) -> Content {
    let Message {
        parties,
        mut resources,
        releases,
        deals,
        language,
    } = message;
    let Some(main) = releases.release else {
        return Content::Nothing;
    };
    let others = releases.others.iter();
    let deals_of = deals_by_release(&deals.releases, &main, &releases.tracks, others, findings);
    let own = track_releases(&releases.tracks, &resources, findings);
    let order = running_order(&main.group, &resources, findings);

    let main_deals = main
        .reference
        .as_ref()
        .and_then(|r| deals_of.get(r.value.as_str()));
    let mut uses: HashMap<&str, usize> = HashMap::with_capacity(order.places.len());
    for (.., reference) in &order.places {
        *uses.entry(reference.as_str()).or_default() += 1;
    }
    let mut tracks = Vec::with_capacity(order.places.len());
    for (disc, number, reference) in &order.places {
        let last = uses.get_mut(reference.as_str()).map(|left| {
            *left -= 1;
            *left == 0
        });
        let Some(resource) = resources.get_mut(&reference.value) else {
            findings.push(wording::reference_dangling(reference, "ResourceList"));
            continue;
        };
        let resource = match last {
            // Its place in the message stays known.
            Some(true) => resource.take(),
            _ => resource.clone(),
        };
        let genre = resource.genre.clone();
        let mut track = track(resource, &parties, findings);
        (track.disc, track.number) = (*disc, *number);
        let lyrics = order.lyrics.get(reference.as_str());
        track.lyrics = lyrics.and_then(|lyrics| resources.get(lyrics)?.file.clone());
        track.name = format!("track {} ({})", tracks.len() + 1, reference.value);
        let release = own.get(reference.value.as_str());
        let own_genre = release.and_then(|release| release.genre.clone());
        track.genre = own_genre.or(genre);
        track.deals = match release.and_then(|release| release.reference.as_ref()) {
            Some(reference) => deals_of
                .get(reference.value.as_str())
                .cloned()
                .unwrap_or_default(),
            None if releases.tracks.is_empty() => main_deals.cloned().unwrap_or_default(),
            None => Vec::new(),
        };
        // Taking the whole release down closes its tracks too.
        let closing = |index: &&usize| deals.deals[**index].take_down;
        let whole = main_deals.into_iter().flatten().filter(closing);
        let missing: Vec<usize> = whole
            .filter(|i| !track.deals.contains(i))
            .copied()
            .collect();
        track.deals.extend(missing);
        let dates = track
            .deals
            .iter()
            .map(|index| &deals.deals[*index].announcement);
        track.announcement = visible(release.and_then(|r| r.visibility.as_ref()), &deals, dates);
        tracks.push(track);
    }
    for (reference, resource) in &resources.list {
        if resource.kind == Kind::Sound && !uses.contains_key(reference.as_str()) {
            findings.push(wording::reference_unused(reference));
        }
    }
    let release_deals = match releases.tracks.is_empty() {
        true => Vec::new(),
        false => main_deals.cloned().unwrap_or_default(),
    };
    let dates = main_deals.into_iter().flatten();
    let dates = dates.map(|index| &deals.deals[*index].announcement);
    let announcement = visible(main.visibility.as_ref(), &deals, dates);
    videos(&main, &resources, &order.videos, &mut tracks, findings);
    let mut release = release(main, &resources, &parties, findings);
    release.language = release.language.or(language);
    release.announcement = announcement;
    release.tracks = tracks;
    release.deals = deals.deals;
    release.release_deals = release_deals;
    Content::Release(Box::new(release))
}

/// Preview dates: those that the release refers to, then those of its deals.
fn visible<'a>(
    reference: Option<&Text>,
    deals: &Deals,
    dates: impl Iterator<Item = &'a DeliveredAnnouncement>,
) -> DeliveredAnnouncement {
    let own = reference.and_then(|reference| deals.visibility.get(reference.as_str()));
    let own = own.cloned().unwrap_or_default();
    dates.fold(own, DeliveredAnnouncement::or)
}

/// An audio release may carry videos, which are left out; a release of videos is no audio release.
fn videos(
    main: &Release,
    resources: &Resources,
    videos: &[Text],
    tracks: &mut Vec<DeliveredTrack>,
    findings: &mut Findings,
) {
    let Some(first) = videos.first() else { return };
    let at = resources
        .get(first.as_str())
        .map_or(first.at, |video| video.at);
    let audio = main.kind.as_ref().is_none_or(|kind| is_audio(&kind.value));
    match audio && !tracks.is_empty() {
        true => findings.push(wording::video_left_out(at, videos.len())),
        false => {
            findings.push(wording::release_kind(at, "Video"));
            tracks.clear();
        }
    }
}

/// `ReleaseType` values whose product is the audio.
fn is_audio(kind: &str) -> bool {
    !["Video", "Bundle", "LongForm", "Film", "Concert"]
        .iter()
        .any(|other| kind.contains(other))
}

fn deals_by_release<'a>(
    deals: &'a [(Vec<Text>, std::ops::Range<usize>)],
    main: &Release,
    tracks: &[TrackRelease],
    others: std::slice::Iter<'_, Text>,
    findings: &mut Findings,
) -> HashMap<&'a str, Vec<usize>> {
    let known: HashSet<&str> = main
        .reference
        .iter()
        .chain(tracks.iter().filter_map(|track| track.reference.as_ref()))
        .chain(others)
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

/// Disc, number and recording of each place, and the videos between them.
fn running_order(outer: &Group, resources: &Resources, findings: &mut Findings) -> Order {
    let mut order = Order {
        disc: 1,
        ..Order::default()
    };
    order.walk(outer, 0, resources, findings);
    order
}

#[derive(Default)]
struct Order {
    places: Vec<(u32, u32, Text)>,
    videos: Vec<Text>,
    /// The text that is linked to a recording, by its reference.
    lyrics: HashMap<String, String>,
    disc: u32,
    number: u32,
}

enum Node<'a> {
    Item(&'a Item),
    Group(&'a Group),
}

impl Order {
    /// A group directly below the outermost is a disc, unless it is part of a musical work (a symphony's
    /// movements share their disc) or, without a type, its numbers go on where those before it end. Deeper
    /// groups never are.
    fn walk(&mut self, group: &Group, depth: u32, resources: &Resources, findings: &mut Findings) {
        for node in sorted(group, findings) {
            match node {
                Node::Item(item) => self.item(item, resources, findings),
                Node::Group(inner) => {
                    let first = inner.items.iter().filter_map(|item| item.sequence.as_ref());
                    let first = first
                        .filter_map(|text| text.value.parse::<u32>().ok())
                        .min();
                    let disc = match inner.kind.as_deref() {
                        Some(kind) => kind != "MultiWorkPart",
                        None => first != Some(self.number + 1),
                    };
                    if depth == 0 && disc && self.number > 0 {
                        (self.disc, self.number) = (self.disc + 1, 0);
                    }
                    self.walk(inner, depth + 1, resources, findings);
                }
            }
        }
    }

    fn item(&mut self, item: &Item, resources: &Resources, findings: &mut Findings) {
        let Some(reference) = &item.resource else {
            return findings.push(wording::required(
                item.at,
                "ReleaseResourceReference",
                "a ResourceGroupContentItem",
            ));
        };
        match resources
            .get(reference.as_str())
            .map(|resource| resource.kind)
        {
            Some(Kind::Image | Kind::Text | Kind::Other) => {}
            Some(Kind::Video) => self.videos.push(reference.clone()),
            Some(Kind::Sound) | None => {
                let words = item.linked.iter().find(|linked| {
                    let linked = resources.get(linked.as_str());
                    linked.is_some_and(is_lyrics)
                });
                if let Some(words) = words {
                    let words = words.value.clone();
                    self.lyrics.insert(reference.value.clone(), words);
                }
                self.number += 1;
                self.places
                    .push((self.disc, self.number, reference.clone()));
            }
        }
    }
}

/// A text that says it is the words of a song (TextType of the allowed values).
fn is_lyrics(resource: &Resource) -> bool {
    let subtype = resource.subtype.as_ref();
    resource.kind == Kind::Text && subtype.is_some_and(|subtype| subtype.value == "LyricText")
}

/// Items and groups of one level by their SequenceNumber; those without one follow, as the message has them.
fn sorted<'a>(group: &'a Group, findings: &mut Findings) -> Vec<Node<'a>> {
    let mut seen = HashSet::new();
    let mut place = |sequence: Option<&Text>| {
        let Some(text) = sequence else {
            return u32::MAX;
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
                u32::MAX
            }
        }
    };
    let mut nodes = Vec::with_capacity(group.items.len() + group.groups.len());
    for item in &group.items {
        nodes.push((place(item.sequence.as_ref()), item.at, Node::Item(item)));
    }
    for inner in &group.groups {
        nodes.push((place(inner.sequence.as_ref()), inner.at, Node::Group(inner)));
    }
    nodes.sort_by_key(|(sequence, at, _)| (*sequence, *at));
    nodes.into_iter().map(|(.., node)| node).collect()
}

fn track(resource: Resource, parties: &Parties, findings: &mut Findings) -> DeliveredTrack {
    let (title, version) = resource.titles.best();
    let (licence, origin) = courtesy(resource.courtesy.as_ref());
    DeliveredTrack {
        at: resource.at,
        isrc: resource.isrc,
        title,
        version,
        artists: parties.credits(
            &resource.credits,
            resource.display_artist.as_ref(),
            findings,
        ),
        duration: resource.duration,
        advisory: resource.advisory,
        language: resource.language,
        iswc: resource.iswc,
        file: resource.file,
        licence,
        origin,
        ..DeliveredTrack::default()
    }
}

/// ERN has no field for an open licence: "Licence CC-BY-SA-4.0. Origin …." in the courtesy line, which a
/// player must show, is taken apart; any other courtesy line says neither.
fn courtesy(line: Option<&Text>) -> (Option<Text>, Option<Text>) {
    let parts = line.and_then(|line| {
        let (licence, origin) = line
            .value
            .strip_prefix("Licence ")?
            .split_once(". Origin ")?;
        let text = |value: &str| Text {
            value: value.strip_suffix('.').unwrap_or(value).to_owned(),
            at: line.at,
        };
        Some((text(licence), text(origin)))
    });
    parts.unzip()
}

fn release(
    main: Release,
    resources: &Resources,
    parties: &Parties,
    findings: &mut Findings,
) -> DeliveredRelease {
    let artists = parties.credits(&main.credits, main.display_artist.as_ref(), findings);
    let label = main.label_name.clone().or_else(|| {
        let reference = main.label.as_ref()?;
        parties.name(reference, findings)
    });
    let (title, version) = main.titles.best();
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
        language: main.language,
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
                .subtype
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
    linked.extend(group.items.iter().flat_map(|item| &item.linked));
    group
        .groups
        .iter()
        .for_each(|inner| collect_linked(inner, linked));
}
