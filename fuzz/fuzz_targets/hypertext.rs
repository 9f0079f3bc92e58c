//! Any bytes as a web page: what can be seen of it, its tables, and the rest of the way.
#![no_main]

use fuzz::read_and_follow;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| read_and_follow(&[b"<html>".as_slice(), bytes].concat()));
