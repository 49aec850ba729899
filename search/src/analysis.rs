//! Which words does a text consist of, for search?
//!
//! A text is folded ([`fold`]), cut at white space into *chunks*, and each chunk into
//! words at punctuation. `words` is what a query demands; a document is found by `words` and
//! `also`. Any change here changes [`VERSION`], so that no reader asks an old index new questions.

mod chunk;
mod fold;

pub use fold::fold;

/// Version of the analysis, written in the manifest.
pub const VERSION: u32 = 1;

/// Characters of a name or a query that are looked at: a bound on work, not a rule about names.
pub const MAX_CHARS: usize = 256;

/// Characters of one word that count: longer ones are equal if their beginnings are.
pub const MAX_WORD_CHARS: usize = 40;

/// A text, read for search.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Analysed {
    /// The words in order, as a query demands them.
    pub words: Vec<String>,
    /// Other words that a document with this text is found by: "jayz" for "Jay-Z".
    pub also: Vec<String>,
    /// The whole text as one key, for exact names and autocomplete: "jay z".
    pub name: String,
    /// Other keys for the same name: "jayz", "beatles" for "The Beatles".
    pub variants: Vec<String>,
}

/// Reads a name or a query.
///
/// A text without any letter or digit ("!!!") is one word: itself.
pub fn analyse(text: &str) -> Analysed {
    let cut = text
        .char_indices()
        .nth(MAX_CHARS)
        .map_or(text, |(end, _)| &text[..end]);
    let folded = fold(cut);
    let mut analysed = Analysed::default();
    let (mut spaced, mut tight) = (Vec::new(), Vec::new());
    let mut symbols = String::new();
    for text in folded.split_whitespace() {
        let chunk = chunk::read(text);
        symbols.push_str(text);
        tight.push(chunk.parts.concat());
        spaced.extend(chunk.parts);
        analysed.words.extend(chunk.words);
        analysed.also.extend(chunk.also);
    }
    if !symbols.is_empty() && !symbols.chars().any(fold::is_word_char) {
        // "&", "+" and "!!!" are names too, when there is nothing else.
        spaced = vec![clip(&symbols)];
        tight.clone_from(&spaced);
        analysed.words.clone_from(&spaced);
    }
    tight.retain(|part| !part.is_empty());
    analysed.name = spaced.join(" ");
    let tight = tight.join(" ");
    if tight != analysed.name {
        analysed.variants.push(tight);
    }
    if let Some(rest) = analysed.name.strip_prefix("the ") {
        analysed.variants.push(rest.to_owned());
    }
    analysed
}

/// The first [`MAX_WORD_CHARS`] characters of a word.
fn clip(word: &str) -> String {
    word.chars().take(MAX_WORD_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(text: &str, words: &[&str], also: &[&str], name: &str) {
        let analysed = analyse(text);
        assert_eq!(analysed.words, words, "words of {text:?}");
        assert_eq!(analysed.also, also, "also of {text:?}");
        assert_eq!(analysed.name, name, "name of {text:?}");
    }

    #[test]
    fn plain_names_are_their_words() {
        check("Hey Jude", &["hey", "jude"], &[], "hey jude");
        check("  Hey,   Jude! ", &["hey", "jude"], &[], "hey jude");
    }

    #[test]
    fn apostrophes_join_and_elisions_are_found_by_the_noun() {
        check("Don’t Stop", &["dont", "stop"], &[], "dont stop");
        check("L'Amour", &["lamour"], &["amour"], "lamour");
        check("D’Angelo", &["dangelo"], &["angelo"], "dangelo");
        check(
            "Schindler's List",
            &["schindlers", "list"],
            &["schindler"],
            "schindlers list",
        );
    }

    #[test]
    fn symbols_that_stand_for_letters_are_read_as_letters() {
        check("P!nk", &["pink"], &["p", "nk", "pnk"], "pink");
        check("Ke$ha", &["kesha"], &["ke", "ha", "keha"], "kesha");
        check(
            "$uicideboy$",
            &["suicideboys"],
            &["uicideboy"],
            "suicideboys",
        );
        check(
            "A$AP Rocky",
            &["asap", "rocky"],
            &["a", "ap", "aap"],
            "asap rocky",
        );
        check(
            "Panic! at the Disco",
            &["panic", "at", "the", "disco"],
            &[],
            "panic at the disco",
        );
        check("$100", &["100"], &[], "100");
    }

    #[test]
    fn a_name_of_symbols_alone_is_its_own_word() {
        check("!!!", &["!!!"], &[], "!!!");
        check("÷", &["÷"], &[], "÷");
        check("&", &["&"], &[], "&");
        check("🔥 🔥", &["🔥🔥"], &[], "🔥🔥");
        check("Sunn O)))", &["sunn", "o"], &[], "sunn o");
        check("", &[], &[], "");
    }

    #[test]
    fn punctuation_inside_a_name_is_found_apart_and_joined() {
        check("Jay-Z", &["jay", "z"], &["jayz"], "jay z");
        check("AC/DC", &["ac", "dc"], &["acdc"], "ac dc");
        assert_eq!(analyse("AC/DC").variants, ["acdc"]);
        check("R.E.M.", &["rem"], &[], "rem");
        check("N*E*R*D", &["nerd"], &[], "nerd");
        check(
            "Simon & Garfunkel",
            &["simon", "and", "garfunkel"],
            &[],
            "simon and garfunkel",
        );
    }

    #[test]
    fn a_leading_article_may_be_left_out() {
        assert_eq!(analyse("The Beatles").variants, ["beatles"]);
        assert!(analyse("The").variants.is_empty());
    }

    #[test]
    fn scripts_without_spaces_become_pairs() {
        check("東京事変", &["東京", "京事", "事変"], &["変"], "東京事変");
        check("愛", &["愛"], &[], "愛");
        check("AKB48劇場", &["akb48", "劇場"], &["場"], "akb48 劇場");
        check(
            "방탄소년단",
            &["방탄", "탄소", "소년", "년단"],
            &["단"],
            "방탄소년단",
        );
        assert_eq!(analyse("ﾊﾝｶｸ"), analyse("はんかく"));
    }

    proptest! {
        #[test]
        fn no_text_panics_and_no_word_is_empty_or_holds_a_space(text in "\\PC{0,300}") {
            let analysed = analyse(&text);
            for word in analysed.words.iter().chain(&analysed.also) {
                prop_assert!(!word.is_empty() && !word.contains(char::is_whitespace));
                prop_assert!(word.chars().count() <= MAX_WORD_CHARS);
            }
        }
    }
}
