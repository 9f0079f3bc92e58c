//! Any bytes as an e-mail with its attachments, which may be files of every kind we read.
#![no_main]

use fuzz::{forgive_libraries, read_and_follow};
use libfuzzer_sys::fuzz_target;

const HEAD: &[u8] = b"From: a@example.com\r\nTo: b@example.com\r\nSubject: Order\r\n";

fuzz_target!(
    init: forgive_libraries(),
    |bytes: &[u8]| read_and_follow(&[HEAD, bytes].concat())
);
