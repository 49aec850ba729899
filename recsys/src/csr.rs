//! Who liked what, and how much? One sparse matrix: rows × columns, `u32` indices, `f32` values.
//!
//! Invariant: within a row the column indices rise strictly, so that a row is a set, a lookup is a
//! binary search, and the same interactions always give the same bytes. At 8 bytes an entry, 200
//! million entries with their offsets take 1.6 GB.

/// A sparse matrix in compressed rows. Positive values are strengths of liking, negative ones
/// strengths of rejection (skips); a value is never zero and never NaN.
#[derive(Debug, Clone, PartialEq)]
pub struct Csr {
    offsets: Vec<u64>,
    indices: Vec<u32>,
    values: Vec<f32>,
    columns: usize,
}

/// One row: column indices, rising, and the values that belong to them.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    /// Column indices, strictly rising.
    pub indices: &'a [u32],
    /// As many values.
    pub values: &'a [f32],
}

impl<'a> Row<'a> {
    /// The entries as pairs.
    pub fn iter(self) -> impl Iterator<Item = (u32, f32)> + 'a {
        self.indices
            .iter()
            .copied()
            .zip(self.values.iter().copied())
    }

    /// The value in `column`, if the row has one.
    pub fn get(self, column: u32) -> Option<f32> {
        self.indices
            .binary_search(&column)
            .ok()
            .map(|at| self.values[at])
    }
}

impl Csr {
    /// Builds the matrix from `(row, column, value)` in any order. Values of the same cell are
    /// added in the order of their bit patterns, so the order of arrival never shows; cells that
    /// come out as zero or not finite are left out.
    ///
    /// # Panics
    /// If an index lies outside `rows` × `columns`: indices come from our own dictionaries.
    pub fn from_triplets(rows: usize, columns: usize, mut cells: Vec<(u32, u32, f32)>) -> Self {
        cells.sort_unstable_by_key(|&(row, column, value)| (row, column, value.to_bits()));
        let mut csr = Self {
            offsets: Vec::with_capacity(rows + 1),
            indices: Vec::with_capacity(cells.len()),
            values: Vec::with_capacity(cells.len()),
            columns,
        };
        csr.offsets.push(0);
        let mut rest = cells.as_slice();
        for row in 0..rows as u32 {
            while let Some(&(_, column, _)) = rest.first().filter(|cell| cell.0 == row) {
                let same = rest.partition_point(|cell| (cell.0, cell.1) <= (row, column));
                let value: f32 = rest[..same].iter().map(|cell| cell.2).sum();
                if value.is_finite() && value != 0.0 {
                    assert!((column as usize) < columns, "column {column} of {columns}");
                    csr.indices.push(column);
                    csr.values.push(value);
                }
                rest = &rest[same..];
            }
            csr.offsets.push(csr.indices.len() as u64);
        }
        assert!(rest.is_empty(), "a row index lies past {rows}");
        csr
    }

    /// A matrix without rows, to which rows are added from the first to the last: nothing is held but
    /// the matrix itself.
    pub fn growing(columns: usize) -> Self {
        Self {
            offsets: vec![0],
            indices: Vec::new(),
            values: Vec::new(),
            columns,
        }
    }

    /// Adds an entry to the row that is growing; a value that is zero or not finite is left out.
    ///
    /// # Panics
    /// If `column` is not greater than the row's last one, or lies outside: callers go through sorted plays.
    pub fn push(&mut self, column: u32, value: f32) {
        if value.is_finite() && value != 0.0 {
            let row = &self.indices[self.offsets[self.offsets.len() - 1] as usize..];
            assert!(
                (column as usize) < self.columns && row.last().is_none_or(|&last| last < column),
                "column {column} of {} is out of order",
                self.columns
            );
            self.indices.push(column);
            self.values.push(value);
        }
    }

    /// Ends the row that is growing.
    pub fn end_row(&mut self) {
        self.offsets.push(self.indices.len() as u64);
    }

    /// Number of rows, empty ones too.
    pub fn rows(&self) -> usize {
        self.offsets.len() - 1
    }

    /// Number of columns, empty ones too.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Number of stored entries.
    pub fn entries(&self) -> usize {
        self.indices.len()
    }

    /// Bytes that the three arrays take.
    pub fn bytes(&self) -> usize {
        self.offsets.len() * 8 + self.entries() * 8
    }

    /// Row number `row`.
    pub fn row(&self, row: usize) -> Row<'_> {
        let span = self.offsets[row] as usize..self.offsets[row + 1] as usize;
        Row {
            indices: &self.indices[span.clone()],
            values: &self.values[span],
        }
    }

    /// Columns become rows. Two passes over the entries: count, then place.
    pub fn transposed(&self) -> Self {
        let mut offsets = vec![0u64; self.columns + 1];
        for &column in &self.indices {
            offsets[column as usize + 1] += 1;
        }
        for column in 0..self.columns {
            offsets[column + 1] += offsets[column];
        }
        let mut next = offsets.clone();
        let mut indices = vec![0u32; self.entries()];
        let mut values = vec![0f32; self.entries()];
        for row in 0..self.rows() {
            for (column, value) in self.row(row).iter() {
                let at = &mut next[column as usize];
                indices[*at as usize] = row as u32;
                values[*at as usize] = value;
                *at += 1;
            }
        }
        Self {
            offsets,
            indices,
            values,
            columns: self.rows(),
        }
    }

    /// The same matrix with every value replaced by `change(row, column, value)`; a zero or a
    /// value that is not finite drops the entry.
    pub fn mapped(&self, change: impl Fn(usize, u32, f32) -> f32) -> Self {
        let mut out = Self {
            offsets: vec![0],
            indices: Vec::with_capacity(self.entries()),
            values: Vec::with_capacity(self.entries()),
            columns: self.columns,
        };
        for row in 0..self.rows() {
            for (column, value) in self.row(row).iter() {
                let value = change(row, column, value);
                if value.is_finite() && value != 0.0 {
                    out.indices.push(column);
                    out.values.push(value);
                }
            }
            out.offsets.push(out.indices.len() as u64);
        }
        out
    }

    /// The same matrix without its negative entries.
    pub fn liked(&self) -> Self {
        self.mapped(|_, _, value| value.max(0.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn cells_are_added_and_zero_or_nan_leaves_no_entry() {
        let cells = vec![
            (1, 2, 1.0),
            (0, 1, 2.0),
            (1, 2, 0.5),
            (1, 0, 1.0),
            (1, 0, -1.0),
        ];
        let csr = Csr::from_triplets(3, 3, [cells, vec![(2, 2, f32::NAN)]].concat());
        assert_eq!(csr.entries(), 2);
        assert_eq!(csr.row(0).get(1), Some(2.0));
        assert_eq!(csr.row(1).get(2), Some(1.5));
        assert_eq!(csr.row(1).get(0), None);
        assert!(csr.row(2).indices.is_empty());
    }

    #[test]
    fn growing_row_by_row_gives_the_same_matrix() {
        let cells = vec![(0, 1, 2.0), (0, 4, -1.0), (2, 0, 0.5)];
        let mut grown = Csr::growing(5);
        for row in 0..3 {
            for cell in cells.iter().filter(|cell| cell.0 == row) {
                grown.push(cell.1, cell.2);
            }
            grown.push(4 - row % 2, 0.0);
            grown.end_row();
        }
        assert_eq!(grown, Csr::from_triplets(3, 5, cells));
    }

    proptest! {
        #[test]
        fn turning_it_twice_changes_nothing(cells in prop::collection::vec((0u32..7, 0u32..5, 0.1f32..4.0), 0..60)) {
            let csr = Csr::from_triplets(7, 5, cells);
            prop_assert_eq!(csr.transposed().transposed(), csr);
        }

        #[test]
        fn the_order_of_arrival_never_shows(mut cells in prop::collection::vec((0u32..4, 0u32..4, 0.1f32..4.0), 0..40)) {
            let csr = Csr::from_triplets(4, 4, cells.clone());
            cells.reverse();
            prop_assert_eq!(Csr::from_triplets(4, 4, cells), csr);
        }
    }
}
