//! What do we say of files, artwork, and of the drop itself?

use super::{REEXPORT, about};
use crate::checks;
use crate::finding::{At, Finding, Text, clip};

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

pub(crate) fn lyrics_unreadable(text: &Text, what: &str) -> Finding {
    Finding::of(
        &checks::LYRICS_UNREADABLE,
        "the lyrics cannot be read; the track is published without them",
    )
    .at(text.at)
    .file(&text.value)
    .found(what)
    .expected("UTF-8 text, or LRC with a time before each line")
    .fix("save the lyrics as UTF-8 and deliver them again")
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

pub(crate) fn artwork_grey(text: &Text) -> Finding {
    Finding::of(&checks::ARTWORK_GREY, "the cover has shades of grey only")
        .at(text.at)
        .file(&text.value)
        .found("greyscale")
        .expected("24-bit RGB")
        .fix("save the cover as RGB, even if it shows no colour")
}

pub(crate) fn artwork_cmyk(text: &Text) -> Finding {
    Finding::of(&checks::ARTWORK_CMYK, "the cover is made for print")
        .at(text.at)
        .file(&text.value)
        .found("CMYK")
        .expected("24-bit RGB")
        .fix("convert the cover to RGB (sRGB profile); in CMYK its colours come out wrong")
}

pub(crate) fn artwork_blank(text: &Text) -> Finding {
    Finding::of(&checks::ARTWORK_BLANK, "there is nothing on the cover")
        .at(text.at)
        .file(&text.value)
        .found("one colour")
        .expected("a picture")
        .fix("deliver the cover itself")
}

pub(crate) fn artwork_enlarged(text: &Text, width: u32, times: u32) -> Finding {
    let real = width / times;
    Finding::of(&checks::ARTWORK_ENLARGED, "the cover seems to be enlarged")
        .at(text.at)
        .file(&text.value)
        .found(format!("the detail of {real} pixels in {width}"))
        .expected(format!("detail of {width} pixels"))
        .fix("export the cover from its source at this size")
}

pub(crate) fn artwork_interpolated(text: &Text, period: f32) -> Finding {
    Finding::of(&checks::ARTWORK_ENLARGED, "the cover seems to be enlarged")
        .at(text.at)
        .file(&text.value)
        .found(format!(
            "the pattern of enlarging, every {period:.1} pixels"
        ))
        .expected("pixels as they were drawn or taken")
        .fix("export the cover from its source at this size")
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
    .fix("deliver the message, which is written last, or remove the folder")
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

/// "1 message", "3 messages".
pub(crate) fn messages(count: usize) -> String {
    match count {
        1 => "1 message".to_owned(),
        _ => format!("{count} messages"),
    }
}

pub(crate) fn drop_batch_count(found: String, expected: String) -> Finding {
    Finding::of(
        &checks::DROP_BATCH_COUNT,
        "the batch does not hold what its manifest says: left alone",
    )
    .found(found)
    .expected(expected)
    .fix("upload what is missing, or correct the manifest; the batch is taken up as a whole")
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

pub(crate) fn drop_name() -> Finding {
    Finding::of(
        &checks::DROP_NAME,
        "a name in the drop is not UTF-8: it was passed over",
    )
    .found("bytes that are no text")
    .expected("a name in UTF-8")
    .fix("rename it, best in ASCII, and deliver it again")
}

pub(crate) fn drop_archive(why: &str) -> Finding {
    Finding::of(&checks::DROP_ARCHIVE, "the archive was not unpacked")
        .found(why)
        .expected("regular files with relative paths, each once, within the limits")
        .fix("pack the release's folder again, without links")
}
