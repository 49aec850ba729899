//! What would a million tracks look like, without anyone's million tracks?
//!
//! A seeded generator: words of two to five syllables with a Zipf distribution, artists with
//! releases with tracks, popularity by a power law. No two builds differ.

use search::{Document, Kind};

/// A seeded stream of numbers (xorshift64*; Vigna, "An experimental exploration of Marsaglia's
/// xorshift generators, scrambled", 2016).
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Dice {
        Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// A number below `n`.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        (self.next() >> 33) as usize % n.max(1)
    }

    /// A share, 0..1.
    pub(crate) fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// A vocabulary with accents here and there.
pub(crate) fn vocabulary(dice: &mut Dice, size: usize) -> Vec<String> {
    const HEADS: [&str; 18] = [
        "b", "d", "f", "g", "k", "l", "m", "n", "p", "r", "s", "t", "v", "z", "st", "br", "ch", "",
    ];
    const VOWELS: [&str; 9] = ["a", "e", "i", "o", "u", "é", "ö", "ai", "ou"];
    const TAILS: [&str; 7] = ["", "", "", "n", "r", "s", "l"];
    (0..size)
        .map(|_| {
            let syllables = 2 + dice.below(4);
            let syllable = |dice: &mut Dice| {
                let (head, vowel) = (HEADS[dice.below(18)], VOWELS[dice.below(9)]);
                format!("{head}{vowel}{}", TAILS[dice.below(7)])
            };
            (0..syllables).map(|_| syllable(dice)).collect()
        })
        .collect()
}

/// A text of `words` words, frequent ones oftener.
pub(crate) fn text(dice: &mut Dice, vocabulary: &[String], words: usize) -> String {
    let word = |dice: &mut Dice| {
        // Zipf with exponent near 1: rank ~ size^u.
        let rank = (vocabulary.len() as f64).powf(dice.share()) as usize - 1;
        vocabulary[rank.min(vocabulary.len() - 1)].clone()
    };
    (0..words).map(|_| word(dice)).collect::<Vec<_>>().join(" ")
}

/// A catalogue of about `tracks` tracks: ten to a release, three releases to an artist.
pub(crate) fn catalogue(seed: u64, tracks: usize, words: usize) -> Vec<Document> {
    let mut dice = Dice::new(seed);
    let vocabulary = vocabulary(&mut dice, words);
    let mut documents = Vec::new();
    let (mut track_row, mut release_row) = (0, 0);
    for artist_row in 0..tracks.div_ceil(30) as u32 {
        let length = 1 + dice.below(2);
        let artist = text(&mut dice, &vocabulary, length);
        let fame = dice.share().powi(6) as f32;
        let mut push = |kind, row, title: &str, release: Option<&str>, fame, released_days| {
            let artists = if kind == Kind::Artist {
                vec![]
            } else {
                vec![artist.clone()]
            };
            documents.push(Document {
                kind,
                row,
                title: title.to_owned(),
                artists,
                release: release.map(str::to_owned),
                genre: None,
                also: Vec::new(),
                lyrics: None,
                popularity: fame,
                released_days: Some(released_days),
            });
        };
        push(Kind::Artist, artist_row, &artist, None, fame, 19_000);
        for _ in 0..3 {
            let length = 1 + dice.below(4);
            let release = text(&mut dice, &vocabulary, length);
            let released_days = 20_000 - dice.below(8_000) as i32;
            push(
                Kind::Release,
                release_row,
                &release,
                None,
                fame * 0.8,
                released_days,
            );
            release_row += 1;
            for _ in 0..10 {
                let length = 1 + dice.below(5);
                let title = text(&mut dice, &vocabulary, length);
                let share = dice.share() as f32;
                push(
                    Kind::Track,
                    track_row,
                    &title,
                    Some(&release),
                    fame * share,
                    released_days,
                );
                track_row += 1;
            }
        }
    }
    documents
}
