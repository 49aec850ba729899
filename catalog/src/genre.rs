//! Which genres do we know, and which of them does a label's word mean?
//!
//! A short taxonomy that listeners recognise; the label's own word is kept beside it. A word is
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
    let parts = |text: &str| -> String {
        let spaced: String = text
            .chars()
            .map(|c| {
                if c.is_alphanumeric() || "&-".contains(c) {
                    c
                } else {
                    ' '
                }
            })
            .collect();
        format!(
            " {} ",
            spaced.split_whitespace().collect::<Vec<_>>().join(" ")
        )
    };
    let padded = parts(&lower);
    let code = TAXONOMY
        .iter()
        .find(|(_, words)| {
            words
                .iter()
                .any(|word| padded.contains(&format!(" {word} ")))
        })
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
