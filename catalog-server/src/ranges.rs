//! Which bytes of a file does this request ask for?
//!
//! RFC 9110 section 14: a `Range` that cannot be read or whose unit is unknown is ignored (the
//! whole file is the answer), one that asks only for bytes past the end is 416. A set of many or
//! of overlapping ranges is a way to make a small request cost much: it is ignored too (14.2).

use std::ops::Range;

/// Ranges that one request may name.
pub(crate) const MAX_RANGES: usize = 16;

/// What to answer with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Selection {
    /// All of it, 200.
    Whole,
    /// One part, 206.
    One(Range<u64>),
    /// Several parts in the order asked for, 206 multipart/byteranges.
    Many(Vec<Range<u64>>),
    /// 416.
    Unsatisfiable,
}

/// Reads the value of a `Range` header for a file of `len` bytes.
pub(crate) fn select(header: &str, len: u64) -> Selection {
    let Some((unit, set)) = header.split_once('=') else {
        return Selection::Whole;
    };
    if !unit.trim().eq_ignore_ascii_case("bytes") {
        return Selection::Whole;
    }
    let mut wanted = Vec::new();
    let mut asked = 0;
    for part in set
        .split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
    {
        asked += 1;
        match (one(part, len), asked > MAX_RANGES) {
            (Part::Malformed, _) | (_, true) => return Selection::Whole,
            (Part::Past, _) => {}
            (Part::Bytes(range), _) => wanted.push(range),
        }
    }
    match (asked, wanted.len()) {
        (0, _) => Selection::Whole,
        (_, 0) => Selection::Unsatisfiable,
        (_, 1) => Selection::One(wanted.remove(0)),
        _ if overlap(&wanted) => Selection::Whole,
        _ => Selection::Many(wanted),
    }
}

enum Part {
    Bytes(Range<u64>),
    Past,
    Malformed,
}

/// `first-last`, `first-` or `-suffix`. A number too large for 64 bits lies past any end.
fn one(part: &str, len: u64) -> Part {
    let Some((first, last)) = part.split_once('-') else {
        return Part::Malformed;
    };
    let (first, last) = (first.trim(), last.trim());
    match (number(first), number(last)) {
        (Some(first), Some(last)) if first <= last => {
            bytes(first, last.saturating_add(1).min(len), len)
        }
        (Some(first), None) if last.is_empty() => bytes(first, len, len),
        (None, Some(suffix)) if first.is_empty() => match suffix {
            0 => Part::Past,
            _ => bytes(len.saturating_sub(suffix), len, len),
        },
        _ => Part::Malformed,
    }
}

fn bytes(start: u64, end: u64, len: u64) -> Part {
    if start < len {
        Part::Bytes(start..end)
    } else {
        Part::Past
    }
}

fn number(digits: &str) -> Option<u64> {
    let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| digits.parse().unwrap_or(u64::MAX))
}

fn overlap(ranges: &[Range<u64>]) -> bool {
    let mut sorted: Vec<_> = ranges.iter().collect();
    sorted.sort_by_key(|range| range.start);
    sorted.windows(2).any(|pair| pair[1].start < pair[0].end)
}

#[cfg(test)]
mod tests {
    use super::Selection::{One, Unsatisfiable, Whole};
    use super::*;

    #[track_caller]
    fn check(header: &str, expected: Selection) {
        assert_eq!(select(header, 1000), expected, "{header}");
    }

    #[test]
    fn closed_open_and_suffix_ranges_are_read() {
        check("bytes=0-0", One(0..1));
        check("bytes=0-499", One(0..500));
        check("bytes=500-", One(500..1000));
        check("bytes=-200", One(800..1000));
        check("bytes=-5000", One(0..1000));
        check("bytes=900-5000", One(900..1000));
        check("Bytes = 1 - 2 ", One(1..3));
        check("bytes=0-18446744073709551615", One(0..1000));
        check("bytes=0-99999999999999999999999", One(0..1000));
    }

    #[test]
    fn what_lies_past_the_end_cannot_be_satisfied() {
        check("bytes=1000-", Unsatisfiable);
        check("bytes=1000-2000, 3000-", Unsatisfiable);
        check("bytes=-0", Unsatisfiable);
        check("bytes=99999999999999999999999-", Unsatisfiable);
        assert_eq!(select("bytes=0-", 0), Unsatisfiable);
        assert_eq!(select("bytes=-1", 0), Unsatisfiable);
    }

    #[test]
    fn what_is_not_a_range_is_ignored() {
        for header in [
            "",
            "bytes",
            "bytes=",
            "bytes=,",
            "bytes=-",
            "bytes=5-4",
            "bytes=a-b",
            "bytes=+1-2",
            "bytes=1-2-3",
            "bytes=0x1-2",
            "items=0-1",
            "bytes=0-1,oops",
        ] {
            check(header, Whole);
        }
    }

    #[test]
    fn several_ranges_keep_their_order() {
        check("bytes=500-599,0-9", Selection::Many(vec![500..600, 0..10]));
        check(
            "bytes=0-9, 2000-, 20-29",
            Selection::Many(vec![0..10, 20..30]),
        );
        check("bytes=0-9, 2000-", One(0..10));
    }

    #[test]
    fn sets_made_to_cost_much_are_ignored() {
        check("bytes=0-,0-,0-", Whole);
        check("bytes=0-10,5-15", Whole);
        let many: Vec<String> = (0..1000).map(|i| format!("{i}-{i}")).collect();
        check(&format!("bytes={}", many.join(",")), Whole);
    }
}
