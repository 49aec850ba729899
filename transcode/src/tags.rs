//! Which loudness tags does a rendition carry, and are they true of it?
//!
//! ReplayGain 2.0 (hydrogenaudio wiki, 2014): reference -18 LUFS, peaks as linear true peaks. R128:
//! RFC 7845, section 5.2.1: reference -23 LUFS, a whole number of 1/256 dB. The same names and values
//! in Vorbis and in FLAC.

use catalog::rendition::Loudness;
use catalog::units::Lufs;

/// The loudness at which ReplayGain 2.0 plays everything.
const REPLAY_GAIN: Lufs = Lufs(-18.0);

/// The loudness that R128 tags refer to.
const R128: Lufs = Lufs(-23.0);

/// The tags of a rendition that measures `track`; `album` is that of all its album's tracks at the
/// levels at which this kind of rendition plays them, if their levels are still the album's.
pub fn tags(track: &Loudness, album: Option<&Loudness>) -> Vec<(&'static str, String)> {
    let mut tags = Vec::new();
    if let Some(integrated) = track.integrated {
        let reference = format!("{:.2} LUFS", REPLAY_GAIN.0);
        tags.push(("REPLAYGAIN_REFERENCE_LOUDNESS", reference));
        tags.push(("REPLAYGAIN_TRACK_GAIN", decibels(REPLAY_GAIN, integrated)));
        tags.push(("R128_TRACK_GAIN", fixed_point(integrated)));
    }
    if let Some(peak) = track.true_peak {
        tags.push(("REPLAYGAIN_TRACK_PEAK", linear(peak.0)));
    }
    if let Some(range) = track.range {
        tags.push(("REPLAYGAIN_TRACK_RANGE", format!("{:.2} dB", range.0)));
    }
    let Some(album) = album else {
        return tags;
    };
    if let Some(integrated) = album.integrated {
        tags.push(("REPLAYGAIN_ALBUM_GAIN", decibels(REPLAY_GAIN, integrated)));
        tags.push(("R128_ALBUM_GAIN", fixed_point(integrated)));
    }
    if let Some(peak) = album.true_peak {
        tags.push(("REPLAYGAIN_ALBUM_PEAK", linear(peak.0)));
    }
    if let Some(range) = album.range {
        tags.push(("REPLAYGAIN_ALBUM_RANGE", format!("{:.2} dB", range.0)));
    }
    tags
}

fn decibels(reference: Lufs, level: Lufs) -> String {
    format!("{:.2} dB", (reference - level).0)
}

fn fixed_point(level: Lufs) -> String {
    let gain = ((R128 - level).0 * 256.0).round();
    format!("{}", gain.clamp(-32_768.0, 32_767.0) as i16)
}

fn linear(peak_db: f64) -> String {
    format!("{:.6}", 10f64.powf(peak_db / 20.0))
}

/// A Vorbis comment without its framing bit (Vorbis I specification, section 5.2.1).
pub fn comment_bytes(vendor: &[u8], tags: &[(&str, String)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut text = |text: &[u8]| {
        bytes.extend((text.len() as u32).to_le_bytes());
        bytes.extend(text);
    };
    text(vendor);
    let mut list = Vec::new();
    for (name, value) in tags {
        let comment = format!("{name}={value}");
        list.extend((comment.len() as u32).to_le_bytes());
        list.extend(comment.as_bytes());
    }
    bytes.extend((tags.len() as u32).to_le_bytes());
    bytes.extend(list);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use catalog::units::{Dbtp, Lu};

    #[test]
    fn gains_are_relative_to_eighteen_and_to_twenty_three_below_full_scale() {
        let track = Loudness {
            integrated: Some(Lufs(-9.5)),
            range: Some(Lu(6.25)),
            true_peak: Some(Dbtp(-6.0206)),
            short_term_max: None,
        };
        let album = Loudness {
            integrated: Some(Lufs(-12.0)),
            ..Loudness::default()
        };
        let tags = super::tags(&track, Some(&album));
        let find = |name| {
            tags.iter()
                .find(|(tag, _)| *tag == name)
                .map(|(_, v)| v.as_str())
        };
        assert_eq!(find("REPLAYGAIN_TRACK_GAIN"), Some("-8.50 dB"));
        assert_eq!(find("REPLAYGAIN_TRACK_PEAK"), Some("0.500000"));
        assert_eq!(find("REPLAYGAIN_TRACK_RANGE"), Some("6.25 dB"));
        assert_eq!(find("R128_TRACK_GAIN"), Some("-3456"));
        assert_eq!(find("REPLAYGAIN_ALBUM_GAIN"), Some("-6.00 dB"));
        assert_eq!(find("R128_ALBUM_GAIN"), Some("-2816"));
        assert!(
            super::tags(&Loudness::default(), None).is_empty(),
            "silence has no gain"
        );
    }

    #[test]
    fn comments_are_length_prefixed_and_in_order() {
        let bytes = comment_bytes(b"v", &[("A", "1".into()), ("B", "2".into())]);
        assert_eq!(bytes, b"\x01\0\0\0v\x02\0\0\0\x03\0\0\0A=1\x03\0\0\0B=2");
    }
}
