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
use catalog::ids::{ArtistId, Gtin, Isrc, RecordingId, ReleaseId, TrackId};
use catalog::release::{
    Advisory, Announcement, Artwork, Credit, Genre, Lyrics, Master, Release, ReleaseKind, Role,
    Track,
};
use catalog::units::Millis;
use jiff::Timestamp;
use std::collections::HashMap;

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
    let mut words = Words::default();
    let mut tracks = Vec::with_capacity(delivered.tracks.len());
    for track in &delivered.tracks {
        tracks.push(map_track(
            &id, track, delivered, evidence, created, &mut words,
        )?);
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
        artists: words.credits(&delivered.artists),
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
        genre: words.genre(&delivered.genre),
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

fn map_track<'a>(
    release: &ReleaseId,
    track: &'a DeliveredTrack,
    delivered: &DeliveredRelease,
    evidence: &Evidence,
    created: Timestamp,
    words: &mut Words<'a>,
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
        artists: words.credits(&track.artists),
        duration: track
            .duration
            .as_ref()
            .and_then(|text| moment::duration(&text.value))
            .unwrap_or(Millis(0)),
        advisory: advisory(track.advisory.as_ref()),
        genre: words.genre(&track.genre),
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
        lyrics: track.lyrics.as_ref().and_then(|file| {
            let (held, timed) = evidence.words(&file.uri.value)?;
            Some(Lyrics {
                sha256: held.sha256,
                bytes: held.bytes,
                timed,
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

/// Words that a release's tracks repeat, each looked up once.
#[derive(Default)]
struct Words<'a> {
    genres: HashMap<&'a str, Genre>,
    artists: HashMap<(&'a str, Option<String>), ArtistId>,
}

impl<'a> Words<'a> {
    fn genre(&mut self, delivered: &'a Option<Text>) -> Option<Genre> {
        let word = delivered.as_ref()?.as_str();
        let known = self.genres.entry(word);
        Some(known.or_insert_with(|| genre::classify(word)).clone())
    }

    /// Credits in order, each name and role once.
    fn credits(&mut self, delivered: &'a [DeliveredCredit]) -> Vec<Credit> {
        let mut credits: Vec<Credit> = Vec::with_capacity(delivered.len());
        for credit in delivered {
            let credit = self.credit(credit);
            let known = credits
                .iter()
                .any(|other| other.artist == credit.artist && other.role == credit.role);
            if !known {
                credits.push(credit);
            }
        }
        credits
    }

    fn credit(&mut self, credit: &'a DeliveredCredit) -> Credit {
        let isni = credit.isni.as_ref();
        let isni = isni.and_then(|text| identifiers::isni(&text.value).ok());
        let name = credit.name.as_str();
        let artist = self.artists.entry((name, isni.clone()));
        let artist = *artist.or_insert_with(|| match &isni {
            Some(isni) => ArtistId::of_isni(isni),
            None => ArtistId::of_name(name),
        });
        let ipi = credit.ipi.as_ref();
        Credit {
            artist,
            name: name.to_owned(),
            ipi: ipi.and_then(|text| identifiers::ipi(&text.value).ok()),
            isni,
            role: role(&credit.role),
        }
    }
}

fn role(word: &str) -> Role {
    match word {
        "MainArtist" => Role::MainArtist,
        "FeaturedArtist" => Role::FeaturedArtist,
        "Composer" => Role::Composer,
        "Lyricist" => Role::Lyricist,
        "Producer" | "StudioProducer" => Role::Producer,
        other => Role::Other(other.to_owned()),
    }
}
