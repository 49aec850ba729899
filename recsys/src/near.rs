//! What lies near a recording, or near an artist? At most so many of one artist: whoever asks for what is like a
//! track does not ask for its album.

use catalog::progress::Progress;

use crate::config::Config;
use crate::lists::{Entry, Reason};
use crate::products::Artists;
use crate::rerank::spread_over_artists;
use crate::scoring::{Panels, Query, Scored, score_all};
use crate::weekly::Maker;

/// Looked at per place of a list: what one artist has too much of falls out.
const SPARE: usize = 6;

impl Maker<'_> {
    /// One list per recording: played together and near in taste, both as cosines, added; for what nobody
    /// has played, what sounds like it and what its label says of it.
    pub(crate) fn similar(&self, progress: &dyn Progress) -> Vec<Vec<Entry>> {
        let (units, cold) = (&self.placed.units, &self.placed.cold);
        let panels = Panels::new(units, &vec![0.0; self.items.len()]);
        let played: Vec<u32> = (0..self.items.len() as u32)
            .filter(|item| cold.binary_search(item).is_err())
            .collect();
        let lists = score_all(
            played.len(),
            &panels,
            candidates(self.config),
            || (),
            |(), at| Query {
                vector: units.row(played[at] as usize).into(),
                extras: self
                    .models
                    .neighbours
                    .row(played[at] as usize)
                    .iter()
                    .collect(),
                floor: 0.0,
                ..Query::filtered(&played[at..=at])
            },
            |_, _, ranked| self.near(&ranked),
            progress,
        );
        let mut by_item = vec![Vec::new(); self.items.len()];
        for (&item, list) in played.iter().zip(lists) {
            by_item[item as usize] = list;
        }
        for (&item, near) in cold.iter().zip(&self.placed.near) {
            by_item[item as usize] = self.near(near);
        }
        (0..self.items.recordings().len())
            .map(|recording| by_item[self.items.item_of(recording) as usize].clone())
            .collect()
    }

    /// Radios from artists; the listener's rights are the server's to check.
    pub(crate) fn artist_radio(
        &self,
        artists: &Artists,
        progress: &dyn Progress,
    ) -> Vec<Vec<Entry>> {
        let keep = candidates(self.config);
        let lists = artists.radio(&self.placed.units, keep, progress);
        lists.iter().map(|list| self.near(list)).collect()
    }

    /// The list that these become.
    fn near(&self, ranked: &[Scored]) -> Vec<Entry> {
        let lists = &self.config.lists;
        let artists = |item: u32| self.items.artists(item);
        let spread = spread_over_artists(ranked, artists, lists.per_artist, lists.similar_length);
        let entry = |s: Scored| Entry::new(self.items.members(s.item)[0], s.score, Reason::Similar);
        spread.into_iter().map(entry).collect()
    }
}

/// How many are looked at for a list of what is near.
pub(crate) fn candidates(config: &Config) -> usize {
    config.lists.similar_length * SPARE
}
