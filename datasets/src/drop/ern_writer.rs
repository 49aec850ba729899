//! How does a label tell us about a release in DDEX ERN 4.3?
//!
//! A `NewReleaseMessage` of the profiles Audio (albums, EPs) and SimpleAudioSingle (one track):
//! Source: DDEX Electronic Release Notification 4.3, element order as in its XSD. Streaming deals
//! stand on the track releases of an album (clause 6.14.2) and on the release of a single.

mod element;
mod release;
mod resource;

use super::Delivery;
use element::Xml;
use std::collections::BTreeMap;

/// Who receives the message: the demo's own, clearly private, party id.
const RECIPIENT: &str = "PADPIDA2900000001";

/// The commercial models of every deal, with the uses each allows.
const MODELS: [(&str, &[&str]); 2] = [
    (
        "SubscriptionModel",
        &["ConditionalDownload", "OnDemandStream"],
    ),
    ("AdvertisementSupportedModel", &["OnDemandStream"]),
];

/// The references (`P1`, `P2` …) under which a message names its artists.
struct Parties(BTreeMap<String, String>);

impl Parties {
    const LABEL: &'static str = "PLabel";

    fn of(delivery: &Delivery<'_>) -> Parties {
        let tracks = delivery.release.tracks.iter().map(|track| &track.artist);
        let mut parties = Parties(BTreeMap::new());
        for name in tracks.chain([&delivery.release.artist]) {
            let next = format!("P{}", parties.0.len() + 1);
            parties.0.entry(name.clone()).or_insert(next);
        }
        parties
    }

    fn reference(&self, name: &str) -> &str {
        self.0.get(name).map_or(Parties::LABEL, String::as_str)
    }
}

/// Writes the message. The same delivery gives the same bytes.
pub fn message(delivery: &Delivery<'_>) -> Vec<u8> {
    let single = is_single(delivery);
    let profile = if single { "SimpleAudioSingle" } else { "Audio" };
    let parties = Parties::of(delivery);
    let mut xml = Xml::new();
    xml.open_with(
        "ern:NewReleaseMessage",
        &[
            ("xmlns:ern", "http://ddex.net/xml/ern/43"),
            ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"),
            (
                "xsi:schemaLocation",
                "http://ddex.net/xml/ern/43 http://ddex.net/xml/ern/43/release-notification.xsd",
            ),
            ("ReleaseProfileVersionId", profile),
            ("LanguageAndScriptCode", "en"),
            ("AvsVersionId", "3"),
        ],
    );
    header(&mut xml, delivery);
    party_list(&mut xml, delivery, &parties);
    resource::list(&mut xml, delivery, &parties);
    release::list(&mut xml, delivery, &parties, single);
    deals(&mut xml, delivery, single);
    xml.finish()
}

fn is_single(delivery: &Delivery<'_>) -> bool {
    delivery.release.kind == "Single" && delivery.release.tracks.len() == 1
}

fn header(xml: &mut Xml, delivery: &Delivery<'_>) {
    xml.open("MessageHeader");
    xml.leaf("MessageThreadId", &delivery.release.gtin);
    xml.leaf("MessageId", &delivery.message_id());
    messaging_party(
        xml,
        "MessageSender",
        &delivery.label.sender,
        &delivery.label.name,
    );
    let recipient = super::identifiers::party_id(RECIPIENT);
    messaging_party(xml, "MessageRecipient", &recipient, "Backline");
    xml.leaf("MessageCreatedDateTime", &delivery.created());
    xml.leaf("MessageControlType", "LiveMessage");
    xml.close();
}

fn messaging_party(xml: &mut Xml, element: &str, id: &str, name: &str) {
    xml.open(element);
    xml.leaf("PartyId", id);
    xml.open("PartyName");
    xml.leaf("FullName", name);
    xml.close();
    xml.close();
}

fn party_list(xml: &mut Xml, delivery: &Delivery<'_>, parties: &Parties) {
    xml.open("PartyList");
    let label = [(Parties::LABEL, delivery.label.name.as_str())];
    let artists = parties
        .0
        .iter()
        .map(|(name, reference)| (reference.as_str(), name.as_str()));
    for (reference, name) in label.into_iter().chain(artists) {
        xml.open("Party");
        xml.leaf("PartyReference", reference);
        xml.open("PartyName");
        xml.leaf("FullName", name);
        xml.close();
        xml.close();
    }
    xml.close();
}

/// Title, artist name and display artist: the same three for tracks and for releases.
fn display(xml: &mut Xml, parties: &Parties, title: &str, version: Option<&str>, artist: &str) {
    let text = version.map_or(title.to_owned(), |version| format!("{title} ({version})"));
    xml.leaf("DisplayTitleText", &text);
    let everywhere = [
        ("ApplicableTerritoryCode", "Worldwide"),
        ("IsDefault", "true"),
    ];
    xml.open_with("DisplayTitle", &everywhere);
    xml.leaf("TitleText", title);
    if let Some(version) = version {
        xml.leaf("SubTitle", version);
    }
    xml.close();
    xml.leaf_with("DisplayArtistName", &everywhere, artist);
    xml.open_with("DisplayArtist", &[("SequenceNumber", "1")]);
    xml.leaf("ArtistPartyReference", parties.reference(artist));
    xml.leaf("DisplayArtistRole", "MainArtist");
    xml.close();
}

fn deals(xml: &mut Xml, delivery: &Delivery<'_>, single: bool) {
    xml.open("DealList");
    xml.open("ReleaseDeal");
    if single {
        xml.leaf("DealReleaseReference", "R0");
    } else {
        for at in 1..=delivery.release.tracks.len() {
            xml.leaf("DealReleaseReference", &format!("R{at}"));
        }
    }
    for (model, uses) in MODELS {
        xml.open("Deal");
        xml.open("DealTerms");
        for territory in &delivery.release.territories {
            xml.leaf("TerritoryCode", territory);
        }
        xml.open("ValidityPeriod");
        xml.leaf("StartDateTime", &delivery.release.start);
        xml.close();
        xml.leaf("CommercialModelType", model);
        for r#use in uses {
            xml.leaf("UseType", r#use);
        }
        xml.close();
        xml.close();
    }
    xml.close();
    xml.close();
}
