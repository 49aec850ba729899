//! Is every track complete, once, and in its place?

use super::metadata::{language, main_artist, required};
use crate::checks;
use crate::delivery::{DeliveredRelease, DeliveredTrack};
use crate::finding::{Findings, Text};
use crate::{identifiers, moment, wording};
use catalog::ids::Isrc;
use std::collections::{BTreeMap, HashMap};

pub(super) fn check(release: &DeliveredRelease, findings: &mut Findings) {
    let mut recordings: HashMap<Isrc, &str> = HashMap::new();
    for track in &release.tracks {
        fields(track, findings);
        let Some(text) = &track.isrc else { continue };
        match text.value.parse::<Isrc>() {
            Err(error) => findings.push(wording::identifier(&checks::ISRC_FORM, text, &error)),
            Ok(isrc) => match recordings.get(&isrc) {
                Some(first) => findings.push(wording::isrc_doubled(text, first)),
                None => {
                    recordings.insert(isrc, &track.name);
                }
            },
        }
    }
    sequence(&release.tracks, findings);
}

fn fields(track: &DeliveredTrack, findings: &mut Findings) {
    let owner = track.name.as_str();
    required(&track.isrc, track.at, "ISRC", owner, findings);
    required(&track.title, track.at, "title", owner, findings);
    required(&track.duration, track.at, "duration", owner, findings);
    main_artist(&track.artists, track.at, owner, findings);
    if let Some(text) = &track.duration {
        match moment::duration(&text.value) {
            None => findings.push(wording::duration_form(text)),
            Some(length) if length.0 == 0 => findings.push(wording::duration_zero(text)),
            Some(_) => {}
        }
    }
    language(&track.language, findings);
    if let Some(text) = &track.iswc
        && let Err(error) = identifiers::iswc(&text.value)
    {
        findings.push(wording::identifier(&checks::ISWC_FORM, text, &error));
    }
}

/// Each disc runs 1, 2, 3 …; two tracks in one place cannot both be published.
fn sequence(tracks: &[DeliveredTrack], findings: &mut Findings) {
    let mut discs: BTreeMap<u32, BTreeMap<u32, &DeliveredTrack>> = BTreeMap::new();
    for track in tracks {
        let place = |number: u32| Text {
            value: number.to_string(),
            at: track.at,
        };
        for number in [track.disc, track.number] {
            if !(1..=u32::from(u16::MAX)).contains(&number) {
                findings.push(wording::sequence_form(&place(number)));
            }
        }
        if discs
            .entry(track.disc)
            .or_default()
            .insert(track.number, track)
            .is_some()
        {
            findings.push(wording::sequence_doubled(&place(track.number)));
        }
    }
    for (disc, numbers) in &discs {
        for (expected, (number, track)) in (1..).zip(numbers) {
            if *number != expected {
                findings.push(wording::sequence_gap(track.at, *disc, expected));
                break;
            }
        }
    }
}
