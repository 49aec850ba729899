//! Masters that are composed here, a store to put them in, and other people's tools.

use catalog::ids::Sha256;
use catalog::progress::Silent;
use catalog::rendition::{AudioSet, Rendition};
use catalog::store::Store;
use catalog::units::SampleRate;
use std::path::{Path, PathBuf};
use std::process::Command;
use transcode::{Config, Item, Report};

pub(crate) fn rate(hz: u32) -> SampleRate {
    SampleRate::new(hz).expect("a rate")
}

/// Chords with a beat, stereo, full of overtones; louder in the second half. `level` scales it all.
pub(crate) fn compose(hz: u32, seconds: f64, level: f32, seed: u32) -> Vec<Vec<f32>> {
    let frames = (f64::from(hz) * seconds) as usize;
    let mut state = seed | 1;
    let mut noise = move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state as i32 as f32) / i32::MAX as f32
    };
    let chords = [
        [220.0, 277.2, 329.6],
        [196.0, 246.9, 293.7],
        [174.6, 220.0, 261.6],
    ];
    let mut planes = vec![Vec::with_capacity(frames), Vec::with_capacity(frames)];
    for n in 0..frames {
        let time = n as f32 / hz as f32;
        let chord = chords[(time as usize + seed as usize) % 3];
        let tone = |voice: f32| -> f32 {
            (1..6)
                .map(|k| (std::f32::consts::TAU * voice * k as f32 * time).sin() / k as f32)
                .sum()
        };
        let beat = (-12.0 * (time * 2.0).fract()).exp();
        let swell = if n * 2 < frames { 0.4 } else { 0.8 };
        let hiss = noise() * beat * 0.5;
        let left = tone(chord[0]) + 0.5 * tone(chord[1]) + hiss;
        let right = tone(chord[2]) + 0.5 * tone(chord[1]) + hiss;
        planes[0].push(left * swell * level * 0.3);
        planes[1].push(right * swell * level * 0.3);
    }
    planes
}

/// A folder with a store and masters.
pub(crate) struct Shop {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) store: Store,
    pub(crate) config: Config,
    pub(crate) items: Vec<Item>,
}

impl Shop {
    pub(crate) fn new() -> Shop {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(folder.path().join("store").to_str().expect("utf-8"));
        let config = Config::load(None).expect("defaults");
        Shop {
            folder,
            store: store.expect("a store"),
            config,
            items: Vec::new(),
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Puts a file into the store as a master.
    pub(crate) fn deliver(&mut self, path: &Path) -> Sha256 {
        let master = self.store.put_blob_file(path).expect("stored");
        let label = path
            .file_name()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        self.items.push(Item::alone(master, label));
        master
    }

    /// Makes one album of everything delivered so far.
    pub(crate) fn album(&mut self) {
        let album: std::sync::Arc<[Sha256]> = self.items.iter().map(|item| item.master).collect();
        self.items
            .iter_mut()
            .for_each(|item| item.album = album.clone());
    }

    /// Delivers planes as a 16-bit FLAC.
    pub(crate) fn deliver_planes<P: AsRef<[f32]>>(
        &mut self,
        name: &str,
        hz: u32,
        planes: &[P],
    ) -> Sha256 {
        let path = self.path(&format!("{name}.flac"));
        transcode::flac::write_file(&path, rate(hz), 16, planes).expect("written");
        self.deliver(&path)
    }

    /// Composes a master and delivers it as FLAC.
    pub(crate) fn compose(&mut self, name: &str, hz: u32, seconds: f64, level: f32) -> Sha256 {
        let path = self.path(&format!("{name}.flac"));
        let planes = compose(hz, seconds, level, name.len() as u32);
        transcode::flac::write_file(&path, rate(hz), 16, &planes).expect("written");
        self.deliver(&path)
    }

    pub(crate) fn run(&self) -> Report {
        transcode::run(&self.store, &self.config, &self.items, 2, &Silent).expect("the job runs")
    }

    pub(crate) fn set(&self, master: &Sha256) -> AudioSet {
        let item = self
            .items
            .iter()
            .find(|item| item.master == *master)
            .expect("delivered");
        let set = transcode::published(&self.store, &self.config, item).expect("readable");
        set.expect("all renditions are there")
    }

    pub(crate) fn file(&self, rendition: &Rendition) -> PathBuf {
        let key = Store::blob_key(&rendition.blob);
        self.store.local_path(&key).expect("a local store")
    }
}

/// Every sample of a file, planar.
pub(crate) fn decode(path: &Path) -> Vec<Vec<f32>> {
    let mut decoder = audio::Decoder::open(path).expect("sound");
    let mut planes = vec![Vec::new(); usize::from(decoder.info().channels())];
    while let Some(block) = decoder.next_block().expect("sound") {
        for (plane, part) in planes.iter_mut().zip(block.planes) {
            plane.extend(part);
        }
    }
    planes
}

/// Whether a program is there; says so loudly when not.
pub(crate) fn have(program: &str) -> bool {
    let found = Command::new(program).arg("--version").output().is_ok();
    if !found {
        eprintln!("SKIPPED: {program} is not installed (apt-get install {program})");
    }
    found
}

/// Runs a program that must succeed; gives stdout and stderr.
pub(crate) fn run(program: &str, arguments: &[&str]) -> (Vec<u8>, String) {
    let output = Command::new(program)
        .args(arguments)
        .output()
        .expect("the program starts");
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{program} {arguments:?}: {words}");
    (output.stdout, words)
}
