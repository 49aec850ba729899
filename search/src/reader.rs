//! What are the best hits for a query, and the best names for a beginning?

use std::cell::Cell;
use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use tantivy::query::{EnableScoring, Weight};
use tantivy::{COLLECT_BLOCK_BUFFER_LEN as BLOCK, DocSet};

use crate::collect::{Best, Scored, best_of};
use crate::reading::{Degree, Reading, Typed, did_you_mean, readings};
use crate::{Index, Kind, Kinds, SearchError};

/// Hits that can be paged through: offset + limit is at most this.
pub const MAX_DEPTH: usize = 1_000;

/// Hits are counted up to this many.
pub const MAX_TOTAL: usize = 1_000;

/// Suggestions given at most.
pub const MAX_SUGGESTIONS: usize = 50;

/// Documents one search may see refused before it makes do with what it has: a bound on work in
/// a country where next to nothing may be heard.
const MAX_REFUSED: usize = 50_000;

/// Documents looked at while counting.
const MAX_COUNTED: usize = 10_000;

/// Documents of exactly the typed name that are looked at, per kind.
const MAX_NAMESAKES: usize = 256;

/// A question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// What was typed. The first 256 characters and ten words of it count.
    pub text: String,
    /// What to look for.
    pub kinds: Kinds,
    /// Hits wanted.
    pub limit: usize,
    /// Hits passed over.
    pub offset: usize,
}

/// One thing found.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hit {
    /// What it is.
    pub kind: Kind,
    /// Its row in the edition's table of that kind.
    pub row: u32,
    /// Higher is better; comparable within one answer only.
    pub score: f32,
}

/// An answer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Hits {
    /// Best first.
    pub hits: Vec<Hit>,
    /// Number of accepted documents that match, counted up to [`MAX_TOTAL`].
    pub total: usize,
    /// A likelier spelling (folded: "beyonce"), if little was found.
    pub did_you_mean: Option<String>,
}

/// A name that begins as typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suggestion {
    /// What it is.
    pub kind: Kind,
    /// Its row in the edition's table of that kind.
    pub row: u32,
}

/// A reading, asked of one kind of document: its words are looked up once.
struct Asked {
    kind: Kind,
    factor: f32,
    weight: Box<dyn Weight>,
}

/// The caller's filter, with its budget of refusals.
struct Filter<'a> {
    index: &'a Index,
    accept: &'a dyn Fn(Kind, u32) -> bool,
    refusals_left: Cell<usize>,
}

impl Filter<'_> {
    /// Whether a document may be shown; `None` when the budget is used up.
    fn accepts(&self, doc: u32) -> Option<bool> {
        self.accepts_target(self.index.target(doc))
    }

    /// The same of what a document stands for.
    fn accepts_target(&self, (kind, row): (Kind, u32)) -> Option<bool> {
        if (self.accept)(kind, row) {
            return Some(true);
        }
        self.refusals_left
            .set(self.refusals_left.get().checked_sub(1)?);
        Some(false)
    }
}

impl Index {
    /// Finds what was meant, best first.
    ///
    /// `accept(kind, row)` says what this listener may be shown; what it refuses is neither
    /// returned nor counted. It is called for candidates only, thousands of times at worst.
    ///
    /// # Errors
    /// [`SearchError::TooDeep`] past [`MAX_DEPTH`]; [`SearchError::Index`] if a file is damaged.
    pub fn search(
        &self,
        query: &Query,
        accept: &dyn Fn(Kind, u32) -> bool,
    ) -> Result<Hits, SearchError> {
        let depth = query.offset.saturating_add(query.limit);
        if depth > MAX_DEPTH {
            return Err(SearchError::TooDeep {
                asked: depth,
                max: MAX_DEPTH,
            });
        }
        let typed = Typed::read(&query.text);
        let filter = Filter {
            index: self,
            accept,
            refusals_left: Cell::new(MAX_REFUSED),
        };
        self.answer(query, &typed, depth, &filter)
            .map_err(|source| self.damaged(source))
    }

    fn answer(
        &self,
        query: &Query,
        typed: &Typed,
        depth: usize,
        filter: &Filter<'_>,
    ) -> tantivy::Result<Hits> {
        let ranking = &self.manifest.ranking;
        // The same readings whatever the page, so that pages fit together.
        let mut best = Best::of(depth.max(ranking.enough));
        let mut loosest = Vec::new();
        let (mut found_literally, mut sung) = (0, false);
        for degree in Degree::ALL {
            let found = best.kept().len();
            if found >= ranking.enough || (degree == Degree::Loosened && found > 0) {
                break;
            }
            let readings = readings(degree, typed, &self.vocabulary, ranking);
            let mut asked = Vec::new();
            for reading in &readings {
                for kind in query.kinds.iter() {
                    asked.push(self.asked(reading, kind)?);
                }
            }
            if degree == Degree::Literal {
                best.merge(self.exactly_named(typed, &asked, filter)?);
            }
            for asked in &asked {
                best.merge(self.best_of(asked, &best, filter)?);
            }
            if !asked.is_empty() {
                loosest = asked;
            }
            match degree {
                Degree::Literal => found_literally = best.kept().len(),
                Degree::Sung => sung = best.kept().len() > found,
                _ => {}
            }
        }
        let hits = best
            .kept()
            .iter()
            .skip(query.offset)
            .take(query.limit)
            .map(|scored| {
                let (kind, row) = self.target(scored.doc);
                Hit {
                    kind,
                    row,
                    score: scored.score,
                }
            });
        Ok(Hits {
            hits: hits.collect(),
            total: self
                .count(&loosest, filter)?
                .max(best.kept().len().min(depth)),
            did_you_mean: (found_literally < ranking.enough && !sung)
                .then(|| did_you_mean(typed, &self.vocabulary))
                .flatten(),
        })
    }

    fn asked(&self, reading: &Reading, kind: Kind) -> tantivy::Result<Asked> {
        let scoring = EnableScoring::enabled_from_statistics_provider(self, &self.searcher);
        Ok(Asked {
            kind,
            factor: reading.constant(),
            weight: reading.query(kind, self).weight(scoring)?,
        })
    }

    /// The best documents of one kind and reading that beat what is known.
    fn best_of(
        &self,
        asked: &Asked,
        known: &Best,
        filter: &Filter<'_>,
    ) -> tantivy::Result<Vec<Scored>> {
        let Some(segment) = self.segment() else {
            return Ok(Vec::new());
        };
        best_of(
            asked.weight.as_ref(),
            segment,
            known.capacity(),
            known.bar(),
            &|doc| self.factor(doc) * asked.factor,
            &|doc| filter.accepts(doc),
        )
    }

    /// The documents whose whole name was typed, with the factor for it.
    fn exactly_named(
        &self,
        typed: &Typed,
        literal: &[Asked],
        filter: &Filter<'_>,
    ) -> tantivy::Result<Vec<Scored>> {
        let Some(segment) = self.segment() else {
            return Ok(Vec::new());
        };
        let mut named = Vec::new();
        for Asked { kind, weight, .. } in literal {
            let exact = self.names.exact(*kind, &typed.name).into_iter();
            let mut docs: Vec<u32> = exact
                .flat_map(|first| self.namesakes(first))
                .take(MAX_NAMESAKES)
                .collect();
            docs.extend(self.names.exact_variant(*kind, &typed.name));
            docs.sort_unstable();
            docs.dedup();
            if docs.is_empty() {
                continue;
            }
            let mut scorer = weight.scorer(segment, 1.0)?;
            for doc in docs {
                if scorer.doc() > doc || scorer.seek(doc) != doc {
                    continue;
                }
                if filter.accepts(doc) == Some(true) {
                    let bm25 = scorer.score() * self.manifest.ranking.exact_name;
                    named.push(Scored {
                        score: bm25 * self.factor(doc),
                        doc,
                    });
                }
            }
        }
        Ok(named)
    }

    /// Counts the accepted documents of all these readings together.
    fn count(&self, asked: &[Asked], filter: &Filter<'_>) -> tantivy::Result<usize> {
        let Some(segment) = self.segment() else {
            return Ok(0);
        };
        // Kinds share no document; readings may.
        let several = asked.windows(2).any(|pair| pair[1].kind <= pair[0].kind);
        let mut seen = HashSet::new();
        let (mut counted, mut looked_at) = (0, 0);
        for asked in asked {
            let mut scorer = asked.weight.scorer(segment, 1.0)?;
            let (mut block, mut codes) = ([0; BLOCK], [0; BLOCK]);
            // Half of a lone word's time when each document was asked for by itself.
            loop {
                let docs = scorer.fill_buffer(&mut block);
                let docs = &block[..docs];
                let targets = self.targets(docs, &mut codes[..docs.len()]);
                for (doc, target) in docs.iter().zip(targets) {
                    looked_at += 1;
                    if looked_at > MAX_COUNTED || counted >= MAX_TOTAL {
                        return Ok(counted);
                    }
                    let accepted = filter.accepts_target(target) == Some(true);
                    if accepted && (!several || seen.insert(*doc)) {
                        counted += 1;
                    }
                }
                if docs.len() < BLOCK {
                    break;
                }
            }
        }
        Ok(counted)
    }

    /// Names that begin with `prefix`, best known first; then what a search for it finds.
    ///
    /// Gives at most `limit`, and never more than [`MAX_SUGGESTIONS`].
    ///
    /// # Errors
    /// [`SearchError::Index`] if a file is damaged.
    pub fn suggest(
        &self,
        prefix: &str,
        kinds: Kinds,
        limit: usize,
        accept: &dyn Fn(Kind, u32) -> bool,
    ) -> Result<Vec<Suggestion>, SearchError> {
        let limit = limit.min(MAX_SUGGESTIONS);
        let typed = Typed::read(prefix);
        let filter = Filter {
            index: self,
            accept,
            refusals_left: Cell::new(MAX_REFUSED / 10),
        };
        let mut suggestions: Vec<Suggestion> = Vec::new();
        let push = |suggestions: &mut Vec<Suggestion>, (kind, row)| {
            let suggestion = Suggestion { kind, row };
            if !suggestions.contains(&suggestion) {
                suggestions.push(suggestion);
            }
        };
        if typed.name.is_empty() || limit == 0 {
            return Ok(suggestions);
        }
        for doc in self.names.beginning(&typed.name, kinds) {
            match filter.accepts(doc) {
                Some(true) => push(&mut suggestions, self.target(doc)),
                Some(false) => {}
                None => break,
            }
            if suggestions.len() == limit {
                return Ok(suggestions);
            }
        }
        let query = Query {
            text: prefix.to_owned(),
            kinds,
            limit,
            offset: 0,
        };
        let hits = self
            .answer(&query, &typed, limit, &filter)
            .map_err(|source| self.damaged(source))?
            .hits;
        for hit in hits {
            push(&mut suggestions, (hit.kind, hit.row));
        }
        suggestions.truncate(limit);
        Ok(suggestions)
    }
}
