//! Draft, publish, open, roll back, prune; and what a reader sees meanwhile.

use crate::labels;
use catalog::edition::catalogue::CatalogueView;
use catalog::edition::catalogue_writer::{self, Contents, Written};
use catalog::edition::draft::{Draft, Provenance, Published};
use catalog::edition::gate::Gate;
use catalog::edition::{self, Edition, EditionError, Forced, history};
use catalog::ids::RecordingId;
use catalog::release::Catalogue;
use catalog::rights::{Availability, CommercialModel};
use catalog::store::Store;
use std::path::Path;

fn gate() -> Gate {
    Gate {
        max_loss: 0.05,
        max_metric_drop: 0.1,
        counts: vec!["tracks".to_owned()],
        metrics: Vec::new(),
    }
}

fn draft<'a>(store: &'a Store, catalogue: &Catalogue) -> (Draft<'a>, Written) {
    let draft = Draft::begin(store).unwrap();
    let (audio, duplicates) = (labels::audio(catalogue), labels::duplicates());
    let contents = Contents {
        catalogue,
        audio: &audio,
        duplicates: Some(&duplicates),
    };
    let written = catalogue_writer::write(draft.folder(), contents).unwrap();
    (draft, written)
}

fn publish(
    store: &Store,
    catalogue: &Catalogue,
    forced: Option<Forced>,
) -> Result<Published, EditionError> {
    let (draft, written) = draft(store, catalogue);
    let counts = [("tracks".to_owned(), written.tracks)].into();
    draft
        .seal(Provenance {
            counts,
            ..Provenance::default()
        })?
        .publish(&gate(), forced)
}

fn on_each_store(check: impl Fn(&Store, &Path)) {
    let (folder, cache) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    check(
        &Store::open(folder.path().to_str().unwrap()).unwrap(),
        cache.path(),
    );
    check(&Store::open("memory:").unwrap(), cache.path());
}

#[test]
fn a_published_edition_is_read_back_row_by_row() {
    on_each_store(|store, cache| {
        let catalogue = labels::catalogue();
        let published = publish(store, &catalogue, None).unwrap();
        assert_eq!((published.pointer.generation, published.changed), (1, true));
        let edition = Edition::open(store, &published.pointer.edition, cache).unwrap();
        edition.verify().unwrap();
        let view = CatalogueView::open(&edition.path("")).unwrap();
        view.verify().unwrap();
        assert_eq!(
            (
                view.tracks(),
                view.releases(),
                view.recordings(),
                view.artists()
            ),
            (4, 2, 3, 2)
        );
        for (release, track) in catalogue
            .tracks()
            .filter(|(_, track)| track.master.is_some())
        {
            let row = view.track_row(&track.id).unwrap();
            let found = view.track(row).unwrap();
            assert_eq!(
                (found.id, found.title, found.isrc),
                (track.id, track.title.as_str(), Some(track.isrc))
            );
            assert_eq!(
                (found.version, found.genre),
                (track.version.as_deref(), Some("pop"))
            );
            let album = view.release(found.release).unwrap();
            assert_eq!(
                (album.id, album.title),
                (release.id, release.title.as_str())
            );
            assert!(album.tracks.contains(&row));
            let credits: Vec<_> = view
                .track_credits(row)
                .map(|credit| (credit.name, credit.role))
                .collect();
            assert_eq!(
                credits,
                [("The Singer", "MainArtist"), ("The Composer", "Composer")]
            );
            assert_eq!(
                view.shape(found.recording),
                Some((&[[-12i8, 34]][..], &[-1_234i16][..]))
            );
            let renditions: Vec<_> = view.renditions(found.recording).collect();
            assert_eq!(
                renditions.iter().map(|r| r.profile).collect::<Vec<_>>(),
                ["vorbis-160", "flac"]
            );
            let chunk = renditions[0].chunks().nth(1).unwrap();
            assert_eq!(
                (chunk.offset, chunk.first_frame, chunk.priming_bytes),
                (400, 88_200, 40)
            );
        }
        let singer = view
            .artist_row(&catalog::ids::ArtistId::of_name("The Singer"))
            .unwrap();
        let newest_first: Vec<_> = view
            .artist(singer)
            .unwrap()
            .releases
            .iter()
            .map(|row| view.release(*row).unwrap().title)
            .collect();
        assert_eq!(newest_first, ["Album 2", "Album 1"]);
        assert_eq!(
            view.artwork(view.release(0).unwrap().artwork.unwrap())
                .unwrap()
                .media_type,
            "image/png"
        );
    });
}

#[test]
fn rights_and_duplicates_survive_the_mapping() {
    let store = Store::open("memory:").unwrap();
    let cache = tempfile::tempdir().unwrap();
    let id = publish(&store, &labels::catalogue(), None)
        .unwrap()
        .pointer
        .edition;
    let edition = Edition::open(&store, &id, cache.path()).unwrap();
    let view = CatalogueView::open(&edition.path("")).unwrap();
    let row = |number| {
        view.recording_row(&RecordingId::of_isrc(&labels::isrc(number)))
            .unwrap()
    };
    assert_eq!(view.recording(row(1)).unwrap().same, [row(3)]);
    assert_eq!(view.recording(row(1)).unwrap().tracks.len(), 2);
    assert!(view.recording(row(2)).unwrap().same.is_empty());
    let german_only = view
        .track(view.recording(row(2)).unwrap().tracks[0])
        .unwrap();
    let now = "2026-11-21T00:00:00Z".parse().unwrap();
    let ask = |country: &str| {
        view.availability(
            german_only.profile,
            country.parse().unwrap(),
            CommercialModel::Subscription,
            now,
        )
    };
    assert_eq!(ask("DE"), Availability::Available { until: None });
    assert_eq!(ask("US"), Availability::NotInTerritory);
    assert_eq!(view.rights_profiles(), 2);
    assert!(view.track(99).is_none() && view.windows(99).next().is_none());
}

#[test]
fn the_same_inputs_give_the_same_edition_and_a_second_publication_changes_nothing() {
    on_each_store(|store, _| {
        let first = publish(store, &labels::catalogue(), None).unwrap();
        let second = publish(store, &labels::catalogue(), None).unwrap();
        assert_eq!(first.pointer, second.pointer);
        assert!(first.changed && !second.changed);
    });
}

#[test]
fn a_publication_that_was_killed_before_its_manifest_is_invisible_and_finished_by_a_rerun() {
    on_each_store(|store, cache| {
        let (draft, written) = draft(store, &labels::catalogue());
        let counts = [("tracks".to_owned(), written.tracks)].into();
        let sealed = draft
            .seal(Provenance {
                counts,
                ..Provenance::default()
            })
            .unwrap();
        let id = sealed.manifest().id();
        store
            .put(&edition::key(&id, "catalogue.bin"), "half")
            .unwrap();
        assert_eq!(edition::current(store).unwrap(), None);
        assert!(matches!(
            Edition::open(store, &id, cache),
            Err(EditionError::Missing { .. })
        ));
        assert!(history::list(store).unwrap().is_empty());
        sealed.publish(&gate(), None).unwrap();
        Edition::open(store, &id, cache).unwrap().verify().unwrap();
    });
}

#[test]
fn an_edition_that_lost_too_much_is_refused_until_somebody_signs_for_it() {
    let store = Store::open("memory:").unwrap();
    let mut catalogue = labels::catalogue();
    publish(&store, &catalogue, None).unwrap();
    catalogue.releases.truncate(1);
    let error = publish(&store, &catalogue, None).unwrap_err();
    assert!(matches!(error, EditionError::Gated { .. }), "{error}");
    assert!(
        error
            .to_string()
            .contains("tracks: 4 before, 2 now: 50.0 % lost"),
        "{error}"
    );
    let word = Forced {
        who: "ops".to_owned(),
        why: "label left".to_owned(),
    };
    let forced = publish(&store, &catalogue, Some(word.clone())).unwrap();
    assert_eq!(
        (forced.pointer.generation, forced.pointer.forced),
        (2, Some(word))
    );
}

#[test]
fn a_rollback_raises_the_generation_and_pruning_spares_what_is_in_force() {
    on_each_store(|store, cache| {
        let mut catalogue = labels::catalogue();
        let first = publish(store, &catalogue, None).unwrap().pointer.edition;
        catalogue.releases[0].title = "Renamed".to_owned();
        let second = publish(store, &catalogue, None).unwrap().pointer.edition;
        assert_ne!(first, second);
        let pointer = history::rollback(store, &first, None).unwrap();
        assert_eq!(
            (pointer.edition.as_str(), pointer.generation),
            (first.as_str(), 3)
        );
        assert_eq!(
            history::prune(store, &[]).unwrap(),
            std::slice::from_ref(&second)
        );
        assert!(matches!(
            Edition::open(store, &second, cache),
            Err(EditionError::Missing { .. })
        ));
        Edition::open(store, &first, cache)
            .unwrap()
            .verify()
            .unwrap();
        assert!(matches!(
            history::rollback(store, &second, None),
            Err(EditionError::Missing { .. })
        ));
    });
}

#[test]
fn a_flipped_bit_in_a_published_file_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path().to_str().unwrap()).unwrap();
    let id = publish(&store, &labels::catalogue(), None)
        .unwrap()
        .pointer
        .edition;
    let path = store
        .local_path(&edition::key(&id, "catalogue.bin"))
        .unwrap();
    let mut bytes = std::fs::read(&path).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    let edition = Edition::open(&store, &id, folder.path()).unwrap();
    let error = edition.verify().unwrap_err().to_string();
    assert!(
        error.contains("catalogue.bin") && error.contains("fix: "),
        "{error}"
    );
}
