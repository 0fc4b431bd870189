#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| tikaud_core::fuzzing::sealed_objects(data));
