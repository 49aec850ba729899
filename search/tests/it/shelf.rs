//! A shelf of well-known names that are hard to search for.

use search::{Document, Hits, Index, Kind, Kinds, Query, Ranking, write};
use tempfile::TempDir;

/// An index in a folder of its own, with the documents it was written from.
pub(crate) struct Shelf {
    pub(crate) documents: Vec<Document>,
    pub(crate) index: Index,
    _dir: TempDir,
}

pub(crate) fn document(
    kind: Kind,
    row: u32,
    title: &str,
    artists: &[&str],
    popularity: f32,
) -> Document {
    Document {
        kind,
        row,
        title: title.to_owned(),
        artists: artists.iter().map(|&name| name.to_owned()).collect(),
        release: None,
        genre: None,
        also: Vec::new(),
        lyrics: None,
        popularity,
        released_days: Some(20_000),
    }
}

impl Shelf {
    pub(crate) fn of(documents: Vec<Document>) -> Shelf {
        let dir = tempfile::tempdir().unwrap();
        write(
            dir.path(),
            documents.iter().cloned(),
            20_000,
            &Ranking::default(),
        )
        .unwrap();
        let index = Index::open(dir.path()).unwrap();
        Shelf {
            documents,
            index,
            _dir: dir,
        }
    }

    /// Artists with one track or more each, as (artist, popularity, tracks).
    pub(crate) fn classics() -> Shelf {
        let classics: [(&str, f32, &[&str]); 24] = [
            (
                "Queen",
                0.95,
                &["Bohemian Rhapsody", "Don't Stop Me Now", "Radio Ga Ga"],
            ),
            ("The Beatles", 1.0, &["Hey Jude", "Let It Be", "Love Me Do"]),
            ("P!nk", 0.8, &["So What", "Raise Your Glass"]),
            ("Pink Floyd", 0.85, &["Money", "Wish You Were Here"]),
            ("!!!", 0.2, &["Must Be the Moon", "Heart of Hearts"]),
            ("Mötley Crüe", 0.5, &["Kickstart My Heart"]),
            ("Beyoncé", 0.97, &["Halo", "Crazy in Love"]),
            ("Ke$ha", 0.6, &["TiK ToK"]),
            ("AC/DC", 0.9, &["Back in Black", "T.N.T."]),
            ("Jay-Z", 0.8, &["99 Problems"]),
            ("R.E.M.", 0.6, &["Losing My Religion"]),
            ("Daft Punk", 0.9, &["Around the World", "Get Lucky"]),
            ("BLACKPINK", 0.9, &["DDU-DU DDU-DU"]),
            ("Sigur Rós", 0.4, &["Hoppípolla"]),
            ("东京事变", 0.3, &["群青日和"]),
            ("椎名林檎", 0.4, &["丸の内サディスティック"]),
            ("BTS (방탄소년단)", 0.95, &["봄날"]),
            ("İstanbul Gelişim", 0.1, &["Üsküdar'a Gider İken"]),
            ("Ed Sheeran", 0.95, &["÷", "Shape of You"]),
            ("Gigi D'Agostino", 0.5, &["L'Amour Toujours"]),
            ("Simon & Garfunkel", 0.7, &["The Sound of Silence"]),
            ("ハンバート ハンバート", 0.2, &["ぼくのお日さま"]),
            ("Intro Makers", 0.1, &["Intro", "Queen", "Love"]),
            ("Кино", 0.5, &["Группа крови", "Ёлка"]),
        ];
        let mut documents = Vec::new();
        let mut row = 0;
        for (artist, (name, fame, tracks)) in classics.into_iter().enumerate() {
            documents.push(document(Kind::Artist, artist as u32, name, &[], fame));
            for &title in tracks {
                documents.push(document(Kind::Track, row, title, &[name], fame * 0.9));
                row += 1;
            }
        }
        documents.push(document(
            Kind::Release,
            0,
            "A Night at the Opera",
            &["Queen"],
            0.7,
        ));
        Shelf::of(documents)
    }

    pub(crate) fn search(&self, text: &str) -> Hits {
        self.search_for(text, Kinds::ALL)
    }

    pub(crate) fn search_for(&self, text: &str, kinds: Kinds) -> Hits {
        let query = Query {
            text: text.to_owned(),
            kinds,
            limit: 10,
            offset: 0,
        };
        self.index.search(&query, &|_, _| true).unwrap()
    }

    pub(crate) fn title(&self, kind: Kind, row: u32) -> &str {
        let is_it = |document: &&Document| (document.kind, document.row) == (kind, row);
        &self.documents.iter().find(is_it).unwrap().title
    }

    /// The titles of the hits, best first.
    pub(crate) fn titles(&self, text: &str) -> Vec<&str> {
        let hits = self.search(text).hits;
        hits.iter()
            .map(|hit| self.title(hit.kind, hit.row))
            .collect()
    }

    /// The titles of the suggestions, best first.
    pub(crate) fn suggestions(&self, prefix: &str) -> Vec<&str> {
        let suggestions = self
            .index
            .suggest(prefix, Kinds::ALL, 5, &|_, _| true)
            .unwrap();
        suggestions
            .iter()
            .map(|found| self.title(found.kind, found.row))
            .collect()
    }
}
