//! Is each name given to the artist that it belongs to?

use super::*;
use crate::delivery::{Change, DeliveryRecord, SCHEMA, Verdict};
use crate::fold::{Fold, fold};
use crate::ids::{Isrc, RecordingId, Sha256, TrackId};
use crate::release::{Advisory, Catalogue, Genre, ReleaseKind, Role, Track};
use crate::rights::Rights;
use crate::units::Millis;
use proptest::prelude::*;

/// Name, label, genre, who is beside (empty: nobody), ISNI (empty: none).
type Line = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
);

const ISNI: &str = "000000012146438X";
const OTHER_ISNI: &str = "0000000121032683";

fn release(number: usize, line: Line) -> Release {
    let (name, label, genre, beside, isni) = line;
    let id = ReleaseId::of("sender", &number.to_string());
    let isrc: Isrc = format!("QZBKL26{number:05}").parse().unwrap();
    let isni = Some(isni.to_owned()).filter(|isni| !isni.is_empty());
    let mut artists = vec![Credit::new(name, isni, Role::MainArtist)];
    if !beside.is_empty() {
        artists.push(Credit::new(beside, None, Role::FeaturedArtist));
    }
    let track = Track {
        id: TrackId::of(&id, 1, 1, &isrc),
        recording: RecordingId::of_isrc(&isrc),
        disc: 1,
        number: 1,
        isrc,
        title: "Title".to_owned(),
        version: None,
        artists: artists.clone(),
        duration: Millis(1000),
        advisory: Advisory::None,
        genre: None,
        language: None,
        iswc: None,
        licence: None,
        origin: None,
        announcement: Default::default(),
        lyrics: None,
        master: None,
        rights: Rights::default(),
    };
    Release {
        id,
        sender: "sender".to_owned(),
        reference: number.to_string(),
        gtin: None,
        grid: None,
        proprietary_id: None,
        announcement: Default::default(),
        title: "Title".to_owned(),
        version: None,
        kind: ReleaseKind::Single,
        artists,
        label: label.to_owned(),
        p_line: None,
        c_line: None,
        original_date: None,
        release_date: None,
        genre: Some(Genre {
            code: genre.to_owned(),
            delivered: genre.to_owned(),
        }),
        language: None,
        artwork: None,
        tracks: vec![track],
    }
}

fn catalogue(lines: &[Line], decisions: &Decisions) -> Catalogue {
    let mut releases: Vec<Release> = (0..)
        .zip(lines)
        .map(|(n, line)| release(n, *line))
        .collect();
    identify(&mut releases, decisions);
    Catalogue { releases }
}

/// The first artist of each release.
fn artists(lines: &[Line], decisions: &Decisions) -> Vec<ArtistId> {
    let catalogue = catalogue(lines, decisions);
    let each = catalogue.releases.iter();
    each.map(|release| {
        assert_eq!(
            release.artists[0].artist,
            release.tracks[0].artists[0].artist
        );
        release.artists[0].artist
    })
    .collect()
}

/// Equal numbers are one artist.
fn check(lines: &[Line], expected: &[usize]) {
    let found = artists(lines, &Decisions::new());
    let numbers: Vec<usize> = found
        .iter()
        .map(|id| found.iter().position(|other| other == id).unwrap())
        .collect();
    assert_eq!(numbers, expected, "{lines:?}");
}

#[test]
fn a_name_is_one_artist_where_label_company_or_genre_speak_for_it() {
    let air = ("Air", "Astral", "electronic", "", "");
    check(&[air, ("AIR ", "astral", "metal", "", "")], &[0, 0]);
    check(&[air, ("Air", "Other", "electronic", "", "")], &[0, 0]);
    check(&[air, ("Air", "Other", "metal", "", "")], &[0, 1]);
    check(&[air, ("Air", "Other", "other", "", "")], &[0, 1]);
    let with = |label, genre| ("Air", label, genre, "Mara Lindt", "");
    check(&[with("A", "metal"), with("B", "folk")], &[0, 0]);
    // What two have in common with a third makes them one.
    let third = ("Air", "Other", "electronic", "", "");
    check(&[air, ("Air", "Other", "metal", "", ""), third], &[0, 0, 0]);
    check(&[air, ("Aïr", "Astral", "electronic", "", "")], &[0, 1]);
}

#[test]
fn labels_and_names_that_stand_for_nobody_speak_for_nobody() {
    let own = |genre| ("Air", "Independent", genre, "", "");
    check(&[own("metal"), own("folk")], &[0, 1]);
    let beside = |genre| ("Air", "Independent", genre, "Various Artists", "");
    check(&[beside("metal"), beside("folk")], &[0, 1]);
    let various = |label, genre| ("Various Artists", label, genre, "", "");
    check(&[various("A", "metal"), various("B", "folk")], &[0, 0]);
}

#[test]
fn an_isni_is_one_artist_and_draws_in_what_speaks_for_it() {
    let numbered = ("Air", "Astral", "electronic", "", ISNI);
    check(&[numbered, ("L'air", "B", "folk", "", ISNI)], &[0, 0]);
    check(&[("Air", "Astral", "metal", "", ""), numbered], &[0, 0]);
    check(
        &[numbered, ("Air", "Astral", "electronic", "", OTHER_ISNI)],
        &[0, 1],
    );
    // The label speaks for both numbers, somebody beside for one.
    let other = ("Air", "Astral", "electronic", "Mara Lindt", OTHER_ISNI);
    check(
        &[
            numbered,
            other,
            ("Air", "Astral", "electronic", "Mara Lindt", ""),
        ],
        &[0, 1, 1],
    );
    // Nothing decides: an artist of their own, for a person to look at.
    let open = ("Air", "Astral", "electronic", "", "");
    check(&[numbered, other, open, open], &[0, 1, 2, 2]);
    assert_eq!(
        artists(&[numbered], &Decisions::new())[0],
        ArtistId::of_isni(ISNI)
    );
}

#[test]
fn the_first_of_a_name_keeps_the_plain_id_when_others_come() {
    let lines = [
        ("Air", "A", "metal", "", ""),
        ("Air", "B", "folk", "", ""),
        ("Air", "C", "jazz", "", ""),
    ];
    let one = artists(&lines[..1], &Decisions::new());
    let all = artists(&lines, &Decisions::new());
    assert_eq!(
        (one[0], all[0]),
        (ArtistId::of_name("air"), ArtistId::of_name("air"))
    );
    assert_eq!(
        artists(&lines[..2], &Decisions::new())[1],
        all[1],
        "a third changes nobody"
    );
}

/// What a person means by the artists of some releases.
fn identity(of: &[(&'static str, &[Line])], all: &[Line]) -> Vec<Identity> {
    let profiles = review(&catalogue(all, &Decisions::new()), &Decisions::new()).artists;
    let ids = artists(all, &Decisions::new());
    of.iter()
        .map(|(_, lines)| {
            let mut whole: Option<Identity> = None;
            for line in *lines {
                let at = all.iter().position(|other| other == line).unwrap();
                let part = profiles[&ids[at]].identity();
                match &mut whole {
                    None => whole = Some(part),
                    Some(whole) => whole.absorb(part),
                }
            }
            whole.unwrap()
        })
        .collect()
}

#[test]
fn a_merge_holds_for_what_comes_later_and_a_later_split_stands_above_it() {
    let (metal, folk) = (("Air", "A", "metal", "", ""), ("Air", "B", "folk", "", ""));
    let lines = [metal, folk];
    check(&lines, &[0, 1]);
    let mut decisions = Decisions::new();
    decisions.insert(1, identity(&[("both", &[metal, folk])], &lines));
    let later = [metal, folk, ("Air", "B", "jazz", "", "")];
    let merged = artists(&later, &decisions);
    assert_eq!(merged, vec![ArtistId::of_name("air"); 3]);
    // A person takes the folk singer out again.
    let before = catalogue(&lines, &decisions);
    let whole = review(&before, &decisions).artists[&merged[0]].identity();
    let split = whole.split(&BTreeSet::from(["b".to_owned()]), &BTreeSet::new(), &before);
    let [rest, taken] = split.unwrap();
    assert_eq!((rest.releases.len(), taken.releases.len()), (1, 1));
    decisions.insert(2, vec![rest, taken]);
    let apart = artists(&later, &decisions);
    assert_eq!(
        (apart[0], apart[1] == apart[2]),
        (ArtistId::of_name("air"), true)
    );
    assert_ne!(apart[0], apart[1]);
}

#[test]
fn a_wrong_isni_on_one_label_can_be_split_off() {
    let lines = [
        ("Air", "A", "metal", "", ISNI),
        ("Air", "B", "folk", "", ISNI),
    ];
    check(&lines, &[0, 0]);
    let before = catalogue(&lines, &Decisions::new());
    let ids = artists(&lines, &Decisions::new());
    let whole = review(&before, &Decisions::new()).artists[&ids[0]].identity();
    let labels = BTreeSet::from(["b".to_owned()]);
    let parts = whole
        .clone()
        .split(&labels, &BTreeSet::new(), &before)
        .unwrap();
    let apart = artists(&lines, &Decisions::from([(1, parts.to_vec())]));
    assert_eq!(apart[0], ArtistId::of_isni(ISNI));
    assert_ne!(apart[0], apart[1]);
    let nothing = BTreeSet::from(["c".to_owned()]);
    assert!(whole.split(&nothing, &BTreeSet::new(), &before).is_none());
}

#[test]
fn a_person_is_asked_about_twins_and_mixups_until_they_have_decided() {
    let lines = [
        ("Air", "A", "metal", "", ""),
        ("Air", "B", "folk", "", ""),
        ("Beyoncé", "C", "pop", "", ""),
        ("Beyonce", "D", "pop", "", ""),
        ("Sun", "E", "rock", "", ""),
        ("Sun", "F", "rock", "", ""),
        ("One", "G", "pop", "", ISNI),
        ("Another", "G", "pop", "", ISNI),
    ];
    let whole = catalogue(&lines, &Decisions::new());
    let asked = review(&whole, &Decisions::new());
    let twins: Vec<_> = asked
        .twins
        .iter()
        .map(|t| (asked.artists[&t.one].name.as_str(), t.because))
        .collect();
    assert_eq!(twins.len(), 2, "{twins:?}");
    assert_eq!(twins[0], ("Air", "the same name"));
    assert_eq!(twins[1].1, "names that differ in accents or signs");
    let mixups: Vec<&str> = asked.mixups.iter().map(|m| m.because.as_str()).collect();
    assert_eq!(
        mixups,
        [
            "one ISNI under names that differ",
            "2 groups of releases with nothing in common but the name and the genre"
        ]
    );
    let mut decisions = Decisions::new();
    for (number, twins) in (1..).zip(&asked.twins) {
        let apart = [twins.one, twins.other].map(|id| asked.artists[&id].identity());
        decisions.insert(number, apart.to_vec());
    }
    for (number, mixup) in (10..).zip(&asked.mixups) {
        decisions.insert(number, vec![asked.artists[&mixup.artist].identity()]);
    }
    let decided = catalogue(&lines, &decisions);
    assert_eq!(decided, whole, "to confirm changes nothing");
    let review = review(&decided, &decisions);
    assert_eq!((review.twins, review.mixups), (Vec::new(), Vec::new()));
}

fn any_line() -> impl Strategy<Value = Line> {
    let one = |values: &'static [&'static str]| prop::sample::select(values);
    (
        one(&["Air", "air ", "Sun", "Various Artists"]),
        one(&["A", "B", "C", "Independent"]),
        one(&["metal", "folk", "other"]),
        one(&["", "", "Mara Lindt", "Sun"]),
        one(&["", "", "", ISNI, OTHER_ISNI]),
    )
}

proptest! {
    #[test]
    fn any_order_of_arrival_with_decisions_gives_the_same_artists(
        lines in prop::collection::vec(any_line(), 1..12),
        seed in any::<prop::sample::Index>(),
    ) {
        let record = |number: usize, verdict| DeliveryRecord {
            schema: SCHEMA,
            sender: "sender".to_owned(),
            message_id: number.to_string(),
            batch: None,
            created: jiff::Timestamp::from_second(number as i64 / 3).unwrap(),
            message: Sha256::of(number.to_string()),
            verdict,
        };
        let mut records: Vec<DeliveryRecord> = (0..).zip(&lines).map(|(number, line)| {
            let change = Change::Put(Box::new(release(number, *line)));
            record(number, Verdict::Accepted { change })
        }).collect();
        let found = review(&fold(&records), &Decisions::new());
        for (number, twins) in (1..).zip(&found.twins) {
            let mut merged = found.artists[&twins.one].identity();
            merged.absorb(found.artists[&twins.other].identity());
            let (who, why) = ("Ada".to_owned(), "asked".to_owned());
            let verdict = Verdict::Identified { number, identities: vec![merged], who, why };
            records.push(record(100 + number as usize, verdict));
        }
        let expected = fold(&records);
        let mut shuffled: Vec<_> = records.iter().chain(&records).collect();
        for index in (1..shuffled.len()).rev() {
            shuffled.swap(index, seed.index(index + 1));
        }
        let mut state = Fold::default();
        shuffled.into_iter().for_each(|record| state.apply(record));
        prop_assert_eq!(state.catalogue().digest(), expected.digest());
        // An ISNI that nobody decided about is one artist.
        if found.twins.is_empty() {
            let credits = expected.releases.iter().flat_map(|release| &release.artists);
            for credit in credits.filter(|credit| credit.isni.is_some() && !is_nobody(&normalised(&credit.name))) {
                prop_assert_eq!(credit.artist, ArtistId::of_isni(credit.isni.as_deref().unwrap()));
            }
        }
    }
}
