//! What do we say of masters?

use super::REEXPORT;
use crate::checks;
use crate::evidence::{FaultKind, SoundFault};
use crate::finding::{Finding, Text, clip};

pub(crate) fn audio_fault(text: &Text, fault: &SoundFault) -> Finding {
    let (check, sentence) = match fault.kind {
        FaultKind::Truncated => (&checks::AUDIO_TRUNCATED, "the audio breaks off"),
        FaultKind::Damaged => (&checks::AUDIO_DAMAGED, "the audio is damaged"),
        FaultKind::NoSample => (&checks::AUDIO_SAMPLES, "the audio holds what is no sample"),
        FaultKind::TooLong => (
            &checks::AUDIO_FRAMES,
            "the audio is longer than its header says",
        ),
        FaultKind::Empty => (&checks::AUDIO_UNREADABLE, "the file has no audio"),
        FaultKind::Stopped => (
            &checks::AUDIO_STOPPED,
            "the file asks for more than any master needs",
        ),
        FaultKind::Unreadable => (&checks::AUDIO_UNREADABLE, "the file cannot be decoded"),
    };
    Finding::of(check, sentence)
        .at(text.at)
        .file(&text.value)
        .found(&fault.found)
        .expected(match fault.kind {
            FaultKind::NoSample => "numbers within full scale",
            _ => "audio that decodes to its end",
        })
        .fix(if fault.fix.is_empty() {
            REEXPORT
        } else {
            &fault.fix
        })
}

/// "2.5 s".
fn seconds(milliseconds: u64) -> String {
    format!("{:.1} s", milliseconds as f64 / 1000.0)
}

pub(crate) fn audio_silent(text: &Text) -> Finding {
    Finding::of(&checks::AUDIO_SILENT, "the master is silent")
        .at(text.at)
        .file(&text.value)
        .found("nothing above -70 dBFS")
        .expected("sound")
        .fix("export the track again; the file has no sound in it")
}

pub(crate) fn audio_clipped(text: &Text, runs: u64, longest: u64, limit: u64) -> Finding {
    Finding::of(&checks::AUDIO_CLIPPED, "the master is clipped")
        .at(text.at)
        .file(&text.value)
        .found(format!(
            "{runs} runs of samples at full scale, the longest of {longest}"
        ))
        .expected(format!("fewer than {limit}"))
        .fix("lower the level before the converter or the limiter, and export again")
}

pub(crate) fn audio_true_peak(text: &Text, peak: f64, limit: f64) -> Finding {
    Finding::of(
        &checks::AUDIO_TRUE_PEAK,
        "the waveform rises above full scale between samples",
    )
    .at(text.at)
    .file(&text.value)
    .found(format!("{peak:+.1} dBTP"))
    .expected(format!("at most {limit:+.1} dBTP"))
    .fix("set the limiter to true peak, with a ceiling of -1 dBTP")
}

pub(crate) fn audio_dc_offset(text: &Text, offset: f64, limit: f64) -> Finding {
    Finding::of(
        &checks::AUDIO_DC_OFFSET,
        "the waveform does not stand around zero",
    )
    .at(text.at)
    .file(&text.value)
    .found(format!("a mean of {offset:.4} of full scale"))
    .expected(format!("at most {limit}"))
    .fix("remove the DC offset (a high-pass at 5 Hz does)")
}

pub(crate) fn audio_silence(text: &Text, place: &str, found: u64, limit: u64) -> Finding {
    Finding::of(
        match place {
            "begins" => &checks::AUDIO_SILENCE_HEAD,
            _ => &checks::AUDIO_SILENCE_TAIL,
        },
        format!("the master {place} with silence"),
    )
    .at(text.at)
    .file(&text.value)
    .found(seconds(found))
    .expected(format!("at most {}", seconds(limit)))
    .fix("trim the silence")
}

pub(crate) fn audio_gap(text: &Text, found: u64, at: u64, limit: u64) -> Finding {
    Finding::of(
        &checks::AUDIO_SILENCE_INSIDE,
        format!("the master is silent from {} on", seconds(at)),
    )
    .at(text.at)
    .file(&text.value)
    .found(seconds(found))
    .expected(format!("at most {}", seconds(limit)))
    .fix("check whether something got lost; deliver a hidden track as a track of its own")
}

pub(crate) fn audio_mono(text: &Text, side: f64, limit: f64) -> Finding {
    Finding::of(
        &checks::AUDIO_MONO,
        "both channels are the same: mono as stereo",
    )
    .at(text.at)
    .file(&text.value)
    .found(format!("a difference of {side:.0} dB"))
    .expected(format!("more than {limit:.0} dB"))
    .fix("deliver the stereo master, if there is one")
}

pub(crate) fn audio_channel_missing(text: &Text, balance: f64, limit: f64) -> Finding {
    Finding::of(&checks::AUDIO_CHANNEL_MISSING, "one channel is missing")
        .at(text.at)
        .file(&text.value)
        .found(format!("{balance:.0} dB against the other"))
        .expected(format!("above {limit:.0} dB"))
        .fix("check the export: one channel was muted or not connected")
}

pub(crate) fn audio_inverted(text: &Text, correlation: f64, limit: f64) -> Finding {
    Finding::of(
        &checks::AUDIO_INVERTED,
        "one channel is inverted: in mono nothing is heard",
    )
    .at(text.at)
    .file(&text.value)
    .found(format!("a correlation of {correlation:.2}"))
    .expected(format!("above {limit:.2}"))
    .fix("invert the polarity of one channel, and export again")
}

pub(crate) fn audio_padded(text: &Text, bits: u8, used: u8) -> Finding {
    Finding::of(&checks::AUDIO_PADDED, "the depth is padded with zeros")
        .at(text.at)
        .file(&text.value)
        .found(format!("{used} of {bits} bits are used"))
        .expected(format!("{bits} bits"))
        .fix("deliver the master as it was made; zeros add nothing")
}

pub(crate) fn audio_upsampled(text: &Text, rate: u32, edge: f64, drop: f64) -> Finding {
    Finding::of(
        &checks::AUDIO_UPSAMPLED,
        "the master seems to be converted from a lower sample rate",
    )
    .at(text.at)
    .file(&text.value)
    .found(format!(
        "the spectrum breaks off by {drop:.0} dB at {:.1} kHz",
        edge / 1000.0
    ))
    .expected(format!(
        "content towards {:.1} kHz",
        f64::from(rate) / 2000.0
    ))
    .fix("deliver the master at the rate at which it was made")
}

pub(crate) fn audio_lossy_origin(text: &Text, edge: f64, drop: f64) -> Finding {
    Finding::of(
        &checks::AUDIO_LOSSY_ORIGIN,
        "the master seems to come from a lossy file",
    )
    .at(text.at)
    .file(&text.value)
    .found(format!(
        "the spectrum breaks off by {drop:.0} dB at {:.1} kHz",
        edge / 1000.0
    ))
    .expected("a spectrum that fades")
    .fix("deliver the original; MP3 and AAC cannot be made lossless again")
}

pub(crate) fn audio_md5(text: &Text) -> Finding {
    Finding::of(
        &checks::AUDIO_MD5,
        "the samples are not the ones that were encoded",
    )
    .at(text.at)
    .file(&text.value)
    .found("another MD5 of the samples")
    .expected("the MD5 in STREAMINFO")
    .fix("encode the file again from its source; a tool changed the samples or the header")
}

pub(crate) fn audio_md5_absent(text: &Text) -> Finding {
    Finding::of(
        &checks::AUDIO_MD5_ABSENT,
        "the FLAC carries no MD5 of its samples",
    )
    .at(text.at)
    .file(&text.value)
    .found("an MD5 of zeros")
    .expected("the MD5 in STREAMINFO")
    .fix("encode with an encoder that writes it (flac does)")
}

pub(crate) fn audio_lossy(text: &Text, codec: &str) -> Finding {
    Finding::of(&checks::AUDIO_LOSSY, "the master is lossy")
        .at(text.at)
        .file(&text.value)
        .found(codec)
        .expected("FLAC, WAV, AIFF or ALAC")
        .fix("deliver the lossless master; converting this file back does not restore it")
}

pub(crate) fn audio_rate(text: &Text, hz: u32, least: u32) -> Finding {
    Finding::of(&checks::AUDIO_RATE, "the sample rate is low")
        .at(text.at)
        .file(&text.value)
        .found(format!("{hz} Hz"))
        .expected(format!("at least {least} Hz"))
        .fix("deliver the original master, if there is a better one")
}

pub(crate) fn audio_bits(text: &Text, bits: u8, least: u8) -> Finding {
    Finding::of(&checks::AUDIO_BITS, "the samples have few bits")
        .at(text.at)
        .file(&text.value)
        .found(format!("{bits} bits"))
        .expected(format!("at least {least} bits"))
        .fix("deliver the original master, if there is a better one")
}

pub(crate) fn audio_channels(text: &Text, channels: u8) -> Finding {
    Finding::of(&checks::AUDIO_CHANNELS, "the master is not stereo")
        .at(text.at)
        .file(&text.value)
        .found(format!("{channels} channels"))
        .expected("2 channels")
        .fix("deliver a stereo master, if there is one")
}

pub(crate) fn duration_differs(text: &Text, grave: bool, found: &str, limit: u64) -> Finding {
    let check = if grave {
        &checks::DURATION_WRONG
    } else {
        &checks::DURATION_DIFFERS
    };
    Finding::of(
        check,
        format!(
            "the message says {}, the audio lasts {found}",
            clip(&text.value)
        ),
    )
    .at(text.at)
    .found(found)
    .expected(format!("{} within {limit} ms", clip(&text.value)))
    .fix("check whether this is the right file, then correct the duration")
}
