//! Does an evaluation count what is so, and say the same twice?

use catalog::progress::Silent;
use clap::{Args, FromArgMatches};
use fingerprint::Config;
use fingerprint::evaluate::{Evaluation, Plan, evaluate, text, write};

use crate::synth::{RATE, instrument, louder, song, wav};

fn evaluated(music: &std::path::Path, damaged: usize) -> Evaluation {
    evaluated_by(&plan(music, damaged))
}

fn evaluated_by(plan: &Plan) -> Evaluation {
    evaluate(plan, &Config::load(None).unwrap(), &Silent).unwrap()
}

fn plan(music: &std::path::Path, damaged: usize) -> Plan {
    Plan {
        music: music.to_owned(),
        seed: 3,
        songs: 4,
        damaged,
        strangers: 1,
        only: Some("noise 10 dB".to_owned()),
        seconds: 40.0,
        clips: 4,
        covers: None,
    }
}

#[test]
fn songs_are_found_strangers_are_not_and_the_figures_repeat() {
    let music = tempfile::tempdir().unwrap();
    for seed in 1..=5 {
        let file = music.path().join(format!("{seed}.wav"));
        wav(&file, &louder(&song(seed, 40.0), 0.5), RATE);
    }
    let done = evaluated(music.path(), 2);
    assert_eq!(done.songs.len() + done.strangers.len(), 5);
    let [noise] = &done.found[..] else {
        panic!("{:?}", done.found);
    };
    assert_eq!((noise.copies, noise.recall, noise.wrong), (2, 100.0, 0));
    assert_eq!(noise.fpcalc, 100.0);
    let clean: Vec<_> = done
        .heard
        .iter()
        .filter(|row| row.noise == "none")
        .collect();
    assert_eq!(clean.len(), 3);
    for row in &done.heard {
        assert_eq!(row.clips, [4, 4]);
        assert_eq!((row.wrong, row.strangers), (0.0, 0.0), "{row:?}");
        assert_eq!((row.shared, row.taken_for.len()), (0.0, 0), "{row:?}");
        let missed = (100.0 - row.top) / 100.0 * row.clips[0] as f64;
        assert_eq!(missed.round() as usize, row.missed.len(), "{row:?}");
        let theirs = row.chromaprint;
        assert!(theirs.right <= theirs.top && theirs.right + theirs.wrong <= 100.0);
    }
    for row in clean {
        assert_eq!(
            (row.top, row.right, row.chromaprint.top),
            (100.0, 100.0, 100.0)
        );
    }
    let again = evaluated(music.path(), 2);
    assert_eq!(again.songs, done.songs);
    for (a, b) in done.heard.iter().zip(&again.heard) {
        assert_eq!((a.top, a.chromaprint.top), (b.top, b.chromaprint.top));
    }
    let shown = text(&done);
    assert!(
        shown.contains("noise 10 dB") && shown.contains("Chromaprint"),
        "{shown}"
    );
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &done).unwrap();
    let page = std::fs::read_to_string(folder.path().join("evaluation.html")).unwrap();
    assert_eq!(page.matches("<svg").count(), 1 + done.heard.len());
}

#[test]
fn a_strangers_clip_of_a_passage_that_the_catalogue_holds_is_counted_apart() {
    let music = tempfile::tempdir().unwrap();
    let passage = song(99, 15.0);
    for seed in 1..=5 {
        let file = music.path().join(format!("{seed}.wav"));
        let mut own = song(seed, 40.0);
        // The first, which is the stranger at this seed, begins with it; another almost ends with it.
        for (holder, second) in [(1, 2), (3, 23)] {
            if seed == holder {
                let from = (second * RATE) as usize;
                own[from..from + passage.len()].copy_from_slice(&passage);
            }
        }
        wav(&file, &louder(&own, 0.5), RATE);
    }
    let done = evaluated(music.path(), 0);
    let named: Vec<_> = done.heard.iter().flat_map(|row| &row.taken_for).collect();
    assert!(!named.is_empty(), "{}", text(&done));
    for taken in named {
        assert!(taken.correlation >= 0.8, "{taken:?}");
    }
    for row in &done.heard {
        assert_eq!(row.strangers, 0.0, "{row:?}");
        let counted = row.shared * row.clips[1] as f64 / 100.0;
        assert_eq!(counted.round() as usize, row.taken_for.len());
    }
    let shown = text(&done);
    assert!(shown.contains("their samples correlate by"), "{shown}");
}

#[test]
fn a_stem_of_a_song_of_the_catalogue_is_no_stranger() {
    let music = tempfile::tempdir().unwrap();
    // The stranger at this seed is the first.
    for (name, song) in [(1, 7), (2, 8), (3, 7), (4, 9), (5, 10)] {
        let file = music.path().join(format!("{name}.wav"));
        wav(&file, &instrument(song, 100 + name, 90.0), RATE);
    }
    let plan = Plan {
        seconds: 80.0,
        clips: 0,
        ..plan(music.path(), 0)
    };
    let done = evaluated_by(&plan);
    assert_eq!(done.strangers, <[std::path::PathBuf; 0]>::default());
    let why = "1.wav is no stranger: the catalogue has another mix of it as 3.wav";
    assert!(
        done.left_out.contains(&why.to_owned()),
        "{:?}",
        done.left_out
    );
    assert_eq!(done.strangers_matched, []);
}

#[test]
fn folders_without_music_say_what_to_do() {
    let empty = tempfile::tempdir().unwrap();
    let refused = |music: &std::path::Path| {
        let config = Config::load(None).unwrap();
        evaluate(&plan(music, 0), &config, &Silent)
            .unwrap_err()
            .to_string()
    };
    let none = refused(empty.path());
    assert!(
        none.contains("0 songs of 32 s") && none.contains("a folder with more music"),
        "{none}"
    );
    let missing = refused(&empty.path().join("nowhere"));
    assert!(
        missing.contains("nowhere") && missing.contains("that can be read"),
        "{missing}"
    );
}

#[test]
fn songs_too_short_to_be_songs_are_not_asked_for() {
    let asked = |seconds: &str| {
        let command = Plan::augment_args(clap::Command::new("evaluate"));
        let matches = command.try_get_matches_from(["evaluate", "music", "--seconds", seconds])?;
        Plan::from_arg_matches(&matches)
    };
    assert_eq!(asked("32").unwrap().seconds, 32.0);
    for seconds in ["31", "nan", "long"] {
        let refusal = asked(seconds).unwrap_err().to_string();
        assert!(refusal.contains("at least 32"), "{refusal}");
    }
}
