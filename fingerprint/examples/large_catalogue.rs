//! How long does a large catalogue take, and how much index does it need?
//!
//! `cargo run --release -p fingerprint --example large_catalogue [TRACKS [PLANTED [SECONDS]]]`
//! synthesises fingerprints (items that walk as music's do, peaks on a scale), plants duplicates
//! (noisy, trimmed to half, played at another speed, under a voice), searches them all, and asks
//! for clips in catalogues of 500 tracks and of all.

use std::time::Instant;

use catalog::ids::RecordingId;
use catalog::progress::Silent;
use fingerprint::Config;
use fingerprint::cluster::Row;
use fingerprint::decisions::Said;
use fingerprint::duplicates::find;
use fingerprint::index::build;
use fingerprint::landmarks::Landmarks;
use fingerprint::peaks::{FRAME_SECONDS, Peak};
use fingerprint::print::{ITEM_SECONDS, Print};

struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 33) as u32 % n.max(1)
    }
}

/// A track: items that change five bits each, some 34 peaks a second on a scale of seven.
fn track(dice: &mut Dice, seconds: f64) -> (Vec<u32>, Vec<Peak>) {
    let mut item = dice.below(u32::MAX);
    let items = (0..(seconds / ITEM_SECONDS) as usize)
        .map(|_| {
            (0..5).for_each(|_| item ^= 1 << dice.below(32));
            item
        })
        .collect();
    let frames = (seconds / FRAME_SECONDS) as u32;
    let (key, beat) = (dice.below(24), 8 + dice.below(12));
    let scale = [0u32, 2, 4, 5, 7, 9, 11];
    let mut peaks: Vec<Peak> = (0..(34.0 * seconds) as u32)
        .map(|_| {
            let frame = match dice.below(2) {
                0 => dice.below(frames / beat) * beat + dice.below(2),
                _ => dice.below(frames),
            };
            let semitone = scale[dice.below(7) as usize] + 12 * dice.below(4);
            Peak::new(frame, (24 * semitone + key + dice.below(3)) as u16)
        })
        .collect();
    peaks.sort_unstable();
    peaks.dedup();
    (items, peaks)
}

/// A duplicate of the given kind, 0 to 3.
fn copy(dice: &mut Dice, kind: usize, items: &[u32], peaks: &[Peak]) -> (Vec<u32>, Vec<Peak>) {
    let noisy = |dice: &mut Dice, item: u32| {
        (0..32)
            .filter(|_| dice.below(14) == 0)
            .fold(item, |item, bit| item ^ (1 << bit))
    };
    let other = |dice: &mut Dice| {
        let strange = dice.below(u32::MAX);
        items
            .iter()
            .map(|item| item.rotate_left(strange % 31 + 1) ^ strange)
            .collect()
    };
    match kind {
        0 => (
            items.iter().map(|&item| noisy(dice, item)).collect(),
            peaks.to_vec(),
        ),
        1 => {
            let half = items.len() / 2;
            let from = (half as f64 * ITEM_SECONDS / FRAME_SECONDS) as u32;
            let rest = peaks.iter().filter(|peak| peak.frame() >= from);
            let rest = rest.map(|peak| Peak::new(peak.frame() - from, peak.pitch() as u16));
            (items[half..].to_vec(), rest.collect())
        }
        2 => {
            let stretch = 0.96 + 0.01 * f64::from(dice.below(9));
            let units = (-288.0 * stretch.log2()).round() as i32;
            let slower = peaks.iter().map(|peak| {
                let frame = (f64::from(peak.frame()) * stretch).round() as u32;
                Peak::new(frame, (peak.pitch() + units).max(0) as u16)
            });
            (other(dice), slower.collect())
        }
        _ => {
            let mut voiced: Vec<Peak> = peaks
                .iter()
                .map(|peak| match dice.below(2) {
                    0 => *peak,
                    _ => Peak::new(peak.frame(), dice.below(1200) as u16),
                })
                .collect();
            voiced.sort_unstable();
            (other(dice), voiced)
        }
    }
}

fn main() {
    let arguments: Vec<f64> = std::env::args()
        .skip(1)
        .filter_map(|a| a.parse().ok())
        .collect();
    let argument = |at: usize, default: f64| arguments.get(at).copied().unwrap_or(default);
    let (tracks, planted) = (
        argument(0, 100_000.0) as usize,
        argument(1, 1_000.0) as usize,
    );
    let seconds = argument(2, 60.0);
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let mut raw: Vec<(Vec<u32>, Vec<Peak>)> = (0..tracks - planted)
        .map(|_| track(&mut dice, seconds))
        .collect();
    for n in 0..planted {
        let (items, peaks) = raw[n * ((tracks - planted) / planted)].clone();
        raw.push(copy(&mut dice, n % 4, &items, &peaks));
    }
    let prints: Vec<Print> = raw
        .into_iter()
        .map(|(items, peaks)| Print::with_peaks(items, &peaks))
        .collect();
    duplicates(&prints, tracks - planted, planted, seconds);
    let config = Config::built_in();
    for tracks in [500, prints.len()] {
        clips(&prints[..tracks], &config, &mut dice);
    }
}

fn duplicates(prints: &[Print], originals: usize, planted: usize, seconds: f64) {
    let row = |(n, print): (usize, &Print)| Row {
        recordings: vec![RecordingId((n as u128).to_be_bytes())],
        items: print.view().len(),
    };
    let rows: Vec<Row> = prints.iter().enumerate().map(row).collect();
    let (start, config) = (Instant::now(), Config::built_in());
    let (_, pairs, work) = find(&rows, prints, &config, &Said::default(), &Silent);
    let wall = start.elapsed().as_secs_f64();
    let expected = |n: usize| (n * (originals / planted), originals + n);
    let mut found = [0usize; 4];
    for n in 0..planted {
        found[n % 4] += usize::from(pairs.iter().any(|pair| (pair.a, pair.b) == expected(n)));
    }
    let wrong = pairs.len() - found.iter().sum::<usize>();
    let minutes = seconds / 60.0 * prints.len() as f64;
    println!(
        "{} tracks of {seconds:.0} s, {planted} planted duplicates",
        prints.len()
    );
    println!(
        "found: noisy {}, trimmed {}, other speed {}, voice {} (of {} each); wrong pairs {wrong}",
        found[0],
        found[1],
        found[2],
        found[3],
        planted / 4
    );
    println!(
        "{wall:.0} s wall; {} alignments; {:.0} bytes of index per track and minute",
        work.alignments,
        work.index_bytes as f64 / minutes
    );
}

fn clips(prints: &[Print], config: &Config, dice: &mut Dice) {
    const CLIPS: u32 = 40;
    // 12 landmarks a second instead of 100: so 100,000 tracks fit into memory.
    let sampling = config.identify.sampling + 3;
    let rows: Vec<Landmarks<'_>> = prints.iter().map(Landmarks::from).collect();
    let columns = build(&rows, sampling);
    let index = columns.view().expect("what was built fits together");
    let (mut right, mut elapsed) = (0, 0.0);
    for _ in 0..CLIPS {
        let row = dice.below(prints.len() as u32) as usize;
        let peaks = prints[row].peaks();
        let last = peaks.last().map_or(0, |peak| peak.frame());
        let (from, len) = (dice.below(last / 2), (15.0 / FRAME_SECONDS) as u32);
        let mut clip: Vec<Peak> = peaks
            .iter()
            .filter(|peak| (from..from + len).contains(&peak.frame()))
            .map(|peak| match dice.below(10) {
                0..6 => Peak::new(peak.frame() - from, dice.below(1200) as u16),
                _ => Peak::new(peak.frame() - from, peak.pitch() as u16),
            })
            .collect();
        clip.sort_unstable();
        let start = Instant::now();
        let heard = config
            .identify
            .hear(&clip, &index, |row| prints[row].peaks());
        elapsed += start.elapsed().as_secs_f64();
        right += usize::from(
            heard
                .first()
                .is_some_and(|best| prints[best.row].peaks() == peaks),
        );
    }
    println!(
        "clips of 15 s, 60 % of peaks lost, {} tracks: {right} of {CLIPS} right, {:.1} ms wall each, {} MB of index",
        prints.len(),
        1e3 * elapsed / f64::from(CLIPS),
        index.bytes() / 1_000_000
    );
}
