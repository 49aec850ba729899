//! What does a lyrics file say, line by line?
//!
//! Plain UTF-8 text, or LRC: lines that begin with one or more times (`[01:23.45]`), tags of the whole file
//! (`[ar:Name]`, `[offset:+250]`), and in its enhanced form times of single words (`<01:23.90>`), which are left out.
//! LRC has no standard; this reads what its players agree on.

use crate::units::Millis;

/// Bytes of a lyrics file that are read at most.
pub const MAX_BYTES: u64 = 128 * 1024;

/// Lines that are read at most.
const MAX_LINES: usize = 4_096;

/// Times that one line may have: what it says is kept once for each.
const MAX_TIMES: usize = 64;

/// A line of a song.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// When it is sung; `None` in plain text.
    pub at: Option<Millis>,
    /// Empty between verses.
    pub text: String,
}

/// Why a file is no lyrics.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LyricsError {
    /// Not UTF-8.
    #[error("byte {0} is not UTF-8")]
    Encoding(usize),
    /// A character that no text has.
    #[error("line {line} has the control character U+{character:04X}")]
    Control {
        /// From one.
        line: usize,
        /// Its code point.
        character: u32,
    },
    /// Nothing but space.
    #[error("it has no words")]
    Empty,
    /// A bound on what one file may ask of us.
    #[error("it has more than {MAX_LINES} lines")]
    Lines,
    /// The same for one line.
    #[error("line {0} has more than {MAX_TIMES} times")]
    Times(usize),
}

/// Reads a file's bytes. Timed lines come in the order of their times; in a timed file those without one are left out.
///
/// # Errors
/// [`LyricsError`]: not text, or no words in it.
pub fn read(bytes: &[u8]) -> Result<Vec<Line>, LyricsError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text =
        std::str::from_utf8(bytes).map_err(|error| LyricsError::Encoding(error.valid_up_to()))?;
    let (mut plain, mut timed, mut offset) = (Vec::new(), Vec::new(), 0);
    for (number, line) in text.lines().enumerate() {
        if let Some(control) = line.chars().find(|c| c.is_control() && *c != '\t') {
            return Err(LyricsError::Control {
                line: number + 1,
                character: u32::from(control),
            });
        }
        if plain.len() + timed.len() > MAX_LINES {
            return Err(LyricsError::Lines);
        }
        match Stamped::read(line) {
            Stamped::Offset(milliseconds) => offset = milliseconds,
            Stamped::Tag => {}
            Stamped::Plain(text) => plain.push(Line { at: None, text }),
            Stamped::At(times, _) if times.len() > MAX_TIMES => {
                return Err(LyricsError::Times(number + 1));
            }
            Stamped::At(times, text) => {
                timed.extend(times.into_iter().map(|at| (at, text.clone())));
            }
        }
    }
    let lines = if timed.is_empty() {
        trimmed(plain)
    } else {
        timed.sort_by_key(|(at, _)| *at);
        let lines = timed.into_iter().map(|(at, text)| Line {
            // A positive offset shows the line sooner.
            at: Some(Millis(at.saturating_add_signed(-offset))),
            text,
        });
        lines.collect()
    };
    match lines.iter().all(|line| line.text.is_empty()) {
        true => Err(LyricsError::Empty),
        false => Ok(lines),
    }
}

/// Without empty lines at both ends.
fn trimmed(mut lines: Vec<Line>) -> Vec<Line> {
    let full = |line: &Line| !line.text.is_empty();
    let end = lines.iter().rposition(full).map_or(0, |last| last + 1);
    lines.truncate(end);
    lines.split_off(lines.iter().position(full).unwrap_or(0))
}

/// A line of a file, by what stands in brackets before it.
enum Stamped {
    Plain(String),
    /// Milliseconds.
    At(Vec<u64>, String),
    Offset(i64),
    Tag,
}

impl Stamped {
    fn read(line: &str) -> Stamped {
        let (mut rest, mut times) = (line.trim(), Vec::new());
        while let Some((inner, after)) = rest.strip_prefix('[').and_then(|r| r.split_once(']')) {
            if let Some(at) = time(inner) {
                times.push(at);
                rest = after.trim_start();
                continue;
            }
            return match inner.split_once(':') {
                _ if !times.is_empty() || !after.is_empty() => break,
                Some((name, value)) if name.eq_ignore_ascii_case("offset") => {
                    Stamped::Offset(value.trim().parse().unwrap_or(0))
                }
                Some((name, _)) if is_tag(name) => Stamped::Tag,
                // "[Chorus]" is for the reader.
                _ => break,
            };
        }
        match times.is_empty() {
            true => Stamped::Plain(rest.to_owned()),
            false => Stamped::At(times, without_word_times(rest)),
        }
    }
}

fn is_tag(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= 12
        && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'#')
}

/// `mm:ss`, `mm:ss.x`, `mm:ss.xx`, `mm:ss.xxx`, in milliseconds.
fn time(text: &str) -> Option<u64> {
    let (minutes, seconds) = text.split_once(':')?;
    let (whole, part) = seconds.split_once(['.', ':']).unwrap_or((seconds, ""));
    let digits = |text: &str, most: usize| {
        text.len() <= most && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    if minutes.is_empty() || !digits(minutes, 4) || whole.len() != 2 || !digits(whole, 2) {
        return None;
    }
    let thousandths = match (digits(part, 3), part.len()) {
        (true, 0) => 0,
        (true, length) => part.parse::<u64>().ok()? * 10u64.pow(3 - length as u32),
        _ => return None,
    };
    let (minutes, seconds): (u64, u64) = (minutes.parse().ok()?, whole.parse().ok()?);
    (seconds < 60).then_some((minutes * 60 + seconds) * 1000 + thousandths)
}

fn without_word_times(text: &str) -> String {
    let (mut rest, mut words) = (text, String::with_capacity(text.len()));
    while let Some((before, inner)) = rest.split_once('<') {
        words.push_str(before);
        match inner
            .split_once('>')
            .filter(|(inner, _)| time(inner).is_some())
        {
            Some((_, after)) => rest = after,
            None => {
                words.push('<');
                rest = inner;
            }
        }
    }
    words.push_str(rest);
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<(Option<u64>, String)> {
        let lines = read(text.as_bytes()).expect("lyrics");
        let pair = |line: Line| (line.at.map(|at| at.0), line.text);
        lines.into_iter().map(pair).collect()
    }

    fn timed(lines: &[(u64, &str)]) -> Vec<(Option<u64>, String)> {
        let pair = |(at, text): &(u64, &str)| (Some(*at), (*text).to_owned());
        lines.iter().map(pair).collect()
    }

    #[test]
    fn plain_text_keeps_its_verses_and_loses_its_margins() {
        let found =
            lines("\u{feff}\n\n[Chorus]\nLanterns on the water\r\n\n  and none ashore \n\n");
        let expected = ["[Chorus]", "Lanterns on the water", "", "and none ashore"];
        assert_eq!(found, expected.map(|text| (None, text.to_owned())));
    }

    #[test]
    fn times_of_lines_are_read_repeated_and_sorted() {
        let text = "[ar:Ada Quell]\n[00:21.5]two\n[00:12.00][01:02.250]one\n[00:30]\nno time\n";
        let expected = [
            (12_000, "one"),
            (21_500, "two"),
            (30_000, ""),
            (62_250, "one"),
        ];
        assert_eq!(lines(text), timed(&expected));
    }

    #[test]
    fn an_offset_shows_lines_sooner_and_never_before_the_start() {
        let text = "[offset:+1500]\n[00:01.00]one\n[00:10.00]two";
        assert_eq!(lines(text), timed(&[(0, "one"), (8_500, "two")]));
    }

    #[test]
    fn times_of_words_are_left_out_and_other_brackets_kept() {
        let text = "[00:01.00]<00:01.00>I <3 <00:01.40> you [softly]";
        assert_eq!(lines(text), timed(&[(1_000, "I <3 you [softly]")]));
    }

    #[test]
    fn what_is_no_text_is_refused_with_its_place() {
        assert_eq!(read(b"one\xff"), Err(LyricsError::Encoding(3)));
        let control = LyricsError::Control {
            line: 2,
            character: 0,
        };
        assert_eq!(read(b"one\ntw\0o"), Err(control));
        assert_eq!(read(b" \n[ar:Nobody]\n"), Err(LyricsError::Empty));
        assert_eq!(read(b"[00:01.00]\n"), Err(LyricsError::Empty));
        let repeated = format!("one\n{}la", "[00:01.00]".repeat(MAX_TIMES + 1));
        assert_eq!(read(repeated.as_bytes()), Err(LyricsError::Times(2)));
        let long = "la\n".repeat(MAX_LINES + 2);
        assert_eq!(read(long.as_bytes()), Err(LyricsError::Lines));
    }
}
