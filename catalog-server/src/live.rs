//! What is an edition once it answers?
//!
//! Three readers over mapped files: the catalogue, the search index, the lists. Nothing is parsed
//! but the manifest. Before it answers, every file is compared with its hash and canaries are asked:
//! an edition that cannot answer them would fail every listener.

use crate::edition_swap::{Named, Shelf};
use crate::identity::Tier;
use crate::ladder::{Offer, open_to};
use crate::shelves::Shelves;
use crate::written::Written;
use catalog::edition::catalogue::{CatalogueView, RenditionView};
use catalog::edition::{self, Edition};
use catalog::ids::{Sha256, TrackId};
use catalog::rendition::Codec;
use catalog::store::{self, Store};
use fingerprint::edition::Fingerprints;
use recsys::ann::Ann;
use recsys::lists::Lists;
use search::{Index, Kind, Kinds, Query};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

/// Releases that the home page shows.
const NEWEST: usize = 60;

/// The name of a 30 s preview's profile; every tier may hear it.
pub(crate) const PREVIEW: &str = "preview";

/// An edition that answers.
pub struct Live {
    /// Its name.
    pub(crate) id: String,
    pub(crate) catalogue: CatalogueView,
    /// `None`: published without an index.
    pub(crate) search: Option<Index>,
    /// `None`: published before anybody listened.
    pub(crate) lists: Option<Lists>,
    /// `None`: published before anybody listened.
    pub(crate) ann: Option<Ann>,
    /// `None`: published without fingerprints.
    pub(crate) fingerprints: Option<Fingerprints>,
    newest: OnceLock<Vec<u32>>,
    shelves: OnceLock<Shelves>,
    /// Answers about its tracks.
    pub(crate) written: Written,
}

/// What `/audio` needs of a rendition.
pub(crate) struct Sound {
    pub(crate) codec: Codec,
    pub(crate) blob: Sha256,
    pub(crate) bytes: u64,
    /// Where the first and the second chunk end, in bytes.
    pub(crate) first_chunk_end: u64,
    pub(crate) second_chunk_end: u64,
    offer: Offer,
    preview: bool,
}

impl Sound {
    pub(crate) fn of(rendition: &RenditionView<'_>) -> Sound {
        let mut ends = rendition
            .chunks()
            .map(|chunk| chunk.offset + u64::from(chunk.bytes));
        let first_chunk_end = ends.next().unwrap_or(rendition.bytes);
        Sound {
            codec: rendition.codec,
            blob: rendition.blob,
            bytes: rendition.bytes,
            first_chunk_end,
            second_chunk_end: ends.next().unwrap_or(first_chunk_end),
            offer: Offer::of(rendition),
            preview: rendition.profile == PREVIEW,
        }
    }

    /// Whether a tier may hear it.
    pub(crate) fn open_to(&self, tier: Tier) -> bool {
        self.preview || open_to(self.offer, tier)
    }
}

impl Live {
    /// Opens an edition of a store, compares every file with its hash, asks the canaries.
    fn open(store: &Store, named: &Named, cache: &Path) -> Result<Live, String> {
        let edition = Edition::open(store, &named.id, cache).map_err(|error| error.to_string())?;
        let began = Instant::now();
        edition.verify().map_err(|error| error.to_string())?;
        let verify_ms = began.elapsed().as_millis() as u64;
        let began = Instant::now();
        let has = |name: &str| {
            edition
                .manifest
                .files
                .iter()
                .any(|file| file.name.starts_with(name))
        };
        let catalogue =
            CatalogueView::open(&edition.path("")).map_err(|error| error.to_string())?;
        let search = has("search/")
            .then(|| Index::open(&edition.path("search")))
            .transpose();
        let lists = has("lists.bin")
            .then(|| Lists::open(&edition.path("lists.bin")))
            .transpose();
        let map_ms = began.elapsed().as_millis() as u64;
        let ann = has("ann.json").then(|| Ann::open(&edition.path("")));
        let ann = ann.transpose().map_err(|error| error.to_string())?;
        let fingerprints = has(fingerprint::edition::FILE)
            .then(|| Fingerprints::open(&edition.path(fingerprint::edition::FILE)))
            .transpose()
            .map_err(|error| error.to_string())?;
        let live = Live {
            id: edition.id.clone(),
            catalogue,
            search: search.map_err(|error| error.to_string())?,
            lists: lists.map_err(|error| error.to_string())?,
            ann,
            fingerprints,
            newest: OnceLock::new(),
            shelves: OnceLock::new(),
            written: Written::default(),
        };
        live.ask_canaries()?;
        let open_ms = began.elapsed().as_millis() as u64;
        tracing::info!(edition = %live.id, verify_ms, map_ms, open_ms, "an edition is mapped");
        Ok(live)
    }

    /// Release rows, newest first, for the home page. Found when first asked for.
    pub(crate) fn newest(&self) -> &[u32] {
        self.newest.get_or_init(|| newest(&self.catalogue))
    }

    /// The orders that people browse by. Made when first asked for.
    pub(crate) fn shelves(&self) -> &Shelves {
        self.shelves
            .get_or_init(|| Shelves::of(&self.catalogue, self.lists.as_ref()))
    }

    /// A rendition of a track by the name of its profile.
    pub(crate) fn sound(&self, track: &TrackId, profile: &str) -> Option<Sound> {
        let track = self.catalogue.track(self.catalogue.track_row(track)?)?;
        let mut renditions = self.catalogue.renditions(track.recording);
        renditions
            .find(|rendition| rendition.profile == profile)
            .map(|rendition| Sound::of(&rendition))
    }

    /// Rows of the first, middle and last track lead to their releases and recordings and back by
    /// id; a word of the first title is found.
    fn ask_canaries(&self) -> Result<(), String> {
        let count = self.catalogue.tracks();
        for row in [0, count / 2, count.saturating_sub(1)]
            .into_iter()
            .filter(|row| *row < count)
        {
            let lost = |what: &str| format!("canary: track row {row} {what}");
            let track = self
                .catalogue
                .track(row)
                .ok_or_else(|| lost("cannot be read"))?;
            if self.catalogue.track_row(&track.id) != Some(row) {
                return Err(lost("is not found by its id"));
            }
            self.catalogue
                .release(track.release)
                .ok_or_else(|| lost("has no release"))?;
            self.catalogue
                .recording(track.recording)
                .ok_or_else(|| lost("has no recording"))?;
        }
        let (Some(index), Some(track)) = (&self.search, self.catalogue.track(0)) else {
            return Ok(());
        };
        let query = Query {
            text: track.title.to_owned(),
            kinds: Kinds::of(&[Kind::Track]),
            limit: 1,
            offset: 0,
        };
        match index.search(&query, &|_, _| true) {
            Ok(found) if found.hits.is_empty() => Err(format!(
                "canary: search finds nothing for {:?}",
                track.title
            )),
            Ok(_) => Ok(()),
            Err(error) => Err(error.to_string()),
        }
    }
}

/// The newest releases that have tracks; equal dates in the order of ids.
fn newest(catalogue: &CatalogueView) -> Vec<u32> {
    let dated = |row| {
        catalogue
            .release(row)
            .filter(|release| !release.tracks.is_empty())
    };
    let mut rows: Vec<(i32, u32)> = (0..catalogue.releases())
        .filter_map(|row| dated(row).map(|release| (release.days.unwrap_or(i32::MIN), row)))
        .collect();
    rows.sort_unstable_by_key(|(days, row)| (std::cmp::Reverse(*days), *row));
    rows.truncate(NEWEST);
    rows.into_iter().map(|(_, row)| row).collect()
}

/// Editions of a store.
pub(crate) struct StoreShelf {
    store: Arc<Store>,
    cache: PathBuf,
    /// Bytes of copied objects that may stay.
    cache_bytes: u64,
    /// The edition that answers, and the one before it, which old requests may still hold.
    opened: [Option<String>; 2],
}

impl StoreShelf {
    pub(crate) fn new(store: Arc<Store>, cache: PathBuf, cache_bytes: u64) -> StoreShelf {
        StoreShelf {
            store,
            cache,
            cache_bytes,
            opened: [None, None],
        }
    }

    /// Of a remote store, what is not needed any more leaves this machine.
    fn sweep(&mut self, newest: &str) {
        let [last, _] = std::mem::take(&mut self.opened);
        self.opened = [Some(newest.to_owned()), last];
        if self.store.local_path(edition::CURRENT).is_some() {
            return;
        }
        let named: Vec<&str> = self.opened.iter().flatten().map(String::as_str).collect();
        match store::sweep(&self.cache, &named, self.cache_bytes) {
            Ok(0) => {}
            Ok(bytes) => tracing::info!(bytes, "copies that nobody needs were removed"),
            Err(error) => tracing::warn!(%error, "the cache cannot be swept"),
        }
    }
}

impl Shelf for StoreShelf {
    type Opened = Live;

    fn look(&mut self) -> Result<Option<Named>, String> {
        let pointer = edition::current(&self.store).map_err(|error| error.to_string())?;
        Ok(pointer.map(|pointer| Named {
            id: pointer.edition,
            generation: pointer.generation,
        }))
    }

    fn open(&mut self, named: &Named) -> Result<Live, String> {
        let live = Live::open(&self.store, named, &self.cache)?;
        self.sweep(&named.id);
        Ok(live)
    }
}
