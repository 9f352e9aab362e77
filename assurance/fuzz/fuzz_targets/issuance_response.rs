#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| pairnym_fuzz::run("issuance_response", bytes));
