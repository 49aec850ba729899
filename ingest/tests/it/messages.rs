//! Does each check of a message's content find its own fault, and only that one?

use crate::label::release;
use ingest::evidence::Evidence;
use ingest::{Config, checks, plain};
use serde_json::{Value, json};

/// Edits a good message and expects exactly these codes, in any order.
fn check(edit: impl FnOnce(&mut Value), expected: &[&str]) {
    let mut message = release("R1");
    edit(&mut message);
    let delivery = plain::read(&message.to_string());
    let config = Config::load(None).unwrap();
    let findings = checks::check(&delivery, &Evidence::default(), &config);
    let mut codes: Vec<&str> = findings
        .0
        .iter()
        .map(|finding| finding.code.as_str())
        .collect();
    let mut expected = expected.to_vec();
    codes.sort_unstable();
    expected.sort_unstable();
    assert_eq!(codes, expected, "{:#?}", findings.0);
}

#[test]
fn a_good_message_has_no_finding() {
    check(|_| {}, &[]);
}

#[test]
fn identifiers_are_checked_to_their_last_digit() {
    check(
        |m| m["tracks"][0]["isrc"] = json!("QZNJX2600O01"),
        &["isrc-form"],
    );
    check(
        |m| m["tracks"][0]["isrc"] = json!("QZNJX260000"),
        &["isrc-form"],
    );
    check(
        |m| m["tracks"][0]["isrc"] = json!("QZNJX2600002"),
        &["isrc-doubled"],
    );
    check(
        |m| m["release"]["gtin"] = json!("5012345678901"),
        &["gtin-check-digit"],
    );
    check(|m| m["release"]["gtin"] = json!("5012345"), &["gtin-form"]);
    check(
        |m| m["tracks"][0]["iswc"] = json!("T-034.524.680-2"),
        &["iswc-form"],
    );
    check(
        |m| m["release"]["artists"][0]["isni"] = json!("0000000121464380"),
        &["isni-form"],
    );
}

#[test]
fn what_a_release_cannot_do_without_is_required() {
    for key in ["sender", "message_id", "created"] {
        check(|m| m[key] = json!(null), &["required"]);
    }
    for key in ["title", "label", "artists"] {
        check(|m| m["release"][key] = json!(null), &["required"]);
    }
    for key in ["isrc", "title", "duration", "artists"] {
        check(|m| m["tracks"][1][key] = json!(null), &["required"]);
    }
    check(|m| m["release"]["gtin"] = json!(null), &["required"]);
    check(
        |m| m["release"]["artists"][0]["role"] = json!("Composer"),
        &["required"],
    );
    check(|m| m["tracks"] = json!([]), &["required"]);
    for key in ["genre", "type", "p_line", "release_date"] {
        check(|m| m["release"][key] = json!(null), &["advised"]);
    }
}

#[test]
fn dates_and_durations_must_exist() {
    check(|m| m["created"] = json!("yesterday"), &["date-time-form"]);
    check(
        |m| m["release"]["release_date"] = json!("2004-13-45"),
        &["date-form"],
    );
    check(
        |m| m["release"]["original_date"] = json!("2030"),
        &["date-order"],
    );
    check(
        |m| m["tracks"][0]["duration"] = json!("2:28"),
        &["duration-form"],
    );
    check(
        |m| m["tracks"][0]["duration"] = json!("PT0S"),
        &["duration-zero"],
    );
}

#[test]
fn the_running_order_has_no_gap_and_no_doubled_place() {
    check(
        |m| m["tracks"][1]["number"] = json!(1),
        &["sequence-doubled"],
    );
    check(|m| m["tracks"][1]["number"] = json!(3), &["sequence-gap"]);
    check(
        |m| m["tracks"][1]["number"] = json!(70_000),
        &["sequence-form", "sequence-gap"],
    );
}

#[test]
fn deals_must_be_understood_before_they_open_anything() {
    check(|m| m["deals"] = json!([]), &["no-deal", "no-deal"]);
    check(|m| m["deals"][0]["tracks"] = json!([1]), &["no-deal"]);
    check(
        |m| m["deals"][0]["tracks"] = json!([1, 2, 3]),
        &["reference-dangling"],
    );
    check(
        |m| m["deals"][0]["territories"] = json!(["ZZ"]),
        &["deal-territory"],
    );
    check(
        |m| m["deals"][0]["territories"] = json!(["DE", "CA-QC"]),
        &["deal-territory-part"],
    );
    check(
        |m| m["deals"][0]["territories"] = json!([]),
        &["deal-territory-none"],
    );
    check(|m| m["deals"][0]["excluded"] = json!(["US"]), &[]);
    check(
        |m| m["deals"][0]["excluded"] = json!(["Worldwide"]),
        &["deal-territory"],
    );
    check(
        |m| {
            m["deals"][0]["territories"] = json!(["DE"]);
            m["deals"][0]["excluded"] = json!(["US"]);
        },
        &["deal-territory-both"],
    );
    check(
        |m| m["deals"][0]["start"] = json!("soon"),
        &["deal-period-form"],
    );
    check(
        |m| m["deals"][0]["end"] = json!("2026-09-01"),
        &["deal-period-reversed"],
    );
    check(|m| m["deals"][0]["end"] = json!("2026-10-01"), &[]);
    check(
        |m| m["deals"][0]["models"] = json!(["PayAsYouGoModel"]),
        &["deal-not-served"],
    );
}

#[test]
fn releases_of_other_kinds_are_refused_as_such() {
    check(
        |m| m["release"]["type"] = json!("VideoAlbum"),
        &["release-kind"],
    );
}

#[test]
fn the_format_itself_is_checked_all_at_once() {
    check(|m| m["schema"] = json!("other/1"), &["json-schema"]);
    check(
        |m| m["release"]["titel"] = json!("x"),
        &["json-key-unknown"],
    );
    check(|m| m["tracks"][0]["number"] = json!("1"), &["json-type"]);
    check(
        |m| {
            m["release"]["titel"] = json!("x");
            m["release"]["gtin"] = json!("1");
            m["tracks"][0]["isrc"] = json!("");
        },
        &["json-key-unknown", "gtin-form", "required"],
    );
}

#[test]
fn a_test_message_is_said_to_be_one() {
    check(|m| m["test"] = json!(true), &["test-message"]);
}

#[test]
fn an_operator_may_let_a_wrong_check_digit_pass_and_the_number_still_names_the_release() {
    let mut message = release("R1");
    message["release"]["gtin"] = json!("5012345678901");
    let delivery = plain::read(&message.to_string());
    let user = "[severity]\ngtin-check-digit = \"warn\"".parse().unwrap();
    let config = Config::load(Some(&user)).unwrap();
    assert!(!checks::check(&delivery, &Evidence::default(), &config).refuse());
    let change = ingest::catalogue::change(&delivery, &Evidence::default());
    let Some(catalog::delivery::Change::Put(release)) = change else {
        panic!("no release")
    };
    assert_eq!(
        (release.gtin, release.reference.as_str()),
        (None, "5012345678901")
    );
}
