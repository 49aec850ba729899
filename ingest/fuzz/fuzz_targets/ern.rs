//! Can any bytes, read as an ERN message, break a law? (`ingest_fuzz::ern`.)
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ingest_fuzz::ern(bytes));
