//! Which songs: one, some of a genre, an artist's best, those like another?

use super::envelope::Fault;
use super::{Answer, Call, Named};
use crate::near::{like, steps_between};
use catalog::ids::RecordingId;
use serde_json::{Value, json};

/// Songs that a random list is drawn from: a bound on work in a large edition.
const DRAWN_FROM: u32 = 20_000;

impl Call<'_> {
    pub(super) fn song(&self) -> Answer {
        let row = self.track_row()?;
        let song = self.child(row).ok_or_else(|| self.refused(row))?;
        Ok(json!({ "song": song }))
    }

    /// Why a track that exists is not answered with.
    pub(super) fn refused(&self, row: u32) -> Fault {
        match self.eye.gate.playable(row) {
            Err(refusal) => Fault::not_authorised(&refusal.text),
            Ok(_) => Fault::not_found(self.asked.get("id").unwrap_or_default()),
        }
    }

    pub(super) fn random_songs(&self) -> Answer {
        let catalogue = &self.live.catalogue;
        let years = |name| self.asked.number::<i32>(name);
        let (from, to) = (years("fromYear"), years("toYear"));
        let in_years = |row: &u32| {
            let release = catalogue
                .track(*row)
                .and_then(|track| catalogue.release(track.release));
            let year = release.and_then(|release| release.date?.get(..4)?.parse::<i32>().ok());
            from.is_none_or(|from| year.is_some_and(|year| year >= from))
                && to.is_none_or(|to| year.is_some_and(|year| year <= to))
        };
        let mut rows: Vec<u32> = match self.asked.get("genre") {
            Some(genre) => self.of_genre(genre).to_vec(),
            None => {
                let all = catalogue.tracks().max(1);
                let start = (self.shuffled(0) % u64::from(all)) as u32;
                let drawn = 0..catalogue.tracks().min(DRAWN_FROM);
                drawn.map(|step| (start + step) % all).collect()
            }
        };
        rows.sort_by_cached_key(|row| self.shuffled(*row));
        rows.retain(in_years);
        let songs = self.children(rows, self.asked.count("size", 10));
        Ok(json!({"randomSongs": {"song": songs}}))
    }

    fn of_genre(&self, genre: &str) -> &[u32] {
        let genre = self.live.shelves().genres.get(genre);
        genre.map_or(&[], |genre| &genre.tracks)
    }

    pub(super) fn songs_by_genre(&self) -> Answer {
        let rows = self.of_genre(self.asked.need("genre")?).iter().copied();
        let heard = rows.filter(|row| self.eye.gate.playable(*row).is_ok());
        let offset = self.asked.number("offset").unwrap_or(0);
        let songs = self.children(heard.skip(offset), self.asked.count("count", 10));
        Ok(json!({"songsByGenre": {"song": songs}}))
    }

    /// An artist's songs, most played first; by name, or by id (extension topSongsByArtistId).
    pub(super) fn top_songs(&self) -> Answer {
        let catalogue = &self.live.catalogue;
        let artist = match (
            self.asked.get("id").and_then(Named::read),
            self.asked.get("artist"),
        ) {
            (Some(Named::Artist(id)), _) => catalogue.artist_row(&id),
            (_, Some(name)) => {
                let mut rows = self.live.shelves().artists.iter();
                let folded = search::analysis::fold(name);
                let named = |row: &&u32| {
                    let artist = catalogue.artist(**row);
                    artist.is_some_and(|artist| search::analysis::fold(artist.name) == folded)
                };
                rows.find(named).copied()
            }
            _ => return Err(Fault::missing("artist")),
        };
        let tracks = artist
            .and_then(|row| catalogue.artist(row))
            .map_or(&[][..], |artist| artist.tracks);
        let mut rows = tracks.to_vec();
        let played = &self.live.shelves().played;
        rows.sort_by(|a, b| played[*b as usize].total_cmp(&played[*a as usize]));
        let songs = self.children(rows, self.asked.count("count", 50));
        Ok(json!({"topSongs": {"song": songs}}))
    }

    /// Recordings that the parameter `id` stands for: a song's, or an album's or artist's first ones.
    fn seeds(&self) -> Result<Vec<RecordingId>, Fault> {
        let catalogue = &self.live.catalogue;
        let unknown = || Fault::not_found(self.asked.get("id").unwrap_or_default());
        let tracks: Vec<u32> = match self.named()? {
            Named::Track(_) => vec![self.track_row()?],
            Named::Release(id) => {
                let row = catalogue.release_row(&id).ok_or_else(unknown)?;
                let release = catalogue.release(row).ok_or_else(unknown)?;
                release.tracks.iter().copied().take(20).collect()
            }
            Named::Artist(id) => {
                let row = catalogue.artist_row(&id).ok_or_else(unknown)?;
                let artist = catalogue.artist(row).ok_or_else(unknown)?;
                artist.tracks.iter().copied().take(20).collect()
            }
        };
        let recordings = tracks.into_iter().filter_map(|row| {
            let track = catalogue.track(row)?;
            Some(catalogue.recording(track.recording)?.id)
        });
        Ok(recordings.collect())
    }

    pub(super) fn similar_songs(&self, member: &str) -> Answer {
        let seeds = self.seeds()?;
        let count = self.asked.count("count", 50);
        let near = like(&self.eye, &seeds, count);
        let songs = self.children(near.into_iter().map(|(row, _)| row), count);
        Ok(json!({ member: { "song": songs } }))
    }

    /// Songs near another in the listeners' metric, with their cosines (extension sonicSimilarity).
    pub(super) fn sonic_similar(&self) -> Answer {
        self.track_row()?;
        let count = self.asked.count("count", 10);
        let near = like(&self.eye, &self.seeds()?, count);
        let matches: Vec<Value> = near
            .into_iter()
            .filter_map(|(row, cosine)| {
                let similarity = f64::from(cosine.clamp(0.0, 1.0));
                Some(json!({"entry": self.child(row)?, "similarity": similarity}))
            })
            .collect();
        Ok(json!({ "sonicMatch": matches }))
    }

    /// Steps from one song to another in the listeners' metric, both included: at each step the
    /// nearest song that was not used yet (extension sonicSimilarity).
    pub(super) fn sonic_path(&self) -> Answer {
        let catalogue = &self.live.catalogue;
        let end = |name| {
            let id = self.asked.need(name)?;
            let row = match Named::read(id) {
                Some(Named::Track(track)) => catalogue.track_row(&track),
                _ => None,
            };
            let row = row.ok_or_else(|| Fault::not_found(id))?;
            let recording = catalogue
                .track(row)
                .and_then(|track| catalogue.recording(track.recording));
            Ok((row, recording.ok_or_else(|| Fault::not_found(id))?.id))
        };
        let ((first, from), (last, to)) = (end("startSongId")?, end("endSongId")?);
        let steps = self.asked.count("count", 25).clamp(2, 100);
        let between = steps_between(&self.eye, &from, &to, steps - 2);
        let all = std::iter::once((first, 1.0))
            .chain(between)
            .chain([(last, 1.0)]);
        let matches: Vec<Value> = all
            .filter_map(|(row, cosine): (u32, f32)| {
                let similarity = f64::from(cosine.clamp(0.0, 1.0));
                Some(json!({"entry": self.child(row)?, "similarity": similarity}))
            })
            .collect();
        Ok(json!({ "sonicMatch": matches }))
    }
}
