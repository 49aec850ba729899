//! Is the master what a listener should hear?
//!
//! Thresholds are the configuration's ([`crate::config::Audio`]); each finding carries its figure. One fault is
//! told once: a clipped master has no true-peak finding, a silent one nothing else, and an inverted channel is no
//! mono.

use crate::config::Audio;
use crate::delivery::DeliveredTrack;
use crate::evidence::Sound;
use crate::finding::{Findings, Text};
use crate::{moment, wording};

pub(super) fn check(
    track: &DeliveredTrack,
    uri: &Text,
    sound: &Sound,
    limits: &Audio,
    findings: &mut Findings,
) {
    format(uri, sound, limits, findings);
    length(track, sound, limits, findings);
    if sound.quality.silent {
        return findings.push(wording::audio_silent(uri));
    }
    level(uri, sound, limits, findings);
    silence(uri, sound, limits, findings);
    channels(uri, sound, limits, findings);
    origin(uri, sound, limits, findings);
}

fn format(uri: &Text, sound: &Sound, limits: &Audio, findings: &mut Findings) {
    match sound.md5_ok {
        Some(false) => findings.push(wording::audio_md5(uri)),
        None if sound.codec == "flac" => findings.push(wording::audio_md5_absent(uri)),
        _ => {}
    }
    if !sound.lossless {
        findings.push(wording::audio_lossy(uri, &sound.codec));
    }
    let rate = sound.sample_rate.hz();
    if rate < limits.least_sample_rate {
        findings.push(wording::audio_rate(uri, rate, limits.least_sample_rate));
    }
    if let Some(bits) = sound.bits.filter(|bits| *bits < limits.least_bits) {
        findings.push(wording::audio_bits(uri, bits, limits.least_bits));
    }
    if sound.channels != 2 {
        findings.push(wording::audio_channels(uri, sound.channels));
    }
}

fn length(track: &DeliveredTrack, sound: &Sound, limits: &Audio, findings: &mut Findings) {
    let Some(text) = &track.duration else { return };
    let Some(said) = moment::duration(&text.value) else {
        return;
    };
    let length = sound.frames.at(sound.sample_rate);
    let difference = length.0.abs_diff(said.0);
    let grave = difference > limits.duration_refused_ms;
    if difference > limits.duration_tolerance_ms && said.0 > 0 {
        let found = moment::iso_duration(length);
        let limit = limits.duration_tolerance_ms;
        findings.push(wording::duration_differs(text, grave, &found, limit));
    }
}

fn level(uri: &Text, sound: &Sound, limits: &Audio, findings: &mut Findings) {
    let quality = &sound.quality;
    if quality.clipped_runs >= limits.clipped_runs {
        findings.push(wording::audio_clipped(
            uri,
            quality.clipped_runs,
            quality.longest_run,
            limits.clipped_runs,
        ));
    } else if let Some(peak) = quality
        .true_peak_dbtp
        .filter(|peak| *peak > limits.true_peak_dbtp)
    {
        findings.push(wording::audio_true_peak(uri, peak, limits.true_peak_dbtp));
    }
    if quality.dc_offset > limits.dc_offset {
        findings.push(wording::audio_dc_offset(
            uri,
            quality.dc_offset,
            limits.dc_offset,
        ));
    }
}

fn silence(uri: &Text, sound: &Sound, limits: &Audio, findings: &mut Findings) {
    let quality = &sound.quality;
    for (found, limit, place) in [
        (quality.head_silence_ms, limits.head_silence_ms, "begins"),
        (quality.tail_silence_ms, limits.tail_silence_ms, "ends"),
    ] {
        if found > limit {
            findings.push(wording::audio_silence(uri, place, found, limit));
        }
    }
    if quality.inner_silence_ms > limits.inner_silence_ms {
        findings.push(wording::audio_gap(
            uri,
            quality.inner_silence_ms,
            quality.inner_silence_at_ms,
            limits.inner_silence_ms,
        ));
    }
}

fn channels(uri: &Text, sound: &Sound, limits: &Audio, findings: &mut Findings) {
    let Some(stereo) = sound.quality.stereo else {
        return;
    };
    if stereo.balance_db < limits.channel_missing_db {
        findings.push(wording::audio_channel_missing(
            uri,
            stereo.balance_db,
            limits.channel_missing_db,
        ));
    } else if stereo.correlation < limits.inverted_correlation {
        let limit = limits.inverted_correlation;
        findings.push(wording::audio_inverted(uri, stereo.correlation, limit));
    } else if stereo.side_db < limits.mono_side_db {
        findings.push(wording::audio_mono(
            uri,
            stereo.side_db,
            limits.mono_side_db,
        ));
    }
}

/// Where the samples come from: fewer bits, a lower rate, a lossy file. An edge below half of 44.1 kHz in a file of
/// a higher rate is that of a converter; a lower one is an encoder's.
fn origin(uri: &Text, sound: &Sound, limits: &Audio, findings: &mut Findings) {
    if let (Some(bits), Some(used)) = (sound.bits, sound.quality.used_bits)
        && used + limits.padded_bits <= bits
    {
        findings.push(wording::audio_padded(uri, bits, used));
    }
    let Some(edge) = sound.quality.edge else {
        return;
    };
    let rate = sound.sample_rate.hz();
    if rate > 44_100 && edge.hz > limits.converter_edge_hz {
        if edge.hz < 0.46 * f64::from(rate) {
            findings.push(wording::audio_upsampled(uri, rate, edge.hz, edge.drop_db));
        }
    } else if edge.hz < limits.encoder_edge_hz {
        findings.push(wording::audio_lossy_origin(uri, edge.hz, edge.drop_db));
    }
}
