//! Who is spoken of in an ERN message? (`PartyList`, and credits that refer to it.)

use super::xml::{Element, Unreadable, Xml};
use crate::delivery::DeliveredCredit;
use crate::finding::{Findings, Text};
use crate::wording;
use std::collections::HashMap;

/// A party of the list.
#[derive(Debug, Default)]
pub(super) struct Party {
    pub(super) name: Option<String>,
    isni: Option<Text>,
}

/// The list, by PartyReference.
#[derive(Debug, Default)]
pub(super) struct Parties(HashMap<String, Party>);

/// A credit that still refers to the list.
#[derive(Debug, Clone)]
pub(super) struct Credit {
    reference: Text,
    role: String,
    sequence: u32,
}

impl Parties {
    pub(super) fn read(
        &mut self,
        xml: &mut Xml<'_>,
        findings: &mut Findings,
    ) -> Result<(), Unreadable> {
        while let Some(element) = xml.child()? {
            if element.name() != "Party" {
                xml.skip()?;
                continue;
            }
            let mut reference = None;
            let mut party = Party::default();
            while let Some(part) = xml.child()? {
                match part.name() {
                    "PartyReference" => reference = xml.text(&part)?,
                    // Names in other scripts follow the one in the message's own language.
                    "PartyName" if party.name.is_none() => party.name = full_name(xml)?,
                    "PartyId" => {
                        while let Some(id) = xml.child()? {
                            match id.name() {
                                "ISNI" => party.isni = xml.text(&id)?,
                                _ => xml.skip()?,
                            }
                        }
                    }
                    _ => xml.skip()?,
                }
            }
            if let Some(reference) = reference {
                if self.0.contains_key(&reference.value) {
                    findings.push(wording::reference_doubled(&reference, "PartyReference"));
                }
                self.0.insert(reference.value, party);
            }
        }
        Ok(())
    }

    /// The party's name; a dangling reference is a finding.
    pub(super) fn name(&self, reference: &Text, findings: &mut Findings) -> Option<Text> {
        let Some(party) = self.0.get(&reference.value) else {
            findings.push(wording::reference_dangling(reference, "PartyList"));
            return None;
        };
        party.name.clone().map(|value| Text {
            value,
            at: reference.at,
        })
    }

    /// Credits in their sequence, with names. `display` (DisplayArtistName) is used when none resolves.
    pub(super) fn credits(
        &self,
        credits: &[Credit],
        display: Option<&Text>,
        findings: &mut Findings,
    ) -> Vec<DeliveredCredit> {
        let mut ordered: Vec<&Credit> = credits.iter().collect();
        ordered.sort_by_key(|credit| credit.sequence);
        let mut named = Vec::with_capacity(ordered.len());
        for credit in ordered {
            if let Some(name) = self.name(&credit.reference, findings) {
                let isni = self
                    .0
                    .get(&credit.reference.value)
                    .and_then(|party| party.isni.clone());
                named.push(DeliveredCredit {
                    name,
                    role: credit.role.clone(),
                    isni,
                });
            }
        }
        let main = named.iter().any(|credit| credit.role == "MainArtist");
        if let (false, Some(name)) = (main, display) {
            let credit = DeliveredCredit {
                name: name.clone(),
                role: "MainArtist".to_owned(),
                isni: None,
            };
            named.insert(0, credit);
        }
        named
    }
}

/// `DisplayArtist` or `Contributor`: one credit per role.
pub(super) fn credit(
    xml: &mut Xml<'_>,
    element: &Element<'_>,
    credits: &mut Vec<Credit>,
) -> Result<(), Unreadable> {
    // Display artists lead; contributors follow in their own sequence.
    let offset = if element.name() == "DisplayArtist" {
        0
    } else {
        1_000_000
    };
    let sequence = element
        .attribute("SequenceNumber")
        .and_then(|number| number.parse::<u32>().ok())
        .map_or(offset + credits.len() as u32, |number| {
            offset + number.min(999_999)
        });
    let (mut reference, mut roles) = (None, Vec::new());
    while let Some(part) = xml.child()? {
        match part.name() {
            "ArtistPartyReference" | "ContributorPartyReference" => reference = xml.text(&part)?,
            "DisplayArtistRole" | "Role" => roles.extend(role(xml, &part)?),
            _ => xml.skip()?,
        }
    }
    let Some(reference) = reference else {
        return Ok(());
    };
    for role in roles {
        credits.push(Credit {
            reference: reference.clone(),
            role,
            sequence,
        });
    }
    Ok(())
}

/// A role; a UserDefined one is what its UserDefinedValue says.
fn role(xml: &mut Xml<'_>, element: &Element<'_>) -> Result<Option<String>, Unreadable> {
    let own = element.attribute("UserDefinedValue");
    let role = xml.text(element)?.map(|text| text.value);
    Ok(match role.as_deref() {
        Some("UserDefined") => own.or(role),
        // The generic display role: who is displayed is a main artist.
        Some("Artist") if element.name() == "DisplayArtistRole" => Some("MainArtist".to_owned()),
        _ => role,
    })
}

/// `PartyName/FullName`.
pub(super) fn full_name(xml: &mut Xml<'_>) -> Result<Option<String>, Unreadable> {
    let mut name = None;
    while let Some(part) = xml.child()? {
        match part.name() {
            "FullName" => name = xml.text(&part)?.map(|text| text.value),
            _ => xml.skip()?,
        }
    }
    Ok(name)
}
