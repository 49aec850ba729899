//! What goes into an edition? Everything the jobs have published, for one catalogue.

use super::{Config, documents};
use crate::config::File;
use anyhow::Context as _;
use catalog::edition::catalogue::CatalogueView;
use catalog::edition::catalogue_writer::{self, Contents};
use catalog::edition::draft::{Draft, Provenance, Sealed};
use catalog::ids::Sha256;
use catalog::job::Context;
use catalog::release::Catalogue;
use catalog::rendition::AudioSet;
use catalog::store::Store;
use std::collections::BTreeMap;
use std::path::Path;

/// The configuration of every job whose results go in: it names those results.
pub(crate) struct Stages {
    pub(crate) transcode: transcode::config::Config,
    pub(crate) fingerprint: fingerprint::config::Config,
    pub(crate) recsys: recsys::config::Config,
}

impl Stages {
    /// Reads the sections of the operator's file.
    pub(crate) fn read(file: &File) -> anyhow::Result<Stages> {
        Ok(Stages {
            transcode: transcode::config::Config::load(file.section("transcode"))?,
            fingerprint: fingerprint::config::Config::load(file.section("fingerprint"))?,
            recsys: recsys::config::Config::load(file.section("recsys"))?,
        })
    }
}

/// Builds an edition in a staging folder and seals it; nobody sees it yet.
pub(crate) fn assemble<'a>(
    context: &Context<'a>,
    stages: &Stages,
    config: &Config,
) -> anyhow::Result<Sealed<'a>> {
    let store = context.store;
    context.progress.begin("edition", 5, "parts");
    let catalogue = catalog::snapshot::catalogue(store)?;
    let audio = audio_sets(store, &catalogue, &stages.transcode)?;
    let duplicates = fingerprint::job::published(store, &catalogue, &stages.fingerprint)?;
    let draft = Draft::begin(store)?;
    let folder = draft.folder().to_owned();
    let contents = Contents {
        catalogue: &catalogue,
        audio: &audio,
        duplicates: duplicates.as_ref(),
    };
    let written = catalogue_writer::write(&folder, contents)?;
    context.progress.advance(1);

    let mut provenance = Provenance::default();
    let count = |provenance: &mut Provenance, name: &str, n: u64| {
        provenance.counts.insert(name.to_owned(), n);
    };
    count(&mut provenance, "tracks", written.tracks);
    count(&mut provenance, "releases", written.releases);
    count(&mut provenance, "artists", written.artists);
    count(&mut provenance, "recordings", written.recordings);
    count(&mut provenance, "renditions", written.renditions);
    count(&mut provenance, "tracks awaiting audio", written.awaiting);
    let parent = |provenance: &mut Provenance, name: &str, hash| {
        provenance.parents.insert(name.to_owned(), hash);
    };
    parent(&mut provenance, "catalogue", catalogue.digest());
    parent(&mut provenance, "ladder", stages.transcode.ladder_id());

    let model = add_model(store, &folder)?;
    context.progress.advance(1);
    if let Some(model) = &model {
        parent(&mut provenance, "model", model.run);
        count(&mut provenance, "listeners", model.counts.listeners as u64);
        provenance.metrics = recsys::report::metrics(model);
        provenance
            .parameters
            .insert("recsys".to_owned(), serde_json::to_value(&model.config)?);
    }
    if let Some(duplicates) = &duplicates {
        parent(&mut provenance, "duplicates", duplicates.run);
        count(
            &mut provenance,
            "duplicate clusters",
            duplicates.clusters.len() as u64,
        );
    }
    fingerprint::edition::write_edition(
        &folder,
        store,
        &catalogue,
        &stages.fingerprint,
        &catalog::progress::Silent,
    )?;
    context.progress.advance(1);
    let view = CatalogueView::open(&folder)?;
    let popularity = documents::popularity(&folder, &view)?;
    let days = documents::as_of_days(model.as_ref(), &view);
    let index = search::write(
        &folder.join("search"),
        documents::all(&view, &popularity, store),
        days,
        &config.ranking,
    )?;
    count(
        &mut provenance,
        "search documents",
        u64::from(index.documents),
    );
    context.progress.advance(1);

    provenance.parameters.insert(
        "transcode".to_owned(),
        serde_json::to_value(&stages.transcode)?,
    );
    provenance.parameters.insert(
        "fingerprint".to_owned(),
        serde_json::to_value(&stages.fingerprint)?,
    );
    provenance
        .parameters
        .insert("edition".to_owned(), serde_json::to_value(config)?);
    let build = serde_json::json!({ "version": env!("CARGO_PKG_VERSION") });
    provenance.parameters.insert("build".to_owned(), build);
    let sealed = draft.seal(provenance)?;
    context.progress.advance(1);
    context.progress.finish();
    Ok(sealed)
}

/// What `transcode` made of each master under the ladder in force.
fn audio_sets(
    store: &Store,
    catalogue: &Catalogue,
    config: &transcode::config::Config,
) -> anyhow::Result<BTreeMap<Sha256, AudioSet>> {
    let mut sets = BTreeMap::new();
    for item in transcode::job::items(catalogue) {
        if let Some(set) = transcode::job::published(store, config, &item)? {
            sets.insert(item.master, set);
        }
    }
    Ok(sets)
}

/// Copies the files of the newest model, if one was trained.
fn add_model(store: &Store, folder: &Path) -> anyhow::Result<Option<recsys::published::Model>> {
    let Some(model) = recsys::published::newest(store)? else {
        return Ok(None);
    };
    for (name, key) in recsys::published::edition_files(&model) {
        let target = folder.join(&name);
        let source = store.fetch(&key, &folder.join("fetched"))?;
        std::fs::copy(&source, &target).with_context(|| {
            format!("{}: cannot copy to {}", source.display(), target.display())
        })?;
    }
    let fetched = folder.join("fetched");
    if fetched.exists() {
        std::fs::remove_dir_all(&fetched)?;
    }
    Ok(Some(model))
}
