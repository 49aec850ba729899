//! What does an opened index hold?
//!
//! Everything is mapped; opening reads a few kilobytes. A document is a `u32` in the order of
//! static rank; its columns say what it stands for.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tantivy::columnar::ColumnValues;
use tantivy::directory::{Directory, OwnedBytes};
use tantivy::query::Bm25StatisticsProvider;
use tantivy::schema::Field;
use tantivy::{ReloadPolicy, Searcher, SegmentReader, TantivyError, Term};

use crate::manifest::{NAMES_FILE, WORDS_FILE};
use crate::names::Names;
use crate::sealed::SealedDirectory;
use crate::vocabulary::Vocabulary;
use crate::{Kind, Manifest, SearchError};

pub(crate) const WORDS: &str = "words";
/// The words of songs, in their order; in indices since there are any.
pub(crate) const LYRICS: &str = "lyrics";
pub(crate) const TARGET: &str = "target";
pub(crate) const STANDING: &str = "standing";
pub(crate) const NAMESAKE: &str = "namesake";

/// An index, mapped and ready to answer. Shared freely between threads.
///
/// The files must be those that were published: the edition checks their hashes before it opens
/// them, and a mapped file must never be truncated.
pub struct Index {
    dir: PathBuf,
    pub(crate) manifest: Manifest,
    pub(crate) vocabulary: Vocabulary<OwnedBytes>,
    pub(crate) names: Names<OwnedBytes>,
    pub(crate) searcher: Searcher,
    pub(crate) words: Field,
    pub(crate) lyrics: Option<Field>,
    columns: Option<Columns>,
}

/// The columns of the one segment; an index of nothing has none.
struct Columns {
    target: Arc<dyn ColumnValues<u64>>,
    standing: Arc<dyn ColumnValues<u64>>,
    namesake: Arc<dyn ColumnValues<u64>>,
}

impl Index {
    /// Opens the index in `dir`.
    ///
    /// # Errors
    /// A file is missing or damaged, or another version wrote it.
    pub fn open(dir: &Path) -> Result<Index, SearchError> {
        let damaged = |source| SearchError::Index {
            path: dir.to_owned(),
            source,
        };
        let manifest = Manifest::read(dir)?;
        let sealed = SealedDirectory::open(dir).map_err(damaged)?;
        let map = |name: &str| -> Result<OwnedBytes, SearchError> {
            let file = sealed.open_read(Path::new(name));
            let file = file.map_err(|source| damaged(TantivyError::from(source)))?;
            file.read_bytes().map_err(|source| SearchError::Io {
                path: dir.join(name),
                source,
            })
        };
        let words = |name: &'static str| {
            let path = dir.join(name);
            move |source| SearchError::Words { path, source }
        };
        let vocabulary = Vocabulary::new(map(WORDS_FILE)?).map_err(words(WORDS_FILE))?;
        let names = Names::new(map(NAMES_FILE)?).map_err(words(NAMES_FILE))?;

        let index = tantivy::Index::open(sealed).map_err(damaged)?;
        let words = index.schema().get_field(WORDS).map_err(damaged)?;
        let lyrics = index.schema().get_field(LYRICS).ok();
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual);
        let searcher = reader.try_into().map_err(damaged)?.searcher();
        let columns = match searcher.segment_readers() {
            [segment] if segment.max_doc() > 0 => {
                let fast = segment.fast_fields();
                let column = |name| fast.column_first_or_default(name).map_err(damaged);
                Some(Columns {
                    target: column(TARGET)?,
                    standing: column(STANDING)?,
                    namesake: column(NAMESAKE)?,
                })
            }
            _ => None,
        };
        let dir = dir.to_owned();
        Ok(Index {
            dir,
            manifest,
            vocabulary,
            names,
            searcher,
            words,
            lyrics,
            columns,
        })
    }

    /// What the index says about itself.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Number of documents.
    pub fn documents(&self) -> u32 {
        self.manifest.documents
    }

    /// A failure while asking: the mapped files are not what they were.
    pub(crate) fn damaged(&self, source: TantivyError) -> SearchError {
        SearchError::Index {
            path: self.dir.clone(),
            source,
        }
    }

    /// The one segment, unless the index is empty.
    pub(crate) fn segment(&self) -> Option<&SegmentReader> {
        self.columns
            .as_ref()
            .and_then(|_| self.searcher.segment_readers().first())
    }

    /// What a document stands for.
    pub(crate) fn target(&self, doc: u32) -> (Kind, u32) {
        let code = self
            .columns
            .as_ref()
            .map_or(0, |columns| columns.target.get_val(doc));
        target(code)
    }

    /// The same for many documents, in their order; as many as `codes` has room for.
    pub(crate) fn targets<'a>(
        &self,
        docs: &[u32],
        codes: &'a mut [u64],
    ) -> impl Iterator<Item = (Kind, u32)> + use<'a> {
        match &self.columns {
            // Through the trait object once, not once for each document.
            Some(columns) => columns.target.as_ref().get_vals(docs, codes),
            None => codes.fill(0),
        }
        codes.iter().map(|code| target(*code))
    }

    /// The static factor of a document's score: falls, or stays, as documents go up.
    pub(crate) fn factor(&self, doc: u32) -> f32 {
        let standing = self
            .columns
            .as_ref()
            .map_or(0, |columns| columns.standing.get_val(doc));
        self.manifest.ranking.factor(standing)
    }

    /// A document and those after it of the same kind and name.
    pub(crate) fn namesakes(&self, first: u32) -> impl Iterator<Item = u32> {
        std::iter::successors(Some(first), |&doc| {
            let columns = self.columns.as_ref()?;
            let distance = u32::try_from(columns.namesake.get_val(doc)).ok()?;
            let next = doc
                .checked_add(distance)
                .filter(|&next| next < self.documents());
            next.filter(|_| distance > 0)
        })
    }

    /// A word of a kind of document, as the segment knows it.
    pub(crate) fn term(&self, kind: Kind, word: &str) -> Term {
        Term::from_field_text(self.words, &format!("{}{word}", kind.letter()))
    }
}

/// A word is as rare as it is in the whole index: an artist called "Love" is not a rarity
/// because few artists are.
impl Bm25StatisticsProvider for Index {
    fn total_num_tokens(&self, field: Field) -> tantivy::Result<u64> {
        Bm25StatisticsProvider::total_num_tokens(&self.searcher, field)
    }

    fn total_num_docs(&self) -> tantivy::Result<u64> {
        Bm25StatisticsProvider::total_num_docs(&self.searcher)
    }

    fn doc_freq(&self, term: &Term) -> tantivy::Result<u64> {
        if term.field() != self.words {
            return Bm25StatisticsProvider::doc_freq(&self.searcher, term);
        }
        Ok(self
            .vocabulary
            .documents(term.serialized_value_bytes().get(1..).unwrap_or_default()))
    }
}

/// What a code of the column stands for: its kind in the two lowest bits, its row above.
fn target(code: u64) -> (Kind, u32) {
    (Kind::of_code(code), (code >> 2) as u32)
}
