//! How large is an index, and how long does a search take? Prints bytes per document by file.
//!
//! `cargo run --release -p search --example index_size [tracks]`

#[path = "../tests/it/synthetic.rs"]
mod synthetic;

use std::time::{Duration, Instant};

use search::{Index, Kinds, Query, Ranking, write};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let tracks = std::env::args()
        .nth(1)
        .map_or(Ok(100_000), |tracks| tracks.parse())?;
    let documents = synthetic::catalogue(1, tracks, 120_000);
    let dir = tempfile::tempdir()?;
    let started = Instant::now();
    let stats = write(
        dir.path(),
        documents.iter().cloned(),
        20_000,
        &Ranking::default(),
    )?;
    println!(
        "{} documents, {} words, {} names",
        stats.documents, stats.words, stats.names
    );
    println!("written in {:.1} s", started.elapsed().as_secs_f64());
    let per_document = |bytes: u64| bytes as f64 / f64::from(stats.documents);
    let mut files: Vec<_> = std::fs::read_dir(dir.path())?.collect::<Result<_, _>>()?;
    files.sort_by_key(|file| file.file_name());
    for file in files {
        let bytes = file.metadata()?.len();
        let name = file.file_name().to_string_lossy().replace("0000", "");
        println!("{name:>16} {:8.2} bytes/document", per_document(bytes));
    }
    println!(
        "{:>16} {:8.2} bytes/document",
        "all",
        per_document(stats.bytes)
    );

    let started = Instant::now();
    let index = Index::open(dir.path())?;
    println!("opened in {:.2} ms", started.elapsed().as_secs_f64() * 1e3);
    let sample: Vec<_> = documents
        .iter()
        .step_by(documents.len() / 2_000 + 1)
        .collect();
    let search = |text: String| {
        let query = Query {
            text,
            kinds: Kinds::ALL,
            limit: 20,
            offset: 0,
        };
        index.search(&query, &|_, _| true).map(drop)
    };
    let first = |title: &str| title.split(' ').next().unwrap_or_default().to_owned();
    let all = |title: &str, artist: Option<&String>| {
        format!("{title} {}", artist.map_or("", String::as_str))
    };
    let typo = |title: &str| {
        let mut letters: Vec<char> = first(title).chars().collect();
        let middle = letters.len() / 2;
        letters[middle] = 'q';
        format!("{} ", String::from_iter(letters))
    };
    time("one word", &sample, |document| {
        search(first(&document.title))
    })?;
    time("title + artist", &sample, |document| {
        search(all(&document.title, document.artists.first()))
    })?;
    time("one typo", &sample, |document| {
        search(typo(&document.title))
    })?;
    for letters in [1, 2, 3, 5] {
        time(&format!("suggest {letters}"), &sample, |document| {
            let prefix: String = document.title.chars().take(letters).collect();
            index
                .suggest(&prefix, Kinds::ALL, 10, &|_, _| true)
                .map(drop)
        })?;
    }
    Ok(())
}

/// Prints the median and the 99th percentile of wall time.
fn time<T>(
    what: &str,
    sample: &[T],
    run: impl Fn(&T) -> Result<(), search::SearchError>,
) -> Result<(), search::SearchError> {
    let mut times = Vec::new();
    for item in sample {
        let started = Instant::now();
        run(item)?;
        times.push(started.elapsed());
    }
    times.sort();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
    let micros = |time: Duration| time.as_secs_f64() * 1e6;
    println!(
        "{what:>16} p50 {:8.1} µs  p99 {:8.1} µs",
        micros(at(0.5)),
        micros(at(0.99))
    );
    Ok(())
}
