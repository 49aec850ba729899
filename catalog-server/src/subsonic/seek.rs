//! What does a Subsonic client find for what was typed?
//!
//! An empty query (or `""`, as some clients write it) means everything, page by page: so do clients
//! copy a library for offline use.

use super::envelope::Fault;
use super::{Answer, Call};
use search::{Kind, Kinds, MAX_DEPTH, Query};
use serde_json::{Value, json};

impl Call<'_> {
    pub(super) fn search(&self, member: &str) -> Answer {
        let folders = member == "searchResult2";
        let typed = self.asked.get("query").unwrap_or_default();
        let typed = typed.trim().trim_matches('"').trim();
        let artists = self.found(typed, Kind::Artist, "artist")?;
        let albums = self.found(typed, Kind::Release, "album")?;
        let songs = self.found(typed, Kind::Track, "song")?;
        let album = |row: u32| match folders {
            true => self.album_folder(row),
            false => self.album_card(row),
        };
        let artist: Vec<Value> = artists
            .into_iter()
            .filter_map(|row| self.artist_card(row))
            .collect();
        let album: Vec<Value> = albums.into_iter().filter_map(album).collect();
        let song: Vec<Value> = songs
            .into_iter()
            .filter_map(|row| self.child(row))
            .collect();
        Ok(json!({ member: { "artist": artist, "album": album, "song": song } }))
    }

    /// Rows of one kind that may be heard, from `<name>Offset` on, `<name>Count` of them.
    fn found(&self, typed: &str, kind: Kind, name: &str) -> Result<Vec<u32>, Fault> {
        let limit = self.asked.count(&format!("{name}Count"), 20);
        let offset: usize = self.asked.number(&format!("{name}Offset")).unwrap_or(0);
        if limit == 0 {
            return Ok(Vec::new());
        }
        let heard = |kind: Kind, row: u32| match kind {
            Kind::Track => self.eye.gate.playable(row).is_ok(),
            Kind::Release => self.heard(row),
            Kind::Artist => {
                let artist = self.live.catalogue.artist(row);
                artist.is_some_and(|artist| artist.releases.iter().any(|row| self.heard(*row)))
            }
        };
        if typed.is_empty() {
            let shelves = self.live.shelves();
            let tracks = 0..self.live.catalogue.tracks();
            let all: Box<dyn Iterator<Item = u32>> = match kind {
                Kind::Track => Box::new(tracks),
                Kind::Release => Box::new(shelves.by_title.iter().copied()),
                Kind::Artist => Box::new(shelves.artists.iter().copied()),
            };
            let heard = all.filter(|row| heard(kind, *row));
            return Ok(heard.skip(offset).take(limit).collect());
        }
        if offset >= MAX_DEPTH {
            return Ok(Vec::new());
        }
        let Some(index) = &self.live.search else {
            return Err(Fault::generic("this edition cannot be searched"));
        };
        let query = Query {
            text: typed.to_owned(),
            kinds: Kinds::of(&[kind]),
            limit: limit.min(MAX_DEPTH - offset),
            offset,
        };
        let hits = index.search(&query, &heard).map_err(|error| {
            tracing::error!(%error, "a search failed");
            Fault::generic("the search failed")
        })?;
        Ok(hits.hits.into_iter().map(|hit| hit.row).collect())
    }
}
