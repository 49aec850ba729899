//! Is the envelope complete, and does the release say what a shop window needs?

use crate::checks;
use crate::delivery::{DeliveredCredit, DeliveredRelease, Header, ReleaseIds};
use crate::finding::{At, Findings, Text};
use crate::{identifiers, moment, wording};
use catalog::ids::{Gtin, IdError};
use catalog::release::PartialDate;

pub(super) fn header(header: &Header, findings: &mut Findings) {
    // A message that broke off before its header has one finding too many already.
    let broken = findings.0.iter().any(|finding| {
        ["xml-", "message-"]
            .iter()
            .any(|kind| finding.code.starts_with(kind))
            || ["json-malformed", "csv-malformed"].contains(&finding.code.as_str())
            || ["ern-version", "json-schema"].contains(&finding.code.as_str())
    });
    if !broken {
        for (value, name) in [
            (&header.sender, "sender"),
            (&header.message_id, "message id"),
            (&header.created, "time of creation"),
        ] {
            if value.is_none() {
                findings.push(wording::required(At(0), name, "the message"));
            }
        }
    }
    if let Some(created) = &header.created
        && moment::date_time(&created.value).is_none()
    {
        findings.push(wording::date_time_form(created));
    }
    if header.test {
        findings.push(wording::test_message());
    }
}

/// What is not an audio release: DDEX AVS `ReleaseType` values of other media.
const OTHER_MEDIA: [&str; 6] = [
    "Video",
    "Ringtone",
    "LongForm",
    "Documentary",
    "SheetMusic",
    "Film",
];

pub(super) fn release(release: &DeliveredRelease, findings: &mut Findings) {
    identity(&release.ids, findings);
    let at = release.ids.at;
    if let Some(kind) = &release.kind
        && OTHER_MEDIA.iter().any(|other| kind.value.contains(other))
    {
        findings.push(wording::release_kind(kind.at, &kind.value));
    }
    required(&release.title, at, "title", "the release", findings);
    required(&release.label, at, "label", "the release", findings);
    main_artist(&release.artists, at, "the release", findings);
    for (value, name) in [
        (&release.genre, "genre"),
        (&release.kind, "release type"),
        (&release.p_line, "P line"),
    ] {
        if value.is_none() {
            findings.push(wording::advised(at, name, "the release"));
        }
    }
    if release.release_date.is_none() && release.original_date.is_none() {
        findings.push(wording::advised(at, "release date", "the release"));
    }
    dates(release, findings);
    language(&release.language, findings);
    if release.tracks.is_empty()
        && !findings.has("reference-dangling")
        && !findings.has("release-kind")
    {
        findings.push(wording::required(at, "track", "the release"));
    }
}

pub(super) fn identity(ids: &ReleaseIds, findings: &mut Findings) {
    if let Some(gtin) = &ids.gtin {
        let check = match gtin.value.parse::<Gtin>() {
            Ok(_) => None,
            Err(error @ IdError::CheckDigit { .. }) => Some((&checks::GTIN_CHECK_DIGIT, error)),
            Err(error) => Some((&checks::GTIN_FORM, error)),
        };
        if let Some((check, error)) = check {
            findings.push(wording::identifier(check, gtin, &error));
        }
    }
    if let Some(grid) = &ids.grid
        && let Err(error) = identifiers::grid(&grid.value)
    {
        findings.push(wording::identifier(&checks::GRID_FORM, grid, &error));
    }
    if ids.gtin.is_none() && ids.grid.is_none() && ids.proprietary.is_none() {
        findings.push(wording::required(
            ids.at,
            "identifier (GTIN, GRid or a number)",
            "the release",
        ));
    }
}

pub(super) fn required(
    value: &Option<Text>,
    at: At,
    name: &str,
    owner: &str,
    findings: &mut Findings,
) {
    if value.is_none() {
        findings.push(wording::required(at, name, owner));
    }
}

/// Somebody must stand beside the title; ISNIs and IPIs must be right.
pub(super) fn main_artist(
    artists: &[DeliveredCredit],
    at: At,
    owner: &str,
    findings: &mut Findings,
) {
    if !artists.iter().any(|credit| credit.role == "MainArtist") {
        findings.push(wording::required(at, "main artist", owner));
    }
    for ipi in artists.iter().filter_map(|credit| credit.ipi.as_ref()) {
        if let Err(error) = identifiers::ipi(&ipi.value) {
            findings.push(wording::identifier(&checks::IPI_FORM, ipi, &error));
        }
    }
    for isni in artists.iter().filter_map(|credit| credit.isni.as_ref()) {
        if let Err(error) = identifiers::isni(&isni.value) {
            findings.push(wording::identifier(&checks::ISNI_FORM, isni, &error));
        }
    }
}

/// ISO 639-1, sorted.
const LANGUAGES: &str = "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv \
cy da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii \
ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms \
mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg sh si sk sl sm \
sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu";

/// Looked up by halving: each code stands at a multiple of three.
fn is_language(code: &str) -> bool {
    let (mut low, mut high) = (0, LANGUAGES.len().div_ceil(3));
    while low < high {
        let middle = low.midpoint(high);
        match LANGUAGES[3 * middle..3 * middle + 2].cmp(code) {
            std::cmp::Ordering::Less => low = middle + 1,
            std::cmp::Ordering::Greater => high = middle,
            std::cmp::Ordering::Equal => return true,
        }
    }
    false
}

/// BCP 47: a language of ISO 639-1 or of three letters, then subtags of one to eight letters and digits.
pub(super) fn language(text: &Option<Text>, findings: &mut Findings) {
    let Some(text) = text else { return };
    let mut parts = text.value.split('-');
    let primary = parts.next().unwrap_or_default().to_ascii_lowercase();
    let known = match primary.len() {
        2 => is_language(&primary),
        3 => primary.bytes().all(|byte| byte.is_ascii_lowercase()),
        _ => false,
    };
    let subtag = |part: &str| {
        (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    if !known || !parts.all(subtag) {
        findings.push(wording::language_form(text));
    }
}

fn dates(release: &DeliveredRelease, findings: &mut Findings) {
    let mut read = |text: &Option<Text>, name: &str| -> Option<PartialDate> {
        let text = text.as_ref()?;
        let date = date(&text.value);
        if date.is_none() {
            findings.push(wording::date_form(text, name));
        }
        date
    };
    let original = read(&release.original_date, "original release date");
    let own = read(&release.release_date, "release date");
    if let (Some(original), Some(own), Some(text)) = (original, own, &release.original_date)
        && later(&original.to_string(), &own.to_string())
    {
        findings.push(wording::date_order(text, &own.to_string()));
    }
}

/// Whether a partial date is later than another, as far as both say.
fn later(one: &str, other: &str) -> bool {
    let said = one.len().min(other.len());
    one[..said] > other[..said]
}

/// A partial date; the day of a date-time counts.
pub(crate) fn date(text: &str) -> Option<PartialDate> {
    text.split('T').next().and_then(|day| day.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_of_the_list_is_found_and_no_other() {
        let listed: Vec<&str> = LANGUAGES.split(' ').collect();
        assert!(listed.is_sorted() && listed.iter().all(|code| code.len() == 2));
        for (a, b) in ('a'..='z').flat_map(|a| ('a'..='z').map(move |b| (a, b))) {
            let code = format!("{a}{b}");
            assert_eq!(
                is_language(&code),
                listed.contains(&code.as_str()),
                "{code}"
            );
        }
    }
}
