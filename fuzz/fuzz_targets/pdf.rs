//! Any bytes as a PDF: structure check, both text readers, the drawn pages, tables, the rule reader, the draft.
#![no_main]

use fuzz::{forgive_libraries, read_and_follow};
use libfuzzer_sys::fuzz_target;

fuzz_target!(
    init: forgive_libraries(),
    |bytes: &[u8]| {
        if bytes.starts_with(b"%PDF-") {
            read_and_follow(bytes);
        }
    }
);
