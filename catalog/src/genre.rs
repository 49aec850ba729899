//! Which genres do we know, and which of them does a label's word mean?
//!
//! A short taxonomy that listeners recognise (`GENRES.md` lists it for people); the label's own word is kept beside it. A word is
//! mapped by its parts: the first entry of [`TAXONOMY`] one of whose words stands in it.

use crate::release::Genre;

/// Code and the words that mean it, most special first: "metal" before "rock".
pub const TAXONOMY: &[(&str, &[&str])] = &[
    (
        "soundtrack",
        &["soundtrack", "score", "game", "film", "video game", "ost"],
    ),
    ("chiptune", &["chiptune", "8-bit", "8bit", "tracker"]),
    ("metal", &["metal", "metalcore", "grindcore"]),
    ("punk", &["punk", "hardcore"]),
    ("ambient", &["ambient", "drone", "new age", "downtempo"]),
    ("house", &["house", "techno", "trance"]),
    (
        "electronic",
        &[
            "electronic",
            "electronica",
            "dance",
            "edm",
            "synth",
            "idm",
            "breakbeat",
            "dubstep",
        ],
    ),
    ("hip-hop", &["hip-hop", "hip hop", "hiphop", "rap", "trap"]),
    ("r-and-b", &["r&b", "rnb", "rhythm and blues"]),
    ("soul", &["soul", "funk", "motown"]),
    ("jazz", &["jazz", "swing", "bebop"]),
    ("blues", &["blues"]),
    ("reggae", &["reggae", "ska", "dub"]),
    ("latin", &["latin", "salsa", "tango", "bossa"]),
    ("country", &["country", "bluegrass", "americana"]),
    ("folk", &["folk", "singer-songwriter", "celtic", "medieval"]),
    (
        "classical",
        &[
            "classical",
            "orchestral",
            "symphonic",
            "opera",
            "baroque",
            "chamber",
        ],
    ),
    ("world", &["world", "traditional", "ethnic"]),
    ("children", &["children", "kids"]),
    ("spoken", &["spoken", "audiobook", "comedy", "podcast"]),
    ("indie", &["indie", "alternative"]),
    ("rock", &["rock", "grunge"]),
    ("pop", &["pop"]),
];

/// The code for a word that the taxonomy does not know.
pub const OTHER: &str = "other";

/// Maps a label's word.
pub fn classify(delivered: &str) -> Genre {
    let lower = delivered.to_lowercase();
    let mut words = String::with_capacity(lower.len() + 2);
    words.push(' ');
    for part in lower.split(|c: char| !c.is_alphanumeric() && !"&-".contains(c)) {
        if !part.is_empty() {
            words.push_str(part);
            words.push(' ');
        }
    }
    let stands = |word: &&str| {
        let mut places = words.match_indices(*word);
        places.any(|(at, _)| {
            let around = (words.as_bytes()[at - 1], words.as_bytes()[at + word.len()]);
            around == (b' ', b' ')
        })
    };
    let code = TAXONOMY
        .iter()
        .find(|(_, words)| words.iter().any(stands))
        .map_or(OTHER, |(code, _)| code);
    Genre {
        code: code.to_owned(),
        delivered: delivered.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_for_people_is_the_taxonomy() {
        let rows = include_str!("../GENRES.md").lines();
        let rows: Vec<&str> = rows.filter(|line| line.starts_with("| ")).skip(1).collect();
        let expected: Vec<String> = TAXONOMY
            .iter()
            .map(|(code, words)| format!("| {code} | {} |", words.join(", ")))
            .collect();
        assert_eq!(rows, expected);
    }

    #[test]
    fn the_most_special_genre_wins_and_the_labels_word_is_kept() {
        let genre = classify("Progressive Metal / Rock");
        assert_eq!(
            (genre.code.as_str(), genre.delivered.as_str()),
            ("metal", "Progressive Metal / Rock")
        );
        assert_eq!(classify("Hip Hop/Rap").code, "hip-hop");
        assert_eq!(classify("Popular").code, OTHER);
        assert_eq!(classify("").code, OTHER);
    }
}
