//! What do we say of a message: its text, its envelope, its structure?

use super::about;
use crate::checks;
use crate::finding::{At, Finding, Text, clip};
use crate::job::resolve::reason;
use catalog::fold::{Held, Reason};

const RESEND: &str = "export the message again and deliver it under a new message id";

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
    .at(At(u32::try_from(byte).unwrap_or(u32::MAX)))
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
    let (first, last) = (
        crate::ern::READ[0].1,
        crate::ern::READ[crate::ern::READ.len() - 1].1,
    );
    Finding::of(&checks::ERN_VERSION, named)
        .at(at)
        .found(namespace)
        .expected(format!("{first} to {last}"))
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

pub(crate) fn csv_quote(at: At) -> Finding {
    Finding::of(&checks::CSV_MALFORMED, "a quoted cell has no proper end")
        .at(at)
        .found("a quote")
        .expected("a closing quote before the next separator, quotes inside doubled")
        .fix("save the sheet as CSV (UTF-8) from the spreadsheet itself")
}

pub(crate) fn csv_rows(at: At, limit: usize) -> Finding {
    Finding::of(&checks::CSV_MALFORMED, "the sheet has too many rows")
        .at(at)
        .found("more rows")
        .expected(format!("at most {limit}"))
        .fix("deliver one release per sheet")
}

pub(crate) fn csv_row_long(at: At, cells: usize, columns: usize) -> Finding {
    Finding::of(
        &checks::CSV_MALFORMED,
        "a row has more cells than the header",
    )
    .at(at)
    .found(format!("{cells} cells"))
    .expected(format!("at most {columns}"))
    .fix("quote cells that hold the separator")
}

pub(crate) fn csv_column_unknown(text: &Text) -> Finding {
    let sentence = format!("column `{}` is unknown and was ignored", clip(&text.value));
    about(&checks::CSV_COLUMN_UNKNOWN, text, sentence)
        .expected("a column of release.csv")
        .fix("correct its name, or begin it with _ if it is a note")
}

pub(crate) fn csv_contradiction(text: &Text, column: &str, first: &str) -> Finding {
    let sentence = format!("rows disagree about {column}, which is one for the release");
    about(&checks::CSV_CONTRADICTION, text, sentence)
        .expected(clip(first))
        .fix("write the same in every row, or only in the first")
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

pub(crate) fn release_secondary(at: At) -> Finding {
    Finding::of(
        &checks::RELEASE_SECONDARY,
        "the message has another release, which was not read",
    )
    .at(at)
    .found("a Release that is neither the main one nor a track's")
    .expected("one main Release and a TrackRelease per recording")
    .fix("send it as a message of its own, if it is to be sold")
}

pub(crate) fn territory_details(at: At) -> Finding {
    Finding::of(
        &checks::TERRITORY_DETAILS,
        "details for other territories were not used",
    )
    .at(at)
    .found("several blocks of details")
    .expected("one block, for Worldwide")
    .fix("nothing, if titles and artists are the same everywhere")
}

pub(crate) fn video_left_out(at: At, count: usize) -> Finding {
    Finding::of(
        &checks::VIDEO_LEFT_OUT,
        "the videos of the release were left out",
    )
    .at(at)
    .found(match count {
        1 => "a video".to_owned(),
        count => format!("{count} videos"),
    })
    .expected("sound recordings only")
    .fix("nothing; the audio is published without them")
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

// The order of messages.

pub(crate) fn superseded(created: &str) -> Finding {
    Finding::of(
        &checks::SUPERSEDED,
        "a newer message about this release is in force",
    )
    .found(created)
    .expected("the newest message")
    .fix("nothing; what it says is kept, and not applied")
}

pub(crate) fn ruled_out() -> Finding {
    Finding::of(&checks::SUPERSEDED, "a person ruled this message out")
        .found("a decision")
        .expected("a new message")
        .fix("ask content ops why, and send a new message")
}

pub(crate) fn quarantined(held: &Held) -> Finding {
    let check = match held.reason {
        Reason::SameInstant { .. } => &checks::QUARANTINE_INSTANT,
        Reason::GtinOfAnother { .. } => &checks::QUARANTINE_GTIN,
        Reason::OtherAudio { .. } => &checks::QUARANTINE_AUDIO,
    };
    Finding::of(check, reason(&held.reason))
        .found(&held.message_id)
        .expected("a person's decision")
        .fix("content ops decides (backline ingest resolve), or send a corrected message")
}
