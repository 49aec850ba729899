//! One event per line of JSON, as players and collectors write them before anybody makes Parquet of it.
//!
//! The fields are the columns of [`catalog::plays`]; `started_at` is a number of milliseconds since 1970
//! or a timestamp as text (RFC 3339). A line that is no JSON object is one refused row.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use super::{Events, Reader};
use crate::error::Error;
use crate::plays::Row;

/// Bytes of a line: protects memory from a file without line ends.
const LONGEST_LINE: u64 = 1 << 20;

/// What a line may say; a value of another type counts as missing.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Line {
    listener: Value,
    recording: Value,
    started_at: Value,
    played_ms: Value,
    position_ms: Value,
    duration_ms: Value,
    ended: Value,
    event: Value,
    country: Value,
    tier: Value,
    session: Value,
}

impl Reader<'_> {
    pub(super) fn lines(&self, key: &str, path: &Path, events: &mut Events) -> Result<(), Error> {
        let failed = |source| Error::File {
            path: path.to_owned(),
            source,
        };
        let mut reader = BufReader::with_capacity(1 << 20, File::open(path).map_err(failed)?);
        let mut bytes = Vec::new();
        for number in 0.. {
            bytes.clear();
            let read = reader
                .by_ref()
                .take(LONGEST_LINE)
                .read_until(b'\n', &mut bytes)
                .map_err(failed)?;
            if read == 0 {
                break;
            }
            if bytes.last() != Some(&b'\n') && read as u64 == LONGEST_LINE {
                bytes.clear();
                skip_line(&mut reader).map_err(failed)?;
            } else if bytes.trim_ascii().is_empty() {
                continue;
            }
            let line: Option<Line> = serde_json::from_slice(&bytes).ok();
            let line = line.as_ref();
            let whole = |value: &Value| value.as_i64();
            let recording = line.and_then(|line| line.recording.as_str());
            let item = recording
                .and_then(|id| id.parse().ok())
                .and_then(|id| self.items.get(&id).copied());
            let row = line.map_or_else(Row::default, |line| Row {
                listener: whole(&line.listener),
                recording,
                item,
                started_at: instant(&line.started_at),
                played_ms: whole(&line.played_ms),
                position_ms: whole(&line.position_ms),
                duration_ms: whole(&line.duration_ms),
                ended: line.ended.as_str(),
                event: line.event.as_str(),
                country: line.country.as_str(),
                tier: line.tier.as_str(),
                session: whole(&line.session),
            });
            match line {
                Some(_) => events.take(key, number, &row, self.config),
                None => events.refuse(key, number, &row, crate::plays::Refusal::Json),
            }
        }
        Ok(())
    }
}

fn skip_line(reader: &mut BufReader<File>) -> std::io::Result<()> {
    loop {
        let held = reader.fill_buf()?;
        let (end, length) = match held.iter().position(|&byte| byte == b'\n') {
            Some(at) => (true, at + 1),
            None => (held.is_empty(), held.len()),
        };
        reader.consume(length);
        if end {
            return Ok(());
        }
    }
}

fn instant(value: &Value) -> Option<i64> {
    let text = || value.as_str()?.parse::<jiff::Timestamp>().ok();
    value.as_i64().or_else(|| Some(text()?.as_millisecond()))
}
