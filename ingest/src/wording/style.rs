//! What do we say of the way names are written? And of languages and previews?

use super::about;
use crate::checks;
use crate::finding::{Finding, Text, clip};

pub(crate) fn language_form(text: &Text) -> Finding {
    let sentence = format!("`{}` is no language", clip(&text.value));
    about(&checks::LANGUAGE_FORM, text, sentence)
        .expected("a BCP 47 tag: en, pt-BR, zh-Hant, zxx for none")
        .fix("correct the language code")
}

pub(crate) fn preview_late(text: &Text, start: &str) -> Finding {
    about(
        &checks::PREVIEW_LATE,
        text,
        "a preview would begin after the release".to_owned(),
    )
    .expected(format!("{start} or earlier"))
    .fix("correct the preview date, or leave it out")
}

pub(crate) fn style_featured(text: &Text) -> Finding {
    about(
        &checks::STYLE_FEATURED,
        text,
        "a featured artist is written in a way that shops correct".to_owned(),
    )
    .expected("(feat. Name), lower case, in brackets")
    .fix("write (feat. Name), and credit the artist as FeaturedArtist")
}

pub(crate) fn style_artist_roles(text: &Text) -> Finding {
    let sentence = format!("`{}` is both main and featured artist", clip(&text.value));
    about(&checks::STYLE_ARTIST_ROLES, text, sentence)
        .expected("one of the two")
        .fix("keep the role under which the artist is displayed")
}

pub(crate) fn style_artist_name(text: &Text) -> Finding {
    let sentence = format!("`{}` is not the name of one artist", clip(&text.value));
    about(&checks::STYLE_ARTIST_NAME, text, sentence)
        .expected("one name, without role or address")
        .fix("give each artist a credit of its own")
}

pub(crate) fn style_artist_generic(text: &Text) -> Finding {
    let sentence = format!("`{}` is nobody's name", clip(&text.value));
    about(&checks::STYLE_ARTIST_GENERIC, text, sentence)
        .expected("the artist's name")
        .fix("name who performs")
}

pub(crate) fn style_various(text: &Text, owner: &str, expected: &str) -> Finding {
    let sentence = format!("`{}` as the artist of {owner}", clip(&text.value));
    about(&checks::STYLE_VARIOUS, text, sentence)
        .expected(expected)
        .fix("name the artists on the tracks, and Various Artists on the release")
}

pub(crate) fn style_title_generic(text: &Text) -> Finding {
    let sentence = format!("`{}` is no title", clip(&text.value));
    about(&checks::STYLE_TITLE_GENERIC, text, sentence)
        .expected("the title of the track")
        .fix("write the title")
}

pub(crate) fn style_title_marketing(text: &Text, word: &str) -> Finding {
    let sentence = format!("the title says `{word}`");
    about(&checks::STYLE_TITLE_MARKETING, text, sentence)
        .expected("a title that tells recordings apart")
        .fix("leave it out; explicit content has a field of its own")
}

pub(crate) fn style_version(text: &Text, word: &str) -> Finding {
    let sentence = format!("the version (`{word}`) stands in the title");
    about(&checks::STYLE_VERSION, text, sentence)
        .expected("the title without it, and the version in its own field")
        .fix("move it to SubTitle (ERN) or version (release.json)")
}

pub(crate) fn style_casing(text: &Text, what: &str) -> Finding {
    about(
        &checks::STYLE_CASING,
        text,
        format!("the title is all in {what}"),
    )
    .expected("title case, or sentence case in other languages than English")
    .fix("nothing, if the artist writes it so")
}

pub(crate) fn style_single_title(text: &Text, track: &str) -> Finding {
    about(
        &checks::STYLE_SINGLE_TITLE,
        text,
        "a release of one track has another title than the track".to_owned(),
    )
    .expected(clip(track))
    .fix("give both the same title")
}
