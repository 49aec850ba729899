//! The bytes that a Subsonic client plays and shows.
//!
//! A song is one of its renditions, whole or in ranges, by the same rules as signed links; nothing is
//! transcoded while somebody waits.

use super::envelope::Fault;
use super::{Call, Named};
use crate::app::App;
use crate::ladder::{Quality, Wish};
use crate::live::Sound;
use crate::{artwork, audio};
use axum::response::Response;
use http::{HeaderMap, Method};
use std::sync::Arc;

/// A song. `maxBitRate` bounds it (kbit/s, 0 = nothing does); `format=raw` and `download` give what is
/// best under the tier.
pub(super) async fn stream(
    app: &Arc<App>,
    call: &Call<'_>,
    method: &str,
    verb: &Method,
    headers: &HeaderMap,
) -> Result<Response, Fault> {
    let row = call.track_row()?;
    let playable = call.eye.gate.playable(row);
    let played = playable.map_err(|refusal| Fault::not_authorised(&refusal.text))?;
    let track = call.live.catalogue.track(played);
    let best = method == "download" || call.asked.get("format") == Some("raw");
    let max: u32 = call.asked.number("maxBitRate").unwrap_or(0);
    let wish = Wish {
        quality: best.then_some(Quality::Lossless),
        max_kbps: (max > 0).then_some(max),
        ..Wish::default()
    };
    let rendition = track.and_then(|track| call.rendition(track.recording, wish));
    let sound = rendition.map(|found| Sound::of(&found));
    let sound = sound.ok_or_else(|| Fault::not_found("a rendition for this plan"))?;
    audio::send(app, sound, verb, headers)
        .await
        .map_err(|_| Fault::generic("the song cannot be read"))
}

/// The cover of an album, of a song's album, or of an artist's newest album that has one.
pub(super) async fn cover(app: &Arc<App>, call: &Call<'_>) -> Result<Response, Fault> {
    let catalogue = &call.live.catalogue;
    let id = call.asked.need("id")?;
    let releases: Vec<u32> = match Named::read(id) {
        Some(Named::Release(id)) => catalogue.release_row(&id).into_iter().collect(),
        Some(Named::Track(id)) => {
            let track = catalogue
                .track_row(&id)
                .and_then(|row| catalogue.track(row));
            track.map(|track| track.release).into_iter().collect()
        }
        Some(Named::Artist(id)) => {
            let artist = catalogue
                .artist_row(&id)
                .and_then(|row| catalogue.artist(row));
            artist.map_or_else(Vec::new, |artist| artist.releases.to_vec())
        }
        None => Vec::new(),
    };
    let mut covers = releases.into_iter().filter_map(|row| {
        let release = catalogue.release(row)?;
        catalogue.artwork(release.artwork?)
    });
    let cover = covers.next().ok_or_else(|| Fault::not_found(id))?;
    artwork::send(app, &cover)
        .await
        .map_err(|_| Fault::generic("the cover cannot be read"))
}
