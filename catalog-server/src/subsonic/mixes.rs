//! The edition's lists as playlists that nobody can change: the listener's own, and their country's
//! chart.

use super::envelope::Fault;
use super::{Answer, Call};
use crate::discover::{Mix, mixes};
use serde_json::{Value, json};

impl Call<'_> {
    /// A playlist's head with the songs that may be heard.
    fn playlist_of(&self, mix: &Mix) -> (Value, Vec<Value>) {
        let songs = self.children(mix.tracks(&self.eye), self.list_length);
        let seconds = songs.iter().filter_map(|song| song["duration"].as_u64());
        let lists = self.live.lists.as_ref();
        let made = lists.map_or_else(
            || super::shape::created(None),
            |lists| lists.monday().to_string(),
        );
        let head = json!({
            "id": format!("pl-{}", mix.key),
            "name": mix.title,
            "comment": mix.about,
            "owner": self.user.name,
            "public": false,
            "readonly": true,
            "songCount": songs.len(),
            "duration": seconds.sum::<u64>(),
            "created": made,
            "changed": made,
        });
        (head, songs)
    }

    pub(super) fn playlists(&self) -> Answer {
        let own = |name: &str| name == self.user.name;
        if !self.asked.get("username").is_none_or(own) {
            return Err(Fault::not_authorised(
                "only your own playlists can be asked for",
            ));
        }
        let mixes = mixes(&self.eye);
        let heads = mixes.iter().map(|mix| self.playlist_of(mix));
        let listed: Vec<Value> = heads
            .filter(|(_, songs)| !songs.is_empty())
            .map(|(head, _)| head)
            .collect();
        Ok(json!({"playlists": {"playlist": listed}}))
    }

    pub(super) fn playlist(&self) -> Answer {
        let id = self.asked.need("id")?;
        let mixes = mixes(&self.eye);
        let mut wanted = mixes
            .iter()
            .filter(|mix| id.strip_prefix("pl-") == Some(&mix.key));
        let mix = wanted.next().ok_or_else(|| Fault::not_found(id))?;
        let (mut playlist, songs) = self.playlist_of(mix);
        playlist["entry"] = songs.into();
        Ok(json!({ "playlist": playlist }))
    }
}
