//! Do the words of a song arrive, whatever the format of the delivery?

use crate::ern_reader::ALBUM;
use crate::label::{Label, codes};
use catalog::delivery::{Change, DeliveryLog, Verdict};
use catalog::release::Lyrics;
use catalog::store::Store;
use serde_json::json;
use std::fs;
use std::path::Path;

const ALBUM_3: &str = include_str!("album382.xml");
const WORDS: &str = "[00:00.50]First light\n[00:01.20]on the water\n";

/// What the catalogue has of each track of the only release.
fn lyrics(label: &Label) -> Vec<Option<Lyrics>> {
    let records = DeliveryLog::new(&label.store()).records().unwrap();
    let Verdict::Accepted {
        change: Change::Put(release),
    } = &records[0].verdict
    else {
        panic!("{:?}", records[0].verdict)
    };
    release.tracks.iter().map(|track| track.lyrics).collect()
}

fn write(folder: &Path, words: impl AsRef<[u8]>) {
    fs::write(folder.join("resources/01.lrc"), words).unwrap();
}

fn arrived(label: &Label) {
    let report = label.ingest().unwrap();
    assert!(!codes(&report).contains(&"file-unused"), "{report:?}");
    let found = lyrics(label);
    let [Some(first), None] = found[..] else {
        panic!("{found:?}")
    };
    assert!(first.timed);
    let kept = label.store().get(&Store::blob_key(&first.sha256)).unwrap();
    assert_eq!(kept.unwrap(), WORDS.as_bytes());
}

#[test]
fn words_come_with_a_release_json() {
    let label = Label::new();
    let folder = label.deliver("R1", |message| {
        message["tracks"][0]["lyrics"] = json!({"file": "resources/01.lrc"});
    });
    write(&folder, WORDS);
    arrived(&label);
}

#[test]
fn words_come_as_a_lyric_text_that_ern_4_links_to_the_recording() {
    let text = "<Text><ResourceReference>A4</ResourceReference><Type>LyricText</Type>\
        <TechnicalDetails><DeliveryFile><Type>TextFile</Type><File><URI>resources/01.lrc</URI></File>\
        <IsProvidedInDelivery>true</IsProvidedInDelivery></DeliveryFile></TechnicalDetails></Text>";
    let first = "<ReleaseResourceReference>A1</ReleaseResourceReference>\n      </ResourceGroupContentItem>";
    assert!(ALBUM.contains(first));
    let message = ALBUM
        .replace("</ResourceList>", &format!("{text}</ResourceList>"))
        .replace(
            first,
            "<ReleaseResourceReference>A1</ReleaseResourceReference>\
             <LinkedReleaseResourceReference>A4</LinkedReleaseResourceReference></ResourceGroupContentItem>",
        );
    let label = Label::new();
    write(&label.deliver_ern("5012345678900", &message), WORDS);
    arrived(&label);
}

#[test]
fn words_come_as_a_lyric_text_of_ern_3() {
    let text = "<Text><TextType>LyricText</TextType><ResourceReference>A4</ResourceReference>\
        <TextDetailsByTerritory><TerritoryCode>Worldwide</TerritoryCode><TechnicalTextDetails>\
        <File><FileName>01.lrc</FileName><FilePath>resources</FilePath></File>\
        </TechnicalTextDetails></TextDetailsByTerritory></Text>";
    let first =
        "<ReleaseResourceReference>A1</ReleaseResourceReference></ResourceGroupContentItem>";
    assert!(ALBUM_3.contains(first));
    let message = ALBUM_3
        .replace("PT3M5S", "PT2S")
        .replace("PT0H4M", "PT2S")
        .replace("</ResourceList>", &format!("{text}</ResourceList>"))
        .replace(
            first,
            "<ReleaseResourceReference>A1</ReleaseResourceReference>\
             <LinkedReleaseResourceReference LinkDescription=\"Lyrics\">A4</LinkedReleaseResourceReference>\
             </ResourceGroupContentItem>",
        );
    let label = Label::new();
    write(&label.deliver_ern("5012345678900", &message), WORDS);
    arrived(&label);
}

#[test]
fn words_that_cannot_be_read_are_left_out_and_a_missing_file_refuses() {
    let deliver = |words: Option<&[u8]>| {
        let label = Label::new();
        let folder = label.deliver("R1", |message| {
            message["tracks"][0]["lyrics"] = json!({"file": "resources/01.lrc"});
        });
        if let Some(words) = words {
            write(&folder, words);
        }
        label
    };
    let latin = deliver(Some(b"caf\xe9"));
    let report = latin.ingest().unwrap();
    assert_eq!(codes(&report), ["lyrics-unreadable", "artwork-advised"]);
    assert_eq!(lyrics(&latin), [None, None]);
    let report = deliver(None).ingest().unwrap();
    assert!(codes(&report).contains(&"file-missing"), "{report:?}");
}
