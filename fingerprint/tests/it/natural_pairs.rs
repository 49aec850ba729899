//! Are the duplicates that Debian's music packages hold by themselves found, and their traps not?
//!
//! `BACKLINE_MUSIC` names a folder with the unpacked packages (`dpkg -x`), each in a folder of its
//! name; without it the tests say so and pass. What the pairs are follows from names and from
//! comparing all with all, not from listening.

use std::path::{Path, PathBuf};

use MatchKind::{Contained, Edit, IdenticalAudio, OtherEncode, Remaster, SpeedChanged};
use catalog::cluster::MatchKind;
use catalog::progress::Silent;
use fingerprint::Config;
use fingerprint::chromaprint::of_file;
use fingerprint::compare::compare;
use fingerprint::duplicates::{among_covers, search};
use fingerprint::print::Print;

use crate::synth::{ffmpeg, installed};

const KART: &str = "supertuxkart-data/usr/share/games/supertuxkart/data/";
const TUX: &str = "supertux-data/usr/share/games/supertux2/";
const WARZONE: &str = "warzone2100-music/usr/share/games/warzone2100/music/";
const FREEDROID: &str = "freedroidrpg-data/usr/share/freedroidrpg/data/sound/music/";
const WARMUX: &str = "warmux-data/usr/share/games/warmux/music/ingame/";
const DRASCULA: &str = "drascula-music/usr/share/scummvm/drascula/audio/";
const HYPERROGUE: &str = "hyperrogue-music/usr/share/hyperrogue/sounds/";
const HORIZONS: &str = "unknown-horizons/usr/share/unknown-horizons/content/audio/sounds/";
const MULDJORD: &str =
    "fretsonfire-songs-muldjord/usr/share/games/fretsonfire/data/songs/muldjord/";
const SECTOID: &str = "fretsonfire-songs-sectoid/usr/share/games/fretsonfire/data/songs/sectoid/";
const COLOBOT: &str = "colobot-common-sounds/usr/share/games/colobot/music/";

/// A package's folder and a file in it.
type File = [&'static str; 2];

/// Two files, and what they are to each other: none for strangers.
type Expected = (File, File, Option<MatchKind>);

#[rustfmt::skip]
const PAIRS: &[Expected] = &[
    ([KART, "tracks/cave/beneath_the_rabbit_hole.ogg"],
     [TUX, "music/forest/beneath_the_rabbit_hole.ogg"], Some(IdenticalAudio)),
    ([WARMUX, "Olivier_Militon.-.Apnee.ogg"], [WARMUX, "Olivier_Militon.-.Apnee2.ogg"], Some(OtherEncode)),
    ([WARZONE, "menu.opus"], [WARZONE, "albums/aftermath_soundtrack/menu_enhanced.opus"], Some(Contained)),
    ([FREEDROID, "AmbientBattle.ogg"], [FREEDROID, "TechBattle.ogg"], Some(Remaster)),
    ([DRASCULA, "track1.ogg"], [DRASCULA, "track30.ogg"], Some(Remaster)),
    // The first 70 of 299 s are new.
    ([WARZONE, "albums/original_soundtrack/track3.opus"],
     [WARZONE, "albums/aftermath_soundtrack/track3_enhanced.opus"], Some(Edit)),
    // 5.6 to 9.4 % faster; the last a semitone higher too, and without the last 12 s.
    ([KART, "music/celtic.ogg"], [KART, "music/celtic_fast.ogg"], Some(SpeedChanged)),
    ([KART, "music/theGreatFair.ogg"], [KART, "music/theGreatFair_fast.ogg"], Some(SpeedChanged)),
    ([KART, "music/cocoa_river.ogg"], [KART, "music/cocoa_river_fast.ogg"], Some(SpeedChanged)),
    ([KART, "music/ravenbridge_mansion.ogg"], [KART, "music/ravenbridge_mansion_fast.ogg"], Some(SpeedChanged)),
    ([KART, "music/landing_in_gran_paradiso.ogg"], [KART, "music/landing_in_gran_paradiso_fast.ogg"], Some(SpeedChanged)),
    ([KART, "music/farm.ogg"], [KART, "music/farm_f.ogg"], Some(SpeedChanged)),
    ([KART, "music/jumping_to_the_stars_remake.ogg"],
     [KART, "music/jumping_to_the_stars_remake_fast.ogg"], Some(Contained)),
    // Silence around short sounds, and a drone beside a bell: bits of theirs are equal.
    ([TUX, "sounds/tada.ogg"], [HORIZONS, "lumberjack_long.ogg"], None),
    ([HYPERROGUE, "tada.ogg"], [HORIZONS, "lumberjack_long.ogg"], None),
    ([COLOBOT, "music011.ogg"], [HORIZONS, "ships_bell.ogg"], None),
];

/// Songs whose guitar and whose band are files of their own: no duplicates, but in time.
const STEMS: &[File] = &[
    [MULDJORD, "armygeddon"],
    [MULDJORD, "chaos_god"],
    [MULDJORD, "internal_degeneration"],
    [MULDJORD, "mutilated_mime"],
    [SECTOID, "Escape from chaosland"],
    [SECTOID, "Feelings"],
    [SECTOID, "Metal madness"],
    [SECTOID, "War of freedom"],
];

/// Where the packages are, and room for what must be decoded; none if they are not here.
fn packages() -> Option<(PathBuf, tempfile::TempDir)> {
    let Some(music) = std::env::var_os("BACKLINE_MUSIC") else {
        eprintln!("SKIPPED: BACKLINE_MUSIC names no folder with unpacked music packages");
        return None;
    };
    installed("ffmpeg", "ffmpeg").then(|| (music.into(), tempfile::tempdir().unwrap()))
}

/// A file as our decoders read it: Opus is none of what labels deliver.
fn readable(music: &Path, [package, name]: [&str; 2], scratch: &Path) -> PathBuf {
    let file = music.join(format!("{package}{name}"));
    assert!(file.is_file(), "{} is missing", file.display());
    match name.strip_suffix(".opus") {
        Some(stem) => ffmpeg(&file, &[], &scratch.join(stem.replace('/', "-") + ".wav")),
        None => file,
    }
}

/// Guitar and band of a song.
fn stems([package, song]: File) -> [(&'static str, String); 2] {
    ["guitar", "song"].map(|stem| (package, format!("{song}/{stem}.ogg")))
}

#[test]
fn duplicates_that_packages_hold_are_found_and_their_traps_are_not() {
    let Some((music, scratch)) = packages() else {
        return;
    };
    for &(a, b, expected) in PAIRS {
        let [a, b] = [a, b].map(|file| readable(&music, file, scratch.path()));
        let found = compare(&a, &b, &Config::built_in()).unwrap();
        assert_eq!(found.kind, expected, "{found}");
        assert_eq!(found.stems, None, "{found}");
    }
}

#[test]
fn a_songs_guitar_and_its_band_keep_time_and_are_no_duplicates() {
    let Some((music, scratch)) = packages() else {
        return;
    };
    for &song in STEMS {
        let files = stems(song);
        let [a, b] = [0, 1].map(|at| {
            let (package, name) = &files[at];
            readable(&music, [package, name], scratch.path())
        });
        let found = compare(&a, &b, &Config::built_in()).unwrap();
        assert_eq!(found.kind, None, "{found}");
        assert!(found.stems.is_some(), "{found}");
    }
}

#[test]
fn a_search_among_all_of_them_finds_these_pairs_and_no_others() {
    let Some((music, scratch)) = packages() else {
        return;
    };
    let paired = PAIRS.iter().flat_map(|&(a, b, _)| [a, b]);
    let mut names: Vec<(&str, String)> = paired.map(|[p, name]| (p, name.to_owned())).collect();
    names.extend(STEMS.iter().copied().flat_map(stems));
    names.sort();
    names.dedup();
    let prints: Vec<Print> = names
        .iter()
        .map(|(package, name)| readable(&music, [package, name], scratch.path()))
        .map(|file| of_file(&file, None).unwrap().print())
        .collect();
    let row = |package: &str, name: &str| names.iter().position(|n| *n == (package, name.into()));
    let ordered = |a: Option<usize>, b: Option<usize>| (a.min(b).unwrap(), a.max(b).unwrap());
    let mut expected: Vec<(usize, usize)> = PAIRS
        .iter()
        .filter(|(_, _, kind)| kind.is_some())
        .map(|([p, a], [q, b], _)| ordered(row(p, a), row(q, b)))
        .collect();
    expected.sort_unstable();
    let (all, config) = (vec![true; prints.len()], Config::built_in());
    let (mut pairs, _) = search(&prints, &all, &config, &Silent);
    let covers = config.covers.search(&prints, &all, &Silent);
    pairs.extend(among_covers(&covers, &prints, &pairs, &config, &Silent).0);
    pairs.sort_by_key(|pair| (pair.a, pair.b));
    let found: Vec<_> = pairs.iter().map(|pair| (pair.a, pair.b)).collect();
    assert_eq!(found, expected, "{names:#?}");

    let mut expected: Vec<(usize, usize)> = STEMS
        .iter()
        .map(|&song| {
            let [a, b] = stems(song).map(|(package, name)| row(package, &name));
            ordered(a, b)
        })
        .collect();
    expected.sort_unstable();
    let stems = config.stems.search(&prints, &all, &Silent);
    let pairs = stems.iter().map(|stems| (stems.a, stems.b));
    let shown: Vec<_> = pairs.filter(|pair| !found.contains(pair)).collect();
    assert_eq!(shown, expected, "{names:#?}");
}
