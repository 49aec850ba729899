//! The cover of a release.
//!
//! `/artwork/{release}/{hash}.{jpg|png}`: the hash makes it cacheable for ever, the release makes it
//! findable; both must agree, so no other object of the store can be asked for. Covers are public.

use crate::answer::{Keep, etag, has, status};
use crate::app::{App, Current};
use crate::params::Words;
use crate::problem::Problem;
use crate::slices::Slices;
use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use catalog::edition::catalogue::ArtworkView;
use catalog::ids::ReleaseId;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use std::sync::Arc;

/// The path of a release's cover.
pub(crate) fn path(release: &ReleaseId, artwork: &ArtworkView) -> String {
    format!("/artwork/{release}/{}", file(artwork))
}

fn file(artwork: &ArtworkView) -> String {
    let extension = if artwork.media_type == "image/png" {
        "png"
    } else {
        "jpg"
    };
    format!("{}.{extension}", artwork.blob)
}

pub(crate) async fn artwork(
    State(app): State<Arc<App>>,
    Current(live): Current,
    Words((release, name)): Words<(ReleaseId, String)>,
    request: HeaderMap,
) -> Result<Response, Problem> {
    let unknown = || Problem::not_found("cover", &format!("{release}/{name}"));
    let row = live.catalogue.release_row(&release).ok_or_else(unknown)?;
    let row = live
        .catalogue
        .release(row)
        .and_then(|release| release.artwork)
        .ok_or_else(unknown)?;
    let cover = live
        .catalogue
        .artwork(row)
        .filter(|cover| file(cover) == name)
        .ok_or_else(unknown)?;
    let tag = etag(&cover.blob);
    let mut response = if has(&request, header::IF_NONE_MATCH, &tag) {
        status(StatusCode::NOT_MODIFIED)
    } else {
        send(&app, &cover).await?
    };
    let headers = response.headers_mut();
    headers.insert(header::ETAG, tag);
    headers.insert(header::CACHE_CONTROL, Keep::Forever.header());
    Ok(response)
}

/// A cover's bytes with their type and length.
///
/// # Errors
/// The store has lost it.
pub(crate) async fn send(app: &Arc<App>, cover: &ArtworkView) -> Result<Response, Problem> {
    let bytes = app
        .blobs
        .get(cover.blob, cover.bytes)
        .await
        .map_err(|error| {
            tracing::error!(%error, "a cover cannot be read");
            Problem::internal()
        })?;
    let mut response = Response::new(Body::new(Slices::new([bytes])));
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static(cover.media_type),
    );
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(cover.bytes));
    Ok(response)
}
