//! How long does a catalogue of two million tracks take to open, and what does it hold in memory?
//!
//! `cargo run --release -p catalog --example two_million [tracks]`
//!
//! Ten made-up tracks to a release and three releases to an artist. Prints bytes per track, the time to open, the
//! time of the checksums, the time of a look-up by id, and what each of them added to the resident memory.

use catalog::edition::catalogue::CatalogueView;
use catalog::edition::catalogue_writer::{Contents, write};
use catalog::ids::{Isrc, RecordingId, ReleaseId, Sha256, Territory, TrackId};
use catalog::release::*;
use catalog::rendition::{AudioSet, Loudness, Shape};
use catalog::rights::{CommercialModel, Rights, RightsWindow, UseType};
use catalog::units::{Frames, Millis, SampleRate};
use std::collections::BTreeMap;
use std::time::Instant;

/// Tracks looked up by id.
const LOOKUPS: u32 = 100_000;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [folder, _] = &arguments[..] {
        return measure(folder.as_ref());
    }
    let tracks: u32 = arguments.first().map_or(Ok(2_000_000), |n| n.parse())?;
    let folder = tempfile::tempdir()?;
    let began = Instant::now();
    let bytes = build(folder.path(), tracks)?;
    println!(
        "{tracks} tracks written in {:.1} s: {:.1} bytes per track",
        began.elapsed().as_secs_f64(),
        bytes as f64 / f64::from(tracks)
    );
    // A process of its own has none of the writer's memory.
    let program = std::env::current_exe()?;
    let mut child = std::process::Command::new(program);
    let status = child.arg(folder.path()).arg("measure").status()?;
    Ok(status.success().then_some(()).ok_or("measuring failed")?)
}

fn measure(folder: &std::path::Path) -> Result<(), Box<dyn std::error::Error>> {
    let before = resident_kb()?;
    let began = Instant::now();
    let view = CatalogueView::open(folder)?;
    let opened = began.elapsed();
    println!(
        "opened in {:.2} ms, {} KB resident",
        opened.as_secs_f64() * 1e3,
        resident_kb()? - before
    );
    let stride = (view.tracks() / LOOKUPS).max(1);
    let ids: Vec<TrackId> = (0..view.tracks())
        .step_by(stride as usize)
        .filter_map(|row| Some(view.track(row)?.id))
        .collect();
    let began = Instant::now();
    let found = ids
        .iter()
        .filter_map(|id| view.track(view.track_row(id)?))
        .count();
    let each = began.elapsed().as_secs_f64() * 1e6 / ids.len() as f64;
    println!(
        "{found} of {} found by id, {each:.2} µs each, {} KB resident",
        ids.len(),
        resident_kb()? - before
    );
    let began = Instant::now();
    view.verify()?;
    println!("checksums in {:.0} ms", began.elapsed().as_secs_f64() * 1e3);
    Ok(())
}

/// What is resident and not shared with the page cache's other users, KB (`VmRSS`).
fn resident_kb() -> std::io::Result<i64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    Ok(number.unwrap_or(0))
}

fn build(folder: &std::path::Path, tracks: u32) -> Result<u64, Box<dyn std::error::Error>> {
    let mut audio = BTreeMap::new();
    let releases = (0..tracks.div_ceil(10)).map(|number| {
        let mut release = release(number);
        for place in 1..=10u16.min((tracks - number * 10) as u16) {
            let track = track(&release.id, number, place);
            let master = Sha256::of(track.isrc.as_str());
            audio.insert(master, silence(master));
            release.tracks.push(track);
        }
        release
    });
    let catalogue = Catalogue {
        releases: releases.collect(),
    };
    let contents = Contents {
        catalogue: &catalogue,
        audio: &audio,
        duplicates: None,
    };
    write(folder, contents)?;
    Ok(folder.join("catalogue.bin").metadata()?.len())
}

fn release(number: u32) -> Release {
    let title = format!("Release No. {number}");
    Release {
        id: ReleaseId::of("made up", &title),
        sender: "made up".into(),
        reference: title.clone(),
        gtin: None,
        grid: None,
        proprietary_id: None,
        announcement: Default::default(),
        title,
        version: None,
        kind: ReleaseKind::Album,
        artists: vec![credit(number)],
        label: format!("Label {}", number % 500),
        p_line: Some("2020 Made Up".into()),
        c_line: None,
        original_date: None,
        release_date: None,
        genre: None,
        language: None,
        artwork: None,
        tracks: Vec::new(),
    }
}

fn credit(release: u32) -> Credit {
    Credit::new(format!("Artist {}", release / 3), None, Role::MainArtist)
}

fn track(release: &ReleaseId, number: u32, place: u16) -> Track {
    let serial = number * 10 + u32::from(place);
    let isrc: Isrc = format!("DEX{serial:09}").parse().expect("an ISRC's form");
    let window = RightsWindow {
        territories: Territory::all().collect(),
        model: CommercialModel::Subscription,
        use_type: UseType::Stream,
        start: "2020-01-01T00:00:00Z".parse().expect("a date"),
        end: None,
        clock: Default::default(),
    };
    Track {
        id: TrackId::of(release, 1, place, &isrc),
        recording: RecordingId::of_isrc(&isrc),
        disc: 1,
        number: place,
        isrc,
        title: format!("A Title of Usual Length {serial}"),
        version: None,
        artists: vec![credit(number)],
        duration: Millis(200_000),
        advisory: Advisory::None,
        genre: None,
        language: None,
        iswc: None,
        licence: None,
        origin: None,
        announcement: Default::default(),
        lyrics: None,
        master: Some(Master {
            sha256: Sha256::of(isrc.as_str()),
            bytes: 1,
            format: "flac".into(),
            frames: Frames(200 * 44_100),
            sample_rate: SampleRate::new(44_100).expect("a rate"),
            channels: 2,
            bits: Some(16),
            soundprint: None,
        }),
        rights: Rights::from(vec![window]),
    }
}

/// Audio of which the catalogue knows that it is there; renditions are another file.
fn silence(master: Sha256) -> AudioSet {
    AudioSet {
        master,
        ladder: Sha256::of("ladder"),
        loudness: Loudness::default(),
        album: None,
        shape: Shape::default(),
        renditions: Vec::new(),
    }
}
