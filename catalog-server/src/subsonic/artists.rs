//! Who is in the edition, and what are they known for?

use super::envelope::Fault;
use super::{Answer, Call, Named};
use crate::browse::similar_artists;
use serde_json::{Value, json};

/// Artists that one answer holds: the API pages nothing here.
const MAX_ARTISTS: usize = 100_000;
/// Words that a listener's eye passes over at the beginning of a name. The index ignores none: it
/// sorts by the name as it is displayed.
const IGNORED_ARTICLES: &str = "";

impl Call<'_> {
    /// The row of the artist that the parameter `id` names.
    fn artist_row(&self) -> Result<u32, Fault> {
        match self.named()? {
            Named::Artist(id) => self.live.catalogue.artist_row(&id),
            _ => None,
        }
        .ok_or_else(|| Fault::not_found(self.asked.get("id").unwrap_or_default()))
    }

    /// Artists of whom something may be heard, under the first letter of their names.
    fn index(&self) -> Vec<Value> {
        let mut index: Vec<(String, Vec<Value>)> = Vec::new();
        let rows = self.live.shelves().artists.iter();
        for artist in rows
            .filter_map(|row| self.artist_card(*row))
            .filter(|artist| artist["albumCount"] != 0)
            .take(MAX_ARTISTS)
        {
            let letter = first_letter(artist["name"].as_str().unwrap_or_default());
            match index.last_mut() {
                Some((known, artists)) if *known == letter => artists.push(artist),
                _ => index.push((letter, vec![artist])),
            }
        }
        index
            .into_iter()
            .map(|(name, artist)| json!({"name": name, "artist": artist}))
            .collect()
    }

    pub(super) fn artists(&self) -> Answer {
        Ok(json!({"artists": {"ignoredArticles": IGNORED_ARTICLES, "index": self.index()}}))
    }

    pub(super) fn indexes(&self) -> Answer {
        Ok(json!({"indexes": {
            "ignoredArticles": IGNORED_ARTICLES,
            "lastModified": self.now.saturating_mul(1000),
            "index": self.index(),
        }}))
    }

    pub(super) fn artist(&self) -> Answer {
        let row = self.artist_row()?;
        let known = self.live.catalogue.artist(row);
        let releases = known.map_or(&[][..], |artist| artist.releases);
        let mut artist = self
            .artist_card(row)
            .ok_or_else(|| Fault::not_found("artist"))?;
        let albums = releases.iter().filter_map(|row| self.album_card(*row));
        artist["album"] = albums.collect();
        Ok(json!({ "artist": artist }))
    }

    /// A biography is not delivered; the images are, and so are those whom the same listeners hear.
    pub(super) fn artist_info(&self, member: &str) -> Answer {
        let row = self.artist_row()?;
        let artist = self.live.catalogue.artist(row);
        let mut near =
            artist.map_or_else(Vec::new, |artist| similar_artists(&self.eye, &artist.id));
        if near.is_empty() {
            near = self.like_artist(row);
        }
        let similar: Vec<Value> = near
            .into_iter()
            .take(self.asked.count("count", 20))
            .filter_map(|row| self.artist_card(row))
            .collect();
        Ok(json!({ member: { "biography": "", "similarArtist": similar } }))
    }

    /// Rows of other artists, by how often they follow this one's tracks in the edition's lists.
    fn like_artist(&self, row: u32) -> Vec<u32> {
        let catalogue = &self.live.catalogue;
        let (Some(lists), Some(artist)) = (&self.live.lists, catalogue.artist(row)) else {
            return Vec::new();
        };
        let mut scores: Vec<(u32, f32)> = Vec::new();
        let tracks = artist.tracks.iter().take(50);
        let recordings = tracks
            .filter_map(|row| catalogue.recording(catalogue.track(*row)?.recording))
            .map(|recording| recording.id);
        for recording in recordings {
            for entry in lists.similar(&recording) {
                let other = lists.recordings().get(entry.recording as usize);
                let other = other.and_then(|id| catalogue.recording(catalogue.recording_row(id)?));
                let track = other.and_then(|other| other.tracks.first().copied());
                let credit = track.and_then(|row| catalogue.track_credits(row).next());
                let Some(credit) = credit.filter(|credit| credit.artist != row) else {
                    continue;
                };
                match scores.iter_mut().find(|(known, _)| *known == credit.artist) {
                    Some((_, score)) => *score += entry.score,
                    None => scores.push((credit.artist, entry.score)),
                }
            }
        }
        scores.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        scores.into_iter().map(|(row, _)| row).collect()
    }

    /// The folder of an artist or an album.
    pub(super) fn directory(&self) -> Answer {
        let catalogue = &self.live.catalogue;
        let named = self.named()?;
        let unknown = || Fault::not_found(self.asked.get("id").unwrap_or_default());
        let directory = match named {
            Named::Artist(id) => {
                let row = catalogue.artist_row(&id).ok_or_else(unknown)?;
                let artist = catalogue.artist(row).ok_or_else(unknown)?;
                let albums = artist.releases.iter();
                let child: Vec<Value> = albums.filter_map(|row| self.album_folder(*row)).collect();
                json!({"id": format!("ar-{id}"), "name": artist.name, "child": child})
            }
            Named::Release(id) => {
                let row = catalogue.release_row(&id).ok_or_else(unknown)?;
                let release = catalogue.release(row).ok_or_else(unknown)?;
                let child = self.children(release.tracks.iter().copied(), usize::MAX);
                json!({"id": format!("al-{id}"), "name": release.title, "child": child})
            }
            Named::Track(_) => return Err(unknown()),
        };
        Ok(json!({ "directory": directory }))
    }
}

/// The heading of an index: a letter, or "#" for what begins with none.
fn first_letter(name: &str) -> String {
    let folded = search::analysis::fold(name);
    match folded.chars().next() {
        Some(c) if c.is_alphabetic() => c.to_uppercase().collect(),
        _ => "#".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_has_folded_letters_and_one_heading_for_the_rest() {
        for (name, letter) in [
            ("ada", "A"),
            ("Ärzte", "A"),
            ("!!!", "#"),
            ("3 Doors", "#"),
            ("Я", "Я"),
        ] {
            assert_eq!(first_letter(name), letter, "{name}");
        }
    }
}
