//! Are artists told apart over deliveries, and does a person's word stay?

use crate::label::Label;
use catalog::artists::Review;
use catalog::ids::ArtistId;
use ingest::job::artists::{Decision, Saying, artists};
use serde_json::json;

/// A release of Mara Lindt on a label, in a genre, with recordings of its own.
fn deliver(drop: &Label, number: usize, label: &str, genre: &str) {
    drop.deliver(&format!("R{number}"), |message| {
        message["release"]["gtin"] = json!(null);
        message["release"]["reference"] = json!(format!("R{number}"));
        message["release"]["label"] = json!(label);
        message["release"]["genre"] = json!(genre);
        for track in [0, 1] {
            message["tracks"][track]["isrc"] = json!(format!("QZNJX26{number:03}{track:02}"));
        }
    });
}

fn decide(drop: &Label, saying: Saying) -> Result<Review, ingest::Error> {
    let decision = Decision {
        saying,
        who: "Ada".to_owned(),
        why: "asked the label".to_owned(),
    };
    artists(&drop.store(), Some(&decision)).map(|done| done.review)
}

#[test]
fn twins_are_listed_and_a_merge_and_a_split_hold_for_later_deliveries() {
    let drop = Label::new();
    deliver(&drop, 1, "Nightjar Records", "Ambient");
    deliver(&drop, 2, "Iron Works", "Death Metal");
    drop.ingest().unwrap();
    let asked = artists(&drop.store(), None).unwrap();
    let [twins] = &asked.review.twins[..] else {
        panic!("{:?}", asked.review)
    };
    assert_eq!(twins.because, "the same name");
    let text = asked.to_string();
    assert!(
        text.contains("Iron Works") && text.contains("ingest artists one"),
        "{text}"
    );

    let merged = decide(&drop, Saying::One(twins.one, twins.other)).unwrap();
    assert_eq!((merged.artists.len(), merged.twins.len()), (1, 0));
    deliver(&drop, 3, "Iron Works", "Polka");
    drop.ingest().unwrap();
    let later = artists(&drop.store(), None).unwrap().review;
    assert_eq!(later.artists[&twins.one].releases.len(), 3);

    let labels = vec!["Iron Works".to_owned()];
    let split = Saying::Split {
        artist: twins.one,
        labels,
        releases: Vec::new(),
    };
    let apart = decide(&drop, split).unwrap();
    let counts: Vec<usize> = apart
        .artists
        .values()
        .map(|artist| artist.releases.len())
        .collect();
    assert_eq!(apart.artists[&twins.one].releases.len(), 1);
    assert_eq!(
        (
            counts.iter().sum::<usize>(),
            apart.twins.len(),
            apart.mixups.len()
        ),
        (3, 0, 0)
    );
    // A compacted store says the same.
    catalog::snapshot::compact(&drop.store()).unwrap();
    assert_eq!(artists(&drop.store(), None).unwrap().review, apart);
}

#[test]
fn a_decision_about_nobody_and_a_split_of_nothing_are_told() {
    let drop = Label::new();
    deliver(&drop, 1, "Nightjar Records", "Ambient");
    drop.ingest().unwrap();
    let nobody = decide(&drop, Saying::Whole(ArtistId::of_name("nobody"))).unwrap_err();
    assert!(nobody.to_string().contains("fix: "));
    let artist = ArtistId::of_name("Mara Lindt");
    let releases = vec!["R1".to_owned()];
    let all = decide(
        &drop,
        Saying::Split {
            artist,
            labels: Vec::new(),
            releases,
        },
    );
    assert!(all.unwrap_err().to_string().contains("none or all"));
}
