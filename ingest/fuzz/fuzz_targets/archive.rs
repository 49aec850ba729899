//! Can any bytes, read as an archive, break a law? (`ingest_fuzz::archive`.)
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ingest_fuzz::archive(bytes));
