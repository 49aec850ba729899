//! Which characters does a listener take for the same one?
//!
//! Source: UAX #15 (NFKC, NFKD), Unicode 3.13 (default caseless matching). Folding loses
//! information on purpose and is applied to both sides of every comparison.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Folds compatibility forms, case, accents, kana and lookalike letters.
///
/// Apostrophes of all shapes come out as `'`.
pub fn fold(text: &str) -> String {
    let plain: String = text.chars().filter_map(plain_char).collect();
    plain
        .nfkc()
        .flat_map(fold_case)
        .nfkd()
        .filter(|&c| !is_dropped(c))
        .flat_map(fold_letter)
        .nfc()
        .map(fold_kana)
        .collect()
}

/// What must be settled before NFKC, which turns `´` into a space and `™` into letters.
fn plain_char(c: char) -> Option<char> {
    match c {
        c if is_apostrophe(c) => Some('\''),
        '™' | '®' | '©' | '℠' | '℗' => Some(' '),
        // Soft hyphen, zero-width characters, direction marks, variation selectors.
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' => {
            None
        }
        '\u{2066}'..='\u{2069}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' => None,
        c => Some(c),
    }
}

fn is_apostrophe(c: char) -> bool {
    matches!(
        c,
        '`' | '´' | '’' | '‘' | '‛' | 'ʼ' | 'ʻ' | 'ʹ' | '′' | '＇'
    )
}

/// Full case folding by way of upper case: `ß`, `ẞ` → `ss`, `ς` → `σ`, `ı` → `i`.
fn fold_case(c: char) -> impl Iterator<Item = char> {
    c.to_lowercase()
        .flat_map(char::to_uppercase)
        .flat_map(char::to_lowercase)
}

/// Accents that a listener leaves out. Vowel signs of Indic scripts and the voicing marks of
/// kana are letters to their readers and stay.
fn is_dropped(c: char) -> bool {
    matches!(c,
        '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}'
        | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}' | '\u{fe00}'..='\u{fe0f}'
        // Hebrew points, Arabic vowel signs and the stretching tatweel.
        | '\u{591}'..='\u{5bd}' | '\u{5bf}' | '\u{5c1}'..='\u{5c2}' | '\u{5c4}'..='\u{5c7}'
        | '\u{610}'..='\u{61a}' | '\u{640}' | '\u{64b}'..='\u{65f}' | '\u{670}')
}

/// Latin letters that Unicode does not decompose.
fn fold_letter(c: char) -> impl Iterator<Item = char> {
    let (first, second) = match c {
        'ø' => ('o', None),
        'æ' => ('a', Some('e')),
        'œ' => ('o', Some('e')),
        'đ' | 'ð' | 'ɖ' => ('d', None),
        'þ' => ('t', Some('h')),
        'ł' => ('l', None),
        'ħ' => ('h', None),
        'ŧ' => ('t', None),
        'ŋ' => ('n', None),
        'ƒ' => ('f', None),
        'ə' => ('e', None),
        // Normalisation brings forth new ones: `ŉ`, the Greek varia, the triple prime.
        c if is_apostrophe(c) => ('\'', None),
        c => (c, None),
    };
    std::iter::once(first).chain(second)
}

/// Katakana as hiragana: listeners type either.
fn fold_kana(c: char) -> char {
    match c {
        'ァ'..='ヶ' | 'ヽ' | 'ヾ' => char::from_u32(c as u32 - 0x60).unwrap_or(c),
        c => c,
    }
}

/// Whether a character belongs inside a word.
pub(super) fn is_word_char(c: char) -> bool {
    c.is_alphanumeric() || is_combining_mark(c)
}

/// Whether a character is of a script written without spaces between words.
pub(super) fn is_unspaced(c: char) -> bool {
    matches!(c,
        '\u{e00}'..='\u{eff}'        // Thai, Lao
        | '\u{1000}'..='\u{109f}'    // Myanmar
        | '\u{1100}'..='\u{11ff}'    // Hangul letters
        | '\u{1780}'..='\u{17ff}'    // Khmer
        | '\u{3005}'..='\u{3007}' | '\u{3041}'..='\u{30ff}' | '\u{3100}'..='\u{312f}'
        | '\u{31f0}'..='\u{31ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{a960}'..='\u{a97f}' | '\u{ac00}'..='\u{d7ff}' | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(text: &str, expected: &str) {
        assert_eq!(fold(text), expected, "{text:?}");
    }

    #[test]
    fn case_folds_fully_and_turkish_dots_leave_no_trace() {
        check("İstanbul", "istanbul");
        check("ışık", "isik");
        check("STRASSE Straße STRAẞE", "strasse strasse strasse");
        check("ὈΔΥΣΣΕΎΣ", "οδυσσευσ");
        check("ﬁlm №", "film no");
    }

    #[test]
    fn accents_fold_in_composed_and_decomposed_form() {
        check("Mötley Crüe", "motley crue");
        check("Mo\u{308}tley Cru\u{308}e", "motley crue");
        check("Sigur Rós Mø Łódź Æther", "sigur ros mo lodz aether");
        check("Ёлка", "елка");
    }

    #[test]
    fn kana_folds_over_width_and_script_and_keeps_its_voicing() {
        check("ﾊﾝｶｸ", "はんかく");
        check("ハンカク", "はんかく");
        check("ｶﾞﾗｽ", "がらす");
        check("カラス", "からす");
    }

    #[test]
    fn hangul_stays_whole_and_indic_vowels_stay() {
        check("방탄소년단", "방탄소년단");
        check("हिन्दी", "हिन्दी");
    }

    #[test]
    fn apostrophes_of_all_shapes_are_one() {
        check("Don’t don´t don`t donʼt", "don't don't don't don't");
        check("\u{1fef} ‴ ŉ", "' ''' 'n");
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing(text in "\\PC{0,40}") {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once);
        }
    }
}
