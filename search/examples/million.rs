//! How large is the index of a million tracks, and how much CPU does a search cost?
//!
//! `cargo run --release -p search --example million [tracks] [folder]`
//!
//! Prints bytes per track by file, and per kind of search the median and the 99th percentile of the
//! thread's CPU time. With a folder it leaves there what a peer needs to do the same: the tracks
//! (`tracks.tsv`: title, artist, release, popularity) and the queries (`queries.tsv`: kind, text).

#[path = "timing/stopwatch.rs"]
mod stopwatch;
#[path = "../tests/it/synthetic.rs"]
mod synthetic;

use std::fmt::Write;
use std::path::Path;
use std::time::Instant;

use search::{Document, Index, Kind, Kinds, Query, Ranking, SearchError, write};
use stopwatch::{HEADER, cpu, time};

/// Queries of each kind.
const QUERIES: usize = 2_000;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let tracks = arguments.next().map_or(Ok(1_000_000), |n| n.parse())?;
    let documents = synthetic::catalogue(1, tracks, 120_000);
    let queries = queries(&documents);
    if let Some(folder) = arguments.next() {
        leave(Path::new(&folder), &documents, &queries)?;
    }

    let dir = tempfile::tempdir()?;
    let began = cpu();
    let ranking = Ranking::default();
    let stats = write(dir.path(), documents.iter().cloned(), 20_000, &ranking)?;
    let took = (cpu() - began).as_secs_f64();
    println!(
        "{tracks} tracks, {} documents, {} words, {} names: {took:.1} CPU s to write",
        stats.documents, stats.words, stats.names
    );
    println!("\n| file | bytes per track |\n|---|---|");
    let per_track = |bytes: u64| bytes as f64 / tracks as f64;
    let mut files: Vec<_> = std::fs::read_dir(dir.path())?.collect::<Result<_, _>>()?;
    files.sort_by_key(|file| file.file_name());
    for file in files {
        let name = file.file_name().to_string_lossy().replace("0000", "");
        println!("| {name} | {:.2} |", per_track(file.metadata()?.len()));
    }
    println!("| all | {:.2} |", per_track(stats.bytes));

    let began = Instant::now();
    let index = Index::open(dir.path())?;
    println!(
        "\nopened in {:.2} ms\n",
        began.elapsed().as_secs_f64() * 1e3
    );
    println!("{HEADER}");
    for (kind, texts) in &queries {
        time(kind, texts, |text| ask(&index, kind, text))?;
    }
    Ok(())
}

/// Per kind what is typed, drawn from the tracks.
fn queries(documents: &[Document]) -> Vec<(&'static str, Vec<String>)> {
    let tracks: Vec<&Document> = documents
        .iter()
        .filter(|document| document.kind == Kind::Track)
        .collect();
    let sample = || tracks.iter().step_by(tracks.len().div_ceil(QUERIES).max(1));
    let first = |document: &Document| {
        let word = document.title.split(' ').next();
        word.unwrap_or_default().to_owned()
    };
    let both = |document: &Document| {
        let artist = document.artists.first().map_or("", String::as_str);
        format!("{} {artist} ", document.title)
    };
    let typo = |document: &Document| {
        let mut letters: Vec<char> = first(document).chars().collect();
        let middle = letters.len() / 2;
        letters[middle] = 'q';
        format!("{} ", String::from_iter(letters))
    };
    let beginning = |letters: usize| {
        let of = move |document: &&Document| document.title.chars().take(letters).collect();
        sample().map(of).collect()
    };
    let word = |document: &&Document| format!("{} ", first(document));
    vec![
        ("one word", sample().map(word).collect()),
        ("title and artist", sample().map(|d| both(d)).collect()),
        ("one typo", sample().map(|d| typo(d)).collect()),
        ("suggest, 1 letter", beginning(1)),
        ("suggest, 2 letters", beginning(2)),
        ("suggest, 3 letters", beginning(3)),
        ("suggest, 5 letters", beginning(5)),
    ]
}

fn ask(index: &Index, kind: &str, text: &str) -> Result<(), SearchError> {
    if kind.starts_with("suggest") {
        return index.suggest(text, Kinds::ALL, 10, &|_, _| true).map(drop);
    }
    let query = Query {
        text: text.to_owned(),
        kinds: Kinds::ALL,
        limit: 20,
        offset: 0,
    };
    index.search(&query, &|_, _| true).map(drop)
}

fn leave(
    folder: &Path,
    documents: &[Document],
    queries: &[(&str, Vec<String>)],
) -> Result<(), Box<dyn std::error::Error>> {
    let mut rows = String::new();
    for document in documents.iter().filter(|d| d.kind == Kind::Track) {
        let artist = document.artists.first().map_or("", String::as_str);
        let release = document.release.as_deref().unwrap_or_default();
        let (title, popularity) = (&document.title, document.popularity);
        writeln!(rows, "{title}\t{artist}\t{release}\t{popularity}")?;
    }
    std::fs::write(folder.join("tracks.tsv"), rows)?;
    let mut rows = String::new();
    for (kind, texts) in queries {
        for text in texts {
            writeln!(rows, "{kind}\t{text}")?;
        }
    }
    Ok(std::fs::write(folder.join("queries.tsv"), rows)?)
}
