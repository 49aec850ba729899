//! Which ways are there to read what was typed?
//!
//! A [`Reading`] is one interpretation: a slot per word, in each slot the words that may stand
//! there. Readings come in five degrees, each looser than the one before.

use std::cell::OnceCell;

use tantivy::Term;
use tantivy::query::{BooleanQuery, BoostQuery, EmptyQuery, PhraseQuery, Query, TermQuery};
use tantivy::schema::IndexRecordOption;

use crate::analysis::analyse;
use crate::index::Index;
use crate::vocabulary::{Neighbour, Vocabulary};
use crate::{Kind, Ranking};

/// Words of a query that are looked at; those beyond are ignored.
pub(crate) const MAX_WORDS: usize = 10;

/// Words that make a line of a song.
const MIN_SUNG: usize = 3;

/// Words that one word is completed to, and corrected to.
const MAX_COMPLETIONS: usize = 16;
const MAX_CORRECTIONS: usize = 4;

/// A word that no more documents hold than this may be a mistake that somebody else made too.
const DOUBTFUL: u64 = 3;

/// A correction of a word that exists is worth asking about if it is this many times as frequent.
const FAR_MORE_FREQUENT: u64 = 20;

/// What was typed, analysed.
pub(crate) struct Typed {
    pub(crate) words: Vec<String>,
    /// The whole text as a name.
    pub(crate) name: String,
    /// The last word may go on: no space follows it.
    pub(crate) open: bool,
    /// What each word may be a misspelling of, once asked: closed and open.
    corrections: Vec<[OnceCell<Vec<Neighbour>>; 2]>,
}

impl Typed {
    pub(crate) fn read(text: &str) -> Typed {
        let analysed = analyse(text);
        let mut words = analysed.words;
        let open = words.len() <= MAX_WORDS && !text.ends_with(char::is_whitespace);
        words.truncate(MAX_WORDS);
        Typed {
            corrections: words.iter().map(|_| Default::default()).collect(),
            words,
            name: analysed.name,
            open,
        }
    }

    /// What a word that is unknown, or nearly so, may be a misspelling of.
    fn corrections<D: AsRef<[u8]>>(
        &self,
        place: usize,
        open: bool,
        vocabulary: &Vocabulary<D>,
    ) -> &[Neighbour] {
        let word = &self.words[place];
        self.corrections[place][usize::from(open)].get_or_init(|| {
            if vocabulary.documents(word) > DOUBTFUL {
                return Vec::new();
            }
            vocabulary.corrections(word, open, MAX_CORRECTIONS)
        })
    }

    /// Whether the word in this place may be the beginning of another.
    fn is_open(&self, place: usize) -> bool {
        self.open && place + 1 == self.words.len()
    }
}

/// How far a reading departs from what was typed. In order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Degree {
    /// Every word as typed.
    Literal,
    /// The last word as the beginning of a longer one.
    Completed,
    /// The words of a song, in their order.
    Sung,
    /// Words corrected, joined or split.
    Corrected,
    /// Any of the words.
    Loosened,
}

impl Degree {
    pub(crate) const ALL: [Degree; 5] = [
        Degree::Literal,
        Degree::Completed,
        Degree::Sung,
        Degree::Corrected,
        Degree::Loosened,
    ];
}

/// A word that may stand in a slot.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Alternative {
    pub(crate) word: String,
    pub(crate) weight: f32,
}

/// One interpretation of what was typed.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Reading {
    /// For each word what may stand for it; no slot is empty.
    pub(crate) slots: Vec<Vec<Alternative>>,
    /// Factor of every score.
    pub(crate) factor: f32,
    pub(crate) wanted: Wanted,
}

/// What of a reading a document must have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// Every slot filled.
    All,
    /// One slot filled.
    Any,
    /// Every slot filled, one after the other, in its lyrics.
    InARow,
}

impl Reading {
    /// These words, each as it stands, if all of them exist.
    pub(crate) fn literal<D: AsRef<[u8]>>(
        words: &[String],
        factor: f32,
        vocabulary: &Vocabulary<D>,
    ) -> Option<Reading> {
        let known = !words.is_empty() && words.iter().all(|word| vocabulary.documents(word) > 0);
        known.then(|| Reading::of(words, factor, Wanted::All))
    }

    /// These words, each as it stands.
    fn of(words: &[String], factor: f32, wanted: Wanted) -> Reading {
        let slot = |word: &String| {
            vec![Alternative {
                word: word.clone(),
                weight: 1.0,
            }]
        };
        Reading {
            slots: words.iter().map(slot).collect(),
            factor,
            wanted,
        }
    }

    /// The only word it asks for, if it is one. A lone term is found by the fastest walk there is, which
    /// neither a union of one nor a boost around it would be.
    fn only(&self) -> Option<&Alternative> {
        let mut alternatives = self.slots.iter().flatten();
        alternatives
            .next()
            .filter(|_| alternatives.next().is_none())
    }

    /// The factor of every score of [`Reading::query`].
    pub(crate) fn constant(&self) -> f32 {
        self.factor * self.only().map_or(1.0, |only| only.weight)
    }

    /// The query over one kind of document. Boosts stand inside, where they do not keep tantivy
    /// from pruning.
    pub(crate) fn query(&self, kind: Kind, index: &Index) -> Box<dyn Query> {
        let term = |alternative: &Alternative| -> Box<dyn Query> {
            let term = index.term(kind, &alternative.word);
            let query = Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs));
            if alternative.weight == 1.0 {
                return query;
            }
            Box::new(BoostQuery::new(query, alternative.weight))
        };
        let union = |alternatives: &mut dyn Iterator<Item = &Alternative>| {
            Box::new(BooleanQuery::union(alternatives.map(term).collect()))
        };
        if let Some(only) = self.only() {
            let term = index.term(kind, &only.word);
            return Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs));
        }
        if self.wanted == Wanted::InARow {
            return self.line(kind, index);
        }
        if self.wanted == Wanted::Any || self.slots.len() == 1 {
            return union(&mut self.slots.iter().flatten());
        }
        let slots = self.slots.iter().map(|slot| match &slot[..] {
            [single] => term(single),
            several => union(&mut several.iter()),
        });
        Box::new(BooleanQuery::intersection(slots.collect()))
    }

    /// The query for what is sung: tracks only.
    fn line(&self, kind: Kind, index: &Index) -> Box<dyn Query> {
        let field = index.lyrics.filter(|_| kind == Kind::Track);
        let words = self.slots.iter().flatten();
        match field {
            Some(field) => Box::new(PhraseQuery::new(
                words
                    .map(|sung| Term::from_field_text(field, &sung.word))
                    .collect(),
            )),
            None => Box::new(EmptyQuery),
        }
    }
}

/// The readings of one degree; none if this degree has nothing to add.
pub(crate) fn readings<D: AsRef<[u8]>>(
    degree: Degree,
    typed: &Typed,
    vocabulary: &Vocabulary<D>,
    ranking: &Ranking,
) -> Vec<Reading> {
    match degree {
        Degree::Literal => Reading::literal(&typed.words, 1.0, vocabulary)
            .into_iter()
            .collect(),
        Degree::Completed => completed(typed, vocabulary, ranking).into_iter().collect(),
        Degree::Sung => sung(typed, ranking).into_iter().collect(),
        Degree::Corrected => {
            let slots = corrected(typed, vocabulary, ranking);
            let whole = !slots.is_empty() && slots.iter().all(|slot| !slot.is_empty());
            let corrected = if whole { apart(slots) } else { Vec::new() };
            corrected
                .into_iter()
                .chain(regrouped(typed, vocabulary, ranking))
                .collect()
        }
        Degree::Loosened => {
            let mut slots = corrected(typed, vocabulary, ranking);
            slots.retain(|slot| !slot.is_empty());
            let useful = typed.words.len() > 1 && !slots.is_empty();
            let loosened = Reading {
                slots,
                factor: ranking.loosened,
                wanted: Wanted::Any,
            };
            useful.then_some(loosened).into_iter().collect()
        }
    }
}

fn completed<D: AsRef<[u8]>>(
    typed: &Typed,
    vocabulary: &Vocabulary<D>,
    ranking: &Ranking,
) -> Option<Reading> {
    let (last, before) = typed.words.split_last().filter(|_| typed.open)?;
    let mut slots = Reading::literal(before, 1.0, vocabulary)
        .map(|reading| reading.slots)
        .unwrap_or_default();
    if slots.len() != before.len() {
        return None;
    }
    let mut slot = as_typed(last, vocabulary);
    slot.extend(completions(last, vocabulary, ranking));
    if slot.is_empty() {
        return None;
    }
    slots.push(slot);
    Some(Reading {
        slots,
        factor: 1.0,
        wanted: Wanted::All,
    })
}

/// What was typed as a line of a song: fewer words are no line, and as they stand, since lyrics are not corrected.
fn sung(typed: &Typed, ranking: &Ranking) -> Option<Reading> {
    let line = typed.words.len() >= MIN_SUNG;
    line.then(|| Reading::of(&typed.words, ranking.sung, Wanted::InARow))
}

/// One reading of these slots; of a single word's few alternatives one each, which is faster than their union.
fn apart(slots: Vec<Vec<Alternative>>) -> Vec<Reading> {
    let reading = |slots| Reading {
        slots,
        factor: 1.0,
        wanted: Wanted::All,
    };
    match &slots[..] {
        [slot] if slot.len() <= MAX_CORRECTIONS => {
            let each = slot.iter().cloned();
            each.map(|alternative| reading(vec![vec![alternative]]))
                .collect()
        }
        _ => vec![reading(slots)],
    }
}

/// For each word itself, what it may be a beginning or a misspelling of.
fn corrected<D: AsRef<[u8]>>(
    typed: &Typed,
    vocabulary: &Vocabulary<D>,
    ranking: &Ranking,
) -> Vec<Vec<Alternative>> {
    let slot = |(place, word): (usize, &String)| {
        let mut slot = as_typed(word, vocabulary);
        if typed.is_open(place) {
            slot.extend(completions(word, vocabulary, ranking));
        }
        let open = typed.is_open(place) && slot.is_empty();
        for neighbour in typed.corrections(place, open, vocabulary) {
            if !slot.iter().any(|known| known.word == neighbour.word) {
                let weight = ranking.corrected.powi(i32::from(neighbour.edits.max(1)));
                slot.push(Alternative {
                    word: neighbour.word.clone(),
                    weight,
                });
            }
        }
        slot
    };
    typed.words.iter().enumerate().map(slot).collect()
}

/// Neighbours joined ("black pink"), unknown words split ("daftpunk").
fn regrouped<D: AsRef<[u8]>>(
    typed: &Typed,
    vocabulary: &Vocabulary<D>,
    ranking: &Ranking,
) -> Vec<Reading> {
    let mut groupings: Vec<Vec<String>> = Vec::new();
    for (place, pair) in typed.words.windows(2).enumerate() {
        let mut words = typed.words.clone();
        words.splice(place..place + 2, [pair.concat()]);
        groupings.push(words);
    }
    for (place, word) in typed.words.iter().enumerate() {
        let unknown = vocabulary.documents(word) == 0;
        if let Some((left, right)) = vocabulary.split(word).filter(|_| unknown) {
            let mut words = typed.words.clone();
            words.splice(place..=place, [left, right]);
            groupings.push(words);
        }
    }
    let literal = |words: &Vec<String>| Reading::literal(words, ranking.regrouped, vocabulary);
    groupings.iter().filter_map(literal).collect()
}

fn as_typed<D: AsRef<[u8]>>(word: &str, vocabulary: &Vocabulary<D>) -> Vec<Alternative> {
    let known = vocabulary.documents(word) > 0;
    known
        .then(|| Alternative {
            word: word.to_owned(),
            weight: 1.0,
        })
        .into_iter()
        .collect()
}

fn completions<D: AsRef<[u8]>>(
    word: &str,
    vocabulary: &Vocabulary<D>,
    ranking: &Ranking,
) -> impl Iterator<Item = Alternative> {
    let weight = ranking.completed;
    let words = vocabulary.completions(word, MAX_COMPLETIONS).into_iter();
    words.map(move |word| Alternative { word, weight })
}

/// What to ask "did you mean …?" about: unknown words replaced by the likeliest known ones.
pub(crate) fn did_you_mean<D: AsRef<[u8]>>(
    typed: &Typed,
    vocabulary: &Vocabulary<D>,
) -> Option<String> {
    let mut meant = Vec::new();
    for (place, word) in typed.words.iter().enumerate() {
        let documents = vocabulary.documents(word);
        let begins_some =
            documents == 0 && typed.is_open(place) && !vocabulary.completions(word, 1).is_empty();
        let best = typed.corrections(place, false, vocabulary).first();
        let best = best.filter(|best| {
            documents == 0 || best.documents / FAR_MORE_FREQUENT >= documents && best.edits == 1
        });
        match (best, vocabulary.split(word)) {
            _ if begins_some => meant.push(word.clone()),
            (Some(best), _) => meant.push(best.word.clone()),
            (None, Some((left, right))) if documents == 0 => meant.extend([left, right]),
            _ => meant.push(word.clone()),
        }
    }
    (meant != typed.words).then(|| meant.join(" "))
}
