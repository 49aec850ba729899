//! Which artists should a person look at, and what did the person decide about them?
//!
//! A decision is a record of the log, numbered, so that of two the later holds. It names what it covers: names,
//! ISNIs, labels, releases; so it holds for deliveries to come, and when those that are there are gone.

use crate::Error;
use crate::report::summary::TABLE_STYLE;
use catalog::artists::{self, Identity, Review};
use catalog::delivery::{Appended, DeliveryLog, DeliveryRecord, SCHEMA, Verdict};
use catalog::ids::{ArtistId, normalised};
use catalog::release::Catalogue;
use catalog::store::Store;
use comfy_table::{ContentArrangement, Table};
use jiff::Timestamp;
use serde::Serialize;
use std::collections::BTreeSet;
use std::fmt;

/// The log's name for decisions that answer no message.
pub const SENDER: &str = "backline";

/// What a person says of artists.
#[derive(Debug, Clone)]
pub enum Saying {
    /// Both are the first.
    One(ArtistId, ArtistId),
    /// They are two, whatever the names say.
    Two(ArtistId, ArtistId),
    /// It is one.
    Whole(ArtistId),
    /// The releases on these labels, and these releases (by the sender's key), are another artist's.
    Split {
        /// Whose they seem to be.
        artist: ArtistId,
        /// As displayed.
        labels: Vec<String>,
        /// GTIN, GRid or the sender's number.
        releases: Vec<String>,
    },
}

/// A decision and who takes it.
#[derive(Debug, Clone)]
pub struct Decision {
    /// What.
    pub saying: Saying,
    /// Who decides.
    pub who: String,
    /// Why.
    pub why: String,
}

/// What a person should look at.
#[derive(Debug, Clone, Serialize)]
pub struct ArtistReview {
    /// The number of the decision that was recorded just now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recorded: Option<u32>,
    /// Everybody, twins, mix-ups.
    #[serde(flatten)]
    pub review: Review,
}

/// Lists likely twins and mix-ups, after recording a decision if there is one.
///
/// # Errors
/// [`Error::Store`]; [`Error::NoArtist`] when nobody has the id; [`Error::NotSplit`] when nothing would remain or
/// go.
pub fn artists(store: &Store, decision: Option<&Decision>) -> Result<ArtistReview, Error> {
    let recorded = decision
        .map(|decision| record(store, decision))
        .transpose()?;
    let judgement = catalog::snapshot::judgement(store)?;
    let review = artists::review(&judgement.catalogue, &judgement.identities);
    Ok(ArtistReview { recorded, review })
}

fn record(store: &Store, decision: &Decision) -> Result<u32, Error> {
    let judgement = catalog::snapshot::judgement(store)?;
    let review = artists::review(&judgement.catalogue, &judgement.identities);
    let identities = identities(&decision.saying, &review, &judgement.catalogue)?;
    let newest = judgement.identities.keys().last();
    let mut number = newest.map_or(1, |newest| newest + 1);
    let said = serde_json::to_vec(&identities).expect("identities are plain data");
    let message = store.put_blob(said)?;
    // No job reads the clock: a decision stands at the newest thing that was known then.
    let log = DeliveryLog::new(store);
    let known = log.records()?;
    let created = known.iter().map(|record| record.created).max();
    loop {
        let record = DeliveryRecord {
            schema: SCHEMA,
            sender: SENDER.to_owned(),
            message_id: format!("artists#{number}"),
            batch: None,
            created: created.unwrap_or(Timestamp::UNIX_EPOCH),
            message,
            verdict: Verdict::Identified {
                number,
                identities: identities.clone(),
                who: decision.who.clone(),
                why: decision.why.clone(),
            },
        };
        match log.append(&record)? {
            Appended::New | Appended::Replayed(_) => return Ok(number),
            // Somebody else decided at the same moment.
            Appended::Conflict(_) => number += 1,
        }
    }
}

fn identities(
    saying: &Saying,
    review: &Review,
    catalogue: &Catalogue,
) -> Result<Vec<Identity>, Error> {
    let identity = |artist: &ArtistId| match review.artists.get(artist) {
        Some(profile) => Ok(profile.identity()),
        None => Err(Error::NoArtist { artist: *artist }),
    };
    Ok(match saying {
        Saying::One(keep, other) => {
            let mut whole = identity(keep)?;
            whole.absorb(identity(other)?);
            vec![whole]
        }
        Saying::Two(one, other) => vec![identity(one)?, identity(other)?],
        Saying::Whole(artist) => vec![identity(artist)?],
        Saying::Split {
            artist,
            labels,
            releases,
        } => {
            let labels: BTreeSet<String> = labels.iter().map(|label| normalised(label)).collect();
            let named = catalogue.releases.iter().filter(|release| {
                let keys = [
                    Some(&release.reference),
                    release.grid.as_ref(),
                    release.proprietary_id.as_ref(),
                ];
                keys.into_iter().flatten().any(|key| releases.contains(key))
            });
            let named: BTreeSet<_> = named.map(|release| release.id).collect();
            let parts = identity(artist)?.split(&labels, &named, catalogue);
            parts.ok_or(Error::NotSplit { artist: *artist })?.to_vec()
        }
    })
}

impl fmt::Display for ArtistReview {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(number) = self.recorded {
            writeln!(f, "decision {number} is recorded")?;
        }
        let review = &self.review;
        if review.twins.is_empty() && review.mixups.is_empty() {
            return write!(f, "{} artists; none needs a decision", review.artists.len());
        }
        if !review.twins.is_empty() {
            let mut table = table();
            for twins in &review.twins {
                row(&mut table, review, &twins.one, twins.because);
                row(&mut table, review, &twins.other, "");
            }
            writeln!(f, "may be one artist under two ids:\n{table}")?;
            writeln!(
                f,
                "  decide: backline ingest artists one KEEP OTHER, or two ONE OTHER, with --who and --why"
            )?;
        }
        if !review.mixups.is_empty() {
            let mut table = table();
            for mixup in &review.mixups {
                row(&mut table, review, &mixup.artist, &mixup.because);
            }
            writeln!(f, "may be several artists under one id:\n{table}")?;
            writeln!(
                f,
                "  decide: backline ingest artists split ARTIST --label LABEL, or whole ARTIST, with --who and --why"
            )?;
        }
        write!(f, "{} artists", review.artists.len())
    }
}

fn table() -> Table {
    let mut table = Table::new();
    table
        .load_style(TABLE_STYLE)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_header(["artist", "id", "labels", "genres", "releases", "why"]);
    table
}

fn row(table: &mut Table, review: &Review, artist: &ArtistId, because: &str) {
    let profile = &review.artists[artist];
    let join = |words: &BTreeSet<String>| {
        words
            .iter()
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join(", ")
    };
    table.add_row([
        profile.name.as_str(),
        &artist.to_string(),
        &join(&profile.labels),
        &join(&profile.genres),
        &profile.releases.len().to_string(),
        because,
    ]);
}
