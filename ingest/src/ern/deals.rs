//! Who may hear it, where, when and how? (`DealList`.)

use super::xml::{Element, Unreadable, Xml, keep};
use crate::delivery::{DeliveredAnnouncement, DeliveredDeal, Period};
use crate::finding::Text;
use std::collections::HashMap;

/// All deals, and which release references each one names.
#[derive(Debug, Default)]
pub(super) struct Deals {
    pub(super) deals: Vec<DeliveredDeal>,
    /// Per ReleaseDeal: the references, and the range of its deals in `deals`.
    pub(super) releases: Vec<(Vec<Text>, std::ops::Range<usize>)>,
    /// ERN 4: preview dates, by VisibilityReference.
    pub(super) visibility: HashMap<String, DeliveredAnnouncement>,
}

impl Deals {
    pub(super) fn read(&mut self, xml: &mut Xml<'_>) -> Result<(), Unreadable> {
        while let Some(element) = xml.child()? {
            match element.name() {
                "ReleaseDeal" => {}
                "ReleaseVisibility" | "TrackReleaseVisibility" => {
                    self.read_visibility(xml)?;
                    continue;
                }
                _ => {
                    xml.skip()?;
                    continue;
                }
            }
            let (mut references, first) = (Vec::new(), self.deals.len());
            while let Some(part) = xml.child()? {
                match part.name() {
                    "DealReleaseReference" => keep(&mut references, xml.text(&part)?),
                    "Deal" => {
                        while let Some(inner) = xml.child()? {
                            match inner.name() {
                                "DealTerms" => self.deals.push(terms(xml, &inner)?),
                                _ => xml.skip()?,
                            }
                        }
                    }
                    _ => xml.skip()?,
                }
            }
            self.releases.push((references, first..self.deals.len()));
        }
        Ok(())
    }

    fn read_visibility(&mut self, xml: &mut Xml<'_>) -> Result<(), Unreadable> {
        let (mut reference, mut dates) = (None, DeliveredAnnouncement::default());
        while let Some(part) = xml.child()? {
            match part.name() {
                "VisibilityReference" => reference = xml.text(&part)?,
                _ => announcement(xml, &part, &mut dates)?,
            }
        }
        if let Some(reference) = reference {
            self.visibility.insert(reference.value, dates);
        }
        Ok(())
    }
}

/// A preview date, by its name in ERN 3 (in the deal) or ERN 4 (beside the deals); anything else is passed over.
fn announcement(
    xml: &mut Xml<'_>,
    part: &Element<'_>,
    dates: &mut DeliveredAnnouncement,
) -> Result<(), Unreadable> {
    let name = part.name();
    let name = name.strip_suffix("Time").unwrap_or(name);
    let place = match name.strip_suffix("StartDate").unwrap_or_default() {
        "ReleaseDisplay" | "TrackDisplay" => &mut dates.display,
        "CoverArtPreview" => &mut dates.cover,
        "TrackListingPreview" | "FullTrackListingPreview" => &mut dates.track_list,
        "ClipPreview" | "ClipPreviews" => &mut dates.clip,
        _ => return xml.skip(),
    };
    *place = place.take().or(xml.text(part)?);
    Ok(())
}

fn terms(xml: &mut Xml<'_>, element: &Element<'_>) -> Result<DeliveredDeal, Unreadable> {
    let mut deal = DeliveredDeal {
        at: element.at,
        ..DeliveredDeal::default()
    };
    while let Some(part) = xml.child()? {
        match part.name() {
            "TerritoryCode" => keep(&mut deal.territories, xml.text(&part)?),
            "ExcludedTerritoryCode" => keep(&mut deal.excluded, xml.text(&part)?),
            "ValidityPeriod" => keep(&mut deal.periods, Some(period(xml)?)),
            "CommercialModelType" => keep(&mut deal.models, xml.text(&part)?),
            "UseType" => keep(&mut deal.uses, xml.text(&part)?),
            "Usage" => {
                while let Some(usage) = xml.child()? {
                    match usage.name() {
                        "UseType" => keep(&mut deal.uses, xml.text(&usage)?),
                        _ => xml.skip()?,
                    }
                }
            }
            "IsPreOrderDeal" => deal.pre_order = xml.truth(&part)?,
            "TakeDown" | "AllDealsCancelled" => deal.take_down |= xml.truth(&part)?,
            _ => announcement(xml, &part, &mut deal.announcement)?,
        }
    }
    Ok(deal)
}

fn period(xml: &mut Xml<'_>) -> Result<Period, Unreadable> {
    let mut period = Period::default();
    while let Some(part) = xml.child()? {
        match part.name() {
            "StartDate" | "StartDateTime" => period.start = xml.text(&part)?,
            "EndDate" | "EndDateTime" => period.end = xml.text(&part)?,
            _ => xml.skip()?,
        }
    }
    Ok(period)
}
