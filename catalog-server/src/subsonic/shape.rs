//! What do a song, an album and an artist look like to a Subsonic client?
//!
//! Only what the edition knows is said: members without a value are left out.

use super::Call;
use crate::ladder::{Offer, Wish, choose};
use crate::live::PREVIEW;
use catalog::edition::catalogue::{CreditView, RenditionView};
use catalog::release::{Advisory, ReleaseKind};
use serde_json::{Map, Value, json};

/// Removes the members that are null.
fn known(mut value: Value) -> Value {
    if let Value::Object(members) = &mut value {
        *members = std::mem::take(members)
            .into_iter()
            .filter(|(_, member)| !member.is_null())
            .collect::<Map<String, Value>>();
    }
    value
}

/// Whether a credit's name stands beside the title.
fn displayed(role: &str) -> bool {
    matches!(role, "MainArtist" | "FeaturedArtist")
}

impl Call<'_> {
    /// A song as the API's `Child`; none if this listener may not hear it.
    pub(super) fn child(&self, row: u32) -> Option<Value> {
        self.eye.gate.playable(row).ok()?;
        let catalogue = &self.live.catalogue;
        let track = catalogue.track(row)?;
        let release = catalogue.release(track.release)?;
        let rendition = self.rendition(track.recording, Wish::default());
        let (main, contributors) = self.credits(catalogue.track_credits(row));
        let (album_artists, _) = self.credits(catalogue.release_credits(track.release));
        let extension = rendition.as_ref().map(|found| found.codec.extension());
        let title = titled(track.title, track.version);
        let artist = joined(&main);
        let loudness = rendition.as_ref().map(|found| found.loudness);
        let peak = loudness.and_then(|loudness| loudness.true_peak);
        Some(known(json!({
            "id": format!("tr-{}", track.id),
            "parent": format!("al-{}", release.id),
            "isDir": false,
            "title": title,
            "album": titled(release.title, release.version),
            "artist": artist,
            "track": track.number,
            "discNumber": track.disc,
            "year": year(release.date),
            "genre": track.genre.or(release.genre),
            "genres": track.genre.or(release.genre).map(|name| json!([{ "name": name }])),
            "coverArt": release.artwork.map(|_| format!("al-{}", release.id)),
            "size": rendition.as_ref().map(|found| found.bytes),
            "contentType": rendition.as_ref().map(|found| found.codec.media_type()),
            "suffix": extension,
            "duration": track.duration.0.div_ceil(1000),
            "bitRate": rendition.as_ref().map(|found| found.nominal_kbps),
            "samplingRate": rendition.as_ref().and_then(|found| found.sample_rate).map(|rate| rate.hz()),
            "channelCount": rendition.as_ref().map(|found| found.channels),
            "path": path(&artist, release.title, track.number, &title, extension),
            "created": created(release.date),
            "albumId": format!("al-{}", release.id),
            "artistId": main.first().map(|artist| artist["id"].clone()),
            "type": "music",
            "mediaType": "song",
            "isVideo": false,
            "isrc": track.isrc.map(|isrc| json!([isrc.to_string()])),
            "displayArtist": artist,
            "artists": main,
            "displayAlbumArtist": joined(&album_artists),
            "albumArtists": album_artists,
            "contributors": contributors,
            "explicitStatus": match track.advisory {
                Advisory::Explicit => "explicit",
                Advisory::Clean => "clean",
                Advisory::None | Advisory::Unknown => "",
            },
            // The gain is in the samples already.
            "replayGain": known(json!({
                "trackGain": 0.0,
                "trackPeak": peak.map(|peak| (10f64.powf(peak.0 / 20.0) * 1e4).round() / 1e4),
            })),
        })))
    }

    /// The songs of rows that may be heard, at most so many.
    pub(super) fn children(&self, rows: impl IntoIterator<Item = u32>, count: usize) -> Vec<Value> {
        let songs = rows.into_iter().filter_map(|row| self.child(row));
        songs.take(count).collect()
    }

    /// An album; none if nothing on it may be heard.
    pub(super) fn album_card(&self, row: u32) -> Option<Value> {
        let catalogue = &self.live.catalogue;
        let release = catalogue.release(row)?;
        let playable = |row: &&u32| self.eye.gate.playable(**row).is_ok();
        let heard = release.tracks.iter().filter(playable);
        let tracks: Vec<_> = heard.filter_map(|row| catalogue.track(*row)).collect();
        if tracks.is_empty() {
            return None;
        }
        let (artists, _) = self.credits(catalogue.release_credits(row));
        let ms: u64 = tracks.iter().map(|track| track.duration.0).sum();
        let explicit = tracks
            .iter()
            .any(|track| track.advisory == Advisory::Explicit);
        let kind = match release.kind {
            ReleaseKind::Album => "Album",
            ReleaseKind::Single => "Single",
            ReleaseKind::Ep => "EP",
            ReleaseKind::Compilation => "Compilation",
            ReleaseKind::Other => "Other",
        };
        Some(known(json!({
            "id": format!("al-{}", release.id),
            "name": titled(release.title, release.version),
            "version": release.version,
            "artist": joined(&artists),
            "artistId": artists.first().map(|artist| artist["id"].clone()),
            "coverArt": release.artwork.map(|_| format!("al-{}", release.id)),
            "songCount": tracks.len(),
            "duration": ms.div_ceil(1000),
            "created": created(release.date),
            "year": year(release.date),
            "genre": release.genre,
            "genres": release.genre.map(|name| json!([{ "name": name }])),
            "artists": artists,
            "displayArtist": joined(&artists),
            "recordLabels": [{ "name": release.label }],
            "releaseTypes": [kind],
            "isCompilation": release.kind == ReleaseKind::Compilation,
            "releaseDate": date(release.date),
            "originalReleaseDate": date(release.date),
            "explicitStatus": if explicit { "explicit" } else { "" },
        })))
    }

    /// An album as a folder, for the calls that browse by folders.
    pub(super) fn album_folder(&self, row: u32) -> Option<Value> {
        let mut album = self.album_card(row)?;
        let parent = album.get("artistId").cloned();
        let members = album.as_object_mut()?;
        let title = members.get("name").cloned()?;
        members.insert("title".into(), title.clone());
        members.insert("album".into(), title);
        members.insert("isDir".into(), true.into());
        members.insert("mediaType".into(), "album".into());
        for of_albums_only in [
            "releaseDate",
            "originalReleaseDate",
            "recordLabels",
            "songCount",
        ] {
            members.remove(of_albums_only);
        }
        members.extend(parent.map(|parent| ("parent".to_owned(), parent)));
        Some(album)
    }

    /// An artist with the number of albums that this listener can hear something of.
    pub(super) fn artist_card(&self, row: u32) -> Option<Value> {
        let artist = self.live.catalogue.artist(row)?;
        let albums = artist.releases.iter();
        let heard = albums.filter(|row| self.heard(**row)).count();
        let cover = artist.releases.iter().find(|row| {
            let release = self.live.catalogue.release(**row);
            release.is_some_and(|release| release.artwork.is_some())
        });
        Some(known(json!({
            "id": format!("ar-{}", artist.id),
            "name": artist.name,
            "albumCount": heard,
            "coverArt": cover.map(|_| format!("ar-{}", artist.id)),
            "sortName": artist.name,
            "roles": ["artist"],
        })))
    }

    /// Whether anything on a release may be heard.
    pub(super) fn heard(&self, release: u32) -> bool {
        let release = self.live.catalogue.release(release);
        release.is_some_and(|release| {
            let mut tracks = release.tracks.iter();
            tracks.any(|track| self.eye.gate.playable(*track).is_ok())
        })
    }

    /// The rendition that a wish gets, with the tier's ceiling.
    pub(super) fn rendition(&self, recording: u32, wish: Wish) -> Option<RenditionView<'_>> {
        let all = self.live.catalogue.renditions(recording);
        let mut whole: Vec<_> = all.filter(|found| found.profile != PREVIEW).collect();
        let offers: Vec<Offer> = whole.iter().map(Offer::of).collect();
        let at = choose(&offers, self.user.listener.tier, wish)?;
        Some(whole.swap_remove(at))
    }

    /// The displayed artists, and the others with their roles.
    fn credits<'a>(
        &self,
        credits: impl Iterator<Item = CreditView<'a>>,
    ) -> (Vec<Value>, Vec<Value>) {
        let (mut main, mut others) = (Vec::new(), Vec::new());
        for credit in credits {
            let Some(artist) = self.live.catalogue.artist(credit.artist) else {
                continue;
            };
            let named = json!({"id": format!("ar-{}", artist.id), "name": credit.name});
            if displayed(credit.role) {
                main.push(named);
            } else {
                let role = credit.role.to_lowercase();
                others.push(json!({"role": role, "artist": named}));
            }
        }
        (main, others)
    }
}

fn titled(title: &str, version: Option<&str>) -> String {
    version.map_or_else(
        || title.to_owned(),
        |version| format!("{title} ({version})"),
    )
}

fn joined(artists: &[Value]) -> String {
    let names = artists.iter().filter_map(|artist| artist["name"].as_str());
    names.collect::<Vec<_>>().join(", ")
}

fn year(date: Option<&str>) -> Option<u32> {
    date?.get(..4)?.parse().ok()
}

/// As far as the date is known.
fn date(date: Option<&str>) -> Option<Value> {
    let mut parts = date?.split('-').map(|part| part.parse::<u32>().ok());
    Some(known(json!({
        "year": parts.next().flatten()?, "month": parts.next().flatten(), "day": parts.next().flatten(),
    })))
}

/// The API demands an instant at which a thing came: its first possible day, or the epoch.
pub(super) fn created(date: Option<&str>) -> String {
    let date = date.unwrap_or("1970");
    let rest = match date.len() {
        4 => "-01-01",
        7 => "-01",
        _ => "",
    };
    format!("{date}{rest}T00:00:00Z")
}

/// A path as a file server would have it. Some clients make folders of it; nothing is read by it.
fn path(artist: &str, release: &str, number: u16, title: &str, extension: Option<&str>) -> String {
    let plain = |text: &str| text.replace(['/', '\\'], "_");
    let (artist, release, title) = (plain(artist), plain(release), plain(title));
    format!(
        "{artist}/{release}/{number:02} - {title}.{}",
        extension.unwrap_or("ogg")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_told_as_far_as_it_is_known() {
        assert_eq!(
            date(Some("2004-05")),
            Some(json!({"year": 2004, "month": 5}))
        );
        assert_eq!(date(None), None);
        assert_eq!(created(Some("2004")), "2004-01-01T00:00:00Z");
        assert_eq!(created(Some("2004-05-17")), "2004-05-17T00:00:00Z");
        assert_eq!(year(Some("2004-05-17")), Some(2004));
    }

    #[test]
    fn a_path_has_exactly_three_parts() {
        assert_eq!(
            path("AC/DC", "a\\b", 3, "x/y", None),
            "AC_DC/a_b/03 - x_y.ogg"
        );
    }
}
