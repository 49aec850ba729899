//! Names are found as people type them.

use proptest::prelude::*;
use search::{Document, Kind, Kinds, Query, SearchError};

use crate::shelf::{Shelf, document};
use crate::synthetic;

fn check(shelf: &Shelf, text: &str, first: &str) {
    let titles = shelf.titles(text);
    assert_eq!(titles.first(), Some(&first), "{text:?} found {titles:?}");
}

#[test]
fn hard_names_are_found_first_as_people_type_them() {
    let shelf = Shelf::classics();
    for (text, first) in [
        ("queen", "Queen"),
        ("QUEEN ", "Queen"),
        ("bohemian rhapsody", "Bohemian Rhapsody"),
        ("bohemian rhapsody queen", "Bohemian Rhapsody"),
        ("queen bohemian", "Bohemian Rhapsody"),
        ("beatles", "The Beatles"),
        ("the beatles", "The Beatles"),
        ("p!nk", "P!nk"),
        ("!!!", "!!!"),
        ("motley crue", "Mötley Crüe"),
        ("MÖTLEY CRÜE", "Mötley Crüe"),
        ("beyonce", "Beyoncé"),
        ("kesha", "Ke$ha"),
        ("ke$ha", "Ke$ha"),
        ("acdc", "AC/DC"),
        ("ac dc", "AC/DC"),
        ("ac/dc", "AC/DC"),
        ("jay z", "Jay-Z"),
        ("jayz", "Jay-Z"),
        ("rem", "R.E.M."),
        ("r.e.m.", "R.E.M."),
        ("tnt", "T.N.T."),
        ("dont stop me now", "Don't Stop Me Now"),
        ("don’t stop me now", "Don't Stop Me Now"),
        ("sigur ros", "Sigur Rós"),
        ("hoppipolla", "Hoppípolla"),
        ("÷", "÷"),
        ("amour toujours", "L'Amour Toujours"),
        ("d'agostino", "Gigi D'Agostino"),
        ("agostino", "Gigi D'Agostino"),
        ("simon and garfunkel", "Simon & Garfunkel"),
        ("simon & garfunkel", "Simon & Garfunkel"),
        ("istanbul", "İstanbul Gelişim"),
        ("ISTANBUL", "İstanbul Gelişim"),
        ("uskudara", "Üsküdar'a Gider İken"),
        ("ддт", ""),
        ("группа", "Группа крови"),
        ("елка", "Ёлка"),
    ] {
        if first.is_empty() {
            assert!(shelf.titles(text).is_empty(), "{text:?}");
        } else {
            check(&shelf, text, first);
        }
    }
}

#[test]
fn pink_means_both_the_singer_and_the_band() {
    let titles = Shelf::classics();
    let titles = titles.titles("pink");
    assert_eq!(titles[0], "P!nk", "the exact name first, in {titles:?}");
    assert!(titles.contains(&"Pink Floyd"), "{titles:?}");
}

#[test]
fn scripts_without_spaces_are_found_by_any_part() {
    let shelf = Shelf::classics();
    check(&shelf, "东京", "东京事变");
    check(&shelf, "事变", "东京事变");
    check(&shelf, "变", "东京事变");
    check(&shelf, "林檎", "椎名林檎");
    check(&shelf, "サディスティック", "丸の内サディスティック");
    check(&shelf, "ﾊﾝﾊﾞｰﾄ", "ハンバート ハンバート");
    check(&shelf, "はんばーと", "ハンバート ハンバート");
    check(&shelf, "방탄", "BTS (방탄소년단)");
    check(&shelf, "소년", "BTS (방탄소년단)");
}

#[test]
fn an_unknown_track_of_a_famous_name_stands_below_the_name_itself() {
    let shelf = Shelf::classics();
    let titles = shelf.titles("queen");
    let intro = shelf.search_for("queen", Kinds::of(&[Kind::Track]));
    assert_eq!(titles[0], "Queen");
    let rows: Vec<_> = intro
        .hits
        .iter()
        .map(|hit| shelf.title(hit.kind, hit.row))
        .collect();
    assert!(
        rows.contains(&"Bohemian Rhapsody") && rows.contains(&"Queen"),
        "{rows:?}"
    );
}

#[test]
fn only_the_kinds_asked_for_are_found() {
    let shelf = Shelf::classics();
    for kind in Kind::ALL {
        let hits = shelf.search_for("queen", Kinds::of(&[kind])).hits;
        assert!(!hits.is_empty() && hits.iter().all(|hit| hit.kind == kind));
    }
    assert!(shelf.search_for("queen", Kinds::of(&[])).hits.is_empty());
}

#[test]
fn what_the_caller_refuses_is_neither_returned_nor_counted() {
    let shelf = Shelf::classics();
    let query = Query {
        text: "queen".into(),
        kinds: Kinds::ALL,
        limit: 10,
        offset: 0,
    };
    let all = shelf.index.search(&query, &|_, _| true).unwrap();
    let some = shelf
        .index
        .search(&query, &|kind, _| kind != Kind::Artist)
        .unwrap();
    let none = shelf.index.search(&query, &|_, _| false).unwrap();
    assert_eq!(some.total, all.total - 1);
    assert!(some.hits.iter().all(|hit| hit.kind != Kind::Artist));
    assert!(none.hits.is_empty() && none.total == 0);
    let suggested = |accept: &dyn Fn(Kind, u32) -> bool| {
        shelf.index.suggest("quee", Kinds::ALL, 5, accept).unwrap()
    };
    assert!(suggested(&|_, _| false).is_empty());
    assert!(
        suggested(&|kind, _| kind == Kind::Track)
            .iter()
            .all(|s| s.kind == Kind::Track)
    );
}

#[test]
fn pages_fit_together() {
    let documents = (0..300)
        .map(|row| document(Kind::Track, row, "Intro", &["Various"], row as f32 / 300.0))
        .chain([document(Kind::Track, 300, "Outro", &["Intro Maker"], 1.0)])
        .collect();
    let shelf = Shelf::of(documents);
    let page = |offset, limit| {
        let query = Query {
            text: "intro".into(),
            kinds: Kinds::ALL,
            limit,
            offset,
        };
        shelf.index.search(&query, &|_, _| true).unwrap()
    };
    let whole = page(0, 301);
    assert_eq!((whole.hits.len(), whole.total), (301, 301));
    assert!(whole.hits.is_sorted_by(|a, b| a.score >= b.score));
    let pages: Vec<_> = (0..301)
        .step_by(7)
        .flat_map(|offset| page(offset, 7).hits)
        .collect();
    assert_eq!(pages, whole.hits);
    assert!(matches!(
        shelf.index.search(
            &Query {
                text: "intro".into(),
                kinds: Kinds::ALL,
                limit: 10,
                offset: 995
            },
            &|_, _| true
        ),
        Err(SearchError::TooDeep {
            asked: 1005,
            max: 1000
        })
    ));
}

#[test]
fn a_beginning_suggests_the_best_known_names() {
    let shelf = Shelf::classics();
    assert_eq!(shelf.suggestions("bea")[0], "The Beatles");
    assert_eq!(shelf.suggestions("the bea")[0], "The Beatles");
    assert_eq!(shelf.suggestions("be")[..2], ["The Beatles", "Beyoncé"]);
    assert_eq!(shelf.suggestions("acd")[0], "AC/DC");
    assert_eq!(shelf.suggestions("pink")[..2], ["Pink Floyd", "P!nk"]);
    assert_eq!(shelf.suggestions("!!")[0], "!!!");
    assert_eq!(shelf.suggestions("東")[..], [] as [&str; 0]);
    assert_eq!(shelf.suggestions("椎")[0], "椎名林檎");
    assert_eq!(
        shelf.suggestions("jude")[0],
        "Hey Jude",
        "a later word, by search"
    );
    assert!(shelf.suggestions("").is_empty());
}

#[test]
fn the_last_word_may_be_unfinished() {
    let shelf = Shelf::classics();
    check(&shelf, "bohemian rh", "Bohemian Rhapsody");
    check(&shelf, "hey ju", "Hey Jude");
}

#[test]
fn every_document_of_a_large_catalogue_is_found_by_its_own_title() {
    let shelf = Shelf::of(synthetic::catalogue(7, 6_000, 4_000));
    let mut missed = Vec::new();
    for document in &shelf.documents {
        let kinds = Kinds::of(&[document.kind]);
        let query = Query {
            text: document.title.clone(),
            kinds,
            limit: 1_000,
            offset: 0,
        };
        let found = shelf.index.search(&query, &|_, _| true).unwrap();
        if !found.hits.iter().any(|hit| hit.row == document.row) {
            missed.push(&document.title);
        }
    }
    assert!(missed.is_empty(), "{} missed: {missed:?}", missed.len());
}

#[test]
fn an_index_of_nothing_finds_nothing() {
    let shelf = Shelf::of(Vec::new());
    assert!(shelf.titles("queen").is_empty());
    assert!(shelf.suggestions("q").is_empty());
}

proptest! {
    #[test]
    fn no_text_and_no_page_makes_search_panic(
        text in prop_oneof![
            "\\PC{0,60}",
            "[a-z!'& .$]{0,60}",
            "(queen|bohemian|rapsody|!!!|p!nk|方|'|\"|:|\\(|-|\\*| ){0,14}",
            proptest::collection::vec(any::<char>(), 0..400).prop_map(String::from_iter),
        ],
        limit in 0usize..50,
        offset in prop_oneof![0usize..60, Just(usize::MAX)],
    ) {
        thread_local! {
            static SHELF: Shelf = Shelf::classics();
        }
        SHELF.with(|shelf| {
            let query = Query { text: text.clone(), kinds: Kinds::ALL, limit, offset };
            match shelf.index.search(&query, &|_, row| row % 3 != 0) {
                Ok(found) => assert!(found.hits.len() <= limit),
                Err(error) => assert!(matches!(error, SearchError::TooDeep { .. }), "{error}"),
            }
            let suggested = shelf.index.suggest(&text, Kinds::ALL, limit, &|_, _| true).unwrap();
            assert!(suggested.len() <= limit);
        });
    }
}

#[test]
fn a_song_is_found_by_a_line_of_it_and_only_as_it_is_sung() {
    let sung = |row, title: &str, artist: &str, lyrics: &str| Document {
        lyrics: Some(lyrics.to_owned()),
        ..document(Kind::Track, row, title, &[artist], 0.5)
    };
    let shelf = Shelf::of(vec![
        sung(
            0,
            "Lanterns",
            "Ada Quell",
            "Count the lights\nalong the Übersee shore\n\nDon't wait",
        ),
        document(Kind::Track, 1, "Along the Shore", &["Nobody"], 0.5),
        document(Kind::Track, 2, "Count", &["The Lights"], 0.5),
    ]);
    assert_eq!(
        shelf.titles("the lights along"),
        ["Lanterns"],
        "over the end of a line"
    );
    assert_eq!(
        shelf.titles("along the ubersee"),
        ["Lanterns"],
        "folded as names are"
    );
    assert_eq!(shelf.titles("shore dont wait"), ["Lanterns"]);
    assert_eq!(shelf.search("the lights along").did_you_mean, None);
    assert_eq!(
        shelf.titles("along the shore")[0],
        "Along the Shore",
        "a name before a line"
    );
    assert_eq!(shelf.titles("count the lights"), ["Count", "Lanterns"]);
    assert!(
        !shelf.titles("wait dont shore").contains(&"Lanterns"),
        "in another order"
    );
    assert_eq!(
        shelf
            .search_for("the lights along", Kinds::of(&[Kind::Artist]))
            .hits,
        []
    );
    assert_eq!(
        shelf.titles("lanterns"),
        ["Lanterns"],
        "lyrics take nothing from its name"
    );
}
