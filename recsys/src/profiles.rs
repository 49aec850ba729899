//! What did listeners say of themselves? Whether they want explicit recordings, whom they follow.
//!
//! `listeners/profiles.ndjson` in the store: one JSON object per line,
//! `{"listener": 7, "explicit": false, "follows": ["<artist id>", …]}`; everything but the number may be
//! missing. A line that cannot be read says nothing: a listener without a profile is served like anybody.

use std::collections::BTreeMap;

use catalog::ids::ArtistId;
use serde::Deserialize;

/// Where the file stands in the store.
pub const KEY: &str = "listeners/profiles.ndjson";

/// One listener's word.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Profile {
    listener: u64,
    /// Whether explicit recordings may be on the listener's lists.
    #[serde(default = "yes")]
    pub explicit: bool,
    /// Artists that the listener follows, as ids.
    #[serde(default)]
    follows: Vec<String>,
}

fn yes() -> bool {
    true
}

impl Profile {
    /// Artists that the listener follows.
    pub fn follows(&self) -> impl Iterator<Item = ArtistId> + '_ {
        self.follows.iter().filter_map(|id| id.parse().ok())
    }
}

/// All profiles by listener's number; of two lines on one listener the later counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Profiles(BTreeMap<u64, Profile>);

impl Profiles {
    /// Reads the file's lines.
    pub fn parse(bytes: &[u8]) -> Self {
        let lines = bytes.split(|&byte| byte == b'\n');
        let profiles = lines.filter_map(|line| serde_json::from_slice::<Profile>(line).ok());
        Self(
            profiles
                .map(|profile| (profile.listener, profile))
                .collect(),
        )
    }

    /// A listener's profile.
    pub fn get(&self, listener: u64) -> Option<&Profile> {
        self.0.get(&listener)
    }

    /// Whether only recordings that are not explicit may be shown to a listener.
    pub fn clean(&self, listener: u64) -> bool {
        self.get(listener).is_some_and(|profile| !profile.explicit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_cannot_be_read_says_nothing() {
        let text = "{\"listener\":7,\"explicit\":false}\nrubbish\n{\"listener\":8,\"follows\":[\"no id\"]}\n";
        let profiles = Profiles::parse(text.as_bytes());
        assert!(profiles.clean(7) && !profiles.clean(8) && !profiles.clean(9));
        assert_eq!(profiles.get(8).unwrap().follows().count(), 0);
    }
}
