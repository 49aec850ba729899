//! Is this delivery fit to publish, and if not, what exactly must the label fix?
//!
//! A *drop* is a folder with deliveries: DDEX ERN 4 messages ([`ern`]) or, for labels without DDEX,
//! `release.json` ([`plain`]). Both become one [`delivery::Delivery`], whose values keep their place in the
//! message. [`job`] looks at the files it names and gathers [`evidence`]; [`checks::check`] is a pure function
//! of the two and finds all faults at once, in words that stand in one file. What is fit becomes a
//! delivery record with its masters and artwork in the store ([`catalogue`]); what is not becomes a refusal;
//! both become a [`report`].
//!
//! A release is atomic, a drop is not: one bad release never holds up the others.

pub mod catalogue;
pub mod checks;
pub mod checksums;
pub mod cli;
pub mod config;
pub mod delivery;
pub mod ern;
mod error;
pub mod evidence;
pub mod finding;
pub mod identifiers;
pub mod job;
pub mod moment;
pub mod paths;
pub mod picture;
pub mod plain;
pub mod report;
pub mod rights;
pub mod template;
mod wording;

pub use cli::Report;
pub use config::Config;
pub use error::Error;
pub use job::run;
pub use report::DropReport;
