//! Which words stand in one chunk of folded text, a run without white space?
//!
//! Listeners type "acdc", "ac dc" and "ac/dc"; "pink" and "p!nk"; "amour" for "L'Amour". The
//! chunk's own words are demanded of a document, the others find it too.

use super::fold::{is_unspaced, is_word_char};
use super::{MAX_WORD_CHARS, clip};

/// What a lone `&` or `+` is read as.
const AND: &str = "and";

/// A chunk, read.
#[derive(Default)]
pub(super) struct Chunk {
    /// Words a query demands.
    pub(super) words: Vec<String>,
    /// Words that find it too.
    pub(super) also: Vec<String>,
    /// The words before scripts without spaces are cut into pairs: what a name key is made of.
    pub(super) parts: Vec<String>,
}

/// Reads one chunk of folded text.
pub(super) fn read(text: &str) -> Chunk {
    let mut chunk = Chunk::default();
    let pieces: Vec<&str> = text.split('\'').filter(|piece| !piece.is_empty()).collect();
    let bare = pieces.concat();
    if bare == "&" || bare == "+" {
        chunk.words.push(AND.to_owned());
        chunk.parts.push(AND.to_owned());
        return chunk;
    }
    let literal = segments(&bare);
    if let Some(acronym) = acronym(&bare, &literal) {
        chunk.words.push(acronym.clone());
        chunk.parts.push(acronym);
        return chunk;
    }
    let read_as = letters_for_symbols(&bare).map(|bare| segments(&bare));
    if read_as.is_some() {
        chunk.also.extend(literal.iter().cloned());
    }
    if literal.len() > 1 && !literal.iter().any(|part| part.chars().any(is_unspaced)) {
        chunk.also.push(clip(&literal.concat()));
    }
    for part in read_as.unwrap_or(literal) {
        push_words(&part, &mut chunk);
        chunk.parts.push(part);
    }
    chunk.also.extend(without_elision(&pieces));
    chunk
}

/// The runs of word characters, parted where a script with spaces meets one without.
fn segments(text: &str) -> Vec<String> {
    let mut segments: Vec<String> = Vec::new();
    let mut previous: Option<bool> = None;
    for c in text.chars() {
        if !is_word_char(c) {
            previous = None;
            continue;
        }
        let unspaced = is_unspaced(c);
        match segments.last_mut() {
            Some(segment) if previous == Some(unspaced) => segment.push(c),
            _ => segments.push(c.to_string()),
        }
        previous = Some(unspaced);
    }
    segments
        .into_iter()
        .map(|part| {
            if part.chars().any(is_unspaced) {
                part
            } else {
                clip(&part)
            }
        })
        .collect()
}

/// Pairs of neighbours for scripts without spaces; the last character alone goes to `also`, so
/// that every single character begins some word of the document.
fn push_words(part: &str, chunk: &mut Chunk) {
    if !part.chars().any(is_unspaced) {
        chunk.words.push(part.to_owned());
        return;
    }
    let characters: Vec<char> = part.chars().collect();
    if let [single] = characters[..] {
        chunk.words.push(single.to_string());
        return;
    }
    chunk
        .words
        .extend(characters.windows(2).map(String::from_iter));
    chunk.also.extend(characters.last().map(char::to_string));
}

/// "R.E.M.", "N*E*R*D": letters one by one are one word.
fn acronym(text: &str, segments: &[String]) -> Option<String> {
    let single = |part: &String| {
        part.chars().count() == 1 && part.chars().all(|c| c.is_alphabetic() && !is_unspaced(c))
    };
    let dotted = text.chars().all(|c| is_word_char(c) || c == '.');
    let enough = segments.len() >= 3 || (segments.len() == 2 && dotted);
    (enough && segments.len() <= MAX_WORD_CHARS && segments.iter().all(single))
        .then(|| segments.concat())
}

/// "p!nk" → "pink", if the text has letters and symbols that stand for letters among them.
fn letters_for_symbols(text: &str) -> Option<String> {
    if !text.chars().any(char::is_alphabetic) {
        return None;
    }
    let characters: Vec<char> = text.chars().collect();
    let is_word = |c: Option<&char>| c.is_some_and(|&c| c.is_alphanumeric() || c == '$');
    let letter = |at: usize| {
        let before = is_word(at.checked_sub(1).and_then(|before| characters.get(before)));
        let after = is_word(characters.get(at + 1));
        match characters[at] {
            '$' if before || after => 's',
            '€' if before && after => 'e',
            '!' if after => 'i',
            '@' if before && after => 'a',
            c => c,
        }
    };
    let read_as: String = (0..characters.len()).map(letter).collect();
    (read_as != text).then_some(read_as)
}

/// "amour" of "l'amour", "schindler" of "schindler's".
fn without_elision(pieces: &[&str]) -> Option<String> {
    let [left, right] = pieces else { return None };
    let right = right.trim_end_matches(|c| !is_word_char(c));
    let word = |text: &str| !text.is_empty() && text.chars().all(is_word_char);
    let (left_length, right_length) = (left.chars().count(), right.chars().count());
    if right == "s" && left_length >= 3 && word(left) {
        Some(clip(left))
    } else if left_length <= 2 && right_length >= 2 && word(right) {
        Some(clip(right))
    } else {
        None
    }
}
