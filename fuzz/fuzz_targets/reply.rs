//! Any text as a model's answer: found among other words, held against the schema, tied to the words of a contract.
#![no_main]

use std::sync::LazyLock;

use contract::file::read;
use contract::grounding::ground;
use contract::page::Document;
use contract::schema;
use fuzz::{LIMITS, follow};
use libfuzzer_sys::fuzz_target;

// The two files themselves: the crate around them brings databases and servers, which fuzzing has no use for.
#[allow(dead_code)]
#[path = "../../services/extraction/src/model/answer.rs"]
mod answer;
#[allow(dead_code)]
#[path = "../../services/extraction/src/model/part.rs"]
mod part;

static CONTRACT: LazyLock<Document> = LazyLock::new(|| {
    read(include_bytes!("../../samples/06-hybrid/contract.txt"), &LIMITS).expect("our own sample is read")
});

fuzz_target!(|text: &str| {
    let part = part::split(&CONTRACT).swap_remove(0);
    // An answer that is not as asked has complaints, or it could not be mended.
    match answer::check(text, &part) {
        Ok(reply) => {
            follow(&CONTRACT, Some(ground(&reply, &CONTRACT)));
        }
        Err(complaints) => assert!(!complaints.is_empty()),
    }
    // Without the ends it was shown, which a change of few bytes seldom leaves right.
    if let Some(Ok(reply)) = answer::object(text).map(|object| schema::validate(&object.to_string())) {
        follow(&CONTRACT, Some(ground(&reply, &CONTRACT)));
        let _ = answer::merge(vec![reply.clone(), reply]);
    }
});
