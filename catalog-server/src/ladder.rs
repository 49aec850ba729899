//! Which rendition does this listener get?
//!
//! The tier sets the ceiling (free: lossy up to 160 kbit/s), the listener's wish and their
//! connection lower it. The best rendition under all three wins; where even the smallest is above
//! them, the smallest, since some sound beats none.

use crate::identity::Tier;
use catalog::edition::catalogue::RenditionView;
use catalog::rendition::Codec;
use serde::Deserialize;

/// Most kilobits per second of the free tier.
pub(crate) const FREE_KBPS: u32 = 160;
/// Share of a measured bandwidth that audio may take: the rest absorbs its swings.
const BANDWIDTH_SHARE: f64 = 0.7;

/// What a listener asks for, by ascending size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Quality {
    /// 24 kbit/s: a data saver's.
    #[serde(alias = "24")]
    Low,
    /// 96 kbit/s.
    #[serde(alias = "96")]
    Normal,
    /// 160 kbit/s.
    #[serde(alias = "160")]
    High,
    /// 320 kbit/s.
    #[serde(alias = "320")]
    Best,
    /// FLAC.
    #[serde(alias = "flac")]
    Lossless,
}

impl Quality {
    fn kbps(self) -> u32 {
        match self {
            Quality::Low => 24,
            Quality::Normal => 96,
            Quality::High => 160,
            Quality::Best => 320,
            Quality::Lossless => u32::MAX,
        }
    }
}

/// What the listener and their client say.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Wish {
    /// None: the best lossy one of the tier.
    pub quality: Option<Quality>,
    /// Whatever else is asked: the smallest.
    pub data_saver: bool,
    /// Thirty seconds to get to know it.
    pub preview: bool,
    /// Kilobits per second that the client measured.
    pub bandwidth: Option<u32>,
    /// Kilobits per second that the client wants at most.
    pub max_kbps: Option<u32>,
}

/// A rendition on offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Offer {
    /// Its format.
    pub codec: Codec,
    /// Its nominal bitrate.
    pub kbps: u32,
}

impl Offer {
    pub(crate) fn of(rendition: &RenditionView<'_>) -> Offer {
        Offer {
            codec: rendition.codec,
            kbps: rendition.nominal_kbps,
        }
    }
}

/// Whether a tier may hear a rendition.
pub(crate) fn open_to(offer: Offer, tier: Tier) -> bool {
    match tier {
        Tier::Premium => true,
        Tier::Free => offer.codec != Codec::Flac && offer.kbps <= FREE_KBPS,
    }
}

/// The index of the rendition to play, or `None` if nothing is open to the tier.
pub(crate) fn choose(offers: &[Offer], tier: Tier, wish: Wish) -> Option<usize> {
    let quality = if wish.data_saver {
        Quality::Low
    } else {
        wish.quality.unwrap_or(Quality::Best)
    };
    let bandwidth = wish
        .bandwidth
        .map_or(u32::MAX, |kbps| (f64::from(kbps) * BANDWIDTH_SHARE) as u32);
    let ceiling = quality
        .kbps()
        .min(bandwidth)
        .min(wish.max_kbps.unwrap_or(u32::MAX));
    let open = || {
        offers
            .iter()
            .enumerate()
            .filter(|(_, offer)| open_to(**offer, tier))
    };
    let fits = |offer: &Offer| {
        offer.kbps <= ceiling && (offer.codec != Codec::Flac || quality == Quality::Lossless)
    };
    let best = open()
        .filter(|(_, offer)| fits(offer))
        .max_by_key(|(_, offer)| offer.kbps);
    best.or_else(|| open().min_by_key(|(_, offer)| offer.kbps))
        .map(|(index, _)| index)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LADDER: [Offer; 5] = [
        Offer {
            codec: Codec::Vorbis,
            kbps: 24,
        },
        Offer {
            codec: Codec::Vorbis,
            kbps: 96,
        },
        Offer {
            codec: Codec::Vorbis,
            kbps: 160,
        },
        Offer {
            codec: Codec::Vorbis,
            kbps: 320,
        },
        Offer {
            codec: Codec::Flac,
            kbps: 870,
        },
    ];

    #[track_caller]
    fn check(tier: Tier, wish: Wish, expected: u32) {
        let chosen = choose(&LADDER, tier, wish).map(|at| LADDER[at].kbps);
        assert_eq!(chosen, Some(expected), "{tier:?} {wish:?}");
    }

    fn asks(quality: Quality) -> Wish {
        Wish {
            quality: Some(quality),
            ..Wish::default()
        }
    }

    #[test]
    fn the_tier_is_a_ceiling_that_no_wish_lifts() {
        check(Tier::Free, Wish::default(), 160);
        check(Tier::Free, asks(Quality::Lossless), 160);
        check(Tier::Premium, Wish::default(), 320);
        check(Tier::Premium, asks(Quality::Lossless), 870);
    }

    #[test]
    fn a_wish_a_data_saver_and_a_thin_line_lower_it() {
        check(Tier::Premium, asks(Quality::Normal), 96);
        check(
            Tier::Premium,
            Wish {
                data_saver: true,
                ..asks(Quality::Lossless)
            },
            24,
        );
        check(
            Tier::Premium,
            Wish {
                bandwidth: Some(240),
                ..Wish::default()
            },
            160,
        );
        check(
            Tier::Premium,
            Wish {
                bandwidth: Some(1000),
                ..asks(Quality::Lossless)
            },
            320,
        );
        check(
            Tier::Premium,
            Wish {
                bandwidth: Some(1),
                ..Wish::default()
            },
            24,
        );
    }

    #[test]
    fn a_short_ladder_gives_what_it_has() {
        let only = [Offer {
            codec: Codec::Vorbis,
            kbps: 320,
        }];
        assert_eq!(choose(&only, Tier::Premium, asks(Quality::Low)), Some(0));
        assert_eq!(choose(&only, Tier::Free, Wish::default()), None);
        assert_eq!(choose(&[], Tier::Premium, Wish::default()), None);
    }
}
