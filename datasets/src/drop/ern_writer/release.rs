//! What is the release, and in which order do its tracks come?

use super::element::Xml;
use super::{Parties, display, resource::line};
use crate::drop::{Delivery, duration};

/// Writes `ReleaseList`: `R0` is the release, `R1`, `R2` … its track releases.
pub(super) fn list(xml: &mut Xml, delivery: &Delivery<'_>, parties: &Parties, single: bool) {
    xml.open("ReleaseList");
    release(xml, delivery, parties, single);
    if !single {
        for (at, track) in delivery.release.tracks.iter().enumerate() {
            xml.open("TrackRelease");
            xml.leaf("ReleaseReference", &format!("R{}", at + 1));
            xml.open("ReleaseId");
            let id = format!("{}_{}", delivery.release.gtin, track.isrc);
            xml.leaf_with(
                "ProprietaryId",
                &[("Namespace", &delivery.label.sender)],
                &id,
            );
            xml.close();
            xml.leaf("ReleaseResourceReference", &format!("A{}", at + 1));
            label_and_genre(xml, &track.genre);
            xml.close();
        }
    }
    xml.close();
}

fn release(xml: &mut Xml, delivery: &Delivery<'_>, parties: &Parties, single: bool) {
    let release = delivery.release;
    xml.open("Release");
    xml.leaf("ReleaseReference", "R0");
    let kind = match release.kind.as_str() {
        _ if single => "SingleResourceRelease",
        "Compilation" => "Album",
        other => other,
    };
    xml.leaf("ReleaseType", kind);
    xml.open("ReleaseId");
    xml.leaf("ICPN", &release.gtin);
    xml.close();
    display(
        xml,
        parties,
        &release.title,
        release.version.as_deref(),
        &release.artist,
    );
    let everywhere = [("ApplicableTerritoryCode", "Worldwide")];
    xml.leaf_with("ReleaseLabelReference", &everywhere, Parties::LABEL);
    line(xml, "P", &release.p_line);
    line(xml, "C", &release.p_line);
    let total = delivery.masters.iter().map(|master| master.millis).sum();
    xml.leaf("Duration", &duration(total));
    xml.open_with("Genre", &everywhere);
    xml.leaf("GenreText", &release.genre);
    xml.close();
    xml.leaf("ReleaseDate", &release.street);
    xml.leaf("OriginalReleaseDate", &release.original);
    xml.leaf("ParentalWarningType", "NotExplicit");
    let several = release.kind == "Compilation";
    xml.leaf(
        "IsMultiArtistCompilation",
        if several { "true" } else { "false" },
    );
    groups(xml, delivery);
    xml.close();
}

/// One group per disc inside the release's own group; the cover is linked to the outer one.
fn groups(xml: &mut Xml, delivery: &Delivery<'_>) {
    let tracks = &delivery.release.tracks;
    let discs = tracks.iter().map(|track| track.disc).max().unwrap_or(1);
    let cover = format!("A{}", tracks.len() + 1);
    xml.open("ResourceGroup");
    if discs == 1 {
        xml.leaf("SequenceNumber", "1");
        items(xml, delivery, 1);
    } else {
        for disc in 1..=discs {
            xml.open_with("ResourceGroup", &[("ResourceGroupType", "Component")]);
            xml.open("AdditionalTitle");
            xml.leaf("TitleText", &format!("Disc {disc}"));
            xml.close();
            xml.leaf("SequenceNumber", &disc.to_string());
            items(xml, delivery, disc);
            xml.close();
        }
    }
    xml.leaf("LinkedReleaseResourceReference", &cover);
    xml.close();
}

fn items(xml: &mut Xml, delivery: &Delivery<'_>, disc: u16) {
    for (at, track) in delivery
        .release
        .tracks
        .iter()
        .enumerate()
        .filter(|(_, t)| t.disc == disc)
    {
        xml.open("ResourceGroupContentItem");
        xml.leaf("SequenceNumber", &track.number.to_string());
        xml.leaf("ReleaseResourceReference", &format!("A{}", at + 1));
        xml.close();
    }
}

fn label_and_genre(xml: &mut Xml, genre: &str) {
    let everywhere = [("ApplicableTerritoryCode", "Worldwide")];
    xml.leaf_with("ReleaseLabelReference", &everywhere, Parties::LABEL);
    xml.open_with("Genre", &everywhere);
    xml.leaf("GenreText", genre);
    xml.close();
}
