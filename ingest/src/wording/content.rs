//! What do we say of identifiers, dates and rights?

use super::about;
use crate::checks::{self, Check};
use crate::finding::{At, Finding, Text, clip};
use catalog::ids::IdError;

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

pub(crate) fn deal_take_down(at: At) -> Finding {
    Finding::of(
        &checks::DEAL_TAKE_DOWN,
        "the deal takes the release down in its territories",
    )
    .at(at)
    .found("TakeDown or AllDealsCancelled")
    .expected("a deal that opens something, to put it up again")
    .fix("nothing, if it shall be down")
}
