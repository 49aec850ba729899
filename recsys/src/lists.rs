//! What is on every listener's list? One mapped file, written once a run, read by the server.
//!
//! `lists.bin` is a columns file ([`catalog::columns`]) with these sections:
//!
//! | section | values | meaning |
//! |---|---|---|
//! | `schema` | u32 | [`SCHEMA`] |
//! | `monday` | i64 | seconds since 1970 of the Monday (UTC) for which rights were checked |
//! | `recordings` | 16 bytes each | sorted ids; entries point here |
//! | `popularity` | f32 | 0 to 1, one per recording: log(1 + listeners) against the most popular |
//! | `listeners` | u64 | sorted numbers of the listeners that have a list |
//! | `weekly.at`, `weekly` | u64, [`Entry`] | Discover Weekly: list i is `weekly[at[i]..at[i + 1]]` |
//! | `charts.at`, `charts` | u64, [`Entry`] | trending, by [`Territory::index`] |
//! | `similar.at`, `similar` | u64, [`Entry`] | recordings like this one, by index into `recordings` |
//! | `weekly.propensity` | f32 | with which probability each place of `weekly` was drawn; 1 where nothing was |
//! | `mixes.at`, `mixes` | u64, [`Entry`] | Daily Mixes: mix k of list i is row 6 i + k, empty where there are fewer |
//! | `radar.at`, `radar` | u64, [`Entry`] | Release Radar, a row per listener |
//! | `artists` | 16 bytes each | sorted ids of artists |
//! | `artists.similar.at`, `artists.similar` | u64, [`Entry`] | artists like this one: `recording` is an index into `artists` |
//! | `artists.radio.at`, `artists.radio` | u64, [`Entry`] | recordings near an artist, the artist's own among them |
//!
//! Files written before the sections from `weekly.propensity` on are read as if those were empty.

#[cfg(feature = "job")]
mod writer;

use std::path::Path;

use bytemuck::{Pod, Zeroable};
use catalog::columns::Columns;
use catalog::ids::{ArtistId, RecordingId, Territory};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::error::Error;
#[cfg(feature = "job")]
pub use writer::{ListsWriter, Table};

/// Version of the file's layout.
pub const SCHEMA: u32 = 1;

/// Rows of mixes per listener.
pub const MIXES: usize = 6;

/// No recording to name.
const NONE: u32 = u32::MAX;

/// One place of a list.
#[derive(Debug, Clone, Copy, PartialEq, Pod, Zeroable)]
#[repr(C)]
pub struct Entry {
    /// Index into [`Lists::recordings`].
    pub recording: u32,
    /// Higher is better; comparable within one list only.
    pub score: f32,
    reason: u32,
    because: u32,
}

/// Why a recording is on a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// Many people in the listener's country play it.
    Trending,
    /// Nearest to something that the listener played: an index into [`Lists::recordings`].
    BecauseYouPlayed(u32),
    /// People with like taste play it; no single play explains it.
    Taste,
    /// It is like the recording whose list this is.
    Similar,
}

impl Entry {
    /// A place on a list.
    pub fn new(recording: u32, score: f32, reason: Reason) -> Self {
        let (reason, because) = match reason {
            Reason::Trending => (0, NONE),
            Reason::BecauseYouPlayed(played) => (1, played),
            Reason::Taste => (2, NONE),
            Reason::Similar => (3, NONE),
        };
        Self {
            recording,
            score,
            reason,
            because,
        }
    }

    /// Why it is there.
    pub fn reason(&self) -> Reason {
        match self.reason {
            1 => Reason::BecauseYouPlayed(self.because),
            2 => Reason::Taste,
            3 => Reason::Similar,
            _ => Reason::Trending,
        }
    }
}

/// The lists of one run, mapped.
#[derive(Debug)]
pub struct Lists {
    columns: Columns,
    monday: Timestamp,
    extended: bool,
}

impl Lists {
    /// Maps the file and checks that every index in it points at something.
    ///
    /// # Errors
    /// [`Error::Columns`] for a file that cannot be read, [`Error::Inconsistent`] for one that
    /// contradicts itself.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let columns = Columns::open(path)?;
        let wrong = |found: String| Error::Inconsistent {
            path: path.to_owned(),
            found,
        };
        if columns.slice::<u32>("schema")? != [SCHEMA] {
            return Err(wrong(format!("is not of schema {SCHEMA}")));
        }
        let recordings = columns.slice::<RecordingId>("recordings")?;
        let listeners = columns.slice::<u64>("listeners")?;
        if !recordings.is_sorted() || !listeners.is_sorted() {
            return Err(wrong("recordings or listeners are not sorted".to_owned()));
        }
        if columns.slice::<f32>("popularity")?.len() != recordings.len() {
            return Err(wrong(
                "popularity and recordings differ in length".to_owned(),
            ));
        }
        let tables = [
            ("weekly", listeners.len()),
            ("charts", Territory::COUNT),
            ("similar", recordings.len()),
        ];
        for (name, rows) in tables {
            let ends = columns.slice::<u64>(&format!("{name}.at"))?;
            let entries = columns.slice::<Entry>(name)?;
            let whole = ends.len() == rows + 1
                && ends.is_sorted()
                && ends[0] == 0
                && ends[rows] == entries.len() as u64;
            let inside = |index: u32| (index as usize) < recordings.len();
            let sound = entries
                .iter()
                .all(|e| inside(e.recording) && (e.reason != 1 || inside(e.because)));
            if !whole || !sound {
                return Err(wrong(format!("table `{name}` points outside the file")));
            }
        }
        let extended = columns.slice::<u64>("mixes.at").is_ok();
        if extended {
            let artists = columns.slice::<ArtistId>("artists")?;
            let rows = [
                ("mixes", listeners.len() * MIXES, recordings.len()),
                ("radar", listeners.len(), recordings.len()),
                ("artists.similar", artists.len(), artists.len()),
                ("artists.radio", artists.len(), recordings.len()),
            ];
            for (name, rows, bound) in rows {
                let ends = columns.slice::<u64>(&format!("{name}.at"))?;
                let entries = columns.slice::<Entry>(name)?;
                let whole = ends.len() == rows + 1
                    && ends.is_sorted()
                    && ends[0] == 0
                    && ends[rows] == entries.len() as u64;
                let inside = |index: u32| (index as usize) < bound;
                let sound = |e: &Entry| inside(e.recording) && (e.reason != 1 || inside(e.because));
                if !whole || !entries.iter().all(sound) {
                    return Err(wrong(format!("table `{name}` points outside the file")));
                }
            }
            let drawn = columns.slice::<f32>("weekly.propensity")?.len();
            if !artists.is_sorted() || drawn != columns.slice::<Entry>("weekly")?.len() {
                return Err(wrong("artists or propensities do not fit".to_owned()));
            }
        }
        let second = columns
            .slice::<i64>("monday")?
            .first()
            .copied()
            .unwrap_or(i64::MIN);
        let monday = Timestamp::from_second(second)
            .map_err(|error| wrong(format!("`monday` is no instant: {error}")))?;
        Ok(Self {
            columns,
            monday,
            extended,
        })
    }

    /// Compares every section with its checksum.
    ///
    /// # Errors
    /// [`Error::Columns`] naming the section that differs.
    pub fn verify(&self) -> Result<(), Error> {
        Ok(self.columns.verify()?)
    }

    /// A listener's Discover Weekly, best first; `None` for a listener that the run did not know
    /// (serve [`Lists::chart`] then). Rights were checked for the listener's country and tier at
    /// [`Lists::monday`]; a server checks them again when it answers.
    pub fn discover_weekly(&self, listener: u64) -> Option<&[Entry]> {
        let at = self.listeners().binary_search(&listener).ok()?;
        Some(self.list("weekly", at))
    }

    /// With which probability each place of [`Lists::discover_weekly`] was drawn, for weighing answers later;
    /// 1 for places that nothing was drawn for. Empty in files of before.
    pub fn propensities(&self, listener: u64) -> &[f32] {
        match self.listeners().binary_search(&listener) {
            Ok(at) if self.extended => {
                let ends: &[u64] = self.slice("weekly.at");
                &self.slice("weekly.propensity")[ends[at] as usize..ends[at + 1] as usize]
            }
            _ => &[],
        }
    }

    /// A listener's Daily Mixes, at most six, the strongest taste first.
    pub fn daily_mixes(&self, listener: u64) -> Vec<&[Entry]> {
        match self.listeners().binary_search(&listener) {
            Ok(at) if self.extended => (0..MIXES)
                .map(|mix| self.list("mixes", at * MIXES + mix))
                .filter(|mix| !mix.is_empty())
                .collect(),
            _ => Vec::new(),
        }
    }

    /// New releases of artists whom a listener likes, or of artists like those, best first.
    pub fn release_radar(&self, listener: u64) -> &[Entry] {
        match self.listeners().binary_search(&listener) {
            Ok(at) if self.extended => self.list("radar", at),
            _ => &[],
        }
    }

    /// Artists that others can be compared with, sorted.
    pub fn artists(&self) -> &[ArtistId] {
        if self.extended {
            self.slice("artists")
        } else {
            &[]
        }
    }

    /// Artists like this one with their cosines, best first.
    pub fn similar_artists(&self, artist: &ArtistId) -> Vec<(ArtistId, f32)> {
        let artists = self.artists();
        let near = artists
            .binary_search(artist)
            .map(|at| self.list("artists.similar", at));
        let near = near.unwrap_or_default().iter();
        near.map(|entry| (artists[entry.recording as usize], entry.score))
            .collect()
    }

    /// A radio from an artist: recordings near the artist, the artist's own among them.
    pub fn artist_radio(&self, artist: &ArtistId) -> &[Entry] {
        match self.artists().binary_search(artist) {
            Ok(at) => self.list("artists.radio", at),
            Err(_) => &[],
        }
    }

    /// When the lists begin in a time zone: midnight of their Monday there.
    pub fn begins_in(&self, zone: &TimeZone) -> Timestamp {
        let monday = self.monday.to_zoned(TimeZone::UTC).date();
        monday
            .to_zoned(zone.clone())
            .map_or(self.monday, |zoned| zoned.timestamp())
    }

    /// What is trending in a country, best first, of what some tier may play there; filled up with
    /// what is popular elsewhere. The listener's own tier is the server's to check.
    pub fn chart(&self, territory: Territory) -> &[Entry] {
        self.list("charts", territory.index())
    }

    /// Recordings like this one, best first; empty where nobody has played it.
    pub fn similar(&self, recording: &RecordingId) -> &[Entry] {
        match self.recordings().binary_search(recording) {
            Ok(at) => self.list("similar", at),
            Err(_) => &[],
        }
    }

    /// The recordings that entries point at, sorted.
    pub fn recordings(&self) -> &[RecordingId] {
        self.slice("recordings")
    }

    /// How much each recording is played, 0 to 1 for the most popular, on a logarithmic scale of
    /// listeners: for ranking what is searched for.
    pub fn popularity(&self) -> impl Iterator<Item = (RecordingId, f32)> + '_ {
        let shares: &[f32] = self.slice("popularity");
        self.recordings()
            .iter()
            .copied()
            .zip(shares.iter().copied())
    }

    /// The listeners that have a list, sorted.
    pub fn listeners(&self) -> &[u64] {
        self.slice("listeners")
    }

    /// The Monday, 00:00 UTC, that the lists are for.
    pub fn monday(&self) -> Timestamp {
        self.monday
    }

    fn list(&self, table: &str, row: usize) -> &[Entry] {
        let ends: &[u64] = self.slice(&format!("{table}.at"));
        &self.slice(table)[ends[row] as usize..ends[row + 1] as usize]
    }

    fn slice<T: Pod>(&self, name: &str) -> &[T] {
        self.columns
            .slice(name)
            .expect("checked when the file was opened")
    }
}

#[cfg(all(test, feature = "job"))]
mod tests {
    use super::*;

    fn id(number: u8) -> RecordingId {
        RecordingId([number; 16])
    }

    fn sample(path: &Path) {
        let entry = |recording| Entry::new(recording, 0.5, Reason::BecauseYouPlayed(2));
        ListsWriter {
            monday: "2026-11-16T00:00:00Z".parse().unwrap(),
            recordings: vec![id(1), id(2), id(3)],
            popularity: vec![1.0, 0.5, 0.0],
            listeners: vec![7, 9],
            weekly: Table::of([vec![entry(0), entry(1)], vec![]]),
            charts: Table::of(
                (0..Territory::COUNT).map(|_| vec![Entry::new(2, 1.0, Reason::Trending)]),
            ),
            similar: Table::of([vec![], vec![Entry::new(0, 0.9, Reason::Similar)], vec![]]),
            propensity: vec![1.0, 0.25],
            mixes: Table::of((0..12).map(|row| match row {
                0 | 1 => vec![entry(row)],
                _ => vec![],
            })),
            radar: Table::of([vec![], vec![entry(2)]]),
            artists: vec![ArtistId([1; 16]), ArtistId([2; 16])],
            artists_similar: Table::of([vec![Entry::new(1, 0.5, Reason::Similar)], vec![]]),
            artists_radio: Table::of([vec![entry(0), entry(1)], vec![entry(1), entry(2)]]),
        }
        .write(path)
        .unwrap();
    }

    #[test]
    fn what_was_written_is_answered() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lists.bin");
        sample(&path);
        let lists = Lists::open(&path).unwrap();
        lists.verify().unwrap();
        let weekly = lists.discover_weekly(7).unwrap();
        assert_eq!(weekly.len(), 2);
        assert_eq!(weekly[0].reason(), Reason::BecauseYouPlayed(2));
        assert_eq!(lists.discover_weekly(9), Some([].as_slice()));
        assert_eq!(lists.discover_weekly(8), None);
        assert_eq!(lists.chart("DE".parse().unwrap())[0].recording, 2);
        assert_eq!(lists.similar(&id(2))[0].reason(), Reason::Similar);
        assert!(lists.similar(&id(9)).is_empty());
        assert_eq!(lists.propensities(7), [1.0, 0.25]);
        assert_eq!(
            (lists.daily_mixes(7).len(), lists.daily_mixes(9).len()),
            (2, 0)
        );
        assert_eq!(lists.release_radar(9)[0].recording, 2);
        let [one, two] = [ArtistId([1; 16]), ArtistId([2; 16])];
        assert_eq!(lists.similar_artists(&one), [(two, 0.5)]);
        assert!(lists.similar_artists(&ArtistId([9; 16])).is_empty());
        let zone = TimeZone::fixed(jiff::tz::offset(9));
        assert_eq!(lists.begins_in(&zone).to_string(), "2026-11-15T15:00:00Z");
        assert_eq!(lists.popularity().nth(1), Some((id(2), 0.5)));
        assert_eq!(lists.monday().to_string(), "2026-11-16T00:00:00Z");
    }

    #[test]
    fn a_damaged_file_is_refused_with_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lists.bin");
        sample(&path);
        let bytes = std::fs::read(&path).unwrap();
        std::fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
        let error = Lists::open(&path).unwrap_err().to_string();
        assert!(
            error.contains("lists.bin") && error.contains("\nfix: "),
            "{error}"
        );
    }
}
