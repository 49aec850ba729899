//! Which words exist, how frequent are they, and which one was meant?
//!
//! `words.fst` maps a word to 2^32 − 1 − (documents that hold it), so that the frequent words
//! are the small values a [`Completions`] walk meets first.

use fst::{IntoStreamer, Map, Streamer};
use levenshtein_automata::{Distance, LevenshteinAutomatonBuilder};

use crate::completion::Completions;

/// The value of a word that no document holds.
const NEVER: u64 = u32::MAX as u64;

/// Words from this length (in characters) may hold one edit, and from the next two.
const LENGTH_FOR_ONE_EDIT: usize = 5;
const LENGTH_FOR_TWO_EDITS: usize = 9;

/// Words looked at for one correction: a bound on work.
const MAX_NEIGHBOURS: usize = 4_000;

/// The value of a word that `documents` documents hold.
#[cfg_attr(not(feature = "write"), allow(dead_code))]
pub(crate) fn value(documents: u32) -> u64 {
    NEVER - u64::from(documents)
}

/// A word near a typed one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Neighbour {
    pub(crate) word: String,
    /// Insertions, deletions, substitutions and swaps of neighbours.
    pub(crate) edits: u8,
    pub(crate) documents: u64,
}

/// Every word of the index, of any kind of document.
pub(crate) struct Vocabulary<D> {
    words: Map<D>,
    one_edit: LevenshteinAutomatonBuilder,
    two_edits: LevenshteinAutomatonBuilder,
}

impl<D: AsRef<[u8]>> Vocabulary<D> {
    pub(crate) fn new(data: D) -> fst::Result<Vocabulary<D>> {
        Ok(Vocabulary {
            words: Map::new(data)?,
            one_edit: LevenshteinAutomatonBuilder::new(1, true),
            two_edits: LevenshteinAutomatonBuilder::new(2, true),
        })
    }

    /// Number of documents that hold a word.
    pub(crate) fn documents(&self, word: impl AsRef<[u8]>) -> u64 {
        self.words
            .get(word)
            .map_or(0, |value| NEVER.saturating_sub(value))
    }

    /// The most frequent words that begin with `prefix`, other than itself.
    pub(crate) fn completions(&self, prefix: &str, limit: usize) -> Vec<String> {
        if prefix.is_empty() {
            return Vec::new();
        }
        Completions::new(self.words.as_fst(), [prefix.as_bytes()])
            .filter_map(|(key, _)| String::from_utf8(key).ok())
            .filter(|word| word != prefix)
            .take(limit)
            .collect()
    }

    /// The words a typed word may stand for by mistake: nearest first, then most frequent.
    ///
    /// With `open`, the typed word may also be the beginning of a longer one. Two edits, ten times the
    /// work, are thought of only in a long word that no single one explains.
    pub(crate) fn corrections(&self, typed: &str, open: bool, limit: usize) -> Vec<Neighbour> {
        let length = typed.chars().count();
        if length < LENGTH_FOR_ONE_EDIT || typed.chars().any(char::is_numeric) {
            return Vec::new();
        }
        let near = self.within(&self.one_edit, typed, open, limit);
        if length < LENGTH_FOR_TWO_EDITS || !near.is_empty() {
            return near;
        }
        self.within(&self.two_edits, typed, open, limit)
    }

    fn within(
        &self,
        builder: &LevenshteinAutomatonBuilder,
        typed: &str,
        open: bool,
        limit: usize,
    ) -> Vec<Neighbour> {
        let dfa = if open {
            builder.build_prefix_dfa(typed)
        } else {
            builder.build_dfa(typed)
        };
        let mut stream = self.words.search_with_state(&dfa).into_stream();
        let mut neighbours = Vec::new();
        let mut seen = 0;
        while let Some((key, value, state)) = stream.next() {
            seen += 1;
            if seen > MAX_NEIGHBOURS {
                break;
            }
            let (Distance::Exact(edits), Ok(word)) = (dfa.distance(state), str::from_utf8(key))
            else {
                continue;
            };
            if word != typed {
                let documents = NEVER.saturating_sub(value);
                neighbours.push(Neighbour {
                    word: word.to_owned(),
                    edits,
                    documents,
                });
            }
        }
        neighbours
            .sort_by(|a, b| (a.edits, b.documents, &a.word).cmp(&(b.edits, a.documents, &b.word)));
        neighbours.truncate(limit);
        neighbours
    }

    /// The two words that a typed word consists of, if both exist: "daftpunk".
    ///
    /// Of several ways the one whose rarer half is most frequent.
    pub(crate) fn split(&self, typed: &str) -> Option<(String, String)> {
        typed
            .char_indices()
            .skip(2)
            .filter(|(at, _)| typed[*at..].chars().nth(1).is_some())
            .map(|(at, _)| typed.split_at(at))
            .map(|(left, right)| (self.documents(left).min(self.documents(right)), left, right))
            .filter(|(documents, ..)| *documents > 0)
            .max_by_key(|(documents, ..)| *documents)
            .map(|(_, left, right)| (left.to_owned(), right.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vocabulary(words: &[(&str, u32)]) -> Vocabulary<Vec<u8>> {
        let mut words = words.to_vec();
        words.sort();
        let map = Map::from_iter(words.iter().map(|(word, n)| (word, value(*n)))).unwrap();
        Vocabulary::new(map.into_fst().into_inner()).unwrap()
    }

    fn words(neighbours: &[Neighbour]) -> Vec<&str> {
        neighbours
            .iter()
            .map(|neighbour| neighbour.word.as_str())
            .collect()
    }

    #[test]
    fn corrections_come_nearest_first_and_then_most_frequent() {
        let vocabulary = vocabulary(&[
            ("rhapsody", 9),
            ("rhapsodie", 2),
            ("bohemian", 7),
            ("queen", 80),
            ("queer", 90),
        ]);
        assert_eq!(
            words(&vocabulary.corrections("rapsody", false, 4)),
            ["rhapsody"]
        );
        assert_eq!(
            words(&vocabulary.corrections("bohemain", false, 4)),
            ["bohemian"]
        );
        assert_eq!(
            words(&vocabulary.corrections("quees", false, 4)),
            ["queer", "queen"]
        );
        assert_eq!(
            words(&vocabulary.corrections("rhapsodye", false, 4)),
            ["rhapsody", "rhapsodie"]
        );
    }

    #[test]
    fn short_words_and_numbers_are_left_alone() {
        let vocabulary = vocabulary(&[("abba", 5), ("19999", 5)]);
        assert!(vocabulary.corrections("abbb", false, 4).is_empty());
        assert!(vocabulary.corrections("19998", false, 4).is_empty());
    }

    #[test]
    fn an_open_word_is_corrected_as_a_beginning() {
        let vocabulary = vocabulary(&[("bohemian", 7)]);
        assert!(vocabulary.corrections("bohim", false, 4).is_empty());
        assert_eq!(
            words(&vocabulary.corrections("bohim", true, 4)),
            ["bohemian"]
        );
    }

    #[test]
    fn completions_come_by_frequency() {
        let vocabulary = vocabulary(&[("love", 3), ("lover", 9), ("lovely", 5), ("low", 90)]);
        assert_eq!(vocabulary.completions("love", 9), ["lover", "lovely"]);
        assert_eq!(vocabulary.completions("l", 1), ["low"]);
    }

    #[test]
    fn a_run_together_word_splits_where_both_halves_exist() {
        let vocabulary = vocabulary(&[("daft", 3), ("punk", 9), ("da", 1)]);
        let split = vocabulary.split("daftpunk");
        assert_eq!(split, Some(("daft".to_owned(), "punk".to_owned())));
        assert_eq!(vocabulary.split("daftpank"), None);
        assert_eq!(vocabulary.split("é"), None);
    }
}
