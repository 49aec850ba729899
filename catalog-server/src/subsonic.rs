//! How does a Subsonic client play from an edition?
//!
//! The reading half of the OpenSubsonic API 1.16.1 (<https://opensubsonic.netlify.app>): every method
//! is `/rest/<method>` or `/rest/<method>.view`, by GET or by form POST, answered in XML or JSON with
//! HTTP status 200 and its own error codes. Subsonic knows no "greyed out": what a listener may not
//! hear is left out. What would write is answered as [`writes`] says.

mod albums;
mod artists;
mod envelope;
mod login;
mod lyrics;
mod media;
mod mixes;
mod seek;
mod shape;
mod songs;
mod writes;
mod xml;

use crate::app::App;
use crate::browse::eye;
use crate::live::Live;
use crate::show::Eye;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::Response;
use catalog::ids::{ArtistId, ReleaseId, TrackId};
use envelope::{Fault, Format, failed, succeeded};
pub(crate) use login::password;
use login::{User, log_in};
use serde_json::{Value, json};
use std::str::FromStr;
use std::sync::Arc;

use http::{HeaderMap, Method, Uri};

/// The version of the API that is spoken.
pub(crate) const VERSION: &str = "1.16.1";

/// Things of one list that an answer holds at most; the API's own limit.
const MAX_COUNT: usize = 500;

/// A method's answer: the members of `subsonic-response`.
type Answer = Result<Value, Fault>;

/// The parameters of a request: of the query and, by POST, of the form.
#[derive(Debug, Default)]
pub(crate) struct Asked(Vec<(String, String)>);

impl Asked {
    fn read(query: Option<&str>, form: &[u8]) -> Asked {
        let query = url::form_urlencoded::parse(query.unwrap_or_default().as_bytes());
        let form = url::form_urlencoded::parse(form);
        let pairs = query.chain(form);
        Asked(
            pairs
                .map(|(name, value)| (name.into_owned(), value.into_owned()))
                .collect(),
        )
    }

    /// A parameter that says something.
    fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known == name);
        found
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }

    fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let of_name = move |(known, _): &&(String, String)| known == name;
        self.0
            .iter()
            .filter(of_name)
            .map(|(_, value)| value.as_str())
    }

    fn need(&self, name: &str) -> Result<&str, Fault> {
        self.get(name).ok_or_else(|| Fault::missing(name))
    }

    /// A number; what is none counts as not said.
    fn number<T: FromStr>(&self, name: &str) -> Option<T> {
        self.get(name)?.parse().ok()
    }

    /// How many are wanted, within the API's limit.
    fn count(&self, name: &str, default: usize) -> usize {
        self.number(name).unwrap_or(default).min(MAX_COUNT)
    }
}

/// One call: who asks what of which edition.
struct Call<'a> {
    live: &'a Live,
    eye: Eye<'a>,
    asked: &'a Asked,
    user: &'a User,
    /// Seconds since 1970, for what may differ from time to time.
    now: i64,
    list_length: usize,
}

/// What an id of ours names. A prefix tells the kind: clients ask for the cover of anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Named {
    Track(TrackId),
    Release(ReleaseId),
    Artist(ArtistId),
}

impl Named {
    fn read(id: &str) -> Option<Named> {
        let (kind, id) = id.split_once('-')?;
        match kind {
            "tr" => id.parse().ok().map(Named::Track),
            "al" => id.parse().ok().map(Named::Release),
            "ar" => id.parse().ok().map(Named::Artist),
            _ => None,
        }
    }
}

impl Call<'_> {
    /// What the parameter `id` names.
    fn named(&self) -> Result<Named, Fault> {
        let id = self.asked.need("id")?;
        Named::read(id).ok_or_else(|| Fault::not_found(id))
    }

    /// The row of the track that the parameter `id` names.
    fn track_row(&self) -> Result<u32, Fault> {
        match self.named()? {
            Named::Track(id) => self.live.catalogue.track_row(&id),
            _ => None,
        }
        .ok_or_else(|| Fault::not_found(self.asked.get("id").unwrap_or_default()))
    }
}

/// `/rest/{method}`, by GET and POST.
pub(crate) async fn rest(
    State(app): State<Arc<App>>,
    Path(method): Path<String>,
    verb: Method,
    uri: Uri,
    headers: HeaderMap,
    form: Bytes,
) -> Response {
    let asked = Asked::read(uri.query(), &form);
    let format = Format::of(&asked);
    let method = method.strip_suffix(".view").unwrap_or(&method);
    match answer(&app, method, &asked, &verb, &headers, &format).await {
        Ok(response) => response,
        Err(fault) => failed(&format, &fault),
    }
}

async fn answer(
    app: &Arc<App>,
    method: &str,
    asked: &Asked,
    verb: &Method,
    headers: &HeaderMap,
    format: &Format,
) -> Result<Response, Fault> {
    if method == "getOpenSubsonicExtensions" {
        return Ok(succeeded(format, extensions()));
    }
    let user = log_in(app, asked)?;
    app.check_rate(user.listener.id)
        .map_err(|_| Fault::generic("too many requests; slow down"))?;
    let live = app.editions.current().ok_or_else(Fault::no_edition)?;
    let call = Call {
        live: &live,
        eye: eye(app, &live, user.listener),
        asked,
        user: &user,
        now: app.now().as_second(),
        list_length: app.config.answers.list_length,
    };
    match method {
        "stream" | "download" => media::stream(app, &call, method, verb, headers).await,
        "getCoverArt" => media::cover(app, &call).await,
        "getLyrics" => Ok(succeeded(format, call.lyrics(app).await?)),
        "getLyricsBySongId" => Ok(succeeded(format, call.lyrics_by_song_id(app).await?)),
        _ => {
            // Lists over a whole edition take milliseconds: not on a thread that others wait for.
            let value = tokio::task::block_in_place(|| call.dispatch(method))?;
            Ok(succeeded(format, value))
        }
    }
}

fn extensions() -> Value {
    let named = [
        "apiKeyAuthentication",
        "formPost",
        "songLyrics",
        "sonicSimilarity",
        "topSongsByArtistId",
    ];
    let listed = named.map(|name| json!({"name": name, "versions": [1]}));
    json!({ "openSubsonicExtensions": listed })
}

impl Call<'_> {
    fn dispatch(&self, method: &str) -> Answer {
        match method {
            "ping" => Ok(json!({})),
            "getLicense" => Ok(json!({"license": {"valid": true}})),
            "tokenInfo" => Ok(json!({"tokenInfo": {"username": self.user.name}})),
            "getUser" => self.user_info(),
            "getScanStatus" => Ok(json!({"scanStatus": {
                "scanning": false, "count": self.live.catalogue.tracks(),
            }})),
            "getMusicFolders" => {
                Ok(json!({"musicFolders": {"musicFolder": [{"id": 1, "name": "Music"}]}}))
            }
            "getArtists" => self.artists(),
            "getIndexes" => self.indexes(),
            "getArtist" => self.artist(),
            "getArtistInfo" => self.artist_info("artistInfo"),
            "getArtistInfo2" => self.artist_info("artistInfo2"),
            "getMusicDirectory" => self.directory(),
            "getAlbum" => self.album(),
            "getAlbumInfo" | "getAlbumInfo2" => self.album_info(),
            "getAlbumList" => self.album_list("albumList"),
            "getAlbumList2" => self.album_list("albumList2"),
            "getGenres" => self.genres(),
            "getSong" => self.song(),
            "getRandomSongs" => self.random_songs(),
            "getSongsByGenre" => self.songs_by_genre(),
            "getTopSongs" => self.top_songs(),
            "getSimilarSongs" => self.similar_songs("similarSongs"),
            "getSimilarSongs2" => self.similar_songs("similarSongs2"),
            "getSonicSimilarTracks" => self.sonic_similar(),
            "findSonicPath" => self.sonic_path(),
            "search2" => self.search("searchResult2"),
            "search3" => self.search("searchResult3"),
            "getPlaylists" => self.playlists(),
            "getPlaylist" => self.playlist(),
            other => self.stateless(other),
        }
    }

    fn user_info(&self) -> Answer {
        let about = self.asked.need("username")?;
        if about != self.user.name {
            return Err(Fault::not_authorised("only your own user can be asked for"));
        }
        let mut user = json!({
            "username": about, "scrobblingEnabled": true, "streamRole": true, "downloadRole": true,
            "folder": [1],
        });
        for role in [
            "admin",
            "settings",
            "upload",
            "playlist",
            "coverArt",
            "comment",
            "podcast",
            "jukebox",
            "share",
            "videoConversion",
        ] {
            user[format!("{role}Role")] = false.into();
        }
        if self.user.listener.tier == crate::identity::Tier::Free {
            user["maxBitRate"] = crate::ladder::FREE_KBPS.into();
        }
        Ok(json!({ "user": user }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_come_from_query_and_form_alike() {
        let asked = Asked::read(
            Some("u=a%20b&id=1&id=2&empty="),
            b"query=caf%C3%A9&songCount=9999",
        );
        assert_eq!(asked.get("u"), Some("a b"));
        assert_eq!(asked.get("empty"), None);
        assert_eq!(asked.get("query"), Some("café"));
        assert_eq!(asked.all("id").collect::<Vec<_>>(), ["1", "2"]);
        assert_eq!(asked.count("songCount", 20), MAX_COUNT);
        assert_eq!(asked.count("albumCount", 20), 20);
        assert_eq!(asked.need("x").unwrap_err().code, 10);
    }

    #[test]
    fn an_id_tells_its_kind() {
        let track = TrackId::of(
            &ReleaseId::of("s", "r"),
            1,
            1,
            &"DEA100000001".parse().unwrap(),
        );
        assert_eq!(
            Named::read(&format!("tr-{track}")),
            Some(Named::Track(track))
        );
        for strange in ["", "tr-", "tr", "xx-1", &track.to_string(), "al-../../etc"] {
            assert_eq!(Named::read(strange), None, "{strange}");
        }
    }
}
