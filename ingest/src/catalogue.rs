//! How does an accepted delivery become the words of the catalogue?
//!
//! Called only when no finding refuses, so every value that a release needs has been parsed once already;
//! values that only decorate (ISNI, ISWC, dates under a lowered severity) are left out where malformed.

use crate::checks::date;
use crate::delivery::{
    Content, DeliveredAnnouncement, DeliveredCredit, DeliveredDeal, DeliveredRelease,
    DeliveredTrack, Delivery, ReleaseIds,
};
use crate::evidence::Evidence;
use crate::finding::Text;
use crate::{identifiers, moment, rights};
use catalog::delivery::Change;
use catalog::genre;
use catalog::ids::{Gtin, Isrc, RecordingId, ReleaseId, TrackId};
use catalog::release::{
    Advisory, Announcement, Artwork, Credit, Master, Release, ReleaseKind, Role, Track,
};
use catalog::units::Millis;
use jiff::Timestamp;

/// The sender's key for a release: GTIN, else GRid, else the proprietary number.
pub fn reference(ids: &ReleaseIds) -> Option<String> {
    if let Some(gtin) = ids
        .gtin
        .as_ref()
        .and_then(|text| text.value.parse::<Gtin>().ok())
    {
        return Some(gtin.to_string());
    }
    let grid = ids
        .grid
        .as_ref()
        .map(|text| identifiers::grid(&text.value).unwrap_or_else(|_| text.value.clone()));
    let own = || ids.proprietary.as_ref().map(|text| text.value.clone());
    // An operator may let a wrong check digit pass; the number still names the release.
    let raw = || ids.gtin.as_ref().map(|text| text.value.clone());
    grid.or_else(own).or_else(raw)
}

/// When the message was made.
pub fn created(delivery: &Delivery) -> Option<Timestamp> {
    delivery
        .header
        .created
        .as_ref()
        .and_then(|text| moment::date_time(&text.value))
}

/// What the delivery does to the catalogue, or `None` where something needed is missing or malformed
/// (the checks have refused it then).
pub fn change(delivery: &Delivery, evidence: &Evidence) -> Option<Change> {
    let sender = &delivery.header.sender.as_ref()?.value;
    match &delivery.content {
        Content::Release(release) => {
            let release = map_release(sender, release, evidence, created(delivery)?)?;
            Some(Change::Put(Box::new(release)))
        }
        Content::Purge(ids) => Some(Change::Purge {
            reference: reference(ids)?,
        }),
        Content::Nothing => None,
    }
}

fn map_release(
    sender: &str,
    delivered: &DeliveredRelease,
    evidence: &Evidence,
    created: Timestamp,
) -> Option<Release> {
    let reference = reference(&delivered.ids)?;
    let id = ReleaseId::of(sender, &reference);
    let mut tracks = Vec::with_capacity(delivered.tracks.len());
    for track in &delivered.tracks {
        tracks.push(map_track(&id, track, delivered, evidence, created)?);
    }
    tracks.sort_by_key(|track| (track.disc, track.number));
    Some(Release {
        id,
        sender: sender.to_owned(),
        reference,
        gtin: delivered
            .ids
            .gtin
            .as_ref()
            .and_then(|text| text.value.parse().ok()),
        grid: delivered
            .ids
            .grid
            .as_ref()
            .and_then(|text| identifiers::grid(&text.value).ok()),
        proprietary_id: string(&delivered.ids.proprietary),
        announcement: announcement(&delivered.announcement, delivered.deals.iter(), created),
        title: string(&delivered.title)?,
        version: string(&delivered.version),
        kind: kind(delivered),
        artists: credits(&delivered.artists),
        label: string(&delivered.label)?,
        p_line: string(&delivered.p_line),
        c_line: string(&delivered.c_line),
        original_date: delivered
            .original_date
            .as_ref()
            .and_then(|text| date(&text.value)),
        release_date: delivered
            .release_date
            .as_ref()
            .and_then(|text| date(&text.value)),
        genre: delivered
            .genre
            .as_ref()
            .map(|text| genre::classify(&text.value)),
        language: string(&delivered.language),
        artwork: delivered.artwork.first().and_then(|file| {
            let (held, picture) = evidence.picture(&file.uri.value)?;
            Some(Artwork {
                sha256: held.sha256,
                bytes: held.bytes,
                format: picture.format.to_owned(),
                width: picture.width,
                height: picture.height,
            })
        }),
        tracks,
    })
}

fn map_track(
    release: &ReleaseId,
    track: &DeliveredTrack,
    delivered: &DeliveredRelease,
    evidence: &Evidence,
    created: Timestamp,
) -> Option<Track> {
    let isrc: Isrc = track.isrc.as_ref()?.value.parse().ok()?;
    let (disc, number) = (track.disc.try_into().ok()?, track.number.try_into().ok()?);
    let deals = track
        .deals
        .iter()
        .filter_map(|index| delivered.deals.get(*index));
    Some(Track {
        id: TrackId::of(release, disc, number, &isrc),
        recording: RecordingId::of_isrc(&isrc),
        disc,
        number,
        isrc,
        title: string(&track.title)?,
        version: string(&track.version),
        artists: credits(&track.artists),
        duration: track
            .duration
            .as_ref()
            .and_then(|text| moment::duration(&text.value))
            .unwrap_or(Millis(0)),
        advisory: advisory(track.advisory.as_ref()),
        genre: track
            .genre
            .as_ref()
            .map(|text| genre::classify(&text.value)),
        language: string(&track.language),
        iswc: track
            .iswc
            .as_ref()
            .and_then(|text| identifiers::iswc(&text.value).ok()),
        licence: string(&track.licence),
        origin: string(&track.origin),
        master: track.file.as_ref().and_then(|file| {
            let (held, sound) = evidence.sound(&file.uri.value)?;
            Some(Master {
                sha256: held.sha256,
                bytes: held.bytes,
                format: sound.container.clone(),
                frames: sound.frames,
                sample_rate: sound.sample_rate,
                channels: sound.channels,
                bits: sound.bits,
                soundprint: sound.quality.soundprint,
            })
        }),
        announcement: announcement(&track.announcement, deals.clone(), created),
        rights: rights::windows(deals, created),
    })
}

fn announcement<'a>(
    delivered: &DeliveredAnnouncement,
    deals: impl Iterator<Item = &'a DeliveredDeal>,
    created: Timestamp,
) -> Announcement {
    let at = |text: &Option<Text>| moment::edge(&text.as_ref()?.value, moment::Edge::Start);
    Announcement {
        pre_order: rights::pre_order(deals, created),
        display: at(&delivered.display),
        cover: at(&delivered.cover),
        track_list: at(&delivered.track_list),
        clip: at(&delivered.clip),
    }
}

fn string(text: &Option<Text>) -> Option<String> {
    text.as_ref().map(|text| text.value.clone())
}

fn kind(delivered: &DeliveredRelease) -> ReleaseKind {
    match delivered
        .kind
        .as_ref()
        .map(Text::as_str)
        .unwrap_or_default()
    {
        "Compilation" => ReleaseKind::Compilation,
        "Single" | "SingleResourceRelease" | "MaxiSingle" => ReleaseKind::Single,
        "EP" | "MiniAlbum" => ReleaseKind::Ep,
        kind if kind.contains("Album") || kind.contains("BoxSet") => ReleaseKind::Album,
        _ => ReleaseKind::Other,
    }
}

fn advisory(text: Option<&Text>) -> Advisory {
    match text.map(Text::as_str).unwrap_or_default() {
        "Explicit" => Advisory::Explicit,
        "ExplicitContentEdited" => Advisory::Clean,
        "NotExplicit" => Advisory::None,
        _ => Advisory::Unknown,
    }
}

/// Credits in order, each name and role once.
fn credits(delivered: &[DeliveredCredit]) -> Vec<Credit> {
    let mut credits: Vec<Credit> = Vec::with_capacity(delivered.len());
    for credit in delivered {
        let isni = credit
            .isni
            .as_ref()
            .and_then(|text| identifiers::isni(&text.value).ok());
        let role = match credit.role.as_str() {
            "MainArtist" => Role::MainArtist,
            "FeaturedArtist" => Role::FeaturedArtist,
            "Composer" => Role::Composer,
            "Lyricist" => Role::Lyricist,
            "Producer" | "StudioProducer" => Role::Producer,
            other => Role::Other(other.to_owned()),
        };
        let ipi = credit.ipi.as_ref();
        let ipi = ipi.and_then(|text| identifiers::ipi(&text.value).ok());
        let credit = Credit {
            ipi,
            ..Credit::new(credit.name.value.clone(), isni, role)
        };
        let known = credits
            .iter()
            .any(|other| other.artist == credit.artist && other.role == credit.role);
        if !known {
            credits.push(credit);
        }
    }
    credits
}
