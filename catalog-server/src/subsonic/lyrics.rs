//! The words of a song: by its id (extension songLyrics), or by artist and title as older clients ask.

use super::envelope::Fault;
use super::{Answer, Call};
use crate::app::App;
use crate::lyrics;
use catalog::lyrics::Line;
use search::analysis::fold;
use search::{Kind, Kinds, Query};
use serde_json::{Value, json};
use std::sync::Arc;

/// Songs among which the one of an artist and title is looked for.
const LOOKED_AT: usize = 20;

impl Call<'_> {
    pub(super) async fn lyrics_by_song_id(&self, app: &Arc<App>) -> Answer {
        let row = self.track_row()?;
        let lines = self.lines(app, row).await?;
        let structured: Vec<Value> = lines
            .filter(|lines| !lines.is_empty())
            .map(|lines| self.structured(row, &lines))
            .into_iter()
            .collect();
        Ok(json!({"lyricsList": {"structuredLyrics": structured}}))
    }

    fn structured(&self, row: u32, lines: &[Line]) -> Value {
        let synced = lines.iter().any(|line| line.at.is_some());
        let line = |line: &Line| match line.at {
            Some(at) => json!({"start": at.0, "value": line.text}),
            None => json!({"value": line.text}),
        };
        let lines: Vec<Value> = lines.iter().map(line).collect();
        // The language of the words is not delivered; "xxx" is the API's word for that.
        json!({
            "displayArtist": self.artist_of(row), "displayTitle": self.title_of(row),
            "lang": "xxx", "synced": synced, "line": lines,
        })
    }

    pub(super) async fn lyrics(&self, app: &Arc<App>) -> Answer {
        let Some(row) = self.song_called() else {
            return Ok(json!({"lyrics": {"value": ""}}));
        };
        let lines = self.lines(app, row).await?.unwrap_or_default();
        let texts: Vec<String> = lines.into_iter().map(|line| line.text).collect();
        Ok(json!({"lyrics": {
            "artist": self.artist_of(row), "title": self.title_of(row), "value": texts.join("\n"),
        }}))
    }

    /// The first song with words whose artist and title are those asked for.
    fn song_called(&self) -> Option<u32> {
        let (artist, title) = (self.asked.get("artist"), self.asked.get("title")?);
        let index = self.live.search.as_ref()?;
        let query = Query {
            text: format!("{title} {}", artist.unwrap_or_default()),
            kinds: Kinds::of(&[Kind::Track]),
            limit: LOOKED_AT,
            offset: 0,
        };
        let hits = index.search(&query, &|_, _| true).ok()?.hits;
        let catalogue = &self.live.catalogue;
        hits.iter().map(|hit| hit.row).find(|row| {
            let by = |name: &str| {
                let mut names = catalogue.track_credits(*row).map(|credit| credit.name);
                names.any(|credited| fold(credited) == fold(name))
            };
            fold(self.title_of(*row)) == fold(title)
                && artist.is_none_or(by)
                && catalogue.lyrics(*row).is_some()
        })
    }

    async fn lines(&self, app: &Arc<App>, row: u32) -> Result<Option<Vec<Line>>, Fault> {
        let lines = lyrics::of(app, self.live, row).await;
        lines.map_err(|_| Fault::generic("the lyrics cannot be read"))
    }

    fn title_of(&self, row: u32) -> &str {
        let track = self.live.catalogue.track(row);
        track.map_or("", |track| track.title)
    }

    fn artist_of(&self, row: u32) -> &str {
        let first = self.live.catalogue.track_credits(row).next();
        first.map_or("", |credit| credit.name)
    }
}
