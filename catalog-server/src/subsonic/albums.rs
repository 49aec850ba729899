//! Which albums are there, in which order, and what is on one?

use super::envelope::Fault;
use super::{Answer, Call, Named};
use serde_json::{Value, json};
use std::hash::{DefaultHasher, Hash, Hasher};

impl Call<'_> {
    /// The row of the release that the parameter `id` names.
    fn release_row(&self) -> Result<u32, Fault> {
        match self.named()? {
            Named::Release(id) => self.live.catalogue.release_row(&id),
            _ => None,
        }
        .ok_or_else(|| Fault::not_found(self.asked.get("id").unwrap_or_default()))
    }

    pub(super) fn album(&self) -> Answer {
        let row = self.release_row()?;
        let unknown = || Fault::not_found(self.asked.get("id").unwrap_or_default());
        let mut album = self.album_card(row).ok_or_else(unknown)?;
        let release = self.live.catalogue.release(row).ok_or_else(unknown)?;
        album["song"] = self
            .children(release.tracks.iter().copied(), usize::MAX)
            .into();
        Ok(json!({ "album": album }))
    }

    /// No notes are delivered.
    pub(super) fn album_info(&self) -> Answer {
        match self.named()? {
            Named::Track(_) => self.track_row()?,
            _ => self.release_row()?,
        };
        Ok(json!({"albumInfo": {"notes": ""}}))
    }

    /// One order of the edition's releases, from `offset` on.
    pub(super) fn album_list(&self, member: &str) -> Answer {
        let rows = self.album_order()?;
        let (size, offset) = (
            self.asked.count("size", 10),
            self.asked.number("offset").unwrap_or(0),
        );
        let shown = |row: &u32| match member {
            "albumList" => self.album_folder(*row),
            _ => self.album_card(*row),
        };
        let heard = rows.iter().filter(|row| self.heard(**row));
        let albums: Vec<Value> = heard.skip(offset).take(size).filter_map(shown).collect();
        Ok(json!({ member: { "album": albums } }))
    }

    fn album_order(&self) -> Result<Vec<u32>, Fault> {
        let shelves = self.live.shelves();
        Ok(match self.asked.need("type")? {
            "random" => {
                let mut rows = shelves.by_title.clone();
                rows.sort_by_cached_key(|row| self.shuffled(*row));
                rows
            }
            "newest" => shelves.newest.clone(),
            "highest" | "frequent" => shelves.most_played.clone(),
            "alphabeticalByName" => shelves.by_title.clone(),
            "alphabeticalByArtist" => shelves.by_artist.clone(),
            "byYear" => self.between_years()?,
            "byGenre" => {
                let genre = shelves.genres.get(self.asked.need("genre")?);
                genre.map_or_else(Vec::new, |genre| genre.releases.clone())
            }
            // What a listener played or starred is not kept here.
            "recent" | "starred" => Vec::new(),
            other => {
                let other: String = other.chars().take(40).collect();
                return Err(Fault::generic(format!("there is no list of type {other}")));
            }
        })
    }

    /// From one year to another; from a later to an earlier one in falling order.
    fn between_years(&self) -> Result<Vec<u32>, Fault> {
        let year = |name| {
            let text = self.asked.need(name)?;
            text.parse::<i32>()
                .map_err(|_| Fault::generic(format!("{name} is not a year")))
        };
        let (from, to) = (year("fromYear")?, year("toYear")?);
        let released = |row: u32| {
            let release = self.live.catalogue.release(row)?;
            release.date?.get(..4)?.parse::<i32>().ok()
        };
        let mut rows: Vec<u32> = self.live.shelves().newest.clone();
        rows.retain(|row| {
            released(*row).is_some_and(|year| (from.min(to)..=from.max(to)).contains(&year))
        });
        if from <= to {
            rows.reverse();
        }
        Ok(rows)
    }

    /// An order without pattern that stays for an hour, so that pages of it fit together.
    pub(super) fn shuffled(&self, row: u32) -> u64 {
        let mut hasher = DefaultHasher::new();
        (row, self.now / 3600, self.user.listener.id).hash(&mut hasher);
        hasher.finish()
    }

    pub(super) fn genres(&self) -> Answer {
        let genres = self.live.shelves().genres.iter();
        let listed: Vec<Value> = genres
            .map(|(name, genre)| {
                json!({
                    "songCount": genre.tracks.len(),
                    "albumCount": genre.releases.len(),
                    "value": name,
                })
            })
            .collect();
        Ok(json!({"genres": {"genre": listed}}))
    }
}
