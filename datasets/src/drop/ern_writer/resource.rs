//! What are the files: one `SoundRecording` per master, and the front cover?

use super::element::Xml;
use super::{Parties, display};
use crate::drop::plan::Track;
use crate::drop::{Delivery, Master, Resource, duration};

/// Writes `ResourceList`: `A1`, `A2` … are the tracks in order, the cover comes last.
pub(super) fn list(xml: &mut Xml, delivery: &Delivery<'_>, parties: &Parties) {
    xml.open("ResourceList");
    for (at, (track, master)) in delivery
        .release
        .tracks
        .iter()
        .zip(delivery.masters)
        .enumerate()
    {
        recording(xml, delivery, parties, (at + 1, track, master));
    }
    cover(xml, delivery);
    xml.close();
}

fn recording(
    xml: &mut Xml,
    delivery: &Delivery<'_>,
    parties: &Parties,
    (at, track, master): (usize, &Track, &Master),
) {
    xml.open("SoundRecording");
    xml.leaf("ResourceReference", &format!("A{at}"));
    xml.leaf("Type", "MusicalWorkSoundRecording");
    xml.open("SoundRecordingEdition");
    xml.open("ResourceId");
    xml.leaf("ISRC", &track.isrc);
    xml.close();
    line(xml, "P", &delivery.release.p_line);
    xml.open("TechnicalDetails");
    xml.leaf("TechnicalResourceDetailsReference", &format!("T{at}"));
    xml.open("DeliveryFile");
    xml.leaf("Type", "AudioFile");
    xml.leaf("AudioCodecType", "FLAC");
    xml.leaf("NumberOfChannels", "2");
    let kilohertz = master.rate as f64 / 1000.0;
    xml.leaf_with(
        "SamplingRate",
        &[("UnitOfMeasure", "kHz")],
        &kilohertz.to_string(),
    );
    xml.leaf("BitsPerSample", "16");
    file(xml, &delivery.label.hash, &master.resource);
    xml.close();
    xml.close();
    xml.close();
    display(xml, parties, &track.title, None, &track.artist);
    xml.open_with("Contributor", &[("SequenceNumber", "1")]);
    xml.leaf(
        "ContributorPartyReference",
        parties.reference(&track.artist),
    );
    xml.leaf("Role", "Composer");
    xml.close();
    // ERN has no field for an open licence; the courtesy line is what a player must show.
    let courtesy = format!("Licence {}. Origin {}.", master.licence, master.origin);
    let everywhere = [
        ("ApplicableTerritoryCode", "Worldwide"),
        ("IsDefault", "true"),
    ];
    xml.leaf_with("CourtesyLine", &everywhere, &courtesy);
    xml.leaf("Duration", &duration(master.millis));
    xml.leaf("CreationDate", &delivery.release.original);
    xml.leaf("ParentalWarningType", "NotExplicit");
    xml.leaf(
        "IsInstrumental",
        if delivery.release.language == "zxx" {
            "true"
        } else {
            "false"
        },
    );
    if delivery.release.language != "zxx" {
        xml.leaf("LanguageOfPerformance", &delivery.release.language);
    }
    xml.close();
}

fn cover(xml: &mut Xml, delivery: &Delivery<'_>) {
    let at = delivery.release.tracks.len() + 1;
    xml.open("Image");
    xml.leaf("ResourceReference", &format!("A{at}"));
    xml.leaf("Type", "FrontCoverImage");
    xml.open("ResourceId");
    let id = format!("COVER:{}", delivery.release.gtin);
    xml.leaf_with(
        "ProprietaryId",
        &[("Namespace", &delivery.label.sender)],
        &id,
    );
    xml.close();
    xml.leaf("ParentalWarningType", "NotExplicit");
    xml.open("TechnicalDetails");
    xml.leaf("TechnicalResourceDetailsReference", &format!("T{at}"));
    xml.leaf("ImageCodecType", "JPEG");
    let side = crate::cover::SIDE.to_string();
    xml.leaf_with("ImageHeight", &[("UnitOfMeasure", "Pixel")], &side);
    xml.leaf_with("ImageWidth", &[("UnitOfMeasure", "Pixel")], &side);
    file(xml, &delivery.label.hash, delivery.cover);
    xml.close();
    xml.close();
}

fn file(xml: &mut Xml, hash: &str, resource: &Resource) {
    xml.open("File");
    xml.leaf("URI", &resource.file);
    xml.open("HashSum");
    xml.leaf("Algorithm", hash);
    match hash {
        "MD5" => xml.leaf("HashSumValue", &resource.md5),
        _ => xml.leaf("HashSumValue", &resource.sha256.to_string()),
    }
    xml.close();
    xml.leaf("FileSize", &resource.bytes.to_string());
    xml.close();
}

/// A `PLine` or `CLine` from text that begins with its year.
pub(super) fn line(xml: &mut Xml, kind: &str, text: &str) {
    xml.open(&format!("{kind}Line"));
    if let Some(year) = text
        .get(..4)
        .filter(|year| year.bytes().all(|b| b.is_ascii_digit()))
    {
        xml.leaf("Year", year);
    }
    xml.leaf(&format!("{kind}LineText"), &format!("({kind}) {text}"));
    xml.close();
}
