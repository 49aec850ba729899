//! Did every file come, whole, unchanged, and as what the message says it is?

use crate::config::Config;
use crate::delivery::{DeliveredFile, DeliveredRelease, DeliveredTrack};
use crate::evidence::{Evidence, Fact, Held, Media, Picture, Sound};
use crate::finding::Findings;
use crate::{moment, wording};
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
        match &held.media {
            Media::Sound(Ok(sound)) => sound_checks(track, file, sound, config, findings),
            Media::Sound(Err(error)) => findings.push(wording::audio_fault(&file.uri, error)),
            _ => {}
        }
        if let Some(first) = masters.insert(held.sha256.0, track) {
            let isrc = |track: &DeliveredTrack| track.isrc.as_ref().map(|text| text.value.clone());
            if isrc(first) != isrc(track) {
                findings.push(wording::file_shared(&file.uri, &first.name));
            }
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

fn sound_checks(
    track: &DeliveredTrack,
    file: &DeliveredFile,
    sound: &Sound,
    config: &Config,
    findings: &mut Findings,
) {
    let (uri, info, limits) = (&file.uri, &sound.info, &config.audio);
    match sound.summary.md5_ok {
        Some(false) => findings.push(wording::audio_md5(uri)),
        None if info.codec == audio::Codec::Flac => findings.push(wording::audio_md5_absent(uri)),
        _ => {}
    }
    if !info.codec.is_lossless() {
        findings.push(wording::audio_lossy(uri, &info.codec.to_string()));
    }
    if info.sample_rate.hz() < limits.least_sample_rate {
        let (hz, least) = (info.sample_rate.hz(), limits.least_sample_rate);
        findings.push(wording::audio_rate(uri, hz, least));
    }
    if let Some(bits) = info.bits.filter(|bits| *bits < limits.least_bits) {
        findings.push(wording::audio_bits(uri, bits, limits.least_bits));
    }
    if info.channels() != 2 {
        findings.push(wording::audio_channels(uri, info.channels()));
    }
    let Some(text) = &track.duration else { return };
    let Some(said) = moment::duration(&text.value) else {
        return;
    };
    let length = sound.summary.frames.at(info.sample_rate);
    let difference = length.0.abs_diff(said.0);
    let grave = difference > limits.duration_refused_ms;
    if difference > limits.duration_tolerance_ms && said.0 > 0 {
        let found = moment::iso_duration(length);
        let limit = limits.duration_tolerance_ms;
        findings.push(wording::duration_differs(text, grave, &found, limit));
    }
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
