//! Can any bytes, read as a master, break a law? (`ingest_fuzz::audio`.)
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ingest_fuzz::audio(bytes));
