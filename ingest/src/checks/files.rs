//! Did every file come, whole, unchanged, and as what the message says it is?

use super::sounds;
use crate::config::Config;
use crate::delivery::{DeliveredFile, DeliveredRelease, DeliveredTrack};
use crate::evidence::{Colours, Evidence, Fact, Held, Media, Picture};
use crate::finding::Findings;
use crate::wording;
use std::collections::HashMap;

pub(super) fn check(
    release: &DeliveredRelease,
    evidence: &Evidence,
    config: &Config,
    findings: &mut Findings,
) {
    let mut masters: HashMap<[u8; 32], &DeliveredTrack> = HashMap::new();
    for track in &release.tracks {
        let Some(file) = &track.file else {
            findings.push(wording::assets_awaited(track.at, &track.name));
            continue;
        };
        let Some(held) = present(file, evidence, findings) else {
            continue;
        };
        if let Media::Sound(answer) = &held.media {
            match answer.as_ref() {
                Ok(sound) => sounds::check(track, &file.uri, sound, &config.audio, findings),
                Err(fault) => findings.push(wording::audio_fault(&file.uri, fault)),
            }
        }
        if let Some(first) = masters.insert(held.sha256.0, track) {
            let isrc = |track: &DeliveredTrack| track.isrc.as_ref().map(|text| text.value.clone());
            if isrc(first) != isrc(track) {
                findings.push(wording::file_shared(&file.uri, &first.name));
            }
        }
    }
    for track in &release.tracks {
        let Some(file) = &track.lyrics else { continue };
        let held = present(file, evidence, findings);
        if let Some(Media::Words(Err(error))) = held.map(|held| &held.media) {
            findings.push(wording::lyrics_unreadable(&file.uri, &error.to_string()));
        }
    }
    artwork(release, evidence, config, findings);
    evidence
        .unused
        .iter()
        .for_each(|file| findings.push(wording::file_unused(file)));
}

/// The file, if it is there, with its checksums compared.
fn present<'e>(
    file: &DeliveredFile,
    evidence: &'e Evidence,
    findings: &mut Findings,
) -> Option<&'e Held> {
    let uri = &file.uri;
    let held = match evidence.files.get(&uri.value)? {
        Fact::Escapes(why) => return push(findings, wording::path_escapes(uri, why)),
        Fact::Symlink(part) => return push(findings, wording::path_symlink(uri, part)),
        Fact::Missing(similar) => {
            return push(findings, wording::file_missing(uri, similar.as_deref()));
        }
        Fact::NotAFile(kind) => return push(findings, wording::file_kind(uri, kind)),
        Fact::TooLarge(bytes, limit) => {
            return push(findings, wording::file_size(uri, *bytes, *limit));
        }
        Fact::File(held) => held,
    };
    if held.bytes == 0 {
        return push(findings, wording::file_empty(uri));
    }
    for (algorithm, value) in &file.hashes {
        match held.hashes.get(&algorithm.value) {
            None => findings.push(wording::checksum_algorithm(algorithm)),
            Some(found) if found.eq_ignore_ascii_case(value.value.trim()) => {}
            Some(found) => findings.push(wording::checksum_differs(
                value,
                &uri.value,
                &algorithm.value,
                found,
            )),
        }
    }
    Some(held)
}

fn push<T>(findings: &mut Findings, finding: crate::finding::Finding) -> Option<T> {
    findings.push(finding);
    None
}

fn artwork(
    release: &DeliveredRelease,
    evidence: &Evidence,
    config: &Config,
    findings: &mut Findings,
) {
    let Some(file) = release.artwork.first() else {
        return findings.push(wording::artwork_missing(release.ids.at));
    };
    if let Some(second) = release.artwork.get(1) {
        findings.push(wording::artwork_many(&second.uri));
    }
    let Some(held) = present(file, evidence, findings) else {
        return;
    };
    match &held.media {
        Media::Picture(Ok(picture)) => picture_checks(file, picture, config, findings),
        Media::Picture(Err(what)) => findings.push(wording::artwork_unreadable(&file.uri, what)),
        _ => {}
    }
}

fn picture_checks(
    file: &DeliveredFile,
    picture: &Picture,
    config: &Config,
    findings: &mut Findings,
) {
    let (uri, limits) = (&file.uri, &config.artwork);
    let (width, height) = (picture.width, picture.height);
    let side = width.min(height);
    match picture.colours {
        Colours::Rgb => {}
        Colours::Grey => findings.push(wording::artwork_grey(uri)),
        Colours::Cmyk => findings.push(wording::artwork_cmyk(uri)),
    }
    if picture.blank {
        findings.push(wording::artwork_blank(uri));
    } else if let Some(times) = picture.enlarged {
        findings.push(wording::artwork_enlarged(uri, width, times));
    } else if let Some(period) = picture.pattern {
        findings.push(wording::artwork_interpolated(uri, period));
    }
    if width.abs_diff(height) > limits.square_tolerance {
        findings.push(wording::artwork_square(uri, width, height));
    }
    if side < limits.least_side {
        findings.push(wording::artwork_small(
            uri,
            width,
            height,
            limits.least_side,
        ));
    } else if side < limits.advised_side {
        findings.push(wording::artwork_advised(
            uri,
            width,
            height,
            limits.advised_side,
        ));
    }
}
