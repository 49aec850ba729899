//! Which names begin like this, and which document is best known under a name?
//!
//! `names.fst` maps kind letter + name to the first document of that kind and name, and capital
//! kind letter + variant ("beatles" for "The Beatles") likewise. Document order is static rank,
//! so a [`Completions`] walk meets the best known names first.

use fst::Map;

use crate::completion::Completions;
use crate::{Kind, Kinds};

/// The names of every document.
pub(crate) struct Names<D> {
    names: Map<D>,
}

/// The key of a kind's name.
pub(crate) fn key(kind: Kind, name: &str) -> String {
    format!("{}{name}", kind.letter())
}

/// The key of a variant of a kind's name.
pub(crate) fn variant_key(kind: Kind, variant: &str) -> String {
    format!("{}{variant}", kind.letter().to_ascii_uppercase())
}

impl<D: AsRef<[u8]>> Names<D> {
    pub(crate) fn new(data: D) -> fst::Result<Names<D>> {
        Ok(Names {
            names: Map::new(data)?,
        })
    }

    /// The first document of this kind and name; its namesakes follow by column.
    pub(crate) fn exact(&self, kind: Kind, name: &str) -> Option<u32> {
        self.get(&key(kind, name))
    }

    /// The first document of this kind of which the text is a variant of its name.
    pub(crate) fn exact_variant(&self, kind: Kind, name: &str) -> Option<u32> {
        self.get(&variant_key(kind, name))
    }

    fn get(&self, key: &str) -> Option<u32> {
        self.names.get(key).and_then(|doc| u32::try_from(doc).ok())
    }

    /// Documents whose name or variant begins with `prefix`, best first. A document may come twice.
    pub(crate) fn beginning(&self, prefix: &str, kinds: Kinds) -> impl Iterator<Item = u32> {
        let starts: Vec<String> = kinds
            .iter()
            .flat_map(|kind| [key(kind, prefix), variant_key(kind, prefix)])
            .collect();
        Completions::new(self.names.as_fst(), starts.iter().map(String::as_bytes))
            .values()
            .filter_map(|doc| u32::try_from(doc).ok())
    }
}
