//! Which windows do a track's deals open?
//!
//! A deal holds for the product of its territories, models, uses and periods. Models and uses that this service
//! does not serve become one window of `Other`: kept, never served. A pre-order deal opens nothing, and
//! so does a deal without a territory. A deal that takes down closes its territories, whatever the others
//! say. A period without a start (allowed until ERN 4.1) begins when the message was made. Windows that
//! differ in their territories alone are one.

use crate::delivery::{DeliveredDeal, Period};
use crate::finding::Text;
use crate::moment::{Edge, clock, edge};
use catalog::ids::{Territory, TerritorySet};
use catalog::rights::{Clock, CommercialModel, Rights, RightsWindow, UseType};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// What a territory code of a deal means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// Everywhere.
    Worldwide,
    /// A country of ISO 3166-1.
    Country(Territory),
    /// A part of a country (ISO 3166-2), and which; or a code that is no country any more.
    Part(Option<Territory>),
}

/// Codes that DDEX allows and ISO 3166-1 does not list: Kosovo, exceptional and withdrawn ones.
const NO_COUNTRY: [&str; 18] = [
    "XK", "AC", "AN", "BU", "CP", "CS", "DD", "DG", "EA", "FX", "IC", "NT", "SU", "TA", "TP", "YD",
    "YU", "ZR",
];

/// Reads a code; `None` is unknown.
pub fn code(text: &str) -> Option<Code> {
    if text == "Worldwide" {
        return Some(Code::Worldwide);
    }
    if let Ok(country) = text.parse() {
        return Some(Code::Country(country));
    }
    if NO_COUNTRY.contains(&text) {
        return Some(Code::Part(None));
    }
    let (country, part) = text.split_once('-')?;
    let well_formed =
        (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let country = country.parse().ok().filter(|_| well_formed)?;
    Some(Code::Part(Some(country)))
}

/// Where a deal holds. Including a part of a country opens nothing; excluding one closes the country.
pub fn territories(deal: &DeliveredDeal) -> TerritorySet {
    let included = |texts: &[Text]| {
        let mut set = TerritorySet::NONE;
        for text in texts {
            match code(&text.value) {
                Some(Code::Worldwide) => set = TerritorySet::worldwide(),
                Some(Code::Country(country)) => set.insert(country),
                Some(Code::Part(_)) | None => {}
            }
        }
        set
    };
    let mut excluded = included(&deal.excluded);
    for text in &deal.excluded {
        if let Some(Code::Part(Some(country))) = code(&text.value) {
            excluded.insert(country);
        }
    }
    let base = match (deal.territories.is_empty(), deal.excluded.is_empty()) {
        (true, false) => TerritorySet::worldwide(),
        _ => included(&deal.territories),
    };
    base.without(&excluded)
}

/// The commercial model of a DDEX word.
pub fn model(text: &str) -> CommercialModel {
    match text {
        "SubscriptionModel" => CommercialModel::Subscription,
        "AdvertisementSupportedModel" => CommercialModel::AdSupported,
        _ => CommercialModel::Other,
    }
}

/// The use of a DDEX word. `NonInteractiveStream` is radio: it does not let a listener choose a track.
pub fn use_type(text: &str) -> UseType {
    match text {
        "OnDemandStream" | "Stream" => UseType::Stream,
        "ConditionalDownload" | "TetheredDownload" => UseType::ConditionalDownload,
        _ => UseType::Other,
    }
}

const MODELS: [CommercialModel; 3] = [
    CommercialModel::Subscription,
    CommercialModel::AdSupported,
    CommercialModel::Other,
];
const USES: [UseType; 3] = [
    UseType::Stream,
    UseType::ConditionalDownload,
    UseType::Other,
];

/// When a period begins and ends, and by whose clock.
type Span = (Timestamp, Option<Timestamp>, Clock);

/// First and last instant of a period; `None` where a date is malformed (a finding says so).
pub fn span(period: &Period, created: Timestamp) -> Option<Span> {
    let start = match &period.start {
        Some(text) => edge(&text.value, Edge::Start)?,
        None => created,
    };
    let end = match &period.end {
        Some(text) => Some(edge(&text.value, Edge::End)?),
        None => None,
    };
    // One instant among the two makes both instants.
    let mut texts = period.start.iter().chain(&period.end).peekable();
    let local = texts.peek().is_some() && texts.all(|text| clock(&text.value) == Clock::Local);
    let clock = if local {
        Clock::Local
    } else {
        Clock::Universal
    };
    Some((start, end, clock))
}

/// Where the deals of a track that take it down close it.
pub fn closed<'a>(deals: impl Iterator<Item = &'a DeliveredDeal>) -> TerritorySet {
    let taken_down = deals.filter(|deal| deal.take_down);
    taken_down.fold(TerritorySet::NONE, |closed, deal| {
        let everywhere = deal.territories.is_empty() && deal.excluded.is_empty();
        closed.or(&match everywhere {
            true => TerritorySet::worldwide(),
            false => territories(deal),
        })
    })
}

/// All windows of a track.
pub fn windows<'a>(
    deals: impl Iterator<Item = &'a DeliveredDeal> + Clone,
    created: Timestamp,
) -> Rights {
    let closed = closed(deals.clone());
    let mut windows: BTreeMap<(Span, CommercialModel, UseType), TerritorySet> = BTreeMap::new();
    for deal in deals.filter(|deal| !deal.pre_order && !deal.take_down) {
        let territories = territories(deal).without(&closed);
        let models = MODELS.map(|one| deal.models.iter().any(|text| model(&text.value) == one));
        let uses = USES.map(|one| deal.uses.iter().any(|text| use_type(&text.value) == one));
        let open = [Period::default()];
        let periods = if deal.periods.is_empty() {
            &open[..]
        } else {
            &deal.periods
        };
        for span in periods.iter().filter_map(|period| span(period, created)) {
            for (model, _) in MODELS.iter().zip(models).filter(|(_, named)| *named) {
                for (use_type, _) in USES.iter().zip(uses).filter(|(_, named)| *named) {
                    let window = windows.entry((span, *model, *use_type)).or_default();
                    *window = window.or(&territories);
                }
            }
        }
    }
    let window = |(((start, end, clock), model, use_type), territories)| RightsWindow {
        territories,
        model,
        use_type,
        start,
        end,
        clock,
    };
    Rights::from(windows.into_iter().map(window).collect::<Vec<_>>())
}

/// When the first pre-order deal begins, if there is one.
pub fn pre_order<'a>(
    deals: impl Iterator<Item = &'a DeliveredDeal>,
    created: Timestamp,
) -> Option<Timestamp> {
    let periods = deals
        .filter(|deal| deal.pre_order)
        .flat_map(|deal| &deal.periods);
    periods
        .filter_map(|period| span(period, created))
        .map(|(start, ..)| start)
        .min()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(values: &[&str]) -> Vec<Text> {
        values
            .iter()
            .map(|value| Text {
                value: (*value).to_owned(),
                ..Text::default()
            })
            .collect()
    }

    fn deal(included: &[&str], excluded: &[&str]) -> DeliveredDeal {
        DeliveredDeal {
            territories: texts(included),
            excluded: texts(excluded),
            models: texts(&["SubscriptionModel", "PayAsYouGoModel"]),
            uses: texts(&["OnDemandStream"]),
            ..DeliveredDeal::default()
        }
    }

    fn check(included: &[&str], excluded: &[&str], count: usize, open: &[&str], closed: &[&str]) {
        let set = territories(&deal(included, excluded));
        assert_eq!(set.len(), count, "{included:?} without {excluded:?}");
        open.iter()
            .for_each(|code| assert!(set.contains(code.parse().unwrap()), "{code}"));
        closed
            .iter()
            .for_each(|code| assert!(!set.contains(code.parse().unwrap()), "{code}"));
    }

    #[test]
    fn territories_are_included_or_excluded_and_parts_never_open_a_country() {
        check(&["Worldwide"], &[], 249, &["DE", "US"], &[]);
        check(&["DE", "AT"], &[], 2, &["DE", "AT"], &["CH"]);
        check(&[], &["US"], 248, &["DE"], &["US"]);
        check(&["Worldwide"], &["US"], 248, &["DE"], &["US"]);
        check(&["CA-QC", "DE"], &[], 1, &["DE"], &["CA"]);
        check(&[], &["CA-QC"], 248, &["DE"], &["CA"]);
        check(&[], &[], 0, &[], &["DE"]);
        check(&["XK"], &[], 0, &[], &[]);
    }

    #[test]
    fn one_window_per_model_and_use_and_none_for_a_pre_order() {
        let created = "2026-01-01T00:00:00Z".parse().unwrap();
        let mut deal = deal(&["DE"], &[]);
        let rights = windows(std::iter::once(&deal), created);
        let models: Vec<_> = rights.windows().iter().map(|window| window.model).collect();
        assert_eq!(
            models,
            [CommercialModel::Subscription, CommercialModel::Other]
        );
        assert_eq!(rights.windows()[0].start, created);
        deal.pre_order = true;
        assert!(
            windows(std::iter::once(&deal), created)
                .windows()
                .is_empty()
        );
    }

    #[test]
    fn a_take_down_closes_its_territories_and_dates_are_local() {
        let created = "2026-01-01T00:00:00Z".parse().unwrap();
        let mut open = deal(&["Worldwide"], &[]);
        let date = |text: &str| texts(&[text]).pop();
        open.periods = vec![Period {
            start: date("2026-02-01"),
            end: date("2026-02-28"),
        }];
        let mut down = deal(&["DE"], &[]);
        down.take_down = true;
        let rights = windows([&open, &down].into_iter(), created);
        let window = rights.windows()[0];
        assert_eq!(
            (window.territories.len(), window.clock),
            (248, Clock::Local)
        );
        assert_eq!(window.end.unwrap().to_string(), "2026-03-01T00:00:00Z");
        let everywhere = DeliveredDeal {
            take_down: true,
            ..DeliveredDeal::default()
        };
        let rights = windows([&open, &everywhere].into_iter(), created);
        assert!(rights.windows().is_empty());
    }

    #[test]
    fn seven_hundred_deals_that_differ_in_their_country_are_one_window() {
        let created = "2026-01-01T00:00:00Z".parse().unwrap();
        let deals: Vec<DeliveredDeal> = Territory::all()
            .map(|territory| deal(&[territory.code()], &[]))
            .collect();
        let rights = windows(deals.iter(), created);
        assert_eq!(rights.windows().len(), 2);
        assert_eq!(rights.windows()[0].territories, TerritorySet::worldwide());
    }
}
