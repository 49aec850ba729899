//! What is a release, a track, an artist's credit? The catalogue's words, after DDEX ERN 4.3.
//!
//! A *recording* is one audio (ISRC). A *track* is its appearance on a *release* (disc, number, its
//! own rights). Recommendations speak of recordings, playback of tracks.

use crate::ids::{ArtistId, Gtin, Isrc, RecordingId, ReleaseId, Sha256, TrackId};
use crate::rights::Rights;
pub use crate::soundprint::Soundprint;
use crate::units::{Frames, Millis, SampleRate};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

/// What a label sells as one thing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Release {
    /// Our name for it: from `sender` and `reference`.
    pub id: ReleaseId,
    /// Who delivers it: a DPID, or a name for labels without DDEX.
    pub sender: String,
    /// The sender's key for it: the GTIN (13 or 14 digits), else GRid, else a proprietary number.
    pub reference: String,
    /// UPC or EAN, where it has one.
    pub gtin: Option<Gtin>,
    /// Global Release Identifier, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grid: Option<String>,
    /// The sender's own number, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proprietary_id: Option<String>,
    /// Title without version.
    pub title: String,
    /// "Deluxe Edition", "Remastered 2020".
    pub version: Option<String>,
    /// Album, single, …
    pub kind: ReleaseKind,
    /// In the order in which they are displayed.
    pub artists: Vec<Credit>,
    /// The label's name as displayed.
    pub label: String,
    /// Phonographic copyright: "2021 Example Records".
    pub p_line: Option<String>,
    /// Copyright of the package.
    pub c_line: Option<String>,
    /// First publication anywhere.
    pub original_date: Option<PartialDate>,
    /// Publication of this release.
    pub release_date: Option<PartialDate>,
    /// Ours and the label's word.
    pub genre: Option<Genre>,
    /// BCP 47 tag.
    pub language: Option<String>,
    /// The front cover.
    pub artwork: Option<Artwork>,
    /// What may be shown before it may be heard.
    #[serde(default, skip_serializing_if = "Announcement::is_empty")]
    pub announcement: Announcement,
    /// Sorted by disc, then number.
    pub tracks: Vec<Track>,
}

/// A recording's appearance on a release.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Track {
    /// From the release, disc, number and ISRC.
    pub id: TrackId,
    /// From the ISRC.
    pub recording: RecordingId,
    /// From one.
    pub disc: u16,
    /// From one, on its disc.
    pub number: u16,
    /// The recording's code.
    pub isrc: Isrc,
    /// Title without version.
    pub title: String,
    /// "Live", "Radio Edit".
    pub version: Option<String>,
    /// In the order in which they are displayed; composers and others after them.
    pub artists: Vec<Credit>,
    /// As the label says; the master's own length is in [`Master::frames`].
    pub duration: Millis,
    /// Parental advisory.
    pub advisory: Advisory,
    /// Ours and the label's word; where missing, the release's counts.
    pub genre: Option<Genre>,
    /// Language of the lyrics, BCP 47.
    pub language: Option<String>,
    /// The work's code.
    pub iswc: Option<String>,
    /// Licence under which the audio may be redistributed, where the label says (SPDX id).
    pub licence: Option<String>,
    /// Where the audio comes from, where the label says.
    pub origin: Option<String>,
    /// The audio; `None` while the assets are awaited.
    pub master: Option<Master>,
    /// The words, where delivered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lyrics: Option<Lyrics>,
    /// What may be shown before it may be heard.
    #[serde(default, skip_serializing_if = "Announcement::is_empty")]
    pub announcement: Announcement,
    /// Where, how and when it may be heard.
    pub rights: Rights,
}

/// From which instants a release or track may be announced (DDEX ERN: pre-order deals, preview and
/// display dates). What is missing follows the first window of the rights.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Announcement {
    /// May be ordered in advance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pre_order: Option<Timestamp>,
    /// May be shown at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display: Option<Timestamp>,
    /// Its cover may be shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cover: Option<Timestamp>,
    /// Its track list may be shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub track_list: Option<Timestamp>,
    /// Its clips may be heard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clip: Option<Timestamp>,
}

impl Announcement {
    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        *self == Announcement::default()
    }
}

/// The label's own audio file, kept for ever.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Master {
    /// Names the blob in the store.
    pub sha256: Sha256,
    /// Size of the file.
    pub bytes: u64,
    /// "flac", "wav", …
    pub format: String,
    /// Samples per channel, counted by decoding to the end.
    pub frames: Frames,
    /// Samples per second.
    pub sample_rate: SampleRate,
    /// 1 mono, 2 stereo, 6 for 5.1.
    pub channels: u8,
    /// Bits per sample, where the format has them.
    pub bits: Option<u8>,
    /// How its loudness runs: 64 levels, for telling whether two masters are one recording.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub soundprint: Option<Soundprint>,
}

impl Master {
    /// Whether both are one recording: the same bytes, or else the same course of loudness over the same
    /// length. Without soundprints only the length speaks.
    pub fn is_same_audio(&self, other: &Master) -> bool {
        if self.sha256 == other.sha256 {
            return true;
        }
        let own = self.frames.at(self.sample_rate).0;
        let theirs = other.frames.at(other.sample_rate).0;
        match (&self.soundprint, &other.soundprint) {
            (Some(a), Some(b)) => a.agrees(own, b, theirs),
            _ => own.abs_diff(theirs) <= 2_000,
        }
    }
}

/// The words of a song as delivered: a file that [`crate::lyrics`] reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lyrics {
    /// Names the blob in the store.
    pub sha256: Sha256,
    /// Size of the file.
    pub bytes: u64,
    /// Whether its lines have times.
    pub timed: bool,
}

/// The front cover as delivered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Artwork {
    /// Names the blob in the store.
    pub sha256: Sha256,
    /// Size of the file.
    pub bytes: u64,
    /// "jpeg" or "png".
    pub format: String,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
}

/// Somebody's part in a release or track.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credit {
    /// One artist, whatever the spelling.
    pub artist: ArtistId,
    /// As displayed here.
    pub name: String,
    /// 16 characters, where delivered.
    pub isni: Option<String>,
    /// IPI name number, 11 digits, where delivered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ipi: Option<String>,
    /// What they did.
    pub role: Role,
}

impl Credit {
    /// A credit by name, and by ISNI where there is one.
    pub fn new(name: impl Into<String>, isni: Option<String>, role: Role) -> Credit {
        let name = name.into();
        let artist = match &isni {
            Some(isni) => ArtistId::of_isni(isni),
            None => ArtistId::of_name(&name),
        };
        Credit {
            artist,
            name,
            isni,
            ipi: None,
            role,
        }
    }
}

/// What somebody did (DDEX AVS `DisplayArtistRole` and `ContributorRole`; others by their own word).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Role {
    /// Whose release or track it is.
    MainArtist,
    /// "feat."
    FeaturedArtist,
    /// Wrote the music.
    Composer,
    /// Wrote the words.
    Lyricist,
    /// Produced the recording.
    Producer,
    /// The word of the message.
    Other(String),
}

impl Role {
    /// Whether the name stands beside the title.
    pub fn is_displayed(&self) -> bool {
        matches!(self, Role::MainArtist | Role::FeaturedArtist)
    }
}

/// DDEX AVS `ReleaseType`, as far as listeners see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum ReleaseKind {
    Album,
    Single,
    Ep,
    Compilation,
    Other,
}

/// DDEX AVS `ParentalWarningType`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Advisory {
    /// `Explicit`.
    Explicit,
    /// `ExplicitContentEdited`.
    Clean,
    /// `NotExplicit`.
    None,
    /// `NoAdviceAvailable`, `Unknown` or missing.
    Unknown,
}

/// A genre: our taxonomy's code and the label's own word.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Genre {
    /// Lower case, as in [`crate::genre::TAXONOMY`].
    pub code: String,
    /// As delivered.
    pub delivered: String,
}

/// A date that may lack its day, or day and month: `2004`, `2004-05`, `2004-05-17` (DDEX, ISO 8601).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PartialDate {
    year: i16,
    month: Option<i8>,
    day: Option<i8>,
}

impl PartialDate {
    /// The year.
    pub fn year(&self) -> i16 {
        self.year
    }

    /// The first day that the date can mean.
    pub fn first_day(&self) -> jiff::civil::Date {
        jiff::civil::date(self.year, self.month.unwrap_or(1), self.day.unwrap_or(1))
    }
}

/// A text that is not a date of the calendar.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("date `{0}`: expected YYYY, YYYY-MM or YYYY-MM-DD of the calendar")]
pub struct DateError(String);

impl FromStr for PartialDate {
    type Err = DateError;

    fn from_str(text: &str) -> Result<PartialDate, DateError> {
        let refuse = || DateError(text.chars().take(40).collect());
        let digits = |part: &str, length: usize| -> Result<i16, DateError> {
            let well_formed = part.len() == length && part.bytes().all(|b| b.is_ascii_digit());
            well_formed
                .then(|| part.parse().ok())
                .flatten()
                .ok_or_else(refuse)
        };
        let mut parts = text.trim().split('-');
        let year = digits(parts.next().unwrap_or_default(), 4)?;
        let month = parts
            .next()
            .map(|part| digits(part, 2))
            .transpose()?
            .map(|month| month as i8);
        let day = parts
            .next()
            .map(|part| digits(part, 2))
            .transpose()?
            .map(|day| day as i8);
        let real = jiff::civil::Date::new(year, month.unwrap_or(1), day.unwrap_or(1)).is_ok();
        match real && parts.next().is_none() {
            true => Ok(PartialDate { year, month, day }),
            false => Err(refuse()),
        }
    }
}

impl fmt::Display for PartialDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}", self.year)?;
        self.month
            .map_or(Ok(()), |month| write!(f, "-{month:02}"))?;
        self.day.map_or(Ok(()), |day| write!(f, "-{day:02}"))
    }
}
impl Serialize for PartialDate {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
impl<'de> Deserialize<'de> for PartialDate {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

/// Everything that was accepted and is in force: what the fold over the delivery log gives.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Catalogue {
    /// Sorted by id.
    pub releases: Vec<Release>,
}

impl Catalogue {
    /// Every track with its release, by release id, then disc and number.
    pub fn tracks(&self) -> impl Iterator<Item = (&Release, &Track)> {
        self.releases
            .iter()
            .flat_map(|release| release.tracks.iter().map(move |track| (release, track)))
    }

    /// Every recording with its tracks, by recording id.
    pub fn recordings(&self) -> BTreeMap<RecordingId, Vec<(&Release, &Track)>> {
        let mut recordings: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (release, track) in self.tracks() {
            recordings
                .entry(track.recording)
                .or_default()
                .push((release, track));
        }
        recordings
    }

    /// Every master once, by SHA-256: the input of the per-recording jobs.
    pub fn masters(&self) -> BTreeMap<Sha256, &Master> {
        self.tracks()
            .filter_map(|(_, track)| track.master.as_ref())
            .map(|master| (master.sha256, master))
            .collect()
    }

    /// A hash of all that the catalogue says, for jobs that name their results by their inputs.
    pub fn digest(&self) -> Sha256 {
        Sha256::of(serde_json::to_vec(self).expect("a catalogue is plain data"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_may_lack_parts_but_must_exist() {
        for text in ["2004", "2004-05", "2004-02-29"] {
            assert_eq!(text.parse::<PartialDate>().unwrap().to_string(), text);
        }
        for text in [
            "2004-13-45",
            "2003-02-29",
            "04",
            "2004-5-1",
            "2004-05-17-1",
            "",
            "２００４",
        ] {
            assert!(text.parse::<PartialDate>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_credit_with_an_isni_is_one_artist_under_every_spelling() {
        let isni = Some("000000012146438X".to_owned());
        let a = Credit::new("The Beatles", isni.clone(), Role::MainArtist);
        let b = Credit::new("Beatles, The", isni, Role::MainArtist);
        assert_eq!(a.artist, b.artist);
        assert_ne!(
            a.artist,
            Credit::new("The Beatles", None, Role::MainArtist).artist
        );
    }
}
