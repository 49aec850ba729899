//! Typing mistakes are forgiven, and named.

use crate::shelf::Shelf;

fn check(shelf: &Shelf, typed: &str, first: &str, meant: Option<&str>) {
    let titles = shelf.titles(typed);
    assert_eq!(titles.first(), Some(&first), "{typed:?} found {titles:?}");
    assert_eq!(
        shelf.search(typed).did_you_mean.as_deref(),
        meant,
        "{typed:?}"
    );
}

#[test]
fn one_edit_in_a_word_of_five_letters_and_two_in_one_of_nine_are_forgiven() {
    let shelf = Shelf::classics();
    check(
        &shelf,
        "bohemain rapsody ",
        "Bohemian Rhapsody",
        Some("bohemian rhapsody"),
    );
    check(&shelf, "beatels", "The Beatles", Some("beatles"));
    check(&shelf, "beyonse", "Beyoncé", Some("beyonce"));
    check(&shelf, "garfunkle", "Simon & Garfunkel", Some("garfunkel"));
    check(&shelf, "quean", "Queen", Some("queen"));
    check(
        &shelf,
        "losing my religoin",
        "Losing My Religion",
        Some("losing my religion"),
    );
}

#[test]
fn short_words_are_taken_at_their_word() {
    let shelf = Shelf::classics();
    assert!(shelf.titles("hola ").is_empty());
    assert_eq!(shelf.search("hola ").did_you_mean, None);
}

#[test]
fn words_run_together_or_torn_apart_are_found() {
    let shelf = Shelf::classics();
    check(&shelf, "daftpunk", "Daft Punk", Some("daft punk"));
    check(&shelf, "black pink", "BLACKPINK", None);
    check(&shelf, "heyjude ", "Hey Jude", Some("hey jude"));
}

#[test]
fn a_mistake_in_an_unfinished_word_is_forgiven() {
    let shelf = Shelf::classics();
    assert_eq!(shelf.titles("rhaps")[0], "Bohemian Rhapsody");
    assert_eq!(shelf.titles("bohim")[0], "Bohemian Rhapsody");
}

#[test]
fn one_unknown_word_does_not_hide_what_the_others_find() {
    let shelf = Shelf::classics();
    assert_eq!(shelf.titles("zzqx beatles")[0], "The Beatles");
    assert!(shelf.titles("zzqx").is_empty());
}

#[test]
fn a_known_name_is_not_questioned() {
    let shelf = Shelf::classics();
    for text in ["queen", "hey jude", "bohemian rh", "!!!", "东京"] {
        assert_eq!(shelf.search(text).did_you_mean, None, "{text:?}");
    }
}
