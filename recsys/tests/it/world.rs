//! A small world on disk: labels' releases, listeners with planted tastes, plays as Parquet.

use std::path::Path;
use std::sync::Arc;

use catalog::ids::{Isrc, RecordingId, ReleaseId, Sha256, TerritorySet, TrackId};
use catalog::release::{Advisory, Catalogue, Credit, Master, Release, ReleaseKind, Role, Track};
use catalog::rights::{CommercialModel, Rights, RightsWindow, UseType};
use catalog::store::Store;
use catalog::units::{Frames, Millis, SampleRate};
use parquet::data_type::{ByteArray, ByteArrayType, Int32Type, Int64Type};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use recsys::job::{Request, run};
use recsys::{Config, Error};

/// Midnight of Sunday, 1 November 2026, in milliseconds: the day after the newest plays.
pub(crate) const NOW: i64 = 1_793_491_200_000;
pub(crate) const DAY: i64 = 86_400_000;

/// A row of a plays file.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    pub(crate) listener: i64,
    pub(crate) recording: String,
    pub(crate) started_at: i64,
    pub(crate) played_ms: i32,
    pub(crate) duration_ms: i32,
    pub(crate) ended: &'static str,
    pub(crate) country: &'static str,
    pub(crate) tier: &'static str,
    pub(crate) session: i64,
}

pub(crate) fn isrc(number: usize) -> Isrc {
    format!("DEABC26{number:05}").parse().unwrap()
}

pub(crate) fn recording(number: usize) -> RecordingId {
    RecordingId::of_isrc(&isrc(number))
}

/// The number of a recording in the world's catalogue.
pub(crate) fn number_of(world: &World, id: RecordingId) -> usize {
    let count = world.clusters * world.per_cluster;
    (0..count)
        .find(|&number| recording(number) == id)
        .expect("of this world")
}

/// A full play of recording `number` at `days` before [`NOW`].
pub(crate) fn heard(listener: i64, number: usize, days: f64) -> Event {
    let started_at = NOW - (days * DAY as f64) as i64;
    Event {
        listener,
        recording: recording(number).to_string(),
        started_at,
        played_ms: 180_000,
        duration_ms: 200_000,
        ended: "complete",
        country: if listener % 3 == 0 { "US" } else { "DE" },
        tier: if listener % 2 == 0 { "premium" } else { "free" },
        session: started_at / 3_600_000,
    }
}

/// SplitMix64, for worlds that repeat.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % bound as u64) as usize
    }
}

/// Everything that a run needs.
pub(crate) struct World {
    pub(crate) catalogue: Catalogue,
    pub(crate) events: Vec<Event>,
    pub(crate) clusters: usize,
    pub(crate) per_cluster: usize,
}

impl World {
    /// `clusters` tastes of `per_cluster` recordings; three recordings per artist. Every fifth
    /// recording may not be heard in the US, every seventh not in the free tier.
    pub(crate) fn new(clusters: usize, per_cluster: usize) -> Self {
        let count = clusters * per_cluster;
        let releases = (0..count)
            .step_by(3)
            .map(|first| release(first, count))
            .collect::<Vec<_>>();
        let mut catalogue = Catalogue { releases };
        catalogue.releases.sort_by_key(|release| release.id);
        Self {
            catalogue,
            events: Vec::new(),
            clusters,
            per_cluster,
        }
    }

    /// Listeners who play their own cluster on 40 days up to yesterday, and sometimes anything.
    pub(crate) fn populate(mut self, listeners: usize, plays: usize, seed: u64) -> Self {
        let mut dice = Dice(seed);
        for listener in 0..listeners {
            let cluster = listener % self.clusters;
            for _ in 0..plays {
                let item = match dice.below(8) {
                    0 => dice.below(self.clusters * self.per_cluster),
                    _ => cluster * self.per_cluster + dice.below(self.per_cluster),
                };
                let days = 0.1 + dice.below(400) as f64 / 10.0;
                let mut event = heard(listener as i64, item, days);
                if dice.below(10) == 0 {
                    event.played_ms = 5_000;
                    event.ended = "skip";
                }
                self.events.push(event);
            }
        }
        self
    }

    /// A store in `folder` with the plays in files of a day each.
    pub(crate) fn store(&self, folder: &Path) -> Store {
        let store = Store::open(folder.to_str().unwrap()).unwrap();
        let mut days = std::collections::BTreeMap::<i64, Vec<&Event>>::new();
        for event in &self.events {
            days.entry(event.started_at.div_euclid(DAY))
                .or_default()
                .push(event);
        }
        for (day, events) in days {
            let date = jiff::civil::date(1970, 1, 1).saturating_add(jiff::Span::new().days(day));
            store
                .put(&catalog::plays::key(date, 0), parquet_bytes(&events))
                .unwrap();
        }
        store
    }

    /// Runs the job with a small model.
    pub(crate) fn run(
        &self,
        store: &Store,
        threads: usize,
    ) -> Result<recsys::report::RunReport, Error> {
        run(
            store,
            &config(),
            &self.request(threads),
            &catalog::progress::Silent,
        )
    }

    pub(crate) fn request(&self, threads: usize) -> Request<'_> {
        Request {
            catalogue: &self.catalogue,
            duplicates: None,
            as_of: None,
            force: None,
            start: recsys::job::Start::Cold,
            threads,
        }
    }
}

/// Defaults with a smaller model, for speed.
pub(crate) fn config() -> Config {
    let user = "als = { factors = 16, iterations = 6 }".parse().unwrap();
    Config::load(Some(&user)).unwrap()
}

fn release(first: usize, count: usize) -> Release {
    let id = ReleaseId::of("test", &first.to_string());
    let artist = Credit::new(format!("Artist {}", first / 3), None, Role::MainArtist);
    let numbers = first..(first + 3).min(count);
    Release {
        id,
        sender: "test".into(),
        reference: first.to_string(),
        gtin: None,
        grid: None,
        proprietary_id: None,
        announcement: Default::default(),
        title: format!("Release {first}"),
        version: None,
        kind: ReleaseKind::Album,
        artists: vec![artist.clone()],
        label: "Label".into(),
        p_line: None,
        c_line: None,
        original_date: Some(
            if first / 3 % 10 == 9 {
                "2026-10-20"
            } else {
                "2020-01-01"
            }
            .parse()
            .unwrap(),
        ),
        release_date: None,
        genre: None,
        language: None,
        artwork: None,
        tracks: numbers
            .map(|number| track(id, number, artist.clone()))
            .collect(),
    }
}

fn track(release: ReleaseId, number: usize, artist: Credit) -> Track {
    let place = (number % 3 + 1) as u16;
    Track {
        id: TrackId::of(&release, 1, place, &isrc(number)),
        recording: recording(number),
        disc: 1,
        number: place,
        isrc: isrc(number),
        title: format!("Track {number}"),
        version: None,
        artists: vec![artist],
        duration: Millis(200_000),
        advisory: if number % 11 == 10 {
            Advisory::Explicit
        } else {
            Advisory::None
        },
        genre: None,
        language: None,
        iswc: None,
        licence: None,
        origin: None,
        announcement: Default::default(),
        lyrics: None,
        master: Some(Master {
            sha256: Sha256::of(number.to_le_bytes()),
            bytes: 1,
            format: "flac".into(),
            frames: Frames(8_820_000),
            sample_rate: SampleRate::new(44_100).unwrap(),
            channels: 2,
            bits: Some(16),
            soundprint: None,
        }),
        rights: rights(number),
    }
}

fn rights(number: usize) -> Rights {
    let american: TerritorySet = ["US".parse().unwrap()].into_iter().collect();
    let world = TerritorySet::worldwide();
    let territories = if number % 5 == 4 {
        world.without(&american)
    } else {
        world
    };
    let window = |model| RightsWindow {
        territories,
        model,
        use_type: UseType::Stream,
        start: "2020-01-01T00:00:00Z".parse().unwrap(),
        end: None,
        clock: Default::default(),
    };
    let mut windows = vec![window(CommercialModel::Subscription)];
    if number % 7 != 6 {
        windows.push(window(CommercialModel::AdSupported));
    }
    Rights::from(windows)
}

const SCHEMA: &str = "message plays { required int64 listener; required binary recording (UTF8); \
    required int64 started_at (TIMESTAMP(MILLIS,true)); required int32 played_ms; required int32 duration_ms; \
    required binary ended (UTF8); required binary context (UTF8); required binary device (UTF8); \
    required binary country (UTF8); required binary tier (UTF8); required int64 session; }";

/// The events as a Parquet file of the schema of plays.
pub(crate) fn parquet_bytes(events: &[&Event]) -> Vec<u8> {
    let schema = Arc::new(parse_message_type(SCHEMA).unwrap());
    let mut writer =
        SerializedFileWriter::new(Vec::new(), schema, Arc::new(WriterProperties::new())).unwrap();
    let mut group = writer.next_row_group().unwrap();
    let int64 =
        |of: &dyn Fn(&Event) -> i64| events.iter().map(|event| of(event)).collect::<Vec<_>>();
    let int32 =
        |of: &dyn Fn(&Event) -> i32| events.iter().map(|event| of(event)).collect::<Vec<_>>();
    let text = |of: &dyn Fn(&Event) -> String| {
        events
            .iter()
            .map(|event| ByteArray::from(of(event).into_bytes()))
            .collect::<Vec<_>>()
    };
    macro_rules! column {
        ($kind:ty, $values:expr) => {{
            let mut column = group.next_column().unwrap().unwrap();
            column
                .typed::<$kind>()
                .write_batch(&$values, None, None)
                .unwrap();
            column.close().unwrap();
        }};
    }
    column!(Int64Type, int64(&|e| e.listener));
    column!(ByteArrayType, text(&|e| e.recording.clone()));
    column!(Int64Type, int64(&|e| e.started_at));
    column!(Int32Type, int32(&|e| e.played_ms));
    column!(Int32Type, int32(&|e| e.duration_ms));
    column!(ByteArrayType, text(&|e| e.ended.to_owned()));
    column!(ByteArrayType, text(&|_| "album".to_owned()));
    column!(ByteArrayType, text(&|_| "phone".to_owned()));
    column!(ByteArrayType, text(&|e| e.country.to_owned()));
    column!(ByteArrayType, text(&|e| e.tier.to_owned()));
    column!(Int64Type, int64(&|e| e.session));
    group.close().unwrap();
    writer.into_inner().unwrap()
}
