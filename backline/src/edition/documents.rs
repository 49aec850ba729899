//! What can a listener search for in an edition? Its tracks, artists and releases, each with how much
//! it is played.

use catalog::edition::catalogue::CatalogueView;
use catalog::lyrics;
use catalog::store::Store;
use std::path::Path;

/// How much each row is played, 0 to 1, by table.
pub(crate) struct Popularity {
    tracks: Vec<f32>,
    releases: Vec<f32>,
    artists: Vec<f32>,
}

/// From the plays that the model counted: a recording's share on all its tracks, a release's and an
/// artist's the highest of their tracks.
pub(crate) fn popularity(folder: &Path, view: &CatalogueView) -> anyhow::Result<Popularity> {
    let mut popularity = Popularity {
        tracks: vec![0.0; view.tracks() as usize],
        releases: vec![0.0; view.releases() as usize],
        artists: vec![0.0; view.artists() as usize],
    };
    let path = folder.join("lists.bin");
    if !path.exists() {
        return Ok(popularity);
    }
    let lists = recsys::Lists::open(&path)?;
    for (id, share) in lists.popularity() {
        let Some(recording) = view.recording_row(&id).and_then(|row| view.recording(row)) else {
            continue;
        };
        for &row in recording.tracks {
            raise(&mut popularity.tracks, row, share);
            if let Some(track) = view.track(row) {
                raise(&mut popularity.releases, track.release, share);
            }
            for credit in view
                .track_credits(row)
                .filter(|credit| is_displayed(credit.role))
            {
                raise(&mut popularity.artists, credit.artist, share);
            }
        }
    }
    Ok(popularity)
}

fn raise(shares: &mut [f32], row: u32, share: f32) {
    if let Some(known) = shares.get_mut(row as usize) {
        *known = known.max(share);
    }
}

fn is_displayed(role: &str) -> bool {
    matches!(role, "MainArtist" | "FeaturedArtist")
}

/// The day that recency is reckoned on, in days since 1970: the model's, else the newest release's.
pub(crate) fn as_of_days(model: Option<&recsys::published::Model>, view: &CatalogueView) -> i32 {
    let of_model = model.map(|model| (model.as_of.as_second() / 86_400) as i32);
    let newest = || {
        (0..view.releases())
            .filter_map(|row| view.release(row)?.days)
            .max()
    };
    of_model.or_else(newest).unwrap_or(0)
}

/// Every document, in the order of tables and rows. Lyrics are read from `store`, one file at a time.
pub(crate) fn all<'a>(
    view: &'a CatalogueView,
    popularity: &'a Popularity,
    store: &'a Store,
) -> impl Iterator<Item = search::Document> + 'a {
    let tracks = (0..view.tracks()).filter_map(|row| {
        let document = track(view, popularity, row)?;
        let lyrics = words(view, store, row);
        Some(search::Document { lyrics, ..document })
    });
    let artists = (0..view.artists()).filter_map(|row| artist(view, popularity, row));
    let releases = (0..view.releases()).filter_map(|row| release(view, popularity, row));
    tracks.chain(artists).chain(releases)
}

fn track(view: &CatalogueView, popularity: &Popularity, row: u32) -> Option<search::Document> {
    let track = view.track(row)?;
    let release = view.release(track.release)?;
    let others = view
        .track_credits(row)
        .filter(|credit| !is_displayed(credit.role));
    Some(search::Document {
        kind: search::Kind::Track,
        row,
        title: titled(track.title, track.version),
        artists: displayed(view.track_credits(row)),
        release: Some(release.title.to_owned()),
        genre: track.genre.map(str::to_owned),
        also: others.map(|credit| credit.name.to_owned()).collect(),
        lyrics: None,
        popularity: popularity.tracks[row as usize],
        released_days: release.days,
    })
}

/// The words of a track. Ingest has read them before, so only a store that lost them has none to give: the track is
/// found by its other words then.
fn words(view: &CatalogueView, store: &Store, row: u32) -> Option<String> {
    let key = Store::blob_key(&view.lyrics(row)?.blob);
    let bytes = store.get(&key).ok().flatten();
    let Some(lines) = bytes.and_then(|bytes| lyrics::read(&bytes).ok()) else {
        tracing::warn!(%key, "lyrics are missing or changed: the track is not found by them");
        return None;
    };
    let texts: Vec<String> = lines.into_iter().map(|line| line.text).collect();
    Some(texts.join("\n"))
}

fn release(view: &CatalogueView, popularity: &Popularity, row: u32) -> Option<search::Document> {
    let release = view.release(row)?;
    Some(search::Document {
        kind: search::Kind::Release,
        row,
        title: titled(release.title, release.version),
        artists: displayed(view.release_credits(row)),
        release: None,
        genre: release.genre.map(str::to_owned),
        also: vec![release.label.to_owned()],
        lyrics: None,
        popularity: popularity.releases[row as usize],
        released_days: release.days,
    })
}

fn artist(view: &CatalogueView, popularity: &Popularity, row: u32) -> Option<search::Document> {
    let artist = view.artist(row)?;
    // Somebody who is only credited behind the scenes has no page of his own.
    if artist.tracks.is_empty() && artist.releases.is_empty() {
        return None;
    }
    let released = artist
        .releases
        .iter()
        .filter_map(|row| view.release(*row)?.days)
        .max();
    Some(search::Document {
        kind: search::Kind::Artist,
        row,
        title: artist.name.to_owned(),
        artists: Vec::new(),
        release: None,
        genre: None,
        also: Vec::new(),
        lyrics: None,
        popularity: popularity.artists[row as usize],
        released_days: released,
    })
}

fn titled(title: &str, version: Option<&str>) -> String {
    version.map_or_else(
        || title.to_owned(),
        |version| format!("{title} ({version})"),
    )
}

fn displayed<'a>(
    credits: impl Iterator<Item = catalog::edition::catalogue::CreditView<'a>>,
) -> Vec<String> {
    credits
        .filter(|credit| is_displayed(credit.role))
        .map(|credit| credit.name.to_owned())
        .collect()
}
