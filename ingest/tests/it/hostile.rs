//! Does a hostile master cost one finding, and nothing else?

use crate::label::Label;
use ingest::Config;
use ingest::config::Listener;
use ingest::job::listen;
use ingest::report::Outcome;
use serde_json::json;
use std::fs;
use std::hint::black_box;

/// Not a test of its own: the child process that the tests below start, which is this very program.
/// Two contents stand for decoders that run wild.
#[test]
fn the_child_that_opens_masters() {
    if std::env::var_os("BACKLINE_LISTEN_PATH").is_none() {
        return;
    }
    let path = listen::confine().expect("limits can be set");
    match fs::read(&path).unwrap_or_default().as_slice() {
        b"spin" => loop {
            black_box(0);
        },
        b"gobble" => drop(black_box(vec![1_u8; 3 << 30])),
        _ => {}
    }
    listen::answer(&path);
}

fn config() -> Config {
    let mut config = Config::load(None).unwrap();
    let arguments = [
        "hostile::the_child_that_opens_masters",
        "--exact",
        "--nocapture",
    ];
    config.listener = Listener::Child(
        std::env::current_exe().unwrap(),
        arguments.map(Into::into).to_vec(),
    );
    config.limits.decoder_seconds = 2;
    config
}

/// Delivers each content as the first master of a release of its own beside a good one.
fn deliver(contents: &[Vec<u8>]) -> Vec<Vec<(String, String)>> {
    let label = Label::new();
    label.deliver("A", |_| {});
    for (index, content) in contents.iter().enumerate() {
        let folder = label.deliver(&format!("B{index:02}"), |message| {
            message["release"]["gtin"] = json!(null);
            message["release"]["reference"] = json!(format!("B{index:02}"));
            // Other recordings than those of the good release.
            message["tracks"][1]["isrc"] = json!("QZNJX2600012");
        });
        fs::write(folder.join("resources/01.flac"), content).unwrap();
    }
    let progress = catalog::progress::Silent;
    let report = ingest::run(&label.store(), &config(), &label.drop(), None, 2, &progress).unwrap();
    assert_eq!(report.deliveries[0].outcome, Outcome::Accepted);
    report.deliveries[1..]
        .iter()
        .map(|delivery| {
            let grave = delivery.findings.0.iter();
            let grave = grave.filter(|finding| finding.code.starts_with("audio-"));
            grave
                .map(|finding| (finding.code.clone(), finding.found.clone()))
                .collect()
        })
        .collect()
}

#[test]
fn a_decoder_that_runs_wild_is_stopped_and_the_others_go_on() {
    let found = deliver(&[b"spin".to_vec(), b"gobble".to_vec()]);
    assert_eq!(found[0].len(), 1);
    assert!(
        found[0][0].0 == "audio-stopped" && found[0][0].1.contains("CPU time"),
        "{found:?}"
    );
    assert_eq!(found[1].len(), 1);
    assert!(
        found[1][0].0 == "audio-stopped" && found[1][0].1.contains("1024 MB"),
        "{found:?}"
    );
}

/// An Apple CAF of 16-bit stereo whose packet table declares 5e14 frames.
fn caf() -> Vec<u8> {
    let mut file = b"caff\x00\x01\x00\x00".to_vec();
    let mut chunk = |kind: &[u8; 4], body: Vec<u8>| {
        file.extend(kind);
        file.extend((body.len() as i64).to_be_bytes());
        file.extend(body);
    };
    let mut desc = 44_100_f64.to_be_bytes().to_vec();
    desc.extend(b"lpcm");
    for number in [0_u32, 4, 1, 2, 16] {
        desc.extend(number.to_be_bytes());
    }
    chunk(b"desc", desc);
    let mut packets = Vec::new();
    packets.extend(500_000_000_000_000_i64.to_be_bytes());
    packets.extend(500_000_000_000_000_i64.to_be_bytes());
    packets.extend([0; 8]);
    chunk(b"pakt", packets);
    chunk(b"data", vec![0; 4 + 44_100]);
    file
}

/// The checksum of an Ogg page (RFC 3533), bit by bit.
fn ogg_crc(page: &[u8]) -> u32 {
    page.iter().fold(0, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte) << 24, |sum: u32, _| {
            sum << 1 ^ if sum >> 31 == 1 { 0x04C1_1DB7 } else { 0 }
        })
    })
}

/// Ogg pages whose checksums are right and whose contents are not.
fn ogg(seed: u64) -> Vec<u8> {
    let mut state = seed * 2 + 1;
    let mut next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as u32
    };
    let mut file = Vec::new();
    for number in 0..12_u32 {
        let flags = if number == 0 { 2 } else { (next() % 8) as u8 };
        let lacing: Vec<u8> = (0..next() % 40)
            .map(|_| if next() % 2 == 0 { 255 } else { next() as u8 })
            .collect();
        let mut page = b"OggS\x00".to_vec();
        page.push(flags);
        page.extend((u64::from(next()) << 32).to_le_bytes());
        page.extend(7_u32.to_le_bytes());
        page.extend(if next() % 3 == 0 { next() } else { number }.to_le_bytes());
        page.extend([0; 4]);
        page.push(lacing.len() as u8);
        page.extend(&lacing);
        let mut body = match number {
            0 => b"\x01vorbis\x00\x00\x00\x00\x02\x44\xac\x00\x00".to_vec(),
            1 => b"\x05vorbis\xff\xff\xff\xff".to_vec(),
            _ => Vec::new(),
        };
        body.resize_with(lacing.iter().map(|l| usize::from(*l)).sum(), || {
            next() as u8
        });
        page.extend(body);
        let crc = ogg_crc(&page);
        page[22..26].copy_from_slice(&crc.to_le_bytes());
        file.extend(page);
    }
    file
}

#[test]
fn a_caf_of_billions_of_seconds_and_oggs_of_broken_pages_cost_one_finding_each() {
    let mut contents = vec![caf()];
    contents.extend((0..8).map(ogg));
    for found in deliver(&contents) {
        assert_eq!(found.len(), 1, "{found:?}");
    }
}
