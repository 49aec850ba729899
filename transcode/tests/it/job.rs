//! What is missing is made, what is there is kept, and one bad master stops no other.

use crate::music::{Shop, compose, decode, rate};
use catalog::rendition::Codec;
use catalog::units::GainDb;
use std::collections::BTreeMap;
use std::path::Path;
use transcode::{Config, flac};

/// Every object below a folder with its bytes.
fn objects(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(current) = open.pop() {
        for entry in std::fs::read_dir(&current).expect("readable") {
            let path = entry.expect("readable").path();
            match path.is_dir() {
                true => open.push(path),
                false => {
                    let name = path
                        .strip_prefix(folder)
                        .expect("below")
                        .display()
                        .to_string();
                    found.insert(name, std::fs::read(&path).expect("readable"));
                }
            }
        }
    }
    found
}

#[test]
fn a_second_run_makes_nothing_and_a_changed_entry_only_its_own_renditions() {
    let mut shop = Shop::new();
    shop.compose("one", 44_100, 4.0, 1.0);
    shop.compose("three", 48_000, 3.0, 0.5);
    let first = shop.run();
    assert_eq!(
        (first.made(), first.kept(), first.refused()),
        (12, 0, 0),
        "{first}"
    );
    let before = objects(&shop.path("store"));
    let second = shop.run();
    assert_eq!((second.made(), second.kept()), (0, 12), "{second}");
    assert!(
        objects(&shop.path("store")) == before,
        "a second run changes no object"
    );

    let table = "[ladder.vorbis-96]\nquality = 0.25".parse().expect("toml");
    shop.config = Config::load(Some(&table)).expect("sound");
    let third = shop.run();
    assert_eq!((third.made(), third.kept()), (2, 10), "{third}");
}

#[test]
fn a_run_killed_after_any_write_is_finished_to_the_same_bytes() {
    let mut shop = Shop::new();
    shop.compose("one", 44_100, 4.0, 1.0);
    shop.compose("two", 44_100, 3.0, 0.5);
    shop.album();
    let delivered = objects(&shop.path("store"));
    shop.run();
    let whole = objects(&shop.path("store"));
    // Every write is atomic: what a kill leaves is the writes up to some moment, and a scratch file.
    let time = |name: &String| {
        let path = shop.path("store").join(name);
        path.metadata()
            .and_then(|meta| meta.modified())
            .expect("there")
    };
    let mut made: Vec<String> = whole
        .keys()
        .filter(|name| !delivered.contains_key(*name))
        .cloned()
        .collect();
    made.sort_by_key(time);
    // 12 renditions with blob and index, 2 sets, 2 scans.
    assert!(made.len() >= 26, "{made:?}");
    for kept in [0, 1, 2, 3, 7, 12, 17, made.len() - 2, made.len() - 1] {
        for name in &made[kept..] {
            std::fs::remove_file(shop.path("store").join(name)).expect("removed");
        }
        let report = shop.run();
        assert_eq!(report.refused(), 0, "{report}");
        let again = objects(&shop.path("store"));
        assert!(again == whole, "killed after {kept} writes: other bytes");
    }
}

#[test]
fn a_truncated_master_is_named_and_the_others_are_done() {
    let mut shop = Shop::new();
    let sound = shop.compose("sound", 44_100, 3.0, 1.0);
    let whole = std::fs::read(shop.path("sound.flac")).expect("read");
    let cut = shop.path("cut.flac");
    std::fs::write(&cut, &whole[..whole.len() * 2 / 3]).expect("written");
    shop.deliver(&cut);
    let garbage = shop.path("garbage.flac");
    std::fs::write(&garbage, b"this is no audio at all").expect("written");
    shop.deliver(&garbage);
    let report = shop.run();
    assert_eq!((report.tracks.len(), report.refused()), (1, 2), "{report}");
    let text = report.to_string();
    assert!(
        text.contains("failed: cut.flac") && text.contains("132300 frames"),
        "{text}"
    );
    assert!(
        text.contains("failed: garbage.flac") && text.contains("expected FLAC"),
        "{text}"
    );
    assert_eq!(shop.set(&sound).renditions.len(), 6);
}

#[test]
fn a_silent_master_gets_no_gain_and_has_no_loudness() {
    let mut shop = Shop::new();
    let path = shop.path("silence.flac");
    let silence = vec![vec![0.0f32; 44_100 * 2]; 2];
    flac::write_file(&path, rate(44_100), 16, &silence).expect("written");
    let master = shop.deliver(&path);
    let report = shop.run();
    assert_eq!(report.refused(), 0, "{report}");
    for rendition in shop.set(&master).renditions {
        assert_eq!(rendition.gain, GainDb::NONE, "{}", rendition.profile);
        assert_eq!(rendition.loudness.integrated, None, "{}", rendition.profile);
    }
}

#[test]
fn a_single_frame_and_an_odd_layout_are_transcoded_too() {
    let mut shop = Shop::new();
    let tiny = shop.path("tiny.flac");
    flac::write_file(&tiny, rate(44_100), 16, &[[0.5f32], [0.25]]).expect("written");
    let tiny = shop.deliver(&tiny);
    let mono = shop.path("mono.flac");
    let planes = crate::music::compose(96_000, 3.0, 0.7, 5);
    flac::write_file(&mono, rate(96_000), 24, &planes[..1]).expect("written");
    let mono = shop.deliver(&mono);
    let surround = shop.path("surround.flac");
    let six: Vec<&Vec<f32>> = planes.iter().cycle().take(6).collect();
    flac::write_file(&surround, rate(44_100), 16, &six).expect("written");
    let surround = shop.deliver(&surround);
    let report = shop.run();
    assert_eq!(report.refused(), 0, "{report}");
    for rendition in shop.set(&tiny).renditions {
        assert_eq!(rendition.frames.0, 1, "{}", rendition.profile);
    }
    for rendition in shop.set(&mono).renditions {
        assert_eq!(rendition.channels, 1, "{}", rendition.profile);
    }
    for rendition in shop.set(&surround).renditions {
        let expected = if rendition.codec == Codec::Flac { 6 } else { 2 };
        assert_eq!(rendition.channels, expected, "{}", rendition.profile);
    }
}

#[test]
fn a_master_that_was_never_stored_is_refused_with_its_track() {
    let mut shop = Shop::new();
    let master = catalog::ids::Sha256::of(b"nowhere");
    shop.items
        .push(transcode::Item::alone(master, "Artist – Title"));
    let report = shop.run();
    assert!(
        report
            .to_string()
            .contains("is not in the store\n  fix: ingest"),
        "{report}"
    );
    assert_eq!(report.refused(), 1);
}

#[test]
fn the_tracks_of_a_gapless_album_keep_every_sample_and_one_gain() {
    let mut shop = Shop::new();
    let planes = crate::music::compose(44_100, 24.0, 0.9, 3);
    let frames = planes[0].len();
    // Nowhere near a block or a chunk.
    let cuts = [0, 301_111, 700_003, frames];
    let masters: Vec<_> = cuts
        .windows(2)
        .map(|cut| {
            let part: Vec<&[f32]> = planes.iter().map(|plane| &plane[cut[0]..cut[1]]).collect();
            shop.deliver_planes(&format!("part-{}", cut[0]), 44_100, &part)
        })
        .collect();
    shop.album();
    let report = shop.run();
    assert_eq!(report.refused(), 0, "{report}");
    let sets: Vec<_> = masters.iter().map(|master| shop.set(master)).collect();
    let album = sets[0].album.expect("an album has a loudness");
    assert!(sets.iter().all(|set| set.album == Some(album)));
    for name in ["vorbis-96", "vorbis-160", "vorbis-320", "flac"] {
        let parts: Vec<_> = sets
            .iter()
            .map(|set| {
                set.renditions
                    .iter()
                    .find(|r| r.profile == name)
                    .expect("made")
            })
            .collect();
        let sum: u64 = parts.iter().map(|part| part.frames.0).sum();
        assert_eq!(sum, frames as u64, "{name}");
        let decoded: u64 = parts
            .iter()
            .map(|part| crate::music::decode(&shop.file(part))[0].len() as u64)
            .sum();
        assert_eq!(decoded, frames as u64, "{name}");
        let spread = parts
            .iter()
            .map(|part| (part.gain.0 - parts[0].gain.0).abs());
        let spread = spread.fold(0.0, f64::max);
        assert!(
            spread < 0.35,
            "{name}: one gain but for coding losses: {spread}"
        );
    }
    let whole: Vec<f32> = sets
        .iter()
        .flat_map(|set| {
            let flac = set
                .renditions
                .iter()
                .find(|r| r.profile == "flac")
                .expect("made");
            crate::music::decode(&shop.file(flac)).remove(0)
        })
        .collect();
    let quantised = |sample: &f32| {
        (sample * 32_768.0)
            .round_ties_even()
            .clamp(-32_768.0, 32_767.0)
    };
    assert!(
        whole
            .iter()
            .zip(&planes[0])
            .all(|(a, b)| a * 32_768.0 == quantised(b)),
        "the samples of the uncut piece"
    );
}

#[test]
fn a_broken_track_of_an_album_stops_no_other_and_a_changed_album_is_levelled_anew() {
    let mut shop = Shop::new();
    let one = shop.compose("one", 44_100, 3.0, 1.0);
    let garbage = shop.path("garbage.flac");
    std::fs::write(&garbage, b"this is no audio at all").expect("written");
    shop.deliver(&garbage);
    shop.album();
    let report = shop.run();
    assert_eq!((report.tracks.len(), report.refused()), (1, 1), "{report}");
    let alone = shop.set(&one);
    assert_eq!(alone.album, None, "one measured track is no album");
    shop.items.pop();
    shop.compose("three", 44_100, 3.0, 0.3);
    shop.album();
    let report = shop.run();
    assert_eq!((report.made(), report.refused()), (12, 0), "{report}");
    assert!(shop.set(&one).album.is_some());
}

#[test]
fn every_set_has_a_picture_and_what_it_shows_is_in_the_master() {
    let mut shop = Shop::new();
    let master = shop.compose("swell", 44_100, 30.0, 1.0);
    shop.run();
    let shape = shop.set(&master).shape;
    assert_eq!((shape.peaks.len(), shape.loudness.len()), (1000, 250));
    // The second half is twice as loud: 6 dB.
    let level = |part: &[i16]| part.iter().map(|x| f64::from(*x)).sum::<f64>() / part.len() as f64;
    let rise = (level(&shape.loudness[130..]) - level(&shape.loudness[..120])) / 100.0;
    assert!((4.0..8.0).contains(&rise), "{rise} LU");
    let high = |part: &[[i8; 2]]| part.iter().map(|pair| pair[1]).max();
    assert!(high(&shape.peaks[500..]) > high(&shape.peaks[..490]));
}

#[test]
fn a_lossy_master_is_refused_unless_the_config_admits_it() {
    let mut shop = Shop::new();
    let song = shop.compose("song", 44_100, 5.0, 1.0);
    shop.run();
    let set = shop.set(&song);
    let vorbis = set
        .renditions
        .iter()
        .find(|r| r.codec == Codec::Vorbis)
        .expect("made");
    let path = shop.file(vorbis);
    let lossy = shop.deliver(&path);
    let report = shop.run();
    let text = report.to_string();
    assert_eq!(report.refused(), 1, "{text}");
    assert!(
        text.contains("found vorbis, expected a lossless codec\n  fix: deliver FLAC"),
        "{text}"
    );
    let table = "[masters]\nlossy = true".parse().expect("toml");
    shop.config = Config::load(Some(&table)).expect("sound");
    let report = shop.run();
    assert_eq!(report.refused(), 0, "{report}");
    assert_eq!(shop.set(&lossy).renditions.len(), 6);
}

/// A WAV file of stereo floating point.
fn float_wave(path: &Path, hz: u32, planes: &[Vec<f32>]) {
    let bytes = (planes[0].len() * 8) as u32;
    let mut file = b"RIFF".to_vec();
    file.extend((36 + bytes).to_le_bytes());
    file.extend(b"WAVEfmt ");
    file.extend(16u32.to_le_bytes());
    // IEEE float, two channels, 32 bits.
    file.extend([3u16, 2].map(u16::to_le_bytes).concat());
    file.extend([hz, hz * 8].map(u32::to_le_bytes).concat());
    file.extend([8u16, 32].map(u16::to_le_bytes).concat());
    file.extend(b"data");
    file.extend(bytes.to_le_bytes());
    for (left, right) in planes[0].iter().zip(&planes[1]) {
        file.extend([left, right].map(|sample| sample.to_le_bytes()).concat());
    }
    std::fs::write(path, file).expect("written");
}

#[test]
fn the_flac_of_floating_point_beyond_full_scale_is_lowered_and_not_clipped() {
    let mut shop = Shop::new();
    let planes = compose(44_100, 5.0, 2.0, 3);
    let highest = planes
        .concat()
        .into_iter()
        .fold(0.0f32, |a, b| a.max(b.abs()));
    assert!(highest > 1.2, "the test's own signal: {highest}");
    let path = shop.path("hot.wav");
    float_wave(&path, 44_100, &planes);
    let master = shop.deliver(&path);
    let report = shop.run();
    assert_eq!(report.refused(), 0, "{report}");
    assert!(report.to_string().contains("beyond full scale"), "{report}");
    let set = shop.set(&master);
    let flac = set.renditions.iter().find(|it| it.codec == Codec::Flac);
    let flac = flac.expect("made");
    let factor = flac.gain.amplitude() as f32;
    let decoded = decode(&shop.file(flac));
    for (plain, lowered) in planes.concat().iter().zip(decoded.concat()) {
        assert!((plain * factor - lowered).abs() < 2e-7, "{plain} {lowered}");
    }
    // Index and tags say what is true of it.
    let measured = audio::measure(shop.file(flac)).expect("sound").2.loudness;
    let peak = measured.true_peak.expect("not silent").0;
    assert!((flac.loudness.true_peak.expect("not silent").0 - peak).abs() < 0.01);
    assert!((-0.1..=0.0).contains(&peak), "{peak}");
    let tag = metaflac::Tag::read_from_path(shop.file(flac)).expect("tags");
    let found = tag
        .get_vorbis("REPLAYGAIN_TRACK_PEAK")
        .expect("a tag")
        .next();
    let tagged: f64 = found.expect("a value").parse().expect("a figure");
    assert!((20.0 * tagged.log10() - peak).abs() < 0.01, "{tagged}");
}
