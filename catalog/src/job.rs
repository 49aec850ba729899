//! What does every job need from the console, whatever it does?

use crate::progress::Progress;
use crate::store::Store;

/// The surroundings of a job: passed in, never looked up.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// Where everything stands.
    pub store: &'a Store,
    /// Who hears how far it is.
    pub progress: &'a dyn Progress,
    /// This job's section of the operator's file.
    pub config: Option<&'a toml::Table>,
    /// How many threads it may use, at least one.
    pub threads: usize,
}
