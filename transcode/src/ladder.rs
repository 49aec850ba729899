//! Under which name does a rendition stand, so that present means done?
//!
//! The name is a hash of everything that decides its bytes: the master, the entry of the ladder,
//! the loudness policy and the chunking (where they matter), and the encoder with its version.

use crate::config::{Config, Profile};
use catalog::ids::Sha256;

/// The encoders whose versions decide bytes. A test holds them against the lock file; the last word
/// is raised by hand when the code around an encoder changes its output.
pub const ENCODERS: [&str; 2] = [
    "vorbis_rs 0.5.6, aotuv_lancer_vorbis_sys 0.1.6, chunks 2, qualities 2",
    "flac-bound 0.5.0, libflac-sys 0.3.4, tags 3",
];

/// The name of a rendition. `album` names the tracks that it is levelled or tagged with.
pub fn rendition_key(
    master: &Sha256,
    album: Option<&Sha256>,
    name: &str,
    profile: &Profile,
    config: &Config,
) -> Sha256 {
    let lossy = !matches!(profile, Profile::Flac(_));
    let canonical = serde_json::json!({
        "master": master,
        "album": album,
        "name": name,
        "profile": profile,
        "chunks": config.chunks,
        // FLAC carries its gain in a tag that does not depend on the policy.
        "loudness": lossy.then_some(config.loudness),
        "encoder": ENCODERS[usize::from(!lossy)],
    });
    Sha256::of(canonical.to_string().as_bytes())
}

/// The object that holds a rendition's index.
pub fn rendition_path(key: &Sha256) -> String {
    format!("renditions/{key}.json")
}

/// The object that holds a master's set under a ladder, as a part of an album.
pub fn set_path(ladder: &Sha256, master: &Sha256, album: Option<&Sha256>) -> String {
    match album {
        Some(album) => format!(
            "transcodes/{ladder}/{master}-{}.json",
            &album.to_string()[..16]
        ),
        None => format!("transcodes/{ladder}/{master}.json"),
    }
}

/// The serial number of a rendition's Ogg stream: the same for the same rendition.
pub fn serial(key: &Sha256) -> u32 {
    u32::from_le_bytes([key.0[0], key.0[1], key.0[2], key.0[3]])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(config: &Config) -> Vec<Sha256> {
        let master = Sha256::of(b"master");
        let key =
            |(name, profile): (&str, &Profile)| rendition_key(&master, None, name, profile, config);
        config.profiles().into_iter().map(key).collect()
    }

    fn changed(text: &str) -> Vec<bool> {
        let table: toml::Table = text.parse().expect("toml");
        let config = Config::load(Some(&table)).expect("sound");
        let before = keys(&Config::load(None).expect("defaults"));
        keys(&config)
            .iter()
            .zip(before)
            .map(|(after, before)| *after != before)
            .collect()
    }

    #[test]
    fn changing_one_entry_renames_only_that_entry() {
        let expected = [false, true, false, false, false, false];
        assert_eq!(changed("[ladder.vorbis-96]\nquality = 0.25"), expected);
    }

    #[test]
    fn a_new_target_renames_all_but_flac() {
        assert_eq!(
            changed("[loudness]\ntarget_lufs = -16.0"),
            [true, true, true, true, false, true]
        );
    }

    #[test]
    fn the_encoders_are_those_of_the_lock_file() {
        let lock = include_str!("../../Cargo.lock");
        for encoder in ENCODERS
            .iter()
            .flat_map(|encoders| encoders.split(", ").take(2))
        {
            let (name, version) = encoder.split_once(' ').expect("name and version");
            let entry = format!("name = \"{name}\"\nversion = \"{version}\"");
            assert!(lock.contains(&entry), "{entry} is not in Cargo.lock");
        }
    }
}
