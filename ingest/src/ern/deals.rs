//! Who may hear it, where, when and how? (`DealList`.)

use super::xml::{Element, Unreadable, Xml};
use crate::delivery::{DeliveredDeal, Period};
use crate::finding::Text;

/// All deals, and which release references each one names.
#[derive(Debug, Default)]
pub(super) struct Deals {
    pub(super) deals: Vec<DeliveredDeal>,
    /// Per ReleaseDeal: the references, and the range of its deals in `deals`.
    pub(super) releases: Vec<(Vec<Text>, std::ops::Range<usize>)>,
}

impl Deals {
    pub(super) fn read(&mut self, xml: &mut Xml<'_>) -> Result<(), Unreadable> {
        while let Some(element) = xml.child()? {
            if element.name() != "ReleaseDeal" {
                xml.skip()?;
                continue;
            }
            let (mut references, first) = (Vec::new(), self.deals.len());
            while let Some(part) = xml.child()? {
                match part.name() {
                    "DealReleaseReference" => references.extend(xml.text(&part)?),
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
}

fn terms(xml: &mut Xml<'_>, element: &Element<'_>) -> Result<DeliveredDeal, Unreadable> {
    let mut deal = DeliveredDeal {
        at: element.at,
        ..DeliveredDeal::default()
    };
    while let Some(part) = xml.child()? {
        match part.name() {
            "TerritoryCode" => deal.territories.extend(xml.text(&part)?),
            "ExcludedTerritoryCode" => deal.excluded.extend(xml.text(&part)?),
            "ValidityPeriod" => deal.periods.push(period(xml)?),
            "CommercialModelType" => deal.models.extend(xml.text(&part)?),
            "UseType" => deal.uses.extend(xml.text(&part)?),
            "IsPreOrderDeal" => {
                deal.pre_order = xml.text(&part)?.is_some_and(|text| text.value == "true");
            }
            _ => xml.skip()?,
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
