//! What does reading, checking and mapping a message cost, against a bare pass over its events?
//!
//! `cargo run --release -p ingest --example bench`: for messages of 21, 1,000 and 10,000 tracks that it writes
//! itself, the median CPU time of several runs in one process, side by side; then the peak of memory.

use ingest::evidence::Evidence;
use ingest::{Config, catalogue, checks, ern};
use quick_xml::events::Event;
use std::fmt::Write;
use std::hint::black_box;

/// Samples of each kind.
const ROUNDS: usize = 9;

fn main() {
    let config = Config::load(None).expect("the defaults are valid");
    println!("| tracks | MB | events ms | parsed, checked, mapped ms | ratio |");
    println!("|---|---|---|---|---|");
    for tracks in [21, 1_000, 10_000] {
        let text = message(tracks);
        // Linux counts CPU time by its ticks: a sample is as many messages as fill many of them.
        let count = (20_000 / tracks).max(1);
        // In turns, so that a busy machine is busy for both.
        let (mut events, mut whole) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            events.push(cpu(count, || pass(&text)));
            whole.push(cpu(count, || {
                let delivery = ern::read(&text);
                let findings = checks::check(&delivery, &Evidence::default(), &config);
                assert!(!findings.refuse(), "{:?}", findings.0.first());
                black_box(catalogue::change(&delivery, &Evidence::default())).is_some()
            }));
        }
        let (events, whole) = (median(events), median(whole));
        println!(
            "| {tracks} | {:.2} | {:.3} | {:.3} | {:.2} |",
            text.len() as f64 / 1e6,
            events * 1e3,
            whole * 1e3,
            whole / events
        );
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status
        .lines()
        .find(|line| line.starts_with("VmHWM"))
        .unwrap_or("VmHWM: unknown");
    println!(
        "peak memory with the message itself: {}",
        peak.trim_start_matches("VmHWM:").trim()
    );
}

fn median(mut samples: Vec<f64>) -> f64 {
    samples.sort_by(f64::total_cmp);
    samples[samples.len() / 2]
}

/// Seconds of this thread's CPU per piece of work, over many.
fn cpu<T>(count: usize, work: impl Fn() -> T) -> f64 {
    let before = ticks();
    (0..count).for_each(|_| drop(black_box(work())));
    (ticks() - before) / count as f64
}

fn ticks() -> f64 {
    // schedstat: nanoseconds that this thread has spent on a CPU.
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = text
        .split(' ')
        .next()
        .and_then(|number| number.parse::<f64>().ok());
    nanoseconds.expect("Linux tells a thread's CPU time") / 1e9
}

/// The reference: every event, nothing kept.
fn pass(text: &str) -> usize {
    let mut reader = quick_xml::Reader::from_str(text);
    let mut count = 0;
    loop {
        match reader.read_event() {
            Ok(Event::Eof) | Err(_) => return count,
            Ok(event) => count += black_box(event).len(),
        }
    }
}

/// An album in ERN 4.3 with a deal per track, as verbose as majors write.
fn message(tracks: usize) -> String {
    let mut xml = String::from(HEAD);
    let mut each = |form: &dyn Fn(&mut String, usize)| (1..=tracks).for_each(|n| form(&mut xml, n));
    each(&|xml, n| {
        let _ = write!(
            xml,
            "<SoundRecording><ResourceReference>A{n}</ResourceReference><Type>MusicalWorkSoundRecording</Type>\n<SoundRecordingEdition><ResourceId><ISRC>QZNJX26{n:05}</ISRC></ResourceId><PLine><Year>2026</Year><PLineText>(P) 2026 Nightjar Records</PLineText></PLine>\n<TechnicalDetails><TechnicalResourceDetailsReference>T{n}</TechnicalResourceDetailsReference><DeliveryFile><Type>AudioFile</Type><AudioCodecType>FLAC</AudioCodecType><NumberOfChannels>2</NumberOfChannels><SamplingRate UnitOfMeasure=\"kHz\">44.1</SamplingRate><BitsPerSample>16</BitsPerSample>\n<File><URI>resources/5012345678900_01_{n:05}.flac</URI><HashSum><Algorithm>MD5</Algorithm><HashSumValue>900150983cd24fb0d6963f7d28e17f72</HashSumValue></HashSum><FileSize>31337000</FileSize></File></DeliveryFile></TechnicalDetails></SoundRecordingEdition>\n<DisplayTitleText ApplicableTerritoryCode=\"Worldwide\" IsDefault=\"true\">Piece Number {n}</DisplayTitleText><DisplayTitle ApplicableTerritoryCode=\"Worldwide\" IsDefault=\"true\"><TitleText>Piece Number {n}</TitleText></DisplayTitle><DisplayArtistName ApplicableTerritoryCode=\"Worldwide\" IsDefault=\"true\">Mara Lindt</DisplayArtistName><DisplayArtist SequenceNumber=\"1\"><ArtistPartyReference>P1</ArtistPartyReference><DisplayArtistRole>MainArtist</DisplayArtistRole></DisplayArtist>\n<Contributor SequenceNumber=\"1\"><ContributorPartyReference>P3</ContributorPartyReference><Role>Composer</Role></Contributor><ResourceRightsController><RightsControllerPartyReference>P2</RightsControllerPartyReference><RightsControlType>RightsController</RightsControlType><RightSharePercentage>100.00</RightSharePercentage></ResourceRightsController><Duration>PT3M20S</Duration><CreationDate>2026</CreationDate><ParentalWarningType>NotExplicit</ParentalWarningType><LanguageOfPerformance>en</LanguageOfPerformance></SoundRecording>\n"
        );
    });
    xml.push_str(MIDDLE);
    let mut each = |form: &dyn Fn(&mut String, usize)| (1..=tracks).for_each(|n| form(&mut xml, n));
    each(&|xml, n| {
        let _ = writeln!(
            xml,
            "<ResourceGroupContentItem><SequenceNumber>{n}</SequenceNumber><ReleaseResourceReference>A{n}</ReleaseResourceReference></ResourceGroupContentItem>"
        );
    });
    xml.push_str("</ResourceGroup></ResourceGroup></Release>\n");
    let mut each = |form: &dyn Fn(&mut String, usize)| (1..=tracks).for_each(|n| form(&mut xml, n));
    each(&|xml, n| {
        let _ = writeln!(
            xml,
            "<TrackRelease><ReleaseReference>R{n}</ReleaseReference><ReleaseId><ProprietaryId Namespace=\"DPID:PADPIDA2013042401U\">5012345678900_{n}</ProprietaryId></ReleaseId><ReleaseResourceReference>A{n}</ReleaseResourceReference><ReleaseLabelReference>P2</ReleaseLabelReference><Genre><GenreText>Ambient</GenreText></Genre></TrackRelease>"
        );
    });
    xml.push_str("</ReleaseList>\n<DealList>\n");
    let mut each = |form: &dyn Fn(&mut String, usize)| (1..=tracks).for_each(|n| form(&mut xml, n));
    each(&|xml, n| {
        let _ = write!(
            xml,
            "<ReleaseDeal><DealReleaseReference>R{n}</DealReleaseReference>"
        );
        for model in ["SubscriptionModel", "AdvertisementSupportedModel"] {
            let _ = write!(
                xml,
                "<Deal><DealTerms><TerritoryCode>Worldwide</TerritoryCode><ValidityPeriod><StartDateTime>2026-10-01T00:00:00Z</StartDateTime></ValidityPeriod><CommercialModelType>{model}</CommercialModelType><UseType>OnDemandStream</UseType><UseType>ConditionalDownload</UseType></DealTerms></Deal>"
            );
        }
        xml.push_str("</ReleaseDeal>\n");
    });
    xml.push_str("</DealList>\n</ern:NewReleaseMessage>\n");
    xml
}

const HEAD: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<ern:NewReleaseMessage xmlns:ern="http://ddex.net/xml/ern/43" ReleaseProfileVersionId="Audio" LanguageAndScriptCode="en" AvsVersionId="3">
<MessageHeader><MessageId>bench</MessageId><MessageSender><PartyId>PADPIDA2013042401U</PartyId><PartyName><FullName>Nightjar Records</FullName></PartyName></MessageSender><MessageCreatedDateTime>2026-09-01T00:00:00Z</MessageCreatedDateTime></MessageHeader>
<PartyList><Party><PartyReference>P1</PartyReference><PartyName><FullName>Mara Lindt</FullName></PartyName></Party><Party><PartyReference>P2</PartyReference><PartyName><FullName>Nightjar Records</FullName></PartyName></Party><Party><PartyReference>P3</PartyReference><PartyName><FullName>Ada Brook</FullName></PartyName></Party></PartyList>
<ResourceList>
"#;
const MIDDLE: &str = r#"</ResourceList>
<ReleaseList><Release><ReleaseReference>R0</ReleaseReference><ReleaseType>Album</ReleaseType><ReleaseId><ICPN>5012345678900</ICPN></ReleaseId><DisplayTitleText>All Pieces</DisplayTitleText><DisplayTitle><TitleText>All Pieces</TitleText></DisplayTitle><DisplayArtistName>Mara Lindt</DisplayArtistName><DisplayArtist SequenceNumber="1"><ArtistPartyReference>P1</ArtistPartyReference><DisplayArtistRole>MainArtist</DisplayArtistRole></DisplayArtist><ReleaseLabelReference>P2</ReleaseLabelReference><PLine><PLineText>2026 Nightjar</PLineText></PLine><ReleaseDate>2026-10-01</ReleaseDate><Genre><GenreText>Ambient</GenreText></Genre><ResourceGroup><ResourceGroup><SequenceNumber>1</SequenceNumber>
"#;
