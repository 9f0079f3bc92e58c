//! Any words as a contract: tokens, phrases, scopes, roles, terms, checks and the draft plan.
#![no_main]

use contract::file::recognise;
use contract::page::Media;
use fuzz::{LIMITS, read_and_follow};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if recognise(bytes, &LIMITS) == Ok(Media::Text) {
        read_and_follow(bytes);
    }
});
