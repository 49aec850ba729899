//! Where did the last page of a list end?
//!
//! A cursor names the edition that the page came from, how far it went, and what stood last on it. In
//! the same edition the next page begins at that place. In another one it begins after the thing
//! that stood last, wherever that stands now, so that a swap repeats nothing and skips nothing that
//! kept its order; if the thing is gone, at the same place.

use crate::problem::Problem;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Characters of a cursor; ours have about 90.
const MAX_CHARS: usize = 256;

/// The end of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cursor {
    /// The edition that answered.
    pub(crate) edition: String,
    /// How many came before the next page.
    pub(crate) offset: usize,
    /// What stood last: `track 0abc…`.
    pub(crate) last: String,
}

impl Cursor {
    /// As a client keeps it.
    pub(crate) fn write(&self) -> String {
        URL_SAFE_NO_PAD.encode(format!("{}\n{}\n{}", self.edition, self.offset, self.last))
    }

    /// # Errors
    /// It is none of ours.
    pub(crate) fn read(text: &str) -> Result<Cursor, Problem> {
        let read = || {
            let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
            let text = String::from_utf8(bytes).ok()?;
            let mut parts = text.splitn(3, '\n');
            Some(Cursor {
                edition: parts.next()?.to_owned(),
                offset: parts.next()?.parse().ok()?,
                last: parts.next()?.to_owned(),
            })
        };
        let cursor = (text.len() <= MAX_CHARS).then(read).flatten();
        cursor.ok_or_else(|| {
            Problem::bad_request(
                "the parameter cursor is not one that this server gave",
                "send the member `next` of the page before as it is, or none",
            )
        })
    }

    /// Where the next page begins in `edition`; `find` looks for what stood last.
    pub(crate) fn resume(&self, edition: &str, find: impl FnOnce(&str) -> Option<usize>) -> usize {
        if edition == self.edition {
            return self.offset;
        }
        find(&self.last).map_or(self.offset, |at| at + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cursor() -> Cursor {
        Cursor {
            edition: "e1".into(),
            offset: 20,
            last: "track x".into(),
        }
    }

    #[test]
    fn a_page_goes_on_where_the_last_one_ended_even_after_a_swap() {
        let cursor = Cursor::read(&cursor().write()).unwrap();
        assert_eq!(cursor, self::cursor());
        assert_eq!(cursor.resume("e1", |_| Some(3)), 20);
        assert_eq!(
            cursor.resume("e2", |last| (last == "track x").then_some(22)),
            23
        );
        assert_eq!(cursor.resume("e2", |_| None), 20, "what stood last is gone");
    }

    #[test]
    fn what_is_no_cursor_is_refused() {
        for text in [
            "",
            "x",
            "AAAA",
            &"A".repeat(300),
            &URL_SAFE_NO_PAD.encode("a\nb\nc"),
        ] {
            assert!(Cursor::read(text).is_err(), "{text}");
        }
    }
}
