//! Can any bytes, read as a release.csv, break a law? (`ingest_fuzz::csv`.)
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ingest_fuzz::csv(bytes));
