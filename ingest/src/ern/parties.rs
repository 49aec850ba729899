//! Who is spoken of in an ERN message? (`PartyList`, and credits that refer to it.)

use super::xml::{Element, Unreadable, Xml};
use crate::delivery::DeliveredCredit;
use crate::finding::{Findings, Text};
use crate::wording;
use std::collections::HashMap;

/// A party, of the list (ERN 4) or where it is credited (ERN 3).
#[derive(Debug, Clone, Default)]
pub(super) struct Party {
    pub(super) name: Option<Text>,
    isni: Option<Text>,
    ipi: Option<Text>,
}

/// The list, by PartyReference.
#[derive(Debug, Default)]
pub(super) struct Parties(HashMap<String, Party>);

/// A credit; in ERN 4 it still refers to the list.
#[derive(Debug, Clone)]
pub(super) struct Credit {
    who: Who,
    role: String,
    sequence: u32,
}

#[derive(Debug, Clone)]
enum Who {
    Reference(Text),
    Inline(Box<Party>),
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
                    _ => party.part(xml, &part)?,
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
        party.name.clone().map(|name| Text {
            at: reference.at,
            ..name
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
            let (name, party) = match &credit.who {
                Who::Reference(reference) => {
                    (self.name(reference, findings), self.0.get(&reference.value))
                }
                Who::Inline(party) => (party.name.clone(), Some(&**party)),
            };
            if let Some(name) = name {
                named.push(DeliveredCredit {
                    name,
                    role: credit.role.clone(),
                    isni: party.and_then(|party| party.isni.clone()),
                    ipi: party.and_then(|party| party.ipi.clone()),
                });
            }
        }
        let main = named.iter().any(|credit| credit.role == "MainArtist");
        if let (false, Some(name)) = (main, display) {
            let credit = DeliveredCredit {
                name: name.clone(),
                role: "MainArtist".to_owned(),
                isni: None,
                ipi: None,
            };
            named.insert(0, credit);
        }
        named
    }
}

impl Party {
    /// A part of a party; what says nothing of who it is is passed over.
    fn part(&mut self, xml: &mut Xml<'_>, part: &Element<'_>) -> Result<(), Unreadable> {
        match part.name() {
            // Names in other scripts follow the one in the message's own language.
            "PartyName" if self.name.is_none() => self.name = full_name(xml)?,
            "PartyId" => self.id(xml, part)?,
            _ => xml.skip()?,
        }
        Ok(())
    }

    /// ERN 4 has an element per kind of number, ERN 3 an attribute.
    fn id(&mut self, xml: &mut Xml<'_>, part: &Element<'_>) -> Result<(), Unreadable> {
        if part.says("IsISNI", "true") {
            self.isni = xml.text(part)?;
            return Ok(());
        }
        if part
            .attribute("Namespace")
            .is_some_and(|namespace| namespace.contains("IPI"))
        {
            self.ipi = xml.text(part)?;
            return Ok(());
        }
        while let Some(id) = xml.child()? {
            match id.name() {
                "ISNI" => self.isni = xml.text(&id)?,
                "IpiNameNumber" => self.ipi = xml.text(&id)?,
                _ => xml.skip()?,
            }
        }
        Ok(())
    }
}

/// `DisplayArtist`, `Contributor`, `ResourceContributor` or `IndirectResourceContributor`: one credit per role.
pub(super) fn credit(
    xml: &mut Xml<'_>,
    element: &Element<'_>,
    credits: &mut Vec<Credit>,
) -> Result<(), Unreadable> {
    // Display artists lead; contributors follow in their own sequence, then those of the work.
    let offset = match element.name() {
        "DisplayArtist" => 0,
        "IndirectResourceContributor" => 2_000_000,
        _ => 1_000_000,
    };
    let sequence = element
        .number("SequenceNumber")
        .map_or(offset + credits.len() as u32, |number| {
            offset + number.min(999_999)
        });
    let (mut reference, mut party, mut roles) = (None, Party::default(), Vec::new());
    while let Some(part) = xml.child()? {
        match part.name() {
            "ArtistPartyReference" | "ContributorPartyReference" => reference = xml.text(&part)?,
            "DisplayArtistRole"
            | "Role"
            | "ArtistRole"
            | "ResourceContributorRole"
            | "IndirectResourceContributorRole" => roles.extend(role(xml, &part)?),
            _ => party.part(xml, &part)?,
        }
    }
    let who = match reference {
        Some(reference) => Who::Reference(reference),
        None if party.name.is_some() => Who::Inline(Box::new(party)),
        None => return Ok(()),
    };
    for role in roles {
        credits.push(Credit {
            who: who.clone(),
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
        Some("Artist") if matches!(element.name(), "DisplayArtistRole" | "ArtistRole") => {
            Some("MainArtist".to_owned())
        }
        _ => role,
    })
}

/// `PartyName/FullName`, or the parts of a name where a party has only those.
pub(super) fn full_name(xml: &mut Xml<'_>) -> Result<Option<Text>, Unreadable> {
    let (mut name, mut before, mut key) = (None, None, None);
    while let Some(part) = xml.child()? {
        match part.name() {
            "FullName" => name = xml.text(&part)?,
            "NamesBeforeKeyName" => before = xml.text(&part)?,
            "KeyName" => key = xml.text(&part)?,
            _ => xml.skip()?,
        }
    }
    let whole = |key: Text| match &before {
        Some(before) => Text {
            value: format!("{} {}", before.value, key.value),
            at: key.at,
        },
        None => key,
    };
    Ok(name.or_else(|| key.map(whole)))
}
