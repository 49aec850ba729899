//! Which answers about a track need not be written again?
//!
//! What a track looks like depends on the edition, the listener's country and plan, and the hour, on nothing else
//! of theirs: so the tracks that everybody asks for are written once for many. An answer is kept with the edition
//! it was made of and until the instant at which the licence says otherwise; one that is refused now, or
//! relinked, for the second it was made in. Each answer has one place, given by its key: a newer one takes it.

use crate::answer::Made;
use crate::encoding::Coding;
use crate::identity::Tier;
use catalog::ids::Territory;
use std::hash::{BuildHasher, Hash};
use std::ops::Range;
use std::sync::{Arc, Mutex};
use xxhash_rust::xxh3::Xxh3DefaultBuilder;

/// Answers kept at most: some 5 MB, since most have 1 KB.
const PLACES: usize = 4096;
/// Bytes of an answer that is kept; 32 MB at worst.
const LARGEST: usize = 8192;

/// On what an answer about a track depends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    /// The track's row.
    pub(crate) row: u32,
    pub(crate) country: Territory,
    pub(crate) tier: Tier,
    pub(crate) coding: Option<Coding>,
}

struct Kept {
    key: Key,
    /// Seconds of Unix time.
    holds: Range<i64>,
    made: Arc<Made>,
}

/// Answers of one edition.
pub(crate) struct Written(Box<[Mutex<Option<Kept>>]>);

impl Default for Written {
    fn default() -> Written {
        let places = std::iter::repeat_with(Mutex::default).take(PLACES);
        Written(places.collect())
    }
}

impl Written {
    /// The answer kept for `key` if it holds at `second`, else what `make` makes, with the second from which on
    /// it does not hold any more.
    ///
    /// # Errors
    /// Those of `make`; nothing is kept then.
    pub(crate) fn get<E>(
        &self,
        key: Key,
        second: i64,
        make: impl FnOnce() -> Result<(Made, i64), E>,
    ) -> Result<Arc<Made>, E> {
        let place = Xxh3DefaultBuilder.hash_one(key) as usize % PLACES;
        // Somebody else at this place: writing once more is cheaper than waiting.
        let mut place = self.0[place].try_lock().ok();
        if let Some(Some(kept)) = place.as_deref()
            && kept.key == key
            && kept.holds.contains(&second)
        {
            return Ok(Arc::clone(&kept.made));
        }
        let (made, until) = make()?;
        let made = Arc::new(made);
        if let Some(place) = place.as_deref_mut().filter(|_| made.len() <= LARGEST) {
            *place = Some(Kept {
                key,
                holds: second..until,
                made: Arc::clone(&made),
            });
        }
        Ok(made)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;
    use std::cell::Cell;

    #[test]
    fn an_answer_is_made_once_for_its_key_and_until_it_ends() {
        let (written, made) = (Written::default(), Cell::new(0));
        let get = |key, second| {
            let make = || {
                made.set(made.get() + 1);
                Ok::<_, ()>((
                    Made::new("x".into(), HeaderValue::from_static("text/plain"), None),
                    20,
                ))
            };
            written.get(key, second, make).unwrap();
            made.get()
        };
        let key = Key {
            row: 7,
            country: "DE".parse().unwrap(),
            tier: Tier::Free,
            coding: None,
        };
        assert_eq!((get(key, 10), get(key, 19)), (1, 1));
        assert_eq!(get(key, 20), 2, "it has ended");
        assert_eq!(get(key, 9), 3, "a clock set back asks again");
        let premium = Key {
            tier: Tier::Premium,
            ..key
        };
        assert_eq!(get(premium, 10), 4);
        let french = Key {
            country: "FR".parse().unwrap(),
            ..key
        };
        assert_eq!(get(french, 10), 5);
        let failed = written.get(Key { row: 8, ..key }, 10, || Err("lost"));
        assert_eq!(failed.err(), Some("lost"));
    }
}
