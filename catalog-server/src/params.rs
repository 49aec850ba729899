//! What did the client put into the path and the query?
//!
//! Parsed at the door into identifiers and numbers; what cannot be parsed is a problem document.

use crate::problem::Problem;
use axum::extract::{FromRequestParts, Path, Query};
use http::request::Parts;
use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer};
use std::str::FromStr;

/// One identifier from the path. What cannot be one names nothing: 404, as an unknown one.
pub(crate) struct Id<T>(pub T);

impl<S: Send + Sync, T: FromStr> FromRequestParts<S> for Id<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Id<T>, Problem> {
        let path: Result<Path<String>, _> = Path::from_request_parts(parts, state).await;
        let Path(text) = path.map_err(|_| Problem::not_found("resource", "(not UTF-8)"))?;
        text.parse()
            .map(Id)
            .map_err(|_| Problem::not_found("resource", &text))
    }
}

/// Identifiers with commas between them: at most [`Ids::MAX`], each readable.
#[derive(Debug, Clone)]
pub(crate) struct Ids<T>(Vec<T>);

impl<T> Ids<T> {
    /// Identifiers that one parameter may hold.
    const MAX: usize = 50;

    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.0.iter()
    }
}

impl<'de, T: FromStr> Deserialize<'de> for Ids<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Ids<T>, D::Error> {
        let text = String::deserialize(deserializer)?;
        let parts = text.split(',').map(|part| part.trim().parse::<T>());
        let ids: Result<Vec<T>, _> = parts.take(Ids::<T>::MAX + 1).collect();
        match ids {
            Ok(ids) if ids.len() <= Ids::<T>::MAX => Ok(Ids(ids)),
            _ => Err(D::Error::custom(format!(
                "expected 1 to {} ids with commas between them",
                Ids::<T>::MAX
            ))),
        }
    }
}

/// Several words from the path, as they stand.
pub(crate) struct Words<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Words<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Words<T>, Problem> {
        let path: Result<Path<T>, _> = Path::from_request_parts(parts, state).await;
        path.map(|Path(words)| Words(words))
            .map_err(|_| Problem::no_such_route(parts.uri.path()))
    }
}

/// The query, typed.
pub(crate) struct Asked<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Asked<T>, Problem> {
        let query: Result<Query<T>, _> = Query::from_request_parts(parts, state).await;
        query.map(|Query(asked)| Asked(asked)).map_err(|error| {
            let text = error.body_text();
            let text = text.rsplit(": ").next().unwrap_or_default();
            Problem::bad_request(
                format!("the query cannot be used: {text}"),
                "see the README for this path's parameters",
            )
        })
    }
}
