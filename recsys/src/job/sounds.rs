//! What was listened to, and what must be listened to still?
//!
//! One object per master, `sounds/<algorithm>/<master>`: the numbers as little-endian f32, then the SHA-256 of these
//! bytes; present means done. Zeros stand for audio in which nothing is to be heard. An object that does
//! not fit its hash is made anew.

use std::path::Path;

use audio::sound::{ALGORITHM, DIMENSIONS, Sound};
use catalog::ids::Sha256;
use catalog::progress::Progress;
use catalog::store::{Store, StoreError};
use rayon::prelude::*;

use super::{on_threads, temporary};
use crate::error::Error;
use crate::items::Items;
use crate::sounds::{SoundsReport, trials, units};

/// Bytes of the numbers.
const BYTES: usize = 4 * DIMENSIONS;

/// What is known of how the items sound.
pub(super) struct Heard {
    /// By item; `None` where nothing is to be heard, or nothing could be.
    pub(super) by_item: Vec<Option<Sound>>,
    /// Listened to now.
    made: usize,
    /// Items with audio in which nothing is to be heard.
    silent: usize,
    /// Items whose audio could not be read, and why.
    failed: Vec<(u32, String)>,
}

/// What became of one item.
enum Outcome {
    /// No track of it has a master, or the store does not hold it.
    NoMaster,
    Known(Box<Sound>, bool),
    Failed(String),
}

impl Heard {
    /// Names the sounds that go into a run; `None` where there are none.
    pub(super) fn hash(&self) -> Option<Sha256> {
        let known = self.by_item.iter().zip(0u32..);
        let bytes: Vec<u8> = known
            .filter_map(|(sound, item)| Some((item, (*sound)?)))
            .flat_map(|(item, sound)| [item.to_le_bytes().to_vec(), bytes_of(&sound)].concat())
            .collect();
        (!bytes.is_empty()).then(|| Sha256::of(bytes))
    }
}

/// Reads the sounds of all items, and listens to those that have none.
pub(super) fn sounds(
    store: &Store,
    items: &Items<'_>,
    progress: &dyn Progress,
) -> Result<Heard, Error> {
    progress.begin("sounds", items.len() as u64, "recordings");
    let cache = temporary()?;
    let outcomes: Result<Vec<Outcome>, StoreError> = (0..items.len() as u32)
        .into_par_iter()
        .with_max_len(1)
        .map(|item| {
            let outcome = match items.master(item) {
                Some(master) => of_master(store, &master.sha256, cache.path())?,
                None => Outcome::NoMaster,
            };
            progress.advance(1);
            Ok(outcome)
        })
        .collect();
    progress.finish();
    let mut heard = Heard {
        by_item: vec![None; items.len()],
        made: 0,
        silent: 0,
        failed: Vec::new(),
    };
    for (item, outcome) in outcomes?.into_iter().enumerate() {
        match outcome {
            Outcome::NoMaster => (),
            Outcome::Failed(why) => heard.failed.push((item as u32, why)),
            Outcome::Known(sound, now) => {
                heard.made += usize::from(now);
                if *sound == [0.0; DIMENSIONS] {
                    heard.silent += 1;
                } else {
                    heard.by_item[item] = Some(*sound);
                }
            }
        }
    }
    Ok(heard)
}

/// Listens to what was not listened to yet, and tries what the sounds tell.
///
/// # Errors
/// [`Error::Store`] when the store cannot be read or written.
pub fn listen(
    store: &Store,
    items: &Items<'_>,
    threads: usize,
    progress: &dyn Progress,
) -> Result<SoundsReport, Error> {
    on_threads(threads, || {
        let heard = sounds(store, items, progress)?;
        let name = |item: u32| items.recordings()[items.members(item)[0] as usize].to_string();
        let failed = heard.failed.iter();
        Ok(SoundsReport {
            heard: heard.by_item.iter().flatten().count(),
            made: heard.made,
            silent: heard.silent,
            failed: failed
                .map(|(item, why)| (name(*item), why.clone()))
                .collect(),
            trials: trials(items, &units(&heard.by_item)),
        })
    })
}

fn of_master(store: &Store, master: &Sha256, cache: &Path) -> Result<Outcome, StoreError> {
    let key = format!("sounds/{ALGORITHM}/{master}");
    if let Some(sound) = store.get(&key)?.and_then(|bytes| sound_of(&bytes)) {
        return Ok(Outcome::Known(Box::new(sound), false));
    }
    let blob = Store::blob_key(master);
    if store.head(&blob)?.is_none() {
        return Ok(Outcome::NoMaster);
    }
    let path = store.fetch(&blob, cache)?;
    let found = audio::sound::of_file(&path);
    if store.local_path(&blob).is_none() {
        // A copy that stays behind costs room until the folder goes, nothing else.
        let _ = std::fs::remove_file(&path);
    }
    let sound = match found {
        Ok(sound) => sound.unwrap_or([0.0; DIMENSIONS]),
        Err(error) => return Ok(Outcome::Failed(error.to_string())),
    };
    let bytes = bytes_of(&sound);
    let hash = Sha256::of(&bytes).0;
    store.put(&key, [bytes, hash.to_vec()].concat())?;
    Ok(Outcome::Known(Box::new(sound), true))
}

fn bytes_of(sound: &Sound) -> Vec<u8> {
    sound.iter().flat_map(|x| x.to_le_bytes()).collect()
}

/// `None` for bytes that are damaged.
fn sound_of(bytes: &[u8]) -> Option<Sound> {
    let (numbers, hash) = bytes.split_at_checked(BYTES)?;
    if Sha256::of(numbers).0 != hash {
        return None;
    }
    let (numbers, _) = numbers.as_chunks::<4>();
    Some(std::array::from_fn(|n| f32::from_le_bytes(numbers[n])))
}
