//! What else do listeners know by name? Daily Mixes, Release Radar, similar artists, artist radio.
//!
//! - **Daily Mixes**: what a listener likes falls into at most six taste clusters (leaders by cosine in the
//!   listeners' metric); each mix alternates what they know there with what the blend found there.
//! - **Release Radar**: recordings released in the last weeks, by artists the listener likes or by artists
//!   like those, by how much they like them.
//! - **Similar artists** and **artist radio** compare artists' mean directions.

use std::collections::BTreeMap;

use catalog::ids::ArtistId;
use catalog::progress::Progress;

use crate::als::Factors;
use crate::csr::Row;
use crate::items::Items;
use crate::kernel::dot;
use crate::lists::MIXES;
use crate::scoring::{Panels, Query, Scored, score_all};
use crate::weekly::unit_rows;

/// Likes of one listener that clusters are made of, strongest first.
const MOST_LIKES: usize = 300;

/// A cluster takes what is at least this near to its leader.
const NEAR: f32 = 0.35;

/// What nobody has chosen yet must be nearer than what somebody did: a mix ends rather than drifts.
const NEAR_UNHEARD: f32 = 0.6;

/// Fewer likes are no cluster of their own.
const FEWEST: usize = 3;

/// What neighbours of a liked artist count against the artist.
const NEIGHBOUR: f32 = 0.5;

/// The catalogue's artists as the models see them.
pub(crate) struct Artists {
    pub(crate) ids: Vec<ArtistId>,
    /// Nearest artists of each, best first.
    pub(crate) similar: Vec<Vec<Scored>>,
    units: Factors,
    number: BTreeMap<ArtistId, u32>,
}

impl Artists {
    /// From the recordings' vectors of length one.
    pub(crate) fn new(
        items: &Items<'_>,
        units: &Factors,
        keep: usize,
        progress: &dyn Progress,
    ) -> Self {
        let mut by_artist: BTreeMap<ArtistId, Vec<u32>> = BTreeMap::new();
        for item in 0..items.len() as u32 {
            for artist in items.artists(item) {
                by_artist.entry(*artist).or_default().push(item);
            }
        }
        let (ids, of): (Vec<_>, Vec<_>) = by_artist.into_iter().unzip();
        let mut means = Factors::zeros(ids.len(), units.factors());
        let width = means.width();
        for (row, items) in means.as_mut_slice().chunks_exact_mut(width).zip(&of) {
            for &item in items {
                row.iter_mut()
                    .zip(units.row(item as usize))
                    .for_each(|(a, b)| *a += b);
            }
        }
        let means = unit_rows(means);
        let panels = Panels::new(&means, &vec![0.0; ids.len()]);
        let everyone: Vec<u32> = (0..ids.len() as u32).collect();
        let similar = score_all(
            ids.len(),
            &panels,
            keep,
            || (),
            |(), at| Query {
                vector: means.row(at).into(),
                floor: 0.0,
                ..Query::filtered(&everyone[at..=at])
            },
            |_, _, list| list,
            progress,
        );
        Self {
            number: ids.iter().copied().zip(0..).collect(),
            ids,
            similar,
            units: means,
        }
    }

    /// Recordings nearest to each artist, the artist's own among them.
    pub(crate) fn radio(
        &self,
        units: &Factors,
        keep: usize,
        progress: &dyn Progress,
    ) -> Vec<Vec<Scored>> {
        let panels = Panels::new(units, &vec![0.0; units.rows()]);
        let query = |(): &mut (), at: usize| Query {
            vector: self.units.row(at).into(),
            floor: 0.0,
            ..Query::filtered(&[])
        };
        score_all(
            self.ids.len(),
            &panels,
            keep,
            || (),
            query,
            |_, _, list| list,
            progress,
        )
    }

    /// How much a listener likes each artist: strengths added, following as a play, neighbours of
    /// artists at a part.
    fn affinity(
        &self,
        liked: Row<'_>,
        follows: &[ArtistId],
        items: &Items<'_>,
    ) -> BTreeMap<u32, f32> {
        let mut own: BTreeMap<u32, f32> = BTreeMap::new();
        for artist in follows.iter().filter_map(|artist| self.number.get(artist)) {
            *own.entry(*artist).or_default() += 1.0;
        }
        for (item, strength) in liked.iter().filter(|entry| entry.1 > 0.0) {
            for artist in items.artists(item) {
                *own.entry(self.number[artist]).or_default() += strength;
            }
        }
        let mut all = own.clone();
        for (&artist, &strength) in &own {
            for near in &self.similar[artist as usize] {
                let share = all.entry(near.item).or_default();
                *share = share.max(NEIGHBOUR * strength * near.score);
            }
        }
        all
    }

    /// The new recordings for a listener, best first.
    pub(crate) fn radar(
        &self,
        liked: Row<'_>,
        follows: &[ArtistId],
        items: &Items<'_>,
        new: &[u32],
    ) -> Vec<Scored> {
        let affinity = self.affinity(liked, follows, items);
        let score = |&item: &u32| {
            let artists = items.artists(item).iter().map(|artist| self.number[artist]);
            let known = artists.filter_map(|artist| affinity.get(&artist).copied());
            let score = known.max_by(f32::total_cmp)?;
            Some(Scored { item, score })
        };
        let mut found: Vec<Scored> = new.iter().filter_map(score).collect();
        found.sort_by(Scored::order);
        found
    }
}

/// One mix before the rules: alternately known and found.
pub(crate) fn mixes(
    liked: Row<'_>,
    found: &[Scored],
    units: &Factors,
    length: usize,
) -> Vec<Vec<Scored>> {
    let mut likes: Vec<Scored> = liked
        .iter()
        .filter(|entry| entry.1 > 0.0)
        .map(|(item, score)| Scored { item, score })
        .collect();
    likes.sort_by(Scored::order);
    likes.truncate(MOST_LIKES);
    let mut leaders: Vec<u32> = Vec::new();
    let mut clusters: Vec<Vec<Scored>> = Vec::new();
    for like in likes {
        match nearest(like.item, &leaders, units) {
            Some((at, near)) if near >= NEAR || leaders.len() == MIXES => clusters[at].push(like),
            _ => {
                leaders.push(like.item);
                clusters.push(vec![like]);
            }
        }
    }
    let mut news: Vec<Vec<Scored>> = vec![Vec::new(); clusters.len()];
    // What is liked already stands on the other side.
    let liked_already = |s: &&Scored| liked.get(s.item).is_some_and(|strength| strength > 0.0);
    for scored in found.iter().filter(|s| !liked_already(s)) {
        let near = nearest(scored.item, &leaders, units);
        if let Some((at, _)) = near.filter(|near| near.1 >= NEAR_UNHEARD) {
            news[at].push(*scored);
        }
    }
    let whole = clusters.into_iter().zip(news);
    let enough = whole.filter(|(known, _)| known.len() >= FEWEST);
    enough
        .map(|(known, new)| {
            let mut mix = Vec::with_capacity(length);
            let (mut known, mut new) = (known.into_iter(), new.into_iter());
            loop {
                let pair = [known.next(), new.next()];
                if pair.iter().all(Option::is_none) || mix.len() >= length {
                    break;
                }
                mix.extend(pair.into_iter().flatten());
            }
            mix.truncate(length);
            mix
        })
        .collect()
}

fn nearest(item: u32, leaders: &[u32], units: &Factors) -> Option<(usize, f32)> {
    let own = units.row(item as usize);
    let near = leaders
        .iter()
        .map(|&leader| dot(own, units.row(leader as usize)));
    near.enumerate()
        .max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::csr::Csr;

    /// Three directions of ten recordings each.
    fn units() -> Factors {
        let mut units = Factors::zeros(30, 3);
        let width = units.width();
        for item in 0..30 {
            units.as_mut_slice()[item * width + item / 10] = 1.0;
        }
        units
    }

    #[test]
    fn each_taste_becomes_a_mix_of_known_and_new() {
        let liked = Csr::from_triplets(
            1,
            30,
            (0..8)
                .chain(10..18)
                .map(|i| (0, i, 1.0 + i as f32))
                .collect(),
        );
        let found: Vec<Scored> = [8u32, 19, 9, 25]
            .map(|item| Scored { item, score: 1.0 })
            .into();
        let mixes = mixes(liked.row(0), &found, &units(), 6);
        assert_eq!(mixes.len(), 2, "the third direction is not liked");
        for mix in &mixes {
            let direction = mix[0].item / 10;
            assert_eq!(mix.len(), 6);
            // 25 is of no cluster's direction.
            assert!(mix.iter().all(|s| s.item / 10 == direction), "{mix:?}");
        }
        assert_eq!(mixes[1][1].item, 8, "new stands beside known");
    }

    #[test]
    fn two_likes_are_no_mix() {
        let liked = Csr::from_triplets(1, 30, vec![(0, 1, 1.0), (0, 2, 1.0)]);
        assert!(mixes(liked.row(0), &[], &units(), 6).is_empty());
    }
}
