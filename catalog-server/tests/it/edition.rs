//! A tiny edition: five releases that between them have every way of being playable or not.
//!
//! The "audio" is bytes that say where they stand, so that a range that is off by one is seen.

use catalog::columns::ColumnsWriter;
use catalog::edition::catalogue::CatalogueView;
use catalog::edition::catalogue_writer::{self, Contents};
use catalog::edition::draft::{Draft, Provenance, Published};
use catalog::edition::gate::Gate;
use catalog::ids::{Isrc, RecordingId, ReleaseId, Sha256, Territory, TrackId};
use catalog::release::*;
use catalog::rendition::{AudioSet, Chunk, Codec, Loudness, Rendition};
use catalog::rights::{CommercialModel, Rights, RightsWindow, UseType};
use catalog::store::Store;
use catalog::units::{Dbtp, Frames, GainDb, Lufs, Millis, SampleRate};
use recsys::lists::{Entry, Reason, SCHEMA};
use search::{Document, Kind, Ranking};
use std::collections::BTreeMap;

/// "Now" of all tests.
pub(crate) const NOW: &str = "2026-11-21T12:00:00Z";
/// The words of "Lanterns".
pub(crate) const WORDS: &str =
    "[ar:Ada Quell]\n[00:01.00]Count the lights along the shore\n[00:04.50]every one is home\n";
/// The listener who has a list of their own.
pub(crate) const LISTENER: u64 = 42;

const BOTH: [CommercialModel; 2] = [CommercialModel::Subscription, CommercialModel::AdSupported];

/// One track of the tiny catalogue: release title, track title, ISRC, territories, models, window.
struct Line {
    release: &'static str,
    artist: &'static str,
    title: &'static str,
    isrc: &'static str,
    territories: &'static [&'static str],
    models: &'static [CommercialModel],
    start: &'static str,
    end: Option<&'static str>,
}

const WORLD: &[&str] = &[];
const PAST: &str = "2020-01-01T00:00:00Z";

const LINES: [Line; 8] = [
    Line {
        release: "Harbour Lights",
        artist: "Ada Quell",
        title: "Lanterns",
        isrc: "DEA100000001",
        territories: WORLD,
        models: &BOTH,
        start: PAST,
        end: None,
    },
    Line {
        release: "Harbour Lights",
        artist: "Ada Quell",
        title: "Breakwater",
        isrc: "DEA100000002",
        territories: WORLD,
        models: &BOTH,
        start: PAST,
        end: None,
    },
    Line {
        release: "Nur Hier",
        artist: "Die Gezeiten",
        title: "Ebbe",
        isrc: "DEA100000003",
        territories: &["DE", "AT"],
        models: &BOTH,
        start: PAST,
        end: None,
    },
    Line {
        release: "Tomorrow",
        artist: "Ada Quell",
        title: "Not Before Long",
        isrc: "DEA100000004",
        territories: WORLD,
        models: &BOTH,
        start: "2099-01-01T00:00:00Z",
        end: None,
    },
    Line {
        release: "Both Coasts (DE)",
        artist: "Paper Radio",
        title: "Signal Hill",
        isrc: "DEA100000005",
        territories: &["DE"],
        models: &BOTH,
        start: PAST,
        end: None,
    },
    Line {
        release: "Both Coasts (US)",
        artist: "Paper Radio",
        title: "Signal Hill",
        isrc: "DEA100000005",
        territories: &["US"],
        models: &BOTH,
        start: PAST,
        end: None,
    },
    Line {
        release: "Members Only",
        artist: "Paper Radio",
        title: "Velvet Rope",
        isrc: "DEA100000006",
        territories: WORLD,
        models: &[CommercialModel::Subscription],
        start: PAST,
        end: None,
    },
    Line {
        release: "Gone",
        artist: "Die Gezeiten",
        title: "Farewell",
        isrc: "DEA100000007",
        territories: WORLD,
        models: &BOTH,
        start: PAST,
        end: Some("2026-01-01T00:00:00Z"),
    },
];

/// The id of a release by its title.
pub(crate) fn release_id(title: &str) -> ReleaseId {
    ReleaseId::of("test", title)
}

/// The id of the track that stands at `number` on a release.
pub(crate) fn track_id(release: &str, number: u16) -> TrackId {
    let line = LINES
        .iter()
        .filter(|line| line.release == release)
        .nth(usize::from(number) - 1);
    TrackId::of(
        &release_id(release),
        1,
        number,
        &line.unwrap().isrc.parse().unwrap(),
    )
}

/// The recording of an ISRC's last digit.
pub(crate) fn recording_id(digit: u8) -> RecordingId {
    RecordingId::of_isrc(&format!("DEA10000000{digit}").parse().unwrap())
}

/// What byte `at` of every blob of `length` bytes is.
pub(crate) fn byte(at: u64, length: u64) -> u8 {
    ((at ^ (at >> 8) ^ length) & 0xff) as u8
}

/// Publishes the edition; `extra` more tracks on a release of their own make it another one.
pub(crate) fn publish(store: &Store, extra: u16) -> Published {
    let catalogue = catalogue(store, extra);
    let audio = audio(store, &catalogue);
    let draft = Draft::begin(store).unwrap();
    let contents = Contents {
        catalogue: &catalogue,
        audio: &audio,
        duplicates: None,
    };
    catalogue_writer::write(draft.folder(), contents).unwrap();
    let view = CatalogueView::open(draft.folder()).unwrap();
    let today = 20_778;
    search::write(
        &draft.folder().join("search"),
        documents(&view),
        today,
        &Ranking::default(),
    )
    .unwrap();
    lists(&draft.folder().join("lists.bin"));
    crate::clips::fingerprints(draft.folder());
    let gate = Gate {
        max_loss: 1.0,
        max_metric_drop: 1.0,
        counts: vec![],
        metrics: vec![],
    };
    draft
        .seal(Provenance::default())
        .unwrap()
        .publish(&gate, None)
        .unwrap()
}

fn catalogue(store: &Store, extra: u16) -> Catalogue {
    let mut releases: BTreeMap<ReleaseId, Release> = BTreeMap::new();
    for line in &LINES {
        let id = release_id(line.release);
        let release = releases
            .entry(id)
            .or_insert_with(|| release(store, line.release, line.artist));
        let number = release.tracks.len() as u16 + 1;
        release.tracks.push(track(&id, number, line));
    }
    let harbour = releases.get_mut(&release_id("Harbour Lights")).unwrap();
    harbour.tracks[0].lyrics = Some(Lyrics {
        sha256: store.put_blob(WORDS).unwrap(),
        bytes: WORDS.len() as u64,
        timed: true,
    });
    for number in 1..=extra {
        let id = release_id("More");
        let release = releases
            .entry(id)
            .or_insert_with(|| release(store, "More", "Ada Quell"));
        let isrc = format!("DEB1{number:08}");
        let line = Line {
            isrc: Box::leak(isrc.into_boxed_str()),
            release: "More",
            ..LINES_FIRST
        };
        release.tracks.push(track(&id, number, &line));
    }
    Catalogue {
        releases: releases.into_values().collect(),
    }
}

const LINES_FIRST: Line = Line {
    release: "",
    artist: "Ada Quell",
    title: "One More",
    isrc: "",
    territories: WORLD,
    models: &BOTH,
    start: PAST,
    end: None,
};

fn release(store: &Store, title: &str, artist: &str) -> Release {
    let cover = format!("cover of {title}");
    Release {
        id: release_id(title),
        sender: "test".into(),
        reference: title.into(),
        gtin: None,
        grid: None,
        proprietary_id: None,
        announcement: Default::default(),
        title: title.into(),
        version: None,
        kind: ReleaseKind::Album,
        artists: vec![Credit::new(artist, None, Role::MainArtist)],
        label: "Test Pressing".into(),
        p_line: Some("2020 Test Pressing".into()),
        c_line: None,
        original_date: None,
        release_date: Some("2020-05-17".parse().unwrap()),
        genre: Some(catalog::genre::classify("Indie")),
        language: None,
        artwork: Some(Artwork {
            sha256: store.put_blob(cover.clone().into_bytes()).unwrap(),
            bytes: cover.len() as u64,
            format: "png".into(),
            width: 600,
            height: 600,
        }),
        tracks: Vec::new(),
    }
}

fn track(release: &ReleaseId, number: u16, line: &Line) -> Track {
    let isrc: Isrc = line.isrc.parse().unwrap();
    let everywhere = line.territories.is_empty();
    let territories = Territory::all()
        .filter(|t| everywhere || line.territories.contains(&t.code()))
        .collect();
    let window = |model| RightsWindow {
        territories,
        model,
        use_type: UseType::Stream,
        start: line.start.parse().unwrap(),
        end: line.end.map(|end| end.parse().unwrap()),
        clock: Default::default(),
    };
    Track {
        id: TrackId::of(release, 1, number, &isrc),
        recording: RecordingId::of_isrc(&isrc),
        disc: 1,
        number,
        isrc,
        title: line.title.into(),
        version: None,
        artists: vec![
            Credit::new(line.artist, None, Role::MainArtist),
            Credit::new("C. Omposer", None, Role::Composer),
        ],
        duration: Millis(12_000),
        advisory: Advisory::None,
        genre: None,
        language: None,
        iswc: None,
        licence: Some("CC0-1.0".into()),
        origin: None,
        announcement: Default::default(),
        lyrics: None,
        master: Some(Master {
            sha256: Sha256::of(line.isrc),
            bytes: 1,
            format: "flac".into(),
            frames: Frames(12 * 44_100),
            sample_rate: SampleRate::new(44_100).unwrap(),
            channels: 2,
            bits: Some(16),
            soundprint: None,
        }),
        rights: Rights::from(
            line.models
                .iter()
                .map(|model| window(*model))
                .collect::<Vec<_>>(),
        ),
    }
}

/// The ladder of every master; the blob of a profile is the same for all.
fn audio(store: &Store, catalogue: &Catalogue) -> BTreeMap<Sha256, AudioSet> {
    let ladder = [
        ("vorbis-24", 24),
        ("vorbis-96", 96),
        ("vorbis-160", 160),
        ("vorbis-320", 320),
        ("flac", 700),
        ("preview", 96),
    ];
    let renditions: Vec<Rendition> = ladder
        .iter()
        .map(|(name, kbps)| rendition(store, name, *kbps))
        .collect();
    let sets = catalogue.masters().into_keys().map(|master| {
        let set = AudioSet {
            master,
            ladder: Sha256::of("ladder"),
            loudness: Loudness::default(),
            album: None,
            shape: catalog::rendition::Shape::default(),
            renditions: renditions.clone(),
        };
        (master, set)
    });
    sets.collect()
}

fn rendition(store: &Store, profile: &str, kbps: u32) -> Rendition {
    let (chunk, frames) = (kbps * 1000 / 8 * 4, 4 * 44_100u32);
    let bytes = 100 + u64::from(chunk) * 3;
    let blob: Vec<u8> = (0..bytes).map(|at| byte(at, bytes)).collect();
    let chunks = (0..3u32).map(|index| Chunk {
        offset: 100 + u64::from(index * chunk),
        bytes: chunk,
        first_frame: u64::from(index * frames),
        frames,
        priming_bytes: 0,
    });
    Rendition {
        key: Sha256::of(profile),
        profile: profile.into(),
        codec: if profile == "flac" {
            Codec::Flac
        } else {
            Codec::Vorbis
        },
        nominal_kbps: kbps,
        blob: store.put_blob(blob).unwrap(),
        bytes,
        sample_rate: SampleRate::new(44_100).unwrap(),
        channels: 2,
        frames: Frames(3 * u64::from(frames)),
        gain: GainDb(-3.25),
        loudness: Loudness {
            integrated: Some(Lufs(-14.0)),
            true_peak: Some(Dbtp(-1.5)),
            ..Loudness::default()
        },
        header_bytes: 100,
        chunks: chunks.collect(),
    }
}

fn documents(view: &CatalogueView) -> Vec<Document> {
    let document = |kind, row, title: &str, artists: Vec<String>| Document {
        kind,
        row,
        title: title.to_owned(),
        artists,
        release: None,
        genre: None,
        also: vec![],
        lyrics: None,
        popularity: 0.5,
        released_days: Some(18_000),
    };
    let main = |name: &str| name != "C. Omposer";
    let tracks = (0..view.tracks()).map(|row| {
        let artists = view
            .track_credits(row)
            .map(|credit| credit.name.to_owned())
            .filter(|name| main(name));
        let title = view.track(row).unwrap().title;
        let words = view
            .lyrics(row)
            .map(|_| catalog::lyrics::read(WORDS.as_bytes()));
        let lines = words.map(|lines| lines.unwrap().into_iter().map(|line| line.text));
        Document {
            lyrics: lines.map(|lines| lines.collect::<Vec<_>>().join("\n")),
            ..document(Kind::Track, row, title, artists.collect())
        }
    });
    let releases = (0..view.releases()).map(|row| {
        let artists = view
            .release_credits(row)
            .map(|credit| credit.name.to_owned());
        document(
            Kind::Release,
            row,
            view.release(row).unwrap().title,
            artists.collect(),
        )
    });
    let artists = (0..view.artists())
        .map(|row| document(Kind::Artist, row, view.artist(row).unwrap().name, vec![]));
    tracks.chain(releases).chain(artists).collect()
}

/// A list for [`LISTENER`], a chart for every country, one similar track. Written by its documented
/// layout, without the half of `recsys` that makes lists.
fn lists(path: &std::path::Path) {
    let mut recordings: Vec<RecordingId> = (1..=7).map(recording_id).collect();
    recordings.sort();
    let at = |digit| {
        recordings
            .iter()
            .position(|id| *id == recording_id(digit))
            .unwrap() as u32
    };
    let weekly = [
        Entry::new(at(1), 0.9, Reason::BecauseYouPlayed(at(2))),
        Entry::new(at(3), 0.8, Reason::Taste),
        Entry::new(at(5), 0.7, Reason::Taste),
        Entry::new(at(4), 0.6, Reason::Taste),
    ];
    let chart: Vec<Entry> = [2, 6]
        .map(|digit| Entry::new(at(digit), 0.5, Reason::Trending))
        .to_vec();
    let charts: Vec<Entry> = (0..Territory::COUNT).flat_map(|_| chart.clone()).collect();
    let similar_to = at(1) as u64;
    let similar = [Entry::new(at(2), 0.9, Reason::Similar)];
    let ends = |count: u64, list: u64| (0..=count).map(|row| row * list).collect::<Vec<u64>>();
    let monday: jiff::Timestamp = "2026-11-16T00:00:00Z".parse().unwrap();
    let similar_at: Vec<u64> = (0..=7).map(|row| u64::from(row > similar_to)).collect();
    ColumnsWriter::new(path)
        .section("schema", &[SCHEMA])
        .section("monday", &[monday.as_second()])
        .section("recordings", &recordings)
        .section("popularity", &[0.5f32; 7])
        .section("listeners", &[LISTENER])
        .section("weekly.at", &[0u64, weekly.len() as u64])
        .section("weekly", &weekly)
        .section("charts.at", &ends(Territory::COUNT as u64, 2))
        .section("charts", &charts)
        .section("similar.at", &similar_at)
        .section("similar", &similar)
        .finish()
        .unwrap();
}
