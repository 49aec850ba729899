//! May this listener hear this track now, and if not, why not, and is there another way?
//!
//! A track that a country may not hear is relinked: another track of the same recording, or of a
//! recording that is the same audio, may be played in its place where that one is licensed. The
//! reason given is always that of the track that was asked for.

use crate::identity::{Listener, Tier};
use crate::problem::Problem;
use catalog::edition::catalogue::CatalogueView;
use catalog::rights::Availability;
use http::StatusCode;
use jiff::Timestamp;
use serde::Serialize;

/// A listener at an instant before a catalogue.
#[derive(Clone, Copy)]
pub(crate) struct Gate<'a> {
    pub(crate) catalogue: &'a CatalogueView,
    pub(crate) listener: Listener,
    pub(crate) now: Timestamp,
}

/// Why a track cannot be played.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Refusal {
    /// Stable: "not-yet", "ended", "not-in-territory", "not-in-tier", "no-deal", "no-audio".
    pub(crate) code: &'static str,
    /// For the listener.
    pub(crate) text: String,
    /// "not-yet": the first instant; "ended": the first instant that it was not allowed any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) at: Option<Timestamp>,
}

impl Gate<'_> {
    /// The track row to play for a track row: itself or one that it is relinked to.
    pub(crate) fn playable(&self, track: u32) -> Result<u32, Refusal> {
        let own = match self.judge(track) {
            Ok(()) => return Ok(track),
            Err(refusal) => refusal,
        };
        let recording = self.catalogue.track(track).map(|track| track.recording);
        recording.and_then(|row| self.appearance(row)).ok_or(own)
    }

    /// A track row to play for a recording row.
    pub(crate) fn appearance(&self, recording: u32) -> Option<u32> {
        let first = self.catalogue.recording(recording)?;
        let same = first
            .same
            .iter()
            .filter_map(|row| self.catalogue.recording(*row));
        let mut tracks = std::iter::once(first)
            .chain(same)
            .flat_map(|recording| recording.tracks);
        tracks.find(|track| self.judge(**track).is_ok()).copied()
    }

    /// The second of Unix time until which what is said of a track holds for sure: the end of its own licence
    /// while it may be played itself, and the next one if anything else decides.
    pub(crate) fn holds_until(&self, track: u32) -> i64 {
        let next = self.now.as_second() + 1;
        match (self.judge(track), self.found(track)) {
            (Ok(()), Some(Availability::Available { until })) => {
                until.map_or(i64::MAX, |until| until.as_second()).max(next)
            }
            _ => next,
        }
    }

    fn found(&self, track: u32) -> Option<Availability> {
        let profile = self.catalogue.track(track)?.profile;
        let Listener { country, tier, .. } = self.listener;
        let catalogue = &self.catalogue;
        Some(catalogue.availability(profile, country, tier.model(), self.now))
    }

    /// Whether this very track may be played.
    fn judge(&self, track: u32) -> Result<(), Refusal> {
        let none = || refusal("no-deal", "This track is not part of the edition", None);
        let found = self.found(track).ok_or_else(none)?;
        let track = self.catalogue.track(track).ok_or_else(none)?;
        match explain(found, &self.listener) {
            Some(refusal) => Err(refusal),
            None if self.catalogue.renditions(track.recording).next().is_none() => Err(refusal(
                "no-audio",
                "The sound of this track is not ready yet",
                None,
            )),
            None => Ok(()),
        }
    }
}

fn refusal(code: &'static str, text: impl Into<String>, at: Option<Timestamp>) -> Refusal {
    Refusal {
        code,
        text: text.into(),
        at,
    }
}

/// The listener's sentence for an availability; `None` where there is nothing to explain.
fn explain(availability: Availability, listener: &Listener) -> Option<Refusal> {
    let country = listener.country;
    Some(match availability {
        Availability::Available { .. } => return None,
        Availability::NotYet { from } => {
            refusal("not-yet", format!("Opens on {}", day(from)), Some(from))
        }
        Availability::Ended { at } => refusal(
            "ended",
            format!("Its licence in {country} ended on {}", day(at)),
            Some(at),
        ),
        Availability::NotInTerritory => refusal(
            "not-in-territory",
            format!("Not licensed in {country}"),
            None,
        ),
        Availability::NotInTier if listener.tier == Tier::Free => {
            refusal("not-in-tier", "Part of the premium plan", None)
        }
        Availability::NotInTier => {
            refusal("not-in-tier", "Not licensed for the premium plan", None)
        }
        Availability::NoDeal => refusal(
            "no-deal",
            "The label has not licensed it for streaming",
            None,
        ),
    })
}

fn day(instant: Timestamp) -> String {
    instant.strftime("%-d %B %Y").to_string()
}

impl Refusal {
    /// 451 where the law of a place or a date stands against it, 403 where the plan does, 404 where
    /// there is nothing to hear.
    pub(crate) fn problem(self, listener: &Listener) -> Problem {
        let (status, fix) = match self.code {
            "not-in-tier" => (StatusCode::FORBIDDEN, "another plan may hear it"),
            "no-audio" => (StatusCode::NOT_FOUND, "ask again after the next edition"),
            "not-yet" => (
                StatusCode::UNAVAILABLE_FOR_LEGAL_REASONS,
                "ask again from that instant on",
            ),
            _ => (
                StatusCode::UNAVAILABLE_FOR_LEGAL_REASONS,
                "no other release of this recording may be heard there either",
            ),
        };
        let problem = Problem::new(status, self.code, "This track cannot be played")
            .detail(self.text)
            .fix(fix)
            .with("country", listener.country.code())
            .with("tier", listener.tier.word());
        match self.at {
            Some(at) => problem.with("at", at.to_string()),
            None => problem,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listener(tier: Tier) -> Listener {
        Listener {
            id: 1,
            country: "DE".parse().unwrap(),
            tier,
        }
    }

    #[test]
    fn a_refusal_names_place_plan_or_date() {
        let at: Timestamp = "2026-12-01T00:00:00Z".parse().unwrap();
        for (availability, code, text, status) in [
            (
                Availability::NotYet { from: at },
                "not-yet",
                "Opens on 1 December 2026",
                451,
            ),
            (
                Availability::Ended { at },
                "ended",
                "Its licence in DE ended on 1 December 2026",
                451,
            ),
            (
                Availability::NotInTerritory,
                "not-in-territory",
                "Not licensed in DE",
                451,
            ),
            (
                Availability::NotInTier,
                "not-in-tier",
                "Part of the premium plan",
                403,
            ),
            (
                Availability::NoDeal,
                "no-deal",
                "The label has not licensed it for streaming",
                451,
            ),
        ] {
            let refusal = explain(availability, &listener(Tier::Free)).unwrap();
            assert_eq!((refusal.code, refusal.text.as_str()), (code, text));
            assert_eq!(
                refusal.problem(&listener(Tier::Free)).status().as_u16(),
                status
            );
        }
        assert_eq!(
            explain(
                Availability::Available { until: None },
                &listener(Tier::Free)
            ),
            None
        );
    }
}
