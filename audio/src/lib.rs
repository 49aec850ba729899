//! What is in this file, and what does it sound like as samples?
//!
//! The only crate that knows a container or a codec (symphonia), a resampler (rubato) or how
//! loudness is measured. Everything streams: a file of six hours needs the memory of a file of three
//! minutes. Files are untrusted: they are sniffed before a parser sees them, sizes that they declare
//! are bounded ([`limits`]), a panic inside a parser becomes an [`AudioError`].
//!
//! ```no_run
//! # fn main() -> Result<(), audio::AudioError> {
//! let mut decoder = audio::Decoder::open("master.flac")?;
//! let mut meter = audio::Meter::new(decoder.info().sample_rate, &decoder.info().layout)?;
//! while let Some(block) = decoder.next_block()? {
//!     meter.add(&block.planes)?;
//! }
//! let (summary, loudness) = (decoder.finish()?, meter.finish());
//! # Ok(()) }
//! ```

pub mod decoder;
pub mod downmix;
pub mod error;
pub mod flac_stream;
mod guard;
mod k_weighting;
pub mod layout;
pub mod limits;
pub mod loudness;
pub mod mono;
pub mod probe;
pub mod quality;
pub mod resample;
pub mod sniff;
pub mod sound;
mod true_peak;

pub use decoder::{Block, DecodeSummary, Decoder};
pub use downmix::Downmix;
pub use error::AudioError;
pub use layout::{Layout, Speaker};
pub use loudness::{Curve, Measurement, Meter, measure};
pub use mono::decode_mono;
pub use probe::{AudioInfo, Codec, probe};
pub use quality::{Inspector, Quality};
pub use resample::Resampler;
pub use sniff::Container;
