//! May a path that a message names be opened below its release's folder?
//!
//! Pure part: the text alone. That no part of it is a symbolic link is looked at on disk, by `job`.

/// Bytes of a path; longer ones are no file names of any label.
const MAX_PATH: usize = 1024;

/// The parts of a relative path.
///
/// # Errors
/// Why it may not be opened.
pub fn parts(path: &str) -> Result<Vec<&str>, &'static str> {
    if path.len() > MAX_PATH {
        return Err("it is too long");
    }
    if path.chars().any(char::is_control) {
        return Err("it has control characters");
    }
    if path.contains('\\') {
        return Err("it has a backslash");
    }
    if path.starts_with('/') {
        return Err("it is absolute");
    }
    let first = path.split('/').next().unwrap_or_default();
    if first.ends_with(':') || path.contains("://") {
        return Err("it has a scheme");
    }
    if first.len() >= 2 && first.as_bytes()[1] == b':' && first.as_bytes()[0].is_ascii_alphabetic()
    {
        return Err("it has a drive");
    }
    let parts: Vec<&str> = path
        .split('/')
        .filter(|part| !part.is_empty() && *part != ".")
        .collect();
    if parts.contains(&"..") {
        return Err("it has ..");
    }
    match parts.is_empty() {
        true => Err("it is empty"),
        false => Ok(parts),
    }
}

/// Percent-decodes once, for messages that write a URI where the file has a plain name. `None` where
/// nothing is encoded or the result is no UTF-8.
pub fn percent_decoded(path: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    let mut changed = false;
    while let [first, tail @ ..] = rest {
        let digits = tail.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        let byte = digits.and_then(|two| u8::from_str_radix(two, 16).ok());
        match (first, byte) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                changed = true;
                rest = &tail[2..];
            }
            _ => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8(bytes).ok().filter(|_| changed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_below_the_folder_pass() {
        assert_eq!(
            parts("resources/01.flac").unwrap(),
            ["resources", "01.flac"]
        );
        assert_eq!(parts("./a//b c.wav").unwrap(), ["a", "b c.wav"]);
        for path in [
            "../../../../etc/passwd",
            "a/../../b",
            "/etc/passwd",
            "C:/x.wav",
            "c:x.wav",
            "a\\..\\b",
            "file:///etc/passwd",
            "http://x/y.flac",
            "",
            ".",
            "a\0b",
        ] {
            assert!(parts(path).is_err(), "{path}");
        }
    }

    #[test]
    fn an_encoded_path_is_decoded_once_and_judged_again() {
        assert_eq!(
            percent_decoded("My%20Song.flac").as_deref(),
            Some("My Song.flac")
        );
        assert_eq!(percent_decoded("plain.flac"), None);
        assert_eq!(percent_decoded("100%.flac"), None);
        let decoded = percent_decoded("%2e%2e/secret").unwrap();
        assert!(parts(&decoded).is_err());
    }
}
