//! Other people's decoders and meters find what the index says.

use crate::music::{Shop, have, run};
use catalog::rendition::{Codec, Rendition};

/// The figure of ffmpeg's ebur128 summary.
fn figure(summary: &str, name: &str) -> f64 {
    let line = summary
        .lines()
        .find(|line| line.trim_start().starts_with(name));
    let word = line.and_then(|line| line.split_whitespace().nth(1));
    word.and_then(|word| word.parse().ok()).expect("a figure")
}

#[test]
fn ffmpeg_decodes_every_rendition_to_its_exact_length_and_loudness() {
    if !have("ffmpeg") {
        return;
    }
    let mut shop = Shop::new();
    let masters = [
        shop.compose("loud", 44_100, 41.0, 1.2),
        shop.compose("quiet", 48_000, 12.0, 0.05),
        shop.compose("hires", 96_000, 9.0, 0.8),
    ];
    let report = shop.run();
    assert_eq!((report.made(), report.refused()), (18, 0), "{report}");
    for master in masters {
        for rendition in shop.set(&master).renditions {
            check(&shop, &rendition);
        }
    }
}

fn check(shop: &Shop, rendition: &Rendition) {
    let name = &rendition.profile;
    let path = shop.file(rendition);
    let path = path.to_str().expect("utf-8");
    let (pcm, words) = run("ffmpeg", &["-v", "warning", "-i", path, "-f", "f32le", "-"]);
    assert_eq!(words, "", "{name}: ffmpeg complains");
    let frames = pcm.len() as u64 / 4 / u64::from(rendition.channels);
    assert_eq!(frames, rendition.frames.0, "{name}");
    let scan = [
        "-nostats",
        "-i",
        path,
        "-af",
        "ebur128=peak=true",
        "-f",
        "null",
        "-",
    ];
    let (_, words) = run("ffmpeg", &scan);
    let summary = &words[words.rfind("Summary:").expect("a summary")..];
    let ours = rendition.loudness;
    let integrated = ours.integrated.expect("not silent").0;
    assert!(
        (integrated - figure(summary, "I:")).abs() <= 0.1,
        "{name}: {ours:?} {summary}"
    );
    let peak = ours.true_peak.expect("not silent").0;
    assert!(
        (peak - figure(summary, "Peak:")).abs() <= 0.3,
        "{name}: {ours:?} {summary}"
    );
    if rendition.codec == Codec::Vorbis {
        assert!(peak <= -1.0, "{name}: {ours:?}");
        assert!(integrated <= -13.7 || name == "preview", "{name}: {ours:?}");
    }
}

#[test]
fn flac_renditions_pass_the_reference_decoder_with_the_masters_md5() {
    if !have("flac") || !have("metaflac") {
        return;
    }
    let mut shop = Shop::new();
    let master = shop.compose("song", 44_100, 9.0, 1.0);
    shop.run();
    let set = shop.set(&master);
    let rendition = set
        .renditions
        .iter()
        .find(|r| r.codec == Codec::Flac)
        .expect("a FLAC");
    let path = shop.file(rendition);
    let path = path.to_str().expect("utf-8");
    run("flac", &["--test", "--silent", path]);
    let md5 = |path: &str| run("metaflac", &["--show-md5sum", path]).0;
    let source = shop.path("song.flac");
    assert_eq!(md5(path), md5(source.to_str().expect("utf-8")));
    let tag = |name: &str| {
        let (text, _) = run("metaflac", &[&format!("--show-tag={name}"), path]);
        let text = String::from_utf8(text).expect("utf-8");
        text.trim().split_once('=').expect("a tag").1.to_owned()
    };
    let gain: f64 = tag("REPLAYGAIN_TRACK_GAIN")
        .trim_end_matches(" dB")
        .parse()
        .expect("dB");
    let integrated = set.loudness.integrated.expect("not silent").0;
    assert!(
        (gain - (-18.0 - integrated)).abs() < 0.01,
        "{gain} {integrated}"
    );
    assert_eq!(tag("REPLAYGAIN_REFERENCE_LOUDNESS"), "-18.00 LUFS");
    // Chunks of FLAC begin at the very second.
    let starts: Vec<u64> = rendition
        .chunks
        .iter()
        .map(|chunk| chunk.first_frame)
        .collect();
    assert_eq!(starts, [0, 2 * 44_100, 7 * 44_100]);
}

#[test]
fn ogginfo_and_oggdec_find_no_fault_in_the_chunks() {
    if !have("ogginfo") || !have("oggdec") {
        return;
    }
    let mut shop = Shop::new();
    let master = shop.compose("song", 44_100, 13.0, 1.0);
    shop.run();
    let set = shop.set(&master);
    for rendition in set.renditions.iter().filter(|r| r.codec == Codec::Vorbis) {
        let path = shop.file(rendition);
        let path = path.to_str().expect("utf-8");
        let (text, _) = run("ogginfo", &[path]);
        let text = String::from_utf8_lossy(&text).to_lowercase();
        assert!(
            !text.contains("warning") && !text.contains("error"),
            "{text}"
        );
        // The tags are true of this very rendition.
        let gain = rendition.loudness.integrated.map(|level| -18.0 - level.0);
        let tag = format!("replaygain_track_gain={:.2} db", gain.expect("not silent"));
        assert!(text.contains(&tag), "{tag}: {text}");
        let (pcm, _) = run("oggdec", &["--quiet", "--raw", "--output", "-", path]);
        let frames = pcm.len() as u64 / 2 / u64::from(rendition.channels);
        assert_eq!(frames, rendition.frames.0, "{}", rendition.profile);
    }
}

#[test]
fn the_thinnest_rendition_has_the_bitrate_that_it_promises() {
    let mut shop = Shop::new();
    let master = shop.compose("song", 44_100, 30.0, 1.0);
    shop.run();
    let set = shop.set(&master);
    let rendition = set
        .renditions
        .iter()
        .find(|r| r.profile == "vorbis-24")
        .expect("made");
    let seconds = rendition.frames.0 as f64 / f64::from(rendition.sample_rate.hz());
    let kbps = rendition.bytes as f64 * 8.0 / 1000.0 / seconds;
    assert!((21.6..=26.4).contains(&kbps), "{kbps} kbit/s");
}

/// Only in a build with LAME (`make test-mp3`).
#[cfg(feature = "mp3")]
#[test]
fn an_mp3_preview_lasts_as_long_as_it_says_and_is_as_loud() {
    if !have("ffmpeg") {
        return;
    }
    let mut shop = Shop::new();
    let table = "[ladder.preview]\nformat = \"mp3\"".parse().expect("toml");
    shop.config = transcode::Config::load(Some(&table)).expect("sound");
    let master = shop.compose("loud", 44_100, 41.0, 1.2);
    let report = shop.run();
    assert_eq!((report.made(), report.refused()), (6, 0), "{report}");
    let set = shop.set(&master);
    let preview = set.renditions.iter().find(|r| r.codec == Codec::Mp3);
    let preview = preview.expect("an MP3");
    assert_eq!(preview.frames.0, 30 * 44_100);
    check(&shop, preview);
}
