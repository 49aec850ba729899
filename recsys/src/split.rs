//! How does any split of listening data become something to evaluate on? Tab-separated files with the
//! header `u i count`, and ranked lists out as `u i rank`.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use crate::als::split_mix;
use crate::csr::Csr;
use crate::error::Error;
use crate::evaluate::Split;

/// More distinct numbers than a model can index.
const MOST: usize = u32::MAX as usize;

/// A split and what its rows and columns are called.
#[derive(Debug)]
pub struct NamedSplit {
    /// The matrices. What a listener has in training may not be ranked.
    pub split: Split,
    /// Listener numbers, by row.
    pub listeners: Vec<u64>,
    /// Item numbers, by column.
    pub items: Vec<u64>,
}

/// Parses two tables. Counts become log₂(1 + count), as play events do.
///
/// # Errors
/// [`Error::Table`] with file and line.
pub fn parse(train: (&Path, &str), test: (&Path, &str)) -> Result<NamedSplit, Error> {
    let (train, test) = (rows(train.0, train.1)?, rows(test.0, test.1)?);
    let all = || train.iter().chain(&test);
    let listeners = numbered(all().map(|row| row.0));
    let items = numbered(all().map(|row| row.1));
    let matrix = |rows: &[(u64, u64, f32)]| {
        let cells = rows
            .iter()
            .map(|row| (listeners[&row.0], items[&row.1], (1.0 + row.2).log2()));
        Csr::from_triplets(listeners.len(), items.len(), cells.collect())
    };
    let (train, truth) = (matrix(&train), matrix(&test));
    Ok(NamedSplit {
        split: Split {
            blocked: train.clone(),
            train,
            truth,
            countries: Vec::new(),
        },
        listeners: listeners.into_keys().collect(),
        items: items.into_keys().collect(),
    })
}

fn numbered(values: impl Iterator<Item = u64>) -> BTreeMap<u64, u32> {
    let mut numbers: BTreeMap<u64, u32> = values.map(|value| (value, 0)).collect();
    numbers
        .values_mut()
        .zip(0..)
        .for_each(|(number, next)| *number = next);
    numbers
}

fn rows(path: &Path, text: &str) -> Result<Vec<(u64, u64, f32)>, Error> {
    let wrong = |line: usize, found: String| Error::Table {
        path: path.to_owned(),
        line,
        found,
        header: "u i count",
    };
    let mut lines = text.lines().enumerate();
    let header = lines.next().map_or("", |line| line.1);
    if header.split_whitespace().collect::<Vec<_>>() != ["u", "i", "count"] {
        return Err(wrong(1, format!("the header is `{header}`")));
    }
    let mut rows = Vec::new();
    for (at, line) in lines.filter(|line| !line.1.trim().is_empty()) {
        let mut fields = line.split_whitespace();
        let mut field = || fields.next();
        let parsed = (|| {
            let (u, i) = (field()?.parse().ok()?, field()?.parse().ok()?);
            let count: f32 = field()?.parse().ok()?;
            (count.is_finite() && count > 0.0).then_some((u, i, count))
        })();
        rows.push(parsed.ok_or_else(|| wrong(at + 1, format!("found `{line}`")))?);
        if rows.len() > MOST {
            return Err(wrong(at + 1, format!("more than {MOST} rows")));
        }
    }
    Ok(rows)
}

/// Another system's lists (`u i rank`) in our numbers; listeners and items that the split does not
/// know are passed over. One list per listener, best first.
///
/// # Errors
/// [`Error::Table`] with file and line.
pub fn parse_lists(path: &Path, text: &str, named: &NamedSplit) -> Result<Vec<Vec<u32>>, Error> {
    let wrong = |line: usize, found: String| Error::Table {
        path: path.to_owned(),
        line,
        found,
        header: "u i rank",
    };
    let mut lines = text.lines().enumerate();
    let header = lines.next().map_or("", |line| line.1);
    if header.split_whitespace().collect::<Vec<_>>() != ["u", "i", "rank"] {
        return Err(wrong(1, format!("the header is `{header}`")));
    }
    let mut places: Vec<Vec<(u64, u32)>> = vec![Vec::new(); named.listeners.len()];
    for (at, line) in lines.filter(|line| !line.1.trim().is_empty()) {
        let fields: Option<Vec<u64>> = line.split_whitespace().map(|f| f.parse().ok()).collect();
        let Some(&[u, i, rank]) = fields.as_deref() else {
            return Err(wrong(at + 1, format!("found `{line}`")));
        };
        let (u, i) = (
            named.listeners.binary_search(&u),
            named.items.binary_search(&i),
        );
        if let (Ok(u), Ok(i)) = (u, i) {
            places[u].push((rank, i as u32));
        }
    }
    let sorted = places.into_iter().map(|mut list| {
        list.sort_unstable();
        list.into_iter().map(|place| place.1).collect()
    });
    Ok(sorted.collect())
}

/// Hides a share of each listener's entries, at least one of two, chosen by a seeded hash: a part to
/// choose settings and weights by, made of nothing but training data.
pub fn validation(train: &Csr, share: f64, seed: u64) -> Split {
    let (mut fit, mut hidden) = (Vec::new(), Vec::new());
    for row in 0..train.rows() {
        let mut cells: Vec<(u64, u32, f32)> = train
            .row(row)
            .iter()
            .map(|(item, v)| {
                (
                    split_mix(seed ^ split_mix(((row as u64) << 32) + u64::from(item))),
                    item,
                    v,
                )
            })
            .collect();
        cells.sort_unstable_by_key(|cell| (cell.0, cell.1));
        let count = match cells.len() {
            0 | 1 => 0,
            n => ((n as f64 * share).round() as usize).clamp(1, n - 1),
        };
        let cell = |cell: &(u64, u32, f32)| (row as u32, cell.1, cell.2);
        hidden.extend(cells[..count].iter().map(cell));
        fit.extend(cells[count..].iter().map(cell));
    }
    let matrix = |cells| Csr::from_triplets(train.rows(), train.columns(), cells);
    let (fit, truth) = (matrix(fit), matrix(hidden).liked());
    Split {
        blocked: fit.clone(),
        train: fit,
        truth,
        countries: Vec::new(),
    }
}

/// Ranked lists as a table `u i rank`, rank from 1.
pub fn lists(named: &NamedSplit, who: &[usize], lists: &[Vec<u32>]) -> String {
    let mut text = "u\ti\trank\n".to_owned();
    for (&listener, list) in who.iter().zip(lists) {
        for (rank, item) in list.iter().enumerate() {
            let (u, i) = (named.listeners[listener], named.items[*item as usize]);
            writeln!(text, "{u}\t{i}\t{}", rank + 1).expect("writing to a string");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_with_gaps_come_back_as_they_were() {
        let (train, test) = (
            "u\ti\tcount\n7\t900\t1\n7\t5\t3\n",
            "u\ti\tcount\n9\t5\t1\n",
        );
        let named = parse((Path::new("a"), train), (Path::new("b"), test)).unwrap();
        assert_eq!(
            (named.listeners.as_slice(), named.items.as_slice()),
            ([7, 9].as_slice(), [5, 900].as_slice())
        );
        assert_eq!(named.split.train.row(0).get(0), Some(2.0));
        assert_eq!(
            lists(&named, &[1], &[vec![1, 0]]),
            "u\ti\trank\n9\t900\t1\n9\t5\t2\n"
        );
    }

    #[test]
    fn a_validation_part_hides_a_share_of_everybody_and_loses_nothing() {
        let cells = (0..40u32).flat_map(|l| (0..l % 11).map(move |i| (l, i * 3, 1.0)));
        let train = Csr::from_triplets(40, 40, cells.collect());
        let part = validation(&train, 0.2, 7);
        for l in 0..40 {
            let (whole, hidden) = (train.row(l).indices.len(), part.truth.row(l).indices);
            assert_eq!(part.train.row(l).indices.len() + hidden.len(), whole);
            assert!(hidden.iter().all(|i| part.train.row(l).get(*i).is_none()));
            assert_eq!(hidden.is_empty(), whole < 2, "{whole}");
        }
        assert_eq!(validation(&train, 0.2, 7).truth, part.truth);
    }

    #[test]
    fn a_bad_line_is_named() {
        for (text, place) in [
            ("x\n", "a:1"),
            ("u i count\n1 2 3\n1 2 NaN\n", "a:3"),
            ("u i count\n1 2\n", "a:2"),
        ] {
            let error = parse((Path::new("a"), text), (Path::new("b"), "u i count\n")).unwrap_err();
            assert!(error.to_string().starts_with(place), "{error}");
        }
    }
}
