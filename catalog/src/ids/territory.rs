//! Which country is meant? ISO 3166-1 alpha-2 codes, and sets of them.

use super::{IdError, serde_as_text};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// ISO 3166-1:2020, the 249 officially assigned alpha-2 codes, sorted.
const CODES: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM \
BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO \
DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK \
HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI \
LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF \
NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE \
SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG \
UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW";

/// Place of no code in [`PLACES`].
const NO_CODE: u8 = u8::MAX;

/// The place in the sorted list of every pair of letters: every play is asked for its country.
const PLACES: [u8; 26 * 26] = {
    let (codes, mut places) = (CODES.as_bytes(), [NO_CODE; 26 * 26]);
    let mut place = 0;
    while place < Territory::COUNT {
        if let Some(cell) = cell(codes[3 * place], codes[3 * place + 1]) {
            places[cell] = place as u8;
        }
        place += 1;
    }
    places
};

/// Where two capital letters stand in [`PLACES`].
const fn cell(first: u8, second: u8) -> Option<usize> {
    if first.is_ascii_uppercase() && second.is_ascii_uppercase() {
        return Some((first - b'A') as usize * 26 + (second - b'A') as usize);
    }
    None
}

/// A country, by its place in the sorted list of codes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Territory(u8);

impl Territory {
    /// How many territories there are.
    pub const COUNT: usize = 249;

    /// All territories, in order of their codes.
    pub fn all() -> impl Iterator<Item = Territory> {
        (0..Self::COUNT).map(|index| Territory(index as u8))
    }

    /// The two letters.
    pub fn code(self) -> &'static str {
        let start = usize::from(self.0) * 3;
        &CODES[start..start + 2]
    }

    /// The place in the sorted list, 0 to 248.
    pub fn index(self) -> usize {
        usize::from(self.0)
    }

    /// The territory at a place, or `None` beyond the list.
    pub fn from_index(index: usize) -> Option<Territory> {
        (index < Self::COUNT).then_some(Territory(index as u8))
    }
}

/// Accepts upper and lower case.
impl FromStr for Territory {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Territory, IdError> {
        let place = match text.trim().as_bytes() {
            &[first, second] => cell(first.to_ascii_uppercase(), second.to_ascii_uppercase())
                .map_or(NO_CODE, |cell| PLACES[cell]),
            _ => NO_CODE,
        };
        if place != NO_CODE {
            return Ok(Territory(place));
        }
        Err(IdError::Unknown {
            kind: "territory",
            found: text.chars().take(64).collect(),
            list: "ISO 3166-1 alpha-2",
        })
    }
}

impl fmt::Display for Territory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}
impl fmt::Debug for Territory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Territory({self})")
    }
}
serde_as_text!(Territory);

/// A set of territories: one bit each. In JSON the sorted codes, or `["Worldwide"]` for all.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, bytemuck::Pod, bytemuck::Zeroable,
)]
#[repr(transparent)]
pub struct TerritorySet([u64; 4]);

impl TerritorySet {
    /// No territory.
    pub const NONE: TerritorySet = TerritorySet([0; 4]);

    /// Every territory.
    pub fn worldwide() -> TerritorySet {
        let last = (1 << (Territory::COUNT % 64)) - 1;
        TerritorySet([u64::MAX, u64::MAX, u64::MAX, last])
    }

    /// Whether the set has a territory.
    pub fn contains(&self, territory: Territory) -> bool {
        self.0[territory.index() / 64] >> (territory.index() % 64) & 1 == 1
    }

    /// Adds a territory.
    pub fn insert(&mut self, territory: Territory) {
        self.0[territory.index() / 64] |= 1 << (territory.index() % 64);
    }

    /// Whether the set has no territory.
    pub fn is_empty(&self) -> bool {
        *self == Self::NONE
    }

    /// How many territories the set has.
    pub fn len(&self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// What is in both sets.
    #[must_use]
    pub fn and(&self, other: &TerritorySet) -> TerritorySet {
        TerritorySet(std::array::from_fn(|word| self.0[word] & other.0[word]))
    }

    /// What is in either set.
    #[must_use]
    pub fn or(&self, other: &TerritorySet) -> TerritorySet {
        TerritorySet(std::array::from_fn(|word| self.0[word] | other.0[word]))
    }

    /// What is in this set and not in the other.
    #[must_use]
    pub fn without(&self, other: &TerritorySet) -> TerritorySet {
        TerritorySet(std::array::from_fn(|word| self.0[word] & !other.0[word]))
    }

    /// The members in order of their codes.
    pub fn iter(&self) -> impl Iterator<Item = Territory> {
        let set = *self;
        Territory::all().filter(move |territory| set.contains(*territory))
    }
}

impl FromIterator<Territory> for TerritorySet {
    fn from_iter<I: IntoIterator<Item = Territory>>(territories: I) -> TerritorySet {
        let mut set = TerritorySet::NONE;
        territories
            .into_iter()
            .for_each(|territory| set.insert(territory));
        set
    }
}

/// As a person writes it: `DE AT CH`, `Worldwide`, `Worldwide without US`.
impl fmt::Display for TerritorySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let missing = TerritorySet::worldwide().without(self);
        let codes = |set: TerritorySet| {
            set.iter()
                .map(Territory::code)
                .collect::<Vec<_>>()
                .join(" ")
        };
        match missing.len() {
            0 => f.write_str("Worldwide"),
            1..=20 => write!(f, "Worldwide without {}", codes(missing)),
            _ => f.write_str(&codes(*self)),
        }
    }
}
impl fmt::Debug for TerritorySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TerritorySet({self})")
    }
}

impl Serialize for TerritorySet {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match *self == TerritorySet::worldwide() {
            true => serializer.collect_seq(["Worldwide"]),
            false => serializer.collect_seq(self.iter()),
        }
    }
}
impl<'de> Deserialize<'de> for TerritorySet {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let codes = Vec::<String>::deserialize(deserializer)?;
        if codes == ["Worldwide"] {
            return Ok(TerritorySet::worldwide());
        }
        codes
            .iter()
            .map(|code| code.parse::<Territory>())
            .collect::<Result<_, _>>()
            .map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_and_whole() {
        assert_eq!(CODES.split(' ').count(), Territory::COUNT);
        assert!(CODES.split(' ').is_sorted());
        for territory in Territory::all() {
            assert_eq!(territory.code().parse::<Territory>().unwrap(), territory);
        }
        assert!("UK".parse::<Territory>().is_err() && "ZZ".parse::<Territory>().is_err());
    }

    #[test]
    fn a_set_reads_like_a_deal_and_survives_json() {
        let two: TerritorySet = ["CH", "DE"]
            .map(|code| code.parse().unwrap())
            .into_iter()
            .collect();
        assert_eq!(two.to_string(), "CH DE");
        assert_eq!(
            TerritorySet::worldwide().without(&two).to_string(),
            "Worldwide without CH DE"
        );
        for set in [two, TerritorySet::worldwide(), TerritorySet::NONE] {
            let json = serde_json::to_string(&set).unwrap();
            assert_eq!(serde_json::from_str::<TerritorySet>(&json).unwrap(), set);
        }
    }
}
