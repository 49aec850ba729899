//! Can any bytes, read as a release.json, break a law? (`ingest_fuzz::json`.)
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ingest_fuzz::json(bytes));
