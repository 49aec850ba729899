//! How does an edition's index come to be, byte for byte the same from the same documents?
//!
//! Documents are read into memory once (some 200 bytes each), sorted by standing, numbered, and
//! written as one segment. Tantivy names a segment by a random UUID and keeps a list of its
//! files in no order; here the segment gets a fixed name and the list is left out, which a
//! folder that never changes does not need.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use tantivy::directory::{Directory, RamDirectory};
use tantivy::schema::{FAST, Field, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::store::Compressor;
use tantivy::{IndexSettings, SingleSegmentIndexWriter, TantivyDocument};

use crate::analysis::{Analysed, analyse};
use crate::manifest::{FILE, FORMAT, NAMES_FILE, WORDS_FILE};
use crate::ranking::STANDING_MAX;
use crate::{Document, Kind, Manifest, Ranking, SearchError, analysis, index, names, vocabulary};

/// The largest row: two bits of a 32-bit target are the kind.
const MAX_ROW: u32 = (1 << 30) - 1;

/// Words of one document that are indexed: a bound on what one delivery can do to the index.
const MAX_DOCUMENT_WORDS: usize = 1_000;

/// The same for what is sung.
const MAX_LYRICS_WORDS: usize = 4_000;

/// Bytes of tantivy's working memory that its hash table is sized for.
const MEMORY_HINT: usize = 64 << 20;

/// The name of the only segment.
const SEGMENT: &str = "00000000-0000-0000-0000-000000000000";

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct IndexStats {
    /// Documents in all.
    pub documents: u32,
    /// Documents by kind.
    pub by_kind: BTreeMap<Kind, u32>,
    /// Distinct words.
    pub words: u64,
    /// Distinct (kind, name) keys and variants.
    pub names: u64,
    /// Bytes of all files.
    pub bytes: u64,
}

/// A document, analysed and weighed.
struct Prepared {
    standing: u64,
    kind: Kind,
    row: u32,
    /// Kind letter + word, repeated by weight, parted by spaces.
    words: String,
    /// What is sung, parted by spaces.
    lyrics: String,
    name: String,
    variants: Vec<String>,
}

/// Writes the index of `documents` into `dir`, which is created if it is missing.
///
/// Recency is reckoned on `as_of_days` (days since 1970-01-01). The same documents, in any
/// order, give the same bytes. Nothing is renamed or synced: that is the edition's part.
pub fn write(
    dir: &Path,
    documents: impl IntoIterator<Item = Document>,
    as_of_days: i32,
    ranking: &Ranking,
) -> Result<IndexStats, SearchError> {
    let io = |source| SearchError::Io {
        path: dir.to_owned(),
        source,
    };
    std::fs::create_dir_all(dir).map_err(io)?;
    let mut frequencies: HashMap<String, u32> = HashMap::new();
    let mut prepared = Vec::new();
    for document in documents {
        prepared.push(prepare(&document, as_of_days, ranking, &mut frequencies)?);
    }
    prepared.sort_unstable_by(|a, b| {
        (b.standing, a.kind, a.row, &a.words).cmp(&(a.standing, b.kind, b.row, &b.words))
    });

    let names = write_names(dir, &prepared)?;
    let words = write_words(dir, frequencies)?;
    write_segment(dir, &prepared, &namesakes(&prepared))?;
    let manifest = Manifest {
        format: FORMAT,
        analysis: analysis::VERSION,
        documents: prepared.len() as u32,
        words,
        names,
        as_of_days,
        ranking: ranking.clone(),
    };
    let path = dir.join(FILE);
    let mut bytes =
        serde_json::to_vec_pretty(&manifest).map_err(|source| SearchError::Manifest {
            path: path.clone(),
            source,
        })?;
    bytes.push(b'\n');
    put(&path, &bytes)?;

    let mut by_kind = BTreeMap::new();
    for document in &prepared {
        *by_kind.entry(document.kind).or_default() += 1;
    }
    let bytes = folder_bytes(dir).map_err(io)?;
    Ok(IndexStats {
        documents: manifest.documents,
        by_kind,
        words,
        names,
        bytes,
    })
}

/// Analyses a document and counts its words.
fn prepare(
    document: &Document,
    as_of_days: i32,
    ranking: &Ranking,
    frequencies: &mut HashMap<String, u32>,
) -> Result<Prepared, SearchError> {
    if document.row > MAX_ROW {
        return Err(SearchError::Row {
            row: document.row,
            max: MAX_ROW,
        });
    }
    let title = analyse(&document.title);
    let mut weights: BTreeMap<&str, u32> = BTreeMap::new();
    let artists: Vec<Analysed> = document.artists.iter().map(|name| analyse(name)).collect();
    let others = document
        .release
        .iter()
        .chain(&document.genre)
        .chain(&document.also);
    let others: Vec<Analysed> = others.map(|name| analyse(name)).collect();
    let fields = [
        (std::slice::from_ref(&title), ranking.title_weight),
        (&artists, ranking.artist_weight),
        (&others, ranking.other_weight),
    ];
    for (field, weight) in fields {
        for word in field
            .iter()
            .flat_map(|text| text.words.iter().chain(&text.also))
        {
            if weights.len() < MAX_DOCUMENT_WORDS || weights.contains_key(word.as_str()) {
                *weights.entry(word).or_default() += weight;
            }
        }
    }
    let mut words = String::new();
    for (word, weight) in weights {
        match frequencies.get_mut(word) {
            Some(documents) => *documents += 1,
            None => drop(frequencies.insert(word.to_owned(), 1)),
        }
        for _ in 0..weight.clamp(1, 64) {
            words.push(document.kind.letter());
            words.push_str(word);
            words.push(' ');
        }
    }
    let lines = document.lyrics.iter().flat_map(|lyrics| lyrics.lines());
    let sung = lines.flat_map(|line| analyse(line).words);
    let lyrics: Vec<String> = sung.take(MAX_LYRICS_WORDS).collect();
    let standing = ranking.standing(document, as_of_days).min(STANDING_MAX);
    let Analysed { name, variants, .. } = title;
    Ok(Prepared {
        standing,
        kind: document.kind,
        row: document.row,
        words,
        lyrics: lyrics.join(" "),
        name,
        variants,
    })
}

/// For each document the distance to the next of the same kind and name, 0 for none.
fn namesakes(prepared: &[Prepared]) -> Vec<u32> {
    let mut last: HashMap<(Kind, &str), usize> = HashMap::new();
    let mut distances = vec![0; prepared.len()];
    for (doc, document) in prepared.iter().enumerate() {
        if let Some(before) = last.insert((document.kind, &document.name), doc) {
            distances[before] = (doc - before) as u32;
        }
    }
    distances
}

fn write_names(dir: &Path, prepared: &[Prepared]) -> Result<u64, SearchError> {
    let mut keys: Vec<(String, u64)> = Vec::new();
    for (doc, document) in prepared.iter().enumerate() {
        let variants = document.variants.iter();
        let variants = variants.map(|variant| names::variant_key(document.kind, variant));
        keys.extend(variants.map(|key| (key, doc as u64)));
        if !document.name.is_empty() {
            keys.push((names::key(document.kind, &document.name), doc as u64));
        }
    }
    keys.sort_unstable();
    // The first of equal keys is the best document.
    keys.dedup_by(|later, first| later.0 == first.0);
    write_map(&dir.join(NAMES_FILE), &keys)
}

fn write_words(dir: &Path, frequencies: HashMap<String, u32>) -> Result<u64, SearchError> {
    let mut words: Vec<(String, u64)> = frequencies
        .into_iter()
        .map(|(word, documents)| (word, vocabulary::value(documents)))
        .collect();
    words.sort_unstable();
    write_map(&dir.join(WORDS_FILE), &words)
}

fn write_map(path: &Path, sorted: &[(String, u64)]) -> Result<u64, SearchError> {
    let words = |source| SearchError::Words {
        path: path.to_owned(),
        source,
    };
    let map = fst::Map::from_iter(sorted.iter().map(|(key, value)| (key, *value)));
    put(path, map.map_err(words)?.as_fst().as_bytes())?;
    Ok(sorted.len() as u64)
}

/// The fields of the segment.
struct Fields {
    words: Field,
    lyrics: Field,
    target: Field,
    standing: Field,
    namesake: Field,
}

fn schema() -> (Schema, Fields) {
    let mut schema = Schema::builder();
    let words = TextFieldIndexing::default()
        .set_tokenizer("whitespace")
        .set_index_option(IndexRecordOption::WithFreqs);
    // Lines are looked for as they are sung; how long a song is says nothing about them.
    let lyrics = TextFieldIndexing::default()
        .set_tokenizer("whitespace")
        .set_fieldnorms(false)
        .set_index_option(IndexRecordOption::WithFreqsAndPositions);
    let fields = Fields {
        words: schema.add_text_field(
            index::WORDS,
            TextOptions::default().set_indexing_options(words),
        ),
        lyrics: schema.add_text_field(
            index::LYRICS,
            TextOptions::default().set_indexing_options(lyrics),
        ),
        target: schema.add_u64_field(index::TARGET, FAST),
        standing: schema.add_u64_field(index::STANDING, FAST),
        namesake: schema.add_u64_field(index::NAMESAKE, FAST),
    };
    (schema.build(), fields)
}

fn write_segment(dir: &Path, prepared: &[Prepared], namesakes: &[u32]) -> Result<(), SearchError> {
    let tantivy = |source| SearchError::Index {
        path: dir.to_owned(),
        source,
    };
    let (schema, fields) = schema();
    let settings = IndexSettings {
        docstore_compression: Compressor::None,
        docstore_compress_dedicated_thread: false,
        ..IndexSettings::default()
    };
    let memory = RamDirectory::create();
    let builder = tantivy::Index::builder().schema(schema).settings(settings);
    let mut writer: SingleSegmentIndexWriter = builder
        .single_segment_index_writer(memory.clone(), MEMORY_HINT)
        .map_err(tantivy)?;
    for (document, namesake) in prepared.iter().zip(namesakes) {
        let mut fielded = TantivyDocument::default();
        fielded.add_text(fields.words, &document.words);
        if !document.lyrics.is_empty() {
            fielded.add_text(fields.lyrics, &document.lyrics);
        }
        fielded.add_u64(
            fields.target,
            u64::from(document.row) << 2 | document.kind.code(),
        );
        fielded.add_u64(fields.standing, document.standing);
        fielded.add_u64(fields.namesake, u64::from(*namesake));
        writer.add_document(fielded).map_err(tantivy)?;
    }
    let index = writer.finalize().map_err(tantivy)?;
    persist(dir, &memory, &index)
}

/// Copies the segment's files out of memory, under the fixed name.
fn persist(dir: &Path, memory: &RamDirectory, index: &tantivy::Index) -> Result<(), SearchError> {
    let tantivy = |source| SearchError::Index {
        path: dir.to_owned(),
        source,
    };
    let open = |source| tantivy(tantivy::TantivyError::from(source));
    let meta = index.load_metas().map_err(tantivy)?;
    let plain = SEGMENT.replace('-', "");
    for file in meta.list_segment_files() {
        if !memory.exists(&file).map_err(open)? {
            continue;
        }
        let bytes = memory.open_read(&file).map_err(open)?;
        let bytes = bytes.read_bytes().map_err(|source| SearchError::Io {
            path: file.clone(),
            source,
        })?;
        let extension = file.extension().unwrap_or_default();
        put(&dir.join(&plain).with_extension(extension), &bytes)?;
    }
    let path = dir.join("meta.json");
    let json = |source| SearchError::Manifest {
        path: path.clone(),
        source,
    };
    let mut meta = serde_json::to_value(&meta).map_err(json)?;
    if let Some(segments) = meta["segments"].as_array_mut() {
        for segment in segments {
            segment["segment_id"] = SEGMENT.into();
        }
    }
    put(&path, &serde_json::to_vec_pretty(&meta).map_err(json)?)
}

fn put(path: &Path, bytes: &[u8]) -> Result<(), SearchError> {
    std::fs::write(path, bytes).map_err(|source| SearchError::Io {
        path: PathBuf::from(path),
        source,
    })
}

fn folder_bytes(dir: &Path) -> std::io::Result<u64> {
    std::fs::read_dir(dir)?
        .map(|entry| Ok(entry?.metadata()?.len()))
        .sum()
}
