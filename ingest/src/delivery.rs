//! What does a delivery say, whatever the format it came in?
//!
//! Both readers (`ern`, `plain`) fill this one model. Values are kept as delivered, each with its
//! place, because a refusal quotes them; `checks` judges them and `catalogue` turns an accepted
//! delivery into the types of `catalog`.

use crate::finding::{At, Findings, Text};

/// What a reader made of one message.
#[derive(Debug, Clone, Default)]
pub struct Delivery {
    /// Who sent what, when.
    pub header: Header,
    /// What it asks for.
    pub content: Content,
    /// Faults of structure that only the reader can see: dangling references, doubled ones.
    pub findings: Findings,
}

/// The envelope.
#[derive(Debug, Clone, Default)]
pub struct Header {
    /// "ERN 4.3" or "release.json".
    pub format: String,
    /// DPID or name of the sender; half of the idempotency key.
    pub sender: Option<Text>,
    /// The sender's name for people.
    pub sender_name: Option<String>,
    /// The other half of the key.
    pub message_id: Option<Text>,
    /// MessageCreatedDateTime.
    pub created: Option<Text>,
    /// A TestMessage: checked and reported, never published.
    pub test: bool,
}

/// The order of the message.
#[derive(Debug, Clone, Default)]
pub enum Content {
    /// Publish or replace a release.
    Release(Box<DeliveredRelease>),
    /// Take a release down for good.
    Purge(ReleaseIds),
    /// The message holds neither.
    #[default]
    Nothing,
}

/// The names of a release, as delivered.
#[derive(Debug, Clone, Default)]
pub struct ReleaseIds {
    /// Where the release or its identifier begins.
    pub at: At,
    /// ICPN, EAN, UPC.
    pub gtin: Option<Text>,
    /// Global Release Identifier.
    pub grid: Option<Text>,
    /// The sender's own number.
    pub proprietary: Option<Text>,
}

/// A release, as delivered.
#[derive(Debug, Clone, Default)]
pub struct DeliveredRelease {
    /// Its names.
    pub ids: ReleaseIds,
    /// Album, Single, EP …
    pub kind: Option<Text>,
    /// Title without version.
    pub title: Option<Text>,
    /// "Remastered", "Live".
    pub version: Option<Text>,
    /// Credits in the delivered order.
    pub artists: Vec<DeliveredCredit>,
    /// The label's name.
    pub label: Option<Text>,
    /// ℗ line.
    pub p_line: Option<Text>,
    /// © line.
    pub c_line: Option<Text>,
    /// First release anywhere, a partial date.
    pub original_date: Option<Text>,
    /// Release date of this product, a partial date.
    pub release_date: Option<Text>,
    /// The label's own word.
    pub genre: Option<Text>,
    /// BCP 47.
    pub language: Option<Text>,
    /// Front covers; exactly one is wanted.
    pub artwork: Vec<DeliveredFile>,
    /// In the running order.
    pub tracks: Vec<DeliveredTrack>,
    /// All deals; tracks refer to them by index, because one deal often covers hundreds of tracks.
    pub deals: Vec<DeliveredDeal>,
    /// Whether there are deals that only speak of the whole release (they open no stream).
    pub release_deals: Vec<usize>,
    /// What may be shown before it may be heard.
    pub announcement: DeliveredAnnouncement,
}

/// Preview and display dates, as delivered.
#[derive(Debug, Clone, Default)]
pub struct DeliveredAnnouncement {
    /// The release itself.
    pub display: Option<Text>,
    /// Its cover.
    pub cover: Option<Text>,
    /// Its track list.
    pub track_list: Option<Text>,
    /// Clips.
    pub clip: Option<Text>,
}

impl DeliveredAnnouncement {
    /// What is missing comes from another.
    pub(crate) fn or(self, other: &DeliveredAnnouncement) -> DeliveredAnnouncement {
        let either = |own: Option<Text>, other: &Option<Text>| own.or_else(|| other.clone());
        DeliveredAnnouncement {
            display: either(self.display, &other.display),
            cover: either(self.cover, &other.cover),
            track_list: either(self.track_list, &other.track_list),
            clip: either(self.clip, &other.clip),
        }
    }
}

/// A credit, as delivered.
#[derive(Debug, Clone, Default)]
pub struct DeliveredCredit {
    /// Name as displayed.
    pub name: Text,
    /// MainArtist, Composer …
    pub role: String,
    /// ISNI, where given.
    pub isni: Option<Text>,
    /// IPI name number, where given.
    pub ipi: Option<Text>,
}

/// A track, as delivered.
#[derive(Debug, Clone, Default)]
pub struct DeliveredTrack {
    /// Where it begins.
    pub at: At,
    /// What people call it in a finding: "track 2", "A2".
    pub name: String,
    /// Disc, from one.
    pub disc: u32,
    /// Number on the disc, from one.
    pub number: u32,
    /// ISRC.
    pub isrc: Option<Text>,
    /// Title without version.
    pub title: Option<Text>,
    /// "Radio Edit".
    pub version: Option<Text>,
    /// Credits in the delivered order.
    pub artists: Vec<DeliveredCredit>,
    /// xs:duration.
    pub duration: Option<Text>,
    /// Parental warning.
    pub advisory: Option<Text>,
    /// The label's own word.
    pub genre: Option<Text>,
    /// Language of performance.
    pub language: Option<Text>,
    /// Work code.
    pub iswc: Option<Text>,
    /// The master; none = not delivered with this message.
    pub file: Option<DeliveredFile>,
    /// The words.
    pub lyrics: Option<DeliveredFile>,
    /// Licence, for open music.
    pub licence: Option<Text>,
    /// Provenance.
    pub origin: Option<Text>,
    /// What may be shown before it may be heard.
    pub announcement: DeliveredAnnouncement,
    /// Deals that open this track: indices into `DeliveredRelease::deals`.
    pub deals: Vec<usize>,
}

/// A file that the message names.
#[derive(Debug, Clone, Default)]
pub struct DeliveredFile {
    /// Relative path or URI, as delivered.
    pub uri: Text,
    /// Checksums: algorithm and value.
    pub hashes: Vec<(Text, Text)>,
}

/// A deal, as delivered.
#[derive(Debug, Clone, Default)]
pub struct DeliveredDeal {
    /// Where it begins.
    pub at: At,
    /// Codes or "Worldwide".
    pub territories: Vec<Text>,
    /// World minus these.
    pub excluded: Vec<Text>,
    /// SubscriptionModel …
    pub models: Vec<Text>,
    /// OnDemandStream …
    pub uses: Vec<Text>,
    /// When it holds; usually one.
    pub periods: Vec<Period>,
    /// A pre-order deal opens no stream.
    pub pre_order: bool,
    /// Closes its territories, whatever other deals say (ERN 3: TakeDown, AllDealsCancelled).
    pub take_down: bool,
    /// Preview dates of the deal (ERN 3; ERN 4 has them beside the deals).
    pub announcement: DeliveredAnnouncement,
}

/// When a deal holds. Dates are whole days (an end date is the last day); date-times are half-open.
#[derive(Debug, Clone, Default)]
pub struct Period {
    /// `2026-01-01` or `2026-01-01T00:00:00Z`.
    pub start: Option<Text>,
    /// The same; none = open.
    pub end: Option<Text>,
}
