//! How do plans become files, and how is no work done twice?
//!
//! The only part of the crate that touches disk, processes and the store.

pub mod delivery;
mod flac;
mod masters;
mod packages;
pub mod performances;
pub mod plays;
pub mod secret;
