//! Which editions are there, how does one go back, and when do old ones go?

use super::draft::{pointer_bytes, read_pointer};
use super::{CURRENT, EditionError, Forced, MANIFEST, Manifest, Pointer, current, manifest};
use crate::store::Store;

/// An edition that can be opened.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    /// Its name.
    pub id: String,
    /// What it says of itself.
    pub manifest: Manifest,
    /// Whether `CURRENT` names it.
    pub in_force: bool,
}

/// All complete editions, by id.
///
/// # Errors
/// [`EditionError`] when the store cannot be read.
pub fn list(store: &Store) -> Result<Vec<Listed>, EditionError> {
    let pointer = current(store)?;
    let in_force = |id: &str| {
        pointer
            .as_ref()
            .is_some_and(|pointer| pointer.edition == id)
    };
    let mut found = Vec::new();
    for id in ids(store)? {
        match manifest(store, &id) {
            Ok(manifest) => found.push(Listed {
                in_force: in_force(&id),
                manifest,
                id,
            }),
            // Half copied, or of another version: not something that can be opened.
            Err(EditionError::Schema { .. } | EditionError::Missing { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}

/// Makes `CURRENT` name an older edition. The generation rises, so that servers follow.
///
/// # Errors
/// [`EditionError::Missing`] when there is no such edition.
pub fn rollback(store: &Store, id: &str, word: Option<Forced>) -> Result<Pointer, EditionError> {
    manifest(store, id)?;
    let mut pointer = None;
    store.update(CURRENT, |found| {
        let generation = read_pointer(found)?.map_or(1, |known| known.generation + 1);
        let next = Pointer {
            edition: id.to_owned(),
            generation,
            forced: word.clone(),
        };
        let bytes = pointer_bytes(&next);
        pointer = Some(next);
        Ok::<_, EditionError>(Some(bytes))
    })?;
    pointer.ok_or_else(|| EditionError::Missing { id: id.to_owned() })
}

/// Deletes the files of every edition but those in `keep` and the one in force; the manifest first, so
/// that no reader opens what is half gone. Also sweeps copies that never got their manifest. Returns
/// the ids that went.
///
/// # Errors
/// [`EditionError`] when the store cannot be read or written.
pub fn prune(store: &Store, keep: &[String]) -> Result<Vec<String>, EditionError> {
    let pointer = current(store)?;
    let kept = |id: &String| {
        keep.contains(id)
            || pointer
                .as_ref()
                .is_some_and(|pointer| pointer.edition == *id)
    };
    let mut gone = Vec::new();
    for id in ids(store)?.into_iter().filter(|id| !kept(id)) {
        store.delete(&super::key(&id, MANIFEST))?;
        for (key, _) in store.list(&format!("editions/{id}"))? {
            store.delete(&key)?;
        }
        gone.push(id);
    }
    Ok(gone)
}

/// The folders below `editions/`, complete or not, sorted.
fn ids(store: &Store) -> Result<Vec<String>, EditionError> {
    let keys = store.list("editions")?;
    let mut ids: Vec<String> = keys
        .iter()
        .filter_map(|(key, _)| Some(key.strip_prefix("editions/")?.split_once('/')?.0.to_owned()))
        .collect();
    ids.dedup();
    Ok(ids)
}
