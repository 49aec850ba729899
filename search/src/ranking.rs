//! What decides the order of hits? Every number, in one place, written in the manifest.
//!
//! score = BM25F(words) × (floor + (1 − floor) × standing) × reading, where
//! standing = popularity × (stale + (1 − stale) × 2^(−age / half-life)).
//!
//! Source of BM25F: Robertson, Zaragoza, Taylor, "Simple BM25 extension to multiple weighted
//! fields", CIKM 2004: weights multiply term frequencies before saturation, so one weighted
//! bag of words is the whole method. k1 = 1.2 and b = 0.75 are tantivy's constants.

use serde::{Deserialize, Serialize};

use crate::document::Document;

/// The ranking's parameters. The defaults are judgement, to be tuned on judged queries.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Ranking {
    /// Times a word of the title counts.
    pub title_weight: u32,
    /// Times a word of an artist's name counts.
    pub artist_weight: u32,
    /// Times a word of the release's title, the genre or another name counts.
    pub other_weight: u32,
    /// Factor of a document without any standing, 0..=1. Lower makes popularity matter more.
    pub floor: f32,
    /// Days after which recency has fallen half way to `stale`.
    pub half_life_days: f32,
    /// Recency of an infinitely old release, 0..=1.
    pub stale: f32,
    /// Factor for a document whose whole name is what was typed, at least 1.
    pub exact_name: f32,
    /// Factor of a word completed from its beginning.
    pub completed: f32,
    /// Factor of a word corrected by one edit; squared for two.
    pub corrected: f32,
    /// Factor of a track in which what was typed is sung.
    pub sung: f32,
    /// Factor of a reading that joins or splits words.
    pub regrouped: f32,
    /// Factor of a reading in which only some words must match.
    pub loosened: f32,
    /// A stricter reading that finds at least this many keeps looser ones away.
    pub enough: usize,
}

impl Default for Ranking {
    fn default() -> Ranking {
        Ranking {
            title_weight: 3,
            artist_weight: 2,
            other_weight: 1,
            floor: 0.25,
            half_life_days: 730.0,
            stale: 0.5,
            exact_name: 2.0,
            completed: 0.7,
            corrected: 0.6,
            sung: 0.8,
            regrouped: 0.8,
            loosened: 0.3,
            enough: 10,
        }
    }
}

/// Standing is kept in 16 bits: finer than anyone knows a popularity.
pub(crate) const STANDING_MAX: u64 = u16::MAX as u64;

impl Ranking {
    /// A document's standing on day `as_of_days`, 0..=[`STANDING_MAX`].
    #[cfg_attr(not(feature = "write"), allow(dead_code))]
    pub(crate) fn standing(&self, document: &Document, as_of_days: i32) -> u64 {
        let popularity = f64::from(document.popularity.clamp(0.0, 1.0));
        let stale = f64::from(self.stale);
        let recency = document.released_days.map_or(stale, |released| {
            let age = f64::from(as_of_days.saturating_sub(released).max(0));
            stale + (1.0 - stale) * (-age / f64::from(self.half_life_days)).exp2()
        });
        // A popularity that is not a number becomes 0 here.
        (popularity * recency * STANDING_MAX as f64).round() as u64
    }

    /// The static factor of a score; never negative, and monotone in standing.
    pub(crate) fn factor(&self, standing: u64) -> f32 {
        self.floor + (1.0 - self.floor) * (standing as f32 / STANDING_MAX as f32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Kind;

    fn document(popularity: f32, released_days: Option<i32>) -> Document {
        Document {
            kind: Kind::Track,
            row: 0,
            title: String::new(),
            artists: Vec::new(),
            release: None,
            genre: None,
            also: Vec::new(),
            lyrics: None,
            popularity,
            released_days,
        }
    }

    #[test]
    fn standing_grows_with_popularity_and_shrinks_with_age() {
        let ranking = Ranking::default();
        let standing = |popularity, released| ranking.standing(&document(popularity, released), 0);
        assert_eq!(standing(1.0, Some(0)), STANDING_MAX);
        assert_eq!(
            standing(1.0, Some(30)),
            STANDING_MAX,
            "the future is not newer than today"
        );
        assert_eq!(
            standing(1.0, Some(-730)),
            (0.75 * STANDING_MAX as f64).round() as u64
        );
        assert_eq!(
            standing(1.0, None),
            (0.5 * STANDING_MAX as f64).round() as u64
        );
        assert!(standing(0.5, Some(0)) < standing(1.0, None) + 1);
        assert_eq!(standing(f32::NAN, Some(0)), 0);
        assert_eq!(standing(-3.0, Some(i32::MIN)), 0);
        assert_eq!(standing(f32::INFINITY, Some(0)), STANDING_MAX);
    }
}
