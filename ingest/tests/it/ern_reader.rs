//! Is an ERN message read as its author meant it?

use crate::label::{Label, codes};
use catalog::delivery::{Change, DeliveryLog, Verdict};
use catalog::release::{Advisory, Release, ReleaseKind, Role};
use catalog::rights::{Clock, CommercialModel, UseType};
use ingest::evidence::Evidence;
use ingest::{Config, catalogue, checks, ern};

/// An album of two tracks, our own, after the schema of ERN 4.3.
pub(crate) const ALBUM: &str = include_str!("album43.xml");

/// Findings' codes of a message whose files are not looked at.
fn check(message: &str, expected: &[&str]) {
    let config = Config::load(None).unwrap();
    let findings = checks::check(&ern::read(message), &Evidence::default(), &config);
    let codes: Vec<&str> = findings
        .0
        .iter()
        .map(|finding| finding.code.as_str())
        .collect();
    assert_eq!(codes, expected, "{:#?}", findings.0);
}

fn release(message: &str) -> Box<Release> {
    match catalogue::change(&ern::read(message), &Evidence::default()) {
        Some(Change::Put(release)) => release,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_album_is_read_with_parties_order_and_rights() {
    check(ALBUM, &[]);
    let release = release(ALBUM);
    assert_eq!(release.gtin.unwrap().to_string(), "5012345678900");
    assert_eq!(
        (release.kind, release.label.as_str()),
        (ReleaseKind::Album, "Nightjar Records")
    );
    assert_eq!(release.artists[0].isni.as_deref(), Some("000000012146438X"));
    assert_eq!(release.genre.as_ref().unwrap().code, "ambient");
    let track = &release.tracks[1];
    assert_eq!((track.disc, track.number, track.duration.0), (1, 2, 2_000));
    assert_eq!(
        (track.title.as_str(), track.version.as_deref()),
        ("Low Cloud & Rain", Some("Live"))
    );
    assert_eq!(track.advisory, Advisory::Explicit);
    let roles: Vec<&Role> = track.artists.iter().map(|credit| &credit.role).collect();
    assert_eq!(
        roles,
        [&Role::MainArtist, &Role::FeaturedArtist, &Role::Composer]
    );
}

#[test]
fn deals_open_the_tracks_that_they_name() {
    let release = release(ALBUM);
    let first = release.tracks[0].rights.windows();
    assert_eq!(first.len(), 4, "two models times two uses");
    assert_eq!(first[0].territories.len(), 249);
    let second = release.tracks[1].rights.windows();
    assert_eq!(second.len(), 1);
    let window = second[0];
    assert_eq!(
        (window.model, window.use_type),
        (CommercialModel::Subscription, UseType::Stream)
    );
    assert_eq!(window.territories.len(), 2);
    assert_eq!(window.start.to_string(), "2026-10-01T00:00:00Z");
    assert_eq!(
        window.end.unwrap().to_string(),
        "2027-01-01T00:00:00Z",
        "the end date is the last day"
    );
}

#[test]
fn an_album_goes_all_the_way_into_the_catalogue() {
    let label = Label::new();
    label.deliver_ern("5012345678900", ALBUM);
    let report = label.ingest().unwrap();
    assert_eq!(codes(&report), ["artwork-advised"]);
    let records = DeliveryLog::new(&label.store()).records().unwrap();
    let Verdict::Accepted {
        change: Change::Put(release),
    } = &records[0].verdict
    else {
        panic!()
    };
    assert!(release.tracks.iter().all(|track| track.master.is_some()));
    assert!(release.artwork.is_some());
}

#[test]
fn the_message_is_the_same_in_utf_16() {
    let wide: Vec<u8> = format!("\u{FEFF}{}", ALBUM.replace("UTF-8", "UTF-16"))
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let text = ern::xml::decode(&wide).unwrap();
    assert_eq!(release(&text), release(ALBUM));
}

#[test]
fn references_that_dangle_or_double_are_found_with_their_place() {
    let dangling = ALBUM.replace(
        "<ReleaseResourceReference>A2</ReleaseResourceReference>\n      </ResourceGroupContentItem>",
        "<ReleaseResourceReference>A99</ReleaseResourceReference>\n      </ResourceGroupContentItem>",
    );
    check(&dangling, &["reference-dangling", "reference-unused"]);
    let double = ALBUM.replace(
        "<ResourceReference>A2</ResourceReference>",
        "<ResourceReference>A1</ResourceReference>",
    );
    let config = Config::load(None).unwrap();
    let findings = checks::check(&ern::read(&double), &Evidence::default(), &config);
    assert!(findings.has("reference-doubled") && findings.refuse());
    check(
        &ALBUM.replace("<DealReleaseReference>R2<", "<DealReleaseReference>R7<"),
        &["reference-dangling", "no-deal"],
    );
    check(
        &ALBUM.replace("<ArtistPartyReference>P2<", "<ArtistPartyReference>P9<"),
        &["reference-dangling"],
    );
}

#[test]
fn two_tracks_in_one_place_are_found() {
    let doubled = ALBUM.replace(
        "<SequenceNumber>2</SequenceNumber>",
        "<SequenceNumber>1</SequenceNumber>",
    );
    check(&doubled, &["sequence-doubled"]);
}

#[test]
fn a_deal_for_the_whole_release_opens_no_track() {
    let message = ALBUM
        .replace("<DealReleaseReference>R1<", "<DealReleaseReference>R0<")
        .replace("<DealReleaseReference>R2<", "<DealReleaseReference>R0<");
    check(&message, &["release-deal-only"]);
}

#[test]
fn groups_are_discs_unless_they_are_parts_of_a_work() {
    let grouped = |kind: &str| {
        let (before, rest) = ALBUM.split_once("<ResourceGroupContentItem>").unwrap();
        let (items, after) = rest.split_once("<LinkedReleaseResourceReference>").unwrap();
        let items = format!("<ResourceGroupContentItem>{items}");
        let split = items.find("</ResourceGroupContentItem>").unwrap() + 27;
        let (first, second) = items.split_at(split);
        let open = format!("<ResourceGroup ResourceGroupType=\"{kind}\">");
        release(&format!(
            "{before}{open}<SequenceNumber>1</SequenceNumber>{first}</ResourceGroup>\
             {open}<SequenceNumber>2</SequenceNumber>{second}</ResourceGroup>\
             <LinkedReleaseResourceReference>{after}"
        ))
        .tracks
        .iter()
        .map(|track| (track.disc, track.number))
        .collect::<Vec<_>>()
    };
    assert_eq!(grouped("ReleaseComponent"), [(1, 1), (2, 1)]);
    assert_eq!(grouped("MultiWorkPart"), [(1, 1), (1, 2)]);
}

#[test]
fn versions_are_told_apart_by_namespace() {
    for version in ["41", "411", "42", "43", "431", "432"] {
        check(
            &ALBUM.replace("xml/ern/43", &format!("xml/ern/{version}")),
            &[],
        );
    }
    check(&ALBUM.replace("xml/ern/43", "xml/ern/37"), &["ern-version"]);
    check("<NewReleaseMessage/>", &["ern-version"]);
}

#[test]
fn isrc_and_file_directly_in_the_resource_are_read_as_in_4_2() {
    let old = ALBUM
        .replace("xml/ern/43", "xml/ern/42")
        .replace("<SoundRecordingEdition>", "")
        .replace("</SoundRecordingEdition>", "")
        .replace("<DeliveryFile>", "")
        .replace("</DeliveryFile>", "");
    assert_eq!(release(&old), release(ALBUM));
    let ingest::delivery::Content::Release(read) = ern::read(&old).content else {
        panic!()
    };
    assert_eq!(
        read.tracks[0].file.as_ref().unwrap().uri.value,
        "resources/01.flac"
    );
}

#[test]
fn a_release_of_videos_is_refused_and_an_album_goes_without_its_videos() {
    let video = |message: &str| {
        message.replacen("<SoundRecording>", "<Video>", 1).replacen(
            "</SoundRecording>",
            "</Video>",
            1,
        )
    };
    let config = Config::load(None).unwrap();
    let judged = |message: &str| checks::check(&ern::read(message), &Evidence::default(), &config);
    let album = judged(&video(ALBUM));
    assert!(album.has("video-left-out") && !album.refuse(), "{album:#?}");
    let tracks = release(&video(ALBUM)).tracks;
    assert_eq!((tracks.len(), tracks[0].number), (1, 1));
    let bundle = ALBUM.replace(">Album<", ">VideoAlbum<");
    let refused = judged(&video(&bundle));
    assert!(
        refused.has("release-kind") && refused.refuse(),
        "{refused:#?}"
    );
    let none = judged(&video(&video(ALBUM)));
    assert!(none.has("release-kind"), "{none:#?}");
}

/// The same label's album in ERN 3.8.2, our own.
const ALBUM3: &str = include_str!("album382.xml");

#[test]
fn an_album_in_ern_3_is_read_with_inline_parties_and_details_by_territory() {
    for version in ["381", "382", "383"] {
        check(
            &ALBUM3.replace("xml/ern/382", &format!("xml/ern/{version}")),
            &["territory-details", "deal-take-down"],
        );
    }
    let release = release(ALBUM3);
    assert_eq!(release.gtin.unwrap().to_string(), "5012345678900");
    assert_eq!(
        (release.kind, release.label.as_str(), release.title.as_str()),
        (ReleaseKind::Album, "Nightjar Records", "Dew Point")
    );
    let places: Vec<_> = release
        .tracks
        .iter()
        .map(|t| (t.disc, t.number, t.isrc.to_string()))
        .collect();
    let place = |disc, number, isrc: &str| (disc, number, isrc.to_owned());
    assert_eq!(
        places,
        [place(1, 1, "QZNJX2600001"), place(2, 1, "QZNJX2600002")]
    );
    let track = &release.tracks[0];
    assert_eq!(
        (track.title.as_str(), track.duration.0),
        ("First Light", 185_000)
    );
    let names: Vec<(&str, &Role)> = track
        .artists
        .iter()
        .map(|c| (c.name.as_str(), &c.role))
        .collect();
    assert_eq!(
        names,
        [
            ("Mara Lindt", &Role::MainArtist),
            ("Ada Brook", &Role::Producer),
            ("Ada Brook", &Role::Composer)
        ]
    );
    assert_eq!(track.artists[0].isni.as_deref(), Some("000000012146438X"));
    assert_eq!(
        (track.licence.as_deref(), track.origin.as_deref()),
        (Some("CC-BY-SA-4.0"), Some("https://nightjar.example"))
    );
    let window = track.rights.windows()[0];
    assert_eq!(
        (window.territories.len(), window.clock),
        (248, Clock::Local),
        "DE is taken down"
    );
    assert_eq!(release.tracks[1].rights.windows()[0].territories.len(), 1);
    let delivery = ern::read(ALBUM3);
    let ingest::delivery::Content::Release(read) = delivery.content else {
        panic!()
    };
    assert_eq!(
        read.tracks[0].file.as_ref().unwrap().uri.value,
        "resources/01.flac"
    );
}

#[test]
fn a_purge_names_its_release() {
    let purge = "<e:PurgeReleaseMessage xmlns:e=\"http://ddex.net/xml/ern/43\"><MessageHeader>\
        <MessageId>m9</MessageId><MessageSender><PartyId>PADPIDA2013042401U</PartyId></MessageSender>\
        <MessageCreatedDateTime>2026-11-01T00:00:00Z</MessageCreatedDateTime></MessageHeader>\
        <PurgedRelease><ReleaseId><ICPN>5012345678900</ICPN></ReleaseId></PurgedRelease>\
        </e:PurgeReleaseMessage>";
    check(purge, &[]);
    let change = catalogue::change(&ern::read(purge), &Evidence::default()).unwrap();
    assert_eq!(
        change,
        Change::Purge {
            reference: "05012345678900"
                .parse::<catalog::ids::Gtin>()
                .unwrap()
                .to_string()
        }
    );
}

#[test]
fn a_message_that_breaks_off_still_says_whose_it_is() {
    let half = &ALBUM[..ALBUM.len() / 2];
    check(half, &["xml-malformed"]);
    let header = ern::read(half).header;
    assert_eq!(header.message_id.unwrap().value, "NJ-0001");
}

#[test]
fn a_test_message_is_checked_and_never_published() {
    let label = Label::new();
    label.deliver_ern("R1", &ALBUM.replace("LiveMessage", "TestMessage"));
    let report = label.ingest().unwrap();
    assert_eq!(codes(&report), ["artwork-advised", "test-message"]);
    assert!(label.objects("log").is_empty() && label.objects("objects").is_empty());
}
