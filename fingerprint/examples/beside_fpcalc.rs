//! What does a fingerprint cost beside `fpcalc`, and is it the same?
//!
//! `cargo run --release -p fingerprint --example beside_fpcalc FILE…` takes two minutes of each
//! file as 44.1 kHz stereo (ffmpeg makes the WAV), in ten turns: `fpcalc` over the WAV, and ours over
//! samples in memory. CPU is user + system; fpcalc's holds its start and its WAV reader.

use std::path::Path;
use std::process::Command;

use fingerprint::chromaprint::Chromaprinter;

/// Turns: one takes a few ticks of the kernel's clock, too few to say how much.
const TURNS: usize = 10;

/// Ticks of a second in /proc (Linux: 100 on every architecture that Debian has).
const TICKS: f64 = 100.0;

/// CPU seconds of this process, and of its children that ended.
fn cpu() -> (f64, f64) {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after = stat.rsplit(')').next().unwrap_or_default().to_owned();
    let field = |at: usize| -> f64 {
        let value = after
            .split_whitespace()
            .nth(at)
            .and_then(|v| v.parse().ok());
        value.unwrap_or(0.0)
    };
    (
        (field(11) + field(12)) / TICKS,
        (field(13) + field(14)) / TICKS,
    )
}

fn planes(wav: &Path) -> Vec<Vec<Vec<f32>>> {
    let mut decoder = audio::Decoder::open(wav).expect("ffmpeg's WAV decodes");
    let mut blocks = Vec::new();
    while let Some(block) = decoder.next_block().expect("ffmpeg's WAV decodes") {
        blocks.push(block.planes);
    }
    blocks
}

fn main() {
    let wav = std::env::temp_dir().join(format!("beside-fpcalc-{}.wav", std::process::id()));
    let (mut theirs, mut items, mut with_peaks, mut hours) = (0.0, 0.0, 0.0, 0.0);
    let (mut same, mut all) = (0usize, 0usize);
    for file in std::env::args().skip(1) {
        let made = Command::new("ffmpeg")
            .args(["-v", "error", "-nostdin", "-y", "-i", &file, "-t", "120"])
            .args(["-ar", "44100", "-ac", "2", "-c:a", "pcm_s16le"])
            .arg(&wav)
            .status();
        if !made.is_ok_and(|status| status.success()) {
            println!("SKIPPED {file}: ffmpeg cannot decode it, or is not installed");
            continue;
        }
        let blocks = planes(&wav);
        let seconds = blocks.iter().map(|block| block[0].len()).sum::<usize>() as f64 / 44_100.0;
        hours += TURNS as f64 * seconds / 3600.0;
        let make = |mut printer: Chromaprinter| {
            let before = cpu().0;
            for block in &blocks {
                printer.add(block);
            }
            let made = printer.finish();
            (made, cpu().0 - before)
        };
        let mut compared = None;
        for _ in 0..TURNS {
            let before = cpu().1;
            let output = Command::new("fpcalc")
                .args(["-raw", "-length", "0"])
                .arg(&wav)
                .output();
            let Ok(output) = output else {
                println!(
                    "SKIPPED: fpcalc is not installed (Debian: apt install libchromaprint-tools)"
                );
                break;
            };
            theirs += cpu().1 - before;
            let (made, seconds) =
                make(Chromaprinter::items_only(44_100, 2, Some(16)).expect("44.1 kHz"));
            items += seconds;
            let (_, seconds) = make(Chromaprinter::new(44_100, 2, Some(16)).expect("44.1 kHz"));
            with_peaks += seconds;
            compared = Some((output, made));
        }
        let Some((output, made)) = compared else {
            break;
        };
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let line = text
            .lines()
            .find_map(|line| line.strip_prefix("FINGERPRINT="))
            .unwrap_or("");
        let raw: Vec<u32> = line
            .split(',')
            .filter_map(|item| item.parse().ok())
            .collect();
        same += raw.iter().zip(&made.items).filter(|(a, b)| a == b).count();
        all += raw.len().max(made.items.len());
    }
    // What stays behind costs room in the temporary folder, nothing else.
    let _ = std::fs::remove_file(&wav);
    if all == 0 {
        return;
    }
    println!("{hours:.2} h of 44.1 kHz stereo in {TURNS} turns, CPU seconds per hour of audio:");
    println!("fpcalc                      {:.2}", theirs / hours);
    println!(
        "ours, without decoding      {:.2}  ({:.2} of fpcalc)",
        items / hours,
        items / theirs
    );
    println!(
        "ours with peaks             {:.2}  ({:.2} of fpcalc)",
        with_peaks / hours,
        with_peaks / theirs
    );
    println!(
        "items equal                 {:.3} % of {all}",
        100.0 * same as f64 / all as f64
    );
}
