//! A small catalogue: two releases of one label, three recordings, one of them twice.

use catalog::cluster::{Cluster, DuplicateReport, MatchEvidence, MatchKind};
use catalog::ids::{Isrc, RecordingId, ReleaseId, Sha256, Territory, TerritorySet, TrackId};
use catalog::release::{
    Advisory, Artwork, Catalogue, Credit, Genre, Master, Release, ReleaseKind, Role, Track,
};
use catalog::rendition::{AudioSet, Chunk, Codec, Loudness, Rendition, Shape};
use catalog::rights::{CommercialModel, Rights, RightsWindow, UseType};
use catalog::units::{Dbtp, Frames, GainDb, Lufs, Millis, SampleRate};
use std::collections::BTreeMap;

pub(crate) fn isrc(number: u32) -> Isrc {
    format!("QZBKL26{number:05}").parse().unwrap()
}

fn rights(territories: TerritorySet) -> Rights {
    let window = |model| RightsWindow {
        territories,
        model,
        use_type: UseType::Stream,
        start: "2026-01-01T00:00:00Z".parse().unwrap(),
        end: None,
        clock: Default::default(),
    };
    vec![
        window(CommercialModel::Subscription),
        window(CommercialModel::AdSupported),
    ]
    .into()
}

fn rate() -> SampleRate {
    SampleRate::new(44_100).unwrap()
}

fn track(
    release: ReleaseId,
    number: u16,
    recording: u32,
    territories: TerritorySet,
    audio: bool,
) -> Track {
    let isrc = isrc(recording);
    let master = Master {
        sha256: Sha256::of(format!("master {recording}")),
        bytes: 1000,
        format: "flac".to_owned(),
        frames: Frames(44_100 * 10),
        sample_rate: rate(),
        channels: 2,
        bits: Some(16),
        soundprint: None,
    };
    Track {
        id: TrackId::of(&release, 1, number, &isrc),
        recording: RecordingId::of_isrc(&isrc),
        disc: 1,
        number,
        isrc,
        title: format!("Song {recording}"),
        version: (recording == 2).then(|| "Live".to_owned()),
        artists: vec![
            Credit::new("The Composer", None, Role::Composer),
            Credit::new("The Singer", None, Role::MainArtist),
        ],
        duration: Millis(10_000),
        advisory: Advisory::None,
        genre: None,
        language: None,
        iswc: None,
        licence: Some("CC0-1.0".to_owned()),
        origin: None,
        announcement: Default::default(),
        lyrics: None,
        master: audio.then_some(master),
        rights: rights(territories),
    }
}

fn release(number: u32, tracks: impl FnOnce(ReleaseId) -> Vec<Track>) -> Release {
    let reference = format!("release {number}");
    let id = ReleaseId::of("label", &reference);
    Release {
        id,
        sender: "label".to_owned(),
        reference,
        gtin: None,
        grid: None,
        proprietary_id: None,
        announcement: Default::default(),
        title: format!("Album {number}"),
        version: None,
        kind: ReleaseKind::Album,
        artists: vec![Credit::new("The Singer", None, Role::MainArtist)],
        label: "The Label".to_owned(),
        p_line: None,
        c_line: None,
        original_date: None,
        release_date: Some(format!("202{number}-05-17").parse().unwrap()),
        genre: Some(Genre {
            code: "pop".to_owned(),
            delivered: "Pop".to_owned(),
        }),
        language: None,
        artwork: Some(Artwork {
            sha256: Sha256::of("cover"),
            bytes: 10,
            format: "png".to_owned(),
            width: 3000,
            height: 3000,
        }),
        tracks: tracks(id),
    }
}

/// Tracks: album 1 has recordings 1 and 2 (2 only in Germany), album 2 has 1 again, 3, and 4 without audio.
pub(crate) fn catalogue() -> Catalogue {
    let everywhere = TerritorySet::worldwide();
    let germany: TerritorySet = ["DE".parse::<Territory>().unwrap()].into_iter().collect();
    let mut releases = vec![
        release(1, |id| {
            vec![
                track(id, 1, 1, everywhere, true),
                track(id, 2, 2, germany, true),
            ]
        }),
        release(2, |id| {
            vec![
                track(id, 1, 1, everywhere, true),
                track(id, 2, 3, everywhere, true),
                track(id, 3, 4, everywhere, false),
            ]
        }),
    ];
    releases.sort_by_key(|release| release.id);
    Catalogue { releases }
}

/// Two renditions of two chunks for each master.
pub(crate) fn audio(catalogue: &Catalogue) -> BTreeMap<Sha256, AudioSet> {
    let set = |master: Sha256| AudioSet {
        master,
        ladder: Sha256::of("ladder"),
        loudness: Loudness {
            integrated: Some(Lufs(-9.5)),
            ..Loudness::default()
        },
        album: None,
        shape: Shape {
            peaks: vec![[-12, 34]],
            loudness: vec![-1_234],
        },
        renditions: [("vorbis-160", Codec::Vorbis), ("flac", Codec::Flac)]
            .map(|(profile, codec)| Rendition {
                key: Sha256::of_parts([master.to_string().as_str(), profile]),
                profile: profile.to_owned(),
                codec,
                nominal_kbps: 160,
                blob: Sha256::of(format!("{master} {profile}")),
                bytes: 1100,
                sample_rate: rate(),
                channels: 2,
                frames: Frames(44_100 * 10),
                gain: GainDb(-4.5),
                loudness: Loudness {
                    true_peak: Some(Dbtp(-1.5)),
                    ..Loudness::default()
                },
                header_bytes: 100,
                chunks: vec![
                    Chunk {
                        offset: 100,
                        bytes: 300,
                        first_frame: 0,
                        frames: 88_200,
                        priming_bytes: 0,
                    },
                    Chunk {
                        offset: 400,
                        bytes: 700,
                        first_frame: 88_200,
                        frames: 352_800,
                        priming_bytes: 40,
                    },
                ],
            })
            .to_vec(),
    };
    catalogue
        .masters()
        .into_keys()
        .map(|master| (master, set(master)))
        .collect()
}

/// Recordings 1 and 3 are the same audio.
pub(crate) fn duplicates() -> DuplicateReport {
    let mut members = vec![
        RecordingId::of_isrc(&isrc(1)),
        RecordingId::of_isrc(&isrc(3)),
    ];
    members.sort_unstable();
    let evidence = MatchEvidence {
        a: members[0],
        b: members[1],
        offset: 0.0,
        bit_match: 0.98,
        overlap: 10.0,
        kind: MatchKind::OtherEncode,
        stretch: 1.0,
        semitones: 0.0,
        share: 1.0,
    };
    DuplicateReport {
        run: Sha256::of("run"),
        clusters: vec![Cluster {
            members,
            evidence: vec![evidence],
        }],
    }
}
