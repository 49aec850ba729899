//! How long does a large catalogue take, and how much index does it need?
//!
//! `cargo run --release -p fingerprint --example large_catalogue [TRACKS [PLANTED [SECONDS]]]`
//! synthesises fingerprints, plants duplicates (noisy, trimmed to half, played at another speed,
//! under a voice), searches them all, and asks for clips in catalogues of 500 tracks and of all. What
//! decides the work is in how many places a key stands: it is printed, and given a folder with music
//! in place of TRACKS, the example prints the same of that. With 0 PLANTED, only clips are asked for.

use std::time::Instant;

use catalog::ids::RecordingId;
use catalog::progress::Silent;
use fingerprint::Config;
use fingerprint::cluster::Row;
use fingerprint::decisions::Said;
use fingerprint::duplicates::find;
use fingerprint::index::{Keyed, build};
use fingerprint::landmarks::Landmarks;
use fingerprint::peaks::{FRAME_SECONDS, Peak};
use fingerprint::print::{ITEM_SECONDS, Print};
use fingerprint::triples::Triples;

struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 33) as u32 % n.max(1)
    }
}

/// A track of half to one and a half times the seconds: a passage of some 4 to 7 s that comes
/// again and again, two thirds of it unchanged. Items change five bits each, and some are those of
/// everybody; 42 peaks a second, half of them on beats, half of them on a scale of seven notes.
fn track(dice: &mut Dice, seconds: f64) -> (Vec<u32>, Vec<Peak>) {
    let seconds = seconds * (0.5 + f64::from(dice.below(1000)) / 1000.0);
    let (key, beat) = (dice.below(24), 12 + dice.below(8));
    let passage = 16 * beat;
    let note = |dice: &mut Dice| {
        let scale = [0u32, 2, 4, 5, 7, 9, 11];
        if dice.below(10) >= 5 {
            return dice.below(1520) as u16;
        }
        // Of two throws the lower: the bottom of the range is fuller than the top.
        let octave = dice.below(6).min(dice.below(6));
        let semitone = scale[dice.below(7).min(dice.below(7)) as usize] + 12 * octave;
        (24 * semitone + key + dice.below(3)) as u16
    };
    let moment = |dice: &mut Dice| match dice.below(2) {
        0 => dice.below(16) * beat + dice.below(2),
        _ => dice.below(passage),
    };
    let mut item = dice.below(u32::MAX);
    let items_of_passage = (f64::from(passage) * FRAME_SECONDS / ITEM_SECONDS) as usize;
    let melody: Vec<u32> = (0..items_of_passage)
        .map(|_| {
            (0..5).for_each(|_| item ^= 1 << dice.below(32));
            item
        })
        .collect();
    let count = (42.0 * f64::from(passage) * FRAME_SECONDS) as usize;
    let mut pattern: Vec<(u32, u16)> = (0..count).map(|_| (moment(dice), note(dice))).collect();
    let items = (0..(seconds / ITEM_SECONDS) as usize)
        .map(|at| {
            let item = melody[at % melody.len()];
            match dice.below(16) {
                0 => dice.below(4096).wrapping_mul(0x9e37_79b1),
                _ => (0..3).fold(item, |item, _| item ^ (1 << dice.below(32))),
            }
        })
        .collect();
    let frames = (seconds / FRAME_SECONDS) as u32;
    let mut peaks = Vec::new();
    for begin in (0..frames).step_by(passage as usize) {
        let now = pattern
            .iter()
            .map(|&(at, pitch)| Peak::new(begin + at, pitch));
        peaks.extend(now.filter(|peak| peak.frame() < frames));
        for peak in &mut pattern {
            if dice.below(3) == 0 {
                *peak = (moment(dice), note(dice));
            }
        }
    }
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
                    _ => Peak::new(peak.frame(), dice.below(1600) as u16),
                })
                .collect();
            voiced.sort_unstable();
            (other(dice), voiced)
        }
    }
}

fn main() {
    let mut arguments = std::env::args().skip(1).peekable();
    if let Some(folder) = arguments.next_if(|first| first.parse::<f64>().is_err()) {
        return println!("{}", places(&of_music(folder.as_ref())));
    }
    let arguments: Vec<f64> = arguments.filter_map(|a| a.parse().ok()).collect();
    let argument = |at: usize, default: f64| arguments.get(at).copied().unwrap_or(default);
    let tracks = argument(0, 100_000.0) as usize;
    let planted = argument(1, 1_000.0) as usize;
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
    println!("{}", places(&prints[..tracks.min(1000)]));
    if planted > 0 {
        duplicates(&prints, tracks - planted, planted);
    }
    let config = Config::built_in();
    for tracks in [500.min(tracks), tracks] {
        clips(&prints[..tracks], &config, &mut dice);
    }
}

/// The first minute and a half of each file of a folder.
fn of_music(folder: &std::path::Path) -> Vec<Print> {
    let files = std::fs::read_dir(folder).expect("the folder can be read");
    let paths = files.filter_map(|file| Some(file.ok()?.path()));
    let made = paths.filter_map(|path| fingerprint::chromaprint::of_file(&path, Some(90.0)).ok());
    made.map(|made| made.print()).collect()
}

/// In how many places of other tracks a key stands, by thousand minutes: the mean over keys as they
/// come, so that common ones weigh as often as they are looked up.
fn places(prints: &[Print]) -> String {
    let bent = Config::built_in().bent;
    let pairs: Vec<Landmarks<'_>> = prints.iter().map(Landmarks::from).collect();
    let triples: Vec<Triples<'_>> = prints.iter().map(Triples::from).collect();
    let seconds: usize = prints.iter().map(|print| print.view().len()).sum();
    let minutes = seconds as f64 * ITEM_SECONDS / 60.0;
    let [pairs, triples, items] = [
        shared(&pairs, bent.pair_sampling),
        shared(&triples, bent.triple_sampling),
        shared(prints, 3),
    ]
    .map(|[keys, places]| (keys / minutes, 1000.0 * places / keys.max(1.0) / minutes));
    format!(
        "{} tracks, {:.0} minutes; keys a minute and their places in other tracks by 1000 minutes: \
         pairs {:.0} in {:.1}, triples {:.0} in {:.1}, items {:.0} in {:.2}",
        prints.len(),
        minutes,
        pairs.0,
        pairs.1,
        triples.0,
        triples.1,
        items.0,
        items.1
    )
}

/// Keys of all rows, and the places of other rows in which they stand.
fn shared<K: Keyed>(rows: &[K], sampling: u32) -> [f64; 2] {
    let columns = build(rows, sampling);
    let index = columns.view().expect("what was built fits together");
    let (mut keys, mut places) = (0.0, 0.0);
    for (row, own) in rows.iter().enumerate() {
        for (key, _) in own.keys(sampling) {
            keys += 1.0;
            index.places_of(key, |place| {
                let other = index.hit(place).is_some_and(|hit| hit.row as usize != row);
                places += f64::from(u8::from(other));
            });
        }
    }
    [keys, places]
}

fn duplicates(prints: &[Print], originals: usize, planted: usize) {
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
    let minutes = work.items as f64 * ITEM_SECONDS / 60.0;
    println!(
        "{} tracks, {minutes:.0} minutes, {planted} planted duplicates",
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
        "{wall:.0} s wall, {:.1} ms a track; {} alignments; {:.0} bytes of index per track and minute; {} MB resident at most",
        1e3 * wall / prints.len() as f64,
        work.alignments,
        work.index_bytes as f64 / minutes,
        status("VmHWM:") / 1024
    );
    let start = Instant::now();
    let stems = config
        .stems
        .search(prints, &vec![true; prints.len()], &Silent);
    let known = |a: usize, b: usize| pairs.iter().any(|pair| (pair.a, pair.b) == (a, b));
    let strangers = stems.iter().filter(|stems| !known(stems.a, stems.b));
    println!(
        "stems of one length: {:.0} s wall, {} pairs of others shown",
        start.elapsed().as_secs_f64(),
        strangers.count()
    );
}

/// A figure of this process, in KB; zero where the system does not say.
fn status(name: &str) -> u64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok())
        .unwrap_or(0)
}

/// Processor time of this thread, nanoseconds; zero where the system does not say.
fn cpu_nanos() -> u64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let first = text.split(' ').next();
    first.and_then(|first| first.parse().ok()).unwrap_or(0)
}

fn clips(prints: &[Print], config: &Config, dice: &mut Dice) {
    const CLIPS: u32 = 40;
    // 12 landmarks a second instead of 100: so 100,000 tracks fit into memory.
    let sampling = config.identify.sampling + 3;
    let rows: Vec<Landmarks<'_>> = prints.iter().map(Landmarks::from).collect();
    let columns = build(&rows, sampling);
    let index = columns.view().expect("what was built fits together");
    let (mut right, mut nanos) = (0, 0);
    for _ in 0..CLIPS {
        let row = dice.below(prints.len() as u32) as usize;
        let peaks = prints[row].peaks();
        let last = peaks.last().map_or(0, |peak| peak.frame());
        let (from, len) = (dice.below(last / 2), (15.0 / FRAME_SECONDS) as u32);
        let mut clip: Vec<Peak> = peaks
            .iter()
            .filter(|peak| (from..from + len).contains(&peak.frame()))
            .map(|peak| match dice.below(10) {
                0..6 => Peak::new(peak.frame() - from, dice.below(1600) as u16),
                _ => Peak::new(peak.frame() - from, peak.pitch() as u16),
            })
            .collect();
        clip.sort_unstable();
        let start = cpu_nanos();
        let heard = config
            .identify
            .hear(&clip, &index, |row| prints[row].peaks());
        nanos += cpu_nanos() - start;
        right += usize::from(
            heard
                .first()
                .is_some_and(|best| prints[best.row].peaks() == peaks),
        );
    }
    println!(
        "clips of 15 s, 60 % of peaks lost, {} tracks: {right} of {CLIPS} right, {:.1} ms of CPU each, {} MB of index",
        prints.len(),
        nanos as f64 / 1e6 / f64::from(CLIPS),
        index.bytes() / 1_000_000
    );
}
