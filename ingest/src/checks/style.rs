//! Are names written the way shops write them?
//!
//! The rules that stores' style guides share. They are advice: nothing is refused for its style, unless an
//! operator says so. Words are compared in lower case; other scripts than Latin are left alone.

use crate::delivery::{DeliveredCredit, DeliveredRelease};
use crate::finding::{Findings, Text};
use crate::wording;
use std::collections::BTreeSet;

/// Ways of writing "feat." that shops correct.
const FEATURED: [&str; 8] = [
    "featuring ",
    "ft. ",
    "ft ",
    "w/",
    "feat ",
    "feat: ",
    "starring ",
    "duet with ",
];
/// Words that sell instead of telling one recording from another.
const MARKETING: [&str; 10] = [
    "original mix",
    "album version",
    "exclusive",
    "limited edition",
    "e-release",
    "digital single",
    "(clean)",
    "(explicit)",
    "[clean]",
    "[explicit]",
];
/// Words that tell a version, in brackets or after a dash.
const VERSIONS: [&str; 12] = [
    "remix",
    "live",
    "remaster",
    "remastered",
    "acoustic",
    "radio edit",
    "instrumental",
    "demo",
    "extended",
    "karaoke",
    "a cappella",
    "dub",
];
/// Names that are nobody's.
const GENERIC: [&str; 18] = [
    "unknown",
    "unknown artist",
    "artist",
    "n/a",
    "none",
    "chorus",
    "orchestra",
    "choir",
    "band",
    "singer",
    "various",
    "traditional",
    "sleep music",
    "relaxing music",
    "yoga",
    "christmas hits",
    "karaoke",
    "lullaby",
];
/// What a track is called that nobody named.
const UNNAMED: [&str; 8] = [
    "track", "titel", "titre", "pista", "piste", "untitled", "audio", "song",
];
/// From so many main artists on a release is by Various Artists.
const MANY: usize = 5;

/// `partial`: some tracks could not be read, so that nothing can be said of the whole.
pub(super) fn check(release: &DeliveredRelease, partial: bool, findings: &mut Findings) {
    title(&release.title, &release.version, findings);
    artists(&release.artists, findings);
    for track in &release.tracks {
        title(&track.title, &track.version, findings);
        artists(&track.artists, findings);
        if let Some(various) = main(&track.artists).find(|name| is_various(&name.value)) {
            findings.push(wording::style_various(various, "a track", "its own artist"));
        }
    }
    if !partial {
        whole(release, findings);
    }
}

/// What only the release as a whole shows.
fn whole(release: &DeliveredRelease, findings: &mut Findings) {
    let names: BTreeSet<String> = release
        .tracks
        .iter()
        .flat_map(|track| main(&track.artists))
        .map(|name| name.value.to_lowercase())
        .collect();
    let main: Vec<&Text> = main(&release.artists).collect();
    if let (true, [first, .., _]) = (main.len() >= MANY && names.len() >= MANY, &main[..]) {
        findings.push(wording::style_various(
            first,
            "a release of many artists",
            "Various Artists",
        ));
    }
    if let ([track], Some(own)) = (&release.tracks[..], &release.title)
        && let Some(title) = &track.title
    {
        let bare = own.value.trim_end_matches(" - Single");
        if !bare.eq_ignore_ascii_case(&title.value)
            && !title.value.to_lowercase().contains(&bare.to_lowercase())
        {
            findings.push(wording::style_single_title(own, &title.value));
        }
    }
}

fn main(credits: &[DeliveredCredit]) -> impl Iterator<Item = &Text> {
    let main = credits.iter().filter(|credit| credit.role == "MainArtist");
    main.map(|credit| &credit.name)
}

fn is_various(name: &str) -> bool {
    ["various artists", "various"].contains(&name.to_lowercase().as_str())
}

fn title(text: &Option<Text>, version: &Option<Text>, findings: &mut Findings) {
    let Some(text) = text else { return };
    let (value, lower) = (&text.value, text.value.to_lowercase());
    let featured = FEATURED.iter().any(|word| at_word(&lower, word));
    let proper =
        value.contains("(feat. ") || value.contains("[feat. ") || !at_word(&lower, "feat. ");
    if featured || !proper {
        findings.push(wording::style_featured(text));
    }
    if let Some(word) = MARKETING.iter().find(|word| lower.contains(**word)) {
        findings.push(wording::style_title_marketing(text, word));
    }
    let first = lower.split([' ', '_', '-']).next().unwrap_or_default();
    let rest = lower[first.len()..].trim_start_matches([' ', '_', '-', '#', '.']);
    let number = rest.is_empty() || rest.bytes().all(|byte| byte.is_ascii_digit());
    if UNNAMED.contains(&first) && number && (!rest.is_empty() || first == "untitled") {
        findings.push(wording::style_title_generic(text));
    }
    if version.is_none()
        && let Some(word) =
            bracketed(&lower).and_then(|inside| VERSIONS.iter().find(|word| at_word(inside, word)))
    {
        findings.push(wording::style_version(text, word));
    }
    casing(text, findings);
}

/// What stands in the last brackets, or after the last dash.
fn bracketed(lower: &str) -> Option<&str> {
    let end = lower.strip_suffix([')', ']']);
    match end {
        Some(inner) => inner.rfind(['(', '[']).map(|at| &inner[at + 1..]),
        None => lower.rsplit_once(" - ").map(|(_, after)| after),
    }
}

/// Whether a word stands in a text, not inside a longer one.
fn at_word(lower: &str, word: &str) -> bool {
    lower.match_indices(word).any(|(at, found)| {
        let before = lower[..at].chars().next_back();
        let after = lower[at + found.len()..].chars().next();
        let inside = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        !inside(before) && (word.ends_with([' ', '/']) || !inside(after))
    })
}

/// Several words, all in capitals or all without: neither is anybody's title case.
fn casing(text: &Text, findings: &mut Findings) {
    let letters = text.value.chars().filter(|c| c.is_alphabetic());
    let (upper, lower) = letters.fold((0, 0), |(upper, lower), c| {
        (
            upper + usize::from(c.is_uppercase()),
            lower + usize::from(c.is_lowercase()),
        )
    });
    let words = text.value.split_whitespace().count();
    if words >= 2 && upper + lower >= 8 && (upper == 0 || lower == 0) {
        let what = if upper == 0 { "lower case" } else { "capitals" };
        findings.push(wording::style_casing(text, what));
    }
}

fn artists(credits: &[DeliveredCredit], findings: &mut Findings) {
    let featured: BTreeSet<&str> = credits
        .iter()
        .filter(|credit| credit.role == "FeaturedArtist")
        .map(|credit| credit.name.as_str())
        .collect();
    for name in main(credits) {
        if featured.contains(name.as_str()) {
            findings.push(wording::style_artist_roles(name));
        }
    }
    for credit in credits
        .iter()
        .filter(|c| matches!(c.role.as_str(), "MainArtist" | "FeaturedArtist"))
    {
        let lower = credit.name.value.to_lowercase();
        let address = ["http:", "https:", "www.", ".com", "@"]
            .iter()
            .any(|part| lower.contains(part));
        let several = FEATURED[..5]
            .iter()
            .chain(&["feat. "])
            .any(|word| at_word(&lower, word));
        if address || several {
            findings.push(wording::style_artist_name(&credit.name));
        } else if GENERIC.contains(&lower.as_str()) {
            findings.push(wording::style_artist_generic(&credit.name));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(value: &str) -> Text {
        Text {
            value: value.to_owned(),
            ..Text::default()
        }
    }

    fn check(value: &str, expected: &[&str]) {
        let mut findings = Findings::default();
        title(&Some(text(value)), &None, &mut findings);
        let codes: Vec<&str> = findings
            .0
            .iter()
            .map(|finding| finding.code.as_str())
            .collect();
        assert_eq!(codes, expected, "{value}");
    }

    #[test]
    fn titles_are_held_against_each_rule() {
        check("Cold Water (feat. Mara Lindt)", &[]);
        check("Cold Water (Feat. Mara Lindt)", &["style-featured"]);
        check("Cold Water featuring Mara Lindt", &["style-featured"]);
        check("Cold Water ft. Mara", &["style-featured"]);
        check("Left Behind", &[]);
        check("Cold Water (Original Mix)", &["style-title-marketing"]);
        check("Cold Water (Explicit)", &["style-title-marketing"]);
        check("Track 1", &["style-title-generic"]);
        check("track_07", &["style-title-generic"]);
        check("Untitled", &["style-title-generic"]);
        check("Soundtrack of a Day", &[]);
        check("Songs from the Wood", &[]);
        check("Cold Water (Live in Oslo)", &["style-version"]);
        check("Cold Water - Acoustic", &["style-version"]);
        check("Alive (and Well)", &[]);
        check("COLD WATER RISING", &["style-casing"]);
        check("cold water rising", &["style-casing"]);
        check("OK", &[]);
    }

    #[test]
    fn artists_are_held_against_each_rule() {
        let check = |names: &[(&str, &str)], expected: &[&str]| {
            let credits: Vec<DeliveredCredit> = names
                .iter()
                .map(|(name, role)| DeliveredCredit {
                    name: text(name),
                    role: (*role).to_owned(),
                    ..DeliveredCredit::default()
                })
                .collect();
            let mut findings = Findings::default();
            artists(&credits, &mut findings);
            let codes: Vec<&str> = findings
                .0
                .iter()
                .map(|finding| finding.code.as_str())
                .collect();
            assert_eq!(codes, expected, "{names:?}");
        };
        check(
            &[("Mara Lindt", "MainArtist"), ("Kofi", "FeaturedArtist")],
            &[],
        );
        check(
            &[("Kofi", "MainArtist"), ("Kofi", "FeaturedArtist")],
            &["style-artist-roles"],
        );
        check(&[("Mara feat. Kofi", "MainArtist")], &["style-artist-name"]);
        check(
            &[("www.mara.example", "MainArtist")],
            &["style-artist-name"],
        );
        check(
            &[("Unknown Artist", "MainArtist")],
            &["style-artist-generic"],
        );
        check(&[("Orchestra", "Composer")], &[]);
    }
}
