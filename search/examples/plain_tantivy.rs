//! What do the same searches cost in tantivy alone, as its documentation would have it done?
//!
//! `cargo run --release -p search --example plain_tantivy FOLDER`, over what `million` left in FOLDER.
//!
//! Three text fields, all words wanted, BM25, the best twenty. It knows no standing, no names and no
//! readings of what was typed: a typo is asked for as one, a beginning as a beginning.

#[path = "timing/stopwatch.rs"]
mod stopwatch;

use std::collections::BTreeMap;
use std::path::Path;

use stopwatch::{HEADER, cpu, time};
use tantivy::collector::TopDocs;
use tantivy::query::{FuzzyTermQuery, PhrasePrefixQuery, Query, QueryParser};
use tantivy::schema::{Field, STRING, Schema, TEXT};
use tantivy::{Index, IndexSettings, Searcher, TantivyDocument, TantivyError, Term};

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let folder = std::env::args().nth(1).ok_or("name the folder")?;
    let folder = Path::new(&folder);
    let dir = tempfile::tempdir()?;
    let began = cpu();
    let (index, fields, count) = write(dir.path(), &folder.join("tracks.tsv"))?;
    let took = (cpu() - began).as_secs_f64();
    let files = std::fs::read_dir(dir.path())?;
    let sizes = files.map(|file| Ok(file?.metadata()?.len()));
    let bytes: u64 = sizes.sum::<std::io::Result<u64>>()?;
    let each = bytes as f64 / count as f64;
    println!("tantivy alone: {took:.1} CPU s to write, {each:.1} bytes per track\n\n{HEADER}");

    let searcher = index.reader()?.searcher();
    let mut parser = QueryParser::for_index(&index, fields.to_vec());
    parser.set_conjunction_by_default();
    for (kind, texts) in queries(&folder.join("queries.tsv"))? {
        let [title, ..] = fields;
        time(&kind, &texts, |text| {
            let (query, limit) = asked(&kind, text, title, &parser)?;
            best(&searcher, &*query, limit)
        })?;
    }
    Ok(())
}

/// One segment of the rows of a file: title, artist, release.
fn write(dir: &Path, rows: &Path) -> Result<(Index, [Field; 3], usize), Failure> {
    let mut schema = Schema::builder();
    let fields = ["title", "artist", "release"].map(|name| schema.add_text_field(name, TEXT));
    let row_field = schema.add_text_field("row", STRING);
    let builder = Index::builder().schema(schema.build());
    let builder = builder.settings(IndexSettings::default());
    let directory = tantivy::directory::MmapDirectory::open(dir)?;
    let mut writer = builder.single_segment_index_writer(directory, 256 << 20)?;
    let rows = std::fs::read_to_string(rows)?;
    let mut count = 0;
    for (at, row) in rows.lines().enumerate() {
        let mut document = TantivyDocument::default();
        for (field, text) in fields.iter().zip(row.split('\t')) {
            document.add_text(*field, text);
        }
        document.add_text(row_field, at.to_string());
        writer.add_document(document)?;
        count += 1;
    }
    Ok((writer.finalize()?, fields, count))
}

/// What is typed, by kind.
fn queries(path: &Path) -> Result<BTreeMap<String, Vec<String>>, Failure> {
    let mut kinds: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in std::fs::read_to_string(path)?.lines() {
        let (kind, text) = row.split_once('\t').ok_or("a row without a tab")?;
        kinds
            .entry(kind.to_owned())
            .or_default()
            .push(text.to_owned());
    }
    Ok(kinds)
}

/// The query that tantivy offers for a kind, and how many hits are wanted.
fn asked(
    kind: &str,
    text: &str,
    title: Field,
    parser: &QueryParser,
) -> Result<(Box<dyn Query>, usize), TantivyError> {
    let words = text.to_lowercase();
    let terms: Vec<Term> = words
        .split_whitespace()
        .map(|word| Term::from_field_text(title, word))
        .collect();
    Ok(match (kind, terms.first()) {
        ("one typo", Some(term)) => (Box::new(FuzzyTermQuery::new(term.clone(), 1, true)), 20),
        (kind, Some(_)) if kind.starts_with("suggest") => {
            (Box::new(PhrasePrefixQuery::new(terms)), 10)
        }
        _ => (parser.parse_query(text)?, 20),
    })
}

fn best(searcher: &Searcher, query: &dyn Query, limit: usize) -> Result<(), TantivyError> {
    let hits = searcher.search(query, &TopDocs::with_limit(limit).order_by_score())?;
    std::hint::black_box(hits);
    Ok(())
}
