//! Which windows do a track's deals open?
//!
//! A deal holds for the product of its territories, models, uses and periods. Models and uses that this service
//! does not serve become one window of `Other`: kept, never served. A pre-order deal opens nothing, and
//! so does a deal without a territory. A period without a start (allowed until ERN 4.1) begins when the
//! message was made.

use crate::delivery::{DeliveredDeal, Period};
use crate::finding::Text;
use crate::moment::{Edge, edge};
use catalog::ids::{Territory, TerritorySet};
use catalog::rights::{CommercialModel, Rights, RightsWindow, UseType};
use jiff::Timestamp;
use std::collections::BTreeSet;

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

/// First and last instant of a period; `None` where a date is malformed (a finding says so).
pub fn span(period: &Period, created: Timestamp) -> Option<(Timestamp, Option<Timestamp>)> {
    let start = match &period.start {
        Some(text) => edge(&text.value, Edge::Start)?,
        None => created,
    };
    let end = match &period.end {
        Some(text) => Some(edge(&text.value, Edge::End)?),
        None => None,
    };
    Some((start, end))
}

/// All windows of a track.
pub fn windows<'a>(deals: impl Iterator<Item = &'a DeliveredDeal>, created: Timestamp) -> Rights {
    let mut windows = Vec::new();
    for deal in deals.filter(|deal| !deal.pre_order) {
        let territories = territories(deal);
        let models: BTreeSet<_> = deal.models.iter().map(|text| model(&text.value)).collect();
        let uses: BTreeSet<_> = deal.uses.iter().map(|text| use_type(&text.value)).collect();
        let open = [Period::default()];
        let periods = if deal.periods.is_empty() {
            &open[..]
        } else {
            &deal.periods
        };
        for (start, end) in periods.iter().filter_map(|period| span(period, created)) {
            for model in &models {
                for use_type in &uses {
                    let (model, use_type) = (*model, *use_type);
                    windows.push(RightsWindow {
                        territories,
                        model,
                        use_type,
                        start,
                        end,
                    });
                }
            }
        }
    }
    Rights::from(windows)
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
}
