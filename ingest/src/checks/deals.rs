//! Can the deals be understood, and does each track have one?

use crate::delivery::{DeliveredDeal, DeliveredRelease};
use crate::finding::Findings;
use crate::moment::{Edge, edge};
use crate::rights::{self, Code};
use crate::wording;
use catalog::rights::{CommercialModel, UseType};
use std::collections::HashSet;

pub(super) fn check(release: &DeliveredRelease, findings: &mut Findings) {
    let mut sound = HashSet::new();
    for deal in &release.deals {
        territories(deal, findings);
        periods(deal, &mut sound, findings);
        served(deal, findings);
    }
    previews(release, findings);
    let without: Vec<_> = release
        .tracks
        .iter()
        .filter(|track| track.deals.is_empty())
        .collect();
    if !release.release_deals.is_empty() && without.len() == release.tracks.len() {
        let at = release.deals[release.release_deals[0]].at;
        findings.push(wording::release_deal_only(at));
        return;
    }
    for track in without {
        findings.push(wording::no_deal(track.at, &track.name));
    }
}

/// A preview may not begin later than what it announces.
fn previews(release: &DeliveredRelease, findings: &mut Findings) {
    let first = |deals: &mut dyn Iterator<Item = &DeliveredDeal>| {
        let periods = deals
            .filter(|deal| !deal.pre_order)
            .flat_map(|deal| &deal.periods);
        periods
            .filter_map(|period| edge(&period.start.as_ref()?.value, Edge::Start))
            .min()
    };
    let tracks = release
        .tracks
        .iter()
        .map(|track| (&track.announcement, Some(&track.deals)));
    for (dates, deals) in std::iter::once((&release.announcement, None)).chain(tracks) {
        let dates = [&dates.display, &dates.cover, &dates.track_list, &dates.clip];
        if dates.iter().all(|date| date.is_none()) {
            continue;
        }
        let start = match deals {
            None => first(&mut release.deals.iter()),
            Some(own) => first(&mut own.iter().filter_map(|index| release.deals.get(*index))),
        };
        let Some(start) = start else { continue };
        for text in dates.into_iter().flatten() {
            // Half a day apart may be the same midnight in two zones.
            let late = edge(&text.value, Edge::Start)
                .is_some_and(|at| at.as_second() > start.as_second() + 14 * 3600);
            if late {
                findings.push(wording::preview_late(text, &start.to_string()));
            }
        }
    }
}

fn territories(deal: &DeliveredDeal, findings: &mut Findings) {
    for (texts, excluded) in [(&deal.territories, false), (&deal.excluded, true)] {
        for text in texts {
            match rights::code(&text.value) {
                None => findings.push(wording::deal_territory(text)),
                Some(Code::Part(_)) => findings.push(wording::deal_territory_part(text, excluded)),
                Some(Code::Worldwide) if excluded => findings.push(wording::deal_territory(text)),
                Some(_) => {}
            }
        }
    }
    let worldwide = deal
        .territories
        .iter()
        .all(|text| text.value == "Worldwide");
    match (deal.territories.is_empty(), deal.excluded.is_empty()) {
        (true, true) => findings.push(wording::deal_territory_none(deal.at)),
        (false, false) if !worldwide => findings.push(wording::deal_territory_both(deal.at)),
        _ => {}
    }
}

/// First and last moment, as delivered.
type Span<'a> = (Option<&'a str>, Option<&'a str>);

/// `sound`: what was found to be in order before; most deals of a release hold at the same time.
fn periods<'a>(deal: &'a DeliveredDeal, sound: &mut HashSet<Span<'a>>, findings: &mut Findings) {
    for period in &deal.periods {
        let text = |text: &'a Option<crate::finding::Text>| text.as_ref().map(|text| text.as_str());
        let span = (text(&period.start), text(&period.end));
        if sound.contains(&span) {
            continue;
        }
        let before = findings.0.len();
        let mut read = |text: &Option<crate::finding::Text>, which| {
            let text = text.as_ref()?;
            let at = edge(&text.value, which);
            if at.is_none() {
                findings.push(wording::deal_period_form(text));
            }
            at
        };
        let start = read(&period.start, Edge::Start);
        let end = read(&period.end, Edge::End);
        if let (Some(start), Some(end), Some(text)) = (start, end, &period.end)
            && end <= start
        {
            findings.push(wording::deal_period_reversed(text, &start.to_string()));
        }
        if findings.0.len() == before {
            sound.insert(span);
        }
    }
}

fn served(deal: &DeliveredDeal, findings: &mut Findings) {
    if deal.take_down {
        return findings.push(wording::deal_take_down(deal.at));
    }
    if deal.pre_order {
        return findings.push(wording::deal_pre_order(deal.at));
    }
    let model = deal
        .models
        .iter()
        .any(|m| rights::model(&m.value) != CommercialModel::Other);
    let used = deal
        .uses
        .iter()
        .any(|u| rights::use_type(&u.value) != UseType::Other);
    if !model || !used {
        let mut words: Vec<&str> = deal
            .models
            .iter()
            .chain(&deal.uses)
            .map(|text| text.as_str())
            .collect();
        words.dedup();
        let what = if words.is_empty() {
            "no model and no use".to_owned()
        } else {
            words.join(", ")
        };
        findings.push(wording::deal_not_served(deal.at, &what));
    }
}
