//! Is this delivery fit to publish, and if not, what exactly must the label fix?
//!
//! [`TABLE`] is the whole list: code, severity, rule. A code never changes its meaning. Severities are
//! defaults that `default.toml` and an operator may change, except where the table says `fixed`: without
//! those values there is nothing that could be published. [`check`] finds all faults at once.

mod deals;
mod files;
mod metadata;
mod sounds;
mod style;
mod tracks;

pub(crate) use metadata::date;

use crate::config::Config;
use crate::delivery::{Content, Delivery};
use crate::evidence::Evidence;
use crate::finding::{Findings, Severity};
use crate::wording;

/// A row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Check {
    /// Stable, lower case, with hyphens.
    pub code: &'static str,
    /// Unless the configuration says otherwise.
    pub severity: Severity,
    /// Whether the severity may not be configured.
    pub fixed: bool,
    /// Standard and clause, or whose requirement it is.
    pub rule: &'static str,
}

macro_rules! table {
    ($($name:ident = $code:literal, $severity:ident $($fixed:ident)?, $rule:literal;)*) => {
        $(#[doc = concat!("`", $code, "`: ", $rule, ".")]
        pub const $name: Check = Check {
            code: $code,
            severity: Severity::$severity,
            fixed: table!(@fixed $($fixed)?),
            rule: $rule,
        };)*
        /// Every check, in the order of the documentation.
        pub const TABLE: &[Check] = &[$($name),*];
    };
    (@fixed fixed) => { true };
    (@fixed) => { false };
}

table! {
    // The message as a text.
    MESSAGE_SIZE = "message-size", Refuse fixed, "Backline limit on untrusted input";
    MESSAGE_ENCODING = "message-encoding", Refuse fixed, "XML 1.0, 4.3.3; RFC 8259, 8.1";
    MESSAGE_UNREADABLE = "message-unreadable", Refuse fixed, "Backline: a message is a regular file inside the drop";
    XML_MALFORMED = "xml-malformed", Refuse fixed, "XML 1.0, 2.1";
    XML_DOCTYPE = "xml-doctype", Refuse fixed, "Backline limit on untrusted input: no DTD, no entities";
    XML_ENTITY = "xml-entity", Refuse fixed, "XML 1.0, 4.1";
    XML_LIMIT = "xml-limit", Refuse fixed, "Backline limit on untrusted input";
    ERN_VERSION = "ern-version", Refuse fixed, "DDEX ERN, namespaces";
    MESSAGE_KIND = "message-kind", Refuse fixed, "DDEX ERN 4.3: NewReleaseMessage, PurgeReleaseMessage";
    JSON_MALFORMED = "json-malformed", Refuse fixed, "RFC 8259";
    JSON_SCHEMA = "json-schema", Refuse fixed, "backline-release/1";
    JSON_TYPE = "json-type", Refuse, "backline-release/1";
    JSON_KEY_DOUBLED = "json-key-doubled", Refuse, "RFC 8259, 4";
    JSON_KEY_UNKNOWN = "json-key-unknown", Warn, "backline-release/1";
    CSV_MALFORMED = "csv-malformed", Refuse fixed, "RFC 4180";
    CSV_COLUMN_UNKNOWN = "csv-column-unknown", Warn, "release.csv";
    CSV_CONTRADICTION = "csv-contradiction", Refuse, "release.csv: one release per sheet";
    // The envelope.
    REQUIRED = "required", Refuse fixed, "DDEX ERN 4.3; backline-release/1";
    ADVISED = "advised", Warn, "DDEX ERN 4.3, Audio profile 2.1";
    MESSAGE_ID_REUSED = "message-id-reused", Refuse fixed, "DDEX ERN 4.3, MessageId is unique per sender";
    MESSAGE_TWIN = "message-twin", Info, "DDEX ERN 4.3, MessageId is unique per sender";
    DATE_TIME_FORM = "date-time-form", Refuse fixed, "ISO 8601; XML Schema dateTime";
    TEST_MESSAGE = "test-message", Info, "DDEX AVS, MessageControlType";
    // The order of messages.
    SUPERSEDED = "superseded", Info fixed, "DDEX, order of ERN processing";
    QUARANTINE_INSTANT = "quarantine-instant", Warn fixed, "DDEX, order of ERN processing";
    QUARANTINE_GTIN = "quarantine-gtin", Warn fixed, "GS1 General Specifications: one GTIN, one product";
    QUARANTINE_AUDIO = "quarantine-audio", Warn fixed, "ISO 3901:2019: one code, one recording";
    // Structure.
    REFERENCE_DANGLING = "reference-dangling", Refuse fixed, "DDEX ERN 4.3, references";
    REFERENCE_DOUBLED = "reference-doubled", Refuse fixed, "DDEX ERN 4.3, references";
    REFERENCE_UNUSED = "reference-unused", Warn, "DDEX ERN 4.3 Audio 2.1, rules G.1-G.5";
    RELEASE_DOUBLED = "release-doubled", Refuse fixed, "DDEX ERN 4.3 Audio 2.1, rule 1000";
    RELEASE_KIND = "release-kind", Refuse fixed, "Backline publishes audio releases";
    RELEASE_SECONDARY = "release-secondary", Warn, "DDEX ERN 3.8 Audio 1.4, rule 1078";
    TERRITORY_DETAILS = "territory-details", Info, "Backline keeps one title and one set of artists";
    VIDEO_LEFT_OUT = "video-left-out", Warn, "Backline publishes audio";
    TRACK_RELEASE_DOUBLED = "track-release-doubled", Refuse, "DDEX ERN 4.3 Audio 2.1, rule 1045";
    SEQUENCE_FORM = "sequence-form", Refuse, "DDEX ERN 4.3 Audio 2.1, rules 1019-1022";
    SEQUENCE_DOUBLED = "sequence-doubled", Refuse fixed, "DDEX ERN 4.3 Audio 2.1, rules 1019-1022";
    SEQUENCE_GAP = "sequence-gap", Warn, "DDEX ERN 3.8 Audio 1.4, rule 1125";
    // Identifiers.
    ISRC_FORM = "isrc-form", Refuse fixed, "ISO 3901:2019; DDEX Audio 2.1, rule 1011";
    ISRC_DOUBLED = "isrc-doubled", Warn, "ISO 3901:2019: one code, one recording";
    GTIN_FORM = "gtin-form", Refuse fixed, "GS1 General Specifications, 7.9; DDEX Audio 2.1, rule 1001";
    GTIN_CHECK_DIGIT = "gtin-check-digit", Refuse, "GS1 General Specifications, 7.9";
    GRID_FORM = "grid-form", Warn, "DDEX GRid 2.1; ISO 7064 Mod 37,36";
    ISNI_FORM = "isni-form", Warn, "ISO 27729; ISO 7064 Mod 11,2";
    IPI_FORM = "ipi-form", Warn, "CISAC IPI name number, modulo 101";
    ISWC_FORM = "iswc-form", Warn, "ISO 15707";
    LANGUAGE_FORM = "language-form", Warn, "BCP 47; ISO 639-1";
    // Style.
    STYLE_FEATURED = "style-featured", Warn, "Apple style guide, 2.13: (feat. X), lower case, in brackets";
    STYLE_ARTIST_ROLES = "style-artist-roles", Warn, "Apple style guide, 2.13: featured or main, not both";
    STYLE_ARTIST_NAME = "style-artist-name", Warn, "Spotify and Apple style guides: one artist per name, no role, no address";
    STYLE_ARTIST_GENERIC = "style-artist-generic", Warn, "Spotify style guide: no generic artists";
    STYLE_VARIOUS = "style-various", Warn, "Apple style guide, 2.7: Various Artists, on releases of many artists only";
    STYLE_TITLE_GENERIC = "style-title-generic", Warn, "Apple-derived style guides: no \"Track 1\"";
    STYLE_TITLE_MARKETING = "style-title-marketing", Warn, "Apple-derived style guides: no \"Original Mix\", no \"(Explicit)\"";
    STYLE_VERSION = "style-version", Info, "Apple-derived style guides: the version in its own field";
    STYLE_CASING = "style-casing", Info, "Apple-derived style guides: title case";
    STYLE_SINGLE_TITLE = "style-single-title", Info, "Apple-derived style guides: a single is called like its track";
    // Dates and durations.
    DATE_FORM = "date-form", Refuse, "ISO 8601; DDEX ERN 4.3, EventDate";
    DATE_ORDER = "date-order", Warn, "DDEX ERN 4.3, OriginalReleaseDate";
    DURATION_FORM = "duration-form", Refuse fixed, "XML Schema duration";
    DURATION_ZERO = "duration-zero", Refuse, "Backline: a track lasts";
    // Rights.
    NO_DEAL = "no-deal", Warn, "DDEX ERN 4.3: no deal means unavailable";
    RELEASE_DEAL_ONLY = "release-deal-only", Warn, "DDEX ERN 4.3, clause 6.14.2";
    DEAL_TERRITORY = "deal-territory", Refuse, "ISO 3166-1 alpha-2; DDEX AVS 4.3";
    DEAL_TERRITORY_PART = "deal-territory-part", Warn, "Backline serves whole countries of ISO 3166-1";
    DEAL_TERRITORY_BOTH = "deal-territory-both", Refuse, "DDEX ERN 4.3, DealTerms";
    DEAL_TERRITORY_NONE = "deal-territory-none", Warn, "DDEX ERN 4.3, DealTerms";
    DEAL_PERIOD_FORM = "deal-period-form", Refuse fixed, "DDEX ERN 4.3, ValidityPeriod";
    DEAL_PERIOD_REVERSED = "deal-period-reversed", Refuse, "DDEX ERN 4.3, ValidityPeriod";
    DEAL_NOT_SERVED = "deal-not-served", Info, "Backline serves subscription and advertising streams";
    DEAL_TAKE_DOWN = "deal-take-down", Info, "DDEX ERN 3.8, TakeDown, AllDealsCancelled";
    PREVIEW_LATE = "preview-late", Warn, "DDEX ERN 4.3 Audio 2.1, rules 1038-1039";
    DEAL_PRE_ORDER = "deal-pre-order", Info, "DDEX ERN 4.3, IsPreOrderDeal";
    // Files.
    PATH_ESCAPES = "path-escapes", Refuse fixed, "Backline: files stay inside their release's folder";
    PATH_SYMLINK = "path-symlink", Refuse fixed, "Backline: files stay inside their release's folder";
    FILE_MISSING = "file-missing", Refuse fixed, "DDEX ERN choreography: binaries come with the message";
    FILE_KIND = "file-kind", Refuse fixed, "Backline: regular files only";
    FILE_EMPTY = "file-empty", Refuse fixed, "Backline: a file has content";
    FILE_SIZE = "file-size", Refuse fixed, "Backline limit on untrusted input";
    FILE_CHANGED = "file-changed", Refuse fixed, "Backline: a delivery is complete before it is read";
    FILE_SHARED = "file-shared", Warn, "ISO 3901:2019: one code, one recording";
    FILE_UNUSED = "file-unused", Info, "DDEX ERN choreography";
    CHECKSUM_DIFFERS = "checksum-differs", Refuse fixed, "DDEX ERN 4.3, HashSum";
    CHECKSUM_ALGORITHM = "checksum-algorithm", Warn, "DDEX AVS 4.3, HashSumAlgorithmType";
    ASSETS_AWAITED = "assets-awaited", Info, "DDEX ERN: binaries may follow the metadata";
    // Audio.
    AUDIO_UNREADABLE = "audio-unreadable", Refuse fixed, "Backline: a master decodes";
    AUDIO_TRUNCATED = "audio-truncated", Refuse fixed, "Backline: a master decodes to its end";
    AUDIO_DAMAGED = "audio-damaged", Refuse fixed, "RFC 9639, frame CRC";
    AUDIO_SAMPLES = "audio-samples", Refuse fixed, "IEEE 754; Backline limit on untrusted input: 60 dB above full scale";
    AUDIO_FRAMES = "audio-frames", Refuse fixed, "RFC 9639, STREAMINFO";
    AUDIO_MD5 = "audio-md5", Refuse, "RFC 9639, STREAMINFO MD5";
    AUDIO_MD5_ABSENT = "audio-md5-absent", Info, "RFC 9639, STREAMINFO MD5";
    AUDIO_LOSSY = "audio-lossy", Refuse, "Spotify and Apple delivery specifications: FLAC, WAV or ALAC";
    AUDIO_RATE = "audio-rate", Warn, "Spotify delivery specification: at least 44.1 kHz";
    AUDIO_BITS = "audio-bits", Warn, "Spotify delivery specification: 16 or 24 bit";
    AUDIO_CHANNELS = "audio-channels", Warn, "Spotify delivery specification: two channels";
    AUDIO_STOPPED = "audio-stopped", Refuse fixed, "Backline limit on untrusted input: memory, CPU and output of a decoder";
    AUDIO_SILENT = "audio-silent", Refuse, "Backline: a master sounds";
    AUDIO_CLIPPED = "audio-clipped", Warn, "Essentia SaturationDetector; sox stats, flat factor";
    AUDIO_TRUE_PEAK = "audio-true-peak", Warn, "ITU-R BS.1770-5, annex 2; EBU R 128";
    AUDIO_DC_OFFSET = "audio-dc-offset", Warn, "sox stats, DC offset";
    AUDIO_SILENCE_HEAD = "audio-silence-head", Warn, "Velveteen quality control: at most 2 s";
    AUDIO_SILENCE_TAIL = "audio-silence-tail", Warn, "distributors' quality control: at most 10 s";
    AUDIO_SILENCE_INSIDE = "audio-silence-inside", Warn, "Essentia GapsDetector";
    AUDIO_MONO = "audio-mono", Warn, "Essentia FalseStereoDetector";
    AUDIO_CHANNEL_MISSING = "audio-channel-missing", Warn, "Spotify delivery specification: two channels";
    AUDIO_INVERTED = "audio-inverted", Warn, "ffmpeg aphasemeter: mean phase -1";
    AUDIO_PADDED = "audio-padded", Warn, "sox stats, bit depth used";
    AUDIO_UPSAMPLED = "audio-upsampled", Warn, "edge of the long-term spectrum";
    AUDIO_LOSSY_ORIGIN = "audio-lossy-origin", Warn, "edge of the long-term spectrum";
    DURATION_DIFFERS = "duration-differs", Warn, "DDEX ERN 4.3, Duration";
    DURATION_WRONG = "duration-wrong", Refuse, "DDEX ERN 4.3, Duration";
    // Artwork.
    ARTWORK_MISSING = "artwork-missing", Warn, "DDEX Audio 2.1, rule 1053";
    ARTWORK_MANY = "artwork-many", Warn, "DDEX Audio 2.1, rule 1053";
    ARTWORK_UNREADABLE = "artwork-unreadable", Refuse, "JPEG (ITU-T T.81) or PNG (W3C)";
    ARTWORK_SQUARE = "artwork-square", Refuse, "Apple and Spotify delivery specifications: 1:1";
    ARTWORK_SMALL = "artwork-small", Refuse, "Spotify delivery specification: at least 640 pixels";
    ARTWORK_GREY = "artwork-grey", Warn, "Spotify delivery specification: 24-bit RGB";
    ARTWORK_CMYK = "artwork-cmyk", Refuse, "Spotify delivery specification: 24-bit RGB";
    ARTWORK_BLANK = "artwork-blank", Refuse, "Backline: a cover shows something";
    ARTWORK_ENLARGED = "artwork-enlarged", Warn, "Spotify delivery specification: no upscaling";
    ARTWORK_ADVISED = "artwork-advised", Warn, "Apple delivery specification: 3000 pixels";
    // Lyrics.
    LYRICS_UNREADABLE = "lyrics-unreadable", Warn, "Backline: UTF-8 text, or LRC";
    // The drop.
    DROP_NO_MESSAGE = "drop-no-message", Refuse fixed, "DDEX ERN choreography: a message per release";
    DROP_BATCH_OPEN = "drop-batch-open", Info, "DDEX ERN choreography: BatchComplete is the trigger";
    DROP_BATCH_COUNT = "drop-batch-count", Refuse fixed, "DDEX ERN choreography: NumberOfMessages of the ManifestMessage";
    DROP_ARCHIVE = "drop-archive", Refuse fixed, "Backline limit on untrusted input";
    DROP_NAME = "drop-name", Warn, "Backline: names are UTF-8";
    DROP_SYMLINK = "drop-symlink", Warn, "Backline: links in a drop are not followed";
}

/// The row of a code.
pub fn by_code(code: &str) -> Option<&'static Check> {
    TABLE.iter().find(|check| check.code == code)
}

/// All faults of a delivery, the reader's own included, with the configured severities.
pub fn check(delivery: &Delivery, evidence: &Evidence, config: &Config) -> Findings {
    let mut findings = delivery.findings.clone();
    metadata::header(&delivery.header, &mut findings);
    match &delivery.content {
        Content::Release(release) => {
            metadata::release(release, &mut findings);
            tracks::check(release, &mut findings);
            style::check(release, findings.has("reference-dangling"), &mut findings);
            deals::check(release, &mut findings);
            files::check(release, evidence, config, &mut findings);
        }
        Content::Purge(ids) => metadata::identity(ids, &mut findings),
        // A message that broke off has said so already.
        Content::Nothing if findings.refuse() => {}
        Content::Nothing => {
            findings.push(wording::required(
                Default::default(),
                "Release",
                "the message",
            ));
        }
    }
    let sender = delivery
        .header
        .sender
        .as_ref()
        .map(|sender| sender.as_str());
    config.judge(sender, &mut findings);
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_there_once_and_reads_like_a_word() {
        let mut codes: Vec<&str> = TABLE.iter().map(|check| check.code).collect();
        codes.sort_unstable();
        let count = codes.len();
        codes.dedup();
        assert_eq!(codes.len(), count);
        for code in codes {
            assert!(
                code.bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            );
        }
    }
}
