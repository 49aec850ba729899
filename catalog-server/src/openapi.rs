//! What does the interface below `/v1` look like to a program that reads OpenAPI 3.1?

use crate::answer::{Keep, bytes};
use axum::response::Response;
use http::HeaderMap;

/// The description. A test compares its paths with the router's, and schemathesis the answers.
const DOCUMENT: &str = include_str!("openapi.json");

pub(crate) async fn document(request: HeaderMap) -> Response {
    bytes(&request, DOCUMENT, "application/json", Keep::Revalidate)
}
