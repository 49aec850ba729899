//! Every sentence that a label can receive, one function each.
//!
//! Place, found and expected are facts beside the sentence; the remedy is addressed to the label. The
//! code comes from the table in `checks`. No other file words a finding.

use crate::checks::{self, Check};
use crate::finding::{At, Finding, Text, clip};
use audio::AudioError;
use catalog::ids::IdError;

const RESEND: &str = "export the message again and deliver it under a new message id";
const REEXPORT: &str = "export the file again and compare its checksum after the transfer";

fn about(check: &Check, text: &Text, sentence: String) -> Finding {
    Finding::of(check, sentence).at(text.at).found(&text.value)
}

// The message as a text.

pub(crate) fn message_size(bytes: u64, limit: u64) -> Finding {
    Finding::of(&checks::MESSAGE_SIZE, "the message is too large to be read")
        .found(format!("{bytes} bytes"))
        .expected(format!("at most {limit} bytes"))
        .fix("send one message per release")
}

pub(crate) fn message_unreadable(what: &str) -> Finding {
    Finding::of(
        &checks::MESSAGE_UNREADABLE,
        "the message is not a regular file",
    )
    .found(what)
    .expected("a regular file")
    .fix("deliver the message itself, not a link to it")
}

pub(crate) fn not_unicode(encoding: &str, byte: usize, what: &str) -> Finding {
    Finding::of(
        &checks::MESSAGE_ENCODING,
        format!("the message is not {encoding}"),
    )
    .found(format!("{what} at byte {byte}"))
    .expected(encoding)
    .fix("save the message as UTF-8")
}

pub(crate) fn encoding_declared(name: &str) -> Finding {
    let sentence = format!("the message is declared to be {}", clip(name));
    Finding::of(&checks::MESSAGE_ENCODING, sentence)
        .at(At(0))
        .found(name)
        .expected("UTF-8 or UTF-16")
        .fix("save the message as UTF-8 and declare encoding=\"UTF-8\"")
}

pub(crate) fn xml_malformed(at: At, what: &str) -> Finding {
    Finding::of(&checks::XML_MALFORMED, "the message is not well-formed XML")
        .at(at)
        .found(what)
        .expected("well-formed XML")
        .fix(RESEND)
}

pub(crate) fn xml_truncated(at: At) -> Finding {
    Finding::of(&checks::XML_MALFORMED, "the message breaks off")
        .at(at)
        .found("the end of the file")
        .expected("the end tag of the root element")
        .fix("deliver the whole file again; compare its size after the transfer")
}

pub(crate) fn xml_doctype(at: At) -> Finding {
    Finding::of(
        &checks::XML_DOCTYPE,
        "the message has a document type declaration",
    )
    .at(at)
    .found("<!DOCTYPE")
    .expected("no DTD: ERN messages are described by a schema")
    .fix("remove the DOCTYPE and every entity it declares")
}

pub(crate) fn xml_entity(at: At, name: &str) -> Finding {
    Finding::of(
        &checks::XML_ENTITY,
        "the message uses an entity that XML does not have",
    )
    .at(at)
    .found(format!("&{};", clip(name)))
    .expected("&amp; &lt; &gt; &apos; &quot; or a character reference")
    .fix("write the character itself, in UTF-8")
}

pub(crate) fn xml_limit(at: At, what: &str, found: usize, limit: usize) -> Finding {
    Finding::of(
        &checks::XML_LIMIT,
        format!("a limit on messages is passed: {what}"),
    )
    .at(at)
    .found(found.to_string())
    .expected(format!("at most {limit}"))
    .fix("no release needs this much; look for an error in the export")
}

pub(crate) fn ern_version(at: At, namespace: &str) -> Finding {
    let named = match namespace {
        "" => "the root element has no namespace".to_owned(),
        other => format!("this version is not read: {}", clip(other)),
    };
    let known: Vec<&str> = crate::ern::READ
        .iter()
        .map(|(_, version)| *version)
        .collect();
    Finding::of(&checks::ERN_VERSION, named)
        .at(at)
        .found(namespace)
        .expected(known.join(", "))
        .fix("export as ERN 4.3 (http://ddex.net/xml/ern/43)")
}

pub(crate) fn message_kind(at: At, root: &str) -> Finding {
    Finding::of(&checks::MESSAGE_KIND, "this kind of message is not read")
        .at(at)
        .found(root)
        .expected("NewReleaseMessage or PurgeReleaseMessage")
        .fix("send the whole release as a NewReleaseMessage; it replaces what came before")
}

pub(crate) fn json_malformed(at: At, what: &str) -> Finding {
    Finding::of(&checks::JSON_MALFORMED, "release.json is not JSON")
        .at(at)
        .found(what)
        .expected("one JSON object")
        .fix("correct the syntax at that line")
}

pub(crate) fn json_schema(at: At, found: Option<&Text>) -> Finding {
    Finding::of(
        &checks::JSON_SCHEMA,
        "release.json does not say which format it is",
    )
    .at(found.map_or(at, |text| text.at))
    .found(found.map_or("no schema", Text::as_str))
    .expected(crate::plain::SCHEMA)
    .fix("begin with \"schema\": \"backline-release/1\"")
}

pub(crate) fn json_type(at: At, found: &str, expected: &'static str) -> Finding {
    Finding::of(&checks::JSON_TYPE, "a value has the wrong type")
        .at(at)
        .found(found)
        .expected(expected)
        .fix(format!("write {expected} here"))
}

pub(crate) fn json_key_doubled(at: At, key: &str) -> Finding {
    Finding::of(
        &checks::JSON_KEY_DOUBLED,
        "a key stands twice in one object",
    )
    .at(at)
    .found(key)
    .expected("each key once")
    .fix("remove one of the two")
}

pub(crate) fn json_key_unknown(at: At, key: &str) -> Finding {
    Finding::of(
        &checks::JSON_KEY_UNKNOWN,
        "a key is unknown and was ignored",
    )
    .at(at)
    .found(key)
    .expected("a key of backline-release/1")
    .fix("correct its spelling, or begin it with _ if it is a note")
}

// The envelope.

pub(crate) fn required(at: At, name: &str, owner: &str) -> Finding {
    Finding::of(&checks::REQUIRED, format!("{owner} has no {name}"))
        .at(at)
        .found("nothing")
        .expected(name)
        .fix(format!("add {name}"))
}

pub(crate) fn advised(at: At, name: &str, owner: &str) -> Finding {
    Finding::of(&checks::ADVISED, format!("{owner} has no {name}"))
        .at(at)
        .found("nothing")
        .expected(name)
        .fix(format!("add {name} with the next update"))
}

pub(crate) fn message_id_reused(id: &str, first: &str) -> Finding {
    Finding::of(
        &checks::MESSAGE_ID_REUSED,
        "this message id was used for another message",
    )
    .found(id)
    .expected(format!("a new id; {first} has this one"))
    .fix("give the message a new id and deliver it again")
}

pub(crate) fn message_twin(first: &str) -> Finding {
    Finding::of(
        &checks::MESSAGE_TWIN,
        "the same message stands in the drop twice",
    )
    .found("a copy")
    .expected(format!("only {first}"))
    .fix("nothing; the first one counts")
}

pub(crate) fn date_time_form(text: &Text) -> Finding {
    about(
        &checks::DATE_TIME_FORM,
        text,
        "the time of creation is no date and time".to_owned(),
    )
    .expected("YYYY-MM-DDThh:mm:ss with Z or an offset")
    .fix("write it as 2026-10-01T12:00:00Z")
}

pub(crate) fn test_message() -> Finding {
    Finding::of(
        &checks::TEST_MESSAGE,
        "a test message: checked, but never published",
    )
    .found("TestMessage")
    .expected("LiveMessage, to publish")
    .fix("send it as LiveMessage under a new message id when it shall go live")
}

// Structure.

pub(crate) fn reference_dangling(text: &Text, list: &str) -> Finding {
    let sentence = format!("`{}` refers to nothing", clip(&text.value));
    about(&checks::REFERENCE_DANGLING, text, sentence)
        .expected(format!("an entry of {list}"))
        .fix(format!("add the entry to {list} or correct the reference"))
}

pub(crate) fn reference_doubled(text: &Text, kind: &str) -> Finding {
    let sentence = format!("two entries are called `{}`", clip(&text.value));
    about(&checks::REFERENCE_DOUBLED, text, sentence)
        .expected(format!("each {kind} once"))
        .fix("give each entry a name of its own")
}

pub(crate) fn reference_unused(text: &Text) -> Finding {
    let sentence = format!(
        "the recording `{}` is not on the release",
        clip(&text.value)
    );
    about(&checks::REFERENCE_UNUSED, text, sentence)
        .expected("a place in the ResourceGroup")
        .fix("give it a place in the running order, or leave it out")
}

pub(crate) fn release_doubled(at: At) -> Finding {
    Finding::of(
        &checks::RELEASE_DOUBLED,
        "the message has more than one Release",
    )
    .at(at)
    .found("a second Release")
    .expected("one Release and its TrackReleases")
    .fix("send one message per release")
}

pub(crate) fn release_kind(at: At, kind: &str) -> Finding {
    Finding::of(&checks::RELEASE_KIND, "the release is not an audio release")
        .at(at)
        .found(kind)
        .expected("an album, single, EP, compilation or boxed set of sound recordings")
        .fix("deliver the audio as a release of its own")
}

pub(crate) fn track_release_doubled(text: &Text) -> Finding {
    let sentence = format!("`{}` has two TrackReleases", clip(&text.value));
    about(&checks::TRACK_RELEASE_DOUBLED, text, sentence)
        .expected("one TrackRelease per recording")
        .fix("remove one of them, with its deals")
}

pub(crate) fn sequence_form(text: &Text) -> Finding {
    about(
        &checks::SEQUENCE_FORM,
        text,
        "a place in the running order is no number".to_owned(),
    )
    .expected("a whole number from 1")
    .fix("number the tracks of each disc from 1")
}

pub(crate) fn sequence_doubled(text: &Text) -> Finding {
    let sentence = format!(
        "place {} of the running order is taken twice",
        clip(&text.value)
    );
    about(&checks::SEQUENCE_DOUBLED, text, sentence)
        .expected("each number once")
        .fix("number the tracks of each disc 1, 2, 3 …")
}

pub(crate) fn sequence_gap(at: At, disc: u32, missing: u32) -> Finding {
    let sentence = format!("disc {disc} has no track {missing}");
    Finding::of(&checks::SEQUENCE_GAP, sentence)
        .at(at)
        .found("a gap")
        .expected("1, 2, 3 … on each disc")
        .fix("check whether a track is missing; if not, number without gaps")
}

// Identifiers.

/// `check` is the identifier's own row; `what` comes from the identifier's parser.
pub(crate) fn identifier(check: &Check, text: &Text, error: &IdError) -> Finding {
    let (kind, expected) = match error {
        IdError::Length { kind, expected, .. } => (*kind, format!("{expected} characters")),
        IdError::Character {
            kind,
            expected,
            position,
            ..
        } => (*kind, format!("{expected} as character {position}")),
        IdError::CheckDigit { kind, expected, .. } => (*kind, format!("check digit {expected}")),
        IdError::Unknown { kind, list, .. } => (*kind, format!("a code of {list}")),
        #[allow(unreachable_patterns)]
        _ => ("identifier", "a well-formed identifier".to_owned()),
    };
    about(check, text, error.to_string())
        .expected(expected)
        .fix(format!(
            "look the {kind} up where it was assigned and correct it"
        ))
}

pub(crate) fn isrc_doubled(text: &Text, first: &str) -> Finding {
    let sentence = format!("ISRC `{}` is also that of {first}", clip(&text.value));
    about(&checks::ISRC_DOUBLED, text, sentence)
        .expected("one ISRC per recording")
        .fix("give each recording its own ISRC, unless the same recording runs twice")
}

// Dates and durations.

pub(crate) fn date_form(text: &Text, name: &str) -> Finding {
    let sentence = format!("{name} `{}` is no date of the calendar", clip(&text.value));
    about(&checks::DATE_FORM, text, sentence)
        .expected("YYYY, YYYY-MM or YYYY-MM-DD")
        .fix("correct the date")
}

pub(crate) fn date_order(text: &Text, release: &str) -> Finding {
    about(
        &checks::DATE_ORDER,
        text,
        "the original release is later than this one".to_owned(),
    )
    .expected(format!("{release} or earlier"))
    .fix("exchange the two dates, or correct one of them")
}

pub(crate) fn duration_form(text: &Text) -> Finding {
    let sentence = format!("`{}` is no duration", clip(&text.value));
    about(&checks::DURATION_FORM, text, sentence)
        .expected("a duration as in PT3M20S")
        .fix("write minutes and seconds as PT3M20S")
}

pub(crate) fn duration_zero(text: &Text) -> Finding {
    about(
        &checks::DURATION_ZERO,
        text,
        "the track has no duration".to_owned(),
    )
    .expected("more than PT0S")
    .fix("write the length of the recording")
}

// Rights.

pub(crate) fn no_deal(at: At, track: &str) -> Finding {
    Finding::of(
        &checks::NO_DEAL,
        format!("{track} has no deal: nobody can hear it"),
    )
    .at(at)
    .found("no deal")
    .expected("a deal with territories, model, use and start")
    .fix("add a deal for the track, unless it is meant to be unavailable")
}

pub(crate) fn release_deal_only(at: At) -> Finding {
    Finding::of(
        &checks::RELEASE_DEAL_ONLY,
        "the deals are for the whole release, not for its tracks",
    )
    .at(at)
    .found("deals on the Release only")
    .expected("streaming deals on the TrackReleases")
    .fix("add a ReleaseDeal that names the TrackReleases")
}

pub(crate) fn deal_territory(text: &Text) -> Finding {
    let sentence = format!("territory `{}` is unknown", clip(&text.value));
    about(&checks::DEAL_TERRITORY, text, sentence)
        .expected("a country of ISO 3166-1 (two letters) or Worldwide")
        .fix("correct the code")
}

pub(crate) fn deal_territory_part(text: &Text, excluded: bool) -> Finding {
    let code = clip(&text.value);
    let sentence = match excluded {
        true => format!("`{code}` is only a part of a country: the whole country stays closed"),
        false => format!("`{code}` is no whole country: it opens nothing"),
    };
    about(&checks::DEAL_TERRITORY_PART, text, sentence)
        .expected("a country of ISO 3166-1")
        .fix("name the country if the deal holds in all of it")
}

pub(crate) fn deal_territory_both(at: At) -> Finding {
    Finding::of(
        &checks::DEAL_TERRITORY_BOTH,
        "the deal both includes and excludes territories",
    )
    .at(at)
    .found("TerritoryCode and ExcludedTerritoryCode")
    .expected("one of the two (with Worldwide, exclusions are understood)")
    .fix("list where the deal holds, or where it does not")
}

pub(crate) fn deal_territory_none(at: At) -> Finding {
    Finding::of(
        &checks::DEAL_TERRITORY_NONE,
        "the deal names no territory: it opens nothing",
    )
    .at(at)
    .found("no territory")
    .expected("countries or Worldwide")
    .fix("say where the deal holds")
}

pub(crate) fn deal_period_form(text: &Text) -> Finding {
    let sentence = format!("`{}` is no date or time", clip(&text.value));
    about(&checks::DEAL_PERIOD_FORM, text, sentence)
        .expected("YYYY-MM-DD, or YYYY-MM-DDThh:mm:ss with Z or an offset")
        .fix("correct the date")
}

pub(crate) fn deal_period_reversed(text: &Text, start: &str) -> Finding {
    about(
        &checks::DEAL_PERIOD_REVERSED,
        text,
        "the deal ends before it starts".to_owned(),
    )
    .expected(format!("later than {start}"))
    .fix("correct the start or the end")
}

pub(crate) fn deal_not_served(at: At, what: &str) -> Finding {
    Finding::of(
        &checks::DEAL_NOT_SERVED,
        "the deal is kept, but opens no stream here",
    )
    .at(at)
    .found(what)
    .expected("SubscriptionModel or AdvertisementSupportedModel with OnDemandStream")
    .fix("nothing, if the deal is for other services")
}

pub(crate) fn deal_pre_order(at: At) -> Finding {
    Finding::of(
        &checks::DEAL_PRE_ORDER,
        "a pre-order deal: it opens no stream",
    )
    .at(at)
    .found("IsPreOrderDeal true")
    .expected("another deal from the street date")
    .fix("nothing, if the streaming deal stands beside it")
}

// Files.

pub(crate) fn path_escapes(text: &Text, why: &str) -> Finding {
    let sentence = format!("the path leaves the release's folder: {why}");
    about(&checks::PATH_ESCAPES, text, sentence)
        .expected("a relative path without .., backslash, drive or scheme")
        .fix("put the file into the release's folder and name it from there")
}

pub(crate) fn path_symlink(text: &Text, part: &str) -> Finding {
    about(
        &checks::PATH_SYMLINK,
        text,
        format!("`{}` is a symbolic link", clip(part)),
    )
    .expected("a regular file in real folders")
    .fix("deliver the file itself")
}

pub(crate) fn file_missing(text: &Text, similar: Option<&str>) -> Finding {
    let sentence = format!("the file `{}` was not delivered", clip(&text.value));
    let finding = about(&checks::FILE_MISSING, text, sentence).expected("the file");
    match similar {
        Some(similar) => finding.fix(format!(
            "rename `{}`, which is there, or correct the message",
            clip(similar)
        )),
        None => finding.fix("deliver the file with the message"),
    }
}

pub(crate) fn file_kind(text: &Text, kind: &str) -> Finding {
    about(
        &checks::FILE_KIND,
        text,
        format!("`{}` is {kind}", clip(&text.value)),
    )
    .expected("a regular file")
    .fix("deliver a regular file under this name")
}

pub(crate) fn file_empty(text: &Text) -> Finding {
    about(
        &checks::FILE_EMPTY,
        text,
        format!("the file `{}` is empty", clip(&text.value)),
    )
    .expected("more than 0 bytes")
    .fix(REEXPORT)
}

pub(crate) fn file_size(text: &Text, bytes: u64, limit: u64) -> Finding {
    about(
        &checks::FILE_SIZE,
        text,
        format!("the file has {bytes} bytes, too many to be taken"),
    )
    .expected(format!("at most {limit} bytes"))
    .fix("check the export; no track and no cover needs this much")
}

pub(crate) fn file_changed(file: &str) -> Finding {
    Finding::of(
        &checks::FILE_CHANGED,
        "the file changed while it was being checked",
    )
    .file(file)
    .found("other bytes than a moment before")
    .expected("a finished upload")
    .fix("deliver again when the upload is complete; write the message last")
}

pub(crate) fn file_shared(text: &Text, first: &str) -> Finding {
    about(
        &checks::FILE_SHARED,
        text,
        format!("the audio is the same file as that of {first}"),
    )
    .expected("one master per ISRC")
    .fix("check whether one of the two tracks got the wrong file")
}

pub(crate) fn file_unused(file: &str) -> Finding {
    Finding::of(
        &checks::FILE_UNUSED,
        "a file was delivered that the message does not name",
    )
    .file(file)
    .found("not named")
    .expected("named by the message")
    .fix("nothing, if it is meant for other services")
}

pub(crate) fn checksum_differs(value: &Text, file: &str, algorithm: &str, found: &str) -> Finding {
    let sentence = format!("the {algorithm} of the file is not the one in the message");
    Finding::of(&checks::CHECKSUM_DIFFERS, sentence)
        .at(value.at)
        .file(file)
        .found(found)
        .expected(clip(&value.value))
        .fix("deliver the file again, or the message that belongs to it")
}

pub(crate) fn checksum_algorithm(text: &Text) -> Finding {
    let sentence = format!("checksums by {} are not compared", clip(&text.value));
    about(&checks::CHECKSUM_ALGORITHM, text, sentence)
        .expected("MD5, SHA-256, SHA-384 or SHA-512, in hexadecimal")
        .fix("send an MD5 or SHA-256")
}

pub(crate) fn assets_awaited(at: At, what: &str) -> Finding {
    Finding::of(
        &checks::ASSETS_AWAITED,
        format!("{what} comes with no file: it is awaited"),
    )
    .at(at)
    .found("no file")
    .expected("the file, by the street date at the latest")
    .fix("send the message again with the file when it is ready")
}

// Audio.

pub(crate) fn audio_fault(text: &Text, error: &AudioError) -> Finding {
    let whole = error.to_string();
    let (fact, remedy) = whole.split_once("\nfix: ").unwrap_or((&whole, REEXPORT));
    // Facts begin with the path on our disk, which is none of the label's business.
    let fact = fact.split_once(": ").map_or(fact, |(_, fact)| fact);
    let (check, sentence) = match error {
        AudioError::Truncated { .. } => (&checks::AUDIO_TRUNCATED, "the audio breaks off"),
        AudioError::Damaged { .. } => (&checks::AUDIO_DAMAGED, "the audio is damaged"),
        AudioError::TooLong { .. } => (
            &checks::AUDIO_FRAMES,
            "the audio is longer than its header says",
        ),
        AudioError::Empty { .. } => (&checks::AUDIO_UNREADABLE, "the file has no audio"),
        _ => (&checks::AUDIO_UNREADABLE, "the file cannot be decoded"),
    };
    Finding::of(check, sentence)
        .at(text.at)
        .file(&text.value)
        .found(fact)
        .expected("audio that decodes to its end")
        .fix(remedy)
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

// Artwork.

pub(crate) fn artwork_missing(at: At) -> Finding {
    Finding::of(&checks::ARTWORK_MISSING, "the release has no front cover")
        .at(at)
        .found("no front cover")
        .expected("one square JPEG or PNG")
        .fix("deliver a front cover")
}

pub(crate) fn artwork_many(text: &Text) -> Finding {
    about(
        &checks::ARTWORK_MANY,
        text,
        "the release has more than one front cover".to_owned(),
    )
    .expected("one FrontCoverImage")
    .fix("keep one; the first is used")
}

pub(crate) fn artwork_unreadable(text: &Text, what: &str) -> Finding {
    Finding::of(&checks::ARTWORK_UNREADABLE, "the cover cannot be decoded")
        .at(text.at)
        .file(&text.value)
        .found(what)
        .expected("a JPEG or PNG")
        .fix("export the cover again as JPEG (RGB) or PNG")
}

pub(crate) fn artwork_square(text: &Text, width: u32, height: u32) -> Finding {
    Finding::of(&checks::ARTWORK_SQUARE, "the cover is not square")
        .at(text.at)
        .file(&text.value)
        .found(format!("{width} x {height}"))
        .expected("as wide as high")
        .fix("crop the cover to a square; do not stretch it")
}

pub(crate) fn artwork_small(text: &Text, width: u32, height: u32, least: u32) -> Finding {
    Finding::of(&checks::ARTWORK_SMALL, "the cover is too small")
        .at(text.at)
        .file(&text.value)
        .found(format!("{width} x {height}"))
        .expected(format!("at least {least} x {least}"))
        .fix("export the cover from its source at 3000 x 3000; do not enlarge this file")
}

pub(crate) fn artwork_advised(text: &Text, width: u32, height: u32, advised: u32) -> Finding {
    Finding::of(
        &checks::ARTWORK_ADVISED,
        "the cover is smaller than advised",
    )
    .at(text.at)
    .file(&text.value)
    .found(format!("{width} x {height}"))
    .expected(format!("{advised} x {advised}"))
    .fix("deliver a larger cover with the next update, if there is one")
}

// The drop.

pub(crate) fn drop_no_message(files: usize) -> Finding {
    Finding::of(
        &checks::DROP_NO_MESSAGE,
        "a folder with files, but without a message",
    )
    .found(if files == 1 {
        "a file".to_owned()
    } else {
        format!("{files} files")
    })
    .expected("<ReleaseId>.xml or release.json")
    .fix("deliver the message, or remove the folder")
}

pub(crate) fn drop_batch_open() -> Finding {
    Finding::of(
        &checks::DROP_BATCH_OPEN,
        "the batch is still being uploaded: left alone",
    )
    .found("no BatchComplete_*.xml")
    .expected("BatchComplete_<BatchId>.xml")
    .fix("write BatchComplete_<BatchId>.xml when the upload is complete")
}

pub(crate) fn drop_symlink() -> Finding {
    Finding::of(
        &checks::DROP_SYMLINK,
        "a symbolic link in the drop was not followed",
    )
    .found("a symbolic link")
    .expected("real folders and files")
    .fix("deliver the folder itself")
}
