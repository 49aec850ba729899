//! Tracks that nobody has played: found by how they sound, in lists, vectors and radios.

use catalog::ids::{RecordingId, Sha256};
use catalog::progress::Silent;
use catalog::store::Store;
use recsys::ann::Ann;
use recsys::items::Items;
use recsys::job::{Request, listen, run};
use recsys::lists::Lists;
use recsys::published::{Model, edition_files, key};

use crate::world::{World, config, number_of, recording};

const RATE: u32 = 22_050;

/// A few seconds of one of two kinds of music, each a little different: low tones with slow beats, or high noise with
/// quick ones.
fn wav(kind: usize, number: usize) -> Vec<u8> {
    let mut dice = crate::world::Dice(number as u64);
    let beat = if kind == 0 { 0.8 } else { 0.3 } + number as f32 * 1e-3;
    let pitch = (110.0 + number as f32) * std::f32::consts::TAU;
    let samples = (0..RATE * 5).flat_map(|n| {
        let t = n as f32 / RATE as f32;
        let noise = dice.below(2000) as f32 / 1000.0 - 1.0;
        let tone = (pitch * t).sin() + 0.3 * (3.0 * pitch * t).sin();
        let swell = (-(t % beat) * 5.0).exp();
        let x = if kind == 0 { tone } else { noise } * 0.3 * swell;
        ((x * 32_000.0) as i16).to_le_bytes()
    });
    let data: Vec<u8> = samples.collect();
    let mut file = Vec::new();
    file.extend(b"RIFF");
    file.extend((36 + data.len() as u32).to_le_bytes());
    file.extend(b"WAVEfmt ");
    file.extend(16u32.to_le_bytes());
    file.extend([1, 0, 1, 0]);
    file.extend(RATE.to_le_bytes());
    file.extend((RATE * 2).to_le_bytes());
    file.extend([2, 0, 16, 0]);
    file.extend(b"data");
    file.extend((data.len() as u32).to_le_bytes());
    file.extend(data);
    file
}

/// Two tastes of 36 recordings, each with a sound of its own; nobody has played the last six of each.
fn world(store_in: &std::path::Path) -> (World, Store) {
    let mut world = World::new(2, 36).populate(80, 40, 6);
    let unplayed = |number: usize| number % 36 >= 30;
    let numbers: Vec<RecordingId> = (0..72).filter(|&n| unplayed(n)).map(recording).collect();
    let gone = |id: &str| numbers.iter().any(|number| number.to_string() == id);
    world.events.retain(|event| !gone(&event.recording));
    let store = world.store(store_in);
    for release in &mut world.catalogue.releases {
        for track in &mut release.tracks {
            let number = (0..72).find(|&n| recording(n) == track.recording).unwrap();
            let sha256 = store.put_blob(wav(number / 36, number)).unwrap();
            track.master.as_mut().unwrap().sha256 = sha256;
        }
    }
    (world, store)
}

fn published(world: &World, store: &Store) -> Model {
    let request = Request {
        force: Some("not about quality"),
        ..world.request(2)
    };
    run(store, &config(), &request, &Silent).unwrap().model
}

#[test]
fn a_track_that_nobody_has_played_is_near_what_sounds_like_it() {
    let folder = tempfile::tempdir().unwrap();
    let (world, store) = world(folder.path());
    let model = published(&world, &store);
    assert!(model.inputs.sounds.is_some());
    assert_eq!(
        model.counts.vectors, 72,
        "the unplayed have a place among the others"
    );
    let path = store.local_path(&key(&model.run, "lists.bin")).unwrap();
    let lists = Lists::open(&path).unwrap();
    let edition = tempfile::tempdir().unwrap();
    for (name, key) in edition_files(&model) {
        std::fs::copy(store.local_path(&key).unwrap(), edition.path().join(name)).unwrap();
    }
    let ann = Ann::open(edition.path()).unwrap();
    let mut found = 0;
    for number in (0..72).filter(|n| n % 36 >= 30) {
        let own = |id: RecordingId| number_of(&world, id) / 36 == number / 36;
        let similar = lists.similar(&recording(number)).iter().take(10);
        let similar: Vec<RecordingId> = similar
            .map(|entry| lists.recordings()[entry.recording as usize])
            .collect();
        // Label and decade are the same everywhere: only the sound tells the two apart.
        assert_eq!(similar.len(), 10);
        assert!(similar.iter().all(|id| own(*id)), "{number}: {similar:?}");
        let near = ann.similar(&recording(number), 10, |_| true);
        assert!(
            near.iter().filter(|near| own(near.0)).count() >= 9,
            "{number}"
        );
        let played = (number / 36 * 36..number).map(recording);
        found += played
            .filter(|id| {
                ann.similar(id, 30, |_| true)
                    .iter()
                    .any(|n| n.0 == recording(number))
            })
            .count();
    }
    assert!(found > 0, "and who hears the others may meet them");
}

#[test]
fn listening_is_done_once_and_damage_is_mended() {
    let folder = tempfile::tempdir().unwrap();
    let (mut world, store) = world(folder.path());
    let broken = store.put_blob(b"RIFF no music".to_vec()).unwrap();
    let silence = store.put_blob(silent_wav()).unwrap();
    let mut masters = world
        .catalogue
        .releases
        .iter_mut()
        .flat_map(|r| &mut r.tracks);
    let mut replace = |sha256: Sha256| {
        masters.next().unwrap().master.as_mut().unwrap().sha256 = sha256;
    };
    replace(broken);
    replace(silence);
    let items = Items::new(&world.catalogue, None);
    let listen = |threads| listen(&store, &items, threads, &Silent).unwrap();
    let first = listen(2);
    assert_eq!(
        (first.heard, first.made, first.silent, first.failed.len()),
        (70, 71, 1, 1)
    );
    assert_eq!(listen(1).made, 0);
    let (kept, _) = store.list("sounds/").unwrap().swap_remove(5);
    let bytes = store.get(&kept).unwrap().unwrap();
    let mut damaged = bytes.to_vec();
    damaged[17] ^= 4;
    store.put(&kept, damaged).unwrap();
    let again = listen(1);
    assert_eq!((again.made, again.heard), (1, 70));
    assert_eq!(
        store.get(&kept).unwrap().unwrap(),
        bytes,
        "the same bytes as before"
    );
    let text = recsys::Report::Sounds(again).to_string();
    assert!(
        text.contains("70 recordings have a sound") && text.contains("same artist"),
        "{text}"
    );
}

fn silent_wav() -> Vec<u8> {
    let mut file = wav(0, 0);
    file[44..].fill(0);
    file
}
