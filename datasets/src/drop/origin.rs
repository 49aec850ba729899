//! Where did every file come from, and under which licence may it be passed on?

use super::Master;
use super::plan::{Label, Release};
use std::fmt::Write;

/// First line of `ORIGIN.tsv`.
pub const HEADER: &str = "file\ttitle\tartist\tlicence\tpackage\tversion\tpath\tsha256\n";

/// The lines of one release: a master each. What is between is tab-separated.
pub fn lines(label: &Label, release: &Release, masters: &[Master]) -> String {
    let mut text = String::new();
    for (track, master) in release.tracks.iter().zip(masters) {
        let (package, version, path) = parts(&master.origin);
        let file = format!("{}/{}/{}", label.folder, release.gtin, master.resource.file);
        let (title, artist, licence) = (&track.title, &track.artist, &master.licence);
        let sha256 = master.resource.sha256;
        writeln!(
            text,
            "{file}\t{title}\t{artist}\t{licence}\t{package}\t{version}\t{path}\t{sha256}"
        )
        .expect("writing to memory cannot fail");
    }
    text
}

/// Splits `debian:<package>=<version>:<path>` or `composed:<brief>`.
fn parts(origin: &str) -> (&str, &str, &str) {
    let (kind, rest) = origin.split_once(':').unwrap_or(("", origin));
    if kind != "debian" {
        return (kind, "", rest);
    }
    let (package, rest) = rest.split_once('=').unwrap_or((rest, ""));
    // A version may hold a colon (its epoch); a path in a package begins with `usr/`.
    match rest.find(":usr/") {
        Some(at) => (package, &rest[..at], &rest[at + 1..]),
        None => (package, rest, ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_with_an_epoch_is_kept_whole() {
        let origin = "debian:wesnoth-1.16-music=1:1.16.9-1:usr/share/games/a b.ogg";
        assert_eq!(
            parts(origin),
            (
                "wesnoth-1.16-music",
                "1:1.16.9-1",
                "usr/share/games/a b.ogg"
            )
        );
        assert_eq!(
            parts("composed:style=dub bpm=70"),
            ("composed", "", "style=dub bpm=70")
        );
    }
}
