//! Who may hear this track, where, under which commercial model, and when?
//!
//! A label's deals become windows: a set of territories, a commercial model, a use, and a half-open
//! span of instants, the same everywhere or by each territory's own clock ([`Clock`]). "No deal" means
//! unavailable (DDEX: ERN, rules of communication of deals).

mod zones;

use crate::ids::{Territory, TerritorySet};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// How a listener pays (DDEX AVS `CommercialModelType`). Models that we do not serve are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum CommercialModel {
    /// `SubscriptionModel`: the premium tier.
    Subscription,
    /// `AdvertisementSupportedModel`: the free tier.
    AdSupported,
    /// Any other: kept, never served.
    Other,
}

/// What the listener's client does with the audio (DDEX AVS `UseType`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum UseType {
    /// `OnDemandStream`, `Stream`.
    Stream,
    /// `ConditionalDownload`, `TetheredDownload`: kept on a device while the subscription lasts.
    ConditionalDownload,
    /// Any other: kept, never served.
    Other,
}

/// Whose midnight a window opens at.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub enum Clock {
    /// One instant everywhere.
    #[default]
    Universal,
    /// The territory's own: start and end are civil times, written as if they were UTC.
    Local,
}

impl Clock {
    fn is_universal(&self) -> bool {
        *self == Clock::Universal
    }
}

/// One permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RightsWindow {
    /// Where.
    pub territories: TerritorySet,
    /// Under which model.
    pub model: CommercialModel,
    /// For which use.
    pub use_type: UseType,
    /// The first instant that is allowed.
    pub start: Timestamp,
    /// The first instant that is not allowed any more; `None` is for ever.
    pub end: Option<Timestamp>,
    /// What start and end mean.
    #[serde(default, skip_serializing_if = "Clock::is_universal")]
    pub clock: Clock,
}

impl RightsWindow {
    /// Start and end as instants in a territory.
    pub fn span_in(&self, territory: Territory) -> (Timestamp, Option<Timestamp>) {
        match self.clock {
            Clock::Universal => (self.start, self.end),
            Clock::Local => (
                zones::instant(self.start, territory),
                self.end.map(|end| zones::instant(end, territory)),
            ),
        }
    }
}

/// All permissions of one track, in canonical order, so that equal rights have equal bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "Vec<RightsWindow>", into = "Vec<RightsWindow>")]
pub struct Rights {
    windows: Vec<RightsWindow>,
}

impl Rights {
    /// The windows, sorted, each once, without empty ones.
    pub fn windows(&self) -> &[RightsWindow] {
        &self.windows
    }

    /// Whether a listener may stream at an instant, and if not, why not.
    pub fn availability(
        &self,
        territory: Territory,
        model: CommercialModel,
        now: Timestamp,
    ) -> Availability {
        availability(self.windows.iter(), territory, model, now)
    }
}

impl From<Vec<RightsWindow>> for Rights {
    fn from(mut windows: Vec<RightsWindow>) -> Rights {
        windows.retain(|window| {
            !window.territories.is_empty() && window.end.is_none_or(|end| end > window.start)
        });
        windows.sort_unstable();
        windows.dedup();
        Rights { windows }
    }
}
impl From<Rights> for Vec<RightsWindow> {
    fn from(rights: Rights) -> Vec<RightsWindow> {
        rights.windows
    }
}

/// The answer to a play request, from best to worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "status")]
pub enum Availability {
    /// May be streamed now; the windows in force end at `until`, if ever.
    Available {
        /// The first instant at which no window in force covers any more.
        until: Option<Timestamp>,
    },
    /// May be streamed from an instant on (street date).
    NotYet {
        /// That instant.
        from: Timestamp,
    },
    /// Another tier may stream it now in this territory.
    NotInTier,
    /// Could be streamed until an instant.
    Ended {
        /// That instant.
        at: Timestamp,
    },
    /// Streams elsewhere, never in this territory.
    NotInTerritory,
    /// No deal opens it to anyone.
    NoDeal,
}

impl Availability {
    /// Whether the track may be streamed now.
    pub fn is_available(&self) -> bool {
        matches!(self, Availability::Available { .. })
    }
}

/// [`Rights::availability`] over windows that stand anywhere: in a delivery or in a mapped edition.
pub fn availability<W: std::borrow::Borrow<RightsWindow>>(
    windows: impl Iterator<Item = W>,
    territory: Territory,
    model: CommercialModel,
    now: Timestamp,
) -> Availability {
    let mut answer = Tally::default();
    for window in windows {
        answer.count(window.borrow(), territory, model, now);
    }
    answer.verdict()
}

/// What the windows say, collected in one pass.
#[derive(Default)]
struct Tally {
    any_deal: bool,
    in_territory: bool,
    other_tier_now: bool,
    open_until: Option<Option<Timestamp>>,
    next_start: Option<Timestamp>,
    last_end: Option<Timestamp>,
}

impl Tally {
    fn count(
        &mut self,
        window: &RightsWindow,
        territory: Territory,
        model: CommercialModel,
        now: Timestamp,
    ) {
        if window.use_type != UseType::Stream || window.model == CommercialModel::Other {
            return;
        }
        self.any_deal = true;
        if !window.territories.contains(territory) {
            return;
        }
        self.in_territory = true;
        let (start, end) = window.span_in(territory);
        let started = start <= now;
        let over = end.is_some_and(|end| end <= now);
        if window.model != model {
            self.other_tier_now |= started && !over;
            return;
        }
        match (started, over) {
            (true, false) => {
                self.open_until = Some(match (self.open_until, end) {
                    (None, end) => end,
                    (Some(Some(known)), Some(end)) => Some(known.max(end)),
                    _ => None,
                });
            }
            (false, _) => {
                self.next_start = Some(self.next_start.map_or(start, |at| at.min(start)));
            }
            (true, true) => self.last_end = self.last_end.max(end),
        }
    }

    fn verdict(self) -> Availability {
        match self {
            Tally {
                open_until: Some(until),
                ..
            } => Availability::Available { until },
            Tally {
                next_start: Some(from),
                ..
            } => Availability::NotYet { from },
            Tally {
                other_tier_now: true,
                ..
            } => Availability::NotInTier,
            Tally {
                last_end: Some(at), ..
            } => Availability::Ended { at },
            Tally {
                in_territory: true, ..
            } => Availability::NotInTier,
            Tally { any_deal: true, .. } => Availability::NotInTerritory,
            _ => Availability::NoDeal,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use CommercialModel::{AdSupported, Subscription};

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn window(
        codes: &[&str],
        model: CommercialModel,
        start: &str,
        end: Option<&str>,
    ) -> RightsWindow {
        RightsWindow {
            territories: codes
                .iter()
                .map(|code| code.parse::<Territory>().unwrap())
                .collect(),
            model,
            use_type: UseType::Stream,
            start: at(start),
            end: end.map(at),
            clock: Clock::Universal,
        }
    }

    fn check(
        windows: Vec<RightsWindow>,
        country: &str,
        model: CommercialModel,
        expected: Availability,
    ) {
        let now = at("2026-06-01T00:00:00Z");
        let found = Rights::from(windows).availability(country.parse().unwrap(), model, now);
        assert_eq!(found, expected);
    }

    const NEW_YEAR: &str = "2026-01-01T00:00:00Z";
    const TODAY: &str = "2026-06-01T00:00:00Z";

    #[test]
    fn no_deal_means_unavailable() {
        check(vec![], "DE", Subscription, Availability::NoDeal);
        check(
            vec![window(&["DE"], CommercialModel::Other, NEW_YEAR, None)],
            "DE",
            Subscription,
            Availability::NoDeal,
        );
    }

    #[test]
    fn a_window_opens_at_its_first_instant_and_is_closed_at_its_last() {
        let opens_now = vec![window(&["DE"], Subscription, TODAY, None)];
        check(
            opens_now,
            "DE",
            Subscription,
            Availability::Available { until: None },
        );
        let ends_now = vec![window(&["DE"], Subscription, NEW_YEAR, Some(TODAY))];
        check(
            ends_now,
            "DE",
            Subscription,
            Availability::Ended { at: at(TODAY) },
        );
        let later = vec![window(&["DE"], Subscription, "2026-07-01T00:00:00Z", None)];
        check(
            later,
            "DE",
            Subscription,
            Availability::NotYet {
                from: at("2026-07-01T00:00:00Z"),
            },
        );
    }

    #[test]
    fn the_country_and_the_tier_are_told_apart() {
        let german = || vec![window(&["DE", "AT"], Subscription, NEW_YEAR, None)];
        check(german(), "US", Subscription, Availability::NotInTerritory);
        check(german(), "AT", AdSupported, Availability::NotInTier);
        check(
            german(),
            "AT",
            Subscription,
            Availability::Available { until: None },
        );
    }

    #[test]
    fn a_local_window_opens_at_each_territorys_own_midnight() {
        let local = || {
            let mut window = window(&["JP", "US"], Subscription, TODAY, None);
            window.clock = Clock::Local;
            vec![window]
        };
        check(
            local(),
            "JP",
            Subscription,
            Availability::Available { until: None },
        );
        let from = at("2026-06-01T04:00:00Z");
        check(local(), "US", Subscription, Availability::NotYet { from });
    }

    #[test]
    fn overlapping_windows_last_as_long_as_the_longest() {
        let end = "2026-12-01T00:00:00Z";
        let windows = vec![
            window(
                &["DE"],
                Subscription,
                NEW_YEAR,
                Some("2026-07-01T00:00:00Z"),
            ),
            window(&["DE"], Subscription, NEW_YEAR, Some(end)),
        ];
        check(
            windows,
            "DE",
            Subscription,
            Availability::Available {
                until: Some(at(end)),
            },
        );
    }

    #[test]
    fn equal_rights_have_equal_bytes_in_any_order() {
        let (a, b) = (
            window(&["DE"], Subscription, NEW_YEAR, None),
            window(&["FR"], AdSupported, NEW_YEAR, None),
        );
        let json =
            |windows: Vec<RightsWindow>| serde_json::to_string(&Rights::from(windows)).unwrap();
        assert_eq!(json(vec![a, b, a]), json(vec![b, a]));
    }
}
