//! Which renditions does every master get, and how loud are they?
//!
//! `default.toml` documents every parameter with its unit; an operator's file overrides it table by
//! table.

use crate::Error;
use catalog::config::layered;
use catalog::ids::Sha256;
use catalog::units::{Dbtp, GainDb, Lufs, Millis, SampleRate};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The commented defaults.
pub const DEFAULT: &str = include_str!("default.toml");

/// Everything that decides a rendition.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Which masters are made into renditions.
    pub masters: Masters,
    /// How loud.
    pub loudness: Policy,
    /// Where pages break.
    pub chunks: Chunking,
    /// The entries by name.
    pub ladder: BTreeMap<String, Profile>,
}

/// Which masters are made into renditions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Masters {
    /// Whether masters that were coded lossily before (MP3, AAC, Vorbis) are.
    pub lossy: bool,
}

/// The loudness policy of the lossy renditions.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// Integrated loudness aimed at.
    pub target_lufs: Lufs,
    /// The highest true peak.
    pub ceiling_dbtp: Dbtp,
    /// The largest distance from the plan, LU.
    pub tolerance_lu: f64,
    /// Encodings per rendition, at least 1.
    pub attempts: u32,
    /// What shares one gain.
    pub scope: Scope,
    /// What lossy renditions get.
    pub lossy: Lossy,
    /// Below this a border between two tracks is silent.
    pub silence_lufs: Lufs,
}

/// What shares one gain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// Nothing: every track is levelled by itself.
    Track,
    /// All tracks of a release.
    Album,
    /// Neighbouring tracks that run into each other.
    Auto,
}

/// How a lossy rendition gets its loudness.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lossy {
    /// The gain is applied to the samples; tags say what is left to do.
    Apply,
    /// The samples keep their level, unless they would clip; tags say what to do.
    Tag,
}

/// Where chunks begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chunking {
    /// Length of the first chunk.
    pub first_ms: Millis,
    /// Length of the others.
    pub next_ms: Millis,
}

impl Chunking {
    /// The frame that the `n`-th chunk begins at or just after; the same time at every rate.
    pub fn boundary(&self, n: u64, rate: SampleRate) -> u64 {
        match n {
            0 => 0,
            n => {
                rate.frames(Millis(self.first_ms.0 + (n - 1) * self.next_ms.0))
                    .0
            }
        }
    }
}

/// One entry of the ladder.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Profile {
    /// The whole track as Ogg Vorbis.
    Vorbis(Vorbis),
    /// The whole track as FLAC.
    Flac(Flac),
    /// A representative part as Ogg Vorbis.
    Preview(Preview),
}

/// Parameters of a Vorbis rendition.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vorbis {
    /// Nominal kilobits per second.
    pub kbps: u32,
    /// libvorbis's quality, -0.2 to 1, for what is too short to be tried.
    pub quality: f64,
    /// How far quality may go to reach `kbps`: the lowest and the highest.
    pub qualities: (f64, f64),
    /// The highest rate encoded; masters above are halved.
    pub max_sample_rate: SampleRate,
    /// How much coding adds to peaks: kept free below the ceiling.
    pub overshoot_db: GainDb,
    /// Whether it is made.
    #[serde(default = "yes")]
    pub enabled: bool,
}

/// Parameters of a FLAC rendition.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Flac {
    /// libFLAC's level, 0 to 8.
    pub level: u32,
    /// Whether it is made.
    #[serde(default = "yes")]
    pub enabled: bool,
}

/// Parameters of a preview.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Preview {
    /// Ogg Vorbis, or MP3 where that is built in.
    #[serde(default)]
    pub format: Format,
    /// Nominal kilobits per second.
    pub kbps: u32,
    /// libvorbis's quality, -0.2 to 1, for what is too short to be tried.
    pub quality: f64,
    /// How far quality may go to reach `kbps`: the lowest and the highest.
    pub qualities: (f64, f64),
    /// The highest rate encoded; masters above are halved.
    pub max_sample_rate: SampleRate,
    /// How much coding adds to peaks: kept free below the ceiling.
    pub overshoot_db: GainDb,
    /// Length.
    pub seconds: u32,
    /// Fade at its start.
    pub fade_in_ms: Millis,
    /// Fade at its end.
    pub fade_out_ms: Millis,
    /// Whether it is made.
    #[serde(default = "yes")]
    pub enabled: bool,
}

/// What a preview is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Ogg Vorbis.
    #[default]
    Ogg,
    /// MP3, with the cargo feature `mp3`.
    Mp3,
}

fn yes() -> bool {
    true
}

impl Profile {
    /// Whether it is made.
    pub fn enabled(&self) -> bool {
        match self {
            Profile::Vorbis(profile) => profile.enabled,
            Profile::Flac(profile) => profile.enabled,
            Profile::Preview(profile) => profile.enabled,
        }
    }

    /// What coding adds to peaks.
    pub fn overshoot(&self) -> GainDb {
        match self {
            Profile::Vorbis(profile) => profile.overshoot_db,
            Profile::Preview(profile) => profile.overshoot_db,
            Profile::Flac(_) => GainDb::NONE,
        }
    }

    /// Where it stands in a set: streams from thin to fat, FLAC, then the preview.
    fn rank(&self) -> (u8, u32) {
        match self {
            Profile::Vorbis(profile) => (0, profile.kbps),
            Profile::Flac(profile) => (1, profile.level),
            Profile::Preview(profile) => (2, profile.kbps),
        }
    }
}

impl Config {
    /// The defaults with an operator's section over them.
    ///
    /// # Errors
    /// [`Error::Config`] for unknown keys, [`Error::Value`] for values outside their range.
    pub fn load(section: Option<&toml::Table>) -> Result<Config, Error> {
        let config: Config = layered("transcode", DEFAULT, section)?;
        config.check()?;
        Ok(config)
    }

    /// The entries that are made, in their order.
    pub fn profiles(&self) -> Vec<(&str, &Profile)> {
        let mut profiles: Vec<(&str, &Profile)> = self
            .ladder
            .iter()
            .filter(|(_, profile)| profile.enabled())
            .map(|(name, profile)| (name.as_str(), profile))
            .collect();
        profiles.sort_by_key(|(_, profile)| profile.rank());
        profiles
    }

    /// Names the whole ladder with its policy and encoders: sets made under it stand under it.
    pub fn ladder_id(&self) -> Sha256 {
        let canonical = serde_json::json!({
            "loudness": self.loudness,
            "chunks": self.chunks,
            "ladder": self.profiles(),
            "encoders": crate::ladder::ENCODERS,
        });
        Sha256::of(canonical.to_string().as_bytes())
    }

    fn check(&self) -> Result<(), Error> {
        let value = |key: String, found: String, expected| {
            Err(Error::Value {
                key,
                found,
                expected,
            })
        };
        let policy = &self.loudness;
        if policy.attempts == 0 {
            return value("loudness.attempts".into(), "0".into(), "1 or more");
        }
        if !(0.0..10.0).contains(&policy.tolerance_lu) {
            let found = policy.tolerance_lu.to_string();
            return value("loudness.tolerance_lu".into(), found, "0 to 10");
        }
        if !(-60.0..=0.0).contains(&policy.target_lufs.0) {
            return value(
                "loudness.target_lufs".into(),
                policy.target_lufs.to_string(),
                "-60 to 0",
            );
        }
        if !(-60.0..=0.0).contains(&policy.ceiling_dbtp.0) {
            let found = policy.ceiling_dbtp.to_string();
            return value("loudness.ceiling_dbtp".into(), found, "-60 to 0");
        }
        if !(-70.0..=0.0).contains(&policy.silence_lufs.0) {
            let found = policy.silence_lufs.to_string();
            return value("loudness.silence_lufs".into(), found, "-70 to 0");
        }
        for (key, length) in [
            ("first_ms", self.chunks.first_ms),
            ("next_ms", self.chunks.next_ms),
        ] {
            if !(200..=60_000).contains(&length.0) {
                return value(
                    format!("chunks.{key}"),
                    length.0.to_string(),
                    "200 to 60000",
                );
            }
        }
        self.ladder
            .iter()
            .try_for_each(|(name, profile)| check_profile(name, profile))
    }
}

fn check_profile(name: &str, profile: &Profile) -> Result<(), Error> {
    let value = |key: &str, found: String, expected| {
        Err(Error::Value {
            key: format!("ladder.{name}.{key}"),
            found,
            expected,
        })
    };
    let (qualities, rate) = match profile {
        Profile::Vorbis(p) => ([p.quality, p.qualities.0, p.qualities.1], p.max_sample_rate),
        Profile::Preview(p) if p.seconds == 0 || p.seconds > 600 => {
            return value("seconds", p.seconds.to_string(), "1 to 600");
        }
        Profile::Preview(p) if p.format == Format::Mp3 && !cfg!(feature = "mp3") => {
            return value(
                "format",
                "mp3".into(),
                "ogg: this is built without the feature mp3",
            );
        }
        Profile::Preview(p) => ([p.quality, p.qualities.0, p.qualities.1], p.max_sample_rate),
        Profile::Flac(p) if p.level > 8 => return value("level", p.level.to_string(), "0 to 8"),
        Profile::Flac(_) => return Ok(()),
    };
    if let Some(quality) = qualities
        .iter()
        .find(|quality| !(-0.2..=1.0).contains(*quality))
    {
        return value("quality", quality.to_string(), "-0.2 to 1");
    }
    if qualities[1] > qualities[2] {
        return value(
            "qualities",
            format!("{:?}", &qualities[1..]),
            "the lowest first",
        );
    }
    if !(0.0..=6.0).contains(&profile.overshoot().0) {
        return value("overshoot_db", profile.overshoot().to_string(), "0 to 6");
    }
    if !(8_000..=192_000).contains(&rate.hz()) {
        return value("max_sample_rate", rate.to_string(), "8000 to 192000");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(text: &str) -> Result<Config, Error> {
        let table: toml::Table = text.parse().expect("toml");
        Config::load(Some(&table))
    }

    #[test]
    fn the_default_ladder_runs_from_thin_to_fat_then_flac_then_preview() {
        let config = Config::load(None).expect("the defaults are sound");
        let names: Vec<&str> = config.profiles().iter().map(|(name, _)| *name).collect();
        let expected = [
            "vorbis-24",
            "vorbis-96",
            "vorbis-160",
            "vorbis-320",
            "flac",
            "preview",
        ];
        assert_eq!(names, expected);
    }

    #[test]
    fn an_entry_is_changed_or_left_out_by_its_name() {
        let text = "[ladder.vorbis-24]\nenabled = false\n[ladder.flac]\nlevel = 8";
        let config = with(text).expect("sound");
        assert_eq!(config.profiles().len(), 5);
        assert_ne!(
            config.ladder_id(),
            Config::load(None).expect("defaults").ladder_id()
        );
    }

    #[test]
    fn values_outside_their_range_are_refused_by_name() {
        let error = with("[ladder.vorbis-96]\nquality = 1.5").expect_err("too good");
        let text = error.to_string();
        assert!(
            text.starts_with("[transcode] ladder.vorbis-96.quality: found 1.5"),
            "{text}"
        );
        assert!(with("[loudness]\nattempts = 0").is_err());
        assert!(with("[chunks]\nlast_ms = 3").is_err());
        assert!(with("[ladder.vorbis-96]\nqualities = [0.5, 0.1]").is_err());
        let mp3 = with("[ladder.preview]\nformat = \"mp3\"");
        assert_eq!(mp3.is_ok(), cfg!(feature = "mp3"), "{mp3:?}");
    }

    #[test]
    fn chunks_begin_after_two_seconds_and_then_every_five() {
        let chunks = Config::load(None).expect("defaults").chunks;
        let cd = SampleRate::new(44_100).expect("a rate");
        let starts: Vec<u64> = (0..4).map(|n| chunks.boundary(n, cd)).collect();
        assert_eq!(starts, [0, 88_200, 308_700, 529_200]);
    }
}
