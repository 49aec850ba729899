//! What does one play event say? The schema of `plays/day=YYYY-MM-DD/*.parquet`.
//!
//! Written by players' collectors (and by the simulator of `datasets`), read by `recsys`, DuckDB,
//! pandas and Spark. One row per play that ended, sorted by `started_at` within a file.

/// A column: its name, Parquet type and meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Name in the file.
    pub name: &'static str,
    /// Parquet physical type with its logical type.
    pub kind: &'static str,
    /// Meaning, with unit.
    pub meaning: &'static str,
}

const fn column(name: &'static str, kind: &'static str, meaning: &'static str) -> Column {
    Column {
        name,
        kind,
        meaning,
    }
}

/// All columns, all required, in order.
pub const COLUMNS: &[Column] = &[
    column("listener", "INT64", "the listener's number, 0 or more"),
    column(
        "recording",
        "BYTE_ARRAY (UTF8)",
        "recording id, 22 characters",
    ),
    column(
        "started_at",
        "INT64 (TIMESTAMP(MILLIS, UTC))",
        "when the play began",
    ),
    column("played_ms", "INT32", "milliseconds heard, 0 or more"),
    column("duration_ms", "INT32", "the track's length in milliseconds"),
    column(
        "ended",
        "BYTE_ARRAY (UTF8)",
        "how it ended: complete, skip or stop",
    ),
    column(
        "context",
        "BYTE_ARRAY (UTF8)",
        "where it began: search, album, artist, playlist, radio, discover_weekly",
    ),
    column(
        "device",
        "BYTE_ARRAY (UTF8)",
        "phone, desktop, speaker, web, car",
    ),
    column("country", "BYTE_ARRAY (UTF8)", "ISO 3166-1 alpha-2"),
    column("tier", "BYTE_ARRAY (UTF8)", "free or premium"),
    column("session", "INT64", "one sitting of one listener, 0 or more"),
];

/// Where the events stand in the store.
pub const PREFIX: &str = "plays/";

/// The key of one file of a day.
pub fn key(day: jiff::civil::Date, part: usize) -> String {
    format!("{PREFIX}day={day}/part-{part}.parquet")
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_day_is_a_partition_that_other_engines_understand() {
        let key = super::key(jiff::civil::date(2026, 11, 9), 0);
        assert_eq!(key, "plays/day=2026-11-09/part-0.parquet");
    }
}
