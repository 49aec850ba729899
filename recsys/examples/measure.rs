//! How fast are training and scoring? Prints one line of JSON per measurement, for `scripts/bench-recsys.sh`.
//!
//! ```text
//! measure generate FILE LISTENERS ITEMS     a matrix of long and short rows over a long tail
//! measure als FILE FACTORS                  CPU seconds per iteration, peak memory
//! measure scoring LISTENERS ITEMS FACTORS   nanoseconds per recording and listener, all exact
//! measure csr ENTRIES                       bytes of a matrix, peak memory of building it
//! ```
//!
//! FILE holds little-endian u32: listeners, items, entries, then offsets (u32) and indices (u32).

use std::io::Write;

use catalog::progress::Silent;
use recsys::Config;
use recsys::als::{self, AlsConfig, Factors};
use recsys::csr::Csr;
use recsys::scoring::{Panels, Query, score_all};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize| -> usize {
        let text = arguments.get(at).expect("see the top of this file");
        text.parse().expect("a whole number")
    };
    match arguments.first().map(String::as_str) {
        Some("generate") => generate(&arguments[1], number(2), number(3)),
        Some("als") => training(&arguments[1], number(2)),
        Some("scoring") => scoring(number(1), number(2), number(3)),
        Some("csr") => growing(number(1)),
        _ => panic!("expected generate, als, scoring or csr"),
    }
}

/// CPU seconds of this process, and its peak memory in MB.
fn used() -> (f64, u64) {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("Linux");
    let fields: Vec<&str> = stat
        .rsplit(')')
        .next()
        .unwrap_or_default()
        .split(' ')
        .collect();
    let ticks: f64 = [12, 13]
        .iter()
        .map(|&at| fields[at].parse::<f64>().expect("ticks"))
        .sum();
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kb = peak.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
    (ticks / 100.0, kb.unwrap_or_default() / 1024)
}

struct Random(u64);

impl Random {
    fn unit(&mut self) -> f64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// Rows of lognormal length (median 35, σ 0.9) over items of Zipf weight rank^−0.85.
fn generate(path: &str, listeners: usize, items: usize) {
    let mut random = Random(42);
    let mut sums = Vec::with_capacity(items);
    let mut whole = 0.0;
    for rank in 1..=items {
        whole += (rank as f64).powf(-0.85);
        sums.push(whole);
    }
    let (mut offsets, mut indices) = (vec![0u32], Vec::new());
    for _ in 0..listeners {
        let normal = (-2.0 * random.unit().max(1e-12).ln()).sqrt()
            * (std::f64::consts::TAU * random.unit()).cos();
        let count = (37.0 * (0.9 * normal).exp())
            .round()
            .clamp(1.0, items as f64 / 4.0) as usize;
        let mut row: Vec<u32> = (0..count)
            .map(|_| {
                let at = random.unit() * whole;
                (sums.partition_point(|&sum| sum <= at) as u32).min(items as u32 - 1)
            })
            .collect();
        row.sort_unstable();
        row.dedup();
        indices.extend(row);
        offsets.push(indices.len() as u32);
    }
    let head = [listeners as u32, items as u32, indices.len() as u32];
    let words = head.iter().chain(&offsets).chain(&indices);
    let bytes: Vec<u8> = words.flat_map(|word| word.to_le_bytes()).collect();
    let mut file = std::fs::File::create(path).expect("a path that can be written");
    file.write_all(&bytes).expect("room on the disk");
    println!("{{\"entries\": {}}}", indices.len());
}

fn read(path: &str) -> Csr {
    let bytes = std::fs::read(path).expect("a file of `generate`");
    let word = |at: usize| u32::from_le_bytes(bytes[at * 4..][..4].try_into().expect("four bytes"));
    let (listeners, items) = (word(0) as usize, word(1) as usize);
    let mut csr = Csr::growing(items);
    for row in 0..listeners {
        for at in word(3 + row)..word(4 + row) {
            csr.push(word(4 + listeners + at as usize), 1.0);
        }
        csr.end_row();
    }
    csr
}

fn training(path: &str, factors: usize) {
    let matrix = read(path);
    let config = |iterations: usize| AlsConfig {
        factors,
        iterations,
        ..Config::load(None).expect("the defaults").als
    };
    let time = |iterations: usize| {
        let (before, _) = used();
        let model = als::train(&matrix, &config(iterations), &Silent);
        assert!(model.items.as_slice().iter().all(|x| x.is_finite()));
        used().0 - before
    };
    let (one, four) = (time(1), time(4));
    println!(
        "{{\"what\": \"als\", \"cpu_s_per_iteration\": {:.3}, \"peak_mb\": {}, \"entries\": {}}}",
        (four - one) / 3.0,
        used().1,
        matrix.entries()
    );
}

fn scoring(listeners: usize, items: usize, factors: usize) {
    let (x, y) = (
        Factors::seeded(listeners, factors, 1),
        Factors::seeded(items, factors, 2),
    );
    let panels = Panels::new(&y, &vec![0.0; items]);
    let blocked: Vec<u32> = (0..50).map(|i| i * (items as u32 / 50)).collect();
    let (before, _) = used();
    let start = std::time::Instant::now();
    let lists = score_all(
        listeners,
        &panels,
        100,
        || (),
        |(), l| Query {
            vector: x.row(l).into(),
            ..Query::filtered(&blocked)
        },
        |_, _, list| list.len(),
        &Silent,
    );
    assert!(lists.iter().all(|&length| length == 100));
    let pairs = listeners as f64 * items as f64;
    println!(
        "{{\"what\": \"scoring\", \"cpu_ns_per_item_and_listener\": {:.3}, \"wall_ns\": {:.3}, \"peak_mb\": {}}}",
        (used().0 - before) * 1e9 / pairs,
        start.elapsed().as_secs_f64() * 1e9 / pairs,
        used().1
    );
}

fn growing(entries: usize) {
    let mut csr = Csr::growing(1_000_000);
    for _ in 0..entries / 50 {
        (0..50).for_each(|k| csr.push(k * 20_000, 1.0));
        csr.end_row();
    }
    println!(
        "{{\"what\": \"csr\", \"entries\": {}, \"mb\": {}, \"peak_mb\": {}}}",
        csr.entries(),
        csr.bytes() >> 20,
        used().1
    );
}
