//! How is a table of the crate's data read?
//!
//! Tab-separated, UTF-8, `#` begins a comment line, all rows have the same number of fields.

/// A row that can't be used: the tables are compiled in, so this is a mistake of ours that a
/// test finds, but it still says where.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "{table}, line {line}: {found}, expected {expected}\nfix: correct the row in datasets/src/data/{table}"
)]
pub struct TableError {
    /// File name of the table.
    pub table: &'static str,
    /// Line, from 1.
    pub line: usize,
    /// What stands there.
    pub found: String,
    /// What should.
    pub expected: String,
}

/// One row with its place.
#[derive(Debug, Clone)]
pub(super) struct Row<'a> {
    table: &'static str,
    line: usize,
    fields: Vec<&'a str>,
}

/// Reads a table of `width` columns.
pub(super) fn rows<'a>(
    table: &'static str,
    text: &'a str,
    width: usize,
) -> Result<Vec<Row<'a>>, TableError> {
    let mut rows = Vec::new();
    for (index, line) in text.lines().enumerate() {
        if line.starts_with('#') || line.is_empty() {
            continue;
        }
        let row = Row {
            table,
            line: index + 1,
            fields: line.split('\t').map(str::trim).collect(),
        };
        if row.fields.len() != width {
            return Err(row.wrong(format!("{} fields", row.fields.len()), width.to_string()));
        }
        rows.push(row);
    }
    Ok(rows)
}

impl<'a> Row<'a> {
    /// The text of a column, from 0.
    pub(super) fn text(&self, column: usize) -> &'a str {
        self.fields[column]
    }

    /// The text of a column, or nothing if it is empty.
    pub(super) fn optional(&self, column: usize) -> Option<String> {
        Some(self.fields[column])
            .filter(|text| !text.is_empty())
            .map(str::to_owned)
    }

    /// A number.
    pub(super) fn number<T: std::str::FromStr>(&self, column: usize) -> Result<T, TableError> {
        self.fields[column]
            .parse()
            .map_err(|_| self.wrong(format!("`{}`", self.fields[column]), "a number".to_owned()))
    }

    /// A refusal of this row.
    pub(super) fn wrong(&self, found: String, expected: String) -> TableError {
        TableError {
            table: self.table,
            line: self.line,
            found,
            expected,
        }
    }
}
