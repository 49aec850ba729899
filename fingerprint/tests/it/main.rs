//! Does the whole of fingerprinting hold, from files and stores to reports?

#![cfg(feature = "job")]

mod duplicates_at_scale;
mod evaluation;
mod hostile;
mod natural_pairs;
mod oracle;
mod real_encodes;
mod store_job;
mod synth;
