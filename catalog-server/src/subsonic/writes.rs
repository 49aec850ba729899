//! What is answered to calls that would write, or that ask for what they would have written?
//!
//! Nothing is kept here. A scrobble and a playback report are told to the log, where a collector of
//! plays finds them, and answered `ok`, so that clients do not queue them for ever. A star, a
//! rating, a playlist or a bookmark would be promised and lost: error 50, not authorised. Asking for
//! such things gives empty lists; asking for what an edition never has (podcasts, videos, radio
//! stations, shares) does too.

use super::envelope::Fault;
use super::{Answer, Call, Named};
use serde_json::json;

/// Scrobbles that one call may carry.
const MAX_SCROBBLES: usize = 100;

impl Call<'_> {
    pub(super) fn stateless(&self, method: &str) -> Answer {
        Ok(match method {
            "scrobble" => return self.scrobble(),
            "reportPlayback" => json!({}),
            "getStarred" => json!({"starred": {}}),
            "getStarred2" => json!({"starred2": {}}),
            "getNowPlaying" => json!({"nowPlaying": {}}),
            "getBookmarks" => json!({"bookmarks": {}}),
            "getPodcasts" => json!({"podcasts": {}}),
            "getNewestPodcasts" => json!({"newestPodcasts": {}}),
            "getInternetRadioStations" => json!({"internetRadioStations": {}}),
            "getShares" => json!({"shares": {}}),
            "getVideos" => json!({"videos": {}}),
            "getChatMessages" => json!({"chatMessages": {}}),
            // Nothing was saved: the answer has no queue (the API allows its absence).
            "getPlayQueue" | "getPlayQueueByIndex" => json!({}),
            "getAvatar" | "getPodcastEpisode" | "getVideoInfo" | "getCaptions" => {
                return Err(Fault::not_found(self.asked.get("id").unwrap_or(method)));
            }
            _ if WRITES.contains(&method) => {
                return Err(Fault::not_authorised("this server only reads"));
            }
            other => {
                let other: String = other.chars().take(40).collect();
                return Err(Fault::generic(format!("there is no method {other} here")));
            }
        })
    }

    /// One or more songs, each with its time in milliseconds since 1970, or none for now.
    fn scrobble(&self) -> Answer {
        self.asked.need("id")?;
        let submission = self.asked.get("submission") != Some("false");
        let mut times = self.asked.all("time");
        for id in self.asked.all("id").take(MAX_SCROBBLES) {
            let known = match Named::read(id) {
                Some(Named::Track(track)) => self.live.catalogue.track_row(&track),
                _ => None,
            };
            known.ok_or_else(|| Fault::not_found(id))?;
            let at_ms = times.next().and_then(|time| time.parse::<i64>().ok());
            let at_ms = at_ms.unwrap_or(self.now.saturating_mul(1000));
            let listener = self.user.listener.id;
            tracing::info!(target: "plays", listener, track = &id[3..], at_ms, submission);
        }
        Ok(json!({}))
    }
}

const WRITES: [&str; 29] = [
    "addChatMessage",
    "changePassword",
    "createBookmark",
    "createInternetRadioStation",
    "createPlaylist",
    "createPodcastChannel",
    "createShare",
    "createUser",
    "deleteBookmark",
    "deleteInternetRadioStation",
    "deletePlaylist",
    "deletePodcastChannel",
    "deletePodcastEpisode",
    "deleteShare",
    "deleteUser",
    "downloadPodcastEpisode",
    "getUsers",
    "jukeboxControl",
    "refreshPodcasts",
    "savePlayQueue",
    "savePlayQueueByIndex",
    "setRating",
    "star",
    "startScan",
    "unstar",
    "updateInternetRadioStation",
    "updatePlaylist",
    "updateShare",
    "updateUser",
];
