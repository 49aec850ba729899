//! Search, from documents to hits, over real folders.

mod finding;
mod mistakes;
mod sealed;
mod shelf;
mod synthetic;
